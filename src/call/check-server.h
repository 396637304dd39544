/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "network-check.h"
#include "signaling-service.h"

G_BEGIN_DECLS

/**
 * beckon_check_server_async:
 * @signaling: of an account that is signed in
 * @address: of the server, as people write it
 * @config: of calls
 * @cancellable: (nullable)
 *
 * The first part of a check of the network: whether the server answers, how soon, and which relays it
 * has for us. Fails as every request does, also at once where there is no connection.
 */
void beckon_check_server_async (BeckonSignalingService *signaling,
                                const char *address,
                                const BeckonMediaConfig *config,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** beckon_check_server_finish: Returns: (transfer full): the rest of the check, which knows of the
 * server and its relays and has not run. */
BeckonNetworkCheck *beckon_check_server_finish (BeckonSignalingService *signaling,
                                                GAsyncResult *result,
                                                GError **error);

G_END_DECLS
