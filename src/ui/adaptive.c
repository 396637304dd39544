/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "adaptive.h"

#include "css-class.h"
#include "large-letters.h"

#include <adwaita.h>

/* The wide home window needs 608 px: the switch has to come before that, or nobody could drag the
 * window past it. */
#define NARROW_BELOW 640

struct _BeckonAdaptive
{
  GObject parent_instance;

  GtkWindow *window; /* borrowed: it owns us */

  guint source;
  gboolean wanted;
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (BeckonAdaptive, beckon_adaptive, G_TYPE_OBJECT)

typedef enum
{
  PROP_NARROW = 1,
  N_PROPS
} BeckonAdaptiveProperty;

static GParamSpec *properties[N_PROPS];

static void
set_narrow (BeckonAdaptive *self, gboolean narrow)
{
  if (narrow == self->narrow)
    return;
  self->narrow = narrow;
  beckon_css_class_set (GTK_WIDGET (self->window), "narrow", narrow);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}

static gboolean
on_idle (gpointer user_data)
{
  BeckonAdaptive *self = user_data;

  self->source = 0;
  set_narrow (self, self->wanted);
  return G_SOURCE_REMOVE;
}

/* What is as wide as so many letters. */
static gboolean
is_below (int width)
{
  return width < NARROW_BELOW * beckon_letters_scale ();
}

#if ADW_CHECK_VERSION(1, 4, 0)

/* The window's only one. */
static AdwBreakpoint *
get_breakpoint (GtkWindow *window)
{
  return ADW_IS_APPLICATION_WINDOW (window)
             ? adw_application_window_get_current_breakpoint (ADW_APPLICATION_WINDOW (window))
             : adw_window_get_current_breakpoint (ADW_WINDOW (window));
}

/* The window shows what was there before until all is laid out anew: this may change sizes. */
static void
on_breakpoint (BeckonAdaptive *self)
{
  self->wanted = get_breakpoint (self->window) != NULL;
  set_narrow (self, self->wanted);
}

static void
follow (BeckonAdaptive *self)
{
  AdwBreakpoint *breakpoint = adw_breakpoint_new (adw_breakpoint_condition_new_length (
      ADW_BREAKPOINT_CONDITION_MAX_WIDTH, NARROW_BELOW - 1, ADW_LENGTH_UNIT_SP));

  if (ADW_IS_APPLICATION_WINDOW (self->window))
    adw_application_window_add_breakpoint (ADW_APPLICATION_WINDOW (self->window), breakpoint);
  else
    adw_window_add_breakpoint (ADW_WINDOW (self->window), breakpoint);
  g_signal_connect_object (self->window, "notify::current-breakpoint", G_CALLBACK (on_breakpoint),
                           self, G_CONNECT_SWAPPED);
}

static gboolean
is_narrow_at (BeckonAdaptive *self, int width)
{
  return get_breakpoint (self->window) != NULL;
}

#else

static void
follow (BeckonAdaptive *self)
{
}

static gboolean
is_narrow_at (BeckonAdaptive *self, int width)
{
  return is_below (width);
}

#endif

static void
on_high_contrast (BeckonAdaptive *self)
{
  beckon_css_class_set (GTK_WIDGET (self->window), "hc",
                        adw_style_manager_get_high_contrast (adw_style_manager_get_default ()));
}

static void
beckon_adaptive_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonAdaptiveProperty) prop_id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, BECKON_ADAPTIVE (object)->narrow);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_adaptive_dispose (GObject *object)
{
  BeckonAdaptive *self = BECKON_ADAPTIVE (object);

  g_clear_handle_id (&self->source, g_source_remove);

  G_OBJECT_CLASS (beckon_adaptive_parent_class)->dispose (object);
}

static void
beckon_adaptive_class_init (BeckonAdaptiveClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_adaptive_get_property;
  object_class->dispose = beckon_adaptive_dispose;

  properties[PROP_NARROW] =
      g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_adaptive_init (BeckonAdaptive *self)
{
}

BeckonAdaptive *
beckon_adaptive_new (GtkWindow *window, int width)
{
  BeckonAdaptive *self;

  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);

  self = g_object_new (BECKON_TYPE_ADAPTIVE, NULL);
  self->window = window;
  self->narrow = self->wanted = is_below (width);
  beckon_css_class_set (GTK_WIDGET (window), "narrow", self->narrow);
  follow (self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (on_high_contrast), self, G_CONNECT_SWAPPED);
  on_high_contrast (self);
  return self;
}

gboolean
beckon_adaptive_is_narrow (BeckonAdaptive *self)
{
  g_return_val_if_fail (BECKON_IS_ADAPTIVE (self), FALSE);

  return self->narrow;
}

void
beckon_adaptive_allocated (BeckonAdaptive *self, int width)
{
  g_return_if_fail (BECKON_IS_ADAPTIVE (self));

  self->wanted = is_narrow_at (self, width);
  if (self->wanted != self->narrow && self->source == 0)
    self->source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_idle, self, NULL);
}
