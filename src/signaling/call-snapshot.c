/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "call-snapshot.h"

#include "signaling-private.h"

G_DEFINE_BOXED_TYPE (BeckonCallSnapshot,
                     beckon_call_snapshot,
                     beckon_call_snapshot_copy,
                     beckon_call_snapshot_free)

BeckonParticipant *
beckon_participant_copy (const BeckonParticipant *self)
{
  BeckonParticipant *copy = g_memdup2 (self, sizeof *self);

  copy->user = beckon_user_copy (self->user);
  copy->device = g_strdup (self->device);
  return copy;
}

void
beckon_participant_free (BeckonParticipant *self)
{
  if (self == NULL)
    return;
  beckon_user_free (self->user);
  g_free (self->device);
  g_free (self);
}

static gpointer
copy_participant (gconstpointer participant, gpointer unused)
{
  return beckon_participant_copy (participant);
}

BeckonCallSnapshot *
beckon_call_snapshot_copy (const BeckonCallSnapshot *self)
{
  BeckonCallSnapshot *copy = g_memdup2 (self, sizeof *self);

  copy->call = g_strdup (self->call);
  copy->from = self->from != NULL ? beckon_user_copy (self->from) : NULL;
  copy->members = g_ptr_array_copy (self->members, copy_participant, NULL);
  g_ptr_array_set_free_func (copy->members, (GDestroyNotify) beckon_participant_free);
  copy->device = g_strdup (self->device);
  copy->data = g_strdup (self->data);
  return copy;
}

void
beckon_call_snapshot_free (BeckonCallSnapshot *self)
{
  if (self == NULL)
    return;
  g_free (self->call);
  beckon_user_free (self->from);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self->device);
  g_free (self->data);
  g_free (self);
}

const BeckonParticipant *
beckon_call_snapshot_find (const BeckonCallSnapshot *self, const char *user)
{
  g_return_val_if_fail (self != NULL && user != NULL, NULL);

  for (guint i = 0; i < self->members->len; i++)
    {
      const BeckonParticipant *member = g_ptr_array_index (self->members, i);

      if (g_str_equal (member->user->id, user))
        return member;
    }
  return NULL;
}

/* ---- from the wire ---- */

static const char *
get_text (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, NULL);
}

static BeckonParticipantState
read_state (JsonObject *object)
{
  const char *word = get_text (object, "state");

  if (word == NULL)
    return BECKON_PARTICIPANT_UNKNOWN;
  if (g_str_equal (word, "inviting"))
    return BECKON_PARTICIPANT_INVITING;
  if (g_str_equal (word, "ringing"))
    return BECKON_PARTICIPANT_RINGING;
  return g_str_equal (word, "accepted") ? BECKON_PARTICIPANT_ACCEPTED : BECKON_PARTICIPANT_GONE;
}

static BeckonUser *
read_user (JsonObject *object)
{
  return beckon_user_new (json_object_get_string_member (object, "id"), get_text (object, "name"));
}

static GPtrArray *
read_participants (JsonObject *object)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_participant_free);
  JsonArray *array = json_object_has_member (object, "members")
                         ? json_object_get_array_member (object, "members")
                         : NULL;
  const guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *member = json_array_get_object_element (array, i);
      BeckonParticipant *participant = g_new0 (BeckonParticipant, 1);

      participant->user = read_user (member);
      participant->state = read_state (member);
      participant->device = g_strdup (get_text (member, "device"));
      g_ptr_array_add (members, participant);
    }
  return members;
}

BeckonCallSnapshot *
beckon_signaling_read_snapshot (JsonObject *object)
{
  BeckonCallSnapshot *self = g_new0 (BeckonCallSnapshot, 1);
  const char *media = get_text (object, "media");

  self->call = g_strdup (json_object_get_string_member (object, "call"));
  self->state = read_state (object);
  if (media != NULL)
    beckon_media_from_string (media, &self->media);
  if (json_object_has_member (object, "from"))
    self->from = read_user (json_object_get_object_member (object, "from"));
  self->members = read_participants (object);
  self->device = g_strdup (get_text (object, "device"));
  self->timeout = json_object_get_int_member_with_default (object, "timeout", 0);
  self->remaining = json_object_get_int_member_with_default (object, "remaining_ms", 0);
  self->data = g_strdup (get_text (object, "data"));
  return self;
}
