/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "ringer.h"
#include "tone-player.h"

struct _BeckonRinger
{
  GObject parent_instance;

  BeckonTonePlayer *player;
  BeckonCall *call; /* nullable */
  gboolean silent;
};

G_DEFINE_FINAL_TYPE (BeckonRinger, beckon_ringer, G_TYPE_OBJECT)

static BeckonTone
tone_of_end (BeckonCall *call)
{
  switch (beckon_call_get_end (call))
    {
    case BECKON_CALL_END_PEER_BUSY:
      return BECKON_TONE_BUSY;
    case BECKON_CALL_END_PEER_HUNG_UP:
    case BECKON_CALL_END_PEER_DECLINED:
    case BECKON_CALL_END_UNANSWERED:
    case BECKON_CALL_END_CONNECTION_LOST:
    case BECKON_CALL_END_NO_MEDIA:
    case BECKON_CALL_END_FAILED:
      return BECKON_TONE_ENDED;
    case BECKON_CALL_END_NONE:
    case BECKON_CALL_END_HUNG_UP:
    case BECKON_CALL_END_CANCELLED:
    case BECKON_CALL_END_PEER_CANCELLED:
    case BECKON_CALL_END_DECLINED:
    case BECKON_CALL_END_MISSED:
    case BECKON_CALL_END_ANSWERED_ELSEWHERE:
    default:
      return BECKON_TONE_NONE;
    }
}

static BeckonTone
tone_of (BeckonCall *call)
{
  switch (beckon_call_get_state (call))
    {
    case BECKON_CALL_STATE_INCOMING:
      return BECKON_TONE_RING;
    case BECKON_CALL_STATE_WAITING:
      return beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_RINGING ? BECKON_TONE_RING_BACK
                                                                             : BECKON_TONE_NONE;
    case BECKON_CALL_STATE_FREE:
      return tone_of_end (call);
    case BECKON_CALL_STATE_CALLING:
    default:
      return BECKON_TONE_NONE;
    }
}

static void
update (BeckonRinger *self)
{
  BeckonTone tone = tone_of (self->call);

  if (tone == BECKON_TONE_RING && self->silent)
    tone = BECKON_TONE_NONE;
  if (tone != beckon_tone_player_get_tone (self->player))
    beckon_tone_player_play (self->player, tone);
}

void
beckon_ringer_follow (BeckonRinger *self, BeckonCall *call)
{
  g_return_if_fail (BECKON_IS_RINGER (self));

  if (self->call == call)
    return;
  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  g_set_object (&self->call, call);
  self->silent = FALSE;
  if (call == NULL)
    return;
  g_signal_connect_object (call, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (call, "notify::progress", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
beckon_ringer_set_devices (BeckonRinger *self, BeckonDeviceSettings *devices)
{
  g_return_if_fail (BECKON_IS_RINGER (self));

  beckon_tone_player_set_devices (self->player, devices);
}

void
beckon_ringer_silence (BeckonRinger *self)
{
  g_return_if_fail (BECKON_IS_RINGER (self));

  self->silent = TRUE;
  if (self->call != NULL)
    update (self);
}

static void
beckon_ringer_dispose (GObject *object)
{
  BeckonRinger *self = BECKON_RINGER (object);

  beckon_ringer_follow (self, NULL);
  g_clear_object (&self->player);
  G_OBJECT_CLASS (beckon_ringer_parent_class)->dispose (object);
}

static void
beckon_ringer_class_init (BeckonRingerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_ringer_dispose;
}

static void
beckon_ringer_init (BeckonRinger *self)
{
  self->player = beckon_tone_player_new ();
}

BeckonRinger *
beckon_ringer_new (void)
{
  return g_object_new (BECKON_TYPE_RINGER, NULL);
}
