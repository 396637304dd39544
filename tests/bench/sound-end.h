/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Devices of a private PipeWire for one end of a call that is measured, and what is heard there. */

#pragma once

#include "media-config.h"

G_BEGIN_DECLS

/**
 * sound_end_plug:
 * @config: is given a microphone that hears a beep each second, or, if not @speaks, a speaker
 *
 * From now on a line of JSON says of each beep when it began, by the machine's monotonic clock in ms:
 * "spoken" what came to the microphone, "heard" what came out of the speaker. Until the process ends.
 */
void sound_end_plug (BeckonMediaConfig *config, gboolean speaks);

G_END_DECLS
