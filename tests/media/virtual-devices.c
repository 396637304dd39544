/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Devices of a private PipeWire, each a process; ending it is pulling the plug. */

#include "config.h"

#include "virtual-devices.h"

#include <gio/gio.h>
#include <gst/app/app.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#define RATE 48000
#define WINDOW (RATE / 10)
#define MEMORY (RATE * 4)
/* A sound server hands over late, and loses a piece, now and then: for each part of it that comes
 * the clock of an ear is set back by so much at most. */
#define SET_BACK_US 500
/* What stands between two sounds is silent for so long. */
#define SILENCE (RATE / 20)
#define SILENT (G_MAXINT16 / 100)
/* Of @node, and never of another one; of "" where the desktop says. */
#define ON_NODE(node)                                                                              \
  *(node) != '\0' ? "stream-properties=properties,node.dont-reconnect=(string)true device=" : "", node
/* Parts of a sound that is loud and quiet in turn. In one that is nothing at all a piece was lost. */
#define PART (RATE / 20)
#define N_PARTS 20
#define NOTHING_DB -90
#define QUIET_PART(n) ((n) / 4)
#define LOUD_PART(n) ((n) * 9 / 10)

/* ---- lists ---- */

void
virtual_device_wait (BeckonDeviceList *list, BeckonDeviceKind kind, const char *id, gboolean there)
{
  wait_until ((beckon_device_list_find (list, kind, id) != NULL) == there);
}

void
virtual_headset_wait (BeckonDeviceList *list, const char *name, gboolean there)
{
  g_autofree char *speaker = g_strconcat (name, ".out", NULL);
  g_autofree char *microphone = g_strconcat (name, ".in", NULL);

  virtual_device_wait (list, BECKON_DEVICE_SPEAKER, speaker, there);
  virtual_device_wait (list, BECKON_DEVICE_MICROPHONE, microphone, there);
}

void
virtual_list_finalize (BeckonDeviceList *list)
{
  wait_until (G_OBJECT (list)->ref_count == 1); /* a thread that has looked may hold it */
  g_assert_finalize_object (list);
}

/* ---- pipelines ---- */

static void
pull_plug (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static VirtualTone *
play (const char *node, const char *source)
{
  g_autofree char *description =
      g_strdup_printf ("audiotestsrc is-live=true %s ! audio/x-raw,rate=48000,channels=1 ! "
                       "pulsesink %s%s buffer-time=400000 latency-time=40000",
                       source, ON_NODE (node));
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return (VirtualTone *) pipeline;
}

VirtualTone *
virtual_tone_start (const char *node, double frequency)
{
  g_autofree char *source = g_strdup_printf ("freq=%g volume=0.3", frequency);

  return play (node, source);
}

VirtualTone *
virtual_beeps_start (const char *node)
{
  return play (node, "wave=ticks freq=500 sine-periods-per-tick=50 volume=0.5");
}

void
virtual_tone_stop (VirtualTone *tone)
{
  pull_plug ((GstElement *) tone);
}

/* ---- processes ---- */

/* @process: (transfer full) */
static void
end_process (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

VirtualCamera *
virtual_camera_plug (const char *identity, const char *node, const char *description)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (0, &error, g_getenv ("VIRTUAL_CAMERA"), identity, node,
                                           description, NULL);

  g_assert_no_error (error);
  return (VirtualCamera *) process;
}

void
virtual_camera_unplug (VirtualCamera *camera)
{
  end_process ((GSubprocess *) camera);
}

VirtualHeadset *
virtual_headset_plug (const char *name, const char *description)
{
  g_autofree char *speaker = g_strdup_printf (
      "--capture-props=media.class=Audio/Sink node.name=%s.out node.description=\"%s Speaker\"",
      name, description);
  g_autofree char *microphone = g_strdup_printf (
      "--playback-props=media.class=Audio/Source node.name=%s.in node.description=\"%s Microphone\"",
      name, description);
  g_autoptr (GError) error = NULL;
  GSubprocess *process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "pw-loopback", "-n", name,
                        speaker, microphone, NULL);

  g_assert_no_error (error);
  return (VirtualHeadset *) process;
}

void
virtual_headset_unplug (VirtualHeadset *headset)
{
  end_process ((GSubprocess *) headset);
}

/* ---- the sound server ---- */

/* So long a program under test may be stuck. */
#define HANG_S 20

static GMutex hang_lock;
static GCond hang_ends;
static GThread *hang;  /* nullable */
static gboolean hangs; /* under the lock */

/* Returns: the process of that name; there is one in the private desktop. */
static int
find_process (const char *name)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc", 0, NULL);
  const char *entry;

  while ((entry = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", entry, "comm", NULL);
      g_autofree char *comm = NULL;

      if (g_file_get_contents (path, &comm, NULL, NULL) &&
          g_str_equal (g_strchomp (comm), name))
        return atoi (entry);
    }
  g_error ("There is no %s", name);
}

static void
send_to_server (int signal)
{
  g_assert_cmpint (kill (find_process ("pipewire-pulse"), signal), ==, 0);
}

void
virtual_server_kill (void)
{
  send_to_server (SIGKILL);
}

static gboolean
server_answers (void)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "pulse", "native", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

void
virtual_server_start (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "pipewire-pulse", NULL);

  g_assert_no_error (error);
  wait_until (server_answers ());
}

/* Who waits for the server waits for ever otherwise, and says nothing. */
static gpointer
limit_hang (gpointer unused)
{
  const gint64 end = g_get_monotonic_time () + HANG_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&hang_lock);
  while (hangs && g_cond_wait_until (&hang_ends, &hang_lock, end))
    ;
  if (hangs)
    send_to_server (SIGCONT);
  hangs = FALSE;
  g_mutex_unlock (&hang_lock);
  return NULL;
}

void
virtual_server_hang (void)
{
  g_assert_null (hang);
  hangs = TRUE;
  send_to_server (SIGSTOP);
  hang = g_thread_new ("hang", limit_hang, NULL);
}

gboolean
virtual_server_hangs (void)
{
  gboolean now;

  g_mutex_lock (&hang_lock);
  now = hangs;
  g_mutex_unlock (&hang_lock);
  return now;
}

void
virtual_server_go_on (void)
{
  g_mutex_lock (&hang_lock);
  if (hangs)
    send_to_server (SIGCONT);
  hangs = FALSE;
  g_cond_signal (&hang_ends);
  g_mutex_unlock (&hang_lock);
  g_thread_join (g_steal_pointer (&hang));
}

/* ---- ear ---- */

struct _VirtualEar
{
  GstElement *pipeline; /* nullable: it hears what is added */
  GMutex lock;
  gint16 samples[MEMORY];
  guint64 n_samples; /* ever heard */
  gint64 zero_us;    /* when the first was heard, by those that came the soonest */
};

void
virtual_ear_add (VirtualEar *ear, GstBuffer *buffer)
{
  GstMapInfo map;
  gint64 zero_us;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&ear->lock);
  for (gsize i = 0; i < map.size / sizeof (gint16); i++)
    ear->samples[ear->n_samples++ % MEMORY] = ((const gint16 *) map.data)[i];
  zero_us = g_get_monotonic_time () - (gint64) ear->n_samples * G_USEC_PER_SEC / RATE;
  ear->zero_us = ear->zero_us == 0 ? zero_us : MIN (zero_us, ear->zero_us + SET_BACK_US);
  g_mutex_unlock (&ear->lock);
  gst_buffer_unmap (buffer, &map);
}

static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample != NULL)
    virtual_ear_add (user_data, gst_sample_get_buffer (sample));
  return GST_FLOW_OK;
}

void
virtual_ear_listen (VirtualEar *ear, GstElement *sink)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, ear, NULL);
}

VirtualEar *
virtual_ear_new (const char *node)
{
  VirtualEar *ear = g_new0 (VirtualEar, 1);
  g_autofree char *description = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&ear->lock);
  if (node == NULL)
    return ear;
  description = g_strdup_printf ("pulsesrc %s%s buffer-time=400000 latency-time=40000 ! "
                                 "audioconvert ! audioresample ! "
                                 "audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
                                 "appsink name=sink sync=false",
                                 ON_NODE (node));
  ear->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (ear->pipeline), "sink");
  virtual_ear_listen (ear, sink);
  gst_element_set_state (ear->pipeline, GST_STATE_PLAYING);
  return ear;
}

double
virtual_ear_hears (VirtualEar *ear, double frequency)
{
  double re = 0, im = 0;

  g_mutex_lock (&ear->lock);
  for (guint i = 0; ear->n_samples >= WINDOW && i < WINDOW; i++)
    {
      const double phase = 2 * G_PI * frequency * i / RATE;
      const gint16 sample = ear->samples[(ear->n_samples - WINDOW + i) % MEMORY];

      re += sample * cos (phase);
      im += sample * sin (phase);
    }
  g_mutex_unlock (&ear->lock);
  return 2 * hypot (re, im) / WINDOW / G_MAXINT16;
}

/* With the lock: of the @n samples from @begin on, which have been heard, in dB of full scale. */
static double
get_loudness (VirtualEar *ear, guint64 begin, guint n)
{
  double power = 0;

  for (guint i = 0; i < n; i++)
    {
      const double sample = ear->samples[(begin + i) % MEMORY] / (double) G_MAXINT16;

      power += sample * sample;
    }
  return 10 * log10 (power / n + 1e-12);
}

double
virtual_ear_loudness (VirtualEar *ear, guint ms)
{
  const guint n = RATE / 1000 * ms;
  double loudness;

  g_assert_cmpuint (n, <=, MEMORY);
  g_mutex_lock (&ear->lock);
  g_assert_cmpuint (ear->n_samples, >=, n);
  loudness = get_loudness (ear, ear->n_samples - n, n);
  g_mutex_unlock (&ear->lock);
  return loudness;
}

static int
compare_loudness (gconstpointer a, gconstpointer b)
{
  return *(const double *) a < *(const double *) b ? -1 : 1;
}

gboolean
virtual_ear_range (VirtualEar *ear, double *quiet, double *loud)
{
  double parts[N_PARTS];
  guint n = 0;

  g_mutex_lock (&ear->lock);
  for (guint i = 1; i <= N_PARTS && ear->n_samples >= N_PARTS * PART; i++)
    {
      parts[n] = get_loudness (ear, ear->n_samples - i * PART, PART);
      n += parts[n] > NOTHING_DB;
    }
  g_mutex_unlock (&ear->lock);
  if (n < N_PARTS / 2)
    return FALSE;
  qsort (parts, n, sizeof *parts, compare_loudness);
  *quiet = parts[QUIET_PART (n)];
  *loud = parts[LOUD_PART (n)];
  return TRUE;
}

/* With the lock. Returns: the first sample of the last sound; -1: there was none. @before: (out):
 * of the one before it */
static gint64
find_begin (VirtualEar *ear, gint64 *before)
{
  gint64 begin = -1;
  guint silent = 0;

  *before = -1;
  for (guint64 i = MAX (ear->n_samples, MEMORY) - MEMORY; i < ear->n_samples; i++)
    {
      if (ABS (ear->samples[i % MEMORY]) < SILENT)
        {
          silent++;
          continue;
        }
      if (silent >= SILENCE)
        {
          *before = begin;
          begin = i;
        }
      silent = 0;
    }
  return begin;
}

double
virtual_ear_distance (VirtualEar *ear)
{
  gint64 begin, before;

  g_mutex_lock (&ear->lock);
  begin = find_begin (ear, &before);
  g_mutex_unlock (&ear->lock);
  return before < 0 ? -1 : (begin - before) * 1000.0 / RATE;
}

gint64
virtual_ear_heard_at (VirtualEar *ear)
{
  gint64 begin, before, at = -1;

  g_mutex_lock (&ear->lock);
  begin = find_begin (ear, &before);
  if (begin >= 0)
    at = ear->zero_us + begin * G_USEC_PER_SEC / RATE;
  g_mutex_unlock (&ear->lock);
  return at;
}

guint64
virtual_ear_count (VirtualEar *ear)
{
  guint64 n;

  g_mutex_lock (&ear->lock);
  n = ear->n_samples;
  g_mutex_unlock (&ear->lock);
  return n;
}

void
virtual_ear_free (VirtualEar *ear)
{
  if (ear->pipeline != NULL)
    pull_plug (ear->pipeline);
  g_mutex_clear (&ear->lock);
  g_free (ear);
}
