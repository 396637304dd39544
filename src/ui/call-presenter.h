/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "account.h"
#include "quiet.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CALL_PRESENTER (beckon_call_presenter_get_type ())
/**
 * BeckonCallPresenter:
 *
 * Shows the current call of an account: the window and the notification of one that comes in, the
 * call window of one that is placed or answered, the notification of one that was missed. Owned by
 * the application, which it does not hold. Where the person does not want to be disturbed, the
 * window stays hidden until beckon_call_presenter_present(), and nothing is heard.
 *
 * Signals: notice (char *sentence)  what became of a call that rang here, where no window says it
 */
G_DECLARE_FINAL_TYPE (BeckonCallPresenter, beckon_call_presenter, BECKON, CALL_PRESENTER, GObject)

BeckonCallPresenter *beckon_call_presenter_new (GtkApplication *application,
                                                BeckonAccount *account, BeckonQuiet *quiet);

/** beckon_call_presenter_accept: answers the call with this @id, if it still rings. Returns:
 * whether it does. */
gboolean beckon_call_presenter_accept (BeckonCallPresenter *self, const char *id,
                                       gboolean with_camera);

/** beckon_call_presenter_decline: the same, and declines it. */
gboolean beckon_call_presenter_decline (BeckonCallPresenter *self, const char *id);

/** beckon_call_presenter_present: brings the window of a ringing call to the person. Returns:
 * whether there was one. */
gboolean beckon_call_presenter_present (BeckonCallPresenter *self);

/** beckon_call_presenter_present_call: brings the window of a call that one is in to the person, if
 * there is one. */
void beckon_call_presenter_present_call (BeckonCallPresenter *self);

G_END_DECLS
