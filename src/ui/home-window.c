/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "home-window-private.h"

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
    /* Translators: why another call cannot begin now */
    return _("You are in a call");
  return NULL;
}

static void
update_account (BeckonHomeWindow *self)
{
  GSettings *settings = beckon_account_get_settings (self->account);
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);
  const BeckonSignalingState state = get_state (self);
  const char *id = signaling != NULL ? beckon_signaling_service_get_user_id (signaling) : NULL;
  const char *name = signaling != NULL ? beckon_signaling_service_get_user_name (signaling) : NULL;
  g_autofree char *remembered = g_settings_get_string (settings, "user");
  g_autofree char *remembered_name = g_settings_get_string (settings, "user-name");

  if (id == NULL)
    id = remembered;
  if (name == NULL)
    name = g_str_equal (id, remembered) && *remembered_name != '\0' ? remembered_name : id;

  beckon_account_button_update (self->account_button, name, state,
                                signaling == NULL || beckon_signaling_service_get_ring (signaling),
                                g_settings_get_boolean (settings, "do-not-disturb"));
  gtk_label_set_label (self->own_id, id);
  gtk_revealer_set_reveal_child (self->banner, state == BECKON_SIGNALING_RECONNECTING);
  gtk_accessible_update_state (GTK_ACCESSIBLE (gtk_revealer_get_child (self->banner)),
                               GTK_ACCESSIBLE_STATE_HIDDEN, state != BECKON_SIGNALING_RECONNECTING,
                               -1);
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
      /* Translators: tooltip of a number beside the list of past calls */
      g_strdup_printf (ngettext ("%u missed call", "%u missed calls", count), count);

  show_missed (self->recent_missed, count, sentence);
  show_missed (self->recent_tab_missed, count, sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->recent_tab),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, count > 0 ? sentence : "",
                                  -1);
}

/* Most starts do without it. */
static void
ensure_sign_in_page (BeckonHomeWindow *self)
{
  if (self->sign_in_page != NULL)
    return;
  self->sign_in_page = beckon_sign_in_page_new (self->account, self->main_menu);
  gtk_stack_add_named (self->pages, self->sign_in_page, "sign-in");
}

static void
update_page (BeckonHomeWindow *self)
{
  const gboolean signed_in = beckon_account_is_signed_in (self->account);

  if (!signed_in)
    ensure_sign_in_page (self);
  gtk_stack_set_visible_child_name (self->pages, signed_in ? "home" : "sign-in");
}

void
beckon_home_window_update (BeckonHomeWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const char *obstacle = beckon_home_window_get_obstacle (self);
  gboolean connected = get_state (self) == BECKON_SIGNALING_CONNECTED;
  g_autofree char *media =
      g_settings_get_string (beckon_account_get_settings (self->account), "last-media");

  update_page (self);
  beckon_dial_box_set_obstacle (self->dial, obstacle);
  beckon_dial_box_set_default_media (self->dial, g_str_equal (media, "voice") ? BECKON_MEDIA_VOICE
                                                                              : BECKON_MEDIA_VIDEO);
  gtk_widget_action_set_enabled (widget, "home.call", obstacle == NULL);
  gtk_widget_action_set_enabled (widget, "home.add-contact", connected);
  gtk_widget_action_set_enabled (widget, "home.remove-contact", connected);
  gtk_widget_action_set_enabled (widget, "home.block", connected);
  gtk_widget_action_set_enabled (widget, "home.blocked-people", connected);
  update_account (self);
  beckon_home_window_update_rows (self);
  update_missed (self);
  beckon_home_window_update_lists (self);
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
  if (beckon_account_get_manager (self->account) != NULL)
    beckon_account_remember_people (self->account, self->people);
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
  g_clear_object (&self->filter);
  if (self->people != NULL)
    beckon_people_set_all_wanted (self->people, FALSE); /* what is on its way holds it */
  g_clear_object (&self->people);
  g_clear_object (&self->days);
  g_clear_object (&self->autostart);
  g_clear_object (&self->shortcuts);
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

  g_type_ensure (BECKON_TYPE_ACCOUNT_BUTTON);
  g_type_ensure (BECKON_TYPE_CALL_BANNER);
  g_type_ensure (BECKON_TYPE_DIAL_BOX);
  g_type_ensure (BECKON_TYPE_JOIN_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/home-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, main_menu);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, account_button);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, main_button);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, search);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, call_banner);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, dial);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, columns);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_hint);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_section);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, scroller);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_missed);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_hint);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, empty);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, own_id);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, join);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, tabs);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, contacts_tab);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_tab);
  gtk_widget_class_bind_template_child (widget_class, BeckonHomeWindow, recent_tab_missed);
  gtk_widget_class_bind_template_callback (widget_class, on_event);
  gtk_widget_class_bind_template_callback_full (widget_class, "on_tab_toggled",
                                                G_CALLBACK (beckon_home_window_update_lists));
  gtk_widget_class_bind_template_callback (widget_class, beckon_home_window_search);
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
  g_signal_connect_object (beckon_account_get_settings (self->account), "changed::do-not-disturb",
                           G_CALLBACK (beckon_home_window_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->account, "notice", G_CALLBACK (beckon_home_window_say), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
beckon_home_window_new (GtkApplication *application,
                        BeckonAccount *account,
                        BeckonAutostart *autostart)
{
  BeckonHomeWindow *self;
  int width;
  int height;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (autostart == NULL || BECKON_IS_AUTOSTART (autostart), NULL);

  g_settings_get (beckon_account_get_settings (account), "home-size", "(ii)", &width, &height);
  self = g_object_new (BECKON_TYPE_HOME_WINDOW, "application", application, "default-width", width,
                       "default-height", height, NULL);
  self->account = g_object_ref (account);
  g_set_object (&self->autostart, autostart);
  self->adaptive = beckon_adaptive_new (GTK_WINDOW (self), width);
  beckon_stack_pages_hide_inactive (self->pages);
  beckon_home_window_set_up_lists (self);
  beckon_join_group_set_server (self->join, beckon_account_get_local_server (account));
  install_settings_actions (self);
  follow_account (self);
  on_manager (self);
  on_signed_in (self);
  return GTK_WIDGET (self);
}

void
beckon_home_window_set_shortcuts (BeckonHomeWindow *self, BeckonGlobalShortcuts *shortcuts)
{
  g_return_if_fail (BECKON_IS_HOME_WINDOW (self));
  g_return_if_fail (shortcuts == NULL || BECKON_IS_GLOBAL_SHORTCUTS (shortcuts));

  g_set_object (&self->shortcuts, shortcuts);
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
  beckon_sentence_toast_set_button (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target (toast, "s", target);
  adw_toast_overlay_add_toast (self->toasts, toast);
}
