/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "check-row.h"

#include "stack-pages.h"

#include <glib/gi18n.h>

struct _BeckonCheckRow
{
  AdwActionRow parent_instance;

  /* Template widgets */
  GtkStack *marks;
  GtkWidget *spinner;
  GtkWidget *mark;
};

G_DEFINE_FINAL_TYPE (BeckonCheckRow, beckon_check_row, ADW_TYPE_ACTION_ROW)

static const char *const icons[] = {
  [BECKON_CHECK_GOOD] = "object-select-symbolic",
  [BECKON_CHECK_WARNING] = "dialog-warning-symbolic",
  [BECKON_CHECK_FAILED] = "dialog-error-symbolic",
};
static const char *const classes[] = {
  [BECKON_CHECK_GOOD] = "success",
  [BECKON_CHECK_WARNING] = "warning",
  [BECKON_CHECK_FAILED] = "error",
};

static const char *
phrase_for_mark (BeckonCheckStatus status)
{
  switch (status)
    {
    case BECKON_CHECK_GOOD:
      /* Translators: name for screen readers of the mark beside what was tried: all is well */
      return _("Works");
    case BECKON_CHECK_WARNING:
      /* Translators: name for screen readers of the mark beside what was tried: not all is well */
      return _("Warning");
    case BECKON_CHECK_FAILED:
    default:
      /* Translators: name for screen readers of the mark beside what was tried */
      return _("Does not work");
    }
}

static void
beckon_check_row_class_init (BeckonCheckRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/check-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCheckRow, marks);
  gtk_widget_class_bind_template_child (widget_class, BeckonCheckRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, BeckonCheckRow, mark);
}

static void
beckon_check_row_init (BeckonCheckRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  beckon_stack_pages_hide_inactive (self->marks);
}

BeckonCheckRow *
beckon_check_row_new (const char *title)
{
  g_return_val_if_fail (title != NULL, NULL);

  return g_object_new (BECKON_TYPE_CHECK_ROW, "title", title, NULL);
}

void
beckon_check_row_wait (BeckonCheckRow *self, const char *sentence)
{
  g_return_if_fail (BECKON_IS_CHECK_ROW (self));

  gtk_stack_set_visible_child (self->marks, self->spinner);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), sentence != NULL ? sentence : "");
}

void
beckon_check_row_tell (BeckonCheckRow *self,
                       BeckonCheckStatus status,
                       const char *sentence,
                       const char *advice)
{
  g_autofree char *text = NULL;

  g_return_if_fail (BECKON_IS_CHECK_ROW (self));
  g_return_if_fail (sentence != NULL);

  text = advice != NULL ? g_strdup_printf ("%s\n%s", sentence, advice) : g_strdup (sentence);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mark), icons[status]);
  gtk_widget_set_css_classes (self->mark, (const char *[]){ classes[status], NULL });
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  phrase_for_mark (status), -1);
  gtk_stack_set_visible_child (self->marks, self->mark);
}

gboolean
beckon_check_row_is_waiting (BeckonCheckRow *self)
{
  g_return_val_if_fail (BECKON_IS_CHECK_ROW (self), FALSE);

  return gtk_stack_get_visible_child (self->marks) == self->spinner;
}
