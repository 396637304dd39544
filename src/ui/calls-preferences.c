/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "calls-preferences.h"

#include "toolkit.h"

#include <glib/gi18n.h>

struct _BeckonCallsPreferences
{
  AdwPreferencesPage parent_instance;

  /* Template widgets */
  GtkWidget *do_not_disturb;
  GtkWidget *ring_here;
  AdwActionRow *pause_row;
  GtkWidget *pause_media;
  AdwActionRow *start_row;
  GtkWidget *start_at_login;
  AdwActionRow *shortcuts_row;
  GtkWidget *global_shortcuts;
  AdwActionRow *talk_row;
  GtkWidget *push_to_talk;
  GtkWidget *preconnect;
  GtkWidget *relay_only;
  GtkWidget *bandwidth;

  /* Owned */
  GSettings *settings;
  char *start_subtitle; /* where nothing is refused */
  char *talk_subtitle;  /* the same */
  BeckonGlobalShortcuts *shortcuts; /* nullable */
};

G_DEFINE_FINAL_TYPE (BeckonCallsPreferences, beckon_calls_preferences, ADW_TYPE_PREFERENCES_PAGE)

/* In the order of the rows' choices. */
static const char *const preconnects[] = { "contacts", "everyone", "nobody" };
static const guint bandwidths[] = { 0, 2000, 1000, 500, 250, 100 }; /* kbit/s */

static gboolean
preconnect_to_row (GValue *value, GVariant *variant, gpointer unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (preconnects); i++)
    if (g_str_equal (g_variant_get_string (variant, NULL), preconnects[i]))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
preconnect_from_row (const GValue *value, const GVariantType *type, gpointer unused)
{
  const guint i = g_value_get_uint (value);

  return i < G_N_ELEMENTS (preconnects) ? g_variant_new_string (preconnects[i]) : NULL;
}

/* A limit that was set to something between two choices is shown as the next one below. */
static gboolean
bandwidth_to_row (GValue *value, GVariant *variant, gpointer unused)
{
  const guint limit = g_variant_get_uint32 (variant);
  guint i = 0;

  if (limit != 0)
    for (i = 1; i + 1 < G_N_ELEMENTS (bandwidths) && bandwidths[i] > limit; i++)
      ;
  g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
bandwidth_from_row (const GValue *value, const GVariantType *type, gpointer unused)
{
  const guint i = g_value_get_uint (value);

  return i < G_N_ELEMENTS (bandwidths) ? g_variant_new_uint32 (bandwidths[i]) : NULL;
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, gtk_label_new (NULL));
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)),
                       gtk_string_object_get_string (gtk_list_item_get_item (item)));
}

/* The row would cut what is chosen to make room for its sentences, and those can wrap. */
static void
show_choice_whole (AdwComboRow *row)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  adw_combo_row_set_list_factory (row, adw_combo_row_get_factory (row));
  adw_combo_row_set_factory (row, factory);
}

/* A switch that goes back by itself says why. */
static void
on_refused (BeckonCallsPreferences *self, GParamSpec *pspec, BeckonAutostart *autostart)
{
  const GError *error = beckon_autostart_get_error (autostart);
  g_autofree char *sentence = NULL;

  if (!beckon_autostart_is_refused (autostart))
    sentence = g_strdup (self->start_subtitle);
  else if (error == NULL)
    /* Translators: below the title of the switch “Start at Log-In”, which has gone back by itself */
    sentence = g_strdup (_("Your desktop does not allow it. Let Beckon run in the background in the "
                           "desktop’s own settings, then switch this on again."));
  else
    sentence = g_strdup_printf (
        /* Translators: the same; %s is the technical reason, in the language of the system */
        _("The file that the desktop looks for could not be written: %s"), error->message);

  adw_action_row_set_subtitle (self->start_row, sentence);
  if (beckon_autostart_is_refused (autostart))
    beckon_announce (GTK_WIDGET (self->start_row), sentence, FALSE);
}

/* The setting stays what it is, for where it is possible. */
static void
set_impossible (AdwActionRow *row, GtkWidget *toggle, const char *why)
{
  g_settings_unbind (toggle, "active");
  gtk_switch_set_active (GTK_SWITCH (toggle), FALSE);
  adw_action_row_set_subtitle (row, why);
  gtk_widget_set_sensitive (GTK_WIDGET (row), FALSE);
}

static void
set_possible (BeckonCallsPreferences *self, AdwActionRow *row, GtkWidget *toggle, const char *key)
{
  if (gtk_widget_get_sensitive (GTK_WIDGET (row)))
    return;
  g_settings_bind (self->settings, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
  gtk_widget_set_sensitive (GTK_WIDGET (row), TRUE);
}

/* Returns: (nullable): why nothing comes of a switch whose key is @id */
static const char *
find_obstacle (BeckonCallsPreferences *self, GtkWidget *toggle, const char *id)
{
  const BeckonShortcutsState state = beckon_global_shortcuts_get_state (self->shortcuts);

  if (state == BECKON_SHORTCUTS_REFUSED ||
      (state == BECKON_SHORTCUTS_FAILED && gtk_switch_get_active (GTK_SWITCH (toggle))))
    /* Translators: below the title of a switch for a key, which has gone back by itself */
    return _("Your desktop gave no keys. Allow them in its settings, then switch this on again.");
  if (state == BECKON_SHORTCUTS_THERE && gtk_switch_get_active (GTK_SWITCH (toggle)) &&
      beckon_global_shortcuts_is_bound (self->shortcuts) &&
      !beckon_global_shortcuts_has (self->shortcuts, id))
    /* Translators: below the title of a switch for a key that works in any window */
    return _("Your desktop has no key for this yet. Choose one in its settings.");
  return NULL;
}

static void
tell (AdwActionRow *row, const char *obstacle, const char *subtitle)
{
  adw_action_row_set_subtitle (row, obstacle != NULL ? obstacle : subtitle);
}

/* Returns: (nullable): the first obstacle that is told */
static const char *
update_shortcuts (BeckonCallsPreferences *self)
{
  const char *mute;
  const char *talk;

  if (beckon_global_shortcuts_get_state (self->shortcuts) == BECKON_SHORTCUTS_MISSING)
    {
      /* Translators: below the title of a switch for a key that works in any window */
      const char *why = _("Not possible: this desktop has no such keys");

      set_impossible (self->shortcuts_row, self->global_shortcuts, why);
      set_impossible (self->talk_row, self->push_to_talk, why);
      return NULL;
    }
  set_possible (self, self->shortcuts_row, self->global_shortcuts, "global-shortcuts");
  set_possible (self, self->talk_row, self->push_to_talk, "push-to-talk");
  mute = find_obstacle (self, self->global_shortcuts, "mute");
  talk = find_obstacle (self, self->push_to_talk, "push-to-talk");
  tell (self->shortcuts_row, mute, "");
  tell (self->talk_row, talk, self->talk_subtitle);
  return mute != NULL ? mute : talk;
}

static void
on_shortcuts (BeckonCallsPreferences *self)
{
  const char *obstacle = update_shortcuts (self);

  if (obstacle != NULL)
    beckon_announce (GTK_WIDGET (self->shortcuts_row), obstacle, FALSE);
}

static void
beckon_calls_preferences_dispose (GObject *object)
{
  g_clear_object (&BECKON_CALLS_PREFERENCES (object)->shortcuts);
  g_clear_object (&BECKON_CALLS_PREFERENCES (object)->settings);

  G_OBJECT_CLASS (beckon_calls_preferences_parent_class)->dispose (object);
}

static void
beckon_calls_preferences_finalize (GObject *object)
{
  g_free (BECKON_CALLS_PREFERENCES (object)->start_subtitle);
  g_free (BECKON_CALLS_PREFERENCES (object)->talk_subtitle);

  G_OBJECT_CLASS (beckon_calls_preferences_parent_class)->finalize (object);
}

static void
beckon_calls_preferences_class_init (BeckonCallsPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_calls_preferences_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_calls_preferences_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/calls-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, do_not_disturb);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, ring_here);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, pause_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, pause_media);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, start_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, start_at_login);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, shortcuts_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, global_shortcuts);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, talk_row);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, push_to_talk);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, preconnect);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, relay_only);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallsPreferences, bandwidth);
}

static void
beckon_calls_preferences_init (BeckonCallsPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->start_subtitle = g_strdup (adw_action_row_get_subtitle (self->start_row));
  self->talk_subtitle = g_strdup (adw_action_row_get_subtitle (self->talk_row));
  show_choice_whole (ADW_COMBO_ROW (self->preconnect));
  show_choice_whole (ADW_COMBO_ROW (self->bandwidth));
}

AdwPreferencesPage *
beckon_calls_preferences_new (GSettings *settings, BeckonAutostart *autostart)
{
  BeckonCallsPreferences *self;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (autostart == NULL || BECKON_IS_AUTOSTART (autostart), NULL);

  self = g_object_new (BECKON_TYPE_CALLS_PREFERENCES, NULL);
  self->settings = g_object_ref (settings);
  g_settings_bind (settings, "do-not-disturb", self->do_not_disturb, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "ring-here", self->ring_here, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "pause-media", self->pause_media, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "start-at-login", self->start_at_login, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "global-shortcuts", self->global_shortcuts, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "push-to-talk", self->push_to_talk, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "relay-only", self->relay_only, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "preconnect", self->preconnect, "selected",
                                G_SETTINGS_BIND_DEFAULT, preconnect_to_row, preconnect_from_row,
                                NULL, NULL);
  g_settings_bind_with_mapping (settings, "bandwidth", self->bandwidth, "selected",
                                G_SETTINGS_BIND_DEFAULT, bandwidth_to_row, bandwidth_from_row, NULL,
                                NULL);
  if (autostart != NULL)
    {
      g_signal_connect_object (autostart, "notify::refused", G_CALLBACK (on_refused), self,
                               G_CONNECT_SWAPPED);
      on_refused (self, NULL, autostart);
    }
  return ADW_PREFERENCES_PAGE (self);
}

void
beckon_calls_preferences_set_desktop (BeckonCallsPreferences *self,
                                      BeckonGlobalShortcuts *shortcuts,
                                      gboolean players)
{
  g_return_if_fail (BECKON_IS_CALLS_PREFERENCES (self));
  g_return_if_fail (shortcuts == NULL || BECKON_IS_GLOBAL_SHORTCUTS (shortcuts));
  g_return_if_fail (self->shortcuts == NULL);

  if (!players)
    set_impossible (self->pause_row, self->pause_media,
                    /* Translators: below the title of the switch “Pause Music and Films” */
                    _("Not possible: as a Flatpak, Beckon may not speak with players"));
  if (shortcuts == NULL)
    return;
  self->shortcuts = g_object_ref (shortcuts);
  g_signal_connect_object (shortcuts, "changed", G_CALLBACK (on_shortcuts), self,
                           G_CONNECT_SWAPPED);
  beckon_global_shortcuts_look (shortcuts);
  update_shortcuts (self);
}
