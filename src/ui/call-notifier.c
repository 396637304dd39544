/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-notifier.h"

#include "phrases.h"

#include <glib/gi18n.h>

/* There is one at a time; and who was killed while it rang knows this one, and not the call. */
#define INCOMING_ID "incoming"
#define TROUBLE_ID "trouble"

void
beckon_call_notifier_send_incoming (BeckonNotifier *notifier, BeckonCall *call, gboolean quiet)
{
  BeckonNotice notice = {
    .icon = "call-start-symbolic",
    .category = "call.incoming",
    .priority = quiet ? G_NOTIFICATION_PRIORITY_LOW : G_NOTIFICATION_PRIORITY_URGENT,
    .n_buttons = 2,
  };

  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));
  g_return_if_fail (BECKON_IS_CALL (call));

  notice.title = beckon_call_get_peer_name (call);
  notice.body = beckon_call_get_media (call) == BECKON_MEDIA_VIDEO
                    /* Translators: text of a notification, below the caller's name */
                    ? _("Incoming video call")
                    /* Translators: text of a notification, below the caller's name */
                    : _("Incoming voice call");
  notice.buttons[0] =
      /* Translators: button of a notification: answers an incoming call; imperative */
      (BeckonNoticeButton){ _("Accept"), "app.accept",
                            g_variant_new_string (beckon_call_get_id (call)), "call.accept" };
  notice.buttons[1] =
      /* Translators: button of a notification: refuses an incoming call; imperative */
      (BeckonNoticeButton){ _("Decline"), "app.decline",
                            g_variant_new_string (beckon_call_get_id (call)), "call.decline" };
  beckon_notifier_send (notifier, INCOMING_ID, &notice);
}

void
beckon_call_notifier_withdraw_incoming (BeckonNotifier *notifier)
{
  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));

  beckon_notifier_withdraw (notifier, INCOMING_ID);
}

void
beckon_call_notifier_send_missed (BeckonNotifier *notifier,
                                  BeckonSignalingService *account,
                                  const BeckonUser *from,
                                  BeckonMedia media,
                                  gboolean quiet)
{
  g_autofree char *id = NULL;
  BeckonNotice notice = {
    .icon = "call-missed-symbolic",
    .category = "call.unanswered",
    .priority = quiet ? G_NOTIFICATION_PRIORITY_LOW : G_NOTIFICATION_PRIORITY_NORMAL,
    .n_buttons = 1,
  };

  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));
  g_return_if_fail (from != NULL);

  id = g_strconcat ("missed-", from->id, NULL);
  notice.title = from->name;
  /* Translators: notification, or past call in a list */
  notice.body = media == BECKON_MEDIA_VIDEO ? _("Missed video call")
                                            /* Translators: notification, or past call in a list */
                                            : _("Missed voice call");
  notice.buttons[0] = (BeckonNoticeButton){
    /* Translators: button of a notification about a missed call; imperative */
    .label = _("Call back"),
    .action = "app.call-back",
    .target = g_variant_new ("(ssss)", beckon_signaling_service_get_server (account),
                             beckon_signaling_service_get_user_id (account), from->id,
                             beckon_media_to_string (media)),
  };
  beckon_notifier_send (notifier, id, &notice);
}

void
beckon_call_notifier_withdraw_missed (BeckonNotifier *notifier, const char *user)
{
  g_autofree char *id = NULL;

  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));
  g_return_if_fail (user != NULL);

  id = g_strconcat ("missed-", user, NULL);
  beckon_notifier_withdraw (notifier, id);
}

void
beckon_call_notifier_send_trouble (BeckonNotifier *notifier,
                                   gboolean signed_out,
                                   const char *sentence)
{
  BeckonNotice notice = {
    .icon = "dialog-warning-symbolic",
    .default_action = "app.home",
    .priority = G_NOTIFICATION_PRIORITY_HIGH,
  };

  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));
  g_return_if_fail (signed_out || sentence != NULL);

  /* Translators: title of a notification: why follows below it */
  notice.title = signed_out ? _("No calls come in")
                            /* Translators: name of the application */
                            : _("Beckon");
  notice.body = sentence != NULL ? sentence
                                 /* Translators: text of the notification “No calls come in” */
                                 : _("You are signed out. Sign in to be called.");
  beckon_notifier_send (notifier, TROUBLE_ID, &notice);
}

void
beckon_call_notifier_withdraw_trouble (BeckonNotifier *notifier)
{
  g_return_if_fail (BECKON_IS_NOTIFIER (notifier));

  beckon_notifier_withdraw (notifier, TROUBLE_ID);
}
