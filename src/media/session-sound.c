/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What this computer plays, sent with a shared screen. The line of the microphone carries it, mixed
 * with our voice, for there is no other that everybody listens to:
 *
 *   microphone ───────────┐
 *   programs, by ─────────┴▶ mixer ─▶ all connections
 *   BeckonSystemSound
 */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "session-private.h"

#include "sound-mixer.h"

static void
on_failed (GObject *source, const GError *error, BeckonMediaSession *self)
{
  beckon_session_sound_stop (self);
  beckon_session_tell_sound (self, error);
}

static void
start (BeckonMediaSession *self)
{
  GstElement *bin = beckon_sound_mixer_new ();

  self->voice = beckon_sound_mixer_add (bin);
  g_object_set (self->voice, "do-timestamp", TRUE, NULL);
  beckon_capture_start_source (self->mixed, bin);
  beckon_system_sound_start (self->system_sound, bin);
  beckon_capture_add_target (self->microphone, self->voice);
  beckon_session_peers_move_sound (self, self->microphone);
}

static void
stop (BeckonMediaSession *self)
{
  beckon_capture_remove_target (self->microphone, self->voice);
  beckon_system_sound_stop (self->system_sound);
  beckon_capture_stop (self->mixed);
  gst_clear_object (&self->voice);
}

void
beckon_session_sound_stop (BeckonMediaSession *self)
{
  if (self->voice == NULL)
    return;
  stop (self);
  beckon_session_peers_move_sound (self, self->mixed);
}

void
beckon_media_session_set_system_sound (BeckonMediaSession *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  if (on == (self->voice != NULL) ||
      (on && (!self->wanted[BECKON_LINE_SCREEN] || self->close != NULL)))
    return;
  if (on)
    start (self);
  else
    beckon_session_sound_stop (self);
  beckon_session_tell_sound (self, NULL);
}

gboolean
beckon_media_session_get_system_sound (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->voice != NULL;
}

void
beckon_session_sound_init (BeckonMediaSession *self)
{
  self->mixed = beckon_capture_new_mixed (self->config);
  self->system_sound = beckon_system_sound_new ();
  g_signal_connect_object (self->mixed, "failed", G_CALLBACK (on_failed), self, 0);
  g_signal_connect_object (self->system_sound, "failed", G_CALLBACK (on_failed), self, 0);
}

gboolean
beckon_session_sound_drop (BeckonMediaSession *self)
{
  const gboolean shared = self->voice != NULL;

  if (shared)
    stop (self);
  g_clear_object (&self->mixed);
  g_clear_object (&self->system_sound);
  return shared;
}
