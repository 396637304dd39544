/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A warning of GLib is a finding. It ends the program by SIGTRAP, which libFuzzer does not know: as an
 * abort it keeps the input. */

#include "config.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);

static void
on_trap (int signal_number)
{
  abort ();
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  signal (SIGTRAP, on_trap);
  return 0;
}
