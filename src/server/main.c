/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <sys/resource.h>

#include "http-api.h"
#include "server-error.h"

/* Clients that do not close, and passwords that are not hashed, in that time are left behind. */
#define DRAIN_MS 3000

typedef struct
{
  BeckonServerConfig *config;
  BeckonStore *store;
  BeckonAccounts *accounts;
  BeckonHub *hub;
  BeckonHttpApi *http;
  GMainLoop *loop;
  gint64 drain_until; /* monotonic; 0: not stopping */
} Server;

static gboolean
on_drain (gpointer user_data)
{
  Server *self = user_data;
  const gboolean busy = beckon_hub_get_n_connections (self->hub) > 0 ||
                        beckon_accounts_is_busy (self->accounts);

  if (busy && g_get_monotonic_time () < self->drain_until)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_stop (gpointer user_data)
{
  Server *self = user_data;

  if (self->drain_until != 0)
    return G_SOURCE_CONTINUE;
  g_message ("Stopping");
  self->drain_until = g_get_monotonic_time () + DRAIN_MS * 1000;
  beckon_http_api_stop (self->http);
  beckon_hub_stop (self->hub);
  g_timeout_add (20, on_drain, self);
  return G_SOURCE_CONTINUE;
}

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
start (Server *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->config->data, "beckon.sqlite", NULL);

  if (g_mkdir_with_parents (self->config->data, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s",
                   self->config->data, g_strerror (errno));
      return FALSE;
    }
  self->store = beckon_store_new (path, error);
  if (self->store == NULL)
    return FALSE;
  self->accounts = beckon_accounts_new (self->store, self->config);
  self->hub = beckon_hub_new (self->store, self->accounts, self->config);
  self->http = beckon_http_api_new (self->hub, self->accounts, self->config, error);
  return self->http != NULL;
}

static void
clear (Server *self)
{
  g_clear_object (&self->http);
  g_clear_object (&self->hub);
  g_clear_object (&self->accounts);
  g_clear_object (&self->store);
  g_clear_pointer (&self->config, beckon_server_config_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Server self = { 0 };
  guint term, interrupt;

  setlocale (LC_ALL, "");
  g_log_writer_default_set_use_stderr (TRUE); /* standard output is for the one line */
  self.config = read_options (argc, argv, &error);
  if (self.config == NULL || !start (&self, &error))
    {
      const gboolean usage = error->domain == G_OPTION_ERROR;

      g_printerr ("beckon-server: %s\n", error->message);
      clear (&self);
      return usage ? 2 : 1;
    }
  raise_file_limit ();
  self.loop = g_main_loop_new (NULL, FALSE);
  term = g_unix_signal_add (SIGTERM, on_stop, &self);
  interrupt = g_unix_signal_add (SIGINT, on_stop, &self);
  g_print ("{\"listening\":\"%s\"}\n", beckon_http_api_get_url (self.http));
  fflush (stdout);
  g_main_loop_run (self.loop);
  g_source_remove (term);
  g_source_remove (interrupt);
  clear (&self);
  return 0;
}
