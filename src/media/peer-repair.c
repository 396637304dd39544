/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-repair.h"

#include "media-private.h"
#include "peer-jitter.h"

#include <gst/rtp/rtp.h>

#include <math.h>

#define REQUEST "GstRTPRetransmissionRequest"
#define AGAIN "beckon-again"
#define LINES_MAX 2
#define FRAMES_KEPT (1 + BECKON_COPIES_MAX)
#define CLOCK_RATE 90000
/* A burst of so many packets is not followed by several of the same. */
#define LARGE_FRAME 30
/* Copies come so soon, or they are too late: where frames are far apart, several at once. */
#define SPREAD (CLOCK_RATE / 8)
/* A peer that is like us holds back for some requests (peer-jitter.h), and for no longer than this. */
#define HELD_BACK_US (400 * 1000)
/* So many packets may be missing after all that: a frame in half a minute. Where copies take nothing
 * from pictures one in five minutes may: each is a moment that stands still. */
#define MISSING_MAX 0.001
#define MISSING_MAX_SPARE 0.0001
#define LOSS_MAX 0.7
#define FEWER_AFTER_US (4 * G_USEC_PER_SEC)
/* The same where they take nothing from pictures: bursts are some seconds apart. */
#define FEWER_AFTER_SPARE_US (12 * G_USEC_PER_SEC)
#define PACKETS_KEPT "1000" /* of each line, to be sent again */
/* What is sent again may come at once for so long a time, or be so much. */
#define BURST_SECONDS 0.5
#define BURST_MIN 1500 /* bytes */
#define PACKET_WEIGHT 0.05

typedef struct
{
  guint16 first;
  guint n_packets;
  guint32 timestamp;
  guint copies;      /* that are still to be sent */
  gboolean is_first; /* with a picture in it */
} Frame;

typedef struct
{
  guint32 ssrc;
  Frame frames[FRAMES_KEPT]; /* the newest first: it is being sent */
  gboolean has_begun;
  gboolean has_fallen; /* the next key frame makes up for what was before */
  gboolean has_start;
  guint16 start; /* of what is worth sending again: such a key frame */
} Line;

struct _BeckonPeerRepair
{
  GMutex lock;
  Line lines[LINES_MAX]; /* under the lock */
  guint n_lines;
  GWeakRef source;    /* GstPad: behind what keeps what was sent */
  gint copies;        /* atomic */
  gint limit;         /* atomic: bytes a second that may be sent again; 0: as many as it takes */
  double packet;      /* under the lock: their mean size in bytes */
  double credit;      /* under the lock: bytes */
  gint64 credit_at;   /* under the lock: monotonic */
  gint64 fewer_since; /* 0: not now */
};

BeckonPeerRepair *
beckon_peer_repair_new (void)
{
  BeckonPeerRepair *self = g_new0 (BeckonPeerRepair, 1);

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->source, NULL);
  return self;
}

void
beckon_peer_repair_free (BeckonPeerRepair *self)
{
  g_weak_ref_clear (&self->source);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
beckon_peer_repair_add_line (BeckonPeerRepair *self, guint32 ssrc)
{
  g_mutex_lock (&self->lock);
  g_assert (self->n_lines < LINES_MAX);
  self->lines[self->n_lines++] = (Line){ .ssrc = ssrc };
  g_mutex_unlock (&self->lock);
}

/* ---- what is needed ---- */

/* How often an answer to a request is sent. */
static guint
answers (guint copies)
{
  return 1 + (copies + 1) / 2;
}

/* The share of packets that neither came, nor a copy, nor an answer to as many requests as there is
 * time for: each may be lost as well. */
static double
missing (double loss, guint copies, guint n_rounds)
{
  const double unanswered = 1 - (1 - loss) * (1 - pow (loss, answers (copies)));

  return pow (loss, 1 + copies) * pow (unanswered, n_rounds);
}

static guint
choose (double loss, gint64 round_trip_us, double missing_max)
{
  const gint64 round = MAX (round_trip_us, 0) + BECKON_PEER_JITTER_REPAIR_MS * 1000;
  const guint n_rounds = MIN (beckon_peer_jitter_count_rounds (loss), HELD_BACK_US / round);
  guint copies = 0;

  while (copies < BECKON_COPIES_MAX && missing (loss, copies, n_rounds) > missing_max)
    copies++;
  return copies;
}

guint
beckon_peer_repair_choose (double loss, gint64 round_trip_us, guint spare)
{
  return MAX (choose (loss, round_trip_us, MISSING_MAX),
              MIN (choose (loss, round_trip_us, MISSING_MAX_SPARE), spare));
}

double
beckon_peer_repair_update (BeckonPeerRepair *self,
                           gint64 now_us,
                           double loss,
                           gint64 round_trip_us,
                           guint room,
                           guint spare)
{
  const gint most = MIN (room, BECKON_COPIES_MAX);
  const gint needed = MIN (beckon_peer_repair_choose (loss, round_trip_us, spare), most);
  const gint copies = MIN (g_atomic_int_get (&self->copies), most);
  const gint64 patience = copies <= (gint) MIN (spare, BECKON_COPIES_MAX) ? FEWER_AFTER_SPARE_US
                                                                          : FEWER_AFTER_US;

  g_atomic_int_set (&self->copies, copies);
  if (needed >= copies)
    self->fewer_since = 0;
  else if (self->fewer_since == 0)
    self->fewer_since = now_us;
  if (needed > copies)
    g_atomic_int_set (&self->copies, needed);
  else if (needed < copies && now_us - self->fewer_since >= patience)
    {
      g_atomic_int_set (&self->copies, copies - 1);
      self->fewer_since = now_us;
    }
  loss = CLAMP (loss, 0, LOSS_MAX);
  return g_atomic_int_get (&self->copies) + loss / (1 - loss);
}

void
beckon_peer_repair_set_limit (BeckonPeerRepair *self, guint bits_per_second)
{
  g_atomic_int_set (&self->limit, MAX (bits_per_second / 8, 1));
  if (bits_per_second > 0)
    return;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_lines; i++)
    self->lines[i].has_fallen = TRUE;
  g_mutex_unlock (&self->lock);
}

/* ---- copying ---- */

/* Where a line is full what is sent again is lost as well, and asked for again: alone it would fill a thin
 * line for ever, and no new picture would get through. */
static gboolean
take_credit (BeckonPeerRepair *self)
{
  const gint limit = g_atomic_int_get (&self->limit);
  const gint64 now = g_get_monotonic_time ();
  gboolean enough;

  if (limit == 0)
    return TRUE;
  g_mutex_lock (&self->lock);
  self->credit += (double) limit * (now - self->credit_at) / G_USEC_PER_SEC;
  self->credit = MIN (self->credit, MAX (limit * BURST_SECONDS, BURST_MIN));
  self->credit_at = now;
  enough = self->credit >= self->packet;
  if (enough)
    self->credit -= self->packet;
  g_mutex_unlock (&self->lock);
  return enough;
}

static void
request (BeckonPeerRepair *self, GstPad *source, guint32 ssrc, guint16 seqnum)
{
  if (!take_credit (self))
    return;
  gst_pad_send_event (
      source, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
                                    gst_structure_new (REQUEST, "seqnum", G_TYPE_UINT,
                                                       (guint) seqnum, "ssrc", G_TYPE_UINT, ssrc,
                                                       AGAIN, G_TYPE_BOOLEAN, TRUE, NULL)));
}

/* A frame is complete: those before it are sent once more. Not earlier: who has not seen yet that
 * something is missing may throw away what nobody has asked for. But the first one, which somebody
 * waits for, is given up as soon as something newer comes: nothing of late says when it was due.
 * Returns: how many of @due. */
static guint
take_due (Line *line, Frame due[FRAMES_KEPT])
{
  const guint32 interval = line->frames[0].timestamp - line->frames[1].timestamp;
  const guint at_once = 1 + MIN (interval, SPREAD) * BECKON_COPIES_MAX / (SPREAD + 1);
  guint n = 0;

  if (line->frames[0].is_first)
    {
      due[n] = line->frames[0];
      due[n].copies = MIN (due[n].copies, LARGE_FRAME / due[n].n_packets);
      n++;
      line->frames[0].copies = MIN (line->frames[0].copies, 1);
    }
  for (guint i = 1; i < FRAMES_KEPT; i++)
    {
      Frame *frame = &line->frames[i];
      const guint most = frame->n_packets > LARGE_FRAME ? 1 : BECKON_COPIES_MAX;
      const guint copies = MIN (MIN (frame->copies, most), at_once);

      if (copies == 0)
        continue;
      due[n] = *frame;
      due[n++].copies = copies;
      frame->copies = most == 1 ? 0 : frame->copies - copies;
    }
  return n;
}

static Line *
find_line (BeckonPeerRepair *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_lines; i++)
    if (self->lines[i].ssrc == ssrc)
      return &self->lines[i];
  return NULL;
}

static void
begin_frame (
    Line *line, guint16 seqnum, guint32 timestamp, guint copies, gboolean is_key, gboolean is_empty)
{
  const gboolean is_first = !line->has_begun && !is_empty;

  line->has_begun |= is_first;
  if (is_key && !is_empty && line->has_fallen)
    {
      line->has_fallen = FALSE;
      line->has_start = TRUE;
      line->start = seqnum;
    }
  memmove (&line->frames[1], &line->frames[0], (FRAMES_KEPT - 1) * sizeof (Frame));
  line->frames[0] = (Frame){ seqnum, 0, timestamp, copies, is_first };
}

static void
note_packet (gpointer user_data, GstPad *source, GstBuffer *buffer)
{
  BeckonPeerRepair *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Frame due[FRAMES_KEPT];
  guint n_due = 0, copies = g_atomic_int_get (&self->copies);
  guint32 ssrc, timestamp;
  guint16 seqnum;
  gboolean last, is_key, is_empty;
  Line *line;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_RTP_BUFFER_FLAG_RETRANSMISSION) ||
      !gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return;
  ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  last = gst_rtp_buffer_get_marker (&rtp);
  is_empty = gst_rtp_buffer_get_payload_len (&rtp) == 0;
  gst_rtp_buffer_unmap (&rtp);
  is_key = beckon_media_is_key_frame (buffer);
  /* All that follows hangs on a key frame. */
  if (copies > 0 && is_key)
    copies = MIN (copies + 1, BECKON_COPIES_MAX);

  g_mutex_lock (&self->lock);
  self->packet += (gst_buffer_get_size (buffer) - self->packet) * PACKET_WEIGHT;
  line = find_line (self, ssrc);
  if (line != NULL)
    {
      if (line->frames[0].n_packets == 0 || line->frames[0].timestamp != timestamp)
        begin_frame (line, seqnum, timestamp, copies, is_key, is_empty);
      line->frames[0].n_packets++;
      n_due = last ? take_due (line, due) : 0;
    }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < n_due; i++)
    for (guint j = 0; j < due[i].n_packets * due[i].copies; j++)
      request (self, source, ssrc, due[i].first + j % due[i].n_packets);
}

static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  beckon_media_foreach_packet (pad, info, note_packet, user_data);
  return GST_PAD_PROBE_OK;
}

/* Where a line became thin its queue dropped large pictures, and the small key frame that replaces them
 * would come later by all that is sent of them for nothing. Anywhere else who asks waits for it. */
static gboolean
is_outdated (BeckonPeerRepair *self, guint32 ssrc, guint16 seqnum)
{
  gboolean outdated;
  Line *line;

  g_mutex_lock (&self->lock);
  line = find_line (self, ssrc);
  outdated = line != NULL && line->has_start && (gint16) (seqnum - line->start) < 0;
  g_mutex_unlock (&self->lock);
  return outdated;
}

/* Where much is lost, answers are as well. */
static GstPadProbeReturn
on_request (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  BeckonPeerRepair *self = user_data;
  const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  const guint n_answers = answers (g_atomic_int_get (&self->copies));
  guint ssrc, seqnum;

  if (structure == NULL || !gst_structure_has_name (structure, REQUEST) ||
      gst_structure_has_field (structure, AGAIN) ||
      !gst_structure_get (structure, "ssrc", G_TYPE_UINT, &ssrc, "seqnum", G_TYPE_UINT, &seqnum,
                          NULL))
    return GST_PAD_PROBE_OK;
  if (is_outdated (self, ssrc, seqnum) || !take_credit (self))
    return GST_PAD_PROBE_DROP;
  for (guint i = 1; i < n_answers; i++)
    request (self, pad, ssrc, seqnum);
  return GST_PAD_PROBE_OK;
}

void
beckon_peer_repair_watch (BeckonPeerRepair *self, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) source = NULL;

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "rtprtxsend"))
    return;
  beckon_media_set_if_there (element, "max-size-packets", PACKETS_KEPT);
  source = gst_element_get_static_pad (element, "src");
  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packets,
                     self, NULL);
  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_request, self, NULL);
  g_weak_ref_set (&self->source, source);
}

void
beckon_peer_repair_try_path (BeckonPeerRepair *self)
{
  g_autoptr (GstPad) source = g_weak_ref_get (&self->source);
  Line line = { 0 };

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_lines && line.frames[0].n_packets == 0; i++)
    line = self->lines[i];
  g_mutex_unlock (&self->lock);
  if (source != NULL && line.frames[0].n_packets > 0)
    request (self, source, line.ssrc, line.frames[0].first);
}
