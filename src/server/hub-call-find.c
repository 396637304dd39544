/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whose call a request is about; whoever has no part in it, or comes too late, is told so. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-private.h"

static void
refuse_over (HubSession *session, BeckonMessage *request, const char *outcome)
{
  BeckonMessage *reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                                         BECKON_PROTOCOL_ERROR_CALL_OVER,
                                                         "The call is over");

  json_object_set_string_member (beckon_message_get_object (reply, "error"), "outcome", outcome);
  hub_session_reply (session, request, reply);
}

HubParticipant *
hub_require_participant (HubSession *session, BeckonMessage *request)
{
  BeckonHub *self = session->hub;
  const char *id = beckon_message_get_string (request, "call");
  HubCall *call = g_hash_table_lookup (self->calls, id);
  HubParticipant *participant = call != NULL ? hub_call_find_participant (call, session->user) : NULL;
  const char *outcome = g_hash_table_lookup (self->ended, id);

  if (participant != NULL && !participant->unreachable)
    return participant;
  if (call != NULL)
    hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_INVITED,
                        "You are not invited to that call");
  else if (outcome != NULL)
    refuse_over (session, request, outcome);
  else
    hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_UNKNOWN_CALL,
                        "There is no such call");
  return NULL;
}

HubParticipant *
hub_require_member (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_participant (session, request);

  if (participant == NULL)
    return NULL;
  if (participant->state == HUB_JOINED && g_strcmp0 (participant->device, session->device) == 0)
    return participant;
  hub_session_refuse (session, request, BECKON_PROTOCOL_ERROR_NOT_IN_CALL,
                      "You are not in that call");
  return NULL;
}

HubParticipant *
hub_require_alerted (HubSession *session, BeckonMessage *request)
{
  HubParticipant *participant = hub_require_participant (session, request);
  BeckonMessage *reply;
  JsonObject *error;

  if (participant == NULL || hub_participant_is_alerted (participant))
    return participant;
  if (participant->state != HUB_JOINED)
    {
      refuse_over (session, request, hub_participant_outcome (participant));
      return NULL;
    }
  reply = beckon_message_new_error_reply (beckon_message_get_id (request),
                                          BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE,
                                          "It was answered on another device");
  error = beckon_message_get_object (reply, "error");
  json_object_set_string_member (error, "outcome", hub_participant_outcome (participant));
  json_object_set_string_member (error, "device", participant->device);
  hub_session_reply (session, request, reply);
  return NULL;
}
