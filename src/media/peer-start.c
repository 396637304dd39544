/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first picture of a connection. Runs on GStreamer's threads, but for what begins it all. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-start.h"

/* ---- the jitter buffer ---- */

static GstPadProbeReturn
on_first_packet (GstPad *pad, GstPadProbeInfo *info, gpointer rtpbin)
{
  g_autoptr (GstElement) buffer = gst_pad_get_parent_element (pad);
  guint latency = 0;

  g_object_get (rtpbin, "latency", &latency, NULL);
  if (buffer != NULL)
    g_object_set (buffer, "latency", latency, NULL);
  return GST_PAD_PROBE_REMOVE;
}

/* It starts fast with faststart-min-packets only if the events before the first packet have left it
 * when that comes, and they have not: they come just before, and go in another thread. */
static void
on_jitter_buffer (GstElement *rtpbin, GstElement *buffer, guint session, guint ssrc, gpointer unused)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (buffer, "src");

  g_object_set (buffer, "latency", 0, NULL);
  gst_pad_add_probe (source, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                     on_first_packet, rtpbin, NULL);
}

void
beckon_peer_start_watch_receiver (GstElement *webrtc)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");

  if (rtpbin != NULL)
    g_signal_connect (rtpbin, "new-jitterbuffer", G_CALLBACK (on_jitter_buffer), NULL);
}

/* ---- the screen ---- */

static GstPadProbeReturn
on_shown (GstPad *pad, GstPadProbeInfo *info, gpointer first)
{
  g_autoptr (GstElement) sink = NULL;

  if (g_atomic_int_compare_and_exchange ((gint *) first, TRUE, FALSE))
    return GST_PAD_PROBE_OK;
  sink = gst_pad_get_parent_element (pad);
  if (sink != NULL)
    g_object_set (sink, "sync", TRUE, NULL);
  return GST_PAD_PROBE_REMOVE;
}

void
beckon_peer_start_watch_sink (GstElement *sink)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  gint *first = g_new0 (gint, 1);

  *first = TRUE;
  g_object_set (sink, "sync", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_shown, first, g_free);
}
