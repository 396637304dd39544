/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Usage: test-languages [--large] LANGUAGE...
 *
 * On a screen of 360 px, in each language: every window fits, and no text is cut but what a person
 * has written. With letters that are half as large again, if so asked. */

#include "config.h"

#include "language.h"
#include "screens.h"
#include "ui-fixture.h"

#include <glib/gi18n.h>

#define WIDTH 360
#define HEIGHT 640
#define LARGE_DPI 144

/* ---- what is wrong with a screen ---- */

typedef struct
{
  const char *screen;
  gboolean large;
  guint n_complaints;
} Look;

G_GNUC_PRINTF (2, 3)
static void
complain (Look *look, const char *format, ...)
{
  g_autofree char *complaint = NULL;
  va_list arguments;

  va_start (arguments, format);
  complaint = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s: %s", look->screen, complaint);
  look->n_complaints++;
}

static gboolean
is_cut (GtkLabel *label)
{
  PangoLayout *layout = gtk_label_get_layout (label);
  int width;
  int height;

  pango_layout_get_pixel_size (layout, &width, &height);
  return pango_layout_is_ellipsized (layout) || width > gtk_widget_get_width (GTK_WIDGET (label)) ||
         height > gtk_widget_get_height (GTK_WIDGET (label));
}

/* Whether it stands out of its window, to either side. */
static gboolean
is_outside (GtkWidget *label)
{
  GtkWidget *content = gtk_widget_get_first_child (GTK_WIDGET (gtk_widget_get_native (label)));
  graphene_rect_t bounds;

  return gtk_widget_compute_bounds (label, content, &bounds) &&
         (bounds.origin.x < 0 ||
          bounds.origin.x + bounds.size.width > (float) gtk_widget_get_width (content));
}

/* What an empty entry asks for, its row's title, which stands in the same place, and the row's own
 * word for what was chosen are lines of GTK's and libadwaita's with a limit. */
static gboolean
is_of_toolkit (GtkLabel *label)
{
  return gtk_widget_get_ancestor (GTK_WIDGET (label), GTK_TYPE_EDITABLE) != NULL ||
         gtk_widget_get_ancestor (GTK_WIDGET (label), ADW_TYPE_COMBO_ROW) != NULL;
}

/* "0.0" in one line, and "%" in the next */
static gboolean
parts_number_and_unit (GtkLabel *label)
{
  const char *text = gtk_label_get_text (label);

  if (!gtk_widget_has_css_class (GTK_WIDGET (label), "stat-value"))
    return FALSE;
  for (GSList *l = pango_layout_get_lines_readonly (gtk_label_get_layout (label)); l != NULL;
       l = l->next)
    {
      const PangoLayoutLine *line = l->data;

      if (line->start_index > 1 && text[line->start_index - 1] == ' ' &&
          g_ascii_isdigit (text[line->start_index - 2]))
        return TRUE;
    }
  return FALSE;
}

static void
look_at_label (Look *look, GtkLabel *label)
{
  const char *text = gtk_label_get_text (label);

  if (*text == '\0' || screens_is_written (text) || (look->large && is_of_toolkit (label)))
    return;
  if (parts_number_and_unit (label))
    complain (look, "number and unit in two lines: “%s”", text);
  if (is_cut (label))
    complain (look, "cut: “%s”", text);
  else if (is_outside (GTK_WIDGET (label)))
    complain (look, "outside: “%s”", text);
}

/* With large letters the pages of libadwaita's own and menus are as wide as their longest line. */
static gboolean
has_width_of_toolkit (GtkWidget *window)
{
  return ADW_IS_ABOUT_WINDOW (window) || GTK_IS_POPOVER_MENU (window);
}

static void
look_at_window (Look *look, GtkWidget *window)
{
  GtkWidget *content = gtk_widget_get_first_child (window);
  int least;

  gtk_widget_measure (content, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  if (MAX (least, gtk_widget_get_width (content)) > WIDTH)
    complain (look, "%s has %d px and needs %d", G_OBJECT_TYPE_NAME (window),
              gtk_widget_get_width (content), least);
}

static void
look_at (Look *look, GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_NATIVE (widget) && !(look->large && has_width_of_toolkit (widget)))
    look_at_window (look, widget);
  if (GTK_IS_LABEL (widget))
    look_at_label (look, GTK_LABEL (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    look_at (look, child);
}

/* ---- languages ---- */

static gboolean
is_large (void)
{
  int dpi = 0;

  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  return dpi == LARGE_DPI * PANGO_SCALE;
}

static void
test_language (gconstpointer data)
{
  const char *language = data;
  Screens *screens;
  Look look = { .large = is_large () };

  if (!ui_speak (language))
    {
      g_test_skip ("this machine has no C.UTF-8 to make locales of");
      return;
    }
  g_assert_cmpstr (gettext ("Voice call"), !=, "Voice call");
  screens = screens_new ();
  for (guint i = 0; i < screens_count (); i++)
    {
      if (screens_is_for_pictures (i))
        continue;
      look.screen = screens_get_name (i);
      look_at (&look, screens_open (screens, i, WIDTH, HEIGHT));
    }
  screens_free (screens);
  if (look.n_complaints > 0)
    g_test_fail ();
}

int
main (int argc, char **argv)
{
  const gboolean large = argc > 1 && g_str_equal (argv[1], "--large");
  const int first = large ? 2 : 1;

  g_assert_cmpint (argc, >, first);
  ui_speak (argv[first]);
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  if (large)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", LARGE_DPI * PANGO_SCALE, NULL);
  for (int i = first; i < argc; i++)
    {
      g_autofree char *path = g_strconcat ("/ui/languages/", argv[i], NULL);

      g_test_add_data_func (path, argv[i], test_language);
    }
  return g_test_run ();
}
