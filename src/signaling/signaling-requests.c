/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One's own requests about calls: each is a message and what is made of its reply. */

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

void
beckon_signaling_send_simple (BeckonSignalingService *self,
                              BeckonMessage *message,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
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
  result->merged = beckon_message_get_boolean (reply, "merged");
  if (beckon_message_has (reply, "media"))
    beckon_media_from_string (beckon_message_get_string (reply, "media"), &result->media);
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
beckon_signaling_service_add_async (BeckonSignalingService *self,
                                    const char *call,
                                    const char *const *invitees,
                                    guint timeout,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  BeckonMessage *message;
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (invitees != NULL && invitees[0] != NULL);
  g_return_if_fail (timeout <= BECKON_INVITATION_TIMEOUT_MAX);

  message = new_call_request (BECKON_CALL_ADD, call);
  beckon_message_set_strv (message, "invitees", invitees);
  if (timeout > 0)
    beckon_message_set_int (message, "timeout", timeout);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_add_async);
  beckon_signaling_service_request (self, message, task, read_invite_result,
                                    (GDestroyNotify) beckon_invite_result_free);
}

BeckonInviteResult *
beckon_signaling_service_add_finish (BeckonSignalingService *self,
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
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
}

static gpointer
read_members (BeckonMessage *reply)
{
  return beckon_signaling_read_users (beckon_message_get_array (reply, "members"));
}

void
beckon_signaling_service_accept_async (BeckonSignalingService *self,
                                       const char *call,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_accept_async);
  beckon_signaling_service_request (self, new_call_request (BECKON_CALL_ACCEPT, call), task,
                                    read_members, (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
beckon_signaling_service_accept_finish (BeckonSignalingService *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
read_join_result (BeckonMessage *reply)
{
  BeckonJoinResult *result = g_new0 (BeckonJoinResult, 1);

  result->members = read_members (reply);
  beckon_media_from_string (beckon_message_get_string (reply, "media"), &result->media);
  result->duration = beckon_message_get_int (reply, "duration");
  return result;
}

void
beckon_signaling_service_join_async (BeckonSignalingService *self,
                                     const char *call,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (call != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_signaling_service_join_async);
  beckon_signaling_service_request (self, new_call_request (BECKON_CALL_JOIN, call), task,
                                    read_join_result, (GDestroyNotify) beckon_join_result_free);
}

BeckonJoinResult *
beckon_signaling_service_join_finish (BeckonSignalingService *self,
                                      GAsyncResult *result,
                                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
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
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
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
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
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
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
}
