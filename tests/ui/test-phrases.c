/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What windows say: sentences for every error, and times, lengths and names. */

#include "config.h"

#include "fake-call.h"
#include "history-item.h"
#include "phrases.h"
#include "protocol-error.h"

#include <langinfo.h>
#include <locale.h>

#define TWELVE_HOURS "en_US.UTF-8"

static void
test_every_error_has_a_sentence (void)
{
  for (int code = 0; code <= BECKON_PROTOCOL_ERROR_LAST; code++)
    {
      g_autoptr (GError) error = g_error_new (BECKON_PROTOCOL_ERROR, code, "reason");
      g_autofree char *with = beckon_phrase_for_error (error, "bob");
      g_autofree char *without = beckon_phrase_for_error (error, NULL);

      g_assert_cmpuint (strlen (with), >, 10);
      g_assert_cmpuint (strlen (without), >, 10);
      g_assert_null (strstr (without, "(null)"));
    }
}

static void
test_error_names_its_subject (void)
{
  g_autoptr (GError) unknown =
      g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_UNKNOWN_USER, "x");
  g_autoptr (GError) silent =
      g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE, "x");
  g_autoptr (GError) other = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "the disk is full");
  g_autofree char *user = beckon_phrase_for_error (unknown, "bob");
  g_autofree char *server = beckon_phrase_for_error (silent, "calls.example.org");
  g_autofree char *reason = beckon_phrase_for_error (other, NULL);

  g_assert_nonnull (strstr (user, "“bob”"));
  g_assert_true (g_str_has_prefix (server, "calls.example.org "));
  g_assert_nonnull (strstr (reason, "the disk is full"));
}

static void
test_names (void)
{
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_autofree char *nobody = beckon_phrase_for_people (people);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;

  g_assert_cmpstr (nobody, ==, "");
  g_ptr_array_add (people, beckon_user_new ("carol", "Carol Adeyemi"));
  one = beckon_phrase_for_people (people);
  g_assert_cmpstr (one, ==, "Carol Adeyemi");
  g_ptr_array_add (people, beckon_user_new ("dave", "Dave Okafor"));
  two = beckon_phrase_for_people (people);
  g_assert_cmpstr (two, ==, "Carol and Dave");
  g_ptr_array_add (people, beckon_user_new ("erin", "erin"));
  three = beckon_phrase_for_people (people);
  g_assert_cmpstr (three, ==, "Carol, Dave and erin");
}

typedef struct
{
  gint64 ms;
  const char *clock;
  const char *length;
  const char *exact;
} LengthCase;

static void
test_lengths (void)
{
  static const LengthCase cases[] = {
    { 0, "0:00", "0 s", "0 s" },
    { -1, "0:00", "0 s", "0 s" },
    { 12400, "0:12", "12 s", "12 s" },
    { 767000, "12:47", "13 min", "12 min 47 s" },
    { 3840000, "1:04:00", "64 min", "1 h 4 min" },
    { 7500000, "2:05:00", "2 h 5 min", "2 h 5 min" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clock = beckon_phrase_for_clock (cases[i].ms);
      g_autofree char *length = beckon_phrase_for_length (cases[i].ms);
      g_autofree char *exact = beckon_phrase_for_exact_length (cases[i].ms);

      g_assert_cmpstr (clock, ==, cases[i].clock);
      g_assert_cmpstr (length, ==, cases[i].length);
      g_assert_cmpstr (exact, ==, cases[i].exact);
    }
}

static void
assert_time (GDateTime *now, GTimeSpan before, const char *expected)
{
  g_autoptr (GDateTime) then = g_date_time_add (now, -before);
  g_autofree char *phrase = beckon_phrase_for_time (g_date_time_to_unix (then) * 1000, now);

  g_assert_cmpstr (phrase, ==, expected);
}

static void
test_times (void)
{
  /* A Wednesday. */
  g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 11, 25, 9, 30, 0);

  assert_time (now, 0, "9:30");
  assert_time (now, 2 * G_TIME_SPAN_HOUR, "7:30");
  assert_time (now, 10 * G_TIME_SPAN_HOUR, "yesterday");
  assert_time (now, 2 * G_TIME_SPAN_DAY, "Monday");
  assert_time (now, 7 * G_TIME_SPAN_DAY, "18 Nov 2026");
  /* Clocks differ: the server's may be ahead. */
  assert_time (now, -G_TIME_SPAN_MINUTE, "9:31");
}

/* In a process of its own, which knows no other language. */
static void
test_twelve_hours (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 11, 25, 13, 5, 0);

      g_assert_nonnull (setlocale (LC_TIME, TWELVE_HOURS));
      assert_time (now, 0, "1:05 PM");
      assert_time (now, 2 * G_TIME_SPAN_HOUR, "11:05 AM");
      assert_time (now, 13 * G_TIME_SPAN_HOUR, "12:05 AM");
      assert_time (now, 2 * G_TIME_SPAN_DAY, "Monday");
      return;
    }
  if (setlocale (LC_TIME, TWELVE_HOURS) == NULL || !g_str_equal (nl_langinfo (T_FMT), "%r"))
    {
      g_test_skip ("how Americans tell the time is not to be had here");
      return;
    }
  setlocale (LC_TIME, "C");
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static BeckonPastCall *
create_past_call (gboolean outgoing, const char *outcome, gint64 duration)
{
  BeckonPastCall *call = g_new0 (BeckonPastCall, 1);

  call->call = g_strdup ("call-1");
  call->outgoing = outgoing;
  call->media = BECKON_MEDIA_VIDEO;
  call->others = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_ptr_array_add (call->others, beckon_user_new ("bob", "Bob Larsson"));
  call->outcome = g_strdup (outcome);
  call->duration = duration;
  return call;
}

static void
test_history (void)
{
  static const struct
  {
    gboolean outgoing;
    const char *outcome;
    gint64 duration;
    gboolean missed;
    const char *line;
  } cases[] = {
    { TRUE, "answered", 720000, FALSE, "Video, 1 Jan 1970, 12 min" },
    { FALSE, "answered", 720000, FALSE, "Video, 1 Jan 1970, 12 min" },
    { FALSE, "missed", 0, TRUE, "Missed video call, 1 Jan 1970" },
    { FALSE, "cancelled", 0, TRUE, "Missed video call, 1 Jan 1970" },
    { FALSE, "busy", 0, TRUE, "Missed video call, 1 Jan 1970" },
    { FALSE, "declined", 0, FALSE, "You declined, 1 Jan 1970" },
    { TRUE, "declined", 0, FALSE, "Declined, 1 Jan 1970" },
    { TRUE, "busy", 0, FALSE, "Busy, 1 Jan 1970" },
    { TRUE, "cancelled", 0, FALSE, "Cancelled, 1 Jan 1970" },
    { TRUE, "unanswered", 0, FALSE, "No answer, 1 Jan 1970" },
  };
  g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 11, 25, 9, 30, 0);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeckonHistoryItem *item = beckon_history_item_new (
          create_past_call (cases[i].outgoing, cases[i].outcome, cases[i].duration));
      g_autofree char *line = beckon_history_item_describe (item, now);

      g_assert_cmpstr (line, ==, cases[i].line);
      g_assert_true (beckon_history_item_is_missed (item) == cases[i].missed);
      g_assert_finalize_object (item);
    }
}

static void
test_ends (void)
{
  static const struct
  {
    BeckonCallEnd end;
    const char *line;
  } cases[] = {
    { BECKON_CALL_END_HUNG_UP, "You hung up" },
    { BECKON_CALL_END_PEER_HUNG_UP, "Bob hung up" },
    { BECKON_CALL_END_PEER_BUSY, "Bob is busy" },
    { BECKON_CALL_END_PEER_DECLINED, "Bob declined" },
    { BECKON_CALL_END_UNANSWERED, "No answer" },
    { BECKON_CALL_END_CONNECTION_LOST, "Connection lost" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeckonCall *call = fake_call_new ();
      g_autofree char *line = NULL;

      call->end = cases[i].end;
      line = beckon_phrase_for_end (call);
      g_assert_cmpstr (line, ==, cases[i].line);
      g_assert_finalize_object (call);
    }
}

static void
test_elsewhere (void)
{
  static const struct
  {
    BeckonCallElsewhere elsewhere;
    const char *device;
    const char *line;
  } cases[] = {
    { BECKON_CALL_ELSEWHERE_ANSWERED, "Laptop", "Answered on Laptop" },
    { BECKON_CALL_ELSEWHERE_ANSWERED, NULL, "Answered on another device" },
    { BECKON_CALL_ELSEWHERE_DECLINED, "Laptop", "Declined on Laptop" },
    { BECKON_CALL_ELSEWHERE_MOVED, "Laptop", "This call continues on Laptop" },
    { BECKON_CALL_ELSEWHERE_MOVED, NULL, "This call continues on another device" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeckonCall *call = fake_call_new ();
      g_autofree char *line = NULL;

      call->end = BECKON_CALL_END_ANSWERED_ELSEWHERE;
      call->elsewhere = cases[i].elsewhere;
      call->answered_device = g_strdup (cases[i].device);
      line = beckon_phrase_for_end (call);
      g_assert_cmpstr (line, ==, cases[i].line);
      g_assert_finalize_object (call);
    }
}

static void
test_end_detail (void)
{
  BeckonCall *call = fake_call_new ();
  g_autofree char *kind = beckon_phrase_for_end_detail (call);
  g_autofree char *length = NULL;
  g_autofree char *message = NULL;

  g_assert_cmpstr (kind, ==, "Video call");
  call->duration = 767000;
  length = beckon_phrase_for_end_detail (call);
  g_assert_cmpstr (length, ==, "Video call, 12 min 47 s");
  call->message = g_strdup ("In a meeting");
  message = beckon_phrase_for_end_detail (call);
  g_assert_cmpstr (message, ==, "“In a meeting”");
  g_assert_finalize_object (call);
}

/* Nobody else is to blame for our own network. */
static void
test_lost_detail (void)
{
  static const struct
  {
    BeckonMediaError code;
    const char *sentence;
  } cases[] = {
    { BECKON_MEDIA_ERROR_PEER_SILENT, "Bob’s computer did not answer any more" },
    { BECKON_MEDIA_ERROR_NO_ROUTE, "This computer is on no network." },
    { BECKON_MEDIA_ERROR_NO_PATH,
      "No way through the network between the two computers was found." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      BeckonCall *call = fake_call_new ();
      g_autofree char *sentence = NULL;

      call->end = BECKON_CALL_END_CONNECTION_LOST;
      call->error = g_error_new_literal (BECKON_MEDIA_ERROR, cases[i].code, "lost");
      sentence = beckon_phrase_for_end_detail (call);
      g_assert_cmpstr (sentence, ==, cases[i].sentence);
      g_assert_finalize_object (call);
    }
}

static void
test_no_screen (void)
{
  static const struct
  {
    BeckonMediaError code;
    const char *sentence;
  } cases[] = {
    { BECKON_MEDIA_ERROR_NO_DEVICE, "This desktop cannot share a screen" },
    { BECKON_MEDIA_ERROR_DEVICE_LOST, "The desktop ended the sharing of your screen" },
    { BECKON_MEDIA_ERROR_ENCODER, "This computer failed to encode your screen: it is not seen" },
    { BECKON_MEDIA_ERROR_FAILED, "The desktop refused to share your screen" },
  };
  g_autoptr (BeckonCall) call = fake_call_new ();
  g_autofree char *chosen = NULL;

  g_assert_null (beckon_phrase_for_no_screen (call));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sentence = NULL;

      g_clear_error (&call->screen_problem);
      call->screen_problem = g_error_new_literal (BECKON_MEDIA_ERROR, cases[i].code, "");
      sentence = beckon_phrase_for_no_screen (call);
      g_assert_cmpstr (sentence, ==, cases[i].sentence);
    }
  g_clear_error (&call->screen_problem);
  call->screen_problem = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  chosen = beckon_phrase_for_no_screen (call);
  g_assert_cmpstr (chosen, ==, "Nothing is shared: no screen was chosen");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/phrases/every-error-has-a-sentence", test_every_error_has_a_sentence);
  g_test_add_func ("/ui/phrases/error-names-its-subject", test_error_names_its_subject);
  g_test_add_func ("/ui/phrases/names", test_names);
  g_test_add_func ("/ui/phrases/lengths", test_lengths);
  g_test_add_func ("/ui/phrases/times", test_times);
  g_test_add_func ("/ui/phrases/twelve-hours", test_twelve_hours);
  g_test_add_func ("/ui/phrases/history", test_history);
  g_test_add_func ("/ui/phrases/ends", test_ends);
  g_test_add_func ("/ui/phrases/elsewhere", test_elsewhere);
  g_test_add_func ("/ui/phrases/end-detail", test_end_detail);
  g_test_add_func ("/ui/phrases/lost-detail", test_lost_detail);
  g_test_add_func ("/ui/phrases/no-screen", test_no_screen);
  return g_test_run ();
}
