/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is set up before any call. */

#include "config.h"

#include "media-session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#define CLEANED "OpenSSL has cleaned up"

static void
on_clean_up (void)
{
  puts (CLEANED);
}

/* A process may end in a call: then other threads still use it. */
static void
test_openssl_stays (void)
{
  g_autoptr (GError) error = NULL;
  EVP_MD *digest;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stdout_unmatched ("*" CLEANED "*");
      return;
    }
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  digest = EVP_MD_fetch (NULL, "SHA256", NULL); /* it is in use */
  g_assert_nonnull (digest);
  EVP_MD_free (digest);
  OPENSSL_atexit (on_clean_up);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/init/openssl-stays", test_openssl_stays);
  return g_test_run ();
}
