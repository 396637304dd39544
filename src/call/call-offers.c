/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How often an offer of theirs makes a connection here. To make one takes a moment of the main
 * thread, and one that was dropped lives on for a while; who may call may send as many offers as
 * the server lets through, hundreds in a burst. So the first is answered at once, and after it one
 * a second, the newest: what comes meanwhile waits, with its candidates. */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "call-private.h"

#define OFFER_US G_TIME_SPAN_SECOND
/* More than any connection has candidates. */
#define MAX_SIGNALS 100

void
beckon_call_offers_drop (BeckonCallMember *member)
{
  g_queue_clear_full (&member->late, (GDestroyNotify) beckon_peer_signal_free);
  g_clear_pointer (&member->late_device, g_free);
}

/* When what waits has waited long enough; monotonic µs. */
static gint64
due_at (BeckonCallMember *member)
{
  return member->late.length > 0 ? member->offered_at + OFFER_US : G_MAXINT64;
}

static void
handle (BeckonCall *self, BeckonCallMember *member)
{
  g_autofree char *device = g_steal_pointer (&member->late_device);
  GQueue signals = member->late;
  BeckonPeerSignal *signal;

  g_queue_init (&member->late);
  while ((signal = g_queue_pop_head (&signals)) != NULL)
    {
      beckon_call_media_signal (self, member->user->id, device, signal);
      beckon_peer_signal_free (signal);
    }
}

static void schedule (BeckonCall *self);

static gboolean
on_due (gpointer user_data)
{
  g_autoptr (BeckonCall) self = g_object_ref (user_data);

  self->late_source = 0;
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonCallMember *member = g_ptr_array_index (self->members, i);

      if (due_at (member) <= g_get_monotonic_time ())
        handle (self, member);
    }
  schedule (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (BeckonCall *self)
{
  const gint64 now = g_get_monotonic_time ();
  gint64 first = G_MAXINT64;

  g_clear_handle_id (&self->late_source, g_source_remove);
  for (guint i = 0; i < self->members->len; i++)
    first = MIN (first, due_at (g_ptr_array_index (self->members, i)));
  if (first < G_MAXINT64)
    self->late_source = g_timeout_add (MAX (first - now, 0) / 1000 + 1, on_due, self);
}

static gboolean
is_of_late (BeckonCallMember *member, const char *device, const BeckonPeerSignal *signal)
{
  const BeckonPeerSignal *offer = g_queue_peek_head (&member->late);

  return offer != NULL && offer->generation == signal->generation &&
         g_strcmp0 (member->late_device, device) == 0;
}

gboolean
beckon_call_offers_take (BeckonCall *self,
                         BeckonCallMember *member,
                         const char *device,
                         const BeckonPeerSignal *offer)
{
  const gint64 now = g_get_monotonic_time ();

  beckon_call_offers_drop (member);
  if (member->offered_at == 0 || now - member->offered_at >= OFFER_US)
    {
      member->offered_at = now;
      return TRUE;
    }
  member->late_device = g_strdup (device);
  g_queue_push_tail (&member->late, beckon_peer_signal_copy (offer));
  schedule (self);
  return FALSE;
}

gboolean
beckon_call_offers_keep (BeckonCallMember *member,
                         const char *device,
                         const BeckonPeerSignal *signal)
{
  if (!is_of_late (member, device, signal))
    return FALSE;
  if (member->late.length < MAX_SIGNALS)
    g_queue_push_tail (&member->late, beckon_peer_signal_copy (signal));
  return TRUE;
}

gboolean
beckon_call_offers_end (BeckonCallMember *member, const char *device, const BeckonPeerSignal *bye)
{
  if (!is_of_late (member, device, bye))
    return FALSE;
  beckon_call_offers_drop (member);
  return TRUE;
}

void
beckon_call_offers_stop (BeckonCall *self)
{
  g_clear_handle_id (&self->late_source, g_source_remove);
  for (guint i = 0; i < self->members->len; i++)
    beckon_call_offers_drop (g_ptr_array_index (self->members, i));
}
