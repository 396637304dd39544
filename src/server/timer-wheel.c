/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "timer-wheel.h"

/* A hierarchy of wheels with 64 slots each. A slot of the lowest level holds the timers of one
 * tick, one of the next level those of 64 ticks, and so on; nine levels hold every time there is. A
 * timer is on the level of the highest digit, to the base of 64, in which its tick differs from the
 * present one. So all of a level comes due before all of the levels above it, and nothing is ever
 * in a slot that lies behind. When the time of a slot of an upper level begins, its timers move
 * down; each moves eight times at most.
 *
 * A timer that is stopped does not know its slot: it leaves the bit of a slot set that may be empty
 * now, and whoever looks for the next one clears it. */
#define TICK_US 5000
#define SLOT_BITS 6
#define N_SLOTS (1 << SLOT_BITS)
#define N_LEVELS 9

typedef struct
{
  guint64 maybe_used; /* bit i: slot i may have timers */
  BeckonTimer *slots[N_SLOTS];
} Level;

struct _BeckonTimerWheel
{
  gint64 time;
  guint64 tick;     /* all before this one are done */
  BeckonTimer *due; /* of the present tick, while they are called */
  gboolean advancing;
  Level levels[N_LEVELS];
};

BeckonTimerWheel *
beckon_timer_wheel_new (gint64 now)
{
  BeckonTimerWheel *self;

  g_return_val_if_fail (now >= 0, NULL);

  self = g_new0 (BeckonTimerWheel, 1);
  self->time = now;
  self->tick = now / TICK_US;
  return self;
}

void
beckon_timer_wheel_free (BeckonTimerWheel *self)
{
  g_return_if_fail (self != NULL && !self->advancing);

  for (guint i = 0; i < N_LEVELS; i++)
    for (guint j = 0; j < N_SLOTS; j++)
      while (self->levels[i].slots[j] != NULL)
        beckon_timer_stop (self->levels[i].slots[j]);
  g_free (self);
}

gint64
beckon_timer_wheel_get_time (BeckonTimerWheel *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/* ---- lists ---- */

static void
link_at (BeckonTimer *timer, BeckonTimer **link)
{
  timer->next = *link;
  timer->link = link;
  if (timer->next != NULL)
    timer->next->link = &timer->next;
  *link = timer;
}

static BeckonTimer *
merge (BeckonTimer *a, BeckonTimer *b)
{
  BeckonTimer *merged = NULL;
  BeckonTimer **end = &merged;

  while (a != NULL && b != NULL)
    {
      BeckonTimer **earlier = b->deadline < a->deadline ? &b : &a;

      *end = *earlier;
      *earlier = (*earlier)->next;
      end = &(*end)->next;
    }
  *end = a != NULL ? a : b;
  return merged;
}

/* Sorts by deadline; only "next" is looked after. runs[i] is sorted, of 2^i timers, as in a binary
 * counter. */
static BeckonTimer *
sort (BeckonTimer *timers)
{
  BeckonTimer *runs[32] = { NULL };
  BeckonTimer *sorted = NULL;

  while (timers != NULL)
    {
      BeckonTimer *run = timers;
      guint i = 0;

      timers = timers->next;
      run->next = NULL;
      for (; runs[i] != NULL; i++)
        run = merge (g_steal_pointer (&runs[i]), run);
      runs[i] = run;
    }
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    sorted = merge (runs[i], sorted);
  return sorted;
}

/* ---- turning ---- */

/* Returns: the tick at or before which no timer is early any more: rounded up. */
static guint64
tick_of (gint64 deadline)
{
  return deadline <= 0 ? 0 : deadline / TICK_US + (deadline % TICK_US != 0);
}

/* @tick: not before the present one */
static void
insert (BeckonTimerWheel *self, BeckonTimer *timer, guint64 tick)
{
  const guint64 differing = tick ^ self->tick;
  const guint level = differing == 0 ? 0 : (63 - __builtin_clzll (differing)) / SLOT_BITS;
  const guint slot = (tick >> (level * SLOT_BITS)) & (N_SLOTS - 1);

  g_assert (tick >= self->tick);
  link_at (timer, &self->levels[level].slots[slot]);
  self->levels[level].maybe_used |= G_GUINT64_CONSTANT (1) << slot;
}

/* Looks for the slot that comes next. Returns: the tick with which it begins; %G_MAXUINT64: there
 * is none */
static guint64
find_next (BeckonTimerWheel *self, guint *level, guint *slot)
{
  for (guint i = 0; i < N_LEVELS; i++)
    {
      const guint shift = i * SLOT_BITS;
      Level *of = &self->levels[i];

      while (of->maybe_used != 0)
        {
          const guint first = __builtin_ctzll (of->maybe_used);

          if (of->slots[first] == NULL)
            {
              of->maybe_used &= of->maybe_used - 1;
              continue;
            }
          *level = i;
          *slot = first;
          return (((self->tick >> shift) & ~(guint64) (N_SLOTS - 1)) | first) << shift;
        }
    }
  return G_MAXUINT64;
}

/* Moves the timers of a slot that begins now to the levels below. */
static void
move_down (BeckonTimerWheel *self, BeckonTimer **slot)
{
  while (*slot != NULL)
    {
      BeckonTimer *timer = *slot;

      beckon_timer_stop (timer);
      insert (self, timer, MAX (tick_of (timer->deadline), self->tick));
    }
}

static void
call_due (BeckonTimerWheel *self, BeckonTimer **slot)
{
  self->due = sort (g_steal_pointer (slot));
  for (BeckonTimer **link = &self->due; *link != NULL; link = &(*link)->next)
    (*link)->link = link;
  while (self->due != NULL)
    {
      BeckonTimer *timer = self->due;

      /* From the call on it may not be there any more. */
      beckon_timer_stop (timer);
      timer->func (timer->user_data);
    }
}

void
beckon_timer_wheel_advance (BeckonTimerWheel *self, gint64 now)
{
  guint64 last, next;
  guint level = 0, slot = 0;

  g_return_if_fail (self != NULL && !self->advancing);

  self->time = MAX (self->time, now);
  self->advancing = TRUE;
  last = self->time / TICK_US;
  while ((next = find_next (self, &level, &slot)) <= last)
    {
      self->tick = next;
      if (level > 0)
        move_down (self, &self->levels[level].slots[slot]);
      else
        call_due (self, &self->levels[level].slots[slot]);
    }
  self->tick = last;
  self->advancing = FALSE;
}

gint64
beckon_timer_wheel_get_next (BeckonTimerWheel *self)
{
  guint64 next;
  guint level = 0, slot = 0;

  g_return_val_if_fail (self != NULL, G_MAXINT64);

  next = find_next (self, &level, &slot);
  return next > G_MAXINT64 / TICK_US ? G_MAXINT64 : (gint64) next * TICK_US;
}

/* ---- timers ---- */

void
beckon_timer_start (BeckonTimer *timer,
                    BeckonTimerWheel *wheel,
                    gint64 deadline,
                    BeckonTimerFunc func,
                    gpointer user_data)
{
  g_return_if_fail (timer != NULL && wheel != NULL && func != NULL);

  beckon_timer_stop (timer);
  timer->deadline = deadline;
  timer->func = func;
  timer->user_data = user_data;
  /* While timers are called not into the present tick: one that starts itself anew for now would be
   * called for ever. */
  insert (wheel, timer, MAX (tick_of (deadline), wheel->tick + (wheel->advancing ? 1 : 0)));
}

void
beckon_timer_stop (BeckonTimer *timer)
{
  g_return_if_fail (timer != NULL);

  if (timer->link == NULL)
    return;
  *timer->link = timer->next;
  if (timer->next != NULL)
    timer->next->link = timer->link;
  timer->next = NULL;
  timer->link = NULL;
}

gboolean
beckon_timer_is_running (const BeckonTimer *timer)
{
  g_return_val_if_fail (timer != NULL, FALSE);

  return timer->link != NULL;
}

/* ---- the real time ---- */

typedef struct
{
  GSource source;
  BeckonTimerWheel *wheel;
} WheelSource;

static gboolean
wheel_source_prepare (GSource *source, int *timeout)
{
  BeckonTimerWheel *wheel = ((WheelSource *) source)->wheel;
  const gint64 next = beckon_timer_wheel_get_next (wheel);
  const gint64 wait = next - g_source_get_time (source);

  if (next == G_MAXINT64)
    *timeout = -1;
  else
    *timeout = CLAMP ((wait + 999) / 1000, 0, G_MAXINT);
  return *timeout == 0;
}

/* The wheel is the server's clock: it goes on in each turn of the loop, whether something is due or
 * not. */
static gboolean
wheel_source_check (GSource *source)
{
  BeckonTimerWheel *wheel = ((WheelSource *) source)->wheel;

  wheel->time = MAX (wheel->time, g_source_get_time (source));
  return beckon_timer_wheel_get_next (wheel) <= wheel->time;
}

static gboolean
wheel_source_dispatch (GSource *source, GSourceFunc func, gpointer user_data)
{
  beckon_timer_wheel_advance (((WheelSource *) source)->wheel, g_source_get_time (source));
  return G_SOURCE_CONTINUE;
}

GSource *
beckon_timer_wheel_create_source (BeckonTimerWheel *self)
{
  static GSourceFuncs funcs = {
    .prepare = wheel_source_prepare,
    .check = wheel_source_check,
    .dispatch = wheel_source_dispatch,
  };
  GSource *source;

  g_return_val_if_fail (self != NULL, NULL);

  source = g_source_new (&funcs, sizeof (WheelSource));
  g_source_set_static_name (source, "timer wheel");
  /* Before all others: in a turn that has something else to do, too, the clock is right. */
  g_source_set_priority (source, G_PRIORITY_HIGH);
  ((WheelSource *) source)->wheel = self;
  return source;
}
