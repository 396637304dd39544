/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of this layer share; nobody else includes it. */

#pragma once

#include <libsoup/soup.h>

#include "message.h"
#include "signaling-service.h"

G_BEGIN_DECLS

/* What the server has to answer an HTTP call or the hello. */
#define BECKON_SIGNALING_ANSWER_SECONDS 10

struct _BeckonSignalingService
{
  GObject parent_instance;

  /* Owned, for the whole life */
  char *server;
  char *device_id;
  char *device_name;
  SoupSession *http;
  GNetworkMonitor *network;
  GPtrArray *ice_servers;
  GQueue requests; /* Request of signaling-pending.c, by rising id: what has no reply yet */
  GQueue frames;   /* GBytes: came, and are to be handled in turn */

  /* Owned, while signed in */
  char *user_id;
  char *user_name;
  char *password; /* nullable: there was only a token */
  char *token;
  char *session;  /* nullable: none that could be resumed */
  GTask *sign_in; /* until the first connection */
  GSource *sign_in_cancelled;
  GError *problem;

  /* Owned, of the attempt or connection there is now */
  GCancellable *attempt;
  SoupWebsocketConnection *socket;
  GTask *bye;

  /* Sources */
  guint frame_source;
  guint retry_source;
  guint silence_source;
  guint probe_source;
  guint deadline_source;
  guint bye_source;
  guint ice_source;

  guint attempts;        /* that failed in a row */
  guint pings;           /* unanswered */
  guint reconnect_after; /* seconds, as the server asked for; 0: it did not */
  guint missed;          /* calls */
  gint64 last_id;        /* of a request of this session */
  gint64 last_seq;       /* of an event of this session that was handled */
  gint64 acked;
  gint64 heard; /* monotonic time of the last frame */
  gint64 probed; /* when we asked whether the connection still holds */
  gboolean ring;
  gboolean forgets_token; /* when bye is said */
  gboolean dnd;
  gboolean wanted;
  gboolean ready;
  gboolean was_ready;
  BeckonSignalingState notified;
};

/* signaling-http.c: the account calls */

/**
 * beckon_signaling_http_post_async:
 * @body: (transfer full): the JSON to send
 *
 * Finishes with the answer's JSON object, or %NULL with the %BECKON_PROTOCOL_ERROR that the server
 * named, or UNREACHABLE or NOT_A_SERVER.
 */
void beckon_signaling_http_post_async (SoupSession *session, const char *server, const char *path,
                                       JsonObject *body, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
JsonObject *beckon_signaling_http_post_finish (GAsyncResult *result, GError **error);

/** beckon_signaling_http_translate: @error: (transfer full). Returns: (transfer full): a network
 * failure as a %BECKON_SIGNALING_ERROR with a sentence; anything else as it is. */
GError *beckon_signaling_http_translate (GError *error, const char *server);

/* signaling-connection.c: staying connected */

void beckon_signaling_connect (BeckonSignalingService *self);
/** beckon_signaling_drop_connection: what waits for a reply goes on waiting. */
void beckon_signaling_drop_connection (BeckonSignalingService *self);
/** beckon_signaling_connection_broke: the attempt or the connection ended, and another may do
 * better; @why: (transfer full) */
void beckon_signaling_connection_broke (BeckonSignalingService *self, GError *why);
/** beckon_signaling_give_up: signed out for good, by the person or because the server will not have
 * us; @why: (transfer full) (nullable) */
void beckon_signaling_give_up (BeckonSignalingService *self, GError *why);
void beckon_signaling_update_state (BeckonSignalingService *self);
/** beckon_signaling_set_problem: @problem: (transfer full) (nullable) */
void beckon_signaling_set_problem (BeckonSignalingService *self, GError *problem);
void beckon_signaling_set_user (BeckonSignalingService *self, const char *id, const char *name);
void beckon_signaling_set_token (BeckonSignalingService *self, const char *token);
void beckon_signaling_set_missed (BeckonSignalingService *self, guint missed);
/** beckon_signaling_take_sign_in: Returns: (transfer full) (nullable): the sign-in that waits for
 * the first connection. */
GTask *beckon_signaling_take_sign_in (BeckonSignalingService *self);

/** beckon_signaling_has_lost_address: whether this computer no longer has the address from which the
 * connection was made: nothing comes there any more. */
gboolean beckon_signaling_has_lost_address (BeckonSignalingService *self);

/* signaling-session.c: what is said on a connection */

/** beckon_signaling_probe: the network has changed: whether our connection outlived that shows at once
 * where its address has gone, else in a second, and not when nothing has come for long. */
void beckon_signaling_probe (BeckonSignalingService *self);

/** beckon_signaling_say_hello: the socket is open. */
void beckon_signaling_say_hello (BeckonSignalingService *self);
/** beckon_signaling_take_frame: @bytes: (transfer none): handled in a turn of its own */
void beckon_signaling_take_frame (BeckonSignalingService *self, GBytes *bytes);
/** beckon_signaling_drain: handles what came, up to the end of the connection. */
void beckon_signaling_drain (BeckonSignalingService *self);
/** beckon_signaling_forget_session: the next hello asks for a new one. */
void beckon_signaling_forget_session (BeckonSignalingService *self);
void beckon_signaling_stop_session_sources (BeckonSignalingService *self);
/** beckon_signaling_tell_ring: says whether this device is told of invitations. */
void beckon_signaling_tell_ring (BeckonSignalingService *self);

/* signaling-pending.c: requests under way */

/** BeckonReplyReader: makes a request's result of a good reply, for g_task_return_pointer(). */
typedef gpointer (*BeckonReplyReader) (BeckonMessage *reply);

/**
 * beckon_signaling_service_request:
 * @message: (transfer full): a request; its id is set here
 * @task: (transfer full): returns TRUE, or what @reader makes, or the error
 */
void beckon_signaling_service_request (BeckonSignalingService *self, BeckonMessage *message,
                                       GTask *task, BeckonReplyReader reader,
                                       GDestroyNotify free_result);

void beckon_signaling_send_message (BeckonSignalingService *self, BeckonMessage *message);
void beckon_signaling_answer_request (BeckonSignalingService *self, BeckonMessage *reply);
/** beckon_signaling_suspend_requests: the connection broke; they wait for the next one. */
void beckon_signaling_suspend_requests (BeckonSignalingService *self);
/** beckon_signaling_resume_requests: the session goes on: sends all again, as they were. */
void beckon_signaling_resume_requests (BeckonSignalingService *self);
/** beckon_signaling_renew_requests: the session is a new one: sends what still makes sense, with
 * new ids. Returns: (transfer full): the rest, for beckon_signaling_fail_requests(). */
GQueue *beckon_signaling_renew_requests (BeckonSignalingService *self);
/** beckon_signaling_fail_requests: @requests: (transfer full) (nullable): %NULL: all there are */
void beckon_signaling_fail_requests (BeckonSignalingService *self, GQueue *requests);
/** beckon_signaling_is_done_with: whether a request is under way that ends our part in @call. */
gboolean beckon_signaling_is_done_with (BeckonSignalingService *self, const char *call);

/* signaling-requests.c */

/** beckon_signaling_send_simple: a request that answers with no more than that it was done;
 * @message: (transfer full); ends in beckon_signaling_service_request_finish() */
void beckon_signaling_send_simple (BeckonSignalingService *self, BeckonMessage *message,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);

/* signaling-events.c */

void beckon_signaling_events_install (GObjectClass *object_class);
void beckon_signaling_events_emit (BeckonSignalingService *self, BeckonMessage *event);
/** beckon_signaling_events_emit_session_started: @calls: (element-type BeckonCallSnapshot) */
void beckon_signaling_events_emit_session_started (BeckonSignalingService *self, gboolean resumed,
                                                   GPtrArray *calls);
void beckon_signaling_events_emit_missed (BeckonSignalingService *self);
/** beckon_signaling_read_users: @array: (nullable): objects with id and name. Returns: (transfer full). */
GPtrArray *beckon_signaling_read_users (JsonArray *array);

/* call-snapshot.c */

/** beckon_signaling_read_snapshot: @object: as the codec let it pass. Returns: (transfer full). */
BeckonCallSnapshot *beckon_signaling_read_snapshot (JsonObject *object);

G_END_DECLS
