/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether who is at the other end of the encrypted connection is who described themselves:
 * webrtcbin takes any certificate, whatever fingerprint the description announced. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END"

/* @name: as RFC 8122 has it */
static gboolean
parse_hash (const char *name, gsize length, GChecksumType *type)
{
  static const struct
  {
    const char *name;
    GChecksumType type;
  } hashes[] = {
    { "sha-256", G_CHECKSUM_SHA256 },
    { "sha-384", G_CHECKSUM_SHA384 },
    { "sha-512", G_CHECKSUM_SHA512 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (strlen (hashes[i].name) == length &&
        g_ascii_strncasecmp (name, hashes[i].name, length) == 0)
      {
        *type = hashes[i].type;
        return TRUE;
      }
  return FALSE;
}

/* Returns: (transfer full) (nullable): what is between the lines */
static guchar *
decode_pem (const char *pem, gsize *size)
{
  const char *begin = strstr (pem, PEM_BEGIN);
  const char *end = begin != NULL ? strstr (begin, PEM_END) : NULL;
  g_autofree char *text = NULL;

  if (end == NULL)
    return NULL;
  begin += strlen (PEM_BEGIN);
  text = g_strndup (begin, end - begin);
  return g_base64_decode (text, size);
}

gboolean
beckon_peer_verify_certificate (const char *fingerprint, const char *pem)
{
  const gsize name = strcspn (fingerprint, " ");
  const char *at = fingerprint + name + strspn (fingerprint + name, " ");
  g_autofree guchar *der = NULL;
  g_autofree char *seen = NULL;
  GChecksumType type;
  gsize size;

  der = decode_pem (pem, &size);
  if (der == NULL || !parse_hash (fingerprint, name, &type))
    return FALSE;
  seen = g_compute_checksum_for_data (type, der, size);
  for (const char *digit = seen; *digit != '\0'; digit += 2)
    {
      if (g_ascii_tolower (at[0]) != digit[0] || g_ascii_tolower (at[1]) != digit[1])
        return FALSE;
      at += 2;
      if (digit[2] != '\0' && *at++ != ':')
        return FALSE;
    }
  return *at == '\0';
}

/* Returns: (transfer full) (nullable): the certificate that they have shown */
static char *
shown_certificate (BeckonMediaPeer *self)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstWebRTCRTPSender) sender = NULL;
  g_autoptr (GstWebRTCDTLSTransport) transport = NULL;
  char *pem = NULL;

  g_signal_emit_by_name (self->webrtc, "get-transceiver", 0, &transceiver);
  if (transceiver != NULL)
    g_object_get (transceiver, "sender", &sender, NULL);
  if (sender != NULL)
    g_object_get (sender, "transport", &transport, NULL);
  if (transport != NULL)
    g_object_get (transport, "remote-certificate", &pem, NULL);
  return pem;
}

gboolean
beckon_peer_verify (BeckonMediaPeer *self)
{
  g_autofree char *pem = shown_certificate (self);
  const char *fingerprint = NULL;

  if (self->their_description != NULL)
    fingerprint = beckon_peer_sdp_get_attribute (self->their_description->sdp, "fingerprint");
  return pem != NULL && fingerprint != NULL && beckon_peer_verify_certificate (fingerprint, pem);
}
