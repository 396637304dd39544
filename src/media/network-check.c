/* SPDX-License-Identifier: GPL-3.0-or-later */

/* In order: the network, UDP, the relays all at once, a call from here to here, and how much gets
 * through. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "network-check.h"

#include "media-session.h"
#include "relay-probe.h"
#include "relay-rate.h"

#include <nice/interfaces.h>

#define STUN_PORT 3478
#define MEDIA_LIMIT_SECONDS 10
#define LOOK_MS 250
/* Before that many seconds of media nothing is known of it. */
#define MEDIA_SECONDS 3

typedef struct
{
  char *url, *username, *credential;
} Server;

/* Both ends of the call from here to here */
typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
} End;

struct _BeckonNetworkCheck
{
  GObject parent_instance;

  BeckonMediaConfig *config;
  GPtrArray *servers; /* Server */
  GPtrArray *relays;  /* BeckonRelay */
  GPtrArray *lines;   /* BeckonCheckLine */
  char *server;       /* nullable: address of the signaling server */
  double server_ms;
  guint rate; /* kbit/s; 0: not measured */

  /* While it runs */
  GTask *task;
  GPtrArray *probes;        /* Probe: in the order of the relays */
  const BeckonRelay *relay; /* borrowed, nullable: the first that has a place for us */
  End ends[2];
  guint waiting; /* for probes; for ends to close and the rate */
  guint source;
  gint64 began, flowed; /* media: monotonic; 0: not yet */
  BeckonStatistics *statistics; /* nullable: of the call, when it has gone well */
};

typedef struct
{
  BeckonNetworkCheck *owner; /* a reference, while it is under way */
  const BeckonRelay *relay;
  GError *error;
  double round_trip_ms;
} Probe;

typedef enum
{
  PROP_RATE = 1,
  N_PROPS
} BeckonNetworkCheckProperty;

static GParamSpec *properties[N_PROPS];

enum
{
  LINE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonNetworkCheck, beckon_network_check, G_TYPE_OBJECT)

static void
server_free (gpointer data)
{
  Server *self = data;

  g_free (self->url);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}

static void
line_free (gpointer data)
{
  BeckonCheckLine *self = data;

  g_clear_error (&self->problem);
  g_free (self->sentence);
  g_free (self->subject);
  g_free (self);
}

static void
probe_free (gpointer data)
{
  Probe *self = data;

  g_clear_error (&self->error);
  g_free (self);
}

/* @subject: (transfer full) (nullable); @sentence: (transfer full); @problem: (nullable) */
static void
add_line_about (BeckonNetworkCheck *self,
                BeckonCheck check,
                BeckonCheckStatus status,
                char *subject,
                char *sentence,
                double round_trip_ms,
                const GError *problem)
{
  BeckonCheckLine *line = g_new0 (BeckonCheckLine, 1);

  line->check = check;
  line->status = status;
  line->sentence = sentence;
  line->subject = subject;
  line->round_trip_ms = round_trip_ms;
  line->problem = problem != NULL ? g_error_copy (problem) : NULL;
  g_ptr_array_add (self->lines, line);
  g_signal_emit (self, signals[LINE], 0, line);
}

static void
add_line (BeckonNetworkCheck *self,
          BeckonCheck check,
          BeckonCheckStatus status,
          char *subject,
          char *sentence,
          double round_trip_ms)
{
  add_line_about (self, check, status, subject, sentence, round_trip_ms, NULL);
}

static void
complete (BeckonNetworkCheck *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_handle_id (&self->source, g_source_remove);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, self->lines, NULL);
}

/* ---- a call from here to here ---- */

static void
on_end_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;

  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, NULL);
  if (--self->waiting == 0)
    complete (self);
}

static void
close_ends (BeckonNetworkCheck *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->waiting += G_N_ELEMENTS (self->ends);
  for (guint i = 0; i < G_N_ELEMENTS (self->ends); i++)
    {
      End *end = &self->ends[i];

      g_signal_handlers_disconnect_by_data (end->peer, self);
      end->peer = NULL;
      beckon_media_session_close_async (end->session, i == 0 ? "hangup" : NULL, on_end_closed,
                                        g_object_ref (self));
      g_clear_object (&end->session);
    }
}

static void
tell_media (BeckonNetworkCheck *self)
{
  const guint quality = beckon_statistics_get_quality (self->statistics);
  const gboolean good = quality >= 4;
  const BeckonMediaRoute path = beckon_statistics_get_path (self->statistics);
  const double round_trip_ms = beckon_statistics_get_round_trip_ms (self->statistics);
  g_autofree char *rate = self->rate > 0 ? g_strdup_printf ("%u kbit/s get through, ", self->rate)
                                         : g_strdup ("");

  add_line (self, BECKON_CHECK_MEDIA, good ? BECKON_CHECK_GOOD : BECKON_CHECK_WARNING, NULL,
            g_strdup_printf ("Sound and pictures go %s: %s%.0f ms there and back, %.1f %% lost, "
                             "quality %u of 5.",
                             path == BECKON_MEDIA_ROUTE_RELAYED
                                 ? "over the relay and come back"
                                 : "out and come back on this computer",
                             rate, round_trip_ms,
                             beckon_statistics_get_packet_loss (self->statistics) * 100, quality),
            round_trip_ms);
}

static void
set_rate (BeckonNetworkCheck *self, guint rate)
{
  if (self->rate == rate)
    return;
  self->rate = rate;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RATE]);
}

static void
on_rate_measured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  guint rate = 0;

  if (!beckon_relay_rate_finish (result, &rate, &error))
    g_message ("The rate was not measured: %s", error->message);
  set_rate (self, rate);
  if (!g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    tell_media (self);
  if (--self->waiting == 0)
    complete (self);
}

/* The call has gone well. Without a relay there is nobody out there to measure anything with. */
static void
check_rate (BeckonNetworkCheck *self)
{
  self->statistics = g_object_ref (beckon_media_peer_get_statistics (self->ends[0].peer));
  if (self->relay == NULL)
    {
      tell_media (self);
      return;
    }
  self->waiting++;
  beckon_relay_rate_async (self->relay, self->config->relay_authority,
                           g_task_get_cancellable (self->task), on_rate_measured,
                           g_object_ref (self));
}

static gboolean
on_look (gpointer user_data)
{
  BeckonNetworkCheck *self = user_data;
  const gint64 now = g_get_monotonic_time ();
  BeckonStatistics *statistics = beckon_media_peer_get_statistics (self->ends[0].peer);

  if (self->flowed == 0 && beckon_statistics_get_video_kbps_received (statistics) > 0 &&
      beckon_statistics_get_round_trip_ms (statistics) >= 0)
    self->flowed = now;
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    ;
  else if (self->flowed != 0 && now - self->flowed >= MEDIA_SECONDS * G_TIME_SPAN_SECOND)
    check_rate (self);
  else if (beckon_media_peer_get_state (self->ends[0].peer) == BECKON_MEDIA_PEER_FAILED)
    add_line_about (self, BECKON_CHECK_MEDIA, BECKON_CHECK_FAILED, NULL,
                    g_strdup_printf ("Sound and pictures do not go out: %s.",
                                     beckon_media_peer_get_problem (self->ends[0].peer)->message),
                    -1, beckon_media_peer_get_problem (self->ends[0].peer));
  else if (self->flowed == 0 && now - self->began > MEDIA_LIMIT_SECONDS * G_TIME_SPAN_SECOND)
    add_line (self, BECKON_CHECK_MEDIA, BECKON_CHECK_FAILED, NULL,
              g_strdup ("Sound and pictures go out, but do not come back."), -1);
  else
    return G_SOURCE_CONTINUE;
  self->source = 0;
  close_ends (self);
  return G_SOURCE_REMOVE;
}

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonNetworkCheck *self)
{
  const guint other = peer == self->ends[0].peer ? 1 : 0;
  g_autoptr (GError) error = NULL;

  if (!beckon_media_peer_handle_signal (self->ends[other].peer, signal, &error))
    g_message ("The check refused its own signal: %s", error->message);
}

static void
start_end (BeckonNetworkCheck *self, End *end, gboolean offerer)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->video_width = 640;
  config->video_height = 360;
  config->relay_only = self->relay != NULL;
  config->relay_authority = g_strdup (self->config->relay_authority);
  end->session = beckon_media_session_new (config);
  for (guint i = 0; self->relay != NULL && i < self->servers->len; i++)
    {
      const Server *server = g_ptr_array_index (self->servers, i);

      beckon_media_session_add_ice_server (end->session, server->url, server->username,
                                           server->credential);
    }
  beckon_media_session_set_camera (end->session, TRUE);
  beckon_media_session_open (end->session);
  end->peer =
      beckon_media_session_add_peer (end->session, offerer ? "there" : "here", "check", 1, offerer);
  g_signal_connect_object (end->peer, "local-signal", G_CALLBACK (on_local_signal), self, 0);
}

static void
check_media (BeckonNetworkCheck *self)
{
  start_end (self, &self->ends[1], FALSE);
  start_end (self, &self->ends[0], TRUE);
  self->began = g_get_monotonic_time ();
  self->source = g_timeout_add (LOOK_MS, on_look, self);
}

/* ---- relays ---- */

static void
tell_relay (BeckonNetworkCheck *self, const Probe *probe)
{
  const BeckonRelay *relay = probe->relay;
  const char *protocol = beckon_relay_protocol_to_string (relay->protocol);
  char *subject = g_strdup_printf ("%s %s:%u", protocol, relay->host, relay->port);

  if (probe->error == NULL)
    add_line (self, BECKON_CHECK_RELAY, BECKON_CHECK_GOOD, subject,
              g_strdup_printf ("The relay %s has a place for us over %s, %.0f ms there and back.",
                               relay->host, protocol, probe->round_trip_ms),
              probe->round_trip_ms);
  else
    add_line_about (self, BECKON_CHECK_RELAY, BECKON_CHECK_FAILED, subject,
                    g_strdup_printf ("%s.", probe->error->message), -1, probe->error);
}

static void
tell_relays (BeckonNetworkCheck *self)
{
  if (self->probes->len == 0)
    add_line (self, BECKON_CHECK_RELAY, BECKON_CHECK_WARNING, NULL,
              g_strdup ("The server names no relay: people behind strict firewalls cannot be "
                        "reached."),
              -1);
  for (guint i = 0; i < self->probes->len; i++)
    {
      const Probe *probe = g_ptr_array_index (self->probes, i);

      tell_relay (self, probe);
      if (self->relay == NULL && probe->error == NULL)
        self->relay = probe->relay;
    }
}

static void
relays_done (BeckonNetworkCheck *self)
{
  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    {
      complete (self);
      return;
    }
  tell_relays (self);
  check_media (self);
}

static void
on_relay_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Probe *probe = user_data;
  g_autoptr (BeckonNetworkCheck) self = g_steal_pointer (&probe->owner);

  beckon_relay_probe_finish (result, &probe->round_trip_ms, &probe->error);
  if (--self->waiting == 0)
    relays_done (self);
}

static void
check_relays (BeckonNetworkCheck *self)
{
  self->waiting = self->relays->len;
  for (guint i = 0; i < self->relays->len; i++)
    {
      Probe *probe = g_new0 (Probe, 1);

      probe->owner = g_object_ref (self);
      probe->relay = g_ptr_array_index (self->relays, i);
      g_ptr_array_add (self->probes, probe);
      beckon_relay_probe_async (probe->relay, self->config->relay_authority,
                                g_task_get_cancellable (self->task), on_relay_probed, probe);
    }
  if (self->relays->len == 0)
    relays_done (self);
}

/* ---- UDP ---- */

static void
on_stun_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonNetworkCheck) self = user_data;
  g_autoptr (GError) error = NULL;
  double round_trip_ms = -1;

  if (beckon_stun_probe_finish (result, &round_trip_ms, &error))
    add_line (self, BECKON_CHECK_UDP, BECKON_CHECK_GOOD, NULL,
              g_strdup_printf ("UDP gets through, %.0f ms there and back.", round_trip_ms),
              round_trip_ms);
  else if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_UDP_BLOCKED))
    add_line_about (self, BECKON_CHECK_UDP, BECKON_CHECK_WARNING, NULL,
                    g_strdup_printf ("%s.", error->message), -1, error);
  check_relays (self);
}

/* Who answers STUN: a server for that, or a relay over UDP. */
static gboolean
find_stun (BeckonNetworkCheck *self, char **host, guint16 *port)
{
  for (guint i = 0; i < self->servers->len; i++)
    {
      const Server *server = g_ptr_array_index (self->servers, i);
      g_autoptr (GSocketConnectable) place = NULL;

      if (!g_str_has_prefix (server->url, "stun:"))
        continue;
      place = g_network_address_parse (server->url + strlen ("stun:"), STUN_PORT, NULL);
      if (place == NULL)
        continue;
      *host = g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)));
      *port = g_network_address_get_port (G_NETWORK_ADDRESS (place));
      return TRUE;
    }
  for (guint i = 0; i < self->relays->len; i++)
    {
      const BeckonRelay *relay = g_ptr_array_index (self->relays, i);

      if (relay->protocol != BECKON_RELAY_UDP)
        continue;
      *host = g_strdup (relay->host);
      *port = relay->port;
      return TRUE;
    }
  return FALSE;
}

static void
check_udp (BeckonNetworkCheck *self)
{
  g_autofree char *host = NULL;
  guint16 port;

  if (find_stun (self, &host, &port))
    {
      beckon_stun_probe_async (host, port, g_task_get_cancellable (self->task), on_stun_probed,
                               g_object_ref (self));
      return;
    }
  add_line (self, BECKON_CHECK_UDP, BECKON_CHECK_WARNING, NULL,
            g_strdup ("The server names nobody who could tell whether UDP gets through."), -1);
  check_relays (self);
}

/* ---- the network ---- */

static void
check_network (BeckonNetworkCheck *self)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);

  if (addresses != NULL)
    add_line (self, BECKON_CHECK_NETWORK, BECKON_CHECK_GOOD, NULL,
              g_strdup ("This computer is on a network."), -1);
  else
    add_line (self, BECKON_CHECK_NETWORK, BECKON_CHECK_WARNING, NULL,
              g_strdup ("This computer is on no network: calls reach nobody else."), -1);
  g_list_free_full (addresses, g_free);
}

void
beckon_network_check_run_async (BeckonNetworkCheck *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (BECKON_IS_NETWORK_CHECK (self));
  g_return_if_fail (self->task == NULL && self->lines->len == 0);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, beckon_network_check_run_async);
  if (self->server != NULL)
    add_line (self, BECKON_CHECK_SERVER, BECKON_CHECK_GOOD, NULL,
              g_strdup_printf ("The server %s answers, %.0f ms there and back.", self->server,
                               self->server_ms),
              self->server_ms);
  check_network (self);
  check_udp (self);
}

GPtrArray *
beckon_network_check_run_finish (BeckonNetworkCheck *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the object ---- */

static void
beckon_network_check_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonNetworkCheck *self = BECKON_NETWORK_CHECK (object);

  switch ((BeckonNetworkCheckProperty) id)
    {
    case PROP_RATE:
      g_value_set_uint (value, self->rate);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_network_check_finalize (GObject *object)
{
  BeckonNetworkCheck *self = BECKON_NETWORK_CHECK (object);

  g_assert (self->task == NULL); /* it holds us */
  g_clear_object (&self->statistics);
  g_ptr_array_unref (self->probes);
  g_ptr_array_unref (self->relays);
  g_ptr_array_unref (self->servers);
  g_ptr_array_unref (self->lines);
  beckon_media_config_free (self->config);
  g_free (self->server);
  G_OBJECT_CLASS (beckon_network_check_parent_class)->finalize (object);
}

static void
beckon_network_check_class_init (BeckonNetworkCheckClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_network_check_get_property;
  object_class->finalize = beckon_network_check_finalize;

  properties[PROP_RATE] =
      g_param_spec_uint ("rate", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[LINE] = g_signal_new ("line", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
beckon_network_check_init (BeckonNetworkCheck *self)
{
  self->servers = g_ptr_array_new_with_free_func (server_free);
  self->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_relay_free);
  self->lines = g_ptr_array_new_with_free_func (line_free);
  self->probes = g_ptr_array_new_with_free_func (probe_free);
}

BeckonNetworkCheck *
beckon_network_check_new (const BeckonMediaConfig *config)
{
  BeckonNetworkCheck *self;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (BECKON_TYPE_NETWORK_CHECK, NULL);
  self->config = beckon_media_config_copy (config);
  return self;
}

void
beckon_network_check_add_ice_server (BeckonNetworkCheck *self,
                                     const char *url,
                                     const char *username,
                                     const char *credential)
{
  BeckonRelay *relay;
  Server *server;

  g_return_if_fail (BECKON_IS_NETWORK_CHECK (self));
  g_return_if_fail (url != NULL);

  server = g_new0 (Server, 1);
  server->url = g_strdup (url);
  server->username = g_strdup (username);
  server->credential = g_strdup (credential);
  g_ptr_array_add (self->servers, server);
  relay = beckon_relay_parse (url, username, credential, NULL);
  if (relay != NULL)
    g_ptr_array_add (self->relays, relay);
}

void
beckon_network_check_set_server (BeckonNetworkCheck *self,
                                 const char *address,
                                 double round_trip_ms)
{
  g_return_if_fail (BECKON_IS_NETWORK_CHECK (self));
  g_return_if_fail (address != NULL);

  g_free (self->server);
  self->server = g_strdup (address);
  self->server_ms = round_trip_ms;
}

guint
beckon_network_check_get_rate (BeckonNetworkCheck *self)
{
  g_return_val_if_fail (BECKON_IS_NETWORK_CHECK (self), 0);

  return self->rate;
}

const char *
beckon_check_to_string (BeckonCheck check)
{
  static const char *const words[] = {
    [BECKON_CHECK_SERVER] = "server", [BECKON_CHECK_NETWORK] = "network",
    [BECKON_CHECK_UDP] = "udp",       [BECKON_CHECK_RELAY] = "relay",
    [BECKON_CHECK_MEDIA] = "media",
  };

  return words[check];
}

const char *
beckon_check_status_to_string (BeckonCheckStatus status)
{
  static const char *const words[] = {
    [BECKON_CHECK_GOOD] = "good",
    [BECKON_CHECK_WARNING] = "warning",
    [BECKON_CHECK_FAILED] = "failed",
  };

  return words[status];
}
