/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "protocol-types.h"

G_BEGIN_DECLS

#define BECKON_CALL_LINK_MAX 400

/** BeckonCallLink: whom a link means: beckon:bob, beckon:bob@calls.example.org?video. */
typedef struct
{
  char *user;
  char *server;       /* nullable: host, or host:port, in lower case; else the reader's own */
  gboolean has_media;
  BeckonMedia media;  /* if it says so */
} BeckonCallLink;

/**
 * beckon_call_link_parse:
 * @text: what a web page, a mail or a command line gave us
 *
 * Takes "beckon:" USER ["@" HOST [":" PORT]] ["?voice" | "?video"] and nothing else: no escapes, no
 * white space, no further parameters, at most %BECKON_CALL_LINK_MAX bytes.
 *
 * Returns: (transfer full): the link, or %NULL with %G_IO_ERROR_INVALID_ARGUMENT.
 */
BeckonCallLink *beckon_call_link_parse (const char *text, GError **error);

/** beckon_call_link_is_at: @address: a server as it was typed. Returns: whether the user of the
 * link has their account there, as far as the link says. */
gboolean beckon_call_link_is_at (const BeckonCallLink *self, const char *address);

void beckon_call_link_free (BeckonCallLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonCallLink, beckon_call_link_free)

G_END_DECLS
