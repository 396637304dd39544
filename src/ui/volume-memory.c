/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "volume-memory.h"

#define KEY "volumes"
#define ENTRY "(ssu)" /* account, user ID, percent */
#define UNCHANGED 100

struct _BeckonVolumeMemory
{
  GObject parent_instance;

  /* Owned */
  GSettings *settings;
  char *account;
};

G_DEFINE_FINAL_TYPE (BeckonVolumeMemory, beckon_volume_memory, G_TYPE_OBJECT)

static void
beckon_volume_memory_finalize (GObject *object)
{
  BeckonVolumeMemory *self = BECKON_VOLUME_MEMORY (object);

  g_object_unref (self->settings);
  g_free (self->account);
  G_OBJECT_CLASS (beckon_volume_memory_parent_class)->finalize (object);
}

static void
beckon_volume_memory_class_init (BeckonVolumeMemoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = beckon_volume_memory_finalize;
}

static void
beckon_volume_memory_init (BeckonVolumeMemory *self)
{
}

BeckonVolumeMemory *
beckon_volume_memory_new (GSettings *settings, const char *user, const char *server)
{
  BeckonVolumeMemory *self;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  self = g_object_new (BECKON_TYPE_VOLUME_MEMORY, NULL);
  self->settings = g_object_ref (settings);
  self->account = g_strdup_printf ("%s at %s", user, server);
  return self;
}

guint
beckon_volume_memory_find (BeckonVolumeMemory *self, const char *user)
{
  g_autoptr (GVariant) all = NULL;
  GVariantIter iter;
  const char *account, *other;
  guint percent;

  g_return_val_if_fail (BECKON_IS_VOLUME_MEMORY (self), UNCHANGED);
  g_return_val_if_fail (user != NULL, UNCHANGED);

  all = g_settings_get_value (self->settings, KEY);
  g_variant_iter_init (&iter, all);
  while (g_variant_iter_next (&iter, "(&s&su)", &account, &other, &percent))
    if (g_str_equal (account, self->account) && g_str_equal (other, user))
      return percent;
  return UNCHANGED;
}

/* Writes @user, unless they are UNCHANGED, in front of all others that are kept; @user: (nullable):
 * everybody of this account goes. */
static void
rewrite (BeckonVolumeMemory *self, const char *user, guint percent)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a" ENTRY));
  g_autoptr (GVariant) before = g_settings_get_value (self->settings, KEY);
  const char *account, *other;
  GVariantIter iter;
  guint kept = 0;
  guint old;

  if (percent != UNCHANGED)
    {
      g_variant_builder_add (&builder, ENTRY, self->account, user, percent);
      kept++;
    }
  g_variant_iter_init (&iter, before);
  while (kept < BECKON_VOLUME_MEMORY_MAX &&
         g_variant_iter_next (&iter, "(&s&su)", &account, &other, &old))
    if (!g_str_equal (account, self->account) || (user != NULL && !g_str_equal (other, user)))
      {
        g_variant_builder_add (&builder, ENTRY, account, other, old);
        kept++;
      }
  g_settings_set_value (self->settings, KEY, g_variant_builder_end (&builder));
}

void
beckon_volume_memory_keep (BeckonVolumeMemory *self, const char *user, guint percent)
{
  g_return_if_fail (BECKON_IS_VOLUME_MEMORY (self));
  g_return_if_fail (user != NULL);

  if (percent != beckon_volume_memory_find (self, user))
    rewrite (self, user, percent);
}

void
beckon_volume_memory_forget (BeckonVolumeMemory *self)
{
  g_return_if_fail (BECKON_IS_VOLUME_MEMORY (self));

  rewrite (self, NULL, UNCHANGED);
}
