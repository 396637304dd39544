/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "test-source.h"

#include "media-config.h"
#include "media-private.h"

#define WHITE 235
#define BLACK 16
#define GREY 128

typedef struct
{
  guint8 y, u, v;
} Yuv;

/* BT.601, limited range: what VP8 decoders assume. */
static Yuv
to_yuv (guint32 rgb)
{
  const double r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

  return (Yuv) { 16 + 0.257 * r + 0.504 * g + 0.098 * b, 128 - 0.148 * r - 0.291 * g + 0.439 * b,
                 128 + 0.439 * r - 0.368 * g - 0.071 * b };
}

static void
fill (GstVideoFrame *frame, int x, int y, int width, int height, Yuv color)
{
  const guint8 values[] = { color.y, color.u, color.v };

  for (guint plane = 0; plane < 3; plane++)
    {
      const int shift = plane > 0;
      const int stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, plane);
      guint8 *row = GST_VIDEO_FRAME_COMP_DATA (frame, plane);

      row += (y >> shift) * stride + (x >> shift);
      for (int line = 0; line < height >> shift; line++, row += stride)
        memset (row, values[plane], width >> shift);
    }
}

void
beckon_test_source_draw (GstVideoFrame *frame, guint16 number, guint32 color)
{
  const int width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);
  const int cell = width / BECKON_COUNTER_CELLS, box = height / 4 & ~1;
  const int span = MAX (1, width - box);
  const Yuv white = { WHITE, GREY, GREY }, black = { BLACK, GREY, GREY };

  fill (frame, 0, 0, width, height, to_yuv (color));
  fill (frame, number * 6 % span & ~1, height / 2 & ~1, box, box, white);
  for (int i = 0; i < BECKON_COUNTER_CELLS; i++)
    fill (frame, i * cell & ~1, 0, cell & ~1, cell & ~1,
          number >> (BECKON_COUNTER_CELLS - 1 - i) & 1 ? white : black);
}

int
beckon_test_source_read (const GstVideoFrame *frame)
{
  const int cell = GST_VIDEO_FRAME_WIDTH (frame) / BECKON_COUNTER_CELLS;
  const int stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, 0);
  const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, 0);
  int number = 0;

  for (int i = 0; i < BECKON_COUNTER_CELLS; i++)
    {
      const guint8 *middle = data + cell / 2 * stride + i * cell + cell / 2;
      const int value = (middle[-1] + middle[0] + middle[1] + middle[stride]) / 4;

      if (value > 100 && value < 150)
        return -1;
      number = number << 1 | (value >= 150);
    }
  return number;
}

typedef struct
{
  GstVideoInfo info;
  guint32 color;
  guint16 number;
} Painter;

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Painter *painter = user_data;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstVideoFrame frame;

  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_video_frame_map (&frame, &painter->info, buffer, GST_MAP_READWRITE))
    {
      beckon_test_source_draw (&frame, painter->number++, painter->color);
      gst_video_frame_unmap (&frame);
    }
  return GST_PAD_PROBE_OK;
}

GstElement *
beckon_test_source_new (const char *identity, guint width, guint height, guint fps)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *source = beckon_media_make_element ("videotestsrc");
  GstElement *filter = beckon_media_make_element ("capsfilter");
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT, width, "height",
      G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION, fps, 1, NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (filter, "src");
  Painter *painter = g_new0 (Painter, 1);

  gst_video_info_set_format (&painter->info, GST_VIDEO_FORMAT_I420, width, height);
  painter->color = beckon_media_test_color (identity);
  g_object_set (source, "is-live", TRUE, "pattern", 2 /* black */, NULL);
  g_object_set (filter, "caps", caps, NULL);
  gst_bin_add_many (GST_BIN (bin), source, filter, NULL);
  gst_element_link (source, filter);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, painter, g_free);
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  return bin;
}
