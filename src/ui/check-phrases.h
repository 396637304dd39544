/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a check of the network found out, in the words of who waits for it. What is returned is the
 * caller's (transfer full) unless it is const. */

#pragma once

#include "network-check.h"

G_BEGIN_DECLS

/** beckon_phrase_for_check_title: @subject: (nullable): which one of them. Returns: what was tried. */
char *beckon_phrase_for_check_title (BeckonCheck check, const char *subject);

/** beckon_phrase_for_check: @rate: kbit/s that came back, of the line about media; 0: not measured.
 * Returns: what came of it, in whole sentences. */
char *beckon_phrase_for_check (const BeckonCheckLine *line, guint rate);

/** beckon_phrase_for_check_advice: Returns: (nullable): what a person can do where it is not good. */
const char *beckon_phrase_for_check_advice (const BeckonCheckLine *line);

/** beckon_phrase_for_check_result: @status: of the worst line. Returns: what it means for calls. */
const char *beckon_phrase_for_check_result (BeckonCheckStatus status);

G_END_DECLS
