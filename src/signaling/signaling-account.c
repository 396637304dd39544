/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One's own requests about the account: its name, the devices that are signed in to it. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

/* ---- the name ---- */

static void
on_named (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonSignalingService *self = BECKON_SIGNALING_SERVICE (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!beckon_signaling_service_request_finish (self, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->user_id != NULL)
    beckon_signaling_set_user (self, self->user_id, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

void
beckon_signaling_service_set_name_async (BeckonSignalingService *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  BeckonMessage *message;
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (name != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_request_finish);
  g_task_set_task_data (task, g_strdup (name), g_free);
  message = beckon_message_new_request (BECKON_PROFILE_SET, 0);
  beckon_message_set_string (message, "name", name);
  /* Not cancellable on its way: what the server has changed must be known. */
  beckon_signaling_send_simple (self, message, NULL, on_named, task);
}

/* ---- devices ---- */

void
beckon_account_device_free (BeckonAccountDevice *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static gpointer
read_devices (BeckonMessage *reply)
{
  JsonArray *array = beckon_message_get_array (reply, "devices");
  GPtrArray *devices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_account_device_free);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      BeckonAccountDevice *device = g_new0 (BeckonAccountDevice, 1);

      device->id = g_strdup (json_object_get_string_member (object, "id"));
      device->name = g_strdup (json_object_get_string_member (object, "name"));
      device->connected = json_object_get_boolean_member (object, "connected");
      if (!device->connected)
        device->seen = json_object_get_int_member_with_default (object, "seen", 0);
      g_ptr_array_add (devices, device);
    }
  return devices;
}

void
beckon_signaling_service_list_devices_async (BeckonSignalingService *self,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_list_devices_async);
  beckon_signaling_service_request (self, beckon_message_new_request (BECKON_DEVICES_LIST, 0), task,
                                    read_devices, (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
beckon_signaling_service_list_devices_finish (BeckonSignalingService *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
beckon_signaling_service_sign_out_device_async (BeckonSignalingService *self,
                                                const char *device,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (device != NULL);

  message = beckon_message_new_request (BECKON_DEVICES_SIGN_OUT, 0);
  beckon_message_set_string (message, "device", device);
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
}
