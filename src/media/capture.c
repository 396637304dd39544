/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "capture.h"

#include "capture-frames.h"
#include "capture-source.h"
#include "capture-watch.h"
#include "device-settings-private.h"
#include "media-private.h"

#define VIDEO_CAPS "video/x-raw,format=I420,width=[2,%u],height=[2,%u],pixel-aspect-ratio=1/1"
/* Pictures of 1920x1080 are for machines that have the time to make them. */
#define LARGE_WIDTH 1920
#define LARGE_HEIGHT 1080
#define LARGE_PROCESSORS 8
/* A screen keeps its size: what is made smaller cannot be read any more. */
#define SCREEN_CAPS "video/x-raw,format=I420,pixel-aspect-ratio=1/1"

struct _BeckonCapture
{
  GObject parent_instance;

  BeckonMediaConfig *config;
  GstElement *pipeline; /* nullable: stopped */
  BeckonFrames *frames; /* that come out of it */
  GThreadPool *states;  /* opens and closes a microphone */
  BeckonCaptureWatch *watch;
  GstElement *shown;    /* nullable: the sink of the own picture */
  char *probe;          /* nullable: echo is not cancelled */
  char *key;            /* nullable: of the device that is open */
  double level;
  guint bus_watch;
  gboolean opening; /* devices are being looked for */
  gboolean video;
  gboolean screen;       /* which is video, too */
  gboolean mixed;        /* sound of others, by the system's time */
  gboolean looping;      /* what it plays has an end */
  gboolean threaded;     /* the pipeline is started and stopped by a thread */
};

enum
{
  PROP_0,
  PROP_LEVEL,
  N_PROPS
};
enum
{
  STARTED,
  FAILED,
  DOUBTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonCapture, beckon_capture, G_TYPE_OBJECT)

/* ---- the pipeline ---- */

static BeckonDeviceList *
list_of (BeckonCapture *self)
{
  return beckon_device_settings_get_list (self->config->devices);
}

static BeckonDeviceUse
use_of (BeckonCapture *self)
{
  return self->video ? BECKON_DEVICE_USE_CAMERA : BECKON_DEVICE_USE_MICROPHONE;
}

static void
set_level (BeckonCapture *self, double level)
{
  if (self->level == level)
    return;
  self->level = level;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL]);
}

static void
fail (BeckonCapture *self, BeckonMediaError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (BECKON_MEDIA_ERROR, code, text);

  beckon_capture_stop (self);
  if (code == BECKON_MEDIA_ERROR_DEVICE_LOST)
    beckon_device_list_lost (list_of (self), beckon_device_use_get_kind (use_of (self)));
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
on_doubted (BeckonCaptureDoubt doubt, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (doubt == BECKON_CAPTURE_DOUBT_LATE)
    error = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LATE,
                                 "The microphone does not answer");
  else if (doubt == BECKON_CAPTURE_DOUBT_QUIET)
    error = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_QUIET,
                                 BECKON_MEDIA_QUIET_MESSAGE);
  g_signal_emit (user_data, signals[DOUBTED], 0, error);
}

static void
on_error (BeckonCapture *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  BeckonMediaError code = BECKON_MEDIA_ERROR_DEVICE_LOST;

  gst_message_parse_error (message, &error, &debug);
  g_message ("Capture: %s (%s)", error->message, debug != NULL ? debug : "");
  if (self->mixed)
    code = BECKON_MEDIA_ERROR_NO_SOUND;
  else if (error->domain == GST_RESOURCE_ERROR &&
      (error->code == GST_RESOURCE_ERROR_BUSY || error->code == GST_RESOURCE_ERROR_OPEN_READ ||
       error->code == GST_RESOURCE_ERROR_OPEN_READ_WRITE))
    code = BECKON_MEDIA_ERROR_DEVICE_BUSY;
  else if (self->looping)
    code = BECKON_MEDIA_ERROR_FAILED;
  fail (self, code, error->message);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonCapture *self = user_data;
  double level;

  if (beckon_media_read_level (message, &level))
    {
      set_level (self, level);
      beckon_capture_watch_hear (self->watch, level);
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      self->bus_watch = 0;
      on_error (self, message);
      return G_SOURCE_REMOVE;
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS && self->screen && !self->looping)
    {
      self->bus_watch = 0;
      fail (self, BECKON_MEDIA_ERROR_DEVICE_LOST, "What was shared is gone");
      return G_SOURCE_REMOVE;
    }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS && self->looping)
    gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
  return G_SOURCE_CONTINUE;
}

static GstElement *
add (BeckonCapture *self, GstElement *after, const char *factory)
{
  return beckon_media_append (self->pipeline, after, beckon_media_make_element (factory));
}

static GstElement *
add_queue (BeckonCapture *self, GstElement *after)
{
  GstElement *queue = add (self, after, "queue");

  /* A frame that cannot be taken at once is not worth having. */
  g_object_set (queue, "leaky", 2 /* downstream */, "max-size-buffers", 2, "max-size-bytes", 0,
                "max-size-time", (guint64) 0, NULL);
  return queue;
}

static void
add_app_sink (BeckonCapture *self, GstElement *after)
{
  GstElement *sink = add (self, after, "appsink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 4, "drop", TRUE,
                "enable-last-sample", FALSE, NULL);
  beckon_frames_take_from (self->frames, GST_APP_SINK (sink));
}

static void
add_shown (BeckonCapture *self, GstElement *after)
{
  GstElement *convert = add (self, add_queue (self, after), "videoconvertscale");

  self->shown = gst_object_ref (add (self, convert, self->config->video_sink));
  g_object_set (self->shown, "sync", FALSE, "async", FALSE, NULL);
}

/* Returns: (transfer full) */
static char *
get_picture_caps (BeckonCapture *self)
{
  const gboolean large = g_get_num_processors () >= LARGE_PROCESSORS;
  const guint width = self->config->video_width, height = self->config->video_height;

  return g_strdup_printf (VIDEO_CAPS,
                          width > 0 ? width : large ? LARGE_WIDTH : BECKON_PICTURE_WIDTH,
                          height > 0 ? height : large ? LARGE_HEIGHT : BECKON_PICTURE_HEIGHT);
}

/* Returns: (transfer full) */
static char *
get_caps (BeckonCapture *self)
{
  if (self->screen)
    return g_strdup (SCREEN_CAPS);
  return self->video ? get_picture_caps (self) : g_strdup (BECKON_VOICE_CAPS);
}

static GstElement *
add_converters (BeckonCapture *self, GstElement *after)
{
  g_autofree char *wanted = get_caps (self);
  g_autoptr (GstCaps) caps = gst_caps_from_string (wanted);
  GstElement *convert = add (self, after, self->video ? "videoconvert" : "audioconvert");
  GstElement *scale = add (self, convert, self->video ? "videoscale" : "audioresample");
  GstElement *filter = add (self, scale, "capsfilter");

  g_object_set (filter, "caps", caps, NULL);
  return filter;
}

/* Less echo and noise, and a steady level. Each is a person's choice. */
static GstElement *
add_voice_processing (BeckonCapture *self, GstElement *after)
{
  const BeckonVoiceProcessing wanted =
      beckon_device_settings_get_processing (self->config->devices);
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("webrtcdsp");

  if (factory == NULL || wanted == 0)
    return after;
  return beckon_media_append (self->pipeline, after,
                              beckon_media_make_voice_processor (wanted, self->probe));
}

/* A microphone waits for its sound server, which may hang. All else is ours, or answers at once: a
 * camera's light goes out when the person says so. */
static void
set_state (BeckonCapture *self, GstState state)
{
  if (self->threaded)
    beckon_media_set_state_in_thread (self->states, self->pipeline, state);
  else
    gst_element_set_state (self->pipeline, state);
}

/* @source: (transfer floating) */
static void
run (BeckonCapture *self, GstElement *source, gboolean is_device)
{
  g_autoptr (GstBus) bus = NULL;
  GstElement *last;

  g_assert (self->pipeline == NULL);
  self->threaded = !self->video && is_device;
  if (!self->video && !self->mixed)
    beckon_capture_watch_begin (self->watch);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add (GST_BIN (self->pipeline), source);
  last = add_converters (self, source);
  if (self->mixed || self->threaded)
    beckon_media_use_system_time (GST_PIPELINE (self->pipeline));
  if (self->threaded)
    last = add_voice_processing (self, last);
  if (!self->video)
    last = beckon_media_append (self->pipeline, last, beckon_media_make_level ());
  if (self->video && !self->screen && self->config->video_sink != NULL)
    {
      last = add (self, last, "tee");
      add_shown (self, last);
    }
  add_app_sink (self, add_queue (self, last));
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  set_state (self, GST_STATE_PLAYING);
  g_signal_emit (self, signals[STARTED], 0);
}

static void
run_stand_in (BeckonCapture *self)
{
  const char *file = self->video ? self->config->video_file : self->config->audio_file;

  self->looping = file != NULL;
  run (self,
       file != NULL ? beckon_capture_source_new_file (file, self->video)
                    : beckon_capture_source_new_test (self->config, self->video),
       FALSE);
}

/* ---- devices ---- */

static BeckonSource
kind_of (BeckonCapture *self)
{
  return self->video ? self->config->video : self->config->audio;
}

static void
fail_without (BeckonCapture *self)
{
  const GError *refusal = self->video ? beckon_device_list_get_refusal (list_of (self)) : NULL;

  if (refusal != NULL)
    fail (self, refusal->code, refusal->message);
  else
    fail (self, BECKON_MEDIA_ERROR_NO_DEVICE,
          self->video ? "There is no camera" : "There is no microphone");
}

static void
open_device (BeckonCapture *self)
{
  const char *key = beckon_device_settings_get_key (self->config->devices, use_of (self));
  GstElement *source =
      beckon_device_settings_make_element (self->config->devices, use_of (self));

  self->opening = FALSE;
  if (source != NULL)
    {
      self->key = g_strdup (key);
      run (self, beckon_capture_source_new_device (source, self->video), TRUE);
    }
  else if (kind_of (self) == BECKON_SOURCE_DEVICE_OR_TEST)
    run_stand_in (self);
  else
    fail_without (self);
}

static void
on_list_ready (BeckonCapture *self)
{
  if (self->opening &&
      beckon_device_list_is_ready (list_of (self), beckon_device_use_get_kind (use_of (self))))
    open_device (self);
}

static void
look_for_device (BeckonCapture *self)
{
  self->opening = TRUE;
  if (!self->video)
    beckon_capture_watch_begin (self->watch); /* who is asked for the list may hang as well */
  beckon_device_list_start (list_of (self));
  if (self->video)
    beckon_device_list_ask_cameras (list_of (self));
  on_list_ready (self);
}

/* Another one was chosen, or the one that is open was unplugged, of which neither GStreamer nor the
 * sound server says a word; or its sound is to be treated in another way. */
static void
on_settings_changed (BeckonCapture *self, guint use)
{
  const char *key = beckon_device_settings_get_key (self->config->devices, use_of (self));

  if (use != use_of (self) || self->pipeline == NULL || self->key == NULL)
    return;
  if (key == NULL && kind_of (self) == BECKON_SOURCE_DEVICE)
    {
      fail (self, BECKON_MEDIA_ERROR_DEVICE_LOST,
            self->video ? "The camera was unplugged" : "The microphone was unplugged");
      return;
    }
  beckon_capture_stop (self);
  open_device (self);
}

/* ---- public ---- */

BeckonCapture *
beckon_capture_new (const BeckonMediaConfig *config, gboolean video)
{
  BeckonCapture *self = g_object_new (BECKON_TYPE_CAPTURE, NULL);

  self->config = beckon_media_config_copy (config);
  if (self->config->devices == NULL)
    self->config->devices = beckon_device_settings_new (NULL);
  self->video = video;
  self->frames = beckon_frames_new (video);
  g_signal_connect_object (self->config->devices, "changed", G_CALLBACK (on_settings_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (list_of (self), "notify::ready", G_CALLBACK (on_list_ready), self,
                           G_CONNECT_SWAPPED);
  return self;
}

BeckonCapture *
beckon_capture_new_screen (const BeckonMediaConfig *config)
{
  BeckonCapture *self = beckon_capture_new (config, TRUE);

  self->screen = TRUE;
  return self;
}

BeckonCapture *
beckon_capture_new_mixed (const BeckonMediaConfig *config)
{
  BeckonCapture *self = beckon_capture_new (config, FALSE);

  self->mixed = TRUE;
  return self;
}

void
beckon_capture_start_source (BeckonCapture *self, GstElement *source)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self) && (self->screen || self->mixed));

  beckon_capture_stop (self);
  self->looping = self->screen && self->config->screen == BECKON_SOURCE_FILE;
  run (self, source, FALSE);
}

void
beckon_capture_set_probe (BeckonCapture *self, const char *probe)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self));

  g_free (self->probe);
  self->probe = g_strdup (probe);
}

double
beckon_capture_get_level (BeckonCapture *self)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), 0);

  return self->level;
}

void
beckon_capture_start (BeckonCapture *self)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self) && !self->screen && !self->mixed);

  if (beckon_capture_is_started (self))
    return;
  switch (kind_of (self))
    {
    case BECKON_SOURCE_DEVICE:
    case BECKON_SOURCE_DEVICE_OR_TEST:
      look_for_device (self);
      break;
    case BECKON_SOURCE_TEST:
    case BECKON_SOURCE_FILE:
      run_stand_in (self);
      break;
    case BECKON_SOURCE_NONE:
    case BECKON_SOURCE_ECHO:
    default:
      break;
    }
}

void
beckon_capture_stop (BeckonCapture *self)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self));

  self->opening = FALSE;
  beckon_capture_watch_end (self->watch);
  g_clear_pointer (&self->key, g_free);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  gst_clear_object (&self->shown);
  beckon_frames_take_from (self->frames, NULL);
  if (self->pipeline != NULL)
    set_state (self, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  set_level (self, 0);
}

gboolean
beckon_capture_is_started (BeckonCapture *self)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), FALSE);

  return self->pipeline != NULL || self->opening;
}

gboolean
beckon_capture_is_running (BeckonCapture *self)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), FALSE);

  return self->pipeline != NULL;
}

void
beckon_capture_add_target (BeckonCapture *self, GstAppSrc *target)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self));

  beckon_frames_add_target (self->frames, target);
}

gboolean
beckon_capture_has_target (BeckonCapture *self, GstAppSrc *target)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), FALSE);

  return beckon_frames_has_target (self->frames, target);
}

void
beckon_capture_remove_target (BeckonCapture *self, GstAppSrc *target)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self));

  beckon_frames_remove_target (self->frames, target);
}

GObject *
beckon_capture_get_sink (BeckonCapture *self)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), NULL);

  return (GObject *) self->shown;
}

static void
beckon_capture_dispose (GObject *object)
{
  BeckonCapture *self = BECKON_CAPTURE (object);

  beckon_capture_stop (self);
  G_OBJECT_CLASS (beckon_capture_parent_class)->dispose (object);
}

static void
beckon_capture_finalize (GObject *object)
{
  BeckonCapture *self = BECKON_CAPTURE (object);

  g_free (self->probe);
  beckon_capture_watch_free (self->watch);
  beckon_media_state_thread_free (self->states);
  beckon_frames_unref (self->frames);
  beckon_media_config_free (self->config);
  G_OBJECT_CLASS (beckon_capture_parent_class)->finalize (object);
}

static void
beckon_capture_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LEVEL:
      g_value_set_double (value, BECKON_CAPTURE (object)->level);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_capture_class_init (BeckonCaptureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = beckon_capture_dispose;
  object_class->finalize = beckon_capture_finalize;
  object_class->get_property = beckon_capture_get_property;

  properties[PROP_LEVEL] =
      g_param_spec_double ("level", NULL, NULL, 0, 1, 0,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[STARTED] = g_signal_new ("started", BECKON_TYPE_CAPTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", BECKON_TYPE_CAPTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[DOUBTED] = g_signal_new ("doubted", BECKON_TYPE_CAPTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
beckon_capture_init (BeckonCapture *self)
{
  self->states = beckon_media_state_thread_new ();
  self->watch = beckon_capture_watch_new (on_doubted, self);
}
