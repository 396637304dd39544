/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-api.h"

#include "http-answer.h"
#include "http-body.h"
#include "http-upgrade.h"
#include "protocol-error.h"

#define ACCOUNTS_PATH "/v1/accounts"
#define SESSIONS_PATH "/v1/sessions"
#define CURRENT_SESSION_PATH "/v1/sessions/current"
#define SCHEMA_PATH "/v1/protocol.schema.json"
#define HEALTH_PATH "/healthz"
#define READY_PATH "/readyz"
#define SCHEMA "/org/beckon/server/protocol.schema.json"

struct _BeckonHttpApi
{
  GObject parent_instance;

  BeckonHub *hub;
  BeckonAccounts *accounts;
  BeckonStore *store;
  SoupServer *server;
  BeckonHttpDoor *door;
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (BeckonHttpApi, beckon_http_api, G_TYPE_OBJECT)

/* Returns: (transfer full) (nullable): the body, with a string in each of @names; or it was
 * refused. */
static JsonObject *
read_body (SoupServerMessage *message, const char *const *names)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  GError *error = NULL;
  JsonObject *object = beckon_http_body_read (g_bytes_get_data (bytes, NULL),
                                              g_bytes_get_size (bytes), names, &error);

  if (object == NULL)
    beckon_http_answer_error (message, error);
  return object;
}

/* ---- the calls ---- */

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  GError *error = NULL;

  if (beckon_accounts_register_finish (BECKON_ACCOUNTS (source), result, &error))
    beckon_http_answer (message, SOUP_STATUS_CREATED, json_object_new ());
  else
    beckon_http_answer_error (message, error);
  soup_server_message_unpause (message);
}

static void
on_accounts (SoupServer *server,
             SoupServerMessage *message,
             const char *path,
             GHashTable *query,
             gpointer user_data)
{
  static const char *const names[] = { "user", "name", "password", NULL };
  BeckonHttpApi *self = user_data;
  g_autofree char *address = beckon_http_door_get_client (self->door, message);
  g_autoptr (JsonObject) body = NULL;

  if (!beckon_http_is_call (message, path, "POST", ACCOUNTS_PATH) ||
      (body = read_body (message, names)) == NULL)
    return;
  soup_server_message_pause (message);
  beckon_accounts_register_async (
      self->accounts, beckon_http_body_get_string (body, "user"),
      beckon_http_body_get_string (body, "name"), beckon_http_body_get_string (body, "password"),
      beckon_http_body_get_string (body, "invite_code"), address, on_registered,
      g_object_ref (message));
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  GError *error = NULL;
  gint64 expires;
  g_autofree char *token =
      beckon_accounts_sign_in_finish (BECKON_ACCOUNTS (source), result, &expires, &error);

  if (token == NULL)
    beckon_http_answer_error (message, error);
  else
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "token", token);
      json_object_set_int_member (object, "expires", expires);
      beckon_http_answer (message, SOUP_STATUS_OK, object);
    }
  soup_server_message_unpause (message);
}

static void
on_sessions (SoupServer *server,
             SoupServerMessage *message,
             const char *path,
             GHashTable *query,
             gpointer user_data)
{
  static const char *const names[] = { "user", "password", "device", NULL };
  BeckonHttpApi *self = user_data;
  g_autofree char *address = beckon_http_door_get_client (self->door, message);
  g_autoptr (JsonObject) body = NULL;

  if (!beckon_http_is_call (message, path, "POST", SESSIONS_PATH) ||
      (body = read_body (message, names)) == NULL)
    return;
  soup_server_message_pause (message);
  beckon_accounts_sign_in_async (self->accounts, beckon_http_body_get_string (body, "user"),
                                 beckon_http_body_get_string (body, "password"),
                                 beckon_http_body_get_string (body, "device"), address,
                                 on_signed_in, g_object_ref (message));
}

static void
on_revoked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  GError *error = NULL;

  if (beckon_accounts_revoke_token_finish (BECKON_ACCOUNTS (source), result, &error))
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  else
    beckon_http_answer_error (message, error);
  soup_server_message_unpause (message);
}

static void
on_current_session (SoupServer *server,
                    SoupServerMessage *message,
                    const char *path,
                    GHashTable *query,
                    gpointer user_data)
{
  BeckonHttpApi *self = user_data;
  const char *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");

  if (!beckon_http_is_call (message, path, "DELETE", CURRENT_SESSION_PATH))
    return;
  if (header == NULL || !g_str_has_prefix (header, "Bearer "))
    {
      beckon_http_answer_error (message,
                                g_error_new (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_TOKEN,
                                             "Authorization: Bearer is missing"));
      return;
    }
  soup_server_message_pause (message);
  beckon_accounts_revoke_token_async (self->accounts, header + strlen ("Bearer "), on_revoked,
                                      g_object_ref (message));
}

static void
on_health (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  if (beckon_http_is_call (message, path, "GET", HEALTH_PATH))
    beckon_http_answer (message, SOUP_STATUS_OK, json_object_new ());
}

static void
on_ready (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  BeckonHttpApi *self = user_data;
  const gboolean ready = !self->stopped && !beckon_store_is_failing (self->store);

  if (beckon_http_is_call (message, path, "GET", READY_PATH))
    beckon_http_answer (message, ready ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE,
                        json_object_new ());
}

static void
on_schema (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  g_autoptr (GBytes) schema = g_resources_lookup_data (SCHEMA, 0, NULL);

  if (!beckon_http_is_call (message, path, "GET", SCHEMA_PATH))
    return;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         "application/schema+json", NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), schema);
}

/* A body over its limit is read to its end, but not kept. */
static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer unused)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length > BECKON_HTTP_BODY_MAX)
    {
      soup_message_body_set_accumulate (body, FALSE);
      soup_message_body_truncate (body);
      soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
    }
}

static void
on_request (SoupServer *server, SoupServerMessage *message, gpointer unused)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
}

static void
on_client (BeckonConnection *connection, gpointer user_data)
{
  BeckonHttpApi *self = user_data;

  beckon_hub_add (self->hub, connection);
}

BeckonHttpApi *
beckon_http_api_new (BeckonHub *hub,
                     BeckonAccounts *accounts,
                     BeckonStore *store,
                     BeckonConnectionLoop *connections,
                     const BeckonServerConfig *config,
                     GError **error)
{
  g_autoptr (BeckonHttpApi) self = NULL;

  g_return_val_if_fail (BECKON_IS_HUB (hub) && BECKON_IS_ACCOUNTS (accounts), NULL);
  g_return_val_if_fail (BECKON_IS_STORE (store) && connections != NULL, NULL);

  self = g_object_new (BECKON_TYPE_HTTP_API, NULL);
  self->hub = g_object_ref (hub);
  self->accounts = g_object_ref (accounts);
  self->store = g_object_ref (store);
  self->server = soup_server_new ("server-header", "beckon-server", NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (on_request), NULL);
  soup_server_add_handler (self->server, ACCOUNTS_PATH, on_accounts, self, NULL);
  soup_server_add_handler (self->server, SESSIONS_PATH, on_sessions, self, NULL);
  soup_server_add_handler (self->server, CURRENT_SESSION_PATH, on_current_session, self, NULL);
  soup_server_add_handler (self->server, SCHEMA_PATH, on_schema, self, NULL);
  soup_server_add_handler (self->server, HEALTH_PATH, on_health, self, NULL);
  soup_server_add_handler (self->server, READY_PATH, on_ready, self, NULL);
  self->door = beckon_http_door_new (
      self->server, beckon_connection_loop_get_addresses (connections), config, error);
  if (self->door == NULL)
    return NULL;
  beckon_http_upgrade_serve (self->server, self->door, connections, on_client, self);
  return g_steal_pointer (&self);
}

const char *
beckon_http_api_get_url (BeckonHttpApi *self)
{
  g_return_val_if_fail (BECKON_IS_HTTP_API (self), NULL);

  return beckon_http_door_get_url (self->door);
}

gboolean
beckon_http_api_reload (BeckonHttpApi *self, GError **error)
{
  g_return_val_if_fail (BECKON_IS_HTTP_API (self), FALSE);

  return beckon_http_door_reload (self->door, error);
}

void
beckon_http_api_stop (BeckonHttpApi *self)
{
  g_return_if_fail (BECKON_IS_HTTP_API (self));

  self->stopped = TRUE;
  beckon_http_upgrade_stop (self->server);
}

static void
beckon_http_api_dispose (GObject *object)
{
  BeckonHttpApi *self = BECKON_HTTP_API (object);

  if (self->door != NULL)
    beckon_http_door_stop (self->door);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->door);
  g_clear_object (&self->server);
  g_clear_object (&self->store);
  g_clear_object (&self->accounts);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (beckon_http_api_parent_class)->dispose (object);
}

static void
beckon_http_api_class_init (BeckonHttpApiClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_http_api_dispose;
}

static void
beckon_http_api_init (BeckonHttpApi *self)
{
}
