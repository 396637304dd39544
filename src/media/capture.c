/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "capture.h"

#include "capture-source.h"
#include "media-private.h"

#define VIDEO_CAPS                                                                                 \
  "video/x-raw,format=I420,width=[2,1280],height=[2,720],pixel-aspect-ratio=1/1"
/* A screen keeps its size: what is made smaller cannot be read any more. */
#define SCREEN_CAPS "video/x-raw,format=I420,pixel-aspect-ratio=1/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"

struct _BeckonCapture
{
  GObject parent_instance;

  BeckonMediaConfig *config;
  GstElement *pipeline;  /* nullable: stopped */
  GstElement *shown;     /* nullable: the sink of the own picture */
  GCancellable *opening; /* nullable: a device is being looked for */
  guint bus_watch;
  gboolean video;
  gboolean screen;       /* which is video, too */
  gboolean looping;      /* what it plays has an end */

  GMutex lock;
  GPtrArray *targets; /* GstAppSrc; under the lock */
  GstSample *last;    /* nullable, under the lock: a picture for who comes between two */
};

enum
{
  STARTED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonCapture, beckon_capture, G_TYPE_OBJECT)

/* ---- frames, on GStreamer's thread ---- */

void
beckon_media_push (GstAppSrc *target, GstSample *sample)
{
  g_autoptr (GstSample) stamped = NULL;
  GstBuffer *buffer;

  /* Before it has both a clock and a base time, it would stamp with the age of the machine, and
   * nothing behind such a frame would be sent before that has come. */
  if (GST_STATE (target) != GST_STATE_PLAYING)
    return;
  buffer = gst_buffer_copy (gst_sample_get_buffer (sample));
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  stamped = gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, NULL);
  gst_buffer_unref (buffer);
  gst_app_src_push_sample (target, stamped);
}

static gpointer
ref_target (gconstpointer target, gpointer unused)
{
  return gst_object_ref ((gpointer) target);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  BeckonCapture *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  g_autoptr (GPtrArray) targets = NULL;

  if (sample == NULL)
    return GST_FLOW_OK;
  g_mutex_lock (&self->lock);
  if (self->video)
    {
      g_clear_pointer (&self->last, gst_sample_unref);
      /* The sink writes into its own sample again. */
      self->last = gst_sample_new (gst_sample_get_buffer (sample), gst_sample_get_caps (sample), NULL,
                                   NULL);
    }
  targets = g_ptr_array_copy (self->targets, ref_target, NULL);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < targets->len; i++)
    beckon_media_push (g_ptr_array_index (targets, i), sample);
  return GST_FLOW_OK;
}

/* ---- the pipeline ---- */

static void
fail (BeckonCapture *self, BeckonMediaError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (BECKON_MEDIA_ERROR, code, text);

  beckon_capture_stop (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
on_error (BeckonCapture *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  BeckonMediaError code = BECKON_MEDIA_ERROR_DEVICE_LOST;

  gst_message_parse_error (message, &error, &debug);
  g_message ("Capture: %s (%s)", error->message, debug != NULL ? debug : "");
  if (error->domain == GST_RESOURCE_ERROR &&
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
  GstElement *element = beckon_media_make_element (factory);

  gst_bin_add (GST_BIN (self->pipeline), element);
  if (after != NULL)
    gst_element_link (after, element);
  return element;
}

static GstElement *
add_queue (BeckonCapture *self, GstElement *after)
{
  GstElement *queue = add (self, after, "queue");

  /* A frame that cannot be taken at once is not worth having. */
  g_object_set (queue, "leaky", 2 /* downstream */, "max-size-buffers", 4, "max-size-bytes", 0,
                "max-size-time", (guint64) 0, NULL);
  return queue;
}

static void
add_app_sink (BeckonCapture *self, GstElement *after)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  GstElement *sink = add (self, after, "appsink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 4, "drop", TRUE,
                "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
}

static void
add_shown (BeckonCapture *self, GstElement *after)
{
  GstElement *convert = add (self, add_queue (self, after), "videoconvert");

  self->shown = gst_object_ref (add (self, convert, self->config->video_sink));
  g_object_set (self->shown, "sync", FALSE, "async", FALSE, NULL);
}

static const char *
get_caps (BeckonCapture *self)
{
  if (self->screen)
    return SCREEN_CAPS;
  return self->video ? VIDEO_CAPS : AUDIO_CAPS;
}

static GstElement *
add_converters (BeckonCapture *self, GstElement *after)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (get_caps (self));
  GstElement *convert = add (self, after, self->video ? "videoconvert" : "audioconvert");
  GstElement *scale = add (self, convert, self->video ? "videoscale" : "audioresample");
  GstElement *filter = add (self, scale, "capsfilter");

  g_object_set (filter, "caps", caps, NULL);
  return filter;
}

/* Steady level and less noise for a microphone. Echo is a matter of the speaker too, and not here. */
static GstElement *
add_voice_processing (BeckonCapture *self, GstElement *after)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("webrtcdsp");
  GstElement *processor;

  if (factory == NULL)
    return after;
  processor = add (self, after, "webrtcdsp");
  g_object_set (processor, "echo-cancel", FALSE, "probe", NULL, NULL);
  return processor;
}

/* @source: (transfer floating) */
static void
run (BeckonCapture *self, GstElement *source, gboolean is_device)
{
  g_autoptr (GstBus) bus = NULL;
  GstElement *last;

  g_assert (self->pipeline == NULL);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add (GST_BIN (self->pipeline), source);
  last = add_converters (self, source);
  if (!self->video && is_device)
    last = add_voice_processing (self, last);
  if (self->video && !self->screen && self->config->video_sink != NULL)
    {
      last = add (self, last, "tee");
      add_shown (self, last);
    }
  add_app_sink (self, add_queue (self, last));
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
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

static void
find_in_thread (GTask *task, gpointer source, gpointer video, GCancellable *cancellable)
{
  g_task_return_pointer (task, beckon_capture_source_new_device (GPOINTER_TO_INT (video)),
                         gst_object_unref);
}

static BeckonSource
kind_of (BeckonCapture *self)
{
  return self->video ? self->config->video : self->config->audio;
}

static void
on_found (GObject *object, GAsyncResult *result, gpointer unused)
{
  BeckonCapture *self = BECKON_CAPTURE (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    return; /* it was stopped meanwhile */
  g_clear_object (&self->opening);
  if (source != NULL)
    run (self, source, TRUE);
  else if (kind_of (self) == BECKON_SOURCE_DEVICE_OR_TEST)
    run_stand_in (self);
  else
    fail (self, BECKON_MEDIA_ERROR_NO_DEVICE,
          self->video ? "There is no camera" : "There is no microphone");
}

static void
look_for_device (BeckonCapture *self)
{
  g_autoptr (GTask) task = NULL;

  self->opening = g_cancellable_new ();
  task = g_task_new (self, self->opening, on_found, NULL);
  g_task_set_source_tag (task, look_for_device);
  g_task_set_task_data (task, GINT_TO_POINTER (self->video), NULL);
  g_task_run_in_thread (task, find_in_thread);
}

/* ---- public ---- */

BeckonCapture *
beckon_capture_new (const BeckonMediaConfig *config, gboolean video)
{
  BeckonCapture *self = g_object_new (BECKON_TYPE_CAPTURE, NULL);

  self->config = beckon_media_config_copy (config);
  self->video = video;
  return self;
}

BeckonCapture *
beckon_capture_new_screen (const BeckonMediaConfig *config)
{
  BeckonCapture *self = beckon_capture_new (config, TRUE);

  self->screen = TRUE;
  return self;
}

void
beckon_capture_start_screen (BeckonCapture *self, GstElement *source)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self) && self->screen);

  beckon_capture_stop (self);
  self->looping = self->config->screen == BECKON_SOURCE_FILE;
  run (self, source, FALSE);
}

void
beckon_capture_start (BeckonCapture *self)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self) && !self->screen);

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

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  gst_clear_object (&self->shown);
  /* Here and now: a camera's light goes out when the person says so. */
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->last, gst_sample_unref);
  g_mutex_unlock (&self->lock);
}

gboolean
beckon_capture_is_started (BeckonCapture *self)
{
  g_return_val_if_fail (BECKON_IS_CAPTURE (self), FALSE);

  return self->pipeline != NULL || self->opening != NULL;
}

void
beckon_capture_add_target (BeckonCapture *self, GstAppSrc *target)
{
  g_autoptr (GstSample) last = NULL;

  g_return_if_fail (BECKON_IS_CAPTURE (self));

  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find (self->targets, target, NULL))
    {
      g_ptr_array_add (self->targets, gst_object_ref (target));
      if (self->last != NULL)
        last = gst_sample_ref (self->last);
    }
  g_mutex_unlock (&self->lock);
  /* The first picture need not wait for the next one, which may be a thirtieth of a second away. */
  if (last != NULL)
    beckon_media_push (target, last);
}

gboolean
beckon_capture_has_target (BeckonCapture *self, GstAppSrc *target)
{
  gboolean found;

  g_return_val_if_fail (BECKON_IS_CAPTURE (self), FALSE);

  g_mutex_lock (&self->lock);
  found = g_ptr_array_find (self->targets, target, NULL);
  g_mutex_unlock (&self->lock);
  return found;
}

void
beckon_capture_remove_target (BeckonCapture *self, GstAppSrc *target)
{
  g_return_if_fail (BECKON_IS_CAPTURE (self));

  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->targets, target);
  g_mutex_unlock (&self->lock);
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

  g_ptr_array_unref (self->targets);
  g_mutex_clear (&self->lock);
  beckon_media_config_free (self->config);
  G_OBJECT_CLASS (beckon_capture_parent_class)->finalize (object);
}

static void
beckon_capture_class_init (BeckonCaptureClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_capture_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_capture_finalize;
  signals[STARTED] = g_signal_new ("started", BECKON_TYPE_CAPTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", BECKON_TYPE_CAPTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
beckon_capture_init (BeckonCapture *self)
{
  g_mutex_init (&self->lock);
  self->targets = g_ptr_array_new_with_free_func (gst_object_unref);
}
