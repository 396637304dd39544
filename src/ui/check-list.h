/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "network-check.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CHECK_LIST (beckon_check_list_get_type ())
/**
 * BeckonCheckList:
 *
 * What a check of the network tries, a row each, and what has come of it so far.
 */
G_DECLARE_FINAL_TYPE (BeckonCheckList, beckon_check_list, BECKON, CHECK_LIST, AdwBin)

/** beckon_check_list_begin: nothing is known, or not any more; every row waits. */
void beckon_check_list_begin (BeckonCheckList *self);
/** beckon_check_list_tell: @rate: as for beckon_phrase_for_check() */
void beckon_check_list_tell (BeckonCheckList *self, const BeckonCheckLine *line, guint rate);
/** beckon_check_list_end: what still waits was not tried, and goes. Returns: the worst of the others. */
BeckonCheckStatus beckon_check_list_end (BeckonCheckList *self);

G_END_DECLS
