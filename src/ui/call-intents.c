/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-intents.h"

#include "phrases.h"

#include <glib/gi18n.h>

/* Longer than a sign-in takes, shorter than a person remembers what they pressed. */
#define PATIENCE_SECONDS 20

typedef enum
{
  WISH_NONE,
  WISH_ACCEPT,
  WISH_ACCEPT_WITHOUT_CAMERA,
  WISH_DECLINE,
  WISH_CALL,
} Wish;

struct _BeckonCallIntents
{
  GObject parent_instance;

  GApplication *application; /* borrowed: it owns us */

  /* Owned */
  BeckonAccount *account;
  BeckonCurrentCall *current;
  BeckonCallPresenter *presenter;
  GSignalGroup *manager_signals;
  GCancellable *catching_up; /* nullable: the server is not being asked */
  char *subject;             /* nullable: a call's id, or whom to call */
  char *server, *caller;     /* nullable: the account that is to call: any */

  guint patience_source;
  Wish wish;
  BeckonMedia media;
};

G_DEFINE_FINAL_TYPE (BeckonCallIntents, beckon_call_intents, G_TYPE_OBJECT)

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
forget (BeckonCallIntents *self)
{
  if (self->wish == WISH_NONE)
    return;
  self->wish = WISH_NONE;
  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_cancellable_cancel (self->catching_up);
  g_clear_object (&self->catching_up);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->server, g_free);
  g_clear_pointer (&self->caller, g_free);
  g_application_release (self->application);
}

static void
fail (BeckonCallIntents *self, const char *sentence)
{
  forget (self);
  g_signal_emit (self, signals[FAILED], 0, sentence);
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallIntents) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);

  if (call == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, NULL);

      g_signal_emit (self, signals[FAILED], 0, phrase);
    }
}

static gboolean
is_account (BeckonCallIntents *self)
{
  BeckonSignalingService *service =
      beckon_call_manager_get_signaling (beckon_current_call_get_manager (self->current));

  return self->caller == NULL ||
         (g_strcmp0 (self->caller, beckon_signaling_service_get_user_id (service)) == 0 &&
          g_strcmp0 (self->server, beckon_signaling_service_get_server (service)) == 0);
}

static void
place_call (BeckonCallIntents *self)
{
  const char *const users[] = { self->subject, NULL };

  if (!is_account (self))
    {
      fail (self, _("That call was missed by another account"));
      return;
    }
  if (beckon_current_call_get (self->current) != NULL)
    {
      /* Translators: why another call cannot begin now */
      fail (self, _("You are in a call"));
      return;
    }
  beckon_call_manager_invite_async (beckon_current_call_get_manager (self->current), users,
                                    self->media, 0, NULL, on_invited, g_object_ref (self));
  forget (self);
}

/* Whether the call is under way already: who presses twice wants it once. */
static gboolean
is_answered (BeckonCallIntents *self)
{
  BeckonCall *call = beckon_current_call_get (self->current);

  return call != NULL && beckon_call_get_state (call) != BECKON_CALL_STATE_INCOMING &&
         g_str_equal (beckon_call_get_id (call), self->subject);
}

/* Returns: whether the call is there that is to be answered; it is answered then. */
static gboolean
answer (BeckonCallIntents *self)
{
  if (self->wish == WISH_NONE || self->wish == WISH_CALL)
    return FALSE;
  if (is_answered (self))
    {
      forget (self);
      return TRUE;
    }
  if (self->wish == WISH_DECLINE ? !beckon_call_presenter_decline (self->presenter, self->subject)
                                 : !beckon_call_presenter_accept (self->presenter, self->subject,
                                                                  self->wish == WISH_ACCEPT))
    return FALSE;
  forget (self);
  return TRUE;
}

static void
on_caught_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallIntents) self = user_data;
  g_autoptr (GError) error = NULL;

  beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* it is not wanted any more */
  g_clear_object (&self->catching_up);
  if (error != NULL)
    return; /* it is asked again with the next connection */
  if (self->wish == WISH_DECLINE)
    forget (self); /* it is over, as they wish */
  else
    /* Translators: why it cannot be answered any more */
    fail (self, _("This call is over"));
}

/* What rings is told right behind the connection: what is not there then is over. */
static void
catch_up (BeckonCallIntents *self)
{
  if (self->catching_up != NULL)
    return;
  self->catching_up = g_cancellable_new ();
  beckon_signaling_service_catch_up_async (
      beckon_call_manager_get_signaling (beckon_current_call_get_manager (self->current)),
      self->catching_up, on_caught_up, g_object_ref (self));
}

static void
try (BeckonCallIntents *self)
{
  if (self->wish == WISH_NONE || answer (self))
    return;
  if (!beckon_account_is_signed_in (self->account))
    fail (self, _("You are signed out: sign in to call and to be called"));
  else if (!beckon_current_call_is_connected (self->current))
    return; /* it will be */
  else if (self->wish == WISH_CALL)
    place_call (self);
  else
    catch_up (self);
}

static gboolean
on_patience_lost (gpointer user_data)
{
  BeckonCallIntents *self = user_data;

  self->patience_source = 0;
  fail (self, _("There is no connection to the server"));
  return G_SOURCE_REMOVE;
}

static void
wish_for (BeckonCallIntents *self, Wish wish, const char *subject)
{
  forget (self);
  self->wish = wish;
  self->subject = g_strdup (subject);
  self->patience_source = g_timeout_add_seconds (PATIENCE_SECONDS, on_patience_lost, self);
  g_application_hold (self->application);
  try (self);
}

static void
on_manager (BeckonCallIntents *self)
{
  g_signal_group_set_target (self->manager_signals, beckon_account_get_manager (self->account));
}

/* ---- the object ---- */

static void
beckon_call_intents_dispose (GObject *object)
{
  BeckonCallIntents *self = BECKON_CALL_INTENTS (object);

  forget (self);
  g_clear_object (&self->manager_signals);
  g_clear_object (&self->presenter);
  g_clear_object (&self->current);
  g_clear_object (&self->account);

  G_OBJECT_CLASS (beckon_call_intents_parent_class)->dispose (object);
}

static void
beckon_call_intents_class_init (BeckonCallIntentsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_call_intents_dispose;

  signals[FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
beckon_call_intents_init (BeckonCallIntents *self)
{
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  /* Behind the presenter, which makes the window that answers. */
  g_signal_group_connect_object (self->manager_signals, "incoming-call", G_CALLBACK (answer), self,
                                 G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

BeckonCallIntents *
beckon_call_intents_new (GApplication *application,
                         BeckonAccount *account,
                         BeckonCurrentCall *current,
                         BeckonCallPresenter *presenter)
{
  BeckonCallIntents *self;

  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (current), NULL);
  g_return_val_if_fail (BECKON_IS_CALL_PRESENTER (presenter), NULL);

  self = g_object_new (BECKON_TYPE_CALL_INTENTS, NULL);
  self->application = application;
  self->account = g_object_ref (account);
  self->current = g_object_ref (current);
  self->presenter = g_object_ref (presenter);
  g_signal_connect_object (account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (account, "notify::signed-in", G_CALLBACK (try), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (current, "changed", G_CALLBACK (try), self, G_CONNECT_SWAPPED);
  on_manager (self);
  return self;
}

void
beckon_call_intents_accept (BeckonCallIntents *self, const char *id, gboolean with_camera)
{
  g_return_if_fail (BECKON_IS_CALL_INTENTS (self));
  g_return_if_fail (id != NULL);

  wish_for (self, with_camera ? WISH_ACCEPT : WISH_ACCEPT_WITHOUT_CAMERA, id);
}

void
beckon_call_intents_decline (BeckonCallIntents *self, const char *id)
{
  g_return_if_fail (BECKON_IS_CALL_INTENTS (self));
  g_return_if_fail (id != NULL);

  wish_for (self, WISH_DECLINE, id);
}

void
beckon_call_intents_call (BeckonCallIntents *self, const char *user, BeckonMedia media)
{
  g_return_if_fail (BECKON_IS_CALL_INTENTS (self));
  g_return_if_fail (user != NULL);

  self->media = media;
  wish_for (self, WISH_CALL, user);
}

void
beckon_call_intents_call_back (BeckonCallIntents *self,
                               const char *server,
                               const char *account,
                               const char *user,
                               BeckonMedia media)
{
  g_return_if_fail (BECKON_IS_CALL_INTENTS (self));
  g_return_if_fail (server != NULL && account != NULL && user != NULL);

  forget (self);
  self->media = media;
  self->server = g_strdup (server);
  self->caller = g_strdup (account);
  wish_for (self, WISH_CALL, user);
}
