/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "device-list.h"

G_BEGIN_DECLS

/* Of a speaker or a person; more is noise. */
#define BECKON_VOLUME_MAX 1.5

/** BeckonDeviceUse: what a device is chosen for. */
typedef enum
{
  BECKON_DEVICE_USE_CAMERA,
  BECKON_DEVICE_USE_MICROPHONE,
  BECKON_DEVICE_USE_SPEAKER,
  BECKON_DEVICE_USE_RINGER, /* a speaker, too */
  BECKON_N_DEVICE_USES
} BeckonDeviceUse;
/** beckon_device_use_get_kind: Returns: what a device for @use is. */
BeckonDeviceKind beckon_device_use_get_kind (BeckonDeviceUse use);

#define BECKON_TYPE_DEVICE_SETTINGS (beckon_device_settings_get_type ())
/**
 * BeckonDeviceSettings:
 *
 * Which devices a person wants, and how sound is treated. A device that is named is used while it is
 * plugged in; else, and where none is named, the desktop's default one. The names are meant for
 * GSettings. Main thread.
 *
 * Properties: list (construct-only BeckonDeviceList), camera, microphone, speaker, ringer (read-write
 * strings: ids; empty: the default one), echo-cancellation, noise-suppression, gain-control
 * (read-write booleans: what is done to the microphone's sound), volume (read-write double 0..1.5:
 * of all that is heard of a call; the volume of the system is never touched).
 *
 * Signals:
 *   changed (guint use)  another device is to be used for this BeckonDeviceUse, or none is there, or
 *                        one is there that has failed before
 */
G_DECLARE_FINAL_TYPE (BeckonDeviceSettings, beckon_device_settings, BECKON, DEVICE_SETTINGS,
                      GObject)

/** beckon_device_settings_new: @list: (nullable): one of its own, which is started when needed */
BeckonDeviceSettings *beckon_device_settings_new (BeckonDeviceList *list);

/** beckon_device_settings_get_list: (transfer none) */
BeckonDeviceList *beckon_device_settings_get_list (BeckonDeviceSettings *self);

/** beckon_device_settings_choose: @id: (nullable): as the properties do it. */
void beckon_device_settings_choose (BeckonDeviceSettings *self, BeckonDeviceUse use,
                                    const char *id);
/** beckon_device_settings_get_choice: the id that is wanted, also while it is not there; empty: the
 * default one. */
const char *beckon_device_settings_get_choice (BeckonDeviceSettings *self, BeckonDeviceUse use);

/** beckon_device_settings_get_device: (transfer none) (nullable): what is used now; %NULL: there is
 * none. */
BeckonDevice *beckon_device_settings_get_device (BeckonDeviceSettings *self, BeckonDeviceUse use);

void beckon_device_settings_set_volume (BeckonDeviceSettings *self, double volume);
double beckon_device_settings_get_volume (BeckonDeviceSettings *self);

G_END_DECLS
