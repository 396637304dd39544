/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is done with elements and pads in more than one place. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-private.h"

#include <gst/video/video.h>

GstElement *
beckon_media_make_element (const char *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_error ("The GStreamer element “%s” has gone since the start", factory);
  return element;
}

GstElement *
beckon_media_append (GstElement *pipeline, GstElement *after, GstElement *element)
{
  gst_bin_add (GST_BIN (pipeline), element);
  if (after != NULL)
    gst_element_link (after, element);
  return element;
}

void
beckon_media_foreach_packet (GstPad *pad,
                             GstPadProbeInfo *info,
                             BeckonPacketFunc func,
                             gpointer user_data)
{
  GstBufferList *list;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      func (user_data, pad, GST_PAD_PROBE_INFO_BUFFER (info));
      return;
    }
  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    func (user_data, pad, gst_buffer_list_get (list, i));
}

GstBuffer *
beckon_media_first_packet (GstPadProbeInfo *info)
{
  return GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER
             ? GST_PAD_PROBE_INFO_BUFFER (info)
             : gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0);
}

void
beckon_media_change_packets (GstPadProbeInfo *info, GstBufferListFunc func, gpointer user_data)
{
  GstBufferList *list;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      func ((GstBuffer **) &GST_PAD_PROBE_INFO_DATA (info), 0, user_data);
      return;
    }
  list = gst_buffer_list_make_writable (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  gst_buffer_list_foreach (list, func, user_data);
  GST_PAD_PROBE_INFO_DATA (info) = list;
}

void
beckon_media_add_probe (GstElement *element,
                        const char *name,
                        GstPadProbeType type,
                        GstPadProbeCallback callback,
                        gpointer user_data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, type, callback, user_data, NULL);
}

static GstPadProbeReturn
on_counted (GstPad *pad, GstPadProbeInfo *info, gpointer counter)
{
  g_atomic_int_inc ((gint *) counter);
  return GST_PAD_PROBE_OK;
}

void
beckon_media_count_buffers (GstElement *element, gint *counter)
{
  beckon_media_add_probe (element, "src", GST_PAD_PROBE_TYPE_BUFFER, on_counted, counter);
}

static GstPadProbeReturn
on_beginning (GstPad *pad, GstPadProbeInfo *info, gpointer until)
{
  if (GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)) < *(GstClockTime *) until)
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_REMOVE;
}

void
beckon_media_skip_beginning (GstElement *element, GstClockTime until)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_beginning, g_memdup2 (&until, sizeof until),
                     g_free);
}

static GstPadProbeReturn
on_blocked (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_PAD_PROBE_OK; /* it waits */
}

gulong
beckon_media_block (GstPad *pad, GstPadProbeType mask)
{
  return gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | mask, on_blocked, NULL, NULL);
}

gboolean
beckon_media_pad_has (GstPad *pad, const char *field, const char *value)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  return !gst_caps_is_empty (caps) && !gst_caps_is_any (caps) &&
         g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), field), value) == 0;
}

gboolean
beckon_media_read_size (GstPad *pad, guint *width, guint *height)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;

  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    return FALSE;
  *width = GST_VIDEO_INFO_WIDTH (&info);
  *height = GST_VIDEO_INFO_HEIGHT (&info);
  return TRUE;
}

void
beckon_media_ask_for_key_frame (GstPad *pad)
{
  GstEvent *event = gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0);

  if (GST_PAD_IS_SRC (pad))
    gst_pad_send_event (pad, event);
  else
    gst_pad_push_event (pad, event);
}

gboolean
beckon_media_is_key_frame (GstBuffer *buffer)
{
  return !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

gboolean
beckon_media_set_if_there (gpointer object, const char *property, const char *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (object), property) == NULL)
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (object), property, value);
  return TRUE;
}

void
beckon_media_foreach_made_by (GstElement *bin,
                              const char *factory,
                              GstIteratorForeachFunction func,
                              gpointer user_data)
{
  g_autoptr (GstIterator) elements =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (bin), factory);

  while (gst_iterator_foreach (elements, func, user_data) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
}
