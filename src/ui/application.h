/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BECKON_TYPE_APPLICATION (beckon_application_get_type ())
/**
 * BeckonApplication:
 *
 * One profile's process. It lives without windows while an account is signed in, so that calls come
 * in; it ends by its quit action, by SIGTERM or SIGINT, and with the session, each time after it has
 * hung up and said bye.
 *
 * Actions: accept (s), accept-without-camera (s), decline (s): the id of a call that rings; call
 * (ss): a user ID, "voice" or "video"; call-back (ssss): the server and the account that a call was
 * missed with, then as call; hang-up, mute, quit, about, shortcuts. It opens links to calls, and
 * has the D-Bus interface of docs/dbus.md.
 */
G_DECLARE_FINAL_TYPE (BeckonApplication, beckon_application, BECKON, APPLICATION, AdwApplication)

BeckonApplication *beckon_application_new (void);

/** beckon_application_get_status: what the process is to return beside g_application_run()'s. */
int beckon_application_get_status (BeckonApplication *self);

G_END_DECLS
