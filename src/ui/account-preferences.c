/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account-preferences.h"

#include "dialogs.h"
#include "join-group.h"
#include "phrases.h"
#include "toolkit.h"

#include <glib/gi18n.h>

struct _BeckonAccountPreferences
{
  AdwPreferencesPage parent_instance;

  /* Template widgets */
  GtkEditable *name;
  AdwActionRow *user;
  AdwActionRow *server;
  BeckonJoinGroup *join;
  AdwPreferencesGroup *devices;

  /* Owned */
  BeckonAccount *account;
  BeckonSignalingService *signaling;
  GCancellable *cancellable;
  GPtrArray *device_rows; /* borrowed widgets */
};

G_DEFINE_FINAL_TYPE (BeckonAccountPreferences, beckon_account_preferences,
                     ADW_TYPE_PREFERENCES_PAGE)

/* ---- devices ---- */

static gboolean
is_this_device (BeckonAccountPreferences *self, const BeckonAccountDevice *device)
{
  return g_strcmp0 (device->id, beckon_signaling_service_get_device_id (self->signaling)) == 0;
}

static void
add_sign_out_button (AdwActionRow *row, const BeckonAccountDevice *device)
{
  /* Translators: button beside a computer: signs it out of the account; imperative */
  GtkWidget *button = gtk_button_new_with_label (_("Sign Out"));
  g_autofree char *description = NULL;

  /* Translators: a button, for screen readers; %s is the name of a computer */
  description = g_strdup_printf (_("Sign out %s"), device->name);
  beckon_name_button (GTK_BUTTON (button), description);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "account.sign-out-device");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", device->id, device->name);
  adw_action_row_add_suffix (row, button);
}

/* Returns: (transfer full) */
static char *
describe_device (BeckonAccountPreferences *self, const BeckonAccountDevice *device)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = NULL;

  if (is_this_device (self, device))
    /* Translators: below the name of the computer that one sits at, in a list of them */
    return g_strdup (_("This computer"));
  if (device->connected)
    /* Translators: below the name of a computer that is signed in: it is connected to the server */
    return g_strdup (C_("computer", "Connected"));
  if (device->seen == 0)
    /* Translators: below the name of a computer */
    return g_strdup (_("Not connected now"));
  time = beckon_phrase_for_time (device->seen, now);
  /* Translators: below the name of a computer; %s is "8:40", "yesterday", "Monday" or a date */
  return g_strdup_printf (_("Last connected: %s"), time);
}

static GtkWidget *
create_device_row (BeckonAccountPreferences *self, const BeckonAccountDevice *device)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *subtitle = describe_device (self, device);

  if (!is_this_device (self, device))
    add_sign_out_button (ADW_ACTION_ROW (row), device);
  /* What a device is called is up to whoever signed it in. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), device->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

static void
add_device_row (BeckonAccountPreferences *self, const BeckonAccountDevice *device)
{
  GtkWidget *row = create_device_row (self, device);

  adw_preferences_group_add (self->devices, row);
  g_ptr_array_add (self->device_rows, row);
}

/* @devices: (nullable): a server that does not tell of them leaves the one that is known. */
static void
show_devices (BeckonAccountPreferences *self, GPtrArray *devices)
{
  for (guint i = 0; i < self->device_rows->len; i++)
    adw_preferences_group_remove (self->devices, g_ptr_array_index (self->device_rows, i));
  g_ptr_array_set_size (self->device_rows, 0);
  if (devices == NULL)
    {
      add_device_row (self,
                      &(BeckonAccountDevice){
                          .id = (char *) beckon_signaling_service_get_device_id (self->signaling),
                          .name = (char *) g_get_host_name (),
                          .connected = TRUE,
                      });
      return;
    }
  for (guint i = 0; i < devices->len; i++)
    if (is_this_device (self, g_ptr_array_index (devices, i)))
      add_device_row (self, g_ptr_array_index (devices, i));
  for (guint i = 0; i < devices->len; i++)
    if (!is_this_device (self, g_ptr_array_index (devices, i)))
      add_device_row (self, g_ptr_array_index (devices, i));
}

static void
on_devices (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccountPreferences) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = beckon_signaling_service_list_devices_finish (
      BECKON_SIGNALING_SERVICE (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (error != NULL)
    g_debug ("No word of the devices: %s", error->message);
  show_devices (self, devices);
}

static void
list_devices (BeckonAccountPreferences *self)
{
  if (beckon_signaling_service_get_state (self->signaling) == BECKON_SIGNALING_CONNECTED)
    beckon_signaling_service_list_devices_async (self->signaling, self->cancellable, on_devices,
                                                 g_object_ref (self));
  else
    show_devices (self, NULL);
}

/* What a sign-out needs when it comes back. */
typedef struct
{
  BeckonAccountPreferences *page;
  char *name;
} SignOut;

static void
sign_out_free (SignOut *sign_out)
{
  g_object_unref (sign_out->page);
  g_free (sign_out->name);
  g_free (sign_out);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignOut, sign_out_free)

static void
on_device_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SignOut) sign_out = user_data;
  BeckonAccountPreferences *self = sign_out->page;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  /* Translators: %s is the name of a computer */
  sentence = error == NULL ? g_strdup_printf (_("%s was signed out"), sign_out->name)
                           : beckon_phrase_for_error (error, NULL);
  beckon_preferences_say (GTK_WIDGET (self), sentence);
  list_devices (self);
}

static void
on_sign_out_device_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonAccountPreferences *self = BECKON_ACCOUNT_PREFERENCES (widget);
  SignOut *sign_out = g_new0 (SignOut, 1);
  const char *id;
  const char *name;

  g_variant_get (parameter, "(&s&s)", &id, &name);
  sign_out->page = g_object_ref (self);
  sign_out->name = g_strdup (name);
  beckon_signaling_service_sign_out_device_async (self->signaling, id, self->cancellable,
                                                  on_device_signed_out, sign_out);
}

/* ---- the account ---- */

static void
show_name (BeckonAccountPreferences *self)
{
  const char *name = beckon_signaling_service_get_user_name (self->signaling);

  if (name != NULL)
    gtk_editable_set_text (self->name, name);
}

static void
on_named (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonAccountPreferences) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (beckon_signaling_service_request_finish (BECKON_SIGNALING_SERVICE (source), result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sentence = beckon_phrase_for_error (error, NULL);
  beckon_preferences_say (GTK_WIDGET (self), sentence);
  show_name (self);
}

static void
on_name_applied (BeckonAccountPreferences *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->name)));

  if (*name == '\0')
    show_name (self);
  else
    beckon_signaling_service_set_name_async (self->signaling, name, self->cancellable, on_named,
                                             g_object_ref (self));
}

static void
on_copy_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonAccountPreferences *self = BECKON_ACCOUNT_PREFERENCES (widget);
  gboolean server = g_str_equal (action, "account.copy-server");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget),
                          adw_action_row_get_subtitle (server ? self->server : self->user));
  beckon_preferences_say (widget, server ? _("The server’s address was copied")
                                         : _("Your user ID was copied"));
}

static void
on_sign_out_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  beckon_account_sign_out (BECKON_ACCOUNT_PREFERENCES (widget)->account);
}

static void
on_manager (BeckonAccountPreferences *self)
{
  if (beckon_account_get_manager (self->account) == NULL)
    beckon_dialog_close (GTK_WIDGET (self));
}

/* ---- the page ---- */

/* A dialog that becomes a sheet, or a dialog again, puts its pages elsewhere. */
static void
beckon_account_preferences_root (GtkWidget *widget)
{
  BeckonAccountPreferences *self = BECKON_ACCOUNT_PREFERENCES (widget);

  GTK_WIDGET_CLASS (beckon_account_preferences_parent_class)->root (widget);
  if (!g_cancellable_is_cancelled (self->cancellable))
    return;
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  list_devices (self);
}

/* What is under way holds the page: it must not do so longer than it is to be seen. (A new name
 * does until the server has answered, which it does soon.) */
static void
beckon_account_preferences_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (BECKON_ACCOUNT_PREFERENCES (widget)->cancellable);

  GTK_WIDGET_CLASS (beckon_account_preferences_parent_class)->unroot (widget);
}

static void
beckon_account_preferences_dispose (GObject *object)
{
  BeckonAccountPreferences *self = BECKON_ACCOUNT_PREFERENCES (object);

  g_clear_object (&self->signaling);
  g_clear_object (&self->account);

  G_OBJECT_CLASS (beckon_account_preferences_parent_class)->dispose (object);
}

static void
beckon_account_preferences_finalize (GObject *object)
{
  BeckonAccountPreferences *self = BECKON_ACCOUNT_PREFERENCES (object);

  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->device_rows);

  G_OBJECT_CLASS (beckon_account_preferences_parent_class)->finalize (object);
}

static void
beckon_account_preferences_class_init (BeckonAccountPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_account_preferences_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_account_preferences_finalize;
  widget_class->root = beckon_account_preferences_root;
  widget_class->unroot = beckon_account_preferences_unroot;

  g_type_ensure (BECKON_TYPE_JOIN_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/account-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountPreferences, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountPreferences, user);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountPreferences, server);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountPreferences, devices);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountPreferences, join);
  gtk_widget_class_bind_template_callback (widget_class, on_name_applied);
  gtk_widget_class_install_action (widget_class, "account.copy-user", NULL, on_copy_action);
  gtk_widget_class_install_action (widget_class, "account.copy-server", NULL, on_copy_action);
  gtk_widget_class_install_action (widget_class, "account.sign-out", NULL, on_sign_out_action);
  gtk_widget_class_install_action (widget_class, "account.sign-out-device", "(ss)",
                                   on_sign_out_device_action);
}

static void
beckon_account_preferences_init (BeckonAccountPreferences *self)
{
  self->cancellable = g_cancellable_new ();
  self->device_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesPage *
beckon_account_preferences_new (BeckonAccount *account)
{
  BeckonAccountPreferences *self;
  BeckonCallManager *manager;

  g_return_val_if_fail (BECKON_IS_ACCOUNT (account), NULL);
  manager = beckon_account_get_manager (account);
  g_return_val_if_fail (manager != NULL, NULL);

  self = g_object_new (BECKON_TYPE_ACCOUNT_PREFERENCES, NULL);
  self->account = g_object_ref (account);
  self->signaling = g_object_ref (beckon_call_manager_get_signaling (manager));
  adw_action_row_set_subtitle (self->user, beckon_signaling_service_get_user_id (self->signaling));
  adw_action_row_set_subtitle (self->server, beckon_signaling_service_get_server (self->signaling));
  g_signal_connect_object (account, "notify::manager", G_CALLBACK (on_manager), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->signaling, "notify::user-name", G_CALLBACK (show_name), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->signaling, "notify::state", G_CALLBACK (list_devices), self,
                           G_CONNECT_SWAPPED);
  beckon_join_group_set_server (self->join, beckon_account_get_local_server (account));
  show_name (self);
  list_devices (self);
  return ADW_PREFERENCES_PAGE (self);
}
