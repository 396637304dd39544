/* SPDX-License-Identifier: GPL-3.0-or-later */

/* encoder ─▶ funnel ─▶ payloader, and what the encoder has made goes from before the funnel into the
 * application sources of those who follow, which are the other way into theirs. The funnel lets one
 * frame pass at a time; behind it is the gate, which knows whose frames they are. Probes run on
 * GStreamer's threads. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-share.h"

#include <gst/video/video.h>

/* So many frames wait for a connection at most; then it waits for a key frame. */
#define FED_MAX 8
/* How long a key frame that was asked for may take. */
#define ASK_AGAIN_MS 500
/* After so many frames, some two seconds, that brought nothing an encoder has failed. */
#define FRUITLESS_MAX 60
#define ENCODING_MS 1000
/* Two frames of two encoders may be of the same moment, which nobody who plays them expects. */
#define FRAME_STEP GST_MSECOND
#define OWN 0

/* Who follows. */
typedef struct
{
  guint id;
  GstAppSrc *to;
  gboolean waiting; /* for a key frame */
} Feed;

typedef struct
{
  BeckonPeerShare *owner;
  GstElement *encoder; /* nullable; borrowed of the pipeline, as the others */
  GstAppSrc *fed;
  GstPad *out;
  gint *sent;              /* atomic: frames that pass */
  gint encoded_at;         /* atomic: ms; see beckon_media_now_ms() */
  gint encoded;            /* atomic: there ever was one */
  gint fruitless;          /* atomic: frames since, of which it made none */
  gint needed;             /* atomic: somebody has what our encoder makes */
  BeckonPeerShare *leader; /* nullable: ours; of the main thread, as the next */
  GPtrArray *feeding;      /* BeckonPeerShare: who has us among theirs */

  GMutex lock;       /* of all that follows */
  GPtrArray *feeds;  /* Feed */
  gint asked_at;     /* ms: when our encoder was asked for a key frame that has not come; 0: never */
  guint current;     /* whose frames pass */
  guint wanted;      /* whose pass from their next key frame on */
  GstElement *other; /* nullable: that encoder, if it is not ours */
  gboolean waiting;  /* for a key frame of the current one */
  GstClockTime last; /* that has passed */
} Line;

struct _BeckonPeerShare
{
  BeckonMediaPeer *peer;
  guint id;
  Line lines[BECKON_N_LINES];
};

static GQuark
maker_quark (void)
{
  return g_quark_from_static_string ("beckon-maker");
}

static GQuark
for_nobody_quark (void)
{
  return g_quark_from_static_string ("beckon-for-nobody");
}

void
beckon_peer_share_mark_for_nobody (GstBuffer *frame)
{
  gst_mini_object_set_qdata (GST_MINI_OBJECT (frame), for_nobody_quark (), GINT_TO_POINTER (TRUE),
                             NULL);
}

static void
feed_free (Feed *feed)
{
  gst_object_unref (feed->to);
  g_free (feed);
}

BeckonPeerShare *
beckon_peer_share_new (BeckonMediaPeer *peer)
{
  BeckonPeerShare *self = g_new0 (BeckonPeerShare, 1);

  self->peer = peer;
  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      Line *l = &self->lines[line];

      l->owner = self;
      l->needed = TRUE;
      l->feeding = g_ptr_array_new ();
      l->feeds = g_ptr_array_new_with_free_func ((GDestroyNotify) feed_free);
      l->last = GST_CLOCK_TIME_NONE;
      g_mutex_init (&l->lock);
    }
  return self;
}

void
beckon_peer_share_free (BeckonPeerShare *self)
{
  for (guint line = 0; line < BECKON_N_LINES; line++)
    {
      Line *l = &self->lines[line];

      gst_clear_object (&l->other);
      gst_clear_object (&l->out);
      g_ptr_array_unref (l->feeding);
      g_ptr_array_unref (l->feeds);
      g_mutex_clear (&l->lock);
    }
  g_free (self);
}

void
beckon_peer_share_set_id (BeckonPeerShare *self, guint id)
{
  g_assert (id != OWN);
  self->id = id;
}

/* Under the lock. */
static void
update_needed (Line *line)
{
  g_atomic_int_set (&line->needed,
                    line->current == OWN || line->wanted == OWN || line->feeds->len > 0);
}

/* ---- key frames ---- */

static void
ask (GstElement *encoder)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (encoder, "src");

  beckon_media_ask_for_key_frame (pad);
}

/* At our encoder, whoever asks. Where it is shared, or changes, one key frame is for all who ask
 * before it is there. */
static GstPadProbeReturn
on_asked (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;
  const gint now = beckon_media_now_ms ();
  gboolean shared, on_its_way;

  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&line->lock);
  shared = line->feeds->len > 0 || line->waiting || line->current != OWN || line->wanted != OWN;
  on_its_way = line->asked_at != 0 && ((now - line->asked_at) & G_MAXINT) < ASK_AGAIN_MS;
  if (!on_its_way)
    line->asked_at = MAX (now, 1);
  g_mutex_unlock (&line->lock);
  return shared && on_its_way ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* ---- what our encoder makes ---- */

static GstPadProbeReturn
on_raw (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;

  if (!g_atomic_int_get (&line->needed))
    return GST_PAD_PROBE_DROP;
  if (g_atomic_int_get (&line->fruitless) < FRUITLESS_MAX)
    g_atomic_int_inc (&line->fruitless);
  return GST_PAD_PROBE_OK;
}

/* Each pipeline counts its time from when it began, and all by the same clock. */
static void
move (GstBuffer *buffer, GstClockTimeDiff shift)
{
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    GST_BUFFER_PTS (buffer) += shift;
  if (GST_BUFFER_DTS_IS_VALID (buffer))
    GST_BUFFER_DTS (buffer) += shift;
}

/* Returns: FALSE: it could go on, with a key frame. Nobody makes any for who takes nothing. */
static gboolean
give (Feed *feed, Line *line, GstBuffer *buffer, GstCaps *caps, const GstSegment *segment)
{
  g_autoptr (GstBuffer) moved = NULL;
  g_autoptr (GstSample) sample = NULL;

  /* What is left out is missing until the next key frame, and nobody at the other end notices. */
  if (GST_STATE (feed->to) != GST_STATE_PLAYING ||
      gst_app_src_get_current_level_buffers (feed->to) >= FED_MAX)
    {
      feed->waiting = TRUE;
      return TRUE;
    }
  if (feed->waiting && !beckon_media_is_key_frame (buffer))
    return FALSE;
  feed->waiting = FALSE;
  moved = gst_buffer_copy (buffer);
  move (moved, GST_CLOCK_DIFF (gst_element_get_base_time (GST_ELEMENT (feed->to)),
                               gst_element_get_base_time (line->encoder)));
  /* Which goes into a copy, too, as the source may make one. */
  GST_BUFFER_OFFSET (moved) = line->owner->id;
  sample = gst_sample_new (moved, caps, segment, NULL);
  gst_app_src_push_sample (feed->to, sample);
  return TRUE;
}

static gboolean
give_all (Line *line, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  gboolean all = TRUE;

  if (caps == NULL || event == NULL)
    return TRUE;
  gst_event_parse_segment (event, &segment);
  for (guint i = 0; i < line->feeds->len; i++)
    all = give (g_ptr_array_index (line->feeds, i), line, buffer, caps, segment) && all;
  return all;
}

static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gboolean missing;

  g_atomic_int_set (&line->encoded_at, beckon_media_now_ms ());
  g_atomic_int_set (&line->encoded, TRUE);
  g_atomic_int_set (&line->fruitless, 0);
  g_mutex_lock (&line->lock);
  if (beckon_media_is_key_frame (buffer))
    line->asked_at = 0;
  missing = line->feeds->len > 0 && !give_all (line, pad, buffer);
  g_mutex_unlock (&line->lock);
  if (missing)
    ask (line->encoder);
  return GST_PAD_PROBE_OK;
}

/* ---- the gate ---- */

/* From here on it stays the same buffer. */
static GstPadProbeReturn
on_fed (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  gst_mini_object_set_qdata (GST_MINI_OBJECT (buffer), maker_quark (),
                             GSIZE_TO_POINTER (GST_BUFFER_OFFSET (buffer)), NULL);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
remove_feed (BeckonPeerShare *self, BeckonLine line, guint id)
{
  Line *l = &self->lines[line];

  g_mutex_lock (&l->lock);
  for (guint i = l->feeds->len; i > 0; i--)
    if (((Feed *) g_ptr_array_index (l->feeds, i - 1))->id == id)
      g_ptr_array_remove_index (l->feeds, i - 1);
  update_needed (l);
  g_mutex_unlock (&l->lock);
}

/* Who feeds us need not any more, but for those whose frames we have or want. */
static void
settle (gpointer peer, gpointer data)
{
  BeckonPeerShare *self = BECKON_MEDIA_PEER (peer)->share;
  const BeckonLine line = GPOINTER_TO_UINT (data);
  Line *l = &self->lines[line];
  guint current;

  g_mutex_lock (&l->lock);
  current = l->current;
  g_mutex_unlock (&l->lock);
  for (guint i = l->feeding->len; i > 0; i--)
    {
      BeckonPeerShare *other = g_ptr_array_index (l->feeding, i - 1);

      if (other == l->leader || other->id == current)
        continue;
      remove_feed (other, line, self->id);
      g_ptr_array_remove_index (l->feeding, i - 1);
    }
}

/* Under the lock. Returns: whether they have changed. */
static gboolean
look_for_change (Line *line, guint maker, GstBuffer *buffer)
{
  const gboolean changes = maker != line->current;

  if (maker != line->wanted || !beckon_media_is_key_frame (buffer))
    return FALSE;
  line->current = maker;
  line->waiting = FALSE;
  update_needed (line);
  return changes;
}

/* Under the lock. */
static void
note_time (Line *line, GstPadProbeInfo *info)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (GST_CLOCK_TIME_IS_VALID (line->last) && GST_BUFFER_PTS (buffer) <= line->last)
    {
      GST_PAD_PROBE_INFO_DATA (info) = buffer = gst_buffer_make_writable (buffer);
      GST_BUFFER_PTS (buffer) = line->last + FRAME_STEP;
    }
  line->last = GST_BUFFER_PTS (buffer);
}

static GstPadProbeReturn
on_passing (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  const guint maker = GPOINTER_TO_UINT (
      gst_mini_object_get_qdata (GST_MINI_OBJECT (buffer), maker_quark ()));
  const gboolean counts =
      gst_mini_object_get_qdata (GST_MINI_OBJECT (buffer), for_nobody_quark ()) == NULL;
  gboolean changed, passes, missing;

  g_mutex_lock (&line->lock);
  changed = look_for_change (line, maker, buffer);
  passes = maker == line->current && !line->waiting;
  missing = !passes && maker == OWN && line->wanted == OWN;
  if (passes)
    note_time (line, info);
  g_mutex_unlock (&line->lock);
  if (changed)
    beckon_media_hop (line->owner->peer, settle,
                      GUINT_TO_POINTER (line - line->owner->lines), NULL);
  if (missing)
    ask (line->encoder);
  if (passes && counts)
    g_atomic_int_inc (line->sent);
  return passes ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* They have lost something: whoever has encoded it makes a key frame. */
static GstPadProbeReturn
on_request (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Line *line = user_data;
  g_autoptr (GstElement) other = NULL;

  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&line->lock);
  other = line->other != NULL ? gst_object_ref (line->other) : NULL;
  g_mutex_unlock (&line->lock);
  if (other == NULL)
    return GST_PAD_PROBE_OK;
  ask (other);
  return GST_PAD_PROBE_DROP;
}

/* ---- building ---- */

static GstAppSrc *
add_source (GstElement *pipeline)
{
  GstElement *source = beckon_media_append (pipeline, NULL, beckon_media_make_element ("appsrc"));

  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-bytes", (guint64) 0,
                "handle-segment-change", TRUE, NULL);
  return GST_APP_SRC (source);
}

static void
link_to (GstElement *funnel, const char *name, GstElement *element)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (element, "src");
  g_autoptr (GstPad) sink = gst_element_request_pad_simple (funnel, name);

  gst_pad_link (source, sink);
}

GstElement *
beckon_peer_share_add_line (BeckonPeerShare *self,
                            BeckonLine line,
                            GstElement *encoder,
                            GstElement *last)
{
  Line *l = &self->lines[line];
  GstElement *pipeline = self->peer->pipeline;
  GstElement *funnel = beckon_media_append (pipeline, NULL, beckon_media_make_element ("funnel"));

  l->sent = line == BECKON_LINE_SCREEN ? &self->peer->screen_frames_out : &self->peer->frames_out;
  l->encoder = encoder;
  l->fed = add_source (pipeline);
  link_to (funnel, "sink_0", last);
  link_to (funnel, "sink_1", GST_ELEMENT (l->fed));
  l->out = gst_element_get_static_pad (funnel, "src");
  beckon_media_add_probe (GST_ELEMENT (self->peer->sources[line]), "src",
                          GST_PAD_PROBE_TYPE_BUFFER, on_raw, l);
  beckon_media_add_probe (encoder, "src", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_asked, l);
  beckon_media_add_probe (funnel, "sink_0", GST_PAD_PROBE_TYPE_BUFFER, on_encoded, l);
  beckon_media_add_probe (funnel, "sink_1", GST_PAD_PROBE_TYPE_BUFFER, on_fed, l);
  beckon_media_add_probe (funnel, "src", GST_PAD_PROBE_TYPE_BUFFER, on_passing, l);
  beckon_media_add_probe (funnel, "src", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_request, l);
  gst_element_sync_state_with_parent (GST_ELEMENT (l->fed));
  return funnel;
}

/* ---- whose it is ---- */

gconstpointer
beckon_peer_share_get_kind (BeckonPeerShare *self, BeckonLine line)
{
  const Line *l = &self->lines[line];

  return l->encoder != NULL && g_atomic_int_get (l->sent) > 0
             ? gst_element_get_factory (l->encoder)
             : NULL;
}

GstPad *
beckon_peer_share_get_pad (BeckonPeerShare *self, BeckonLine line)
{
  return self->lines[line].out != NULL ? gst_object_ref (self->lines[line].out) : NULL;
}

gboolean
beckon_peer_share_is_encoding (BeckonPeerShare *self, BeckonLine line)
{
  Line *l = &self->lines[line];
  const gint ago = (beckon_media_now_ms () - g_atomic_int_get (&l->encoded_at)) & G_MAXINT;

  return g_atomic_int_get (&l->encoded) && ago < ENCODING_MS;
}

gboolean
beckon_peer_share_is_stuck (BeckonPeerShare *self, BeckonLine line)
{
  return g_atomic_int_get (&self->lines[line].fruitless) >= FRUITLESS_MAX;
}

BeckonPeerShare *
beckon_peer_share_get_leader (BeckonPeerShare *self, BeckonLine line)
{
  return self->lines[line].leader;
}

static void
add_feed (Line *leader, Line *follower)
{
  Feed *feed = g_new0 (Feed, 1);

  feed->id = follower->owner->id;
  feed->to = gst_object_ref (follower->fed);
  feed->waiting = TRUE;
  g_mutex_lock (&leader->lock);
  g_ptr_array_add (leader->feeds, feed);
  update_needed (leader);
  g_mutex_unlock (&leader->lock);
}

static void
want (Line *line, gboolean at_once)
{
  g_mutex_lock (&line->lock);
  line->wanted = line->leader != NULL ? line->leader->id : OWN;
  gst_object_replace ((GstObject **) &line->other,
                      line->leader != NULL
                          ? GST_OBJECT (line->leader->lines[line - line->owner->lines].encoder)
                          : NULL);
  if (at_once && line->leader == NULL && line->current != OWN)
    {
      line->current = OWN;
      line->waiting = TRUE;
    }
  update_needed (line);
  g_mutex_unlock (&line->lock);
}

void
beckon_peer_share_follow (BeckonPeerShare *self,
                          BeckonLine line,
                          BeckonPeerShare *leader,
                          gboolean at_once)
{
  Line *l = &self->lines[line];

  g_assert (leader != self);
  if (l->leader == leader && (!at_once || l->feeding->len == 0))
    return;
  l->leader = leader;
  if (leader != NULL && !g_ptr_array_find (l->feeding, leader, NULL))
    {
      g_ptr_array_add (l->feeding, leader);
      add_feed (&leader->lines[line], l);
    }
  want (l, at_once);
  settle (self->peer, GUINT_TO_POINTER (line));
  ask (leader != NULL ? leader->lines[line].encoder : l->encoder);
}

void
beckon_peer_share_forget (BeckonPeerShare *self, BeckonPeerShare *other)
{
  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    {
      if (self->lines[line].leader == other)
        beckon_peer_share_follow (self, line, NULL, FALSE);
      if (g_ptr_array_remove (self->lines[line].feeding, other))
        remove_feed (other, line, self->id);
    }
}
