/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call-snapshot.h"
#include "peer-signal.h"
#include "signaling-types.h"

G_BEGIN_DECLS

#define BECKON_TYPE_SIGNALING_SERVICE (beckon_signaling_service_get_type ())
/**
 * BeckonSignalingService:
 *
 * One account's connection to its server: signs in, stays connected (0.2 s, doubling to 15 s, at
 * once when the network comes back), carries one's own requests and says what the others did.
 * Used on the thread whose main context was the default when it was made; every signal is emitted
 * there.
 *
 * Requests are _async/_finish pairs; they fail with %BECKON_PROTOCOL_ERROR when the server refuses,
 * with %BECKON_SIGNALING_ERROR when it could not be asked, with %G_IO_ERROR_CANCELLED. A broken
 * connection comes back into the same session: what was asked is answered, and what happened
 * meanwhile is told, each once. An accept or a signal to a peer waits 10 s for the connection, a
 * cancel, reject, leave or end until the server has heard it; all else fails at once without one.
 *
 * Properties: state (read-only), problem (GError, nullable, read-only: why it is not connected),
 * user-id, user-name (nullable, read-only), server (read-only), token (nullable, read-only: what
 * signs this device in again without the password), missed (uint, read-only: calls that nobody has
 * seen), ring (read-write: whether this device is told of invitations).
 *
 * Signals, arguments in order:
 *   call-created                    (BeckonCallSnapshot *call)  another device of ours calls
 *   invitation-received             (BeckonInvitation *invitation)
 *   invitation-ringing              (char *call, char *user)
 *   invitation-offline              (char *call, char *user)
 *   members-added                   (char *call, char *by, GPtrArray *users)   BeckonUser
 *   invitation-accepted             (char *call, char *user, char *device, char *name, char *data)
 *                                   name: nullable: not said anew
 *   invitation-rejected             (char *call, char *user, BeckonRejectReason reason, char *data)
 *   invitation-cancelled            (char *call, char *by, char *data)         to an invitee
 *   invitations-withdrawn           (char *call, GStrv users)                  to the members
 *   invitation-timeout              (char *call)                               to an invitee
 *   invitees-unanswered             (char *call, GStrv users)                  to the caller
 *   invitation-answered-elsewhere   (char *call, char *outcome, char *device)
 *   member-left                     (char *call, char *user, BeckonLeaveReason reason)
 *   call-ended                      (char *call, char *reason, gint64 duration in ms)
 *   signal-received                 (char *call, char *user, char *device, BeckonPeerSignal *signal)
 *   presence-changed                (char *user, BeckonPresence presence)
 *   contacts-changed                ()
 *   history-changed                 ()
 *   history-missed                  (guint count)  of missed calls that nobody has seen
 *   session-started                 (gboolean resumed, GPtrArray *calls)  connected (again); calls
 *                                   are BeckonCallSnapshots of what runs or rings for this user. If
 *                                   it is not resumed, what happened meanwhile shows only in them.
 */
G_DECLARE_FINAL_TYPE (BeckonSignalingService, beckon_signaling_service, BECKON, SIGNALING_SERVICE,
                      GObject)

/**
 * beckon_signaling_service_new:
 * @server: "http://127.0.0.1:7300", "https://calls.example.org" or just "calls.example.org"
 * @device_id: an identifier this installation keeps
 * @device_name: what a person would call it
 *
 * Returns: (transfer full): a service, signed out; %NULL with BAD_ADDRESS.
 */
BeckonSignalingService *beckon_signaling_service_new (const char *server, const char *device_id,
                                                      const char *device_name, GError **error);

/** beckon_signaling_service_register_async: creates an account; does not sign in. @invite_code:
 * (nullable): for servers that want one. Fails with USER_EXISTS, BAD_USER_ID, WEAK_PASSWORD,
 * REGISTRATION_CLOSED, INVITE_CODE_NEEDED, RATE_LIMITED, or as every request. */
void beckon_signaling_service_register_async (BeckonSignalingService *self, const char *user_id,
                                              const char *name, const char *password,
                                              const char *invite_code,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_signaling_service_register_finish (BeckonSignalingService *self,
                                                   GAsyncResult *result, GError **error);
/** beckon_signaling_service_may_exist: whether the account may be there although @error came of
 * creating it, so that who only needs it can sign in. */
gboolean beckon_signaling_service_may_exist (const GError *error);
/** beckon_signaling_service_why_not: @not_registered: (nullable): why the account was not created;
 * @error: why who signed in with it nevertheless could not. Returns: which of the two says why. */
const GError *beckon_signaling_service_why_not (const GError *not_registered, const GError *error);

/**
 * beckon_signaling_service_sign_in_async:
 * @password: (nullable): not needed with a token, but helps when that does not hold any more
 * @token: (nullable): of "token", or one of a site's own
 *
 * Signs in and stays so until beckon_signaling_service_sign_out(). Completes at the first
 * connection. A server that does not answer does not fail it: the state is RECONNECTING, "problem"
 * says why, and it goes on trying until it works or is cancelled. Fails with WRONG_PASSWORD,
 * BAD_TOKEN, NOT_A_SERVER or CANCELLED and is signed out then.
 */
void beckon_signaling_service_sign_in_async (BeckonSignalingService *self, const char *user_id,
                                             const char *password, const char *token,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_signaling_service_sign_in_finish (BeckonSignalingService *self,
                                                  GAsyncResult *result, GError **error);

/** beckon_signaling_service_sign_out_async: says bye (presence goes offline at once) and closes.
 * Always succeeds, within 2 s, in which a connection that is away may come back to hear it. */
void beckon_signaling_service_sign_out_async (BeckonSignalingService *self,
                                              GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_signaling_service_sign_out_finish (BeckonSignalingService *self,
                                                   GAsyncResult *result, GError **error);

/** beckon_signaling_service_retry: tries now instead of at the next back-off. */
void beckon_signaling_service_retry (BeckonSignalingService *self);

BeckonSignalingState beckon_signaling_service_get_state (BeckonSignalingService *self);
const GError *beckon_signaling_service_get_problem (BeckonSignalingService *self);
const char *beckon_signaling_service_get_server (BeckonSignalingService *self);
const char *beckon_signaling_service_get_user_id (BeckonSignalingService *self);
const char *beckon_signaling_service_get_user_name (BeckonSignalingService *self);
const char *beckon_signaling_service_get_device_id (BeckonSignalingService *self);
const char *beckon_signaling_service_get_token (BeckonSignalingService *self);
guint beckon_signaling_service_get_missed (BeckonSignalingService *self);
gboolean beckon_signaling_service_get_ring (BeckonSignalingService *self);
void beckon_signaling_service_set_ring (BeckonSignalingService *self, gboolean ring);
/** beckon_signaling_service_set_forgets_token: whether nobody keeps the token: the server forgets it,
 * too, when bye is said. At first FALSE. */
void beckon_signaling_service_set_forgets_token (BeckonSignalingService *self, gboolean forgets);
/** beckon_signaling_service_get_ice_servers: (transfer none) (element-type BeckonIceServer):
 * while we are connected, good for at least half of the time that the server gives its
 * credentials. */
GPtrArray *beckon_signaling_service_get_ice_servers (BeckonSignalingService *self);

/** beckon_signaling_service_invite_async: @timeout in seconds, 1 to 600, or 0 for the server's;
 * @data: (nullable). Fails with NO_INVITEE (or UNKNOWN_USER when it was the only one), BUSY_SELF,
 * TOO_MANY_INVITEES, TOO_LARGE, RATE_LIMITED. */
void beckon_signaling_service_invite_async (BeckonSignalingService *self,
                                            const char *const *invitees, BeckonMedia media,
                                            guint timeout, const char *data,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
BeckonInviteResult *beckon_signaling_service_invite_finish (BeckonSignalingService *self,
                                                            GAsyncResult *result, GError **error);

/** beckon_signaling_service_add_async: invites more people to a call that we are in; fails as an
 * invite, or with NOT_IN_CALL. */
void beckon_signaling_service_add_async (BeckonSignalingService *self, const char *call,
                                         const char *const *invitees, guint timeout,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
BeckonInviteResult *beckon_signaling_service_add_finish (BeckonSignalingService *self,
                                                         GAsyncResult *result, GError **error);

/** beckon_signaling_service_accept_finish: Returns: (transfer full) (element-type BeckonUser):
 * who is in the call. */
void beckon_signaling_service_accept_async (BeckonSignalingService *self, const char *call,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *beckon_signaling_service_accept_finish (BeckonSignalingService *self,
                                                   GAsyncResult *result, GError **error);

/** beckon_signaling_service_join_async: this device takes the place that the user has in @call, or
 * had while it goes on. Fails with NOT_IN_CALL, BUSY_SELF, CALL_OVER, UNKNOWN_CALL. */
void beckon_signaling_service_join_async (BeckonSignalingService *self, const char *call,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
BeckonJoinResult *beckon_signaling_service_join_finish (BeckonSignalingService *self,
                                                        GAsyncResult *result, GError **error);

/* The rest of a call's requests; one _finish for all of them. */
/** beckon_signaling_service_cancel_async: @invitees: (nullable): all */
void beckon_signaling_service_cancel_async (BeckonSignalingService *self, const char *call,
                                            const char *const *invitees, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
/** beckon_signaling_service_reject_async: @message: (nullable): goes along as data */
void beckon_signaling_service_reject_async (BeckonSignalingService *self, const char *call,
                                            BeckonRejectReason reason, const char *message,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
void beckon_signaling_service_leave_async (BeckonSignalingService *self, const char *call,
                                           BeckonLeaveReason reason, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
/** beckon_signaling_service_send_signal_async: @device: (nullable): all that are rung or in it */
void beckon_signaling_service_send_signal_async (BeckonSignalingService *self, const char *call,
                                                 const char *user, const char *device,
                                                 const BeckonPeerSignal *signal,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);
gboolean beckon_signaling_service_request_finish (BeckonSignalingService *self,
                                                  GAsyncResult *result, GError **error);

/** beckon_signaling_service_watch_async: asks for the presence of @users (at most 500) from now on;
 * replaces what was watched; presence-changed follows for each. */
void beckon_signaling_service_watch_async (BeckonSignalingService *self, const char *const *users,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
/** beckon_signaling_service_set_presence_async: @presence: ONLINE or DND, which later sessions are
 * told too */
void beckon_signaling_service_set_presence_async (BeckonSignalingService *self,
                                                  BeckonPresence presence,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);

/** beckon_signaling_service_catch_up_async: completes when the server has taken all that we said
 * before, and has told us all that it had decided until then. */
void beckon_signaling_service_catch_up_async (BeckonSignalingService *self,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);

/** BeckonContact: @presence is what it was when the list was made; watch for changes. */
typedef struct
{
  BeckonUser *user;
  BeckonPresence presence;
} BeckonContact;
void beckon_contact_free (BeckonContact *self);

/** beckon_signaling_service_list_contacts_finish: @blocked: (out) (optional) (transfer full)
 * (element-type BeckonUser): who cannot ring us. Returns: (transfer full)
 * (element-type BeckonContact): sorted by name. The listed people are watched from then on. */
void beckon_signaling_service_list_contacts_async (BeckonSignalingService *self,
                                                   GCancellable *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer user_data);
GPtrArray *beckon_signaling_service_list_contacts_finish (BeckonSignalingService *self,
                                                          GAsyncResult *result,
                                                          GPtrArray **blocked, GError **error);
/* All end in contacts-changed on every device of the account; UNKNOWN_USER. */
void beckon_signaling_service_add_contact_async (BeckonSignalingService *self, const char *user_id,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
void beckon_signaling_service_remove_contact_async (BeckonSignalingService *self,
                                                    const char *user_id,
                                                    GCancellable *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer user_data);

void beckon_signaling_service_block_async (BeckonSignalingService *self, const char *user_id,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
void beckon_signaling_service_unblock_async (BeckonSignalingService *self, const char *user_id,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);

/** beckon_signaling_service_set_name_async: what others see from now on; 1 to 128 bytes with something
 * to see. "user-name" follows, also where @cancellable is cancelled, which takes only the result.
 * Fails with BAD_REQUEST. */
void beckon_signaling_service_set_name_async (BeckonSignalingService *self, const char *name,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);

/** BeckonAccountDevice: one that is signed in to the account; @connected: now, else it may come back;
 * @seen: Unix ms: when it was connected last; 0: that is not known, or it is now */
typedef struct
{
  char *id;
  char *name;
  gboolean connected;
  gint64 seen;
} BeckonAccountDevice;
void beckon_account_device_free (BeckonAccountDevice *self);

/** beckon_signaling_service_list_devices_finish: Returns: (transfer full)
 * (element-type BeckonAccountDevice): this one among them. */
void beckon_signaling_service_list_devices_async (BeckonSignalingService *self,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);
GPtrArray *beckon_signaling_service_list_devices_finish (BeckonSignalingService *self,
                                                         GAsyncResult *result, GError **error);
/** beckon_signaling_service_sign_out_device_async: @device: not this one; UNREACHABLE: there is none
 * such any more. */
void beckon_signaling_service_sign_out_device_async (BeckonSignalingService *self,
                                                     const char *device,
                                                     GCancellable *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer user_data);

/** BeckonPastCall: one line of the call history. */
typedef struct
{
  char *call;
  gboolean outgoing;
  BeckonMedia media;
  GPtrArray *others; /* BeckonUser */
  char *outcome;     /* "answered", "missed", "declined", "busy", "cancelled", "unanswered" */
  gint64 started;    /* Unix time in ms */
  gint64 duration;   /* ms of talking, 0 if never connected */
} BeckonPastCall;
void beckon_past_call_free (BeckonPastCall *self);

/** beckon_signaling_service_list_history_finish: Returns: (transfer full)
 * (element-type BeckonPastCall): newest first. @limit: 1 to 100. @before: those that started before it
 * (Unix ms), 0 for the last ones; what comes may be less than there is. */
void beckon_signaling_service_list_history_async (BeckonSignalingService *self, guint limit,
                                                  gint64 before, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);
GPtrArray *beckon_signaling_service_list_history_finish (BeckonSignalingService *self,
                                                         GAsyncResult *result, GError **error);
/** beckon_signaling_service_see_history_async: every call that started at @until (Unix ms) or
 * before has been looked at; history-missed follows where that changes something. */
void beckon_signaling_service_see_history_async (BeckonSignalingService *self, gint64 until,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);

G_END_DECLS
