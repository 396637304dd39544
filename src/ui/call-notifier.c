/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-notifier.h"

#include "phrases.h"

#include <glib/gi18n.h>

static char *
dup_incoming_id (BeckonCall *call)
{
  return g_strconcat ("incoming-", beckon_call_get_id (call), NULL);
}

static void
set_icon (GNotification *notification, const char *name)
{
  g_autoptr (GIcon) icon = g_themed_icon_new (name);

  g_notification_set_icon (notification, icon);
}

void
beckon_call_notifier_send_incoming (GApplication *application, BeckonCall *call)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = NULL;

  g_return_if_fail (G_IS_APPLICATION (application));
  g_return_if_fail (BECKON_IS_CALL (call));

  notification = g_notification_new (beckon_call_get_peer_name (call));
  id = dup_incoming_id (call);
  g_notification_set_body (notification, beckon_call_get_media (call) == BECKON_MEDIA_VIDEO
                                             ? _("Incoming video call")
                                             : _("Incoming voice call"));
  set_icon (notification, "call-start-symbolic");
  g_notification_set_category (notification, "call.incoming");
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_notification_add_button_with_target (notification, _("Accept"), "app.accept", "s",
                                         beckon_call_get_id (call));
  g_notification_add_button_with_target (notification, _("Decline"), "app.decline", "s",
                                         beckon_call_get_id (call));
  g_application_send_notification (application, id, notification);
}

void
beckon_call_notifier_withdraw_incoming (GApplication *application, BeckonCall *call)
{
  g_autofree char *id = NULL;

  g_return_if_fail (G_IS_APPLICATION (application));
  g_return_if_fail (BECKON_IS_CALL (call));

  id = dup_incoming_id (call);
  g_application_withdraw_notification (application, id);
}

void
beckon_call_notifier_send_missed (GApplication *application,
                                  const BeckonUser *from,
                                  BeckonMedia media)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = NULL;

  g_return_if_fail (G_IS_APPLICATION (application));
  g_return_if_fail (from != NULL);

  notification = g_notification_new (from->name);
  id = g_strconcat ("missed-", from->id, NULL);
  g_notification_set_body (notification, media == BECKON_MEDIA_VIDEO ? _("Missed video call")
                                                                     : _("Missed voice call"));
  set_icon (notification, "call-missed-symbolic");
  g_notification_set_category (notification, "call.unanswered");
  g_application_send_notification (application, id, notification);
}
