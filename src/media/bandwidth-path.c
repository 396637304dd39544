/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the peer's reports say of the path: which packets arrived when, how long they waited, what
 * was lost, and so what is sent, what arrives, and how long the queue is. Nothing is decided here.
 */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "bandwidth-private.h"

#include <math.h>

/* Very long waits need fewer witnesses: on a thin line five packets are a second. */
#define WITNESSES 2
#define LONG_WAIT 4
/* Of BECKON_PATH_WINDOW_US there have to be so many. */
#define WINDOW_PACKETS 5
#define WAIT_US (25 * G_TIME_SPAN_MILLISECOND)
#define USUAL_PACKETS 1.5
#define FILLING_SHARE 0.5 /* of what is harmless */
#define MEASURED_US (250 * G_TIME_SPAN_MILLISECOND)
#define HISTORY_US G_TIME_SPAN_SECOND
#define HISTORY_PACKETS 512
/* The shortest way is forgotten after one to two of these: clocks drift, and paths change. */
#define BASE_US (8 * G_TIME_SPAN_SECOND)
/* But a queue that is being emptied is none of the path. */
#define BASE_WITH_QUEUE_US (40 * G_TIME_SPAN_SECOND)
/* A clock that jumped so far is another clock. */
#define JUMP_US (10 * G_TIME_SPAN_SECOND)
/* Of packets that are further apart it is not known what was between them. */
#define SENT_GAP_US (100 * G_TIME_SPAN_MILLISECOND)
#define SENT_US G_TIME_SPAN_SECOND
#define ROUND_TRIP_WEIGHT (1 / 8.0)
#define REORDER_KEPT (1 - 1 / 1024.0) /* a packet */
#define REORDER_MAX G_TIME_SPAN_SECOND
/* Waits that go up and down by themselves: so many mean steps of them are harmless. */
#define NOISE_WEIGHT (1 / 16.0)
#define NOISE_STEPS 6
#define NOISE_MAX (G_TIME_SPAN_SECOND / 6)
/* A queue becomes longer packet by packet. A wait that begins at once is something that held
 * packets up: they come in a heap, and will for a while. */
#define HEAP_GAP_US (60 * G_TIME_SPAN_MILLISECOND)
/* Where something holds up what has waited already, as where delays go up and down by a second,
 * both are harmless. But it is no packet that is so long itself, on the thinnest line. */
#define HEAP_LONG_US (200 * G_TIME_SPAN_MILLISECOND)
#define HEAP_LONG_PACKETS 1.5
/* The next one may be longer. */
#define HEAP_SHARE 1.5
#define HEAP_HALF_US (3 * G_TIME_SPAN_SECOND)
/* Where packets overtake each other by so much, reports call late ones lost. */
#define OVERTAKEN_US (5 * G_TIME_SPAN_MILLISECOND)

/* A line takes its time for each packet, and a thin one more than this. */
#define ROOMY_BITS (1.5 * BECKON_COMPETITION_CAPACITY)
/* A thin line has fewer in a second. */
#define ROOMY_WITNESSES 8
#define ROOMY_SHARE 0.66

static BeckonArrival *
latest (BeckonBandwidthEstimator *self, guint back)
{
  return &g_array_index (self->arrivals, BeckonArrival, self->arrivals->len - 1 - back);
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
  const gint64 kept = self->state == BECKON_BANDWIDTH_DRAINING ? BASE_WITH_QUEUE_US : BASE_US;

  if (now - self->base_since > kept)
    {
      self->base = self->next_base;
      self->next_base = G_MAXINT64;
      self->base_since = now;
    }
  self->next_base = MIN (self->next_base, delay);
  self->base = MIN (self->base, self->next_base);
}

static gint64
get_sent_gap (const BeckonArrival *before, const BeckonArrival *arrival)
{
  return arrival->arrived - before->arrived - (arrival->delay - before->delay);
}

/* Of a picture's packets each waits until the line has carried the one before it, or longer by
 * half. Returns: microseconds, 0: what the line carries is not known */
static double
usual_wait (BeckonBandwidthEstimator *self, const BeckonArrival *arrival)
{
  return self->capacity > 0
             ? USUAL_PACKETS * arrival->size * 8.0 * G_TIME_SPAN_SECOND / self->capacity
             : 0;
}

static void
note_heap (BeckonBandwidthEstimator *self,
           const BeckonArrival *before,
           const BeckonArrival *arrival)
{
  const gint64 longer = arrival->delay - before->delay;
  const gint64 sent_gap = get_sent_gap (before, arrival);
  const double packet = arrival->size * 8.0 * G_TIME_SPAN_SECOND / BECKON_BANDWIDTH_BITS_MIN;
  double heap = longer;

  if (sent_gap < 0 || sent_gap > HEAP_GAP_US || longer <= MAX (WAIT_US, usual_wait (self, arrival)))
    return;
  if (longer > MAX (HEAP_LONG_US, HEAP_LONG_PACKETS * packet))
    heap += CLAMP (before->delay - self->base, 0, self->heap);
  self->heap = CLAMP (heap, self->heap, G_TIME_SPAN_SECOND);
}

static void
add_arrival (BeckonBandwidthEstimator *self, const BeckonPacketReport *report, gint64 now)
{
  const BeckonArrival arrival = { report->arrived_us, report->arrived_us - report->sent_us,
                                  report->size };
  gint64 overtaken = 0;
  guint i = self->arrivals->len;

  if (i > 0 && ABS (latest (self, 0)->delay - arrival.delay) > JUMP_US)
    {
      forget_path (self);
      i = 0;
    }
  while (i > 0 && g_array_index (self->arrivals, BeckonArrival, i - 1).arrived > arrival.arrived)
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

  while (n < len &&
         latest (self, 0)->arrived - g_array_index (self->arrivals, BeckonArrival, n).arrived >
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

double
beckon_path_get_sent (BeckonBandwidthEstimator *self)
{
  return self->sent_for > 0 ? self->sent_bits * G_TIME_SPAN_SECOND / self->sent_for : 0;
}

/* The last packet of a feedback is one that came: what came makes it. GStreamer (1.22, and later
 * ones) writes some gaps twice, behind seven or fourteen packets, and whoever reads that finds the
 * last packets lost, and takes for times of arrival what is none: 30 ms too early, once in some
 * minutes where losses come in bursts, made everything wait for others who were not there. */
static gboolean
is_garbled (const BeckonPacketReport *reports, guint n_reports)
{
  return n_reports > 0 && reports[n_reports - 1].lost;
}

void
beckon_path_take_reports (BeckonBandwidthEstimator *self,
                          gint64 now,
                          const BeckonPacketReport *reports,
                          guint n_reports)
{
  const gboolean garbled = is_garbled (reports, n_reports);
  gint64 sent = G_MININT64;
  guint64 bits = 0;

  note_sent (self, reports, n_reports);
  for (guint i = 0; i < n_reports; i++)
    {
      const gboolean lost = reports[i].lost && (!garbled || i + 1 < n_reports);

      self->n_reports = MIN (self->n_reports + 1, BECKON_PATH_LOSS_PACKETS);
      self->loss += ((lost ? 1 : 0) - self->loss) / self->n_reports;
      if (self->was_lost)
        self->loss_after_loss += ((lost ? 1 : 0) - self->loss_after_loss) / BECKON_PATH_RUN_PACKETS;
      self->was_lost = lost;
      if (self->state == BECKON_BANDWIDTH_EXAMINING && reports[i].sent_us >= self->examined_at)
        {
          self->n_examined++;
          self->n_examined_lost += lost;
        }
      self->n_round++;
      self->n_round_lost += lost;
      if (lost || garbled)
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
    bits += g_array_index (self->arrivals, BeckonArrival, i).size * 8;
  self->delivered = bits * (double) G_TIME_SPAN_SECOND / HISTORY_US;
}

double
beckon_path_get_loss (BeckonBandwidthEstimator *self)
{
  double loss = self->loss;

  if (self->reordered > OVERTAKEN_US)
    loss = MIN (loss, self->loss_known);
  /* What does not fit into a queue is not what the path loses. */
  if (self->state == BECKON_BANDWIDTH_DRAINING || self->state == BECKON_BANDWIDTH_COMPETING)
    loss = MIN (loss, self->cut_loss);
  return loss;
}

double
beckon_path_get_loss_after_loss (BeckonBandwidthEstimator *self)
{
  return MAX (self->loss_after_loss, beckon_path_get_loss (self));
}

/* ---- what waits ---- */

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
  return MAX (WAIT_US * self->doubt + HEAP_SHARE * self->heap,
              usual_wait (self, latest (self, 0))) +
         self->reordered + NOISE_STEPS * self->noise;
}

/* A queue that fills only grows, and one that is emptied only shrinks. What goes the other way is
 * jitter, also where no packet overtakes another. */
void
beckon_path_note_jitter (BeckonBandwidthEstimator *self, double seconds)
{
  const gint64 wait = least_wait (self, WINDOW_PACKETS, BECKON_PATH_WINDOW_US);
  const gint64 step =
      self->state == BECKON_BANDWIDTH_DRAINING ? wait - self->wait : self->wait - wait;

  /* What others put into it goes up and down as it likes. */
  if (self->state != BECKON_BANDWIDTH_COMPETING)
    self->noise += (CLAMP (step, 0, NOISE_MAX) - self->noise) * NOISE_WEIGHT;
  self->wait = wait;
  self->heap *= pow (0.5, seconds * G_TIME_SPAN_SECOND / HEAP_HALF_US);
}

gint64
beckon_path_get_queue (BeckonBandwidthEstimator *self)
{
  const gint64 harmless = longest_harmless_wait (self);
  const gint64 wait = least_wait (self, WINDOW_PACKETS, BECKON_PATH_WINDOW_US);
  const gint64 long_wait = least_wait (self, WITNESSES, 0);

  if (wait > harmless || long_wait > LONG_WAIT * harmless)
    return MAX (wait, long_wait);
  return 0;
}

gboolean
beckon_path_is_filling (BeckonBandwidthEstimator *self)
{
  return least_wait (self, WINDOW_PACKETS, BECKON_PATH_WINDOW_US) >
         FILLING_SHARE * longest_harmless_wait (self);
}

/* Packets that waited came out of the queue one behind the other: at the rate of the path. */
double
beckon_path_measure_capacity (BeckonBandwidthEstimator *self)
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
  return end > begin ? bits * (double) G_TIME_SPAN_SECOND / (end - begin) : self->delivered;
}

double
beckon_path_get_arriving (BeckonBandwidthEstimator *self)
{
  const gint64 begin = latest (self, 0)->arrived - BECKON_PATH_ARRIVING_US;
  guint64 bits = 0;

  for (guint back = 0; back < self->arrivals->len && latest (self, back)->arrived > begin; back++)
    bits += latest (self, back)->size * 8;
  return bits * (double) G_TIME_SPAN_SECOND / BECKON_PATH_ARRIVING_US;
}

gboolean
beckon_path_is_waiting (BeckonBandwidthEstimator *self)
{
  return least_wait (self, WINDOW_PACKETS, BECKON_PATH_WINDOW_US) >
         MAX (WAIT_US, usual_wait (self, latest (self, 0))) + self->reordered;
}

/* Two packets that were sent close together: somebody else's are between them, but not many. */
gboolean
beckon_path_is_roomy (BeckonBandwidthEstimator *self)
{
  guint n_close = 0, n_soon = 0;

  for (guint back = 0; back + 1 < self->arrivals->len && wait_of (self, back + 1) > WAIT_US; back++)
    {
      const BeckonArrival *arrival = latest (self, back), *before = latest (self, back + 1);
      const gint64 sent_gap = get_sent_gap (before, arrival);
      const double takes = arrival->size * 8 * G_TIME_SPAN_SECOND / ROOMY_BITS;

      if (sent_gap < 0 || sent_gap >= takes)
        continue;
      n_close++;
      n_soon += arrival->arrived - before->arrived < takes;
    }
  return n_close >= ROOMY_WITNESSES && n_soon > ROOMY_SHARE * n_close;
}
