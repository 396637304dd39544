/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each is one line of the table in metrics.c, which has its name, label and help. */
typedef enum
{
  /* gauges: what there is now */
  BECKON_GAUGE_CONNECTIONS,   /* open WebSockets, also before hello */
  BECKON_GAUGE_SESSIONS,      /* also those whose connection broke and that can be resumed */
  BECKON_GAUGE_CALLS_RINGING, /* that nobody has accepted yet */
  BECKON_GAUGE_CALLS_RUNNING,
  BECKON_GAUGE_QUEUE_BYTES,   /* frames that wait to be read by clients */
  BECKON_GAUGE_STORE_FAILING, /* 0 or 1 */
  BECKON_GAUGE_DRAINING,      /* 0 or 1 */
  BECKON_N_GAUGES
} BeckonGauge;

typedef enum
{
  BECKON_HISTOGRAM_INVITE_TO_RING,   /* seconds from call.invite to the first call.ringing */
  BECKON_HISTOGRAM_INVITE_TO_ACCEPT, /* to the first accept */
  BECKON_HISTOGRAM_LOOP_LAG,         /* how late the main loop's timers are */
  BECKON_HISTOGRAM_STORE_COMMIT,     /* from handing a batch over until it is committed */
  BECKON_N_HISTOGRAMS
} BeckonHistogram;

typedef enum
{
  BECKON_COUNTER_RESUMES,      /* label result: resumed, unknown, expired, other-device, other-user,
                                  restarted… */
  BECKON_COUNTER_CALLS,        /* label result: how calls ended */
  BECKON_COUNTER_REQUESTS,     /* label type */
  BECKON_COUNTER_ERRORS,       /* label code: refused requests */
  BECKON_COUNTER_CLOSES,       /* label code: of the WebSocket */
  BECKON_COUNTER_RATE_LIMITED, /* label limit */
  BECKON_COUNTER_SIGN_INS,     /* label result */
  BECKON_COUNTER_EVENTS,       /* label type */
  BECKON_N_COUNTERS
} BeckonCounter;

/**
 * BeckonMetrics:
 *
 * What a server counts about itself, as Prometheus reads it. Main thread.
 */
typedef struct _BeckonMetrics BeckonMetrics;

BeckonMetrics *beckon_metrics_new (void);
void beckon_metrics_free (BeckonMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonMetrics, beckon_metrics_free)

void beckon_metrics_add (BeckonMetrics *self, BeckonGauge gauge, gint64 change);
void beckon_metrics_set (BeckonMetrics *self, BeckonGauge gauge, gint64 value);
/** beckon_metrics_count: @label: the value of the counter's label, a static string: looked up by
 * its address first. A counter keeps 64 values apart and counts all others as "other". */
void beckon_metrics_count (BeckonMetrics *self, BeckonCounter counter, const char *label);
/** beckon_metrics_observe: @seconds: 0 or more */
void beckon_metrics_observe (BeckonMetrics *self, BeckonHistogram histogram, double seconds);
/** beckon_metrics_format: Returns: (transfer full): all of them in Prometheus' text format, version
 * 0.0.4. */
char *beckon_metrics_format (BeckonMetrics *self);

G_END_DECLS
