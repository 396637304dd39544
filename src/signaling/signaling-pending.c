/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Requests under way: what was asked and who waits for the answer. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

/* What to do with the answer of a request that is under way. */
typedef struct
{
  BeckonMessageType type;
  GTask *task;
  BeckonReplyReader reader;
  GDestroyNotify free_result;
  GSource *cancelled; /* nullable */
} Request;

static void
request_free (Request *request)
{
  if (request->cancelled != NULL)
    {
      g_source_destroy (request->cancelled);
      g_source_unref (request->cancelled);
    }
  g_clear_object (&request->task);
  g_free (request);
}

GHashTable *
beckon_signaling_new_requests (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) request_free);
}

static gboolean
take_request (BeckonSignalingService *self, gint64 id, Request **request)
{
  g_autofree gint64 *key = NULL;

  return g_hash_table_steal_extended (self->requests, &id, (gpointer *) &key, (gpointer *) request);
}

typedef struct
{
  BeckonSignalingService *service; /* borrowed: the source goes with the request */
  gint64 id;
} Cancelled;

static gboolean
on_request_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Cancelled *cancelled = user_data;
  Request *request;

  if (take_request (cancelled->service, cancelled->id, &request))
    {
      g_task_return_error_if_cancelled (request->task);
      request_free (request);
    }
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (BeckonSignalingService *self, Request *request, gint64 id)
{
  GCancellable *cancellable = g_task_get_cancellable (request->task);
  Cancelled *cancelled;

  if (cancellable == NULL)
    return;
  cancelled = g_new (Cancelled, 1);
  *cancelled = (Cancelled) { self, id };
  request->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_request_cancelled), cancelled, g_free);
  g_source_attach (request->cancelled, g_task_get_context (request->task));
}

void
beckon_signaling_send_message (BeckonSignalingService *self, BeckonMessage *message)
{
  g_autofree char *text = NULL;

  g_assert (self->socket != NULL);
  /* While it closes it takes nothing more; what waits for a reply hears of its end soon. */
  if (soup_websocket_connection_get_state (self->socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  text = beckon_message_to_string (message, NULL);
  soup_websocket_connection_send_text (self->socket, text);
}

void
beckon_signaling_send_request (BeckonSignalingService *self, BeckonMessage *message, GTask *task,
              BeckonReplyReader reader, GDestroyNotify free_result)
{
  Request *request = g_new0 (Request, 1);
  gint64 *id = g_new (gint64, 1);

  *id = ++self->last_id;
  request->type = beckon_message_get_message_type (message);
  request->task = task;
  request->reader = reader;
  request->free_result = free_result;
  watch_cancellable (self, request, *id);
  beckon_message_set_id (message, *id);
  g_hash_table_insert (self->requests, id, request);
  beckon_signaling_send_message (self, message);
}

void
beckon_signaling_service_request (BeckonSignalingService *self,
                                  BeckonMessage *message,
                                  GTask *task,
                                  BeckonReplyReader reader,
                                  GDestroyNotify free_result)
{
  g_autoptr (BeckonMessage) owned = message;

  g_assert (BECKON_IS_SIGNALING_SERVICE (self));

  if (self->ready)
    {
      beckon_signaling_send_request (self, message, task, reader, free_result);
      return;
    }
  g_task_return_new_error (task, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_CONNECTED,
                           "Not connected to %s", self->server);
  g_object_unref (task);
}

/* "Nobody can be invited" of one invitee is the reason that this one has. */
static void
sharpen_refusal (BeckonMessage *reply, GError *error)
{
  JsonObject *details = beckon_message_get_object (reply, "error");
  JsonNode *node = details != NULL ? json_object_get_member (details, "failed") : NULL;
  JsonArray *failed = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                   : NULL;
  JsonObject *only = NULL;
  BeckonProtocolError code;

  if (failed != NULL && json_array_get_length (failed) == 1 &&
      JSON_NODE_HOLDS_OBJECT (json_array_get_element (failed, 0)))
    only = json_array_get_object_element (failed, 0);
  if (only != NULL &&
      beckon_protocol_error_from_code (
          json_object_get_string_member_with_default (only, "code", ""), &code))
    error->code = code;
}

void
beckon_signaling_answer_request (BeckonSignalingService *self, BeckonMessage *reply)
{
  Request *request;
  GError *error = NULL;

  if (!take_request (self, beckon_message_get_id (reply), &request))
    return; /* it was cancelled */

  if (!beckon_message_check_reply (reply, request->type, &error))
    {
      if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_NO_INVITEE))
        sharpen_refusal (reply, error);
      g_task_return_error (request->task, error);
    }
  else if (request->reader != NULL)
    g_task_return_pointer (request->task, request->reader (reply), request->free_result);
  else
    g_task_return_boolean (request->task, TRUE);
  request_free (request);
}

void
beckon_signaling_fail_requests (BeckonSignalingService *self)
{
  g_autoptr (GHashTable) requests = g_steal_pointer (&self->requests);
  GHashTableIter iter;
  gpointer value;

  self->requests = beckon_signaling_new_requests ();
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Request *request = value;

      g_task_return_new_error (request->task, BECKON_SIGNALING_ERROR,
                               BECKON_SIGNALING_ERROR_DISCONNECTED,
                               "The connection to %s broke", self->server);
    }
}
