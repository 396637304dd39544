/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "incoming-window.h"

#include "css-class.h"
#include "phrases.h"
#include "toolkit.h"

#include <glib/gi18n.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/x11/gdkx.h>
#endif

#define FAILURE_MS 3000

struct _BeckonIncomingWindow
{
  AdwWindow parent_instance;

  /* Template widgets */
  GtkWidget *body;
  GtkWidget *ring;
  AdwAvatar *avatar;
  GtkLabel *caller;
  GtkLabel *caller_id;
  GtkImage *kind_icon;
  GtkLabel *kind;
  GtkWidget *with;
  GtkLabel *with_people;
  GtkLabel *failure;
  GtkWidget *actions;
  GtkWidget *without_camera;
  GtkWidget *accept;
  GtkWidget *more;

  /* Owned */
  BeckonCallManager *manager;
  BeckonCall *call;

  guint failure_source;
  gboolean answering; /* our accept is under way: it is its answer that closes the window */
  gboolean silenced;
};

G_DEFINE_FINAL_TYPE (BeckonIncomingWindow, beckon_incoming_window, ADW_TYPE_WINDOW)

/* ---- what is shown ---- */

static char *
get_others (BeckonIncomingWindow *self)
{
  GPtrArray *members = beckon_call_get_members (self->call);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autofree char *people = NULL;

  for (guint i = 0; i < members->len; i++)
    {
      BeckonUser *user = g_ptr_array_index (members, i);

      if (g_strcmp0 (user->id, beckon_call_get_peer_id (self->call)) != 0)
        g_ptr_array_add (others, user);
    }
  if (others->len == 0)
    return NULL;
  people = beckon_phrase_for_people (others);
  /* Translators: who else is invited to the call: "with Carol and Dave" */
  return g_strdup_printf (_("with %s"), people);
}

static void
show_call (BeckonIncomingWindow *self)
{
  const char *name = beckon_call_get_peer_name (self->call);
  const char *id = beckon_call_get_peer_id (self->call);
  gboolean video = beckon_call_get_media (self->call) == BECKON_MEDIA_VIDEO;
  const char *icon = video ? "beckon-camera-symbolic" : "call-start-symbolic";
  g_autofree char *others = get_others (self);

  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->caller, name);
  gtk_label_set_label (self->caller_id, id);
  gtk_widget_set_visible (GTK_WIDGET (self->caller_id), g_strcmp0 (name, id) != 0);
  gtk_image_set_from_icon_name (self->kind_icon, icon);
  gtk_label_set_label (self->kind, beckon_phrase_for_media (beckon_call_get_media (self->call)));
  gtk_widget_set_visible (self->with, others != NULL);
  gtk_label_set_label (self->with_people, others);
  gtk_widget_set_visible (self->without_camera, video);
  gtk_button_set_icon_name (GTK_BUTTON (self->accept), icon);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->accept), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  /* Translators: button: answers an incoming call; imperative */
                                  _("Accept"), -1);
}

static void
update (BeckonIncomingWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean ringing = beckon_call_get_state (self->call) == BECKON_CALL_STATE_INCOMING;
  gboolean open = ringing && !self->answering;

  gtk_widget_action_set_enabled (widget, "incoming.accept", open);
  gtk_widget_action_set_enabled (widget, "incoming.accept-without-camera", open);
  gtk_widget_action_set_enabled (widget, "incoming.decline", ringing);
  gtk_widget_action_set_enabled (widget, "incoming.decline-with", open);
  gtk_widget_action_set_enabled (widget, "incoming.silence", open && !self->silenced);
  gtk_widget_set_sensitive (self->more, open);
  beckon_css_class_set (self->ring, "ringing", ringing && !self->silenced);
}

static void
on_state (BeckonIncomingWindow *self)
{
  if (beckon_call_get_state (self->call) == BECKON_CALL_STATE_INCOMING || self->answering)
    update (self);
  else
    gtk_window_destroy (GTK_WINDOW (self));
}

/* ---- answering ---- */

static gboolean
on_failure_timeout (gpointer user_data)
{
  BeckonIncomingWindow *self = user_data;

  self->failure_source = 0;
  gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static void
say_failure (BeckonIncomingWindow *self, const GError *error)
{
  g_autofree char *phrase = NULL;

  /* How it ended says more than that it is over. */
  if (beckon_call_get_end (self->call) != BECKON_CALL_END_NONE &&
      beckon_call_get_end (self->call) != BECKON_CALL_END_FAILED)
    phrase = beckon_phrase_for_end (self->call);
  else
    phrase = beckon_phrase_for_error (error, NULL);
  gtk_label_set_label (self->failure, phrase);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), TRUE);
}

static void
announce_failure (BeckonIncomingWindow *self)
{
  beckon_announce (GTK_WIDGET (self), gtk_label_get_label (self->failure), TRUE);
}

static void
show_end (BeckonIncomingWindow *self, const GError *error)
{
  say_failure (self, error);
  gtk_widget_set_visible (self->actions, FALSE);
  /* Who does not want to be disturbed has pressed the button of a notification. */
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  announce_failure (self);
  self->failure_source = g_timeout_add (FAILURE_MS, on_failure_timeout, self);
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonIncomingWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  beckon_call_accept_finish (BECKON_CALL (source), result, &error);
  self->answering = FALSE;
  if (self->call == NULL)
    return; /* closed meanwhile */
  if (error == NULL)
    gtk_window_destroy (GTK_WINDOW (self));
  else
    {
      update (self);
      /* A request that did not get through can be repeated; a call that is over cannot. */
      if (beckon_call_get_state (self->call) == BECKON_CALL_STATE_INCOMING)
        {
          say_failure (self, error);
          announce_failure (self);
        }
      else
        show_end (self, error);
    }
}

void
beckon_incoming_window_accept (BeckonIncomingWindow *self, gboolean with_camera)
{
  g_return_if_fail (BECKON_IS_INCOMING_WINDOW (self));

  if (self->answering || beckon_call_get_state (self->call) != BECKON_CALL_STATE_INCOMING)
    return;
  self->answering = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
  update (self);
  beckon_call_accept_async (self->call, with_camera, on_accepted, g_object_ref (self));
}

void
beckon_incoming_window_decline (BeckonIncomingWindow *self, const char *message)
{
  g_return_if_fail (BECKON_IS_INCOMING_WINDOW (self));

  if (beckon_call_get_state (self->call) != BECKON_CALL_STATE_INCOMING)
    return;
  self->answering = FALSE;
  beckon_call_reject (self->call, BECKON_REJECT_DECLINED, message);
}

static void
on_accept_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_incoming_window_accept (BECKON_INCOMING_WINDOW (widget), TRUE);
}

static void
on_accept_without_camera_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_incoming_window_accept (BECKON_INCOMING_WINDOW (widget), FALSE);
}

static void
on_decline_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_incoming_window_decline (BECKON_INCOMING_WINDOW (widget), NULL);
}

static void
on_decline_with_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_incoming_window_decline (BECKON_INCOMING_WINDOW (widget),
                                  g_variant_get_string (parameter, NULL));
}

static void
on_silence_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonIncomingWindow *self = BECKON_INCOMING_WINDOW (widget);

  self->silenced = TRUE;
  beckon_call_manager_silence (self->manager);
  update (self);
}

/* ---- the window ---- */

static gboolean
beckon_incoming_window_close_request (GtkWindow *window)
{
  BeckonIncomingWindow *self = BECKON_INCOMING_WINDOW (window);

  if (beckon_call_get_state (self->call) != BECKON_CALL_STATE_INCOMING)
    return GTK_WINDOW_CLASS (beckon_incoming_window_parent_class)->close_request (window);
  beckon_incoming_window_decline (self, NULL); /* which destroys the window */
  return GDK_EVENT_STOP;
}

static void
beckon_incoming_window_dispose (GObject *object)
{
  BeckonIncomingWindow *self = BECKON_INCOMING_WINDOW (object);

  g_clear_handle_id (&self->failure_source, g_source_remove);
  g_clear_object (&self->call);
  g_clear_object (&self->manager);

  G_OBJECT_CLASS (beckon_incoming_window_parent_class)->dispose (object);
}

static void
beckon_incoming_window_class_init (BeckonIncomingWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_incoming_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = beckon_incoming_window_close_request;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/incoming-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, body);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, ring);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, caller);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, caller_id);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, kind_icon);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, kind);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, with);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, with_people);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, actions);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, without_camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, accept);
  gtk_widget_class_bind_template_child (widget_class, BeckonIncomingWindow, more);

  gtk_widget_class_install_action (widget_class, "incoming.accept", NULL, on_accept_action);
  gtk_widget_class_install_action (widget_class, "incoming.accept-without-camera", NULL,
                                   on_accept_without_camera_action);
  gtk_widget_class_install_action (widget_class, "incoming.decline", NULL, on_decline_action);
  gtk_widget_class_install_action (widget_class, "incoming.decline-with", "s",
                                   on_decline_with_action);
  gtk_widget_class_install_action (widget_class, "incoming.silence", NULL, on_silence_action);
}

static void
beckon_incoming_window_init (BeckonIncomingWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_incoming_window_new (GtkApplication *application,
                            BeckonCallManager *manager,
                            BeckonCall *call)
{
  BeckonIncomingWindow *self;

  g_return_val_if_fail (BECKON_IS_CALL_MANAGER (manager), NULL);
  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  self = g_object_new (BECKON_TYPE_INCOMING_WINDOW, "application", application, NULL);
  self->manager = g_object_ref (manager);
  self->call = g_object_ref (call);
  g_signal_connect_object (call, "notify::state", G_CALLBACK (on_state), self, G_CONNECT_SWAPPED);
  show_call (self);
  update (self);
  return GTK_WIDGET (self);
}

/* It takes no focus, so that nobody would hear of it by that. */
static void
announce (BeckonIncomingWindow *self)
{
  const char *name = beckon_call_get_peer_name (self->call);
  g_autofree char *sentence = NULL;

  if (beckon_call_get_media (self->call) == BECKON_MEDIA_VIDEO)
    /* Translators: %s is a person's name */
    sentence = g_strdup_printf (_("Incoming video call from %s"), name);
  else
    /* Translators: %s is a person's name */
    sentence = g_strdup_printf (_("Incoming voice call from %s"), name);
  beckon_announce (GTK_WIDGET (self), sentence, TRUE);
}

/* Of one size, so that it is no window for a tiling window manager to fill the screen with: a smaller one
 * where the screen is less wide. */
static void
fit_screen (BeckonIncomingWindow *self)
{
  GdkMonitor *monitor =
      gdk_display_get_monitor_at_surface (gtk_widget_get_display (GTK_WIDGET (self)),
                                          gtk_native_get_surface (GTK_NATIVE (self)));
  GdkRectangle place;
  int width;

  if (monitor == NULL)
    return;
  gdk_monitor_get_geometry (monitor, &place);
  gtk_widget_get_size_request (self->body, &width, NULL);
  if (place.width < width)
    gtk_widget_set_size_request (self->body, place.width, -1);
}

void
beckon_incoming_window_appear (BeckonIncomingWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  g_return_if_fail (BECKON_IS_INCOMING_WINDOW (self));

  gtk_widget_realize (widget);
  fit_screen (self);
#ifdef GDK_WINDOWING_X11
  /* By the window managers' convention a window that no action of the person led to gets no focus.
   * Wayland's compositors decide that alone. */
  if (GDK_IS_X11_SURFACE (gtk_native_get_surface (GTK_NATIVE (self))))
    gdk_x11_surface_set_user_time (gtk_native_get_surface (GTK_NATIVE (self)), 0);
#endif
  gtk_widget_set_visible (widget, TRUE);
  announce (self);
}

BeckonCall *
beckon_incoming_window_get_call (BeckonIncomingWindow *self)
{
  g_return_val_if_fail (BECKON_IS_INCOMING_WINDOW (self), NULL);

  return self->call;
}
