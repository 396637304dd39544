/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "recorder.h"

#include "media-private.h"

/* How long after the first frame it is waited which streams there are; looked at so often. */
#define GATHER_MS 1000
#define LOOK_MS 100
/* The muxer writes nothing of one stream before it knows that there is nothing earlier of the other:
 * one that is so far behind gets something for it to go on with, so far behind. */
#define BEHIND_MAX (10 * GST_SECOND)
#define BEHIND GST_SECOND
/* So much waits for the disk at most, of each. */
#define WAITING_MAX (64 * 1024 * 1024)
/* How long a key frame that was asked for may take. */
#define ASK_AGAIN_US (500 * G_TIME_SPAN_MILLISECOND)

enum
{
  SOUND,
  PICTURE,
  N_STREAMS
};

/* Opus: 20 ms of silence, in full band. */
static const guint8 silence[] = { 0xf8, 0xff, 0xfe };

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
  GstBuffer *fillers[N_STREAMS]; /* silence, the last key frame; nullable: there was none yet */
  GstClockTime positions[N_STREAMS]; /* of the last frame, in the file */
  gboolean gathering;
  gboolean closed;
  gboolean outdated;     /* pictures: the last was a filler, and what builds on others is of no use */
  gint64 asked;          /* monotonic: for a key frame */
  GstClockTime origin;   /* time of the first frame of all */
  gint64 first;          /* monotonic: when it came; 0: not yet */
  GError *error;         /* nullable: the first, after which nothing is written */
};

G_DEFINE_FINAL_TYPE (BeckonRecorder, beckon_recorder, G_TYPE_OBJECT)

char *
beckon_recorder_name_another (const char *path, const char *what)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *dot = strrchr (name, '.');
  const gsize ending = dot != NULL ? strlen (dot) : 0;

  return g_strdup_printf ("%.*s-%s%s", (int) (strlen (path) - ending), path, what,
                          dot != NULL ? dot : "");
}

/* ---- what is written ---- */

/* From any thread, under the lock. @error: (transfer full) */
static void
fail (BeckonRecorder *self, GError *error)
{
  self->closed = TRUE;
  if (self->error != NULL)
    {
      g_error_free (error);
      return;
    }
  g_message ("Recording %s: %s", self->path, error->message);
  self->error = error;
}

/* Returns: (transfer full): @buffer, at @time in the file. */
static GstSample *
place (BeckonRecorder *self, int stream, GstBuffer *buffer, GstClockTime time)
{
  GstBuffer *copy = gst_buffer_copy (buffer);
  GstSample *sample;

  GST_BUFFER_PTS (copy) = self->positions[stream] = time;
  GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  sample = gst_sample_new (copy, self->caps[stream], NULL, NULL);
  gst_buffer_unref (copy);
  return sample;
}

static GstSample *
copy_sample (BeckonRecorder *self, int stream, GstCaps *caps, GstBuffer *buffer)
{
  GstClockTime time;

  if (self->first == 0)
    {
      self->first = g_get_monotonic_time ();
      self->origin = GST_BUFFER_PTS (buffer);
    }
  time = MAX (GST_BUFFER_PTS (buffer), self->origin) - self->origin;
  /* Pictures that came together may have one time; a parser takes away that of the second, and the
   * muxer drops what has none. */
  if (self->caps[stream] != NULL)
    time = MAX (time, self->positions[stream] + (stream == PICTURE ? GST_MSECOND : 0));
  else
    /* Pictures change their size, and the container cannot; players go by the pictures themselves. */
    self->caps[stream] = gst_caps_ref (caps);
  if (stream == PICTURE && beckon_media_is_key_frame (buffer))
    gst_buffer_replace (&self->fillers[PICTURE], buffer);
  return place (self, stream, buffer, time);
}

/* Returns: (transfer full) (nullable): what the other stream needs, so that this one is written. */
static GstSample *
fill (BeckonRecorder *self, int other, GstClockTime now)
{
  if (self->sources[other] == NULL || self->fillers[other] == NULL ||
      now < self->positions[other] + BEHIND_MAX)
    return NULL;
  self->outdated |= other == PICTURE;
  return place (self, other, self->fillers[other], now - BEHIND);
}

/* Returns: FALSE: a picture that builds on one which is not the last in the file. */
static gboolean
is_of_use (BeckonRecorder *self, int stream, GstBuffer *buffer)
{
  if (stream != PICTURE || !self->outdated)
    return TRUE;
  self->outdated = !beckon_media_is_key_frame (buffer);
  return !self->outdated;
}

/* Under the lock: whoever ends the file waits for it. */
static void
write_sample (BeckonRecorder *self, int stream, GstSample *sample)
{
  if (gst_app_src_get_current_level_bytes (self->sources[stream]) < WAITING_MAX)
    gst_app_src_push_sample (self->sources[stream], sample);
  else
    fail (self, g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED,
                                     "What is recorded comes faster than it can be written"));
}

static void
take (BeckonRecorder *self, int stream, GstCaps *caps, GstBuffer *buffer)
{
  g_autoptr (GstSample) sample = copy_sample (self, stream, caps, buffer);
  g_autoptr (GstSample) filler = NULL;

  if (self->gathering)
    {
      g_queue_push_tail (&self->gathered[stream], g_steal_pointer (&sample));
      return;
    }
  if (self->sources[stream] == NULL)
    return;
  filler = fill (self, stream == SOUND ? PICTURE : SOUND, self->positions[stream]);
  if (filler != NULL)
    write_sample (self, stream == SOUND ? PICTURE : SOUND, filler);
  write_sample (self, stream, sample);
}

gboolean
beckon_recorder_push (BeckonRecorder *self, gboolean video, GstCaps *caps, GstBuffer *buffer)
{
  const int stream = video ? PICTURE : SOUND;
  const gint64 now = g_get_monotonic_time ();
  gboolean wanting = FALSE;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return TRUE;
  g_mutex_lock (&self->lock);
  if (!self->closed && is_of_use (self, stream, buffer))
    take (self, stream, caps, buffer);
  else if (!self->closed && now - self->asked > ASK_AGAIN_US)
    {
      self->asked = now;
      wanting = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return !wanting;
}

/* ---- the file ---- */

static void
complete (BeckonRecorder *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->finish);

  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  if (task == NULL)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
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
      g_mutex_lock (&self->lock);
      fail (self, g_steal_pointer (&error));
      g_mutex_unlock (&self->lock);
    }
  else if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return G_SOURCE_CONTINUE;
  self->bus_watch = 0;
  complete (self);
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
  /* Nobody else changes anything from here on. */
  if (self->pipeline == NULL || self->error != NULL)
    {
      complete (self);
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
  complete (self);
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
      gst_clear_buffer (&self->fillers[i]);
    }
  g_clear_error (&self->error);
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
  self->fillers[SOUND] = gst_buffer_new_memdup (silence, sizeof silence);
  self->gathering = TRUE;
  self->gather_source = g_timeout_add (LOOK_MS, on_look, self);
}
