/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Usage: virtual-camera IDENTITY NODE DESCRIPTION
 *
 * A camera of PipeWire that shows the test picture of IDENTITY to whoever looks, until it is killed,
 * which is pulling its plug. GStreamer's pipewiresink would do for one who looks, but not for the
 * next. */

#include "config.h"

#include "media-config.h"
#include "test-source.h"

#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>

#define WIDTH 320
#define HEIGHT 180
#define FPS 15

typedef struct
{
  struct pw_main_loop *loop;
  struct pw_stream *stream;
  struct spa_source *timer;
  GstVideoInfo info;
  guint32 color;
  guint16 number;
} Camera;

static void
draw (Camera *self, gpointer data)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_full (0, data, self->info.size, 0, self->info.size,
                                                   NULL, NULL);
  GstVideoFrame frame;

  g_assert_true (gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_WRITE));
  beckon_test_source_draw (&frame, self->number, self->color);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
}

static void
on_process (gpointer user_data)
{
  Camera *self = user_data;
  struct pw_buffer *buffer = pw_stream_dequeue_buffer (self->stream);
  struct spa_data *data;

  if (buffer == NULL)
    return;
  data = &buffer->buffer->datas[0];
  if (data->data != NULL && data->maxsize >= self->info.size)
    {
      draw (self, data->data);
      data->chunk->offset = 0;
      data->chunk->stride = self->info.stride[0];
      data->chunk->size = self->info.size;
    }
  self->number++;
  pw_stream_queue_buffer (self->stream, buffer);
}

static void
on_timer (gpointer user_data, guint64 expirations)
{
  pw_stream_trigger_process (((Camera *) user_data)->stream);
}

static void
on_state_changed (gpointer user_data, enum pw_stream_state before, enum pw_stream_state state,
                  const char *error)
{
  Camera *self = user_data;
  struct timespec first = { 0, state == PW_STREAM_STATE_STREAMING ? 1 : 0 };
  struct timespec interval = { 0, 1000000000 / FPS };

  pw_loop_update_timer (pw_main_loop_get_loop (self->loop), self->timer, &first, &interval, FALSE);
}

static void
on_param_changed (gpointer user_data, guint32 id, const struct spa_pod *param)
{
  Camera *self = user_data;
  guint8 room[1024];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (room, sizeof room);
  const struct spa_pod *buffers;

  if (param == NULL || id != SPA_PARAM_Format)
    return;
  buffers = spa_pod_builder_add_object (
      &builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
      SPA_POD_CHOICE_RANGE_Int (8, 2, 16), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int (1),
      SPA_PARAM_BUFFERS_size, SPA_POD_Int (self->info.size), SPA_PARAM_BUFFERS_stride,
      SPA_POD_Int (self->info.stride[0]));
  pw_stream_update_params (self->stream, &buffers, 1);
}

static void
show (Camera *self, const char *node, const char *description)
{
  static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS,
    .process = on_process,
    .state_changed = on_state_changed,
    .param_changed = on_param_changed,
  };
  guint8 room[1024];
  struct spa_pod_builder builder = SPA_POD_BUILDER_INIT (room, sizeof room);
  const struct spa_pod *format = spa_pod_builder_add_object (
      &builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType,
      SPA_POD_Id (SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
      SPA_POD_Id (SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format,
      SPA_POD_Id (SPA_VIDEO_FORMAT_I420), SPA_FORMAT_VIDEO_size,
      SPA_POD_Rectangle (&SPA_RECTANGLE (WIDTH, HEIGHT)), SPA_FORMAT_VIDEO_framerate,
      SPA_POD_Fraction (&SPA_FRACTION (FPS, 1)));

  self->stream = pw_stream_new_simple (
      pw_main_loop_get_loop (self->loop), "virtual-camera",
      pw_properties_new (PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_ROLE, "Camera",
                         PW_KEY_NODE_NAME, node, PW_KEY_NODE_DESCRIPTION, description, NULL),
      &events, self);
  pw_stream_connect (self->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                     PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, &format, 1);
}

int
main (int argc, char **argv)
{
  Camera self = { 0 };

  if (argc != 4)
    g_error ("Usage: virtual-camera IDENTITY NODE DESCRIPTION");
  gst_video_info_set_format (&self.info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  self.color = beckon_media_test_color (argv[1]);
  gst_init (NULL, NULL);
  pw_init (NULL, NULL);
  self.loop = pw_main_loop_new (NULL);
  self.timer = pw_loop_add_timer (pw_main_loop_get_loop (self.loop), on_timer, &self);
  show (&self, argv[2], argv[3]);
  pw_main_loop_run (self.loop);
  return 0;
}
