/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "device-private.h"
#include "system-sound.h"

/* What the sound server plays on while there is no speaker. */
#define NOTHING "auto_null"

struct _BeckonDevice
{
  GObject parent_instance;

  GstDevice *way;
  char *id;
  char *name;
  BeckonDeviceKind kind;
  gboolean is_default;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_IS_DEFAULT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (BeckonDevice, beckon_device, G_TYPE_OBJECT)

/* ---- what GStreamer says ---- */

/* Returns: (transfer full) (nullable) */
static char *
get_text (GstDevice *device, const char *name)
{
  g_autoptr (GstStructure) details = gst_device_get_properties (device);

  return details != NULL ? g_strdup (gst_structure_get_string (details, name)) : NULL;
}

static gboolean
is_by (GstDevice *device, const char *provider)
{
  return strstr (G_OBJECT_TYPE_NAME (device), provider) != NULL;
}

/* A camera for faces has colours, whatever its name is. */
static gboolean
is_grey (GstDevice *device)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (device);
  g_autoptr (GstCaps) grey = gst_caps_from_string ("video/x-raw(ANY),format={GRAY8,GRAY16_LE}");

  return caps != NULL && !gst_caps_is_empty (caps) && !gst_caps_is_any (caps) &&
         gst_caps_is_subset (caps, grey);
}

static gboolean
is_infrared (GstDevice *device, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, " -_():", -1);

  return g_strv_contains ((const char *const *) words, "ir") ||
         strstr (lower, "infrared") != NULL || is_grey (device);
}

static gboolean
is_monitor (GstDevice *device, const char *name)
{
  g_autofree char *kind = get_text (device, "device.class");

  return g_strcmp0 (kind, "monitor") == 0 || g_str_has_prefix (name, "Monitor of");
}

/* The name of its node says PipeWire and, where PipeWire is behind it, PulseAudio as well. */
static char *
get_id (GstDevice *device)
{
  char *id = get_text (device, "node.name");

  if (id == NULL &&
      g_object_class_find_property (G_OBJECT_GET_CLASS (device), "internal-name") != NULL)
    g_object_get (device, "internal-name", &id, NULL);
  if (id == NULL)
    id = beckon_device_get_path (device);
  return id != NULL ? id : gst_device_get_display_name (device);
}

gboolean
beckon_device_describe (GstDevice *device, BeckonDeviceKind *kind, char **id)
{
  g_autofree char *name = gst_device_get_display_name (device);

  if (gst_device_has_classes (device, "Video/Source"))
    *kind = BECKON_DEVICE_CAMERA;
  else if (gst_device_has_classes (device, "Audio/Source"))
    *kind = BECKON_DEVICE_MICROPHONE;
  else if (gst_device_has_classes (device, "Audio/Sink"))
    *kind = BECKON_DEVICE_SPEAKER;
  else
    return FALSE;
  if (*kind == BECKON_DEVICE_CAMERA ? is_infrared (device, name) : is_monitor (device, name))
    return FALSE;
  *id = get_id (device);
  if (!g_str_equal (*id, NOTHING))
    return TRUE;
  g_clear_pointer (id, g_free);
  return FALSE;
}

/* Sound by way of PulseAudio, which follows the desktop's choice; pictures by way of PipeWire, which
 * lets several look. */
int
beckon_device_rank (GstDevice *device)
{
  const gboolean video = gst_device_has_classes (device, "Video/Source");

  if (is_by (device, video ? "PipeWire" : "Pulse"))
    return 2;
  return is_by (device, "PipeWire") ? 1 : 0;
}

gboolean
beckon_device_is_pipewire_sound (GstDevice *device)
{
  return is_by (device, "PipeWire") && !gst_device_has_classes (device, "Video/Source");
}

char *
beckon_device_get_path (GstDevice *device)
{
  char *path = get_text (device, "api.v4l2.path");

  return path != NULL ? path : get_text (device, "device.path");
}

/* ---- the object ---- */

BeckonDevice *
beckon_device_new (BeckonDeviceKind kind, const char *id, GstDevice *device)
{
  BeckonDevice *self = g_object_new (BECKON_TYPE_DEVICE, NULL);
  g_autoptr (GstStructure) details = gst_device_get_properties (device);

  self->kind = kind;
  self->id = g_strdup (id);
  self->name = gst_device_get_display_name (device);
  self->way = gst_object_ref (device);
  if (details != NULL)
    gst_structure_get_boolean (details, "is-default", &self->is_default);
  return self;
}

void
beckon_device_set_way (BeckonDevice *self, GstDevice *device)
{
  g_autoptr (GstStructure) details = NULL;
  gboolean is_default = FALSE;

  if (self->way == device)
    return;
  gst_object_replace ((GstObject **) &self->way, GST_OBJECT (device));
  details = gst_device_get_properties (device);
  if (details != NULL)
    gst_structure_get_boolean (details, "is-default", &is_default);
  if (self->is_default == is_default)
    return;
  self->is_default = is_default;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_DEFAULT]);
}

BeckonDeviceKind
beckon_device_get_kind (BeckonDevice *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE (self), BECKON_DEVICE_CAMERA);

  return self->kind;
}

const char *
beckon_device_get_id (BeckonDevice *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE (self), NULL);

  return self->id;
}

const char *
beckon_device_get_name (BeckonDevice *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE (self), NULL);

  return self->name;
}

gboolean
beckon_device_is_default (BeckonDevice *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE (self), FALSE);

  return self->is_default;
}

gboolean
beckon_device_is_pulse (BeckonDevice *self)
{
  return is_by (self->way, "Pulse");
}

GstElement *
beckon_device_make_element (BeckonDevice *self)
{
  GstElement *element = gst_device_create_element (self->way, NULL);

  if (element != NULL && self->kind == BECKON_DEVICE_SPEAKER)
    beckon_system_sound_mark_ours (element);
  return element;
}

static void
beckon_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonDevice *self = BECKON_DEVICE (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_IS_DEFAULT:
      g_value_set_boolean (value, self->is_default);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_device_finalize (GObject *object)
{
  BeckonDevice *self = BECKON_DEVICE (object);

  gst_clear_object (&self->way);
  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (beckon_device_parent_class)->finalize (object);
}

static void
beckon_device_class_init (BeckonDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = beckon_device_get_property;
  object_class->finalize = beckon_device_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, read);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, read);
  properties[PROP_IS_DEFAULT] = g_param_spec_boolean ("is-default", NULL, NULL, FALSE, read);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_device_init (BeckonDevice *self)
{
}
