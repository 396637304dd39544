/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One's own requests: each is a message and what is made of its reply. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

static BeckonMessage *
new_call_request (BeckonMessageType type, const char *call)
{
  BeckonMessage *message = beckon_message_new_request (type, 0);

  beckon_message_set_string (message, "call", call);
  return message;
}

/* A request that answers with no more than that it was done; @message: (transfer full). */
static void
send_simple (BeckonSignalingService *self, BeckonMessage *message, GCancellable *cancellable,
             GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, beckon_signaling_service_request_finish);
  beckon_signaling_service_request (self, message, task, NULL, NULL);
}

gboolean
beckon_signaling_service_request_finish (BeckonSignalingService *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gpointer
read_invite_result (BeckonMessage *reply)
{
  BeckonInviteResult *result = g_new0 (BeckonInviteResult, 1);
  JsonArray *failed = beckon_message_get_array (reply, "failed");
  const guint n = failed != NULL ? json_array_get_length (failed) : 0;

  result->call = g_strdup (beckon_message_get_string (reply, "call"));
  result->timeout = beckon_message_get_int (reply, "timeout");
  result->members = beckon_signaling_read_users (beckon_message_get_array (reply, "members"));
  result->failed = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_invite_failure_free);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *failure = json_array_get_object_element (failed, i);
      const char *user = json_object_get_string_member (failure, "user");
      const char *code = json_object_get_string_member (failure, "code");
      BeckonProtocolError number;

      if (!beckon_protocol_error_from_code (code, &number))
        number = BECKON_PROTOCOL_ERROR_INTERNAL;
      g_ptr_array_add (result->failed,
                       beckon_invite_failure_new (user, g_error_new (BECKON_PROTOCOL_ERROR, number,
                                                                     "%s: %s", user, code)));
    }
  return result;
}

void
beckon_signaling_service_invite_async (BeckonSignalingService *self,
                                       const char *const *invitees,
                                       BeckonMedia media,
                                       guint timeout,
                                       const char *data,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  BeckonMessage *message;
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (invitees != NULL && invitees[0] != NULL);
  g_return_if_fail (timeout <= BECKON_INVITATION_TIMEOUT_MAX);

  message = beckon_message_new_request (BECKON_CALL_INVITE, 0);
  beckon_message_set_strv (message, "invitees", invitees);
  beckon_message_set_string (message, "media", beckon_media_to_string (media));
  if (timeout > 0)
    beckon_message_set_int (message, "timeout", timeout);
  if (data != NULL)
    beckon_message_set_string (message, "data", data);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_invite_async);
  beckon_signaling_service_request (self, message, task, read_invite_result,
                                    (GDestroyNotify) beckon_invite_result_free);
}

BeckonInviteResult *
beckon_signaling_service_invite_finish (BeckonSignalingService *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
beckon_signaling_service_cancel_async (BeckonSignalingService *self,
                                       const char *call,
                                       const char *const *invitees,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  message = new_call_request (BECKON_CALL_CANCEL, call);
  if (invitees != NULL)
    beckon_message_set_strv (message, "invitees", invitees);
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_accept_async (BeckonSignalingService *self,
                                       const char *call,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  send_simple (self, new_call_request (BECKON_CALL_ACCEPT, call), cancellable, callback, user_data);
}

void
beckon_signaling_service_reject_async (BeckonSignalingService *self,
                                       const char *call,
                                       BeckonRejectReason reason,
                                       const char *text,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  message = new_call_request (BECKON_CALL_REJECT, call);
  beckon_message_set_string (message, "reason", beckon_reject_reason_to_string (reason));
  if (text != NULL)
    beckon_message_set_string (message, "data", text);
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_leave_async (BeckonSignalingService *self,
                                      const char *call,
                                      BeckonLeaveReason reason,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (reason != BECKON_LEAVE_LOST); /* only a server says that */

  message = new_call_request (BECKON_CALL_LEAVE, call);
  beckon_message_set_string (message, "reason", beckon_leave_reason_to_string (reason));
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_end_async (BeckonSignalingService *self,
                                    const char *call,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  send_simple (self, new_call_request (BECKON_CALL_END, call), cancellable, callback, user_data);
}

void
beckon_signaling_service_send_signal_async (BeckonSignalingService *self,
                                            const char *call,
                                            const char *user,
                                            const char *device,
                                            const BeckonPeerSignal *signal,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  BeckonMessage *message;
  JsonObject *to;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL && user != NULL && signal != NULL);

  to = json_object_new ();
  json_object_set_string_member (to, "user", user);
  if (device != NULL)
    json_object_set_string_member (to, "device", device);
  message = new_call_request (BECKON_SIGNAL_SEND, call);
  beckon_message_set_object (message, "to", to);
  beckon_message_set_object (message, "payload", beckon_peer_signal_to_json (signal));
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_watch_async (BeckonSignalingService *self,
                                      const char *const *users,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (users != NULL);

  message = beckon_message_new_request (BECKON_PRESENCE_WATCH, 0);
  beckon_message_set_strv (message, "users", users);
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_set_presence_async (BeckonSignalingService *self,
                                             BeckonPresence presence,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (presence == BECKON_PRESENCE_ONLINE || presence == BECKON_PRESENCE_DND);

  message = beckon_message_new_request (BECKON_PRESENCE_SET, 0);
  beckon_message_set_string (message, "state", beckon_presence_to_string (presence));
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_contact_free (BeckonContact *self)
{
  beckon_user_free (self->user);
  g_free (self);
}

static int
compare_contacts (gconstpointer a, gconstpointer b)
{
  const BeckonContact *first = *(BeckonContact *const *) a;
  const BeckonContact *second = *(BeckonContact *const *) b;

  return g_utf8_collate (first->user->name, second->user->name);
}

static gpointer
read_contacts (BeckonMessage *reply)
{
  GPtrArray *contacts = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_contact_free);
  JsonArray *array = beckon_message_get_array (reply, "contacts");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      BeckonContact *contact = g_new0 (BeckonContact, 1);

      contact->user = beckon_user_new (json_object_get_string_member (object, "id"),
                                       json_object_get_string_member (object, "name"));
      beckon_presence_from_string (
          json_object_get_string_member_with_default (object, "presence", "offline"),
          &contact->presence);
      g_ptr_array_add (contacts, contact);
    }
  g_ptr_array_sort (contacts, compare_contacts);
  return contacts;
}

/* Whom we list we watch: the two lists agree because they are asked for together. */
static void
watch_contacts (BeckonSignalingService *self, GPtrArray *contacts)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < contacts->len; i++)
    g_ptr_array_add (ids, ((BeckonContact *) g_ptr_array_index (contacts, i))->user->id);
  g_ptr_array_add (ids, NULL);
  beckon_signaling_service_watch_async (self, (const char *const *) ids->pdata, NULL, NULL, NULL);
}

void
beckon_signaling_service_list_contacts_async (BeckonSignalingService *self,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_list_contacts_async);
  beckon_signaling_service_request (self, beckon_message_new_request (BECKON_CONTACTS_LIST, 0),
                                    task, read_contacts, (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
beckon_signaling_service_list_contacts_finish (BeckonSignalingService *self,
                                               GAsyncResult *result,
                                               GError **error)
{
  GPtrArray *contacts;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  contacts = g_task_propagate_pointer (G_TASK (result), error);
  if (contacts != NULL)
    watch_contacts (self, contacts);
  return contacts;
}

static void
send_contact (BeckonSignalingService *self, BeckonMessageType type, const char *user_id,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  BeckonMessage *message = beckon_message_new_request (type, 0);

  beckon_message_set_string (message, "user", user_id);
  send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_add_contact_async (BeckonSignalingService *self,
                                            const char *user_id,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL);

  send_contact (self, BECKON_CONTACTS_ADD, user_id, cancellable, callback, user_data);
}

void
beckon_signaling_service_remove_contact_async (BeckonSignalingService *self,
                                               const char *user_id,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL);

  send_contact (self, BECKON_CONTACTS_REMOVE, user_id, cancellable, callback, user_data);
}

void
beckon_past_call_free (BeckonPastCall *self)
{
  g_free (self->call);
  g_clear_pointer (&self->others, g_ptr_array_unref);
  g_free (self->outcome);
  g_free (self);
}

static gpointer
read_history (BeckonMessage *reply)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_past_call_free);
  JsonArray *array = beckon_message_get_array (reply, "calls");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      BeckonPastCall *call = g_new0 (BeckonPastCall, 1);

      call->call = g_strdup (json_object_get_string_member (object, "call"));
      call->outgoing = g_str_equal (json_object_get_string_member (object, "direction"),
                                    "outgoing");
      beckon_media_from_string (json_object_get_string_member (object, "media"), &call->media);
      call->others = beckon_signaling_read_users (json_object_get_array_member (object, "members"));
      call->outcome = g_strdup (json_object_get_string_member (object, "outcome"));
      call->started = json_object_get_int_member (object, "started");
      call->duration = json_object_get_int_member_with_default (object, "duration_ms", 0);
      g_ptr_array_add (calls, call);
    }
  return calls;
}

void
beckon_signaling_service_list_history_async (BeckonSignalingService *self,
                                             guint limit,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  BeckonMessage *message;
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (limit >= 1 && limit <= 100);

  message = beckon_message_new_request (BECKON_HISTORY_LIST, 0);
  beckon_message_set_int (message, "limit", limit);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_list_history_async);
  beckon_signaling_service_request (self, message, task, read_history,
                                    (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
beckon_signaling_service_list_history_finish (BeckonSignalingService *self,
                                              GAsyncResult *result,
                                              GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
