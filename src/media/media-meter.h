/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-private.h"
#include "statistics-private.h"

G_BEGIN_DECLS

/** BeckonMeter: what of a connection is counted by ourselves, because nobody else does: how long
 * pictures stand still, how long packets wait in the jitter buffer, how much sound is made up.
 * Thread-safe. */
typedef struct _BeckonMeter BeckonMeter;

BeckonMeter *beckon_meter_new (void);
void beckon_meter_free (BeckonMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonMeter, beckon_meter_free)

/** beckon_meter_expect_pictures: whether they say that they send some: who has switched the camera
 * off is not frozen. The first is due a second later. */
void beckon_meter_expect_pictures (BeckonMeter *self, gboolean expected, gint64 now_us);
/** beckon_meter_is_frozen: Returns: whether a picture is missing now. */
gboolean beckon_meter_is_frozen (BeckonMeter *self, gint64 now_us);
/** beckon_meter_picture: one of theirs came. */
void beckon_meter_picture (BeckonMeter *self, gint64 now_us);
/** beckon_meter_waited: a packet has left the jitter buffer, in which it was for @us. The buffer keeps
 * what is in order for no time at all; it is the sinks that wait for the time to show it. */
void beckon_meter_waited (BeckonMeter *self, gint64 us);

/** beckon_meter_watch_jitter_buffer: measures at @element from now on; @self must outlive it. */
void beckon_meter_watch_jitter_buffer (BeckonMeter *self, GstElement *element);

/** beckon_meter_watch_sound: @decoder: (transfer none): of Opus: counts what it has to make up because it
 * neither came, nor is in the packet that follows; @self must outlive it. */
void beckon_meter_watch_sound (BeckonMeter *self, GstElement *decoder);

/**
 * beckon_meter_read: once a second: fills in freezes, frozen_ms, frozen_share, jitter_buffer_ms,
 * audio_made_up_ms
 */
void beckon_meter_read (BeckonMeter *self, gint64 now_us, BeckonStatisticsValues *values);

G_END_DECLS
