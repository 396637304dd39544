/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "sound-copies.h"

#include "sound-codec.h"

#include <gst/rtp/rtp.h>

#include <math.h>

/* Up to here a rough copy of Opus' own is enough: that is one for nothing. It is the copy of one
 * packet, though. */
#define LOSS_MIN_REPEATED 0.05
/* More packets are lost behind a lost one where they are lost in bursts. */
#define AFTER_LOSS_OF_BURSTS 0.4
/* Below, what is missing is seldom heard. */
#define LOSS_MIN 0.01
/* Of so many packets lately is seen whether there is one. */
#define REPEATED_PACKETS 50
/* So many packets may be missing after all. */
#define MISSING_MAX 0.003
#define FEWER_AFTER_US (4 * G_USEC_PER_SEC)
/* RFC 2198: four bytes in front of each copy, with 14 bits for how old it is and 10 for its size.
 */
#define BLOCK_HEADER 4
#define IS_COPY 0x80000000u
#define AGE_MAX 0x3fffu
#define SIZE_MAX_OF_COPY 0x3ffu

typedef struct
{
  GstBuffer *payload; /* nullable: nothing was sent yet */
  guint32 timestamp;
} Packet;

struct _BeckonSoundCopies
{
  gint payload;                           /* atomic; -1: not understood */
  gint copies;                            /* atomic */
  gint not_repeated;                      /* atomic: without a copy of Opus' own */
  double repeated;                        /* of the last packets, 0..1; of the streaming thread */
  gint64 fewer_since;                     /* 0: not now */
  Packet before[BECKON_SOUND_COPIES_MAX]; /* the newest first; of the streaming thread */
};

BeckonSoundCopies *
beckon_sound_copies_new (void)
{
  BeckonSoundCopies *self = g_new0 (BeckonSoundCopies, 1);

  self->payload = -1;
  self->repeated = 1;
  return self;
}

void
beckon_sound_copies_free (BeckonSoundCopies *self)
{
  for (guint i = 0; i < BECKON_SOUND_COPIES_MAX; i++)
    gst_clear_buffer (&self->before[i].payload);
  g_free (self);
}

void
beckon_sound_copies_set_payload (BeckonSoundCopies *self, int payload)
{
  g_atomic_int_set (&self->payload, payload);
}

/* ---- what is needed ---- */

guint
beckon_sound_copies_choose (double loss, double after_loss, gboolean repeated)
{
  const gboolean in_bursts = after_loss > AFTER_LOSS_OF_BURSTS;
  guint copies = 0;

  if (loss <= (repeated && !in_bursts ? LOSS_MIN_REPEATED : LOSS_MIN))
    return 0;
  /* With the packet itself all that follow it and have it are lost. */
  while (copies < BECKON_SOUND_COPIES_MAX &&
         loss * pow (in_bursts ? after_loss : loss, (repeated ? 1 : 0) + copies) > MISSING_MAX)
    copies++;
  return copies;
}

guint
beckon_sound_copies_update (
    BeckonSoundCopies *self, gint64 now_us, double loss, double after_loss, guint room)
{
  const guint needed =
      beckon_sound_copies_choose (loss, after_loss, !g_atomic_int_get (&self->not_repeated));
  guint copies = g_atomic_int_get (&self->copies);

  if (needed >= copies)
    self->fewer_since = 0;
  else if (self->fewer_since == 0)
    self->fewer_since = now_us;
  if (needed > copies)
    copies = needed;
  else if (needed < copies && now_us - self->fewer_since >= FEWER_AFTER_US)
    {
      copies--;
      self->fewer_since = now_us;
    }
  copies = MIN (copies, room);
  g_atomic_int_set (&self->copies, copies);
  return g_atomic_int_get (&self->payload) >= 0 ? copies : 0;
}

/* ---- packets ---- */

/* What a peer could not tell apart, or find the place of, is left out: it is from before a pause.
 */
static gboolean
is_of_use (const Packet *packet, guint32 timestamp)
{
  const guint32 age = timestamp - packet->timestamp;

  return packet->payload != NULL && age > 0 && age <= AGE_MAX &&
         gst_buffer_get_size (packet->payload) <= SIZE_MAX_OF_COPY;
}

/* The header of @packet, the copies, the oldest first, and what it has in it itself.
 * @header: its length. Returns: (transfer full) */
static GstBuffer *
add_copies (BeckonSoundCopies *self,
            GstBuffer *packet,
            gsize header,
            guint8 payload_type,
            const Packet *own,
            guint copies)
{
  GstBuffer *whole = gst_buffer_copy_region (packet, GST_BUFFER_COPY_ALL, 0, header);
  guint8 blocks[BECKON_SOUND_COPIES_MAX * BLOCK_HEADER + 1];
  gsize n = 0;

  for (guint i = copies; i-- > 0;)
    if (is_of_use (&self->before[i], own->timestamp))
      {
        const Packet *copy = &self->before[i];

        GST_WRITE_UINT32_BE (blocks + n, IS_COPY | (guint32) payload_type << 24 |
                                             (own->timestamp - copy->timestamp) << 10 |
                                             (guint32) gst_buffer_get_size (copy->payload));
        n += BLOCK_HEADER;
      }
  blocks[n++] = payload_type;
  whole = gst_buffer_append (whole, gst_buffer_new_memdup (blocks, n));
  for (guint i = copies; i-- > 0;)
    if (is_of_use (&self->before[i], own->timestamp))
      whole = gst_buffer_append (whole, gst_buffer_ref (self->before[i].payload));
  return gst_buffer_append (whole, gst_buffer_ref (own->payload));
}

static void
set_payload_type (GstBuffer *packet, guint8 payload_type)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp))
    g_assert_not_reached (); /* it is ours */
  gst_rtp_buffer_set_payload_type (&rtp, payload_type);
  gst_rtp_buffer_unmap (&rtp);
}

/* Of a pause there is none, and none is needed. */
static void
note_repeated (BeckonSoundCopies *self, const guint8 *data, gsize size)
{
  const BeckonSoundPacket packet = beckon_sound_packet_read (data, size);

  if (packet.silent)
    return;
  self->repeated += ((packet.previous > 0) - self->repeated) / REPEATED_PACKETS;
  g_atomic_int_set (&self->not_repeated, self->repeated < 0.5);
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonSoundCopies *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const gint payload_type = g_atomic_int_get (&self->payload);
  const guint copies = g_atomic_int_get (&self->copies);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Packet own;
  gsize header;
  guint8 own_type;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;
  own.payload = gst_rtp_buffer_get_payload_buffer (&rtp);
  own.timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  own_type = gst_rtp_buffer_get_payload_type (&rtp);
  header = gst_rtp_buffer_get_header_len (&rtp);
  note_repeated (self, gst_rtp_buffer_get_payload (&rtp), gst_rtp_buffer_get_payload_len (&rtp));
  gst_rtp_buffer_unmap (&rtp);

  if (payload_type >= 0 && copies > 0 && is_of_use (&self->before[0], own.timestamp))
    {
      GST_PAD_PROBE_INFO_DATA (info) = add_copies (self, buffer, header, own_type, &own, copies);
      set_payload_type (GST_PAD_PROBE_INFO_BUFFER (info), payload_type);
      gst_buffer_unref (buffer);
    }
  gst_clear_buffer (&self->before[BECKON_SOUND_COPIES_MAX - 1].payload);
  memmove (&self->before[1], &self->before[0], (BECKON_SOUND_COPIES_MAX - 1) * sizeof (Packet));
  self->before[0] = own;
  return GST_PAD_PROBE_OK;
}

void
beckon_sound_copies_watch (BeckonSoundCopies *self, GstPad *source)
{
  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER, on_packet, self, NULL);
}

static void
on_wraps (GstElement *element, GParamSpec *pspec, gpointer unused)
{
  gboolean wraps;

  g_object_get (element, "allow-no-red-blocks", &wraps, NULL);
  if (wraps)
    g_object_set (element, "allow-no-red-blocks", FALSE, NULL);
}

/* A copy of what was missing. GStreamer keeps those for a decoder of ULPFEC, and does not hand them
 * on. */
static GstPadProbeReturn
on_read (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_RTP_BUFFER_FLAG_REDUNDANT))
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_FLAG_UNSET (buffer, GST_RTP_BUFFER_FLAG_REDUNDANT);
  GST_BUFFER_FLAG_SET (buffer, BECKON_SOUND_COPY_FLAG);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

/* webrtcbin has a writer on each line, which it turns on where a description has a payload type for
 * it; what comes out has lost its transport-wide number. Its reader is what we need. */
void
beckon_sound_copies_watch_element (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (name, "rtpredenc"))
    {
      g_signal_connect (element, "notify::allow-no-red-blocks", G_CALLBACK (on_wraps), NULL);
      on_wraps (element, NULL, NULL);
    }
  else if (g_str_equal (name, "rtpreddec"))
    {
      g_autoptr (GstPad) source = gst_element_get_static_pad (element, "src");

      gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER, on_read, NULL, NULL);
    }
}
