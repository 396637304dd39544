/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-output.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#include "media-peer.h"
#include "protocol-error.h"
#include "signaling-types.h"

#define WAITING_MAX 1000 /* lines */
#define FLUSH_US (5 * G_USEC_PER_SEC)

/* Standard output, of which there is one. */
static struct
{
  GMutex lock;
  GCond changed;
  GThread *thread; /* nullable: nothing was written yet */
  GQueue lines;    /* char *: what waits, the one that is being written among it */
} writer = { .lines = G_QUEUE_INIT };

/* By no stream: at its end the process would wait for the one that writes. A reader who is gone
 * misses nothing. */
static void
write_line (const char *line)
{
  gsize left = strlen (line);

  while (left > 0)
    {
      const gssize n = write (STDOUT_FILENO, line, left);

      if (n < 0 && errno == EAGAIN)
        g_poll (&(GPollFD){ .fd = STDOUT_FILENO, .events = G_IO_OUT }, 1, -1);
      else if (n < 0 && errno != EINTR)
        return;
      line += MAX (n, 0);
      left -= MAX (n, 0);
    }
}

/* As long as the process runs. */
static gpointer
write_lines (gpointer unused)
{
  g_mutex_lock (&writer.lock);
  for (;;)
    {
      const char *line = g_queue_peek_head (&writer.lines);

      if (line == NULL)
        {
          g_cond_wait (&writer.changed, &writer.lock);
          continue;
        }
      g_mutex_unlock (&writer.lock);
      write_line (line);
      g_mutex_lock (&writer.lock);
      g_free (g_queue_pop_head (&writer.lines));
      g_cond_broadcast (&writer.changed);
    }
  return NULL;
}

static void
print (const char *event, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  g_mutex_lock (&writer.lock);
  if (writer.thread == NULL)
    writer.thread = g_thread_new ("beckon-output", write_lines, NULL);
  if (g_queue_get_length (&writer.lines) < WAITING_MAX || !g_str_equal (event, "stats"))
    g_queue_push_tail (&writer.lines, g_steal_pointer (&line));
  g_cond_broadcast (&writer.changed);
  g_mutex_unlock (&writer.lock);
}

void
beckon_cli_output_flush (void)
{
  const gint64 end = g_get_monotonic_time () + FLUSH_US;

  g_mutex_lock (&writer.lock);
  while (!g_queue_is_empty (&writer.lines))
    if (!g_cond_wait_until (&writer.changed, &writer.lock, end))
      break;
  g_mutex_unlock (&writer.lock);
}

static void
print_json (BeckonCliOutput *self, const char *event, GVariant *fields)
{
  g_autoptr (JsonNode) node = json_gvariant_serialize (fields);
  JsonObject *object = json_node_get_object (node);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "event", event);
  json_object_set_int_member (object, "t_ms", (g_get_monotonic_time () - self->started) / 1000);
  text = json_to_string (node, FALSE);
  print (event, text);
}

static void
print_words (const char *event, GVariant *fields)
{
  g_autoptr (GString) line = g_string_new (event);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                  ? g_variant_dup_string (value, NULL)
                                  : g_variant_print (value, FALSE);

      g_string_append_printf (line, "  %s: %s", name, text);
    }
  print (event, line->str);
}

void
beckon_cli_output_fields (BeckonCliOutput *self, const char *event, GVariant *fields)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (fields);

  if (self->json)
    print_json (self, event, owned);
  else
    print_words (event, owned);
}

void
beckon_cli_output_event (BeckonCliOutput *self, const char *event, ...)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *name;
  va_list args;

  va_start (args, event);
  while ((name = va_arg (args, const char *)) != NULL)
    g_variant_dict_insert_value (&dict, name, va_arg (args, GVariant *));
  va_end (args);
  beckon_cli_output_fields (self, event, g_variant_dict_end (&dict));
}

static const char *
code_of (const GError *error)
{
  static const char *const signaling[] = {
    [BECKON_SIGNALING_ERROR_BAD_ADDRESS] = "bad-address",
    [BECKON_SIGNALING_ERROR_UNREACHABLE] = "unreachable-server",
    [BECKON_SIGNALING_ERROR_NOT_A_SERVER] = "not-a-server",
    [BECKON_SIGNALING_ERROR_NOT_CONNECTED] = "not-connected",
    [BECKON_SIGNALING_ERROR_DISCONNECTED] = "disconnected",
    [BECKON_SIGNALING_ERROR_SIGNED_OUT] = "signed-out",
  };
  static const char *const media[] = {
    [BECKON_MEDIA_ERROR_BAD_DESCRIPTION] = "bad-description",
    [BECKON_MEDIA_ERROR_BAD_CANDIDATE] = "bad-candidate",
    [BECKON_MEDIA_ERROR_NO_PATH] = "no-path",
    [BECKON_MEDIA_ERROR_NO_ROUTE] = "no-route",
    [BECKON_MEDIA_ERROR_UDP_BLOCKED] = "udp-blocked",
    [BECKON_MEDIA_ERROR_PEER_SILENT] = "peer-silent",
    [BECKON_MEDIA_ERROR_NO_RELAY] = "no-relay",
    [BECKON_MEDIA_ERROR_RELAY_REFUSED] = "relay-refused",
    [BECKON_MEDIA_ERROR_ENCRYPTION] = "encryption",
    [BECKON_MEDIA_ERROR_NO_DEVICE] = "no-device",
    [BECKON_MEDIA_ERROR_DEVICE_BUSY] = "device-busy",
    [BECKON_MEDIA_ERROR_DEVICE_LOST] = "device-lost",
    [BECKON_MEDIA_ERROR_DEVICE_LATE] = "device-late",
    [BECKON_MEDIA_ERROR_DEVICE_QUIET] = "device-quiet",
    [BECKON_MEDIA_ERROR_NOT_ALLOWED] = "not-allowed",
    [BECKON_MEDIA_ERROR_MISSING_PLUGIN] = "missing-plugin",
    [BECKON_MEDIA_ERROR_NO_SOUND] = "no-sound",
    [BECKON_MEDIA_ERROR_ENCODER] = "encoder-failed",
    [BECKON_MEDIA_ERROR_FAILED] = "media-failed",
  };

  if (error->domain == BECKON_PROTOCOL_ERROR)
    return beckon_protocol_error_to_code (error->code);
  if (error->domain == BECKON_SIGNALING_ERROR)
    return signaling[error->code];
  return error->domain == BECKON_MEDIA_ERROR ? media[error->code] : "failed";
}

void
beckon_cli_output_error (BeckonCliOutput *self, const GError *error)
{
  beckon_cli_output_event (self, "error", "code", g_variant_new_string (code_of (error)), "message",
                           g_variant_new_string (error->message), NULL);
}
