/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What windows say in words: errors, names, times. All of it is translated; what is returned is the
 * caller's (transfer full) unless it is const. */

#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * beckon_phrase_for_error:
 * @error: of any domain of the layers below
 * @subject: (nullable): whom or what it was about: the user IDs that were called, the server
 *
 * Returns: a sentence that a person can act on.
 */
char *beckon_phrase_for_error (const GError *error, const char *subject);
/** beckon_phrase_for_own_id: what is wrong with one's own user ID in the place of somebody else's. */
const char *beckon_phrase_for_own_id (void);

/** beckon_phrase_for_first_name: the part of a person's name that short sentences use. */
char *beckon_phrase_for_first_name (const char *name);

/** beckon_phrase_for_people: @people: (element-type BeckonUser). Returns: "Carol, Dave and Erin", or
 * the whole name of just one. */
char *beckon_phrase_for_people (GPtrArray *people);

/** beckon_phrase_for_members: Returns: the names of those who are in @call or are rung; of all, if nobody
 * is any more. */
char *beckon_phrase_for_members (BeckonCall *call);

/** beckon_phrase_for_clock: @ms: milliseconds. Returns: "12:47" or "1:02:03". */
char *beckon_phrase_for_clock (gint64 ms);

/** beckon_phrase_for_length: @ms: milliseconds. Returns: "12 min", "40 s" or "1 h 4 min". */
char *beckon_phrase_for_length (gint64 ms);

/** beckon_phrase_for_exact_length: @ms: milliseconds. Returns: "12 min 47 s". */
char *beckon_phrase_for_exact_length (gint64 ms);

/** beckon_phrase_for_volume: Returns: "125 %". */
char *beckon_phrase_for_volume (guint percent);

/** beckon_phrase_for_time: @ms: Unix time in milliseconds. Returns: "8:40" (or "8:40 AM", as
 * the desktop's clock has it), "yesterday", "Monday" or the date, as seen from @now. */
char *beckon_phrase_for_time (gint64 ms, GDateTime *now);

const char *beckon_phrase_for_presence (BeckonPresence presence);
const char *beckon_phrase_for_media (BeckonMedia media);

/** beckon_phrase_for_progress: what the person who waits wants to know. */
const char *beckon_phrase_for_progress (BeckonCallProgress progress);

/** beckon_phrase_for_microphone_problem, beckon_phrase_for_camera_problem: what keeps others from hearing,
 * or seeing, this person. */
char *beckon_phrase_for_microphone_problem (const GError *problem);
char *beckon_phrase_for_camera_problem (const GError *problem);

/** beckon_phrase_for_speaker_problem: what keeps this person from hearing others. */
const char *beckon_phrase_for_speaker_problem (const GError *problem);
/** beckon_phrase_for_devices_in_use: why camera and microphone cannot be tried now. */
const char *beckon_phrase_for_devices_in_use (void);

/* What does not work on our side although it was wanted; (nullable): nothing is wrong. */
char *beckon_phrase_for_no_microphone (BeckonCall *call);
char *beckon_phrase_for_no_camera (BeckonCall *call);
char *beckon_phrase_for_no_speaker (BeckonCall *call);
char *beckon_phrase_for_no_screen (BeckonCall *call);

/** beckon_phrase_for_end: Returns: how @call ended, in a few words: "Bob hung up". */
char *beckon_phrase_for_end (BeckonCall *call);

/** beckon_phrase_for_end_detail: Returns: kind and length of @call, or the reason for its loss. */
char *beckon_phrase_for_end_detail (BeckonCall *call);

G_END_DECLS
