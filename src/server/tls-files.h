/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * beckon_tls_files_load:
 * @certificate: PEM file with the certificate and its chain
 * @private_key: (nullable): PEM file; %NULL: it is in the same file
 *
 * Returns: (transfer full): the certificate with its key, which are one pair; %NULL with a
 * %G_TLS_ERROR or a %G_FILE_ERROR.
 */
GTlsCertificate *
beckon_tls_files_load (const char *certificate, const char *private_key, GError **error);

G_END_DECLS
