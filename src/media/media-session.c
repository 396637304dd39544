/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The object, and what is ours in a call: microphone, camera, screen and speaker, whether they are
 * wanted, and what is wrong with them. Who gets what of them is in session-peers.c. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "session-private.h"

#include "screen-source.h"

enum
{
  PROP_0,
  PROP_MICROPHONE,
  PROP_CAMERA,
  PROP_SCREEN,
  PROP_SYSTEM_SOUND,
  PROP_LOCAL_VIDEO,
  PROP_OPENED,
  PROP_MICROPHONE_PROBLEM,
  PROP_CAMERA_PROBLEM,
  PROP_SPEAKER_PROBLEM,
  PROP_SCREEN_PROBLEM,
  PROP_MICROPHONE_LEVEL,
  N_PROPS
};

enum
{
  ENCODER_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonMediaSession, beckon_media_session, G_TYPE_OBJECT)

static void
notify (BeckonMediaSession *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* @problem: (transfer full) (nullable) */
static void
set_problem (BeckonMediaSession *self, guint property, GError *problem)
{
  GError **slot = &self->problems[property - PROP_MICROPHONE_PROBLEM];

  if (problem == NULL && *slot == NULL)
    return;
  g_clear_error (slot);
  *slot = problem;
  notify (self, property);
}

static void
tell_encoder (BeckonMediaSession *self, BeckonLine line, guint property)
{
  const GError *problem = self->problems[property - PROP_MICROPHONE_PROBLEM];
  gboolean failed = FALSE;

  for (guint i = 0; i < self->peers->len && self->wanted[line]; i++)
    failed |= beckon_media_peer_has_failed (g_ptr_array_index (self->peers, i), line);
  if (failed && problem == NULL)
    set_problem (self, property,
                 g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER,
                                      "The encoder of the pictures has failed"));
  else if (!failed && g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER))
    set_problem (self, property, NULL);
}

void
beckon_session_tell_encoders (BeckonMediaSession *self)
{
  tell_encoder (self, BECKON_LINE_CAMERA, PROP_CAMERA_PROBLEM);
  tell_encoder (self, BECKON_LINE_SCREEN, PROP_SCREEN_PROBLEM);
}

/* ---- devices ---- */

static void
update_peers (BeckonMediaSession *self)
{
  for (guint i = 0; i < self->peers->len; i++)
    beckon_session_peers_update (self, g_ptr_array_index (self->peers, i));
}

/* A device is open while it is wanted and somebody sees or hears it, and no longer. */
static void
update (BeckonMediaSession *self)
{
  if (self->wanted[BECKON_LINE_MICROPHONE] && self->opened)
    beckon_capture_start (self->microphone);
  else
    beckon_capture_stop (self->microphone);
  if (self->wanted[BECKON_LINE_CAMERA] && (self->opened || self->previewing))
    beckon_capture_start (self->camera);
  else
    beckon_capture_stop (self->camera);
  update_peers (self);
  beckon_session_tell_encoders (self);
  notify (self, PROP_LOCAL_VIDEO);
}

static void
on_capture_failed (BeckonCapture *capture, const GError *error, BeckonMediaSession *self)
{
  const gboolean camera = capture == self->camera;
  const BeckonLine line = camera ? BECKON_LINE_CAMERA : BECKON_LINE_MICROPHONE;

  set_problem (self, camera ? PROP_CAMERA_PROBLEM : PROP_MICROPHONE_PROBLEM, g_error_copy (error));
  self->wanted[line] = FALSE;
  self->interrupted[line] = TRUE;
  notify (self, camera ? PROP_CAMERA : PROP_MICROPHONE);
  update (self);
}

/* It goes on: what it gives may come yet. */
static void
on_microphone_doubted (BeckonCapture *capture, const GError *error, BeckonMediaSession *self)
{
  set_problem (self, PROP_MICROPHONE_PROBLEM, error != NULL ? g_error_copy (error) : NULL);
}

static void
on_screen_failed (BeckonCapture *capture, const GError *error, BeckonMediaSession *self)
{
  beckon_media_session_stop_screen (self, error);
}

static void
on_capture_started (BeckonCapture *capture, BeckonMediaSession *self)
{
  if (capture == self->camera)
    notify (self, PROP_LOCAL_VIDEO);
  update_peers (self);
}

static void
on_microphone_level (BeckonMediaSession *self)
{
  notify (self, PROP_MICROPHONE_LEVEL);
}

static void
on_speaker_opened (BeckonSpeaker *speaker, BeckonMediaSession *self)
{
  set_problem (self, PROP_SPEAKER_PROBLEM, NULL);
}

static void
on_speaker_failed (BeckonSpeaker *speaker, const GError *error, BeckonMediaSession *self)
{
  set_problem (self, PROP_SPEAKER_PROBLEM, g_error_copy (error));
}

static void
add_speaker (BeckonMediaSession *self)
{
  self->speaker = beckon_speaker_new (self->config->devices);
  g_signal_connect_object (self->speaker, "opened", G_CALLBACK (on_speaker_opened), self, 0);
  g_signal_connect_object (self->speaker, "failed", G_CALLBACK (on_speaker_failed), self, 0);
  beckon_capture_set_probe (self->microphone, beckon_speaker_get_probe (self->speaker));
}

/* A device has come, or come back, that a person has not stopped wanting. */
static void
on_devices_changed (BeckonMediaSession *self, guint use)
{
  const BeckonLine line = use == BECKON_DEVICE_USE_CAMERA ? BECKON_LINE_CAMERA
                                                          : BECKON_LINE_MICROPHONE;

  if (use > BECKON_DEVICE_USE_MICROPHONE || !self->interrupted[line] || self->close != NULL ||
      beckon_device_settings_get_device (self->config->devices, use) == NULL)
    return;
  if (line == BECKON_LINE_CAMERA)
    beckon_media_session_set_camera (self, TRUE);
  else
    beckon_media_session_set_microphone (self, TRUE);
}

/* ---- public ---- */

BeckonMediaSession *
beckon_media_session_new (const BeckonMediaConfig *config)
{
  BeckonMediaSession *self;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_MEDIA_SESSION, NULL);
  self->config = beckon_media_config_copy (config);
  if (self->config->devices == NULL)
    self->config->devices = beckon_device_settings_new (NULL);
  self->microphone = beckon_capture_new (self->config, FALSE);
  self->camera = beckon_capture_new (self->config, TRUE);
  self->screen = beckon_capture_new_screen (self->config);
  if (config->audio_output == BECKON_OUTPUT_DEVICE)
    add_speaker (self);
  self->wanted[BECKON_LINE_MICROPHONE] = config->audio != BECKON_SOURCE_NONE;
  beckon_session_sound_init (self);
  g_signal_connect_object (self->microphone, "failed", G_CALLBACK (on_capture_failed), self, 0);
  g_signal_connect_object (self->camera, "failed", G_CALLBACK (on_capture_failed), self, 0);
  g_signal_connect_object (self->microphone, "doubted", G_CALLBACK (on_microphone_doubted), self, 0);
  g_signal_connect_object (self->screen, "failed", G_CALLBACK (on_screen_failed), self, 0);
  g_signal_connect_object (self->microphone, "started", G_CALLBACK (on_capture_started), self, 0);
  g_signal_connect_object (self->camera, "started", G_CALLBACK (on_capture_started), self, 0);
  g_signal_connect_object (self->microphone, "notify::level", G_CALLBACK (on_microphone_level), self,
                           G_CONNECT_SWAPPED);
  /* Behind the captures: what can go on does so by itself. */
  g_signal_connect_object (self->config->devices, "changed", G_CALLBACK (on_devices_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

const BeckonMediaConfig *
beckon_media_session_get_config (BeckonMediaSession *self)
{
  return self->config;
}

void
beckon_media_session_open (BeckonMediaSession *self)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  if (self->opened)
    return;
  self->opened = TRUE;
  if (self->speaker != NULL)
    beckon_speaker_open (self->speaker);
  for (guint i = 0; i < self->peers->len; i++)
    beckon_session_peers_end_warm_up (self, g_ptr_array_index (self->peers, i));
  update (self);
  notify (self, PROP_OPENED);
}

gboolean
beckon_media_session_is_open (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->opened;
}

void
beckon_media_session_start_preview (BeckonMediaSession *self)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  self->previewing = TRUE;
  update (self);
}

static void
set_wanted (BeckonMediaSession *self, BeckonLine line, gboolean on, guint property, guint problem)
{
  const BeckonSource source = line == BECKON_LINE_MICROPHONE ? self->config->audio
                                                             : self->config->video;

  if (source == BECKON_SOURCE_NONE)
    on = FALSE;
  self->interrupted[line] = FALSE;
  if (self->wanted[line] == on)
    return;
  self->wanted[line] = on;
  if (on)
    set_problem (self, problem, NULL);
  notify (self, property);
  update (self);
}

void
beckon_media_session_set_microphone (BeckonMediaSession *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  set_wanted (self, BECKON_LINE_MICROPHONE, on, PROP_MICROPHONE, PROP_MICROPHONE_PROBLEM);
}

gboolean
beckon_media_session_get_microphone (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->wanted[BECKON_LINE_MICROPHONE];
}

void
beckon_media_session_set_camera (BeckonMediaSession *self, gboolean on)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  set_wanted (self, BECKON_LINE_CAMERA, on, PROP_CAMERA, PROP_CAMERA_PROBLEM);
}

gboolean
beckon_media_session_get_camera (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->wanted[BECKON_LINE_CAMERA];
}

void
beckon_media_session_share_screen (BeckonMediaSession *self, int fd, guint node)
{
  g_autoptr (GError) error = NULL;
  GstElement *source;

  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (self->close == NULL);

  source = beckon_screen_source_new (self->config, fd, node, &error);
  if (source == NULL)
    {
      beckon_media_session_stop_screen (self, error);
      return;
    }
  set_problem (self, PROP_SCREEN_PROBLEM, NULL);
  self->wanted[BECKON_LINE_SCREEN] = TRUE;
  beckon_capture_start_source (self->screen, source);
  notify (self, PROP_SCREEN);
  update (self);
}

void
beckon_media_session_stop_screen (BeckonMediaSession *self, const GError *problem)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));

  beckon_capture_stop (self->screen);
  beckon_media_session_set_system_sound (self, FALSE);
  if (self->wanted[BECKON_LINE_SCREEN])
    {
      self->wanted[BECKON_LINE_SCREEN] = FALSE;
      notify (self, PROP_SCREEN);
      update (self);
    }
  set_problem (self, PROP_SCREEN_PROBLEM, problem != NULL ? g_error_copy (problem) : NULL);
}

void
beckon_session_tell_sound (BeckonMediaSession *self, const GError *problem)
{
  set_problem (self, PROP_SCREEN_PROBLEM, problem != NULL ? g_error_copy (problem) : NULL);
  notify (self, PROP_SYSTEM_SOUND);
}

gboolean
beckon_media_session_get_screen (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->wanted[BECKON_LINE_SCREEN];
}

gboolean
beckon_media_session_has_screen_source (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), FALSE);

  return self->config->screen != BECKON_SOURCE_DEVICE || self->config->screen_node != NULL;
}

GObject *
beckon_media_session_get_local_video (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return beckon_capture_get_sink (self->camera);
}

double
beckon_media_session_get_microphone_level (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), 0);

  return beckon_capture_get_level (self->microphone);
}

const GError *
beckon_media_session_get_microphone_problem (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return self->problems[0];
}

const GError *
beckon_media_session_get_camera_problem (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return self->problems[1];
}

const GError *
beckon_media_session_get_speaker_problem (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return self->problems[2];
}

const GError *
beckon_media_session_get_screen_problem (BeckonMediaSession *self)
{
  g_return_val_if_fail (BECKON_IS_MEDIA_SESSION (self), NULL);

  return self->problems[3];
}

/* ---- leaving ---- */

void
beckon_media_session_close_async (BeckonMediaSession *self,
                                  const char *reason,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (BECKON_IS_MEDIA_SESSION (self));
  g_return_if_fail (self->close == NULL);

  self->close = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->close, beckon_media_session_close_async);
  /* A device that comes back later finds nobody who waits for it. */
  self->opened = self->previewing = FALSE;
  memset (self->interrupted, 0, sizeof self->interrupted);
  beckon_capture_stop (self->microphone);
  beckon_capture_stop (self->camera);
  beckon_capture_stop (self->screen);
  if (beckon_session_sound_drop (self))
    notify (self, PROP_SYSTEM_SOUND);
  if (self->speaker != NULL)
    beckon_speaker_close (self->speaker);
  notify (self, PROP_LOCAL_VIDEO);
  beckon_session_peers_close (self, reason);
}

gboolean
beckon_media_session_close_finish (BeckonMediaSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- class ---- */

static void
beckon_media_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonMediaSession *self = BECKON_MEDIA_SESSION (object);

  switch (id)
    {
    case PROP_MICROPHONE:
    case PROP_CAMERA:
    case PROP_SCREEN:
      g_value_set_boolean (value, self->wanted[id - PROP_MICROPHONE]);
      break;
    case PROP_SYSTEM_SOUND:
      g_value_set_boolean (value, beckon_media_session_get_system_sound (self));
      break;
    case PROP_LOCAL_VIDEO:
      g_value_set_object (value, beckon_media_session_get_local_video (self));
      break;
    case PROP_OPENED:
      g_value_set_boolean (value, self->opened);
      break;
    case PROP_MICROPHONE_PROBLEM:
    case PROP_CAMERA_PROBLEM:
    case PROP_SPEAKER_PROBLEM:
    case PROP_SCREEN_PROBLEM:
      g_value_set_boxed (value, self->problems[id - PROP_MICROPHONE_PROBLEM]);
      break;
    case PROP_MICROPHONE_LEVEL:
      g_value_set_double (value, beckon_media_session_get_microphone_level (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_media_session_set_property (GObject *object, guint id, const GValue *value,
                                   GParamSpec *pspec)
{
  BeckonMediaSession *self = BECKON_MEDIA_SESSION (object);

  switch (id)
    {
    case PROP_MICROPHONE:
      beckon_media_session_set_microphone (self, g_value_get_boolean (value));
      break;
    case PROP_CAMERA:
      beckon_media_session_set_camera (self, g_value_get_boolean (value));
      break;
    case PROP_SYSTEM_SOUND:
      beckon_media_session_set_system_sound (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_media_session_dispose (GObject *object)
{
  BeckonMediaSession *self = BECKON_MEDIA_SESSION (object);

  if (self->microphone != NULL)
    beckon_capture_stop (self->microphone);
  if (self->camera != NULL)
    beckon_capture_stop (self->camera);
  if (self->screen != NULL)
    beckon_capture_stop (self->screen);
  beckon_session_sound_drop (self);
  beckon_session_peers_drop (self);
  g_clear_object (&self->microphone);
  g_clear_object (&self->camera);
  g_clear_object (&self->screen);
  if (self->speaker != NULL)
    beckon_speaker_close (self->speaker);
  g_clear_object (&self->speaker);
  G_OBJECT_CLASS (beckon_media_session_parent_class)->dispose (object);
}

static void
beckon_media_session_finalize (GObject *object)
{
  BeckonMediaSession *self = BECKON_MEDIA_SESSION (object);

  beckon_session_peers_clear (self);
  for (guint i = 0; i < G_N_ELEMENTS (self->problems); i++)
    g_clear_error (&self->problems[i]);
  beckon_media_config_free (self->config);
  G_OBJECT_CLASS (beckon_media_session_parent_class)->finalize (object);
}

static void
beckon_media_session_class_init (BeckonMediaSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->get_property = beckon_media_session_get_property;
  object_class->set_property = beckon_media_session_set_property;
  object_class->dispose = beckon_media_session_dispose;
  object_class->finalize = beckon_media_session_finalize;

  properties[PROP_MICROPHONE] = g_param_spec_boolean ("microphone", NULL, NULL, TRUE, write);
  properties[PROP_CAMERA] = g_param_spec_boolean ("camera", NULL, NULL, FALSE, write);
  properties[PROP_SCREEN] = g_param_spec_boolean ("screen", NULL, NULL, FALSE, read);
  properties[PROP_SYSTEM_SOUND] = g_param_spec_boolean ("system-sound", NULL, NULL, FALSE, write);
  properties[PROP_LOCAL_VIDEO] = g_param_spec_object ("local-video", NULL, NULL, G_TYPE_OBJECT,
                                                      read);
  properties[PROP_OPENED] = g_param_spec_boolean ("opened", NULL, NULL, FALSE, read);
  properties[PROP_MICROPHONE_PROBLEM] = g_param_spec_boxed ("microphone-problem", NULL, NULL,
                                                            G_TYPE_ERROR, read);
  properties[PROP_CAMERA_PROBLEM] = g_param_spec_boxed ("camera-problem", NULL, NULL, G_TYPE_ERROR,
                                                        read);
  properties[PROP_SPEAKER_PROBLEM] = g_param_spec_boxed ("speaker-problem", NULL, NULL,
                                                         G_TYPE_ERROR, read);
  properties[PROP_SCREEN_PROBLEM] =
      g_param_spec_boxed ("screen-problem", NULL, NULL, G_TYPE_ERROR, read);
  properties[PROP_MICROPHONE_LEVEL] = g_param_spec_double ("microphone-level", NULL, NULL, 0, 1, 0,
                                                           read);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ENCODER_FAILED] = g_signal_new ("encoder-failed", BECKON_TYPE_MEDIA_SESSION,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                          BECKON_TYPE_MEDIA_PEER);
}

static void
beckon_media_session_init (BeckonMediaSession *self)
{
  beckon_session_peers_init (self);
}
