/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text as what the other end says on the data channel. */

#include "config.h"

#include "peer-message.h"
#include "peer-signal.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerMessage) message = beckon_peer_message_parse (text, &error);

  g_assert ((message == NULL) == (error != NULL));
  if (message == NULL)
    return 0;
  g_assert (strlen (text) <= BECKON_PEER_MESSAGE_MAX);
  g_assert (message->kind == BECKON_PEER_MESSAGE_STATE ||
            !(message->sends[0] || message->sends[1] || message->sends[2]));
  if (message->reason != NULL)
    g_assert (message->kind == BECKON_PEER_MESSAGE_BYE &&
              strlen (message->reason) <= BECKON_BYE_REASON_MAX);
  return 0;
}
