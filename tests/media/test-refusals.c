/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What strangers may send to a connection: descriptions and candidates that are malformed, or that
 * can be read and mean nothing good. Each is refused or ends the one connection that it is for;
 * the process lives on, and the next connection works. */

#include "config.h"

#include "gst-complaints.h"
#include "media-session.h"

#include <gst/gst.h>
#include <string.h>

#define LIMIT_S 90
/* Each takes a second with sanitizers: then some of them, others every time. */
#ifdef __SANITIZE_ADDRESS__
#define CHANGE_STEP 3
#define GAP_STEP 6
#else
#define CHANGE_STEP 1
#define GAP_STEP 1
#endif

typedef struct
{
  BeckonMediaSession *alice, *bob;
  BeckonMediaPeer *to_bob, *to_alice; /* borrowed of the sessions */
  char *offer;
  guint watchdog;
  gboolean closed;
} Fixture;

static gboolean
on_watchdog (gpointer unused)
{
  g_error ("Nothing more came in %d s", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static BeckonMediaSession *
new_session (const char *identity)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->identity = g_strdup (identity);
  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  return beckon_media_session_new (config);
}

static void
on_offer (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Fixture *f)
{
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION)
    {
      g_assert_null (f->offer);
      f->offer = g_strdup (signal->sdp);
    }
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  gst_complaints_pass ();
  f->watchdog = g_timeout_add_seconds (LIMIT_S, on_watchdog, NULL);
  f->alice = new_session ("alice");
  f->bob = new_session ("bob");
  f->to_bob = beckon_media_session_add_peer (f->alice, "bob", NULL, 1, TRUE);
  g_signal_connect (f->to_bob, "local-signal", G_CALLBACK (on_offer), f);
  while (f->offer == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (f->to_bob, f);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (
      beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, NULL));
  f->closed = TRUE;
}

static void
close_session (Fixture *f, BeckonMediaSession *session)
{
  f->closed = FALSE;
  beckon_media_session_close_async (session, NULL, on_closed, f);
  while (!f->closed)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (session);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  close_session (f, f->alice);
  close_session (f, f->bob);
  g_free (f->offer);
  g_source_remove (f->watchdog);
}

/* ---- descriptions ---- */

/* What becomes of an offer; NULL: anything but a crash. */
static const struct
{
  const char *what, *from, *to, *result;
} changes[] = {
  { "ours", "v=0", "v=0", "answered" },
  { "empty", "", "", "refused" },
  { "words", "", "hello", "refused" },
  { "head only", "", "v=0\r\n", "refused" },
  { "other version", "v=0", "v=7", "refused" },
  { "sound is something else", "m=audio", "m=message", "refused" },
  { "no Opus", "OPUS", "PCMX", "refused" },
  { "two lines of one name", "a=mid:video1", "a=mid:audio0", "refused" },
  { "a group of another transport", "BUNDLE audio0", "BUNDLE application3", "refused" },
  { "no credentials", "a=ice-ufrag", "a=x-ufrag", "refused" },
  { "no fingerprint", "a=fingerprint", "a=x-print", "refused" },
  { "empty fingerprint", "a=fingerprint:sha-256 ", "a=fingerprint:", NULL },
  { "no VP8", "VP8", "VP7", NULL }, /* "refused" where there is no H.264 */
  { "no codec for pictures", "/90000", "-90000", "refused" },
  { "H.264 of no profile", "profile-level-id=", "profile-level-id=x", "answered" },
  { "H.264 in another mode", "packetization-mode=1", "packetization-mode=0", "answered" },
  { "repeats itself", "apt=96", "apt=97", NULL },
  { "no bundle", "a=group:BUNDLE", "a=group:X", NULL },
  { "bundle of strangers", "a=group:BUNDLE ", "a=group:BUNDLE q w e ", NULL },
  { "no mid", "a=mid:", "a=x-mid:", NULL },
  { "all one mid", "a=mid:video1", "a=mid:audio0", NULL },
  { "all one payload type", " 96", " 111", NULL },
  { "payload type is too large", "a=rtpmap:111", "a=rtpmap:4294967407", NULL },
  { "passive offer", "a=setup:actpass", "a=setup:passive", NULL },
  { "no role", "a=setup:actpass", "a=setup:nonsense", NULL },
  { "no role line", "a=setup:", "a=x-setup:", NULL },
  { "inactive", "a=sendrecv", "a=inactive", NULL },
  { "nothing said of the direction", "a=sendrecv", "a=what", "refused" },
  { "no feedback multiplexed", "a=rtcp-mux\r\n", "", NULL },
  { "clock of nothing", "/90000", "/0", NULL },
  { "negative clock", "/48000", "/-1", NULL },
  { "broken ssrc", "a=ssrc:", "a=ssrc:x", NULL },
  { "broken msid", "a=msid:", "a=msid:\r\na=x:", NULL },
  { "data channel on port 0", "a=sctp-port:5000", "a=sctp-port:0", NULL },
  { "data channel on a huge port", "a=sctp-port:5000", "a=sctp-port:99999999999", NULL },
  { "no data channel port", "a=sctp-port:", "a=x-port:", NULL },
  { "data channel is sound", "m=application", "m=audio", NULL },
  { "lines are closed", "m=video 9", "m=video 0", NULL },
  { "numbers with the id 0", "a=extmap:3", "a=extmap:0", NULL },
  { "numbers with a huge id", "a=extmap:3", "a=extmap:4294967299", NULL },
  { "numbers of one direction", "a=extmap:3", "a=extmap:3/recvonly", NULL },
  { "broken feedback", "a=rtcp-fb:", "a=rtcp-fb:\r\na=rtcp-fb:* ", NULL },
};

/* Returns: @text with every @from made @to, or NULL if there is none; "" for @from: @to is the whole. */
static char *
change (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) changed = g_string_new (*from != '\0' ? text : to);

  if (*from != '\0' && g_string_replace (changed, from, to, 0) == 0)
    return NULL;
  return g_strdup (changed->str);
}

/* Returns: @words as lines, but the one at @gap. */
static char *
leave_out (char **words, guint gap)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    if (i != gap && *words[i] != '\0')
      g_string_append_printf (text, "%s\r\n", words[i]);
  return g_strdup (text->str);
}

typedef struct
{
  gboolean answered;
} Outcome;

static void
on_answer (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Outcome *outcome)
{
  outcome->answered |= signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION;
}

/* Gives @sdp to a fresh callee and waits until it is refused, which is a failure too, has failed
 * later or is answered. */
static const char *
offer (Fixture *f, const char *sdp)
{
  BeckonMediaPeer *peer = beckon_media_session_add_peer (f->bob, "alice", NULL, 1, FALSE);
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_new_description (1, BECKON_SDP_OFFER,
                                                                            sdp);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { FALSE };
  const char *result;

  g_signal_connect (peer, "local-signal", G_CALLBACK (on_answer), &outcome);
  if (!beckon_media_peer_handle_signal (peer, signal, &error))
    {
      g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION);
      while (beckon_media_peer_get_state (peer) != BECKON_MEDIA_PEER_FAILED)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpstr (beckon_media_peer_get_problem (peer)->message, ==, error->message);
      result = "refused";
    }
  else
    {
      while (!outcome.answered && beckon_media_peer_get_state (peer) != BECKON_MEDIA_PEER_FAILED)
        g_main_context_iteration (NULL, TRUE);
      result = outcome.answered ? "answered" : "failed";
      if (!outcome.answered)
        g_assert_nonnull (beckon_media_peer_get_problem (peer));
    }
  g_signal_handlers_disconnect_by_data (peer, &outcome);
  beckon_media_session_remove_peer (f->bob, peer, NULL);
  return result;
}

static void
test_offers (Fixture *f, gconstpointer unused)
{
  for (guint i = g_test_rand_int_range (0, CHANGE_STEP); i < G_N_ELEMENTS (changes);
       i += CHANGE_STEP)
    {
      g_autofree char *sdp = change (f->offer, changes[i].from, changes[i].to);
      const char *result = NULL;

      g_test_message ("%s:", changes[i].what);
      if (sdp != NULL)
        result = offer (f, sdp);
      g_test_message ("%s", result != NULL ? result : "not in ours");
      if (sdp != NULL && changes[i].result != NULL)
        g_assert_cmpstr (result, ==, changes[i].result);
    }
  g_assert_cmpstr (offer (f, f->offer), ==, "answered");
}

static void
keep_answer (BeckonMediaPeer *peer, BeckonPeerSignal *signal, char **answer)
{
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION)
    *answer = g_strdup (signal->sdp);
}

/* Bob's answer to the fixture's offer. */
static char *
get_answer (Fixture *f)
{
  BeckonMediaPeer *peer = beckon_media_session_add_peer (f->bob, "alice", NULL, 1, FALSE);
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_new_description (1, BECKON_SDP_OFFER,
                                                                            f->offer);
  char *answer = NULL;

  g_signal_connect (peer, "local-signal", G_CALLBACK (keep_answer), &answer);
  g_assert_true (beckon_media_peer_handle_signal (peer, signal, NULL));
  while (answer == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (peer, &answer);
  return answer;
}

/* Gives @sdp to a fresh caller who waits for an answer. */
static void
answer (Fixture *f, const char *sdp)
{
  BeckonMediaPeer *peer = beckon_media_session_add_peer (f->alice, "bob", NULL, 1, TRUE);
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_new_description (1, BECKON_SDP_ANSWER,
                                                                            sdp);
  Outcome outcome = { FALSE };

  g_signal_connect (peer, "local-signal", G_CALLBACK (on_answer), &outcome);
  while (!outcome.answered)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (peer, &outcome);
  if (beckon_media_peer_handle_signal (peer, signal, NULL))
    while (beckon_media_peer_get_state (peer) == BECKON_MEDIA_PEER_NEW)
      g_main_context_iteration (NULL, TRUE);
  g_test_message ("state %d", beckon_media_peer_get_state (peer));
  beckon_media_session_remove_peer (f->alice, peer, NULL);
}

static void
test_answers (Fixture *f, gconstpointer unused)
{
  g_autofree char *good = get_answer (f);
  g_auto (GStrv) words = g_strsplit (good, "\r\n", -1);

  for (guint i = g_test_rand_int_range (0, CHANGE_STEP); i < G_N_ELEMENTS (changes);
       i += CHANGE_STEP)
    {
      g_autofree char *sdp = change (good, changes[i].from, changes[i].to);

      g_test_message ("%s:", changes[i].what);
      if (sdp != NULL)
        answer (f, sdp);
    }
  for (guint gap = g_test_rand_int_range (0, GAP_STEP); gap < g_strv_length (words);
       gap += GAP_STEP)
    {
      g_autofree char *sdp = leave_out (words, gap);

      g_test_message ("without “%s”:", words[gap]);
      answer (f, sdp);
    }
}

/* A line less, each in turn, and cut off anywhere. */
static void
test_offers_with_gaps (Fixture *f, gconstpointer unused)
{
  g_auto (GStrv) words = g_strsplit (f->offer, "\r\n", -1);

  for (guint gap = g_test_rand_int_range (0, GAP_STEP); gap < g_strv_length (words);
       gap += GAP_STEP)
    {
      g_autofree char *sdp = leave_out (words, gap);

      g_test_message ("without “%s”:", words[gap]);
      g_test_message ("%s", offer (f, sdp));
    }
  for (guint part = 1; part < 12; part++)
    {
      g_autofree char *sdp = g_strndup (f->offer, strlen (f->offer) * part / 12);

      g_test_message ("%u twelfths: %s", part, offer (f, sdp));
    }
}

/* ---- candidates ---- */

static void
test_candidates (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    gboolean taken;
  } candidates[] = {
    { "candidate:1 1 UDP 2015363327 127.0.0.1 9 typ host", TRUE },
    { "candidate:1 1 UDP 2015363327 ::1 9 typ host", TRUE },
    { "candidate:1 1 TCP 1015021823 127.0.0.1 9 typ host tcptype active", TRUE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ srflx raddr 127.0.0.1 rport 9", TRUE },
    { "candidate:1 1 UDP 2015363327 6fa2.local 9 typ host", TRUE },
    { "candidate:1 1 UDP 2015363327 beckon.invalid 9 typ host", TRUE },
    { "", FALSE },
    { "candidate:", FALSE },
    { "hello", FALSE },
    { "candidate:1 0 UDP 1 127.0.0.1 9 typ host", FALSE },
    { "candidate:1 1 UDP -1 127.0.0.1 9 typ host", FALSE },
    { "candidate:1 1 UDP 4294967296 127.0.0.1 9 typ host", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 65536 typ host", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 type host", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\na=x", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ \xff\xfe", FALSE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ nonsense", TRUE },
    { "candidate:1 1 XXX 1 127.0.0.1 9 typ host", TRUE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ srflx raddr", TRUE },
    { "candidate:1 1 UDP 1 127.0.0.1 9 typ srflx raddr nowhere rport x", TRUE },
    { "candidate:1 256 UDP 1 127.0.0.1 9 typ host", TRUE },
  };
  BeckonMediaPeer *peer = beckon_media_session_add_peer (f->bob, "alice", NULL, 1, FALSE);
  g_autoptr (BeckonPeerSignal) description = beckon_peer_signal_new_description (
      1, BECKON_SDP_OFFER, f->offer);
  Outcome outcome = { FALSE };

  /* Before their description is there, and after. */
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
        for (guint mline = 0; mline <= BECKON_MLINE_MAX; mline += 5)
          {
            g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_new_candidate (
                1, mline, candidates[i].text);
            g_autoptr (GError) error = NULL;

            g_assert_cmpint (beckon_media_peer_handle_signal (peer, signal, &error), ==,
                             candidates[i].taken);
            if (!candidates[i].taken)
              g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_CANDIDATE);
          }
      if (round > 0)
        break;
      g_signal_connect (peer, "local-signal", G_CALLBACK (on_answer), &outcome);
      g_assert_true (beckon_media_peer_handle_signal (peer, description, NULL));
      while (!outcome.answered)
        g_main_context_iteration (NULL, TRUE);
      g_signal_handlers_disconnect_by_data (peer, &outcome);
    }
  g_assert_null (beckon_media_peer_get_problem (peer));
}

/* ---- out of turn ---- */

static void
test_out_of_turn (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonPeerSignal) own = beckon_peer_signal_new_description (1, BECKON_SDP_OFFER,
                                                                         f->offer);
  g_autoptr (BeckonPeerSignal) old = beckon_peer_signal_new_description (2, BECKON_SDP_OFFER,
                                                                         f->offer);
  g_autoptr (BeckonPeerSignal) answer = beckon_peer_signal_new_description (1, BECKON_SDP_ANSWER,
                                                                            f->offer);
  BeckonMediaPeer *callee = beckon_media_session_add_peer (f->bob, "alice", NULL, 1, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (beckon_media_peer_handle_signal (f->to_bob, own, &error));
  g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION);
  g_clear_error (&error);
  g_assert_true (beckon_media_peer_handle_signal (f->to_bob, old, &error)); /* not for this one */
  g_assert_false (beckon_media_peer_handle_signal (callee, answer, &error));
  g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION);
  g_clear_error (&error);
  g_assert_true (beckon_media_peer_handle_signal (callee, own, &error));
  g_assert_false (beckon_media_peer_handle_signal (callee, own, &error)); /* twice */
  g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_BAD_DESCRIPTION);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  g_test_add ("/media/refusals/offers", Fixture, NULL, set_up, test_offers, tear_down);
  g_test_add ("/media/refusals/answers", Fixture, NULL, set_up, test_answers, tear_down);
  g_test_add ("/media/refusals/gaps", Fixture, NULL, set_up, test_offers_with_gaps, tear_down);
  g_test_add ("/media/refusals/candidates", Fixture, NULL, set_up, test_candidates, tear_down);
  g_test_add ("/media/refusals/out-of-turn", Fixture, NULL, set_up, test_out_of_turn, tear_down);
  return g_test_run ();
}
