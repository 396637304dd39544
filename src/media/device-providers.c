/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "device-providers.h"

static gboolean
is_of_use (GstDeviceProviderFactory *factory)
{
  return gst_device_provider_factory_has_classes (factory, "Source/Video") ||
         gst_device_provider_factory_has_classes (factory, "Source/Audio") ||
         gst_device_provider_factory_has_classes (factory, "Sink/Audio");
}

static gboolean
is_pipewire (GstDeviceProvider *provider)
{
  return strstr (G_OBJECT_TYPE_NAME (provider), "PipeWire") != NULL;
}

/* Each list has its own: one that was started by somebody else could not be started anew when the
 * sound server has died. Returns: (transfer full) (nullable) */
static GstDeviceProvider *
make (GstDeviceProviderFactory *factory, int remote)
{
  g_autoptr (GstPluginFeature) loaded = gst_plugin_feature_load (GST_PLUGIN_FEATURE (factory));
  GstDeviceProvider *provider;

  if (loaded == NULL)
    return NULL;
  provider = gst_object_ref_sink (g_object_new (gst_device_provider_factory_get_device_provider_type (
                                                    GST_DEVICE_PROVIDER_FACTORY (loaded)),
                                                NULL));
  if (remote >= 0 && is_pipewire (provider) &&
      g_object_class_find_property (G_OBJECT_GET_CLASS (provider), "fd") != NULL)
    g_object_set (provider, "fd", remote, NULL);
  return provider;
}

/* A sound server's devices are not told of by the kernel's sound as well. */
static gboolean
is_hidden (GPtrArray *providers, GstDeviceProviderFactory *factory)
{
  for (guint i = 0; i < providers->len; i++)
    {
      g_auto (GStrv) hidden =
          gst_device_provider_get_hidden_providers (g_ptr_array_index (providers, i));

      if (hidden != NULL &&
          g_strv_contains ((const char *const *) hidden, GST_OBJECT_NAME (factory)))
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
beckon_device_providers_start (int remote)
{
  GPtrArray *providers = g_ptr_array_new_with_free_func (gst_object_unref);
  GList *factories = gst_device_provider_factory_list_get_device_providers (GST_RANK_MARGINAL);

  factories = g_list_sort (factories, gst_plugin_feature_rank_compare_func);
  for (GList *l = factories; l != NULL; l = l->next)
    {
      GstDeviceProvider *provider = is_of_use (l->data) && !is_hidden (providers, l->data)
                                        ? make (l->data, remote)
                                        : NULL;

      if (provider == NULL)
        continue;
      if (gst_device_provider_can_monitor (provider) && gst_device_provider_start (provider))
        g_ptr_array_add (providers, provider);
      else
        gst_object_unref (provider);
    }
  gst_plugin_feature_list_free (factories);
  return providers;
}

gboolean
beckon_device_providers_have_pulse (GPtrArray *providers)
{
  for (guint i = 0; i < providers->len; i++)
    if (strstr (G_OBJECT_TYPE_NAME (g_ptr_array_index (providers, i)), "Pulse") != NULL)
      return TRUE;
  return FALSE;
}

/* PipeWire's (seen with 0.3.65) damages the heap when it is stopped: it is left alone. */
static gboolean
can_be_stopped (GstDeviceProvider *provider)
{
  return !is_pipewire (provider);
}

void
beckon_device_providers_stop (GPtrArray *providers)
{
  for (guint i = 0; i < providers->len; i++)
    {
      GstDeviceProvider *provider = g_ptr_array_index (providers, i);

      if (can_be_stopped (provider))
        gst_device_provider_stop (provider);
      else
        {
          g_autoptr (GstBus) bus = gst_device_provider_get_bus (provider);

          gst_bus_set_flushing (bus, TRUE);
          gst_object_ref (provider);
        }
    }
  g_ptr_array_unref (providers);
}
