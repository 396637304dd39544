/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The signature is checked before anything but "alg" is read, so that only who holds the key
 * reaches the rest. A verifier of our own over libcrypto, because what others have brings a second
 * JSON library whose symbols clash with those of JSON-GLib. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "jwt.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <string.h>

#include "identifiers.h"
#include "json-parse.h"
#include "server-error.h"

#define SECRET_MIN 32
#define HMAC_BYTES 32
#define ED25519_BYTES 64

struct _BeckonJwtVerifier
{
  char *secret; /* nullable */
  gsize secret_length;
  EVP_PKEY *public_key; /* nullable */
  char *issuer;         /* nullable */
  char *audience;       /* nullable */
};

/* A token in its three parts, borrowed from its text. */
typedef struct
{
  const char *header, *payload, *signature;
  gsize header_length, payload_length, signature_length;
} Parts;

/* ---- keys ---- */

static gboolean
refuse_file (GError **error, const char *path, const char *why)
{
  g_set_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG, "%s: %s", path, why);
  return FALSE;
}

static gboolean
load_secret (BeckonJwtVerifier *self, const char *path, GError **error)
{
  if (!g_file_get_contents (path, &self->secret, &self->secret_length, error))
    return FALSE;
  if (self->secret_length > 0 && self->secret[self->secret_length - 1] == '\n')
    self->secret_length--;
  if (self->secret_length > 0 && self->secret[self->secret_length - 1] == '\r')
    self->secret_length--;
  /* A public key in the place of the secret would let everybody sign who knows it. */
  if (g_strstr_len (self->secret, self->secret_length, "-----BEGIN") != NULL)
    return refuse_file (error, path, "is a PEM file and not a secret");
  if (self->secret_length < SECRET_MIN)
    return refuse_file (error, path, "is shorter than the 32 bytes that a secret needs");
  return TRUE;
}

static gboolean
load_public_key (BeckonJwtVerifier *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  BIO *bio;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  bio = BIO_new_mem_buf (text, length);
  self->public_key = PEM_read_bio_PUBKEY (bio, NULL, NULL, NULL);
  BIO_free (bio);
  ERR_clear_error ();
  if (self->public_key == NULL || EVP_PKEY_get_id (self->public_key) != EVP_PKEY_ED25519)
    return refuse_file (error, path, "is not a PEM file with an Ed25519 public key");
  return TRUE;
}

BeckonJwtVerifier *
beckon_jwt_verifier_new (const char *secret_file,
                         const char *public_key_file,
                         const char *issuer,
                         const char *audience,
                         GError **error)
{
  g_autoptr (BeckonJwtVerifier) self = NULL;

  g_return_val_if_fail (secret_file != NULL || public_key_file != NULL, NULL);

  self = g_new0 (BeckonJwtVerifier, 1);
  self->issuer = g_strdup (issuer);
  self->audience = g_strdup (audience);
  if (secret_file != NULL && !load_secret (self, secret_file, error))
    return NULL;
  if (public_key_file != NULL && !load_public_key (self, public_key_file, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
beckon_jwt_verifier_free (BeckonJwtVerifier *self)
{
  if (self->secret != NULL)
    OPENSSL_cleanse (self->secret, self->secret_length);
  g_free (self->secret);
  EVP_PKEY_free (self->public_key);
  g_free (self->issuer);
  g_free (self->audience);
  g_free (self);
}

void
beckon_jwt_claims_free (BeckonJwtClaims *self)
{
  g_free (self->user);
  g_free (self->name);
  g_free (self);
}

/* ---- the parts ---- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN, why);
  return FALSE;
}

static gboolean
split (const char *token, Parts *parts)
{
  const char *first = strchr (token, '.');
  const char *second = first != NULL ? strchr (first + 1, '.') : NULL;

  if (second == NULL || strchr (second + 1, '.') != NULL)
    return FALSE;
  *parts = (Parts){
    .header = token,
    .header_length = first - token,
    .payload = first + 1,
    .payload_length = second - first - 1,
    .signature = second + 1,
    .signature_length = strlen (second + 1),
  };
  return TRUE;
}

/* Returns: the six bits that @c stands for, or -1. */
static int
sextet (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Base64url as RFC 7515 has it: no padding, no white space, and one text only for the same bytes.
 * Returns: (transfer full) (nullable): the bytes; NULL: it is none, or nothing. */
static guint8 *
decode (const char *text, gsize length, gsize *n_bytes)
{
  g_autofree guint8 *bytes = NULL;
  guint32 bits = 0;
  guint n_bits = 0;
  gsize n = 0;

  if (length == 0 || length % 4 == 1)
    return NULL;
  bytes = g_malloc (length * 3 / 4);
  for (gsize i = 0; i < length; i++)
    {
      const int six = sextet (text[i]);

      if (six < 0)
        return NULL;
      bits = bits << 6 | six;
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          bytes[n++] = bits >> n_bits;
        }
    }
  if ((bits & ((1u << n_bits) - 1)) != 0)
    return NULL;
  *n_bytes = n;
  return g_steal_pointer (&bytes);
}

static JsonObject *
decode_json (const char *text, gsize length)
{
  gsize n_bytes;
  g_autofree guint8 *bytes = decode (text, length, &n_bytes);

  return bytes != NULL ? beckon_json_parse ((const char *) bytes, n_bytes, NULL) : NULL;
}

/* Returns: (nullable): the member if it is a string. */
static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* ---- the signature ---- */

static gboolean
check_hmac (const BeckonJwtVerifier *self,
            const char *text,
            gsize length,
            const guint8 *signature,
            gsize n_bytes)
{
  guint8 expected[HMAC_BYTES];

  return n_bytes == HMAC_BYTES &&
         HMAC (EVP_sha256 (), self->secret, self->secret_length, (const guint8 *) text, length,
               expected, NULL) != NULL &&
         CRYPTO_memcmp (expected, signature, HMAC_BYTES) == 0;
}

static gboolean
check_ed25519 (const BeckonJwtVerifier *self,
               const char *text,
               gsize length,
               const guint8 *signature,
               gsize n_bytes)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  const gboolean good =
      n_bytes == ED25519_BYTES &&
      EVP_DigestVerifyInit (context, NULL, NULL, NULL, self->public_key) == 1 &&
      EVP_DigestVerify (context, signature, n_bytes, (const guint8 *) text, length) == 1;

  EVP_MD_CTX_free (context);
  ERR_clear_error (); /* what is left there would be taken for a fault of the next user of libcrypto
                       */
  return good;
}

/* Each algorithm has its own key: what verifies one never verifies the other. */
static gboolean
check_signature (const BeckonJwtVerifier *self, const Parts *parts, const char *alg, GError **error)
{
  const gsize length = parts->header_length + 1 + parts->payload_length;
  gsize n_bytes;
  g_autofree guint8 *signature = decode (parts->signature, parts->signature_length, &n_bytes);
  gboolean good = FALSE;

  if (signature == NULL)
    return refuse (error, "The token's signature is not base64url");
  if (self->secret != NULL && g_strcmp0 (alg, "HS256") == 0)
    good = check_hmac (self, parts->header, length, signature, n_bytes);
  else if (self->public_key != NULL && g_strcmp0 (alg, "EdDSA") == 0)
    good = check_ed25519 (self, parts->header, length, signature, n_bytes);
  else
    return refuse (error, "The token is signed in a way that is not taken here");
  return good || refuse (error, "The token's signature is wrong");
}

static gboolean
check_header (const BeckonJwtVerifier *self, const Parts *parts, GError **error)
{
  g_autoptr (JsonObject) header = decode_json (parts->header, parts->header_length);

  if (header == NULL)
    return refuse (error, "The token's header is no JSON object");
  if (json_object_has_member (header, "crit"))
    return refuse (error, "The token's header asks for what is not known here");
  return check_signature (self, parts, get_string (header, "alg"), error);
}

/* ---- the claims ---- */

/* Returns: FALSE with @error if the time is there and no integer, or is not there and @required. */
static gboolean
read_time (JsonObject *payload, const char *name, gboolean required, gint64 *time, GError **error)
{
  JsonNode *node = json_object_get_member (payload, name);

  if (node == NULL && !required)
    return TRUE;
  if (node != NULL && json_node_get_value_type (node) == G_TYPE_INT64)
    {
      *time = json_node_get_int (node);
      return TRUE;
    }
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
               "The token's “%s” is missing or no whole number", name);
  return FALSE;
}

static gboolean
check_times (JsonObject *payload, gint64 now, gint64 *expires, GError **error)
{
  gint64 not_before = G_MININT64;

  if (!read_time (payload, "exp", TRUE, expires, error) ||
      !read_time (payload, "nbf", FALSE, &not_before, error))
    return FALSE;
  if (now - BECKON_JWT_LEEWAY >= *expires)
    return refuse (error, "The token has expired");
  if (now + BECKON_JWT_LEEWAY < not_before)
    return refuse (error, "The token is not valid yet");
  return TRUE;
}

static gboolean
check_issuer (const BeckonJwtVerifier *self, JsonObject *payload, GError **error)
{
  const char *issuer = get_string (payload, "iss");

  if (issuer == NULL && json_object_has_member (payload, "iss"))
    return refuse (error, "The token's “iss” is not a string");
  if (self->issuer != NULL && g_strcmp0 (self->issuer, issuer) != 0)
    return refuse (error, "The token is not from the issuer that is trusted here");
  return TRUE;
}

/* Returns: (transfer full): the texts of one or an array of them; NULL if it is neither. */
static GStrv
dup_texts (JsonNode *node)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    g_strv_builder_add (builder, json_node_get_string (node));
  else if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  else
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      {
        JsonNode *item = json_array_get_element (json_node_get_array (node), i);

        if (json_node_get_value_type (item) != G_TYPE_STRING)
          return NULL;
        g_strv_builder_add (builder, json_node_get_string (item));
      }
  return g_strv_builder_end (builder);
}

/* A token that is meant for somebody is for nobody else (RFC 7519, 4.1.3), also where no audience
 * is asked for. */
static gboolean
check_audience (const BeckonJwtVerifier *self, JsonObject *payload, GError **error)
{
  JsonNode *node = json_object_get_member (payload, "aud");
  g_auto (GStrv) audience = NULL;

  if (node == NULL)
    return self->audience == NULL || refuse (error, "The token does not say for whom it is");
  audience = dup_texts (node);
  if (audience == NULL)
    return refuse (error, "The token's “aud” is neither a string nor an array of strings");
  if (self->audience == NULL || !g_strv_contains ((const char *const *) audience, self->audience))
    return refuse (error, "The token is for somebody else");
  return TRUE;
}

static BeckonJwtClaims *
read_claims (const BeckonJwtVerifier *self, const Parts *parts, gint64 now, GError **error)
{
  g_autoptr (JsonObject) payload = decode_json (parts->payload, parts->payload_length);
  BeckonJwtClaims *claims;
  const char *user, *name;
  gint64 expires;

  if (payload == NULL)
    return refuse (error, "The token's claims are no JSON object with whole numbers"), NULL;
  user = get_string (payload, "sub");
  if (!beckon_user_id_is_valid (user))
    return refuse (error, "The token's “sub” is not a user id"), NULL;
  if (!check_times (payload, now, &expires, error) || !check_issuer (self, payload, error) ||
      !check_audience (self, payload, error))
    return NULL;
  name = get_string (payload, "name");
  claims = g_new0 (BeckonJwtClaims, 1);
  claims->user = g_strdup (user);
  claims->name = g_strdup (beckon_name_is_valid (name) ? name : user);
  claims->expires = expires;
  return claims;
}

gboolean
beckon_jwt_looks_like_one (const char *token)
{
  Parts parts;

  g_return_val_if_fail (token != NULL, FALSE);

  return split (token, &parts);
}

BeckonJwtClaims *
beckon_jwt_verify (const BeckonJwtVerifier *self, const char *token, gint64 now, GError **error)
{
  Parts parts;

  g_return_val_if_fail (self != NULL && token != NULL, NULL);

  if (strlen (token) > BECKON_JWT_MAX)
    return refuse (error, "The token is too long"), NULL;
  if (!split (token, &parts))
    return refuse (error, "That is not a token"), NULL;
  return check_header (self, &parts, error) ? read_claims (self, &parts, now, error) : NULL;
}
