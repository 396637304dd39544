/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "device-settings.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_VOICE_ECHO = 1 << 0,
  BECKON_VOICE_NOISE = 1 << 1,
  BECKON_VOICE_GAIN = 1 << 2,
} BeckonVoiceProcessing;

BeckonVoiceProcessing beckon_device_settings_get_processing (BeckonDeviceSettings *self);

/** beckon_device_settings_get_key: (nullable): what has to be opened: the id of a device; empty: what
 * the sound server takes, and changes, by itself; %NULL: there is none. */
const char *beckon_device_settings_get_key (BeckonDeviceSettings *self, BeckonDeviceUse use);

/** beckon_device_settings_make_element: (transfer floating) (nullable): a source or sink for it. */
GstElement *beckon_device_settings_make_element (BeckonDeviceSettings *self, BeckonDeviceUse use);

G_END_DECLS
