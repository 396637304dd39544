/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include <locale.h>

#include "cli-app.h"
#include "cli-client.h"
#include "cli-options.h"
#include "cli-output.h"
#include "cli-test-call.h"

static BeckonCliExit
run (const BeckonCliOptions *options)
{
  if (options->command == BECKON_CLI_APP)
    return beckon_cli_app_run (options);
  if (options->command == BECKON_CLI_TEST_CALL)
    return beckon_cli_test_call (options);
  return beckon_cli_run (options);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonCliOptions) options = NULL;
  BeckonCliExit status;

  setlocale (LC_ALL, "");
  options = beckon_cli_options_parse (argc, argv, &error);
  if (options == NULL)
    {
      g_printerr ("beckon-call: %s\nTry “beckon-call --help”.\n", error->message);
      return BECKON_CLI_EXIT_USAGE;
    }
  status = run (options);
  beckon_cli_output_flush ();
  return status;
}
