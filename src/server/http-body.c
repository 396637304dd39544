/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-body.h"

#include "json-parse.h"

JsonObject *
beckon_http_body_read (const char *data, gsize length, const char *const *names, GError **error)
{
  g_autoptr (JsonObject) body = NULL;

  g_return_val_if_fail (names != NULL, NULL);

  if (length > BECKON_HTTP_BODY_MAX)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_LARGE,
                   "A body has at most %d bytes", BECKON_HTTP_BODY_MAX);
      return NULL;
    }
  body = beckon_json_parse (data, length, error);
  if (body == NULL)
    return NULL;
  for (guint i = 0; names[i] != NULL; i++)
    if (beckon_http_body_get_string (body, names[i]) == NULL)
      {
        g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                     "“%s” is missing or no string", names[i]);
        return NULL;
      }
  return g_steal_pointer (&body);
}

const char *
beckon_http_body_get_string (JsonObject *body, const char *name)
{
  JsonNode *node;

  g_return_val_if_fail (body != NULL && name != NULL, NULL);

  node = json_object_get_member (body, name);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}
