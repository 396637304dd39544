/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Our sink in a real pipeline: the newest frame, its size and its colours reach the paintable. */

#include "config.h"

#include "frame-paintable.h"
#include "video-sink.h"

#include <gst/gst.h>
#include <gtk/gtk.h>

#define WATCHDOG_SECONDS 20

typedef struct
{
  GstElement *pipeline;
  GstElement *sink;
  GdkPaintable *paintable;
} Fixture;

static gboolean
on_watchdog (gpointer unused)
{
  g_error ("The frame did not come within %d s", WATCHDOG_SECONDS);
  return G_SOURCE_REMOVE;
}

static void
fixture_start (Fixture *self, const char *source)
{
  g_autofree char *description =
      g_strdup_printf ("%s ! beckonpaintablesink name=sink sync=false", source);
  g_autoptr (GError) error = NULL;

  self->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_object_get (self->sink, "paintable", &self->paintable, NULL);
  g_assert_true (GDK_IS_PAINTABLE (self->paintable));
}

static void
fixture_play_to_end (Fixture *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, WATCHDOG_SECONDS * GST_SECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

static void
fixture_await_frame (Fixture *self)
{
  const guint watchdog = g_timeout_add_seconds (WATCHDOG_SECONDS, on_watchdog, NULL);

  while (gdk_paintable_get_intrinsic_width (self->paintable) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

static gboolean
is_gone (GWeakRef *ref)
{
  g_autoptr (GObject) object = g_weak_ref_get (ref);

  return object == NULL;
}

/* GStreamer's threads let go of an element a moment after it has stopped. */
static void
await_gone (GObject *object)
{
  const guint watchdog = g_timeout_add_seconds (WATCHDOG_SECONDS, on_watchdog, NULL);
  GWeakRef ref;

  g_weak_ref_init (&ref, object);
  g_object_unref (object);
  while (!is_gone (&ref))
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_weak_ref_clear (&ref);
  g_source_remove (watchdog);
}

static void
fixture_stop (Fixture *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->sink);
  await_gone (G_OBJECT (self->pipeline));
  await_gone (G_OBJECT (self->paintable));
}

static guint32
get_pixel (GdkPaintable *paintable, int x, int y)
{
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (paintable);
  GdkTexture *texture = GDK_TEXTURE (image);
  const gsize stride = gdk_texture_get_width (texture) * 4;
  g_autofree guchar *data = g_malloc (stride * gdk_texture_get_height (texture));

  gdk_texture_download (texture, data, stride);
  return *(guint32 *) (gpointer) (data + y * stride + x * 4) & 0xffffff;
}

static void
test_frame (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc num-buffers=1 pattern=solid-color "
                           "foreground-color=0xff20a0c8 ! video/x-raw,width=322,height=180");
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture.paintable), ==, 0);
  fixture_play_to_end (&fixture);
  fixture_await_frame (&fixture);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture.paintable), ==, 322);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (fixture.paintable), ==, 180);
  g_assert_cmphex (get_pixel (fixture.paintable, 321, 179), ==, 0x20a0c8);
  fixture_stop (&fixture);
}

/* Without a card: as large as it is to be, in the same colours, and again when it is drawn again. */
static void
test_draw (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc num-buffers=1 pattern=solid-color "
                           "foreground-color=0xff20a0c8 ! video/x-raw,width=322,height=180");
  fixture_play_to_end (&fixture);
  fixture_await_frame (&fixture);
  for (guint i = 0; i < 3; i++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      cairo_surface_t *drawn = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 64, 36);
      cairo_t *cr = cairo_create (drawn);
      GskRenderNode *node;

      beckon_frame_paintable_draw (BECKON_FRAME_PAINTABLE (fixture.paintable), snapshot, 64, 36);
      node = gtk_snapshot_free_to_node (snapshot);
      gsk_render_node_draw (node, cr);
      gsk_render_node_unref (node);
      cairo_destroy (cr);
      cairo_surface_flush (drawn);
      g_assert_cmphex (((guint32 *) (gpointer) cairo_image_surface_get_data (drawn))[35 * 64 + 63] & 0xffffff,
                       ==, 0x20a0c8);
      cairo_surface_destroy (drawn);
    }
  fixture_stop (&fixture);
}

static void
count (guint *n)
{
  (*n)++;
}

/* While the main thread does not look, frames replace each other: one remains, and it is the last.
 */
static void
test_newest_wins (void)
{
  Fixture fixture;
  guint n_shown = 0;

  /* The first of these frames are white, the last one is black. */
  fixture_start (&fixture, "videotestsrc num-buffers=4 pattern=blink ! "
                           "video/x-raw,width=64,height=48");
  g_signal_connect_swapped (fixture.paintable, "invalidate-contents", G_CALLBACK (count), &n_shown);
  fixture_play_to_end (&fixture);
  fixture_await_frame (&fixture);
  g_assert_cmpuint (n_shown, ==, 1);
  g_signal_handlers_disconnect_by_data (fixture.paintable, &n_shown);
  fixture_stop (&fixture);
}

static void
test_pixel_aspect (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc num-buffers=1 ! "
                           "video/x-raw,width=720,height=576,pixel-aspect-ratio=16/11");
  fixture_play_to_end (&fixture);
  fixture_await_frame (&fixture);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture.paintable), ==, 1047);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (fixture.paintable), ==, 576);
  fixture_stop (&fixture);
}

/* A call that is over leaves no frozen picture behind. */
static void
test_stop_clears (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48");
  fixture_play_to_end (&fixture);
  fixture_await_frame (&fixture);
  gst_element_set_state (fixture.pipeline, GST_STATE_NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture.paintable), ==, 0);
  fixture_stop (&fixture);
}

typedef struct
{
  GObject *sink;
  const int *heights; /* that are drawn in turn with each picture, ended by -1 */
  guint n_drawn;
} Drawing;

static void
on_drawn (Drawing *drawing)
{
  if (drawing->heights[drawing->n_drawn] < 0)
    drawing->n_drawn = 0;
  beckon_video_sink_need_height (drawing->sink, drawing->heights[drawing->n_drawn++]);
}

/* Draws @n_pictures at @heights, ended by -1. Returns: how high the last of them was, in pixels. */
static int
fixture_draw (Fixture *self, const int *heights, guint n_pictures)
{
  const guint watchdog = g_timeout_add_seconds (WATCHDOG_SECONDS, on_watchdog, NULL);
  Drawing drawing = { G_OBJECT (self->sink), heights, 0 };
  guint n_shown = 0;

  g_signal_connect_swapped (self->paintable, "invalidate-contents", G_CALLBACK (on_drawn), &drawing);
  g_signal_connect_swapped (self->paintable, "invalidate-contents", G_CALLBACK (count), &n_shown);
  while (n_shown < n_pictures)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (self->paintable, &drawing);
  g_signal_handlers_disconnect_by_data (self->paintable, &n_shown);
  g_source_remove (watchdog);
  return gdk_paintable_get_intrinsic_height (self->paintable);
}

/* What is drawn small comes small, and large again as soon as one view needs it so. */
static void
test_need_height (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc is-live=true ! "
                           "video/x-raw,format=I420,width=1280,height=720,framerate=60/1 ! "
                           "videoconvertscale");
  gst_element_set_state (fixture.pipeline, GST_STATE_PLAYING);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 0, -1 }, 20), ==, 720);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 112, -1 }, 20), ==, 180);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture.paintable), ==, 320);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 361, -1 }, 5), ==, 720);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 112, 360, -1 }, 30), ==, 360);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 0, -1 }, 5), ==, 720);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 2000, -1 }, 5), ==, 720);
  fixture_stop (&fixture);
}

/* Who cannot make them smaller goes on. */
static void
test_need_height_in_vain (void)
{
  Fixture fixture;

  fixture_start (&fixture, "videotestsrc is-live=true ! "
                           "video/x-raw,format=I420,width=640,height=360,framerate=60/1 ! videoconvert");
  gst_element_set_state (fixture.pipeline, GST_STATE_PLAYING);
  g_assert_cmpint (fixture_draw (&fixture, (int[]){ 112, -1 }, 30), ==, 360);
  fixture_stop (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_type_ensure (GSK_TYPE_CAIRO_NODE); /* as gtk_init() does, which wants a display */
  beckon_video_sink_register ();
  g_test_add_func ("/ui/video-sink/frame", test_frame);
  g_test_add_func ("/ui/video-sink/draw", test_draw);
  g_test_add_func ("/ui/video-sink/newest-wins", test_newest_wins);
  g_test_add_func ("/ui/video-sink/pixel-aspect", test_pixel_aspect);
  g_test_add_func ("/ui/video-sink/stop-clears", test_stop_clears);
  g_test_add_func ("/ui/video-sink/need-height", test_need_height);
  g_test_add_func ("/ui/video-sink/need-height/in-vain", test_need_height_in_vain);
  return g_test_run ();
}
