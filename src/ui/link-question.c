/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "link-question.h"

#include <glib/gi18n.h>

#define USER_KEY "beckon-user"

static void
on_response (AdwMessageDialog *question, const char *response, gpointer unused)
{
  GtkWindow *home = gtk_window_get_transient_for (GTK_WINDOW (question));
  BeckonMedia media;

  if (home != NULL && beckon_media_from_string (response, &media))
    gtk_widget_activate_action (GTK_WIDGET (home), "home.call", "(ss)",
                                g_object_get_data (G_OBJECT (question), USER_KEY), response);
}

static void
update (AdwMessageDialog *question, BeckonCurrentCall *current)
{
  const gboolean free =
      beckon_current_call_is_connected (current) && beckon_current_call_get (current) == NULL;

  adw_message_dialog_set_response_enabled (question, "voice", free);
  adw_message_dialog_set_response_enabled (question, "video", free);
}

static void
on_changed (BeckonCurrentCall *current, AdwMessageDialog *question)
{
  update (question, current);
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

GtkWidget *
beckon_link_question_new (GtkWindow *home, BeckonCurrentCall *current, const BeckonCallLink *link)
{
  GtkWidget *window;
  AdwMessageDialog *question;

  g_return_val_if_fail (GTK_IS_WINDOW (home), NULL);
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (current), NULL);
  g_return_val_if_fail (link != NULL, NULL);

  window = adw_message_dialog_new (home, NULL, NULL);
  question = ADW_MESSAGE_DIALOG (window);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  /* Translators: %s is a user ID */
  adw_message_dialog_format_heading (question, _("Call “%s”?"), link->user);
  adw_message_dialog_set_body (question, _("A link asks Beckon to call this person."));
  adw_message_dialog_add_responses (question, "cancel",
                                    /* Translators: button of a question: nothing is done */
                                    _("_Cancel"), "voice",
                                    /* Translators: button of a question: calls with sound only */
                                    _("V_oice Call"), "video",
                                    /* Translators: button of a question: calls with pictures */
                                    _("_Video Call"), NULL);
  if (link->has_media)
    adw_message_dialog_set_response_appearance (question, beckon_media_to_string (link->media),
                                                ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (question, "cancel");
  adw_message_dialog_set_close_response (question, "cancel");
  g_object_set_data_full (G_OBJECT (question), USER_KEY, g_strdup (link->user), g_free);
  g_signal_connect (question, "response", G_CALLBACK (on_response), NULL);
  g_signal_connect_object (current, "changed", G_CALLBACK (on_changed), question, 0);
  update (question, current);
  return window;
}
