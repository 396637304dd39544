/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-window.h"

#include "adaptive.h"
#include "auto-hide.h"
#include "call-controls.h"
#include "calling-page.h"
#include "css-class.h"
#include "ended-page.h"
#include "phrases.h"
#include "picture-in-picture.h"
#include "portal-parent.h"
#include "stack-pages.h"
#include "statistics-window.h"
#include "toolkit.h"
#include "waiting-page.h"

#include <glib/gi18n.h>

#define TICK_MS 500
#define ENDED_MS 3000
/* A second click or a repeated key within this time has no effect of its own. */
#define REPEAT_US (400 * G_TIME_SPAN_MILLISECOND)

typedef enum
{
  TOGGLE_MICROPHONE,
  TOGGLE_CAMERA,
  TOGGLE_SCREEN,
  TOGGLE_SYSTEM_SOUND,
  TOGGLE_FULLSCREEN,
  TOGGLE_PIP,
  N_TOGGLES
} Toggle;

struct _BeckonCallWindow
{
  AdwWindow parent_instance;

  /* Template widgets */
  GtkWidget *overlay;
  GtkStack *pages;
  BeckonWaitingPage *waiting;
  BeckonCallingPage *calling;
  BeckonEndedPage *ended;
  GtkRevealer *header;
  GtkWidget *name;
  GtkWidget *meta;
  GtkLabel *duration;
  GtkWidget *quality_button;
  GtkImage *quality;
  GtkWidget *pip_button;
  GtkWidget *fullscreen;
  GtkWidget *pip_bar;
  GtkRevealer *controls_revealer;
  BeckonCallControls *controls;

  /* Owned */
  BeckonCallManager *manager;
  GSettings *settings;
  BeckonCall *call;
  GSignalGroup *call_signals;
  BeckonScreenSharing *sharing; /* of the call */
  BeckonAdaptive *adaptive;
  BeckonAutoHide *auto_hide;
  BeckonPictureInPicture *pip;
  GtkWidget *statistics; /* nullable, weak: the window of this one */

  guint tick_source;  /* every second's duration and quality */
  guint ended_source; /* the window closes */
  gboolean was_connected;
  BeckonQualityLevel shown_quality;
  gboolean shown_off;
  gint64 toggled_at[N_TOGGLES]; /* when the person last switched it; monotonic */
  gboolean attended;            /* the pointer has moved since the end */
  double x;                     /* of the pointer, as it was last */
  double y;
  gboolean calling_again;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (BeckonCallWindow, beckon_call_window, ADW_TYPE_WINDOW)

typedef enum
{
  PROP_MICROPHONE = 1,
  PROP_CAMERA,
  PROP_SCREEN,
  PROP_SYSTEM_SOUND,
  N_PROPS
} BeckonCallWindowProperty;

static GParamSpec *properties[N_PROPS];

/* ---- what is shown ---- */

typedef enum
{
  PAGE_WAITING,
  PAGE_CALLING,
  PAGE_ENDED,
} Page;

/* The caller waits until there is something to hear; the callee has decided and sees the call. */
static Page
get_page (BeckonCall *call)
{
  switch (beckon_call_get_state (call))
    {
    case BECKON_CALL_STATE_WAITING:
      return PAGE_WAITING;
    case BECKON_CALL_STATE_CALLING:
      return beckon_call_is_outgoing (call) &&
                     beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_CONNECTING
                 ? PAGE_WAITING
                 : PAGE_CALLING;
    case BECKON_CALL_STATE_FREE:
    case BECKON_CALL_STATE_INCOMING:
    default:
      return PAGE_ENDED;
    }
}

static BeckonQualityLevel
get_quality (BeckonCall *call)
{
  BeckonStatistics *statistics = beckon_call_get_statistics (call);

  if (beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_RECONNECTING)
    return BECKON_QUALITY_BAD;
  return statistics != NULL ? beckon_statistics_get_quality (statistics)
                            : BECKON_QUALITY_UNKNOWN;
}

/* Returns: whether the connection is too slow for one's own pictures. */
static gboolean
are_pictures_off (BeckonCall *call)
{
  BeckonStatistics *statistics = beckon_call_get_statistics (call);

  return statistics != NULL && beckon_statistics_get_pictures_off (statistics);
}

static void
update_quality (BeckonCallWindow *self, BeckonQualityLevel quality)
{
  static const char *const icons[] = {
    [BECKON_QUALITY_UNKNOWN] = NULL,
    [BECKON_QUALITY_BAD] = "network-cellular-signal-none-symbolic",
    [BECKON_QUALITY_WEAK] = "network-cellular-signal-weak-symbolic",
    [BECKON_QUALITY_FAIR] = "network-cellular-signal-ok-symbolic",
    [BECKON_QUALITY_GOOD] = "network-cellular-signal-good-symbolic",
    [BECKON_QUALITY_EXCELLENT] = "network-cellular-signal-excellent-symbolic",
  };
  const char *sentence = beckon_phrase_for_quality (quality);

  if (quality == self->shown_quality)
    return;
  self->shown_quality = quality;
  gtk_widget_set_visible (self->quality_button, sentence != NULL);
  if (sentence == NULL)
    return;
  gtk_image_set_from_icon_name (self->quality, icons[quality]);
  gtk_widget_set_tooltip_text (self->quality_button, sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->quality_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, sentence, -1);
}

static void
update_duration (BeckonCallWindow *self)
{
  g_autofree char *clock = beckon_phrase_for_clock (beckon_call_get_duration (self->call));

  gtk_label_set_label (self->duration, clock);
}

static void
update_header (BeckonCallWindow *self, Page page)
{
  g_autofree char *names = beckon_phrase_for_members (self->call);
  /* Translators: the title of a call's window; %s is a name or several */
  g_autofree char *title = g_strdup_printf (_("Call with %s"), names);
  gboolean narrow = beckon_adaptive_is_narrow (self->adaptive);

  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_label_set_label (GTK_LABEL (self->name), names);
  /* Where there is no picture, the name stands under the face. */
  gtk_widget_set_visible (self->name,
                          page == PAGE_CALLING && beckon_calling_page_has_picture (self->calling));
  gtk_widget_set_visible (self->meta, page == PAGE_CALLING);
  gtk_widget_set_visible (self->fullscreen, page == PAGE_CALLING && !narrow);
  gtk_widget_set_visible (self->pip_button, page == PAGE_CALLING && !narrow);
  update_duration (self);
}

static void
update_shown (BeckonCallWindow *self)
{
  gboolean shown = beckon_auto_hide_is_shown (self->auto_hide);
  gboolean ended = self->call != NULL && get_page (self->call) == PAGE_ENDED;
  gboolean small = beckon_picture_in_picture_is_active (self->pip);

  gtk_widget_set_visible (GTK_WIDGET (self->header), !small);
  gtk_widget_set_visible (self->pip_bar, small && shown);
  gtk_revealer_set_reveal_child (self->header, shown);
  gtk_revealer_set_reveal_child (self->controls_revealer, shown && !ended);
  gtk_widget_set_visible (GTK_WIDGET (self->controls_revealer), !ended);
  beckon_calling_page_set_controls_shown (self->calling, shown);
}

/* Who was called has the page before there is a connection; and one that was lost comes back. */
static void
announce_connection (BeckonCallWindow *self, Page page)
{
  const gboolean connected = page == PAGE_CALLING && beckon_call_get_progress (self->call) ==
                                                         BECKON_CALL_PROGRESS_CONNECTED;

  if (connected && !self->was_connected)
    /* Translators: said by screen readers: a call has been answered and there is sound */
    beckon_announce (GTK_WIDGET (self), C_("call", "Connected"), TRUE);
  self->was_connected = connected;
}

static void
show_page (BeckonCallWindow *self, Page page)
{
  static const char *const names[] = { "waiting", "calling", "ended" };

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), names[page]) == 0)
    return;
  gtk_stack_set_visible_child_name (self->pages, names[page]);
  if (page == PAGE_ENDED)
    {
      g_autofree char *sentence = beckon_phrase_for_end (self->call);

      beckon_announce (GTK_WIDGET (self), sentence, TRUE);
    }
  gtk_widget_grab_focus (page == PAGE_ENDED ? GTK_WIDGET (self->ended)
                                            : GTK_WIDGET (self->controls));
}

static void
update (BeckonCallWindow *self)
{
  const Page page = get_page (self->call);
  const BeckonQualityLevel quality = get_quality (self->call);
  gboolean narrow = beckon_adaptive_is_narrow (self->adaptive);

  if (page == PAGE_WAITING)
    beckon_waiting_page_update (self->waiting, self->call);
  else if (page == PAGE_CALLING)
    beckon_calling_page_update (self->calling, self->call, quality);
  else
    beckon_ended_page_update (self->ended, self->call);
  show_page (self, page);
  announce_connection (self, page);

  beckon_css_class_set (GTK_WIDGET (self), "covered",
                        page == PAGE_CALLING && beckon_calling_page_has_picture (self->calling));
  beckon_calling_page_set_narrow (self->calling, narrow);
  beckon_ended_page_set_narrow (self->ended, narrow);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "call.pip", page == PAGE_CALLING);
  beckon_call_controls_update (self->controls, self->call, page == PAGE_WAITING, narrow);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "call.screen", page == PAGE_CALLING);
  update_header (self, page);
  update_quality (self, quality);
  self->shown_off = are_pictures_off (self->call);
  beckon_auto_hide_set_held (
      self->auto_hide,
      page != PAGE_CALLING || !beckon_calling_page_has_picture (self->calling) ||
          beckon_call_get_progress (self->call) == BECKON_CALL_PROGRESS_RECONNECTING);
  update_shown (self);
}

static void
on_narrow (BeckonCallWindow *self)
{
  if (self->call != NULL)
    update (self);
}

/* What changes without being notified. */
static gboolean
on_tick (gpointer user_data)
{
  BeckonCallWindow *self = user_data;

  if (get_quality (self->call) != self->shown_quality ||
      are_pictures_off (self->call) != self->shown_off)
    update (self);
  else
    update_duration (self);
  return G_SOURCE_CONTINUE;
}

static void
on_call_notify (BeckonCall *call, GParamSpec *pspec, BeckonCallWindow *self)
{
  /* They change several times a second; the other one is shown where the devices are. */
  if (g_str_equal (pspec->name, "remote-level"))
    {
      beckon_calling_page_update_level (self->calling, call);
      return;
    }
  if (g_str_equal (pspec->name, "microphone-level"))
    return;
  if (g_str_equal (pspec->name, "microphone"))
    {
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MICROPHONE]);
      beckon_announce (GTK_WIDGET (self),
                       beckon_call_get_microphone (call)
                           /* Translators: said by screen readers when one is not muted any more */
                           ? _("Your microphone is on")
                           /* Translators: said by screen readers when one is muted */
                           : _("You are muted"),
                       FALSE);
    }
  else if (g_str_equal (pspec->name, "camera"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAMERA]);
  else if (g_str_equal (pspec->name, "screen"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCREEN]);
  else if (g_str_equal (pspec->name, "system-sound"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SYSTEM_SOUND]);
  else if (g_str_equal (pspec->name, "screen-problem"))
    beckon_calling_page_tell_no_screen (self->calling, call);
  update (self);
}

/* ---- the end ---- */

static gboolean
on_ended_timeout (gpointer user_data)
{
  BeckonCallWindow *self = user_data;

  /* Somebody has come to it, and reads. */
  if (self->attended && beckon_ended_page_is_pointed_at (self->ended))
    return G_SOURCE_CONTINUE;
  self->ended_source = 0;
  gtk_window_close (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static void
restart_ended (BeckonCallWindow *self)
{
  g_clear_handle_id (&self->ended_source, g_source_remove);
  if (!self->calling_again)
    self->ended_source = g_timeout_add (ENDED_MS, on_ended_timeout, self);
}

static void
on_call_end (BeckonCallWindow *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  beckon_picture_in_picture_set_active (self->pip, FALSE);
  self->attended = FALSE;
  /* Who cancels knows it, and wants to be done with it. */
  if (beckon_call_get_end (self->call) == BECKON_CALL_END_CANCELLED)
    gtk_window_close (GTK_WINDOW (self));
  else
    restart_ended (self);
}

static void
on_motion (BeckonCallWindow *self, double x, double y)
{
  gboolean moved = x != self->x || y != self->y;

  self->x = x;
  self->y = y;
  /* Somebody may be on the way to "Call Again". */
  if (moved && self->ended_source != 0)
    {
      self->attended = TRUE;
      restart_ended (self);
    }
}

/* So is who moves the focus. */
static void
on_focus (BeckonCallWindow *self)
{
  if (self->ended_source != 0)
    restart_ended (self);
}

/* ---- actions ---- */

/* Whether what the person does now is more than the tail of what they did just before. */
static gboolean
is_deliberate (BeckonCallWindow *self, Toggle toggle)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->toggled_at[toggle] != 0 && now - self->toggled_at[toggle] < REPEAT_US)
    return FALSE;
  self->toggled_at[toggle] = now;
  return TRUE;
}

static void
set_screen (BeckonCallWindow *self, gboolean on)
{
  if (on)
    beckon_screen_sharing_start (self->sharing, beckon_portal_parent_new (GTK_WINDOW (self)));
  else
    beckon_screen_sharing_stop (self->sharing);
}

static void
on_stop_screen_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);

  if (self->sharing != NULL)
    beckon_screen_sharing_stop (self->sharing);
}

static void
on_hang_up_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);

  if (self->call != NULL)
    beckon_call_hang_up (self->call);
}

static void
on_fullscreen_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (widget);

  if (!is_deliberate (BECKON_CALL_WINDOW (widget), TOGGLE_FULLSCREEN))
    return;
  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

static void
on_pip_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);

  if (is_deliberate (self, TOGGLE_PIP))
    beckon_picture_in_picture_set_active (self->pip,
                                          !beckon_picture_in_picture_is_active (self->pip));
}

static void
on_pip (BeckonCallWindow *self)
{
  beckon_calling_page_set_small (self->calling, beckon_picture_in_picture_is_active (self->pip));
  update_shown (self);
}

static void
on_statistics_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);

  if (self->call == NULL)
    return;
  if (self->statistics == NULL)
    g_set_weak_pointer (&self->statistics,
                        beckon_statistics_window_new (GTK_WINDOW (self), self->call));
  gtk_window_present (GTK_WINDOW (self->statistics));
}

static void
on_leave_fullscreen_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_window_unfullscreen (GTK_WINDOW (widget));
  beckon_picture_in_picture_set_active (BECKON_CALL_WINDOW (widget)->pip, FALSE);
}

static void
on_fullscreened (BeckonCallWindow *self)
{
  gboolean full = gtk_window_is_fullscreen (GTK_WINDOW (self));

  gtk_button_set_icon_name (GTK_BUTTON (self->fullscreen),
                            full ? "view-restore-symbolic" : "view-fullscreen-symbolic");
  gtk_widget_set_tooltip_text (self->fullscreen,
                               /* Translators: tooltip of a button of a call; imperative */
                               full ? _("Leave full screen")
                                    /* Translators: tooltip of a button: a call fills the screen */
                                    : _("Full screen"));
}

static void
on_called_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);

  self->calling_again = FALSE;
  if (self->closed)
    { /* The window was closed: nobody waits for this call any more. */
      if (call != NULL)
        beckon_call_hang_up (call);
      return;
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "call.again", TRUE);
  if (call == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, NULL);

      beckon_ended_page_set_failure (self->ended, phrase);
      restart_ended (self);
    }
}

static void
on_again_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);
  GPtrArray *members = beckon_call_get_members (self->call);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  if (self->calling_again)
    return;
  for (guint i = 0; i < members->len; i++)
    g_ptr_array_add (ids, ((BeckonUser *) g_ptr_array_index (members, i))->id);
  g_ptr_array_add (ids, NULL);
  self->calling_again = TRUE;
  g_clear_handle_id (&self->ended_source, g_source_remove);
  gtk_widget_action_set_enabled (widget, "call.again", FALSE);
  beckon_call_manager_invite_async (self->manager, (const char *const *) ids->pdata,
                                    beckon_call_get_media (self->call), 0, NULL, on_called_again,
                                    g_object_ref (self));
}

/* ---- the window ---- */

static void
beckon_call_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (widget);

  GTK_WIDGET_CLASS (beckon_call_window_parent_class)
      ->size_allocate (widget, width, height, baseline);
  beckon_adaptive_allocated (self->adaptive, gtk_widget_get_width (self->overlay));
}

static gboolean
beckon_call_window_close_request (GtkWindow *window)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (window);
  g_autoptr (BeckonCall) call = NULL;
  int width;
  int height;

  beckon_picture_in_picture_set_active (self->pip, FALSE);
  gtk_window_get_default_size (window, &width, &height);
  g_settings_set (self->settings, "call-size", "(ii)", width, height);
  /* The window goes at once; nobody has to read how a call ended that they closed. */
  g_signal_group_set_target (self->call_signals, NULL);
  g_set_object (&call, self->call);
  if (call != NULL)
    beckon_call_hang_up (call);
  self->closed = TRUE;
  return GTK_WINDOW_CLASS (beckon_call_window_parent_class)->close_request (window);
}

static void
beckon_call_window_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (object);

  switch ((BeckonCallWindowProperty) prop_id)
    {
    case PROP_MICROPHONE:
      g_value_set_boolean (value, self->call != NULL && beckon_call_get_microphone (self->call));
      break;
    case PROP_CAMERA:
      g_value_set_boolean (value, self->call != NULL && beckon_call_get_camera (self->call));
      break;
    case PROP_SCREEN:
      g_value_set_boolean (value, self->call != NULL && beckon_call_get_screen (self->call));
      break;
    case PROP_SYSTEM_SOUND:
      g_value_set_boolean (value, self->call != NULL && beckon_call_get_system_sound (self->call));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_call_window_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (object);

  if (self->call == NULL)
    return;
  switch ((BeckonCallWindowProperty) prop_id)
    {
    case PROP_MICROPHONE:
      if (is_deliberate (self, TOGGLE_MICROPHONE))
        beckon_call_set_microphone (self->call, g_value_get_boolean (value));
      break;
    case PROP_CAMERA:
      if (is_deliberate (self, TOGGLE_CAMERA))
        beckon_call_set_camera (self->call, g_value_get_boolean (value));
      break;
    case PROP_SCREEN:
      if (is_deliberate (self, TOGGLE_SCREEN))
        set_screen (self, g_value_get_boolean (value));
      break;
    case PROP_SYSTEM_SOUND:
      if (is_deliberate (self, TOGGLE_SYSTEM_SOUND))
        beckon_call_set_system_sound (self->call, g_value_get_boolean (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_call_window_dispose (GObject *object)
{
  BeckonCallWindow *self = BECKON_CALL_WINDOW (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_handle_id (&self->ended_source, g_source_remove);
  /* GTK may keep a popover that closes together with its button for a while. */
  if (self->call != NULL)
    beckon_call_controls_set_call (self->controls, NULL, NULL);
  g_clear_weak_pointer (&self->statistics);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->sharing);
  g_clear_object (&self->call);
  g_clear_object (&self->auto_hide);
  g_clear_object (&self->pip);
  g_clear_object (&self->adaptive);
  g_clear_object (&self->manager);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (beckon_call_window_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_property_action (widget_class, "call.microphone", "microphone");
  gtk_widget_class_install_property_action (widget_class, "call.camera", "camera");
  gtk_widget_class_install_property_action (widget_class, "call.screen", "screen");
  gtk_widget_class_install_property_action (widget_class, "call.system-sound", "system-sound");
  gtk_widget_class_install_action (widget_class, "call.stop-screen", NULL, on_stop_screen_action);
  gtk_widget_class_install_action (widget_class, "call.hang-up", NULL, on_hang_up_action);
  gtk_widget_class_install_action (widget_class, "call.fullscreen", NULL, on_fullscreen_action);
  gtk_widget_class_install_action (widget_class, "call.pip", NULL, on_pip_action);
  gtk_widget_class_install_action (widget_class, "call.leave-fullscreen", NULL,
                                   on_leave_fullscreen_action);
  gtk_widget_class_install_action (widget_class, "call.statistics", NULL, on_statistics_action);
  gtk_widget_class_install_action (widget_class, "call.again", NULL, on_again_action);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (BECKON_TYPE_WAITING_PAGE);
  g_type_ensure (BECKON_TYPE_CALLING_PAGE);
  g_type_ensure (BECKON_TYPE_ENDED_PAGE);
  g_type_ensure (BECKON_TYPE_CALL_CONTROLS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/call-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, overlay);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, waiting);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, calling);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, ended);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, header);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, meta);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, duration);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, quality_button);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, quality);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, fullscreen);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, pip_button);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, pip_bar);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, controls_revealer);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallWindow, controls);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
}

static void
beckon_call_window_class_init (BeckonCallWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_call_window_get_property;
  object_class->set_property = beckon_call_window_set_property;
  object_class->dispose = beckon_call_window_dispose;
  widget_class->size_allocate = beckon_call_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = beckon_call_window_close_request;

  properties[PROP_MICROPHONE] = g_param_spec_boolean ("microphone", NULL, NULL, FALSE, flags);
  properties[PROP_CAMERA] = g_param_spec_boolean ("camera", NULL, NULL, FALSE, flags);
  properties[PROP_SCREEN] = g_param_spec_boolean ("screen", NULL, NULL, FALSE, flags);
  properties[PROP_SYSTEM_SOUND] = g_param_spec_boolean ("system-sound", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  bind_template (widget_class);
  install_actions (widget_class);
}

static void
beckon_call_window_init (BeckonCallWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  beckon_stack_pages_hide_inactive (self->pages);
  self->auto_hide = beckon_auto_hide_new (GTK_WINDOW (self));
  self->pip = beckon_picture_in_picture_new (GTK_WINDOW (self));
  g_signal_connect_object (self->pip, "notify::active", G_CALLBACK (on_pip), self,
                           G_CONNECT_SWAPPED);
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify", G_CALLBACK (on_call_notify), self,
                                 0);
  g_signal_group_connect_object (self->call_signals, "notify::end", G_CALLBACK (on_call_end), self,
                                 G_CONNECT_SWAPPED);
  g_signal_connect_object (self->auto_hide, "notify::shown", G_CALLBACK (update_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (on_fullscreened), NULL);
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus), NULL);
}

GtkWidget *
beckon_call_window_new (GtkApplication *application, GSettings *settings)
{
  BeckonCallWindow *self;
  int width;
  int height;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  g_settings_get (settings, "call-size", "(ii)", &width, &height);
  self = g_object_new (BECKON_TYPE_CALL_WINDOW, "application", application, "default-width", width,
                       "default-height", height, NULL);
  self->settings = g_object_ref (settings);
  self->adaptive = beckon_adaptive_new (GTK_WINDOW (self), width);
  g_signal_connect_object (self->adaptive, "notify::narrow", G_CALLBACK (on_narrow), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
beckon_call_window_set_call (BeckonCallWindow *self, BeckonCallManager *manager, BeckonCall *call)
{
  g_autoptr (BeckonVolumeMemory) memory = NULL;
  BeckonSignalingService *signaling;

  g_return_if_fail (BECKON_IS_CALL_WINDOW (self));
  g_return_if_fail (BECKON_IS_CALL_MANAGER (manager));
  g_return_if_fail (BECKON_IS_CALL (call));

  g_set_object (&self->manager, manager);
  if (!g_set_object (&self->call, call))
    return;
  g_clear_handle_id (&self->ended_source, g_source_remove);
  if (self->tick_source == 0)
    self->tick_source = g_timeout_add (TICK_MS, on_tick, self);
  memset (self->toggled_at, 0, sizeof self->toggled_at);
  if (self->statistics != NULL)
    gtk_window_destroy (GTK_WINDOW (self->statistics)); /* of the call before */
  beckon_calling_page_reset (self->calling);
  g_clear_object (&self->sharing);
  self->sharing = beckon_screen_sharing_new (call, self->settings);
  g_signal_group_set_target (self->call_signals, call);
  signaling = beckon_call_manager_get_signaling (manager);
  memory = beckon_volume_memory_new (self->settings,
                                     beckon_signaling_service_get_user_id (signaling),
                                     beckon_signaling_service_get_server (signaling));
  beckon_call_controls_set_devices (self->controls, beckon_call_manager_get_devices (manager));
  beckon_call_controls_set_call (self->controls, call, memory);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MICROPHONE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAMERA]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCREEN]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SYSTEM_SOUND]);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->controls));
}
