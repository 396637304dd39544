/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-input.h"

#include <glib-unix.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096 /* a longer one is no command */

struct _BeckonCliInput
{
  BeckonCliLineFunc func;
  gpointer user_data;
  GString *text; /* of a line that is not whole yet */
  guint source;
};

static void
take_lines (BeckonCliInput *self)
{
  char *end;

  while ((end = strchr (self->text->str, '\n')) != NULL)
    {
      g_autofree char *line = g_strndup (self->text->str, end - self->text->str);

      g_string_erase (self->text, 0, end - self->text->str + 1);
      self->func (g_strchomp (line), self->user_data);
    }
  if (self->text->len > LINE_MAX_BYTES)
    g_string_truncate (self->text, 0);
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer user_data)
{
  BeckonCliInput *self = user_data;
  char bytes[1024];
  const ssize_t n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      self->source = 0; /* its end, or a terminal that is somebody else's now */
      return G_SOURCE_REMOVE;
    }
  for (ssize_t i = 0; i < n; i++)
    if (bytes[i] != '\0')
      g_string_append_c (self->text, bytes[i]);
  take_lines (self);
  return G_SOURCE_CONTINUE;
}

BeckonCliInput *
beckon_cli_input_new (BeckonCliLineFunc func, gpointer user_data)
{
  BeckonCliInput *self = g_new0 (BeckonCliInput, 1);

  self->func = func;
  self->user_data = user_data;
  self->text = g_string_new (NULL);
  signal (SIGTTIN, SIG_IGN); /* in the background there is nothing to read, and no reason to stop */
  self->source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, self);
  return self;
}

void
beckon_cli_input_free (BeckonCliInput *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_string_free (self->text, TRUE);
  g_free (self);
}
