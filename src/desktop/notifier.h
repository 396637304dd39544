/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** BeckonNoticeButton: @action: one of the application, with "app."; @target: (nullable): what it
 * is activated with; @purpose: (nullable): what the desktop knows it as, "call.accept". */
typedef struct
{
  const char *label;
  const char *action;
  GVariant *target;
  const char *purpose;
} BeckonNoticeButton;

/** BeckonNotice: a notification. Its strings are the caller's; floating targets are taken. */
typedef struct
{
  const char *title;
  const char *body;
  const char *icon;           /* its name */
  const char *category;       /* "call.incoming"; NULL: none of those that the portal names */
  const char *default_action; /* like a button's; NULL: the application is activated */
  GNotificationPriority priority;
  BeckonNoticeButton buttons[2];
  guint n_buttons;
} BeckonNotice;

#define BECKON_TYPE_NOTIFIER (beckon_notifier_get_type ())
/**
 * BeckonNotifier:
 *
 * Shows notifications: over the second version of the desktop's portal, which knows what a call and
 * its buttons are, where portals are our way to the desktop; else as GApplication does. Either way
 * their buttons are actions of the application, which the desktop starts for them if it has ended.
 * Main thread only.
 */
G_DECLARE_FINAL_TYPE (BeckonNotifier, beckon_notifier, BECKON, NOTIFIER, GObject)

/** beckon_notifier_new: @application: registered; it is not held. */
BeckonNotifier *beckon_notifier_new (GApplication *application);

/** beckon_notifier_send: shows @notice, in the place of an older one with this @id. */
void beckon_notifier_send (BeckonNotifier *self, const char *id, const BeckonNotice *notice);
/** beckon_notifier_withdraw: also one of the process before this one. */
void beckon_notifier_withdraw (BeckonNotifier *self, const char *id);

G_END_DECLS
