/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-answer.h"

#include "protocol-error.h"

void
beckon_http_answer (SoupServerMessage *message, guint status, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message) && object != NULL);

  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

static guint
status_of (const GError *error)
{
  if (error->domain != BECKON_PROTOCOL_ERROR)
    return SOUP_STATUS_INTERNAL_SERVER_ERROR;
  switch ((guint) error->code)
    {
    case BECKON_PROTOCOL_ERROR_WRONG_PASSWORD:
    case BECKON_PROTOCOL_ERROR_BAD_TOKEN:
      return SOUP_STATUS_UNAUTHORIZED;
    case BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED:
    case BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED:
      return SOUP_STATUS_FORBIDDEN;
    case BECKON_PROTOCOL_ERROR_USER_EXISTS:
      return SOUP_STATUS_CONFLICT;
    case BECKON_PROTOCOL_ERROR_RATE_LIMITED:
      return 429;
    case BECKON_PROTOCOL_ERROR_TOO_LARGE:
      return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
    default:
      return SOUP_STATUS_BAD_REQUEST;
    }
}

void
beckon_http_answer_error (SoupServerMessage *message, GError *error)
{
  const gboolean named = error->domain == BECKON_PROTOCOL_ERROR;
  JsonObject *object = json_object_new ();
  JsonObject *details = json_object_new ();

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  if (!named)
    g_warning ("%s: %s", g_uri_get_path (soup_server_message_get_uri (message)), error->message);
  json_object_set_string_member (
      details, "code",
      beckon_protocol_error_to_code (named ? (guint) error->code : BECKON_PROTOCOL_ERROR_INTERNAL));
  json_object_set_string_member (
      details, "message", named ? error->message : "The server has a problem; try again later");
  json_object_set_object_member (object, "error", details);
  beckon_http_answer (message, status_of (error), object);
  g_error_free (error);
}

gboolean
beckon_http_is_call (SoupServerMessage *message,
                     const char *path,
                     const char *method,
                     const char *own_path)
{
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), FALSE);

  if (!g_str_equal (path, own_path))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return FALSE;
    }
  if (g_strcmp0 (soup_server_message_get_method (message), method) == 0)
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                method);
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
  return FALSE;
}
