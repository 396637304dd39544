/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** beckon_weak_ref_new: Returns: (transfer full): what a callback is handed that is not to keep
 * @object; for beckon_weak_ref_take() */
gpointer beckon_weak_ref_new (gpointer object);

/** beckon_weak_ref_take: @ref: (transfer full). Returns: (transfer full) (nullable): the object, if
 * there still is one */
gpointer beckon_weak_ref_take (gpointer ref);

G_END_DECLS
