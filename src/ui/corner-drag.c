/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "corner-drag.h"

#define SNAP_MS 200

struct _BeckonCornerDrag
{
  GObject parent_instance;

  GtkOverlay *overlay; /* borrowed: who has it owns us */
  GtkWidget *child;    /* borrowed: of the overlay */

  /* Owned */
  AdwAnimation *animation; /* nullable: it is not on its way */

  GtkAlign halign, valign; /* the corner: START or END */
  GtkAlign home;           /* valign of the one that it begins in */
  gboolean moved;          /* by a person */
  int top, bottom;         /* room for others */
  double offset_x, offset_y; /* from the corner, while it is dragged or on its way */
  double from_x, from_y;     /* where the way began */
};

G_DEFINE_FINAL_TYPE (BeckonCornerDrag, beckon_corner_drag, G_TYPE_OBJECT)

/* ---- where it is ---- */

static gboolean
is_right (BeckonCornerDrag *self, GtkAlign halign)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self->overlay)) == GTK_TEXT_DIR_RTL;

  return (halign == GTK_ALIGN_END) != rtl;
}

static void
get_place (
    BeckonCornerDrag *self, GtkAlign halign, GtkAlign valign, int width, int height, GdkRectangle *place)
{
  GtkWidget *overlay = GTK_WIDGET (self->overlay);

  place->width = width;
  place->height = height;
  place->x = is_right (self, halign) ? gtk_widget_get_width (overlay) - width : 0;
  place->y = valign == GTK_ALIGN_END ? gtk_widget_get_height (overlay) - height - self->bottom
                                     : self->top;
}

static void
get_size (BeckonCornerDrag *self, int *width, int *height)
{
  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, width, NULL, NULL);
  gtk_widget_measure (self->child, GTK_ORIENTATION_VERTICAL, *width, NULL, height, NULL, NULL);
}

static gboolean
on_get_child_position (BeckonCornerDrag *self, GtkWidget *child, GdkRectangle *place)
{
  int width;
  int height;

  if (child != self->child)
    return FALSE;
  get_size (self, &width, &height);
  get_place (self, self->halign, self->valign, width, height, place);
  place->x += (int) self->offset_x;
  place->y += (int) self->offset_y;
  return TRUE;
}

static void
set_offset (BeckonCornerDrag *self, double x, double y)
{
  self->offset_x = x;
  self->offset_y = y;
  gtk_widget_queue_allocate (GTK_WIDGET (self->overlay));
}

/* ---- into a corner ---- */

static void
on_step (double value, gpointer user_data)
{
  BeckonCornerDrag *self = user_data;

  set_offset (self, self->from_x * value, self->from_y * value);
}

static void
stop (BeckonCornerDrag *self)
{
  if (self->animation != NULL)
    adw_animation_pause (self->animation);
  g_clear_object (&self->animation);
}

/* It goes on from where it is. Without animations it is there at once. */
static void
snap (BeckonCornerDrag *self, GtkAlign halign, GtkAlign valign)
{
  GdkRectangle before;
  GdkRectangle after;
  int width;
  int height;

  stop (self);
  get_size (self, &width, &height);
  get_place (self, self->halign, self->valign, width, height, &before);
  get_place (self, halign, valign, width, height, &after);
  self->halign = halign;
  self->valign = valign;
  self->moved = TRUE;
  self->from_x = before.x + self->offset_x - after.x;
  self->from_y = before.y + self->offset_y - after.y;
  /* Not floating: it is ours, whatever its introspection says. */
  self->animation = adw_timed_animation_new (self->child, 1, 0, SNAP_MS,
                                             adw_callback_animation_target_new (on_step, self, NULL));
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->animation), ADW_EASE_OUT_CUBIC);
  adw_animation_play (self->animation);
}

/* ---- the person ---- */

static void
on_drag_update (BeckonCornerDrag *self, double x, double y, GtkGestureDrag *drag)
{
  double start_x;
  double start_y;

  gtk_gesture_drag_get_start_point (drag, &start_x, &start_y);
  if (!gtk_drag_check_threshold (GTK_WIDGET (self->overlay), (int) start_x, (int) start_y,
                                 (int) (start_x + x), (int) (start_y + y)) &&
      self->offset_x == 0 && self->offset_y == 0)
    return; /* it may still be a click */
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
  stop (self);
  set_offset (self, x, y);
}

static void
on_drag_end (BeckonCornerDrag *self)
{
  GtkWidget *overlay = GTK_WIDGET (self->overlay);
  GdkRectangle place;
  gboolean right;

  if (self->offset_x == 0 && self->offset_y == 0)
    return;
  on_get_child_position (self, self->child, &place);
  right = place.x + place.width / 2 > gtk_widget_get_width (overlay) / 2;
  snap (self, right == is_right (self, GTK_ALIGN_END) ? GTK_ALIGN_END : GTK_ALIGN_START,
        place.y + place.height / 2 > gtk_widget_get_height (overlay) / 2 ? GTK_ALIGN_END
                                                                         : GTK_ALIGN_START);
}

/* The gesture is the overlay's, which does not move under it. */
static void
on_drag_begin (BeckonCornerDrag *self, double x, double y, GtkGesture *drag)
{
  GtkWidget *picked =
      gtk_widget_pick (GTK_WIDGET (self->overlay), x, y, GTK_PICK_DEFAULT);

  if (picked == NULL ||
      (picked != self->child && !gtk_widget_is_ancestor (picked, self->child)))
    gtk_gesture_set_state (drag, GTK_EVENT_SEQUENCE_DENIED);
}

static gboolean
on_key (BeckonCornerDrag *self, guint keyval, guint keycode, GdkModifierType state)
{
  GtkAlign halign = self->halign;
  GtkAlign valign = self->valign;

  if ((state & gtk_accelerator_get_default_mod_mask ()) != GDK_SHIFT_MASK)
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Left || keyval == GDK_KEY_Right)
    halign = (keyval == GDK_KEY_Right) == is_right (self, GTK_ALIGN_END) ? GTK_ALIGN_END
                                                                         : GTK_ALIGN_START;
  else if (keyval == GDK_KEY_Up || keyval == GDK_KEY_Down)
    valign = keyval == GDK_KEY_Down ? GTK_ALIGN_END : GTK_ALIGN_START;
  else
    return GDK_EVENT_PROPAGATE;
  snap (self, halign, valign);
  return GDK_EVENT_STOP;
}

/* ---- the object ---- */

static void
beckon_corner_drag_dispose (GObject *object)
{
  stop (BECKON_CORNER_DRAG (object));

  G_OBJECT_CLASS (beckon_corner_drag_parent_class)->dispose (object);
}

static void
beckon_corner_drag_class_init (BeckonCornerDragClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_corner_drag_dispose;
}

static void
beckon_corner_drag_init (BeckonCornerDrag *self)
{
  self->halign = self->valign = self->home = GTK_ALIGN_END;
}

BeckonCornerDrag *
beckon_corner_drag_new (GtkOverlay *overlay, GtkWidget *child)
{
  BeckonCornerDrag *self;
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_return_val_if_fail (GTK_IS_OVERLAY (overlay), NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (child), NULL);

  self = g_object_new (BECKON_TYPE_CORNER_DRAG, NULL);
  self->overlay = overlay;
  self->child = child;
  g_signal_connect_object (overlay, "get-child-position", G_CALLBACK (on_get_child_position), self,
                           G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (on_drag_begin), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (on_drag_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (on_drag_end), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (overlay), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_key), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (child, keys);
  return self;
}

void
beckon_corner_drag_set_home (BeckonCornerDrag *self, GtkAlign valign, int top, int bottom)
{
  g_return_if_fail (BECKON_IS_CORNER_DRAG (self));
  g_return_if_fail (valign == GTK_ALIGN_START || valign == GTK_ALIGN_END);

  self->home = valign;
  self->top = top;
  self->bottom = bottom;
  if (!self->moved)
    self->valign = valign;
  gtk_widget_queue_allocate (GTK_WIDGET (self->overlay));
}

void
beckon_corner_drag_reset (BeckonCornerDrag *self)
{
  g_return_if_fail (BECKON_IS_CORNER_DRAG (self));

  stop (self);
  self->moved = FALSE;
  self->halign = GTK_ALIGN_END;
  self->valign = self->home;
  set_offset (self, 0, 0);
}
