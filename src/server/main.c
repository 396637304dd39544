/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "http-api.h"
#include "jwt.h"
#include "metrics-page.h"
#include "sqlite-store.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <sys/resource.h>

/* From the signal on: clients that do not close, and passwords that are not hashed, in that time
 * are left behind. */
#define DRAIN_US (3 * G_TIME_SPAN_SECOND)
#define DRAIN_CHECK_US (20 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  BeckonServerConfig *config;
  BeckonStore *store;
  BeckonAccounts *accounts;
  BeckonMetrics *metrics;
  BeckonMetricsPage *metrics_page; /* nullable */
  BeckonTimerWheel *wheel;
  GSource *wheel_source;
  BeckonConnectionLoop *connections;
  BeckonHub *hub;
  BeckonHttpApi *http;
  GMainLoop *loop;
  BeckonTimer drain_timer;
  gint64 drain_until; /* monotonic µs; 0: not stopping */
} Server;

/* ---- signals ---- */

static void
check_drained (gpointer user_data)
{
  Server *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  const gboolean busy =
      beckon_hub_get_n_connections (self->hub) > 0 || beckon_accounts_is_busy (self->accounts);

  if (busy && now < self->drain_until)
    beckon_timer_start (&self->drain_timer, self->wheel, now + DRAIN_CHECK_US, check_drained, self);
  else
    g_main_loop_quit (self->loop);
}

static void
on_committed (BeckonStore *store, Server *self)
{
  beckon_connection_loop_set_committed (self->connections, beckon_store_get_committed (store));
}

static gboolean
on_stop (gpointer user_data)
{
  Server *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->drain_until != 0)
    return G_SOURCE_CONTINUE;
  g_message ("Stopping");
  self->drain_until = g_get_monotonic_time () + DRAIN_US;
  beckon_metrics_set (self->metrics, BECKON_GAUGE_DRAINING, 1);
  beckon_http_api_stop (self->http);
  beckon_hub_stop (self->hub);
  /* What clients are told last waits for that. */
  if (!beckon_store_flush (self->store, &error))
    g_warning ("Not everything is written down: %s", error->message);
  on_committed (self->store, self);
  check_drained (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload (gpointer user_data)
{
  Server *self = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_http_api_reload (self->http, &error))
    g_message ("The certificate was read again");
  else
    g_warning ("The certificate stays as it was: %s", error->message);
  return G_SOURCE_CONTINUE;
}

static void
on_failing (BeckonStore *store, GParamSpec *pspec, Server *self)
{
  beckon_metrics_set (self->metrics, BECKON_GAUGE_STORE_FAILING, beckon_store_is_failing (store));
}

/* ---- starting ---- */

static BeckonServerConfig *
read_options (int argc, char **argv, GError **error)
{
  g_autoptr (BeckonServerConfig) config = beckon_server_config_new ();
  g_autoptr (GOptionContext) context = g_option_context_new ("— Beckon’s signalling server");
  g_autofree char *listen = NULL;
  g_autofree char *data = NULL;
  g_autofree char *file = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Where to listen; port 0: any", "ADDR:PORT" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Where accounts and calls are kept", "DIR" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &file, "Key file with settings", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return NULL;
  if (version)
    {
      g_print ("beckon-server %s\n", PACKAGE_VERSION);
      exit (0);
    }
  if (argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "“%s” is one word too much",
                   argv[1]);
      return NULL;
    }
  if (file != NULL && !beckon_server_config_load (config, file, error))
    {
      g_prefix_error (error, "%s: ", file);
      return NULL;
    }
  if (listen != NULL)
    {
      g_free (config->listen);
      config->listen = g_steal_pointer (&listen);
    }
  if (data != NULL)
    {
      g_free (config->data);
      config->data = g_steal_pointer (&data);
    }
  return g_steal_pointer (&config);
}

/* Each client is an open file: as many as we may, not as many as a shell has by default. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_message ("The limit of open files: %s", g_strerror (errno));
}

static gboolean
open_store (Server *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->config->data, "beckon.sqlite", NULL);

  if (g_mkdir_with_parents (self->config->data, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s",
                   self->config->data, g_strerror (errno));
      return FALSE;
    }
  self->store = beckon_sqlite_store_new (path, self->config->power_safe, error);
  return self->store != NULL;
}

static gboolean
open_accounts (Server *self, GError **error)
{
  const BeckonServerConfig *config = self->config;
  BeckonJwtVerifier *verifier = NULL;

  if (config->jwt_secret_file != NULL || config->jwt_public_key != NULL)
    {
      verifier = beckon_jwt_verifier_new (config->jwt_secret_file, config->jwt_public_key,
                                          config->jwt_issuer, config->jwt_audience, error);
      if (verifier == NULL)
        return FALSE;
    }
  self->accounts = beckon_accounts_new (self->store, config, verifier, self->metrics);
  return TRUE;
}

static void
start_connections (Server *self)
{
  const BeckonConnectionLimits limits = {
    .silence_seconds = self->config->silence_seconds,
    .outbound_bytes = self->config->outbound_bytes,
  };

  self->wheel = beckon_timer_wheel_new (g_get_monotonic_time ());
  self->wheel_source = beckon_timer_wheel_create_source (self->wheel);
  g_source_attach (self->wheel_source, NULL);
  self->connections = beckon_connection_loop_new (self->wheel, self->metrics, &limits);
  g_signal_connect (self->store, "committed", G_CALLBACK (on_committed), self);
  g_signal_connect (self->store, "notify::failing", G_CALLBACK (on_failing), self);
  on_committed (self->store, self);
}

static gboolean
start (Server *self, GError **error)
{
  self->metrics = beckon_metrics_new ();
  if (!open_store (self, error) || !open_accounts (self, error))
    return FALSE;
  start_connections (self);
  self->hub =
      beckon_hub_new (self->store, self->accounts, self->wheel, self->metrics, self->config, error);
  if (self->hub == NULL)
    return FALSE;
  /* What ran out while there was no server is over before anybody comes back. */
  beckon_timer_wheel_advance (self->wheel, g_get_monotonic_time ());
  if (self->config->metrics_listen != NULL)
    {
      self->metrics_page = beckon_metrics_page_new (self->metrics, self->config, error);
      if (self->metrics_page == NULL)
        return FALSE;
    }
  self->http = beckon_http_api_new (self->hub, self->accounts, self->store, self->connections,
                                    self->config, error);
  return self->http != NULL;
}

static void
clear (Server *self)
{
  g_clear_object (&self->http);
  g_clear_object (&self->metrics_page);
  g_clear_object (&self->hub);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_pointer (&self->connections, beckon_connection_loop_free);
  if (self->wheel_source != NULL)
    g_source_destroy (self->wheel_source);
  g_clear_pointer (&self->wheel_source, g_source_unref);
  g_clear_pointer (&self->wheel, beckon_timer_wheel_free);
  g_clear_object (&self->accounts);
  g_clear_object (&self->store);
  g_clear_pointer (&self->metrics, beckon_metrics_free);
  g_clear_pointer (&self->config, beckon_server_config_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Server self = { 0 };
  guint sources[3];

  setlocale (LC_ALL, "");
  g_log_writer_default_set_use_stderr (TRUE); /* standard output is for the one line */
  raise_file_limit ();
  self.config = read_options (argc, argv, &error);
  if (self.config == NULL || !start (&self, &error))
    {
      const gboolean usage = error->domain == G_OPTION_ERROR;

      g_printerr ("beckon-server: %s\n", error->message);
      clear (&self);
      return usage ? 2 : 1;
    }
  self.loop = g_main_loop_new (NULL, FALSE);
  sources[0] = g_unix_signal_add (SIGTERM, on_stop, &self);
  sources[1] = g_unix_signal_add (SIGINT, on_stop, &self);
  sources[2] = g_unix_signal_add (SIGHUP, on_reload, &self);
  g_print ("{\"listening\":\"%s\"}\n", beckon_http_api_get_url (self.http));
  fflush (stdout);
  g_main_loop_run (self.loop);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  clear (&self);
  return 0;
}
