/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a certificate is the one whose fingerprint was announced. */

#include "config.h"

#include "peer-private.h"

/* Only its bytes count: "beckon". */
#define PEM "-----BEGIN CERTIFICATE-----\nYmVj\na29u\n-----END CERTIFICATE-----\n"

/* "sha-256 AB:CD:…" of the bytes in PEM */
static char *
fingerprint (const char *name, GChecksumType type, gboolean upper)
{
  g_autofree char *hex = g_compute_checksum_for_data (type, (const guchar *) "beckon", 6);
  g_autoptr (GString) text = g_string_new (name);

  g_string_append_c (text, ' ');
  for (guint i = 0; hex[i] != '\0'; i += 2)
    g_string_append_printf (text, "%s%c%c", i > 0 ? ":" : "",
                            upper ? g_ascii_toupper (hex[i]) : hex[i],
                            upper ? g_ascii_toupper (hex[i + 1]) : hex[i + 1]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_right (void)
{
  g_autofree char *sha256 = fingerprint ("sha-256", G_CHECKSUM_SHA256, TRUE);
  g_autofree char *lower = fingerprint ("SHA-256", G_CHECKSUM_SHA256, FALSE);
  g_autofree char *sha384 = fingerprint ("sha-384", G_CHECKSUM_SHA384, TRUE);
  g_autofree char *sha512 = fingerprint ("sha-512", G_CHECKSUM_SHA512, TRUE);

  g_assert_true (beckon_peer_verify_certificate (sha256, PEM));
  g_assert_true (beckon_peer_verify_certificate (lower, PEM));
  g_assert_true (beckon_peer_verify_certificate (sha384, PEM));
  g_assert_true (beckon_peer_verify_certificate (sha512, PEM));
}

static void
test_wrong (void)
{
  g_autofree char *good = fingerprint ("sha-256", G_CHECKSUM_SHA256, TRUE);
  g_autofree char *sha1 = fingerprint ("sha-1", G_CHECKSUM_SHA1, TRUE);
  g_autofree char *other = fingerprint ("sha-512", G_CHECKSUM_SHA256, TRUE);
  g_autofree char *more = g_strconcat (good, ":00", NULL);

  g_assert_false (beckon_peer_verify_certificate (sha1, PEM)); /* too weak */
  g_assert_false (beckon_peer_verify_certificate (other, PEM));
  g_assert_false (beckon_peer_verify_certificate (more, PEM));
  g_assert_false (beckon_peer_verify_certificate ("", PEM));
  g_assert_false (beckon_peer_verify_certificate ("sha-256", PEM));
  g_assert_false (beckon_peer_verify_certificate ("sha-256 ", PEM));
  g_assert_false (beckon_peer_verify_certificate (good, ""));
  g_assert_false (beckon_peer_verify_certificate (good, "-----BEGIN CERTIFICATE-----"));
  /* Each character counts; so does each that is missing at the end. */
  for (gsize i = strlen ("sha-256 "); good[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (good);
      g_autofree char *shorter = g_strndup (good, i);

      changed[i] = good[i] == '0' ? '1' : '0';
      g_assert_false (beckon_peer_verify_certificate (changed, PEM));
      g_assert_false (beckon_peer_verify_certificate (shorter, PEM));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/verify/right", test_right);
  g_test_add_func ("/media/verify/wrong", test_wrong);
  return g_test_run ();
}
