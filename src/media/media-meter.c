/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-meter.h"

#include "sound-codec.h"

#define FREEZE_US (200 * G_TIME_SPAN_MILLISECOND)
#define FIRST_US (2 * G_TIME_SPAN_SECOND) /* what the first picture may take: cameras wake up */
#define WINDOW_SECONDS 10
/* Packets that can be in a jitter buffer at once; older ones are not missed. */
#define N_WAITING 1024
#define SOUND_PACKET (20 * GST_MSECOND) /* until one has said how much it is */
#define DECODER_STEP (2500 * GST_USECOND)

struct _BeckonMeter
{
  GMutex lock; /* of all below */

  gboolean expected;
  gint64 since_us;  /* they are expected, or are not */
  gint64 last_us;   /* the newest picture; 0: none since they are expected */
  gint64 frozen_us; /* in gaps that are over */
  guint freezes;
  gint64 recent_us[WINDOW_SECONDS]; /* the total at each of the last seconds */
  guint seconds;

  gint64 waited_us; /* all together, since they were read */
  guint waited;

  GstClockTime made_up; /* sound */
};

BeckonMeter *
beckon_meter_new (void)
{
  BeckonMeter *self = g_new0 (BeckonMeter, 1);

  g_mutex_init (&self->lock);
  return self;
}

void
beckon_meter_free (BeckonMeter *self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* ---- pictures ---- */

/* The gap from the last picture, or from when the first was due, to now; 0 where it is none */
static gint64
gap_us (BeckonMeter *self, gint64 now_us)
{
  const gint64 from_us = self->last_us != 0 ? self->last_us : self->since_us + FIRST_US;

  if (!self->expected || now_us - from_us <= FREEZE_US)
    return 0;
  return now_us - from_us;
}

static void
close_gap (BeckonMeter *self, gint64 now_us)
{
  const gint64 gap = gap_us (self, now_us);

  self->frozen_us += gap;
  if (gap > 0)
    self->freezes++;
}

void
beckon_meter_expect_pictures (BeckonMeter *self, gboolean expected, gint64 now_us)
{
  g_mutex_lock (&self->lock);
  if (self->expected != expected)
    {
      close_gap (self, now_us);
      self->expected = expected;
      self->since_us = now_us;
      self->last_us = 0;
    }
  g_mutex_unlock (&self->lock);
}

gboolean
beckon_meter_is_frozen (BeckonMeter *self, gint64 now_us)
{
  gboolean frozen;

  g_mutex_lock (&self->lock);
  frozen = gap_us (self, now_us) > 0;
  g_mutex_unlock (&self->lock);
  return frozen;
}

void
beckon_meter_picture (BeckonMeter *self, gint64 now_us)
{
  g_mutex_lock (&self->lock);
  close_gap (self, now_us);
  self->last_us = now_us;
  g_mutex_unlock (&self->lock);
}

/* ---- packets ---- */

void
beckon_meter_waited (BeckonMeter *self, gint64 us)
{
  g_mutex_lock (&self->lock);
  self->waited_us += us;
  self->waited++;
  g_mutex_unlock (&self->lock);
}

/* When which packet came into one jitter buffer */
typedef struct
{
  GMutex lock;
  BeckonMeter *meter;
  gint64 came_us[N_WAITING]; /* by sequence number; 0: none */
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  g_mutex_clear (&self->lock);
  g_free (self);
}

static guint
slot_of (GstBuffer *buffer)
{
  guint8 number[2] = { 0 };

  gst_buffer_extract (buffer, 2, number, sizeof number);
  return GST_READ_UINT16_BE (number) % N_WAITING;
}

static gboolean
note_arrival (GstBuffer **buffer, guint index, gpointer user_data)
{
  Waiting *self = user_data;
  const guint slot = slot_of (*buffer);

  g_mutex_lock (&self->lock);
  self->came_us[slot] = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
note_leaving (GstBuffer **buffer, guint index, gpointer user_data)
{
  Waiting *self = user_data;
  const guint slot = slot_of (*buffer);
  gint64 came_us;

  g_mutex_lock (&self->lock);
  came_us = self->came_us[slot];
  self->came_us[slot] = 0;
  g_mutex_unlock (&self->lock);
  if (came_us != 0)
    beckon_meter_waited (self->meter, g_get_monotonic_time () - came_us);
  return TRUE;
}

static void
for_each_packet (GstPadProbeInfo *info, GstBufferListFunc func, gpointer user_data)
{
  GstBuffer *buffer;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    {
      gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), func, user_data);
      return;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  func (&buffer, 0, user_data);
}

static GstPadProbeReturn
on_arrival (GstPad *pad, GstPadProbeInfo *info, gpointer waiting)
{
  for_each_packet (info, note_arrival, waiting);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_leaving (GstPad *pad, GstPadProbeInfo *info, gpointer waiting)
{
  for_each_packet (info, note_leaving, waiting);
  return GST_PAD_PROBE_OK;
}

void
beckon_meter_watch_jitter_buffer (BeckonMeter *self, GstElement *element)
{
  const GstPadProbeType data = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstPad) source = gst_element_get_static_pad (element, "src");
  Waiting *waiting = g_new0 (Waiting, 1);

  g_mutex_init (&waiting->lock);
  waiting->meter = self;
  g_object_set_data_full (G_OBJECT (element), "beckon-waiting", waiting, waiting_free);
  gst_pad_add_probe (sink, data, on_arrival, waiting, NULL);
  gst_pad_add_probe (source, data, on_leaving, waiting, NULL);
}

/* ---- sound ---- */

/* What comes to a decoder; of its streaming thread. */
typedef struct
{
  BeckonMeter *meter;
  GstClockTime gap;      /* what is missing, up to here */
  GstClockTime last_gap; /* the end of it that is decoded at once */
  GstClockTime packet;   /* of sound in the last packet */
  gboolean speech;       /* the last packet was of it: copies are of use */
} Sound;

/* A packet may have the end of what is missing before it in it, in a worse quality; the rest is made
 * up. */
static void
note_sound (Sound *self, GstBuffer *buffer)
{
  GstMapInfo map;
  BeckonSoundPacket packet;
  GstClockTime previous;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  packet = beckon_sound_packet_read (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  /* Of a copy a decoder takes all or nothing; how much is missing it rounds. */
  previous = self->speech && packet.previous <= self->last_gap + DECODER_STEP / 2 ? packet.previous
                                                                                  : 0;
  self->speech = packet.speech;
  if (self->gap > previous)
    {
      g_mutex_lock (&self->meter->lock);
      self->meter->made_up += self->gap - previous;
      g_mutex_unlock (&self->meter->lock);
    }
  self->gap = self->last_gap = 0;
  if (GST_BUFFER_DURATION_IS_VALID (buffer) && GST_BUFFER_DURATION (buffer) > 0)
    self->packet = GST_BUFFER_DURATION (buffer);
}

static GstPadProbeReturn
on_sound (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Sound *self = user_data;
  GstClockTime duration;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    note_sound (self, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_GAP)
    {
      gst_event_parse_gap (GST_PAD_PROBE_INFO_EVENT (info), NULL, &duration);
      self->last_gap = GST_CLOCK_TIME_IS_VALID (duration) ? duration : self->packet;
      self->gap += self->last_gap;
    }
  return GST_PAD_PROBE_OK;
}

void
beckon_meter_watch_sound (BeckonMeter *self, GstElement *decoder)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (decoder, "sink");
  Sound *sound = g_new0 (Sound, 1);

  sound->meter = self;
  sound->packet = SOUND_PACKET;
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_sound,
                     sound, g_free);
}

/* ---- reading ---- */

void
beckon_meter_read (BeckonMeter *self, gint64 now_us, BeckonStatisticsValues *values)
{
  gint64 gap, frozen_us, before_us;

  g_mutex_lock (&self->lock);
  gap = gap_us (self, now_us); /* one that is not over counts, too */
  frozen_us = self->frozen_us + gap;
  before_us = self->recent_us[self->seconds % WINDOW_SECONDS];
  self->recent_us[self->seconds % WINDOW_SECONDS] = frozen_us;
  self->seconds++;
  values->freezes = self->freezes + (gap > 0);
  values->frozen_ms = frozen_us / (double) G_TIME_SPAN_MILLISECOND;
  values->jitter_buffer_ms =
      self->waited > 0 ? self->waited_us / (double) G_TIME_SPAN_MILLISECOND / self->waited : -1;
  self->waited_us = self->waited = 0;
  values->audio_made_up_ms = self->made_up / GST_MSECOND;
  values->frozen_share =
      self->expected
          ? MIN (1, (frozen_us - before_us) / (double) (WINDOW_SECONDS * G_TIME_SPAN_SECOND))
          : -1;
  g_mutex_unlock (&self->lock);
}
