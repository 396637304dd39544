/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The two lists of the home window: contacts and recent calls, searched and cleared. */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "home-window-private.h"

#include "clock-format.h"
#include "contact-row.h"
#include "recent-row.h"

#include <glib/gi18n.h>

/* ---- rows ---- */

static void
update_person (BeckonHomeWindow *self, BeckonPersonRow *row)
{
  const char *id = beckon_person_row_get_id (row);

  if (id == NULL)
    return;
  beckon_person_row_set_blocked (row, beckon_people_is_blocked (self->people, id));
  beckon_person_row_set_contact (row, beckon_people_is_contact (self->people, id));
}

static void
update_contact_row (BeckonHomeWindow *self, GtkWidget *row)
{
  beckon_contact_row_set_obstacle (BECKON_CONTACT_ROW (row),
                                   beckon_home_window_get_obstacle (self));
  update_person (self, BECKON_PERSON_ROW (row));
}

static void
update_recent_row (BeckonHomeWindow *self, GtkWidget *row)
{
  beckon_recent_row_set_obstacle (BECKON_RECENT_ROW (row), beckon_home_window_get_obstacle (self));
  update_person (self, BECKON_PERSON_ROW (row));
}

void
beckon_home_window_update_rows (BeckonHomeWindow *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->contacts, i)) != NULL; i++)
    update_contact_row (self, GTK_WIDGET (row));
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->recent, i)) != NULL; i++)
    update_recent_row (self, GTK_WIDGET (row));
}

static GtkWidget *
create_contact_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = beckon_contact_row_new (item);

  update_contact_row (user_data, row);
  return row;
}

static GtkWidget *
create_recent_row (gpointer item, gpointer user_data)
{
  BeckonHomeWindow *self = user_data;
  g_autoptr (GDateTime) now = beckon_day_watch_get_now (self->days);
  GtkWidget *row = beckon_recent_row_new (item, now);

  update_recent_row (self, row);
  return row;
}

/* What was today is yesterday; or the desktop's clock tells the time in another way. */
static void
update_times (BeckonHomeWindow *self)
{
  g_autoptr (GDateTime) now = beckon_day_watch_get_now (self->days);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->recent, i)) != NULL; i++)
    beckon_recent_row_set_now (BECKON_RECENT_ROW (row), now);
}

/* ---- lists ---- */

static const char *
get_recent_hint (BeckonHomeWindow *self)
{
  if (!beckon_people_filter_is_searching (self->filter))
    return _("Calls you make and get are listed here.");
  if (beckon_people_is_loading_older (self->people))
    return "…"; /* not yet */
  return _("No recent call with anybody called like that.");
}

/* What the lists say while there is nothing in them. */
static void
update_hints (BeckonHomeWindow *self)
{
  gboolean searching = beckon_people_filter_is_searching (self->filter);

  gtk_label_set_label (self->contacts_hint,
                       searching ? _("Nobody in your contacts is called like that.")
                                 : _("People you add are listed here, and whether they are online."));
  gtk_label_set_label (self->recent_hint, get_recent_hint (self));
}

void
beckon_home_window_update_lists (BeckonHomeWindow *self)
{
  gboolean narrow;
  gboolean contacts = gtk_toggle_button_get_active (self->contacts_tab);
  gboolean loaded;
  gboolean empty;

  if (self->filter == NULL)
    return; /* the window is being made */
  narrow = beckon_adaptive_is_narrow (self->adaptive);
  loaded = beckon_people_is_loaded (self->people);
  empty = loaded && !beckon_people_filter_is_searching (self->filter) &&
          g_list_model_get_n_items (beckon_people_get_contacts (self->people)) == 0 &&
          g_list_model_get_n_items (beckon_people_filter_get_history (self->filter)) == 0;
  update_hints (self);
  gtk_widget_set_visible (self->empty, empty);
  gtk_widget_set_visible (self->columns, !empty && loaded);
  gtk_widget_set_visible (self->tabs, narrow && !empty);
  gtk_widget_set_visible (self->contacts_section, !narrow || contacts);
  gtk_widget_set_visible (self->recent_section, !narrow || !contacts);
  gtk_widget_action_set_enabled (
      GTK_WIDGET (self), "home.clear-history",
      g_list_model_get_n_items (beckon_people_filter_get_history (self->filter)) > 0);
  beckon_dial_box_set_narrow (self->dial, narrow);
}

static void
on_cleared (BeckonHomeWindow *self)
{
  const gint64 cleared =
      g_settings_get_int64 (beckon_account_get_settings (self->account), "history-cleared");

  beckon_people_filter_set_cleared (self->filter, cleared);
  beckon_people_set_cleared (self->people, cleared);
  beckon_home_window_update_lists (self);
}

/* A window's height before the end, so that nobody sees them come. */
static void
on_scrolled (BeckonHomeWindow *self, GtkAdjustment *adjustment)
{
  const double page = gtk_adjustment_get_page_size (adjustment);

  if (gtk_widget_get_visible (self->recent_section) &&
      gtk_adjustment_get_value (adjustment) + 2 * page >= gtk_adjustment_get_upper (adjustment))
    beckon_people_load_older (self->people);
}

void
beckon_home_window_search (BeckonHomeWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  if (*text == '\0')
    beckon_people_set_all_wanted (self->people, FALSE); /* before rows are made for all of them */
  beckon_people_filter_set_search (self->filter, text);
  beckon_people_set_all_wanted (self->people, beckon_people_filter_is_searching (self->filter));
  beckon_home_window_update_lists (self);
}

void
beckon_home_window_set_up_lists (BeckonHomeWindow *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  self->days = beckon_day_watch_new (now);
  g_signal_connect_object (self->days, "changed", G_CALLBACK (update_times), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_clock_format_get_default (), "notify::twelve-hours",
                           G_CALLBACK (update_times), self, G_CONNECT_SWAPPED);
  self->filter = beckon_people_filter_new (self->people);
  gtk_list_box_bind_model (self->contacts, beckon_people_filter_get_contacts (self->filter),
                           create_contact_row, self, NULL);
  gtk_list_box_bind_model (self->recent, beckon_people_filter_get_history (self->filter),
                           create_recent_row, self, NULL);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed",
                           G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search));
  beckon_dial_box_set_contacts (self->dial, beckon_people_get_contacts (self->people));
  g_signal_connect_object (self->people, "notify::loaded",
                           G_CALLBACK (beckon_home_window_update_lists), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->people, "notify::loading-older",
                           G_CALLBACK (beckon_home_window_update_lists), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_people_get_blocked (self->people), "items-changed",
                           G_CALLBACK (beckon_home_window_update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_people_get_contacts (self->people), "items-changed",
                           G_CALLBACK (beckon_home_window_update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adaptive, "notify::narrow",
                           G_CALLBACK (beckon_home_window_update_lists), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (beckon_account_get_settings (self->account), "changed::history-cleared",
                           G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  on_cleared (self);
}
