/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every state with every event, against what product and protocol ask for, written down on its own. */

#include "config.h"

#include "call-state.h"

#define N_STATES (BECKON_CALL_STATE_LAST + 1)
#define N_EVENTS (BECKON_CALL_EVENT_LAST + 1)

/* One column a state: what it becomes by the event, or "-" where the event is to be refused. */
static const struct
{
  const char *event;
  const char *from_free, *from_incoming, *from_waiting, *from_calling;
} expected[N_EVENTS] = {
  { "invited", "waiting", "-", "-", "-" },
  { "received", "incoming", "-", "-", "-" },
  { "joined", "calling", "-", "-", "-" },
  { "accept-confirmed", "-", "calling", "-", "-" },
  { "accept-failed", "-", "free", "-", "-" },
  { "reject", "-", "free", "-", "-" },
  { "cancelled", "-", "free", "-", "-" },
  { "timed-out", "-", "free", "-", "-" },
  { "answered-elsewhere", "-", "free", "free", "free" },
  { "peer-accepted", "-", "-", "calling", "calling" },
  { "all-declined", "-", "-", "free", "-" },
  { "all-timed-out", "-", "-", "free", "-" },
  { "cancel", "-", "-", "free", "-" },
  { "hang-up", "-", "-", "-", "free" },
  { "last-left", "-", "-", "-", "free" },
  { "media-lost", "-", "-", "-", "free" },
  { "over", "-", "free", "free", "free" },
};

static const char *
expected_next (BeckonCallState state, BeckonCallEvent event)
{
  switch (state)
    {
    case BECKON_CALL_STATE_FREE:
      return expected[event].from_free;
    case BECKON_CALL_STATE_INCOMING:
      return expected[event].from_incoming;
    case BECKON_CALL_STATE_WAITING:
      return expected[event].from_waiting;
    case BECKON_CALL_STATE_CALLING:
      return expected[event].from_calling;
    default:
      g_assert_not_reached ();
    }
}

static void
test_pair (gconstpointer data)
{
  const BeckonCallState state = GPOINTER_TO_UINT (data) / N_EVENTS;
  const BeckonCallEvent event = GPOINTER_TO_UINT (data) % N_EVENTS;
  const char *to = expected_next (state, event);
  BeckonCallState next = 99;

  g_assert_cmpstr (beckon_call_event_to_string (event), ==, expected[event].event);
  if (g_str_equal (to, "-"))
    {
      g_assert_false (beckon_call_state_next (state, event, &next));
      g_assert_cmpuint (next, ==, 99); /* untouched */
      return;
    }
  g_assert_true (beckon_call_state_next (state, event, &next));
  g_assert_cmpstr (beckon_call_state_to_string (next), ==, to);
}

/* A call is busy from its first event to its last, and there is no other kind of busy. */
static void
test_busy (void)
{
  for (guint state = 0; state < N_STATES; state++)
    g_assert_true (beckon_call_state_is_busy (state) ==
                   !g_str_equal (beckon_call_state_to_string (state), "free"));
}

/* Marks everything that can be reached from @state without leaving a call that is over. */
static void
visit (BeckonCallState state, gboolean *seen)
{
  if (seen[state])
    return;
  seen[state] = TRUE;
  for (guint event = 0; event < N_EVENTS; event++)
    {
      BeckonCallState next;

      if (beckon_call_state_next (state, event, &next))
        visit (next, seen);
    }
}

static void
test_reachable (void)
{
  for (guint state = 0; state < N_STATES; state++)
    {
      gboolean seen[N_STATES] = { FALSE };

      visit (state, seen);
      for (guint other = 0; other < N_STATES; other++)
        g_assert_true (seen[other]);
    }
}

/* Whatever the server forgets, one event frees every busy call in one step; nobody is stuck. */
static void
test_over_frees (void)
{
  for (guint state = 0; state < N_STATES; state++)
    {
      BeckonCallState next = state;
      const gboolean known = beckon_call_state_next (state, BECKON_CALL_EVENT_OVER, &next);

      g_assert_true (known == beckon_call_state_is_busy (state));
      g_assert_cmpuint (next, ==, BECKON_CALL_STATE_FREE);
    }
}

/* Nobody talks who has not accepted, been accepted or come back to that, and there is one way into
 * each alert. */
static void
test_ways_in (void)
{
  guint ways[N_STATES] = { 0 };

  for (guint state = 0; state < N_STATES; state++)
    for (guint event = 0; event < N_EVENTS; event++)
      {
        BeckonCallState next;

        if (!beckon_call_state_next (state, event, &next) || next == state)
          continue;
        ways[next]++;
        if (next == BECKON_CALL_STATE_CALLING)
          g_assert_true (event == BECKON_CALL_EVENT_JOINED ||
                         event == BECKON_CALL_EVENT_ACCEPT_CONFIRMED ||
                         event == BECKON_CALL_EVENT_PEER_ACCEPTED);
      }
  g_assert_cmpuint (ways[BECKON_CALL_STATE_INCOMING], ==, 1);
  g_assert_cmpuint (ways[BECKON_CALL_STATE_WAITING], ==, 1);
  g_assert_cmpuint (ways[BECKON_CALL_STATE_CALLING], ==, 3);
}

static void
test_type (void)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (BECKON_TYPE_CALL_STATE);

  g_assert_cmpuint (states->n_values, ==, N_STATES);
  for (guint state = 0; state < N_STATES; state++)
    g_assert_cmpstr (g_enum_get_value (states, state)->value_nick, ==,
                     beckon_call_state_to_string (state));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint pair = 0; pair < N_STATES * N_EVENTS; pair++)
    {
      g_autofree char *path = g_strdup_printf ("/call-state/%s/%s",
                                               beckon_call_state_to_string (pair / N_EVENTS),
                                               beckon_call_event_to_string (pair % N_EVENTS));

      g_test_add_data_func (path, GUINT_TO_POINTER (pair), test_pair);
    }
  g_test_add_func ("/call-state/busy", test_busy);
  g_test_add_func ("/call-state/reachable", test_reachable);
  g_test_add_func ("/call-state/over-frees", test_over_frees);
  g_test_add_func ("/call-state/ways-in", test_ways_in);
  g_test_add_func ("/call-state/type", test_type);
  return g_test_run ();
}
