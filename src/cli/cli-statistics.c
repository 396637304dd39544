/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How good a call is, and was: the properties of its statistics, with the names that they have. */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-private.h"

/* What is told each second whether somebody has asked for all of it or not. */
static const char *const each_second[] = {
  "video-frames-sent",
  "video-frames-received",
  "audio-packets-sent",
  "audio-packets-received",
  "bytes-sent",
  "bytes-received",
  "width",
  "height",
  "fps-sent",
  "fps-received",
  "kbps-sent",
  "kbps-received",
  "round-trip-ms",
  "packet-loss",
  "jitter-ms",
  "screen-frames-sent",
  "screen-frames-received",
  "screen-width",
  "screen-height",
  "video-encoder",
  "video-decoder",
  "kbps-target",
  "pictures-off",
};

/* Returns: (transfer floating) */
static GVariant *
to_variant (const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    return beckon_cli_text (g_value_get_string (value));
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_variant_new_double (g_value_get_double (value));
  if (G_VALUE_HOLDS_UINT64 (value))
    return g_variant_new_uint64 (g_value_get_uint64 (value));
  if (G_VALUE_HOLDS_UINT (value))
    return g_variant_new_uint32 (g_value_get_uint (value));
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return g_variant_new_boolean (g_value_get_boolean (value));
  if (G_VALUE_HOLDS_ENUM (value))
    {
      g_autoptr (GEnumClass) words = g_type_class_ref (G_VALUE_TYPE (value));

      return beckon_cli_text (g_enum_get_value (words, g_value_get_enum (value))->value_nick);
    }
  g_assert_not_reached ();
}

/* "round-trip-ms" is told as "round_trip_ms". */
static void
add_field (GVariantDict *fields, BeckonStatistics *statistics, const char *property)
{
  g_autofree char *name = g_strdelimit (g_strdup (property), "-", '_');
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (statistics), property, &value);
  g_variant_dict_insert_value (fields, name, to_variant (&value));
}

static void
print_each_second (BeckonCliClient *self)
{
  g_auto (GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (each_second); i++)
    add_field (&fields, self->statistics, each_second[i]);
  beckon_cli_output_fields (&self->output, "stats", g_variant_dict_end (&fields));
}

static void
print_all (BeckonCliClient *self, gboolean last)
{
  g_auto (GVariantDict) fields = G_VARIANT_DICT_INIT (NULL);
  guint n_properties;
  g_autofree GParamSpec **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (self->statistics), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    add_field (&fields, self->statistics, g_param_spec_get_name (properties[i]));
  g_variant_dict_insert_value (&fields, "last", g_variant_new_boolean (last));
  beckon_cli_output_fields (&self->output, "statistics", g_variant_dict_end (&fields));
}

void
beckon_cli_client_read_statistics (BeckonCliClient *self)
{
  BeckonStatistics *statistics = beckon_call_get_statistics (self->call);

  if (statistics == NULL)
    return;
  g_set_object (&self->statistics, statistics);
  print_each_second (self);
  if (self->options->statistics)
    print_all (self, FALSE);
}

void
beckon_cli_client_print_last_statistics (BeckonCliClient *self)
{
  if (self->statistics != NULL)
    print_all (self, TRUE);
  g_clear_object (&self->statistics);
}
