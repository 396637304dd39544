/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The server's front – door, handshake, connections – with somebody behind it who says back what
 * they hear, or does what they are told:
 *
 *   hold BARRIER TEXT  says TEXT when that is committed
 *   commit BARRIER     it is
 *   flood COUNT SIZE   says COUNT frames of SIZE bytes, each with its number in front
 *   pump COUNT SIZE    the same, but no faster than the client reads
 *   all TEXT           says TEXT to everybody
 *   close CODE         closes
 *   address            says from where the client comes
 *   hush ANYTHING      says nothing
 *
 * It is started as beckon-server is. */

#include "config.h"

#include "connection-loop.h"
#include "http-door.h"
#include "http-upgrade.h"
#include "message.h"
#include "metrics-page.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

typedef struct
{
  BeckonServerConfig *config;
  BeckonMetrics *metrics;
  BeckonTimerWheel *wheel;
  BeckonConnectionLoop *loop;
  SoupServer *server;
  BeckonHttpDoor *door;
  BeckonMetricsPage *page; /* nullable */
  GPtrArray *clients;
  GMainLoop *main_loop;
} Echo;

typedef struct
{
  Echo *echo;
  BeckonConnection *connection;
  guint pumped, pump_until; /* frames */
  gsize pump_size;
} Client;

static void
say (Client *self, const char *text, gsize length, guint64 barrier)
{
  g_autoptr (GBytes) frame = g_bytes_new (text, length);

  beckon_connection_send (self->connection, frame, barrier);
}

static void
say_number (Client *self, guint number, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');

  g_snprintf (text, size, "%u ", number);
  say (self, text, size, 0);
}

static void
flood (Client *self, guint count, gsize size)
{
  for (guint i = 0; i < count; i++)
    say_number (self, i, size);
}

static void
pump (gpointer user_data)
{
  Client *self = user_data;

  while (self->pumped < self->pump_until &&
         beckon_connection_has_room (self->connection, self->pump_size))
    say_number (self, self->pumped++, self->pump_size);
}

static void
say_to_all (Echo *self, const char *text)
{
  for (guint i = 0; i < self->clients->len; i++)
    say (self->clients->pdata[i], text, strlen (text), 0);
}

static gboolean
obey (Client *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 3);
  const guint n = g_strv_length (words);
  const guint64 number = n > 1 ? g_ascii_strtoull (words[1], NULL, 10) : 0;

  if (n == 3 && g_str_equal (words[0], "hold"))
    say (self, words[2], strlen (words[2]), number);
  else if (n == 3 && g_str_equal (words[0], "flood"))
    flood (self, number, g_ascii_strtoull (words[2], NULL, 10));
  else if (n == 3 && g_str_equal (words[0], "pump"))
    {
      self->pumped = 0;
      self->pump_until = number;
      self->pump_size = g_ascii_strtoull (words[2], NULL, 10);
      pump (self);
    }
  else if (n == 2 && g_str_equal (words[0], "commit"))
    beckon_connection_loop_set_committed (self->echo->loop, number);
  else if (n == 2 && g_str_equal (words[0], "close"))
    beckon_connection_close (self->connection, number, "As you said");
  else if (n >= 2 && g_str_equal (words[0], "all"))
    say_to_all (self->echo, text + strlen ("all "));
  else if (n == 1 && g_str_equal (words[0], "address"))
    say (self, beckon_connection_get_address (self->connection),
         strlen (beckon_connection_get_address (self->connection)), 0);
  else
    return n > 1 && g_str_equal (words[0], "hush");
  return TRUE;
}

static void
on_frame (gpointer user_data, const char *text, gsize length)
{
  Client *self = user_data;
  g_autofree char *line = length < 100 ? g_strndup (text, length) : NULL;

  if (line == NULL || !obey (self, line))
    say (self, text, MIN (length, BECKON_FRAME_MAX), 0);
}

static void
on_closed (gpointer user_data)
{
  Client *self = user_data;

  g_assert_true (g_ptr_array_remove_fast (self->echo->clients, self));
  beckon_connection_unref (self->connection);
  g_free (self);
}

static void
on_client (BeckonConnection *connection, gpointer user_data)
{
  static const BeckonConnectionHandler handler = { on_frame, on_closed, pump };
  Client *client = g_new0 (Client, 1);

  client->echo = user_data;
  client->connection = beckon_connection_ref (connection);
  g_ptr_array_add (client->echo->clients, client);
  beckon_connection_set_handler (connection, &handler, client);
}

static gboolean
on_stop (gpointer user_data)
{
  g_main_loop_quit (((Echo *) user_data)->main_loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!beckon_http_door_reload (((Echo *) user_data)->door, &error))
    g_message ("Not reloaded: %s", error->message);
  else
    g_message ("Reloaded");
  return G_SOURCE_CONTINUE;
}

static void
read_options (Echo *self, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  g_autofree char *data = NULL;
  g_autofree char *listen = NULL;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Where to listen", NULL },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Not used", NULL },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &file, "Key file", NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, NULL);
  g_assert_true (g_option_context_parse (context, &argc, &argv, NULL));
  self->config = beckon_server_config_new ();
  beckon_server_config_load (self->config, file, &error);
  g_assert_no_error (error);
  g_free (self->config->listen);
  self->config->listen = g_steal_pointer (&listen);
}

static gboolean
start (Echo *self, GError **error)
{
  const BeckonConnectionLimits limits = {
    .silence_seconds = self->config->silence_seconds,
    .outbound_bytes = self->config->outbound_bytes,
  };

  self->metrics = beckon_metrics_new ();
  self->wheel = beckon_timer_wheel_new (g_get_monotonic_time ());
  self->loop = beckon_connection_loop_new (self->wheel, self->metrics, &limits);
  self->clients = g_ptr_array_new ();
  self->server = soup_server_new (NULL, NULL);
  self->door = beckon_http_door_new (
      self->server, beckon_connection_loop_get_addresses (self->loop), self->config, error);
  if (self->door == NULL)
    return FALSE;
  beckon_http_upgrade_serve (self->server, self->door, self->loop, on_client, self);
  if (self->config->metrics_listen != NULL)
    self->page = beckon_metrics_page_new (self->metrics, self->config, error);
  return self->page != NULL || self->config->metrics_listen == NULL;
}

static void
clear (Echo *self)
{
  g_clear_object (&self->page);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->door);
  g_clear_object (&self->server);
  beckon_connection_loop_free (self->loop);
  g_assert_cmpuint (self->clients->len, ==, 0);
  g_ptr_array_unref (self->clients);
  beckon_timer_wheel_free (self->wheel);
  beckon_metrics_free (self->metrics);
  beckon_server_config_free (self->config);
}

int
main (int argc, char **argv)
{
  const struct rlimit files = { 20000, 20000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  Echo self = { 0 };

  g_log_writer_default_set_use_stderr (TRUE);
  read_options (&self, argc, argv);
  if (setrlimit (RLIMIT_NOFILE, &files) != 0)
    g_debug ("The limit of files stays");
  if (!start (&self, &error))
    {
      g_printerr ("echo-server: %s\n", error->message);
      clear (&self);
      return 1;
    }
  self.main_loop = g_main_loop_new (NULL, FALSE);
  source = beckon_timer_wheel_create_source (self.wheel);
  g_source_attach (source, NULL);
  g_unix_signal_add (SIGTERM, on_stop, &self);
  g_unix_signal_add (SIGHUP, on_reload, &self);
  g_print ("{\"listening\":\"%s\",\"metrics\":\"%s\"}\n", beckon_http_door_get_url (self.door),
           self.page != NULL ? beckon_metrics_page_get_url (self.page) : "");
  fflush (stdout);
  g_main_loop_run (self.main_loop);
  g_source_destroy (source);
  clear (&self);
  g_main_loop_unref (self.main_loop);
  return 0;
}
