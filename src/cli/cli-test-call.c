/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-test-call.h"

#include "cli-output.h"
#include "media-session.h"
#include "test-call.h"

#define SECONDS 5

typedef struct
{
  const BeckonCliOptions *options;
  BeckonCliOutput output;
  GMainLoop *loop;
  BeckonCliExit exit;
} Test;

static void
print_sentence (Test *test, const char *event, const char *sentence)
{
  beckon_cli_output_event (&test->output, event, "message", g_variant_new_string (sentence), NULL);
}

static void
print_problem (Test *test, const char *event, const GError *problem)
{
  if (problem != NULL)
    print_sentence (test, event, problem->message);
}

/* Why something that was asked for did not come, where no device says so itself. */
static void
print_missing (Test *test, const BeckonTestCallReport *report)
{
  const BeckonMediaConfig *config = test->options->config;

  if (report->connected_ms < 0)
    return;
  if (config->audio != BECKON_SOURCE_NONE && report->microphone_problem == NULL &&
      report->loudest <= 0)
    print_sentence (test, "microphone-problem", BECKON_MEDIA_QUIET_MESSAGE);
  if (config->video != BECKON_SOURCE_NONE && report->camera_problem == NULL &&
      report->first_video_ms < 0)
    print_sentence (test, "camera-problem",
                    "No picture came: let it run for longer, or choose another camera");
}

static void
print_report (Test *test, const BeckonTestCallReport *report)
{
  const guint64 packets = beckon_statistics_get_audio_packets_received (report->statistics);
  const guint64 frames = beckon_statistics_get_video_frames_received (report->statistics);
  const guint width = beckon_statistics_get_width (report->statistics);
  const guint height = beckon_statistics_get_height (report->statistics);

  if (report->problem != NULL)
    beckon_cli_output_error (&test->output, report->problem);
  print_missing (test, report);
  print_problem (test, "microphone-problem", report->microphone_problem);
  print_problem (test, "camera-problem", report->camera_problem);
  if (report->connected_ms >= 0)
    beckon_cli_output_event (&test->output, "media-connected", "after_ms",
                             g_variant_new_double (report->connected_ms), NULL);
  if (report->first_audio_ms >= 0)
    beckon_cli_output_event (&test->output, "heard", "after_ms",
                             g_variant_new_double (report->first_audio_ms), "loudest",
                             g_variant_new_double (report->loudest), "packets",
                             g_variant_new_uint64 (packets), NULL);
  if (report->first_video_ms >= 0)
    beckon_cli_output_event (&test->output, "seen", "after_ms",
                             g_variant_new_double (report->first_video_ms), "width",
                             g_variant_new_uint32 (width), "height",
                             g_variant_new_uint32 (height), "frames",
                             g_variant_new_uint64 (frames), NULL);
}

/* All that was asked for has to have come. */
static BeckonCliExit
judge (const BeckonMediaConfig *config, const BeckonTestCallReport *report)
{
  const gboolean heard = config->audio == BECKON_SOURCE_NONE || report->loudest > 0;
  const gboolean seen = config->video == BECKON_SOURCE_NONE || report->first_video_ms >= 0;

  return report->problem == NULL && heard && seen ? BECKON_CLI_EXIT_OK : BECKON_CLI_EXIT_ERROR;
}

static void
on_ran (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Test *test = user_data;
  g_autoptr (BeckonTestCallReport) report =
      beckon_test_call_run_finish (BECKON_TEST_CALL (source), result, NULL);

  print_report (test, report);
  test->exit = judge (test->options->config, report);
  g_main_loop_quit (test->loop);
}

BeckonCliExit
beckon_cli_test_call (const BeckonCliOptions *options)
{
  Test test = { .options = options };
  const guint seconds = options->duration > 0 ? MAX (options->duration, 1) : SECONDS;
  g_autoptr (BeckonTestCall) call = NULL;
  g_autoptr (GError) error = NULL;

  test.output.json = options->json;
  test.output.started = g_get_monotonic_time ();
  if (!beckon_media_init (NULL, NULL, &error))
    {
      beckon_cli_output_error (&test.output, error);
      return BECKON_CLI_EXIT_ERROR;
    }
  test.loop = g_main_loop_new (NULL, FALSE);
  call = beckon_test_call_new (options->config);
  beckon_test_call_run_async (call, seconds, on_ran, &test);
  g_main_loop_run (test.loop);
  g_main_loop_unref (test.loop);
  return test.exit;
}
