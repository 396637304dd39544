/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "metrics-page.h"

#include "http-answer.h"
#include "listener.h"
#include "networks.h"

#define METRICS_PATH "/metrics"
#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
/* Somebody reads them every few seconds. */
#define SILENCE_SECONDS 120

struct _BeckonMetricsPage
{
  GObject parent_instance;

  BeckonMetrics *metrics;
  const BeckonServerConfig *config;
  SoupServer *server;
  BeckonListener *listener;
  char *url;
};

G_DEFINE_FINAL_TYPE (BeckonMetricsPage, beckon_metrics_page, G_TYPE_OBJECT)

static void
on_metrics (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  BeckonMetricsPage *self = user_data;
  char *text;

  if (!beckon_http_is_call (message, path, "GET", METRICS_PATH))
    return;
  text = beckon_metrics_format (self->metrics);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, CONTENT_TYPE, SOUP_MEMORY_TAKE, text, strlen (text));
}

static void
on_connection (BeckonListener *listener, GSocketConnection *connection, BeckonMetricsPage *self)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  GInetAddress *inet;

  if (local == NULL || remote == NULL)
    return; /* gone already */
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  if (!g_inet_address_get_is_loopback (inet) &&
      !beckon_networks_contain (self->config->metrics_networks, inet))
    return;
  g_socket_set_timeout (g_socket_connection_get_socket (connection), SILENCE_SECONDS);
  soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, remote, NULL);
}

BeckonMetricsPage *
beckon_metrics_page_new (BeckonMetrics *metrics, const BeckonServerConfig *config, GError **error)
{
  g_autoptr (BeckonMetricsPage) self = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (metrics != NULL, NULL);
  g_return_val_if_fail (config != NULL && config->metrics_listen != NULL, NULL);

  address = beckon_listener_parse_address (config->metrics_listen, error);
  if (address == NULL)
    return NULL;
  self = g_object_new (BECKON_TYPE_METRICS_PAGE, NULL);
  self->metrics = metrics;
  self->config = config;
  self->listener = beckon_listener_new (address, error);
  if (self->listener == NULL)
    {
      g_prefix_error (error, "%s: ", config->metrics_listen);
      return NULL;
    }
  self->server = soup_server_new ("server-header", "beckon-server", NULL);
  soup_server_add_handler (self->server, METRICS_PATH, on_metrics, self, NULL);
  g_signal_connect (self->listener, "connection", G_CALLBACK (on_connection), self);
  text = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (beckon_listener_get_address (self->listener)));
  self->url = g_strconcat ("http://", text, METRICS_PATH, NULL);
  return g_steal_pointer (&self);
}

const char *
beckon_metrics_page_get_url (BeckonMetricsPage *self)
{
  g_return_val_if_fail (BECKON_IS_METRICS_PAGE (self), NULL);

  return self->url;
}

static void
beckon_metrics_page_dispose (GObject *object)
{
  BeckonMetricsPage *self = BECKON_METRICS_PAGE (object);

  if (self->listener != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->listener, self);
      beckon_listener_stop (self->listener);
    }
  g_clear_object (&self->listener);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (beckon_metrics_page_parent_class)->dispose (object);
}

static void
beckon_metrics_page_finalize (GObject *object)
{
  g_free (BECKON_METRICS_PAGE (object)->url);
  G_OBJECT_CLASS (beckon_metrics_page_parent_class)->finalize (object);
}

static void
beckon_metrics_page_class_init (BeckonMetricsPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_metrics_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_metrics_page_finalize;
}

static void
beckon_metrics_page_init (BeckonMetricsPage *self)
{
}
