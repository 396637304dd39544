/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-private.h"

G_BEGIN_DECLS

/**
 * BeckonSharedEncoders:
 *
 * Which connections of a session share an encoder, line by line: decided anew whenever what one of
 * them may send changes. A connection begins with its own, so that its first picture waits for
 * nobody. Main thread.
 */
typedef struct _BeckonSharedEncoders BeckonSharedEncoders;

BeckonSharedEncoders *beckon_shared_encoders_new (void);
void beckon_shared_encoders_free (BeckonSharedEncoders *self);

/** beckon_shared_encoders_add: @peer: (transfer none): until it is removed */
void beckon_shared_encoders_add (BeckonSharedEncoders *self, BeckonMediaPeer *peer);
/** beckon_shared_encoders_remove: @peer stops; the others go on without it. Nothing if it is not there. */
void beckon_shared_encoders_remove (BeckonSharedEncoders *self, BeckonMediaPeer *peer);
/** beckon_shared_encoders_update: something has changed, of any connection. */
void beckon_shared_encoders_update (BeckonSharedEncoders *self);

/** beckon_shared_encoders_count: Returns: how many encoders have made pictures of @line in the last
 * second. */
guint beckon_shared_encoders_count (BeckonSharedEncoders *self, BeckonLine line);
/** beckon_shared_encoders_count_sharers: Returns: how many connections have the encoder that @peer
 * has; 1: it has one of its own. */
guint beckon_shared_encoders_count_sharers (BeckonSharedEncoders *self,
                                            BeckonMediaPeer *peer,
                                            BeckonLine line);

G_END_DECLS
