/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** gst_complaints_pass: at the beginning of each test: what GStreamer is known to complain of, and is
 * neither ours nor harmful, does not end the program. */
void gst_complaints_pass (void);

G_END_DECLS
