/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "rate-limiter.h"

#include <math.h>

/* How many keys there may be before full buckets are looked for and forgotten. */
#define SWEEP_MIN 256

typedef struct
{
  double tokens;
  gint64 filled; /* monotonic time of that count */
} Bucket;

struct _BeckonRateLimiter
{
  GHashTable *buckets; /* char * → Bucket */
  double per_second;
  double burst;
  guint sweep_at;
};

BeckonRateLimiter *
beckon_rate_limiter_new (guint per_minute, guint burst)
{
  BeckonRateLimiter *self = g_new0 (BeckonRateLimiter, 1);

  g_assert (per_minute >= 1 && burst >= 1);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->per_second = per_minute / 60.0;
  self->burst = burst;
  self->sweep_at = SWEEP_MIN;
  return self;
}

void
beckon_rate_limiter_free (BeckonRateLimiter *self)
{
  g_hash_table_unref (self->buckets);
  g_free (self);
}

static void
fill (BeckonRateLimiter *self, Bucket *bucket, gint64 now)
{
  const double seconds = (now - bucket->filled) / (double) G_USEC_PER_SEC;

  bucket->tokens = MIN (self->burst, bucket->tokens + seconds * self->per_second);
  bucket->filled = now;
}

static void
sweep (BeckonRateLimiter *self, gint64 now)
{
  GHashTableIter iter;
  gpointer bucket;

  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &bucket))
    {
      fill (self, bucket, now);
      if (((Bucket *) bucket)->tokens >= self->burst)
        g_hash_table_iter_remove (&iter);
    }
  self->sweep_at = MAX (SWEEP_MIN, 2 * g_hash_table_size (self->buckets));
}

static Bucket *
get_bucket (BeckonRateLimiter *self, const char *key)
{
  const gint64 now = g_get_monotonic_time ();
  Bucket *bucket = g_hash_table_lookup (self->buckets, key);

  if (bucket == NULL)
    {
      if (g_hash_table_size (self->buckets) >= self->sweep_at)
        sweep (self, now);
      bucket = g_new (Bucket, 1);
      *bucket = (Bucket) { self->burst, now };
      g_hash_table_insert (self->buckets, g_strdup (key), bucket);
    }
  fill (self, bucket, now);
  return bucket;
}

static guint
seconds_until_one (BeckonRateLimiter *self, const Bucket *bucket)
{
  return bucket->tokens >= 1 ? 0 : MAX (1, ceil ((1 - bucket->tokens) / self->per_second));
}

guint
beckon_rate_limiter_take (BeckonRateLimiter *self, const char *key)
{
  Bucket *bucket = get_bucket (self, key);
  const guint wait = seconds_until_one (self, bucket);

  if (wait == 0)
    bucket->tokens -= 1;
  return wait;
}

void
beckon_rate_limiter_give_back (BeckonRateLimiter *self, const char *key)
{
  Bucket *bucket = get_bucket (self, key);

  bucket->tokens = MIN (self->burst, bucket->tokens + 1);
}
