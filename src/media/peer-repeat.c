/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-repeat.h"

#include "media-private.h"

/* Of the first byte of a packet: RFC 5764, 5.1.2, and RFC 6347, 4.1. */
#define DTLS_CHANGE_CIPHER_SPEC 20
#define DTLS_HANDSHAKE 22
/* Nobody else sets it on the way to the network. */
#define COPY_FLAG GST_BUFFER_FLAG_DROPPABLE

/* Behind kind and version: a record's epoch and its place in it. */
#define NUMBER_OFFSET 3

/* After so long, and again after so long: what loses one need not lose the next. */
static const guint pauses_ms[] = { 40, 80, 120, 160 };

struct _BeckonPeerRepeat
{
  gint flights; /* atomic: of theirs, or parts of them */
  /* On the thread that packets come in on */
  gint64 newest; /* the highest number of a record that came */
};

typedef struct
{
  BeckonPeerRepeat *repeat;
  GWeakRef sink;
  GstBuffer *packet;
  gint flight; /* the last of theirs before it */
  guint n_sent;
} Copies;

BeckonPeerRepeat *
beckon_peer_repeat_new (void)
{
  BeckonPeerRepeat *self = g_atomic_rc_box_new0 (BeckonPeerRepeat);

  self->newest = -1;
  return self;
}

void
beckon_peer_repeat_unref (BeckonPeerRepeat *self)
{
  g_atomic_rc_box_release (self);
}

static void
copies_free (Copies *self)
{
  beckon_peer_repeat_unref (self->repeat);
  g_weak_ref_clear (&self->sink);
  gst_buffer_unref (self->packet);
  g_free (self);
}

static gboolean
is_handshake (GstBuffer *buffer)
{
  guint8 kind;

  return gst_buffer_extract (buffer, 0, &kind, 1) == 1 &&
         (kind == DTLS_HANDSHAKE || kind == DTLS_CHANGE_CIPHER_SPEC);
}

static void
add_probe (BeckonPeerRepeat *self, GstElement *element, const char *name, GstPadProbeCallback probe)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, probe,
                     g_atomic_rc_box_acquire (self), (GDestroyNotify) beckon_peer_repeat_unref);
}

/* ---- out ---- */

static void send_later (Copies *self);

static gboolean
on_pause_over (gpointer user_data)
{
  Copies *self = user_data;
  g_autoptr (GstElement) sink = g_weak_ref_get (&self->sink);
  g_autoptr (GstPad) pad = sink != NULL ? gst_element_get_static_pad (sink, "sink") : NULL;

  if (pad == NULL || self->flight != g_atomic_int_get (&self->repeat->flights) ||
      gst_pad_chain (pad, gst_buffer_copy (self->packet)) != GST_FLOW_OK ||
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

static void
repeat (gpointer user_data, GstPad *pad, GstBuffer *packet)
{
  BeckonPeerRepeat *self = user_data;
  Copies *copies;

  if (GST_BUFFER_FLAG_IS_SET (packet, COPY_FLAG) || !is_handshake (packet))
    return;
  copies = g_new0 (Copies, 1);
  copies->repeat = g_atomic_rc_box_acquire (self);
  g_weak_ref_init (&copies->sink, GST_OBJECT_PARENT (pad));
  copies->packet = gst_buffer_copy (packet);
  copies->flight = g_atomic_int_get (&self->flights);
  GST_BUFFER_FLAG_SET (copies->packet, COPY_FLAG);
  send_later (copies);
}

static GstPadProbeReturn
on_packets_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  beckon_media_foreach_packet (pad, info, repeat, user_data);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_repeat_watch_out (BeckonPeerRepeat *self, GstElement *sink)
{
  add_probe (self, sink, "sink", on_packets_out);
}

/* ---- in ---- */

/* What has been seen is a copy, and says nothing. */
static void
note (gpointer user_data, GstPad *pad, GstBuffer *packet)
{
  BeckonPeerRepeat *self = user_data;
  guint64 big_endian;
  gint64 number;

  if (!is_handshake (packet) || gst_buffer_extract (packet, NUMBER_OFFSET, &big_endian,
                                                    sizeof big_endian) != sizeof big_endian)
    return;
  number = (gint64) (GUINT64_FROM_BE (big_endian) & G_MAXINT64);
  if (number <= self->newest)
    return;
  self->newest = number;
  g_atomic_int_inc (&self->flights);
}

static GstPadProbeReturn
on_packets_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  beckon_media_foreach_packet (pad, info, note, user_data);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_repeat_watch_in (BeckonPeerRepeat *self, GstElement *source)
{
  add_probe (self, source, "src", on_packets_in);
}
