/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "call.h"

G_BEGIN_DECLS

#define BECKON_TYPE_STATISTICS_WINDOW (beckon_statistics_window_get_type ())
/**
 * BeckonStatisticsWindow:
 *
 * What a call is like, in figures, every second: for who wants to know why it is bad, and to copy
 * it for somebody who can help. Goes with the window of the call.
 */
G_DECLARE_FINAL_TYPE (
    BeckonStatisticsWindow, beckon_statistics_window, BECKON, STATISTICS_WINDOW, AdwWindow)

/** beckon_statistics_window_new: @parent: (nullable): the window of @call */
GtkWidget *beckon_statistics_window_new (GtkWindow *parent, BeckonCall *call);

/** beckon_statistics_window_get_text: Returns: (transfer full): all that it shows, to be copied */
char *beckon_statistics_window_get_text (BeckonStatisticsWindow *self);

/** beckon_phrase_for_quality: Returns: (nullable): what @quality means, "Connection: good"; %NULL
 * where nothing is known */
const char *beckon_phrase_for_quality (BeckonQualityLevel quality);

/** beckon_phrase_for_rate: @kbps: kilobits in a second. Returns: (transfer full): "1.4 Mbit/s" */
char *beckon_phrase_for_rate (double kbps);

G_END_DECLS
