/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "tone-player.h"

#include <gst/app/gstappsrc.h>
#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "device-settings-private.h"
#include "media-private.h"
#include "tone-synth.h"

#define RATE 24000
#define PART (RATE / 50 * sizeof (gint16)) /* 20 ms */

struct _BeckonTonePlayer
{
  GObject parent_instance;

  char *sink;
  BeckonDeviceSettings *devices; /* nullable */
  GstElement *pipeline;          /* nullable: nothing is heard */
  char *key;                     /* nullable: of the device that it is played on, while it is */
  GstBus *bus;
  GThreadPool *states;

  BeckonTone tone;
};

G_DEFINE_FINAL_TYPE (BeckonTonePlayer, beckon_tone_player, G_TYPE_OBJECT)

enum
{
  PROP_TONE = 1,
  PROP_SINK,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_tone (BeckonTonePlayer *self, BeckonTone tone)
{
  if (self->tone == tone)
    return;

  self->tone = tone;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TONE]);
}

static void
drop_pipeline (BeckonTonePlayer *self)
{
  if (!self->pipeline)
    return;

  gst_bus_remove_watch (self->bus);
  beckon_media_set_state_in_thread (self->states, self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  g_clear_pointer (&self->key, g_free);
}

/* Nothing plays any more. What repeats is still wanted, so it stays the tone, and is played again
 * when there is a device for it. */
static void
finish (BeckonTonePlayer *self)
{
  drop_pipeline (self);
  if (!beckon_tone_repeats (self->tone))
    set_tone (self, BECKON_TONE_NONE);
}

/* The list looks less and less often, and tells when a speaker is there. */
static void
look_again (BeckonTonePlayer *self)
{
  if (self->devices && self->tone != BECKON_TONE_NONE)
    beckon_device_list_lost (beckon_device_settings_get_list (self->devices),
                             BECKON_DEVICE_SPEAKER);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonTonePlayer *self = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_message ("A tone is not heard: %s", error->message);
      finish (self);
      look_again (self);
      return G_SOURCE_REMOVE;
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    {
      finish (self);
      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

/* Only the streaming thread of its source touches it once that runs. */
typedef struct
{
  GstBuffer *round;
  gboolean repeats;
  gsize offset;      /* of the next part */
  GstClockTime time; /* of the next part */
} Reel;

static void
reel_free (gpointer data, GClosure *closure)
{
  Reel *reel = data;

  gst_buffer_unref (reel->round);
  g_free (reel);
}

/* On the streaming thread. */
static void
on_need_data (GstAppSrc *source, guint length, gpointer user_data)
{
  Reel *reel = user_data;
  GstBuffer *part;
  gsize size;

  if (reel->offset == gst_buffer_get_size (reel->round))
    {
      if (!reel->repeats)
        {
          gst_app_src_end_of_stream (source);
          return;
        }
      reel->offset = 0;
    }

  size = MIN (PART, gst_buffer_get_size (reel->round) - reel->offset);
  part = gst_buffer_copy_region (reel->round, GST_BUFFER_COPY_MEMORY, reel->offset, size);
  GST_BUFFER_PTS (part) = reel->time;
  GST_BUFFER_DURATION (part) = gst_util_uint64_scale (size / sizeof (gint16), GST_SECOND, RATE);
  reel->offset += size;
  reel->time += GST_BUFFER_DURATION (part);
  gst_app_src_push_buffer (source, part);
}

static void
feed (GstAppSrc *source, BeckonTone tone)
{
  g_autoptr (GBytes) samples = beckon_tone_synthesize (tone, RATE);
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "audio/x-raw", "format", G_TYPE_STRING, GST_AUDIO_NE (S16), "layout", G_TYPE_STRING,
      "interleaved", "rate", G_TYPE_INT, RATE, "channels", G_TYPE_INT, 1, NULL);
  Reel *reel = g_new0 (Reel, 1);

  reel->round = gst_buffer_new_wrapped_bytes (samples);
  reel->repeats = beckon_tone_repeats (tone);
  g_object_set (source, "caps", caps, "format", GST_FORMAT_TIME, NULL);
  g_signal_connect_data (source, "need-data", G_CALLBACK (on_need_data), reel, reel_free, 0);
}

/* Somebody calls the whole room, or speaks into a headset. */
static BeckonDeviceUse
get_use (BeckonTonePlayer *self)
{
  return self->tone == BECKON_TONE_RING ? BECKON_DEVICE_USE_RINGER : BECKON_DEVICE_USE_SPEAKER;
}

/* Returns: (transfer floating) (nullable) */
static GstElement *
make_sink (BeckonTonePlayer *self, GError **error)
{
  GstElement *sink = NULL;

  if (self->devices)
    sink = beckon_device_settings_make_element (self->devices, get_use (self));
  if (!sink)
    sink = gst_parse_bin_from_description_full (self->sink, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                                error);
  return sink;
}

static GstElement *
make_pipeline (BeckonTonePlayer *self, GError **error)
{
  GstElement *sink = make_sink (self, error);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) last = NULL;
  GstElement *pipeline;

  if (!sink)
    return NULL;

  pipeline = gst_parse_launch ("appsrc name=source ! audioconvert ! audioresample name=last", NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  last = gst_bin_get_by_name (GST_BIN (pipeline), "last");
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_link (last, sink);
  feed (GST_APP_SRC (source), self->tone);
  return pipeline;
}

static void
start (BeckonTonePlayer *self)
{
  g_autoptr (GError) error = NULL;

  self->pipeline = make_pipeline (self, &error);
  if (!self->pipeline)
    {
      g_debug ("No tone is heard: %s", error->message);
      finish (self);
      return;
    }

  if (self->devices)
    self->key = g_strdup (beckon_device_settings_get_key (self->devices, get_use (self)));
  self->bus = gst_element_get_bus (self->pipeline);
  gst_bus_add_watch (self->bus, on_message, self);
  beckon_media_set_state_in_thread (self->states, self->pipeline, GST_STATE_PLAYING);
}

/* Another device is to be used, or one is there again. What ends by itself is not begun anew. */
static void
on_settings_changed (BeckonTonePlayer *self, guint use)
{
  if (!beckon_tone_repeats (self->tone) || use != get_use (self))
    return;
  if (self->pipeline &&
      g_strcmp0 (self->key, beckon_device_settings_get_key (self->devices, use)) == 0)
    return;
  drop_pipeline (self);
  start (self);
}

static void
beckon_tone_player_dispose (GObject *object)
{
  BeckonTonePlayer *self = BECKON_TONE_PLAYER (object);

  drop_pipeline (self);
  g_clear_pointer (&self->states, beckon_media_state_thread_free);

  G_OBJECT_CLASS (beckon_tone_player_parent_class)->dispose (object);
}

static void
beckon_tone_player_finalize (GObject *object)
{
  BeckonTonePlayer *self = BECKON_TONE_PLAYER (object);

  g_free (self->sink);
  g_clear_object (&self->devices);

  G_OBJECT_CLASS (beckon_tone_player_parent_class)->finalize (object);
}

static void
beckon_tone_player_get_property (GObject *object,
                                 guint property_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  BeckonTonePlayer *self = BECKON_TONE_PLAYER (object);

  switch (property_id)
    {
    case PROP_TONE:
      g_value_set_uint (value, self->tone);
      break;
    case PROP_SINK:
      g_value_set_string (value, self->sink);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
beckon_tone_player_set_property (GObject *object,
                                 guint property_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  BeckonTonePlayer *self = BECKON_TONE_PLAYER (object);

  switch (property_id)
    {
    case PROP_SINK:
      self->sink = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
beckon_tone_player_class_init (BeckonTonePlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beckon_tone_player_dispose;
  object_class->finalize = beckon_tone_player_finalize;
  object_class->get_property = beckon_tone_player_get_property;
  object_class->set_property = beckon_tone_player_set_property;

  properties[PROP_TONE] =
      g_param_spec_uint ("tone", NULL, NULL, BECKON_TONE_NONE, BECKON_TONE_ENDED, BECKON_TONE_NONE,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SINK] =
      g_param_spec_string ("sink", NULL, NULL, "autoaudiosink",
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_tone_player_init (BeckonTonePlayer *self)
{
  self->states = beckon_media_state_thread_new ();
}

BeckonTonePlayer *
beckon_tone_player_new (void)
{
  return g_object_new (BECKON_TYPE_TONE_PLAYER, NULL);
}

void
beckon_tone_player_set_devices (BeckonTonePlayer *self, BeckonDeviceSettings *devices)
{
  g_return_if_fail (BECKON_IS_TONE_PLAYER (self));

  if (self->devices == devices)
    return;
  if (self->devices)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  g_set_object (&self->devices, devices);
  if (devices)
    g_signal_connect_object (devices, "changed", G_CALLBACK (on_settings_changed), self,
                             G_CONNECT_SWAPPED);
}

void
beckon_tone_player_play (BeckonTonePlayer *self, BeckonTone tone)
{
  g_return_if_fail (BECKON_IS_TONE_PLAYER (self));

  if (tone == self->tone && beckon_tone_repeats (tone))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  drop_pipeline (self);
  set_tone (self, tone);
  if (tone != BECKON_TONE_NONE)
    start (self);
  g_object_thaw_notify (G_OBJECT (self));
}

BeckonTone
beckon_tone_player_get_tone (BeckonTonePlayer *self)
{
  g_return_val_if_fail (BECKON_IS_TONE_PLAYER (self), BECKON_TONE_NONE);

  return self->tone;
}
