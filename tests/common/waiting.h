/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** wait_at_most: runs the main loop until @condition, or else, after so many @seconds, the test fails.
 * The tick is for what nobody announces. */
#define wait_at_most(seconds, condition)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const gint64 end_ = g_get_monotonic_time () + (seconds) * G_USEC_PER_SEC;                      \
    gboolean met_;                                                                                 \
    while (!(met_ = (condition)) && g_get_monotonic_time () < end_)                                \
      waiting_turn ();                                                                             \
    if (!met_)                                                                                     \
      g_assertion_message (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC,                            \
                           "never came true: " #condition);                                        \
  }                                                                                                \
  G_STMT_END
gboolean waiting_tick (gpointer unused);

/** waiting_turn: one turn of the main loop, which takes 20 ms at most */
void waiting_turn (void);

/** waiting_let_pass: runs the main loop for so long. Only where a test says that something does not
 * happen, or that time passes. */
void waiting_let_pass (guint ms);

G_END_DECLS
