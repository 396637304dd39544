/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The object: what a session and a call see of a connection, and what its other files tell through
 * it. Its life is in peer-life.c. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "peer-bandwidth.h"
#include "peer-jitter.h"
#include "peer-share.h"
#include "peer-start.h"

enum
{
  PROP_0,
  PROP_USER,
  PROP_DEVICE,
  PROP_GENERATION,
  PROP_OFFERER,
  PROP_STATE,
  PROP_PROBLEM,
  PROP_REMOTE_MICROPHONE,
  PROP_REMOTE_CAMERA,
  PROP_REMOTE_SCREEN,
  PROP_REMOTE_VIDEO,
  PROP_REMOTE_SCREEN_VIDEO,
  PROP_AUDIO_LEVEL,
  PROP_VOLUME,
  N_PROPS
};
enum
{
  LOCAL_SIGNAL,
  BYE,
  FIRST_AUDIO,
  FIRST_VIDEO,
  ENCODER_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (BeckonMediaPeerState, beckon_media_peer_state,
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_NEW, "new"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_CONNECTED, "connected"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_LOST, "lost"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_PEER_CLOSED, "closed"))

G_DEFINE_FINAL_TYPE (BeckonMediaPeer, beckon_media_peer, G_TYPE_OBJECT)

static void
notify (BeckonMediaPeer *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
is_closing (BeckonMediaPeer *self)
{
  return self->state == BECKON_MEDIA_PEER_CLOSED;
}

/* ---- state ---- */

void
beckon_media_peer_set_state (BeckonMediaPeer *self, BeckonMediaPeerState state)
{
  if (self->state == state || is_closing (self))
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

void
beckon_media_peer_fail (BeckonMediaPeer *self, BeckonMediaError code, const char *text)
{
  if (is_closing (self) || self->state == BECKON_MEDIA_PEER_FAILED)
    return;
  g_message ("The connection to %s: %s", self->user, text);
  if (self->was_connected)
    {
      beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_LOST);
      return;
    }
  g_clear_error (&self->problem);
  self->problem = g_error_new_literal (BECKON_MEDIA_ERROR, code, text);
  notify (self, PROP_PROBLEM);
  beckon_media_peer_set_state (self, BECKON_MEDIA_PEER_FAILED);
}

void
beckon_media_peer_emit_signal (BeckonMediaPeer *self, BeckonPeerSignal *signal)
{
  g_autoptr (BeckonPeerSignal) owned = signal;

  if (!is_closing (self))
    g_signal_emit (self, signals[LOCAL_SIGNAL], 0, owned);
}

void
beckon_media_peer_set_remote_state (BeckonMediaPeer *self,
                                    gboolean microphone,
                                    gboolean camera,
                                    gboolean screen)
{
  const gboolean now[BECKON_N_LINES] = { microphone, camera, screen };

  for (guint line = 0; line < BECKON_N_LINES; line++)
    if (self->remote[line] != now[line])
      {
        self->remote[line] = now[line];
        if (line == BECKON_LINE_SCREEN && !screen)
          beckon_peer_screen_ended (self);
        notify (self, PROP_REMOTE_MICROPHONE + line);
        if (line == BECKON_LINE_SCREEN)
          notify (self, PROP_REMOTE_SCREEN_VIDEO);
      }
  beckon_meter_expect_pictures (self->meter, beckon_media_peer_expects_pictures (self),
                                g_get_monotonic_time ());
}

void
beckon_media_peer_set_pictures_off (BeckonMediaPeer *self, gboolean off)
{
  if (self->statistics->counted.pictures_off == off)
    return;
  self->statistics->counted.pictures_off = off;
  beckon_statistics_tell (self->statistics);
  beckon_peer_channel_send_state (self);
}

void
beckon_media_peer_set_remote_pictures_off (BeckonMediaPeer *self, gboolean off)
{
  if (self->statistics->counted.remote_pictures_off == off)
    return;
  self->statistics->counted.remote_pictures_off = off;
  beckon_statistics_tell (self->statistics);
  beckon_meter_expect_pictures (self->meter, beckon_media_peer_expects_pictures (self),
                                g_get_monotonic_time ());
  notify (self, PROP_REMOTE_CAMERA);
}

gboolean
beckon_media_peer_expects_pictures (BeckonMediaPeer *self)
{
  return self->was_connected && g_atomic_int_get (&self->opened) &&
         self->remote[BECKON_LINE_CAMERA] && !self->statistics->counted.remote_pictures_off;
}

void
beckon_media_peer_saw_screen (BeckonMediaPeer *self)
{
  if (!is_closing (self))
    notify (self, PROP_REMOTE_SCREEN_VIDEO);
}

void
beckon_media_peer_saw_video (BeckonMediaPeer *self, guint width, guint height)
{
  if (is_closing (self))
    return;
  notify (self, PROP_REMOTE_VIDEO);
  g_signal_emit (self, signals[FIRST_VIDEO], 0, width, height);
}

void
beckon_media_peer_fail_line (BeckonMediaPeer *self, BeckonLine line)
{
  if (self->failed[line] || is_closing (self))
    return;
  self->failed[line] = TRUE;
  if (self->encoders[line] != NULL)
    beckon_codec_choice_give_up (
        GST_OBJECT_NAME (gst_element_get_factory (self->encoders[line])));
  g_signal_emit (self, signals[ENCODER_FAILED], 0);
}

gboolean
beckon_media_peer_has_failed (BeckonMediaPeer *self, BeckonLine line)
{
  return self->failed[line];
}

void
beckon_media_peer_set_level (BeckonMediaPeer *self, double level)
{
  if (self->audio_level == level)
    return;
  self->audio_level = level;
  notify (self, PROP_AUDIO_LEVEL);
}

void
beckon_media_peer_they_left (BeckonMediaPeer *self, const char *reason)
{
  if (is_closing (self))
    {
      beckon_media_peer_byes_crossed (self);
      return;
    }
  self->they_left = TRUE;
  g_signal_emit (self, signals[BYE], 0, reason);
}

/* ---- public ---- */

gboolean
beckon_media_peer_handle_signal (BeckonMediaPeer *self,
                                 const BeckonPeerSignal *signal,
                                 GError **error)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);
  g_return_val_if_fail (signal != NULL, FALSE);

  if (is_closing (self) || self->state == BECKON_MEDIA_PEER_FAILED ||
      signal->generation != self->generation)
    return TRUE;
  switch (signal->kind)
    {
    case BECKON_PEER_SIGNAL_DESCRIPTION:
      return beckon_peer_connection_set_remote (self, signal, error);
    case BECKON_PEER_SIGNAL_CANDIDATE:
      return beckon_peer_connection_add_candidate (self, signal, error);
    case BECKON_PEER_SIGNAL_BYE:
      beckon_media_peer_they_left (self, signal->reason);
      return TRUE;
    case BECKON_PEER_SIGNAL_CANDIDATES_END:
    default:
      return TRUE;
    }
}

const char *
beckon_media_peer_get_user (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return self->user;
}

const char *
beckon_media_peer_get_device (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return self->device;
}

void
beckon_media_peer_set_device (BeckonMediaPeer *self, const char *device)
{
  g_return_if_fail (BECKON_IS_MEDIA_PEER (self));

  if (g_strcmp0 (self->device, device) == 0)
    return;
  g_free (self->device);
  self->device = g_strdup (device);
  notify (self, PROP_DEVICE);
}

guint
beckon_media_peer_get_generation (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), 0);

  return self->generation;
}

gboolean
beckon_media_peer_is_offerer (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);

  return self->offerer;
}

BeckonMediaPeerState
beckon_media_peer_get_state (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), BECKON_MEDIA_PEER_CLOSED);

  return self->state;
}

const GError *
beckon_media_peer_get_problem (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return self->problem;
}

gboolean
beckon_media_peer_has_failed_encoder (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);

  return self->failed[BECKON_LINE_CAMERA] || self->failed[BECKON_LINE_SCREEN];
}

gboolean
beckon_media_peer_get_remote_microphone (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);

  return self->remote[BECKON_LINE_MICROPHONE];
}

gboolean
beckon_media_peer_get_remote_camera (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);

  return self->remote[BECKON_LINE_CAMERA];
}

gboolean
beckon_media_peer_get_remote_screen (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), FALSE);

  return self->remote[BECKON_LINE_SCREEN];
}

GObject *
beckon_media_peer_get_remote_video (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return g_atomic_int_get (&self->frames_in) > 0 ? G_OBJECT (self->video_sink) : NULL;
}

GObject *
beckon_media_peer_get_remote_screen_video (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return self->remote[BECKON_LINE_SCREEN] && g_atomic_int_get (&self->screen_new) > 0
             ? G_OBJECT (self->screen_sink)
             : NULL;
}

double
beckon_media_peer_get_audio_level (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), 0);

  return self->audio_level;
}

void
beckon_media_peer_set_volume (BeckonMediaPeer *self, double volume)
{
  g_return_if_fail (BECKON_IS_MEDIA_PEER (self));

  volume = CLAMP (volume, 0, BECKON_VOLUME_MAX);
  if (self->volume == volume)
    return;
  self->volume = volume;
  if (self->voice != NULL)
    beckon_voice_set_volume (self->voice, volume);
  notify (self, PROP_VOLUME);
}

double
beckon_media_peer_get_volume (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), 1);

  return self->volume;
}

BeckonStatistics *
beckon_media_peer_get_statistics (BeckonMediaPeer *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_PEER (self), NULL);

  return self->statistics;
}

/* ---- class ---- */

static void
beckon_media_peer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonMediaPeer *self = BECKON_MEDIA_PEER (object);

  switch (id)
    {
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    case PROP_GENERATION:
      g_value_set_uint (value, self->generation);
      break;
    case PROP_OFFERER:
      g_value_set_boolean (value, self->offerer);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROBLEM:
      g_value_set_boxed (value, self->problem);
      break;
    case PROP_REMOTE_MICROPHONE:
    case PROP_REMOTE_CAMERA:
    case PROP_REMOTE_SCREEN:
      g_value_set_boolean (value, self->remote[id - PROP_REMOTE_MICROPHONE]);
      break;
    case PROP_REMOTE_VIDEO:
      g_value_set_object (value, beckon_media_peer_get_remote_video (self));
      break;
    case PROP_REMOTE_SCREEN_VIDEO:
      g_value_set_object (value, beckon_media_peer_get_remote_screen_video (self));
      break;
    case PROP_AUDIO_LEVEL:
      g_value_set_double (value, self->audio_level);
      break;
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_media_peer_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_VOLUME:
      beckon_media_peer_set_volume (BECKON_MEDIA_PEER (object), g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_media_peer_dispose (GObject *object)
{
  BeckonMediaPeer *self = BECKON_MEDIA_PEER (object);

  beckon_media_peer_look_away (self);
  /* GStreamer's threads know us until then. */
  if (self->pipeline != NULL)
    {
      beckon_media_peer_prepare_stop (self);
      gst_element_set_state (self->pipeline, GST_STATE_NULL);
    }
  beckon_peer_ice_end_checks (self); /* of an agent that began after it was stopped */
  gst_clear_object (&self->pipeline);
  g_ptr_array_set_size (self->channels, 0);
  g_clear_pointer (&self->voice, beckon_voice_free);
  for (guint line = 0; line < BECKON_N_LINES; line++)
    gst_clear_object (&self->sources[line]);
  if (self->video_sink != NULL)
    gst_element_set_state (self->video_sink, GST_STATE_NULL);
  gst_clear_object (&self->video_sink);
  if (self->screen_sink != NULL)
    gst_element_set_state (self->screen_sink, GST_STATE_NULL);
  gst_clear_object (&self->screen_sink);
  g_clear_object (&self->recorder);
  g_clear_object (&self->screen_recorder);
  G_OBJECT_CLASS (beckon_media_peer_parent_class)->dispose (object);
}

static void
beckon_media_peer_finalize (GObject *object)
{
  BeckonMediaPeer *self = BECKON_MEDIA_PEER (object);

  g_queue_clear_full (&self->candidates, (GDestroyNotify) beckon_peer_signal_free);
  g_clear_error (&self->problem);
  g_clear_error (&self->relay_problem);
  g_clear_error (&self->udp_problem);
  g_free (self->stun_host);
  g_ptr_array_unref (self->relays);
  g_ptr_array_unref (self->channels);
  beckon_meter_free (self->meter);
  g_object_unref (self->statistics);
  beckon_peer_repeat_unref (self->repeat);
  beckon_ssrc_gate_free (self->gate);
  g_clear_pointer (&self->their_description, gst_webrtc_session_description_free);
  g_free (self->report);
  beckon_media_config_free (self->config);
  beckon_peer_bandwidth_free (self->bandwidth);
  beckon_peer_jitter_free (self->jitter);
  beckon_peer_start_free (self->start);
  beckon_peer_share_free (self->share);
  g_free (self->user);
  g_free (self->device);
  G_OBJECT_CLASS (beckon_media_peer_parent_class)->finalize (object);
}

static void
beckon_media_peer_class_init (BeckonMediaPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GType type = G_OBJECT_CLASS_TYPE (klass);

  object_class->get_property = beckon_media_peer_get_property;
  object_class->set_property = beckon_media_peer_set_property;
  object_class->dispose = beckon_media_peer_dispose;
  object_class->finalize = beckon_media_peer_finalize;

  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, read);
  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, read);
  properties[PROP_GENERATION] = g_param_spec_uint ("generation", NULL, NULL, 1, G_MAXUINT, 1, read);
  properties[PROP_OFFERER] = g_param_spec_boolean ("offerer", NULL, NULL, FALSE, read);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, BECKON_TYPE_MEDIA_PEER_STATE,
                                              BECKON_MEDIA_PEER_NEW, read);
  properties[PROP_PROBLEM] = g_param_spec_boxed ("problem", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_REMOTE_MICROPHONE] = g_param_spec_boolean ("remote-microphone", NULL, NULL, FALSE,
                                                             read);
  properties[PROP_REMOTE_CAMERA] = g_param_spec_boolean ("remote-camera", NULL, NULL, FALSE, read);
  properties[PROP_REMOTE_SCREEN] = g_param_spec_boolean ("remote-screen", NULL, NULL, FALSE, read);
  properties[PROP_REMOTE_VIDEO] = g_param_spec_object ("remote-video", NULL, NULL, G_TYPE_OBJECT,
                                                       read);
  properties[PROP_REMOTE_SCREEN_VIDEO] =
      g_param_spec_object ("remote-screen-video", NULL, NULL, G_TYPE_OBJECT, read);
  properties[PROP_AUDIO_LEVEL] = g_param_spec_double ("audio-level", NULL, NULL, 0, 1, 0, read);
  properties[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0, BECKON_VOLUME_MAX, 1,
                                                 read | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[LOCAL_SIGNAL] = g_signal_new ("local-signal", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, BECKON_TYPE_PEER_SIGNAL);
  signals[BYE] = g_signal_new ("bye", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               G_TYPE_STRING);
  signals[FIRST_AUDIO] = g_signal_new ("first-audio", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 0);
  signals[FIRST_VIDEO] = g_signal_new ("first-video", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[ENCODER_FAILED] = g_signal_new ("encoder-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static GstAppSrc *
new_source (void)
{
  GstElement *source = gst_object_ref_sink (beckon_media_make_element ("appsrc"));

  g_object_set (source, "is-live", TRUE, "do-timestamp", TRUE, "format", GST_FORMAT_TIME,
                "max-bytes", (guint64) 0, "max-buffers", (guint64) 8, NULL);
  gst_util_set_object_arg (G_OBJECT (source), "leaky-type", "downstream");
  return GST_APP_SRC (source);
}

static void
beckon_media_peer_init (BeckonMediaPeer *self)
{
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  for (guint line = 0; line < BECKON_N_LINES; line++)
    self->sources[line] = new_source ();
  self->bandwidth = beckon_peer_bandwidth_new (self);
  self->jitter = beckon_peer_jitter_new (self);
  self->start = beckon_peer_start_new (self);
  self->share = beckon_peer_share_new (self);
  g_queue_init (&self->candidates);
  self->meter = beckon_meter_new ();
  self->repeat = beckon_peer_repeat_new ();
  self->gate = beckon_ssrc_gate_new ();
  self->relays = g_ptr_array_new_with_free_func (beckon_peer_relay_free);
  self->channels = g_ptr_array_new_with_free_func (g_object_unref);
  self->statistics = beckon_statistics_new ();
  self->volume = 1;
}
