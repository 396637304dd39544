/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "auto-hide.h"

#define DELAY_MS 3000

struct _BeckonAutoHide
{
  GObject parent_instance;

  GtkWindow *window; /* borrowed: it owns us */

  /* Owned */
  GDBusProxy *screen_reader; /* nullable: org.a11y.Status */
  GCancellable *cancellable;

  guint source;
  double x; /* of the pointer, as it was last */
  double y;
  gboolean held;
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (BeckonAutoHide, beckon_auto_hide, G_TYPE_OBJECT)

typedef enum
{
  PROP_SHOWN = 1,
  N_PROPS
} BeckonAutoHideProperty;

static GParamSpec *properties[N_PROPS];

static void
set_shown (BeckonAutoHide *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self->window), shown ? NULL : "none");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWN]);
}

static gboolean
has_screen_reader (BeckonAutoHide *self)
{
  g_autoptr (GVariant) value = NULL;

  if (self->screen_reader == NULL)
    return FALSE;
  value = g_dbus_proxy_get_cached_property (self->screen_reader, "ScreenReaderEnabled");
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (value);
}

/* The focus does not tell: there may be nothing in it that takes one. */
static gboolean
has_open_popover (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_POPOVER (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_open_popover (child))
      return TRUE;
  return FALSE;
}

static gboolean
is_in_use (BeckonAutoHide *self)
{
  if (has_open_popover (GTK_WIDGET (self->window)))
    return TRUE;
  return gtk_window_get_focus (self->window) != NULL && gtk_window_get_focus_visible (self->window);
}

static gboolean
on_delay (gpointer user_data)
{
  BeckonAutoHide *self = user_data;

  if (is_in_use (self) || has_screen_reader (self))
    return G_SOURCE_CONTINUE;
  self->source = 0;
  set_shown (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
restart (BeckonAutoHide *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (!self->held)
    self->source = g_timeout_add (DELAY_MS, on_delay, self);
  set_shown (self, TRUE);
}

static void
on_motion (BeckonAutoHide *self, double x, double y)
{
  /* GTK also tells of widgets that moved under a pointer that did not. */
  if (x == self->x && y == self->y)
    return;
  self->x = x;
  self->y = y;
  restart (self);
}

static gboolean
on_key (BeckonAutoHide *self)
{
  restart (self);
  return GDK_EVENT_PROPAGATE;
}

static void
add_controller (BeckonAutoHide *self,
                GtkEventController *controller,
                const char *signal,
                GCallback callback)
{
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (controller, signal, callback, self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->window), controller);
}

static void
on_screen_reader (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BeckonAutoHide *self = user_data; /* gone if it was cancelled */
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusProxy) proxy = g_dbus_proxy_new_for_bus_finish (result, &error);

  if (proxy != NULL)
    self->screen_reader = g_steal_pointer (&proxy);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("No word of a screen reader: %s", error->message);
}

static void
beckon_auto_hide_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonAutoHideProperty) prop_id)
    {
    case PROP_SHOWN:
      g_value_set_boolean (value, BECKON_AUTO_HIDE (object)->shown);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_auto_hide_dispose (GObject *object)
{
  BeckonAutoHide *self = BECKON_AUTO_HIDE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_object (&self->screen_reader);

  G_OBJECT_CLASS (beckon_auto_hide_parent_class)->dispose (object);
}

static void
beckon_auto_hide_finalize (GObject *object)
{
  g_clear_object (&BECKON_AUTO_HIDE (object)->cancellable);

  G_OBJECT_CLASS (beckon_auto_hide_parent_class)->finalize (object);
}

static void
beckon_auto_hide_class_init (BeckonAutoHideClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_auto_hide_get_property;
  object_class->dispose = beckon_auto_hide_dispose;
  object_class->finalize = beckon_auto_hide_finalize;

  properties[PROP_SHOWN] =
      g_param_spec_boolean ("shown", NULL, NULL, TRUE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_auto_hide_init (BeckonAutoHide *self)
{
  self->cancellable = g_cancellable_new ();
  self->shown = TRUE;
  self->held = TRUE;
}

BeckonAutoHide *
beckon_auto_hide_new (GtkWindow *window)
{
  BeckonAutoHide *self;
  GtkGesture *touch = gtk_gesture_click_new ();

  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);

  self = g_object_new (BECKON_TYPE_AUTO_HIDE, NULL);
  self->window = window;
  add_controller (self, gtk_event_controller_motion_new (), "motion", G_CALLBACK (on_motion));
  add_controller (self, gtk_event_controller_key_new (), "key-pressed", G_CALLBACK (on_key));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (touch), 0);
  add_controller (self, GTK_EVENT_CONTROLLER (touch), "pressed", G_CALLBACK (restart));
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SESSION, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL,
                            "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status", self->cancellable,
                            on_screen_reader, self);
  return self;
}

gboolean
beckon_auto_hide_is_shown (BeckonAutoHide *self)
{
  g_return_val_if_fail (BECKON_IS_AUTO_HIDE (self), TRUE);

  return self->shown;
}

void
beckon_auto_hide_set_held (BeckonAutoHide *self, gboolean held)
{
  g_return_if_fail (BECKON_IS_AUTO_HIDE (self));

  if (self->held == held)
    return;
  self->held = held;
  restart (self);
}
