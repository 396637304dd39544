/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "current-call.h"

G_BEGIN_DECLS

#define BECKON_REMOTE_INTERFACE "org.beckon.Beckon"
#define BECKON_REMOTE_ERROR "org.beckon.Beckon.Error."

#define BECKON_TYPE_REMOTE_CONTROL (beckon_remote_control_get_type ())
/**
 * BeckonRemoteControl:
 *
 * The D-Bus interface org.beckon.Beckon (docs/dbus.md): other programs of the same person place,
 * answer and end calls, and are told how it goes. Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonRemoteControl, beckon_remote_control, BECKON, REMOTE_CONTROL, GObject)

BeckonRemoteControl *beckon_remote_control_new (BeckonCurrentCall *current);

/** beckon_remote_control_export: Returns: FALSE with a %G_IO_ERROR where @path has such an
 * interface already. */
gboolean beckon_remote_control_export (BeckonRemoteControl *self, GDBusConnection *bus,
                                       const char *path, GError **error);
void beckon_remote_control_unexport (BeckonRemoteControl *self);

G_END_DECLS
