/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as what comes from the network, before it is known of whom: records are looked at there
 * that nobody has decrypted. They go on as they came. */

#include "config.h"

#include "peer-repeat.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static GstPad *source;
static const guint8 *datagram;
static size_t length;
static guint n_came;

static GstFlowReturn
on_datagram (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  g_assert (gst_buffer_get_size (buffer) == length);
  g_assert (gst_buffer_memcmp (buffer, 0, datagram, length) == 0);
  gst_buffer_unref (buffer);
  n_came++;
  return GST_FLOW_OK;
}

/* Of one connection, which hears all of them. */
static void
set_up (void)
{
  g_autoptr (BeckonPeerRepeat) repeat = beckon_peer_repeat_new ();
  GstPad *sink;
  GstElement *network;
  GstSegment segment;

  gst_init (NULL, NULL);
  network = gst_bin_new (NULL);
  source = gst_pad_new ("src", GST_PAD_SRC);
  sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_element_add_pad (network, source);
  beckon_peer_repeat_watch_in (repeat, network);
  gst_pad_set_chain_function (sink, on_datagram);
  gst_pad_set_active (sink, TRUE);
  gst_pad_set_active (source, TRUE);
  gst_pad_link (source, sink);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (source, gst_event_new_stream_start ("network"));
  gst_pad_push_event (source, gst_event_new_segment (&segment));
}

static void
push (gboolean in_a_list)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, length, NULL);
  GstBufferList *list;

  gst_buffer_fill (buffer, 0, datagram, length);
  if (!in_a_list)
    {
      gst_pad_push (source, buffer);
      return;
    }
  list = gst_buffer_list_new ();
  gst_buffer_list_add (list, buffer);
  gst_pad_push_list (source, list);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const guint n_before = n_came;

  if (source == NULL)
    set_up ();
  datagram = data;
  length = size;
  push (FALSE);
  push (TRUE);
  g_assert (n_came == n_before + 2);
  return 0;
}
