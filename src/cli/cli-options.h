/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "media-config.h"
#include "protocol-types.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_CLI_CALL,
  BECKON_CLI_ANSWER,
  BECKON_CLI_ECHO,
  BECKON_CLI_WATCH,
} BeckonCliCommand;

typedef enum
{
  BECKON_CLI_ACCEPT,
  BECKON_CLI_REJECT,
  BECKON_CLI_BUSY,
  BECKON_CLI_IGNORE,
} BeckonCliAnswer;

/** BeckonCliOptions: what the command line asks for, checked. */
typedef struct
{
  BeckonCliCommand command;
  char *server;
  char *user;
  char *name;     /* nullable */
  char *password;
  gboolean do_register;
  gboolean json;
  GStrv invitees; /* call */
  BeckonMedia media;
  guint timeout;  /* seconds; 0: the default */
  BeckonCliAnswer answer;
  guint after;    /* ms before the answer is given */
  double duration; /* seconds of media before we hang up; 0: never */
  BeckonMediaConfig *config;
} BeckonCliOptions;

/** beckon_cli_options_parse: Returns: (transfer full): the options, or %NULL with a %G_OPTION_ERROR
 * (usage) or a %G_FILE_ERROR (the password file). */
BeckonCliOptions *beckon_cli_options_parse (int argc, char **argv, GError **error);
void beckon_cli_options_free (BeckonCliOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonCliOptions, beckon_cli_options_free)

G_END_DECLS
