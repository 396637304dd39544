/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "frame-guard.h"

/* The first byte of a fragment. */
#define FIN 0x80
#define CONTROL 0x08

struct _BeckonFrameGuard
{
  SoupWebsocketExtension parent_instance;

  gsize max;
  gsize total; /* of the message that is coming in */
};

G_DEFINE_FINAL_TYPE (BeckonFrameGuard, beckon_frame_guard, SOUP_TYPE_WEBSOCKET_EXTENSION)

static GBytes *
beckon_frame_guard_process_incoming_message (SoupWebsocketExtension *extension,
                                             guint8 *header,
                                             GBytes *payload,
                                             GError **error)
{
  BeckonFrameGuard *self = BECKON_FRAME_GUARD (extension);

  if (header[0] & CONTROL)
    return payload; /* comes between the fragments of a message */
  self->total += g_bytes_get_size (payload);
  if (self->total > self->max)
    {
      g_set_error (error, SOUP_WEBSOCKET_ERROR, SOUP_WEBSOCKET_CLOSE_TOO_BIG,
                   "A message has at most %" G_GSIZE_FORMAT " bytes", self->max);
      g_bytes_unref (payload);
      return NULL;
    }
  if (header[0] & FIN)
    self->total = 0;
  return payload;
}

static void
beckon_frame_guard_class_init (BeckonFrameGuardClass *klass)
{
  SOUP_WEBSOCKET_EXTENSION_CLASS (klass)->process_incoming_message =
      beckon_frame_guard_process_incoming_message;
}

static void
beckon_frame_guard_init (BeckonFrameGuard *self)
{
}

BeckonFrameGuard *
beckon_frame_guard_new (gsize max)
{
  BeckonFrameGuard *self = g_object_new (BECKON_TYPE_FRAME_GUARD, NULL);

  self->max = max;
  return self;
}
