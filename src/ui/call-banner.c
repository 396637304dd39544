/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-banner.h"

#include "phrases.h"

#include <glib/gi18n.h>

struct _BeckonCallBanner
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkRevealer *revealer;
  GtkWidget *content;
  GtkLabel *sentence;
  GtkWidget *join;

  /* Owned */
  BeckonCallManager *manager; /* nullable */
  GSignalGroup *manager_signals;
  GSignalGroup *call_signals; /* of the call in its window here */

  gboolean joining;
};

G_DEFINE_FINAL_TYPE (BeckonCallBanner, beckon_call_banner, ADW_TYPE_BIN)

enum
{
  NOTICE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Returns: (transfer full): with whom, but for this person themselves; "" if there is nobody. */
static char *
dup_names (BeckonCallBanner *self, const BeckonCallSnapshot *call)
{
  const char *own =
      beckon_signaling_service_get_user_id (beckon_call_manager_get_signaling (self->manager));
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < call->members->len; i++)
    {
      BeckonUser *user = ((BeckonParticipant *) g_ptr_array_index (call->members, i))->user;

      if (g_strcmp0 (user->id, own) != 0)
        g_ptr_array_add (others, user);
    }
  return beckon_phrase_for_people (others);
}

static gboolean
is_with_this_device (BeckonCallBanner *self, const BeckonCallSnapshot *call)
{
  BeckonSignalingService *signaling = beckon_call_manager_get_signaling (self->manager);

  return g_strcmp0 (call->device, beckon_signaling_service_get_device_id (signaling)) == 0;
}

static void
show_call (BeckonCallBanner *self, const BeckonCallSnapshot *call)
{
  gboolean here = is_with_this_device (self, call);
  g_autofree char *names = dup_names (self, call);
  g_autofree char *sentence =
      /* Translators: %s is a name or several: "Carol and Dave" */
      here ? g_strdup_printf (_("You are in a call with %s"), names)
           /* Translators: %s is a name or several: "Carol and Dave" */
           : g_strdup_printf (_("You are in a call with %s on another device"), names);

  gtk_label_set_label (self->sentence, sentence);
  gtk_button_set_label (GTK_BUTTON (self->join),
                        /* Translators: button: goes back to the call that one is in; imperative */
                        here ? _("Join")
                             /* Translators: button: moves a call to this computer; imperative */
                             : _("Move Here"));
  gtk_widget_set_sensitive (self->join, !self->joining);
}

/* Its window may be behind others, or on another workspace. */
static void
show_current (BeckonCallBanner *self, BeckonCall *call)
{
  g_autofree char *names = beckon_phrase_for_members (call);
  g_autofree char *sentence =
      beckon_call_get_state (call) == BECKON_CALL_STATE_CALLING
          /* Translators: %s is a name or several: "Carol and Dave" */
          ? g_strdup_printf (_("You are in a call with %s"), names)
          /* Translators: they have not answered yet; %s is a name or several: "Carol and Dave" */
          : g_strdup_printf (_("You are calling %s"), names);

  gtk_label_set_label (self->sentence, sentence);
  /* Translators: button: brings the window of the call to the front; imperative */
  gtk_button_set_label (GTK_BUTTON (self->join), _("Return to Call"));
  gtk_widget_set_sensitive (self->join, TRUE);
}

/* Returns: (nullable): the call that has a window here. */
static BeckonCall *
get_current (BeckonCallBanner *self)
{
  BeckonCall *call =
      self->manager != NULL ? beckon_call_manager_get_current_call (self->manager) : NULL;
  const BeckonCallState state =
      call != NULL ? beckon_call_get_state (call) : BECKON_CALL_STATE_FREE;

  return state == BECKON_CALL_STATE_WAITING || state == BECKON_CALL_STATE_CALLING ? call : NULL;
}

static void
update (BeckonCallBanner *self)
{
  BeckonCall *current = get_current (self);
  const BeckonCallSnapshot *call = NULL;
  gboolean shown;

  if (self->manager != NULL && beckon_call_manager_get_current_call (self->manager) == NULL)
    call = beckon_call_manager_get_other_call (self->manager);
  shown = current != NULL || (call != NULL && call->members->len > 0);
  if (current != NULL)
    show_current (self, current);
  else if (shown)
    show_call (self, call);
  gtk_revealer_set_reveal_child (self->revealer, shown);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->content), GTK_ACCESSIBLE_STATE_HIDDEN, !shown,
                               -1);
}

static void
on_current_call (BeckonCallBanner *self)
{
  g_signal_group_set_target (
      self->call_signals,
      self->manager != NULL ? beckon_call_manager_get_current_call (self->manager) : NULL);
  update (self);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCallBanner) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_join_finish (BECKON_CALL_MANAGER (source), result, &error);

  self->joining = FALSE;
  if (call == NULL)
    {
      g_autofree char *phrase = beckon_phrase_for_error (error, NULL);

      g_signal_emit (self, signals[NOTICE], 0, phrase);
    }
  if (self->manager_signals != NULL) /* else it was closed meanwhile */
    update (self);
}

static void
on_join (BeckonCallBanner *self)
{
  const BeckonCallSnapshot *call;

  if (get_current (self) != NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "app.return-to-call", NULL);
      return;
    }
  call = beckon_call_manager_get_other_call (self->manager);
  if (self->joining || call == NULL)
    return;
  self->joining = TRUE;
  update (self);
  beckon_call_manager_join_async (self->manager, call->call, TRUE, NULL, on_joined,
                                  g_object_ref (self));
}

static void
beckon_call_banner_dispose (GObject *object)
{
  BeckonCallBanner *self = BECKON_CALL_BANNER (object);

  g_clear_object (&self->call_signals);
  g_clear_object (&self->manager_signals);
  g_clear_object (&self->manager);

  G_OBJECT_CLASS (beckon_call_banner_parent_class)->dispose (object);
}

static void
beckon_call_banner_class_init (BeckonCallBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_call_banner_dispose;

  signals[NOTICE] = g_signal_new ("notice", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/call-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallBanner, content);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallBanner, sentence);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallBanner, join);
  gtk_widget_class_bind_template_callback (widget_class, on_join);
}

static void
beckon_call_banner_init (BeckonCallBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->manager_signals = g_signal_group_new (BECKON_TYPE_CALL_MANAGER);
  g_signal_group_connect_object (self->manager_signals, "notify::other-call", G_CALLBACK (update),
                                 self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->manager_signals, "notify::current-call",
                                 G_CALLBACK (on_current_call), self, G_CONNECT_SWAPPED);
  self->call_signals = g_signal_group_new (BECKON_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify::state", G_CALLBACK (update), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "notify::members", G_CALLBACK (update), self,
                                 G_CONNECT_SWAPPED);
  update (self);
}

void
beckon_call_banner_set_manager (BeckonCallBanner *self, BeckonCallManager *manager)
{
  g_return_if_fail (BECKON_IS_CALL_BANNER (self));
  g_return_if_fail (manager == NULL || BECKON_IS_CALL_MANAGER (manager));

  if (!g_set_object (&self->manager, manager))
    return;
  g_signal_group_set_target (self->manager_signals, manager);
  on_current_call (self);
}
