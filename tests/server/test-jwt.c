/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tokens of a site: those of the RFCs, and everything that is almost one. */

#include "config.h"

#include "jwt.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <string.h>

#include "protocol-error.h"
#include "server-error.h"

#define NOW G_GINT64_CONSTANT (1700000000)
#define SECRET "0123456789abcdef0123456789abcdef"
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define EDDSA "{\"alg\":\"EdDSA\"}"
#define CLAIMS "{\"sub\":\"ada\",\"exp\":1700000300}"

/* RFC 8037, appendix A: the private and the public key. */
#define ED25519_PRIVATE "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define ED25519_PUBLIC "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED25519_TOKEN                                                                              \
  "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."                                      \
  "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
/* RFC 7515, appendix A.1. */
#define HMAC_SECRET                                                                                \
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
#define HMAC_TOKEN                                                                                 \
  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."                                                      \
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"                               \
  "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."                                                                \
  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

typedef struct
{
  char *directory;
  char *secret_file, *public_key_file, *other_file;
} Fixture;

/* ---- writing ---- */

static char *
encode (gconstpointer bytes, gsize n_bytes)
{
  char *text = g_base64_encode (bytes, n_bytes);

  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static guint8 *
decode (const char *text, gsize *n_bytes)
{
  static const char *const padding[] = { "", "", "==", "=" };
  g_autofree char *padded = g_strconcat (text, padding[strlen (text) % 4], NULL);

  g_strdelimit (g_strdelimit (padded, "-", '+'), "_", '/');
  return g_base64_decode (padded, n_bytes);
}

static char *
sign_hmac (const char *text, gconstpointer secret, gsize length)
{
  guint8 mac[32];

  HMAC (EVP_sha256 (), secret, length, (const guint8 *) text, strlen (text), mac, NULL);
  return encode (mac, sizeof mac);
}

static char *
sign_ed25519 (const char *text)
{
  gsize n_bytes, size = 64;
  guint8 signature[64];
  g_autofree guint8 *bytes = decode (ED25519_PRIVATE, &n_bytes);
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key (EVP_PKEY_ED25519, NULL, bytes, n_bytes);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, NULL, NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &size, (const guint8 *) text, strlen (text)),
                   ==, 1);
  EVP_MD_CTX_free (context);
  EVP_PKEY_free (key);
  return encode (signature, size);
}

/* Signed with what @header names, or HMAC. */
static char *
make_token (const char *header, const char *claims)
{
  g_autofree char *header_text = encode (header, strlen (header));
  g_autofree char *claims_text = encode (claims, strlen (claims));
  g_autofree char *text = g_strconcat (header_text, ".", claims_text, NULL);
  g_autofree char *signature = strstr (header, "EdDSA") != NULL
                                   ? sign_ed25519 (text)
                                   : sign_hmac (text, SECRET, strlen (SECRET));

  return g_strconcat (text, ".", signature, NULL);
}

static void
write_file (const char *path, gconstpointer contents, gssize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, contents, length, &error);
  g_assert_no_error (error);
}

static void
write_public_key (const char *path, EVP_PKEY *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *text;
  long length;

  g_assert_nonnull (key);
  g_assert_cmpint (PEM_write_bio_PUBKEY (bio, key), ==, 1);
  length = BIO_get_mem_data (bio, &text);
  write_file (path, text, length);
  BIO_free (bio);
  EVP_PKEY_free (key);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  gsize n_bytes;
  g_autofree guint8 *bytes = decode (ED25519_PUBLIC, &n_bytes);

  self->directory = g_dir_make_tmp ("beckon-jwt-XXXXXX", NULL);
  self->secret_file = g_build_filename (self->directory, "secret", NULL);
  self->public_key_file = g_build_filename (self->directory, "public.pem", NULL);
  self->other_file = g_build_filename (self->directory, "other", NULL);
  write_file (self->secret_file, SECRET "\n", -1);
  write_public_key (self->public_key_file,
                    EVP_PKEY_new_raw_public_key (EVP_PKEY_ED25519, NULL, bytes, n_bytes));
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_remove (self->secret_file);
  g_remove (self->public_key_file);
  g_remove (self->other_file);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->secret_file);
  g_free (self->public_key_file);
  g_free (self->other_file);
  g_free (self->directory);
}

/* ---- asking ---- */

typedef enum
{
  SECRET_ONLY,
  PUBLIC_KEY_ONLY,
  BOTH,
} Keys;

static BeckonJwtVerifier *
new_verifier (Fixture *self, Keys keys, const char *issuer, const char *audience)
{
  g_autoptr (GError) error = NULL;
  BeckonJwtVerifier *verifier = beckon_jwt_verifier_new (
      keys != PUBLIC_KEY_ONLY ? self->secret_file : NULL,
      keys != SECRET_ONLY ? self->public_key_file : NULL, issuer, audience, &error);

  g_assert_no_error (error);
  g_assert_nonnull (verifier);
  return verifier;
}

static void
assert_taken (const BeckonJwtVerifier *verifier, const char *token, gint64 now, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonJwtClaims) claims = beckon_jwt_verify (verifier, token, now, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (claims->user, ==, "ada");
  g_assert_cmpstr (claims->name, ==, name);
  g_assert_cmpint (claims->expires, ==, NOW + 300);
  g_assert_true (beckon_jwt_looks_like_one (token));
}

/* @why: a word of the reason, so that it is not refused for another one. */
static void
assert_refused (const BeckonJwtVerifier *verifier, const char *token, gint64 now, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beckon_jwt_verify (verifier, token, now, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN);
  if (strstr (error->message, why) == NULL)
    g_error ("“%s” was refused with “%s”, not for “%s”", token, error->message, why);
}

/* ---- signatures ---- */

static void
test_good (Fixture *self, gconstpointer unused)
{
  for (Keys keys = SECRET_ONLY; keys <= BOTH; keys++)
    {
      g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, keys, NULL, NULL);
      g_autofree char *hmac = make_token (HS256, CLAIMS);
      g_autofree char *ed25519 = make_token (EDDSA, CLAIMS);

      if (keys != PUBLIC_KEY_ONLY)
        assert_taken (verifier, hmac, NOW, "ada");
      else
        assert_refused (verifier, hmac, NOW, "in a way");
      if (keys != SECRET_ONLY)
        assert_taken (verifier, ed25519, NOW, "ada");
      else
        assert_refused (verifier, ed25519, NOW, "in a way");
    }
}

/* Their signatures are good: it is what they say that is refused. */
static void
test_vectors (Fixture *self, gconstpointer unused)
{
  gsize n_bytes;
  g_autofree guint8 *secret = decode (HMAC_SECRET, &n_bytes);
  g_autoptr (BeckonJwtVerifier) verifier = NULL;
  g_autofree char *token = g_strdup (HMAC_TOKEN);

  write_file (self->secret_file, secret, n_bytes);
  verifier = new_verifier (self, BOTH, NULL, NULL);
  assert_refused (verifier, HMAC_TOKEN, 1300819000, "sub");
  assert_refused (verifier, ED25519_TOKEN, NOW, "claims");
  *strrchr (token, 'd') = 'e';
  assert_refused (verifier, token, 1300819000, "signature is wrong");
}

/* Any one bit of the signature, or of what is signed. */
static void
test_flipped_bits (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);
  const char *const headers[] = { HS256, EDDSA };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *token = make_token (headers[i], CLAIMS);
      const char *signature = strrchr (token, '.') + 1;
      gsize n_bytes;
      g_autofree guint8 *bytes = decode (signature, &n_bytes);

      for (guint bit = 0; bit < n_bytes * 8; bit++)
        {
          g_autofree char *changed = NULL;
          g_autofree char *other = NULL;

          bytes[bit / 8] ^= 1 << bit % 8;
          changed = encode (bytes, n_bytes);
          other = g_strdup_printf ("%.*s%s", (int) (signature - token), token, changed);
          assert_refused (verifier, other, NOW, "signature is wrong");
          bytes[bit / 8] ^= 1 << bit % 8;
        }
    }
}

/* What one key signed, under the name of the other. */
static void
test_confusion (Fixture *self, gconstpointer unused)
{
  static const char *const names[] = {
    "none",  "None",  "NONE",    "hs256", "HS384", "HS512",
    "RS256", "ES256", "Ed25519", "eddsa", "",      " HS256",
  };
  g_autoptr (BeckonJwtVerifier) both = new_verifier (self, BOTH, NULL, NULL);
  g_autoptr (BeckonJwtVerifier) public_only = new_verifier (self, PUBLIC_KEY_ONLY, NULL, NULL);
  g_autofree char *pem = NULL;
  gsize length, n_bytes;
  g_autofree guint8 *raw = decode (ED25519_PUBLIC, &n_bytes);
  g_autofree char *header = encode (HS256, strlen (HS256));
  g_autofree char *eddsa_header = encode (EDDSA, strlen (EDDSA));
  g_autofree char *claims = encode (CLAIMS, strlen (CLAIMS));
  g_autofree char *text = g_strconcat (header, ".", claims, NULL);
  g_autofree char *eddsa_text = g_strconcat (eddsa_header, ".", claims, NULL);

  g_assert_true (g_file_get_contents (self->public_key_file, &pem, &length, NULL));
  for (guint i = 0; i < 2; i++)
    {
      const BeckonJwtVerifier *verifier = i == 0 ? both : public_only;
      g_autofree char *by_pem = sign_hmac (text, pem, length);
      g_autofree char *by_raw = sign_hmac (text, raw, n_bytes);
      g_autofree char *by_secret = sign_hmac (eddsa_text, SECRET, strlen (SECRET));
      g_autofree char *pem_token = g_strconcat (text, ".", by_pem, NULL);
      g_autofree char *raw_token = g_strconcat (text, ".", by_raw, NULL);
      g_autofree char *secret_token = g_strconcat (eddsa_text, ".", by_secret, NULL);

      assert_refused (verifier, pem_token, NOW, i == 0 ? "signature is wrong" : "in a way");
      assert_refused (verifier, raw_token, NOW, i == 0 ? "signature is wrong" : "in a way");
      assert_refused (verifier, secret_token, NOW, "signature is wrong");
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *named = g_strdup_printf ("{\"alg\":\"%s\"}", names[i]);
      g_autofree char *token = make_token (named, CLAIMS);
      g_autofree char *bare = g_strndup (token, strrchr (token, '.') + 1 - token);

      assert_refused (both, token, NOW, "in a way");
      assert_refused (both, bare, NOW, "not base64url");
    }
}

static void
test_headers (Fixture *self, gconstpointer unused)
{
  const struct
  {
    const char *header, *why;
  } bad[] = {
    { "{}", "in a way" },
    { "{\"alg\":null}", "in a way" },
    { "{\"alg\":[\"HS256\"]}", "in a way" },
    { "{\"alg\":5}", "in a way" },
    { "{\"ALG\":\"HS256\"}", "in a way" },
    { "{\"alg\":\"HS256\",\"alg\":\"none\"}", "in a way" },
    { "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", "not known" },
    { "{\"alg\":\"HS256\",\"crit\":[]}", "not known" },
    { "{\"alg\":\"HS256\",\"crit\":null}", "not known" },
    { "[]", "no JSON" },
    { "{'alg':'HS256'}", "no JSON" },
    { "{\"alg\":\"HS256\"", "no JSON" },
    { "{\"alg\":\"HS256\",\"x\":\"\xff\"}", "no JSON" },
    { "\xef\xbb\xbf{\"alg\":\"HS256\"}", "no JSON" },
    { "{\"alg\":\"HS256\\u0000\"}", "no JSON" },
  };
  const char *const good[] = {
    "{\"alg\":\"HS256\"}",
    " { \"typ\" : 7 , \"alg\" : \"HS\\u003256\" } ",
    "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"../../dev/null\",\"jwk\":{},\"x5u\":\"x:\"}",
  };
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *token = make_token (bad[i].header, CLAIMS);

      assert_refused (verifier, token, NOW, bad[i].why);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *token = make_token (good[i], CLAIMS);

      assert_taken (verifier, token, NOW, "ada");
    }
}

/* ---- the text ---- */

/* Signs the first two parts as they stand. */
static char *
sign_text (const char *header, const char *claims)
{
  g_autofree char *text = g_strconcat (header, ".", claims, NULL);
  g_autofree char *signature = sign_hmac (text, SECRET, strlen (SECRET));

  return g_strconcat (text, ".", signature, NULL);
}

/* @part: of three, with something else in its place; its signature is still good. */
static void
check_part (const BeckonJwtVerifier *verifier, guint part, const char *format, const char *why)
{
  g_autofree char *token = make_token (HS256, CLAIMS);
  g_auto (GStrv) parts = g_strsplit (token, ".", 3);
  g_autoptr (GString) text = g_string_new (format);
  g_autofree char *changed = NULL;

  g_string_replace (text, "%", parts[part], 0);
  g_free (parts[part]);
  parts[part] = g_strdup (text->str);
  changed = part < 2 ? sign_text (parts[0], parts[1]) : g_strjoinv (".", parts);
  assert_refused (verifier, changed, NOW, why);
}

static void
test_base64url (Fixture *self, gconstpointer unused)
{
  static const char *const formats[] = {
    "", "%=", "%==", "=%", " %", "% ", "%\n", "\t%", "%\xc3\xa4", "%+", "%/", "%,", "+%",
  };
  static const char *const whys[] = { "header", "claims", "not base64url" };
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);

  for (guint part = 0; part < 3; part++)
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      check_part (verifier, part, formats[i], whys[part]);
  check_part (verifier, 0, "%A", "header"); /* no bytes have a text of that length */
}

/* The bits that stand for no byte are 0: else there were several texts of one token. */
static void
test_canonical (Fixture *self, gconstpointer unused)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);
  g_autofree char *token = make_token (HS256, CLAIMS);
  char *last = &token[strlen (token) - 1];
  const char *place = strchr (alphabet, *last);

  assert_taken (verifier, token, NOW, "ada");
  for (guint i = 1; i < 4; i++) /* 32 bytes leave two bits */
    {
      *last = place[i];
      assert_refused (verifier, token, NOW, "not base64url");
    }
}

static void
test_shapes (Fixture *self, gconstpointer unused)
{
  static const char *const texts[] = { "",    ".",       "..",   "...",  "a",
                                       "a.b", "a.b.c.d", "a..b", ".a.b", "a.b." };
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);
  g_autofree char *token = make_token (HS256, CLAIMS);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (verifier, texts[i], NOW, "oken");
  g_assert_false (beckon_jwt_looks_like_one (""));
  g_assert_false (beckon_jwt_looks_like_one ("0123456789abcdef"));
  g_assert_false (beckon_jwt_looks_like_one ("a.b"));
  g_assert_false (beckon_jwt_looks_like_one ("a.b.c.d"));
  g_assert_true (beckon_jwt_looks_like_one ("a.b.c"));
  for (gsize length = 0; length < strlen (token); length++)
    {
      g_autofree char *start = g_strndup (token, length);

      assert_refused (verifier, start, NOW, "oken");
    }
}

static void
test_size (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);
  guint taken = 0, refused = 0;

  for (guint more = 2940; more < 3000; more++)
    {
      g_autofree char *filler = g_strnfill (more, 'x');
      g_autofree char *claims =
          g_strdup_printf ("{\"sub\":\"ada\",\"exp\":1700000300,\"x\":\"%s\"}", filler);
      g_autofree char *token = make_token (HS256, claims);

      if (strlen (token) <= BECKON_JWT_MAX)
        {
          assert_taken (verifier, token, NOW, "ada");
          taken++;
        }
      else
        {
          assert_refused (verifier, token, NOW, "too long");
          refused++;
        }
    }
  g_assert_true (taken > 0 && refused > 0);
}

/* ---- claims ---- */

static void
test_times (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);
  g_autofree char *token =
      make_token (HS256, "{\"sub\":\"ada\",\"exp\":1700000300,\"nbf\":1700000000}");

  assert_refused (verifier, token, NOW - 61, "not valid yet");
  assert_taken (verifier, token, NOW - 60, "ada");
  assert_taken (verifier, token, NOW + 359, "ada");
  assert_refused (verifier, token, NOW + 360, "expired");
}

static void
test_bad_claims (Fixture *self, gconstpointer unused)
{
  const struct
  {
    const char *claims, *why;
  } cases[] = {
    { "{}", "sub" },
    { "[]", "JSON" },
    { "null", "JSON" },
    { "{\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"Ada\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"ada lovelace\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"ada@example.org\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"ada\\n\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"exp\":1700000300}", "sub" },
    { "{\"sub\":null,\"exp\":1700000300}", "sub" },
    { "{\"sub\":7,\"exp\":1700000300}", "sub" },
    { "{\"sub\":[\"ada\"],\"exp\":1700000300}", "sub" },
    { "{\"sub\":\"ada\"}", "exp" },
    { "{\"sub\":\"ada\",\"exp\":null}", "exp" },
    { "{\"sub\":\"ada\",\"exp\":\"1700000300\"}", "exp" },
    { "{\"sub\":\"ada\",\"exp\":true}", "exp" },
    { "{\"sub\":\"ada\",\"exp\":1700000300.5}", "JSON" },
    { "{\"sub\":\"ada\",\"exp\":17e8}", "JSON" },
    { "{\"sub\":\"ada\",\"exp\":9223372036854775807}", "JSON" },
    { "{\"sub\":\"ada\",\"exp\":-1}", "expired" },
    { "{\"sub\":\"ada\",\"exp\":-9007199254740992}", "expired" },
    { "{\"sub\":\"ada\",\"exp\":1700000300,\"nbf\":null}", "nbf" },
    { "{\"sub\":\"ada\",\"exp\":1700000300,\"nbf\":\"0\"}", "nbf" },
    { "{\"sub\":\"ada\",\"exp\":1700000300,\"nbf\":0.5}", "JSON" },
    { "{\"sub\":\"ada\",\"exp\":1700000300,\"nbf\":9007199254740992}", "not valid yet" },
    { "{\"sub\":\"ada\",\"exp\":1700000300,\"iss\":7}", "iss" },
    { "{\"sub\":\"ada\",\"exp\":1700000300}x", "JSON" },
  };
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *token = make_token (HS256, cases[i].claims);

      assert_refused (verifier, token, NOW, cases[i].why);
    }
}

static void
test_names (Fixture *self, gconstpointer unused)
{
  const struct
  {
    const char *member, *name;
  } cases[] = {
    { "\"name\":\"Ada Lovelace\"", "Ada Lovelace" },
    { "\"name\":\"\\u00c4da\"", "Äda" },
    { "\"name\":\"\"", "ada" },
    { "\"name\":\" \"", "ada" },
    { "\"name\":\"\\u202eadA\"", "ada" },
    { "\"name\":\"A\\nda\"", "ada" },
    { "\"name\":null", "ada" },
    { "\"name\":{\"given\":\"Ada\"}", "ada" },
  };
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *claims =
          g_strdup_printf ("{\"sub\":\"ada\",\"exp\":1700000300,%s}", cases[i].member);
      g_autofree char *token = make_token (EDDSA, claims);

      assert_taken (verifier, token, NOW, cases[i].name);
    }
}

static void
check_meant (
    Fixture *self, const char *issuer, const char *audience, const char *member, const char *why)
{
  g_autoptr (BeckonJwtVerifier) verifier = new_verifier (self, BOTH, issuer, audience);
  g_autofree char *claims = g_strdup_printf ("{\"sub\":\"ada\",\"exp\":1700000300%s}", member);
  g_autofree char *token = make_token (HS256, claims);

  if (why == NULL)
    assert_taken (verifier, token, NOW, "ada");
  else
    assert_refused (verifier, token, NOW, why);
}

static void
test_issuer (Fixture *self, gconstpointer unused)
{
  check_meant (self, "https://id.example", NULL, ",\"iss\":\"https://id.example\"", NULL);
  check_meant (self, "https://id.example", NULL, "", "issuer");
  check_meant (self, "https://id.example", NULL, ",\"iss\":\"https://id.example/\"", "issuer");
  check_meant (self, "https://id.example", NULL, ",\"iss\":\"\"", "issuer");
  check_meant (self, "https://id.example", NULL, ",\"iss\":[\"https://id.example\"]", "iss");
  check_meant (self, NULL, NULL, ",\"iss\":\"anybody\"", NULL);
  check_meant (self, NULL, NULL, ",\"iss\":null", "iss");
}

static void
test_audience (Fixture *self, gconstpointer unused)
{
  check_meant (self, NULL, "beckon", ",\"aud\":\"beckon\"", NULL);
  check_meant (self, NULL, "beckon", ",\"aud\":[\"mail\",\"beckon\"]", NULL);
  check_meant (self, NULL, "beckon", "", "for whom");
  check_meant (self, NULL, "beckon", ",\"aud\":\"mail\"", "somebody else");
  check_meant (self, NULL, "beckon", ",\"aud\":\"Beckon\"", "somebody else");
  check_meant (self, NULL, "beckon", ",\"aud\":[\"mail\"]", "somebody else");
  check_meant (self, NULL, "beckon", ",\"aud\":[]", "somebody else");
  check_meant (self, NULL, "beckon", ",\"aud\":[\"beckon\",7]", "neither");
  check_meant (self, NULL, "beckon", ",\"aud\":[[\"beckon\"]]", "neither");
  check_meant (self, NULL, "beckon", ",\"aud\":null", "neither");
  check_meant (self, NULL, "beckon", ",\"aud\":{\"beckon\":true}", "neither");
  check_meant (self, NULL, NULL, ",\"aud\":\"mail\"", "somebody else");
  check_meant (self, NULL, NULL, ",\"aud\":[]", "somebody else");
}

/* ---- key files ---- */

static void
assert_no_verifier (const char *secret_file, const char *public_key_file, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beckon_jwt_verifier_new (secret_file, public_key_file, NULL, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, secret_file != NULL ? secret_file : public_key_file));
}

static void
test_no_files (Fixture *self, gconstpointer unused)
{
  assert_no_verifier (self->other_file, NULL, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  assert_no_verifier (NULL, self->other_file, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  assert_no_verifier (self->directory, NULL, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
}

static void
test_secret_files (Fixture *self, gconstpointer unused)
{
  static const char *const ends[] = { "", "\n", "\r\n" };
  g_autofree char *token = make_token (HS256, CLAIMS);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *good = g_strconcat (SECRET, ends[i], NULL);
      g_autofree char *shorter = g_strconcat (&SECRET[1], ends[i], NULL);
      g_autoptr (BeckonJwtVerifier) verifier = NULL;

      write_file (self->secret_file, good, -1);
      verifier = new_verifier (self, SECRET_ONLY, NULL, NULL);
      assert_taken (verifier, token, NOW, "ada");
      write_file (self->secret_file, shorter, -1);
      assert_no_verifier (self->secret_file, NULL, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
    }
  write_file (self->secret_file, "", 0);
  assert_no_verifier (self->secret_file, NULL, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
  assert_no_verifier (self->public_key_file, NULL, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
}

/* Two line breaks at the end: only the last one does not count. */
static void
test_secret_with_line_break (Fixture *self, gconstpointer unused)
{
  g_autofree char *token = make_token (HS256, CLAIMS);
  g_autoptr (BeckonJwtVerifier) verifier = NULL;

  write_file (self->secret_file, SECRET "\n\n", -1);
  verifier = new_verifier (self, SECRET_ONLY, NULL, NULL);
  assert_refused (verifier, token, NOW, "signature is wrong");
}

static void
assert_no_public_key (Fixture *self)
{
  assert_no_verifier (NULL, self->other_file, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
}

static void
test_public_key_files (Fixture *self, gconstpointer unused)
{
  g_autofree char *pem = NULL;
  gsize length, n_bytes;
  g_autofree guint8 *bytes = decode (ED25519_PRIVATE, &n_bytes);
  EVP_PKEY *private_key = EVP_PKEY_new_raw_private_key (EVP_PKEY_ED25519, NULL, bytes, n_bytes);
  BIO *bio = BIO_new_file (self->other_file, "w");

  g_assert_cmpint (PEM_write_bio_PrivateKey (bio, private_key, NULL, NULL, 0, NULL, NULL), ==, 1);
  BIO_free (bio);
  EVP_PKEY_free (private_key);
  assert_no_public_key (self);

  g_assert_true (g_file_get_contents (self->public_key_file, &pem, &length, NULL));
  write_file (self->other_file, pem, length / 2);
  assert_no_public_key (self);
  write_file (self->other_file, "", 0);
  assert_no_public_key (self);
  write_file (self->other_file, SECRET, -1);
  assert_no_public_key (self);

  write_public_key (self->other_file,
                    EVP_PKEY_new_raw_public_key (EVP_PKEY_X25519, NULL, bytes, n_bytes));
  assert_no_public_key (self);
  write_public_key (self->other_file, EVP_EC_gen ("P-256"));
  assert_no_public_key (self);
}

int
main (int argc, char *argv[])
{
  const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/jwt/good", test_good },
    { "/jwt/vectors", test_vectors },
    { "/jwt/flipped-bits", test_flipped_bits },
    { "/jwt/confusion", test_confusion },
    { "/jwt/headers", test_headers },
    { "/jwt/base64url", test_base64url },
    { "/jwt/canonical", test_canonical },
    { "/jwt/shapes", test_shapes },
    { "/jwt/size", test_size },
    { "/jwt/times", test_times },
    { "/jwt/bad-claims", test_bad_claims },
    { "/jwt/names", test_names },
    { "/jwt/issuer", test_issuer },
    { "/jwt/audience", test_audience },
    { "/jwt/no-files", test_no_files },
    { "/jwt/secret-files", test_secret_files },
    { "/jwt/secret-with-line-break", test_secret_with_line_break },
    { "/jwt/public-key-files", test_public_key_files },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
