/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "screen-source.h"

#include "capture-source.h"
#include "media-private.h"
#include "test-source.h"

#include <gst/video/video.h>

#include <unistd.h>

/* A still screen sends nothing by itself. Who comes late, and the frame that was left out because
 * it came too soon after another, wait no longer than this. */
#define KEEPALIVE_MS 250
#define TEST_WIDTH 1280
#define TEST_HEIGHT 720
#define TEST_FPS 15

/* ---- pace ---- */

/* Text is to stay sharp, so a large screen is sent less often and not smaller. */
static guint
get_max_fps (guint width, guint height)
{
  const guint pixels = width * height;

  if (pixels <= 1920 * 1200)
    return 15;
  return pixels <= 2560 * 1600 ? 10 : 5;
}

typedef struct
{
  gint64 interval; /* µs between frames; 0: the size is not known yet */
  gint64 next;     /* monotonic: when the next frame is due */
} Pace;

static GstPadProbeReturn
on_event (Pace *pace, GstEvent *event)
{
  GstVideoInfo info;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (gst_video_info_from_caps (&info, caps))
    pace->interval = G_USEC_PER_SEC / get_max_fps (info.width, info.height);
  return GST_PAD_PROBE_OK;
}

/* By the time at which they come: a desktop does not say how many a second there will be. */
static GstPadProbeReturn
on_paced (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Pace *pace = user_data;
  const gint64 now = g_get_monotonic_time ();

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    return on_event (pace, GST_PAD_PROBE_INFO_EVENT (info));
  if (now + pace->interval / 4 < pace->next)
    return GST_PAD_PROBE_DROP;
  pace->next = MAX (pace->next, now - pace->interval) + pace->interval;
  return GST_PAD_PROBE_OK;
}

/* @bin: (transfer floating). Returns: it. */
static GstElement *
set_pace (GstElement *bin)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (bin, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_paced,
                     g_new0 (Pace, 1), g_free);
  return bin;
}

/* ---- PipeWire ---- */

static void
close_fd (gpointer fd)
{
  close (GPOINTER_TO_INT (fd));
}

/* @path, @name: one of them. The element borrows @fd; it is closed when the bin goes. */
static GstElement *
new_pipewire (int fd, const char *path, const char *name, GError **error)
{
  GstElement *source = gst_element_factory_make ("pipewiresrc", NULL);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("video/x-raw");
  g_autoptr (GstPad) pad = NULL;
  GstElement *filter, *bin;

  if (source == NULL)
    {
      if (fd >= 0)
        close (fd);
      g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_MISSING_PLUGIN,
                           "GStreamer’s element “pipewiresrc” is missing; it comes with PipeWire");
      return NULL;
    }
  if (fd >= 0)
    g_object_set (source, "fd", fd, NULL);
  if (path != NULL)
    g_object_set (source, "path", path, NULL);
  else
    g_object_set (source, "target-object", name, NULL);
  beckon_media_set_if_there (source, "keepalive-time", G_STRINGIFY (KEEPALIVE_MS));
  g_object_set (source, "do-timestamp", TRUE, NULL);
  /* With no caps right behind it, it does not start: nobody says which kind of stream it is. */
  filter = beckon_media_make_element ("capsfilter");
  g_object_set (filter, "caps", caps, NULL);
  bin = gst_bin_new (NULL);
  gst_bin_add_many (GST_BIN (bin), source, filter, NULL);
  gst_element_link (source, filter);
  pad = gst_element_get_static_pad (filter, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad));
  if (fd >= 0)
    g_object_set_data_full (G_OBJECT (bin), "beckon-fd", GINT_TO_POINTER (fd), close_fd);
  return bin;
}

/* ---- public ---- */

static GstElement *
new_test (const BeckonMediaConfig *config)
{
  g_autofree char *identity = g_strconcat (config->identity, "-screen", NULL);

  return beckon_test_source_new (
      identity, config->video_width > 0 ? config->video_width : TEST_WIDTH,
      config->video_height > 0 ? config->video_height : TEST_HEIGHT, TEST_FPS);
}

static GstElement *
new_configured (const BeckonMediaConfig *config, GError **error)
{
  if (config->screen == BECKON_SOURCE_TEST)
    return new_test (config);
  if (config->screen == BECKON_SOURCE_FILE)
    return beckon_capture_source_new_file (config->screen_file, TRUE);
  if (config->screen == BECKON_SOURCE_DEVICE && config->screen_node != NULL)
    return new_pipewire (-1, NULL, config->screen_node, error);
  g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE,
                       "There is no screen to share");
  return NULL;
}

GstElement *
beckon_screen_source_new (const BeckonMediaConfig *config, int fd, guint node, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%u", node);
  GstElement *bin;

  g_return_val_if_fail (config != NULL, NULL);

  bin = fd >= 0 ? new_pipewire (fd, path, NULL, error) : new_configured (config, error);
  return bin != NULL ? set_pace (bin) : NULL;
}
