/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "before-calls.h"

#include "check-view.h"
#include "dialogs.h"
#include "phrases.h"
#include "test-call-view.h"

#include <glib/gi18n.h>

#define WIDTH 480
#define HEIGHT 620

struct _BeckonBeforeCalls
{
  AdwPreferencesGroup parent_instance;

  /* Template widgets */
  AdwActionRow *check;
  AdwActionRow *test;

  /* Owned */
  BeckonAccount *account;
  GSignalGroup *manager_signals;

  GtkWidget *shown; /* weak, nullable: what is in the dialog that is open */
};

G_DEFINE_FINAL_TYPE (BeckonBeforeCalls, beckon_before_calls, ADW_TYPE_PREFERENCES_GROUP)

/* @reason: (nullable): why it is not possible now; else @purpose is said */
static void
set_possible (AdwActionRow *row, const char *purpose, const char *reason)
{
  adw_action_row_set_subtitle (row, reason != NULL ? reason : purpose);
  gtk_widget_set_sensitive (GTK_WIDGET (row), reason == NULL);
}

static void
close_shown (BeckonBeforeCalls *self)
{
  GtkWidget *shown = self->shown;

  g_clear_weak_pointer (&self->shown);
  if (shown != NULL)
    beckon_dialog_close (shown);
}

static void
update (BeckonBeforeCalls *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);
  const gboolean in_call =
      manager != NULL && beckon_call_manager_get_current_call (manager) != NULL;
  const char *in_call_reason = in_call ? beckon_phrase_for_devices_in_use () : NULL;

  set_possible (self->check, _("Tries the server, the way to others, and how sound and pictures go"),
                manager == NULL ? _("Sign in to try what calls need") : in_call_reason);
  set_possible (self->test, _("Shows you yourself, as others see and hear you"), in_call_reason);
  if (in_call)
    close_shown (self);
}

static void
on_manager (BeckonBeforeCalls *self)
{
  g_signal_group_set_target (self->manager_signals, beckon_account_get_manager (self->account));
  update (self);
}

static void
show (BeckonBeforeCalls *self, const char *title, GtkWidget *content)
{
  GtkWidget *dialog = g_object_new (BECKON_TYPE_DIALOG, "title", title, "child", content,
                                    "content-width", WIDTH, "content-height", HEIGHT, NULL);

  g_set_weak_pointer (&self->shown, content);
  beckon_dialog_present (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
}

static void
on_check_activated (BeckonBeforeCalls *self)
{
  /* Translators: title of a dialog: whether the network lets calls through */
  show (self, _("Network Check"), beckon_check_view_new (self->account));
}

static void
on_test_activated (BeckonBeforeCalls *self)
{
  /* Translators: title of a dialog: one calls oneself */
  show (self, _("Test Call"), beckon_test_call_view_new (beckon_account_get_media (self->account)));
}

static void
beckon_before_calls_dispose (GObject *object)
{
  BeckonBeforeCalls *self = BECKON_BEFORE_CALLS (object);

  close_shown (self);
  g_clear_object (&self->manager_signals);
  g_clear_object (&self->account);
  G_OBJECT_CLASS (beckon_before_calls_parent_class)->dispose (object);
}

static void
beckon_before_calls_class_init (BeckonBeforeCallsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_before_calls_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/before-calls.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonBeforeCalls, check);
  gtk_widget_class_bind_template_child (widget_class, BeckonBeforeCalls, test);
  gtk_widget_class_bind_template_callback (widget_class, on_check_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_test_activated);
}

static void
beckon_before_calls_init (BeckonBeforeCalls *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call", G_CALLBACK (update),
                                 self, G_CONNECT_SWAPPED);
}

AdwPreferencesGroup *
beckon_before_calls_new (BeckonAccount *account)
{
  BeckonBeforeCalls *self;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);

  self = g_object_new (BECKON_TYPE_BEFORE_CALLS, NULL);
  self->account = g_object_ref (account);
  g_signal_connect_object (account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  on_manager (self);
  return ADW_PREFERENCES_GROUP (self);
}
