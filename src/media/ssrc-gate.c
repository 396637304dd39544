/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "ssrc-gate.h"

#include <gst/rtp/rtp.h>

#include "media-private.h"

#define RTP_HEADER 12
#define RTCP_HEADER 8
/* What srtpdec takes for reports, and the rest for streams. */
#define FIRST_REPORT 64
#define LAST_REPORT 80

struct _BeckonSsrcGate
{
  GMutex lock;
  guint32 known[BECKON_SSRCS_MAX]; /* under the lock, as the next */
  guint n_known;
  gboolean told; /* in the log; atomic */
};

BeckonSsrcGate *
beckon_ssrc_gate_new (void)
{
  BeckonSsrcGate *self = g_new0 (BeckonSsrcGate, 1);

  g_mutex_init (&self->lock);
  return self;
}

void
beckon_ssrc_gate_free (BeckonSsrcGate *self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
admit (BeckonSsrcGate *self, guint32 ssrc, guint room)
{
  gboolean known = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_known && !known; i++)
    known = self->known[i] == ssrc;
  if (!known && self->n_known < room)
    {
      self->known[self->n_known++] = ssrc;
      known = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
beckon_ssrc_gate_admit (BeckonSsrcGate *self, guint32 ssrc)
{
  return admit (self, ssrc, BECKON_SSRCS_MAX);
}

static void
expect_line (BeckonSsrcGate *self, const GstSDPMedia *media)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      guint64 ssrc;
      char *end;

      if (g_strcmp0 (attribute->key, "ssrc") != 0 || attribute->value == NULL)
        continue;
      ssrc = g_ascii_strtoull (attribute->value, &end, 10);
      if (end != attribute->value && ssrc <= G_MAXUINT32)
        admit (self, ssrc, BECKON_SSRCS_MAX / 2);
    }
}

void
beckon_ssrc_gate_expect (BeckonSsrcGate *self, const GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    expect_line (self, gst_sdp_message_get_media (sdp, i));
}

/* ---- as they come in ---- */

/* Whether its parts are as long as they say. What is not, srtpdec takes for a report after all. */
static gboolean
is_whole (const guint8 *data, gsize size)
{
  gsize length = RTP_HEADER + 4 * (data[0] & 15);

  if (length > size)
    return FALSE;
  if ((data[0] & 0x10) == 0)
    return TRUE;
  return length + 4 <= size && length + 4 + 4 * GST_READ_UINT16_BE (data + length + 2) <= size;
}

static gboolean
stream_passes (BeckonSsrcGate *self, const guint8 *data, gsize size)
{
  const guint n_sources = data[0] & 15; /* that were mixed */

  if (!is_whole (data, size))
    return FALSE;
  /* Theirs stand behind that of whoever sends. */
  for (guint i = 0; i <= n_sources; i++)
    if (!beckon_ssrc_gate_admit (self, GST_READ_UINT32_BE (data + 8 + 4 * i)))
      return FALSE;
  return TRUE;
}

/* Of one that has a sender srtpdec takes that one; it looks for the first such report, by lengths
 * that are encrypted behind the first. */
static gboolean
has_sender (guint type)
{
  return type == GST_RTCP_TYPE_SR || type == GST_RTCP_TYPE_RR || type == GST_RTCP_TYPE_APP ||
         type == GST_RTCP_TYPE_RTPFB || type == GST_RTCP_TYPE_PSFB;
}

static gboolean
report_passes (BeckonSsrcGate *self, const guint8 *data, gsize size)
{
  gsize at = 0;

  while (size - at >= RTCP_HEADER && !has_sender (data[at + 1]))
    at = MIN (at + 4 * (GST_READ_UINT16_BE (data + at + 2) + 1), size);
  return size - at < RTCP_HEADER ||
         beckon_ssrc_gate_admit (self, GST_READ_UINT32_BE (data + at + 4));
}

gboolean
beckon_ssrc_gate_passes (BeckonSsrcGate *self, const guint8 *data, gsize size)
{
  guint type;

  if (size < RTCP_HEADER || data[0] >> 6 != GST_RTP_VERSION)
    return TRUE; /* DTLS */
  type = data[1] & 0x7f;
  return type >= FIRST_REPORT && type <= LAST_REPORT ? report_passes (self, data, size)
                                                     : stream_passes (self, data, size);
}

/* ---- reports that have been decrypted ---- */

/* rtpsession keeps whoever is described, and whoever reports. */
static gboolean
descriptions_pass (BeckonSsrcGate *self, GstRTCPPacket *packet)
{
  gboolean passes = TRUE;
  gboolean more = gst_rtcp_packet_sdes_first_item (packet);

  while (more && passes)
    {
      passes = beckon_ssrc_gate_admit (self, gst_rtcp_packet_sdes_get_ssrc (packet));
      more = gst_rtcp_packet_sdes_next_item (packet);
    }
  return passes;
}

static gboolean
packet_passes (BeckonSsrcGate *self, GstRTCPPacket *packet)
{
  guint32 ssrc;

  switch (gst_rtcp_packet_get_type (packet))
    {
    case GST_RTCP_TYPE_SR:
      gst_rtcp_packet_sr_get_sender_info (packet, &ssrc, NULL, NULL, NULL, NULL);
      return beckon_ssrc_gate_admit (self, ssrc);
    case GST_RTCP_TYPE_RR:
      return beckon_ssrc_gate_admit (self, gst_rtcp_packet_rr_get_ssrc (packet));
    case GST_RTCP_TYPE_SDES:
      return descriptions_pass (self, packet);
    case GST_RTCP_TYPE_INVALID:
    case GST_RTCP_TYPE_BYE:
    case GST_RTCP_TYPE_APP:
    case GST_RTCP_TYPE_RTPFB:
    case GST_RTCP_TYPE_PSFB:
    case GST_RTCP_TYPE_XR:
    default:
      return TRUE;
    }
}

static gboolean
clear_reports_pass (BeckonSsrcGate *self, GstBuffer *buffer)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gboolean passes = TRUE, more;

  if (!gst_rtcp_buffer_validate_reduced (buffer) ||
      !gst_rtcp_buffer_map (buffer, GST_MAP_READ, &rtcp))
    return TRUE; /* nobody reads it */
  for (more = gst_rtcp_buffer_get_first_packet (&rtcp, &packet); more && passes;
       more = gst_rtcp_packet_move_to_next (&packet))
    passes = packet_passes (self, &packet);
  gst_rtcp_buffer_unmap (&rtcp);
  return passes;
}

/* ---- where they pass ---- */

/* Reports have no more than a line of the log either. */
static void
tell (BeckonSsrcGate *self)
{
  if (g_atomic_int_compare_and_exchange (&self->told, FALSE, TRUE))
    g_message ("They use more than %d numbers for their streams: the others are not looked at",
               BECKON_SSRCS_MAX);
}

static gboolean
datagram_passes (BeckonSsrcGate *self, GstBuffer *buffer)
{
  GstMapInfo map;
  gboolean passes;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return TRUE;
  passes = beckon_ssrc_gate_passes (self, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return passes;
}

static gboolean
filter_datagram (GstBuffer **buffer, guint index, gpointer user_data)
{
  if (!datagram_passes (user_data, *buffer))
    {
      tell (user_data);
      gst_clear_buffer (buffer);
    }
  return TRUE;
}

static GstPadProbeReturn
on_datagram (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    {
      beckon_media_change_packets (info, filter_datagram, user_data);
      return gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info)) > 0
                 ? GST_PAD_PROBE_OK
                 : GST_PAD_PROBE_DROP;
    }
  if (datagram_passes (user_data, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  tell (user_data);
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_reports (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (clear_reports_pass (user_data, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  tell (user_data);
  return GST_PAD_PROBE_DROP;
}

static void
on_session_pad (GstElement *session, GstPad *pad, BeckonSsrcGate *self)
{
  if (g_str_equal (GST_PAD_NAME (pad), "recv_rtcp_sink"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_reports, self, NULL);
}

void
beckon_ssrc_gate_watch (BeckonSsrcGate *self, GstElement *element)
{
  const GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory != NULL ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (name, "nicesrc"))
    beckon_media_add_probe (element, "src",
                            GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_datagram,
                            self);
  else if (g_str_equal (name, "rtpsession"))
    g_signal_connect (element, "pad-added", G_CALLBACK (on_session_pad), self);
}
