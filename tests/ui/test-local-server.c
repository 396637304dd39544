/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The server that the application starts by itself, and the account on it: the real program. */

#include "config.h"

#include "sign-in-page.h"
#include "trial.h"
#include "ui-fixture.h"

#include <glib/gstdio.h>

typedef struct
{
  char *directory;
  BeckonLocalServer *server;
  GError *error;
  guint done;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->directory = g_dir_make_tmp ("beckon-local-XXXXXX", NULL);
  f->server = beckon_local_server_new (f->directory);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *each = g_build_filename (path, name, NULL);

      remove_all (each);
    }
  g_remove (path);
}

static gboolean
is_answered (guint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  const guint port = beckon_local_server_get_port (f->server);

  /* The next one may want that port. */
  beckon_local_server_stop (f->server);
  ui_await (port == 0 || !is_answered (port));
  g_assert_finalize_object (f->server);
  remove_all (f->directory);
  g_free (f->directory);
  g_clear_error (&f->error);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_error (&f->error);
  beckon_local_server_start_finish (BECKON_LOCAL_SERVER (source), result, &f->error);
  f->done++;
}

static void
start (Fixture *f, guint port)
{
  const guint done = f->done;

  beckon_local_server_start_async (f->server, port, NULL, on_started, f);
  ui_await (f->done == done + 1);
}

/* Somebody who has @port already, or any if it is 0. */
static GSocket *
listen_at (guint port)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);
  GSocket *taken = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL);

  /* Also where connections of before still linger. If it cannot be had, somebody else has it, and that
   * will do. */
  if (g_socket_bind (taken, address, TRUE, NULL))
    g_socket_listen (taken, NULL);
  return taken;
}

static void
test_start (Fixture *f, gconstpointer unused)
{
  g_auto (GStrv) addresses = NULL;
  g_autofree char *end = NULL;
  guint port;

  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, 0);
  start (f, 0);
  g_assert_no_error (f->error);
  port = beckon_local_server_get_port (f->server);
  g_assert_true (is_answered (port));
  end = g_strdup_printf (":%u", port);
  addresses = beckon_local_server_list_addresses (port);
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      g_assert_true (g_str_has_prefix (addresses[i], "http://"));
      g_assert_true (g_str_has_suffix (addresses[i], end));
      g_assert_null (strstr (addresses[i], "127.0.0.1"));
    }
  start (f, 0); /* it runs */
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, port);

  beckon_local_server_stop (f->server);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, 0);
  ui_await (!is_answered (port));
  start (f, port);
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, port);
}

static void
test_port_is_taken (Fixture *f, gconstpointer unused)
{
  g_autoptr (GSocket) taken = listen_at (7300);

  start (f, 0);
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), !=, 7300);
}

static gboolean
on_free (gpointer taken)
{
  g_socket_close (taken, NULL);
  return G_SOURCE_REMOVE;
}

/* Others were told the address: it waits for it rather than take another one. */
static void
test_port_comes_free (Fixture *f, gconstpointer unused)
{
  g_autoptr (GSocket) taken = listen_at (0);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (taken, NULL);
  const guint port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  g_timeout_add (400, on_free, taken);
  start (f, port);
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, port);
}

/* Not for want of a port: it says so at last, instead of trying for ever. */
static void
test_never_listens (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *broken = g_build_filename (f->directory, "beckon-server", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (broken, "#!/bin/sh\nexit 1\n", -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (broken, 0700), ==, 0);
  g_setenv ("PATH", f->directory, TRUE);
  start (f, 0);
  g_setenv ("PATH", path, TRUE);
  g_assert_nonnull (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, 0);
}

static void
test_stopped_meanwhile (Fixture *f, gconstpointer unused)
{
  beckon_local_server_start_async (f->server, 0, NULL, on_started, f);
  beckon_local_server_stop (f->server);
  ui_await (f->done == 1);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, 0);
}

/* The one that is on its way is neither lost nor joined. */
static void
test_started_twice (Fixture *f, gconstpointer unused)
{
  beckon_local_server_start_async (f->server, 0, NULL, on_started, f);
  beckon_local_server_start_async (f->server, 0, NULL, on_started, f);
  ui_await (f->done == 1);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_PENDING);
  ui_await (f->done == 2);
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), !=, 0);
}

/* A server that nobody waits for any more does not keep its port from the next one. */
static void
test_cancelled (Fixture *f, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSocket) taken = listen_at (0);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (taken, NULL);
  const guint port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  g_socket_close (taken, NULL);
  beckon_local_server_start_async (f->server, port, cancellable, on_started, f);
  g_cancellable_cancel (cancellable);
  ui_await (f->done == 1);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  start (f, port);
  g_assert_no_error (f->error);
  g_assert_cmpuint (beckon_local_server_get_port (f->server), ==, port);
}

static void
test_password (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = beckon_local_server_load_password (f->server, &error);
  g_autofree char *again = beckon_local_server_load_password (f->server, &error);
  g_autofree char *path = g_build_filename (f->directory, "password", NULL);
  GStatBuf status;

  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpuint (strlen (first), >=, 32);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

static void
test_user_ids (void)
{
  static const struct
  {
    const char *login;
    const char *id;
  } cases[] = {
    { "alice", "alice" }, { "Alice.Moreau", "alice.moreau" }, { "a b", "ab" },
    { "åsa", "sa" },      { "山田", "me" },                   { "", "me" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = beckon_trial_user_id (cases[i].login);

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

/* ---- the account ---- */

static void
on_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  beckon_trial_start_finish (BECKON_ACCOUNT (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
shut_down (BeckonAccount *account)
{
  gboolean over = FALSE;

  beckon_account_shutdown_async (account, on_shut_down, &over);
  ui_await (over);
  g_object_add_weak_pointer (G_OBJECT (account), (gpointer *) &account);
  g_object_unref (account);
  ui_await (account == NULL);
}

static gboolean
is_connected (BeckonAccount *account)
{
  BeckonCallManager *manager = beckon_account_get_manager (account);

  return manager != NULL &&
         beckon_signaling_service_get_state (beckon_call_manager_get_signaling (manager)) ==
             BECKON_SIGNALING_CONNECTED;
}

static GtkWidget *
get_part (GtkWidget *page, const char *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (page, BECKON_TYPE_SIGN_IN_PAGE, name));
}

static const char *
get_text (GtkWidget *page, const char *name)
{
  return gtk_editable_get_text (GTK_EDITABLE (get_part (page, name)));
}

static void
test_trial (void)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  GSettings *settings = ui_open_settings ();
  BeckonAccount *account = beckon_account_new ("trial", settings, media);
  GtkWidget *page;
  gboolean done = FALSE;
  guint port;

  beckon_trial_start_async (account, NULL, on_tried, &done);
  ui_await (done);
  g_assert_true (is_connected (account));
  port = g_settings_get_uint (settings, "local-port");
  g_assert_cmpuint (port, ==, beckon_local_server_get_port (beckon_account_get_local_server (account)));
  shut_down (account);

  /* The next start: the same account at the same address, whoever was told it. */
  account = beckon_account_new ("trial", settings, media);
  beckon_account_restore (account);
  g_assert_true (beckon_account_is_signed_in (account));
  ui_await (is_connected (account));
  g_assert_cmpuint (g_settings_get_uint (settings, "local-port"), ==, port);
  beckon_account_sign_out (account);
  g_assert_cmpuint (g_settings_get_uint (settings, "local-port"), ==, 0);
  page = g_object_ref_sink (beckon_sign_in_page_new (account, NULL));
  g_assert_cmpstr (get_text (page, "server"), ==, "");
  g_assert_cmpstr (get_text (page, "user"), ==, "");
  g_object_unref (page);
  ui_await (beckon_local_server_get_port (beckon_account_get_local_server (account)) == 0);
  shut_down (account);
  g_object_unref (settings);
}

/* ---- a server that creates accounts only with a code ---- */

/* Returns: (transfer full): its process; @url: (out) (transfer full) */
static GSubprocess *
run_server (const char *directory, const char *settings, char **url)
{
  g_autofree char *data = g_build_filename (directory, "data", NULL);
  g_autofree char *config = g_build_filename (directory, "config", NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_file_set_contents (config, settings, -1, &error);
  g_assert_no_error (error);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "beckon-server", "--listen",
                              "127.0.0.1:0", "--data", data, "--config", config, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  parts = g_strsplit (line, "\"", -1); /* {"listening":"http://…"} */
  g_assert_cmpuint (g_strv_length (parts), ==, 5);
  *url = g_strdup (parts[3]);
  return process;
}

static void
type_into (GtkWidget *page, const char *name, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (get_part (page, name)), text);
}

/* It is asked for where it is wanted, and nowhere else. */
static void
test_invite_code (Fixture *f, gconstpointer unused)
{
  g_autofree char *url = NULL;
  g_autoptr (GSubprocess) server = run_server (
      f->directory, "[server]\nregistration=code\nregistration-code=open sesame\n", &url);
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();
  GSettings *settings = ui_open_settings ();
  BeckonAccount *account = beckon_account_new ("code", settings, media);
  GtkWidget *page = beckon_sign_in_page_new (account, NULL);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *code = get_part (page, "code");

  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  type_into (page, "server", url);
  type_into (page, "user", "ada");
  type_into (page, "password", "long enough");
  g_assert_false (gtk_widget_get_visible (code));
  ui_click (get_part (page, "create"));
  ui_await (gtk_widget_get_mapped (code));
  g_assert_nonnull (ui_find_label (page, "only with the right code"));
  g_assert_true (gtk_widget_has_css_class (code, "error"));
  type_into (page, "code", "sesame");
  g_assert_false (gtk_widget_has_css_class (code, "error"));
  ui_click (get_part (page, "create"));
  ui_await (gtk_widget_has_css_class (code, "error"));
  type_into (page, "code", "open sesame");
  ui_click (get_part (page, "create"));
  ui_await (beckon_account_is_signed_in (account));
  ui_await (!gtk_widget_get_visible (code));
  beckon_account_sign_out (account);
  ui_destroy (window);
  shut_down (account);
  g_object_unref (settings);
  g_subprocess_send_signal (server, SIGTERM);
  g_assert_true (g_subprocess_wait (server, NULL, NULL));
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/local-server/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("start", test_start);
  ADD ("port-is-taken", test_port_is_taken);
  ADD ("port-comes-free", test_port_comes_free);
  ADD ("never-listens", test_never_listens);
  ADD ("stopped-meanwhile", test_stopped_meanwhile);
  ADD ("started-twice", test_started_twice);
  ADD ("cancelled", test_cancelled);
  ADD ("password", test_password);
  ADD ("invite-code", test_invite_code);
#undef ADD
  g_test_add_func ("/ui/local-server/user-ids", test_user_ids);
  g_test_add_func ("/ui/local-server/trial", test_trial);
  return g_test_run ();
}
