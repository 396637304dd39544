/* SPDX-License-Identifier: GPL-3.0-or-later */

/* picture-end USER VIDEO AUDIO offer|answer [devices]: one end of a call, drawn in a window as the application
 * draws it, for glass-to-glass. The other end's signals come as lines of JSON, ours go out as such
 * ("signal"), and between them what becomes of numbered frames, by the machine's monotonic clock in ms:
 * "captured" when one of ours was taken, "shown" when one of theirs had been painted; and their "width",
 * when it changes. With devices who offers speaks, and who answers hears it (sound-end.h), in the place of
 * AUDIO. Ends with its standard input. */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gst/video/video.h>
#include <gtk/gtk.h>

#include "media-session.h"
#include "signal-lines.h"
#include "sound-end.h"
#include "test-source.h"
#include "video-sink.h"
#include "video-view.h"

#define BLACK_MAX 90
#define WHITE_MIN 165

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer; /* borrowed of the session */
  BeckonVideoView *theirs; /* borrowed of its window */
  GMainLoop *loop;
  gint newest;     /* of theirs, that the sink has; atomic */
  int taken;       /* that is to be painted */
  int painted;
  gint width;      /* of theirs, atomic */
  int told_width;
} End;

static void
print_frame (const char *what, int number, double ms)
{
  g_print ("{\"%s\":[%d,%.3f]}\n", what, number, ms);
}

static gboolean
map (GstPad *pad, GstBuffer *buffer, GstVideoFrame *frame)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;

  return caps != NULL && gst_video_info_from_caps (&info, caps) &&
         gst_video_frame_map (frame, &info, buffer, GST_MAP_READ);
}

/* As beckon_test_source_read(), of a picture in RGB. Returns: the number, or -1. */
static int
read_number (const GstVideoFrame *frame)
{
  const int cell = GST_VIDEO_FRAME_WIDTH (frame) / BECKON_COUNTER_CELLS;
  const guint8 *row = GST_VIDEO_FRAME_COMP_DATA (frame, GST_VIDEO_COMP_G);
  int number = 0;

  row += cell / 2 * GST_VIDEO_FRAME_COMP_STRIDE (frame, GST_VIDEO_COMP_G);
  for (int i = 0; i < BECKON_COUNTER_CELLS; i++)
    {
      const int x = i * cell + cell / 2;
      const guint8 level = row[x * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, GST_VIDEO_COMP_G)];

      if (level > BLACK_MAX && level < WHITE_MIN)
        return -1;
      number = number << 1 | (level >= WHITE_MIN);
    }
  return number;
}

/* It comes from its source, on its way to the encoder and to the own picture. */
static GstPadProbeReturn
on_own_frame (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  const double now = g_get_monotonic_time () / 1e3;
  GstVideoFrame frame;

  if (map (pad, GST_PAD_PROBE_INFO_BUFFER (info), &frame))
    {
      print_frame ("captured", beckon_test_source_read (&frame), now);
      gst_video_frame_unmap (&frame);
    }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_their_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  End *end = user_data;
  GstVideoFrame frame;

  if (map (pad, GST_PAD_PROBE_INFO_BUFFER (info), &frame))
    {
      g_atomic_int_set (&end->newest, read_number (&frame));
      g_atomic_int_set (&end->width, GST_VIDEO_FRAME_WIDTH (&frame));
      gst_video_frame_unmap (&frame);
    }
  return GST_PAD_PROBE_OK;
}

static void
on_taken (GdkPaintable *paintable, End *end)
{
  end->taken = g_atomic_int_get (&end->newest);
}

static void
on_painted (GdkFrameClock *clock, End *end)
{
  if (end->taken == end->painted)
    return;
  end->painted = end->taken;
  print_frame ("shown", end->painted, g_get_monotonic_time () / 1e3);
  if (g_atomic_int_get (&end->width) == end->told_width)
    return;
  end->told_width = g_atomic_int_get (&end->width);
  g_print ("{\"width\":%d}\n", end->told_width);
}

static void
watch (GstElement *element, GstPadProbeCallback callback, End *end)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, end, NULL);
}

/* Returns: (transfer full): what shows @sink's frames. */
static GdkPaintable *
paintable_of (GObject *sink)
{
  GdkPaintable *paintable = NULL;

  g_object_get (sink, "paintable", &paintable, NULL);
  return paintable;
}

/* Where a capture's frames part, for us and for the others. */
static void
watch_capture (GstElement *shown, End *end)
{
  g_autoptr (GstObject) pipeline = gst_element_get_parent (shown);
  GstIterator *iterator = gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "tee");
  g_auto (GValue) tee = G_VALUE_INIT;

  g_assert (gst_iterator_next (iterator, &tee) == GST_ITERATOR_OK);
  watch (g_value_get_object (&tee), on_own_frame, end);
  gst_iterator_free (iterator);
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, End *end)
{
  GObject *sink = beckon_media_peer_get_remote_video (peer);
  g_autoptr (GdkPaintable) theirs = paintable_of (sink);

  watch (GST_ELEMENT (sink), on_their_frame, end);
  g_signal_connect (theirs, "invalidate-contents", G_CALLBACK (on_taken), end);
  beckon_video_view_set_source (end->theirs, sink);
}

/* Theirs fills the window, ours is in a corner. */
static void
show (End *end)
{
  GObject *sink = beckon_media_session_get_local_video (end->session);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *own = g_object_new (BECKON_TYPE_VIDEO_VIEW, "source", sink, NULL);

  watch_capture (GST_ELEMENT (sink), end);
  end->theirs = g_object_new (BECKON_TYPE_VIDEO_VIEW, NULL);
  gtk_widget_set_size_request (own, 240, 135);
  gtk_widget_set_halign (own, GTK_ALIGN_END);
  gtk_widget_set_valign (own, GTK_ALIGN_END);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (end->theirs));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), own);
  gtk_window_set_child (GTK_WINDOW (window), overlay);
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 720);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_painted), end);
}

/* ---- signals ---- */

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, End *end)
{
  g_autofree char *text = signal_lines_format (signal);

  g_print ("{\"signal\":%s}\n", text);
}

static void
on_line (const GError *problem, gpointer loop)
{
  if (problem != NULL)
    g_error ("%s", problem->message);
  g_main_loop_quit (loop);
}

static void
on_closed (GObject *session, GAsyncResult *result, gpointer user_data)
{
  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (session), result, NULL);
  g_main_loop_quit (user_data);
}

int
main (int argc, char **argv)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GError) error = NULL;
  End end = { .newest = -1, .taken = -1, .painted = -1 };
  gboolean offers;

  if (argc != 5 && argc != 6)
    {
      g_printerr ("usage: picture-end USER VIDEO AUDIO offer|answer [devices]\n");
      return 2;
    }
  offers = g_str_equal (argv[4], "offer");
  gtk_init ();
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  config->identity = g_strdup (argv[1]);
  config->video = config->audio = BECKON_SOURCE_FILE;
  config->video_file = g_strdup (argv[2]);
  config->audio_file = g_strdup (argv[3]);
  config->audio_output = BECKON_OUTPUT_NONE;
  config->video_sink = g_strdup (beckon_video_sink_register ());
  if (argc == 6)
    sound_end_plug (config, offers);

  end.loop = g_main_loop_new (NULL, FALSE);
  end.session = beckon_media_session_new (config);
  beckon_media_session_set_camera (end.session, TRUE);
  beckon_media_session_open (end.session);
  end.peer = beckon_media_session_add_peer (end.session, "other", NULL, 1, offers);
  g_signal_connect (end.peer, "local-signal", G_CALLBACK (on_local_signal), &end);
  g_signal_connect (end.peer, "first-video", G_CALLBACK (on_first_video), &end);
  show (&end);
  signal_lines_read (input, end.peer, on_line, end.loop);
  g_main_loop_run (end.loop);
  beckon_media_session_close_async (end.session, "hung-up", on_closed, end.loop);
  g_main_loop_run (end.loop);
  g_object_unref (end.session);
  g_main_loop_unref (end.loop);
  return 0;
}
