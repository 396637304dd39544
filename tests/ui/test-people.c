/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lists of people, filled by hand and by half a server. */

#include "config.h"

#include "half-server.h"
#include "people-memory.h"
#include "people.h"

#include <glib/gstdio.h>

/* ---- by hand ---- */

static BeckonContact *
create_contact (const char *id, BeckonPresence presence)
{
  BeckonContact *contact = g_new0 (BeckonContact, 1);

  contact->user = beckon_user_new (id, id);
  contact->presence = presence;
  return contact;
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_lists (void)
{
  BeckonPeople *people = beckon_people_new ();
  g_autoptr (GPtrArray) contacts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_contact_free);
  g_autoptr (GPtrArray) blocked =
      g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_user_free);
  g_autoptr (BeckonContactItem) first = NULL;
  GListModel *list = beckon_people_get_contacts (people);
  guint n_changes = 0;

  g_assert_false (beckon_people_is_loaded (people));
  g_ptr_array_add (contacts, create_contact ("bob", BECKON_PRESENCE_OFFLINE));
  g_ptr_array_add (contacts, create_contact ("carol", BECKON_PRESENCE_ONLINE));
  beckon_people_take_contacts (people, contacts, blocked);
  beckon_people_take_history (people, g_ptr_array_new ());
  g_assert_true (beckon_people_is_loaded (people));
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);

  /* The same people again: the rows stay, only their presence changes. */
  first = g_list_model_get_item (list, 0);
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (count), &n_changes);
  ((BeckonContact *) g_ptr_array_index (contacts, 0))->presence = BECKON_PRESENCE_DND;
  beckon_people_take_contacts (people, contacts, blocked);
  g_assert_cmpuint (n_changes, ==, 0);
  g_assert_cmpint (beckon_contact_item_get_presence (first), ==, BECKON_PRESENCE_DND);

  g_ptr_array_remove_index (contacts, 0);
  beckon_people_take_contacts (people, contacts, blocked);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  g_signal_handlers_disconnect_by_data (list, &n_changes);

  g_assert_false (beckon_people_is_blocked (people, "mallory"));
  g_ptr_array_add (blocked, beckon_user_new ("mallory", "Mallory"));
  beckon_people_take_contacts (people, contacts, blocked);
  g_assert_true (beckon_people_is_blocked (people, "mallory"));
  g_assert_false (beckon_people_is_blocked (people, "carol"));
  g_ptr_array_set_size (blocked, 0);
  beckon_people_take_contacts (people, contacts, blocked);
  g_assert_false (beckon_people_is_blocked (people, "mallory"));
  g_assert_finalize_object (people);
}

/* ---- by a server ---- */

typedef struct
{
  HalfServer *server;
  BeckonSignalingService *service;
  BeckonPeople *people;
} Fixture;

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  beckon_signaling_service_sign_in_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  g_assert_no_error (error);
}

static void
answer (Fixture *f, const char *type, const char *fields)
{
  g_autoptr (JsonObject) request = half_server_expect (f->server, type);

  half_server_reply (f->server, request, fields);
}

/* Signed in, with two missed calls; the lists are not here yet. */
static void
set_up (Fixture *f, gconstpointer unused)
{
  f->server = half_server_new (0);
  f->server->missed = 2;
  f->service = beckon_signaling_service_new (f->server->url, "device", "Device", NULL);
  f->people = beckon_people_new ();
  beckon_signaling_service_sign_in_async (f->service, "alice", "secret", NULL, NULL, on_signed_in,
                                          NULL);
  wait_until (beckon_signaling_service_get_missed (f->service) == 2);
  beckon_people_set_signaling (f->people, f->service);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  *done =
      beckon_signaling_service_sign_out_finish (BECKON_SIGNALING_SERVICE (source), result, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gboolean done = FALSE;

  beckon_people_set_signaling (f->people, NULL);
  beckon_signaling_service_sign_out_async (f->service, on_signed_out, &done);
  wait_until (done);
  g_assert_finalize_object (f->people);
  g_assert_finalize_object (f->service);
  half_server_free (f->server);
}

static void
load (Fixture *f)
{
  answer (f, "contacts.list",
          "\"contacts\":[{\"id\":\"bob\",\"name\":\"Bob\",\"presence\":\"online\"}],"
          "\"blocked\":[{\"id\":\"mallory\",\"name\":\"Mallory\"}]");
  answer (
      f, "history.list",
      "\"calls\":[{\"call\":\"c2\",\"direction\":\"incoming\",\"media\":\"voice\",\"members\":[],"
      "\"outcome\":\"missed\",\"started\":2000,\"duration_ms\":0},"
      "{\"call\":\"c1\",\"direction\":\"incoming\",\"media\":\"voice\",\"members\":[],"
      "\"outcome\":\"missed\",\"started\":1000,\"duration_ms\":0}]");
  wait_until (beckon_people_is_loaded (f->people));
}

static void
test_loaded (Fixture *f, gconstpointer unused)
{
  load (f);
  g_assert_cmpuint (g_list_model_get_n_items (beckon_people_get_contacts (f->people)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (beckon_people_get_history (f->people)), ==, 2);
  g_assert_true (beckon_people_is_blocked (f->people, "mallory"));
  beckon_people_set_signaling (f->people, NULL);
  g_assert_false (beckon_people_is_blocked (f->people, "mallory"));
}

/* It is seen as far as it is listed, by the server's clock, and told once. */
static void
test_seen (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) seen = NULL;
  g_autoptr (JsonObject) again = NULL;

  beckon_people_see_history (f->people); /* there is nothing to be seen yet */
  load (f);
  g_assert_cmpuint (half_server_count (f->server, "history.seen"), ==, 0);
  beckon_people_see_history (f->people);
  beckon_people_see_history (f->people);
  seen = half_server_expect (f->server, "history.seen");
  g_assert_cmpint (json_object_get_int_member (seen, "until"), ==, 2000);
  half_server_reply (f->server, seen, "");

  half_server_event (f->server, "history.missed", "\"count\":%d", 1); /* one more */
  wait_until (beckon_signaling_service_get_missed (f->service) == 1);
  g_assert_cmpuint (half_server_count (f->server, "history.seen"), ==, 0);
  beckon_people_see_history (f->people);
  again = half_server_expect (f->server, "history.seen");
  half_server_reply (f->server, again, "");

  half_server_event (f->server, "history.missed", "\"count\":%d", 0);
  wait_until (beckon_signaling_service_get_missed (f->service) == 0);
  beckon_people_see_history (f->people);
  half_server_event (f->server, "contacts.changed", "\"x\":%d",
                     0); /* it asks for them after that */
  wait_until (half_server_count (f->server, "contacts.list") == 1);
  g_assert_cmpuint (half_server_count (f->server, "history.seen"), ==, 0);
}

static GPtrArray *
get_times (Fixture *f)
{
  GListModel *history = beckon_people_get_history (f->people);
  GPtrArray *times = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (history); i++)
    {
      g_autoptr (BeckonHistoryItem) item = g_list_model_get_item (history, i);

      g_ptr_array_add (times, g_strdup_printf ("%" G_GINT64_FORMAT,
                                               beckon_history_item_get_call (item)->started));
    }
  g_ptr_array_add (times, NULL);
  return times;
}

static void
assert_times (Fixture *f, const char *expected)
{
  g_autoptr (GPtrArray) times = get_times (f);
  g_autofree char *joined = g_strjoinv (" ", (char **) times->pdata);

  g_assert_cmpstr (joined, ==, expected);
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, GString *changes)
{
  g_string_append_printf (changes, "%u-%u+%u ", position, removed, added);
}

#define PAST(started)                                                                              \
  "{\"call\":\"c" started "\",\"direction\":\"incoming\",\"media\":\"voice\","                     \
  "\"members\":[],\"outcome\":\"missed\",\"started\":" started ",\"duration_ms\":0}"

static void
expect_older (Fixture *f, gint64 before, const char *calls)
{
  g_autoptr (JsonObject) request = NULL;
  g_autofree char *fields = g_strdup_printf ("\"calls\":[%s]", calls);

  beckon_people_load_older (f->people);
  beckon_people_load_older (f->people); /* it is on its way */
  request = half_server_expect (f->server, "history.list");
  g_assert_cmpint (json_object_get_int_member (request, "before"), ==, before);
  half_server_reply (f->server, request, fields);
}

/* Older calls come behind those that are listed, stay there when there is a new one, and are not
 * asked for where there are none. */
static void
test_older (Fixture *f, gconstpointer unused)
{
  GListModel *history = beckon_people_get_history (f->people);

  beckon_people_load_older (f->people); /* there is none to be older than */
  load (f);
  g_assert_cmpuint (half_server_count (f->server, "history.list"), ==, 0);
  expect_older (f, 1000, PAST ("900") "," PAST ("1500") "," PAST ("800"));
  wait_until (g_list_model_get_n_items (history) == 4);
  assert_times (f, "2000 1000 900 800");
  expect_older (f, 800, "");

  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("3000") "," PAST ("2000") "]");
  wait_until (g_list_model_get_n_items (history) == 5);
  assert_times (f, "3000 2000 1000 900 800");
  beckon_people_load_older (f->people);
  half_server_event (f->server, "contacts.changed", "\"x\":%d", 0);
  wait_until (half_server_count (f->server, "contacts.list") == 1);
  g_assert_cmpuint (half_server_count (f->server, "history.list"), ==, 0);

  /* More have come than are told at once: what lies between is not known. */
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("5000") "," PAST ("4000") "]");
  wait_until (g_list_model_get_n_items (history) == 2);
  assert_times (f, "5000 4000");
  expect_older (f, 4000, PAST ("3000"));
  wait_until (g_list_model_get_n_items (history) == 3);
}

/* Rows of calls that are listed already stay, with the keyboard's place and an open menu. */
static void
test_history_again (Fixture *f, gconstpointer unused)
{
  GListModel *history = beckon_people_get_history (f->people);
  g_autoptr (GString) changes = g_string_new (NULL);

  answer (f, "contacts.list", "\"contacts\":[],\"blocked\":[]");
  answer (f, "history.list", "\"calls\":[" PAST ("2000") "," PAST ("1000") "]");
  wait_until (g_list_model_get_n_items (history) == 2);
  g_signal_connect (history, "items-changed", G_CALLBACK (on_items_changed), changes);
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("2000") "," PAST ("1000") "]");
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list",
          "\"calls\":[" PAST ("3000") "," PAST ("2000") "," PAST ("1000") "]");
  wait_until (g_list_model_get_n_items (history) == 3);
  g_assert_cmpstr (changes->str, ==, "0-0+1 ");
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("3000") "," PAST ("1000") "]");
  wait_until (g_list_model_get_n_items (history) == 2);
  g_assert_cmpstr (changes->str, ==, "0-0+1 1-1+0 ");
  assert_times (f, "3000 1000");
  g_signal_handlers_disconnect_by_data (history, changes);
}

static void
reply_older (Fixture *f, gint64 before, const char *calls)
{
  g_autoptr (JsonObject) request = half_server_expect (f->server, "history.list");
  g_autofree char *fields = g_strdup_printf ("\"calls\":[%s]", calls);

  g_assert_cmpint (json_object_get_int_member (request, "before"), ==, before);
  half_server_reply (f->server, request, fields);
}

/* Who looks for one among all calls has them all, page for page, also when there is a new one. */
static void
test_all (Fixture *f, gconstpointer unused)
{
  GListModel *history = beckon_people_get_history (f->people);

  beckon_people_set_all_wanted (f->people, TRUE);
  load (f);
  g_assert_true (beckon_people_is_loading_older (f->people));
  reply_older (f, 1000, PAST ("900"));
  reply_older (f, 900, PAST ("800"));
  g_assert_true (beckon_people_is_loading_older (f->people));
  {
    g_autoptr (JsonObject) request = half_server_expect (f->server, "history.list");

    half_server_refuse (f->server, request, "rate-limited");
  }
  reply_older (f, 800, ""); /* it asks again */
  wait_until (!beckon_people_is_loading_older (f->people));
  assert_times (f, "2000 1000 900 800");

  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("5000") "," PAST ("4000") "]");
  reply_older (f, 4000, PAST ("3000"));
  reply_older (f, 3000, "");
  wait_until (!beckon_people_is_loading_older (f->people));
  assert_times (f, "5000 4000 3000");

  beckon_people_set_all_wanted (f->people, FALSE);
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("9000") "," PAST ("8000") "]");
  wait_until (g_list_model_get_n_items (history) == 2);
  g_assert_false (beckon_people_is_loading_older (f->people));
}

/* A search that has ended leaves no more than there would be without it, and the rest can be had
 * again. */
static void
test_all_no_more (Fixture *f, gconstpointer unused)
{
  GListModel *history = beckon_people_get_history (f->people);
  g_autoptr (GString) calls = g_string_new (PAST ("999"));

  load (f);
  beckon_people_set_all_wanted (f->people, TRUE);
  for (guint i = 998; i > 900; i--)
    g_string_append_printf (calls, "," PAST ("%u"), i, i);
  reply_older (f, 1000, calls->str);
  wait_until (g_list_model_get_n_items (history) == 2 + 99);
  g_assert_true (beckon_people_is_loading_older (f->people));

  beckon_people_set_all_wanted (f->people, FALSE);
  g_assert_false (beckon_people_is_loading_older (f->people));
  g_assert_cmpuint (g_list_model_get_n_items (history), ==, 50);
  expect_older (f, 1000 - 48, PAST ("500"));
  wait_until (g_list_model_get_n_items (history) == 51);
}

/* Older calls than were at the end when they were asked for do not follow those that are there now.
 */
static void
test_older_than_what_is_gone (Fixture *f, gconstpointer unused)
{
  GListModel *history = beckon_people_get_history (f->people);
  g_autoptr (JsonObject) request = NULL;

  load (f);
  beckon_people_load_older (f->people);
  request = half_server_expect (f->server, "history.list");
  half_server_event (f->server, "history.changed", "\"x\":%d", 0);
  answer (f, "history.list", "\"calls\":[" PAST ("5000") "," PAST ("4000") "]");
  wait_until (beckon_people_is_loading_older (f->people) &&
              g_list_model_get_n_items (history) == 2);
  half_server_reply (f->server, request, "\"calls\":[" PAST ("900") "]");
  wait_until (!beckon_people_is_loading_older (f->people));
  assert_times (f, "5000 4000");
}

/* ---- what is remembered ---- */

typedef struct
{
  Fixture f;
  char *directory;
  char *file;
} Memory;

static void
memory_set_up (Memory *m, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_up (&m->f, data);
  m->directory = g_dir_make_tmp ("beckon-people-XXXXXX", &error);
  g_assert_no_error (error);
  m->file = g_build_filename (m->directory, "cache", "people", NULL);
}

static void
memory_tear_down (Memory *m, gconstpointer data)
{
  g_autofree char *cache = g_path_get_dirname (m->file);

  tear_down (&m->f, data);
  g_unlink (m->file);
  g_rmdir (cache);
  g_assert_cmpint (g_rmdir (m->directory), ==, 0); /* there was nothing else */
  g_free (m->file);
  g_free (m->directory);
}

/* As at the next start. */
static void
start_again (Memory *m, const char *account)
{
  beckon_people_set_signaling (m->f.people, NULL);
  g_assert_finalize_object (m->f.people);
  m->f.people = beckon_people_new ();
  beckon_people_set_signaling (m->f.people, m->f.service);
  beckon_people_remember (m->f.people, m->file, account);
}

static void
assert_remembered (Memory *m)
{
  g_autoptr (BeckonContactItem) bob =
      g_list_model_get_item (beckon_people_get_contacts (m->f.people), 0);

  g_assert_true (beckon_people_is_loaded (m->f.people));
  g_assert_cmpstr (beckon_contact_item_get_name (bob), ==, "Bob");
  g_assert_false (beckon_contact_item_is_presence_known (bob));
  g_assert_true (beckon_people_is_blocked (m->f.people, "mallory"));
  assert_times (&m->f, "2000 1000");
}

static void
load_and_save (Memory *m)
{
  beckon_people_remember (m->f.people, m->file, "alice at home");
  load (&m->f);
  wait_until (g_file_test (m->file, G_FILE_TEST_EXISTS));
}

static void
test_remembered (Memory *m, gconstpointer unused)
{
  g_autoptr (BeckonContactItem) bob = NULL;
  GStatBuf status;

  load_and_save (m);
  g_assert_cmpint (g_stat (m->file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  start_again (m, "alice at home");
  assert_remembered (m);
  load (&m->f); /* and the server says how they are */
  bob = g_list_model_get_item (beckon_people_get_contacts (m->f.people), 0);
  wait_until (beckon_contact_item_get_presence (bob) == BECKON_PRESENCE_ONLINE);
}

static void
test_remembered_all_of_a_call (Memory *m, gconstpointer unused)
{
  g_autoptr (BeckonHistoryItem) item = NULL;
  const BeckonPastCall *call;

  beckon_people_remember (m->f.people, m->file, "alice at home");
  answer (&m->f, "contacts.list", "\"contacts\":[],\"blocked\":[]");
  answer (&m->f, "history.list",
          "\"calls\":[{\"call\":\"c1\",\"direction\":\"outgoing\",\"media\":\"video\","
          "\"members\":[{\"id\":\"bob\",\"name\":\"Bob\"},{\"id\":\"eve\",\"name\":\"Ève\"}],"
          "\"outcome\":\"answered\",\"started\":1764000000000,\"duration_ms\":5000}]");
  wait_until (g_file_test (m->file, G_FILE_TEST_EXISTS));
  start_again (m, "alice at home");
  item = g_list_model_get_item (beckon_people_get_history (m->f.people), 0);
  call = beckon_history_item_get_call (item);
  g_assert_cmpstr (call->call, ==, "c1");
  g_assert_true (call->outgoing);
  g_assert_cmpint (call->media, ==, BECKON_MEDIA_VIDEO);
  g_assert_cmpuint (call->others->len, ==, 2);
  g_assert_cmpstr (((BeckonUser *) g_ptr_array_index (call->others, 1))->name, ==, "Ève");
  g_assert_cmpstr (call->outcome, ==, "answered");
  g_assert_cmpint (call->started, ==, G_GINT64_CONSTANT (1764000000000));
  g_assert_cmpint (call->duration, ==, 5000);
  load (&m->f);
}

/* What was cleared on this computer is not on it. */
static void
test_cleared (Memory *m, gconstpointer unused)
{
  load_and_save (m);
  g_unlink (m->file);
  beckon_people_set_cleared (m->f.people, 1000);
  wait_until (g_file_test (m->file, G_FILE_TEST_EXISTS));
  assert_times (&m->f, "2000 1000");
  start_again (m, "alice at home");
  assert_times (&m->f, "2000");
  load (&m->f);
}

static void
test_another_account (Memory *m, gconstpointer unused)
{
  load_and_save (m);
  start_again (m, "alice at work");
  g_assert_false (beckon_people_is_loaded (m->f.people));
  g_assert_false (beckon_people_is_contact (m->f.people, "bob"));
  load (&m->f);
}

static gboolean
can_load (Memory *m, const char *contents, gsize size)
{
  g_autoptr (GPtrArray) contacts = NULL;
  g_autoptr (GPtrArray) blocked = NULL;
  g_autoptr (GPtrArray) calls = NULL;

  g_assert_true (g_file_set_contents (m->file, contents, (gssize) size, NULL));
  return beckon_people_memory_load (m->file, "alice at home", &contacts, &blocked, &calls);
}

/* Half of it is nothing, and no byte that is another makes it worse than that. */
static void
test_damaged (Memory *m, gconstpointer unused)
{
  g_autofree char *contents = NULL;
  gsize size;

  load_and_save (m);
  g_assert_true (g_file_get_contents (m->file, &contents, &size, NULL));
  g_assert_true (can_load (m, contents, size));
  for (gsize i = 0; i < size; i++)
    g_assert_false (can_load (m, contents, i));
  for (gsize i = 0; i < size; i++)
    {
      g_autofree char *damaged = g_memdup2 (contents, size);

      damaged[i] = (char) ~damaged[i];
      can_load (m, damaged, size);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/people/lists", test_lists);
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/people/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("loaded", test_loaded);
  ADD ("seen", test_seen);
  ADD ("history-again", test_history_again);
  ADD ("older", test_older);
  ADD ("all", test_all);
  ADD ("all-no-more", test_all_no_more);
  ADD ("older-than-what-is-gone", test_older_than_what_is_gone);
#undef ADD
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/people/" name, Memory, NULL, memory_set_up, function, memory_tear_down)
  ADD ("remembered", test_remembered);
  ADD ("remembered-all-of-a-call", test_remembered_all_of_a_call);
  ADD ("remembered-but-cleared", test_cleared);
  ADD ("remembered-by-another-account", test_another_account);
  ADD ("remembered-damaged", test_damaged);
#undef ADD
  return g_test_run ();
}
