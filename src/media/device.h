/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_DEVICE_CAMERA,
  BECKON_DEVICE_MICROPHONE,
  BECKON_DEVICE_SPEAKER,
} BeckonDeviceKind;

#define BECKON_TYPE_DEVICE (beckon_device_get_type ())
/**
 * BeckonDevice:
 *
 * A camera, microphone or speaker that is plugged in. Main thread.
 *
 * Properties (read-only): id (the same after unplugging and after a restart), name (for people),
 * is-default (whether it was the desktop's choice when it appeared).
 */
G_DECLARE_FINAL_TYPE (BeckonDevice, beckon_device, BECKON, DEVICE, GObject)

BeckonDeviceKind beckon_device_get_kind (BeckonDevice *self);
const char *beckon_device_get_id (BeckonDevice *self);
const char *beckon_device_get_name (BeckonDevice *self);
gboolean beckon_device_is_default (BeckonDevice *self);

G_END_DECLS
