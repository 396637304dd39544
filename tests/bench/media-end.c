/* SPDX-License-Identifier: GPL-3.0-or-later */

/* media-end IDENTITY caller|callee|listener VIDEO AUDIO ESTIMATOR [FEEDBACK]: one end of a
 * connection, for benchmarks. Only the media is real: descriptions and candidates go out and come
 * in as lines of standard output and input, so that they need not cross the network that is
 * measured. VIDEO and AUDIO are clips of IDENTITY, as make-clip makes them; a listener sends sound
 * alone. When a picture with its number in it is captured or shown a line says so, and each second
 * what flows:
 * signal JSON · captured NUMBER MS · shown NUMBER MS WIDTH DB · stats KBPS-SENT KBPS-RECEIVED
 * KBPS-TARGET MS-OF-SOUND-MADE-UP; DB is how like VIDEO's is every tenth picture, -1 for others.
 * The end of standard input ends it. Times are of the monotonic clock, the same for both ends.
 * ESTIMATOR is one that Beckon has. What is reported of our packets goes into the file FEEDBACK. */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gst/video/gstvideosink.h>
#include <gst/video/video.h>

#include "clip-psnr.h"
#include "feedback-log.h"
#include "media-session.h"
#include "peer-private.h"
#include "signal-lines.h"
#include "test-source.h"

#define LOOKED_AT_OF 10 /* pictures one is compared */

/* ---- a sink that reads the number ---- */

typedef struct
{
  GstVideoSink parent;
  GstVideoInfo info;
} CounterSink;
typedef GstVideoSinkClass CounterSinkClass;

static GType counter_sink_get_type (void);
G_DEFINE_TYPE (CounterSink, counter_sink, GST_TYPE_VIDEO_SINK)

/* Of our own picture, which is shown by a sink of the same kind: it has another ground. */
static guint32 own_color;
static ClipPsnr *clip;
static guint n_shown;
static GMutex output;

static gboolean
is_own (const GstVideoFrame *frame)
{
  const int y = GST_VIDEO_FRAME_HEIGHT (frame) / 4, width = GST_VIDEO_FRAME_WIDTH (frame) / 2;
  const guint8 *u = GST_VIDEO_FRAME_COMP_DATA (frame, 1);
  const guint8 *v = GST_VIDEO_FRAME_COMP_DATA (frame, 2);
  const int at_u = y / 2 * GST_VIDEO_FRAME_COMP_STRIDE (frame, 1) + width / 2;
  const int at_v = y / 2 * GST_VIDEO_FRAME_COMP_STRIDE (frame, 2) + width / 2;
  const double r = own_color >> 16 & 0xff, g = own_color >> 8 & 0xff, b = own_color & 0xff;

  return ABS (u[at_u] - (128 - 0.148 * r - 0.291 * g + 0.439 * b)) < 6 &&
         ABS (v[at_v] - (128 + 0.439 * r - 0.368 * g - 0.071 * b)) < 6;
}

static GstFlowReturn
counter_sink_show (GstVideoSink *sink, GstBuffer *buffer)
{
  CounterSink *self = (CounterSink *) sink;
  const gint64 now = g_get_monotonic_time ();
  GstVideoFrame frame;
  int number;
  gboolean own;
  double db = -1;

  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return GST_FLOW_ERROR;
  number = beckon_test_source_read (&frame);
  own = is_own (&frame);
  if (!own && n_shown++ % LOOKED_AT_OF == 0)
    db = clip_psnr_measure (clip, &frame, number);
  gst_video_frame_unmap (&frame);
  g_mutex_lock (&output);
  if (own)
    g_print ("captured %d %.3f\n", number, now / 1e3);
  else
    g_print ("shown %d %.3f %d %.1f\n", number, now / 1e3, GST_VIDEO_INFO_WIDTH (&self->info), db);
  g_mutex_unlock (&output);
  return GST_FLOW_OK;
}

static gboolean
counter_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  return gst_video_info_from_caps (&((CounterSink *) sink)->info, caps);
}

static void
counter_sink_class_init (CounterSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_element_class_set_static_metadata (element_class, "Counter", "Sink/Video",
                                         "Reads the number in a picture", "Beckon");
  gst_element_class_add_pad_template (
      element_class, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                                           gst_caps_new_simple ("video/x-raw", "format",
                                                                G_TYPE_STRING, "I420", NULL)));
  GST_BASE_SINK_CLASS (klass)->set_caps = counter_sink_set_caps;
  klass->show_frame = counter_sink_show;
}

static void
counter_sink_init (CounterSink *self)
{
}

/* ---- signals ---- */

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, gpointer unused)
{
  g_autofree char *text = signal_lines_format (signal);

  g_mutex_lock (&output);
  g_print ("signal %s\n", text);
  g_mutex_unlock (&output);
}

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  FeedbackLog *feedback; /* nullable */
} End;

static void
on_line (const GError *problem, gpointer loop)
{
  if (problem == NULL)
    g_main_loop_quit (loop);
  else
    g_printerr ("media-end: %s\n", problem->message);
}

static gboolean
on_second (gpointer user_data)
{
  End *end = user_data;
  BeckonStatistics *s = beckon_media_peer_get_statistics (end->peer);

  g_mutex_lock (&output);
  g_print ("stats %.0f %.0f %.0f %" G_GUINT64_FORMAT "\n", beckon_statistics_get_kbps_sent (s),
           beckon_statistics_get_kbps_received (s), beckon_statistics_get_kbps_target (s),
           beckon_statistics_get_audio_made_up_ms (s));
  g_mutex_unlock (&output);
  if (end->feedback != NULL)
    feedback_log_watch (end->feedback, end->peer->pipeline);
  return G_SOURCE_CONTINUE;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, NULL);
  g_main_loop_quit (user_data);
}

static BeckonMediaConfig *
new_config (char **argv)
{
  BeckonMediaConfig *config = beckon_media_config_new ();

  config->identity = g_strdup (argv[1]);
  config->video = g_str_equal (argv[2], "listener") ? BECKON_SOURCE_NONE : BECKON_SOURCE_FILE;
  config->audio = BECKON_SOURCE_FILE;
  config->video_file = g_strdup (argv[3]);
  config->audio_file = g_strdup (argv[4]);
  config->audio_output = BECKON_OUTPUT_NONE;
  config->video_sink = g_strdup ("beckonbenchsink");
  own_color = beckon_media_test_color (config->identity);
  return config;
}

int
main (int argc, char **argv)
{
  g_autoptr (BeckonMediaConfig) config = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GError) error = NULL;
  End end = { 0 };

  if (argc != 6 && argc != 7)
    {
      g_printerr ("usage: media-end IDENTITY caller|callee|listener VIDEO AUDIO ESTIMATOR"
                  " [FEEDBACK]\n");
      return 2;
    }
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  gst_element_register (NULL, "beckonbenchsink", GST_RANK_NONE, counter_sink_get_type ());
  config = new_config (argv);
  if (!beckon_media_config_set_estimator (config, argv[5]))
    g_error ("There is no estimator “%s”", argv[5]);
  clip = clip_psnr_new (config->video_file);
  if (argc == 7)
    end.feedback = feedback_log_new (argv[6]);
  end.session = beckon_media_session_new (config);
  end.peer = beckon_media_session_add_peer (end.session, "other", NULL, 1,
                                            g_str_equal (argv[2], "caller"));
  g_signal_connect (end.peer, "local-signal", G_CALLBACK (on_local_signal), NULL);
  beckon_media_session_set_camera (end.session, config->video != BECKON_SOURCE_NONE);
  beckon_media_session_open (end.session);
  signal_lines_read (input, end.peer, on_line, loop);
  g_timeout_add_seconds (1, on_second, &end);
  g_main_loop_run (loop);
  beckon_media_session_close_async (end.session, "hung-up", on_closed, loop);
  g_main_loop_run (loop);
  g_object_unref (end.session);
  g_clear_pointer (&end.feedback, feedback_log_free);
  clip_psnr_free (clip);
  return 0;
}
