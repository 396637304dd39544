/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The popup and the window of a call. */

#include "config.h"

#include "screens-private.h"

#include "badge.h"
#include "call-controls.h"
#include "call-window.h"
#include "calling-page.h"
#include "devices-popover.h"
#include "incoming-window.h"
#include "phrases.h"
#include "statistics-window.h"
#include "waiting-page.h"

#define POPUP_WIDTH 420

static GError *
create_problem (BeckonMediaError code)
{
  return g_error_new_literal (BECKON_MEDIA_ERROR, code, "of a test");
}

static void
create_call (Screens *self, BeckonMedia media)
{
  self->call = fake_call_new ();
  self->call->media = media;
  self->call->camera = media == BECKON_MEDIA_VIDEO;
  if (media == BECKON_MEDIA_VIDEO)
    self->call->local_video = ui_create_source (0x7a5c86);
}

/* ---- the popup ---- */

static void
show_incoming (Screens *self)
{
  GtkWidget *window;

  self->call->outgoing = FALSE;
  self->call->state = BECKON_CALL_STATE_INCOMING;
  window = beckon_incoming_window_new (NULL, self->manager, self->call);
  g_set_weak_pointer (&self->window, window);
  /* It is of one size, that of a small screen here. */
  if (self->width < POPUP_WIDTH)
    gtk_widget_set_size_request (screens_find (self, BECKON_TYPE_INCOMING_WINDOW, "body"),
                                 self->width, -1);
  beckon_incoming_window_appear (BECKON_INCOMING_WINDOW (window));
  ui_await (gtk_widget_get_mapped (window));
}

static void
open_incoming (Screens *self)
{
  create_call (self, BECKON_MEDIA_VIDEO);
  show_incoming (self);
}

static void
open_incoming_group (Screens *self)
{
  create_call (self, BECKON_MEDIA_VOICE);
  fake_call_add_member (self->call, "carol", "Carol Adeyemi");
  fake_call_add_member (self->call, "dave", "Dave Okafor");
  show_incoming (self);
}

static void
open_incoming_long (Screens *self)
{
  create_call (self, BECKON_MEDIA_VIDEO);
  g_ptr_array_set_size (self->call->members, 0);
  fake_call_add_member (self->call, SCREENS_LONG_ID, SCREENS_LONG_NAME);
  show_incoming (self);
}

static void
open_incoming_menu (Screens *self)
{
  open_incoming (self);
  gtk_menu_button_popup (
      GTK_MENU_BUTTON (screens_find (self, BECKON_TYPE_INCOMING_WINDOW, "more")));
}

/* An accept that came too late. */
static void
open_incoming_over (Screens *self)
{
  open_incoming (self);
  beckon_incoming_window_accept (BECKON_INCOMING_WINDOW (self->window), TRUE);
  self->call->end = BECKON_CALL_END_PEER_CANCELLED;
  fake_call_set_state (self->call, BECKON_CALL_STATE_FREE, BECKON_CALL_PROGRESS_ENDED);
  fake_call_finish_accept (
      self->call, g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER, "over"));
  ui_await (gtk_widget_get_mapped (screens_find (self, BECKON_TYPE_INCOMING_WINDOW, "failure")));
}

/* ---- waiting ---- */

static void
show_call (Screens *self)
{
  GtkWidget *window = beckon_call_window_new (NULL, self->settings);

  beckon_call_window_set_call (BECKON_CALL_WINDOW (window), self->manager, self->call);
  screens_show (self, window);
}

static void
open_waiting (Screens *self)
{
  create_call (self, BECKON_MEDIA_VIDEO);
  self->call->progress = BECKON_CALL_PROGRESS_OFFLINE;
  show_call (self);
}

static void
open_waiting_voice (Screens *self)
{
  create_call (self, BECKON_MEDIA_VOICE);
  self->call->progress = BECKON_CALL_PROGRESS_OFFLINE;
  show_call (self);
}

static void
open_waiting_ringing (Screens *self)
{
  create_call (self, BECKON_MEDIA_VOICE);
  self->call->progress = BECKON_CALL_PROGRESS_RINGING;
  show_call (self);
}

/* At once: by itself it would wait a second. @sentence: (transfer full) */
static void
tell_badge (Screens *self, GType page, const char *name, char *sentence)
{
  beckon_badge_tell (BECKON_BADGE (screens_find (self, page, name)), sentence);
  g_free (sentence);
}

static void
open_waiting_problems (Screens *self)
{
  create_call (self, BECKON_MEDIA_VIDEO);
  g_clear_object (&self->call->local_video);
  self->call->progress = BECKON_CALL_PROGRESS_CALLING;
  self->call->microphone_problem = create_problem (BECKON_MEDIA_ERROR_DEVICE_BUSY);
  self->call->camera_problem = create_problem (BECKON_MEDIA_ERROR_NOT_ALLOWED);
  show_call (self);
  tell_badge (self, BECKON_TYPE_WAITING_PAGE, "microphone_badge",
              beckon_phrase_for_no_microphone (self->call));
  tell_badge (self, BECKON_TYPE_WAITING_PAGE, "camera_badge",
              beckon_phrase_for_no_camera (self->call));
}

static void
open_waiting_long (Screens *self)
{
  create_call (self, BECKON_MEDIA_VIDEO);
  g_ptr_array_set_size (self->call->members, 0);
  fake_call_add_member (self->call, SCREENS_LONG_ID, SCREENS_LONG_NAME);
  self->call->progress = BECKON_CALL_PROGRESS_RINGING;
  show_call (self);
}

/* ---- calling ---- */

static void
create_running (Screens *self, BeckonMedia media)
{
  create_call (self, media);
  self->call->duration = 767000;
  self->call->statistics->counted.quality = 4;
  beckon_statistics_tell (self->call->statistics);
  self->call->state = BECKON_CALL_STATE_CALLING;
  self->call->progress = BECKON_CALL_PROGRESS_CONNECTED;
  self->call->remote_camera = media == BECKON_MEDIA_VIDEO;
  if (media == BECKON_MEDIA_VIDEO)
    self->call->remote_video = ui_create_source (0x8fb7c9);
}

static void
open_calling (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  show_call (self);
}

static void
open_calling_long (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  g_ptr_array_set_size (self->call->members, 0);
  fake_call_add_member (self->call, SCREENS_LONG_ID, SCREENS_LONG_NAME);
  self->call->remote_camera = FALSE;
  show_call (self);
}

static void
open_calling_voice (Screens *self)
{
  create_running (self, BECKON_MEDIA_VOICE);
  self->call->remote_level = 0.2;
  show_call (self);
}

/* All that badges may have to say at a time. */
static void
open_calling_badges (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->statistics->counted.quality = 2;
  beckon_statistics_tell (self->call->statistics);
  self->call->microphone = FALSE;
  self->call->screen = TRUE;
  self->call->microphone_problem = create_problem (BECKON_MEDIA_ERROR_DEVICE_QUIET);
  self->call->camera_problem = create_problem (BECKON_MEDIA_ERROR_DEVICE_LOST);
  self->call->speaker_problem = create_problem (BECKON_MEDIA_ERROR_DEVICE_LATE);
  self->call->screen_problem = create_problem (BECKON_MEDIA_ERROR_FAILED);
  show_call (self);
  tell_badge (self, BECKON_TYPE_CALLING_PAGE, "no_microphone",
              beckon_phrase_for_no_microphone (self->call));
  tell_badge (self, BECKON_TYPE_CALLING_PAGE, "no_camera",
              beckon_phrase_for_no_camera (self->call));
  tell_badge (self, BECKON_TYPE_CALLING_PAGE, "no_speaker",
              beckon_phrase_for_no_speaker (self->call));
  tell_badge (self, BECKON_TYPE_CALLING_PAGE, "no_screen",
              beckon_phrase_for_no_screen (self->call));
}

static void
open_calling_camera_off (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->remote_camera = FALSE;
  show_call (self);
}

static void
open_calling_screen (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->remote_screen_video = ui_create_source (0x3584e4);
  show_call (self);
}

static void
open_reconnecting (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->progress = BECKON_CALL_PROGRESS_RECONNECTING;
  self->call->seconds_to_end = 17;
  show_call (self);
}

/* Returns: (transfer none): the controls of a call with devices to choose from */
static GtkWidget *
show_running_with_devices (Screens *self)
{
  GtkWidget *controls;

  create_running (self, BECKON_MEDIA_VIDEO);
  show_call (self);
  controls = ui_find_type (self->window, BECKON_TYPE_CALL_CONTROLS);
  beckon_call_controls_set_devices (BECKON_CALL_CONTROLS (controls), self->devices);
  screens_await_frame (self->window);
  return controls;
}

static void
open_devices (Screens *self)
{
  GtkWidget *controls = show_running_with_devices (self);
  GtkWidget *button = screens_find (self, BECKON_TYPE_CALL_CONTROLS, "devices");

  if (gtk_widget_get_visible (button))
    gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  else
    gtk_widget_activate_action (controls, "controls.devices", NULL);
}

/* More than there is room for. */
static void
open_devices_several (Screens *self)
{
  open_devices (self);
  fake_call_add_member (self->call, "carol", "Carol Adeyemi");
  fake_call_add_member (self->call, "dave", "Dave Okafor");
  fake_call_add_member (self->call, SCREENS_LONG_ID, SCREENS_LONG_NAME);
  fake_call_notify (self->call, "members");
}

static void
open_more (Screens *self)
{
  show_running_with_devices (self);
  gtk_menu_button_popup (GTK_MENU_BUTTON (screens_find (self, BECKON_TYPE_CALL_CONTROLS, "more")));
}

static void
open_pip (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  show_call (self);
  gtk_widget_activate_action (self->window, "call.pip", NULL);
}

static void
open_pip_voice (Screens *self)
{
  create_running (self, BECKON_MEDIA_VOICE);
  show_call (self);
  gtk_widget_activate_action (self->window, "call.pip", NULL);
}

/* Before anything is known. */
static void
open_statistics_early (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  screens_show (self, beckon_statistics_window_new (NULL, self->call));
}

static void
open_statistics (Screens *self)
{
  BeckonStatisticsValues *stats;

  create_running (self, BECKON_MEDIA_VIDEO);
  stats = &self->call->statistics->counted;
  stats->delay_ms = 47;
  stats->jitter_ms = 3;
  stats->width = 1280;
  stats->height = 720;
  stats->fps_received = 29.7;
  stats->video_kbps_received = 1400;
  stats->audio_kbps_received = 41;
  stats->video_codec_received = "VP8";
  stats->video_decoder = "vp8dec";
  stats->audio_codec_received = "Opus";
  stats->freezes = 2;
  stats->frozen_ms = 1340;
  stats->cipher = "AES-128-ICM";
  stats->path = BECKON_MEDIA_ROUTE_RELAYED;
  stats->protocol = "tls";
  screens_show (self, beckon_statistics_window_new (NULL, self->call));
  /* The lines have something to draw, and end where the values stand. */
  for (guint seconds = 24; seconds-- > 0;)
    {
      stats->round_trip_ms = 24.3 + seconds % 5 * 3;
      stats->packet_loss = seconds % 7 == 3 ? 0.011 : 0.002;
      stats->kbps_received = 1440 - seconds * 40;
      beckon_statistics_end_second (self->call->statistics);
    }
}

/* ---- the end ---- */

static void
show_end (Screens *self, BeckonMedia media, BeckonCallEnd end)
{
  create_running (self, media);
  show_call (self);
  fake_call_end (self->call, end);
}

static void
open_ended (Screens *self)
{
  show_end (self, BECKON_MEDIA_VIDEO, BECKON_CALL_END_PEER_HUNG_UP);
}

static void
open_ended_lost (Screens *self)
{
  show_end (self, BECKON_MEDIA_VOICE, BECKON_CALL_END_CONNECTION_LOST);
}

static void
open_ended_declined (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->message = g_strdup ("I am on a train. Call you back in an hour, or tomorrow.");
  show_call (self);
  fake_call_end (self->call, BECKON_CALL_END_PEER_DECLINED);
}

static void
open_ended_failed (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->error = create_problem (BECKON_MEDIA_ERROR_NO_PATH);
  show_call (self);
  fake_call_end (self->call, BECKON_CALL_END_NO_MEDIA);
}

static void
open_ended_moved (Screens *self)
{
  create_running (self, BECKON_MEDIA_VIDEO);
  self->call->elsewhere = BECKON_CALL_ELSEWHERE_MOVED;
  show_call (self);
  fake_call_end (self->call, BECKON_CALL_END_ANSWERED_ELSEWHERE);
}

const Screen screens_call[] = {
  { "incoming", open_incoming },
  { "incoming-group", open_incoming_group },
  { "incoming-long", open_incoming_long, FALSE, TRUE },
  { "incoming-menu", open_incoming_menu },
  { "incoming-over", open_incoming_over },
  { "waiting", open_waiting },
  { "waiting-voice", open_waiting_voice },
  { "waiting-ringing", open_waiting_ringing, FALSE, TRUE },
  { "waiting-problems", open_waiting_problems },
  { "waiting-long", open_waiting_long, FALSE, TRUE },
  { "calling", open_calling, FALSE, TRUE },
  { "calling-long", open_calling_long, FALSE, TRUE },
  { "calling-voice", open_calling_voice },
  { "calling-badges", open_calling_badges },
  { "calling-camera-off", open_calling_camera_off },
  { "calling-screen", open_calling_screen, FALSE, TRUE },
  { "reconnecting", open_reconnecting },
  { "devices", open_devices },
  { "devices-several", open_devices_several, FALSE, TRUE },
  { "more", open_more, TRUE },
  { "pip", open_pip, FALSE, TRUE },
  { "pip-voice", open_pip_voice, FALSE, TRUE },
  { "statistics", open_statistics },
  { "statistics-early", open_statistics_early },
  { "ended", open_ended },
  { "ended-lost", open_ended_lost },
  { "ended-declined", open_ended_declined },
  { "ended-failed", open_ended_failed },
  { "ended-moved", open_ended_moved },
};
const guint screens_n_call = G_N_ELEMENTS (screens_call);
