/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_SESSION_WATCH (beckon_session_watch_get_type ())
/**
 * BeckonSessionWatch:
 *
 * Hears when the person logs out, from the session manager (GNOME's, MATE's, Xfce's) or else from the
 * Inhibit portal; in a sandbox from the portal only. That somebody is merely asked whether to log out
 * is answered, and told to nobody: it may yet be called off. Where there is neither of them nothing is
 * ever told. Main thread only.
 *
 * GtkApplication can do so, too ("register-session"), but tells of the question only, and lets the
 * session go on, or quits by itself, when it ends.
 *
 * Signals: ending ()  the session ends now: do what has to be done and call
 * beckon_session_watch_release(). A session manager waits for that, some seconds; a portal does not.
 */
G_DECLARE_FINAL_TYPE (BeckonSessionWatch, beckon_session_watch, BECKON, SESSION_WATCH, GObject)

/** beckon_session_watch_new: @bus: the session bus. @application_id: by which the session knows us. */
BeckonSessionWatch *beckon_session_watch_new (GDBusConnection *bus, const char *application_id);

/** beckon_session_watch_release: lets the session end, if it waits for us. */
void beckon_session_watch_release (BeckonSessionWatch *self);

G_END_DECLS
