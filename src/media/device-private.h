/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "device.h"

G_BEGIN_DECLS

/** beckon_device_describe: what @device is to us, if it is something we want: no monitor of a
 * speaker, no infrared camera. @id: (out) (transfer full). */
gboolean beckon_device_describe (GstDevice *device, BeckonDeviceKind *kind, char **id);

/** beckon_device_rank: of several ways to one device the one to take, the highest. */
int beckon_device_rank (GstDevice *device);

/** beckon_device_is_pipewire_sound: whether @device is a microphone or a speaker by way of PipeWire. */
gboolean beckon_device_is_pipewire_sound (GstDevice *device);

/** beckon_device_get_path: (transfer full) (nullable): of the kernel’s file that it is. */
char *beckon_device_get_path (GstDevice *device);

BeckonDevice *beckon_device_new (BeckonDeviceKind kind, const char *id, GstDevice *device);
/** beckon_device_set_way: @device: the best way to it by now */
void beckon_device_set_way (BeckonDevice *self, GstDevice *device);
/** beckon_device_is_pulse: whether the sound server moves its streams when the default changes. */
gboolean beckon_device_is_pulse (BeckonDevice *self);
/** beckon_device_make_element: (transfer floating) (nullable): what reads from it or plays on it. */
GstElement *beckon_device_make_element (BeckonDevice *self);

G_END_DECLS
