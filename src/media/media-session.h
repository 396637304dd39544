/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-config.h"
#include "media-peer.h"

G_BEGIN_DECLS

#define BECKON_TYPE_MEDIA_SESSION (beckon_media_session_get_type ())
/**
 * BeckonMediaSession:
 *
 * The media of one call: one's own microphone, camera and screen, captured once, and a
 * #BeckonMediaPeer for each person. Made when the call is made; nothing is opened then. Peers
 * connect and negotiate, but nothing of ours is sent before beckon_media_session_open().
 * All methods and signals on the main thread; GStreamer's threads never show.
 *
 * Properties: microphone, camera (read-write booleans: what we want to send; a device is open only
 * while it is wanted and the session is open or previews), screen (read-only boolean), system-sound
 * (read-write boolean: with the screen, what other programs play here), local-video (read-only GObject, nullable: the sink that shows our own camera), opened (read-only),
 * microphone-problem, camera-problem, speaker-problem, screen-problem (read-only GError, nullable:
 * why it is not there, although wanted: NO_DEVICE, DEVICE_BUSY, DEVICE_LOST; the call goes on
 * without, and takes a device that comes back; of the screen also NO_SOUND: it is shared without
 * sound; while it is on ENCODER: somebody gets none of it, DEVICE_LATE: it is waited for, of a
 * microphone DEVICE_QUIET: it gives nothing but silence), microphone-level (read-only double 0..1).
 *
 * Signals:
 *   encoder-failed (BeckonMediaPeer *peer)  who gets nothing of camera or screen on that connection
 *                                           any more, and is told so
 */
G_DECLARE_FINAL_TYPE (BeckonMediaSession, beckon_media_session, BECKON, MEDIA_SESSION, GObject)

/** beckon_media_limit_arenas: before there are threads, which keep an arena that they have. Each of a
 * call's two dozen would: 280 to 530 MB instead of 85 to 107. beckon_media_init() does it, too, for who
 * has no threads until then. */
void beckon_media_limit_arenas (void);

/** beckon_media_init: once, early, on the main thread: initialises GStreamer and our elements;
 * argc and argv may be NULL. Fails with MISSING_PLUGIN naming what is missing. */
gboolean beckon_media_init (int *argc, char ***argv, GError **error);

/** beckon_media_prewarm: loads plug-ins, makes the DTLS certificate, runs encoder and decoder once
 * and finds out which hardware codecs work, in a thread, so that the first call is as fast as the
 * second. Returns at once: (transfer full): the thread, to be joined before the process ends: what
 * it uses must not be taken from it. */
GThread *beckon_media_prewarm (void);

BeckonMediaSession *beckon_media_session_new (const BeckonMediaConfig *config);

/** beckon_media_session_clear_ice_servers: peers added later use none of those added before. */
void beckon_media_session_clear_ice_servers (BeckonMediaSession *self);
/** beckon_media_session_add_ice_server: for peers added later. @url: "stun:host:port",
 * "turn:host:port?transport=udp" or "turns:…"; @username, @credential: (nullable) */
void beckon_media_session_add_ice_server (BeckonMediaSession *self, const char *url,
                                          const char *username, const char *credential);

/**
 * beckon_media_session_add_peer:
 * @generation: from 1, counts the connections of this pair
 * @offerer: TRUE: a description follows at once by local-signal (never from within this call);
 *   FALSE: the peer's offer is awaited
 *
 * Returns: (transfer none): the peer.
 */
BeckonMediaPeer *beckon_media_session_add_peer (BeckonMediaSession *self, const char *user,
                                                const char *device, guint generation,
                                                gboolean offerer);

/** beckon_media_session_remove_peer: says bye with @reason, closes, drops it; without a word where
 * @reason is %NULL: they are still in the call, by another connection. */
void beckon_media_session_remove_peer (BeckonMediaSession *self, BeckonMediaPeer *peer,
                                       const char *reason);

/** beckon_media_session_set_sending: whether @peer gets what we send; it does from the start. One
 * that is to take the place of another does not before it is up. */
void beckon_media_session_set_sending (BeckonMediaSession *self,
                                       BeckonMediaPeer *peer,
                                       gboolean sending);

/** beckon_media_session_get_peers: (transfer none) (element-type BeckonMediaPeer) */
GPtrArray *beckon_media_session_get_peers (BeckonMediaSession *self);

/** beckon_media_session_open: the call was accepted: devices open as wanted, media flows both ways. */
void beckon_media_session_open (BeckonMediaSession *self);
/** beckon_media_session_hold_peer: @held: it is as if the session were not open for @peer: who has been
 * invited and has not accepted gets nothing, and is neither heard nor seen. */
void beckon_media_session_hold_peer (BeckonMediaSession *self, BeckonMediaPeer *peer, gboolean held);
gboolean beckon_media_session_is_open (BeckonMediaSession *self);

/** beckon_media_session_start_preview: opens the camera, if wanted, for local-video only. */
void beckon_media_session_start_preview (BeckonMediaSession *self);

void beckon_media_session_set_microphone (BeckonMediaSession *self, gboolean on);
gboolean beckon_media_session_get_microphone (BeckonMediaSession *self);
void beckon_media_session_set_camera (BeckonMediaSession *self, gboolean on);
gboolean beckon_media_session_get_camera (BeckonMediaSession *self);

/**
 * beckon_media_session_share_screen:
 * @fd: (transfer full): a PipeWire connection that the desktop opened for us, or -1 for the source
 *   that the configuration names
 * @node: what is shared of it
 *
 * From now on the others see it; in the place of what was shared before. What cannot be shared is
 * told as screen-problem.
 */
void beckon_media_session_share_screen (BeckonMediaSession *self, int fd, guint node);
/** beckon_media_session_stop_screen: @problem: (nullable): why, if not because we want it so; also
 * where sharing did not even begin. */
void beckon_media_session_stop_screen (BeckonMediaSession *self, const GError *problem);
gboolean beckon_media_session_get_screen (BeckonMediaSession *self);
/** beckon_media_session_set_system_sound: whether what other programs play on this computer is sent,
 * also while the microphone is off. Only with a screen, and until that ends. */
void beckon_media_session_set_system_sound (BeckonMediaSession *self, gboolean on);
gboolean beckon_media_session_get_system_sound (BeckonMediaSession *self);
/** beckon_media_session_has_screen_source: whether the configuration names what is shared, so that
 * the desktop need not be asked. */
gboolean beckon_media_session_has_screen_source (BeckonMediaSession *self);
/** beckon_media_session_get_local_video: (transfer none) (nullable) */
GObject *beckon_media_session_get_local_video (BeckonMediaSession *self);
double beckon_media_session_get_microphone_level (BeckonMediaSession *self);
const GError *beckon_media_session_get_microphone_problem (BeckonMediaSession *self);
const GError *beckon_media_session_get_camera_problem (BeckonMediaSession *self);
const GError *beckon_media_session_get_speaker_problem (BeckonMediaSession *self);
const GError *beckon_media_session_get_screen_problem (BeckonMediaSession *self);

/** beckon_media_session_close_async: says bye with @reason to every peer (%NULL: nothing, another
 * device of ours goes on), waits until they know (at most 500 ms), closes the devices and ends the
 * recordings, so that their files are whole. Fails with why one is not, if that is so. */
void beckon_media_session_close_async (BeckonMediaSession *self, const char *reason,
                                       GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_media_session_close_finish (BeckonMediaSession *self, GAsyncResult *result,
                                            GError **error);

G_END_DECLS
