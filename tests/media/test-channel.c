/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The data channel between two real ends in one process: which of several is used, and how long each
 * is kept. webrtcbin's elements tell a channel of their errors without holding it. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-message.h"
#include "peer-private.h"
#include "waiting.h"

#define LIMIT_SECONDS 30
/* As many take longer to be sent than a connection to be stopped. */
#define SENTENCES 5000
#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* In front of GLib's: all draw the same number for an association, as happens to two of 65 535. */
gint32
g_random_int_range (gint32 begin, gint32 end)
{
  if (begin == 0 && end == G_MAXUINT16)
    return 1000;
  return begin + (gint32) (g_random_int () % ((guint32) end - (guint32) begin));
}

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  gboolean closed;
} Side;

typedef struct
{
  Side alice, bob;
} Fixture;

static void
begin (Side *side, Side *other, const char *identity, gboolean offerer)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  side->session = beckon_media_session_new (config);
  side->peer = media_end_add_peer (side->session, "peer", offerer, &other->peer);
}

static void
close_side (Side *side, const char *reason)
{
  media_end_close (side->session, reason, &side->closed);
  wait_until (side->closed);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  gst_complaints_pass ();
  begin (&f->bob, &f->alice, "bob", FALSE);
  begin (&f->alice, &f->bob, "alice", TRUE);
  wait_until (f->alice.peer->channel_open && f->bob.peer->channel_open);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  Side *sides[] = { &f->alice, &f->bob };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (!sides[i]->closed)
        close_side (sides[i], NULL);
      media_end_finalize (&sides[i]->session, &sides[i]->peer, LIMIT_SECONDS);
    }
}

/* Both ends are in this process, and a number is for one association: with the same for both the
 * channel does not open, and that it did is all there is to see. */
static void
test_numbers (Fixture *f, gconstpointer data)
{
  const guint alice = f->alice.peer->association;

  g_assert_true (alice == 0 /* GStreamer's affair */ || alice != f->bob.peer->association);
}

typedef struct
{
  GstElement *pipeline; /* owned */
  gint gone;            /* atomic */
  GstState state;       /* of the pipeline when the channel went */
} Watch;

static void
on_gone (gpointer user_data, GObject *where_it_was)
{
  Watch *watch = user_data;

  watch->state = GST_STATE (watch->pipeline);
  g_atomic_int_set (&watch->gone, TRUE);
}

/* They closed it, so webrtcbin has let go of it; what it was made of still runs until we have stopped. */
static void
test_kept_until_stopped (Fixture *f, gconstpointer data)
{
  BeckonMediaPeer *alice = f->alice.peer;
  Watch watch = { .pipeline = gst_object_ref (alice->pipeline) };

  g_object_weak_ref (G_OBJECT (alice->channel), on_gone, &watch);
  g_signal_emit_by_name (f->bob.peer->channel, "close");
  wait_until (!alice->channel_open);
  close_side (&f->alice, "hang-up");
  wait_until (g_atomic_int_get (&watch.gone));
  g_assert_cmpint (watch.state, ==, GST_STATE_NULL);
  gst_object_unref (watch.pipeline);
}

/* Whoever opens more of them is heard on the first. */
static void
test_one_is_enough (Fixture *f, gconstpointer data)
{
  GstWebRTCDataChannel *first = f->bob.peer->channel, *second = NULL;

  g_signal_emit_by_name (f->alice.peer->webrtc, "create-data-channel", "another", NULL, &second);
  g_assert_nonnull (second);
  wait_until (f->bob.peer->channels->len == 2);
  g_assert_true (f->bob.peer->channel == first);
  beckon_peer_channel_take (f->alice.peer, second);
  beckon_peer_channel_send_bye (f->alice.peer, "hang-up");
  wait_until (f->bob.peer->they_left); /* said on the first */
}

static guint refusals; /* that were logged */

static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        g_str_has_prefix (fields[i].value, "Refused a message of"))
      refusals++;
  return g_log_writer_default (level, fields, n, NULL);
}

/* Whoever writes what nobody understands does not fill the log: each cause is said once. */
static void
test_refused_once (Fixture *f, gconstpointer data)
{
  static const char *const texts[] = { "no object", "{}", "{\"kind\":1}" };
  g_autofree char *large = g_strnfill (BECKON_PEER_MESSAGE_MAX + 1, ' ');

  refusals = 0;
  for (guint i = 0; i < 30; i++)
    g_signal_emit_by_name (f->alice.peer->channel, "send-string",
                           i % 4 < 3 ? texts[i % 4] : large);
  beckon_peer_channel_send_bye (f->alice.peer, "hang-up");
  wait_until (f->bob.peer->they_left); /* said behind them */
  g_assert_cmpuint (refusals, >=, 2);
  g_assert_cmpuint (refusals, <=, 3);
}

/* Whoever opens one after the other is left: each is kept as long as the connection. */
static void
test_without_end (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) opened = g_ptr_array_new_with_free_func (g_object_unref);

  while (!f->bob.peer->left_channels)
    {
      gpointer channel = NULL;

      g_signal_emit_by_name (f->alice.peer->webrtc, "create-data-channel", "more", NULL, &channel);
      g_assert_nonnull (channel);
      g_ptr_array_add (opened, channel);
      wait_until (f->bob.peer->left_channels || f->bob.peer->channels->len > opened->len);
    }
  g_assert_cmpuint (f->bob.peer->channels->len, <, 16);
  close_side (&f->alice, NULL);
}

/* Whoever says goodbye again and again, and never that they heard ours, is left all the same. */
static void
test_goodbyes_without_end (Fixture *f, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (f->bob.peer->channel, f->bob.peer);
  media_end_close (f->alice.session, "hang-up", &f->alice.closed);
  while (!f->alice.closed)
    {
      beckon_peer_channel_send_bye (f->bob.peer, "hang-up");
      g_main_context_iteration (NULL, TRUE);
    }
}

/* What is still being said when a connection is stopped is said to nobody, and harms nobody: the
 * association is closed while no channel sends. */
static void
test_stopped_while_it_speaks (Fixture *f, gconstpointer data)
{
  Side *side = GPOINTER_TO_INT (data) ? &f->alice : &f->bob;
  g_autofree char *text = g_strnfill (1000, ' ');

  for (guint i = 0; i < SENTENCES; i++)
    g_signal_emit_by_name (side->peer->channel, "send-string", text);
  close_side (side, NULL);
}

static GstElement *
find_decoder (BeckonMediaPeer *peer)
{
  g_autoptr (GstIterator) decoders =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (peer->pipeline), "dtlsdec");
  g_auto (GValue) decoder = G_VALUE_INIT;

  g_assert_cmpint (gst_iterator_next (decoders, &decoder), ==, GST_ITERATOR_OK);
  return g_value_get_object (&decoder);
}

static void
on_decoder_gone (gpointer at, GObject *where_it_was)
{
  *(gint64 *) at = g_get_monotonic_time ();
}

/* The timers of a handshake hold a connection, but they are not the last to do so; in the end it
 * goes. */
static void
test_dtls_outlives_its_timers (Fixture *f, gconstpointer data)
{
  gint64 gone[] = { 0, 0 }, stopped;

  g_object_weak_ref (G_OBJECT (find_decoder (f->alice.peer)), on_decoder_gone, &gone[0]);
  g_object_weak_ref (G_OBJECT (find_decoder (f->bob.peer)), on_decoder_gone, &gone[1]);
  stopped = g_get_monotonic_time ();
  tear_down (f, NULL);
  wait_until (gone[0] > 0 && gone[1] > 0);
  g_assert_cmpint (gone[0] - stopped, >, G_TIME_SPAN_SECOND);
  g_assert_cmpint (gone[1] - stopped, >, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (on_log, NULL, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add ("/media/channel/numbers", Fixture, NULL, set_up, test_numbers, tear_down);
  g_test_add ("/media/channel/kept-until-stopped", Fixture, NULL, set_up, test_kept_until_stopped,
              tear_down);
  g_test_add ("/media/channel/one-is-enough", Fixture, NULL, set_up, test_one_is_enough, tear_down);
  g_test_add ("/media/channel/refused-once", Fixture, NULL, set_up, test_refused_once, tear_down);
  g_test_add ("/media/channel/without-end", Fixture, NULL, set_up, test_without_end, tear_down);
  g_test_add ("/media/channel/goodbyes-without-end", Fixture, NULL, set_up,
              test_goodbyes_without_end, tear_down);
  g_test_add ("/media/channel/stopped-while-it-speaks/answerer", Fixture, GINT_TO_POINTER (FALSE),
              set_up, test_stopped_while_it_speaks, tear_down);
  g_test_add ("/media/channel/stopped-while-it-speaks/offerer", Fixture, GINT_TO_POINTER (TRUE),
              set_up, test_stopped_while_it_speaks, tear_down);
  g_test_add ("/media/channel/dtls-outlives-its-timers", Fixture, NULL, set_up,
              test_dtls_outlives_its_timers, NULL);
  return g_test_run ();
}
