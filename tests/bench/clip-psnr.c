/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "clip-psnr.h"

#include <math.h>
#include <stdio.h>

#define FRAME_HEADER 6 /* "FRAME\n" */
#define MOST_DB 60

struct _ClipPsnr
{
  GMappedFile *file;
  gsize first; /* where its first frame begins, with the header */
  GstVideoInfo info;
  GstBuffer *scaled;
  GstVideoConverter *converter; /* nullable */
  GstVideoInfo received;        /* what that makes larger */
};

ClipPsnr *
clip_psnr_new (const char *path)
{
  ClipPsnr *self = g_new0 (ClipPsnr, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *header = NULL;
  const char *contents;
  int width, height;

  self->file = g_mapped_file_new (path, FALSE, &error);
  if (self->file == NULL)
    g_error ("%s", error->message);
  contents = g_mapped_file_get_contents (self->file);
  self->first = strcspn (contents, "\n") + 1;
  header = g_strndup (contents, self->first);
  if (sscanf (strstr (header, " W"), " W%d H%d", &width, &height) != 2)
    g_error ("%s is of no size: %s", path, header);
  gst_video_info_set_format (&self->info, GST_VIDEO_FORMAT_I420, width, height);
  self->scaled = gst_buffer_new_allocate (NULL, self->info.size, NULL);
  return self;
}

void
clip_psnr_free (ClipPsnr *self)
{
  g_clear_pointer (&self->converter, gst_video_converter_free);
  gst_buffer_unref (self->scaled);
  g_mapped_file_unref (self->file);
  g_free (self);
}

static void
scale (ClipPsnr *self, GstVideoFrame *from, GstVideoFrame *to)
{
  if (self->converter == NULL || !gst_video_info_is_equal (&self->received, &from->info))
    {
      g_clear_pointer (&self->converter, gst_video_converter_free);
      self->received = from->info;
      self->converter = gst_video_converter_new (
          &from->info, &self->info,
          gst_structure_new ("GstVideoConverter", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
                             GST_TYPE_VIDEO_RESAMPLER_METHOD, GST_VIDEO_RESAMPLER_METHOD_LINEAR,
                             NULL));
    }
  gst_video_converter_frame (self->converter, from, to);
}

double
clip_psnr_measure (ClipPsnr *self, GstVideoFrame *frame, int number)
{
  const gsize begin = self->first + number * (FRAME_HEADER + self->info.size) + FRAME_HEADER;
  const guint8 *wanted;
  GstVideoFrame scaled;
  double squares = 0;

  if (number < 0 || begin + self->info.size > g_mapped_file_get_length (self->file))
    return -1;
  wanted = (const guint8 *) g_mapped_file_get_contents (self->file) + begin;
  gst_video_frame_map (&scaled, &self->info, self->scaled, GST_MAP_READWRITE);
  scale (self, frame, &scaled);
  for (int y = 0; y < self->info.height; y++)
    {
      const guint8 *got = (const guint8 *) GST_VIDEO_FRAME_COMP_DATA (&scaled, 0) +
                          y * GST_VIDEO_FRAME_COMP_STRIDE (&scaled, 0);
      const guint8 *row = wanted + y * self->info.width;

      for (int x = 0; x < self->info.width; x++)
        squares += (got[x] - row[x]) * (got[x] - row[x]);
    }
  gst_video_frame_unmap (&scaled);
  squares /= self->info.width * self->info.height;
  return squares > 0 ? MIN (10 * log10 (255 * 255 / squares), MOST_DB) : MOST_DB;
}
