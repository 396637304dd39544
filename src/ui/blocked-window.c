/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "blocked-window.h"

#include "phrases.h"
#include "sentence-toast.h"
#include "toolkit.h"
#include "weak-ref.h"

#include <glib/gi18n.h>

struct _BeckonBlockedWindow
{
  BeckonDialog parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  GtkStack *pages;
  GtkListBox *list;

  /* Owned */
  BeckonSignalingService *signaling;
  GListModel *blocked; /* BeckonContactItem */
};

G_DEFINE_FINAL_TYPE (BeckonBlockedWindow, beckon_blocked_window, BECKON_TYPE_DIALOG)

static GtkWidget *
create_row (gpointer item, gpointer unused)
{
  const char *name = beckon_contact_item_get_name (item);
  const char *id = beckon_contact_item_get_id (item);
  GtkWidget *row = adw_action_row_new ();
  /* Translators: button beside a person who then can call again; imperative */
  GtkWidget *unblock = gtk_button_new_with_label (_("Unblock"));
  g_autofree char *description = NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  if (!g_str_equal (name, id))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), id);
  /* Translators: a button, for screen readers; %s is a person's name */
  description = g_strdup_printf (_("Unblock %s"), name);
  beckon_name_button (GTK_BUTTON (unblock), description);
  gtk_widget_set_valign (unblock, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (unblock), "blocked.unblock");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (unblock), "s", id);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), unblock);
  return row;
}

static void
update (BeckonBlockedWindow *self)
{
  gboolean empty = g_list_model_get_n_items (self->blocked) == 0;

  gtk_stack_set_visible_child_name (self->pages, empty ? "nobody" : "people");
}

static void
on_unblocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonBlockedWindow) self = beckon_weak_ref_take (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *phrase = NULL;

  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error))
    return; /* the list is told by the server */
  if (self == NULL)
    return; /* it has closed */
  phrase = beckon_phrase_for_error (error, NULL);
  adw_toast_overlay_add_toast (self->toasts, beckon_sentence_toast_new (phrase, TRUE));
}

static void
on_unblock_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonBlockedWindow *self = BECKON_BLOCKED_WINDOW (widget);

  beckon_signaling_service_unblock_async (self->signaling, g_variant_get_string (parameter, NULL),
                                          NULL, on_unblocked, beckon_weak_ref_new (self));
}

static void
beckon_blocked_window_dispose (GObject *object)
{
  BeckonBlockedWindow *self = BECKON_BLOCKED_WINDOW (object);

  g_clear_object (&self->signaling);
  g_clear_object (&self->blocked);

  G_OBJECT_CLASS (beckon_blocked_window_parent_class)->dispose (object);
}

static void
beckon_blocked_window_class_init (BeckonBlockedWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_blocked_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/blocked-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonBlockedWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BeckonBlockedWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, BeckonBlockedWindow, list);
  gtk_widget_class_install_action (widget_class, "blocked.unblock", "s", on_unblock_action);
}

static void
beckon_blocked_window_init (BeckonBlockedWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
beckon_blocked_window_new (BeckonSignalingService *signaling, BeckonPeople *people)
{
  BeckonBlockedWindow *self;

  g_return_val_if_fail (BECKON_IS_SIGNALING_SERVICE (signaling), NULL);
  g_return_val_if_fail (BECKON_IS_PEOPLE (people), NULL);

  self = g_object_new (BECKON_TYPE_BLOCKED_WINDOW, NULL);
  self->signaling = g_object_ref (signaling);
  self->blocked = g_object_ref (beckon_people_get_blocked (people));
  gtk_list_box_bind_model (self->list, self->blocked, create_row, NULL, NULL);
  g_signal_connect_object (self->blocked, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
