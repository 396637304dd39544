/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an account keeps and forgets, with half a server and a secret store in memory; and of whom
 * the notifications of missed calls tell. */

#include "config.h"

#include "account.h"
#include "call-notifier.h"
#include "half-server.h"
#include "missed-calls.h"
#include "protocol-error.h"
#include "secrets.h"
#include "ui-fixture.h"
#include "volume-memory.h"

typedef struct
{
  HalfServer *server;
  GSettings *settings;
  BeckonAccount *account;
  guint left;
} Fixture;

/* ---- a secret store ---- */

static GHashTable *stored;     /* char *: char * */
static gboolean store_is_slow; /* it stores nothing as long as it is */
static guint n_waiting;        /* that it has not stored */

static char *
make_key (BeckonSecret what, const char *server, const char *user)
{
  return g_strdup_printf ("%d %s %s", what, server, user);
}

static void
store (GTask *task)
{
  if (g_task_return_error_if_cancelled (task))
    return;
  g_hash_table_replace (stored, g_strdup (g_object_get_data (G_OBJECT (task), "key")),
                        g_strdup (g_task_get_task_data (task)));
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_tick (gpointer task)
{
  if (store_is_slow)
    return G_SOURCE_CONTINUE;
  store (task);
  n_waiting--;
  return G_SOURCE_REMOVE;
}

void
beckon_secrets_store_async (BeckonSecret what,
                            const char *server,
                            const char *user,
                            const char *profile,
                            const char *secret,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (secret), g_free);
  g_object_set_data_full (G_OBJECT (task), "key", make_key (what, server, user), g_free);
  if (store_is_slow)
    {
      n_waiting++;
      g_timeout_add_full (G_PRIORITY_DEFAULT, 1, on_tick, g_steal_pointer (&task), g_object_unref);
    }
  else
    store (task);
}

gboolean
beckon_secrets_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_secrets_lookup_async (BeckonSecret what,
                             const char *server,
                             const char *user,
                             const char *profile,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *key = make_key (what, server, user);

  g_task_return_pointer (task, g_strdup (g_hash_table_lookup (stored, key)), g_free);
}

char *
beckon_secrets_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
beckon_secrets_clear_async (BeckonSecret what,
                            const char *server,
                            const char *user,
                            const char *profile,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *key = make_key (what, server, user);

  g_task_return_boolean (task, g_hash_table_remove (stored, key));
}

gboolean
beckon_secrets_clear_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_secrets_free (char *secret)
{
  g_free (secret);
}

static const char *
find_secret (Fixture *f, BeckonSecret what, const char *user)
{
  g_autofree char *key = make_key (what, f->server->url, user);

  return g_hash_table_lookup (stored, key);
}

static void
keep_secret (Fixture *f, BeckonSecret what, const char *user, const char *secret)
{
  g_hash_table_replace (stored, make_key (what, f->server->url, user), g_strdup (secret));
}

/* ---- notifications ---- */

static GPtrArray *withdrawn; /* char * */

void
beckon_call_notifier_send_missed (BeckonNotifier *notifier,
                                  BeckonSignalingService *account,
                                  const BeckonUser *from,
                                  BeckonMedia media,
                                  gboolean quiet)
{
}

void
beckon_call_notifier_withdraw_missed (BeckonNotifier *notifier, const char *user)
{
  g_ptr_array_add (withdrawn, g_strdup (user));
}

/* ---- accounts ---- */

static void
on_left (Fixture *f)
{
  f->left++;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BeckonMediaConfig) media = beckon_media_config_new ();

  stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  withdrawn = g_ptr_array_new_with_free_func (g_free);
  f->server = half_server_new (0);
  f->settings = ui_open_settings ();
  g_settings_set_string (f->settings, "device-id", "desk");
  g_settings_set_string (f->settings, "server", f->server->url);
  g_settings_set_string (f->settings, "user", "alice");
  keep_secret (f, BECKON_SECRET_PASSWORD, "alice", "secret");
  keep_secret (f, BECKON_SECRET_TOKEN, "alice", "a1");
  f->account = beckon_account_new ("", f->settings, media);
  g_signal_connect_swapped (f->account, "left", G_CALLBACK (on_left), f);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* What was under way holds it until the main loop comes to it. */
static void
release (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  wait_until (object == NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gboolean over = FALSE;

  beckon_account_shutdown_async (f->account, on_done, &over);
  wait_until (over);
  release (f->account);
  release (f->settings);
  half_server_free (f->server);
  g_clear_pointer (&stored, g_hash_table_unref);
  g_clear_pointer (&withdrawn, g_ptr_array_unref);
  store_is_slow = FALSE;
}

static gboolean
is_connected (Fixture *f)
{
  BeckonCallManager *manager = beckon_account_get_manager (f->account);

  return manager != NULL &&
         beckon_signaling_service_get_state (beckon_call_manager_get_signaling (manager)) ==
             BECKON_SIGNALING_CONNECTED;
}

static void
restore (Fixture *f)
{
  beckon_account_restore (f->account);
  wait_until (is_connected (f));
  ui_settle ();
}

/* As with --server and --user. */
static void
start_as_guest (Fixture *f, const char *user)
{
  beckon_account_start (
      f->account,
      &(BeckonCredentials){ .server = f->server->url, .user = user, .password = "guest's" });
  wait_until (is_connected (f));
  ui_settle ();
}

static void
end_by_server (Fixture *f, gushort code)
{
  soup_websocket_connection_close (f->server->socket, code, NULL);
  wait_until (!beckon_account_is_signed_in (f->account));
  ui_settle ();
}

static void
test_signed_out (Fixture *f, gconstpointer unused)
{
  restore (f);
  g_settings_set_string (f->settings, "user", "bob"); /* what it says now is another's matter */
  keep_secret (f, BECKON_SECRET_PASSWORD, "bob", "bob's");
  end_by_server (f, 4005);
  g_assert_null (find_secret (f, BECKON_SECRET_PASSWORD, "alice"));
  g_assert_null (find_secret (f, BECKON_SECRET_TOKEN, "alice"));
  g_assert_cmpstr (find_secret (f, BECKON_SECRET_PASSWORD, "bob"), ==, "bob's");
  g_assert_cmpuint (f->left, ==, 1);
}

static void
test_guest_signed_out (Fixture *f, gconstpointer by_hand)
{
  g_autoptr (BeckonVolumeMemory) alice = beckon_volume_memory_new (f->settings, "alice", f->server->url);
  g_autoptr (BeckonVolumeMemory) bob = NULL;

  beckon_volume_memory_keep (alice, "carol", 50);
  start_as_guest (f, "bob");
  bob = beckon_volume_memory_new (f->settings, "bob", f->server->url);
  beckon_volume_memory_keep (bob, "carol", 60);
  if (by_hand != NULL)
    beckon_account_sign_out (f->account);
  else
    end_by_server (f, 4005);
  ui_settle ();
  g_assert_cmpstr (find_secret (f, BECKON_SECRET_PASSWORD, "alice"), ==, "secret");
  g_assert_cmpstr (find_secret (f, BECKON_SECRET_TOKEN, "alice"), ==, "a1");
  g_assert_cmpuint (beckon_volume_memory_find (alice, "carol"), ==, 50);
  g_assert_cmpuint (beckon_volume_memory_find (bob, "carol"), ==, 100);
}

/* The one after it is another's, and nothing of it is stored. */
static void
test_guest_after_remembered (Fixture *f, gconstpointer unused)
{
  restore (f);
  end_by_server (f, 4002);
  start_as_guest (f, "bob");
  g_assert_cmpuint (f->server->sessions, ==, 1);
  g_assert_cmpstr (find_secret (f, BECKON_SECRET_TOKEN, "alice"), ==, "a1");
  g_assert_cmpuint (g_hash_table_size (stored), ==, 2);
}

static void
test_refused_at_start (Fixture *f, gconstpointer unused)
{
  f->server->refuse_token = TRUE;
  f->server->refuse_password = TRUE;
  beckon_account_restore (f->account);
  wait_until (!beckon_account_is_signed_in (f->account));
  ui_settle ();
  g_assert_nonnull (beckon_account_get_failure (f->account));
  g_assert_cmpuint (f->left, ==, 1);
}

static gboolean
start_with_register (Fixture *f)
{
  beckon_account_start (f->account,
                        &(BeckonCredentials){ .server = f->server->url,
                                              .user = "bob",
                                              .password = "bob's own",
                                              .create = BECKON_ACCOUNT_CREATE_IF_MISSING });
  wait_until (is_connected (f) || !beckon_account_is_signed_in (f->account));
  ui_settle ();
  return is_connected (f);
}

/* Whose account is there need not create it; who has none learns why. */
static void
test_too_many_registrations (Fixture *f, gconstpointer unused)
{
  f->server->refuse_registration = TRUE;
  g_assert_true (start_with_register (f));
  beckon_account_sign_out (f->account);
  ui_settle ();
  f->server->refuse_password = TRUE;
  g_assert_false (start_with_register (f));
  g_assert_error (beckon_account_get_failure (f->account), BECKON_PROTOCOL_ERROR,
                  BECKON_PROTOCOL_ERROR_RATE_LIMITED);
}

/* The end of a process is no reason to take notifications back. */
static void
test_quit_at_start (Fixture *f, gconstpointer unused)
{
  gboolean over = FALSE;

  f->server->ignore_hello = TRUE;
  beckon_account_restore (f->account);
  wait_until (f->server->hellos > 0);
  beckon_account_shutdown_async (f->account, on_done, &over);
  wait_until (over);
  ui_settle ();
  g_assert_cmpuint (f->left, ==, 0);
  g_assert_cmpstr (find_secret (f, BECKON_SECRET_TOKEN, "alice"), ==, "a1");
}

static void
shut_down (Fixture *f)
{
  gboolean over = FALSE;

  beckon_account_shutdown_async (f->account, on_done, &over);
  wait_until (over);
  ui_settle ();
}

static void
assert_bye (Fixture *f, gboolean forgets)
{
  g_autoptr (JsonObject) bye = half_server_expect (f->server, "bye");

  g_assert_cmpint (json_object_get_boolean_member_with_default (bye, "forget", FALSE), ==, forgets);
}

/* A token that is not kept for the next start is nobody's any more: the server is told. */
static void
test_token_is_forgotten (Fixture *f, gconstpointer unused)
{
  restore (f);
  shut_down (f);
  assert_bye (f, FALSE);
  start_as_guest (f, "bob");
  shut_down (f);
  assert_bye (f, TRUE);
  restore (f);
  beckon_account_sign_out (f->account);
  assert_bye (f, TRUE);
}

/* What waits – for the person to unlock the store, say – is not stored after they have signed out.
 */
static void
test_sign_out_while_storing (Fixture *f, gconstpointer unused)
{
  gboolean signed_in = FALSE;

  store_is_slow = TRUE;
  beckon_account_sign_in_async (
      f->account,
      &(BeckonCredentials){
          .server = f->server->url, .user = "carol", .password = "carol's", .remember = TRUE },
      NULL, on_done, &signed_in);
  wait_until (signed_in);
  beckon_account_sign_out (f->account);
  store_is_slow = FALSE;
  wait_until (n_waiting == 0);
  g_assert_null (find_secret (f, BECKON_SECRET_PASSWORD, "carol"));
  g_assert_null (find_secret (f, BECKON_SECRET_TOKEN, "carol"));
}

/* ---- missed calls ---- */

static void
miss (BeckonMissedCalls *missed, const char *user)
{
  beckon_missed_calls_add (missed, &(BeckonUser){ .id = (char *) user, .name = (char *) user },
                           BECKON_MEDIA_VOICE, FALSE);
}

static void
test_many_missed_calls (Fixture *f, gconstpointer unused)
{
  g_autoptr (GApplication) application =
      g_application_new ("org.beckon.TestAccount", G_APPLICATION_NON_UNIQUE);
  g_autoptr (BeckonNotifier) notifier = beckon_notifier_new (application);
  g_autoptr (BeckonMissedCalls) missed = beckon_missed_calls_new (f->account, notifier);
  g_autoptr (BeckonMissedCalls) later = NULL;
  g_auto (GStrv) users = NULL;

  restore (f);
  miss (missed, "first");
  miss (missed, "second");
  for (guint i = 0; i < 49; i++)
    {
      g_autofree char *user = g_strdup_printf ("user%u", i);

      miss (missed, user);
      miss (missed, "first");
    }
  users = g_settings_get_strv (f->settings, "missed-from");
  g_assert_cmpuint (g_strv_length (users), ==, 50);
  g_assert_cmpstr (users[0], ==, "user0");
  g_assert_cmpstr (users[49], ==, "first");
  g_assert_cmpuint (withdrawn->len, ==, 1);
  g_assert_cmpstr (withdrawn->pdata[0], ==, "second");

  later = beckon_missed_calls_new (f->account, notifier); /* of the next process */
  beckon_missed_calls_withdraw (later, "second");
  g_assert_cmpuint (withdrawn->len, ==, 1);
  beckon_missed_calls_withdraw_all (later);
  g_assert_cmpuint (withdrawn->len, ==, 51);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add(name, data, test) g_test_add ("/account/" name, Fixture, data, set_up, test, tear_down)
  add ("signed-out", NULL, test_signed_out);
  add ("guest-signed-out", NULL, test_guest_signed_out);
  add ("guest-signs-out", "by hand", test_guest_signed_out);
  add ("guest-after-remembered", NULL, test_guest_after_remembered);
  add ("refused-at-start", NULL, test_refused_at_start);
  add ("too-many-registrations", NULL, test_too_many_registrations);
  add ("quit-at-start", NULL, test_quit_at_start);
  add ("token-is-forgotten", NULL, test_token_is_forgotten);
  add ("sign-out-while-storing", NULL, test_sign_out_while_storing);
  add ("many-missed-calls", NULL, test_many_missed_calls);
#undef add
  return g_test_run ();
}
