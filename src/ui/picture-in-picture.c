/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "picture-in-picture.h"

#if defined(GDK_WINDOWING_X11) && defined(HAVE_X11)
#include <gdk/x11/gdkx.h>
#endif

#define WIDTH 320
#define HEIGHT 180
#define WIDTH_MIN 240
#define HEIGHT_MIN 135

struct _BeckonPictureInPicture
{
  GObject parent_instance;

  GtkWindow *window; /* borrowed: it owns us */

  int width, height; /* before */
  int width_min, height_min;
  gboolean maximized;
  gboolean active;
};

G_DEFINE_FINAL_TYPE (BeckonPictureInPicture, beckon_picture_in_picture, G_TYPE_OBJECT)

typedef enum
{
  PROP_ACTIVE = 1,
  N_PROPS
} BeckonPictureInPictureProperty;

static GParamSpec *properties[N_PROPS];

#if defined(GDK_WINDOWING_X11) && defined(HAVE_X11)

/* As the window manager's specification has it (_NET_WM_STATE); GTK 4 has no word for it. */
static void
set_above (GtkWindow *window, gboolean above)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (window));
  XEvent event = { 0 };

  if (surface == NULL || !GDK_IS_X11_SURFACE (surface))
    return;
  event.xclient.type = ClientMessage;
  event.xclient.window = gdk_x11_surface_get_xid (surface);
  event.xclient.message_type = gdk_x11_get_xatom_by_name_for_display (display, "_NET_WM_STATE");
  event.xclient.format = 32;
  event.xclient.data.l[0] = above ? 1 : 0;
  event.xclient.data.l[1] =
      (long) gdk_x11_get_xatom_by_name_for_display (display, "_NET_WM_STATE_ABOVE");
  event.xclient.data.l[3] = 1; /* an application asks */
  XSendEvent (gdk_x11_display_get_xdisplay (display), gdk_x11_display_get_xrootwindow (display),
              False, SubstructureRedirectMask | SubstructureNotifyMask, &event);
}

#else

static void
set_above (GtkWindow *window, gboolean above)
{
}

#endif

static void
enter (BeckonPictureInPicture *self)
{
  GtkWidget *widget = GTK_WIDGET (self->window);

  gtk_window_unfullscreen (self->window);
  self->maximized = gtk_window_is_maximized (self->window);
  if (self->maximized)
    gtk_window_unmaximize (self->window);
  gtk_window_get_default_size (self->window, &self->width, &self->height);
  gtk_widget_get_size_request (widget, &self->width_min, &self->height_min);
  gtk_widget_add_css_class (widget, "pip");
  gtk_widget_set_size_request (widget, WIDTH_MIN, HEIGHT_MIN);
  gtk_window_set_default_size (self->window, WIDTH, HEIGHT);
  set_above (self->window, TRUE);
}

static void
leave (BeckonPictureInPicture *self)
{
  GtkWidget *widget = GTK_WIDGET (self->window);

  gtk_widget_remove_css_class (widget, "pip");
  gtk_widget_set_size_request (widget, self->width_min, self->height_min);
  gtk_window_set_default_size (self->window, self->width, self->height);
  if (self->maximized)
    gtk_window_maximize (self->window);
  set_above (self->window, FALSE);
}

static void
beckon_picture_in_picture_get_property (GObject *object,
                                        guint prop_id,
                                        GValue *value,
                                        GParamSpec *pspec)
{
  switch ((BeckonPictureInPictureProperty) prop_id)
    {
    case PROP_ACTIVE:
      g_value_set_boolean (value, BECKON_PICTURE_IN_PICTURE (object)->active);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_picture_in_picture_class_init (BeckonPictureInPictureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_picture_in_picture_get_property;
  properties[PROP_ACTIVE] =
      g_param_spec_boolean ("active", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_picture_in_picture_init (BeckonPictureInPicture *self)
{
}

BeckonPictureInPicture *
beckon_picture_in_picture_new (GtkWindow *window)
{
  BeckonPictureInPicture *self;

  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);

  self = g_object_new (BECKON_TYPE_PICTURE_IN_PICTURE, NULL);
  self->window = window;
  return self;
}

void
beckon_picture_in_picture_set_active (BeckonPictureInPicture *self, gboolean active)
{
  g_return_if_fail (BECKON_IS_PICTURE_IN_PICTURE (self));

  if (self->active == active)
    return;
  self->active = active;
  if (active)
    enter (self);
  else
    leave (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

gboolean
beckon_picture_in_picture_is_active (BeckonPictureInPicture *self)
{
  g_return_val_if_fail (BECKON_IS_PICTURE_IN_PICTURE (self), FALSE);

  return self->active;
}
