/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BeckonRateLimiter:
 *
 * Token buckets by key: so many a minute, and so many at once. A key that has its
 * full bucket back is forgotten, so that strangers cannot fill the memory with keys.
 */
typedef struct _BeckonRateLimiter BeckonRateLimiter;

/** beckon_rate_limiter_new: @per_minute, @burst: at least 1 */
BeckonRateLimiter *beckon_rate_limiter_new (guint per_minute, guint burst);
void beckon_rate_limiter_free (BeckonRateLimiter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonRateLimiter, beckon_rate_limiter_free)

/** beckon_rate_limiter_take: takes one. Returns: 0, or the seconds after which there is one again. */
guint beckon_rate_limiter_take (BeckonRateLimiter *self, const char *key);

/** beckon_rate_limiter_give_back: what was taken did not count after all. */
void beckon_rate_limiter_give_back (BeckonRateLimiter *self, const char *key);

G_END_DECLS
