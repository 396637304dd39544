/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What message.c, message-parse.c and message-write.c share, and nobody else. */

#pragma once

#include "message.h"

G_BEGIN_DECLS

struct _BeckonMessage
{
  guint ref_count;
  BeckonMessageKind kind;
  BeckonMessageType type; /* NONE for replies and acks */
  gint64 id;              /* request: id, reply: re, event and ack: seq */
  gint64 ack;             /* 0: none */
  gboolean ok;            /* reply */
  JsonObject *fields;     /* nullable: everything else, once it was parsed or looked into; or … */
  GString *written;       /* nullable: … while it is made, as text with a comma before each */

  const char *raw_field; /* nullable, interned: the field that is kept as its text */
  char *raw;
  gsize raw_length;
};

/** beckon_message_type_is_event: as against a request. */
gboolean beckon_message_type_is_event (BeckonMessageType type);

/** beckon_message_new: @fields: (transfer full) (nullable) */
BeckonMessage *
beckon_message_new (BeckonMessageKind kind, BeckonMessageType type, gint64 id, JsonObject *fields);
/** beckon_message_ensure_fields: Returns: (transfer none): the fields, to be changed. */
JsonObject *beckon_message_ensure_fields (BeckonMessage *self);

G_END_DECLS
