/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "device.h"

G_BEGIN_DECLS

#define BECKON_TYPE_DEVICE_LIST (beckon_device_list_get_type ())
/**
 * BeckonDeviceList:
 *
 * The cameras, microphones and speakers that are plugged in, as a #GListModel of #BeckonDevice, each
 * once however many ways lead to it. Follows plug and unplug from beckon_device_list_start() on; a
 * device that comes back is a new item with the same id. Main thread; devices are looked for in
 * another one.
 *
 * Properties: ready (read-only: whether it has looked; the list may still be empty).
 *
 * Signals:
 *   found (guint kind)  one of the BeckonDeviceKind that was lost is there again
 */
G_DECLARE_FINAL_TYPE (BeckonDeviceList, beckon_device_list, BECKON, DEVICE_LIST, GObject)

BeckonDeviceList *beckon_device_list_new (void);

/** beckon_device_list_start: looks for devices; "ready" follows. Nothing the second time. */
void beckon_device_list_start (BeckonDeviceList *self);
gboolean beckon_device_list_is_ready (BeckonDeviceList *self);

/** beckon_device_list_lost: a device of @kind has failed, and perhaps the server that told us of it:
 * looks anew, again and again for about a minute, until one of that kind is there; then "found". */
void beckon_device_list_lost (BeckonDeviceList *self, BeckonDeviceKind kind);

/** beckon_device_list_find: (transfer none) (nullable): by @id, or where that is %NULL the default
 * one of @kind, or the first. */
BeckonDevice *beckon_device_list_find (BeckonDeviceList *self, BeckonDeviceKind kind,
                                       const char *id);

G_END_DECLS
