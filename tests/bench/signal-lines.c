/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "signal-lines.h"

#include "json-parse.h"

typedef struct
{
  GDataInputStream *input;
  BeckonMediaPeer *peer;
  SignalLinesFunc func;
  gpointer user_data;
} Reader;

static void
reader_free (Reader *self)
{
  g_object_unref (self->input);
  g_object_unref (self->peer);
  g_free (self);
}

static gboolean
take_line (Reader *self, const char *line, GError **error)
{
  g_autoptr (JsonObject) object = beckon_json_parse (line, strlen (line), error);
  g_autoptr (BeckonPeerSignal) signal = NULL;

  if (object != NULL)
    signal = beckon_peer_signal_from_json (object, error);
  return signal != NULL && beckon_media_peer_handle_signal (self->peer, signal, error);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reader *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->input, result, NULL, NULL);
  g_autoptr (GError) problem = NULL;

  if (line == NULL)
    {
      self->func (NULL, self->user_data);
      reader_free (self);
      return;
    }
  if (!take_line (self, line, &problem))
    self->func (problem, self->user_data);
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

char *
signal_lines_format (const BeckonPeerSignal *signal)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, beckon_peer_signal_to_json (signal));
  return json_to_string (node, FALSE);
}

void
signal_lines_read (GInputStream *input,
                   BeckonMediaPeer *peer,
                   SignalLinesFunc func,
                   gpointer user_data)
{
  Reader *self = g_new0 (Reader, 1);

  self->input = g_data_input_stream_new (input);
  self->peer = g_object_ref (peer);
  self->func = func;
  self->user_data = user_data;
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, on_line, self);
}
