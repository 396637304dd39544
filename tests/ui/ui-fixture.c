/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui-fixture.h"

#include "frame-paintable.h"

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#define LOOK_MS 80
#define SETTLE_US (2 * G_USEC_PER_SEC)

/* ---- a video sink without video ---- */

#define UI_TYPE_SOURCE (ui_source_get_type ())
G_DECLARE_FINAL_TYPE (UiSource, ui_source, UI, SOURCE, GObject)

struct _UiSource
{
  GObject parent_instance;

  GdkPaintable *paintable;
};

G_DEFINE_FINAL_TYPE (UiSource, ui_source, G_TYPE_OBJECT)

static void
ui_source_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, UI_SOURCE (object)->paintable);
}

static void
ui_source_dispose (GObject *object)
{
  g_clear_object (&UI_SOURCE (object)->paintable);

  G_OBJECT_CLASS (ui_source_parent_class)->dispose (object);
}

static void
ui_source_class_init (UiSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = ui_source_get_property;
  G_OBJECT_CLASS (klass)->dispose = ui_source_dispose;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
                                   g_param_spec_object ("paintable", NULL, NULL, GDK_TYPE_PAINTABLE,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
ui_source_init (UiSource *self)
{
}

GObject *
ui_create_source (guint32 rgb)
{
  UiSource *self = g_object_new (UI_TYPE_SOURCE, NULL);
  BeckonFramePaintable *paintable = beckon_frame_paintable_new ();
  cairo_surface_t *frame = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2, 1);
  cairo_t *cr = cairo_create (frame);

  cairo_set_source_rgb (cr, (rgb >> 16) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (frame);
  beckon_frame_paintable_set_frame (paintable, frame, 16.0 / 9);
  cairo_surface_destroy (frame);
  self->paintable = GDK_PAINTABLE (paintable);
  return G_OBJECT (self);
}

/* ---- the main loop ---- */

gboolean
ui_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) style = NULL;

  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ())
    return FALSE;
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/beckon/Beckon/icons");
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/org/beckon/Beckon/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return TRUE;
}

static gboolean
on_turn (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

void
ui_iterate (void)
{
  const guint source = g_timeout_add (20, on_turn, NULL);

  if (g_main_context_iteration (NULL, TRUE) && g_main_context_find_source_by_id (NULL, source))
    g_source_remove (source);
}

/* An animation on a machine that takes longer for a picture than there is between two has always
 * something due. */
void
ui_settle (void)
{
  const gint64 until = g_get_monotonic_time () + SETTLE_US;

  while (g_main_context_iteration (NULL, FALSE) && g_get_monotonic_time () < until)
    ;
}

static void
on_frame (GdkFrameClock *clock, guint *n_frames)
{
  *n_frames += 1;
}

static gboolean
on_looked (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

guint
ui_count_frames (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  guint n_frames = 0;
  const gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_frame), &n_frames);
  gboolean looked = FALSE;

  g_timeout_add (LOOK_MS, on_looked, &looked);
  ui_await (looked);
  g_signal_handler_disconnect (clock, handler);
  return n_frames;
}

/* ---- widgets ---- */

typedef gboolean (*Matches) (GtkWidget *widget, const void *wanted);

static GtkWidget *
find (GtkWidget *root, Matches matches, const void *wanted)
{
  if (matches (root, wanted))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, wanted);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_action (GtkWidget *widget, const void *wanted)
{
  return GTK_IS_ACTIONABLE (widget) &&
         g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), wanted) == 0;
}

GtkWidget *
ui_find_action (GtkWidget *root, const char *action)
{
  return find (root, has_action, action);
}

static gboolean
has_text (GtkWidget *widget, const void *wanted)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
         strstr (gtk_label_get_label (GTK_LABEL (widget)), wanted) != NULL;
}

GtkWidget *
ui_find_label (GtkWidget *root, const char *text)
{
  return find (root, has_text, text);
}

static gboolean
has_type (GtkWidget *widget, const void *wanted)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (widget, *(const GType *) wanted);
}

GtkWidget *
ui_find_type (GtkWidget *root, GType type)
{
  return find (root, has_type, &type);
}

static gboolean
has_name (GtkWidget *widget, const void *wanted)
{
  g_autofree char *other = NULL;

  if (GTK_IS_LABEL (widget) ||
      !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return FALSE;
  other = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget),
                                              GTK_ACCESSIBLE_PROPERTY_LABEL, wanted);
  return other == NULL;
}

GtkWidget *
ui_find_named (GtkWidget *root, const char *name)
{
  return find (root, has_name, name);
}

void
ui_click (GtkWidget *button)
{
  g_assert_true (GTK_IS_BUTTON (button));
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

gboolean
ui_press (GtkWidget *widget, guint keyval, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !handled; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, state, &handled);
    }
  return handled;
}

void
ui_destroy (GtkWidget *window)
{
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_await (window == NULL);
}

/* ---- what windows are given ---- */

BeckonCallManager *
ui_create_manager (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonSignalingService) signaling =
      beckon_signaling_service_new ("http://127.0.0.1:1", "device", "Test", &error);
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  g_assert_no_error (error);
  return beckon_call_manager_new (signaling, config);
}

GSettings *
ui_open_settings (void)
{
  g_autoptr (GSettingsBackend) memory = g_memory_settings_backend_new ();

  return g_settings_new_with_backend_and_path (APPLICATION_ID, memory, "/org/beckon/Beckon/");
}
