/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sound, sent again inside the packets behind it, which has to be negotiated (RFC 2198). Pictures
 * are sent again as whole packets (peer-repair.h); the handshake that comes before both is
 * peer-repeat.h's. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BECKON_SOUND_COPIES_MAX 3
/* Nobody else sets it between the network and a jitter buffer. */
#define BECKON_SOUND_COPY_FLAG GST_BUFFER_FLAG_DROPPABLE

/**
 * BeckonSoundCopies:
 *
 * Sends sound more than once where much is lost: each packet has those before it in it as well (RFC 2198).
 * That costs no further headers, and whoever misses some has them with the next packet that comes. Where
 * at most a twentieth is lost packets are as they always were, if each is lost by itself and Opus itself has
 * the one before in each: of music, and at low rates, it has not.
 */
typedef struct _BeckonSoundCopies BeckonSoundCopies;

BeckonSoundCopies *beckon_sound_copies_new (void);
void beckon_sound_copies_free (BeckonSoundCopies *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonSoundCopies, beckon_sound_copies_free)

/** beckon_sound_copies_set_payload: @payload: the type that the peer gives to packets with copies in them;
 * -1, as at first: they do not understand any, and there are none. */
void beckon_sound_copies_set_payload (BeckonSoundCopies *self, int payload);

/** beckon_sound_copies_watch: @source: (transfer none): of what makes packets of sound; @self outlives it. */
void beckon_sound_copies_watch (BeckonSoundCopies *self, GstPad *source);

/** beckon_sound_copies_watch_element: @element: (transfer none): was made inside webrtcbin: if it reads
 * packets with copies in them, those that were missing are handed on, with %BECKON_SOUND_COPY_FLAG; if it
 * would write some, it does not. */
void beckon_sound_copies_watch_element (GstElement *element);

/** beckon_sound_copies_choose: @loss: 0..1; @after_loss: the same of packets behind one that was lost, at
 * least @loss; @repeated: whether Opus has the packet before in each.
 * Returns: how many copies leave next to nothing to be made up, or all. */
guint beckon_sound_copies_choose (double loss, double after_loss, gboolean repeated);

/**
 * beckon_sound_copies_update:
 * @now_us: the monotonic clock
 * @loss: 0..1, what the peer reports lost
 * @after_loss: 0..1, the same of the packets behind one that was lost, at least @loss
 * @room: no more than so many
 *
 * More at once, and fewer after a while.
 *
 * Returns: how many copies of each packet are sent from now on */
guint beckon_sound_copies_update (BeckonSoundCopies *self,
                                  gint64 now_us,
                                  double loss,
                                  double after_loss,
                                  guint room);

G_END_DECLS
