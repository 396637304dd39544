/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The desktop's portals that libportal does not know, or not in the oldest release we build with. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_PORTAL_NAME "org.freedesktop.portal.Desktop"
#define BECKON_PORTAL_PATH "/org/freedesktop/portal/desktop"

/** beckon_is_in_sandbox: whether what we see of the computer is what a sandbox lets through. */
gboolean beckon_is_in_sandbox (void);

/** beckon_sandbox_may_talk: @info: "/.flatpak-info", or a test's. Returns: whether the sandbox that this
 * file describes lets us talk to @name on the session bus ("org.mpris.MediaPlayer2.*" as the
 * permissions have it); TRUE if there is no such file. */
gboolean beckon_sandbox_may_talk (const char *info, const char *name);

/** beckon_portals_are_ours: whether the portals are our way to the desktop: in a sandbox, or where
 * GTK_USE_PORTAL says so. Outside, a desktop's own interfaces know better who we are. */
gboolean beckon_portals_are_ours (void);

/**
 * beckon_portal_request_async:
 * @bus: the session bus
 * @method: one that ends in a dictionary of options and returns a Request
 * @arguments: (transfer floating): a tuple of those before the options
 * @options: of the method; the token of the request is added, and it is cleared
 *
 * Asks, and waits for the response. A question that is cancelled is withdrawn, so that no dialog
 * stays. Fails with %G_IO_ERROR_CANCELLED (the person did not want it), %G_IO_ERROR_FAILED (the
 * desktop could not), or as a call over D-Bus.
 */
void beckon_portal_request_async (GDBusConnection *bus, const char *interface, const char *method,
                                  GVariant *arguments, GVariantDict *options,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);
/** beckon_portal_request_finish: Returns: (transfer full): the results, a{sv}. */
GVariant *beckon_portal_request_finish (GAsyncResult *result, GError **error);

/** beckon_portal_new_token: Returns: (transfer full): for a request or a session. */
char *beckon_portal_new_token (void);

G_END_DECLS
