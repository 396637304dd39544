/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person does in the home window. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "home-window-private.h"

#include "add-contact-dialog.h"
#include "blocked-window.h"
#include "dialogs.h"
#include "identifiers.h"
#include "phrases.h"
#include "preferences.h"

#include <glib/gi18n.h>

/* ---- calling ---- */

/* What an invite needs when it comes back; the window may be gone by then. */
typedef struct
{
  BeckonHomeWindow *window;
  char *ids;
} Invite;

static void
invite_free (Invite *invite)
{
  g_object_unref (invite->window);
  g_free (invite->ids);
  g_free (invite);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Invite, invite_free)

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Invite) invite = user_data;
  BeckonHomeWindow *self = invite->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);

  self->inviting = FALSE;
  if (self->account == NULL)
    return; /* closed meanwhile */
  beckon_home_window_update (self);
  if (call == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, invite->ids);

      beckon_home_window_say (self, phrase);
    }
  else
    beckon_dial_box_clear (self->dial);
}

static gboolean
check_invitees (BeckonHomeWindow *self, const char *const *ids)
{
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);

  if (!g_strv_contains (ids, beckon_signaling_service_get_user_id (signaling)))
    return TRUE;
  beckon_home_window_say (self, beckon_phrase_for_own_id ());
  return FALSE;
}

static void
on_call_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;
  const char *text;
  const char *word;
  BeckonMedia media;
  Invite *invite;

  g_variant_get (parameter, "(&s&s)", &text, &word);
  if (beckon_home_window_get_obstacle (self) != NULL || !beckon_media_from_string (word, &media))
    return;
  ids = beckon_user_ids_parse (text, &error);
  if (ids == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, text);

      beckon_home_window_say (self, phrase);
      return;
    }
  if (!check_invitees (self, (const char *const *) ids))
    return;

  g_settings_set_string (beckon_account_get_settings (self->account), "last-media", word);
  invite = g_new0 (Invite, 1);
  invite->window = g_object_ref (self);
  invite->ids = g_strjoinv (", ", ids);
  self->inviting = TRUE;
  beckon_home_window_update (self);
  beckon_call_manager_invite_async (beckon_account_get_manager (self->account),
                                    (const char *const *) ids, media, 0, NULL, on_invited, invite);
}

/* ---- people ---- */

static void
on_add_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonSignalingService *signaling =
      beckon_home_window_get_signaling (BECKON_HOME_WINDOW (widget));

  if (signaling != NULL)
    beckon_dialog_present (beckon_add_contact_dialog_new (signaling), GTK_WINDOW (widget));
}

/* Returns: whether the server has done what it was asked for; if not the person is told why. */
static gboolean
was_done (BeckonHomeWindow *self, GObject *source, GAsyncResult *result, const char *subject)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *phrase = NULL;

  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    return TRUE;
  phrase = beckon_phrase_for_error (error, subject);
  beckon_home_window_say (self, phrase);
  return FALSE;
}

static void
on_people_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonHomeWindow) self = user_data;

  was_done (self, source, result, NULL);
}

static void
on_restore_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);

  if (signaling != NULL)
    beckon_signaling_service_add_contact_async (signaling, g_variant_get_string (parameter, NULL),
                                                NULL, on_people_changed, g_object_ref (self));
}

/* What is needed when a block, or a removal, comes back. */
typedef struct
{
  BeckonHomeWindow *window;
  char *id;
  char *name;
} Block;

static Block *
block_new (BeckonHomeWindow *window, const char *id, const char *name)
{
  Block *block = g_new0 (Block, 1);

  block->window = g_object_ref (window);
  block->id = g_strdup (id);
  block->name = g_strdup (name);
  return block;
}

static void
block_free (Block *block)
{
  g_object_unref (block->window);
  g_free (block->id);
  g_free (block->name);
  g_free (block);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Block, block_free)

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Block) removal = user_data;
  g_autofree char *sentence = NULL;

  if (!was_done (removal->window, source, result, removal->id))
    return;
  /* Translators: %s is a person's name */
  sentence = g_strdup_printf (_("“%s” was removed from your contacts"), removal->name);
  /* Translators: button of a message: takes that back; imperative */
  beckon_home_window_offer (removal->window, sentence, _("Undo"), "home.restore-contact",
                            removal->id);
}

static void
on_remove_contact_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);
  const char *id;
  const char *name;

  g_variant_get (parameter, "(&s&s)", &id, &name);
  if (signaling != NULL)
    beckon_signaling_service_remove_contact_async (signaling, id, NULL, on_removed,
                                                   block_new (self, id, name));
}

static void
on_blocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Block) block = user_data;
  g_autofree char *sentence = NULL;

  if (!was_done (block->window, source, result, block->id))
    return;
  /* Translators: %s is a person's name */
  sentence = g_strdup_printf (_("%s is blocked"), block->name);
  /* Translators: button of a message: takes that back; imperative */
  beckon_home_window_offer (block->window, sentence, _("Undo"), "home.unblock", block->id);
}

/* What a question is about. It may lie in the window, so it does not hold it. */
#define ID_KEY "beckon-id"
#define NAME_KEY "beckon-name"

static void
on_block_confirmed (GtkWidget *question, const char *response, BeckonHomeWindow *self)
{
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);
  const char *id = g_object_get_data (G_OBJECT (question), ID_KEY);
  const char *name = g_object_get_data (G_OBJECT (question), NAME_KEY);

  if (signaling != NULL)
    beckon_signaling_service_block_async (signaling, id, NULL, on_blocked,
                                          block_new (self, id, name));
}

static void
on_block_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *heading = NULL;
  GtkWidget *question;
  const char *id;
  const char *name;

  g_variant_get (parameter, "(&s&s)", &id, &name);
  /* Translators: %s is a person's name */
  heading = g_strdup_printf (_("Block %s?"), name);
  question =
      beckon_question_new (heading, _("They cannot call you any more, and they always see you "
                                      "offline. They are not told."));
  /* Translators: button of a question; imperative */
  beckon_question_add (question, "block", _("_Block"), ADW_RESPONSE_DESTRUCTIVE);
  g_object_set_data_full (G_OBJECT (question), ID_KEY, g_strdup (id), g_free);
  g_object_set_data_full (G_OBJECT (question), NAME_KEY, g_strdup (name), g_free);
  g_signal_connect_object (question, "response::block", G_CALLBACK (on_block_confirmed), widget, 0);
  beckon_dialog_present (question, GTK_WINDOW (widget));
}

static void
on_unblock_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);

  if (signaling != NULL)
    beckon_signaling_service_unblock_async (signaling, g_variant_get_string (parameter, NULL), NULL,
                                            on_people_changed, g_object_ref (self));
}

static void
on_blocked_people_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  BeckonSignalingService *signaling = beckon_home_window_get_signaling (self);

  if (signaling != NULL)
    beckon_dialog_present (beckon_blocked_window_new (signaling, self->people), GTK_WINDOW (self));
}

/* ---- other actions ---- */

static void
on_copy_id_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), gtk_label_get_label (self->own_id));
  beckon_home_window_say (self, _("Your user ID was copied"));
}

static void
on_copy_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const char *id = g_variant_get_string (parameter, NULL);
  g_autofree char *sentence = NULL;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), id);
  /* Translators: %s is a user ID */
  sentence = g_strdup_printf (_("“%s” was copied"), id);
  beckon_home_window_say (BECKON_HOME_WINDOW (widget), sentence);
}

static void
on_search_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  if (beckon_dialog_covers (GTK_WINDOW (self)))
    return;
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (self->search);
}

/* On this device only: the server keeps its list, and so do other devices. */
static void
on_clear_history_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);
  GSettings *settings = beckon_account_get_settings (self->account);
  g_autofree char *before =
      g_strdup_printf ("%" G_GINT64_FORMAT, g_settings_get_int64 (settings, "history-cleared"));
  g_autoptr (BeckonHistoryItem) newest =
      g_list_model_get_item (beckon_people_get_history (self->people), 0);

  if (newest == NULL)
    return;
  beckon_people_see_history (self->people);
  g_settings_set_int64 (settings, "history-cleared",
                        beckon_history_item_get_call (newest)->started);
  beckon_home_window_offer (self, _("The recent calls were cleared on this computer"),
                            /* Translators: button of a message: takes that back; imperative */
                            _("Undo"), "home.restore-history", before);
}

static void
on_restore_history_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  g_settings_set_int64 (beckon_account_get_settings (self->account), "history-cleared",
                        g_ascii_strtoll (g_variant_get_string (parameter, NULL), NULL, 10));
}

static void
on_retry_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonSignalingService *signaling =
      beckon_home_window_get_signaling (BECKON_HOME_WINDOW (widget));

  if (signaling != NULL)
    beckon_signaling_service_retry (signaling);
}

static void
on_sign_out_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_account_sign_out (BECKON_HOME_WINDOW (widget)->account);
}

static void
on_preferences_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonHomeWindow *self = BECKON_HOME_WINDOW (widget);

  if (!beckon_dialog_covers (GTK_WINDOW (self)))
    beckon_show_preferences (GTK_WINDOW (self), self->account, self->autostart, self->shortcuts);
}

static void
on_focus_dial_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (BECKON_HOME_WINDOW (widget)->dial));
}

void
beckon_home_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "home.call", "(ss)", on_call_action);
  gtk_widget_class_install_action (widget_class, "home.add-contact", NULL, on_add_contact_action);
  gtk_widget_class_install_action (widget_class, "home.remove-contact", "(ss)",
                                   on_remove_contact_action);
  gtk_widget_class_install_action (widget_class, "home.restore-contact", "s",
                                   on_restore_contact_action);
  gtk_widget_class_install_action (widget_class, "home.block", "(ss)", on_block_action);
  gtk_widget_class_install_action (widget_class, "home.unblock", "s", on_unblock_action);
  gtk_widget_class_install_action (widget_class, "home.blocked-people", NULL,
                                   on_blocked_people_action);
  gtk_widget_class_install_action (widget_class, "home.copy-id", NULL, on_copy_id_action);
  gtk_widget_class_install_action (widget_class, "home.copy", "s", on_copy_action);
  gtk_widget_class_install_action (widget_class, "home.search", NULL, on_search_action);
  gtk_widget_class_install_action (widget_class, "home.clear-history", NULL,
                                   on_clear_history_action);
  gtk_widget_class_install_action (widget_class, "home.restore-history", "s",
                                   on_restore_history_action);
  gtk_widget_class_install_action (widget_class, "home.retry", NULL, on_retry_action);
  gtk_widget_class_install_action (widget_class, "home.sign-out", NULL, on_sign_out_action);
  gtk_widget_class_install_action (widget_class, "home.preferences", NULL, on_preferences_action);
  gtk_widget_class_install_action (widget_class, "home.focus-dial", NULL, on_focus_dial_action);
}
