/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The end of a connection: the relays that it has are given back to their servers, which would keep
 * them for ten minutes more, and then its pipeline stops, in a thread. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include <nice/agent.h>

/* A relay that does not answer in this time is not waited for. */
#define RELAY_MS 500

typedef struct
{
  BeckonMediaPeer *peer; /* owned: as long as it is there, so is what the agent runs on */
  GAsyncReadyCallback done;
  gpointer user_data;
  guint limit_source;
} Closing;

/* Returns: (transfer full) (nullable): webrtcbin's ICE agent, where it can be seen. */
static GObject *
get_agent (GstElement *webrtc)
{
  g_autoptr (GObject) ice = NULL;
  GObject *agent = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (webrtc), "ice-agent") == NULL)
    return NULL;
  g_object_get (webrtc, "ice-agent", &ice, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent") != NULL)
    g_object_get (ice, "agent", &agent, NULL);
  return agent;
}

static gboolean
on_limit (gpointer user_data)
{
  Closing *closing = user_data;

  closing->limit_source = 0;
  beckon_media_stop_in_thread (gst_object_ref (closing->peer->pipeline), closing->done,
                               closing->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_given_back (GObject *agent, GAsyncResult *result, gpointer user_data)
{
  Closing *closing = user_data;

  if (closing->limit_source != 0)
    {
      g_source_remove (closing->limit_source);
      on_limit (closing);
    }
  g_object_unref (closing->peer);
  g_free (closing);
}

void
beckon_peer_close_async (BeckonMediaPeer *self, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GObject) agent = get_agent (self->webrtc);
  Closing *closing;

  /* An agent that is closed while it looks up a name complains about it. */
  if (agent == NULL || !self->has_relay)
    {
      beckon_media_stop_in_thread (gst_object_ref (self->pipeline), done, user_data);
      return;
    }
  closing = g_new0 (Closing, 1);
  closing->peer = g_object_ref (self);
  closing->done = done;
  closing->user_data = user_data;
  closing->limit_source = g_timeout_add (RELAY_MS, on_limit, closing);
  nice_agent_close_async (NICE_AGENT (agent), on_given_back, closing);
}
