/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-upgrade.h"

#include "http-answer.h"
#include "message.h"

#define SIGNAL_PATH "/v1/signal"

typedef struct
{
  BeckonHttpDoor *door;
  BeckonConnectionLoop *loop;
  BeckonHttpUpgradeFunc func;
  gpointer user_data;
} Upgrade;

static void
upgrade_clear (gpointer data)
{
  g_object_unref (((Upgrade *) data)->door);
}

static void
upgrade_unref (gpointer self)
{
  g_rc_box_release_full (self, upgrade_clear);
}

static void
upgrade_unref_by_closure (gpointer self, GClosure *closure)
{
  upgrade_unref (self);
}

static void
on_switched (SoupServerMessage *message, Upgrade *self)
{
  g_autofree char *address = beckon_http_door_get_client (self->door, message);
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  g_autoptr (BeckonConnection) connection = NULL;

  if (stream == NULL)
    return; /* gone already */
  beckon_http_door_let_go (self->door, stream);
  connection = beckon_connection_loop_adopt (self->loop, g_steal_pointer (&stream), address);
  self->func (connection, self->user_data);
}

static gboolean
offers_subprotocol (SoupServerMessage *message)
{
  const char *offered = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Sec-WebSocket-Protocol");

  return offered != NULL && soup_header_contains (offered, BECKON_SUBPROTOCOL);
}

static void
on_signal (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  char *protocols[] = { (char *) BECKON_SUBPROTOCOL, NULL };

  if (!beckon_http_is_call (message, path, "GET", SIGNAL_PATH))
    return;
  if (!offers_subprotocol (message)) /* libsoup takes those that name none */
    soup_server_message_set_status (message, SOUP_STATUS_BAD_REQUEST,
                                    "The sub-protocol is missing");
  else if (soup_websocket_server_process_handshake (message, NULL, protocols, NULL, NULL))
    g_signal_connect_data (message, "wrote-informational", G_CALLBACK (on_switched),
                           g_rc_box_acquire (user_data), upgrade_unref_by_closure, 0);
}

static void
on_signal_when_stopped (SoupServer *server,
                        SoupServerMessage *message,
                        const char *path,
                        GHashTable *query,
                        gpointer unused)
{
  soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
}

void
beckon_http_upgrade_serve (SoupServer *server,
                           BeckonHttpDoor *door,
                           BeckonConnectionLoop *loop,
                           BeckonHttpUpgradeFunc func,
                           gpointer user_data)
{
  Upgrade *self;

  g_return_if_fail (SOUP_IS_SERVER (server) && BECKON_IS_HTTP_DOOR (door));
  g_return_if_fail (loop != NULL && func != NULL);

  self = g_rc_box_new (Upgrade);
  *self = (Upgrade){ g_object_ref (door), loop, func, user_data };
  soup_server_add_handler (server, SIGNAL_PATH, on_signal, self, upgrade_unref);
}

void
beckon_http_upgrade_stop (SoupServer *server)
{
  g_return_if_fail (SOUP_IS_SERVER (server));

  soup_server_add_handler (server, SIGNAL_PATH, on_signal_when_stopped, NULL, NULL);
}
