/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** BeckonGlobalShortcut: something that a key does whatever window is in front. */
typedef struct
{
  const char *id;
  const char *description; /* translated, for the person who chooses the key */
  const char *trigger;     /* which key we would choose, as the portal writes it */
} BeckonGlobalShortcut;

/** BeckonShortcutsState: whether there are keys to be had. */
typedef enum
{
  BECKON_SHORTCUTS_UNKNOWN, /* nobody has asked, or there was no answer */
  BECKON_SHORTCUTS_THERE,
  BECKON_SHORTCUTS_MISSING, /* the desktop has no such portal */
  BECKON_SHORTCUTS_REFUSED, /* the person did not want it when we asked last */
  BECKON_SHORTCUTS_FAILED,  /* the desktop gave none when we asked last, for a reason of its own */
} BeckonShortcutsState;

#define BECKON_TYPE_GLOBAL_SHORTCUTS (beckon_global_shortcuts_get_type ())
/**
 * BeckonGlobalShortcuts:
 *
 * Keys that the desktop's portal tells us of while another window is in front; the person chooses
 * them in the desktop's dialog. Without the portal nothing is ever told. Main thread only.
 *
 * Signals: pressed (char *id), released (char *id), changed ()  the state, or which keys there are
 */
G_DECLARE_FINAL_TYPE (BeckonGlobalShortcuts, beckon_global_shortcuts, BECKON, GLOBAL_SHORTCUTS,
                      GObject)

/** beckon_global_shortcuts_new: @bus: the session bus. */
BeckonGlobalShortcuts *beckon_global_shortcuts_new (GDBusConnection *bus);

/** beckon_global_shortcuts_bind: asks the desktop for these @n keys, in the place of older ones. */
void beckon_global_shortcuts_bind (BeckonGlobalShortcuts *self,
                                   const BeckonGlobalShortcut *shortcuts, guint n);
/** beckon_global_shortcuts_unbind: gives the keys back. */
void beckon_global_shortcuts_unbind (BeckonGlobalShortcuts *self);

/** beckon_global_shortcuts_look: looks for the portal, unless it is known that there is one; where it
 * has come since, asks it for the keys that are wanted. */
void beckon_global_shortcuts_look (BeckonGlobalShortcuts *self);
BeckonShortcutsState beckon_global_shortcuts_get_state (BeckonGlobalShortcuts *self);

/** beckon_global_shortcuts_is_bound: Returns: whether the desktop has said for which it has keys. */
gboolean beckon_global_shortcuts_is_bound (BeckonGlobalShortcuts *self);

/** beckon_global_shortcuts_has: Returns: whether the desktop has a key for this one now. */
gboolean beckon_global_shortcuts_has (BeckonGlobalShortcuts *self, const char *id);

G_END_DECLS
