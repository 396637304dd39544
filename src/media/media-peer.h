/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "peer-signal.h"
#include "statistics.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_MEDIA_PEER_NEW,        /* descriptions are being exchanged */
  BECKON_MEDIA_PEER_CONNECTING, /* both descriptions are there; looking for a path */
  BECKON_MEDIA_PEER_CONNECTED,  /* ICE and DTLS are up and something was heard in the last 1.5 s */
  BECKON_MEDIA_PEER_LOST,       /* was connected; nothing was heard for 1.5 s. May come back. */
  BECKON_MEDIA_PEER_FAILED,     /* for good; "problem" says why */
  BECKON_MEDIA_PEER_CLOSED,
} BeckonMediaPeerState;
#define BECKON_TYPE_MEDIA_PEER_STATE (beckon_media_peer_state_get_type ())
GType beckon_media_peer_state_get_type (void) G_GNUC_CONST;

#define BECKON_MEDIA_ERROR (beckon_media_error_quark ())
GQuark beckon_media_error_quark (void);
typedef enum
{
  BECKON_MEDIA_ERROR_BAD_DESCRIPTION, /* malformed SDP, or one that does not fit; a stranger wrote it */
  BECKON_MEDIA_ERROR_BAD_CANDIDATE,
  BECKON_MEDIA_ERROR_NO_PATH,         /* ICE failed */
  BECKON_MEDIA_ERROR_NO_ROUTE,        /* this computer has no network, or none any more */
  BECKON_MEDIA_ERROR_UDP_BLOCKED,     /* nothing comes back over UDP */
  BECKON_MEDIA_ERROR_PEER_SILENT,     /* was connected, and nothing comes any more */
  BECKON_MEDIA_ERROR_NO_RELAY,        /* only relays may be used, and there is none, or none answers */
  BECKON_MEDIA_ERROR_RELAY_REFUSED,   /* it does not believe us, or has no room */
  BECKON_MEDIA_ERROR_ENCRYPTION,      /* DTLS failed */
  BECKON_MEDIA_ERROR_NO_DEVICE,       /* no camera, no microphone, no speaker */
  BECKON_MEDIA_ERROR_DEVICE_BUSY,
  BECKON_MEDIA_ERROR_DEVICE_LOST,
  BECKON_MEDIA_ERROR_DEVICE_LATE,     /* it is being opened, or was, and gives nothing */
  BECKON_MEDIA_ERROR_DEVICE_QUIET,    /* nothing but silence has come of a microphone since it was opened */
  BECKON_MEDIA_ERROR_NOT_ALLOWED,     /* the desktop does not let us use the device */
  BECKON_MEDIA_ERROR_MISSING_PLUGIN,  /* this installation of GStreamer lacks an element */
  BECKON_MEDIA_ERROR_NO_SOUND,        /* what this computer plays cannot be listened to */
  BECKON_MEDIA_ERROR_ENCODER,         /* that of our pictures has failed in a call */
  BECKON_MEDIA_ERROR_FAILED,
} BeckonMediaError;
/** BECKON_MEDIA_QUIET_MESSAGE: of a %BECKON_MEDIA_ERROR_DEVICE_QUIET */
#define BECKON_MEDIA_QUIET_MESSAGE                                                                 \
  "Nothing is heard: look whether the microphone is muted or switched off"

#define BECKON_TYPE_MEDIA_PEER (beckon_media_peer_get_type ())
/**
 * BeckonMediaPeer:
 *
 * The connection to one device of one person: one webrtcbin in a pipeline of its own, with an
 * audio, a camera, a screen line and a data channel from the start. Made by a #BeckonMediaSession,
 * which owns it. All methods and signals on the main thread.
 *
 * Properties (read-only): user, device (nullable), generation, offerer, state, problem (GError,
 * nullable), remote-microphone, remote-camera, remote-screen (what they say they send),
 * remote-video (GObject, nullable: the video sink that shows their camera, made by the config's
 * factory when their first frame arrives), remote-screen-video (the same, of the screen that they
 * share now), audio-level (double 0..1: how loud they are now). Read-write: volume (double 0..1.5:
 * how loud they are heard here).
 *
 * Signals:
 *   local-signal (BeckonPeerSignal *signal)  to be carried to the peer, in this order
 *   bye (char *reason)                       they hung up; reason may be NULL
 *   first-audio ()                           decoded sound of theirs came out
 *   first-video (guint width, guint height)  a decoded picture of theirs came out
 *   encoder-failed ()                        they get no more of our camera, or of our screen
 */
G_DECLARE_FINAL_TYPE (BeckonMediaPeer, beckon_media_peer, BECKON, MEDIA_PEER, GObject)

/**
 * beckon_media_peer_handle_signal:
 * @signal: what came from the peer; of an older generation it is ignored
 *
 * Returns: FALSE with BAD_DESCRIPTION or BAD_CANDIDATE: refused, nothing changed.
 */
gboolean beckon_media_peer_handle_signal (BeckonMediaPeer *self, const BeckonPeerSignal *signal,
                                          GError **error);

const char *beckon_media_peer_get_user (BeckonMediaPeer *self);
const char *beckon_media_peer_get_device (BeckonMediaPeer *self);
/** beckon_media_peer_set_device: an offer goes to all devices of a person; this is who answered. */
void beckon_media_peer_set_device (BeckonMediaPeer *self, const char *device);
guint beckon_media_peer_get_generation (BeckonMediaPeer *self);
gboolean beckon_media_peer_is_offerer (BeckonMediaPeer *self);
BeckonMediaPeerState beckon_media_peer_get_state (BeckonMediaPeer *self);
const GError *beckon_media_peer_get_problem (BeckonMediaPeer *self);
/** beckon_media_peer_has_failed_encoder: Returns: whether they get no more of our camera, or of our
 * screen, on this connection, because what encodes it has failed. */
gboolean beckon_media_peer_has_failed_encoder (BeckonMediaPeer *self);
gboolean beckon_media_peer_get_remote_microphone (BeckonMediaPeer *self);
gboolean beckon_media_peer_get_remote_camera (BeckonMediaPeer *self);
gboolean beckon_media_peer_get_remote_screen (BeckonMediaPeer *self);
/** beckon_media_peer_get_remote_video: (transfer none) (nullable) */
GObject *beckon_media_peer_get_remote_video (BeckonMediaPeer *self);
/** beckon_media_peer_get_remote_screen_video: (transfer none) (nullable): while they share one */
GObject *beckon_media_peer_get_remote_screen_video (BeckonMediaPeer *self);
double beckon_media_peer_get_audio_level (BeckonMediaPeer *self);
/** beckon_media_peer_explain: Returns: (transfer full): why nothing came from it although it should
 * have, as far as is known: NO_ROUTE, UDP_BLOCKED, NO_RELAY, RELAY_REFUSED, ENCRYPTION, PEER_SILENT,
 * NO_PATH */
GError *beckon_media_peer_explain (BeckonMediaPeer *self);
/** beckon_media_peer_set_volume: @volume: 0..1.5, only here; neither they nor the system notice */
void beckon_media_peer_set_volume (BeckonMediaPeer *self, double volume);
double beckon_media_peer_get_volume (BeckonMediaPeer *self);
/** beckon_media_peer_get_statistics: Returns: (transfer none): the same for its whole life */
BeckonStatistics *beckon_media_peer_get_statistics (BeckonMediaPeer *self);

G_END_DECLS
