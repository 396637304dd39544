/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is heard of speech of which single packets are lost, with the encoder, the rates and the
 * decoder that peers have; and what the statistics say of it. */

#include "config.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>
#include <gst/rtp/rtp.h>

#include <math.h>

#include "media-meter.h"
#include "quality-ladder.h"
#include "sound-codec.h"
#include "speech.h"
#include "statistics-private.h"

#define RATE SPEECH_RATE
#define SECONDS 6
#define SAMPLES (SECONDS * RATE)
#define CHUNK (RATE / 100)
#define LOST_EACH 11 /* no divisor of a syllable */
#define LOUD 300     /* effective value, from which on somebody is heard */
#define OPUS_CAPS                                                                                  \
  "application/x-rtp,media=(string)audio,clock-rate=(int)48000,encoding-name=(string)OPUS,"        \
  "payload=(int)111"

static gint16 *
whistle (void)
{
  gint16 *samples = g_new (gint16, SAMPLES);

  for (guint i = 0; i < SAMPLES; i++)
    samples[i] = 9000 * sin (2 * G_PI * 1000 * i / RATE);
  return samples;
}

/* ---- a way there ---- */

typedef struct
{
  guint bits, ms, percent;
  gboolean copies;
} Setting;

/* Returns: (transfer full): what comes out of @sink. */
static GPtrArray *
gather (GstElement *pipeline, GstAppSink *sink)
{
  GPtrArray *buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  GstSample *sample;

  while ((sample = gst_app_sink_pull_sample (sink)) != NULL)
    {
      g_ptr_array_add (buffers, gst_buffer_ref (gst_sample_get_buffer (sample)));
      gst_sample_unref (sample);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return buffers;
}

static GstElement *
add (GstElement *pipeline, GstElement *after, GstElement *element)
{
  gst_bin_add (GST_BIN (pipeline), element);
  if (after != NULL)
    g_assert_true (gst_element_link (after, element));
  return element;
}

static GstElement *
add_source (GstElement *pipeline, const char *format)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (format);
  GstElement *source = add (pipeline, NULL, gst_element_factory_make ("appsrc", NULL));

  g_object_set (source, "format", GST_FORMAT_TIME, "caps", caps, NULL);
  return source;
}

static GstElement *
add_sink (GstElement *pipeline, GstElement *after)
{
  GstElement *sink = add (pipeline, after, gst_element_factory_make ("appsink", NULL));

  g_object_set (sink, "sync", FALSE, NULL);
  return sink;
}

/* Returns: (transfer full): packets */
static GPtrArray *
encode (const Setting *setting, const gint16 *samples)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *source =
      add_source (pipeline, "audio/x-raw,format=" GST_AUDIO_NE (S16) ",rate=48000,channels=1,"
                                                                     "layout=interleaved");
  GstElement *encoder = add (pipeline, source, beckon_sound_encoder_new ());
  GstElement *payloader = add (pipeline, encoder, gst_element_factory_make ("rtpopuspay", NULL));
  GstElement *sink = add_sink (pipeline, payloader);

  g_object_set (encoder, "bitrate", setting->bits, "frame-size", setting->ms,
                "packet-loss-percentage", setting->percent, NULL);
  if (!setting->copies)
    g_object_set (encoder, "inband-fec", FALSE, NULL);
  g_object_set (payloader, "pt", 111, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < SAMPLES; i += CHUNK)
    {
      GstBuffer *chunk = gst_buffer_new_memdup (samples + i, CHUNK * sizeof (gint16));

      GST_BUFFER_PTS (chunk) = gst_util_uint64_scale (i, GST_SECOND, RATE);
      GST_BUFFER_DURATION (chunk) = 10 * GST_MSECOND;
      gst_app_src_push_buffer (GST_APP_SRC (source), chunk);
    }
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  return gather (pipeline, GST_APP_SINK (sink));
}

typedef struct
{
  guint packets, ms;
} Network;

static gboolean
is_lost (guint i)
{
  return i % LOST_EACH == LOST_EACH / 2;
}

/* As a jitter buffer says it. */
static GstPadProbeReturn
lose (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Network *self = user_data;
  const guint i = self->packets++;

  if (!is_lost (i))
    return GST_PAD_PROBE_OK;
  gst_pad_send_event (
      pad, gst_event_new_custom (
               GST_EVENT_CUSTOM_DOWNSTREAM,
               gst_structure_new ("GstRTPPacketLost", "seqnum", G_TYPE_UINT, i, "timestamp",
                                  G_TYPE_UINT64, GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)),
                                  "duration", G_TYPE_UINT64, self->ms * GST_MSECOND, NULL)));
  return GST_PAD_PROBE_DROP;
}

static GArray *
join (GPtrArray *buffers)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint i = 0; i < buffers->len; i++)
    {
      GstMapInfo map;

      g_assert_true (gst_buffer_map (buffers->pdata[i], &map, GST_MAP_READ));
      g_array_append_vals (samples, map.data, map.size / sizeof (gint16));
      gst_buffer_unmap (buffers->pdata[i], &map);
    }
  return samples;
}

/* @made_up_ms: (out) (nullable): what the statistics say; without it nothing is lost.
 * Returns: (transfer full): samples */
static GArray *
decode (GPtrArray *packets, guint ms, guint64 *made_up_ms)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *source = add_source (pipeline, OPUS_CAPS);
  GstElement *depay = add (pipeline, source, gst_element_factory_make ("rtpopusdepay", NULL));
  GstElement *decoder = add (pipeline, depay, beckon_sound_decoder_new ());
  GstElement *convert = add (pipeline, decoder, gst_element_factory_make ("audioconvert", NULL));
  GstElement *filter = add (pipeline, convert, gst_element_factory_make ("capsfilter", NULL));
  GstElement *sink = add_sink (pipeline, filter);
  g_autoptr (GstCaps) mono =
      gst_caps_from_string ("audio/x-raw,format=" GST_AUDIO_NE (S16) ",rate=48000,channels=1");
  g_autoptr (GstPad) arriving = gst_element_get_static_pad (depay, "sink");
  g_autoptr (GPtrArray) sounds = NULL;
  BeckonMeter *meter = beckon_meter_new ();
  BeckonStatisticsValues values = { 0 };
  Network network = { .ms = ms };

  g_object_set (filter, "caps", mono, NULL);
  beckon_meter_watch_sound (meter, decoder);
  if (made_up_ms != NULL)
    gst_pad_add_probe (arriving, GST_PAD_PROBE_TYPE_BUFFER, lose, &network, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < packets->len; i++)
    {
      GstBuffer *packet = gst_buffer_copy (packets->pdata[i]);

      GST_BUFFER_PTS (packet) = i * ms * GST_MSECOND;
      gst_app_src_push_buffer (GST_APP_SRC (source), packet);
    }
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  sounds = gather (pipeline, GST_APP_SINK (sink));
  beckon_meter_read (meter, 0, &values);
  if (made_up_ms != NULL)
    *made_up_ms = values.audio_made_up_ms;
  beckon_meter_free (meter);
  return join (sounds);
}

typedef struct
{
  double likeness; /* dB above the difference, of what was lost and loud; mean */
  guint64 lost_ms, made_up_ms;
} Heard;

static Heard
listen (const Setting *setting, const gint16 *samples)
{
  g_autoptr (GPtrArray) packets = encode (setting, samples);
  Heard heard = { 0 };
  g_autoptr (GArray) whole = decode (packets, setting->ms, NULL);
  g_autoptr (GArray) holed = decode (packets, setting->ms, &heard.made_up_ms);
  const guint size = setting->ms * RATE / 1000;
  guint loud = 0;

  /* The last one is not heard before the next comes. */
  for (guint i = 0; i + 1 < packets->len; i++)
    {
      double power = 1, difference = 1;

      if (!is_lost (i))
        continue;
      heard.lost_ms += setting->ms;
      g_assert_cmpuint (whole->len, >=, (i + 1) * size);
      g_assert_cmpuint (holed->len, >=, (i + 1) * size);
      for (guint j = i * size; j < (i + 1) * size; j++)
        {
          const double a = g_array_index (whole, gint16, j), b = g_array_index (holed, gint16, j);

          power += a * a;
          difference += (a - b) * (a - b);
        }
      if (power < size * (double) LOUD * LOUD)
        continue;
      heard.likeness += 10 * log10 (power / difference);
      loud++;
    }
  g_assert_cmpuint (loud, >, 5);
  heard.likeness /= loud;
  g_test_message ("%u bits/s, %u ms, %u %%, %s: %.1f dB, %u of %u ms made up", setting->bits,
                  setting->ms, setting->percent, setting->copies ? "copies" : "none",
                  heard.likeness, (guint) heard.made_up_ms, (guint) heard.lost_ms);
  return heard;
}

/* As peers have it on a path that carries @target and loses 2 %. */
static Setting
choose (guint target)
{
  g_autoptr (BeckonQualityLadder) ladder = beckon_quality_ladder_new ();
  const BeckonQuality *quality = beckon_quality_ladder_update (ladder, 1, target, 0, 1);

  return (Setting){ quality->audio_bits, quality->audio_ms,
                    beckon_sound_choose_loss (0.02, quality->audio_bits, 0), TRUE };
}

/* ---- tests ---- */

static void
test_lost (gconstpointer target)
{
  Setting setting = choose (GPOINTER_TO_UINT (target));
  g_autofree gint16 *speech = speech_new (SAMPLES);
  const Heard heard = listen (&setting, speech);
  Heard without;

  setting.copies = FALSE;
  without = listen (&setting, speech);
  g_assert_cmpfloat (heard.likeness, >, 11);
  g_assert_cmpfloat (heard.likeness, >, without.likeness + 4); /* 10 ms are easily made up */
  g_assert_cmpuint (heard.made_up_ms, <, 0.4 * heard.lost_ms); /* of pauses there is no copy */
  g_assert_cmpuint (without.made_up_ms, ==, without.lost_ms);
}

/* There is none of a tone, once it is known for one. */
static void
test_tone (void)
{
  const Setting setting = choose (420000);
  g_autofree gint16 *tone = whistle ();
  const Heard heard = listen (&setting, tone);

  g_assert_cmpuint (heard.made_up_ms, >, 0.9 * heard.lost_ms);
}

static void
test_choose_loss (void)
{
  guint percent = beckon_sound_choose_loss (0, 40000, 0);

  /* The first one may be lost, too. */
  g_assert_cmpuint (percent, ==, 3);
  g_assert_cmpuint (beckon_sound_choose_loss (0.04, 40000, percent), ==, 3); /* not for so little */
  g_assert_cmpuint (beckon_sound_choose_loss (0.08, 40000, percent), ==, 8);
  g_assert_cmpuint (beckon_sound_choose_loss (0.9, 40000, percent), ==, 30);
  /* The band becomes narrower for it once, and not again and again. */
  percent = beckon_sound_choose_loss (0.005, 24000, percent);
  g_assert_cmpuint (percent, ==, 3);
  percent = beckon_sound_choose_loss (0.02, 24000, percent);
  g_assert_cmpuint (percent, ==, 10);
  g_assert_cmpuint (beckon_sound_choose_loss (0.3, 24000, percent), ==, 15);
  percent = beckon_sound_choose_loss (0.005, 24000, percent);
  g_assert_cmpuint (percent, ==, 10);
  g_assert_cmpuint (beckon_sound_choose_loss (0.001, 24000, percent), ==, 3);
  g_assert_cmpuint (beckon_sound_choose_loss (0.02, 16000, 10), ==, 3);
}

#define TOC(config, stereo, code) ((config) << 3 | (stereo) << 2 | (code))

static void
test_packets (void)
{
  static const struct
  {
    guint8 bytes[8];
    gsize size;
    guint ms;
  } packets[] = {
    { { 0 }, 0, 0 },
    { { TOC (1, 0, 0) }, 1, 0 }, /* nothing in it */
    { { TOC (0, 0, 0), 0x40 }, 2, 10 },
    { { TOC (1, 0, 0), 0x80 }, 2, 0 }, /* somebody speaks */
    { { TOC (1, 0, 0), 0x40 }, 2, 20 },
    { { TOC (10, 0, 0), 0x20 }, 2, 40 },
    { { TOC (10, 0, 0), 0x40 }, 2, 0 }, /* the second half, too */
    { { TOC (11, 0, 0), 0x10 }, 2, 60 },
    { { TOC (15, 0, 0), 0x40 }, 2, 20 },
    { { TOC (14, 0, 0), 0x40 }, 2, 10 },
    { { TOC (16, 0, 0), 0xff }, 2, 0 }, /* music */
    { { TOC (9, 1, 0), 0x10 }, 2, 20 }, /* of the right side only */
    { { TOC (9, 0, 0), 0x10 }, 2, 0 },
    { { TOC (15, 0, 1), 0x40, 0x00 }, 3, 20 },
    { { TOC (15, 0, 2), 0x01, 0x40, 0x00 }, 4, 20 },
    { { TOC (15, 0, 2), 0x00, 0x40 }, 3, 0 },       /* the first has nothing in it */
    { { TOC (15, 0, 2), 0xfc, 0x40, 0x00 }, 4, 0 }, /* a length of two bytes */
    { { TOC (9, 0, 3), 0x41, 0x02, 0x40, 0, 0 }, 6, 20 },
    { { TOC (9, 0, 3), 0x41, 0xff }, 3, 0 },
    { { TOC (9, 0, 3), 0xc2, 0x01, 0x01, 0x40, 0x00, 0x00 }, 7, 20 },
    { { TOC (9, 0, 3), 0x82, 0x00, 0x40 }, 4, 0 },
    { { TOC (9, 0, 3) }, 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (packets); i++)
    {
      /* Of its length, so that a sanitizer sees who reads further. */
      g_autofree guint8 *packet = g_memdup2 (packets[i].bytes, packets[i].size);

      g_assert_cmpuint (beckon_sound_packet_read (packet, packets[i].size).previous, ==,
                        packets[i].ms * GST_MSECOND);
    }
}

static void
test_kinds (void)
{
  static const guint8 silence[] = { TOC (10, 0, 0), 0x20 }, half[] = { TOC (10, 0, 0), 0x40 },
                      music[] = { TOC (16, 0, 0), 0x00 };
  const BeckonSoundPacket nothing = beckon_sound_packet_read (silence, sizeof silence);
  const BeckonSoundPacket speech = beckon_sound_packet_read (half, sizeof half);
  const BeckonSoundPacket other = beckon_sound_packet_read (music, sizeof music);

  g_assert_true (nothing.speech && nothing.silent);
  g_assert_true (speech.speech && !speech.silent);
  g_assert_true (!other.speech && !other.silent);
}

static void
add_lost (const char *path, guint target)
{
  g_test_add_data_func (path, GUINT_TO_POINTER (target), test_lost);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-codec/packets", test_packets);
  g_test_add_func ("/sound-codec/kinds", test_kinds);
  g_test_add_func ("/sound-codec/choose-loss", test_choose_loss);
  add_lost ("/sound-codec/lost/10-ms", 600000);
  add_lost ("/sound-codec/lost/20-ms", 420000);
  add_lost ("/sound-codec/lost/32-kbps", 250000);
  add_lost ("/sound-codec/lost/24-kbps", 150000);
  g_test_add_func ("/sound-codec/tone", test_tone);
  return g_test_run ();
}
