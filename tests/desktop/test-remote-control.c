/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another program on a bus of our own, and a call without a server (tests/ui/fake-call.h). */

#include "config.h"

#include "fake-call.h"
#include "private-bus.h"
#include "protocol-error.h"
#include "remote-control.h"
#include "waiting.h"

#define LIMIT 40
#define OBJECT_PATH "/org/beckon/Beckon"

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;     /* the application's */
  GDBusConnection *program; /* the other's */
  BeckonCallManager *manager;
  BeckonCurrentCall *current;
  BeckonRemoteControl *remote;
  GPtrArray *told; /* GVariant: what PropertiesChanged had */
  /* What the last method came to. */
  gboolean done;
  GVariant *reply;
  GError *error;
} Fixture;

static BeckonCallManager *
create_manager (void)
{
  g_autoptr (BeckonSignalingService) signaling =
      beckon_signaling_service_new ("http://127.0.0.1:1", "device", "Test", NULL);
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  return beckon_call_manager_new (signaling, config);
}

static void
on_changed (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  Fixture *self = user_data;

  g_ptr_array_add (self->told, g_variant_get_child_value (parameters, 1));
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->program = private_bus_connect (self->daemon);
  self->told = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->manager = create_manager ();
  self->current = beckon_current_call_new ();
  self->remote = beckon_remote_control_new (self->current);
  beckon_remote_control_export (self->remote, self->bus, OBJECT_PATH, &error);
  g_assert_no_error (error);
  beckon_current_call_set_manager (self->current, self->manager);
  g_dbus_connection_signal_subscribe (self->program, g_dbus_connection_get_unique_name (self->bus),
                                      "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                      OBJECT_PATH, BECKON_REMOTE_INTERFACE,
                                      G_DBUS_SIGNAL_FLAGS_NONE, on_changed, self, NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  beckon_current_call_set_manager (self->current, NULL);
  g_assert_finalize_object (self->remote);
  g_assert_finalize_object (self->current);
  g_assert_finalize_object (self->manager);
  private_bus_disconnect (&self->program);
  private_bus_disconnect (&self->bus);
  g_clear_pointer (&self->reply, g_variant_unref);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->told);
  private_bus_down (self->daemon);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &self->error);
  self->done = TRUE;
}

static void
begin (Fixture *self, const char *interface, const char *method, GVariant *parameters)
{
  g_clear_pointer (&self->reply, g_variant_unref);
  g_clear_error (&self->error);
  self->done = FALSE;
  g_dbus_connection_call (self->program, g_dbus_connection_get_unique_name (self->bus), OBJECT_PATH,
                          interface, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          on_reply, self);
}

/* @parameters: a floating tuple. @error: (nullable): the word of the error that it must be. */
static void
ask (Fixture *self, const char *method, GVariant *parameters, const char *error)
{
  g_autofree char *name = NULL;

  begin (self, BECKON_REMOTE_INTERFACE, method, parameters);
  wait_at_most (LIMIT, self->done);
  if (self->error != NULL)
    name = g_dbus_error_get_remote_error (self->error);
  if (error == NULL)
    g_assert_no_error (self->error);
  else
    {
      g_assert_nonnull (name);
      g_assert_true (g_str_has_prefix (name, BECKON_REMOTE_ERROR));
      g_assert_cmpstr (name + strlen (BECKON_REMOTE_ERROR), ==, error);
    }
}

static void
check_property (Fixture *self, const char *property, const char *expected)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autofree char *text = NULL;

  begin (self, "org.freedesktop.DBus.Properties", "GetAll",
         g_variant_new ("(s)", BECKON_REMOTE_INTERFACE));
  wait_at_most (LIMIT, self->done);
  g_assert_no_error (self->error);
  all = g_variant_get_child_value (self->reply, 0);
  value = g_variant_lookup_value (all, property, NULL);
  g_assert_nonnull (value);
  text = g_variant_print (value, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static BeckonCall *
ring (Fixture *self)
{
  BeckonCall *call = fake_call_new ();

  call->outgoing = FALSE;
  call->state = BECKON_CALL_STATE_INCOMING;
  fake_manager_set_current (self->manager, call);
  return call;
}

static void
test_nothing_there (Fixture *self, gconstpointer unused)
{
  const char *const bob[] = { "bob", NULL };
  const char *const nobody[] = { "Böb", NULL };

  ask (self, "Call", g_variant_new ("(^ass)", nobody, "video"), "BadUserId");
  ask (self, "Call", g_variant_new ("(^ass)", bob, "smell"), "Failed");
  ask (self, "Call", g_variant_new ("(^ass)", bob, "video"), "NotConnected");
  ask (self, "Answer", g_variant_new ("(sb)", "", TRUE), "NoCall");
  ask (self, "Decline", g_variant_new ("(ss)", "", ""), "NoCall");
  ask (self, "HangUp", g_variant_new ("(s)", ""), "NoCall");
  ask (self, "SetMicrophone", g_variant_new ("(b)", TRUE), "NoCall");
  ask (self, "SetCamera", g_variant_new ("(b)", TRUE), "NoCall");
  check_property (self, "Connected", "false");
  check_property (self, "State", "'free'");
  g_assert_cmpint (fake_manager_get_n_invites (self->manager), ==, 0);
}

static void
test_answer (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonCall) call = ring (self);

  check_property (self, "State", "'incoming'");
  check_property (self, "PeerName", "'Bob Larsson'");
  ask (self, "Answer", g_variant_new ("(sb)", "another-call", TRUE), "NoCall");
  g_assert_cmpint (call->n_accepts, ==, 0);
  begin (self, BECKON_REMOTE_INTERFACE, "Answer",
         g_variant_new ("(sb)", beckon_call_get_id (call), FALSE));
  wait_at_most (LIMIT, call->n_accepts == 1);
  g_assert_false (call->with_camera || self->done);
  fake_call_finish_accept (
      call, g_error_new_literal (BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_CALL_OVER, "Over"));
  wait_at_most (LIMIT, self->done);
  g_assert_true (g_str_has_suffix (self->error->message, "Over"));
  g_assert_nonnull (strstr (self->error->message, BECKON_REMOTE_ERROR "CallOver"));
  fake_call_set_state (call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
  ask (self, "Answer", g_variant_new ("(sb)", "", TRUE), "NotRinging");
  ask (self, "Decline", g_variant_new ("(ss)", "", ""), "NotRinging");
  ask (self, "SetMicrophone", g_variant_new ("(b)", FALSE), NULL);
  g_assert_false (call->microphone);
  ask (self, "HangUp", g_variant_new ("(s)", beckon_call_get_id (call)), NULL);
  g_assert_cmpint (call->n_hang_ups, ==, 1);
  ask (self, "HangUp", g_variant_new ("(s)", ""),
       "NoCall"); /* over, though the manager has it yet */
  fake_manager_set_current (self->manager, NULL);
}

static void
test_decline (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonCall) call = ring (self);
  g_autofree char *much = g_strnfill (BECKON_CALL_DATA_MAX + 1, 'x');

  ask (self, "Decline", g_variant_new ("(ss)", "", much), "TooLarge");
  g_assert_cmpint (call->n_rejects, ==, 0);
  ask (self, "Decline", g_variant_new ("(ss)", "", "Later"), NULL);
  g_assert_cmpstr (call->reject_message, ==, "Later");
  fake_manager_set_current (self->manager, NULL);
}

/* Each change is told once, and nothing else is. */
static void
test_told (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonCall) call = ring (self);
  g_autofree char *text = NULL;
  GVariant *last;

  wait_at_most (LIMIT, self->told->len == 1);
  beckon_call_set_microphone (call, FALSE);
  wait_at_most (LIMIT, self->told->len == 2);
  last = g_ptr_array_index (self->told, 1);
  text = g_variant_print (last, FALSE);
  g_assert_cmpstr (text, ==, "{'Microphone': <false>}");
  fake_call_notify (call, "microphone"); /* nothing new */
  fake_call_end (call, BECKON_CALL_END_PEER_CANCELLED);
  fake_manager_set_current (self->manager, NULL);
  wait_at_most (LIMIT, self->told->len == 3);
  check_property (self, "State", "'free'");
  g_assert_cmpint (self->told->len, ==, 3);
}

static void
test_path_is_taken (Fixture *self, gconstpointer unused)
{
  g_autoptr (BeckonRemoteControl) second = beckon_remote_control_new (self->current);
  g_autoptr (GError) error = NULL;

  g_assert_false (beckon_remote_control_export (second, self->bus, OBJECT_PATH, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  beckon_remote_control_unexport (second);
  beckon_remote_control_unexport (self->remote);
  g_clear_error (&error);
  g_assert_true (beckon_remote_control_export (second, self->bus, OBJECT_PATH, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/remote-control/nothing-there", Fixture, NULL, set_up, test_nothing_there,
              tear_down);
  g_test_add ("/remote-control/answer", Fixture, NULL, set_up, test_answer, tear_down);
  g_test_add ("/remote-control/decline", Fixture, NULL, set_up, test_decline, tear_down);
  g_test_add ("/remote-control/told", Fixture, NULL, set_up, test_told, tear_down);
  g_test_add ("/remote-control/path-is-taken", Fixture, NULL, set_up, test_path_is_taken,
              tear_down);
  return g_test_run ();
}
