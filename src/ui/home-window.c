/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "home-window-private.h"

#include "contact-row.h"
#include "recent-row.h"
#include "sentence-toast.h"
#include "sign-in-page.h"
#include "stack-pages.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (BeckonHomeWindow, beckon_home_window, ADW_TYPE_APPLICATION_WINDOW)

BeckonSignalingService *
beckon_home_window_get_signaling (BeckonHomeWindow *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);

  return manager != NULL ? beckon_call_manager_get_signaling (manager) : NULL;
}

static BeckonSignalingState
get_state (BeckonHomeWindow *self)
{
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);

  return signaling != NULL ? beckon_signaling_service_get_state (signaling)
                           : BECKON_SIGNALING_CONNECTING;
}

/* ---- what is shown ---- */

const char *
beckon_home_window_get_obstacle (BeckonHomeWindow *self)
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
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);
  const BeckonSignalingState state = get_state (self);
  const char *id = signaling != NULL ? beckon_signaling_service_get_user_id (signaling) : NULL;
  const char *name = signaling != NULL ? beckon_signaling_service_get_user_name (signaling) : NULL;
  g_autofree char *remembered =
      g_settings_get_string (beckon_account_get_settings (self->account), "user");
  const char *word = _("Connecting…");
  g_autofree char *description = NULL;

  if (state == BECKON_SIGNALING_CONNECTED)
    word = beckon_signaling_service_get_ring (signaling) ? _("Connected") : _("Does not ring");
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
update_blocked (BeckonHomeWindow *self, BeckonPersonRow *row)
{
  const char *id = beckon_person_row_get_id (row);

  beckon_person_row_set_blocked (row, id != NULL && beckon_people_is_blocked (self->people, id));
}

static void
update_contact_row (BeckonHomeWindow *self, GtkWidget *row)
{
  beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row),
                                   beckon_home_window_get_obstacle (self));
  update_blocked (self, BECKON_PERSON_ROW (row));
}

static void
update_recent_row (BeckonHomeWindow *self, GtkWidget *row)
{
  beckon_recent_row_set_obstacle (BECKON_RECENT_ROW (row), beckon_home_window_get_obstacle (self));
  update_blocked (self, BECKON_PERSON_ROW (row));
}

static void
update_rows (BeckonHomeWindow *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->contacts, i)) != NULL; i++)
    update_contact_row (self, GTK_WIDGET (row));
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->recent, i)) != NULL; i++)
    update_recent_row (self, GTK_WIDGET (row));
}

static void
show_missed (GtkLabel *badge, guint count, const char *sentence)
{
  g_autofree char *text = count < 100 ? g_strdup_printf ("%u", count) : g_strdup ("99+");

  gtk_widget_set_visible (GTK_WIDGET (badge), count > 0);
  gtk_label_set_label (badge, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (badge), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (badge), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence,
                                  -1);
}

static void
update_missed (BeckonHomeWindow *self)
{
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);
  const guint count = signaling != NULL ? beckon_signaling_service_get_missed (signaling) : 0;
  g_autofree char *sentence =
      g_strdup_printf (ngettext ("%u missed call", "%u missed calls", count), count);

  show_missed (self->recent_missed, count, sentence);
  show_missed (self->recent_tab_missed, count, sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->recent_tab),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, count > 0 ? sentence : "",
                                  -1);
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

void
beckon_home_window_update (BeckonHomeWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const char *obstacle = beckon_home_window_get_obstacle (self);
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
  gtk_widget_action_set_enabled (widget, "home.blocked-people", connected);
  update_account (self);
  update_rows (self);
  update_missed (self);
  update_lists (self);
}

static GtkWidget *
create_contact_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = beckon_contact_row_new (item);

  update_contact_row (user_data, row);
  return row;
}

static GtkWidget *
create_recent_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = beckon_recent_row_new (item);

  update_recent_row (user_data, row);
  return row;
}

static void
on_tab_toggled (BeckonHomeWindow *self)
{
  if (self->adaptive != NULL)
    update_lists (self);
}

/* GTK makes motions of its own, in place, when something changes under the pointer. */
static gboolean
has_moved (BeckonHomeWindow *self, GdkEvent *event)
{
  gboolean known = self->pointer_x >= 0;
  gboolean moved;
  double x;
  double y;

  if (!gdk_event_get_position (event, &x, &y))
    return FALSE;
  moved = known && (x != self->pointer_x || y != self->pointer_y);
  self->pointer_x = x;
  self->pointer_y = y;
  return moved;
}

static gboolean
is_by_person (BeckonHomeWindow *self, GdkEvent *event)
{
  const GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_MOTION_NOTIFY)
    return has_moved (self, event);
  return type == GDK_KEY_PRESS || type == GDK_BUTTON_PRESS || type == GDK_SCROLL ||
         type == GDK_TOUCH_BEGIN;
}

/* That the window is active says little: it stays so while its person is away, and calls come then.
 * Who does something in front of it sees it. */
static gboolean
on_event (BeckonHomeWindow *self, GdkEvent *event)
{
  if (is_by_person (self, event) && gtk_window_is_active (GTK_WINDOW (self)) &&
      gtk_widget_get_mapped (GTK_WIDGET (self->recent)))
    beckon_people_see_history (self->people);
  return GDK_EVENT_PROPAGATE;
}

static void
on_manager (BeckonHomeWindow *self)
{
  g_signal_group_set_target (self->manager_signals, beckon_account_get_manager (self->account));
  g_signal_group_set_target (self->signaling_signals, beckon_home_window_get_signaling (self));
  beckon_people_set_signaling (self->people, beckon_home_window_get_signaling (self));
  beckon_call_banner_set_manager (self->call_banner, beckon_account_get_manager (self->account));
  beckon_home_window_update (self);
}

static void
on_signed_in (BeckonHomeWindow *self)
{
  beckon_home_window_update (self);
  if (beckon_account_is_signed_in (self->account))
    gtk_widget_grab_focus (GTK_WIDGET (self->dial));
  else
    beckon_sign_in_page_grab_focus (BECKON_SIGN_IN_PAGE (self->sign_in_page));
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
beckon_home_window_class_init (BeckonHomeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_home_window_dispose;
  widget_class->size_allocate = beckon_home_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = beckon_home_window_close_request;

  g_type_ensure (BECKON_TYPE_CALL_BANNER);
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
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, call_banner);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, dial);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, columns);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_missed);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, empty);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, own_id);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, tabs);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_tab);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_tab);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_tab_missed);
  gtk_widget_class_bind_template_callback (widget_class, on_event);
  gtk_widget_class_bind_template_callback (widget_class, on_tab_toggled);
  gtk_widget_class_bind_template_callback (widget_class, beckon_home_window_say);
  beckon_home_window_install_actions (widget_class);
}

static void
beckon_home_window_init (BeckonHomeWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->pointer_x = -1;
  self->people = beckon_people_new ();
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call",
                                 G_CALLBACK (beckon_home_window_update), self, G_CONNECT_SWAPPED);
  self->signaling_signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signaling_signals, "notify::missed",
                                 G_CALLBACK (update_missed), self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signaling_signals, "notify::state",
                                 G_CALLBACK (beckon_home_window_update), self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signaling_signals, "notify::user-name",
                                 G_CALLBACK (beckon_home_window_update), self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->signaling_signals, "notify::ring",
                                 G_CALLBACK (beckon_home_window_update), self, G_CONNECT_SWAPPED);
}

static void
install_settings_actions (BeckonHomeWindow *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  static const char *const keys[] = { "ring-here", "do-not-disturb" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GAction) action =
          g_settings_create_action (beckon_account_get_settings (self->account), keys[i]);

      g_action_map_add_action (G_ACTION_MAP (group), action);
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "settings", G_ACTION_GROUP (group));
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
  g_signal_connect_object (beckon_people_get_blocked (self->people), "items-changed",
                           G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adaptive, "notify::narrow", G_CALLBACK (update_lists), self,
                           G_CONNECT_SWAPPED);
  install_settings_actions (self);
  follow_account (self);
  on_manager (self);
  on_signed_in (self);
  return GTK_WIDGET (self);
}

static AdwToast *
create_toast (BeckonHomeWindow *self, const char *sentence)
{
  return beckon_sentence_toast_new (sentence, beckon_adaptive_is_narrow (self->adaptive));
}

void
beckon_home_window_say (BeckonHomeWindow *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_HOME_WINDOW (self));
  g_return_if_fail (sentence != NULL);

  if (self->account != NULL) /* else it was closed, and what was asked before is answered now */
    adw_toast_overlay_add_toast (self->toasts, create_toast (self, sentence));
}

void
beckon_home_window_offer (BeckonHomeWindow *self,
                          const char *sentence,
                          const char *button,
                          const char *action,
                          const char *target)
{
  AdwToast *toast;

  if (self->account == NULL)
    return;
  toast = create_toast (self, sentence);
  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target (toast, "s", target);
  adw_toast_overlay_add_toast (self->toasts, toast);
}
