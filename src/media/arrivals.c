/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "arrivals.h"

#include <gst/rtp/rtp.h>

#include "sound-copies.h"

/* Packets that were overtaken by more than so many are not looked for. */
#define ARRIVALS 128
/* Older sound than that is in no packet: 14 bits at 48 000 a second. */
#define REPAIRED_US_MAX (341 * 1000)
/* A packet is compared with the quickest of two spans of time. */
#define QUICKEST_US (2 * G_TIME_SPAN_SECOND)
#define SPREAD_MS_MAX 1000
#define PICTURES_KEY "beckon-pictures"
#define RATE_MIN 8000 /* of what anybody speaks */

/* What comes into one buffer; of its streaming thread. */
typedef struct
{
  BeckonArrivals *longest;
  gboolean began;
  guint16 newest;
  struct
  {
    guint16 seqnum;
    gint64 at;
  } arrivals[ARRIVALS]; /* by sequence number */
  guint rate;           /* of timestamps, a second; 0: not known yet, as the next */
  BeckonKind kind;
  guint64 time; /* the newest timestamp, extended */
  /* Microseconds under way, with an offset that nobody knows, of this span of time and the last. */
  gint64 quickest, next_quickest;
  gint64 quickest_since;
} Stream;

static void
note_longest (gint *longest, gint ms)
{
  if (ms > g_atomic_int_get (longest))
    g_atomic_int_set (longest, ms);
}

static gboolean
has_come (Stream *stream, guint16 seqnum)
{
  return stream->arrivals[seqnum % ARRIVALS].seqnum == seqnum &&
         stream->arrivals[seqnum % ARRIVALS].at != 0;
}

/* A packet comes behind newer ones. */
static void
note_overtaken (Stream *stream, guint16 seqnum, gint64 now)
{
  gint64 first = now;

  for (guint16 i = seqnum + 1; i != (guint16) (stream->newest + 1); i++)
    if (has_come (stream, i))
      first = MIN (first, stream->arrivals[i % ARRIVALS].at);
  note_longest (&stream->longest->overtaken_ms, (now - first) / 1000);
}

static void
note_arrival (Stream *stream, guint16 seqnum, gint64 now)
{
  stream->arrivals[seqnum % ARRIVALS].seqnum = seqnum;
  stream->arrivals[seqnum % ARRIVALS].at = now;
}

/* webrtcbin knows what each payload type is, and tells it to who asks as the buffer does. All else
 * of the two kinds of buffers is the same: those of sound ask for repetitions, too. */
static void
learn_kind (Stream *stream, GstElement *buffer, guint payload_type)
{
  g_autoptr (GstCaps) caps = NULL;
  GstStructure *structure;
  int rate = 0;

  g_signal_emit_by_name (buffer, "request-pt-map", payload_type, &caps);
  if (caps == NULL || gst_caps_is_empty (caps))
    return;
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (structure, "clock-rate", &rate);
  if (rate < RATE_MIN)
    return;
  stream->rate = rate;
  stream->time = G_MAXUINT64;
  stream->quickest = stream->next_quickest = G_MAXINT64;
  if (g_strcmp0 (gst_structure_get_string (structure, "media"), "video") != 0)
    return;
  stream->kind = BECKON_KIND_PICTURES;
  g_object_set_data (G_OBJECT (buffer), PICTURES_KEY, GINT_TO_POINTER (TRUE));
}

static void
note_spread (Stream *stream, guint32 timestamp, gint64 now)
{
  gint64 under_way;

  gst_rtp_buffer_ext_timestamp (&stream->time, timestamp);
  /* They say what they like; the difference counts. */
  under_way =
      now - (gint64) (gst_util_uint64_scale (stream->time, G_TIME_SPAN_SECOND, stream->rate) %
                      (G_MAXINT64 / 4));
  if (now - stream->quickest_since > QUICKEST_US)
    {
      stream->quickest = stream->next_quickest;
      stream->next_quickest = G_MAXINT64;
      stream->quickest_since = now;
    }
  stream->next_quickest = MIN (stream->next_quickest, under_way);
  stream->quickest = MIN (stream->quickest, stream->next_quickest);
  note_longest (&stream->longest->spread_ms[stream->kind],
                CLAMP ((under_way - stream->quickest) / 1000, 0, SPREAD_MS_MAX));
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const gboolean again = GST_BUFFER_FLAG_IS_SET (buffer, GST_RTP_BUFFER_FLAG_RETRANSMISSION);
  const gboolean copy = GST_BUFFER_FLAG_IS_SET (buffer, BECKON_SOUND_COPY_FLAG);
  const gint64 now = g_get_monotonic_time ();
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gint ahead;
  guint16 seqnum;
  guint32 timestamp;
  guint8 payload_type;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  payload_type = gst_rtp_buffer_get_payload_type (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  if (stream->rate == 0)
    learn_kind (stream, GST_ELEMENT (GST_PAD_PARENT (pad)), payload_type);
  if (stream->rate > 0 && !again && !copy)
    note_spread (stream, timestamp, now);
  /* Another copy is none that comes late. */
  if (copy && has_come (stream, seqnum))
    return GST_PAD_PROBE_DROP;
  ahead = stream->began ? gst_rtp_buffer_compare_seqnum (stream->newest, seqnum) : 1;
  if (ahead <= 0)
    {
      if (!again && !copy && -ahead < ARRIVALS)
        note_overtaken (stream, seqnum, now);
      if (copy)
        note_arrival (stream, seqnum, now);
      return GST_PAD_PROBE_OK;
    }
  /* It was missing, and a later packet has it in it. */
  if (stream->began && copy)
    {
      const gint64 before = stream->arrivals[stream->newest % ARRIVALS].at;

      note_longest (&stream->longest->repaired_ms, MIN (now - before, REPAIRED_US_MAX) / 1000);
    }
  stream->began = TRUE;
  stream->newest = seqnum;
  note_arrival (stream, seqnum, now);
  if (again)
    {
      /* A copy that comes before anything that is newer was not asked for, and would be thrown
       * away. */
      buffer = gst_buffer_make_writable (buffer);
      GST_BUFFER_FLAG_UNSET (buffer, GST_RTP_BUFFER_FLAG_RETRANSMISSION);
      GST_PAD_PROBE_INFO_DATA (info) = buffer;
    }
  return GST_PAD_PROBE_OK;
}

void
beckon_arrivals_watch (BeckonArrivals *self, GstElement *buffer)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (buffer, "sink");
  Stream *stream = g_new0 (Stream, 1);

  stream->longest = self;
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_packet, stream, g_free);
}

BeckonKind
beckon_arrivals_get_kind (GstElement *buffer)
{
  return g_object_get_data (G_OBJECT (buffer), PICTURES_KEY) != NULL ? BECKON_KIND_PICTURES
                                                                     : BECKON_KIND_SOUND;
}

guint
beckon_arrivals_take (gint *longest_ms)
{
  return g_atomic_int_and ((guint *) longest_ms, 0);
}
