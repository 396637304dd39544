/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "frame-paintable.h"

struct _BeckonFramePaintable
{
  GObject parent_instance;

  GdkTexture *frame;
  double aspect;
};

static void beckon_frame_paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BeckonFramePaintable,
                               beckon_frame_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      beckon_frame_paintable_iface_init))

static void
beckon_frame_paintable_snapshot (GdkPaintable *paintable,
                                 GdkSnapshot *snapshot,
                                 double width,
                                 double height)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  if (self->frame != NULL)
    gdk_paintable_snapshot (GDK_PAINTABLE (self->frame), snapshot, width, height);
}

static int
beckon_frame_paintable_get_intrinsic_width (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  return self->frame != NULL ? (int) (gdk_texture_get_height (self->frame) * self->aspect + 0.5)
                             : 0;
}

static int
beckon_frame_paintable_get_intrinsic_height (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  return self->frame != NULL ? gdk_texture_get_height (self->frame) : 0;
}

static double
beckon_frame_paintable_get_intrinsic_aspect_ratio (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  return self->frame != NULL ? self->aspect : 0;
}

static GdkPaintable *
beckon_frame_paintable_get_current_image (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  if (self->frame == NULL)
    return gdk_paintable_new_empty (0, 0);
  return GDK_PAINTABLE (g_object_ref (self->frame));
}

static void
beckon_frame_paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = beckon_frame_paintable_snapshot;
  iface->get_intrinsic_width = beckon_frame_paintable_get_intrinsic_width;
  iface->get_intrinsic_height = beckon_frame_paintable_get_intrinsic_height;
  iface->get_intrinsic_aspect_ratio = beckon_frame_paintable_get_intrinsic_aspect_ratio;
  iface->get_current_image = beckon_frame_paintable_get_current_image;
}

static void
beckon_frame_paintable_dispose (GObject *object)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (object);

  g_clear_object (&self->frame);

  G_OBJECT_CLASS (beckon_frame_paintable_parent_class)->dispose (object);
}

static void
beckon_frame_paintable_class_init (BeckonFramePaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_frame_paintable_dispose;
}

static void
beckon_frame_paintable_init (BeckonFramePaintable *self)
{
}

BeckonFramePaintable *
beckon_frame_paintable_new (void)
{
  return g_object_new (BECKON_TYPE_FRAME_PAINTABLE, NULL);
}

void
beckon_frame_paintable_set_frame (BeckonFramePaintable *self, GdkTexture *frame, double aspect)
{
  gboolean resized;

  g_return_if_fail (BECKON_IS_FRAME_PAINTABLE (self));
  g_return_if_fail (frame == NULL || GDK_IS_TEXTURE (frame));
  g_return_if_fail (frame == NULL || aspect > 0);

  resized =
      (frame == NULL) != (self->frame == NULL) || aspect != self->aspect ||
      (frame != NULL && gdk_texture_get_height (frame) != gdk_texture_get_height (self->frame));
  g_set_object (&self->frame, frame);
  self->aspect = aspect;
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}
