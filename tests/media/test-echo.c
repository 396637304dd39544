/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A speaker that the microphone hears, by way of a real PipeWire: how much of what is played goes back
 * to who said it, and what is done to a voice on its way from the microphone. */

#include "config.h"

#include "capture.h"
#include "device-settings.h"
#include "media-private.h"
#include "media-session.h"
#include "speaker.h"
#include "virtual-devices.h"

#include <math.h>
#include <stdlib.h>

#define RATE 48000
#define PART (RATE / 50)
#define PART_US (G_USEC_PER_SEC / 50)
#define BEEP (RATE / 10)
/* Sound beside its picture, in ms. */
#define IN_STEP 45
#define ATTEMPTS 3
#define EARLY_US 150000 /* no sound is heard so much before it is due */
#define HELD_BACK (200 * GST_MSECOND)
/* Of what comes back, in dB: so much less is to be heard. The figures of a quiet machine are higher. */
#define ECHO_LOSS 3.0
#define ATTEMPT_US (40 * G_USEC_PER_SEC)
/* Longer than what is compared: nothing of what was before is in it. */
#define LASTS (RATE * 3 / 2)
/* A voice that stands out of the noise by so much more, in dB, is heard with less noise. */
#define NOISE_LOSS 5.0
#define GAIN 4.0      /* of a quiet voice, in dB */
#define UNTOUCHED 2.0 /* in dB: what a way through a sound server may change */
#define VOICE_LOSS 4.0 /* in dB, that the noise takes along */
#define BUSY 1.5 /* mean number of processes that want a processor, for each there is */
/* Where nothing is late: of what comes back, and of a voice in a quiet room, in dB. */
#define ROOM_ECHO_LOSS 25.0
#define ROOM_VOICE_LOSS 3.0
#define ROOM_DELAY (RATE / 25) /* of the way from the speaker to the microphone */
#define ROOM_ECHO 0.3
#define ROOM_PART (RATE / 100)

typedef struct
{
  BeckonDeviceList *list;
  BeckonDeviceSettings *settings;
  VirtualHeadset *headset;
  VirtualEar *at_microphone; /* hears what the microphone does */
  VirtualEar *at_peer;       /* hears what is sent */
  BeckonSpeaker *speaker;
  BeckonVoice *voice;
  BeckonCapture *capture;
  GstElement *pipeline; /* a connection's place */
  guint speech_source;
  gint64 started;
  guint64 parts; /* said */
  double low;    /* of the noise that stands for speech */
  double quiet;  /* how much of a voice in a noise is left; 0: there is none, but speech */
} Fixture;

/* Something like speech: low noise, four syllables a second, and a pause now and then. */
static double
speak (Fixture *f, double t)
{
  const double loud = fmod (t, 3) < 2.5 ? pow (sin (G_PI * 4 * t), 2) : 0;

  f->low += 0.2 * (g_random_double_range (-1, 1) - f->low);
  return f->low * loud * 2;
}

/* A voice, half of each second, and a noise under it that does not end. */
static double
speak_in_noise (Fixture *f, double t)
{
  double voice = 0;

  for (guint i = 1; i <= 12 && fmod (t, 1) < 0.5; i++)
    voice += sin (2 * G_PI * 150 * i * t) / i;
  voice *= 0.25 * pow (sin (G_PI * 4 * t), 2);
  return f->quiet * (voice + 0.02 * g_random_double_range (-1, 1));
}

static void
say_part (Fixture *f)
{
  gint16 *samples = g_new (gint16, PART);
  GstBuffer *buffer;

  for (guint i = 0; i < PART; i++)
    {
      const double t = (f->parts * PART + i) / (double) RATE;
      const double said = f->quiet > 0 ? speak_in_noise (f, t) : speak (f, t);

      samples[i] = CLAMP (said, -1, 1) * 16000;
    }
  buffer = gst_buffer_new_wrapped (samples, PART * sizeof *samples);
  beckon_voice_push (f->voice, buffer,
                     (f->started + f->parts * PART_US) * GST_USECOND + HELD_BACK);
  gst_buffer_unref (buffer);
  f->parts++;
}

static gboolean
on_speech (gpointer user_data)
{
  Fixture *f = user_data;
  const guint64 due = (g_get_monotonic_time () - f->started) / PART_US;

  while (f->parts < due)
    say_part (f);
  return G_SOURCE_CONTINUE;
}

static void
send_to_peer (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) sink = NULL;

  f->at_peer = virtual_ear_new (NULL);
  f->pipeline = gst_parse_launch ("appsrc name=in format=time is-live=true do-timestamp=true ! "
                                  "appsink name=out sync=false async=false",
                                  &error);
  g_assert_no_error (error);
  source = gst_bin_get_by_name (GST_BIN (f->pipeline), "in");
  sink = gst_bin_get_by_name (GST_BIN (f->pipeline), "out");
  virtual_ear_listen (f->at_peer, sink);
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  beckon_capture_add_target (f->capture, GST_APP_SRC (source));
}

static void
set_up (Fixture *f, gconstpointer silent)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  f->list = beckon_device_list_new ();
  f->settings = beckon_device_settings_new (f->list);
  beckon_device_list_start (f->list);
  f->headset = virtual_headset_plug ("loud", "Loud");
  virtual_headset_wait (f->list, "loud", TRUE);
  g_object_set (f->settings, "echo-cancellation", FALSE, "noise-suppression", FALSE, "gain-control",
                FALSE, "microphone", "loud.in", "speaker", "loud.out", NULL);
  f->at_microphone = virtual_ear_new ("loud.in");
  config->devices = g_object_ref (f->settings);
  f->speaker = beckon_speaker_new (f->settings);
  f->capture = beckon_capture_new (config, FALSE);
  beckon_capture_set_probe (f->capture, beckon_speaker_get_probe (f->speaker));
  f->voice = beckon_speaker_add_voice (f->speaker);
  beckon_speaker_open (f->speaker);
  send_to_peer (f);
  beckon_capture_start (f->capture);
  f->started = g_get_monotonic_time ();
  if (silent == NULL)
    f->speech_source = g_timeout_add (10, on_speech, f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_handle_id (&f->speech_source, g_source_remove);
  beckon_capture_stop (f->capture);
  g_assert_finalize_object (f->capture);
  beckon_voice_free (f->voice);
  beckon_speaker_close (f->speaker);
  wait_until (G_OBJECT (f->speaker)->ref_count == 1);
  g_assert_finalize_object (f->speaker);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->pipeline);
  virtual_ear_free (f->at_peer);
  virtual_ear_free (f->at_microphone);
  virtual_headset_unplug (f->headset);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (f->list)) == 0);
  g_assert_finalize_object (f->settings);
  virtual_list_finalize (f->list);
}

/* Returns: how much less of the last second is sent than the microphone has heard, in dB; less than
 * nothing where it has heard nothing. */
static double
loss (Fixture *f)
{
  if (virtual_ear_count (f->at_peer) < 2 * RATE || virtual_ear_count (f->at_microphone) < 2 * RATE ||
      virtual_ear_loudness (f->at_microphone, 1000) < -45)
    return -1;
  return virtual_ear_loudness (f->at_microphone, 1000) - virtual_ear_loudness (f->at_peer, 1000);
}

/* The canceller compares what was played with what was heard, and a machine that does not play in time
 * gives it nothing to compare. Returns: whether it found the echo, or the test is skipped. */
static gboolean
is_cancelled (Fixture *f)
{
  const gint64 until = g_get_monotonic_time () + ATTEMPT_US;
  double busy = 0;

  while (loss (f) <= ECHO_LOSS && g_get_monotonic_time () < until)
    waiting_turn ();
  if (loss (f) > ECHO_LOSS)
    return TRUE;
  g_assert_cmpint (getloadavg (&busy, 1), ==, 1);
  g_assert_cmpfloat (busy, >, BUSY * g_get_num_processors ());
  g_test_skip ("The machine has too much to do for an echo canceller");
  return FALSE;
}

static void
test_echo (Fixture *f, gconstpointer unused)
{
  double without, with;

  wait_until (loss (f) > -0.5);
  without = loss (f);
  g_assert_cmpfloat (without, <, 3);
  g_object_set (f->settings, "echo-cancellation", TRUE, NULL);
  if (!is_cancelled (f))
    return;
  with = loss (f);
  g_test_message ("Echo return loss: %.1f dB without, %.1f dB with cancellation", without, with);
  /* Another speaker’s pipeline, and the same echo. */
  g_signal_emit_by_name (f->settings, "changed", BECKON_DEVICE_USE_SPEAKER);
  wait_until (loss (f) < 0 || loss (f) > ECHO_LOSS);
  if (!is_cancelled (f))
    return;
  g_object_set (f->settings, "echo-cancellation", FALSE, NULL);
  wait_until (loss (f) > -0.5 && loss (f) < 3);
}

/* Returns: whether it is known how much further the voice stands out of the noise in what is sent than
 * in what the microphone hears (@clearer), and how much louder it is, in dB. */
static gboolean
compare (Fixture *f, double *clearer, double *louder)
{
  double quiet, loud, quiet_sent, loud_sent;

  if (!virtual_ear_range (f->at_microphone, &quiet, &loud) ||
      !virtual_ear_range (f->at_peer, &quiet_sent, &loud_sent) || loud - quiet < 10)
    return FALSE;
  *clearer = loud_sent - quiet_sent - (loud - quiet);
  *louder = loud_sent - loud;
  return TRUE;
}

static gboolean
is_untouched (double clearer, double louder)
{
  return ABS (clearer) < UNTOUCHED && ABS (louder) < UNTOUCHED;
}

static gboolean
has_less_noise (double clearer, double louder)
{
  return clearer > NOISE_LOSS && louder > -VOICE_LOSS && louder < UNTOUCHED;
}

static gboolean
is_louder (double clearer, double louder)
{
  return louder > GAIN && clearer < UNTOUCHED;
}

/* @since: how much had been heard when it became so; 0: it is not */
static gboolean
lasts (Fixture *f, gboolean (*is_so) (double clearer, double louder), guint64 *since)
{
  const guint64 heard = virtual_ear_count (f->at_peer);
  double clearer, louder;

  if (!compare (f, &clearer, &louder) || !is_so (clearer, louder))
    *since = 0;
  else if (*since == 0)
    *since = heard;
  if (*since == 0 || heard - *since < LASTS)
    return FALSE;
  g_test_message ("The voice stands out of the noise by %.1f dB more, and is %.1f dB louder", clearer,
                  louder);
  return TRUE;
}

static void
wait_for (Fixture *f, gboolean (*is_so) (double clearer, double louder))
{
  guint64 since = 0;

  wait_until (lasts (f, is_so, &since));
}

/* Each is a switch of its own, and does nothing else. */
static void
test_switches (Fixture *f, gconstpointer unused)
{
  f->quiet = 1;
  wait_for (f, is_untouched);
  g_object_set (f->settings, "noise-suppression", TRUE, NULL);
  wait_for (f, has_less_noise);
  g_object_set (f->settings, "noise-suppression", FALSE, NULL);
  f->quiet = 0.05;
  wait_for (f, is_untouched);
  g_object_set (f->settings, "gain-control", TRUE, NULL);
  wait_for (f, is_louder);
}

static void
beep (Fixture *f, GstClockTime due)
{
  gint16 *samples = g_new (gint16, BEEP);
  GstBuffer *buffer;

  for (guint i = 0; i < BEEP; i++)
    samples[i] = G_MAXINT16 / 2 * sin (2 * G_PI * 440 * i / RATE);
  buffer = gst_buffer_new_wrapped (samples, BEEP * sizeof *samples);
  beckon_voice_push (f->voice, buffer, due);
  gst_buffer_unref (buffer);
}

/* It is dropped where the speaker is not open yet. */
static void
beep_until_heard (Fixture *f)
{
  do
    {
      beep (f, g_get_monotonic_time () * GST_USECOND + HELD_BACK);
      waiting_turn ();
    }
  while (virtual_ear_count (f->at_microphone) < RATE / 2 ||
         virtual_ear_loudness (f->at_microphone, 500) < -45);
  wait_until (virtual_ear_loudness (f->at_microphone, 500) < -60);
}

/* A connection that holds back more, or less, does so with sound and picture. */
static void
test_due (Fixture *f, gconstpointer silent)
{
  GstClockTime now;

  beep_until_heard (f);
  now = g_get_monotonic_time () * GST_USECOND;
  beep (f, now + 300 * GST_MSECOND);
  beep (f, now + 1100 * GST_MSECOND);
  wait_until (ABS (virtual_ear_distance (f->at_microphone) - 800) < IN_STEP);
  /* Too late to be in step, and not lost. */
  beep (f, g_get_monotonic_time () * GST_USECOND);
  wait_until (virtual_ear_loudness (f->at_microphone, 500) > -45);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The clock of a sound server stands still while it begins. */
static void
test_on_time (Fixture *f, gconstpointer silent)
{
  double late_ms[ATTEMPTS];

  beep_until_heard (f);
  for (guint i = 0; i < ATTEMPTS; i++)
    {
      const gint64 due = g_get_monotonic_time () + HELD_BACK / GST_USECOND;

      beep (f, due * GST_USECOND);
      wait_until (virtual_ear_heard_at (f->at_microphone) > due - EARLY_US &&
                  virtual_ear_loudness (f->at_microphone, 300) < -60);
      late_ms[i] = (virtual_ear_heard_at (f->at_microphone) - due) / 1e3;
      g_test_message ("Heard %.1f ms after it was due", late_ms[i]);
    }
  qsort (late_ms, ATTEMPTS, sizeof *late_ms, compare_doubles);
  g_assert_cmpfloat (ABS (late_ms[ATTEMPTS / 2]), <, IN_STEP);
}

/* ---- a room without a sound server, in which nothing is late ---- */

/* What is played goes past the probe, and what the microphone hears of it through the processor: a
 * part of both has passed before the next one comes, however long that takes. */
typedef struct
{
  GstElement *pipelines[2];
  GstElement *ins[2], *outs[2]; /* of the speaker, of the microphone */
  GQueue echo;                  /* double: on its way from the one to the other */
  Fixture voice;                /* of who is far away, and of who is here */
  guint64 parts;
} Room;

static void
room_open (Room *room, BeckonVoiceProcessing wanted)
{
  static const char *const between[] = { "! webrtcechoprobe name=room-probe !", "" };
  GstElement *processor = beckon_media_make_voice_processor (wanted, "room-probe");

  memset (room, 0, sizeof *room);
  g_queue_init (&room->echo);
  for (guint i = 0; i < ROOM_DELAY; i++)
    g_queue_push_tail (&room->echo, g_new0 (double, 1));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *description = g_strdup_printf (
          "appsrc name=in format=time caps=" BECKON_VOICE_CAPS " %s "
          "appsink name=out sync=false async=false",
          between[i]);
      g_autoptr (GError) error = NULL;

      room->pipelines[i] = gst_parse_launch (description, &error);
      g_assert_no_error (error);
      room->ins[i] = gst_bin_get_by_name (GST_BIN (room->pipelines[i]), "in");
      room->outs[i] = gst_bin_get_by_name (GST_BIN (room->pipelines[i]), "out");
    }
  gst_bin_add (GST_BIN (room->pipelines[1]), processor);
  g_assert_true (gst_element_link_many (room->ins[1], processor, room->outs[1], NULL));
  for (guint i = 0; i < 2; i++)
    gst_element_set_state (room->pipelines[i], GST_STATE_PLAYING);
}

static void
room_close (Room *room)
{
  for (guint i = 2; i > 0; i--)
    {
      gst_element_set_state (room->pipelines[i - 1], GST_STATE_NULL);
      gst_object_unref (room->ins[i - 1]);
      gst_object_unref (room->outs[i - 1]);
      gst_object_unref (room->pipelines[i - 1]);
    }
  g_queue_clear_full (&room->echo, g_free);
}

/* Returns: the power of what comes out, in sum. */
static double
pass (Room *room, guint way, const gint16 *samples)
{
  GstBuffer *buffer = gst_buffer_new_memdup (samples, ROOM_PART * sizeof *samples);
  g_autoptr (GstSample) out = NULL;
  GstMapInfo map;
  double power = 0;

  GST_BUFFER_PTS (buffer) = room->parts * ROOM_PART * GST_SECOND / RATE;
  GST_BUFFER_DURATION (buffer) = ROOM_PART * GST_SECOND / RATE;
  gst_app_src_push_buffer (GST_APP_SRC (room->ins[way]), buffer);
  out = gst_app_sink_try_pull_sample (GST_APP_SINK (room->outs[way]), 10 * GST_SECOND);
  g_assert_nonnull (out);
  g_assert_true (gst_buffer_map (gst_sample_get_buffer (out), &map, GST_MAP_READ));
  for (guint i = 0; i < map.size / sizeof (gint16); i++)
    power += pow (((gint16 *) map.data)[i], 2);
  gst_buffer_unmap (gst_sample_get_buffer (out), &map);
  return power;
}

/* @far, @near: who speaks. Returns: how much less is sent than is heard in the last of so many
 * @seconds, in dB. */
static double
room_talk (Room *room, guint seconds, gboolean far, gboolean near)
{
  const guint64 end = room->parts + seconds * 100;
  double heard = 0, sent = 0;

  for (; room->parts < end; room->parts++)
    {
      gint16 played[ROOM_PART], at_microphone[ROOM_PART];
      const gboolean last = room->parts + 100 >= end;

      for (guint i = 0; i < ROOM_PART; i++)
        {
          const double said =
              speak (&room->voice, (room->parts * ROOM_PART + i) / (double) RATE);
          double *echo = g_queue_pop_head (&room->echo);

          played[i] = far ? CLAMP (said, -1, 1) * 16000 : 0;
          at_microphone[i] = *echo * ROOM_ECHO + (near ? CLAMP (said, -1, 1) * 8000 : 0);
          *echo = played[i];
          g_queue_push_tail (&room->echo, echo);
          heard += last ? pow (at_microphone[i], 2) : 0;
        }
      pass (room, 0, played);
      sent += pass (room, 1, at_microphone) * last;
    }
  g_assert_cmpfloat (heard, >, 0);
  return 10 * log10 (heard / MAX (sent, 1));
}

/* Whatever else the machine does: the echo goes, and a voice in the room stays. */
static void
test_room (void)
{
  double without, with, voice;
  Room room;

  g_random_set_seed (1);
  room_open (&room, 0);
  without = room_talk (&room, 3, TRUE, FALSE);
  room_close (&room);
  room_open (&room, BECKON_VOICE_ECHO);
  with = room_talk (&room, 10, TRUE, FALSE);
  voice = room_talk (&room, 5, FALSE, TRUE);
  room_close (&room);
  g_test_message ("Echo return loss: %.1f dB without, %.1f dB with cancellation; of a voice %.1f dB",
                  without, with, voice);
  g_assert_cmpfloat (ABS (without), <, ROOM_VOICE_LOSS);
  g_assert_cmpfloat (with, >, ROOM_ECHO_LOSS);
  g_assert_cmpfloat (ABS (voice), <, ROOM_VOICE_LOSS);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElementFactory) factory = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  factory = gst_element_factory_find ("webrtcdsp");
  if (factory == NULL)
    {
      g_print ("1..0 # SKIP GStreamer has no webrtcdsp\n");
      return 0;
    }
  g_test_add_func ("/media/echo/room", test_room);
  g_test_add ("/media/echo/due", Fixture, "silent", set_up, test_due, tear_down);
  g_test_add ("/media/echo/on-time", Fixture, "silent", set_up, test_on_time, tear_down);
  g_test_add ("/media/echo/cancelled", Fixture, NULL, set_up, test_echo, tear_down);
  g_test_add ("/media/echo/switches", Fixture, NULL, set_up, test_switches, tear_down);
  return g_test_run ();
}
