/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "device-settings.h"

#include "device-private.h"
#include "device-settings-private.h"

struct _BeckonDeviceSettings
{
  GObject parent_instance;

  BeckonDeviceList *list;
  char *choices[BECKON_N_DEVICE_USES]; /* ids, or empty */
  char *used[BECKON_N_DEVICE_USES];    /* nullable: what get_key() said last */
  double volume;
  gboolean echo_cancellation;
  gboolean noise_suppression;
  gboolean gain_control;
};

enum
{
  PROP_0,
  PROP_CAMERA,
  PROP_MICROPHONE,
  PROP_SPEAKER,
  PROP_RINGER,
  PROP_LIST,
  PROP_ECHO_CANCELLATION,
  PROP_NOISE_SUPPRESSION,
  PROP_GAIN_CONTROL,
  PROP_VOLUME,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonDeviceSettings, beckon_device_settings, G_TYPE_OBJECT)

BeckonDeviceKind
beckon_device_use_get_kind (BeckonDeviceUse use)
{
  switch (use)
    {
    case BECKON_DEVICE_USE_CAMERA:
      return BECKON_DEVICE_CAMERA;
    case BECKON_DEVICE_USE_MICROPHONE:
      return BECKON_DEVICE_MICROPHONE;
    case BECKON_DEVICE_USE_SPEAKER:
    case BECKON_DEVICE_USE_RINGER:
    case BECKON_N_DEVICE_USES:
    default:
      return BECKON_DEVICE_SPEAKER;
    }
}

/* Returns: (nullable): the chosen one, if it is there. */
static BeckonDevice *
find_chosen (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  return *self->choices[use] != '\0'
             ? beckon_device_list_find (self->list, beckon_device_use_get_kind (use), self->choices[use])
             : NULL;
}

/* A camera that is in use stays so: one that is plugged in takes nothing over. */
static BeckonDevice *
find_used (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  return beckon_device_use_get_kind (use) == BECKON_DEVICE_CAMERA && self->used[use] != NULL
             ? beckon_device_list_find (self->list, beckon_device_use_get_kind (use), self->used[use])
             : NULL;
}

static BeckonDevice *
find_device (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  BeckonDevice *device = find_chosen (self, use);

  if (device == NULL && *self->choices[use] == '\0')
    device = find_used (self, use);
  if (device == NULL)
    device = beckon_device_list_find (self->list, beckon_device_use_get_kind (use), NULL);
  return device;
}

static gboolean
is_followed (BeckonDeviceSettings *self, BeckonDeviceUse use, BeckonDevice *device)
{
  return find_chosen (self, use) == NULL && beckon_device_is_pulse (device);
}

const char *
beckon_device_settings_get_key (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  BeckonDevice *device = find_device (self, use);

  if (device == NULL)
    return NULL;
  return is_followed (self, use, device) ? "" : beckon_device_get_id (device);
}

/* PipeWire, as PulseAudio did, takes who is on the desktop's default device for one that follows it, also
 * where that device was asked for by its name. */
static void
keep_on_device (GstElement *element)
{
  g_autoptr (GstStructure) stream = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stream-properties") == NULL)
    return;
  g_object_get (element, "stream-properties", &stream, NULL);
  if (stream == NULL)
    stream = gst_structure_new_empty ("properties");
  gst_structure_set (stream, "node.dont-reconnect", G_TYPE_STRING, "true", NULL);
  g_object_set (element, "stream-properties", stream, NULL);
}

GstElement *
beckon_device_settings_make_element (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  BeckonDevice *device = find_device (self, use);
  GstElement *element;

  if (device == NULL)
    return NULL;
  element = beckon_device_make_element (device);
  if (element == NULL)
    return NULL;
  if (is_followed (self, use, device))
    g_object_set (element, "device", NULL, NULL);
  else if (beckon_device_is_pulse (device))
    keep_on_device (element);
  return element;
}

static void
emit_changed (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  g_signal_emit (self, signals[CHANGED], 0, use);
}

static void
update (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  const char *key = beckon_device_settings_get_key (self, use);

  if (g_strcmp0 (key, self->used[use]) == 0)
    return;
  g_free (self->used[use]);
  self->used[use] = g_strdup (key);
  emit_changed (self, use);
}

static void
on_items_changed (BeckonDeviceSettings *self)
{
  for (BeckonDeviceUse use = 0; use < BECKON_N_DEVICE_USES; use++)
    update (self, use);
}

static void
on_found (BeckonDeviceSettings *self, guint kind)
{
  for (BeckonDeviceUse use = 0; use < BECKON_N_DEVICE_USES; use++)
    if (beckon_device_use_get_kind (use) == kind)
      emit_changed (self, use);
}

/* ---- public ---- */

BeckonDeviceSettings *
beckon_device_settings_new (BeckonDeviceList *list)
{
  return g_object_new (BECKON_TYPE_DEVICE_SETTINGS, "list", list, NULL);
}

BeckonDeviceList *
beckon_device_settings_get_list (BeckonDeviceSettings *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_SETTINGS (self), NULL);

  return self->list;
}

void
beckon_device_settings_choose (BeckonDeviceSettings *self, BeckonDeviceUse use, const char *id)
{
  g_return_if_fail (BECKON_IS_DEVICE_SETTINGS (self));
  g_return_if_fail (use < BECKON_N_DEVICE_USES);

  if (id == NULL)
    id = "";
  if (g_str_equal (self->choices[use], id))
    return;
  g_free (self->choices[use]);
  self->choices[use] = g_strdup (id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAMERA + use]);
  update (self, use);
}

const char *
beckon_device_settings_get_choice (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_SETTINGS (self), "");
  g_return_val_if_fail (use < BECKON_N_DEVICE_USES, "");

  return self->choices[use];
}

BeckonDevice *
beckon_device_settings_get_device (BeckonDeviceSettings *self, BeckonDeviceUse use)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_SETTINGS (self), NULL);
  g_return_val_if_fail (use < BECKON_N_DEVICE_USES, NULL);

  return find_device (self, use);
}

void
beckon_device_settings_set_volume (BeckonDeviceSettings *self, double volume)
{
  g_return_if_fail (BECKON_IS_DEVICE_SETTINGS (self));

  volume = CLAMP (volume, 0, BECKON_VOLUME_MAX);
  if (self->volume == volume)
    return;
  self->volume = volume;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOLUME]);
}

double
beckon_device_settings_get_volume (BeckonDeviceSettings *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_SETTINGS (self), 1);

  return self->volume;
}

BeckonVoiceProcessing
beckon_device_settings_get_processing (BeckonDeviceSettings *self)
{
  return (self->echo_cancellation ? BECKON_VOICE_ECHO : 0) |
         (self->noise_suppression ? BECKON_VOICE_NOISE : 0) |
         (self->gain_control ? BECKON_VOICE_GAIN : 0);
}

/* ---- class ---- */

static gboolean *
get_switch (BeckonDeviceSettings *self, guint property)
{
  switch (property)
    {
    case PROP_ECHO_CANCELLATION:
      return &self->echo_cancellation;
    case PROP_NOISE_SUPPRESSION:
      return &self->noise_suppression;
    case PROP_GAIN_CONTROL:
    default:
      return &self->gain_control;
    }
}

static void
beckon_device_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonDeviceSettings *self = BECKON_DEVICE_SETTINGS (object);

  switch (id)
    {
    case PROP_CAMERA:
    case PROP_MICROPHONE:
    case PROP_SPEAKER:
    case PROP_RINGER:
      g_value_set_string (value, self->choices[id - PROP_CAMERA]);
      break;
    case PROP_LIST:
      g_value_set_object (value, self->list);
      break;
    case PROP_ECHO_CANCELLATION:
    case PROP_NOISE_SUPPRESSION:
    case PROP_GAIN_CONTROL:
      g_value_set_boolean (value, *get_switch (self, id));
      break;
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
set_switch (BeckonDeviceSettings *self, guint property, gboolean on)
{
  gboolean *now = get_switch (self, property);

  if (*now == on)
    return;
  *now = on;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
  emit_changed (self, BECKON_DEVICE_USE_MICROPHONE);
}

static void
beckon_device_settings_set_property (GObject *object, guint id, const GValue *value,
                                     GParamSpec *pspec)
{
  BeckonDeviceSettings *self = BECKON_DEVICE_SETTINGS (object);

  switch (id)
    {
    case PROP_CAMERA:
    case PROP_MICROPHONE:
    case PROP_SPEAKER:
    case PROP_RINGER:
      beckon_device_settings_choose (self, id - PROP_CAMERA, g_value_get_string (value));
      break;
    case PROP_LIST:
      self->list = g_value_dup_object (value);
      break;
    case PROP_ECHO_CANCELLATION:
    case PROP_NOISE_SUPPRESSION:
    case PROP_GAIN_CONTROL:
      set_switch (self, id, g_value_get_boolean (value));
      break;
    case PROP_VOLUME:
      beckon_device_settings_set_volume (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_device_settings_constructed (GObject *object)
{
  BeckonDeviceSettings *self = BECKON_DEVICE_SETTINGS (object);

  G_OBJECT_CLASS (beckon_device_settings_parent_class)->constructed (object);
  if (self->list == NULL)
    self->list = beckon_device_list_new ();
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "found", G_CALLBACK (on_found), self, G_CONNECT_SWAPPED);
  on_items_changed (self);
}

static void
beckon_device_settings_finalize (GObject *object)
{
  BeckonDeviceSettings *self = BECKON_DEVICE_SETTINGS (object);

  for (guint i = 0; i < BECKON_N_DEVICE_USES; i++)
    {
      g_free (self->choices[i]);
      g_free (self->used[i]);
    }
  g_clear_object (&self->list);
  G_OBJECT_CLASS (beckon_device_settings_parent_class)->finalize (object);
}

static void
beckon_device_settings_class_init (BeckonDeviceSettingsClass *klass)
{
  static const char *const uses[] = { "camera", "microphone", "speaker", "ringer" };
  static const char *const switches[] = { "echo-cancellation", "noise-suppression",
                                          "gain-control" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags write = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags notify = write | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = beckon_device_settings_constructed;
  object_class->get_property = beckon_device_settings_get_property;
  object_class->set_property = beckon_device_settings_set_property;
  object_class->finalize = beckon_device_settings_finalize;

  for (guint i = 0; i < G_N_ELEMENTS (uses); i++)
    properties[PROP_CAMERA + i] = g_param_spec_string (uses[i], NULL, NULL, "", notify);
  properties[PROP_LIST] = g_param_spec_object ("list", NULL, NULL, BECKON_TYPE_DEVICE_LIST,
                                               write | G_PARAM_CONSTRUCT_ONLY);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    properties[PROP_ECHO_CANCELLATION + i] =
        g_param_spec_boolean (switches[i], NULL, NULL, TRUE, notify);
  properties[PROP_VOLUME] =
      g_param_spec_double ("volume", NULL, NULL, 0, BECKON_VOLUME_MAX, 1, notify);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
beckon_device_settings_init (BeckonDeviceSettings *self)
{
  for (guint i = 0; i < BECKON_N_DEVICE_USES; i++)
    self->choices[i] = g_strdup ("");
  self->echo_cancellation = self->noise_suppression = self->gain_control = TRUE;
  self->volume = 1;
}
