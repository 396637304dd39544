/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include <locale.h>

#include "cli-client.h"
#include "cli-options.h"
#include "cli-test-call.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCliOptions) options = NULL;

  setlocale (LC_ALL, "");
  options = beckon_cli_options_parse (argc, argv, &error);
  if (options == NULL)
    {
      g_printerr ("beckon-call: %s\nTry “beckon-call --help”.\n", error->message);
      return BECKON_CLI_EXIT_USAGE;
    }
  return options->command == BECKON_CLI_TEST_CALL ? beckon_cli_test_call (options)
                                                  : beckon_cli_run (options);
}
