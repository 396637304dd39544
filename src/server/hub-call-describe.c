/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Calls as the snapshot of the protocol has them. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

#include "json-write.h"

static JsonObject *
describe_person (HubUser *user)
{
  JsonObject *person = json_object_new ();

  json_object_set_string_member (person, "id", user->id);
  json_object_set_string_member (person, "name", user->name);
  return person;
}

void
hub_write_person (GString *text, HubUser *user)
{
  g_string_append_c (text, '{');
  beckon_json_append_member (text, "id", user->id);
  beckon_json_append_member (text, "name", user->name);
  g_string_append_c (text, '}');
}

void
hub_call_write_people (GString *text, HubCall *call, gboolean joined_only)
{
  const gsize start = text->len;

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!(joined_only ? participant->state == HUB_JOINED : hub_participant_is_live (participant)))
        continue;
      g_string_append_c (text, text->len == start ? '[' : ',');
      hub_write_person (text, participant->user);
    }
  g_string_append (text, text->len == start ? "[]" : "]");
}

void
hub_add_failure (JsonArray *failed, const char *user, BeckonProtocolError code)
{
  JsonObject *failure = json_object_new ();

  json_object_set_string_member (failure, "user", user);
  json_object_set_string_member (failure, "code", beckon_protocol_error_to_code (code));
  json_array_add_object_element (failed, failure);
}

static JsonArray *
describe_members (HubCall *call)
{
  JsonArray *members = json_array_new ();

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      JsonObject *member;

      if (!hub_participant_is_live (participant))
        continue;
      member = describe_person (participant->user);
      json_object_set_string_member (member, "state", hub_participant_outcome (participant));
      if (participant->state == HUB_JOINED)
        json_object_set_string_member (member, "device", participant->device);
      json_array_add_object_element (members, member);
    }
  return members;
}

JsonObject *
hub_call_describe (HubCall *call, HubUser *user)
{
  HubParticipant *participant = hub_call_find_participant (call, user);
  HubParticipant *inviter = g_ptr_array_index (call->participants, participant->inviter);
  const char *data = participant->data != NULL ? participant->data : call->data;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "call", call->id);
  json_object_set_string_member (object, "state", hub_participant_outcome (participant));
  json_object_set_string_member (object, "media", beckon_media_to_string (call->media));
  json_object_set_object_member (object, "from", describe_person (inviter->user));
  json_object_set_array_member (object, "members", describe_members (call));
  if (participant->state == HUB_JOINED)
    json_object_set_string_member (object, "device", participant->device);
  else
    {
      json_object_set_int_member (object, "timeout", participant->timeout);
      json_object_set_int_member (object, "remaining_ms",
                                  MAX (0, participant->until - hub_now (call->hub)));
    }
  if (data != NULL)
    json_object_set_string_member (object, "data", data);
  return object;
}

JsonArray *
hub_call_snapshot (HubUser *user)
{
  JsonArray *calls = json_array_new ();

  for (HubParticipant *p = user->participants; p != NULL; p = p->next_of_user)
    if (hub_participant_is_live (p) && !p->unreachable)
      json_array_add_object_element (calls, hub_call_describe (p->call, user));
  return calls;
}
