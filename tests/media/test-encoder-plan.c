/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who shares an encoder with whom, by what each can take. */

#include "config.h"

#include "encoder-plan.h"

#define PEOPLE_MAX 8

/* Kbit/s of each, an encoder of each before and after; all have settled but who is said to be new. */
typedef struct
{
  const char *name;
  guint n, kbps[PEOPLE_MAX];
  guint before[PEOPLE_MAX], after[PEOPLE_MAX];
  guint new_ones; /* a bit for each */
} Case;

static const Case cases[] = {
  { "one", 1, { 500 }, { 0 }, { 0 } },
  { "near", 3, { 900, 1000, 800 }, { 0, 1, 2 }, { 1, 1, 1 } },
  { "new-ones-wait", 3, { 900, 1000, 800 }, { 0, 1, 2 }, { 1, 1, 2 }, .new_ones = 1 << 2 },
  { "goes-on-while-near", 3, { 900, 1000, 510 }, { 1, 1, 1 }, { 1, 1, 1 } },
  { "does-not-begin-so-far-apart", 2, { 1000, 600 }, { 0, 1 }, { 0, 1 } },
  { "thin-line-leaves", 4, { 1000, 100, 900, 950 }, { 0, 0, 0, 0 }, { 0, 1, 0, 0 } },
  { "thin-line-had-the-encoder", 4, { 100, 900, 950, 1000 }, { 0, 0, 0, 0 }, { 0, 3, 3, 3 } },
  { "thick-line-leaves", 4, { 100, 110, 900, 120 }, { 1, 1, 1, 1 }, { 1, 1, 2, 1 } },
  { "two-thin-ones-share", 5, { 1000, 100, 900, 110, 950 }, { 0, 0, 0, 0, 0 }, { 0, 3, 0, 3, 0 } },
  { "comes-back", 4, { 1000, 800, 900, 950 }, { 0, 1, 0, 0 }, { 0, 0, 0, 0 } },
  { "two-groups-meet", 5, { 900, 800, 1000, 850, 820 }, { 0, 0, 2, 2, 2 }, { 2, 2, 2, 2, 2 } },
  { "three-at-most", 5, { 4000, 1500, 700, 300, 100 }, { 0, 1, 2, 3, 4 }, { 0, 1, 1, 3, 3 } },
  { "three-at-most-with-new-ones",
    4,
    { 4000, 1500, 700, 300 },
    { 0, 1, 2, 3 },
    { 0, 1, 1, 3 },
    .new_ones = 1 << 2 },
  { "nothing-at-all", 3, { 0, 0, 0 }, { 0, 1, 2 }, { 0, 0, 0 } },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  BeckonSharer sharers[PEOPLE_MAX] = { 0 };

  for (guint i = 0; i < c->n; i++)
    sharers[i] = (BeckonSharer){ .kind = cases,
                                 .bits = c->kbps[i] * 1000,
                                 .settled = (c->new_ones & 1 << i) == 0,
                                 .encoder = c->before[i] };
  for (guint round = 0; round < 2; round++) /* what was chosen holds */
    {
      beckon_encoder_plan_make (sharers, c->n);
      for (guint i = 0; i < c->n; i++)
        g_assert_cmpuint (sharers[i].encoder, ==, c->after[i]);
    }
}

/* Who speaks another codec has pictures of their own, however many that takes. */
static void
test_kinds (void)
{
  BeckonSharer sharers[5];

  for (guint i = 0; i < G_N_ELEMENTS (sharers); i++)
    sharers[i] = (BeckonSharer){ &sharers[i == 4 ? 0 : i], 1000000, TRUE, i };
  beckon_encoder_plan_make (sharers, G_N_ELEMENTS (sharers));
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (sharers[i].encoder, ==, i);
  g_assert_cmpuint (sharers[4].encoder, ==, 0);
}

/* Whatever people's lines do: each has the encoder of somebody who has it too, of their own kind, and
 * no two of a group are twice apart unless there would be too many. */
static void
test_any (void)
{
  BeckonSharer sharers[PEOPLE_MAX];

  for (guint i = 0; i < PEOPLE_MAX; i++)
    sharers[i] = (BeckonSharer){ cases + i % 2, 500000, TRUE, i };
  for (guint round = 0; round < 20000; round++)
    {
      gboolean used[PEOPLE_MAX] = { FALSE };
      guint encoders = 0;

      for (guint i = 0; i < PEOPLE_MAX; i++)
        {
          sharers[i].bits *= g_test_rand_double_range (0.6, 1.67);
          sharers[i].bits = CLAMP (sharers[i].bits, 20000, 4000000);
          sharers[i].settled = g_test_rand_bit ();
        }
      beckon_encoder_plan_make (sharers, PEOPLE_MAX);
      for (guint i = 0; i < PEOPLE_MAX; i++)
        used[sharers[i].encoder] = TRUE;
      for (guint i = 0; i < PEOPLE_MAX; i++)
        encoders += used[i];
      g_assert_cmpuint (encoders, <=, BECKON_ENCODERS_MAX);
      for (guint i = 0; i < PEOPLE_MAX; i++)
        {
          g_assert_cmpuint (sharers[sharers[i].encoder].encoder, ==, sharers[i].encoder);
          g_assert_true (sharers[sharers[i].encoder].kind == sharers[i].kind);
          for (guint j = 0; j < PEOPLE_MAX && encoders < BECKON_ENCODERS_MAX; j++)
            if (sharers[j].encoder == sharers[i].encoder)
              g_assert_cmpuint (sharers[j].bits, <, 2 * sharers[i].bits);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/encoder-plan/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/encoder-plan/kinds", test_kinds);
  g_test_add_func ("/encoder-plan/any", test_any);
  return g_test_run ();
}
