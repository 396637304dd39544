/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

GError *
beckon_signaling_http_translate (GError *error, const char *server)
{
  GError *translated;

  g_assert (error != NULL);

  if (error->domain == BECKON_SIGNALING_ERROR || error->domain == BECKON_PROTOCOL_ERROR ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;

  if (error->domain == SOUP_WEBSOCKET_ERROR)
    translated = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_A_SERVER,
                              "%s does not speak Beckon’s protocol: %s", server, error->message);
  else if (error->domain == G_TLS_ERROR)
    translated = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE,
                              "%s cannot be trusted: %s", server, error->message);
  else
    translated = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE,
                              "%s does not answer: %s", server, error->message);
  g_error_free (error);
  return translated;
}

/* What the server says went wrong: {"error":{"code":…,"message":…}}. */
static GError *
read_refusal (JsonObject *answer)
{
  JsonNode *node = json_object_get_member (answer, "error");
  const char *code, *message;
  BeckonProtocolError number;
  JsonObject *object;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  code = json_object_get_string_member_with_default (object, "code", NULL);
  message = json_object_get_string_member_with_default (object, "message", NULL);
  if (code == NULL || !beckon_protocol_error_from_code (code, &number))
    return NULL;
  return g_error_new_literal (BECKON_PROTOCOL_ERROR, number, message != NULL ? message : code);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  const char *server = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result,
                                                                &error);
  g_autoptr (JsonObject) answer = NULL;

  if (bytes == NULL)
    {
      g_task_return_error (task, beckon_signaling_http_translate (error, server));
      return;
    }

  answer = beckon_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  if (SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)) && answer != NULL)
    {
      g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) json_object_unref);
      return;
    }

  error = answer != NULL ? read_refusal (answer) : NULL;
  /* A proxy in front of a server that is just starting says 502 to 504. */
  if (error == NULL && soup_message_get_status (message) >= 500)
    error = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_UNREACHABLE,
                         "%s does not answer: %u %s", server, soup_message_get_status (message),
                         soup_message_get_reason_phrase (message));
  if (error == NULL)
    error = g_error_new (BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_NOT_A_SERVER,
                         "%s is not a Beckon server", server);
  g_task_return_error (task, error);
}

void
beckon_signaling_http_post_async (SoupSession *session,
                                  const char *server,
                                  const char *path,
                                  JsonObject *body,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *uri = g_strconcat (server, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", uri);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  g_assert (message != NULL); /* the address was checked when the service was made */
  g_task_set_source_tag (task, beckon_signaling_http_post_async);
  g_task_set_task_data (task, g_strdup (server), g_free);

  json_node_take_object (node, body);
  text = json_to_string (node, FALSE);
  bytes = g_bytes_new_take (text, strlen (text));
  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, cancellable, on_answered,
                                    task);
}

JsonObject *
beckon_signaling_http_post_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
