/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "add-contact-dialog.h"

#include "identifiers.h"
#include "phrases.h"
#include "toolkit.h"
#include "weak-ref.h"

struct _BeckonAddContactDialog
{
  BeckonDialog parent_instance;

  /* Template widgets */
  GtkEditable *user;
  GtkWidget *add;
  GtkWidget *error_line;
  GtkLabel *error;

  /* Owned */
  BeckonSignalingService *signaling;
  GCancellable *cancellable;

  gboolean adding;
};

G_DEFINE_FINAL_TYPE (BeckonAddContactDialog, beckon_add_contact_dialog, BECKON_TYPE_DIALOG)

static void
update (BeckonAddContactDialog *self)
{
  gtk_widget_set_sensitive (self->add,
                            !self->adding && *gtk_editable_get_text (self->user) != '\0');
}

/* @sentence: (nullable): what is wrong, if anything */
static void
show_sentence (BeckonAddContactDialog *self, const char *sentence)
{
  gtk_widget_set_visible (self->error_line, sentence != NULL);
  gtk_label_set_label (self->error, sentence != NULL ? sentence : "");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->user), GTK_ACCESSIBLE_STATE_INVALID,
                               sentence != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                                : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  if (sentence == NULL)
    return;
  beckon_announce (GTK_WIDGET (self->user), sentence, FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->user), "error");
  gtk_widget_grab_focus (GTK_WIDGET (self->user));
}

static void
show_error (BeckonAddContactDialog *self, const GError *error)
{
  g_autofree char *phrase = beckon_phrase_for_error (error, gtk_editable_get_text (self->user));

  show_sentence (self, phrase);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAddContactDialog) self = beckon_weak_ref_take (user_data);
  g_autoptr (GError) error = NULL;
  const gboolean added = beckon_signaling_service_request_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);

  if (self == NULL)
    return; /* it has closed */
  if (added)
    {
      beckon_dialog_close (GTK_WIDGET (self));
      return;
    }
  self->adding = FALSE;
  update (self);
  show_error (self, error);
}

static void
on_add (BeckonAddContactDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (self->adding || *gtk_editable_get_text (self->user) == '\0')
    return;
  id = beckon_user_id_normalize (gtk_editable_get_text (self->user), &error);
  if (id == NULL)
    {
      show_error (self, error);
      return;
    }
  if (g_strcmp0 (id, beckon_signaling_service_get_user_id (self->signaling)) == 0)
    {
      show_sentence (self, beckon_phrase_for_own_id ());
      return;
    }
  show_sentence (self, NULL);
  self->adding = TRUE;
  update (self);
  beckon_signaling_service_add_contact_async (self->signaling, id, self->cancellable, on_added,
                                              beckon_weak_ref_new (self));
}

static void
on_changed (BeckonAddContactDialog *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->user), "error");
  show_sentence (self, NULL);
  update (self);
}

static void
beckon_add_contact_dialog_dispose (GObject *object)
{
  BeckonAddContactDialog *self = BECKON_ADD_CONTACT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->signaling);

  G_OBJECT_CLASS (beckon_add_contact_dialog_parent_class)->dispose (object);
}

static void
beckon_add_contact_dialog_class_init (BeckonAddContactDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_add_contact_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/add-contact-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonAddContactDialog, user);
  gtk_widget_class_bind_template_child (widget_class, BeckonAddContactDialog, add);
  gtk_widget_class_bind_template_child (widget_class, BeckonAddContactDialog, error_line);
  gtk_widget_class_bind_template_child (widget_class, BeckonAddContactDialog, error);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
}

static void
beckon_add_contact_dialog_init (BeckonAddContactDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_add_contact_dialog_new (BeckonSignalingService *signaling)
{
  BeckonAddContactDialog *self;

  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (signaling), NULL);

  self = g_object_new (BECKON_TYPE_ADD_CONTACT_DIALOG, NULL);
  self->signaling = g_object_ref (signaling);
  return GTK_WIDGET (self);
}
