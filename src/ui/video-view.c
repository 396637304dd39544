/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "video-view.h"

#include "frame-paintable.h"
#include "video-sink.h"

#include <math.h>

struct _BeckonVideoView
{
  GtkWidget parent_instance;

  /* Owned */
  GObject *source;         /* nullable */
  GdkPaintable *paintable; /* nullable: of the source */

  gboolean mirrored;
  gboolean contained;
};

G_DEFINE_FINAL_TYPE (BeckonVideoView, beckon_video_view, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_SOURCE = 1,
  PROP_MIRRORED,
  N_PROPS
} BeckonVideoViewProperty;

static GParamSpec *properties[N_PROPS];

static void
set_paintable (BeckonVideoView *self, GdkPaintable *paintable)
{
  if (self->paintable != NULL)
    g_signal_handlers_disconnect_by_data (self->paintable, self);
  g_set_object (&self->paintable, paintable);
  if (paintable != NULL)
    {
      g_signal_connect_swapped (paintable, "invalidate-contents",
                                G_CALLBACK (gtk_widget_queue_draw), self);
      g_signal_connect_swapped (paintable, "invalidate-size", G_CALLBACK (gtk_widget_queue_draw),
                                self);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Whether there is no card that would take a texture. */
static gboolean
is_drawn_by_cairo (GtkWidget *widget)
{
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (widget));

  return g_str_equal (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer");
}

static void
beckon_video_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BeckonVideoView *self = BECKON_VIDEO_VIEW (widget);
  const double width = gtk_widget_get_width (widget);
  const double height = gtk_widget_get_height (widget);
  double aspect = 0;
  double picture_width = width;
  double picture_height = height;

  if (self->paintable != NULL)
    aspect = gdk_paintable_get_intrinsic_aspect_ratio (self->paintable);
  if (aspect <= 0 || width <= 0 || height <= 0)
    return; /* no picture has come yet */

  if ((width / height > aspect) != self->contained)
    picture_height = width / aspect;
  else
    picture_width = height * aspect;
  /* Letters of a screen stay as they are. */
  beckon_video_sink_need_height (
      self->source,
      self->contained ? 0 : (int) ceil (picture_height * gtk_widget_get_scale_factor (widget)));

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  if (self->mirrored)
    {
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) width, 0));
      gtk_snapshot_scale (snapshot, -1, 1);
    }
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) ((width - picture_width) / 2),
                                                          (float) ((height - picture_height) / 2)));
  if (BECKON_IS_FRAME_PAINTABLE (self->paintable) && is_drawn_by_cairo (widget))
    beckon_frame_paintable_draw (BECKON_FRAME_PAINTABLE (self->paintable), snapshot, picture_width,
                                 picture_height);
  else
    gdk_paintable_snapshot (self->paintable, snapshot, picture_width, picture_height);
  gtk_snapshot_pop (snapshot);
}

static void
beckon_video_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BeckonVideoView *self = BECKON_VIDEO_VIEW (object);

  switch ((BeckonVideoViewProperty) prop_id)
    {
    case PROP_SOURCE:
      g_value_set_object (value, self->source);
      break;
    case PROP_MIRRORED:
      g_value_set_boolean (value, self->mirrored);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_video_view_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  BeckonVideoView *self = BECKON_VIDEO_VIEW (object);

  switch ((BeckonVideoViewProperty) prop_id)
    {
    case PROP_SOURCE:
      beckon_video_view_set_source (self, g_value_get_object (value));
      break;
    case PROP_MIRRORED:
      beckon_video_view_set_mirrored (self, g_value_get_boolean (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_video_view_dispose (GObject *object)
{
  BeckonVideoView *self = BECKON_VIDEO_VIEW (object);

  set_paintable (self, NULL);
  g_clear_object (&self->source);

  G_OBJECT_CLASS (beckon_video_view_parent_class)->dispose (object);
}

static void
beckon_video_view_class_init (BeckonVideoViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_video_view_get_property;
  object_class->set_property = beckon_video_view_set_property;
  object_class->dispose = beckon_video_view_dispose;
  widget_class->snapshot = beckon_video_view_snapshot;

  properties[PROP_SOURCE] = g_param_spec_object ("source", NULL, NULL, G_TYPE_OBJECT, flags);
  properties[PROP_MIRRORED] = g_param_spec_boolean ("mirrored", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "video");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
beckon_video_view_init (BeckonVideoView *self)
{
}

void
beckon_video_view_set_source (BeckonVideoView *self, GObject *source)
{
  g_autoptr (GdkPaintable) paintable = NULL;

  g_return_if_fail (BECKON_IS_VIDEO_VIEW (self));
  g_return_if_fail (source == NULL || G_IS_OBJECT (source));

  if (!g_set_object (&self->source, source))
    return;
  if (source != NULL)
    g_object_get (source, "paintable", &paintable, NULL);
  set_paintable (self, paintable);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOURCE]);
}

GObject *
beckon_video_view_get_source (BeckonVideoView *self)
{
  g_return_val_if_fail (BECKON_IS_VIDEO_VIEW (self), NULL);

  return self->source;
}

void
beckon_video_view_set_mirrored (BeckonVideoView *self, gboolean mirrored)
{
  g_return_if_fail (BECKON_IS_VIDEO_VIEW (self));

  if (self->mirrored == mirrored)
    return;
  self->mirrored = mirrored;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MIRRORED]);
}

gboolean
beckon_video_view_get_mirrored (BeckonVideoView *self)
{
  g_return_val_if_fail (BECKON_IS_VIDEO_VIEW (self), FALSE);

  return self->mirrored;
}

void
beckon_video_view_set_contained (BeckonVideoView *self, gboolean contained)
{
  g_return_if_fail (BECKON_IS_VIDEO_VIEW (self));

  if (self->contained == contained)
    return;
  self->contained = contained;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
beckon_video_view_get_contained (BeckonVideoView *self)
{
  g_return_val_if_fail (BECKON_IS_VIDEO_VIEW (self), FALSE);

  return self->contained;
}
