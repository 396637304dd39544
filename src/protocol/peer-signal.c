/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "peer-signal.h"

#include "protocol-types.h"

static const char *const kinds[] = {
  [BECKON_PEER_SIGNAL_DESCRIPTION] = "description",
  [BECKON_PEER_SIGNAL_CANDIDATE] = "candidate",
  [BECKON_PEER_SIGNAL_CANDIDATES_END] = "candidates-end",
  [BECKON_PEER_SIGNAL_BYE] = "bye",
};

G_DEFINE_BOXED_TYPE (BeckonPeerSignal, beckon_peer_signal, beckon_peer_signal_copy,
                     beckon_peer_signal_free)

static BeckonPeerSignal *
new_signal (BeckonPeerSignalKind kind, guint generation)
{
  BeckonPeerSignal *self = g_new0 (BeckonPeerSignal, 1);

  self->kind = kind;
  self->generation = generation;
  return self;
}

BeckonPeerSignal *
beckon_peer_signal_new_description (guint generation, BeckonSdpType type, const char *sdp)
{
  BeckonPeerSignal *self;

  g_return_val_if_fail (generation >= 1 && sdp != NULL, NULL);

  self = new_signal (BECKON_PEER_SIGNAL_DESCRIPTION, generation);
  self->sdp_type = type;
  self->sdp = g_strdup (sdp);
  return self;
}

BeckonPeerSignal *
beckon_peer_signal_new_candidate (guint generation, guint mline, const char *candidate)
{
  BeckonPeerSignal *self;

  g_return_val_if_fail (generation >= 1 && mline <= BECKON_MLINE_MAX && candidate != NULL, NULL);

  self = new_signal (BECKON_PEER_SIGNAL_CANDIDATE, generation);
  self->mline = mline;
  self->candidate = g_strdup (candidate);
  return self;
}

BeckonPeerSignal *
beckon_peer_signal_new_candidates_end (guint generation)
{
  g_return_val_if_fail (generation >= 1, NULL);

  return new_signal (BECKON_PEER_SIGNAL_CANDIDATES_END, generation);
}

BeckonPeerSignal *
beckon_peer_signal_new_bye (guint generation, const char *reason)
{
  BeckonPeerSignal *self;

  g_return_val_if_fail (generation >= 1, NULL);

  self = new_signal (BECKON_PEER_SIGNAL_BYE, generation);
  self->reason = g_strdup (reason);
  return self;
}

BeckonPeerSignal *
beckon_peer_signal_copy (const BeckonPeerSignal *self)
{
  BeckonPeerSignal *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->sdp = g_strdup (self->sdp);
  copy->candidate = g_strdup (self->candidate);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
beckon_peer_signal_free (BeckonPeerSignal *self)
{
  if (self == NULL)
    return;
  g_free (self->sdp);
  g_free (self->candidate);
  g_free (self->reason);
  g_free (self);
}

JsonObject *
beckon_peer_signal_to_json (const BeckonPeerSignal *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "kind", kinds[self->kind]);
  json_object_set_int_member (object, "generation", self->generation);
  if (self->kind == BECKON_PEER_SIGNAL_DESCRIPTION)
    {
      JsonObject *sdp = json_object_new ();

      json_object_set_string_member (sdp, "type",
                                     self->sdp_type == BECKON_SDP_OFFER ? "offer" : "answer");
      json_object_set_string_member (sdp, "sdp", self->sdp);
      json_object_set_object_member (object, "sdp", sdp);
    }
  else if (self->kind == BECKON_PEER_SIGNAL_CANDIDATE)
    {
      json_object_set_int_member (object, "mline", self->mline);
      json_object_set_string_member (object, "candidate", self->candidate);
    }
  else if (self->kind == BECKON_PEER_SIGNAL_BYE && self->reason != NULL)
    json_object_set_string_member (object, "reason", self->reason);
  return object;
}

/* ---- from a stranger ---- */

static gboolean
refuse (GError **error, BeckonProtocolError code, const char *text)
{
  g_set_error_literal (error, BECKON_PROTOCOL_ERROR, code, text);
  return FALSE;
}

static const char *
get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
get_number (JsonObject *object, const char *member, guint min, guint max, guint *number)
{
  JsonNode *node = json_object_get_member (object, member);
  gint64 value;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  if (value < min || value > max)
    return FALSE;
  *number = value;
  return TRUE;
}

static gboolean
read_description (BeckonPeerSignal *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "sdp");
  const char *type, *sdp;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "A description without sdp");
  type = get_string (json_node_get_object (node), "type");
  sdp = get_string (json_node_get_object (node), "sdp");
  if (sdp == NULL || (g_strcmp0 (type, "offer") != 0 && g_strcmp0 (type, "answer") != 0))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "A description is an offer or answer");
  if (*sdp == '\0')
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "The description is empty");
  if (strlen (sdp) > BECKON_SDP_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "The description is too long");
  self->sdp_type = g_str_equal (type, "offer") ? BECKON_SDP_OFFER : BECKON_SDP_ANSWER;
  self->sdp = g_strdup (sdp);
  return TRUE;
}

/* A line of SDP, from a stranger: with a line break in it, it would be more than one. */
static gboolean
is_candidate (const char *text)
{
  if (!g_str_has_prefix (text, "candidate:"))
    return FALSE;
  while (*text >= 0x20 && *text < 0x7f)
    text++;
  return *text == '\0';
}

static gboolean
read_candidate (BeckonPeerSignal *self, JsonObject *object, GError **error)
{
  const char *candidate = get_string (object, "candidate");

  if (candidate == NULL || !get_number (object, "mline", 0, BECKON_MLINE_MAX, &self->mline))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "A candidate needs its text and mline");
  if (strlen (candidate) > BECKON_CANDIDATE_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "The candidate is too long");
  if (!is_candidate (candidate))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "The candidate is none");
  self->candidate = g_strdup (candidate);
  return TRUE;
}

static gboolean
read_bye (BeckonPeerSignal *self, JsonObject *object, GError **error)
{
  const char *reason = get_string (object, "reason");

  if (reason == NULL && json_object_has_member (object, "reason"))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST, "The reason is not a string");
  if (reason != NULL && strlen (reason) > BECKON_BYE_REASON_MAX)
    return refuse (error, BECKON_PROTOCOL_ERROR_TOO_LARGE, "The reason is too long");
  self->reason = g_strdup (reason);
  return TRUE;
}

static gboolean
read_fields (BeckonPeerSignal *self, JsonObject *object, GError **error)
{
  switch (self->kind)
    {
    case BECKON_PEER_SIGNAL_DESCRIPTION:
      return read_description (self, object, error);
    case BECKON_PEER_SIGNAL_CANDIDATE:
      return read_candidate (self, object, error);
    case BECKON_PEER_SIGNAL_BYE:
      return read_bye (self, object, error);
    case BECKON_PEER_SIGNAL_CANDIDATES_END:
    default:
      return TRUE;
    }
}

BeckonPeerSignal *
beckon_peer_signal_from_json (JsonObject *object, GError **error)
{
  g_autoptr (BeckonPeerSignal) self = NULL;
  const char *word;
  guint generation, kind = 0;

  g_return_val_if_fail (object != NULL, NULL);

  word = get_string (object, "kind");
  if (word == NULL || !get_number (object, "generation", 1, G_MAXINT32, &generation))
    return refuse (error, BECKON_PROTOCOL_ERROR_BAD_REQUEST,
                   "A signal needs kind and generation"), NULL;
  while (kind < G_N_ELEMENTS (kinds) && !g_str_equal (kinds[kind], word))
    kind++;
  if (kind == G_N_ELEMENTS (kinds))
    return refuse (error, BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE, "A signal of an unknown kind"), NULL;
  self = new_signal (kind, generation);
  return read_fields (self, object, error) ? g_steal_pointer (&self) : NULL;
}
