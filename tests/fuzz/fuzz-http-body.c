/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as the body of a registration. What is taken has all that was asked for, and is the
 * same when it is written and read again. */

#include "config.h"

#include "http-body.h"

#include "json-parse.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static const char *const names[] = { "user", "name", "password", NULL };

static void
check_error (const GError *error)
{
  g_assert (error != NULL && error->domain == BECKON_PROTOCOL_ERROR);
  g_assert (error->code == BECKON_PROTOCOL_ERROR_TOO_LARGE ||
            error->code == BECKON_PROTOCOL_ERROR_BAD_FRAME ||
            error->code == BECKON_PROTOCOL_ERROR_BAD_REQUEST);
  g_assert (g_utf8_validate (error->message, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = beckon_http_body_read ((const char *) data, size, names, &error);
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (body == NULL)
    {
      check_error (error);
      return 0;
    }
  g_assert (error == NULL);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert (g_utf8_validate (beckon_http_body_get_string (body, names[i]), -1, NULL));
  beckon_http_body_get_string (body, "invite_code");
  node = json_node_init_object (json_node_alloc (), body);
  text = json_to_string (node, FALSE);
  again = beckon_json_parse (text, strlen (text), NULL); /* escapes may have made it longer */
  g_assert (again != NULL && json_object_equal (body, again));
  return 0;
}
