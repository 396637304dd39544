/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another language in the same process, with the catalogues of the build directory. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ui_speak: what is made from now on is in @language, one of po/LINGUAS or "en_US"; for the first time
 * before ui_init(), and then in one that there is a catalogue for. Returns: FALSE where the machine
 * cannot have such a locale. */
gboolean ui_speak (const char *language);

G_END_DECLS
