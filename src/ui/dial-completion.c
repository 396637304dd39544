/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "dial-completion.h"

#include "contact-item.h"
#include "people-filter.h"

#include <glib/gi18n.h>

#define OFFERS_MAX 5
#define SEPARATORS " \t,;"

struct _BeckonDialCompletion
{
  GtkPopover parent_instance;

  GtkEditable *entry; /* borrowed: a sibling */
  GtkListBox *list;   /* borrowed: the child */

  /* Owned */
  GListModel *contacts; /* nullable */
  GPtrArray *offered;   /* of #BeckonContactItem, in the order of the rows */

  gboolean completing; /* the entry changes by what was taken */
};

G_DEFINE_FINAL_TYPE (BeckonDialCompletion, beckon_dial_completion, GTK_TYPE_POPOVER)

/* Returns: where the word that is typed begins, in bytes. */
static gsize
find_last_word (const char *text)
{
  gsize begin = strlen (text);

  while (begin > 0 && strchr (SEPARATORS, text[begin - 1]) == NULL)
    begin--;
  return begin;
}

static BeckonContactItem *
get_offer (BeckonDialCompletion *self, GtkListBoxRow *row)
{
  return g_ptr_array_index (self->offered, gtk_list_box_row_get_index (row));
}

/* ---- for who hears it ---- */

static char *
describe (BeckonContactItem *item)
{
  /* Translators: a person in a list, for screen readers: name, user ID */
  return g_strdup_printf (C_("person", "%s, %s"), beckon_contact_item_get_name (item),
                          beckon_contact_item_get_id (item));
}

/* The keyboard stays in the entry, and so it is the entry that tells: a screen reader reads out what its
 * description becomes. GTK 4.8 tells it neither of an active descendant nor of a popup. */
static void
tell (BeckonDialCompletion *self)
{
  GtkAccessible *entry = GTK_ACCESSIBLE (self->entry);
  const gboolean open = gtk_widget_get_visible (GTK_WIDGET (self));
  GtkListBoxRow *selected = open ? gtk_list_box_get_selected_row (self->list) : NULL;
  g_autofree char *sentence = NULL;

  gtk_accessible_update_state (entry, GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
  if (!open)
    {
      gtk_accessible_reset_relation (entry, GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT);
      gtk_accessible_reset_property (entry, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
      return;
    }
  if (selected != NULL)
    {
      gtk_accessible_update_relation (entry, GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT, selected,
                                      -1);
      sentence = describe (get_offer (self, selected));
    }
  else
    {
      gtk_accessible_reset_relation (entry, GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT);
      sentence = g_strdup_printf (
          /* Translators: for screen readers: of the contacts that are offered below what is typed */
          ngettext ("%u suggestion. Choose with the arrow keys.",
                    "%u suggestions. Choose with the arrow keys.", self->offered->len),
          self->offered->len);
    }
  gtk_accessible_update_property (entry, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}

/* ---- taking ---- */

static void
take (BeckonDialCompletion *self, GtkListBoxRow *row)
{
  const char *text = gtk_editable_get_text (self->entry);
  const char *id = beckon_contact_item_get_id (get_offer (self, row));
  g_autofree char *before = g_strndup (text, find_last_word (text));
  g_autofree char *completed = g_strconcat (before, id, NULL);

  self->completing = TRUE;
  gtk_editable_set_text (self->entry, completed);
  gtk_editable_set_position (self->entry, -1);
  self->completing = FALSE;
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
on_row_activated (BeckonDialCompletion *self, GtkListBoxRow *row)
{
  take (self, row);
}

static void
move (BeckonDialCompletion *self, int step)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (self->list);
  const int next = selected != NULL ? gtk_list_box_row_get_index (selected) + step : 0;
  GtkListBoxRow *row = next >= 0 ? gtk_list_box_get_row_at_index (self->list, next) : NULL;

  if (row != NULL)
    gtk_list_box_select_row (self->list, row);
  tell (self);
}

static gboolean
on_key (BeckonDialCompletion *self, guint keyval, guint keycode, GdkModifierType state)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (self->list);

  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Down || keyval == GDK_KEY_KP_Down)
    move (self, 1);
  else if (keyval == GDK_KEY_Up || keyval == GDK_KEY_KP_Up)
    move (self, -1);
  else if (keyval == GDK_KEY_Escape)
    gtk_popover_popdown (GTK_POPOVER (self));
  else if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && selected != NULL)
    take (self, selected);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* ---- offering ---- */

static GtkWidget *
create_row (BeckonContactItem *item)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (beckon_contact_item_get_name (item));
  GtkWidget *id = gtk_label_new (beckon_contact_item_get_id (item));
  g_autofree char *description = describe (item);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (id), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (id, "dim-label");
  gtk_widget_add_css_class (id, "caption");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), id);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  return row;
}

static void
clear (BeckonDialCompletion *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  g_ptr_array_set_size (self->offered, 0);
}

static void
fill (BeckonDialCompletion *self, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (word, -1);
  const char *const words[] = { folded, NULL };
  const guint n = g_list_model_get_n_items (self->contacts);

  for (guint i = 0; i < n && self->offered->len < OFFERS_MAX; i++)
    {
      g_autoptr (BeckonContactItem) item = g_list_model_get_item (self->contacts, i);
      const char *id = beckon_contact_item_get_id (item);

      if (g_str_equal (id, folded) ||
          !beckon_people_filter_match (words, beckon_contact_item_get_name (item), id))
        continue;
      gtk_list_box_append (self->list, create_row (item));
      g_ptr_array_add (self->offered, g_steal_pointer (&item));
    }
}

static void
show (BeckonDialCompletion *self)
{
  GtkWidget *entry = GTK_WIDGET (self->entry);
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (entry, gtk_widget_get_parent (GTK_WIDGET (self)), &bounds))
    return;
  gtk_widget_set_size_request (GTK_WIDGET (self), (int) MIN (360, bounds.size.width), -1);
  gtk_popover_set_pointing_to (GTK_POPOVER (self),
                               &(GdkRectangle){
                                   (int) bounds.origin.x,
                                   (int) bounds.origin.y,
                                   (int) MIN (360, bounds.size.width),
                                   (int) bounds.size.height,
                               });
  gtk_popover_popup (GTK_POPOVER (self));
}

static void
on_changed (BeckonDialCompletion *self)
{
  const char *text = gtk_editable_get_text (self->entry);
  const char *word = text + find_last_word (text);

  clear (self);
  if (!self->completing && self->contacts != NULL && *word != '\0' &&
      gtk_widget_get_mapped (GTK_WIDGET (self->entry)))
    fill (self, word);
  if (self->offered->len > 0)
    show (self);
  else
    gtk_popover_popdown (GTK_POPOVER (self));
  tell (self);
}

static void
on_focus_left (BeckonDialCompletion *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
beckon_dial_completion_dispose (GObject *object)
{
  g_clear_object (&BECKON_DIAL_COMPLETION (object)->contacts);

  G_OBJECT_CLASS (beckon_dial_completion_parent_class)->dispose (object);
}

static void
beckon_dial_completion_finalize (GObject *object)
{
  g_ptr_array_unref (BECKON_DIAL_COMPLETION (object)->offered);

  G_OBJECT_CLASS (beckon_dial_completion_parent_class)->finalize (object);
}

static void
beckon_dial_completion_class_init (BeckonDialCompletionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_dial_completion_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_dial_completion_finalize;
}

static void
beckon_dial_completion_init (BeckonDialCompletion *self)
{
  GtkWidget *list = gtk_list_box_new ();

  self->list = GTK_LIST_BOX (list);
  self->offered = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_SINGLE);
  gtk_list_box_set_activate_on_single_click (self->list, TRUE);
  gtk_widget_set_can_focus (list, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  /* Translators: for screen readers: a list below what is typed */
                                  _("Contacts that match"), -1);
  g_signal_connect_swapped (list, "row-activated", G_CALLBACK (on_row_activated), self);
  gtk_popover_set_child (GTK_POPOVER (self), list);
  gtk_popover_set_autohide (GTK_POPOVER (self), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self), GTK_POS_BOTTOM);
  gtk_widget_add_css_class (GTK_WIDGET (self), "menu");
  gtk_widget_add_css_class (list, "offers");
}

GtkWidget *
beckon_dial_completion_new (GtkWidget *parent, GtkEditable *entry)
{
  BeckonDialCompletion *self;
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_return_val_if_fail (GTK_IS_WIDGET (parent), NULL);
  g_return_val_if_fail (GTK_IS_EDITABLE (entry), NULL);

  self = g_object_new (BECKON_TYPE_DIAL_COMPLETION, NULL);
  self->entry = entry;
  gtk_widget_set_parent (GTK_WIDGET (self), parent);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_HAS_POPUP, TRUE,
                                  GTK_ACCESSIBLE_PROPERTY_AUTOCOMPLETE,
                                  GTK_ACCESSIBLE_AUTOCOMPLETE_LIST, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_RELATION_CONTROLS,
                                  self->list, NULL, -1);
  g_signal_connect_object (self, "notify::visible", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  tell (self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_key), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (entry), keys);
  g_signal_connect_object (focus, "leave", G_CALLBACK (on_focus_left), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (entry), focus);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
beckon_dial_completion_set_contacts (BeckonDialCompletion *self, GListModel *contacts)
{
  g_return_if_fail (BECKON_IS_DIAL_COMPLETION (self));
  g_return_if_fail (contacts == NULL || G_IS_LIST_MODEL (contacts));

  g_set_object (&self->contacts, contacts);
}
