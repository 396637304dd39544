/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of this layer share; nobody else includes it. */

#pragma once

#include <libsoup/soup.h>

#include "message.h"
#include "signaling-service.h"

G_BEGIN_DECLS

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

/* signaling-service.c, for signaling-requests.c */

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

/* signaling-events.c */

void beckon_signaling_events_install (GObjectClass *object_class);
void beckon_signaling_events_emit (BeckonSignalingService *self, BeckonMessage *event);
void beckon_signaling_events_emit_session_started (BeckonSignalingService *self,
                                                   const char *const *calls);
/** beckon_signaling_read_users: @array: (nullable): objects with id and name. Returns: (transfer full). */
GPtrArray *beckon_signaling_read_users (JsonArray *array);

G_END_DECLS
