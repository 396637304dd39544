/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "feedback-log.h"

#include <stdio.h>

#define UNIT (100 * GST_USECOND)
#define OUTER_BYTES 38 /* as src/media/peer-bandwidth.c */

struct _FeedbackLog
{
  FILE *file;
  gboolean watching;
  gboolean began;
  gint64 first_sent, first_arrived;
};

FeedbackLog *
feedback_log_new (const char *path)
{
  FeedbackLog *self = g_new0 (FeedbackLog, 1);

  self->file = fopen (path, "w");
  if (self->file == NULL)
    g_error ("%s cannot be written", path);
  return self;
}

void
feedback_log_free (FeedbackLog *self)
{
  fclose (self->file);
  g_free (self);
}

static void
write_packet (FeedbackLog *self, const GstStructure *packet)
{
  guint64 sent = GST_CLOCK_TIME_NONE, arrived = GST_CLOCK_TIME_NONE;
  guint size = 0;

  gst_structure_get (packet, "local-ts", G_TYPE_UINT64, &sent, "remote-ts", G_TYPE_UINT64, &arrived,
                     "size", G_TYPE_UINT, &size, NULL);
  if (!GST_CLOCK_TIME_IS_VALID (sent) || (!self->began && !GST_CLOCK_TIME_IS_VALID (arrived)))
    return;
  if (!self->began)
    {
      self->began = TRUE;
      self->first_sent = sent / UNIT;
      self->first_arrived = arrived / UNIT;
    }
  fprintf (self->file, " %" G_GINT64_FORMAT, (gint64) (sent / UNIT) - self->first_sent);
  if (GST_CLOCK_TIME_IS_VALID (arrived))
    fprintf (self->file, ",%" G_GINT64_FORMAT, (gint64) (arrived / UNIT) - self->first_arrived);
  else
    fputs (",-", self->file);
  fprintf (self->file, ",%u", size + OUTER_BYTES);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FeedbackLog *self = user_data;
  const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  const GValueArray *packets;

  if (structure == NULL || !gst_structure_has_name (structure, "RTPTWCCPackets"))
    return GST_PAD_PROBE_OK;
  packets = g_value_get_boxed (gst_structure_get_value (structure, "packets"));
  if (self->began)
    fprintf (self->file, "%" G_GINT64_FORMAT,
             g_get_monotonic_time () / (gint64) (UNIT / GST_USECOND) - self->first_sent);
  else
    fputs ("0", self->file);
  for (guint i = 0; packets != NULL && i < packets->n_values; i++)
    write_packet (self, gst_value_get_structure (&packets->values[i]));
  fputs ("\n", self->file);
  return GST_PAD_PROBE_OK;
}

void
feedback_log_watch (FeedbackLog *self, GstElement *pipeline)
{
  GstIterator *sessions;
  g_auto (GValue) session = G_VALUE_INIT;

  if (self->watching)
    return;
  sessions = gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "rtpsession");
  if (gst_iterator_next (sessions, &session) == GST_ITERATOR_OK)
    {
      g_autoptr (GstPad) pad =
          gst_element_get_static_pad (g_value_get_object (&session), "send_rtp_sink");

      if (pad != NULL)
        gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event, self, NULL);
      self->watching = pad != NULL;
    }
  gst_iterator_free (sessions);
}
