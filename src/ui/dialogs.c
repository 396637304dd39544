/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "dialogs.h"

#include "large-letters.h"
#include "sentence-toast.h"

#include <glib/gi18n.h>

/* ---- dialogs ---- */

#if ADW_CHECK_VERSION(1, 5, 0)

G_DEFINE_TYPE (BeckonDialog, beckon_dialog, ADW_TYPE_DIALOG)

static void
on_close_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_dialog_close (widget);
}

static void
beckon_dialog_class_init (BeckonDialogClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "dialog.close", NULL,
                                   on_close_action);
}

static void
beckon_dialog_init (BeckonDialog *self)
{
}

void
beckon_dialog_present (GtkWidget *dialog, GtkWindow *parent)
{
  g_return_if_fail (ADW_IS_DIALOG (dialog));
  g_return_if_fail (parent == NULL || GTK_IS_WINDOW (parent));

  adw_dialog_present (ADW_DIALOG (dialog), parent != NULL ? GTK_WIDGET (parent) : NULL);
}

void
beckon_dialog_close (GtkWidget *within)
{
  GtkWidget *dialog;

  g_return_if_fail (GTK_IS_WIDGET (within));

  dialog = gtk_widget_get_ancestor (within, ADW_TYPE_DIALOG);
  if (dialog != NULL && gtk_widget_get_parent (dialog) != NULL)
    adw_dialog_close (ADW_DIALOG (dialog));
}

gboolean
beckon_dialog_covers (GtkWindow *window)
{
  if (ADW_IS_APPLICATION_WINDOW (window))
    return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)) != NULL;
  return ADW_IS_WINDOW (window) && adw_window_get_visible_dialog (ADW_WINDOW (window)) != NULL;
}

#else

typedef enum
{
  PROP_CHILD = 1, /* GtkWindow's, which AdwWindow does without */
  PROP_CONTENT_WIDTH,
  PROP_CONTENT_HEIGHT,
} BeckonDialogProperty;

G_DEFINE_TYPE (BeckonDialog, beckon_dialog, ADW_TYPE_WINDOW)

static void
on_close_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

static void
beckon_dialog_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (object), &width, &height);
  switch ((BeckonDialogProperty) prop_id)
    {
    case PROP_CHILD:
      g_value_set_object (value, adw_window_get_content (ADW_WINDOW (object)));
      break;
    case PROP_CONTENT_WIDTH:
      g_value_set_int (value, width);
      break;
    case PROP_CONTENT_HEIGHT:
      g_value_set_int (value, height);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_dialog_set_property (GObject *object,
                            guint prop_id,
                            const GValue *value,
                            GParamSpec *pspec)
{
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (object), &width, &height);
  switch ((BeckonDialogProperty) prop_id)
    {
    case PROP_CHILD:
      adw_window_set_content (ADW_WINDOW (object), g_value_get_object (value));
      break;
    case PROP_CONTENT_WIDTH:
      gtk_window_set_default_size (GTK_WINDOW (object), g_value_get_int (value), height);
      break;
    case PROP_CONTENT_HEIGHT:
      gtk_window_set_default_size (GTK_WINDOW (object), width, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_dialog_class_init (BeckonDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_dialog_get_property;
  object_class->set_property = beckon_dialog_set_property;
  g_object_class_override_property (object_class, PROP_CHILD, "child");
  g_object_class_install_property (
      object_class, PROP_CONTENT_WIDTH,
      g_param_spec_int ("content-width", NULL, NULL, -1, G_MAXINT, -1, flags));
  g_object_class_install_property (
      object_class, PROP_CONTENT_HEIGHT,
      g_param_spec_int ("content-height", NULL, NULL, -1, G_MAXINT, -1, flags));
  gtk_widget_class_install_action (widget_class, "dialog.close", NULL, on_close_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "dialog.close", NULL);
}

static void
beckon_dialog_init (BeckonDialog *self)
{
}

void
beckon_dialog_present (GtkWidget *dialog, GtkWindow *parent)
{
  GtkWindow *window = GTK_WINDOW (dialog);
  int width;
  int height;

  g_return_if_fail (GTK_IS_WINDOW (dialog));
  g_return_if_fail (parent == NULL || GTK_IS_WINDOW (parent));

  gtk_window_get_default_size (window, &width, &height);
  if (BECKON_IS_DIALOG (dialog) && height < 0)
    gtk_window_set_resizable (window, FALSE); /* it follows what is in it, as AdwDialog does */
  gtk_window_set_modal (window, TRUE);
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}

void
beckon_dialog_close (GtkWidget *within)
{
  GtkRoot *root;

  g_return_if_fail (GTK_IS_WIDGET (within));

  root = gtk_widget_get_root (within);
  if (root != NULL)
    gtk_window_close (GTK_WINDOW (root));
}

gboolean
beckon_dialog_covers (GtkWindow *window)
{
  return FALSE;
}

#endif

/* ---- questions ---- */

#define CANCEL "cancel"

#if ADW_CHECK_VERSION(1, 5, 0)

GtkWidget *
beckon_question_new (const char *heading, const char *body)
{
  AdwAlertDialog *question = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  /* Translators: button of a question: nothing is done */
  adw_alert_dialog_add_response (question, CANCEL, _("_Cancel"));
  adw_alert_dialog_set_default_response (question, CANCEL);
  adw_alert_dialog_set_close_response (question, CANCEL);
  return GTK_WIDGET (question);
}

void
beckon_question_add (GtkWidget *question,
                     const char *response,
                     const char *label,
                     AdwResponseAppearance appearance)
{
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (question), response, label);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (question), response, appearance);
}

void
beckon_question_set_enabled (GtkWidget *question, const char *response, gboolean enabled)
{
  adw_alert_dialog_set_response_enabled (ADW_ALERT_DIALOG (question), response, enabled);
}

#else

GtkWidget *
beckon_question_new (const char *heading, const char *body)
{
  AdwMessageDialog *question = ADW_MESSAGE_DIALOG (adw_message_dialog_new (NULL, heading, body));

  /* Translators: button of a question: nothing is done */
  adw_message_dialog_add_response (question, CANCEL, _("_Cancel"));
  adw_message_dialog_set_default_response (question, CANCEL);
  adw_message_dialog_set_close_response (question, CANCEL);
  return GTK_WIDGET (question);
}

void
beckon_question_add (GtkWidget *question,
                     const char *response,
                     const char *label,
                     AdwResponseAppearance appearance)
{
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (question), response, label);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (question), response, appearance);
}

void
beckon_question_set_enabled (GtkWidget *question, const char *response, gboolean enabled)
{
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (question), response, enabled);
}

#endif

/* ---- preferences ---- */

#if ADW_CHECK_VERSION(1, 5, 0)

GtkWidget *
beckon_preferences_new (void)
{
  AdwDialog *dialog = adw_preferences_dialog_new ();

  adw_dialog_set_content_width (dialog, 640);
  return GTK_WIDGET (dialog);
}

/* The names of pages at the bottom of a narrow one. */
static void
wrap_switcher_bar (GtkWidget *widget)
{
  if (ADW_IS_VIEW_SWITCHER_BAR (widget))
    beckon_wrap_labels (widget);
  else
    for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      wrap_switcher_bar (child);
}

void
beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page)
{
  adw_preferences_dialog_add (ADW_PREFERENCES_DIALOG (preferences), page);
  wrap_switcher_bar (adw_dialog_get_child (ADW_DIALOG (preferences)));
}

void
beckon_preferences_say (GtkWidget *within, const char *sentence)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (within, ADW_TYPE_PREFERENCES_DIALOG);
  GtkWidget *toasts = gtk_widget_get_ancestor (within, ADW_TYPE_TOAST_OVERLAY);

  if (dialog != NULL)
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog),
                                      beckon_sentence_toast_new (sentence, TRUE));
  else if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts),
                                 beckon_sentence_toast_new (sentence, TRUE));
}

#else

#define PAGES "beckon-preferences-pages"
#define TITLE "beckon-preferences-title"
#define BAR "beckon-preferences-bar"

static gboolean
on_idle (gpointer user_data)
{
  AdwViewSwitcherBar *bar = user_data;
  GtkWidget *title = g_object_get_data (G_OBJECT (bar), TITLE);

  adw_view_switcher_bar_set_reveal (
      bar, adw_view_switcher_title_get_title_visible (ADW_VIEW_SWITCHER_TITLE (title)));
  return G_SOURCE_REMOVE;
}

/* It is told in the middle of a layout, which is too late for what is to appear in that. */
static void
on_title_visible (AdwViewSwitcherBar *bar)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_idle, g_object_ref (bar), g_object_unref);
}

static GtkWidget *
create_switcher_bar (AdwViewStack *pages, GtkWidget *title)
{
  GtkWidget *bar = adw_view_switcher_bar_new ();

  adw_view_switcher_bar_set_stack (ADW_VIEW_SWITCHER_BAR (bar), pages);
  g_object_set_data_full (G_OBJECT (bar), TITLE, g_object_ref (title), g_object_unref);
  g_signal_connect_object (title, "notify::title-visible", G_CALLBACK (on_title_visible), bar,
                           G_CONNECT_SWAPPED);
  on_title_visible (ADW_VIEW_SWITCHER_BAR (bar));
  return bar;
}

/* Not AdwPreferencesWindow, which in 1.2 never lets go of the rows that it could search. */
static GtkWidget *
create_content (AdwViewStack *pages)
{
  GtkWidget *toasts = adw_toast_overlay_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *title = adw_view_switcher_title_new ();

  /* Translators: title of a window: the settings of Beckon */
  adw_view_switcher_title_set_title (ADW_VIEW_SWITCHER_TITLE (title), _("Preferences"));
  adw_view_switcher_title_set_stack (ADW_VIEW_SWITCHER_TITLE (title), pages);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title);
  gtk_widget_set_vexpand (GTK_WIDGET (pages), TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (pages));
  g_object_set_data (G_OBJECT (pages), BAR, create_switcher_bar (pages, title));
  gtk_box_append (GTK_BOX (box), g_object_get_data (G_OBJECT (pages), BAR));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), box);
  return toasts;
}

GtkWidget *
beckon_preferences_new (void)
{
  AdwViewStack *pages = ADW_VIEW_STACK (adw_view_stack_new ());
  GtkWidget *dialog =
      /* Translators: title of a window: the settings of Beckon */
      g_object_new (BECKON_TYPE_DIALOG, "title", _("Preferences"), "content-width", 640,
                    "content-height", 720, "width-request", 340, "child", create_content (pages),
                    NULL);

  g_object_set_data (G_OBJECT (dialog), PAGES, pages);
  return dialog;
}

void
beckon_preferences_add (GtkWidget *preferences, AdwPreferencesPage *page)
{
  AdwViewStack *pages = g_object_get_data (G_OBJECT (preferences), PAGES);

  adw_view_stack_add_titled_with_icon (
      pages, GTK_WIDGET (page), adw_preferences_page_get_name (page),
      adw_preferences_page_get_title (page), adw_preferences_page_get_icon_name (page));
  beckon_wrap_labels (g_object_get_data (G_OBJECT (pages), BAR));
}

void
beckon_preferences_say (GtkWidget *within, const char *sentence)
{
  GtkWidget *toasts = gtk_widget_get_ancestor (within, ADW_TYPE_TOAST_OVERLAY);

  if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts),
                                 beckon_sentence_toast_new (sentence, TRUE));
}

#endif

/* ---- keys ---- */

#define PAGE "beckon-shortcuts-page"

/* GtkShortcutLabel is deprecated since GTK 4.18. */
static GtkWidget *
create_keys (const char *accelerator)
{
#if ADW_CHECK_VERSION(1, 8, 0)
  return adw_shortcut_label_new (accelerator);
#else
  return gtk_shortcut_label_new (accelerator);
#endif
}

/* Not GtkShortcutsWindow, which needs more than 800 px; nor AdwShortcutsDialog (1.8), which from right to
 * left shows nothing of a title that takes two lines. */
GtkWidget *
beckon_shortcuts_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *dialog =
      /* Translators: title of a window: the list of keys */
      g_object_new (BECKON_TYPE_DIALOG, "title", _("Keyboard Shortcuts"), "content-width", 480,
                    "content-height", 640, "child", box, NULL);

  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  g_object_set_data (G_OBJECT (dialog), PAGE, page);
  return dialog;
}

void
beckon_shortcuts_add (GtkWidget *dialog,
                      const char *title,
                      const BeckonShortcut *shortcuts,
                      guint n)
{
  AdwPreferencesPage *page = g_object_get_data (G_OBJECT (dialog), PAGE);
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *keys = create_keys (shortcuts[i].accelerator);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcuts[i].title));
      gtk_widget_set_valign (keys, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), keys);
      adw_preferences_group_add (group, row);
    }
  adw_preferences_page_add (page, group);
}
