/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "device-list.h"

#include "device-private.h"
#include "device-providers.h"

/* A sound server that was killed is back in a moment, or when somebody has repaired it. */
#define FIRST_RETRY_MS 250
#define LAST_RETRY_MS 4000
#define N_RETRIES 18
#define FORGIVEN_US (10 * G_TIME_SPAN_SECOND)

typedef enum
{
  CAMERAS_OPEN,
  CAMERAS_GATED,    /* whoever needs one has to ask */
  CAMERAS_ASKED,    /* and the answer is not there yet */
  CAMERAS_ADMITTED, /* they are looked for */
} CameraGate;

struct _BeckonDeviceList
{
  GObject parent_instance;

  GPtrArray *devices;   /* BeckonDevice: the model */
  GPtrArray *ways;      /* GstDevice: each way to one of them */
  GPtrArray *providers; /* GstDeviceProvider; nullable: not started, or a thread starts them */
  GArray *bus_watches;  /* guint: of each provider */
  gint64 lost_at;
  guint retry_source;
  guint n_retries;
  guint lost; /* a bit for each BeckonDeviceKind that is looked for */
  gboolean started;
  gboolean looking;
  gboolean again; /* once more, when it has looked */
  gboolean has_pulse; /* or had: it will be back */
  gboolean ready;
  CameraGate gate;
  GError *refusal; /* nullable */
  int remote;      /* of PipeWire, for cameras; -1: none */
};

enum
{
  PROP_0,
  PROP_READY,
  N_PROPS
};

enum
{
  FOUND,
  ASK_CAMERAS,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void look (BeckonDeviceList *self);
static void ask_again (BeckonDeviceList *self);
static void beckon_device_list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    BeckonDeviceList, beckon_device_list, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, beckon_device_list_model_init))

/* ---- from ways to devices ---- */

/* A camera that PipeWire has is also listed as the file that it has open. */
static gboolean
is_behind_another (BeckonDeviceList *self, GstDevice *way)
{
  g_autofree char *path = beckon_device_get_path (way);

  if (path == NULL)
    return FALSE;
  for (guint i = 0; i < self->ways->len; i++)
    {
      GstDevice *other = g_ptr_array_index (self->ways, i);
      g_autofree char *other_path = beckon_device_get_path (other);

      if (g_strcmp0 (path, other_path) == 0 &&
          beckon_device_rank (other) > beckon_device_rank (way))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_way_to (GstDevice *way, BeckonDeviceKind kind, const char *id)
{
  g_autofree char *way_id = NULL;
  BeckonDeviceKind way_kind;

  return beckon_device_describe (way, &way_kind, &way_id) && way_kind == kind &&
         g_str_equal (way_id, id);
}

/* Returns: (transfer none) (nullable): the best way to the device of @kind and @id. */
static GstDevice *
find_way (BeckonDeviceList *self, BeckonDeviceKind kind, const char *id)
{
  GstDevice *best = NULL;

  for (guint i = 0; i < self->ways->len; i++)
    {
      GstDevice *way = g_ptr_array_index (self->ways, i);

      if (is_way_to (way, kind, id) && !is_behind_another (self, way) &&
          (best == NULL || beckon_device_rank (way) > beckon_device_rank (best)))
        best = way;
    }
  return best;
}

static gboolean
find_device (BeckonDeviceList *self, BeckonDeviceKind kind, const char *id, guint *position)
{
  for (guint i = 0; i < self->devices->len; i++)
    {
      BeckonDevice *device = g_ptr_array_index (self->devices, i);

      if (beckon_device_get_kind (device) == kind &&
          g_str_equal (beckon_device_get_id (device), id))
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
remove_gone (BeckonDeviceList *self)
{
  for (guint i = self->devices->len; i > 0; i--)
    {
      BeckonDevice *device = g_ptr_array_index (self->devices, i - 1);
      GstDevice *way =
          find_way (self, beckon_device_get_kind (device), beckon_device_get_id (device));

      if (way != NULL)
        {
          beckon_device_set_way (device, way);
          continue;
        }
      g_ptr_array_remove_index (self->devices, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
    }
}

static void
append_new (BeckonDeviceList *self)
{
  for (guint i = 0; i < self->ways->len; i++)
    {
      g_autofree char *id = NULL;
      BeckonDeviceKind kind;
      GstDevice *way;
      guint position;

      if (!beckon_device_describe (g_ptr_array_index (self->ways, i), &kind, &id) ||
          find_device (self, kind, id, &position))
        continue;
      way = find_way (self, kind, id);
      if (way == NULL)
        continue;
      g_ptr_array_add (self->devices, beckon_device_new (kind, id, way));
      g_list_model_items_changed (G_LIST_MODEL (self), self->devices->len - 1, 0, 1);
    }
}

static void
update (BeckonDeviceList *self)
{
  remove_gone (self);
  append_new (self);
}

/* Each that was there at first is told again. PipeWire tells sooner of a device than PulseAudio, by whose
 * name it is there as well, and GStreamer's elements of it lock each other up: one that changes its state
 * has the lock that the loop of all of them waits for (0.3.65). */
static void
add_way (BeckonDeviceList *self, GstDevice *way)
{
  if (self->has_pulse && beckon_device_is_pipewire_sound (way))
    return;
  if (!g_ptr_array_find (self->ways, way, NULL))
    g_ptr_array_add (self->ways, gst_object_ref (way));
}

/* PulseAudio's provider has twice what comes while it starts, and tells once that it has gone. */
static void
remove_way (BeckonDeviceList *self, GstDevice *way)
{
  g_autofree char *id = NULL;
  BeckonDeviceKind kind;

  g_ptr_array_remove (self->ways, way);
  if (!beckon_device_describe (way, &kind, &id) || kind == BECKON_DEVICE_CAMERA)
    return;
  for (guint i = self->ways->len; i > 0; i--)
    {
      GstDevice *other = g_ptr_array_index (self->ways, i - 1);

      if (G_OBJECT_TYPE (other) == G_OBJECT_TYPE (way) && is_way_to (other, kind, id))
        g_ptr_array_remove_index (self->ways, i - 1);
    }
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  BeckonDeviceList *self = user_data;
  const GstMessageType type = GST_MESSAGE_TYPE (message);
  g_autoptr (GstDevice) device = NULL;
  g_autoptr (GstDevice) before = NULL;

  if (type == GST_MESSAGE_DEVICE_ADDED)
    gst_message_parse_device_added (message, &device);
  else if (type == GST_MESSAGE_DEVICE_REMOVED)
    gst_message_parse_device_removed (message, &before);
  else if (type == GST_MESSAGE_DEVICE_CHANGED)
    gst_message_parse_device_changed (message, &device, &before);
  /* The sound server tells that something is no longer the default one after it was unplugged. */
  if (type == GST_MESSAGE_DEVICE_CHANGED && !g_ptr_array_find (self->ways, before, NULL))
    return G_SOURCE_CONTINUE;
  if (before != NULL)
    remove_way (self, before);
  if (device != NULL)
    add_way (self, device);
  if (before != NULL || device != NULL)
    update (self);
  return G_SOURCE_CONTINUE;
}

/* ---- looking ---- */

static void
providers_free (gpointer providers)
{
  beckon_device_providers_stop (providers);
}

static void
stop_in_thread (GTask *task, gpointer source, gpointer providers, GCancellable *cancellable)
{
  beckon_device_providers_stop (providers);
  g_task_return_boolean (task, TRUE);
}

static void
start_in_thread (GTask *task, gpointer source, gpointer remote, GCancellable *cancellable)
{
  g_task_return_pointer (task, beckon_device_providers_start (GPOINTER_TO_INT (remote)),
                         providers_free);
}

/* Stopping waits for the threads of the providers. */
static void
stop_providers (BeckonDeviceList *self)
{
  g_autoptr (GTask) task = NULL;

  for (guint i = 0; i < self->bus_watches->len; i++)
    g_source_remove (g_array_index (self->bus_watches, guint, i));
  g_array_set_size (self->bus_watches, 0);
  if (self->providers == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, stop_providers);
  g_task_set_task_data (task, g_steal_pointer (&self->providers), NULL);
  g_task_run_in_thread (task, stop_in_thread);
}

static gboolean
on_retry (gpointer user_data)
{
  BeckonDeviceList *self = user_data;

  self->retry_source = 0;
  if ((self->lost & 1u << BECKON_DEVICE_CAMERA) != 0 && self->remote >= 0)
    ask_again (self);
  else
    look (self);
  return G_SOURCE_REMOVE;
}

static void
retry (BeckonDeviceList *self)
{
  const guint distance = FIRST_RETRY_MS << MIN (N_RETRIES - self->n_retries, 4);

  if (self->lost == 0 || self->n_retries == 0 || self->looking || self->retry_source != 0)
    return;
  self->n_retries--;
  self->retry_source = g_timeout_add (MIN (distance, LAST_RETRY_MS), on_retry, self);
}

static void
tell_found (BeckonDeviceList *self)
{
  for (BeckonDeviceKind kind = BECKON_DEVICE_CAMERA; kind <= BECKON_DEVICE_SPEAKER; kind++)
    if ((self->lost & 1u << kind) != 0 && beckon_device_list_find (self, kind, NULL) != NULL)
      {
        self->lost &= ~(1u << kind);
        g_signal_emit (self, signals[FOUND], 0, kind);
      }
}

static void
take_provider (BeckonDeviceList *self, GstDeviceProvider *provider)
{
  g_autoptr (GstBus) bus = gst_device_provider_get_bus (provider);
  g_autolist (GstDevice) devices = gst_device_provider_get_devices (provider);
  const guint watch = gst_bus_add_watch (bus, on_bus, self);

  /* What has happened since it started is still on the bus. */
  for (GList *l = devices; l != NULL; l = l->next)
    add_way (self, l->data);
  g_array_append_val (self->bus_watches, watch);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer unused)
{
  BeckonDeviceList *self = BECKON_DEVICE_LIST (object);

  self->looking = FALSE;
  self->providers = g_task_propagate_pointer (G_TASK (result), NULL);
  self->has_pulse |= beckon_device_providers_have_pulse (self->providers);
  for (guint i = 0; i < self->providers->len; i++)
    take_provider (self, g_ptr_array_index (self->providers, i));
  update (self);
  if (self->again)
    {
      look (self);
      return;
    }
  if (!self->ready || self->gate == CAMERAS_ADMITTED)
    {
      self->ready = TRUE;
      if (self->gate == CAMERAS_ADMITTED)
        self->gate = CAMERAS_OPEN;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
    }
  tell_found (self);
  retry (self);
}

static void
look (BeckonDeviceList *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_looked, NULL);

  g_assert (!self->looking);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  stop_providers (self);
  g_ptr_array_set_size (self->ways, 0);
  self->started = self->looking = TRUE;
  self->again = FALSE;
  g_task_set_source_tag (task, look);
  g_task_set_task_data (task, GINT_TO_POINTER (self->remote), NULL);
  g_task_run_in_thread (task, start_in_thread);
}

/* ---- public ---- */

BeckonDeviceList *
beckon_device_list_new (void)
{
  return g_object_new (BECKON_TYPE_DEVICE_LIST, NULL);
}

void
beckon_device_list_start (BeckonDeviceList *self)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (self));

  if (!self->started)
    look (self);
}

gboolean
beckon_device_list_is_ready (BeckonDeviceList *self, BeckonDeviceKind kind)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_LIST (self), FALSE);

  return self->ready && (kind != BECKON_DEVICE_CAMERA || self->gate == CAMERAS_OPEN ||
                         self->gate == CAMERAS_GATED);
}

/* ---- who has to be asked for cameras ---- */

void
beckon_device_list_gate_cameras (BeckonDeviceList *self)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (self) && !self->started);

  self->gate = CAMERAS_GATED;
}

void
beckon_device_list_ask_cameras (BeckonDeviceList *self)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (self));

  if (self->gate != CAMERAS_GATED)
    return;
  g_clear_error (&self->refusal);
  self->gate = CAMERAS_ASKED;
  g_signal_emit (self, signals[ASK_CAMERAS], 0);
}

void
beckon_device_list_admit_cameras (BeckonDeviceList *self, int remote)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (self) && self->gate == CAMERAS_ASKED);
  g_return_if_fail (remote >= 0);

  self->remote = remote;
  self->gate = CAMERAS_ADMITTED;
  if (self->looking)
    self->again = TRUE;
  else
    look (self);
}

void
beckon_device_list_refuse_cameras (BeckonDeviceList *self, const GError *error)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (self) && self->gate == CAMERAS_ASKED);
  g_return_if_fail (error != NULL);

  self->refusal = g_error_copy (error);
  self->gate = CAMERAS_GATED;
  self->lost &= ~(1u << BECKON_DEVICE_CAMERA);
  retry (self); /* for what else is lost */
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

const GError *
beckon_device_list_get_refusal (BeckonDeviceList *self)
{
  g_return_val_if_fail (BECKON_IS_DEVICE_LIST (self), NULL);

  return self->refusal;
}

/* The connection that we were given leads nowhere any more. It stays open: GStreamer's plug-in, whose
 * providers are never stopped, knows its connections by that number. */
static void
ask_again (BeckonDeviceList *self)
{
  if (self->remote < 0 || self->gate != CAMERAS_OPEN)
    return;
  self->remote = -1;
  self->gate = CAMERAS_GATED;
  beckon_device_list_ask_cameras (self);
}

void
beckon_device_list_lost (BeckonDeviceList *self, BeckonDeviceKind kind)
{
  const gint64 now = g_get_monotonic_time ();

  g_return_if_fail (BECKON_IS_DEVICE_LIST (self));

  /* What fails as soon as it is back is tried less and less often. */
  if (now - self->lost_at > FORGIVEN_US)
    self->n_retries = N_RETRIES;
  self->lost_at = now;
  self->lost |= 1u << kind;
  retry (self);
}

BeckonDevice *
beckon_device_list_find (BeckonDeviceList *self, BeckonDeviceKind kind, const char *id)
{
  BeckonDevice *best = NULL;

  g_return_val_if_fail (BECKON_IS_DEVICE_LIST (self), NULL);

  for (guint i = 0; i < self->devices->len; i++)
    {
      BeckonDevice *device = g_ptr_array_index (self->devices, i);

      if (beckon_device_get_kind (device) != kind)
        continue;
      if (id != NULL ? g_str_equal (beckon_device_get_id (device), id)
                     : beckon_device_is_default (device))
        return device;
      if (id == NULL && best == NULL)
        best = device;
    }
  return best;
}

/* ---- class ---- */

static GType
beckon_device_list_get_item_type (GListModel *model)
{
  return BECKON_TYPE_DEVICE;
}

static guint
beckon_device_list_get_n_items (GListModel *model)
{
  return BECKON_DEVICE_LIST (model)->devices->len;
}

static gpointer
beckon_device_list_get_item (GListModel *model, guint position)
{
  BeckonDeviceList *self = BECKON_DEVICE_LIST (model);

  return position < self->devices->len
             ? g_object_ref (g_ptr_array_index (self->devices, position))
             : NULL;
}

static void
beckon_device_list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = beckon_device_list_get_item_type;
  interface->get_n_items = beckon_device_list_get_n_items;
  interface->get_item = beckon_device_list_get_item;
}

static void
beckon_device_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_READY:
      g_value_set_boolean (value, BECKON_DEVICE_LIST (object)->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
beckon_device_list_dispose (GObject *object)
{
  BeckonDeviceList *self = BECKON_DEVICE_LIST (object);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  stop_providers (self);
  G_OBJECT_CLASS (beckon_device_list_parent_class)->dispose (object);
}

static void
beckon_device_list_finalize (GObject *object)
{
  BeckonDeviceList *self = BECKON_DEVICE_LIST (object);

  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->ways);
  g_array_unref (self->bus_watches);
  g_clear_error (&self->refusal);
  G_OBJECT_CLASS (beckon_device_list_parent_class)->finalize (object);
}

static void
beckon_device_list_class_init (BeckonDeviceListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_device_list_get_property;
  object_class->dispose = beckon_device_list_dispose;
  object_class->finalize = beckon_device_list_finalize;

  properties[PROP_READY] =
      g_param_spec_boolean ("ready", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[FOUND] = g_signal_new ("found", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[ASK_CAMERAS] = g_signal_new ("ask-cameras", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_device_list_init (BeckonDeviceList *self)
{
  self->devices = g_ptr_array_new_with_free_func (g_object_unref);
  self->ways = g_ptr_array_new_with_free_func (gst_object_unref);
  self->bus_watches = g_array_new (FALSE, FALSE, sizeof (guint));
  self->remote = -1;
}
