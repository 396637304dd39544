/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "metrics.h"
#include "server-config.h"

G_BEGIN_DECLS

#define BECKON_TYPE_METRICS_PAGE (beckon_metrics_page_get_type ())
/**
 * BeckonMetricsPage:
 *
 * What the server counts, for a Prometheus that comes and reads it: GET /metrics, at an address of
 * its own, never at the one for clients. For those on the same machine, and those in networks that
 * are named; others are not even answered. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonMetricsPage, beckon_metrics_page, BECKON, METRICS_PAGE, GObject)

/** beckon_metrics_page_new: @config: says where; it and @metrics outlive the object. Fails with
 * %BECKON_SERVER_ERROR_CONFIG or a %G_IO_ERROR. */
BeckonMetricsPage *
beckon_metrics_page_new (BeckonMetrics *metrics, const BeckonServerConfig *config, GError **error);

/** beckon_metrics_page_get_url: as "http://127.0.0.1:9377/metrics". */
const char *beckon_metrics_page_get_url (BeckonMetricsPage *self);

G_END_DECLS
