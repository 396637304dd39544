/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Frames that tests of the codec, of the schema and of the fuzz corpus share. */

#pragma once

#include "message.h"

G_BEGIN_DECLS

/**
 * FrameSample:
 *
 * A good frame as the codec writes it: members in its order, no white space. Its text stands with ' for
 * ", as all texts here; frame_text() turns them.
 */
typedef struct
{
  const char *name;        /* "request.hello", "reply.hello", "event.call.left", "ack" */
  gboolean least;          /* nothing in it may be left out */
  BeckonMessageType asked; /* of a reply */
  const char *text;
} FrameSample;

/** FrameFault: a frame that must be refused. */
typedef struct
{
  const char *what;
  BeckonParty from;
  BeckonMessageType asked; /* of a reply */
  BeckonProtocolError error;
  gint64 number; /* of the request or event that it is about, 0: the connection is to be closed */
  const char *text;
} FrameFault;

extern const FrameSample frame_samples[];
extern const guint n_frame_samples;
extern const FrameFault frame_faults[];
extern const guint n_frame_faults;

/** frame_text: Returns: (transfer full): @text with its ' as ". */
char *frame_text (const char *text);

/** frame_sample_party: who may send it. */
BeckonParty frame_sample_party (const FrameSample *sample);

/** frame_read: parses and, where @asked is not NONE, checks the reply; the name of what it is goes to
 * @name (out) (nullable) (transfer full). */
BeckonMessage *frame_read (const char *text, gssize length, BeckonParty from,
                           BeckonMessageType asked, char **name, gint64 *number,
                           GError **error);

G_END_DECLS
