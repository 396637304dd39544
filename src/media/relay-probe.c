/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "relay-probe.h"

#include "relay-talk.h"

typedef struct
{
  BeckonRelay *relay; /* of STUN: without credentials */
  char *authority;    /* nullable */
  gboolean stun_only;
  double round_trip_ms;
} Probe;

static void
probe_free (gpointer data)
{
  Probe *self = data;

  beckon_relay_free (self->relay);
  g_free (self->authority);
  g_free (self);
}

static gboolean
ask (BeckonRelayTalk *talk, const Probe *probe, GError **error)
{
  if (!beckon_relay_talk_dial (talk, probe->authority, error))
    return FALSE;
  if (probe->stun_only)
    return beckon_relay_talk_bind (talk, error);
  if (!beckon_relay_talk_allocate (talk, error))
    return FALSE;
  beckon_relay_talk_give_back (talk);
  return TRUE;
}

/* In a thread. */
static void
run (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Probe *probe = task_data;
  g_autoptr (BeckonRelayTalk) talk =
      beckon_relay_talk_new (probe->relay, probe->stun_only, cancellable);
  GError *error = NULL;

  if (!ask (talk, probe, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  probe->round_trip_ms = talk->round_trip_ms;
  g_task_return_boolean (task, TRUE);
}

static void
start (Probe *probe,
       gpointer tag,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, probe, probe_free);
  g_task_run_in_thread (task, run);
}

static gboolean
finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  const Probe *probe = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (round_trip_ms != NULL)
    *round_trip_ms = probe->round_trip_ms;
  return TRUE;
}

void
beckon_relay_probe_async (const BeckonRelay *relay,
                          const char *authority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Probe *probe;

  g_return_if_fail (relay != NULL);

  probe = g_new0 (Probe, 1);
  probe->relay = beckon_relay_copy (relay);
  probe->authority = g_strdup (authority);
  start (probe, beckon_relay_probe_async, cancellable, callback, user_data);
}

gboolean
beckon_relay_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, beckon_relay_probe_async), FALSE);

  return finish (result, round_trip_ms, error);
}

void
beckon_stun_probe_async (const char *host,
                         guint16 port,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Probe *probe;

  g_return_if_fail (host != NULL);

  probe = g_new0 (Probe, 1);
  probe->relay = g_new0 (BeckonRelay, 1);
  probe->relay->host = g_strdup (host);
  probe->relay->port = port;
  probe->stun_only = TRUE;
  start (probe, beckon_stun_probe_async, cancellable, callback, user_data);
}

gboolean
beckon_stun_probe_finish (GAsyncResult *result, double *round_trip_ms, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, beckon_stun_probe_async), FALSE);

  return finish (result, round_trip_ms, error);
}
