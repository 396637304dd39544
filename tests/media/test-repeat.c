/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The packets of a handshake leave again until there is an answer, five times at most, all others
 * once. */

#include "config.h"

#include "peer-repeat.h"
#include "waiting.h"

#define LIMIT_SECONDS 20
#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

typedef struct
{
  BeckonPeerRepeat *repeat;
  GstElement *sink;
  GstElement *in; /* what comes from the other end */
  GstPad *source;
  gint left[256]; /* atomic: by first byte */
} Fixture;

static void
on_left (GstElement *sink, GstBuffer *buffer, GstPad *pad, Fixture *f)
{
  guint8 first;

  g_assert_cmpuint (gst_buffer_extract (buffer, 0, &first, 1), ==, 1);
  g_atomic_int_inc (&f->left[first]);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstPad) source = NULL;
  GstSegment segment;

  f->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_object_set (f->sink, "async", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect (f->sink, "handoff", G_CALLBACK (on_left), f);
  f->repeat = beckon_peer_repeat_new ();
  beckon_peer_repeat_watch_out (f->repeat, f->sink);
  f->in = gst_object_ref_sink (gst_element_factory_make ("identity", NULL));
  beckon_peer_repeat_watch_in (f->repeat, f->in);
  f->source = gst_pad_new ("src", GST_PAD_SRC);
  sink = gst_element_get_static_pad (f->sink, "sink");
  gst_pad_link (f->source, sink);
  gst_pad_set_active (f->source, TRUE);
  gst_element_set_state (f->sink, GST_STATE_PLAYING);
  gst_element_set_state (f->in, GST_STATE_PLAYING);
  gst_pad_push_event (f->source, gst_event_new_stream_start ("packets"));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->source, gst_event_new_segment (&segment));
  source = gst_element_get_static_pad (f->in, "src");
  gst_pad_push_event (source, gst_event_new_stream_start ("answers"));
  gst_pad_push_event (source, gst_event_new_segment (&segment));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gst_element_set_state (f->sink, GST_STATE_NULL);
  gst_element_set_state (f->in, GST_STATE_NULL);
  gst_pad_set_active (f->source, FALSE);
  g_clear_object (&f->source);
  g_clear_object (&f->sink);
  g_clear_object (&f->in);
  beckon_peer_repeat_unref (f->repeat);
}

static GstBuffer *
new_packet (guint8 first)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 20, NULL);

  gst_buffer_memset (buffer, 0, first, 20);
  return buffer;
}

static int
left (Fixture *f, guint8 first)
{
  return g_atomic_int_get (&f->left[first]);
}

static void
test_handshake_only (Fixture *f, gconstpointer unused)
{
  /* STUN, an alert, data, RTP */
  static const guint8 others[] = { 0, 21, 23, 0x80 };
  GstBufferList *list = gst_buffer_list_new ();

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    gst_pad_push (f->source, new_packet (others[i]));
  gst_pad_push (f->source, new_packet (20));
  wait_until (left (f, 20) == 5);
  gst_buffer_list_add (list, new_packet (22));
  gst_buffer_list_add (list, new_packet (22));
  gst_pad_push_list (f->source, list);
  wait_until (left (f, 22) == 10);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpint (left (f, others[i]), ==, 1);
  g_assert_cmpint (left (f, 20), ==, 5);
}

/* A packet of the other end, with one record. */
static void
come (Fixture *f, guint8 kind, guint64 number)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (f->in, "src");
  const guint64 big_endian = GUINT64_TO_BE (number);
  guint8 record[20] = { kind, 0xfe, 0xfd };

  memcpy (record + 3, &big_endian, sizeof big_endian);
  gst_pad_push (source, gst_buffer_new_memdup (record, sizeof record));
}

/* What was sent before something new came has been heard; what is sent behind it has not. */
static void
test_until_the_answer (Fixture *f, gconstpointer unused)
{
  come (f, 22, 0);
  gst_pad_push (f->source, new_packet (22));
  wait_until (left (f, 22) == 2);
  come (f, 22, 0);    /* a copy */
  come (f, 0x80, 99); /* no record */
  wait_until (left (f, 22) == 3);
  come (f, 22, 1);
  gst_pad_push (f->source, new_packet (20));
  wait_until (left (f, 20) == 5);
  g_assert_cmpint (left (f, 22), ==, 3);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/repeat/handshake-only", Fixture, NULL, set_up, test_handshake_only, tear_down);
  g_test_add ("/repeat/until-the-answer", Fixture, NULL, set_up, test_until_the_answer, tear_down);
  return g_test_run ();
}
