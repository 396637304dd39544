/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** BECKON_JWT_MAX: bytes of a token. */
#define BECKON_JWT_MAX 4096

/** BECKON_JWT_LEEWAY: seconds by which clocks may differ. */
#define BECKON_JWT_LEEWAY 60

/**
 * BeckonJwtVerifier:
 *
 * Verifies tokens (JWT, RFC 7519) that a site with accounts of its own has signed: HS256 with a
 * shared secret, EdDSA (Ed25519) with the site's public key, and nothing else, so that no token
 * chooses how it is checked. Immutable.
 */
typedef struct _BeckonJwtVerifier BeckonJwtVerifier;

/**
 * beckon_jwt_verifier_new:
 * @secret_file: (nullable): file with the secret of HS256, at least 32 bytes; a final line break
 * does not count
 * @public_key_file: (nullable): PEM file with an Ed25519 public key
 * @issuer: (nullable): what "iss" has to be
 * @audience: (nullable): what "aud" has to be, or to hold; a token that is meant for somebody is
 * refused without it
 *
 * At least one of the files is needed. Returns: (transfer full): the verifier; %NULL with
 * %BECKON_SERVER_ERROR_CONFIG or a %G_FILE_ERROR.
 */
BeckonJwtVerifier *beckon_jwt_verifier_new (const char *secret_file,
                                            const char *public_key_file,
                                            const char *issuer,
                                            const char *audience,
                                            GError **error);
void beckon_jwt_verifier_free (BeckonJwtVerifier *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonJwtVerifier, beckon_jwt_verifier_free)

/** BeckonJwtClaims: @name: the user id where the token has none that could be shown */
typedef struct
{
  char *user;
  char *name;
  gint64 expires; /* Unix seconds */
} BeckonJwtClaims;
void beckon_jwt_claims_free (BeckonJwtClaims *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonJwtClaims, beckon_jwt_claims_free)

/** beckon_jwt_looks_like_one: whether @token is three parts with two dots; the server's own tokens
 * have none. */
gboolean beckon_jwt_looks_like_one (const char *token);

/** beckon_jwt_verify: @now: Unix seconds. Returns: (transfer full):
 * what it says, or %NULL with %BECKON_PROTOCOL_ERROR_BAD_TOKEN. */
BeckonJwtClaims *
beckon_jwt_verify (const BeckonJwtVerifier *self, const char *token, gint64 now, GError **error);

G_END_DECLS
