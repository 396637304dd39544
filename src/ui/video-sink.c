/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A GStreamer sink that shows frames in GTK.
 *
 * The streaming thread wraps each mapped frame in a cairo surface, without a copy, and leaves it
 * in `pending`; the main thread takes what lies there. When frames come faster than the main thread
 * paints, the newest replaces the one that waits: nothing queues up, so that pictures never lag.
 *
 * Pictures that are shown small are asked for small: an own picture in its corner has a sixteenth of the
 * camera's pixels to convert, to keep and to draw.
 */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "video-sink.h"

#include "frame-paintable.h"

#include <gst/video/gstvideosink.h>
#include <gst/video/video.h>

#define FACTORY_NAME "beckonpaintablesink"

/* What cairo calls RGB24. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define FRAME_FORMAT "BGRA"
#else
#define FRAME_FORMAT "ARGB"
#endif

/* Heights that are asked for double from here on, so that a window that is resized asks for few. */
#define SMALLEST_HEIGHT 180 /* pixels */
#define LARGEST_HEIGHT 1440

/* So often in a row less has to be enough: two views may draw the same pictures in turn. */
#define SMALLER_AFTER 10

#define BECKON_TYPE_VIDEO_SINK (beckon_video_sink_get_type ())
G_DECLARE_FINAL_TYPE (BeckonVideoSink, beckon_video_sink, BECKON, VIDEO_SINK, GstVideoSink)

struct _BeckonVideoSink
{
  GstVideoSink parent_instance;

  BeckonFramePaintable *paintable;

  GstVideoInfo info; /* of the caps; streaming thread */

  int max_height;  /* of pictures that are asked for, 0: any; atomic */
  guint n_smaller; /* times in a row that less would have done; main thread */

  /* With the object's lock: */
  cairo_surface_t *pending;
  double pending_aspect;
  gboolean scheduled; /* the main thread was told that something is pending */
};

G_DEFINE_FINAL_TYPE (BeckonVideoSink, beckon_video_sink, GST_TYPE_VIDEO_SINK)

typedef enum
{
  PROP_PAINTABLE = 1,
  N_PROPS
} BeckonVideoSinkProperty;

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (FRAME_FORMAT)));

/* Main thread. */
static gboolean
show_pending (gpointer data)
{
  BeckonVideoSink *self = data;
  cairo_surface_t *frame;
  double aspect;

  GST_OBJECT_LOCK (self);
  frame = g_steal_pointer (&self->pending);
  aspect = self->pending_aspect;
  self->scheduled = FALSE;
  GST_OBJECT_UNLOCK (self);

  beckon_frame_paintable_set_frame (self->paintable, frame, aspect);
  g_clear_pointer (&frame, cairo_surface_destroy);
  return G_SOURCE_REMOVE;
}

/* Any thread; @frame: (transfer full) (nullable). */
static void
set_pending (BeckonVideoSink *self, cairo_surface_t *frame, double aspect)
{
  cairo_surface_t *overtaken;
  gboolean schedule;

  GST_OBJECT_LOCK (self);
  overtaken = g_steal_pointer (&self->pending);
  self->pending = frame;
  self->pending_aspect = aspect;
  schedule = !self->scheduled;
  self->scheduled = TRUE;
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&overtaken, cairo_surface_destroy);
  if (schedule)
    g_idle_add_full (G_PRIORITY_DEFAULT, show_pending, g_object_ref (self), g_object_unref);
}

static void
unmap_frame (gpointer data)
{
  GstVideoFrame *frame = data;

  gst_video_frame_unmap (frame);
  g_free (frame);
}

static cairo_surface_t *
wrap_buffer (BeckonVideoSink *self, GstBuffer *buffer)
{
  static const cairo_user_data_key_t mapped;
  GstVideoFrame *frame = g_new0 (GstVideoFrame, 1);
  cairo_surface_t *surface;

  /* The mapped frame holds the buffer. */
  if (!gst_video_frame_map (frame, &self->info, buffer, GST_MAP_READ))
    {
      g_free (frame);
      return NULL;
    }
  surface = cairo_image_surface_create_for_data (
      GST_VIDEO_FRAME_PLANE_DATA (frame, 0), CAIRO_FORMAT_RGB24, GST_VIDEO_FRAME_WIDTH (frame),
      GST_VIDEO_FRAME_HEIGHT (frame), GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0));
  if (cairo_surface_set_user_data (surface, &mapped, frame, unmap_frame) != CAIRO_STATUS_SUCCESS)
    {
      unmap_frame (frame); /* larger than cairo has it */
      return NULL;
    }
  return surface;
}

static GstFlowReturn
beckon_video_sink_show_frame (GstVideoSink *sink, GstBuffer *buffer)
{
  BeckonVideoSink *self = BECKON_VIDEO_SINK (sink);
  cairo_surface_t *frame = wrap_buffer (self, buffer);
  double pixel_aspect;

  if (frame == NULL)
    {
      GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("a frame could not be mapped"));
      return GST_FLOW_ERROR;
    }
  pixel_aspect = (double) GST_VIDEO_INFO_PAR_N (&self->info) / GST_VIDEO_INFO_PAR_D (&self->info);
  set_pending (self, frame,
               pixel_aspect * GST_VIDEO_INFO_WIDTH (&self->info) /
                   GST_VIDEO_INFO_HEIGHT (&self->info));
  return GST_FLOW_OK;
}

static gboolean
beckon_video_sink_set_info (GstVideoSink *sink, GstCaps *caps, const GstVideoInfo *info)
{
  BECKON_VIDEO_SINK (sink)->info = *info;
  return TRUE;
}

/* Larger ones come last, and are taken: they may be on their way, and not everything before us makes them
 * smaller. */
static GstCaps *
beckon_video_sink_get_caps (GstBaseSink *sink, GstCaps *filter)
{
  const int max_height = g_atomic_int_get (&BECKON_VIDEO_SINK (sink)->max_height);
  g_autoptr (GstCaps) caps = gst_pad_get_pad_template_caps (GST_BASE_SINK_PAD (sink));

  if (max_height > 0)
    {
      GstCaps *low = gst_caps_copy (caps);

      gst_caps_set_simple (low, "height", GST_TYPE_INT_RANGE, 1, max_height, NULL);
      caps = gst_caps_merge (low, caps);
    }
  if (filter == NULL)
    return g_steal_pointer (&caps);
  return gst_caps_intersect_full (caps, filter, GST_CAPS_INTERSECT_FIRST);
}

static gboolean
beckon_video_sink_propose_allocation (GstBaseSink *sink, GstQuery *query)
{
  /* Any stride and offset will do: no copy is needed for either. */
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

static gboolean
beckon_video_sink_stop (GstBaseSink *sink)
{
  set_pending (BECKON_VIDEO_SINK (sink), NULL, 1);
  return TRUE;
}

static void
beckon_video_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonVideoSink *self = BECKON_VIDEO_SINK (object);

  switch ((BeckonVideoSinkProperty) prop_id)
    {
    case PROP_PAINTABLE:
      g_value_set_object (value, self->paintable);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_video_sink_finalize (GObject *object)
{
  BeckonVideoSink *self = BECKON_VIDEO_SINK (object);

  g_clear_pointer (&self->pending, cairo_surface_destroy);
  g_clear_object (&self->paintable);

  G_OBJECT_CLASS (beckon_video_sink_parent_class)->finalize (object);
}

static void
beckon_video_sink_class_init (BeckonVideoSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);
  GstVideoSinkClass *video_class = GST_VIDEO_SINK_CLASS (klass);

  object_class->get_property = beckon_video_sink_get_property;
  object_class->finalize = beckon_video_sink_finalize;
  base_class->get_caps = beckon_video_sink_get_caps;
  base_class->propose_allocation = beckon_video_sink_propose_allocation;
  base_class->stop = beckon_video_sink_stop;
  video_class->set_info = beckon_video_sink_set_info;
  video_class->show_frame = beckon_video_sink_show_frame;

  properties[PROP_PAINTABLE] = g_param_spec_object ("paintable", NULL, NULL, GDK_TYPE_PAINTABLE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Beckon paintable sink", "Sink/Video",
                                         "Shows video in a GdkPaintable", "The Beckon developers");
}

static void
beckon_video_sink_init (BeckonVideoSink *self)
{
  self->paintable = beckon_frame_paintable_new ();
}

const char *
beckon_video_sink_register (void)
{
  g_autoptr (GstElementFactory) better = gst_element_factory_find ("gtk4paintablesink");

  if (better != NULL)
    return "gtk4paintablesink";
  if (!gst_element_register (NULL, FACTORY_NAME, GST_RANK_NONE, BECKON_TYPE_VIDEO_SINK))
    g_assert_not_reached ();
  return FACTORY_NAME;
}

/* No event is sent: it would go on to the camera. */
static void
ask_again (BeckonVideoSink *self)
{
  g_autoptr (GstPad) before = gst_pad_get_peer (GST_BASE_SINK_PAD (self));

  if (before != NULL)
    gst_pad_mark_reconfigure (before);
}

void
beckon_video_sink_need_height (GObject *sink, int height)
{
  BeckonVideoSink *self;
  int needed = SMALLEST_HEIGHT;

  g_return_if_fail (G_IS_OBJECT (sink));
  g_return_if_fail (height >= 0);

  if (!BECKON_IS_VIDEO_SINK (sink))
    return;
  self = BECKON_VIDEO_SINK (sink);
  while (needed < height && needed <= LARGEST_HEIGHT)
    needed *= 2;
  if (height == 0 || needed > LARGEST_HEIGHT)
    needed = 0;

  if (needed == self->max_height)
    {
      self->n_smaller = 0;
      return;
    }
  if (needed != 0 && (self->max_height == 0 || needed < self->max_height) &&
      ++self->n_smaller < SMALLER_AFTER)
    return;
  self->n_smaller = 0;
  g_atomic_int_set (&self->max_height, needed);
  ask_again (self);
}
