/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What each message holds, as tables; private to message.c. docs/protocol.schema.json says the same
 * to the world, and a test holds the two together. */

#pragma once

#include "message.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_FIELD_TEXT,    /* string of min to max bytes */
  BECKON_FIELD_USER_ID,
  BECKON_FIELD_ID,      /* of a call, a session, a device, an error */
  BECKON_FIELD_NAME,
  BECKON_FIELD_WORD,    /* one of words */
  BECKON_FIELD_INTEGER, /* min to max */
  BECKON_FIELD_BOOLEAN,
  BECKON_FIELD_OBJECT,  /* with members */
  BECKON_FIELD_OPAQUE,  /* an object that only its reader understands, at most max bytes */
  BECKON_FIELD_RAW,     /* such an object, kept as the text that it is; who keeps it measures it */
  BECKON_FIELD_ARRAY,   /* min to max items, each as *members, a single field */
} BeckonFieldKind;

typedef struct _BeckonField BeckonField;
struct _BeckonField
{
  const char *name; /* NULL ends a table */
  BeckonFieldKind kind;
  gboolean required;
  gint64 min, max;
  const char *const *words;
  const BeckonField *members;
  BeckonProtocolError over; /* what more than max is called; 0: BAD_REQUEST */
};

/** beckon_message_schema: what a request or an event of @type holds. */
const BeckonField *beckon_message_schema (BeckonMessageType type);
/** beckon_message_reply_schema: what a good reply to a request of @type holds. */
const BeckonField *beckon_message_reply_schema (BeckonMessageType type);
/** beckon_message_refusal_schema: what a reply holds that is not ok, to whatever request. */
const BeckonField *beckon_message_refusal_schema (void);

/**
 * beckon_message_schema_check:
 *
 * Checks @object against @fields, and takes away the members that the table does not know, at any
 * depth. Returns: FALSE with BAD_REQUEST or the field's own error.
 */
gboolean
beckon_message_schema_check (const BeckonField *fields, JsonObject *object, GError **error);

G_END_DECLS
