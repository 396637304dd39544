/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "check-view.h"

#include "check-list.h"
#include "check-phrases.h"
#include "check-server.h"
#include "toolkit.h"

#include <glib/gi18n.h>

struct _BeckonCheckView
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkLabel *result;
  BeckonCheckList *list;

  /* Owned */
  BeckonSignalingService *signaling;
  BeckonMediaConfig *media;
  GCancellable *running;     /* nullable: a check is under way */
  BeckonNetworkCheck *check; /* nullable: its part behind the server */
};

G_DEFINE_FINAL_TYPE (BeckonCheckView, beckon_check_view, GTK_TYPE_BOX)

/* One that was cancelled may have a last word, which is about nothing that is seen any more. */
static void
drop_check (BeckonCheckView *self)
{
  if (self->check != NULL)
    g_signal_handlers_disconnect_by_data (self->check, self);
  g_clear_object (&self->check);
  g_clear_object (&self->running);
}

static void
end (BeckonCheckView *self)
{
  const char *result = beckon_phrase_for_check_result (beckon_check_list_end (self->list));

  gtk_label_set_label (self->result, result);
  beckon_announce (GTK_WIDGET (self->result), result, FALSE);
  drop_check (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "check.again", TRUE);
}

static void
on_line (BeckonNetworkCheck *check, const BeckonCheckLine *line, BeckonCheckView *self)
{
  beckon_check_list_tell (
      self->list, line,
      line->check == BECKON_CHECK_MEDIA ? beckon_network_check_get_rate (check) : 0);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCheckView) self = user_data;

  if (beckon_network_check_run_finish (BECKON_NETWORK_CHECK (source), result, NULL) != NULL)
    end (self);
}

static void
on_server_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonCheckView) self = user_data;
  g_autoptr (GError) error = NULL;
  BeckonNetworkCheck *check;

  check = beckon_check_server_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (check == NULL)
    {
      beckon_check_list_tell (self->list,
                              &(BeckonCheckLine){
                                  .check = BECKON_CHECK_SERVER,
                                  .status = BECKON_CHECK_FAILED,
                                  .problem = error,
                              },
                              0);
      end (self);
      return;
    }
  self->check = check;
  g_signal_connect_object (check, "line", G_CALLBACK (on_line), self, 0);
  beckon_network_check_run_async (check, self->running, on_checked, g_object_ref (self));
}

static void
begin (BeckonCheckView *self)
{
  beckon_check_list_begin (self->list);
  /* Translators: while the network is checked */
  gtk_label_set_label (self->result, _("Trying what calls need…"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "check.again", FALSE);
  self->running = g_cancellable_new ();
  beckon_check_server_async (self->signaling, beckon_signaling_service_get_server (self->signaling),
                             self->media, self->running, on_server_answered, g_object_ref (self));
}

static void
on_again_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  begin (BECKON_CHECK_VIEW (widget));
}

/* ---- the widget ---- */

static void
beckon_check_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (beckon_check_view_parent_class)->map (widget);
  begin (BECKON_CHECK_VIEW (widget));
}

static void
beckon_check_view_unmap (GtkWidget *widget)
{
  BeckonCheckView *self = BECKON_CHECK_VIEW (widget);

  if (self->running != NULL)
    g_cancellable_cancel (self->running);
  drop_check (self);
  GTK_WIDGET_CLASS (beckon_check_view_parent_class)->unmap (widget);
}

static void
beckon_check_view_finalize (GObject *object)
{
  BeckonCheckView *self = BECKON_CHECK_VIEW (object);

  g_object_unref (self->signaling);
  beckon_media_config_free (self->media);
  G_OBJECT_CLASS (beckon_check_view_parent_class)->finalize (object);
}

static void
beckon_check_view_class_init (BeckonCheckViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = beckon_check_view_finalize;
  widget_class->map = beckon_check_view_map;
  widget_class->unmap = beckon_check_view_unmap;

  g_type_ensure (BECKON_TYPE_CHECK_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/check-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCheckView, result);
  gtk_widget_class_bind_template_child (widget_class, BeckonCheckView, list);
  gtk_widget_class_install_action (widget_class, "check.again", NULL, on_again_action);
}

static void
beckon_check_view_init (BeckonCheckView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_check_view_new (BeckonAccount *account)
{
  BeckonCheckView *self;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (beckon_account_get_manager (account) != NULL, NULL);

  self = g_object_new (BECKON_TYPE_CHECK_VIEW, NULL);
  self->signaling =
      g_object_ref (beckon_call_manager_get_signaling (beckon_account_get_manager (account)));
  self->media = beckon_media_config_copy (beckon_account_get_media (account));
  return GTK_WIDGET (self);
}
