/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "check-list.h"

#include "check-phrases.h"
#include "check-row.h"

#include <glib/gi18n.h>

#define N_CHECKS (BECKON_CHECK_MEDIA + 1)

struct _BeckonCheckList
{
  AdwBin parent_instance;

  GtkListBox *rows;
  BeckonCheckRow *last[N_CHECKS]; /* of the rows: the one of each kind that was told of last */
  BeckonCheckStatus worst;
};

G_DEFINE_FINAL_TYPE (BeckonCheckList, beckon_check_list, ADW_TYPE_BIN)

static void
insert_row (BeckonCheckList *self, BeckonCheck check, int position)
{
  g_autofree char *title = beckon_phrase_for_check_title (check, NULL);

  self->last[check] = beckon_check_row_new (title);
  gtk_list_box_insert (self->rows, GTK_WIDGET (self->last[check]), position);
}

void
beckon_check_list_begin (BeckonCheckList *self)
{
  GtkWidget *row;

  g_return_if_fail (BECKON_IS_CHECK_LIST (self));

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_list_box_remove (self->rows, row);
  for (BeckonCheck check = 0; check < N_CHECKS; check++)
    insert_row (self, check, -1);
  self->worst = BECKON_CHECK_GOOD;
}

void
beckon_check_list_tell (BeckonCheckList *self, const BeckonCheckLine *line, guint rate)
{
  g_autofree char *title = NULL;
  g_autofree char *sentence = NULL;

  g_return_if_fail (BECKON_IS_CHECK_LIST (self));
  g_return_if_fail (line != NULL && self->last[line->check] != NULL);

  if (!beckon_check_row_is_waiting (self->last[line->check])) /* one more relay */
    insert_row (self, line->check,
                gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (self->last[line->check])) + 1);
  title = beckon_phrase_for_check_title (line->check, line->subject);
  sentence = beckon_phrase_for_check (line, rate);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->last[line->check]), title);
  beckon_check_row_tell (self->last[line->check], line->status, sentence,
                         beckon_phrase_for_check_advice (line));
  self->worst = MAX (self->worst, line->status);
}

BeckonCheckStatus
beckon_check_list_end (BeckonCheckList *self)
{
  g_return_val_if_fail (BECKON_IS_CHECK_LIST (self), BECKON_CHECK_FAILED);

  for (BeckonCheck check = 0; check < N_CHECKS; check++)
    if (self->last[check] != NULL && beckon_check_row_is_waiting (self->last[check]))
      {
        gtk_list_box_remove (self->rows, GTK_WIDGET (self->last[check]));
        self->last[check] = NULL;
      }
  return self->worst;
}

static void
beckon_check_list_class_init (BeckonCheckListClass *klass)
{
}

static void
beckon_check_list_init (BeckonCheckList *self)
{
  self->rows = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->rows, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->rows), "boxed-list");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->rows), GTK_ACCESSIBLE_PROPERTY_LABEL,
      /* Translators: name for screen readers of a list: what is tried before a call */
      _("What calls need"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->rows));
}
