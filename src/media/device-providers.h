/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What GStreamer has that knows of devices. A GstDeviceMonitor would do, if it could be stopped. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** beckon_device_providers_start:
 * @remote: the PipeWire connection that the desktop gave us, which stays open; -1: the usual one
 *
 * Returns: (transfer full) (element-type GstDeviceProvider): all that have started. Takes its time: for a
 * thread. */
GPtrArray *beckon_device_providers_start (int remote);

/** beckon_device_providers_have_pulse: whether a PulseAudio server answers, PipeWire's as well */
gboolean beckon_device_providers_have_pulse (GPtrArray *providers);

/** beckon_device_providers_stop: @providers: (transfer full): takes its time as well */
void beckon_device_providers_stop (GPtrArray *providers);

G_END_DECLS
