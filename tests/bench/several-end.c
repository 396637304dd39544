/* SPDX-License-Identifier: GPL-3.0-or-later */

/* several-end PEERS SECONDS: what it costs to send a camera's picture to several people, for benchmarks. A
 * session with as many peers, each of which is a process of its own (several-end friend); descriptions
 * and candidates go through pipes. When all have pictures, and had time to reach what the line may
 * carry, the processor's time of this process is taken for so many seconds. One line: the percent of
 * a core, and the frames a second and their height as they are sent, each the mean of all peers. */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <sys/resource.h>
#include <unistd.h>

#include "media-session.h"
#include "signal-lines.h"

#define PEERS_MAX 8
#define KBPS 1500
#define SETTLE_SECONDS 12

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, GOutputStream *output)
{
  g_autofree char *text = signal_lines_format (signal);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  g_output_stream_write_all (output, line, strlen (line), NULL, NULL, NULL);
}

static void
on_line (const GError *problem, gpointer unused)
{
  if (problem == NULL)
    exit (0); /* the other process has ended */
  g_error ("several-end: %s", problem->message);
}

static BeckonMediaSession *
new_session (const char *identity, BeckonSource video)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = video;
  config->audio = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->bandwidth = KBPS;
  return beckon_media_session_new (config);
}

/* @input, @output: (transfer none); @output stays */
static void
connect_end (BeckonMediaPeer *peer, GInputStream *input, GOutputStream *output)
{
  g_signal_connect (peer, "local-signal", G_CALLBACK (on_local_signal), output);
  signal_lines_read (input, peer, on_line, NULL);
}

static void
be_friend (void)
{
  BeckonMediaSession *session = new_session ("friend", BECKON_SOURCE_NONE);

  connect_end (beckon_media_session_add_peer (session, "other", NULL, 1, FALSE),
               g_unix_input_stream_new (STDIN_FILENO, FALSE),
               g_unix_output_stream_new (STDOUT_FILENO, FALSE));
  beckon_media_session_open (session);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static gboolean
on_over (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint seconds)
{
  gboolean over = FALSE;

  g_timeout_add_seconds (seconds, on_over, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static guint64
count_frames (BeckonMediaPeer *peer)
{
  return beckon_statistics_get_video_frames_sent (beckon_media_peer_get_statistics (peer));
}

static gboolean
all_have_pictures (BeckonMediaPeer *const *peers, guint n)
{
  for (guint i = 0; i < n; i++)
    if (count_frames (peers[i]) == 0)
      return FALSE;
  return TRUE;
}

static void
measure (BeckonMediaPeer *const *peers, guint n, guint seconds)
{
  guint64 before[PEERS_MAX];
  double cpu, frames = 0, height = 0;
  gint64 began;

  while (!all_have_pictures (peers, n))
    g_main_context_iteration (NULL, TRUE);
  run_for (SETTLE_SECONDS);
  for (guint i = 0; i < n; i++)
    before[i] = count_frames (peers[i]);
  cpu = get_cpu_seconds ();
  began = g_get_monotonic_time ();
  run_for (seconds);
  cpu = (get_cpu_seconds () - cpu) / ((g_get_monotonic_time () - began) / 1e6);
  for (guint i = 0; i < n; i++)
    {
      frames += count_frames (peers[i]) - before[i];
      height += beckon_statistics_get_height_sent (beckon_media_peer_get_statistics (peers[i]));
    }
  g_print ("%.1f %.1f %.0f\n", cpu * 100, frames / n / seconds, height / n);
}

int
main (int argc, char **argv)
{
  const guint n = argc == 3 ? g_ascii_strtoull (argv[1], NULL, 10) : 0;
  g_autoptr (GError) error = NULL;
  BeckonMediaSession *session;
  BeckonMediaPeer *peers[PEERS_MAX];

  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  if (argc == 2 && g_str_equal (argv[1], "friend"))
    be_friend ();
  if (n < 1 || n > PEERS_MAX)
    {
      g_printerr ("usage: several-end PEERS SECONDS\n");
      return 2;
    }
  session = new_session ("alice", BECKON_SOURCE_TEST);
  beckon_media_session_set_camera (session, TRUE);
  beckon_media_session_open (session);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *user = g_strdup_printf ("friend-%u", i);
      GSubprocess *process =
          g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            argv[0], "friend", NULL);

      if (process == NULL)
        g_error ("%s", error->message);
      peers[i] = beckon_media_session_add_peer (session, user, NULL, 1, TRUE);
      connect_end (peers[i], g_subprocess_get_stdout_pipe (process),
                   g_subprocess_get_stdin_pipe (process));
    }
  measure (peers, n, g_ascii_strtoull (argv[2], NULL, 10));
  return 0; /* they end with their pipes */
}
