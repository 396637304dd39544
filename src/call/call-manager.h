/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call.h"
#include "signaling-service.h"

G_BEGIN_DECLS

/** BeckonPreconnect: who may connect to this device while it rings, before the person answers. No
 * device opens and nothing flows then, but they learn the addresses of this computer; in return the
 * first picture is there at once when the call is accepted. */
typedef enum
{
  BECKON_PRECONNECT_CONTACTS, /* people in the contact list */
  BECKON_PRECONNECT_EVERYONE,
  BECKON_PRECONNECT_NOBODY,
} BeckonPreconnect;
#define BECKON_TYPE_PRECONNECT (beckon_preconnect_get_type ())
GType beckon_preconnect_get_type (void) G_GNUC_CONST;

#define BECKON_TYPE_CALL_MANAGER (beckon_call_manager_get_type ())
/**
 * BeckonCallManager:
 *
 * Owns the one current call of one account and says when there is a new one. Invitations that come
 * while there is a call are answered "busy"; so whether we are busy is derived from the current
 * call, never stored. Main thread only.
 *
 * Properties, read-only: current-call (nullable), busy, other-call (BeckonCallSnapshot, nullable: a
 * call of this user that runs without this device: on another one, or this one lost it in a crash;
 * it can be joined). Read-write, for calls that begin later: preconnect (BeckonPreconnect),
 * relay-only (boolean: everything goes through relays of the server's, and nobody learns an address
 * of ours), bandwidth (uint: kbit/s that are sent to each peer at most; 0: what the path carries).
 * Signals:
 *   incoming-call (BeckonCall *call)  a call in state INCOMING, already the current one
 *   missed-call (BeckonUser *from, BeckonMedia media)  also of people who were told "busy"
 */
G_DECLARE_FINAL_TYPE (BeckonCallManager, beckon_call_manager, BECKON, CALL_MANAGER, GObject)

BeckonCallManager *beckon_call_manager_new (BeckonSignalingService *signaling,
                                            const BeckonMediaConfig *config);

BeckonSignalingService *beckon_call_manager_get_signaling (BeckonCallManager *self);
BeckonCall *beckon_call_manager_get_current_call (BeckonCallManager *self);
gboolean beckon_call_manager_is_busy (BeckonCallManager *self);

/** beckon_call_manager_set_tones: FALSE for a client without a person (kiosk, test). Default TRUE. */
void beckon_call_manager_set_tones (BeckonCallManager *self, gboolean tones);
/** beckon_call_manager_get_devices: (transfer none) (nullable): which ones calls use. */
BeckonDeviceSettings *beckon_call_manager_get_devices (BeckonCallManager *self);

/** beckon_call_manager_silence: stops the ring of the current call; it goes on waiting. */
void beckon_call_manager_silence (BeckonCallManager *self);

/** beckon_call_manager_set_quiet: whether calls ring without a sound. Default FALSE. */
void beckon_call_manager_set_quiet (BeckonCallManager *self, gboolean quiet);

/**
 * beckon_call_manager_invite_async:
 * @timeout: seconds, or 0 for the default
 * @cancellable: (nullable): takes only the result: whoever is invited by then is rung, and the call
 *   is the current one
 *
 * Places a call. It is the current call, in state WAITING, when this completes. Fails with
 * BUSY_SELF when there is a call or an invite under way, UNKNOWN_USER, NO_INVITEE, NOT_CONNECTED…;
 * nobody is busy then.
 */
void beckon_call_manager_invite_async (BeckonCallManager *self, const char *const *invitees,
                                       BeckonMedia media, guint timeout, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
/** beckon_call_manager_invite_finish: Returns: (transfer full): the call. When the one whom we
 * invited alone was just inviting us, it is that call, in state CALLING. */
BeckonCall *beckon_call_manager_invite_finish (BeckonCallManager *self, GAsyncResult *result,
                                               GError **error);

/** beckon_call_manager_get_other_call: (transfer none) (nullable) */
const BeckonCallSnapshot *beckon_call_manager_get_other_call (BeckonCallManager *self);

/**
 * beckon_call_manager_join_async:
 * @call: the id of a call that this user is in, or has left while it goes on
 * @with_camera: FALSE to take part in a video call without showing oneself
 * @cancellable: (nullable): takes only the result, as that of an invite
 *
 * Takes part with this device; another one that was in it loses it. The call is the current call,
 * in state CALLING, when this completes (WAITING where nobody has answered ours yet). Fails with
 * BUSY_SELF, NOT_IN_CALL, CALL_OVER, UNKNOWN_CALL, NOT_CONNECTED…; nobody is busy then.
 */
void beckon_call_manager_join_async (BeckonCallManager *self, const char *call,
                                     gboolean with_camera, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
/** beckon_call_manager_join_finish: Returns: (transfer full): the call. */
BeckonCall *beckon_call_manager_join_finish (BeckonCallManager *self, GAsyncResult *result,
                                             GError **error);

/** beckon_call_manager_shutdown_async: before the process ends: hangs up, says so to everybody,
 * signs out. Completes within 3 s whatever happens. Fails where a recording of a call is not whole,
 * when all else is done. */
void beckon_call_manager_shutdown_async (BeckonCallManager *self, GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean beckon_call_manager_shutdown_finish (BeckonCallManager *self, GAsyncResult *result,
                                              GError **error);

G_END_DECLS
