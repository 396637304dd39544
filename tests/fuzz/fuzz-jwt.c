/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text as a token, and any two lines as the header and the claims of one that is signed well.
 * What is taken names somebody who may have an account. */

#include "config.h"

#include "jwt.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <unistd.h>

#include "identifiers.h"
#include "protocol-error.h"

#define NOW G_GINT64_CONSTANT (1700000000)
#define SECRET "0123456789abcdef0123456789abcdef"
/* RFC 8037, appendix A.2. */
#define PUBLIC_KEY                                                                                 \
  "-----BEGIN PUBLIC KEY-----\n"                                                                   \
  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"                                 \
  "-----END PUBLIC KEY-----\n"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* Returns: (transfer full): the path of a file that holds @text. */
static char *
write_key (const char *text)
{
  char *path;
  const int fd = g_file_open_tmp ("fuzz-jwt-XXXXXX", &path, NULL);

  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  close (fd);
  return path;
}

static BeckonJwtVerifier *
new_verifier (void)
{
  g_autofree char *secret = write_key (SECRET);
  g_autofree char *public_key = write_key (PUBLIC_KEY);
  BeckonJwtVerifier *verifier = beckon_jwt_verifier_new (secret, public_key, NULL, "beckon", NULL);

  g_assert_nonnull (verifier);
  unlink (secret);
  unlink (public_key);
  return verifier;
}

static void
take (const BeckonJwtVerifier *verifier, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonJwtClaims) claims = beckon_jwt_verify (verifier, token, NOW, &error);

  g_assert ((claims == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert_true (
          g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN));
      return;
    }
  g_assert (beckon_jwt_looks_like_one (token));
  g_assert (beckon_user_id_is_valid (claims->user) && beckon_name_is_valid (claims->name));
  g_assert_cmpint (claims->expires, >, NOW - 61);
}

static char *
encode (gconstpointer bytes, gsize n_bytes)
{
  char *text = g_base64_encode (bytes, n_bytes);

  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static char *
sign (const guint8 *header, gsize header_size, const guint8 *claims, gsize claims_size)
{
  guint8 mac[32];
  g_autofree char *header_text = encode (header, header_size);
  g_autofree char *claims_text = encode (claims, claims_size);
  g_autofree char *text = g_strconcat (header_text, ".", claims_text, NULL);
  g_autofree char *signature = NULL;

  HMAC (EVP_sha256 (), SECRET, strlen (SECRET), (guint8 *) text, strlen (text), mac, NULL);
  signature = encode (mac, sizeof mac);
  return g_strconcat (text, ".", signature, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static BeckonJwtVerifier *verifier;
  const guint8 *line_break = memchr (data, '\n', size);
  g_autofree char *token = NULL;

  if (verifier == NULL)
    verifier = new_verifier ();
  if (line_break == NULL)
    token = g_strndup ((const char *) data, size);
  else
    token = sign (data, line_break - data, line_break + 1, data + size - line_break - 1);
  take (verifier, token);
  return 0;
}
