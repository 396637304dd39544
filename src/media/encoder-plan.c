/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "encoder-plan.h"

#define STAY_SPREAD 2.0
#define JOIN_SPREAD 1.6

/* A group is those with one encoder; its index is the group's name. */
typedef struct
{
  guint first, second; /* groups */
  double spread;
} Pair;

static gboolean
is_group (const BeckonSharer *sharers, guint i)
{
  return sharers[i].encoder == i;
}

/* Returns: how many times the least of two groups the most is; G_MAXDOUBLE: they cannot share. */
static double
get_spread (const BeckonSharer *sharers, guint n, guint first, guint second)
{
  guint low = G_MAXUINT, high = 0;

  if (sharers[first].kind != sharers[second].kind)
    return G_MAXDOUBLE;
  for (guint i = 0; i < n; i++)
    if (sharers[i].encoder == first || sharers[i].encoder == second)
      {
        low = MIN (low, sharers[i].bits);
        high = MAX (high, sharers[i].bits);
      }
  return high / (double) MAX (low, 1);
}

static gboolean
is_settled (const BeckonSharer *sharers, guint n, guint group)
{
  gboolean settled = TRUE;

  for (guint i = 0; i < n; i++)
    settled = settled && (sharers[i].encoder != group || sharers[i].settled);
  return settled;
}

static guint
count (const BeckonSharer *sharers, guint n, guint group)
{
  guint members = 0;

  for (guint i = 0; i < n; i++)
    members += sharers[i].encoder == group;
  return members;
}

/* ---- apart ---- */

/* Returns: the bits of who is above the widest gap in a group. */
static guint
find_gap (const BeckonSharer *sharers, guint n, guint group)
{
  double widest = 0;
  guint above = 0;

  for (guint i = 0; i < n; i++)
    {
      guint next = 0;

      if (sharers[i].encoder != group)
        continue;
      for (guint j = 0; j < n; j++)
        if (sharers[j].encoder == group && sharers[j].bits < sharers[i].bits)
          next = MAX (next, sharers[j].bits + 1);
      if (next > 0 && sharers[i].bits / (double) next > widest)
        {
          widest = sharers[i].bits / (double) next;
          above = sharers[i].bits;
        }
    }
  return above;
}

/* The part that has the encoder keeps it, and of the other the one who takes most gets one. */
static void
cut (BeckonSharer *sharers, guint n, guint group)
{
  const guint gap = find_gap (sharers, n, group);
  const gboolean upper_keeps = sharers[group].bits >= gap;
  guint next = n;

  for (guint i = 0; i < n; i++)
    if (sharers[i].encoder == group && (sharers[i].bits >= gap) != upper_keeps &&
        (next == n || sharers[i].bits > sharers[next].bits))
      next = i;
  g_assert (next < n);
  for (guint i = 0; i < n; i++)
    if (i != next && sharers[i].encoder == group && (sharers[i].bits >= gap) != upper_keeps)
      sharers[i].encoder = next;
  sharers[next].encoder = next;
}

/* ---- together ---- */

static Pair
find_nearest (const BeckonSharer *sharers, guint n, gboolean settled)
{
  Pair nearest = { .spread = G_MAXDOUBLE };

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      {
        double spread;

        if (!is_group (sharers, i) || !is_group (sharers, j) ||
            (settled && (!is_settled (sharers, n, i) || !is_settled (sharers, n, j))))
          continue;
        spread = get_spread (sharers, n, i, j);
        if (spread < nearest.spread)
          nearest = (Pair){ i, j, spread };
      }
  return nearest;
}

/* The encoder of more people goes on, or else that of who can take more. */
static void
join (BeckonSharer *sharers, guint n, Pair pair)
{
  const guint first = count (sharers, n, pair.first), second = count (sharers, n, pair.second);
  const gboolean swap =
      second > first || (second == first && sharers[pair.second].bits > sharers[pair.first].bits);
  const guint stays = swap ? pair.second : pair.first, goes = swap ? pair.first : pair.second;

  for (guint i = 0; i < n; i++)
    if (sharers[i].encoder == goes)
      sharers[i].encoder = stays;
}

void
beckon_encoder_plan_make (BeckonSharer *sharers, guint n)
{
  guint groups = 0;

  for (guint i = 0; i < n; i++)
    g_assert (sharers[i].encoder < n && is_group (sharers, sharers[i].encoder));

  for (guint i = 0; i < n; i++)
    while (is_group (sharers, i) && get_spread (sharers, n, i, i) >= STAY_SPREAD)
      {
        cut (sharers, n, i);
        i = 0; /* what was cut off may be one that has been looked at */
      }
  for (guint i = 0; i < n; i++)
    groups += is_group (sharers, i);
  for (;;)
    {
      Pair pair = find_nearest (sharers, n, TRUE);

      if (pair.spread > JOIN_SPREAD && groups > BECKON_ENCODERS_MAX)
        pair = find_nearest (sharers, n, FALSE);
      else if (pair.spread > JOIN_SPREAD)
        return;
      if (pair.spread == G_MAXDOUBLE)
        return;
      join (sharers, n, pair);
      groups--;
    }
}
