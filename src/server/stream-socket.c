/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "stream-socket.h"

/* Returns: (transfer none) (nullable): what @stream is around, which it holds. */
static GIOStream *
get_base (GIOStream *stream)
{
  const char *const names[] = { "base-iostream", "base-io-stream" }; /* libsoup's; that of TLS */
  GIOStream *base = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names) && base == NULL; i++)
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream), names[i]) != NULL)
      g_object_get (stream, names[i], &base, NULL);
  if (base != NULL)
    g_object_unref (base);
  return base;
}

GSocketConnection *
beckon_stream_get_socket_connection (GIOStream *stream, gboolean *is_tls)
{
  gboolean seen_tls = FALSE;

  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);

  for (; stream != NULL && !G_IS_SOCKET_CONNECTION (stream); stream = get_base (stream))
    seen_tls |= G_IS_TLS_CONNECTION (stream);
  if (is_tls != NULL)
    *is_tls = seen_tls;
  return stream != NULL ? G_SOCKET_CONNECTION (stream) : NULL;
}
