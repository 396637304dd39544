/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "portal.h"

#define REQUEST "org.freedesktop.portal.Request"

enum
{
  RESPONSE_GRANTED,
  RESPONSE_CANCELLED,
};

/* One question. It is shared by the call that asks it and the wait for its answer. */
typedef struct
{
  GTask *task; /* nullable: answered */
  GDBusConnection *bus;
  char *path; /* known before it is asked: the answer may come at once */
  guint subscription;
  GSource *cancelled; /* nullable */
} Request;

gboolean
beckon_is_in_sandbox (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) || g_getenv ("SNAP") != NULL;
}

gboolean
beckon_sandbox_may_talk (const char *info, const char *name)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) sockets = NULL;
  g_autofree char *policy = NULL;

  g_return_val_if_fail (info != NULL && name != NULL, FALSE);

  if (!g_key_file_load_from_file (file, info, G_KEY_FILE_NONE, NULL))
    return TRUE;
  sockets = g_key_file_get_string_list (file, "Context", "sockets", NULL, NULL);
  if (sockets != NULL && g_strv_contains ((const char *const *) sockets, "session-bus"))
    return TRUE; /* all of it, without a filter */
  policy = g_key_file_get_string (file, "Session Bus Policy", name, NULL);
  return g_strcmp0 (policy, "talk") == 0 || g_strcmp0 (policy, "own") == 0;
}

gboolean
beckon_portals_are_ours (void)
{
  return beckon_is_in_sandbox () ||
         g_strcmp0 (g_getenv ("GTK_USE_PORTAL"), "1") == 0;
}

char *
beckon_portal_new_token (void)
{
  return g_strdup_printf ("beckon%u", g_random_int ());
}

static char *
make_path (GDBusConnection *bus, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  return g_strdup_printf (BECKON_PORTAL_PATH "/request/%s/%s", g_strdelimit (sender, ".", '_'),
                          token);
}

static void
request_clear (gpointer data)
{
  Request *request = data;

  g_assert (request->task == NULL);
  g_object_unref (request->bus);
  g_free (request->path);
}

static void
request_unref (Request *request)
{
  g_rc_box_release_full (request, request_clear);
}

/* Ends the wait, if it has not ended. @results: (transfer full) (nullable), or @error. */
static void
answer (Request *request, GVariant *results, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&request->task);

  if (task == NULL)
    {
      g_clear_pointer (&results, g_variant_unref);
      g_clear_error (&error);
      return;
    }
  g_dbus_connection_signal_unsubscribe (request->bus, request->subscription);
  if (request->cancelled != NULL)
    g_source_destroy (request->cancelled);
  g_clear_pointer (&request->cancelled, g_source_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, results, (GDestroyNotify) g_variant_unref);
  request_unref (request);
}

static void
on_response (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  g_autoptr (GVariant) results = NULL;
  guint32 response;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == RESPONSE_GRANTED)
    answer (user_data, g_steal_pointer (&results), NULL);
  else if (response == RESPONSE_CANCELLED)
    answer (user_data, NULL,
            g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The person did not want it"));
  else
    answer (user_data, NULL,
            g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "The desktop could not do it"));
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      answer (request, NULL, g_steal_pointer (&error));
    }
  request_unref (request);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Request *request = user_data;

  g_dbus_connection_call (request->bus, BECKON_PORTAL_NAME, request->path, REQUEST, "Close", NULL,
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  answer (request, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Withdrawn"));
  return G_SOURCE_REMOVE;
}

static GVariant *
join (GVariant *arguments, GVariantDict *options)
{
  g_autoptr (GVariant) before = g_variant_ref_sink (arguments);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (gsize i = 0; i < g_variant_n_children (before); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (before, i);

      g_variant_builder_add_value (&builder, child);
    }
  g_variant_builder_add_value (&builder, g_variant_dict_end (options));
  return g_variant_builder_end (&builder);
}

void
beckon_portal_request_async (GDBusConnection *bus,
                             const char *interface,
                             const char *method,
                             GVariant *arguments,
                             GVariantDict *options,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autofree char *token = beckon_portal_new_token ();
  Request *request = g_rc_box_new0 (Request);

  request->task = g_task_new (bus, cancellable, callback, user_data);
  g_task_set_source_tag (request->task, beckon_portal_request_async);
  request->bus = g_object_ref (bus);
  request->path = make_path (bus, token);
  request->subscription = g_dbus_connection_signal_subscribe (
      bus, BECKON_PORTAL_NAME, REQUEST, "Response", request->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_response, request, NULL);
  if (cancellable != NULL)
    {
      request->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancelled, G_SOURCE_FUNC (on_cancelled), request, NULL);
      g_source_attach (request->cancelled, g_main_context_get_thread_default ());
    }
  g_variant_dict_insert (options, "handle_token", "s", token);
  g_dbus_connection_call (bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH, interface, method,
                          join (arguments, options), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE,
                          -1, NULL, on_asked, g_rc_box_acquire (request));
}

GVariant *
beckon_portal_request_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
