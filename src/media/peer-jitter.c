/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-jitter.h"

#include "sound-copies.h"

#include <gst/rtp/rtp.h>

/* What holds back is heard when it changes, so it does in few steps, up at once and down slowly. */
static const guint steps[] = { 15, 30, 60, 100, 150, 220, 320, 480, 700, 1000 };
#define START_STEP 1
/* Where less than half was enough, it is what made it necessary that has gone. */
#define CALM_SECONDS_OF_MUCH 3
/* Who held back so much may have taken a queue for a clock that drifts. */
#define QUEUE_MS 220
/* Nearly all packets are within so many mean deviations. */
#define JITTERS 4
/* Before that the buffer knows neither delays nor losses. */
#define PACKETS_MIN 30
/* A gap is seen when the next packet comes. */
#define GAP_MS 30
/* Neither the request nor the answer are sent at once. */
#define REPAIR_MS 40
/* The more is lost, the more often also what was sent again is. */
static const double rounds[] = { 0.01, 0.04, 0.15, 0.3 };
#define LOSS_WEIGHT 0.3
/* A queue that was full loses much, and nothing when it is full no more. */
#define LOSS_WEIGHT_CLEAN 0.6
#define CLEAN_SECONDS 2
/* Seconds, of which the shortest counts: a queue makes it longer, and goes. */
#define ROUND_TRIPS 8
/* More than a few: what was asked for again and again comes too late now and then. */
#define LATE_SHARE 0.02
/* Sinks wait for decoders, too. */
#define DECODING_MS 20

typedef struct
{
  guint64 pushed, lost, late, repaired;
} Counts;

/* Packets that were overtaken by more than so many are not looked for. */
#define ARRIVALS 128
/* A packet is asked for when it is so late; where packets overtake each other only when it is later
 * than those. */
#define ASK_MS 10
#define ASK_MS_MAX 200
#define ASK_SHARE 1.2
#define OVERTAKEN_MS_MIN 5
#define OVERTAKEN_KEPT 0.9 /* a second */
#define REPAIRED_KEPT 0.99 /* a second: several losses in a row are rarer */
/* Older sound than that is in no packet: 14 bits at 48 000 a second. */
#define REPAIRED_US_MAX (341 * 1000)
/* So many later ones before that is time enough, as by default; 0: that says nothing. */
#define ASK_PACKETS 3

/* What comes into one buffer; of its streaming thread. */
typedef struct
{
  BeckonPeerJitter *owner;
  gboolean began;
  guint16 newest;
  struct
  {
    guint16 seqnum;
    gint64 at;
  } arrivals[ARRIVALS]; /* by sequence number */
} Stream;

struct _BeckonPeerJitter
{
  BeckonMediaPeer *peer;
  GMutex lock;
  GPtrArray *buffers; /* GstElement; under the lock */
  Counts before;
  double loss; /* 0..1, over a few seconds */
  guint latency_ms;
  double round_trips[ROUND_TRIPS]; /* of the last seconds, in ms */
  guint n_round_trips;
  BeckonCalm calm;
  guint n_clean; /* seconds without a loss */
  gint overtaken_ms; /* atomic: the latest packet since the last look, behind the first that
                        overtook it */
  double overtaken;  /* the same, of the last seconds */
  gint repaired_ms;  /* atomic: the latest copy of sound since the last look, behind the packet before */
  double repaired;   /* the same, of the last seconds */
  guint ask_ms;      /* as it is set */
};

BeckonPeerJitter *
beckon_peer_jitter_new (BeckonMediaPeer *peer)
{
  BeckonPeerJitter *self = g_new0 (BeckonPeerJitter, 1);

  self->peer = peer;
  self->latency_ms = steps[START_STEP];
  self->ask_ms = ASK_MS;
  self->buffers = g_ptr_array_new_with_free_func (gst_object_unref);
  g_mutex_init (&self->lock);
  return self;
}

void
beckon_peer_jitter_free (BeckonPeerJitter *self)
{
  g_ptr_array_unref (self->buffers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
note_longest (gint *longest, gint ms)
{
  if (ms > g_atomic_int_get (longest))
    g_atomic_int_set (longest, ms);
}

/* A packet comes behind newer ones. */
static void
note_overtaken (Stream *stream, guint16 seqnum, gint64 now)
{
  gint64 first = now;

  for (guint16 i = seqnum + 1; i != (guint16) (stream->newest + 1); i++)
    if (stream->arrivals[i % ARRIVALS].seqnum == i)
      first = MIN (first, stream->arrivals[i % ARRIVALS].at);
  note_longest (&stream->owner->overtaken_ms, (now - first) / 1000);
}

static void
note_arrival (Stream *stream, guint16 seqnum, gint64 now)
{
  stream->arrivals[seqnum % ARRIVALS].seqnum = seqnum;
  stream->arrivals[seqnum % ARRIVALS].at = now;
}

static gboolean
has_come (Stream *stream, guint16 seqnum)
{
  return stream->arrivals[seqnum % ARRIVALS].seqnum == seqnum &&
         stream->arrivals[seqnum % ARRIVALS].at != 0;
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

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
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
    note_longest (&stream->owner->repaired_ms,
                  MIN (now - stream->arrivals[stream->newest % ARRIVALS].at, REPAIRED_US_MAX) / 1000);
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
beckon_peer_jitter_watch (BeckonMediaPeer *peer, GstElement *element)
{
  BeckonPeerJitter *self = peer->jitter;
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) sink = NULL;
  Stream *stream;

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer"))
    return;
  sink = gst_element_get_static_pad (element, "sink");
  stream = g_new0 (Stream, 1);
  stream->owner = self;
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, on_packet, stream, g_free);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->buffers, gst_object_ref (element));
  g_mutex_unlock (&self->lock);
}

static void
look_at (GstElement *buffer, Counts *counts, double *jitter_ms)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 pushed = 0, lost = 0, late = 0, repaired = 0, jitter = 0;

  g_object_get (buffer, "stats", &stats, NULL);
  gst_structure_get (stats, "num-pushed", G_TYPE_UINT64, &pushed, "num-lost", G_TYPE_UINT64, &lost,
                     "num-late", G_TYPE_UINT64, &late, "rtx-success-count", G_TYPE_UINT64,
                     &repaired, "avg-jitter", G_TYPE_UINT64, &jitter, NULL);
  counts->pushed += pushed;
  counts->lost += lost;
  counts->late += late;
  counts->repaired += repaired;
  *jitter_ms = MAX (*jitter_ms, jitter / (double) GST_MSECOND);
}

static double
shortest_round_trip (BeckonPeerJitter *self, double round_trip_ms)
{
  double shortest = G_MAXDOUBLE;

  if (round_trip_ms >= 0)
    self->round_trips[self->n_round_trips++ % ROUND_TRIPS] = round_trip_ms;
  for (guint i = 0; i < MIN (self->n_round_trips, ROUND_TRIPS); i++)
    shortest = MIN (shortest, self->round_trips[i]);
  return self->n_round_trips > 0 ? shortest : -1;
}

/* Who asks for what is only late gets it twice. */
static void
set_patience (BeckonPeerJitter *self)
{
  const gint overtaken = g_atomic_int_and ((guint *) &self->overtaken_ms, 0);
  guint ms = ASK_MS;

  self->overtaken = MAX (overtaken, self->overtaken * OVERTAKEN_KEPT);
  if (self->overtaken >= OVERTAKEN_MS_MIN)
    ms = CLAMP (ASK_SHARE * self->overtaken, ASK_MS, ASK_MS_MAX);
  if (ms == self->ask_ms)
    return;
  self->ask_ms = ms;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->buffers->len; i++)
    g_object_set (g_ptr_array_index (self->buffers, i), "rtx-delay", ms, "rtx-delay-reorder",
                  ms > ASK_MS ? 0 : ASK_PACKETS, NULL);
  g_mutex_unlock (&self->lock);
}

guint
beckon_peer_jitter_choose (
    guint now_ms, double jitter_ms, double round_trip_ms, double loss, gboolean late)
{
  double needed = 0;
  guint i = 0;

  while (i < G_N_ELEMENTS (rounds) && loss >= rounds[i])
    i++;
  if (i > 0)
    needed = GAP_MS + i * (MAX (round_trip_ms, 0) + REPAIR_MS);
  needed = MAX (needed, JITTERS * jitter_ms);
  if (late)
    needed = MAX (needed, now_ms + 1);
  for (i = 0; i + 1 < G_N_ELEMENTS (steps) && steps[i] < needed;)
    i++;
  return steps[i];
}

static guint
most_of_last (const BeckonCalm *calm, guint n_seconds)
{
  guint most = 0;

  for (guint i = 1; i <= n_seconds; i++)
    most = MAX (most, calm->needed_ms[(calm->n_seconds - i) % BECKON_CALM_SECONDS]);
  return most;
}

guint
beckon_peer_jitter_settle (BeckonCalm *calm, guint now_ms, guint needed_ms)
{
  guint ms = MAX (now_ms, needed_ms);

  calm->needed_ms[calm->n_seconds++ % BECKON_CALM_SECONDS] = needed_ms;
  if (calm->n_seconds >= CALM_SECONDS_OF_MUCH &&
      2 * most_of_last (calm, CALM_SECONDS_OF_MUCH) <= now_ms)
    ms = most_of_last (calm, CALM_SECONDS_OF_MUCH);
  else if (calm->n_seconds >= BECKON_CALM_SECONDS)
    ms = most_of_last (calm, BECKON_CALM_SECONDS);
  if (ms != now_ms)
    calm->n_seconds = 0;
  return ms;
}

double
beckon_peer_jitter_blend_loss (double loss, double now, guint n_clean)
{
  return loss + (now - loss) * (n_clean >= CLEAN_SECONDS ? LOSS_WEIGHT_CLEAN : LOSS_WEIGHT);
}

/* Of sound nothing is asked for again. */
static gboolean
has_pictures (GstElement *buffer)
{
  gboolean asks;

  g_object_get (buffer, "do-retransmission", &asks, NULL);
  return asks;
}

void
beckon_peer_jitter_forget_clock (BeckonPeerJitter *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->buffers->len; i++)
    if (has_pictures (g_ptr_array_index (self->buffers, i)))
      g_signal_emit_by_name (g_ptr_array_index (self->buffers, i), "clear-pt-map");
  g_mutex_unlock (&self->lock);
}

static void
set_latency (BeckonPeerJitter *self, guint ms)
{
  g_debug ("%s: held back for %u ms", self->peer->user, ms);
  if (self->latency_ms >= QUEUE_MS && 2 * ms <= self->latency_ms)
    beckon_peer_jitter_forget_clock (self);
  self->latency_ms = ms;
  g_object_set (self->peer->webrtc, "latency", ms, NULL);
  gst_pipeline_set_latency (GST_PIPELINE (self->peer->pipeline), (ms + DECODING_MS) * GST_MSECOND);
  gst_bin_recalculate_latency (GST_BIN (self->peer->pipeline));
}

void
beckon_peer_jitter_update (BeckonPeerJitter *self, double round_trip_ms)
{
  Counts now = { 0 };
  double jitter_ms = 0, missing, all;
  gboolean late;
  guint needed, ms;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->buffers->len; i++)
    look_at (g_ptr_array_index (self->buffers, i), &now, &jitter_ms);
  g_mutex_unlock (&self->lock);
  missing = now.lost + now.repaired - (self->before.lost + self->before.repaired);
  all = now.pushed - self->before.pushed + missing;
  /* Who was asked for again, and then came by itself as well, was not missing. */
  late =
      (double) MIN (now.late - self->before.late, now.lost - self->before.lost) > LATE_SHARE * all;
  self->before = now;
  set_patience (self);
  self->repaired =
      MAX (g_atomic_int_and ((guint *) &self->repaired_ms, 0), self->repaired * REPAIRED_KEPT);
  if (all < PACKETS_MIN / 2 || now.pushed < PACKETS_MIN)
    return;
  self->n_clean = missing > 0 ? 0 : self->n_clean + 1;
  self->loss = beckon_peer_jitter_blend_loss (self->loss, missing / all, self->n_clean);
  /* Copies of sound are of use as late as they come. */
  if (self->repaired > GAP_MS)
    jitter_ms = MAX (jitter_ms, (self->repaired + GAP_MS) / JITTERS);
  needed = beckon_peer_jitter_choose (self->latency_ms, jitter_ms,
                                      shortest_round_trip (self, round_trip_ms), self->loss, late);
  ms = beckon_peer_jitter_settle (&self->calm, self->latency_ms, needed);
  if (ms != self->latency_ms)
    set_latency (self, ms);
}
