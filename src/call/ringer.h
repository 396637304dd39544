/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call.h"
#include "device-settings.h"

G_BEGIN_DECLS

#define BECKON_TYPE_RINGER (beckon_ringer_get_type ())
/**
 * BeckonRinger:
 *
 * The tone that belongs to a call's state: the ring while it comes in, ring-back while it rings
 * there, busy and ended. The tone follows the call; a ring never outlives it. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonRinger, beckon_ringer, BECKON, RINGER, GObject)

BeckonRinger *beckon_ringer_new (void);

/** beckon_ringer_follow: @call: (nullable): whose tones are played from now on; a last tone of the
 * call before, that ended, may finish. */
void beckon_ringer_follow (BeckonRinger *self, BeckonCall *call);

/** beckon_ringer_set_devices: @devices: (nullable): says where tones are heard */
void beckon_ringer_set_devices (BeckonRinger *self, BeckonDeviceSettings *devices);

/** beckon_ringer_silence: no ring for the call that comes in now. */
void beckon_ringer_silence (BeckonRinger *self);

G_END_DECLS
