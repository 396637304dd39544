/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One's own requests about people: presence, contacts, the history of calls; and catching up. */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-private.h"

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
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
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

  self->dnd = presence == BECKON_PRESENCE_DND;
  message = beckon_message_new_request (BECKON_PRESENCE_SET, 0);
  beckon_message_set_string (message, "state", beckon_presence_to_string (presence));
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
}

void
beckon_signaling_service_catch_up_async (BeckonSignalingService *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));

  beckon_signaling_send_simple (self, beckon_message_new_request (BECKON_PING, 0), cancellable,
                                callback, user_data);
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

/* What a list of contacts is answered with. */
typedef struct
{
  GPtrArray *contacts; /* BeckonContact */
  GPtrArray *blocked;  /* BeckonUser */
} People;

static void
people_free (People *people)
{
  g_clear_pointer (&people->contacts, g_ptr_array_unref);
  g_clear_pointer (&people->blocked, g_ptr_array_unref);
  g_free (people);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (People, people_free)

static gpointer
read_people (BeckonMessage *reply)
{
  GPtrArray *contacts = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_contact_free);
  JsonArray *array = beckon_message_get_array (reply, "contacts");
  People *people = g_new0 (People, 1);

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
  people->contacts = contacts;
  people->blocked = beckon_signaling_read_users (beckon_message_get_array (reply, "blocked"));
  return people;
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
                                    task, read_people, (GDestroyNotify) people_free);
}

GPtrArray *
beckon_signaling_service_list_contacts_finish (BeckonSignalingService *self,
                                               GAsyncResult *result,
                                               GPtrArray **blocked,
                                               GError **error)
{
  g_autoptr (People) people = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  people = g_task_propagate_pointer (G_TASK (result), error);
  if (people == NULL)
    return NULL;
  watch_contacts (self, people->contacts);
  if (blocked != NULL)
    *blocked = g_steal_pointer (&people->blocked);
  return g_steal_pointer (&people->contacts);
}

static void
send_contact (BeckonSignalingService *self, BeckonMessageType type, const char *user_id,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  BeckonMessage *message = beckon_message_new_request (type, 0);

  beckon_message_set_string (message, "user", user_id);
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
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
beckon_signaling_service_block_async (BeckonSignalingService *self,
                                      const char *user_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL);

  send_contact (self, BECKON_CONTACTS_BLOCK, user_id, cancellable, callback, user_data);
}

void
beckon_signaling_service_unblock_async (BeckonSignalingService *self,
                                        const char *user_id,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (user_id != NULL);

  send_contact (self, BECKON_CONTACTS_UNBLOCK, user_id, cancellable, callback, user_data);
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
                                             gint64 before,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  BeckonMessage *message;
  GTask *task;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (limit >= 1 && limit <= 100);
  g_return_if_fail (before >= 0);

  message = beckon_message_new_request (BECKON_HISTORY_LIST, 0);
  beckon_message_set_int (message, "limit", limit);
  if (before > 0)
    beckon_message_set_int (message, "before", before);
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

void
beckon_signaling_service_see_history_async (BeckonSignalingService *self,
                                            gint64 until,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  BeckonMessage *message;

  g_return_if_fail (BECKON_IS_SIGNALING_SERVICE (self));
  g_return_if_fail (until >= 0);

  message = beckon_message_new_request (BECKON_HISTORY_SEEN, 0);
  beckon_message_set_int (message, "until", until);
  beckon_signaling_send_simple (self, message, cancellable, callback, user_data);
}
