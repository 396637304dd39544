/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Requests under way: what was asked and who waits for the answer.
 *
 * What has no reply when the connection breaks is asked again, with its old id and in the old
 * order, when the session is resumed; so each is done once and answered once. When there is a new
 * session instead, what may or may not have been done fails with DISCONNECTED, and the call layer
 * looks at the snapshot.
 *
 * What a person does while the connection is away is not lost by a short break:
 *
 *   farewell  ends our part in a call: kept until the server has heard it, in whatever session;
 *             said twice it does no harm
 *   patient   waits PATIENCE_SECONDS for the connection
 *   others    fail at once with NOT_CONNECTED
 */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

#define PATIENCE_SECONDS 10

typedef struct
{
  BeckonSignalingService *service; /* borrowed: it owns the request, and the task it */
  BeckonMessage *message;
  GTask *task;
  BeckonReplyReader reader;
  GDestroyNotify free_result;
  GSource *cancelled; /* nullable */
  guint patience_source;
  gboolean sent; /* so the server may have done it */
} Request;

static void
request_free (Request *request)
{
  if (request->cancelled != NULL)
    {
      g_source_destroy (request->cancelled);
      g_source_unref (request->cancelled);
    }
  g_clear_handle_id (&request->patience_source, g_source_remove);
  beckon_message_unref (request->message);
  g_clear_object (&request->task);
  g_free (request);
}

static void
fail_request (Request *request)
{
  const char *server = request->service->server;

  if (request->sent)
    g_task_return_new_error (request->task, BECKON_SIGNALING_ERROR,
                             BECKON_SIGNALING_ERROR_DISCONNECTED, "The connection to %s broke",
                             server);
  else
    g_task_return_new_error (request->task, BECKON_SIGNALING_ERROR,
                             BECKON_SIGNALING_ERROR_NOT_CONNECTED, "Not connected to %s", server);
  request_free (request);
}

static gboolean
is_farewell (Request *request)
{
  switch ((guint) beckon_message_get_message_type (request->message))
    {
    case BECKON_BYE:
    case BECKON_CALL_CANCEL:
    case BECKON_CALL_REJECT:
    case BECKON_CALL_LEAVE:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_patient (Request *request)
{
  switch ((guint) beckon_message_get_message_type (request->message))
    {
    case BECKON_CALL_ACCEPT:
    case BECKON_SIGNAL_SEND:
      return TRUE;
    default:
      return is_farewell (request);
    }
}

gboolean
beckon_signaling_is_done_with (BeckonSignalingService *self, const char *call)
{
  for (GList *l = self->requests.head; l != NULL; l = l->next)
    {
      Request *request = l->data;

      if (is_farewell (request) && !beckon_message_has (request->message, "invitees") &&
          g_strcmp0 (beckon_message_get_string (request->message, "call"), call) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full) (nullable) */
static Request *
take_request (BeckonSignalingService *self, gint64 id)
{
  for (GList *l = self->requests.head; l != NULL; l = l->next)
    {
      Request *request = l->data;

      if (beckon_message_get_id (request->message) == id)
        {
          g_queue_delete_link (&self->requests, l);
          return request;
        }
    }
  return NULL;
}

static gboolean
on_request_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Request *request = user_data;

  g_queue_remove (&request->service->requests, request);
  g_task_return_error_if_cancelled (request->task);
  request_free (request);
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (Request *request)
{
  GCancellable *cancellable = g_task_get_cancellable (request->task);

  if (cancellable == NULL)
    return;
  request->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_request_cancelled), request, NULL);
  g_source_attach (request->cancelled, g_task_get_context (request->task));
}

static gboolean
on_patience_over (gpointer user_data)
{
  Request *request = user_data;

  request->patience_source = 0;
  g_queue_remove (&request->service->requests, request);
  fail_request (request);
  return G_SOURCE_REMOVE;
}

static void
start_patience (Request *request)
{
  if (request->patience_source == 0 && !is_farewell (request))
    request->patience_source = g_timeout_add_seconds (PATIENCE_SECONDS, on_patience_over, request);
}

void
beckon_signaling_send_message (BeckonSignalingService *self, BeckonMessage *message)
{
  g_autofree char *text = NULL;

  g_assert (self->socket != NULL);
  /* While it closes it takes nothing more; what waits for a reply is asked again. */
  if (soup_websocket_connection_get_state (self->socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  text = beckon_message_to_string (message, NULL);
  soup_websocket_connection_send_text (self->socket, text);
}

static void
send_request (Request *request)
{
  g_clear_handle_id (&request->patience_source, g_source_remove);
  request->sent = TRUE;
  beckon_signaling_send_message (request->service, request->message);
}

void
beckon_signaling_service_request (BeckonSignalingService *self,
                                  BeckonMessage *message,
                                  GTask *task,
                                  BeckonReplyReader reader,
                                  GDestroyNotify free_result)
{
  Request *request = g_new0 (Request, 1);

  g_assert (BECKON_IS_SIGNALING_SERVICE (self));

  request->service = self;
  request->message = message;
  request->task = task;
  request->reader = reader;
  request->free_result = free_result;
  if (!self->ready && !(self->wanted && self->was_ready && is_patient (request)))
    {
      fail_request (request);
      return;
    }
  beckon_message_set_id (message, ++self->last_id);
  watch_cancellable (request);
  g_queue_push_tail (&self->requests, request);
  if (self->ready)
    send_request (request);
  else
    start_patience (request);
}

/* "Nobody can be invited" of one invitee is the reason that this one has. */
static void
sharpen_refusal (BeckonMessage *reply, GError *error)
{
  JsonObject *details = beckon_message_get_object (reply, "error");
  JsonNode *node = details != NULL ? json_object_get_member (details, "failed") : NULL;
  JsonArray *failed =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonObject *only = NULL;
  BeckonProtocolError code;

  if (failed != NULL && json_array_get_length (failed) == 1 &&
      JSON_NODE_HOLDS_OBJECT (json_array_get_element (failed, 0)))
    only = json_array_get_object_element (failed, 0);
  if (only != NULL && beckon_protocol_error_from_code (
                          json_object_get_string_member_with_default (only, "code", ""), &code))
    error->code = code;
}

void
beckon_signaling_answer_request (BeckonSignalingService *self, BeckonMessage *reply)
{
  Request *request = take_request (self, beckon_message_get_id (reply));
  GError *error = NULL;

  if (request == NULL)
    return; /* a ping, or it was cancelled */

  if (!beckon_message_check_reply (reply, beckon_message_get_message_type (request->message),
                                   &error))
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

/* ---- over breaks of the connection ---- */

void
beckon_signaling_suspend_requests (BeckonSignalingService *self)
{
  for (GList *l = self->requests.head; l != NULL; l = l->next)
    start_patience (l->data);
}

void
beckon_signaling_resume_requests (BeckonSignalingService *self)
{
  for (GList *l = self->requests.head; l != NULL; l = l->next)
    send_request (l->data);
}

GQueue *
beckon_signaling_renew_requests (BeckonSignalingService *self)
{
  GQueue *lost = g_queue_new ();
  GList *next;

  for (GList *l = self->requests.head; l != NULL; l = next)
    {
      Request *request = l->data;

      next = l->next;
      if (request->sent && !is_farewell (request))
        {
          g_queue_unlink (&self->requests, l);
          g_queue_push_tail_link (lost, l);
          continue;
        }
      beckon_message_set_id (request->message, ++self->last_id);
      send_request (request);
    }
  return lost;
}

void
beckon_signaling_fail_requests (BeckonSignalingService *self, GQueue *requests)
{
  Request *request;

  if (requests == NULL)
    {
      requests = g_queue_copy (&self->requests);
      g_queue_clear (&self->requests);
    }
  while ((request = g_queue_pop_head (requests)) != NULL)
    fail_request (request);
  g_queue_free (requests);
}
