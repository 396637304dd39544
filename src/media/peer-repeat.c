/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-repeat.h"

#include "media-private.h"

/* The first byte of a record, and so of a packet: RFC 6347, 4.1, and RFC 5764, 5.1.2. */
#define DTLS_CHANGE_CIPHER_SPEC 20
#define DTLS_ALERT 21
#define DTLS_HANDSHAKE 22
#define DTLS_DATA 23
/* Nobody else sets it on the way to the network. */
#define COPY_FLAG GST_BUFFER_FLAG_DROPPABLE

/* A record: kind, version, epoch, number, length; what is in it. */
#define EPOCH_OFFSET 3
#define NUMBER_OFFSET 5
#define LENGTH_OFFSET 11
#define RECORD_HEADER 13
/* In a record of a handshake in the clear: kind, length, number of the message, where this part of
 * it begins. */
#define MESSAGE_OFFSET (RECORD_HEADER + 4)
#define PART_OFFSET (RECORD_HEADER + 6)
#define PART_HEADER (RECORD_HEADER + 12)

/* After so long, and again after so long: what loses one need not lose the next. */
static const guint pauses_ms[] = { 40, 80, 120, 160 };

struct _BeckonPeerRepeat
{
  gint flights;   /* atomic: of theirs, or parts of them */
  gint n_records; /* atomic: of ours, in the clear */
  /* On the thread that packets come in on */
  guint64 newest; /* as get_place() has it; 0: nothing has come */
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
  return g_atomic_rc_box_new0 (BeckonPeerRepeat);
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

/* Returns: that of the first record; 0 if there is none, as in STUN */
static guint8
get_kind (GstBuffer *buffer)
{
  guint8 kind;

  return gst_buffer_extract (buffer, 0, &kind, 1) == 1 ? kind : 0;
}

static gboolean
is_handshake (guint8 kind)
{
  return kind == DTLS_HANDSHAKE || kind == DTLS_CHANGE_CIPHER_SPEC;
}

static gboolean
is_of_handshake (guint8 kind)
{
  return is_handshake (kind) || kind == DTLS_ALERT;
}

/* Big-endian, wherever it is: GStreamer's macros want an even address. */
static guint64
read_number (const guint8 *bytes, guint n_bytes)
{
  guint64 number = 0;

  for (guint i = 0; i < n_bytes; i++)
    number = number << 8 | bytes[i];
  return number;
}

/* Of what is behind its header. */
static gsize
get_length (const guint8 *record)
{
  return read_number (record + LENGTH_OFFSET, 2);
}

/* Returns: (nullable): the record behind @record, or the first, of what is left of a packet */
static guint8 *
next_record (const GstMapInfo *map, guint8 *record)
{
  guint8 *end = map->data + map->size;
  guint8 *next = record == NULL ? map->data : record + RECORD_HEADER + get_length (record);

  if (end - next < RECORD_HEADER || end - next - RECORD_HEADER < (gssize) get_length (next))
    return NULL;
  return next;
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
repeat (BeckonPeerRepeat *self, GstPad *pad, GstBuffer *packet)
{
  Copies *copies;

  if (GST_BUFFER_FLAG_IS_SET (packet, COPY_FLAG) || !is_handshake (get_kind (packet)))
    return;
  copies = g_new0 (Copies, 1);
  copies->repeat = g_atomic_rc_box_acquire (self);
  g_weak_ref_init (&copies->sink, GST_OBJECT_PARENT (pad));
  copies->packet = gst_buffer_copy (packet);
  copies->flight = g_atomic_int_get (&self->flights);
  GST_BUFFER_FLAG_SET (copies->packet, COPY_FLAG);
  send_later (copies);
}

/* Whoever gets a record too early may throw it away, and every other with its number. In the clear
 * nothing but the number says which one it is.
 * @packet: (transfer full). Returns: (transfer full) */
static GstBuffer *
number (BeckonPeerRepeat *self, GstBuffer *packet)
{
  GstMapInfo map;

  packet = gst_buffer_make_writable (packet);
  if (!gst_buffer_map (packet, &map, GST_MAP_READWRITE))
    return packet;
  for (guint8 *record = next_record (&map, NULL); record != NULL;
       record = next_record (&map, record))
    if (read_number (record + EPOCH_OFFSET, 2) == 0)
      {
        const guint64 big_endian = GUINT64_TO_BE ((guint64) g_atomic_int_add (&self->n_records, 1));

        memcpy (record + NUMBER_OFFSET, (const guint8 *) &big_endian + 2, 6);
      }
  gst_buffer_unmap (packet, &map);
  return packet;
}

typedef struct
{
  BeckonPeerRepeat *repeat;
  GstPad *pad;
} Way;

static gboolean
take_out (GstBuffer **packet, guint index, gpointer user_data)
{
  const Way *way = user_data;

  if (!is_of_handshake (get_kind (*packet)))
    return TRUE;
  repeat (way->repeat, way->pad, *packet);
  *packet = number (way->repeat, *packet);
  return TRUE;
}

static GstPadProbeReturn
on_packets_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Way way = { user_data, pad };

  if (is_of_handshake (get_kind (beckon_media_first_packet (info))))
    beckon_media_change_packets (info, take_out, &way);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_repeat_watch_out (BeckonPeerRepeat *self, GstElement *sink)
{
  add_probe (self, sink, "sink", on_packets_out);
}

/* ---- in ---- */

/* Returns: more for what they sent later, but not for a copy; 0: that is not known */
static guint64
get_place (const guint8 *record)
{
  const guint64 epoch = read_number (record + EPOCH_OFFSET, 2);
  const gsize length = RECORD_HEADER + get_length (record);

  if (epoch > 0)
    return epoch << 48 | read_number (record + NUMBER_OFFSET, 6);
  if (record[0] != DTLS_HANDSHAKE || length < PART_HEADER)
    return 0;
  return 1 +
         (read_number (record + MESSAGE_OFFSET, 2) << 24 | read_number (record + PART_OFFSET, 3));
}

/* Who sends data has had all of the handshake. */
static void
note (gpointer user_data, GstPad *pad, GstBuffer *packet)
{
  BeckonPeerRepeat *self = user_data;
  guint64 newest = self->newest;
  const guint8 kind = get_kind (packet);
  GstMapInfo map;

  if ((!is_handshake (kind) && kind != DTLS_DATA) || !gst_buffer_map (packet, &map, GST_MAP_READ))
    return;
  for (guint8 *record = next_record (&map, NULL); record != NULL;
       record = next_record (&map, record))
    newest = MAX (newest, get_place (record));
  gst_buffer_unmap (packet, &map);
  if (newest == self->newest)
    return;
  self->newest = newest;
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
