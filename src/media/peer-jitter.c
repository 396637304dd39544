/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-jitter.h"

#include "arrivals.h"

/* Two things are held back: what is missing is waited for as long as it takes to come (the buffers
 * of pictures), and what has come is played so much later than it was made. Of pictures the first
 * is more: one that had to be asked for again is shown when it comes, and those behind it in a row,
 * so that not all the others have to be late. Sound is played evenly or made up: nobody answers who
 * asks for it again.
 *
 * What holds back is heard when it changes, so it does in steps, up at once and down slowly. */
static const guint steps[] = { 8,   15,  30,  45,  60,  80,  100, 120, 150, 185,
                               220, 270, 320, 400, 480, 590, 700, 850, 1000 };
/* Where less than half was enough, it is what made it necessary that has gone. */
#define CALM_SECONDS_OF_MUCH 3
/* Who held back so much may have taken a queue for a clock that drifts. */
#define QUEUE_MS 220
/* Nearly all packets are within so many mean deviations; but what the deviation once was it forgets
 * slowly, and none has to be waited for longer than the latest was behind the quickest. */
#define JITTERS 4
#define SPREAD_MS 10
/* Before that the buffer knows neither delays nor losses. */
#define PACKETS_MIN 30
/* A gap is seen when the next packet comes, which may be that of the next picture. */
#define GAP_MS 30
#define GAP_MS_MAX 250 /* of a screen on which nothing moves */
/* The more is lost, the more often also what was sent again is. What copies have replaced is not
 * known to be lost, so that there is always time for one. */
static const double rounds[] = { 0, 0.01, 0.15, 0.3 };
#define LOSS_WEIGHT 0.3
/* A queue that was full loses much, and nothing when it is full no more. */
#define LOSS_WEIGHT_CLEAN 0.6
#define CLEAN_SECONDS 2
/* Seconds, of which the shortest counts: a queue makes it longer, and goes. */
#define ROUND_TRIPS 8
/* More than a few: what was asked for again and again comes too late now and then. */
#define LATE_SHARE 0.02
#define LATE_MIN 1 /* of sound: to wait for more pictures costs nobody anything */
/* Where so much is missing hardly a picture would be in time: they are all held back then. But at
 * the begin of a call over a thin line it is the full queue that loses. */
#define UNEVEN_LOSS 0.15
#define UNEVEN_MS_MAX 320

typedef struct
{
  guint64 pushed, lost, late, repaired;
} Counts;

typedef struct
{
  guint ms;
  BeckonCalm calm;
} Hold;

/* A packet is asked for when it is so late; where packets overtake each other only when it is later
 * than those. */
#define ASK_MS 10
#define ASK_MS_MAX 200
#define ASK_SHARE 1.2
#define OVERTAKEN_MS_MIN 5
#define OVERTAKEN_KEPT 0.9 /* a second */
#define REPAIRED_KEPT 0.99 /* a second: several losses in a row are rarer */
/* So many later ones before that is time enough, as by default; 0: that says nothing. */
#define ASK_PACKETS 3

struct _BeckonPeerJitter
{
  BeckonMediaPeer *peer;
  GMutex lock;
  GPtrArray *buffers; /* GstElement; under the lock */
  Counts before[BECKON_N_KINDS];
  double loss;     /* 0..1, over a few seconds */
  double loss_of_pictures;
  Hold wait, play; /* the first is never less */
  double round_trips[ROUND_TRIPS]; /* of the last seconds, in ms */
  guint n_round_trips;
  guint n_clean; /* seconds without a loss */
  gint n_pictures; /* ever decoded */
  BeckonArrivals arrivals;
  double overtaken, repaired; /* ms: as arrivals has them, of the last seconds */
  guint ask_ms;               /* as it is set */
};

BeckonPeerJitter *
beckon_peer_jitter_new (BeckonMediaPeer *peer)
{
  BeckonPeerJitter *self = g_new0 (BeckonPeerJitter, 1);

  self->peer = peer;
  self->wait.ms = self->play.ms = BECKON_PEER_JITTER_START_MS;
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

void
beckon_peer_jitter_watch (BeckonMediaPeer *peer, GstElement *element)
{
  BeckonPeerJitter *self = peer->jitter;
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer"))
    return;
  beckon_arrivals_watch (&self->arrivals, element);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->buffers, gst_object_ref (element));
  g_mutex_unlock (&self->lock);
}

static void
look_at (GstElement *buffer, Counts all[BECKON_N_KINDS], double *jitter_ms)
{
  Counts *counts = &all[beckon_arrivals_get_kind (buffer)];
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

/* Also what came when it was asked for again. */
static guint64
missing_since (const Counts *before, const Counts *now)
{
  return now->lost + now->repaired - before->lost - before->repaired;
}

/* Returns: 0..1 of the packets since @before, 0 where there were none. */
static double
loss_since (const Counts *before, const Counts *now)
{
  const double missing = missing_since (before, now);
  const double pushed = now->pushed - before->pushed;

  return missing + pushed > 0 ? missing / (missing + pushed) : 0;
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

/* Each that there is, without the lock: a property that is set calls others. */
static GPtrArray *
get_buffers (BeckonPeerJitter *self)
{
  GPtrArray *buffers = g_ptr_array_new_with_free_func (gst_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->buffers->len; i++)
    g_ptr_array_add (buffers, gst_object_ref (g_ptr_array_index (self->buffers, i)));
  g_mutex_unlock (&self->lock);
  return buffers;
}

/* Who asks for what is only late gets it twice. */
static void
set_patience (BeckonPeerJitter *self, GPtrArray *buffers)
{
  const guint overtaken = beckon_arrivals_take (&self->arrivals.overtaken_ms);
  guint ms = ASK_MS;

  self->overtaken = MAX (overtaken, self->overtaken * OVERTAKEN_KEPT);
  if (self->overtaken >= OVERTAKEN_MS_MIN)
    ms = CLAMP (ASK_SHARE * self->overtaken, ASK_MS, ASK_MS_MAX);
  if (ms == self->ask_ms)
    return;
  self->ask_ms = ms;
  for (guint i = 0; i < buffers->len; i++)
    g_object_set (g_ptr_array_index (buffers, i), "rtx-delay", ms, "rtx-delay-reorder",
                  ms > ASK_MS ? 0 : ASK_PACKETS, NULL);
}

static guint
step_for (double ms)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (steps) && steps[i] < ms)
    i++;
  return steps[i];
}

guint
beckon_peer_jitter_count_rounds (double loss)
{
  guint n = 0;

  while (n < G_N_ELEMENTS (rounds) && loss >= rounds[n])
    n++;
  return n;
}

double
beckon_peer_jitter_repair_time (double gap_ms,
                                double round_trip_ms,
                                double loss,
                                double loss_of_pictures)
{
  const guint n_rounds =
      beckon_peer_jitter_count_rounds (MAX (loss, MIN (loss_of_pictures, rounds[1])));

  return CLAMP (gap_ms, GAP_MS, GAP_MS_MAX) +
         n_rounds * (MAX (round_trip_ms, 0) + BECKON_PEER_JITTER_REPAIR_MS);
}

guint
beckon_peer_jitter_choose (guint now_ms, double jitter_ms, double repair_ms, gboolean late)
{
  double needed = MAX (repair_ms, JITTERS * jitter_ms);

  if (late)
    needed = MAX (needed, now_ms + 1);
  return step_for (needed);
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
beckon_peer_jitter_settle (BeckonCalm *calm, guint now_ms, guint needed_ms, guint spread_ms)
{
  guint ms = MAX (now_ms, needed_ms);

  calm->needed_ms[calm->n_seconds++ % BECKON_CALM_SECONDS] =
      MAX (needed_ms, MIN (step_for (spread_ms), now_ms));
  if (calm->n_seconds >= CALM_SECONDS_OF_MUCH &&
      2 * most_of_last (calm, CALM_SECONDS_OF_MUCH) <= now_ms)
    ms = most_of_last (calm, CALM_SECONDS_OF_MUCH);
  else if (calm->n_seconds >= BECKON_CALM_SECONDS)
    ms = most_of_last (calm, BECKON_CALM_SECONDS);
  if (now_ms == steps[0] && ms > now_ms)
    calm->least_ms = steps[1];
  ms = MAX (ms, calm->least_ms);
  if (ms != now_ms)
    calm->n_seconds = 0;
  return ms;
}

guint
beckon_peer_jitter_get_play_ms (BeckonPeerJitter *self)
{
  return self->play.ms + BECKON_PEER_JITTER_DECODING_MS;
}

double
beckon_peer_jitter_blend_loss (double loss, double now, guint n_clean)
{
  return loss + (now - loss) * (n_clean >= CLEAN_SECONDS ? LOSS_WEIGHT_CLEAN : LOSS_WEIGHT);
}

void
beckon_peer_jitter_forget_clock (BeckonPeerJitter *self)
{
  g_autoptr (GPtrArray) buffers = get_buffers (self);

  for (guint i = 0; i < buffers->len; i++)
    if (beckon_arrivals_get_kind (g_ptr_array_index (buffers, i)) == BECKON_KIND_PICTURES)
      g_signal_emit_by_name (g_ptr_array_index (buffers, i), "clear-pt-map");
}

/* webrtcbin gives all of them what sound needs, and each when its first packet has left it; until
 * then it is 0. */
static void
set_waits (BeckonPeerJitter *self, GPtrArray *buffers)
{
  for (guint i = 0; i < buffers->len; i++)
    {
      GstElement *buffer = g_ptr_array_index (buffers, i);
      guint ms;

      g_object_get (buffer, "latency", &ms, NULL);
      if (beckon_arrivals_get_kind (buffer) == BECKON_KIND_PICTURES && ms > 0 &&
          ms != self->wait.ms)
        g_object_set (buffer, "latency", self->wait.ms, NULL);
    }
}

static void
set_play (BeckonPeerJitter *self, GPtrArray *buffers, guint ms)
{
  g_debug ("%s: held back for %u ms", self->peer->user, ms);
  self->play.ms = ms;
  g_object_set (self->peer->webrtc, "latency", ms, NULL);
  set_waits (self, buffers);
  gst_pipeline_set_latency (GST_PIPELINE (self->peer->pipeline),
                            (ms + BECKON_PEER_JITTER_DECODING_MS) * GST_MSECOND);
  gst_bin_recalculate_latency (GST_BIN (self->peer->pipeline));
}

/* Who was asked for again, and then came by itself as well, was not missing. */
static gboolean
is_late (BeckonKind kind, const Counts *now, const Counts *before)
{
  const double least = kind == BECKON_KIND_SOUND ? LATE_MIN : 0;
  const guint64 missing = missing_since (before, now);

  return (double) MIN (now->late - before->late, now->lost - before->lost) >
         MAX (least, LATE_SHARE * (now->pushed - before->pushed + missing));
}

static void
hold (BeckonPeerJitter *self,
      GPtrArray *buffers,
      double jitter_ms,
      double repair_ms,
      const gboolean late[BECKON_N_KINDS],
      const guint spread_ms[BECKON_N_KINDS])
{
  const guint of_sound = spread_ms[BECKON_KIND_SOUND];
  const guint of_pictures = spread_ms[BECKON_KIND_PICTURES];
  const guint before = self->wait.ms;
  guint wait = beckon_peer_jitter_choose (before, jitter_ms, repair_ms, late[BECKON_KIND_PICTURES]);
  guint play = beckon_peer_jitter_choose (self->play.ms, jitter_ms, 0, late[BECKON_KIND_SOUND]);

  if (late[BECKON_KIND_SOUND])
    play = MAX (play, step_for (of_sound));
  if (late[BECKON_KIND_PICTURES])
    wait = MAX (wait, step_for (of_pictures));
  if (self->loss >= UNEVEN_LOSS)
    play = MAX (play, MIN (wait, UNEVEN_MS_MAX));
  play = beckon_peer_jitter_settle (&self->play.calm, self->play.ms, play,
                                    MAX (of_sound, of_pictures));
  self->wait.ms =
      beckon_peer_jitter_settle (&self->wait.calm, before, MAX (wait, play), of_pictures);
  if (before >= QUEUE_MS && 2 * self->wait.ms <= before)
    beckon_peer_jitter_forget_clock (self);
  if (play != self->play.ms)
    set_play (self, buffers, play);
  else
    set_waits (self, buffers);
}

/* Returns: ms from one picture to the next, in the last second. */
static double
take_gap (BeckonPeerJitter *self)
{
  const gint n = g_atomic_int_get (&self->peer->frames_in);
  const gint came = n - self->n_pictures;

  self->n_pictures = n;
  return came > 0 ? 1000.0 / came : GAP_MS_MAX;
}

void
beckon_peer_jitter_update (BeckonPeerJitter *self, double round_trip_ms)
{
  g_autoptr (GPtrArray) buffers = get_buffers (self);
  Counts now[BECKON_N_KINDS] = { 0 };
  gboolean late[BECKON_N_KINDS];
  guint spread_ms[BECKON_N_KINDS], spread = 0;
  guint64 pushed_in_all = 0;
  double jitter_ms = 0, missing = 0, pushed = 0, of_pictures = 0;
  const double gap_ms = take_gap (self);

  for (guint i = 0; i < buffers->len; i++)
    look_at (g_ptr_array_index (buffers, i), now, &jitter_ms);
  for (BeckonKind kind = 0; kind < BECKON_N_KINDS; kind++)
    {
      const Counts *before = &self->before[kind];

      spread_ms[kind] = beckon_arrivals_take (&self->arrivals.spread_ms[kind]);
      spread = MAX (spread, spread_ms[kind]);
      late[kind] = is_late (kind, &now[kind], before);
      if (kind == BECKON_KIND_PICTURES)
        of_pictures = loss_since (before, &now[kind]);
      missing += missing_since (before, &now[kind]);
      pushed += now[kind].pushed - before->pushed;
      pushed_in_all += now[kind].pushed;
      self->before[kind] = now[kind];
    }
  set_patience (self, buffers);
  self->repaired =
      MAX (beckon_arrivals_take (&self->arrivals.repaired_ms), self->repaired * REPAIRED_KEPT);
  if (missing + pushed < PACKETS_MIN / 2 || pushed_in_all < PACKETS_MIN)
    return;
  self->n_clean = missing > 0 ? 0 : self->n_clean + 1;
  self->loss =
      beckon_peer_jitter_blend_loss (self->loss, missing / (missing + pushed), self->n_clean);
  self->loss_of_pictures =
      beckon_peer_jitter_blend_loss (self->loss_of_pictures, of_pictures, self->n_clean);
  jitter_ms = MIN (jitter_ms, (spread + SPREAD_MS) / (double) JITTERS);
  /* Copies of sound are of use as late as they come. */
  if (self->repaired > GAP_MS)
    jitter_ms = MAX (jitter_ms, (self->repaired + GAP_MS) / JITTERS);
  hold (self, buffers, jitter_ms,
        beckon_peer_jitter_repair_time (gap_ms, shortest_round_trip (self, round_trip_ms),
                                        self->loss, self->loss_of_pictures),
        late, spread_ms);
}
