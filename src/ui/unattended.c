/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "unattended.h"

#include "call-notifier.h"
#include "home-window.h"
#include "phrases.h"

struct _BeckonUnattended
{
  GObject parent_instance;

  GtkApplication *application; /* borrowed: it owns us */

  /* Owned */
  BeckonAccount *account;
  BeckonNotifier *notifier;

  gboolean told; /* and the application is held */
};

G_DEFINE_FINAL_TYPE (BeckonUnattended, beckon_unattended, G_TYPE_OBJECT)

static gboolean
has_home_window (BeckonUnattended *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (BECKON_IS_HOME_WINDOW (l->data))
      return TRUE;
  return FALSE;
}

static void
hold (BeckonUnattended *self)
{
  if (!self->told)
    g_application_hold (G_APPLICATION (self->application));
  self->told = TRUE;
}

/* What an earlier process sent stays where it is, too, until somebody takes it back. */
static void
withdraw (BeckonUnattended *self)
{
  beckon_call_notifier_withdraw_trouble (self->notifier);
  if (!self->told)
    return;
  self->told = FALSE;
  g_application_release (G_APPLICATION (self->application));
}

static void
on_window_added (BeckonUnattended *self, GtkWindow *window)
{
  if (BECKON_IS_HOME_WINDOW (window))
    withdraw (self);
}

static void
on_notice (BeckonUnattended *self, const char *sentence)
{
  if (has_home_window (self))
    return;
  beckon_call_notifier_send_trouble (self->notifier, FALSE, sentence);
  hold (self);
}

static void
beckon_unattended_dispose (GObject *object)
{
  BeckonUnattended *self = BECKON_UNATTENDED (object);

  g_clear_object (&self->account);
  g_clear_object (&self->notifier);

  G_OBJECT_CLASS (beckon_unattended_parent_class)->dispose (object);
}

static void
beckon_unattended_class_init (BeckonUnattendedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_unattended_dispose;
}

static void
beckon_unattended_init (BeckonUnattended *self)
{
}

BeckonUnattended *
beckon_unattended_new (GtkApplication *application, BeckonAccount *account)
{
  BeckonUnattended *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);

  self = g_object_new (BECKON_TYPE_UNATTENDED, NULL);
  self->application = application;
  self->account = g_object_ref (account);
  self->notifier = beckon_notifier_new (G_APPLICATION (application));
  g_signal_connect_object (account, "notice", G_CALLBACK (on_notice), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "window-added", G_CALLBACK (on_window_added), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
beckon_unattended_say_signed_out (BeckonUnattended *self)
{
  const GError *failure;
  g_autofree char *sentence = NULL;

  g_return_if_fail (BECKON_IS_UNATTENDED (self));

  failure = beckon_account_get_failure (self->account);
  /* A notice that came just before has said why. */
  if (has_home_window (self) || (self->told && failure == NULL))
    return;
  if (failure != NULL)
    sentence = beckon_phrase_for_error (failure, NULL);
  beckon_call_notifier_send_trouble (self->notifier, TRUE, sentence);
  hold (self);
}
