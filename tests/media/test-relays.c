/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Addresses of relays; a tunnel and a relay that are not there, or are not what they should be. */

#include "config.h"

#include "media-peer.h"
#include "media-relay.h"
#include "relay-probe.h"
#include "relay-rate.h"
#include "relay-tunnel.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- addresses ---- */

static void
test_addresses (void)
{
  static const struct
  {
    const char *url, *host;
    guint16 port;
    BeckonRelayProtocol protocol;
    const char *uri;
  } good[] = {
    { "turn:turn.example.org", "turn.example.org", 3478, BECKON_RELAY_UDP,
      "turn://1%3Aalice:a%2Fb%3D@turn.example.org:3478?transport=udp" },
    { "turn:[2001:db8::2]:80?transport=udp", "2001:db8::2", 80, BECKON_RELAY_UDP,
      "turn://1%3Aalice:a%2Fb%3D@[2001:db8::2]:80?transport=udp" },
    { "turn:[2001:db8::1]:80?transport=tcp", "2001:db8::1", 80, BECKON_RELAY_TCP,
      "turn://1%3Aalice:a%2Fb%3D@127.0.0.1:9?transport=tcp" },
    { "turns:turn.example.org", "turn.example.org", 5349, BECKON_RELAY_TLS,
      "turn://1%3Aalice:a%2Fb%3D@127.0.0.1:9?transport=tcp" },
    { "turns:turn.example.org:443?transport=tcp", "turn.example.org", 443, BECKON_RELAY_TLS,
      "turn://1%3Aalice:a%2Fb%3D@127.0.0.1:9?transport=tcp" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonRelay) relay = beckon_relay_parse (good[i].url, "1:alice", "a/b=", &error);
      g_autoptr (BeckonRelay) copy = NULL;
      g_autofree char *uri = NULL;

      g_assert_no_error (error);
      copy = beckon_relay_copy (relay);
      g_assert_cmpstr (copy->host, ==, good[i].host);
      g_assert_cmpuint (copy->port, ==, good[i].port);
      g_assert_cmpint (copy->protocol, ==, good[i].protocol);
      uri = beckon_relay_to_uri (copy, copy->protocol == BECKON_RELAY_UDP ? 0 : 9);
      g_assert_cmpstr (uri, ==, good[i].uri);
    }
}

static void
test_bad_addresses (void)
{
  static const char *const bad[] = {
    "",
    "turn",
    "turn:",
    "turn:?transport=udp",
    "turn::3478",
    "turn:host:",
    "turn:host:0",
    "turn:host:65536",
    "turn:host:80x",
    "turn:host:80:90",
    "turn:[2001:db8::1",
    "turn:[]",
    "turn:[host]:80",
    "turn:[2001:db8::1]80",
    "turn:user@host",
    "turn:host/path",
    "turn:host?transport=sctp",
    "turn:host?transport=udp&x=y",
    "turns:host?transport=udp",
    "stun:host",
    "http://host",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (beckon_relay_parse (bad[i], "alice", "secret", &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_null (beckon_relay_parse ("turn:host", NULL, "secret", NULL));
  g_assert_null (beckon_relay_parse ("turn:host", "alice", NULL, NULL));
}

/* ---- who is there ---- */

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static BeckonRelay *
new_relay (BeckonRelayProtocol protocol, guint16 port)
{
  BeckonRelay *relay = g_new0 (BeckonRelay, 1);

  relay->protocol = protocol;
  relay->host = g_strdup ("127.0.0.1");
  relay->port = port;
  relay->username = g_strdup ("alice");
  relay->credential = g_strdup ("secret");
  return relay;
}

static void
probe_fails (const BeckonRelay *relay, BeckonMediaError code)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  beckon_relay_probe_async (relay, NULL, NULL, keep, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (beckon_relay_probe_finish (result, NULL, &error));
  g_assert_error (error, BECKON_MEDIA_ERROR, code);
  g_test_message ("%s", error->message);
}

/* A port that nobody listens at */
static guint16
closed_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  const guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  g_socket_listener_close (listener);
  return port;
}

static void
test_nobody_there (void)
{
  g_autoptr (BeckonRelay) udp = new_relay (BECKON_RELAY_UDP, closed_port ());
  g_autoptr (BeckonRelay) tcp = new_relay (BECKON_RELAY_TCP, closed_port ());
  g_autoptr (BeckonRelay) tls = new_relay (BECKON_RELAY_TLS, closed_port ());

  probe_fails (udp, BECKON_MEDIA_ERROR_NO_RELAY);
  probe_fails (tcp, BECKON_MEDIA_ERROR_NO_RELAY);
  probe_fails (tls, BECKON_MEDIA_ERROR_NO_RELAY);
}

/* Says @user_data (a string) to everybody, and hangs up. */
static gboolean
on_visitor (GThreadedSocketService *service,
            GSocketConnection *connection,
            GObject *source,
            gpointer user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_ref (user_data);
  guint8 heard[64];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), heard, sizeof heard,
                       NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL,
                             NULL);
  return TRUE;
}

/* Whoever is there speaks something else, too much, or half of it. */
static void
test_strangers (void)
{
  static const guint8 endless[] = { 1, 1, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42 };
  static const guint8 half[] = { 1, 1, 0, 64, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0,
                                 0, 0, 0, 0,  0,    0,    0,    0,    0, 9 };
  static const char web[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (words, g_bytes_new_static (endless, sizeof endless));
  g_ptr_array_add (words, g_bytes_new_static (half, sizeof half));
  g_ptr_array_add (words, g_bytes_new_static (web, strlen (web)));
  g_ptr_array_add (words, g_bytes_new_static ("", 0));
  for (guint i = 0; i < words->len; i++)
    {
      g_autoptr (GSocketService) service = g_threaded_socket_service_new (2);
      g_autoptr (GError) error = NULL;
      const guint16 port =
          g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);
      g_autoptr (BeckonRelay) tcp = new_relay (BECKON_RELAY_TCP, port);
      g_autoptr (BeckonRelay) tls = new_relay (BECKON_RELAY_TLS, port);

      g_assert_no_error (error);
      g_signal_connect (service, "run", G_CALLBACK (on_visitor), words->pdata[i]);
      probe_fails (tcp, BECKON_MEDIA_ERROR_NO_RELAY);
      probe_fails (tls, BECKON_MEDIA_ERROR_NO_RELAY);
      g_socket_service_stop (service);
      g_socket_listener_close (G_SOCKET_LISTENER (service));
    }
}

static void
test_cancel (void)
{
  g_autoptr (GSocketListener) deaf = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  const guint16 port = g_socket_listener_add_any_inet_port (deaf, NULL, &error);
  g_autoptr (BeckonRelay) relay = new_relay (BECKON_RELAY_TCP, port);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (error);
  beckon_relay_probe_async (relay, NULL, cancellable, keep, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (beckon_relay_probe_finish (result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Without a place there is nothing to measure with. */
static void
test_no_rate (void)
{
  g_autoptr (BeckonRelay) relay = new_relay (BECKON_RELAY_TCP, closed_port ());
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  guint rate = 7;

  g_cancellable_cancel (cancelled);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      beckon_relay_rate_async (relay, NULL, i == 0 ? NULL : cancelled, keep, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (beckon_relay_rate_finish (result, &rate, &error));
      if (i == 0)
        g_assert_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_RELAY);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (rate, ==, 7);
    }
}

/* ---- tunnels ---- */

static void
test_tunnel_to_nobody (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonRelayTunnel) tunnel =
      beckon_relay_tunnel_new ("127.0.0.1", closed_port (), FALSE, NULL, &error);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  char byte;

  g_assert_no_error (error);
  connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", beckon_relay_tunnel_get_port (tunnel), NULL, &error);
  g_assert_no_error (error);
  /* Whoever comes is told that there is nothing behind it. */
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                        &byte, 1, NULL, NULL),
                   <=, 0);
}

static void
test_tunnel_is_dropped (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketListener) deaf = g_socket_listener_new ();
      const guint16 port = g_socket_listener_add_any_inet_port (deaf, NULL, &error);
      BeckonRelayTunnel *tunnel = beckon_relay_tunnel_new ("127.0.0.1", port, TRUE, NULL, &error);
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) connection = NULL;

      g_assert_no_error (error);
      if (i % 2 == 0) /* in the middle of a handshake that does not end */
        connection = g_socket_client_connect_to_host (
            client, "127.0.0.1", beckon_relay_tunnel_get_port (tunnel), NULL, &error);
      g_assert_no_error (error);
      beckon_relay_tunnel_free (tunnel);
    }
}

static void
test_tunnel_without_authority (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (beckon_relay_tunnel_new ("127.0.0.1", 1, TRUE, "/nonexistent/ca.pem", &error));
  g_assert_nonnull (error);
}

typedef struct
{
  GMutex lock;
  GCond said;
  gboolean failed;
} Tunnels;

/* What is logged of tunnels, by their threads. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user_data)
{
  Tunnels *self = user_data;

  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        g_str_has_prefix (fields[i].value, "A tunnel to a relay: "))
      {
        g_mutex_lock (&self->lock);
        self->failed = TRUE;
        g_cond_signal (&self->said);
        g_mutex_unlock (&self->lock);
      }
  return g_log_writer_default (level, fields, n, NULL);
}

/* From now on there is no file for anybody else. Returns: what was before */
static struct rlimit
take_files (void)
{
  const int next = fcntl (STDIN_FILENO, F_DUPFD, 0);
  struct rlimit before, none;

  g_assert_cmpint (next, >=, 0);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = (struct rlimit){ next, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  return before;
}

/* Whoever could not be let in, because there were too many open files, is let in later. */
static void
test_tunnel_goes_on (gconstpointer data)
{
  Tunnels *tunnels = (gpointer) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonRelayTunnel) tunnel =
      beckon_relay_tunnel_new ("127.0.0.1", closed_port (), FALSE, NULL, &error);
  const struct sockaddr_in there = {
    .sin_family = AF_INET,
    .sin_port = g_htons (beckon_relay_tunnel_get_port (tunnel)),
    .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK),
  };
  const struct timeval limit = { .tv_sec = 5 };
  const int client = socket (AF_INET, SOCK_STREAM, 0);
  struct rlimit before;
  gssize n;
  char byte;

  g_assert_no_error (error);
  g_assert_cmpint (client, >=, 0);
  setsockopt (client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  before = take_files ();
  g_assert_cmpint (connect (client, (const struct sockaddr *) &there, sizeof there), ==, 0);
  g_mutex_lock (&tunnels->lock);
  while (!tunnels->failed)
    g_cond_wait (&tunnels->said, &tunnels->lock);
  g_mutex_unlock (&tunnels->lock);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  /* Let in, and told that there is nothing behind it. */
  n = recv (client, &byte, 1, 0);
  g_assert_true (n == 0 || (n < 0 && errno == ECONNRESET));
  close (client);
}

int
main (int argc, char **argv)
{
  Tunnels tunnels = { 0 };

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (on_log, &tunnels, NULL);
  g_test_add_func ("/media/relays/addresses", test_addresses);
  g_test_add_func ("/media/relays/bad-addresses", test_bad_addresses);
  g_test_add_func ("/media/relays/nobody-there", test_nobody_there);
  g_test_add_func ("/media/relays/strangers", test_strangers);
  g_test_add_func ("/media/relays/cancel", test_cancel);
  g_test_add_func ("/media/relays/no-rate", test_no_rate);
  g_test_add_func ("/media/relays/tunnel-to-nobody", test_tunnel_to_nobody);
  g_test_add_func ("/media/relays/tunnel-is-dropped", test_tunnel_is_dropped);
  g_test_add_func ("/media/relays/tunnel-without-authority", test_tunnel_without_authority);
  g_test_add_data_func ("/media/relays/tunnel-goes-on", &tunnels, test_tunnel_goes_on);
  return g_test_run ();
}
