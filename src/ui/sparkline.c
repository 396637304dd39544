/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "sparkline.h"

#include "toolkit.h"

#define N_VALUES 60
#define HEIGHT 40
#define LINE_WIDTH 2.0
#define FILL_ALPHA 0.15

struct _BeckonSparkline
{
  GtkWidget parent_instance;

  double values[N_VALUES]; /* the oldest first */
  guint n_values;
};

G_DEFINE_FINAL_TYPE (BeckonSparkline, beckon_sparkline, GTK_TYPE_WIDGET)

static void
draw_line (BeckonSparkline *self, cairo_t *cr, double width, double height)
{
  const double highest = beckon_sparkline_get_highest (self);
  const double step = width / (N_VALUES - 1);

  for (guint i = 0; i < self->n_values; i++)
    {
      const double share = highest > 0 ? self->values[i] / highest : 0;

      cairo_line_to (cr, width - (self->n_values - 1 - i) * step,
                     height - LINE_WIDTH - share * (height - 2 * LINE_WIDTH));
    }
}

static void
beckon_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BeckonSparkline *self = BECKON_SPARKLINE (widget);
  const double width = gtk_widget_get_width (widget);
  const double height = gtk_widget_get_height (widget);
  GdkRGBA color;
  cairo_t *cr;

  if (self->n_values < 2)
    return;
  beckon_widget_get_color (widget, &color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, LINE_WIDTH);
  gdk_cairo_set_source_rgba (cr, &color);
  draw_line (self, cr, width, height);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, width, height);
  cairo_line_to (cr, width - (self->n_values - 1) * width / (N_VALUES - 1), height);
  cairo_close_path (cr);
  color.alpha *= FILL_ALPHA;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
beckon_sparkline_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 0;
}

static void
beckon_sparkline_class_init (BeckonSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = beckon_sparkline_snapshot;
  widget_class->measure = beckon_sparkline_measure;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
beckon_sparkline_init (BeckonSparkline *self)
{
}

void
beckon_sparkline_add (BeckonSparkline *self, double value)
{
  g_return_if_fail (BECKON_IS_SPARKLINE (self));
  g_return_if_fail (value >= 0);

  if (self->n_values == N_VALUES)
    memmove (self->values, self->values + 1, --self->n_values * sizeof *self->values);
  self->values[self->n_values++] = value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
beckon_sparkline_get_highest (BeckonSparkline *self)
{
  double highest = 0;

  g_return_val_if_fail (BECKON_IS_SPARKLINE (self), 0);

  for (guint i = 0; i < self->n_values; i++)
    highest = MAX (highest, self->values[i]);
  return highest;
}
