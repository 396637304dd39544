/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "frame-paintable.h"

/* As RGB24, whose fourth byte may be anything. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define MEMORY_FORMAT GDK_MEMORY_B8G8R8A8_PREMULTIPLIED
#else
#define MEMORY_FORMAT GDK_MEMORY_A8R8G8B8_PREMULTIPLIED
#endif

struct _BeckonFramePaintable
{
  GObject parent_instance;

  /* Owned */
  cairo_surface_t *frame;    /* nullable */
  cairo_surface_t *drawn[2]; /* nullable: the last two; see keep_drawn() */
  GdkTexture *texture;       /* nullable: of the frame, if somebody has asked */

  double aspect;
};

static void beckon_frame_paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BeckonFramePaintable,
                               beckon_frame_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      beckon_frame_paintable_iface_init))

static GdkTexture *
get_texture (BeckonFramePaintable *self)
{
  g_autoptr (GBytes) bytes = NULL;
  const int height = cairo_image_surface_get_height (self->frame);
  const gsize stride = (gsize) cairo_image_surface_get_stride (self->frame);

  if (self->texture != NULL)
    return self->texture;
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (self->frame), stride * height,
                                      (GDestroyNotify) cairo_surface_destroy,
                                      cairo_surface_reference (self->frame));
  self->texture = gdk_memory_texture_new (cairo_image_surface_get_width (self->frame), height,
                                          MEMORY_FORMAT, bytes, stride);
  return self->texture;
}

static void
beckon_frame_paintable_snapshot (GdkPaintable *paintable,
                                 GdkSnapshot *snapshot,
                                 double width,
                                 double height)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  if (self->frame != NULL)
    gdk_paintable_snapshot (GDK_PAINTABLE (get_texture (self)), snapshot, width, height);
}

static int
beckon_frame_paintable_get_intrinsic_height (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  return self->frame != NULL ? cairo_image_surface_get_height (self->frame) : 0;
}

static int
beckon_frame_paintable_get_intrinsic_width (GdkPaintable *paintable)
{
  BeckonFramePaintable *self = BECKON_FRAME_PAINTABLE (paintable);

  return (int) (beckon_frame_paintable_get_intrinsic_height (paintable) * self->aspect + 0.5);
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
  return GDK_PAINTABLE (g_object_ref (get_texture (self)));
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

  g_clear_object (&self->texture);
  g_clear_pointer (&self->frame, cairo_surface_destroy);
  g_clear_pointer (&self->drawn[0], cairo_surface_destroy);
  g_clear_pointer (&self->drawn[1], cairo_surface_destroy);

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
beckon_frame_paintable_set_frame (BeckonFramePaintable *self, cairo_surface_t *frame, double aspect)
{
  const int height = gdk_paintable_get_intrinsic_height (GDK_PAINTABLE (self));
  gboolean resized;

  g_return_if_fail (BECKON_IS_FRAME_PAINTABLE (self));
  g_return_if_fail (frame == NULL || aspect > 0);

  resized = aspect != self->aspect ||
            height != (frame != NULL ? cairo_image_surface_get_height (frame) : 0);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->frame, cairo_surface_destroy);
  self->frame = frame != NULL ? cairo_surface_reference (frame) : NULL;
  self->aspect = aspect;
  if (frame == NULL)
    {
      g_clear_pointer (&self->drawn[0], cairo_surface_destroy);
      g_clear_pointer (&self->drawn[1], cairo_surface_destroy);
    }
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

/* The window has what it drew last until it has drawn the next, and cairo would copy a surface that
 * goes before. */
static void
keep_drawn (BeckonFramePaintable *self)
{
  if (self->frame == self->drawn[0])
    return;
  g_clear_pointer (&self->drawn[1], cairo_surface_destroy);
  self->drawn[1] = self->drawn[0];
  self->drawn[0] = cairo_surface_reference (self->frame);
}

void
beckon_frame_paintable_draw (BeckonFramePaintable *self,
                             GtkSnapshot *snapshot,
                             double width,
                             double height)
{
  cairo_t *cr;
  double scale_x;
  double scale_y;

  g_return_if_fail (BECKON_IS_FRAME_PAINTABLE (self));
  g_return_if_fail (GTK_IS_SNAPSHOT (snapshot));

  if (self->frame == NULL)
    return;
  keep_drawn (self);
  scale_x = width / cairo_image_surface_get_width (self->frame);
  scale_y = height / cairo_image_surface_get_height (self->frame);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_scale (cr, scale_x, scale_y);
  cairo_set_source_surface (cr, self->frame, 0, 0);
  /* What cairo takes for good costs several times as much, and is not seen to move. */
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
}
