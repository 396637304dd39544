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
  GHashTable *requests; /* gint64 id → Request, of signaling-pending.c */
  GQueue frames;        /* BeckonMessage: read, and to be handled in turn */

  /* Owned, while signed in */
  char *user_id;
  char *user_name;
  char *password;
  char *token;
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
  guint deadline_source;

  guint attempts; /* that failed in a row */
  guint pings;    /* unanswered */
  gint64 last_id;
  gint64 heard; /* monotonic time of the last frame */
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
void beckon_signaling_drop_connection (BeckonSignalingService *self);
/** beckon_signaling_give_up: signed out for good, by the person or because the server will not have
 * us; @why: (transfer full) (nullable) */
void beckon_signaling_give_up (BeckonSignalingService *self, GError *why);
void beckon_signaling_update_state (BeckonSignalingService *self);
/** beckon_signaling_set_problem: @problem: (transfer full) (nullable) */
void beckon_signaling_set_problem (BeckonSignalingService *self, GError *problem);
void beckon_signaling_set_user (BeckonSignalingService *self, const char *id, const char *name);

/* signaling-pending.c: requests under way */

GHashTable *beckon_signaling_new_requests (void);

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

/** beckon_signaling_send_request: as beckon_signaling_service_request(), also before hello is
 * answered; @message: (transfer none) */
void beckon_signaling_send_request (BeckonSignalingService *self, BeckonMessage *message,
                                    GTask *task, BeckonReplyReader reader,
                                    GDestroyNotify free_result);
void beckon_signaling_send_message (BeckonSignalingService *self, BeckonMessage *message);
void beckon_signaling_answer_request (BeckonSignalingService *self, BeckonMessage *reply);
/** beckon_signaling_fail_requests: the connection broke: nobody will answer them. */
void beckon_signaling_fail_requests (BeckonSignalingService *self);

/* signaling-events.c */

void beckon_signaling_events_install (GObjectClass *object_class);
void beckon_signaling_events_emit (BeckonSignalingService *self, BeckonMessage *event);
void beckon_signaling_events_emit_session_started (BeckonSignalingService *self,
                                                   const char *const *calls);
/** beckon_signaling_read_users: @array: (nullable): objects with id and name. Returns: (transfer full). */
GPtrArray *beckon_signaling_read_users (JsonArray *array);

G_END_DECLS
