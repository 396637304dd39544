/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** beckon_sentence_toast_new: @narrow: whether its window is. Returns: (transfer full): a toast that
 * shows all of @sentence, as it is; a toast's own title is cut off after a line, and is markup. */
AdwToast *beckon_sentence_toast_new (const char *sentence, gboolean narrow);

/** beckon_sentence_toast_set_button: @toast: one of these; @label: is read whole */
void beckon_sentence_toast_set_button (AdwToast *toast, const char *label);

G_END_DECLS
