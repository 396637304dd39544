/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BECKON_TYPE_LOCAL_SERVER (beckon_local_server_get_type ())
/**
 * BeckonLocalServer:
 *
 * A beckon-server of this profile's own, for people on the same network who have none: a process that
 * ends with ours, with its data in a folder of ours. Main thread only.
 *
 * Properties, read-only: port (uint: where it listens; 0: it does not run).
 */
G_DECLARE_FINAL_TYPE (BeckonLocalServer, beckon_local_server, BECKON, LOCAL_SERVER, GObject)

/** beckon_local_server_new: @directory: where its data is; made when it starts. Nothing runs yet. */
BeckonLocalServer *beckon_local_server_new (const char *directory);

gboolean beckon_local_server_is_installed (void);

/**
 * beckon_local_server_start_async:
 * @port: where it should listen, or 0: the usual one, or any if that is taken
 *
 * Starts it if it does not run. Fails with %G_IO_ERROR: NOT_FOUND if it is not installed,
 * ADDRESS_IN_USE if it ended before it listened, PENDING while another start is under way, or as a
 * process that cannot be started. Where it is cancelled, nothing runs.
 */
void beckon_local_server_start_async (BeckonLocalServer *self, guint port,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean beckon_local_server_start_finish (BeckonLocalServer *self, GAsyncResult *result,
                                           GError **error);

void beckon_local_server_stop (BeckonLocalServer *self);

guint beckon_local_server_get_port (BeckonLocalServer *self);

/** beckon_local_server_load_password: Returns: (transfer full): of our own account there, made at
 * random when it is asked for first. It is kept beside the database, to which it opens no door that
 * is not open to who can read it. */
char *beckon_local_server_load_password (BeckonLocalServer *self, GError **error);

/** beckon_local_server_get_url: Returns: (transfer full): for ourselves; @port: where it listens */
char *beckon_local_server_get_url (guint port);
/** beckon_local_server_list_addresses: Returns: (transfer full): for others on the networks that this
 * computer is on now; empty: it is on none. */
GStrv beckon_local_server_list_addresses (guint port);

G_END_DECLS
