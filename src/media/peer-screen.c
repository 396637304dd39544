/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The line of a shared screen: how it is encoded, and what becomes of theirs. Probes run on
 * GStreamer's threads. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

/* Text that cannot be read is worth nothing, however often it comes: no worse than this, and rather
 * a frame left out. A still screen costs next to nothing of the rate. */
#define MAX_QUANTIZER 36
#define DROP_FRAMES_BELOW 30 /* percent of the rate controller's buffer */
#define STATIC_THRESHOLD 100 /* what libvpx advises for screens */

void
beckon_peer_screen_prepare (BeckonMediaPeer *self, const char *record_path)
{
  const char *factory = self->config->video_sink != NULL ? self->config->video_sink : "fakesink";
  g_autofree char *path = NULL;

  self->screen_sink = gst_object_ref_sink (beckon_media_make_element (factory));
  g_object_set (self->screen_sink, "sync", TRUE, "async", FALSE, "max-lateness", (gint64) -1, "qos",
                FALSE, NULL);
  if (record_path == NULL)
    return;
  path = beckon_recorder_name_another (record_path, "screen");
  self->screen_recorder = beckon_recorder_new (path);
}

/* ---- ours ---- */

void
beckon_peer_screen_set_up_encoder (GstElement *encoder)
{
  gst_util_set_object_arg (G_OBJECT (encoder), "end-usage", "cbr");
  g_object_set (encoder, "deadline", (gint64) 1, "cpu-used", -6, "threads", 1, "lag-in-frames", 0,
                "keyframe-max-dist", 3000, "min-quantizer", 4, "max-quantizer", MAX_QUANTIZER,
                "dropframe-threshold", DROP_FRAMES_BELOW, "resize-allowed", FALSE,
                "static-threshold", STATIC_THRESHOLD, NULL);
}

/* ---- theirs ---- */

static void
take_first_frame (gpointer peer, gpointer unused)
{
  beckon_media_peer_saw_screen (peer);
}

static GstPadProbeReturn
on_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  guint width, height;

  if (beckon_media_read_size (pad, &width, &height))
    {
      g_atomic_int_set (&self->screen_width, width);
      g_atomic_int_set (&self->screen_height, height);
    }
  g_atomic_int_inc (&self->screen_frames_in);
  if (g_atomic_int_add (&self->screen_new, 1) == 0)
    beckon_media_hop (self, take_first_frame, NULL, NULL);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonMediaPeer *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps != NULL &&
      !beckon_recorder_push (self->screen_recorder, TRUE, caps, GST_PAD_PROBE_INFO_BUFFER (info)))
    beckon_media_ask_for_key_frame (pad);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_screen_watch (BeckonMediaPeer *self, GstPad *encoded, GstElement *decoder)
{
  g_autoptr (GstPad) decoded = gst_element_get_static_pad (decoder, "src");

  if (self->screen_recorder != NULL)
    gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, on_encoded, self, NULL);
  gst_pad_add_probe (decoded, GST_PAD_PROBE_TYPE_BUFFER, on_decoded, self, NULL);
}

void
beckon_peer_screen_ended (BeckonMediaPeer *self)
{
  g_atomic_int_set (&self->screen_new, 0);
}

void
beckon_peer_screen_count (BeckonMediaPeer *self, BeckonStatisticsValues *values)
{
  values->screen_frames_sent = g_atomic_int_get (&self->screen_frames_out);
  values->screen_frames_received = g_atomic_int_get (&self->screen_frames_in);
  values->screen_width = g_atomic_int_get (&self->screen_width);
  values->screen_height = g_atomic_int_get (&self->screen_height);
}

/* ---- the recording ---- */

static void
on_recorded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (beckon_recorder_finish_finish (BECKON_RECORDER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
beckon_peer_screen_finish_async (BeckonMediaPeer *self,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, beckon_peer_screen_finish_async);
  if (self->screen_recorder != NULL)
    {
      beckon_recorder_finish_async (self->screen_recorder, on_recorded, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

gboolean
beckon_peer_screen_finish_finish (BeckonMediaPeer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
