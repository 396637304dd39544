/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any text as a link that a web page wants opened. */

#include "config.h"

#include "call-link.h"
#include "identifiers.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCallLink) link = beckon_call_link_parse (text, &error);

  g_assert ((link == NULL) == (error != NULL));
  if (link == NULL)
    return 0;
  g_assert (strlen (text) <= BECKON_CALL_LINK_MAX);
  g_assert (beckon_user_id_is_valid (link->user));
  /* What is taken is the server that it names, and no other. */
  if (link->server != NULL)
    g_assert (beckon_call_link_is_at (link, link->server));
  g_assert (link->server == NULL || !beckon_call_link_is_at (link, "https://calls.example.org") ||
            g_str_has_prefix (link->server, "calls.example.org"));
  return 0;
}
