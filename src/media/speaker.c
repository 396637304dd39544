/* SPDX-License-Identifier: GPL-3.0-or-later */

/* silence ──────────┐
 * voice ─▶ appsrc ─┤
 * voice ─▶ appsrc ─┴▶ audiomixer ─▶ volume ─▶ webrtcechoprobe ─▶ pulsesink
 *
 * The pipeline's running time is the system's clock, as in the pipeline of the microphone: the echo
 * canceller compares what was played with what was heard by that time. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "speaker.h"

#include <gst/app/app.h>

#include "device-settings-private.h"
#include "media-private.h"
#include "sound-mixer.h"

/* A voice has the time that it needs, see stamp(): the mixer waits for none. */
#define MIXER_LATENCY (10 * GST_MSECOND)
/* From the mixer's beat to the sound server. */
#define PLAY_LATENCY (40 * GST_MSECOND)
#define LATENCY (MIXER_LATENCY + PLAY_LATENCY)
/* A voice that comes too late to be heard when it is due is heard later, with that much to spare,
 * for so long; what would have to be heard later than that is thrown away. */
#define SPARE (10 * GST_MSECOND)
#define DELAY_TIME (2 * GST_SECOND)
#define DELAY_MAX (300 * GST_MSECOND)
/* A sound server’s clock stands still for a tenth of a second when it begins: all that is played
 * would be late by that. Later it steps by its periods, and is not to be followed step by step. */
#define SINK_DRIFT_US "20000"
#define SINK_DRIFT_SETTLED_US "90000"
#define SETTLE_MS 2000
#define LATE_SECONDS 5 /* a sound server that is busy takes one */
#define SINK "sink"

struct _BeckonVoice
{
  BeckonSpeaker *speaker;
  GstAppSrc *source; /* nullable, under the speaker's lock */
  double volume;

  /* On the thread that pushes */
  GstClockTimeDiff delay;  /* behind what is due */
  GstClockTimeDiff needed; /* the most that was, since: */
  GstClockTime since;
};

struct _BeckonSpeaker
{
  GObject parent_instance;

  BeckonDeviceSettings *settings;
  GstElement *probe;    /* nullable: echo cannot be cancelled */
  GstElement *pipeline; /* nullable: nothing is heard */
  GPtrArray *voices;    /* BeckonVoice */
  guint bus_watch;
  guint settle_source; /* until the sink's clock runs */
  guint late_source;   /* while it is being opened */
  gboolean wanted;
  gboolean changing; /* a thread closes or opens */
  gboolean changed;  /* meanwhile: once more */

  GMutex lock;
};

enum
{
  OPENED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonSpeaker, beckon_speaker, G_TYPE_OBJECT)

/* ---- the pipeline ---- */

/* What a thread closes, and what it opens then. */
typedef struct
{
  GstElement *before; /* nullable */
  GstElement *sink;   /* nullable */
  GstElement *probe;  /* nullable */
  double volume;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  gst_clear_object (&change->before);
  gst_clear_object (&change->sink);
  gst_clear_object (&change->probe);
  g_free (change);
}

static GstElement *
make (GstElement *pipeline, GstElement *after, const char *factory)
{
  return beckon_media_append (pipeline, after, beckon_media_make_element (factory));
}

static GstElement *
build (Change *change)
{
  GstElement *pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *volume = beckon_media_make_element ("volume");
  GstElement *last = beckon_sound_mixer_append (pipeline, MIXER_LATENCY);

  gst_object_set_name (GST_OBJECT (volume), "volume");
  gst_object_set_name (GST_OBJECT (change->sink), SINK);
  g_object_set (volume, "volume", change->volume, NULL);
  last = beckon_media_append (pipeline, last, volume);
  if (change->probe != NULL)
    last = beckon_media_append (pipeline, last, change->probe);
  last = make (pipeline, make (pipeline, last, "audioconvert"), "audioresample");
  beckon_media_append (pipeline, last, change->sink);
  beckon_media_use_system_time (GST_PIPELINE (pipeline));
  gst_pipeline_set_latency (GST_PIPELINE (pipeline), LATENCY);
  return pipeline;
}

/* Either of both may take its time, or wait for a sound server that hangs. */
static void
change_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Change *change = data;

  if (change->before != NULL)
    {
      gst_element_set_state (change->before, GST_STATE_NULL);
      /* The canceller knows this one, and goes on with it. */
      if (change->probe != NULL)
        gst_bin_remove (GST_BIN (change->before), change->probe);
    }
  if (change->sink == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else if (gst_element_set_state (change->sink, GST_STATE_READY) != GST_STATE_CHANGE_SUCCESS)
    {
      gst_element_set_state (change->sink, GST_STATE_NULL);
      g_task_return_new_error (task, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST,
                               "The speaker does not open");
    }
  else
    g_task_return_pointer (task, build (change), gst_object_unref);
}

static void update (BeckonSpeaker *self);

static void
fail (BeckonSpeaker *self, BeckonMediaError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (BECKON_MEDIA_ERROR, code, text);

  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
lose (BeckonSpeaker *self, const char *text)
{
  fail (self, BECKON_MEDIA_ERROR_DEVICE_LOST, text);
  beckon_device_list_lost (beckon_device_settings_get_list (self->settings), BECKON_DEVICE_SPEAKER);
}

/* ---- voices ---- */

static void
connect_voice (BeckonSpeaker *self, BeckonVoice *voice)
{
  GstAppSrc *source = beckon_sound_mixer_add (self->pipeline);

  beckon_sound_mixer_set_volume (source, voice->volume);
  g_mutex_lock (&self->lock);
  voice->source = source;
  g_mutex_unlock (&self->lock);
}

/* Returns: (transfer full) (nullable): what it was connected by. */
static GstAppSrc *
disconnect_voice (BeckonSpeaker *self, BeckonVoice *voice)
{
  GstAppSrc *source;

  g_mutex_lock (&self->lock);
  source = g_steal_pointer (&voice->source);
  g_mutex_unlock (&self->lock);
  return source;
}

BeckonVoice *
beckon_speaker_add_voice (BeckonSpeaker *self)
{
  BeckonVoice *voice;

  g_return_val_if_fail (BECKON_IS_SPEAKER (self), NULL);

  voice = g_new0 (BeckonVoice, 1);
  voice->speaker = g_object_ref (self);
  voice->volume = 1;
  g_ptr_array_add (self->voices, voice);
  if (self->pipeline != NULL)
    connect_voice (self, voice);
  return voice;
}

void
beckon_voice_free (BeckonVoice *voice)
{
  g_autoptr (BeckonSpeaker) self = NULL;
  g_autoptr (GstAppSrc) source = NULL;

  g_return_if_fail (voice != NULL);

  self = voice->speaker;
  source = disconnect_voice (self, voice);
  if (source != NULL)
    beckon_sound_mixer_remove (self->pipeline, source);
  g_ptr_array_remove (self->voices, voice);
  g_free (voice);
}

void
beckon_voice_set_volume (BeckonVoice *voice, double volume)
{
  g_return_if_fail (voice != NULL);

  voice->volume = CLAMP (volume, 0, BECKON_VOLUME_MAX);
  if (voice->source != NULL)
    beckon_sound_mixer_set_volume (voice->source, voice->volume);
}

/* As late as @behind makes it necessary, at once; less only after a while, for it is heard. */
static void
set_delay (BeckonVoice *voice, GstClockTime now, GstClockTimeDiff behind)
{
  const GstClockTimeDiff needed = CLAMP (behind + (GstClockTimeDiff) SPARE, 0, DELAY_MAX);

  voice->needed = MAX (voice->needed, needed);
  if (behind > voice->delay)
    voice->delay = needed;
  else if (now < voice->since + DELAY_TIME)
    return;
  else
    voice->delay = voice->needed;
  voice->needed = 0;
  voice->since = now;
}

/* Returns: when it goes into the mixer, by the system's clock. */
static GstClockTime
stamp (BeckonVoice *voice, GstClockTime due)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  const GstClockTime now = gst_clock_get_time (clock);

  set_delay (voice, now, GST_CLOCK_DIFF (due - LATENCY, now));
  return due - LATENCY + voice->delay;
}

void
beckon_voice_push (BeckonVoice *voice, GstBuffer *buffer, GstClockTime due)
{
  g_autoptr (GstAppSrc) source = NULL;

  g_return_if_fail (GST_CLOCK_TIME_IS_VALID (due) && due > LATENCY);

  g_mutex_lock (&voice->speaker->lock);
  if (voice->source != NULL)
    source = gst_object_ref (voice->source);
  g_mutex_unlock (&voice->speaker->lock);
  if (source == NULL)
    return;
  beckon_sound_mixer_push (source, gst_buffer_copy (buffer), stamp (voice, due));
}

/* ---- opening and closing ---- */

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonSpeaker *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (GST_BIN (self->pipeline));
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, &debug);
  g_message ("Speaker: %s (%s)", error->message, debug != NULL ? debug : "");
  self->bus_watch = 0;
  lose (self, error->message);
  update (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_settled (gpointer user_data)
{
  BeckonSpeaker *self = user_data;
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), SINK);

  beckon_media_set_if_there (sink, "drift-tolerance", SINK_DRIFT_SETTLED_US);
  self->settle_source = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_watching (BeckonSpeaker *self)
{
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  g_clear_handle_id (&self->settle_source, g_source_remove);
}

/* @pipeline: (transfer full) */
static void
play (BeckonSpeaker *self, GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  self->pipeline = pipeline;
  self->bus_watch = gst_bus_add_watch (bus, on_bus, self);
  self->settle_source = g_timeout_add (SETTLE_MS, on_settled, self);
  for (guint i = 0; i < self->voices->len; i++)
    connect_voice (self, g_ptr_array_index (self->voices, i));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit (self, signals[OPENED], 0);
}

static void
on_changed_in_thread (GObject *object, GAsyncResult *result, gpointer unused)
{
  BeckonSpeaker *self = BECKON_SPEAKER (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = g_task_propagate_pointer (G_TASK (result), &error);

  self->changing = FALSE;
  g_clear_handle_id (&self->late_source, g_source_remove);
  if (pipeline != NULL && self->wanted)
    play (self, g_steal_pointer (&pipeline));
  else if (pipeline != NULL)
    gst_element_set_state (pipeline, GST_STATE_NULL);
  else if (error != NULL)
    lose (self, error->message);
  if (self->changed)
    update (self);
}

/* It goes on: the sound server may answer yet. */
static gboolean
on_late (gpointer user_data)
{
  BeckonSpeaker *self = user_data;

  self->late_source = 0;
  if (self->wanted)
    fail (self, BECKON_MEDIA_ERROR_DEVICE_LATE, "The speaker does not answer");
  return G_SOURCE_REMOVE;
}

/* Closes what is open; opens what the settings say. */
static void
update (BeckonSpeaker *self)
{
  g_autoptr (GTask) task = NULL;
  Change *change;

  self->changed = self->changing;
  if (self->changing)
    return;
  stop_watching (self);
  for (guint i = 0; i < self->voices->len; i++)
    {
      g_autoptr (GstAppSrc) source = disconnect_voice (self, g_ptr_array_index (self->voices, i));
    }
  change = g_new0 (Change, 1);
  change->before = g_steal_pointer (&self->pipeline);
  if (self->probe != NULL)
    change->probe = gst_object_ref (self->probe);
  change->volume = beckon_device_settings_get_volume (self->settings);
  if (self->wanted)
    change->sink = beckon_device_settings_make_element (self->settings, BECKON_DEVICE_USE_SPEAKER);
  if (change->sink != NULL)
    {
      gst_object_ref_sink (change->sink);
      beckon_media_set_if_there (change->sink, "drift-tolerance", SINK_DRIFT_US);
    }
  else if (self->wanted)
    fail (self, BECKON_MEDIA_ERROR_NO_DEVICE, "There is no speaker");
  self->changing = TRUE;
  if (change->sink != NULL)
    self->late_source = g_timeout_add_seconds (LATE_SECONDS, on_late, self);
  task = g_task_new (self, NULL, on_changed_in_thread, NULL);
  g_task_set_source_tag (task, update);
  g_task_set_task_data (task, change, change_free);
  g_task_run_in_thread (task, change_in_thread);
}

static void
on_ready (BeckonSpeaker *self)
{
  if (self->wanted && self->pipeline == NULL && !self->changing)
    update (self);
}

static void
on_settings_changed (BeckonSpeaker *self, guint use)
{
  if (use == BECKON_DEVICE_USE_SPEAKER && self->wanted &&
      beckon_device_list_is_ready (beckon_device_settings_get_list (self->settings),
                                   BECKON_DEVICE_SPEAKER))
    update (self);
}

static void
on_volume (BeckonSpeaker *self)
{
  g_autoptr (GstElement) volume = NULL;

  if (self->pipeline == NULL)
    return;
  volume = gst_bin_get_by_name (GST_BIN (self->pipeline), "volume");
  g_object_set (volume, "volume", beckon_device_settings_get_volume (self->settings), NULL);
}

/* ---- public ---- */

BeckonSpeaker *
beckon_speaker_new (BeckonDeviceSettings *settings)
{
  BeckonSpeaker *self = g_object_new (BECKON_TYPE_SPEAKER, NULL);

  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_settings_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::volume", G_CALLBACK (on_volume), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_device_settings_get_list (settings), "notify::ready",
                           G_CALLBACK (on_ready), self, G_CONNECT_SWAPPED);
  return self;
}

void
beckon_speaker_open (BeckonSpeaker *self)
{
  BeckonDeviceList *list;

  g_return_if_fail (BECKON_IS_SPEAKER (self));

  if (self->wanted)
    return;
  self->wanted = TRUE;
  list = beckon_device_settings_get_list (self->settings);
  beckon_device_list_start (list);
  if (beckon_device_list_is_ready (list, BECKON_DEVICE_SPEAKER))
    update (self);
}

void
beckon_speaker_close (BeckonSpeaker *self)
{
  g_return_if_fail (BECKON_IS_SPEAKER (self));

  if (!self->wanted)
    return;
  self->wanted = FALSE;
  update (self);
}

const char *
beckon_speaker_get_probe (BeckonSpeaker *self)
{
  g_return_val_if_fail (BECKON_IS_SPEAKER (self), NULL);

  return self->probe != NULL ? GST_OBJECT_NAME (self->probe) : NULL;
}

/* ---- class ---- */

static void
beckon_speaker_dispose (GObject *object)
{
  BeckonSpeaker *self = BECKON_SPEAKER (object);

  stop_watching (self);
  if (self->pipeline != NULL)
    beckon_media_stop_in_thread (g_steal_pointer (&self->pipeline), NULL, NULL);
  gst_clear_object (&self->probe);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (beckon_speaker_parent_class)->dispose (object);
}

static void
beckon_speaker_finalize (GObject *object)
{
  BeckonSpeaker *self = BECKON_SPEAKER (object);

  g_ptr_array_unref (self->voices);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (beckon_speaker_parent_class)->finalize (object);
}

static void
beckon_speaker_class_init (BeckonSpeakerClass *klass)
{
  const GType type = G_OBJECT_CLASS_TYPE (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_speaker_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_speaker_finalize;

  signals[OPENED] =
      g_signal_new ("opened", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
beckon_speaker_init (BeckonSpeaker *self)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("webrtcechoprobe");
  g_autofree char *name = g_strdup_printf ("beckon-probe-%p", self);

  g_mutex_init (&self->lock);
  self->voices = g_ptr_array_new ();
  /* It is known to the whole process by its name. */
  if (factory != NULL)
    self->probe = gst_object_ref_sink (gst_element_factory_make ("webrtcechoprobe", name));
}
