/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What waits in a pacer, and what does not. Time is real: only that something comes too early fails. */

#include "config.h"

#include "pacer.h"

#define RATE 800000 /* bits: 100 bytes a millisecond */
#define PACKET 1000 /* bytes */
#define MARK "beckon-test-mark"

typedef struct
{
  GstElement *pacer;
  GstPad *source, *sink; /* before it, and behind it */

  GMutex lock;
  GCond came;
  GArray *offsets; /* guint64: of what came, each */
  guint n_lists;
  gint mark;       /* after how many the event came; -1: it has not */
  gint64 last_at;  /* monotonic */
  GThread *thread; /* that brought the last */
} Fixture;

static Fixture *
get_fixture (GstPad *pad)
{
  return gst_pad_get_element_private (pad);
}

static gboolean
note (GstBuffer **packet, guint index, gpointer user_data)
{
  Fixture *f = user_data;
  const guint64 offset = GST_BUFFER_OFFSET (*packet);

  g_array_append_val (f->offsets, offset);
  f->last_at = g_get_monotonic_time ();
  f->thread = g_thread_self ();
  g_cond_signal (&f->came);
  return TRUE;
}

static GstFlowReturn
on_packet (GstPad *pad, GstObject *parent, GstBuffer *packet)
{
  Fixture *f = get_fixture (pad);

  g_mutex_lock (&f->lock);
  note (&packet, 0, f);
  g_mutex_unlock (&f->lock);
  gst_buffer_unref (packet);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_packets (GstPad *pad, GstObject *parent, GstBufferList *packets)
{
  Fixture *f = get_fixture (pad);

  g_mutex_lock (&f->lock);
  f->n_lists++;
  gst_buffer_list_foreach (packets, note, f);
  g_mutex_unlock (&f->lock);
  gst_buffer_list_unref (packets);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Fixture *f = get_fixture (pad);

  if (gst_event_has_name (event, MARK))
    {
      g_mutex_lock (&f->lock);
      f->mark = (gint) f->offsets->len;
      g_cond_signal (&f->came);
      g_mutex_unlock (&f->lock);
    }
  gst_event_unref (event);
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstPad) in = NULL;
  g_autoptr (GstPad) out = NULL;
  GstSegment segment;

  g_mutex_init (&f->lock);
  g_cond_init (&f->came);
  f->offsets = g_array_new (FALSE, FALSE, sizeof (guint64));
  f->mark = -1;
  f->pacer = gst_object_ref_sink (beckon_pacer_new ());
  f->source = gst_pad_new ("source", GST_PAD_SRC);
  f->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (f->sink, f);
  gst_pad_set_chain_function (f->sink, on_packet);
  gst_pad_set_chain_list_function (f->sink, on_packets);
  gst_pad_set_event_function (f->sink, on_event);
  in = gst_element_get_static_pad (f->pacer, "sink");
  out = gst_element_get_static_pad (f->pacer, "src");
  g_assert_true (GST_PAD_LINK_SUCCESSFUL (gst_pad_link (f->source, in)));
  g_assert_true (GST_PAD_LINK_SUCCESSFUL (gst_pad_link (out, f->sink)));
  gst_pad_set_active (f->sink, TRUE);
  gst_element_set_state (f->pacer, GST_STATE_PLAYING);
  gst_pad_set_active (f->source, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->source, gst_event_new_stream_start ("packets"));
  gst_pad_push_event (f->source, gst_event_new_segment (&segment));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gst_element_set_state (f->pacer, GST_STATE_NULL);
  gst_pad_set_active (f->source, FALSE);
  gst_pad_set_active (f->sink, FALSE);
  gst_object_unref (f->source);
  gst_object_unref (f->sink);
  gst_object_unref (f->pacer);
  g_array_unref (f->offsets);
  g_cond_clear (&f->came);
  g_mutex_clear (&f->lock);
}

/* A picture in so many packets, numbered from @first on. Returns: when it was sent. */
static gint64
send (Fixture *f, guint first, guint n_packets)
{
  GstBufferList *packets = gst_buffer_list_new ();
  const gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < n_packets; i++)
    {
      GstBuffer *packet = gst_buffer_new_allocate (NULL, PACKET, NULL);

      GST_BUFFER_OFFSET (packet) = first + i;
      gst_buffer_list_add (packets, packet);
    }
  g_assert_cmpint (gst_pad_push_list (f->source, packets), ==, GST_FLOW_OK);
  return now;
}

static guint
get_n_come (Fixture *f)
{
  guint n;

  g_mutex_lock (&f->lock);
  n = f->offsets->len;
  g_mutex_unlock (&f->lock);
  return n;
}

/* Until all have come, in their order. */
static void
wait_for (Fixture *f, guint n_packets)
{
  const gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_mutex_lock (&f->lock);
  while (f->offsets->len < n_packets)
    g_assert_true (g_cond_wait_until (&f->came, &f->lock, end));
  for (guint i = 0; i < n_packets; i++)
    g_assert_cmpuint (g_array_index (f->offsets, guint64, i), ==, i);
  g_mutex_unlock (&f->lock);
}

static void
test_without_rate (Fixture *f, gconstpointer unused)
{
  send (f, 0, 200);
  g_assert_cmpuint (get_n_come (f), ==, 200);
  g_assert_cmpuint (f->n_lists, ==, 1);
}

/* A picture of usual size is not touched: it is the same list, on the same thread. */
static void
test_small (Fixture *f, gconstpointer unused)
{
  beckon_pacer_set_rate (BECKON_PACER (f->pacer), RATE);
  send (f, 0, 5);
  g_assert_cmpuint (get_n_come (f), ==, 5);
  g_assert_cmpuint (f->n_lists, ==, 1);
  g_assert_true (f->thread == g_thread_self ());
}

static void
test_large (Fixture *f, gconstpointer unused)
{
  const guint n_packets = 40;
  const gint64 least = (n_packets - 1) * PACKET * (gint64) 8 * G_USEC_PER_SEC / RATE -
                       BECKON_PACER_BURST_MS * 1000;
  gint64 sent;

  beckon_pacer_set_rate (BECKON_PACER (f->pacer), RATE);
  sent = send (f, 0, n_packets);
  /* Whoever brings it does not wait, and the next is behind it. */
  gst_pad_push_event (f->source, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                       gst_structure_new_empty (MARK)));
  send (f, n_packets, 2);
  wait_for (f, n_packets + 2);
  g_assert_cmpint (f->mark, ==, (gint) n_packets);
  g_assert_cmpint (f->last_at - sent, >=, least);
  g_assert_true (f->thread != g_thread_self ());
}

/* What may leave at once is bounded, however long nothing was sent. */
static void
test_burst (Fixture *f, gconstpointer unused)
{
  gint64 sent;

  beckon_pacer_set_rate (BECKON_PACER (f->pacer), RATE / 100);
  send (f, 0, 1);
  sent = send (f, 1, 1);
  wait_for (f, 2);
  g_assert_cmpint (f->last_at - sent, >=,
                   (BECKON_PACER_HOLD_MS - 3 * BECKON_PACER_BURST_MS) * 1000);
}

/* As fast as it takes to keep none for longer than is of use: at the rate it were 80 s. */
static void
test_too_much (Fixture *f, gconstpointer unused)
{
  const gint64 began = g_get_monotonic_time ();

  beckon_pacer_set_rate (BECKON_PACER (f->pacer), RATE / 100);
  send (f, 0, 80);
  wait_for (f, 80);
  g_assert_cmpint (f->last_at - began, <, 10 * G_USEC_PER_SEC);
}

static void
test_rate_goes (Fixture *f, gconstpointer unused)
{
  beckon_pacer_set_rate (BECKON_PACER (f->pacer), 8);
  send (f, 0, 1);
  send (f, 1, 1);
  beckon_pacer_set_rate (BECKON_PACER (f->pacer), 0);
  wait_for (f, 2);
}

/* The end of a call does not wait for what waits. */
static void
test_stopped (Fixture *f, gconstpointer unused)
{
  const gint64 began = g_get_monotonic_time ();

  beckon_pacer_set_rate (BECKON_PACER (f->pacer), RATE);
  send (f, 0, 1000);
  gst_element_set_state (f->pacer, GST_STATE_NULL);
  g_assert_cmpuint (get_n_come (f), <, 1000);
  g_assert_cmpint (g_get_monotonic_time () - began, <, BECKON_PACER_HOLD_MS * 1000);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  add ("/pacer/without-rate", test_without_rate);
  add ("/pacer/small", test_small);
  add ("/pacer/large", test_large);
  add ("/pacer/burst", test_burst);
  add ("/pacer/too-much", test_too_much);
  add ("/pacer/rate-goes", test_rate_goes);
  add ("/pacer/stopped", test_stopped);

  return g_test_run ();
}
