/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "remote-control.h"

#include "identifiers.h"
#include "protocol-error.h"

static const char introspection[] =
    "<node><interface name='" BECKON_REMOTE_INTERFACE "'>"
    "<method name='Call'>"
    "<arg name='users' type='as' direction='in'/>"
    "<arg name='media' type='s' direction='in'/>"
    "<arg name='call' type='s' direction='out'/>"
    "</method>"
    "<method name='Answer'>"
    "<arg name='call' type='s' direction='in'/>"
    "<arg name='with_camera' type='b' direction='in'/>"
    "</method>"
    "<method name='Decline'>"
    "<arg name='call' type='s' direction='in'/>"
    "<arg name='message' type='s' direction='in'/>"
    "</method>"
    "<method name='HangUp'><arg name='call' type='s' direction='in'/></method>"
    "<method name='SetMicrophone'><arg name='on' type='b' direction='in'/></method>"
    "<method name='SetCamera'><arg name='on' type='b' direction='in'/></method>"
    "<property name='Connected' type='b' access='read'/>"
    "<property name='State' type='s' access='read'/>"
    "<property name='CurrentCall' type='s' access='read'/>"
    "<property name='Media' type='s' access='read'/>"
    "<property name='PeerId' type='s' access='read'/>"
    "<property name='PeerName' type='s' access='read'/>"
    "<property name='Microphone' type='b' access='read'/>"
    "<property name='Camera' type='b' access='read'/>"
    "</interface></node>";

struct _BeckonRemoteControl
{
  GObject parent_instance;

  /* Owned */
  BeckonCurrentCall *current;
  GDBusNodeInfo *info;
  GDBusConnection *bus; /* nullable: not exported */
  char *path;           /* the same */
  GVariant *told;       /* nullable: what the others know, a{sv} */

  guint registration;
};

G_DEFINE_FINAL_TYPE (BeckonRemoteControl, beckon_remote_control, G_TYPE_OBJECT)

/* ---- errors ---- */

static void
fail (GDBusMethodInvocation *invocation, const char *name, const char *text)
{
  g_autofree char *full = g_strconcat (BECKON_REMOTE_ERROR, name, NULL);

  g_dbus_method_invocation_return_dbus_error (invocation, full, text);
}

/* "busy-self" → "BusySelf" */
static char *
make_name (const char *code)
{
  GString *name = g_string_new (NULL);
  gboolean first = TRUE;

  for (const char *p = code; *p != '\0'; p++)
    {
      if (*p != '-')
        g_string_append_c (name, first ? g_ascii_toupper (*p) : *p);
      first = *p == '-';
    }
  return g_string_free (name, FALSE);
}

static void
fail_as (GDBusMethodInvocation *invocation, const GError *error)
{
  g_autofree char *name = NULL;

  if (error->domain == BECKON_PROTOCOL_ERROR)
    name = make_name (beckon_protocol_error_to_code (error->code));
  else
    name = g_strdup (error->domain == BECKON_SIGNALING_ERROR ? "NotConnected" : "Failed");
  fail (invocation, name, error->message);
}

/* ---- methods ---- */

/* Returns: (nullable): the call with this @id, "" for whichever there is; else it has failed. */
static BeckonCall *
find_call (BeckonRemoteControl *self, const char *id, GDBusMethodInvocation *invocation)
{
  BeckonCall *call = beckon_current_call_get (self->current);

  if (call != NULL && (*id == '\0' || g_str_equal (id, beckon_call_get_id (call))))
    return call;
  fail (invocation, "NoCall", *id == '\0' ? "There is no call" : "There is no such call");
  return NULL;
}

static BeckonCall *
find_ringing (BeckonRemoteControl *self, const char *id, GDBusMethodInvocation *invocation)
{
  BeckonCall *call = find_call (self, id, invocation);

  if (call == NULL || beckon_call_get_state (call) == BECKON_CALL_STATE_INCOMING)
    return call;
  fail (invocation, "NotRinging", "This call does not ring here");
  return NULL;
}

static void
on_invited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCall) call =
      beckon_call_manager_invite_finish (BECKON_CALL_MANAGER (source), result, &error);

  if (call != NULL)
    g_dbus_method_invocation_return_value (invocation,
                                           g_variant_new ("(s)", beckon_call_get_id (call)));
  else
    fail_as (invocation, error);
}

static void
place_call (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCallManager *manager = beckon_current_call_get_manager (self->current);
  g_autofree const char **users = NULL;
  g_autofree char *joined = NULL;
  g_auto (GStrv) ids = NULL;
  g_autoptr (GError) error = NULL;
  const char *word;
  BeckonMedia media;

  g_variant_get (parameters, "(^a&s&s)", &users, &word);
  joined = g_strjoinv (" ", (GStrv) users);
  ids = beckon_user_ids_parse (joined, &error);
  if (ids == NULL)
    fail_as (invocation, error);
  else if (!beckon_media_from_string (word, &media))
    fail (invocation, "Failed", "The kind of a call is “voice” or “video”");
  else if (!beckon_current_call_is_connected (self->current))
    fail (invocation, "NotConnected", "There is no connection to the server");
  else if (g_strv_contains (
               (const char *const *) ids,
               beckon_signaling_service_get_user_id (beckon_call_manager_get_signaling (manager))))
    fail (invocation, "Failed", "Nobody calls themselves");
  else
    beckon_call_manager_invite_async (manager, (const char *const *) ids, media, 0, NULL,
                                      on_invited, invocation);
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GError) error = NULL;

  if (beckon_call_accept_finish (BECKON_CALL (source), result, &error))
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    fail_as (invocation, error);
}

static void
answer (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCall *call;
  const char *id;
  gboolean with_camera;

  g_variant_get (parameters, "(&sb)", &id, &with_camera);
  call = find_ringing (self, id, invocation);
  if (call != NULL)
    beckon_call_accept_async (call, with_camera, on_accepted, invocation);
}

static void
decline (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCall *call;
  const char *id;
  const char *message;

  g_variant_get (parameters, "(&s&s)", &id, &message);
  call = find_ringing (self, id, invocation);
  if (call == NULL)
    return;
  if (strlen (message) > BECKON_CALL_DATA_MAX)
    {
      fail (invocation, "TooLarge", "The message is too long");
      return;
    }
  beckon_call_reject (call, BECKON_REJECT_DECLINED, *message != '\0' ? message : NULL);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
hang_up (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCall *call;
  const char *id;

  g_variant_get (parameters, "(&s)", &id);
  call = find_call (self, id, invocation);
  if (call == NULL)
    return;
  beckon_call_hang_up (call);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
set_microphone (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCall *call = find_call (self, "", invocation);
  gboolean on;

  if (call == NULL)
    return;
  g_variant_get (parameters, "(b)", &on);
  beckon_call_set_microphone (call, on);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
set_camera (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  BeckonCall *call = find_call (self, "", invocation);
  gboolean on;

  if (call == NULL)
    return;
  g_variant_get (parameters, "(b)", &on);
  beckon_call_set_camera (call, on);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static const struct
{
  const char *name;
  void (*run) (BeckonRemoteControl *self, GVariant *parameters, GDBusMethodInvocation *invocation);
} methods[] = {
  { "Call", place_call },
  { "Answer", answer },
  { "Decline", decline },
  { "HangUp", hang_up },
  { "SetMicrophone", set_microphone },
  { "SetCamera", set_camera },
};

/* GDBus has checked the name and the types against the description. */
static void
on_method (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, method))
      {
        methods[i].run (user_data, parameters, invocation);
        return;
      }
  g_assert_not_reached ();
}

/* ---- properties ---- */

static GVariant *
describe (BeckonRemoteControl *self)
{
  static const char *const states[] = {
    [BECKON_CALL_STATE_FREE] = "free",
    [BECKON_CALL_STATE_INCOMING] = "incoming",
    [BECKON_CALL_STATE_WAITING] = "waiting",
    [BECKON_CALL_STATE_CALLING] = "calling",
  };
  BeckonCall *call = beckon_current_call_get (self->current);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Connected", "b", beckon_current_call_is_connected (self->current));
  g_variant_dict_insert (&dict, "State", "s",
                         states[beckon_current_call_get_state (self->current)]);
  g_variant_dict_insert (&dict, "CurrentCall", "s", call != NULL ? beckon_call_get_id (call) : "");
  g_variant_dict_insert (&dict, "Media", "s",
                         call != NULL ? beckon_media_to_string (beckon_call_get_media (call)) : "");
  g_variant_dict_insert (&dict, "PeerId", "s", call != NULL ? beckon_call_get_peer_id (call) : "");
  g_variant_dict_insert (&dict, "PeerName", "s",
                         call != NULL ? beckon_call_get_peer_name (call) : "");
  g_variant_dict_insert (&dict, "Microphone", "b",
                         call != NULL && beckon_call_get_microphone (call));
  g_variant_dict_insert (&dict, "Camera", "b", call != NULL && beckon_call_get_camera (call));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static GVariant *
on_get_property (GDBusConnection *bus,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *property,
                 GError **error,
                 gpointer user_data)
{
  g_autoptr (GVariant) all = describe (user_data);

  return g_variant_lookup_value (all, property, NULL);
}

/* Tells only what is not as it was told. */
static void
on_changed (BeckonRemoteControl *self)
{
  g_autoptr (GVariant) now = NULL;
  GVariantDict changed;
  GVariantIter iter;
  GVariant *value;
  const char *name;
  gboolean any = FALSE;

  if (self->bus == NULL)
    return;
  now = describe (self);
  g_variant_dict_init (&changed, NULL);
  g_variant_iter_init (&iter, now);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) before = g_variant_lookup_value (self->told, name, NULL);

      if (before != NULL && g_variant_equal (before, value))
        continue;
      g_variant_dict_insert_value (&changed, name, value);
      any = TRUE;
    }
  g_variant_unref (self->told);
  self->told = g_steal_pointer (&now);
  if (any)
    g_dbus_connection_emit_signal (
        self->bus, NULL, self->path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
        g_variant_new ("(s@a{sv}as)", BECKON_REMOTE_INTERFACE, g_variant_dict_end (&changed), NULL),
        NULL);
  else
    g_variant_dict_clear (&changed);
}

/* ---- the object ---- */

static void
beckon_remote_control_dispose (GObject *object)
{
  BeckonRemoteControl *self = BECKON_REMOTE_CONTROL (object);

  beckon_remote_control_unexport (self);
  g_clear_object (&self->current);

  G_OBJECT_CLASS (beckon_remote_control_parent_class)->dispose (object);
}

static void
beckon_remote_control_finalize (GObject *object)
{
  g_dbus_node_info_unref (BECKON_REMOTE_CONTROL (object)->info);

  G_OBJECT_CLASS (beckon_remote_control_parent_class)->finalize (object);
}

static void
beckon_remote_control_class_init (BeckonRemoteControlClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_remote_control_dispose;
  G_OBJECT_CLASS (klass)->finalize = beckon_remote_control_finalize;
}

static void
beckon_remote_control_init (BeckonRemoteControl *self)
{
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_assert (self->info != NULL);
}

BeckonRemoteControl *
beckon_remote_control_new (BeckonCurrentCall *current)
{
  BeckonRemoteControl *self;

  g_return_val_if_fail (BECKON_IS_CURRENT_CALL (current), NULL);

  self = g_object_new (BECKON_TYPE_REMOTE_CONTROL, NULL);
  self->current = g_object_ref (current);
  g_signal_connect_object (current, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
beckon_remote_control_export (BeckonRemoteControl *self,
                              GDBusConnection *bus,
                              const char *path,
                              GError **error)
{
  static const GDBusInterfaceVTable vtable = { on_method, on_get_property, NULL, { 0 } };

  g_return_val_if_fail (BECKON_IS_REMOTE_CONTROL (self), FALSE);
  g_return_val_if_fail (self->bus == NULL, FALSE);

  self->registration = g_dbus_connection_register_object (bus, path, self->info->interfaces[0],
                                                          &vtable, self, NULL, error);
  if (self->registration == 0)
    return FALSE;
  self->bus = g_object_ref (bus);
  self->path = g_strdup (path);
  self->told = describe (self);
  return TRUE;
}

void
beckon_remote_control_unexport (BeckonRemoteControl *self)
{
  g_return_if_fail (BECKON_IS_REMOTE_CONTROL (self));

  if (self->bus == NULL)
    return;
  g_dbus_connection_unregister_object (self->bus, self->registration);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->told, g_variant_unref);
}
