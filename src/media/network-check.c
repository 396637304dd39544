/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "network-check-private.h"

#include <nice/interfaces.h>

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
  BeckonCheckServer *self = data;

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

void
beckon_network_check_tell (BeckonNetworkCheck *self,
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
  line->relayed = check == BECKON_CHECK_MEDIA && self->relay != NULL;
  line->problem = problem != NULL ? g_error_copy (problem) : NULL;
  g_ptr_array_add (self->lines, line);
  g_signal_emit (self, signals[LINE], 0, line);
}

void
beckon_network_check_set_rate (BeckonNetworkCheck *self, guint rate)
{
  if (self->rate == rate)
    return;
  self->rate = rate;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RATE]);
}

void
beckon_network_check_complete (BeckonNetworkCheck *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_handle_id (&self->source, g_source_remove);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, self->lines, NULL);
}

/* ---- the network ---- */

static void
check_network (BeckonNetworkCheck *self)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);

  if (addresses != NULL)
    beckon_network_check_tell (self, BECKON_CHECK_NETWORK, BECKON_CHECK_GOOD, NULL,
                               g_strdup ("This computer is on a network."), -1, NULL);
  else
    beckon_network_check_tell (
        self, BECKON_CHECK_NETWORK, BECKON_CHECK_WARNING, NULL,
        g_strdup ("This computer is on no network: calls reach nobody else."), -1, NULL);
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
    beckon_network_check_tell (self, BECKON_CHECK_SERVER, BECKON_CHECK_GOOD, NULL,
                               g_strdup_printf ("The server %s answers, %.0f ms there and back.",
                                                self->server, self->server_ms),
                               self->server_ms, NULL);
  check_network (self);
  beckon_network_check_try_relays (self);
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
  self->probes = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_check_probe_free);
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
  BeckonCheckServer *server;

  g_return_if_fail (BECKON_IS_NETWORK_CHECK (self));
  g_return_if_fail (url != NULL);

  server = g_new0 (BeckonCheckServer, 1);
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
