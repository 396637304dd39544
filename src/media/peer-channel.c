/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What two clients tell each other directly, on the data channel: what they send, that they are
 * there, and goodbye - also while the server is away. Small JSON objects with a "kind". */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-private.h"

#include "peer-message.h"

/* Each is kept as long as the connection, and one is used. */
#define CHANNELS_MAX 8

/* DTLS is up a moment before the main thread has looked with whom. */
static gboolean
is_verified (BeckonMediaPeer *self)
{
  return g_atomic_int_get (&self->verified) || beckon_peer_verify (self);
}

/* Whether anything can be said on it. It may be closed already and we are still to hear so: webrtcbin
 * would lose what is said then. */
static gboolean
is_open (BeckonMediaPeer *self)
{
  GstWebRTCDataChannelState state;

  if (!self->channel_open)
    return FALSE;
  g_object_get (self->channel, "ready-state", &state, NULL);
  return state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN && is_verified (self);
}

/* Returns: whether it was said */
static gboolean
send_json (BeckonMediaPeer *self, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (node, object);
  if (!is_open (self))
    return FALSE;
  text = json_to_string (node, FALSE);
  g_signal_emit_by_name (self->channel, "send-string", text);
  return TRUE;
}

static JsonObject *
new_message (const char *kind)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", kind);
  return object;
}

void
beckon_peer_channel_send_state (BeckonMediaPeer *self)
{
  JsonObject *object = new_message ("state");

  json_object_set_boolean_member (object, "microphone", self->local[BECKON_LINE_MICROPHONE]);
  json_object_set_boolean_member (object, "camera", self->local[BECKON_LINE_CAMERA]);
  json_object_set_boolean_member (object, "screen", self->local[BECKON_LINE_SCREEN]);
  if (self->statistics->counted.pictures_off)
    json_object_set_boolean_member (object, "pictures_off", TRUE);
  send_json (self, object);
}

void
beckon_peer_channel_send_heartbeat (BeckonMediaPeer *self)
{
  send_json (self, new_message ("heartbeat"));
}

gboolean
beckon_peer_channel_send_bye (BeckonMediaPeer *self, const char *reason)
{
  JsonObject *object = new_message ("bye");

  json_object_set_string_member (object, "reason", reason);
  return send_json (self, object);
}

/* Once for each cause: they may send as many as they like. */
static void
tell_refused (BeckonMediaPeer *self, const GError *cause)
{
  const guint bit = 1u << MIN (cause->code, 31);

  if ((self->refused & bit) == 0)
    g_message ("Refused a message of %s on the data channel: %s", self->user, cause->message);
  self->refused |= bit;
}

/* A stranger wrote it. */
static void
take_message (gpointer peer, gpointer text)
{
  BeckonMediaPeer *self = peer;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonPeerMessage) message = NULL;

  if (!is_verified (self))
    return;
  message = beckon_peer_message_parse (text, &error);
  if (message == NULL)
    {
      tell_refused (self, error);
      return;
    }
  switch (message->kind)
    {
    case BECKON_PEER_MESSAGE_STATE:
      beckon_media_peer_set_remote_state (self, message->sends[BECKON_LINE_MICROPHONE],
                                          message->sends[BECKON_LINE_CAMERA],
                                          message->sends[BECKON_LINE_SCREEN]);
      beckon_media_peer_set_remote_pictures_off (self, message->pictures_off);
      break;
    case BECKON_PEER_MESSAGE_BYE:
      send_json (self, new_message ("byeack"));
      beckon_media_peer_they_left (self, message->reason);
      break;
    case BECKON_PEER_MESSAGE_BYE_ACK:
      beckon_media_peer_bye_heard (self);
      break;
    case BECKON_PEER_MESSAGE_OTHER:
    default:
      break;
    }
}

static void
on_message (GstWebRTCDataChannel *channel, const char *text, BeckonMediaPeer *self)
{
  if (text != NULL)
    beckon_media_hop (self, take_message, g_strdup (text), g_free);
}

static void
take_open (gpointer peer, gpointer unused)
{
  BeckonMediaPeer *self = peer;

  self->channel_open = self->channel != NULL;
  beckon_peer_channel_send_state (self);
}

static void
on_open (GstWebRTCDataChannel *channel, BeckonMediaPeer *self)
{
  beckon_media_hop (self, take_open, NULL, NULL);
}

static void
take_closed (gpointer peer, gpointer unused)
{
  BECKON_MEDIA_PEER (peer)->channel_open = FALSE;
}

static void
on_close (GstWebRTCDataChannel *channel, BeckonMediaPeer *self)
{
  beckon_media_hop (self, take_closed, NULL, NULL);
}

void
beckon_peer_channel_watch (BeckonMediaPeer *self, GstWebRTCDataChannel *channel)
{
  g_signal_connect (channel, "on-message-string", G_CALLBACK (on_message), self);
  g_signal_connect (channel, "on-open", G_CALLBACK (on_open), self);
  g_signal_connect (channel, "on-close", G_CALLBACK (on_close), self);
}

/* The end of the association resets the streams, and each channel would answer that on webrtcbin's
 * thread, on a socket that is just being closed. */
static void
let_stream_be (BeckonMediaPeer *self, gpointer channel)
{
  g_autoptr (GObject) transport = NULL;

  g_object_get (self->webrtc, "sctp-transport", &transport, NULL);
  if (transport != NULL)
    g_signal_handlers_disconnect_by_data (transport, channel);
}

void
beckon_peer_channel_take (BeckonMediaPeer *self, GstWebRTCDataChannel *channel)
{
  GstWebRTCDataChannelState state;

  g_ptr_array_add (self->channels, channel);
  if (self->channel != NULL || self->left_channels)
    {
      g_signal_handlers_disconnect_by_data (channel, self); /* one is enough */
      if (self->left_channels)
        let_stream_be (self, channel);
      else if (self->channels->len > CHANNELS_MAX)
        beckon_media_peer_break_off (self, BECKON_MEDIA_ERROR_FAILED,
                                     "They open one data channel after the other");
      return;
    }
  self->channel = channel;
  g_object_get (channel, "ready-state", &state, NULL);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN)
    take_open (self, NULL);
}

void
beckon_peer_channel_leave (BeckonMediaPeer *self)
{
  self->channel_open = FALSE;
  self->left_channels = TRUE;
  if (self->channel != NULL)
    g_signal_handlers_disconnect_by_data (self->channel, self);
  self->channel = NULL;
  for (guint i = 0; i < self->channels->len; i++)
    let_stream_be (self, g_ptr_array_index (self->channels, i));
}

/* ---- the association ---- */

#define ASSOCIATIONS 65535 /* as many may be told apart */

/* Up to 1.26 webrtcbin takes any number for the two elements of an association. Where another
 * connection of this process has the same, neither of them begins, and then nothing comes in at
 * all: a packet for an element that does not run ends the thread that receives. */
void
beckon_peer_channel_number (BeckonMediaPeer *self, GstElement *element)
{
  static gint last; /* atomic */
  const GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (name, "sctpdec") &&
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), "automatic-association-id") ==
          NULL)
    self->association = (guint) g_atomic_int_add (&last, 1) % ASSOCIATIONS + 1;
  else if (!g_str_equal (name, "sctpenc") || self->association == 0)
    return;
  g_object_set (element, "sctp-association-id", self->association, NULL);
}

/* Encoder and decoder have one socket, and whichever is stopped first closes it. If that is the
 * decoder, as where we answered, a channel may be sending on it (up to GStreamer 1.28): that
 * crashes. And the encoder waits for a sender who waits until the other end takes something, which
 * it may never do. So first nothing comes in any more that is answered, and then what is being sent
 * is cut off. */
static gboolean
close_pad (GstElement *element, GstPad *pad, gpointer unused)
{
  gst_pad_send_event (pad, gst_event_new_flush_start ());
  gst_pad_set_active (pad, FALSE);
  return TRUE;
}

static void
close_pads (const GValue *element, gpointer unused)
{
  gst_element_foreach_sink_pad (g_value_get_object (element), close_pad, NULL);
}

void
beckon_peer_channel_close (BeckonMediaPeer *self)
{
  beckon_media_foreach_made_by (self->pipeline, "sctpdec", close_pads, NULL);
  beckon_media_foreach_made_by (self->pipeline, "sctpenc", close_pads, NULL);
}

void
beckon_peer_channel_create (BeckonMediaPeer *self)
{
  GstWebRTCDataChannel *channel = NULL;

  g_signal_emit_by_name (self->webrtc, "create-data-channel", "beckon", NULL, &channel);
  g_assert (channel != NULL);
  beckon_peer_channel_watch (self, channel);
  beckon_peer_channel_take (self, channel);
}
