/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "recorder.h"

#include "media-private.h"

/* How long after the first frame it is waited which streams there are; looked at so often. */
#define GATHER_MS 1000
#define LOOK_MS 100

enum
{
  SOUND,
  PICTURE,
  N_STREAMS
};

struct _BeckonRecorder
{
  GObject parent_instance;

  char *path;
  GstElement *pipeline; /* nullable: still gathering, or finished */
  guint bus_watch;
  guint gather_source;
  GTask *finish; /* nullable */

  GMutex lock; /* what follows is under it */
  GQueue gathered[N_STREAMS]; /* GstSample */
  GstAppSrc *sources[N_STREAMS];
  GstCaps *caps[N_STREAMS]; /* of the first frame; nullable */
  gboolean gathering;
  gboolean closed;
  GstClockTime origin; /* time of the first frame of all */
  GstClockTime last_picture; /* in the file */
  gint64 first;        /* monotonic: when it came; 0: not yet */
};

G_DEFINE_FINAL_TYPE (BeckonRecorder, beckon_recorder, G_TYPE_OBJECT)

static GstSample *
copy_sample (BeckonRecorder *self, int stream, GstCaps *caps, GstBuffer *buffer)
{
  GstBuffer *copy = gst_buffer_copy (buffer);
  GstSample *sample;

  if (self->first == 0)
    {
      self->first = g_get_monotonic_time ();
      self->origin = GST_BUFFER_PTS (buffer);
    }
  /* Pictures that came together may have one time; a parser takes away that of the second, and the
   * muxer drops what has none. */
  GST_BUFFER_PTS (copy) = MAX (GST_BUFFER_PTS (buffer), self->origin) - self->origin;
  if (stream == PICTURE && self->caps[stream] != NULL)
    GST_BUFFER_PTS (copy) = MAX (GST_BUFFER_PTS (copy), self->last_picture + GST_MSECOND);
  if (stream == PICTURE)
    self->last_picture = GST_BUFFER_PTS (copy);
  GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  /* Pictures change their size, and the container cannot; players go by the pictures themselves. */
  if (self->caps[stream] == NULL)
    self->caps[stream] = gst_caps_ref (caps);
  sample = gst_sample_new (copy, self->caps[stream], NULL, NULL);
  gst_buffer_unref (copy);
  return sample;
}

void
beckon_recorder_push (BeckonRecorder *self, gboolean video, GstCaps *caps, GstBuffer *buffer)
{
  const int stream = video ? PICTURE : SOUND;
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GstAppSrc) source = NULL;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  g_mutex_lock (&self->lock);
  if (!self->closed)
    {
      sample = copy_sample (self, stream, caps, buffer);
      if (self->gathering)
        g_queue_push_tail (&self->gathered[stream], g_steal_pointer (&sample));
      else if (self->sources[stream] != NULL)
        source = gst_object_ref (self->sources[stream]);
    }
  g_mutex_unlock (&self->lock);
  if (source != NULL && sample != NULL)
    gst_app_src_push_sample (source, sample);
}

static void
complete (BeckonRecorder *self, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->finish);

  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  if (task == NULL)
    return;
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonRecorder *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, &error, NULL);
      g_message ("Recording %s: %s", self->path, error->message);
    }
  else if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return G_SOURCE_CONTINUE;
  self->bus_watch = 0;
  complete (self, error);
  return G_SOURCE_REMOVE;
}

/* Matroska has H.264 in another wrapping. With "avc3" it takes pictures that change their size, as
 * those that decode them go by what is in front of each key frame. Returns: what is before the
 * muxer then. */
static GstElement *
add_h264 (BeckonRecorder *self, GstElement *source)
{
  GstElement *parser = beckon_media_make_element ("h264parse");
  GstElement *filter = beckon_media_make_element ("capsfilter");
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-h264,stream-format=avc3,alignment=au");

  g_object_set (parser, "config-interval", -1, NULL);
  g_object_set (filter, "caps", caps, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), parser, filter, NULL);
  gst_element_link_many (source, parser, filter, NULL);
  return filter;
}

static GstAppSrc *
add_stream (BeckonRecorder *self, int stream, GstElement *muxer)
{
  const GstStructure *format = gst_caps_get_structure (self->caps[stream], 0);
  GstElement *source = beckon_media_make_element ("appsrc");
  GstElement *last = source;

  g_object_set (source, "format", GST_FORMAT_TIME, "max-bytes", (guint64) 0, NULL);
  gst_bin_add (GST_BIN (self->pipeline), source);
  if (gst_structure_has_name (format, "video/x-h264"))
    last = add_h264 (self, source);
  gst_element_link_pads (last, "src", muxer, stream == PICTURE ? "video_%u" : "audio_%u");
  return gst_object_ref (GST_APP_SRC (source));
}

/* The streams are known: what was gathered goes in, and the rest directly. */
static void
begin (BeckonRecorder *self)
{
  GstElement *muxer = beckon_media_make_element ("matroskamux");
  GstElement *file = beckon_media_make_element ("filesink");
  g_autoptr (GstBus) bus = NULL;

  g_clear_handle_id (&self->gather_source, g_source_remove);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_object_set (file, "location", self->path, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), muxer, file, NULL);
  gst_element_link (muxer, file);
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < N_STREAMS; i++)
    if (!g_queue_is_empty (&self->gathered[i]))
      self->sources[i] = add_stream (self, i, muxer);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      GstSample *sample;

      while ((sample = g_queue_pop_head (&self->gathered[i])) != NULL)
        {
          gst_app_src_push_sample (self->sources[i], sample);
          gst_sample_unref (sample);
        }
    }
  self->gathering = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Returns: since when there is something to write (monotonic), or 0. */
static gint64
first_frame (BeckonRecorder *self)
{
  gint64 first;

  g_mutex_lock (&self->lock);
  first = self->first;
  g_mutex_unlock (&self->lock);
  return first;
}

static gboolean
on_look (gpointer user_data)
{
  BeckonRecorder *self = user_data;
  const gint64 first = first_frame (self);

  if (first == 0 || g_get_monotonic_time () - first < GATHER_MS * 1000)
    return G_SOURCE_CONTINUE;
  self->gather_source = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

BeckonRecorder *
beckon_recorder_new (const char *path)
{
  BeckonRecorder *self = g_object_new (BECKON_TYPE_RECORDER, NULL);

  self->path = g_strdup (path);
  return self;
}

void
beckon_recorder_finish_async (BeckonRecorder *self, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (BECKON_IS_RECORDER (self));
  g_return_if_fail (self->finish == NULL);

  self->finish = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->finish, beckon_recorder_finish_async);
  if (self->pipeline == NULL && self->gather_source != 0 && first_frame (self) != 0)
    begin (self);
  g_clear_handle_id (&self->gather_source, g_source_remove);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  if (self->pipeline == NULL)
    {
      complete (self, NULL);
      return;
    }
  for (guint i = 0; i < N_STREAMS; i++)
    if (self->sources[i] != NULL)
      gst_app_src_end_of_stream (self->sources[i]);
}

gboolean
beckon_recorder_finish_finish (BeckonRecorder *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
beckon_recorder_dispose (GObject *object)
{
  BeckonRecorder *self = BECKON_RECORDER (object);

  g_clear_handle_id (&self->gather_source, g_source_remove);
  complete (self, NULL);
  G_OBJECT_CLASS (beckon_recorder_parent_class)->dispose (object);
}

static void
beckon_recorder_finalize (GObject *object)
{
  BeckonRecorder *self = BECKON_RECORDER (object);

  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_queue_clear_full (&self->gathered[i], (GDestroyNotify) gst_sample_unref);
      gst_clear_object (&self->sources[i]);
      gst_clear_caps (&self->caps[i]);
    }
  g_mutex_clear (&self->lock);
  g_free (self->path);
  G_OBJECT_CLASS (beckon_recorder_parent_class)->finalize (object);
}

static void
beckon_recorder_class_init (BeckonRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_recorder_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_recorder_finalize;
}

static void
beckon_recorder_init (BeckonRecorder *self)
{
  g_mutex_init (&self->lock);
  self->gathering = TRUE;
  self->gather_source = g_timeout_add (LOOK_MS, on_look, self);
}
