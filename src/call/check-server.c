/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-call"

#include "config.h"

#include "check-server.h"

typedef struct
{
  char *address;
  BeckonMediaConfig *config;
  gint64 asked; /* monotonic µs */
} Question;

static void
question_free (Question *question)
{
  g_free (question->address);
  beckon_media_config_free (question->config);
  g_free (question);
}

static void
add_relays (BeckonNetworkCheck *check, GPtrArray *servers)
{
  for (guint i = 0; i < servers->len; i++)
    {
      const BeckonIceServer *server = g_ptr_array_index (servers, i);

      for (guint j = 0; server->urls[j] != NULL; j++)
        beckon_network_check_add_ice_server (check, server->urls[j], server->username,
                                             server->credential);
    }
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonSignalingService *signaling = BECKON_SIGNALING_SERVICE (source);
  g_autoptr (GTask) task = user_data;
  const Question *question = g_task_get_task_data (task);
  const double round_trip_ms =
      (g_get_monotonic_time () - question->asked) / (double) G_TIME_SPAN_MILLISECOND;
  g_autoptr (BeckonNetworkCheck) check = NULL;
  g_autoptr (GPtrArray) contacts = NULL;
  GError *error = NULL;

  contacts = beckon_signaling_service_list_contacts_finish (signaling, result, NULL, &error);
  if (contacts == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  check = beckon_network_check_new (question->config);
  beckon_network_check_set_server (check, question->address, round_trip_ms);
  add_relays (check, beckon_signaling_service_get_ice_servers (signaling));
  g_task_return_pointer (task, g_steal_pointer (&check), g_object_unref);
}

/* What it is asked is any question that changes nothing. */
void
beckon_check_server_async (BeckonSignalingService *signaling,
                           const char *address,
                           const BeckonMediaConfig *config,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Question *question;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (signaling));
  g_return_if_fail (address != NULL);
  g_return_if_fail (config != NULL);

  question = g_new (Question, 1);
  question->address = g_strdup (address);
  question->config = beckon_media_config_copy (config);
  question->asked = g_get_monotonic_time ();
  task = g_task_new (signaling, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_check_server_async);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  beckon_signaling_service_list_contacts_async (signaling, cancellable, on_answered,
                                                g_steal_pointer (&task));
}

BeckonNetworkCheck *
beckon_check_server_finish (BeckonSignalingService *signaling, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, signaling), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
