/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "sign-in-page.h"

#include "phrases.h"
#include "protocol-error.h"
#include "toolkit.h"
#include "trial.h"

#include <glib/gi18n.h>

struct _BeckonSignInPage
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkMenuButton *menu;
  GtkWidget *fields;
  GtkEditable *server;
  GtkEditable *user;
  GtkEditable *password;
  GtkEditable *name;
  GtkEditable *code; /* to be seen since a server has asked for one */
  GtkWidget *message_line;
  GtkWidget *message_icon;
  GtkWidget *message_spinner;
  GtkLabel *message;
  GtkWidget *sign_in;
  GtkWidget *create;
  GtkWidget *cancel;
  GtkWidget *trial;

  /* Owned */
  BeckonAccount *account;
  GCancellable *cancellable; /* nullable: of the sign-in under way */
  GError *error;             /* nullable: how the last one ended */
  char *said;                /* nullable: the message as a screen reader has said it */

  gboolean trying; /* that one was, or is, to a server on this computer */
  gboolean told;   /* there is a message, and not just that it is under way */
};

G_DEFINE_FINAL_TYPE (BeckonSignInPage, beckon_sign_in_page, ADW_TYPE_BIN)

/* Returns: (nullable): the field that @error is about. */
static GtkEditable *
find_field (BeckonSignInPage *self, const GError *error)
{
  if (self->trying)
    return NULL;
  if (g_error_matches (error, BECKON_SIGNALING_ERROR, BECKON_SIGNALING_ERROR_SIGNED_OUT))
    return self->password;
  if (error->domain == BECKON_SIGNALING_ERROR)
    return self->server;
  if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_USER_EXISTS) ||
      g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_USER_ID))
    return self->user;
  if (g_error_matches (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED))
    return self->code;
  return self->password;
}

static void
mark_field (GtkEditable *field, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (field), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (field), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

static gboolean
is_complete (BeckonSignInPage *self)
{
  return *gtk_editable_get_text (self->server) != '\0' &&
         *gtk_editable_get_text (self->user) != '\0' &&
         *gtk_editable_get_text (self->password) != '\0';
}

static char *
get_message (BeckonSignInPage *self)
{
  const char *server = gtk_editable_get_text (self->server);

  if (self->cancellable != NULL)
    {
      if (self->trying || beckon_account_get_problem (self->account) == NULL)
        return NULL;
      /* Translators: %s is the address of a server */
      return g_strdup_printf (_("%s does not answer. Trying again…"), server);
    }
  if (self->error == NULL)
    return NULL;
  if (self->trying && self->error->domain == G_IO_ERROR)
    return g_strdup (_("The server on this computer could not be started."));
  return beckon_phrase_for_error (self->error, server);
}

/* Each once, when it is there to be read as well. */
static void
announce (BeckonSignInPage *self)
{
  const char *message = self->told ? gtk_label_get_label (self->message) : NULL;

  if (g_strcmp0 (message, self->said) == 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  g_free (self->said);
  self->said = g_strdup (message);
  if (message != NULL)
    beckon_announce (GTK_WIDGET (self->message), message, FALSE);
}

static void
update (BeckonSignInPage *self)
{
  gboolean busy = self->cancellable != NULL;
  GtkEditable *wrong = !busy && self->error != NULL ? find_field (self, self->error) : NULL;
  g_autofree char *message = get_message (self);

  gtk_widget_set_visible (self->cancel, busy);
  /* An insensitive field with the keyboard's focus would go on blinking. */
  if (busy && gtk_widget_is_sensitive (self->fields))
    gtk_widget_grab_focus (self->cancel);
  gtk_widget_set_sensitive (self->fields, !busy);
  gtk_widget_set_sensitive (self->sign_in, !busy && is_complete (self));
  gtk_widget_set_sensitive (self->create, !busy && is_complete (self));
  gtk_widget_set_visible (self->create, !busy);
  gtk_widget_set_visible (self->trial, !busy && beckon_local_server_is_installed ());

  mark_field (self->server, wrong == self->server);
  mark_field (self->user, wrong == self->user);
  mark_field (self->password, wrong == self->password);
  mark_field (self->code, wrong == self->code);
  if (wrong == self->code)
    gtk_widget_set_visible (GTK_WIDGET (self->code), TRUE);

  gtk_widget_set_visible (self->message_line, busy || message != NULL);
  gtk_widget_set_visible (self->message_icon, !busy);
  gtk_widget_set_visible (self->message_spinner, busy);
  gtk_spinner_set_spinning (GTK_SPINNER (self->message_spinner), busy);
  /* Translators: state below the fields of an account while the server is asked */
  gtk_label_set_label (self->message, message != NULL ? message : _("Signing in…"));
  self->told = message != NULL;
  announce (self);
  if (busy)
    gtk_widget_remove_css_class (self->message_line, "error-line");
  else
    gtk_widget_add_css_class (self->message_line, "error-line");
}

/* @error: (transfer full) (nullable) */
static void
set_error (BeckonSignInPage *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
  update (self);
  if (error != NULL)
    gtk_widget_grab_focus (self->trying ? self->trial : GTK_WIDGET (find_field (self, error)));
}

static void
end (BeckonSignInPage *self, GError *ended)
{
  g_autoptr (GError) error = ended;

  g_clear_object (&self->cancellable);
  if (self->account == NULL)
    return; /* disposed meanwhile */
  if (error == NULL)
    {
      gtk_editable_set_text (self->password, "");
      gtk_editable_set_text (self->code, "");
      gtk_widget_set_visible (GTK_WIDGET (self->code), FALSE);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_clear_error (&error);
  set_error (self, g_steal_pointer (&error));
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonSignInPage) self = user_data;
  GError *error = NULL;

  beckon_account_sign_in_finish (BECKON_ACCOUNT (source), result, &error);
  end (self, error);
}

static void
on_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonSignInPage) self = user_data;
  GError *error = NULL;

  beckon_trial_start_finish (BECKON_ACCOUNT (source), result, &error);
  end (self, error);
}

static void
start (BeckonSignInPage *self, BeckonAccountCreate create)
{
  g_autofree char *server = NULL;
  g_autofree char *name = NULL;
  g_autofree char *code = NULL;

  if (self->cancellable != NULL || !is_complete (self) ||
      beckon_account_get_manager (self->account) != NULL)
    return;

  server = g_strstrip (g_strdup (gtk_editable_get_text (self->server)));
  name = g_strstrip (g_strdup (gtk_editable_get_text (self->name)));
  code = g_strstrip (g_strdup (gtk_editable_get_text (self->code)));
  self->cancellable = g_cancellable_new ();
  self->trying = FALSE;
  set_error (self, NULL);
  beckon_account_sign_in_async (self->account,
                                &(BeckonCredentials){
                                    .server = server,
                                    .user = gtk_editable_get_text (self->user),
                                    .password = gtk_editable_get_text (self->password),
                                    .name = *name != '\0' ? name : NULL,
                                    .invite_code = *code != '\0' ? code : NULL,
                                    .create = create,
                                    .remember = TRUE,
                                },
                                self->cancellable, on_finished, g_object_ref (self));
}

static void
on_edited (BeckonSignInPage *self)
{
  /* What was wrong is being corrected. */
  if (self->cancellable == NULL)
    set_error (self, NULL);
}

static void
on_entry_activated (BeckonSignInPage *self)
{
  start (self, BECKON_ACCOUNT_CREATE_NOT);
}

static void
on_sign_in_clicked (BeckonSignInPage *self)
{
  start (self, BECKON_ACCOUNT_CREATE_NOT);
}

static void
on_create_clicked (BeckonSignInPage *self)
{
  start (self, BECKON_ACCOUNT_CREATE_NEW);
}

static void
on_trial_activated (BeckonSignInPage *self)
{
  if (self->cancellable != NULL || beckon_account_get_manager (self->account) != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  self->trying = TRUE;
  set_error (self, NULL);
  beckon_trial_start_async (self->account, self->cancellable, on_tried, g_object_ref (self));
}

static void
on_cancel_clicked (BeckonSignInPage *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
on_failure (BeckonSignInPage *self)
{
  const GError *failure = beckon_account_get_failure (self->account);

  self->trying = FALSE;
  set_error (self, failure != NULL ? g_error_copy (failure) : NULL);
}

/* What went wrong may have been known before the page was there. */
static void
beckon_sign_in_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (beckon_sign_in_page_parent_class)->map (widget);
  announce (BECKON_SIGN_IN_PAGE (widget));
}

static void
beckon_sign_in_page_dispose (GObject *object)
{
  BeckonSignInPage *self = BECKON_SIGN_IN_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->account);

  G_OBJECT_CLASS (beckon_sign_in_page_parent_class)->dispose (object);
}

static void
beckon_sign_in_page_finalize (GObject *object)
{
  BeckonSignInPage *self = BECKON_SIGN_IN_PAGE (object);

  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->said);

  G_OBJECT_CLASS (beckon_sign_in_page_parent_class)->finalize (object);
}

static void
beckon_sign_in_page_class_init (BeckonSignInPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = beckon_sign_in_page_dispose;
  object_class->finalize = beckon_sign_in_page_finalize;
  widget_class->map = beckon_sign_in_page_map;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/sign-in-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, menu);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, fields);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, server);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, user);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, password);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, code);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, message_line);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, message_icon);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, message_spinner);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, message);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, sign_in);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, create);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, cancel);
  gtk_widget_class_bind_template_child (widget_class, BeckonSignInPage, trial);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_create_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_trial_activated);
}

static void
beckon_sign_in_page_init (BeckonSignInPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_sign_in_page_new (BeckonAccount *account, GMenuModel *menu)
{
  BeckonSignInPage *self;
  g_autofree char *server = NULL;
  g_autofree char *user = NULL;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);

  self = g_object_new (BECKON_TYPE_SIGN_IN_PAGE, NULL);
  gtk_menu_button_set_menu_model (self->menu, menu);
  self->account = g_object_ref (account);
  server = g_settings_get_string (beckon_account_get_settings (account), "server");
  user = g_settings_get_string (beckon_account_get_settings (account), "user");
  gtk_editable_set_text (self->server, server);
  gtk_editable_set_text (self->user, user);
  g_signal_connect_object (account, "notify::problem", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (account, "notify::failure", G_CALLBACK (on_failure), self,
                           G_CONNECT_SWAPPED);
  on_failure (self);
  return GTK_WIDGET (self);
}

void
beckon_sign_in_page_grab_focus (BeckonSignInPage *self)
{
  GtkEditable *fields[3];

  g_return_if_fail (BECKON_IS_SIGN_IN_PAGE (self));

  fields[0] = self->server;
  fields[1] = self->user;
  fields[2] = self->password;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (*gtk_editable_get_text (fields[i]) == '\0')
      {
        gtk_widget_grab_focus (GTK_WIDGET (fields[i]));
        return;
      }
}
