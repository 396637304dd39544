/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "home-window.h"

#include "adaptive.h"
#include "add-contact-dialog.h"
#include "contact-row.h"
#include "dial-box.h"
#include "identifiers.h"
#include "people.h"
#include "phrases.h"
#include "recent-row.h"
#include "sign-in-page.h"
#include "stack-pages.h"

#include <glib/gi18n.h>

struct _BeckonHomeWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  GtkStack *pages;
  GMenuModel *main_menu;
  GtkWidget *account_button;
  AdwAvatar *avatar;
  GtkLabel *name;
  GtkWidget *state_icon;
  GtkWidget *state_spinner;
  GtkLabel *state;
  GtkRevealer *banner;
  BeckonDialBox *dial;
  GtkWidget *columns;
  GtkWidget *contacts_section;
  GtkListBox *contacts;
  GtkWidget *recent_section;
  GtkListBox *recent;
  GtkWidget *empty;
  GtkLabel *own_id;
  GtkWidget *tabs;
  GtkToggleButton *contacts_tab;
  GtkWidget *sign_in_page;

  /* Owned */
  BeckonAccount *account;
  BeckonPeople *people;
  BeckonAdaptive *adaptive;
  GSignalGroup *manager_signals;
  GSignalGroup *signaling_signals;

  gboolean inviting; /* an invite of ours is under way: a second click has no effect */
};

G_DEFINE_FINAL_TYPE (BeckonHomeWindow, beckon_home_window, ADW_TYPE_APPLICATION_WINDOW)

static BeckonSignalingService *
get_signaling (BeckonHomeWindow *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);

  return manager != NULL ? beckon_call_manager_get_signaling (manager) : NULL;
}

static BeckonSignalingState
get_state (BeckonHomeWindow *self)
{
  BeckonSignalingService *signaling = get_signaling (self);

  return signaling != NULL ? beckon_signaling_service_get_state (signaling)
                           : BECKON_SIGNALING_CONNECTING;
}

/* A toast's own title is cut off after a line, and sentences are longer. */
static AdwToast *
create_toast (const char *sentence)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (sentence);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "toast-sentence");
  adw_toast_set_custom_title (toast, label);
  return toast;
}

/* ---- what is shown ---- */

/* Why nobody can be called now, or NULL. */
static const char *
get_obstacle (BeckonHomeWindow *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);

  if (get_state (self) != BECKON_SIGNALING_CONNECTED)
    return _("There is no connection to the server");
  if (self->inviting || beckon_call_manager_get_current_call (manager) != NULL)
    return _("You are in a call");
  return NULL;
}

static void
update_account (BeckonHomeWindow *self)
{
  BeckonSignalingService *signaling = get_signaling (self);
  const BeckonSignalingState state = get_state (self);
  const char *id = signaling != NULL ? beckon_signaling_service_get_user_id (signaling) : NULL;
  const char *name = signaling != NULL ? beckon_signaling_service_get_user_name (signaling) : NULL;
  g_autofree char *remembered =
      g_settings_get_string (beckon_account_get_settings (self->account), "user");
  const char *word = _("Connecting…");
  g_autofree char *description = NULL;

  if (state == BECKON_SIGNALING_CONNECTED)
    word = _("Connected");
  else if (state == BECKON_SIGNALING_RECONNECTING)
    word = _("Reconnecting…");
  if (id == NULL)
    id = remembered;
  if (name == NULL)
    name = id;

  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->own_id, id);
  gtk_label_set_label (self->state, word);
  gtk_widget_set_visible (self->state_icon, state == BECKON_SIGNALING_CONNECTED);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->state_icon), "beckon-presence-online-symbolic");
  gtk_widget_set_visible (self->state_spinner, state != BECKON_SIGNALING_CONNECTED);
  gtk_revealer_set_reveal_child (self->banner, state == BECKON_SIGNALING_RECONNECTING);
  gtk_accessible_update_state (GTK_ACCESSIBLE (gtk_revealer_get_child (self->banner)),
                               GTK_ACCESSIBLE_STATE_HIDDEN, state != BECKON_SIGNALING_RECONNECTING,
                               -1);
  /* Translators: the account button, for screen readers: name, connection */
  description = g_strdup_printf (_("Account: %s, %s"), name, word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->account_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, description, -1);
}

static void
update_rows (BeckonHomeWindow *self, const char *obstacle)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->contacts, i)) != NULL; i++)
    beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row), obstacle);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->recent, i)) != NULL; i++)
    beckon_recent_row_set_obstacle (BECKON_RECENT_ROW (row), obstacle);
}

static void
update_lists (BeckonHomeWindow *self)
{
  gboolean narrow = beckon_adaptive_is_narrow (self->adaptive);
  gboolean contacts = gtk_toggle_button_get_active (self->contacts_tab);
  gboolean empty = beckon_people_is_loaded (self->people) &&
                   g_list_model_get_n_items (beckon_people_get_contacts (self->people)) == 0 &&
                   g_list_model_get_n_items (beckon_people_get_history (self->people)) == 0;

  gtk_widget_set_visible (self->empty, empty);
  gtk_widget_set_visible (self->columns, !empty && beckon_people_is_loaded (self->people));
  gtk_widget_set_visible (self->tabs, narrow && !empty);
  gtk_widget_set_visible (self->contacts_section, !narrow || contacts);
  gtk_widget_set_visible (self->recent_section, !narrow || !contacts);
  beckon_dial_box_set_narrow (self->dial, narrow);
}

static void
update (BeckonHomeWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const char *obstacle = get_obstacle (self);
  gboolean connected = get_state (self) == BECKON_SIGNALING_CONNECTED;
  g_autofree char *media =
      g_settings_get_string (beckon_account_get_settings (self->account), "last-media");

  gtk_stack_set_visible_child_name (
      self->pages, beckon_account_is_signed_in (self->account) ? "home" : "sign-in");
  beckon_dial_box_set_obstacle (self->dial, obstacle);
  beckon_dial_box_set_default_media (self->dial, g_str_equal (media, "voice") ? BECKON_MEDIA_VOICE
                                                                              : BECKON_MEDIA_VIDEO);
  gtk_widget_action_set_enabled (widget, "home.call", obstacle == NULL);
  gtk_widget_action_set_enabled (widget, "home.add-contact", connected);
  gtk_widget_action_set_enabled (widget, "home.remove-contact", connected);
  update_account (self);
  update_rows (self, obstacle);
  update_lists (self);
}

static GtkWidget *
create_contact_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = beckon_contact_row_new (item);

  beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row), get_obstacle (user_data));
  return row;
}

static GtkWidget *
create_recent_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = beckon_recent_row_new (item);

  beckon_recent_row_set_obstacle (BECKON_RECENT_ROW (row), get_obstacle (user_data));
  return row;
}

static void
on_tab_toggled (BeckonHomeWindow *self)
{
  if (self->adaptive != NULL)
    update_lists (self);
}

static void
on_manager (BeckonHomeWindow *self)
{
  g_signal_group_set_target (self->manager_signals, beckon_account_get_manager (self->account));
  g_signal_group_set_target (self->signaling_signals, get_signaling (self));
  beckon_people_set_signaling (self->people, get_signaling (self));
  update (self);
}

static void
on_signed_in (BeckonHomeWindow *self)
{
  update (self);
  if (beckon_account_is_signed_in (self->account))
    gtk_widget_grab_focus (GTK_WIDGET (self->dial));
  else
    beckon_sign_in_page_grab_focus (BECKON_SIGN_IN_PAGE (self->sign_in_page));
}

/* ---- calling ---- */

/* What an invite needs when it comes back; the window may be gone by then. */
typedef struct
{
  BeckonHomeWindow *window;
  char *ids;
} Invite;

static void
invite_free (Invite *invite)
{
  g_object_unref (invite->window);
  g_free (invite->ids);
  g_free (invite);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Invite, invite_free)

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Invite) invite = user_data;
  BeckonHomeWindow *self = invite->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);

  self->inviting = FALSE;
  if (self->account == NULL)
    return; /* closed meanwhile */
  update (self);
  if (call == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, invite->ids);

      beckon_home_window_say (self, phrase);
    }
  else
    beckon_dial_box_clear (self->dial);
}

static gboolean
check_invitees (BeckonHomeWindow *self, const char *const *ids)
{
  if (!g_strv_contains (ids, beckon_signaling_service_get_user_id (get_signaling (self))))
    return TRUE;
  beckon_home_window_say (self, _("That is your own user ID. Type the one of somebody else."));
  return FALSE;
}

static void
on_call_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;
  const char *text;
  const char *word;
  BeckonMedia media;
  Invite *invite;

  g_variant_get (parameter, "(&s&s)", &text, &word);
  if (get_obstacle (self) != NULL || !beckon_media_from_string (word, &media))
    return;
  ids = beckon_user_ids_parse (text, &error);
  if (ids == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, text);

      beckon_home_window_say (self, phrase);
      return;
    }
  if (!check_invitees (self, (const char *const *) ids))
    return;

  g_settings_set_string (beckon_account_get_settings (self->account), "last-media", word);
  invite = g_new0 (Invite, 1);
  invite->window = g_object_ref (self);
  invite->ids = g_strjoinv (", ", ids);
  self->inviting = TRUE;
  update (self);
  beckon_call_manager_invite_async (beckon_account_get_manager (self->account),
                                    (const char *const *) ids, media, 0, NULL, on_invited, invite);
}

/* ---- other actions ---- */

static void
on_add_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonSignalingService *signaling = get_signaling (BECKON_HOME_WINDOW (widget));

  if (signaling != NULL)
    gtk_window_present (
        GTK_WINDOW (beckon_add_contact_dialog_new (GTK_WINDOW (widget), signaling)));
}

static void
on_contact_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonHomeWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, NULL);

      beckon_home_window_say (self, phrase);
    }
}

static void
on_contact_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  on_contact_removed (source, result, user_data);
}

static void
on_remove_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  g_autofree char *sentence = NULL;
  AdwToast *toast;

  beckon_signaling_service_remove_contact_async (get_signaling (self), id, NULL, on_contact_removed,
                                                 g_object_ref (self));
  /* Translators: %s is a user ID */
  sentence = g_strdup_printf (_("“%s” was removed from your contacts"), id);
  toast = create_toast (sentence);
  adw_toast_set_button_label (toast, _("Undo"));
  adw_toast_set_action_name (toast, "home.restore-contact");
  adw_toast_set_action_target (toast, "s", id);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
on_restore_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  if (get_signaling (self) != NULL)
    beckon_signaling_service_add_contact_async (get_signaling (self),
                                                g_variant_get_string (parameter, NULL), NULL,
                                                on_contact_restored, g_object_ref (self));
}

static void
on_copy_id_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), gtk_label_get_label (self->own_id));
  beckon_home_window_say (self, _("Your user ID was copied"));
}

static void
on_retry_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonSignalingService *signaling = get_signaling (BECKON_HOME_WINDOW (widget));

  if (signaling != NULL)
    beckon_signaling_service_retry (signaling);
}

static void
on_sign_out_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_account_sign_out (BECKON_HOME_WINDOW (widget)->account);
}

static void
on_focus_dial_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (BECKON_HOME_WINDOW (widget)->dial));
}

/* ---- the window ---- */

static void
beckon_home_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  GTK_WIDGET_CLASS (beckon_home_window_parent_class)
      ->size_allocate (widget, width, height, baseline);
  beckon_adaptive_allocated (self->adaptive, gtk_widget_get_width (GTK_WIDGET (self->toasts)));
}

static gboolean
beckon_home_window_close_request (GtkWindow *window)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (window);
  int width;
  int height;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set (beckon_account_get_settings (self->account), "home-size", "(ii)", width, height);
  return GTK_WINDOW_CLASS (beckon_home_window_parent_class)->close_request (window);
}

static void
beckon_home_window_dispose (GObject *object)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (object);

  g_clear_object (&self->manager_signals);
  g_clear_object (&self->signaling_signals);
  g_clear_object (&self->adaptive);
  g_clear_object (&self->people);
  g_clear_object (&self->account);

  G_OBJECT_CLASS (beckon_home_window_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "home.call", "(ss)", on_call_action);
  gtk_widget_class_install_action (widget_class, "home.add-contact", NULL, on_add_contact_action);
  gtk_widget_class_install_action (widget_class, "home.remove-contact", "s",
                                   on_remove_contact_action);
  gtk_widget_class_install_action (widget_class, "home.restore-contact", "s",
                                   on_restore_contact_action);
  gtk_widget_class_install_action (widget_class, "home.copy-id", NULL, on_copy_id_action);
  gtk_widget_class_install_action (widget_class, "home.retry", NULL, on_retry_action);
  gtk_widget_class_install_action (widget_class, "home.sign-out", NULL, on_sign_out_action);
  gtk_widget_class_install_action (widget_class, "home.focus-dial", NULL, on_focus_dial_action);
}

static void
beckon_home_window_class_init (BeckonHomeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_home_window_dispose;
  widget_class->size_allocate = beckon_home_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = beckon_home_window_close_request;

  g_type_ensure (BECKON_TYPE_DIAL_BOX);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/home-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, main_menu);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, account_button);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, state_icon);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, state_spinner);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, state);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, dial);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, columns);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, empty);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, own_id);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, tabs);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_tab);
  gtk_widget_class_bind_template_callback (widget_class, on_tab_toggled);
  install_actions (widget_class);
}

static void
beckon_home_window_init (BeckonHomeWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->people = beckon_people_new ();
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call", G_CALLBACK (update),
                                 self, G_CONNECT_SWAPPED);
  self->signaling_signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signaling_signals, "notify::state", G_CALLBACK (update),
                                 self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signaling_signals, "notify::user-name", G_CALLBACK (update),
                                 self, G_CONNECT_SWAPPED);
}

static void
follow_account (BeckonHomeWindow *self)
{
  g_signal_connect_object (self->account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->account, "notify::signed-in", G_CALLBACK (on_signed_in), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->account, "notice", G_CALLBACK (beckon_home_window_say), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
beckon_home_window_new (GtkApplication *application, BeckonAccount *account)
{
  BeckonHomeWindow *self;
  int width;
  int height;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);

  g_settings_get (beckon_account_get_settings (account), "home-size", "(ii)", &width, &height);
  self = g_object_new (BECKON_TYPE_HOME_WINDOW, "application", application, "default-width", width,
                       "default-height", height, NULL);
  self->account = g_object_ref (account);
  self->adaptive = beckon_adaptive_new (GTK_WINDOW (self), width);
  self->sign_in_page = beckon_sign_in_page_new (account, self->main_menu);
  gtk_stack_add_named (self->pages, self->sign_in_page, "sign-in");
  beckon_stack_pages_hide_inactive (self->pages);
  gtk_list_box_bind_model (self->contacts, beckon_people_get_contacts (self->people),
                           create_contact_row, self, NULL);
  gtk_list_box_bind_model (self->recent, beckon_people_get_history (self->people),
                           create_recent_row, self, NULL);
  g_signal_connect_object (self->people, "notify::loaded", G_CALLBACK (update_lists), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adaptive, "notify::narrow", G_CALLBACK (update_lists), self,
                           G_CONNECT_SWAPPED);
  follow_account (self);
  on_manager (self);
  on_signed_in (self);
  return GTK_WIDGET (self);
}

void
beckon_home_window_say (BeckonHomeWindow *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_HOME_WINDOW (self));
  g_return_if_fail (sentence != NULL);

  adw_toast_overlay_add_toast (self->toasts, create_toast (sentence));
}
