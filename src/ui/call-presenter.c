/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-presenter.h"

#include "call-notifier.h"
#include "call-window.h"
#include "incoming-window.h"
#include "missed-calls.h"
#include "phrases.h"

struct _BeckonCallPresenter
{
  GObject parent_instance;

  GtkApplication *application; /* borrowed: it owns us */

  /* Owned */
  BeckonAccount *account;
  BeckonNotifier *notifier;
  BeckonQuiet *quiet;
  BeckonMissedCalls *missed;
  GSignalGroup *manager_signals;
  GSignalGroup *signaling_signals;
  GSignalGroup *incoming_signals; /* of the call that rings here */

  guint started_source;

  /* Weak: they close by themselves */
  BeckonIncomingWindow *incoming_window;
  BeckonCallWindow *call_window;
};

G_DEFINE_FINAL_TYPE (BeckonCallPresenter, beckon_call_presenter, G_TYPE_OBJECT)

enum
{
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_call (BeckonCallPresenter *self, BeckonCall *call)
{
  if (self->call_window == NULL)
    {
      GtkWidget *window =
          beckon_call_window_new (self->application, beckon_account_get_settings (self->account));

      g_set_weak_pointer (&self->call_window, BECKON_CALL_WINDOW (window));
    }
  beckon_missed_calls_withdraw (self->missed, beckon_call_get_peer_id (call));
  beckon_call_window_set_call (self->call_window, beckon_account_get_manager (self->account), call);
  gtk_window_present (GTK_WINDOW (self->call_window));
}

static void
on_current_call (BeckonCallManager *manager, GParamSpec *pspec, BeckonCallPresenter *self)
{
  BeckonCall *call = beckon_call_manager_get_current_call (manager);

  if (call != NULL && beckon_call_get_state (call) != BECKON_CALL_STATE_INCOMING)
    show_call (self, call);
}

/* The popup is gone already: it closes with its call. */
static void
say_who_answered (BeckonCallPresenter *self, BeckonCall *call)
{
  g_autofree char *sentence = NULL;

  if (beckon_call_get_end (call) != BECKON_CALL_END_ANSWERED_ELSEWHERE)
    return;
  sentence = beckon_phrase_for_end (call);
  g_signal_emit (self, signals[NOTICE], 0, sentence);
}

static void
on_incoming_state (BeckonCall *call, GParamSpec *pspec, BeckonCallPresenter *self)
{
  g_autoptr (BeckonCall) held = g_object_ref (call);

  if (beckon_call_get_state (call) == BECKON_CALL_STATE_INCOMING)
    return;
  g_signal_group_set_target (self->incoming_signals, NULL);
  beckon_call_notifier_withdraw_incoming (self->notifier);
  if (beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING)
    show_call (self, call);
  else
    say_who_answered (self, call);
}

static void
on_incoming_call (BeckonCallManager *manager, BeckonCall *call, BeckonCallPresenter *self)
{
  const gboolean quiet = beckon_quiet_is_quiet (self->quiet);
  GtkWidget *window;

  if (beckon_call_get_state (call) != BECKON_CALL_STATE_INCOMING)
    return;
  g_signal_group_set_target (self->incoming_signals, call);
  /* One that still explains the end of the call before has said enough. */
  if (self->incoming_window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->incoming_window));
  window = beckon_incoming_window_new (self->application, manager, call);
  g_set_weak_pointer (&self->incoming_window, BECKON_INCOMING_WINDOW (window));
  /* Who does not want to be disturbed finds it when they look. */
  if (!quiet)
    beckon_incoming_window_appear (self->incoming_window);
  beckon_call_notifier_send_incoming (self->notifier, call, quiet);
}

static void
on_missed_call (BeckonCallManager *manager,
                const BeckonUser *from,
                BeckonMedia media,
                BeckonCallPresenter *self)
{
  beckon_missed_calls_add (self->missed, from, media, beckon_quiet_is_quiet (self->quiet));
}

/* Who has looked at the list, on any device, needs no notification of what is in it. */
static void
on_missed_count (BeckonSignalingService *service, GParamSpec *pspec, BeckonCallPresenter *self)
{
  if (beckon_signaling_service_get_missed (service) > 0 ||
      beckon_signaling_service_get_state (service) != BECKON_SIGNALING_CONNECTED)
    return; /* without a session there is no count */
  beckon_missed_calls_withdraw_all (self->missed);
}

static void
on_quiet (BeckonCallPresenter *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);
  const gboolean quiet = beckon_quiet_is_quiet (self->quiet);

  if (manager != NULL)
    beckon_call_manager_set_quiet (manager, quiet);
  if (!quiet && self->incoming_window != NULL &&
      !gtk_widget_get_visible (GTK_WIDGET (self->incoming_window)))
    beckon_incoming_window_appear (self->incoming_window);
}

static void
on_manager (BeckonCallPresenter *self)
{
  BeckonCallManager *manager = beckon_account_get_manager (self->account);

  g_signal_group_set_target (self->manager_signals, manager);
  g_signal_group_set_target (self->signaling_signals,
                             manager != NULL ? beckon_call_manager_get_signaling (manager) : NULL);
  on_quiet (self);
}

static void
beckon_call_presenter_dispose (GObject *object)
{
  BeckonCallPresenter *self = BECKON_CALL_PRESENTER (object);

  g_clear_object (&self->manager_signals);
  g_clear_object (&self->signaling_signals);
  g_clear_object (&self->missed);
  g_clear_object (&self->incoming_signals);
  g_clear_handle_id (&self->started_source, g_source_remove);
  g_clear_weak_pointer (&self->incoming_window);
  g_clear_weak_pointer (&self->call_window);
  g_clear_object (&self->account);
  g_clear_object (&self->notifier);
  g_clear_object (&self->quiet);

  G_OBJECT_CLASS (beckon_call_presenter_parent_class)->dispose (object);
}

static void
beckon_call_presenter_class_init (BeckonCallPresenterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_call_presenter_dispose;

  signals[NOTICE] = g_signal_new ("notice", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
beckon_call_presenter_init (BeckonCallPresenter *self)
{
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call",
                                 G_CALLBACK (on_current_call), self, 0);
  g_signal_group_connect_object (self->manager_signals, "incoming-call",
                                 G_CALLBACK (on_incoming_call), self, 0);
  g_signal_group_connect_object (self->manager_signals, "missed-call", G_CALLBACK (on_missed_call),
                                 self, 0);
  self->signaling_signals = g_signal_group_new (BECKON_TYPE_SIGNALING_SERVICE);
  g_signal_group_connect_object (self->signaling_signals, "notify::missed",
                                 G_CALLBACK (on_missed_count), self, 0);
  self->incoming_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_object (self->incoming_signals, "notify::state",
                                 G_CALLBACK (on_incoming_state), self, 0);
}

/* Who was killed while it rang has left a notification behind. What still rings says so again. */
static gboolean
on_started (gpointer user_data)
{
  BeckonCallPresenter *self = user_data;

  self->started_source = 0;
  if (self->incoming_window == NULL)
    beckon_call_notifier_withdraw_incoming (self->notifier);
  return G_SOURCE_REMOVE;
}

BeckonCallPresenter *
beckon_call_presenter_new (GtkApplication *application,
                           BeckonAccount *account,
                           BeckonQuiet *quiet)
{
  BeckonCallPresenter *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (BECKON_IS_QUIET (quiet), NULL);

  self = g_object_new (BECKON_TYPE_CALL_PRESENTER, NULL);
  self->application = application;
  self->account = g_object_ref (account);
  self->notifier = beckon_notifier_new (G_APPLICATION (application));
  self->missed = beckon_missed_calls_new (account, self->notifier);
  self->quiet = g_object_ref (quiet);
  g_signal_connect_object (quiet, "notify::quiet", G_CALLBACK (on_quiet), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  on_manager (self);
  /* When the window is there. */
  self->started_source = g_idle_add_full (G_PRIORITY_LOW, on_started, self, NULL);
  return self;
}

static gboolean
is_ringing (BeckonCallPresenter *self, const char *id)
{
  BeckonCall *call = self->incoming_window != NULL
                         ? beckon_incoming_window_get_call (self->incoming_window)
                         : NULL;

  return call != NULL && beckon_call_get_state (call) == BECKON_CALL_STATE_INCOMING &&
         g_str_equal (beckon_call_get_id (call), id);
}

gboolean
beckon_call_presenter_accept (BeckonCallPresenter *self, const char *id, gboolean with_camera)
{
  g_return_val_if_fail (BECKON_IS_CALL_PRESENTER (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (!is_ringing (self, id))
    return FALSE;
  beckon_incoming_window_accept (self->incoming_window, with_camera);
  return TRUE;
}

gboolean
beckon_call_presenter_decline (BeckonCallPresenter *self, const char *id)
{
  g_return_val_if_fail (BECKON_IS_CALL_PRESENTER (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (!is_ringing (self, id))
    return FALSE;
  beckon_incoming_window_decline (self->incoming_window, NULL);
  return TRUE;
}

gboolean
beckon_call_presenter_present (BeckonCallPresenter *self)
{
  g_return_val_if_fail (BECKON_IS_CALL_PRESENTER (self), FALSE);

  if (self->incoming_window == NULL)
    return FALSE;
  gtk_window_present (GTK_WINDOW (self->incoming_window));
  return TRUE;
}

void
beckon_call_presenter_present_call (BeckonCallPresenter *self)
{
  g_return_if_fail (BECKON_IS_CALL_PRESENTER (self));

  if (self->call_window != NULL)
    gtk_window_present (GTK_WINDOW (self->call_window));
}
