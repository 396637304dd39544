/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Players of our own on a bus of our own; each is a connection, as a real one is a process. */

#include "config.h"

#include "media-pauser.h"
#include "private-bus.h"
#include "waiting.h"

#define LIMIT 40

static const char introspection[] = "<node><interface name='org.mpris.MediaPlayer2.Player'>"
                                    "<method name='Pause'/><method name='Play'/>"
                                    "<property name='PlaybackStatus' type='s' access='read'/>"
                                    "</interface></node>";

typedef struct
{
  GDBusConnection *bus;
  const char *status;
  guint n_asked; /* how often somebody looked */
  guint n_pauses;
  guint n_plays;
  gboolean slow; /* whoever looks is answered later */
  GPtrArray *unanswered;
} Player;

typedef struct
{
  GTestDBus *daemon;
  GDBusConnection *bus;
  BeckonMediaPauser *pauser;
} Fixture;

/* ---- a player ---- */

static void
player_set (Player *self, const char *status)
{
  GVariantDict changed;

  self->status = status;
  g_variant_dict_init (&changed, NULL);
  g_variant_dict_insert (&changed, "PlaybackStatus", "s", status);
  g_dbus_connection_emit_signal (self->bus, NULL, "/org/mpris/MediaPlayer2",
                                 "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                 g_variant_new ("(s@a{sv}as)", "org.mpris.MediaPlayer2.Player",
                                                g_variant_dict_end (&changed), NULL),
                                 NULL);
}

static void
answer (Player *self, GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_value (
      invocation, g_variant_new ("(v)", g_variant_new_string (self->status)));
}

static void
on_method (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  Player *self = user_data;
  const gboolean play = g_str_equal (method, "Play");

  if (g_str_equal (method, "Get"))
    {
      self->n_asked++;
      if (self->slow)
        g_ptr_array_add (self->unanswered, invocation);
      else
        answer (self, invocation);
      return;
    }
  *(play ? &self->n_plays : &self->n_pauses) += 1;
  player_set (self, play ? "Playing" : "Paused");
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
player_own (Player *self, const char *name)
{
  g_autofree char *full = g_strconcat ("org.mpris.MediaPlayer2.", name, NULL);

  private_bus_own (self->bus, full);
}

static Player *
player_new (Fixture *fixture, const char *name, const char *status)
{
  static const GDBusInterfaceVTable vtable = { on_method, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);
  Player *self = g_new0 (Player, 1);

  self->bus = private_bus_connect (fixture->daemon);
  self->status = status;
  self->unanswered = g_ptr_array_new ();
  g_dbus_connection_register_object (self->bus, "/org/mpris/MediaPlayer2", info->interfaces[0],
                                     &vtable, self, NULL, NULL);
  player_own (self, name);
  return self;
}

static void
player_free (Player *self)
{
  g_assert_cmpuint (self->unanswered->len, ==, 0);
  g_ptr_array_unref (self->unanswered);
  private_bus_disconnect (&self->bus);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Player, player_free)

/* A player that is asked last has an answer only when all before were dealt with. */
static void
settle (Fixture *fixture)
{
  g_autoptr (Player) last = player_new (fixture, "zzz", "Playing");

  beckon_media_pauser_set_quiet (fixture->pauser, TRUE);
  wait_at_most (LIMIT, last->n_pauses == 1);
  beckon_media_pauser_set_quiet (fixture->pauser, FALSE);
  wait_at_most (LIMIT, last->n_plays == 1);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->daemon = private_bus_up ();
  self->bus = private_bus_connect (self->daemon);
  self->pauser = beckon_media_pauser_new (self->bus);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  wait_at_most (LIMIT, G_OBJECT (self->pauser)->ref_count == 1); /* what it has asked holds it */
  g_assert_finalize_object (self->pauser);
  private_bus_disconnect (&self->bus);
  private_bus_down (self->daemon);
}

/* ---- cases ---- */

static void
test_only_those_that_played (Fixture *self, gconstpointer unused)
{
  g_autoptr (Player) music = player_new (self, "music", "Playing");
  g_autoptr (Player) film = player_new (self, "film", "Paused");
  g_autoptr (Player) radio = player_new (self, "radio", "Stopped");

  player_own (music, "music.instance7"); /* as VLC does: two names, one player */
  beckon_media_pauser_set_quiet (self->pauser, TRUE);
  wait_at_most (LIMIT, music->n_pauses == 1 && film->n_asked == 1 && radio->n_asked == 1);
  beckon_media_pauser_set_quiet (self->pauser, FALSE);
  wait_at_most (LIMIT, music->n_plays == 1);
  settle (self);
  g_assert_cmpint (film->n_pauses + film->n_plays + radio->n_pauses + radio->n_plays, ==, 0);
}

/* Asked under both its names before it was paused, and answering one of them after the call. */
static void
test_late_answer (Fixture *self, gconstpointer unused)
{
  g_autoptr (Player) music = player_new (self, "music", "Playing");

  player_own (music, "music.instance7");
  music->slow = TRUE;
  beckon_media_pauser_set_quiet (self->pauser, TRUE);
  wait_at_most (LIMIT, music->unanswered->len == 2);
  answer (music, g_ptr_array_steal_index (music->unanswered, 0));
  wait_at_most (LIMIT, music->n_pauses == 1);
  beckon_media_pauser_set_quiet (self->pauser, FALSE);
  wait_at_most (LIMIT, music->unanswered->len == 2);
  music->status = "Playing"; /* as it was when it was asked */
  answer (music, g_ptr_array_steal_index (music->unanswered, 0));
  music->status = "Paused";
  answer (music, g_ptr_array_steal_index (music->unanswered, 0));
  wait_at_most (LIMIT, music->n_plays == 1);
}

static void
test_person_wins (Fixture *self, gconstpointer unused)
{
  g_autoptr (Player) played = player_new (self, "played", "Playing");
  g_autoptr (Player) stopped = player_new (self, "stopped", "Playing");
  guint n_asked;

  beckon_media_pauser_set_quiet (self->pauser, TRUE);
  wait_at_most (LIMIT, played->n_pauses == 1 && stopped->n_pauses == 1);
  /* Played in the call, and paused again: by the person, and so it stays. */
  player_set (played, "Playing");
  player_set (played, "Paused");
  stopped->status = "Stopped"; /* and says nothing */
  n_asked = stopped->n_asked;
  private_bus_settle (played->bus, self->bus);
  beckon_media_pauser_set_quiet (self->pauser, FALSE);
  wait_at_most (LIMIT, stopped->n_asked > n_asked);
  settle (self);
  g_assert_cmpint (played->n_plays + stopped->n_plays, ==, 0);
}

static void
test_quick_calls (Fixture *self, gconstpointer unused)
{
  g_autoptr (Player) music = player_new (self, "music", "Playing");

  beckon_media_pauser_set_quiet (self->pauser, TRUE);
  wait_at_most (LIMIT, music->n_pauses == 1);
  for (guint i = 0; i < 5; i++)
    { /* the next call comes before the player has been asked */
      beckon_media_pauser_set_quiet (self->pauser, FALSE);
      beckon_media_pauser_set_quiet (self->pauser, TRUE);
    }
  wait_at_most (LIMIT, music->n_asked == 1 + 5 + 5);
  g_assert_cmpint (music->n_plays, ==, 0);
  beckon_media_pauser_set_quiet (self->pauser, FALSE);
  wait_at_most (LIMIT, music->n_plays == 1);
  g_assert_cmpint (music->n_pauses, ==, 1);
}

static void
test_gone (Fixture *self, gconstpointer unused)
{
  Player *music = player_new (self, "music", "Playing");
  g_autoptr (Player) other = NULL;

  beckon_media_pauser_set_quiet (self->pauser, TRUE);
  wait_at_most (LIMIT, music->n_pauses == 1);
  player_free (music);
  other = player_new (self, "music", "Paused"); /* the same name, another player */
  beckon_media_pauser_set_quiet (self->pauser, FALSE);
  settle (self);
  g_assert_cmpint (other->n_plays, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/media-pauser/only-those-that-played", Fixture, NULL, set_up,
              test_only_those_that_played, tear_down);
  g_test_add ("/media-pauser/late-answer", Fixture, NULL, set_up, test_late_answer, tear_down);
  g_test_add ("/media-pauser/person-wins", Fixture, NULL, set_up, test_person_wins, tear_down);
  g_test_add ("/media-pauser/quick-calls", Fixture, NULL, set_up, test_quick_calls, tear_down);
  g_test_add ("/media-pauser/gone", Fixture, NULL, set_up, test_gone, tear_down);
  return g_test_run ();
}
