/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "gst-complaints.h"

#include <string.h>

static const char *const known[] = {
  /* 1.22 lets go of a lock while it walks through a session's sources to write reports; if a new source
   * comes at that moment, GLib complains once. The rest of that report is left out, and the next one
   * comes soon. */
  "version == hash_table->version",
  /* Pads are linked by webrtcbin's thread while its elements are put in order to change their state: it
   * begins again. */
  "loop detected in the graph of bin 'webrtcbin",
};

static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strstr (message, known[i]) != NULL)
      return FALSE;
  return TRUE;
}

/* What is not fatal must not be told as the end of the tests either. */
static void
on_complaint (const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
  if (is_fatal (domain, level, message, NULL))
    g_log_default_handler (domain, level, message, NULL);
}

void
gst_complaints_pass (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      g_log_set_handler ("GLib", G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, on_complaint, NULL);
      g_log_set_handler ("GStreamer", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL, on_complaint, NULL);
      g_once_init_leave (&once, 1);
    }
  g_test_log_set_fatal_handler (is_fatal, NULL); /* each test forgets it */
}
