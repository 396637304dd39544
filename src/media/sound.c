/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the pipelines of sound have in common. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-private.h"

#define LEVEL_INTERVAL (120 * GST_MSECOND)
#define LEVEL_FLOOR_DB -60.0
/* A microphone that is on always says something, however quiet the room and whatever takes its noise away;
 * one bit of 16 is -90 dB. */
#define NOTHING_DB -100.0
#define LEVEL_LEAST 0.001

void
beckon_media_use_system_time (GstPipeline *pipeline)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();

  gst_pipeline_use_clock (pipeline, clock);
  gst_element_set_start_time (GST_ELEMENT (pipeline), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (GST_ELEMENT (pipeline), 0);
}

GstElement *
beckon_media_make_voice_processor (BeckonVoiceProcessing wanted, const char *probe)
{
  GstElement *processor = beckon_media_make_element ("webrtcdsp");
  const gboolean echo = (wanted & BECKON_VOICE_ECHO) != 0 && probe != NULL;

  g_object_set (processor, "echo-cancel", echo, "probe", echo ? probe : NULL, "noise-suppression",
                (wanted & BECKON_VOICE_NOISE) != 0, "gain-control",
                (wanted & BECKON_VOICE_GAIN) != 0, NULL);
  return processor;
}

/* At the end it tells of what came last, and divides by a rate that it has not where nothing ever came: a
 * microphone that was closed while it opened. */
static GstPadProbeReturn
on_level_event (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS &&
                 !gst_pad_has_current_caps (pad)
             ? GST_PAD_PROBE_DROP
             : GST_PAD_PROBE_OK;
}

GstElement *
beckon_media_make_level (void)
{
  GstElement *level = beckon_media_make_element ("level");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (level, "sink");

  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_level_event, NULL, NULL);
  g_object_set (level, "interval", (guint64) LEVEL_INTERVAL, "post-messages", TRUE, NULL);
  return level;
}

gboolean
beckon_media_read_level (GstMessage *message, double *level)
{
  const GValue *channels;
  GValueArray *array;
  double db;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT ||
      !gst_message_has_name (message, "level"))
    return FALSE;
  channels = gst_structure_get_value (gst_message_get_structure (message), "rms");
  array = channels != NULL ? g_value_get_boxed (channels) : NULL;
  if (array == NULL || array->n_values == 0)
    return FALSE;
  db = g_value_get_double (array->values);
  *level = CLAMP ((db - LEVEL_FLOOR_DB) / -LEVEL_FLOOR_DB, db > NOTHING_DB ? LEVEL_LEAST : 0, 1);
  return TRUE;
}
