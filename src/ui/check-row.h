/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "network-check.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CHECK_ROW (beckon_check_row_get_type ())
/**
 * BeckonCheckRow:
 *
 * One thing that is tried: a spinner until it is known, then a mark, and what it means in words.
 */
G_DECLARE_FINAL_TYPE (BeckonCheckRow, beckon_check_row, BECKON, CHECK_ROW, AdwActionRow)

/** beckon_check_row_new: @title: what is tried. It waits. */
BeckonCheckRow *beckon_check_row_new (const char *title);

/** beckon_check_row_wait: @sentence: (nullable): what for */
void beckon_check_row_wait (BeckonCheckRow *self, const char *sentence);
/** beckon_check_row_tell: @sentence: what came of it; @advice: (nullable): what to do about it */
void beckon_check_row_tell (BeckonCheckRow *self, BeckonCheckStatus status, const char *sentence,
                            const char *advice);
gboolean beckon_check_row_is_waiting (BeckonCheckRow *self);

G_END_DECLS
