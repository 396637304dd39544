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

/* ---- a record ---- */

#define RECORD 30

static guint16
get16 (const guint8 *bytes)
{
  return bytes[0] << 8 | bytes[1];
}

static void
put16 (guint8 *bytes, guint16 number)
{
  bytes[0] = number >> 8;
  bytes[1] = number;
}

/* Of a handshake in the clear. */
static void
make_record (guint8 record[RECORD], guint8 kind, guint16 epoch, guint16 number, guint16 message)
{
  memset (record, 0, RECORD);
  record[0] = kind;
  put16 (record + 3, epoch);
  put16 (record + 9, number);
  put16 (record + 11, RECORD - 13);
  put16 (record + 17, message);
}

/* A packet of the other end, with one record. */
static void
come (Fixture *f, guint8 kind, guint16 epoch, guint16 number, guint16 message)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (f->in, "src");
  guint8 record[RECORD];

  make_record (record, kind, epoch, number, message);
  gst_pad_push (source, gst_buffer_new_memdup (record, sizeof record));
}

/* What was sent before something new came has been heard; what is sent behind it has not. */
static void
test_until_the_answer (Fixture *f, gconstpointer unused)
{
  come (f, 22, 0, 0, 0);
  gst_pad_push (f->source, new_packet (22));
  wait_until (left (f, 22) == 2);
  come (f, 22, 0, 0, 0);      /* a copy */
  come (f, 22, 0, 7, 0);      /* another */
  come (f, 20, 0, 8, 0);      /* which does not say what it is behind */
  come (f, 0x80, 99, 99, 99); /* no record */
  wait_until (left (f, 22) == 3);
  come (f, 22, 0, 9, 1);
  gst_pad_push (f->source, new_packet (20));
  wait_until (left (f, 20) == 5);
  g_assert_cmpint (left (f, 22), ==, 3);
}

/* Who sends data needs nothing any more. */
static void
test_until_data (Fixture *f, gconstpointer unused)
{
  come (f, 22, 1, 0, 0); /* the end of their handshake */
  gst_pad_push (f->source, new_packet (22));
  wait_until (left (f, 22) == 2);
  come (f, 23, 1, 1, 0);
  gst_pad_push (f->source, new_packet (20));
  wait_until (left (f, 20) == 5);
  g_assert_cmpint (left (f, 22), ==, 2);
}

static GstPadProbeReturn
on_numbered (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 records[2 * RECORD] = { 0 };

  gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, records, sizeof records);
  g_array_append_val ((GArray *) user_data, records);
  return GST_PAD_PROBE_OK;
}

/* Records in the clear have numbers of their own, copies too; what is encrypted has its own for
 * good. */
static void
test_numbers (Fixture *f, gconstpointer unused)
{
  g_autoptr (GArray) packets = g_array_new (FALSE, FALSE, 2 * RECORD);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (f->sink, "sink");
  guint8 records[2 * RECORD];

  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_numbered, packets, NULL);
  make_record (records, 22, 0, 3, 1);
  make_record (records + RECORD, 22, 1, 5, 0);
  gst_pad_push (f->source, gst_buffer_new_memdup (records, sizeof records));
  gst_pad_push (f->source, gst_buffer_new_memdup (records, RECORD + 7)); /* and half of one */
  wait_until (left (f, 22) == 10);
  for (guint i = 0; i < 10; i++)
    {
      const guint8 *packet = (const guint8 *) packets->data + i * sizeof records;

      g_assert_cmpuint (get16 (packet + 9), ==, i);
      g_assert_cmpuint (get16 (packet + 17), ==, 1);
      if (packet[RECORD + 12] != 0)
        g_assert_cmpuint (get16 (packet + RECORD + 9), ==, 5);
    }
}

/* ---- two ends ---- */

#define PLACES 64
#define CHANGE_CIPHER_SPEC 20
#define CONNECTED 4 /* GstDtlsConnectionState, which no header has */
#define ENDS                                                                                       \
  "dtlsenc name=encoder-a connection-id=a is-client=true ! identity name=out-a ! queue "           \
  "! identity name=in-b ! dtlsdec name=decoder-b connection-id=b "                                 \
  "dtlsenc name=encoder-b connection-id=b ! identity name=out-b ! queue "                          \
  "! identity name=in-a ! dtlsdec name=decoder-a connection-id=a"

typedef struct
{
  BeckonPeerRepeat *repeat;
  guint64 places[PLACES]; /* of what has been lost on the way to it */
  guint n_places;
  gint n_ends; /* atomic: how often it has sent the end of its handshake by itself */
} End;

static gboolean
has_record (GstBuffer *buffer, guint8 kind)
{
  guint8 header[13];

  for (gsize at = 0; gst_buffer_extract (buffer, at, header, sizeof header) == sizeof header;
       at += sizeof header + get16 (header + 11))
    if (header[0] == kind)
      return TRUE;
  return FALSE;
}

static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  End *end = user_data;

  if (has_record (GST_PAD_PROBE_INFO_BUFFER (info), CHANGE_CIPHER_SPEC))
    g_atomic_int_inc (&end->n_ends);
  return GST_PAD_PROBE_OK;
}

/* What is not the end of a flight is lost the first time. */
static GstPadProbeReturn
on_way (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  End *end = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  guint64 place = 0; /* number of the message, and where this part of it begins */

  if (has_record (buffer, CHANGE_CIPHER_SPEC) || !has_record (buffer, 22))
    return GST_PAD_PROBE_OK;
  gst_buffer_extract (buffer, 17, &place, 5);
  for (guint i = 0; i < end->n_places; i++)
    if (end->places[i] == place)
      return GST_PAD_PROBE_OK;
  g_assert_cmpuint (end->n_places, <, PLACES);
  end->places[end->n_places++] = place;
  return GST_PAD_PROBE_DROP;
}

static void
end_open (End *self, GstElement *pipeline, const char *name)
{
  g_autofree char *encoder_name = g_strdup_printf ("encoder-%s", name);
  g_autofree char *out_name = g_strdup_printf ("out-%s", name);
  g_autofree char *in_name = g_strdup_printf ("in-%s", name);
  g_autoptr (GstElement) encoder = gst_bin_get_by_name (GST_BIN (pipeline), encoder_name);
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (pipeline), out_name);
  g_autoptr (GstElement) in = gst_bin_get_by_name (GST_BIN (pipeline), in_name);
  g_autoptr (GstPad) sent = gst_element_get_static_pad (encoder, "src");
  g_autoptr (GstPad) way = gst_element_get_static_pad (in, "sink");

  self->repeat = beckon_peer_repeat_new ();
  beckon_peer_repeat_watch_out (self->repeat, out);
  beckon_peer_repeat_watch_in (self->repeat, in);
  gst_pad_add_probe (sent, GST_PAD_PROBE_TYPE_BUFFER, on_sent, self, NULL);
  gst_pad_add_probe (way, GST_PAD_PROBE_TYPE_BUFFER, on_way, self, NULL);
}

static gboolean
is_connected (GstElement *pipeline, const char *decoder_name)
{
  g_autoptr (GstElement) decoder = gst_bin_get_by_name (GST_BIN (pipeline), decoder_name);
  int state;

  g_object_get (decoder, "connection-state", &state, NULL);
  return state == CONNECTED;
}

/* The end of a flight that comes before the rest is thrown away, and with it whatever has its
 * number. */
static void
test_end_before_the_rest (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (ENDS, &error);
  End a = { 0 }, b = { 0 };

  g_assert_no_error (error);
  end_open (&a, pipeline, "a");
  end_open (&b, pipeline, "b");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_until (is_connected (pipeline, "decoder-a") && is_connected (pipeline, "decoder-b"));
  g_assert_cmpint (g_atomic_int_get (&a.n_ends), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&b.n_ends), ==, 1);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  beckon_peer_repeat_unref (a.repeat);
  beckon_peer_repeat_unref (b.repeat);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/repeat/handshake-only", Fixture, NULL, set_up, test_handshake_only, tear_down);
  g_test_add ("/repeat/until-the-answer", Fixture, NULL, set_up, test_until_the_answer, tear_down);
  g_test_add ("/repeat/until-data", Fixture, NULL, set_up, test_until_data, tear_down);
  g_test_add ("/repeat/numbers", Fixture, NULL, set_up, test_numbers, tear_down);
  g_test_add ("/repeat/end-before-the-rest", Fixture, NULL, set_up, test_end_before_the_rest,
              tear_down);
  return g_test_run ();
}
