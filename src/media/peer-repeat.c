/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-repeat.h"

/* Of the first byte of a packet: RFC 5764, 5.1.2, and RFC 6347, 4.1. */
#define DTLS_CHANGE_CIPHER_SPEC 20
#define DTLS_HANDSHAKE 22
/* Nobody else sets it on the way to the network. */
#define COPY_FLAG GST_BUFFER_FLAG_DROPPABLE

/* After so long, and again after so long: what loses one need not lose the next. */
static const guint pauses_ms[] = { 40, 80 };

typedef struct
{
  GWeakRef sink;
  GstBuffer *packet;
  guint n_sent;
} Copies;

static void
copies_free (Copies *self)
{
  g_weak_ref_clear (&self->sink);
  gst_buffer_unref (self->packet);
  g_free (self);
}

static void send_later (Copies *self);

static gboolean
on_pause_over (gpointer user_data)
{
  Copies *self = user_data;
  g_autoptr (GstElement) sink = g_weak_ref_get (&self->sink);
  g_autoptr (GstPad) pad = sink != NULL ? gst_element_get_static_pad (sink, "sink") : NULL;

  if (pad == NULL || gst_pad_chain (pad, gst_buffer_copy (self->packet)) != GST_FLOW_OK ||
      ++self->n_sent == G_N_ELEMENTS (pauses_ms))
    copies_free (self);
  else
    send_later (self);
  return G_SOURCE_REMOVE;
}

static void
send_later (Copies *self)
{
  g_timeout_add (pauses_ms[self->n_sent], on_pause_over, self);
}

static gboolean
is_handshake (GstBuffer *buffer)
{
  guint8 kind;

  return gst_buffer_extract (buffer, 0, &kind, 1) == 1 &&
         (kind == DTLS_HANDSHAKE || kind == DTLS_CHANGE_CIPHER_SPEC);
}

static void
repeat (GstPad *pad, GstBuffer *buffer)
{
  Copies *copies;

  if (GST_BUFFER_FLAG_IS_SET (buffer, COPY_FLAG) || !is_handshake (buffer))
    return;
  copies = g_new0 (Copies, 1);
  g_weak_ref_init (&copies->sink, GST_OBJECT_PARENT (pad));
  copies->packet = gst_buffer_copy (buffer);
  GST_BUFFER_FLAG_SET (copies->packet, COPY_FLAG);
  send_later (copies);
}

static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GstBufferList *list;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      repeat (pad, GST_PAD_PROBE_INFO_BUFFER (info));
      return GST_PAD_PROBE_OK;
    }
  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    repeat (pad, gst_buffer_list_get (list, i));
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_repeat_watch (GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packets,
                     NULL, NULL);
}
