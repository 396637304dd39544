/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The header says what this is about. One state machine:
 *
 *             over-use                queue is empty
 *   STARTING ─────────▶ DRAINING ───────────────────▶ GROWING
 *   ×2 a second         below what     ▲                 │ slowly at the capacity that was
 * measured, was measured   └─────────────────┘ faster beyond it over-use
 *
 * Where much is lost, or more at more bits, and no delay says why, EXAMINING sends less than
 * arrives for a moment: if much less is lost then, it was the rate; if not, everything is as
 * before. Where no reports come at all, half is sent, and half of that.
 *
 * A queue that two cuts have not shortened, though less arrived after them, is not ours: somebody
 * else's packets stand in it, or the path has become longer. Whoever goes by delay leaves a TCP stream
 * the whole line then. So COMPETING goes by loss, as that does, until there is no queue any more. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "bandwidth-estimator.h"

#include <math.h>

#define MS 1000
#define SECOND G_USEC_PER_SEC

#define START_BITS 500000
#define BITS_MIN 30000
#define BITS_MAX 20000000

/* So many of the latest packets, over so long at least, have to have waited. */
#define WINDOW_PACKETS 5
#define WINDOW_US (50 * MS)
/* Very long waits need fewer witnesses: on a thin line five packets are a second. */
#define WITNESSES 2
#define LONG_WAIT 4
#define WAIT_US (25 * MS)
#define MEASURED_US (250 * MS)
#define HISTORY_US SECOND
#define HISTORY_PACKETS 512
/* The shortest way is forgotten after one to two of these: clocks drift, and paths change. */
#define BASE_US (8 * SECOND)
/* But a queue that is being emptied is none of the path. */
#define BASE_WITH_QUEUE_US (40 * SECOND)
/* A clock that jumped so far is another clock. */
#define JUMP_US (10 * SECOND)

#define BACK_OFF 0.85
#define BACK_OFF_MIN 0.2
#define CUTS_OF_ONE_QUEUE 2
/* A queue of ours is emptied at the rate of the line, however little we send. */
#define OURS_SHARE 0.88
#define ARRIVING_US (SECOND / 2)
/* The same, where so long nothing has been cut. */
#define OURS_SHARE_LATER 0.75
#define WAITING_US (1500 * MS)
#define SHORT_QUEUE_US (100 * MS)
/* Beside others: a packet more each round trip, and less for each in which more is lost than usual. */
#define COMPETING_BEGIN 0.5
#define COMPETING_BACK_OFF 0.7
#define COMPETING_USED 0.25 /* a small picture does not use what the next larger one needs */
#define COMPETING_PACKET (1250 * 8)
#define COMPETING_GROWTH 0.1 /* a second, at least */
#define UNUSUAL_LOSS 3       /* times as much as before */
#define ROUND_TRIP_MIN (50 * MS)
#define EMPTY_US (2 * SECOND)
/* After each cut, and without one after so long, it shows whose queue it is. */
#define COMPETING_CUT_US (6 * SECOND)
/* Who was there a moment ago is believed to be there after one cut. */
#define COMPETED_US (20 * SECOND)
/* Of a thinner line others leave nothing worth having, and sound and reports alone nearly fill it.
 */
#define COMPETING_CAPACITY 100000
/* A line that loses by the rate is full, though it may never have been seen empty. */
#define BLIND_SHARE 0.5
#define BLIND_US SECOND
/* target = capacity × (1 + CURVE × (t - 1)³), t in seconds: back at the capacity after one second.
 */
#define CURVE 0.15
#define GROWTH_MAX 2.0 /* a second */
/* Who sends less than this share of the target has not tried it. */
#define USED_SHARE 0.6
#define UNUSED_GROWTH 1.4 /* a second */
#define UNUSED_RATIO 8
#define UNUSED_GROWTH_BEYOND 1.1 /* the same where a line was full before */
/* Loss comes of the rate if it rose by so much while the rate rose by so much. */
#define LOSS_RISE 0.15
#define RATE_RISE 1.25
#define LOSS_PACKETS 100
#define LOSS_REMEMBERED_US (10 * SECOND)
#define LOSS_EXAMINED 0.3
#define EXAMINE_EVERY_US (20 * SECOND) /* and less often each time that it was for nothing */
#define EXAMINE_EVERY_MAX (10 * 60 * SECOND)
#define EXAMINE_US (600 * MS)
#define EXAMINE_PACKETS 40
#define EXAMINE_SHARE 0.8 /* of what arrives */
#define LOSS_FELL 0.4
/* Who finds out nothing in so long asks too seldom; who sends next to nothing cannot send less. */
#define EXAMINE_US_MAX (1500 * MS)
#define EXAMINED_BITS_MIN 80000
/* Of packets that are further apart it is not known what was between them. */
#define SENT_GAP_US (100 * MS)
#define SENT_US SECOND
/* Reports come several times a second, and are lost as other packets are. */
#define SILENCE_US (700 * MS)
#define SILENCE_OF_LOSS_US (3 * SECOND)
/* After it what was before is tried again soon: more often a processor stalls than a line. */
#define RETURN_GROWTH 4.0 /* a second */
#define RETURN_LOSS 0.1
#define ROUND_TRIP_WEIGHT (1 / 8.0)
#define REORDER_KEPT (1 - 1 / 1024.0) /* a packet */
#define REORDER_MAX SECOND
/* Waits that go up and down by themselves: so many mean steps of them are harmless. */
#define NOISE_WEIGHT (1 / 16.0)
#define NOISE_STEPS 6
#define NOISE_MAX (SECOND / 6)
/* A line that is over-used below what it has carried has become thinner, or only seems to be: each
 * time more is harmless, and half as much more after so long. */
#define DOUBT_GROWTH 1.5
#define DOUBT_MAX 10.0
#define DOUBT_HALF_US (20 * SECOND)
#define BELOW 0.9
/* A queue becomes longer packet by packet. A wait that begins at once is something that held
 * packets up: they come in a heap, and will for a while. */
#define HEAP_GAP_US (60 * MS)
#define HEAP_HALF_US (3 * SECOND)
/* Where packets overtake each other, reports call late ones lost. */
#define LOSS_KNOWN_WEIGHT 0.5
#define OVERTAKEN_US (5 * MS)

typedef enum
{
  STARTING,
  DRAINING,
  GROWING,
  EXAMINING,
  COMPETING,
} State;

typedef struct
{
  gint64 arrived;
  gint64 delay; /* with an offset that nobody knows */
  guint size;
} Arrival;

struct _BeckonBandwidthEstimator
{
  State state;
  double target, cap;
  double capacity;  /* as the last over-use has shown it */
  double delivered; /* what arrived, over the last second */
  gint64 sent_at;   /* the newest that was reported */
  double sent_bits, sent_for; /* of the last second or so, as far as reports came; microseconds */
  gint64 cut_at, fed_at, blind_until;
  gint64 queue_at_cut;
  double cut_target, cut_arriving; /* before the first cut: bits a second */
  double loss_before, cut_loss; /* before the last feedback, and before a queue was seen */
  double growing_for; /* seconds in which the target was used */
  guint n_cuts;       /* of the queue that is there now */

  GArray *arrivals;       /* Arrival, by time of arrival */
  gint64 base, next_base; /* the shortest delay of two spans of time */
  gint64 base_since;
  double heap;      /* the longest wait lately that began at once */
  double reordered; /* by how much packets overtook each other lately, at most */
  double doubt;     /* 1..DOUBT_MAX */
  double noise;     /* mean step of the least wait against its direction */
  gint64 wait;      /* the least wait at the last feedback */
  double loss;       /* as reports have it */
  double loss_known; /* at most, as the peer counts it in the end */
  guint n_reports;                       /* in all, up to LOSS_PACKETS */
  double compared_target, compared_loss; /* before the last growth that counts */
  gint64 compared_at;
  State examined_from; /* what was before EXAMINING, as the next two */
  double examined_target, examined_loss, examined_sent;
  gint64 examined_at, examine_every;
  guint n_examined, n_examined_lost;
  double most_capacity; /* of the last cuts */
  gint64 most_at;
  gint64 waiting_since; /* all packets wait; 0: they do not */
  double waited_target, waited_arriving; /* the most since then */
  gint64 empty_since;  /* COMPETING, as the next three: 0: there is a queue */
  gint64 competed_at;  /* until then; 0: never */
  gint64 round_since;
  guint n_round, n_round_lost; /* packets of this round trip */
  double tried_target;         /* before a cut that was only to show it; 0: it was none */
  gboolean judged;             /* since the last cut: whose queue it is */
  gint64 silent_since;  /* 0: nothing is sent, or it is reported */
  double silent_target; /* what was before the silence; 0: that is over */
  gint64 round_trip;
};

BeckonBandwidthEstimator *
beckon_bandwidth_estimator_new (void)
{
  BeckonBandwidthEstimator *self = g_new0 (BeckonBandwidthEstimator, 1);

  self->target = START_BITS;
  self->cap = BITS_MAX;
  self->doubt = 1;
  self->examine_every = EXAMINE_EVERY_US;
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (Arrival));
  self->base = self->next_base = G_MAXINT64;
  self->round_trip = -1;
  return self;
}

void
beckon_bandwidth_estimator_free (BeckonBandwidthEstimator *self)
{
  g_array_unref (self->arrivals);
  g_free (self);
}

static Arrival *
latest (BeckonBandwidthEstimator *self, guint back)
{
  return &g_array_index (self->arrivals, Arrival, self->arrivals->len - 1 - back);
}

static void
forget_path (BeckonBandwidthEstimator *self)
{
  g_array_set_size (self->arrivals, 0);
  self->base = self->next_base = G_MAXINT64;
}

/* ---- taking in ---- */

static void
note_delay (BeckonBandwidthEstimator *self, gint64 delay, gint64 now)
{
  const gint64 kept = self->state == DRAINING ? BASE_WITH_QUEUE_US : BASE_US;

  if (now - self->base_since > kept)
    {
      self->base = self->next_base;
      self->next_base = G_MAXINT64;
      self->base_since = now;
    }
  self->next_base = MIN (self->next_base, delay);
  self->base = MIN (self->base, self->next_base);
}

static void
note_heap (BeckonBandwidthEstimator *self, const Arrival *before, const Arrival *arrival)
{
  const gint64 longer = arrival->delay - before->delay;
  const gint64 sent_gap = arrival->arrived - before->arrived - longer;

  if (sent_gap >= 0 && sent_gap <= HEAP_GAP_US && longer > WAIT_US)
    self->heap = CLAMP (longer, self->heap, SECOND);
}

static void
add_arrival (BeckonBandwidthEstimator *self, const BeckonPacketReport *report, gint64 now)
{
  const Arrival arrival = { report->arrived_us, report->arrived_us - report->sent_us,
                            report->size };
  gint64 overtaken = 0;
  guint i = self->arrivals->len;

  if (i > 0 && ABS (latest (self, 0)->delay - arrival.delay) > JUMP_US)
    {
      forget_path (self);
      i = 0;
    }
  while (i > 0 && g_array_index (self->arrivals, Arrival, i - 1).arrived > arrival.arrived)
    i--;
  if (i < self->arrivals->len)
    overtaken = latest (self, 0)->arrived - arrival.arrived;
  self->reordered = CLAMP (overtaken, self->reordered * REORDER_KEPT, REORDER_MAX);
  if (i > 0 && i == self->arrivals->len)
    note_heap (self, latest (self, 0), &arrival);
  g_array_insert_val (self->arrivals, i, arrival);
  note_delay (self, arrival.delay, now);
}

static void
forget_old (BeckonBandwidthEstimator *self)
{
  const guint len = self->arrivals->len;
  guint n = len > HISTORY_PACKETS ? len - HISTORY_PACKETS : 0;

  while (n < len && latest (self, 0)->arrived - g_array_index (self->arrivals, Arrival, n).arrived >
                        HISTORY_US)
    n++;
  if (n > 0)
    g_array_remove_range (self->arrivals, 0, n);
}

/* Reports are lost as other packets are, and what they were about is not known. */
static void
note_sent (BeckonBandwidthEstimator *self, const BeckonPacketReport *reports, guint n_reports)
{
  for (guint i = 0; i < n_reports; i++)
    {
      const gint64 gap = reports[i].sent_us - self->sent_at;

      self->sent_at = reports[i].sent_us;
      if (gap < 0 || gap > SENT_GAP_US)
        continue;
      self->sent_bits += reports[i].size * 8.0;
      self->sent_for += gap;
    }
  if (self->sent_for > SENT_US)
    {
      self->sent_bits *= SENT_US / self->sent_for;
      self->sent_for = SENT_US;
    }
}

/* Returns: bits a second. */
static double
get_sent (BeckonBandwidthEstimator *self)
{
  return self->sent_for > 0 ? self->sent_bits * SECOND / self->sent_for : 0;
}

static void
take_reports (BeckonBandwidthEstimator *self,
              gint64 now,
              const BeckonPacketReport *reports,
              guint n_reports)
{
  gint64 sent = G_MININT64;
  guint64 bits = 0;

  note_sent (self, reports, n_reports);
  for (guint i = 0; i < n_reports; i++)
    {
      self->n_reports = MIN (self->n_reports + 1, LOSS_PACKETS);
      self->loss += ((reports[i].lost ? 1 : 0) - self->loss) / self->n_reports;
      if (self->state == EXAMINING && reports[i].sent_us >= self->examined_at)
        {
          self->n_examined++;
          self->n_examined_lost += reports[i].lost;
        }
      self->n_round++;
      self->n_round_lost += reports[i].lost;
      if (reports[i].lost)
        continue;
      add_arrival (self, &reports[i], now);
      sent = reports[i].sent_us;
    }
  if (sent != G_MININT64 && now >= sent)
    self->round_trip = self->round_trip < 0
                           ? now - sent
                           : self->round_trip + (now - sent - self->round_trip) * ROUND_TRIP_WEIGHT;
  forget_old (self);
  for (guint i = 0; i < self->arrivals->len; i++)
    bits += g_array_index (self->arrivals, Arrival, i).size * 8;
  self->delivered = bits * (double) SECOND / HISTORY_US;
}

static double
get_loss (BeckonBandwidthEstimator *self)
{
  double loss = self->loss;

  if (self->reordered > OVERTAKEN_US)
    loss = MIN (loss, self->loss_known);
  /* What does not fit into a queue is not what the path loses. */
  if (self->state == DRAINING || self->state == COMPETING)
    loss = MIN (loss, self->cut_loss);
  return loss;
}

/* ---- over-use ---- */

static gint64
wait_of (BeckonBandwidthEstimator *self, guint back)
{
  return latest (self, back)->delay - self->base;
}

/* What even the luckiest of the latest packets has waited. */
static gint64
least_wait (BeckonBandwidthEstimator *self, guint n_packets, gint64 span)
{
  gint64 least = G_MAXINT64;

  if (self->arrivals->len < n_packets)
    return 0;
  for (guint back = 0; back < self->arrivals->len; back++)
    {
      least = MIN (least, wait_of (self, back));
      if (back + 1 >= n_packets && latest (self, 0)->arrived - latest (self, back)->arrived >= span)
        return least;
    }
  return n_packets > WITNESSES ? 0 : least;
}

/* Waits that are shorter are jitter, or a large packet on a thin line. */
static gint64
longest_harmless_wait (BeckonBandwidthEstimator *self)
{
  const double packet = self->capacity > 0 ? latest (self, 0)->size * 8 / self->capacity : 0;

  return MAX (WAIT_US * self->doubt + self->heap, 1.5 * packet * SECOND) + self->reordered +
         NOISE_STEPS * self->noise;
}

/* A queue that fills only grows, and one that is emptied only shrinks. What goes the other way is
 * jitter, also where no packet overtakes another. */
static void
note_noise (BeckonBandwidthEstimator *self)
{
  const gint64 wait = least_wait (self, WINDOW_PACKETS, WINDOW_US);
  const gint64 step = self->state == DRAINING ? wait - self->wait : self->wait - wait;

  /* What others put into it goes up and down as it likes. */
  if (self->state != COMPETING)
    self->noise += (CLAMP (step, 0, NOISE_MAX) - self->noise) * NOISE_WEIGHT;
  self->wait = wait;
}

/* Returns: the queue in microseconds, 0 if there is none that matters. */
static gint64
get_queue (BeckonBandwidthEstimator *self)
{
  const gint64 harmless = longest_harmless_wait (self);
  const gint64 wait = least_wait (self, WINDOW_PACKETS, WINDOW_US);
  const gint64 long_wait = least_wait (self, WITNESSES, 0);

  if (wait > harmless || long_wait > LONG_WAIT * harmless)
    return MAX (wait, long_wait);
  return 0;
}

/* Packets that waited came out of the queue one behind the other: at the rate of the path. */
static double
measure_capacity (BeckonBandwidthEstimator *self)
{
  const gint64 end = latest (self, 0)->arrived, harmless = longest_harmless_wait (self);
  guint64 bits = 0;
  gint64 begin = end;

  for (guint back = 0; back + 1 < self->arrivals->len; back++)
    {
      if (wait_of (self, back + 1) < harmless)
        break;
      bits += latest (self, back)->size * 8;
      begin = latest (self, back + 1)->arrived;
      if (back + 1 >= WINDOW_PACKETS && end - begin > MEASURED_US)
        break;
    }
  return end > begin ? bits * (double) SECOND / (end - begin) : self->delivered;
}

/* Returns: bits a second, lately. */
static double
get_arriving (BeckonBandwidthEstimator *self)
{
  const gint64 begin = latest (self, 0)->arrived - ARRIVING_US;
  guint64 bits = 0;

  for (guint back = 0; back < self->arrivals->len && latest (self, back)->arrived > begin; back++)
    bits += latest (self, back)->size * 8;
  return bits * (double) SECOND / ARRIVING_US;
}

static void
cut (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  const double share = CLAMP (BACK_OFF - (double) queue / SECOND, BACK_OFF_MIN, BACK_OFF);

  if (self->state != DRAINING)
    {
      self->cut_loss = self->loss_before;
      self->cut_target = self->target;
      self->cut_arriving = get_arriving (self);
      self->n_cuts = self->competed_at > 0 && now - self->competed_at < COMPETED_US;
    }
  if (self->capacity > 0 && self->target < BELOW * self->capacity)
    self->doubt = MIN (DOUBT_MAX, self->doubt * DOUBT_GROWTH);
  self->capacity = CLAMP (measure_capacity (self), BITS_MIN, BITS_MAX);
  if (queue > 2 * SHORT_QUEUE_US || self->capacity > self->most_capacity ||
      now - self->most_at > COMPETED_US)
    {
      self->most_capacity = self->capacity;
      self->most_at = now;
    }
  self->target = MIN (self->target, share * self->capacity);
  self->silent_target = 0;
  self->cut_at = now;
  self->queue_at_cut = queue;
  self->n_cuts++;
  self->state = DRAINING;
}

static void
grow_from_capacity (BeckonBandwidthEstimator *self)
{
  self->state = GROWING;
  self->target = MAX (self->target, BACK_OFF * self->capacity);
  self->loss = MIN (self->loss, self->cut_loss);
  self->growing_for = 0;
  self->n_cuts = 0;
}

/* ---- beside others ---- */

/* Our packets wait, if not longer than is harmless. */
static gboolean
is_waiting (BeckonBandwidthEstimator *self)
{
  const double packet = self->capacity > 0 ? latest (self, 0)->size * 8 / self->capacity : 0;

  return least_wait (self, WINDOW_PACKETS, WINDOW_US) >
         MAX (WAIT_US, 1.5 * packet * SECOND) + self->reordered;
}

static gboolean
may_compete (BeckonBandwidthEstimator *self)
{
  return self->most_capacity == 0 || self->most_capacity > COMPETING_CAPACITY;
}

static gboolean
is_queue_ours (BeckonBandwidthEstimator *self)
{
  return get_arriving (self) > OURS_SHARE * self->cut_arriving;
}

/* Returns: whether packets go on waiting, however much less of ours there is. */
static gboolean
is_waiting_for_others (BeckonBandwidthEstimator *self, gint64 now)
{
  const double arriving = get_arriving (self);

  if (!is_waiting (self) || !may_compete (self))
    {
      self->waiting_since = 0;
      return FALSE;
    }
  if (self->waiting_since == 0)
    {
      self->waiting_since = now;
      self->waited_target = self->waited_arriving = 0;
    }
  self->waited_target = MAX (self->waited_target, self->target);
  if (now - self->waiting_since > ARRIVING_US)
    self->waited_arriving = MAX (self->waited_arriving, arriving);
  return now - self->waiting_since > WAITING_US &&
         arriving < OURS_SHARE_LATER * self->waited_arriving;
}

/* Returns: whether a short queue is there again, though much less of ours arrives than came out of one
 * lately. A line that has become thinner has a long one at first. */
static gboolean
was_more_before (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  return queue < SHORT_QUEUE_US && self->most_at > 0 && may_compete (self) &&
         now - self->most_at < COMPETED_US &&
         get_arriving (self) < OURS_SHARE_LATER * self->most_capacity;
}

static void
begin_competition (BeckonBandwidthEstimator *self, gint64 now, double target_before)
{
  self->state = COMPETING;
  self->target = MAX (self->target, COMPETING_BEGIN * target_before);
  self->cut_at = self->round_since = now;
  self->n_round = self->n_round_lost = 0;
  self->empty_since = self->waiting_since = 0;
  self->judged = TRUE;
}

/* They have gone. */
static void
end_competition (BeckonBandwidthEstimator *self, gint64 now)
{
  self->competed_at = now;
  /* What waits had to be taken for harmless beside them. */
  self->doubt = 1;
  self->noise = self->heap = 0;
}

/* Returns: whether there was no queue for a while. */
static gboolean
is_empty (BeckonBandwidthEstimator *self, gint64 now)
{
  if (is_waiting (self))
    self->empty_since = 0;
  else if (self->empty_since == 0)
    self->empty_since = now;
  return self->empty_since > 0 && now - self->empty_since > EMPTY_US;
}

static gboolean
should_yield (BeckonBandwidthEstimator *self, gint64 now, gint64 round)
{
  const gboolean unusual =
      self->n_round_lost > UNUSUAL_LOSS * self->cut_loss * self->n_round && self->n_round_lost > 0;

  return (unusual && now - self->cut_at > round) || now - self->cut_at > COMPETING_CUT_US;
}

static void
compete (BeckonBandwidthEstimator *self, gint64 now, double seconds, gint64 queue)
{
  const gint64 round = MAX (self->round_trip, ROUND_TRIP_MIN);
  const double rounds = (double) SECOND / round;

  if (is_empty (self, now))
    {
      end_competition (self, now);
      self->capacity = self->target;
      grow_from_capacity (self);
      return;
    }
  if (!self->judged && now - self->cut_at > round + ARRIVING_US)
    {
      self->judged = TRUE;
      self->target = MAX (self->target, self->tried_target);
      if (is_waiting (self) && is_queue_ours (self))
        {
          end_competition (self, now);
          cut (self, now, queue);
          return;
        }
    }
  if (should_yield (self, now, round))
    {
      self->cut_arriving = get_arriving (self);
      self->tried_target = self->n_round_lost > 0 ? 0 : self->target;
      self->target *= COMPETING_BACK_OFF;
      self->cut_at = now;
      self->judged = FALSE;
    }
  else if (self->judged && get_sent (self) > COMPETING_USED * self->target)
    self->target +=
        seconds * MAX (COMPETING_PACKET * rounds * rounds, COMPETING_GROWTH * self->target);
  if (now - self->round_since > round)
    {
      self->round_since = now;
      self->n_round = self->n_round_lost = 0;
    }
}

/* ---- emptying a queue ---- */

static void
drain_blindly (BeckonBandwidthEstimator *self, gint64 now, double capacity)
{
  self->capacity = CLAMP (capacity, BITS_MIN, BITS_MAX);
  self->target = MIN (self->target, BLIND_SHARE * self->capacity);
  self->cut_at = now;
  self->blind_until = now + BLIND_US;
  self->queue_at_cut = 0;
  self->state = DRAINING;
  /* What is lost at the new rate is another matter. */
  self->compared_target = self->target;
  self->compared_at = now;
  self->loss = self->cut_loss = self->compared_loss;
  self->cut_target = self->target;
  self->n_reports = LOSS_PACKETS / 4;
}

static void
drain (BeckonBandwidthEstimator *self, gint64 now, gint64 queue)
{
  /* The cut shows when what was sent before it has arrived. */
  const gint64 shows_after = self->queue_at_cut + MAX (self->round_trip, 0) + 4 * WINDOW_US;

  if (now < self->blind_until)
    return;
  if (queue == 0)
    {
      if (is_waiting (self) && now - self->cut_at < shows_after)
        return;
      if (is_waiting (self) && !is_queue_ours (self) && may_compete (self))
        begin_competition (self, now, self->cut_target);
      else
        grow_from_capacity (self);
      return;
    }
  if (queue > 2 * self->queue_at_cut && now - self->cut_at > self->round_trip)
    {
      cut (self, now, queue); /* what was measured at its beginning was too much */
      return;
    }
  if (now - self->cut_at < shows_after)
    return;
  if (queue < self->queue_at_cut * 3 / 4)
    {
      self->cut_at = now;
      self->queue_at_cut = queue;
    }
  else if (self->n_cuts < CUTS_OF_ONE_QUEUE || is_queue_ours (self) || !may_compete (self))
    cut (self, now, queue);
  else
    begin_competition (self, now, self->cut_target);
}

/* ---- growing ---- */

static void
begin_examination (BeckonBandwidthEstimator *self, gint64 now)
{
  self->examined_from = self->state;
  self->examined_target = self->target;
  self->examined_loss = get_loss (self);
  self->examined_sent = get_sent (self);
  self->examined_at = now;
  self->n_examined = self->n_examined_lost = 0;
  self->target =
      EXAMINE_SHARE * (1 - self->examined_loss) * MIN (self->target, self->examined_sent);
  self->state = EXAMINING;
}

/* Some lines drop what others would queue: there more bits do not arrive, only more are lost.
 * Whoever loses at random loses the same share at any rate. */
static void
compare_from_here (BeckonBandwidthEstimator *self, gint64 now)
{
  self->compared_target = self->target;
  self->compared_loss = get_loss (self);
  self->compared_at = now;
}

static gboolean
may_lose_by_rate (BeckonBandwidthEstimator *self, gint64 now)
{
  const double rise = get_loss (self) - self->compared_loss;
  const gboolean higher = self->target > RATE_RISE * self->compared_target;

  if (self->n_reports < LOSS_PACKETS)
    return FALSE;
  if (self->compared_target > 0 && higher && rise > LOSS_RISE)
    return TRUE;
  if (self->compared_target == 0 || self->target < self->compared_target ||
      (higher && rise < LOSS_RISE / 3) || now - self->compared_at > LOSS_REMEMBERED_US)
    compare_from_here (self, now);
  return FALSE;
}

static gboolean
should_examine (BeckonBandwidthEstimator *self, gint64 now)
{
  return get_loss (self) > LOSS_EXAMINED && self->n_reports == LOSS_PACKETS &&
         get_sent (self) > EXAMINED_BITS_MIN &&
         (self->examined_at == 0 || now - self->examined_at > self->examine_every);
}

/* Were it the rate that loses, nothing would be lost now; else it is as much as before. */
static void
examine (BeckonBandwidthEstimator *self, gint64 now)
{
  if (now - self->examined_at < EXAMINE_US_MAX &&
      (now - self->examined_at < EXAMINE_US || self->n_examined < EXAMINE_PACKETS))
    return;
  if (self->n_examined >= EXAMINE_PACKETS &&
      self->n_examined_lost < LOSS_FELL * self->examined_loss * self->n_examined)
    {
      self->compared_loss = (double) self->n_examined_lost / self->n_examined;
      drain_blindly (self, now,
                     self->examined_sent * (1 - self->examined_loss) /
                         MAX (1 - self->compared_loss, 0.2));
      return;
    }
  self->state = self->examined_from;
  self->target = self->examined_target;
  compare_from_here (self, now);
  self->examine_every = MIN (2 * self->examine_every, EXAMINE_EVERY_MAX);
}

/* Returns: what the target is multiplied with after @seconds. */
static double
follow_curve (BeckonBandwidthEstimator *self, double seconds)
{
  double wanted;

  self->growing_for += seconds;
  wanted = self->capacity * (1 + CURVE * pow (self->growing_for - 1, 3));
  return CLAMP (wanted / self->target, 1, pow (GROWTH_MAX, seconds));
}

static void
grow (BeckonBandwidthEstimator *self, double seconds)
{
  const double sent = self->delivered / MAX (1 - self->loss, 0.2);

  if (get_loss (self) > LOSS_EXAMINED && self->examined_at == 0)
    return; /* that has to be looked into first */
  if (self->target < self->silent_target && get_loss (self) < RETURN_LOSS)
    {
      self->target = MIN (self->silent_target, self->target * pow (RETURN_GROWTH, seconds));
      return;
    }
  self->silent_target = 0;
  if (sent > USED_SHARE * self->target)
    self->target *=
        self->state == STARTING ? pow (GROWTH_MAX, seconds) : follow_curve (self, seconds);
  /* Where reports are lost less is known to be delivered than is known to be sent. */
  else if (self->target < UNUSED_RATIO * MAX (sent, get_sent (self)))
    self->target *= pow (self->capacity > 0 && self->target > self->capacity ? UNUSED_GROWTH_BEYOND
                                                                             : UNUSED_GROWTH,
                         seconds);
}

/* ---- public ---- */

void
beckon_bandwidth_estimator_set_cap (BeckonBandwidthEstimator *self, guint bits)
{
  self->cap = bits > 0 ? CLAMP (bits, BITS_MIN, BITS_MAX) : BITS_MAX;
  self->target = MIN (self->target, self->cap);
}

void
beckon_bandwidth_estimator_get_bounds (BeckonBandwidthEstimator *self, guint *least, guint *most)
{
  *least = BITS_MIN;
  *most = self->cap;
}

void
beckon_bandwidth_estimator_take (BeckonBandwidthEstimator *self,
                                 gint64 now_us,
                                 const BeckonPacketReport *reports,
                                 guint n_reports)
{
  /* After a silence it is one feedback's worth that is known, and not the silence's. */
  const double seconds = CLAMP (now_us - self->fed_at, 0, SECOND / 4) / (double) SECOND;
  gint64 queue;

  self->fed_at = now_us;
  self->silent_since = 0;
  self->loss_before = self->loss;
  take_reports (self, now_us, reports, n_reports);
  if (self->arrivals->len == 0)
    return;
  note_noise (self);
  self->heap *= pow (0.5, seconds * SECOND / HEAP_HALF_US);
  self->doubt = 1 + (self->doubt - 1) * pow (0.5, seconds * SECOND / DOUBT_HALF_US);
  queue = get_queue (self);
  if (self->state != COMPETING && self->state != EXAMINING && is_waiting_for_others (self, now_us))
    begin_competition (self, now_us, self->waited_target);
  else if (self->state == DRAINING)
    drain (self, now_us, queue);
  else if (self->state == COMPETING)
    compete (self, now_us, seconds, queue);
  else if (queue > 0 && was_more_before (self, now_us, queue))
    begin_competition (self, now_us, self->cut_target);
  else if (queue > 0)
    cut (self, now_us, queue);
  else if (self->state == EXAMINING)
    examine (self, now_us);
  else if (may_lose_by_rate (self, now_us) || should_examine (self, now_us))
    begin_examination (self, now_us);
  else
    grow (self, seconds);
  self->target = CLAMP (self->target, BITS_MIN, self->cap);
}

void
beckon_bandwidth_estimator_note_loss (BeckonBandwidthEstimator *self, double loss)
{
  self->loss_known += (CLAMP (loss, 0, 1) - self->loss_known) * LOSS_KNOWN_WEIGHT;
}

void
beckon_bandwidth_estimator_tick (BeckonBandwidthEstimator *self, gint64 now_us, gboolean sending)
{
  const gint64 patience = SILENCE_US + self->loss * SILENCE_OF_LOSS_US + MAX (self->round_trip, 0);

  if (!sending)
    self->silent_since = 0;
  else if (self->silent_since == 0)
    self->silent_since = now_us;
  else if (now_us - self->silent_since > patience)
    {
      self->silent_since = now_us;
      self->silent_target = MAX (self->silent_target, self->target);
      self->target = MAX (self->target / 2, BITS_MIN);
      self->capacity = self->target;
      self->growing_for = 0;
      self->state = GROWING;
    }
}

gboolean
beckon_bandwidth_estimator_is_examining (BeckonBandwidthEstimator *self)
{
  return self->state == EXAMINING;
}

guint
beckon_bandwidth_estimator_get_target (BeckonBandwidthEstimator *self)
{
  return self->target;
}

double
beckon_bandwidth_estimator_get_share (BeckonBandwidthEstimator *self)
{
  if (self->state != GROWING || self->silent_target <= 0)
    return 1;
  return MIN (self->target / self->silent_target, 1);
}

double
beckon_bandwidth_estimator_get_loss (BeckonBandwidthEstimator *self)
{
  return get_loss (self);
}

gint64
beckon_bandwidth_estimator_get_round_trip (BeckonBandwidthEstimator *self)
{
  return self->round_trip;
}
