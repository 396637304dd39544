/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Usage: test-screens FOLDER LANGUAGE LOOK...
 *
 * Keeps a picture of each screen in FOLDER, in one language and with each look: light or dark, wide
 * or narrow, or narrow with large letters; to be looked at. In high contrast where
 * ADW_DEBUG_HIGH_CONTRAST says so. And nothing moves: one language and one look are enough to see that. */

#include "config.h"

#include "language.h"
#include "motion.h"
#include "screens.h"
#include "ui-fixture.h"

#define NORMAL_DPI 96
#define LARGE_DPI 144
#define STILL_LANGUAGE "en_US"
#define STILL_LOOK (&looks[0])

typedef struct
{
  const char *name;
  int width;
  int height;
  int dpi;
  AdwColorScheme scheme;
} Look;

static const Look looks[] = {
  { "wide", 1000, 700, NORMAL_DPI, ADW_COLOR_SCHEME_FORCE_LIGHT },
  { "wide-dark", 1000, 700, NORMAL_DPI, ADW_COLOR_SCHEME_FORCE_DARK },
  { "narrow", 360, 640, NORMAL_DPI, ADW_COLOR_SCHEME_FORCE_LIGHT },
  { "narrow-dark", 360, 640, NORMAL_DPI, ADW_COLOR_SCHEME_FORCE_DARK },
  { "narrow-large", 360, 640, LARGE_DPI, ADW_COLOR_SCHEME_FORCE_LIGHT },
};

typedef struct
{
  const Look *look;
  const char *folder;
  const char *language;
} Case;

static void
add_widget (GtkSnapshot *snapshot, GtkWidget *widget)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                          gtk_widget_get_height (widget));
}

/* Popovers have surfaces of their own. */
static void
add_popovers (GtkSnapshot *snapshot, GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (!gtk_widget_get_mapped (child))
        continue;
      if (GTK_IS_POPOVER (child))
        {
          GdkPopup *popup = GDK_POPUP (gtk_native_get_surface (GTK_NATIVE (child)));

          gtk_snapshot_save (snapshot);
          gtk_snapshot_translate (snapshot,
                                  &GRAPHENE_POINT_INIT ((float) gdk_popup_get_position_x (popup),
                                                        (float) gdk_popup_get_position_y (popup)));
          add_widget (snapshot, child);
          gtk_snapshot_restore (snapshot);
        }
      add_popovers (snapshot, child);
    }
}

static GdkTexture *
take_picture (GtkWidget *window)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  add_widget (snapshot, window);
  add_popovers (snapshot, window);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  return gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
}

/* Something is to be seen in it. */
static gboolean
is_blank (GdkTexture *picture)
{
  const gsize stride = 4 * (gsize) gdk_texture_get_width (picture);
  const gsize n = stride * (gsize) gdk_texture_get_height (picture);
  g_autofree guchar *pixels = g_malloc (n);

  gdk_texture_download (picture, pixels, stride);
  for (gsize i = stride; i < n; i++)
    if (pixels[i] != pixels[i % 4])
      return FALSE;
  return TRUE;
}

static void
test_look (gconstpointer data)
{
  const Case *c = data;
  const gboolean still = c->look == STILL_LOOK && g_str_equal (c->language, STILL_LANGUAGE);
  Screens *screens;

  if (!ui_speak (c->language))
    {
      g_test_skip ("this machine has no C.UTF-8 to make locales of");
      return;
    }
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), c->look->scheme);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", c->look->dpi * PANGO_SCALE, NULL);
  screens = screens_new ();
  for (guint i = 0; i < screens_count (); i++)
    {
      g_autoptr (GdkTexture) picture = NULL;
      g_autofree char *path = g_strdup_printf ("%s/%s-%s-%s.png", c->folder, screens_get_name (i),
                                               c->language, c->look->name);

      GtkWidget *window;

      if (screens_is_narrow_only (i) && c->look->width > 640)
        continue;
      window = screens_open (screens, i, c->look->width, c->look->height);
      picture = take_picture (window);
      g_test_message ("%s", path);
      g_assert_false (is_blank (picture));
      g_assert_true (gdk_texture_save_to_png (picture, path));
      if (still)
        motion_assert_none (window);
    }
  if (still)
    {
      motion_assert_no_slide (screens);
      motion_assert_found (screens);
      motion_assert_rests (screens);
    }
  screens_free (screens);
}

static gboolean
is_wanted (const Look *look, char **names)
{
  return g_getenv ("BECKON_ALL_PICTURES") != NULL ||
         g_strv_contains ((const char *const *) names, look->name);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, >, 3);
  ui_speak (argv[2]);
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_mkdir_with_parents (argv[1], 0777);
  /* The cursor is not ours, and has a setting of its own. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-cursor-blink", FALSE,
                NULL);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ui/screens/%s/%s", argv[2], looks[i].name);
      Case *c;

      if (!is_wanted (&looks[i], argv + 3))
        continue;
      c = g_new0 (Case, 1);
      c->look = &looks[i];
      c->folder = argv[1];
      c->language = argv[2];
      g_test_add_data_func_full (path, c, test_look, g_free);
    }
  return g_test_run ();
}
