/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "notifier.h"

#include "portal.h"

#define NOTIFICATION "org.freedesktop.portal.Notification"
#define VERSION 2

struct _BeckonNotifier
{
  GObject parent_instance;

  GApplication *application; /* borrowed: it owns us */

  /* Owned */
  GDBusConnection *bus; /* nullable: there is none, or portals are not for us */
  GCancellable *cancellable;

  guint32 version; /* of the portal; 0: there is none, or it has not said yet */
};

G_DEFINE_FINAL_TYPE (BeckonNotifier, beckon_notifier, G_TYPE_OBJECT)

static void
on_version (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;
  BeckonNotifier *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* we are gone */
  if (reply == NULL)
    {
      g_debug ("There is no notification portal: %s", error->message);
      return;
    }
  g_variant_get (reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    self->version = g_variant_get_uint32 (value);
}

static void
ask_version (BeckonNotifier *self)
{
  g_dbus_connection_call (self->bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH,
                          "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", NOTIFICATION, "version"), G_VARIANT_TYPE ("(v)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_version, self);
}

/* ---- the portal ---- */

static const char *
get_word (GNotificationPriority priority)
{
  switch (priority)
    {
    case G_NOTIFICATION_PRIORITY_LOW:
      return "low";
    case G_NOTIFICATION_PRIORITY_HIGH:
      return "high";
    case G_NOTIFICATION_PRIORITY_URGENT:
      return "urgent";
    case G_NOTIFICATION_PRIORITY_NORMAL:
    default:
      return "normal";
    }
}

static GVariant *
describe_button (const BeckonNoticeButton *button)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "label", "s", button->label);
  g_variant_dict_insert (&dict, "action", "s", button->action);
  if (button->target != NULL)
    g_variant_dict_insert_value (&dict, "target", button->target);
  if (button->purpose != NULL)
    g_variant_dict_insert (&dict, "purpose", "s", button->purpose);
  return g_variant_dict_end (&dict);
}

static GVariant *
describe (const BeckonNotice *notice)
{
  g_autoptr (GIcon) icon = g_themed_icon_new (notice->icon);
  g_autoptr (GVariant) serialized = g_icon_serialize (icon);
  GVariantBuilder buttons;
  GVariantDict dict;

  g_variant_builder_init (&buttons, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < notice->n_buttons; i++)
    g_variant_builder_add_value (&buttons, describe_button (&notice->buttons[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "title", "s", notice->title);
  g_variant_dict_insert (&dict, "body", "s", notice->body);
  g_variant_dict_insert_value (&dict, "icon", serialized);
  g_variant_dict_insert (&dict, "priority", "s", get_word (notice->priority));
  if (notice->category != NULL)
    g_variant_dict_insert (&dict, "category", "s", notice->category);
  if (notice->default_action != NULL)
    g_variant_dict_insert (&dict, "default-action", "s", notice->default_action);
  g_variant_dict_insert_value (&dict, "buttons", g_variant_builder_end (&buttons));
  return g_variant_dict_end (&dict);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    g_message ("The desktop shows no notification: %s", error->message);
}

static void
tell_portal (BeckonNotifier *self, const char *method, GVariant *parameters)
{
  g_dbus_connection_call (self->bus, BECKON_PORTAL_NAME, BECKON_PORTAL_PATH, NOTIFICATION, method,
                          parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_sent, NULL);
}

/* ---- without ---- */

static void
send_plainly (BeckonNotifier *self, const char *id, const BeckonNotice *notice)
{
  g_autoptr (GNotification) notification = g_notification_new (notice->title);
  g_autoptr (GIcon) icon = g_themed_icon_new (notice->icon);

  g_notification_set_body (notification, notice->body);
  g_notification_set_icon (notification, icon);
  if (notice->category != NULL)
    g_notification_set_category (notification, notice->category);
  if (notice->default_action != NULL)
    g_notification_set_default_action (notification, notice->default_action);
  g_notification_set_priority (notification, notice->priority);
  for (guint i = 0; i < notice->n_buttons; i++)
    g_notification_add_button_with_target_value (notification, notice->buttons[i].label,
                                                 notice->buttons[i].action,
                                                 notice->buttons[i].target);
  g_application_send_notification (self->application, id, notification);
}

/* ---- the object ---- */

static void
beckon_notifier_dispose (GObject *object)
{
  BeckonNotifier *self = BECKON_NOTIFIER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->bus);

  G_OBJECT_CLASS (beckon_notifier_parent_class)->dispose (object);
}

static void
beckon_notifier_finalize (GObject *object)
{
  g_object_unref (BECKON_NOTIFIER (object)->cancellable);

  G_OBJECT_CLASS (beckon_notifier_parent_class)->finalize (object);
}

static void
beckon_notifier_class_init (BeckonNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_notifier_finalize;
}

static void
beckon_notifier_init (BeckonNotifier *self)
{
  self->cancellable = g_cancellable_new ();
}

BeckonNotifier *
beckon_notifier_new (GApplication *application)
{
  BeckonNotifier *self;

  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);

  self = g_object_new (BECKON_TYPE_NOTIFIER, NULL);
  self->application = application;
  if (beckon_portals_are_ours ())
    g_set_object (&self->bus, g_application_get_dbus_connection (application));
  if (self->bus != NULL)
    ask_version (self);
  return self;
}

void
beckon_notifier_send (BeckonNotifier *self, const char *id, const BeckonNotice *notice)
{
  g_return_if_fail (BECKON_IS_NOTIFIER (self));
  g_return_if_fail (id != NULL && notice != NULL);

  if (self->version >= VERSION)
    tell_portal (self, "AddNotification", g_variant_new ("(s@a{sv})", id, describe (notice)));
  else
    send_plainly (self, id, notice);
}

void
beckon_notifier_withdraw (BeckonNotifier *self, const char *id)
{
  g_return_if_fail (BECKON_IS_NOTIFIER (self));
  g_return_if_fail (id != NULL);

  if (self->version >= VERSION)
    tell_portal (self, "RemoveNotification", g_variant_new ("(s)", id));
  else
    g_application_withdraw_notification (self->application, id);
}
