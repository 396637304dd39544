/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "tls-files.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)

/* Who renews a certificate writes one file after the other. GIO takes a pair that is none, and no
 * handshake would ever succeed. */
static gboolean
are_a_pair (GTlsCertificate *certificate)
{
  g_autofree char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autoptr (BIO) certificate_bio = NULL;
  g_autoptr (BIO) key_bio = NULL;
  g_autoptr (X509) x509 = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  g_object_get (certificate, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem,
                NULL);
  if (certificate_pem == NULL || key_pem == NULL)
    return FALSE;
  certificate_bio = BIO_new_mem_buf (certificate_pem, -1);
  key_bio = BIO_new_mem_buf (key_pem, -1);
  x509 = PEM_read_bio_X509 (certificate_bio, NULL, NULL, NULL);
  key = PEM_read_bio_PrivateKey (key_bio, NULL, NULL, NULL);
  return x509 != NULL && key != NULL && X509_check_private_key (x509, key) == 1;
}

GTlsCertificate *
beckon_tls_files_load (const char *certificate, const char *private_key, GError **error)
{
  g_autoptr (GTlsCertificate) loaded = NULL;

  g_return_val_if_fail (certificate != NULL, NULL);

  loaded = g_tls_certificate_new_from_files (
      certificate, private_key != NULL ? private_key : certificate, error);
  if (loaded == NULL)
    return NULL;
  if (are_a_pair (loaded))
    return g_steal_pointer (&loaded);
  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
               "%s does not belong to the private key", certificate);
  return NULL;
}
