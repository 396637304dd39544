/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_PICTURE_IN_PICTURE (beckon_picture_in_picture_get_type ())
/**
 * BeckonPictureInPicture:
 *
 * Makes a window a small one, which stays above the others where the desktop lets it, and gives it
 * its size back. Keeps the style class "pip" on it. Owned by the window, which it does not hold.
 *
 * Properties: active (read-only).
 */
G_DECLARE_FINAL_TYPE (BeckonPictureInPicture, beckon_picture_in_picture, BECKON,
                      PICTURE_IN_PICTURE, GObject)

BeckonPictureInPicture *beckon_picture_in_picture_new (GtkWindow *window);

void beckon_picture_in_picture_set_active (BeckonPictureInPicture *self, gboolean active);
gboolean beckon_picture_in_picture_is_active (BeckonPictureInPicture *self);

G_END_DECLS
