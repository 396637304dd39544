/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "statistics-private.h"

typedef enum
{
  KIND_BOOLEAN,
  KIND_UINT,
  KIND_UINT64,
  KIND_DOUBLE,
  KIND_WORD,
  KIND_ROUTE,
} Kind;

/* In the order of the properties, whose ids begin with 1. */
static const struct
{
  const char *name; /* GObject makes dashes of its underscores */
  Kind kind;
  gsize offset, size;
} values[] = {
#define VALUE(kind, name, unknown) \
  { #name, KIND_##kind, G_STRUCT_OFFSET (BeckonStatisticsValues, name), \
    sizeof (BECKON_STATISTICS_##kind) },
  BECKON_STATISTICS_VALUES (VALUE)
#undef VALUE
};

static const BeckonStatisticsValues nothing = {
#define UNKNOWN(kind, name, unknown) .name = unknown,
  BECKON_STATISTICS_VALUES (UNKNOWN)
#undef UNKNOWN
};

static GParamSpec *properties[G_N_ELEMENTS (values) + 1];

enum
{
  UPDATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (BeckonMediaRoute, beckon_media_route,
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_ROUTE_UNKNOWN, "unknown"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_ROUTE_DIRECT, "direct"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_ROUTE_RELAYED, "relayed"))

G_DEFINE_FINAL_TYPE (BeckonStatistics, beckon_statistics, G_TYPE_OBJECT)

static gconstpointer
find_value (const BeckonStatisticsValues *all, guint i)
{
  return (const char *) all + values[i].offset;
}

static void
beckon_statistics_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BeckonStatistics *self = BECKON_STATISTICS (object);
  gconstpointer at;

  g_assert (id >= 1 && id <= G_N_ELEMENTS (values));
  at = find_value (&self->told, id - 1);
  switch (values[id - 1].kind)
    {
    case KIND_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) at);
      break;
    case KIND_UINT:
      g_value_set_uint (value, *(const guint *) at);
      break;
    case KIND_UINT64:
      g_value_set_uint64 (value, *(const guint64 *) at);
      break;
    case KIND_DOUBLE:
      g_value_set_double (value, *(const double *) at);
      break;
    case KIND_WORD:
      g_value_set_static_string (value, *(const char *const *) at);
      break;
    case KIND_ROUTE:
      g_value_set_enum (value, *(const BeckonMediaRoute *) at);
      break;
    default:
      g_assert_not_reached ();
    }
}

static GParamSpec *
new_property (guint i)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY;
  const char *name = values[i].name;
  gconstpointer unknown = find_value (&nothing, i);

  switch (values[i].kind)
    {
    case KIND_BOOLEAN:
      return g_param_spec_boolean (name, NULL, NULL, *(const gboolean *) unknown, read);
    case KIND_UINT:
      return g_param_spec_uint (name, NULL, NULL, 0, G_MAXUINT, *(const guint *) unknown, read);
    case KIND_UINT64:
      return g_param_spec_uint64 (name, NULL, NULL, 0, G_MAXUINT64, *(const guint64 *) unknown,
                                  read);
    case KIND_DOUBLE:
      return g_param_spec_double (name, NULL, NULL, -1, G_MAXDOUBLE, *(const double *) unknown,
                                  read);
    case KIND_WORD:
      return g_param_spec_string (name, NULL, NULL, *(const char *const *) unknown, read);
    case KIND_ROUTE:
      return g_param_spec_enum (name, NULL, NULL, BECKON_TYPE_MEDIA_ROUTE,
                                *(const BeckonMediaRoute *) unknown, read);
    default:
      g_assert_not_reached ();
    }
}

static void
beckon_statistics_class_init (BeckonStatisticsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_statistics_get_property;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    properties[i + 1] = new_property (i);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[UPDATED] = g_signal_new ("updated", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
beckon_statistics_init (BeckonStatistics *self)
{
  self->counted = self->told = nothing;
}

BeckonStatistics *
beckon_statistics_new (void)
{
  return g_object_new (BECKON_TYPE_STATISTICS, NULL);
}

void
beckon_statistics_tell (BeckonStatistics *self)
{
  BeckonStatisticsValues before;

  g_return_if_fail (BECKON_IS_STATISTICS (self));

  before = self->told;
  self->told = self->counted;
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (memcmp (find_value (&before, i), find_value (&self->told, i), values[i].size) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i + 1]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
beckon_statistics_end_second (BeckonStatistics *self)
{
  g_return_if_fail (BECKON_IS_STATISTICS (self));

  beckon_statistics_tell (self);
  g_signal_emit (self, signals[UPDATED], 0);
}

#define GETTER(kind, name, unknown) \
  BECKON_STATISTICS_##kind beckon_statistics_get_##name (BeckonStatistics *self) \
  { \
    g_return_val_if_fail (BECKON_IS_STATISTICS (self), unknown); \
\
    return self->told.name; \
  }
BECKON_STATISTICS_VALUES (GETTER)
