/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the ends of a benchmark's connection exchange their signals: as lines of JSON, through pipes,
 * so that they need not cross the network that is measured. */

#pragma once

#include <gio/gio.h>

#include "media-peer.h"

G_BEGIN_DECLS

/** SignalLinesFunc: @problem: (nullable): why a line was of no use, the next are read all the same;
 * NULL: there are no more. */
typedef void (*SignalLinesFunc) (const GError *problem, gpointer user_data);

/** signal_lines_format: Returns: (transfer full): @signal as JSON, without the end of the line. */
char *signal_lines_format (const BeckonPeerSignal *signal);

/** signal_lines_read: from now on what comes on @input is handed to @peer. */
void signal_lines_read (GInputStream *input,
                        BeckonMediaPeer *peer,
                        SignalLinesFunc func,
                        gpointer user_data);

G_END_DECLS
