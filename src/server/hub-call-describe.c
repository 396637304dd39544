/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Calls as the snapshot of the protocol has them. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

#include "json-write.h"

/* Of the 64 KiB of a frame; the ICE servers may need some 11. The longest call that somebody is in
 * and as many as may ring, at their shortest, have less. */
#define SNAPSHOT_BYTES_MAX (48 * 1024)

static JsonObject *
describe_person (BeckonHub *self, HubUser *user, HubUser *viewer)
{
  JsonObject *person = json_object_new ();

  json_object_set_string_member (person, "id", user->id);
  json_object_set_string_member (person, "name", hub_name_for (self, viewer, user));
  return person;
}

void
hub_write_person (GString *text, HubCall *call, HubUser *user, HubUser *viewer)
{
  g_string_append_c (text, '{');
  beckon_json_append_member (text, "id", user->id);
  beckon_json_append_member (text, "name", hub_name_for (call->hub, viewer, user));
  g_string_append_c (text, '}');
}

void
hub_call_write_people (GString *text, HubCall *call, HubUser *viewer, gboolean joined_only)
{
  const gsize start = text->len;

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      if (!(joined_only ? participant->state == HUB_JOINED : hub_participant_is_live (participant)))
        continue;
      g_string_append_c (text, text->len == start ? '[' : ',');
      hub_write_person (text, call, participant->user, viewer);
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
describe_members (HubCall *call, HubUser *viewer)
{
  JsonArray *members = json_array_new ();

  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);
      JsonObject *member;

      if (!hub_participant_is_live (participant))
        continue;
      member = describe_person (call->hub, participant->user, viewer);
      json_object_set_string_member (member, "state", hub_participant_outcome (participant));
      if (participant->state == HUB_JOINED)
        json_object_set_string_member (member, "device", participant->device);
      json_array_add_object_element (members, member);
    }
  return members;
}

typedef struct
{
  gboolean data, members;
} Detail;

static const Detail everything = { TRUE, TRUE };

static JsonObject *
describe (HubCall *call, HubParticipant *participant, const Detail *detail)
{
  HubParticipant *inviter = g_ptr_array_index (call->participants, participant->inviter);
  const char *data = participant->data != NULL ? participant->data : call->data;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "call", call->id);
  json_object_set_string_member (object, "state", hub_participant_outcome (participant));
  json_object_set_string_member (object, "media", beckon_media_to_string (call->media));
  json_object_set_object_member (object, "from",
                                 describe_person (call->hub, inviter->user, participant->user));
  if (detail->members)
    json_object_set_array_member (object, "members", describe_members (call, participant->user));
  if (participant->state == HUB_JOINED)
    json_object_set_string_member (object, "device", participant->device);
  else
    {
      json_object_set_int_member (object, "timeout", participant->timeout);
      json_object_set_int_member (object, "remaining_ms",
                                  MAX (0, participant->until - hub_now (call->hub)));
    }
  if (data != NULL && detail->data)
    json_object_set_string_member (object, "data", data);
  return object;
}

JsonObject *
hub_call_describe (HubCall *call, HubUser *user)
{
  return describe (call, hub_call_find_participant (call, user), &everything);
}

/* ---- the snapshot ---- */

/* @detail: of what rings */
static JsonArray *
describe_calls (HubUser *user, const Detail *detail)
{
  JsonArray *calls = json_array_new ();

  for (HubParticipant *p = user->participants; p != NULL; p = p->next_of_user)
    if (hub_participant_is_live (p) && !p->unreachable)
      json_array_add_object_element (
          calls, describe (p->call, p, p->state == HUB_JOINED ? &everything : detail));
  return calls;
}

static gboolean
fits (JsonArray *calls)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GString) text = NULL;

  if (json_array_get_length (calls) == 0)
    return TRUE;
  node = json_node_init_array (json_node_alloc (), calls);
  text = g_string_new (NULL);
  beckon_json_append_node (text, node);
  return text->len <= SNAPSHOT_BYTES_MAX;
}

/* Strangers say how long it is; what rings is told by call.received as well, and may be short. */
JsonArray *
hub_call_snapshot (HubUser *user)
{
  static const Detail less[] = { { FALSE, TRUE }, { FALSE, FALSE } };
  JsonArray *calls = describe_calls (user, &everything);

  for (guint i = 0; i < G_N_ELEMENTS (less) && !fits (calls); i++)
    {
      json_array_unref (calls);
      calls = describe_calls (user, &less[i]);
    }
  return calls;
}
