/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "media-config.h"

#include "peer-gcc.h"

BeckonMediaConfig *
beckon_media_config_new (void)
{
  BeckonMediaConfig *self = g_new0 (BeckonMediaConfig, 1);

  self->video = self->audio = self->screen = BECKON_SOURCE_DEVICE;
  return self;
}

BeckonMediaConfig *
beckon_media_config_copy (const BeckonMediaConfig *self)
{
  BeckonMediaConfig *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->video_file = g_strdup (self->video_file);
  copy->audio_file = g_strdup (self->audio_file);
  copy->screen_file = g_strdup (self->screen_file);
  copy->screen_node = g_strdup (self->screen_node);
  copy->identity = g_strdup (self->identity);
  copy->video_sink = g_strdup (self->video_sink);
  copy->record_path = g_strdup (self->record_path);
  copy->relay_authority = g_strdup (self->relay_authority);
  if (self->devices != NULL)
    g_object_ref (copy->devices);
  return copy;
}

void
beckon_media_config_free (BeckonMediaConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->video_file);
  g_free (self->audio_file);
  g_free (self->screen_file);
  g_free (self->screen_node);
  g_free (self->identity);
  g_free (self->video_sink);
  g_free (self->record_path);
  g_free (self->relay_authority);
  g_clear_object (&self->devices);
  g_free (self);
}

gboolean
beckon_media_config_set_estimator (BeckonMediaConfig *self, const char *name)
{
  static const char *const names[] = {
    [BECKON_ESTIMATOR_OWN] = BECKON_OWN_ESTIMATOR,
    [BECKON_ESTIMATOR_GCC] = BECKON_GCC_FACTORY,
  };

  for (BeckonEstimator estimator = 0; estimator < G_N_ELEMENTS (names); estimator++)
    if (g_str_equal (name, names[estimator]))
      {
        self->estimator = estimator;
        return TRUE;
      }
  return FALSE;
}

double
beckon_media_test_frequency (const char *identity)
{
  if (g_strcmp0 (identity, "alice") == 0)
    return 440;
  if (g_strcmp0 (identity, "bob") == 0)
    return 660;
  return 300 + g_str_hash (identity != NULL ? identity : "") % 10 * 100;
}

guint32
beckon_media_test_color (const char *identity)
{
  static const guint32 colors[] = { 0x8040a0, 0xa08020, 0x208080, 0xa04060, 0x607030, 0x4060b0 };

  if (g_strcmp0 (identity, "alice") == 0)
    return 0x3070c0;
  if (g_strcmp0 (identity, "bob") == 0)
    return 0x309050;
  return colors[g_str_hash (identity != NULL ? identity : "") % G_N_ELEMENTS (colors)];
}
