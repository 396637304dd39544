/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "link-question.h"

#include "dialogs.h"

#include <glib/gi18n.h>

#define USER_KEY "beckon-user"

static void
on_response (GtkWidget *question, const char *response, GtkWidget *home)
{
  BeckonMedia media;

  if (beckon_media_from_string (response, &media))
    gtk_widget_activate_action (home, "home.call", "(ss)",
                                g_object_get_data (G_OBJECT (question), USER_KEY), response);
}

static void
on_changed (BeckonCurrentCall *current, GtkWidget *question)
{
  const gboolean free =
      beckon_current_call_is_connected (current) && beckon_current_call_get (current) == NULL;

  beckon_question_set_enabled (question, "voice", free);
  beckon_question_set_enabled (question, "video", free);
}

char *
beckon_link_question_get_obstacle (BeckonAccount *account, const BeckonCallLink *link)
{
  BeckonCallManager *manager;
  g_autofree char *server = NULL;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);

  if (link == NULL)
    return g_strdup (_("This is not a link to a call"));
  if (!beckon_account_is_signed_in (account))
    return g_strdup (_("Sign in first, and then open the link again"));
  manager = beckon_account_get_manager (account);
  server = manager != NULL
               ? g_strdup (beckon_signaling_service_get_server (
                     beckon_call_manager_get_signaling (manager)))
               : g_settings_get_string (beckon_account_get_settings (account), "server");
  if (beckon_call_link_is_at (link, server))
    return NULL;
  /* Translators: a user ID, and the address of a server */
  return g_strdup_printf (_("“%s” has an account on another server: %s"), link->user,
                          link->server);
}

static AdwResponseAppearance
get_appearance (const BeckonCallLink *link, BeckonMedia media)
{
  return link->has_media && link->media == media ? ADW_RESPONSE_SUGGESTED : ADW_RESPONSE_DEFAULT;
}

GtkWidget *
beckon_link_question_new (GtkWindow *home, BeckonCurrentCall *current, const BeckonCallLink *link)
{
  g_autofree char *heading = NULL;
  GtkWidget *question;

  g_return_val_if_fail (GTK_IS_WINDOW (home), NULL);
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (current), NULL);
  g_return_val_if_fail (link != NULL, NULL);

  /* Translators: %s is a user ID */
  heading = g_strdup_printf (_("Call “%s”?"), link->user);
  question = beckon_question_new (heading, _("A link asks Beckon to call this person."));
  /* Translators: button of a question: calls with sound only */
  beckon_question_add (question, "voice", _("V_oice Call"),
                       get_appearance (link, BECKON_MEDIA_VOICE));
  /* Translators: button of a question: calls with pictures */
  beckon_question_add (question, "video", _("_Video Call"),
                       get_appearance (link, BECKON_MEDIA_VIDEO));
  g_object_set_data_full (G_OBJECT (question), USER_KEY, g_strdup (link->user), g_free);
  g_signal_connect_object (question, "response", G_CALLBACK (on_response), home, 0);
  g_signal_connect_object (current, "changed", G_CALLBACK (on_changed), question, 0);
  on_changed (current, question);
  return question;
}
