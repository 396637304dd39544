/* SPDX-License-Identifier: GPL-3.0-or-later */

/* screen-node NAME: a PipeWire node of that name which gives the test picture, numbered, as a desktop
 * gives a shared screen. Prints READY when it is there, and goes when it is killed. */

#include "config.h"

#include "media-session.h"
#include "test-source.h"

#include <gst/gst.h>

#define WIDTH 640
#define HEIGHT 360
#define FPS 30

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &error, NULL);
  g_error ("%s", error->message);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstStructure) properties = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *source, *sink;

  if (argc != 2)
    {
      g_printerr ("usage: screen-node NAME\n");
      return 2;
    }
  if (!beckon_media_init (NULL, NULL, &error))
    g_error ("%s", error->message);
  pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  source = beckon_test_source_new (argv[1], WIDTH, HEIGHT, FPS);
  sink = gst_element_factory_make ("pipewiresink", NULL);
  if (sink == NULL)
    g_error ("There is no pipewiresink");
  properties = gst_structure_new ("props", "media.class", G_TYPE_STRING, "Video/Source", "node.name",
                                  G_TYPE_STRING, argv[1], "node.description", G_TYPE_STRING,
                                  argv[1], NULL);
  gst_util_set_object_arg (G_OBJECT (sink), "mode", "provide");
  g_object_set (sink, "stream-properties", properties, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_element_link (source, sink);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_bus, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_print ("READY\n");
  g_main_loop_run (loop);
  return 0;
}
