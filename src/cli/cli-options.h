/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call-manager.h"
#include "media-config.h"
#include "protocol-types.h"

G_BEGIN_DECLS

typedef enum
{
  BECKON_CLI_CALL,
  BECKON_CLI_ANSWER,
  BECKON_CLI_ECHO,
  BECKON_CLI_WATCH,
  BECKON_CLI_JOIN,
  BECKON_CLI_CONTACTS,
  BECKON_CLI_HISTORY,
  BECKON_CLI_CHECK,
  BECKON_CLI_TEST_CALL,
  BECKON_CLI_APP,
} BeckonCliCommand;

/** BeckonCliApp: what the application of this session is to do. */
typedef enum
{
  BECKON_CLI_APP_STATUS,
  BECKON_CLI_APP_CALL,
  BECKON_CLI_APP_ANSWER,
  BECKON_CLI_APP_DECLINE,
  BECKON_CLI_APP_HANG_UP,
  BECKON_CLI_APP_MUTE,
  BECKON_CLI_APP_UNMUTE,
} BeckonCliApp;

typedef enum
{
  BECKON_CLI_CONTACTS_LIST,
  BECKON_CLI_CONTACTS_ADD,
  BECKON_CLI_CONTACTS_REMOVE,
  BECKON_CLI_CONTACTS_BLOCK,
  BECKON_CLI_CONTACTS_UNBLOCK,
} BeckonCliContactsChange;

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
  char *password; /* nullable: there is a token */
  char *token;    /* nullable */
  char *invite_code; /* nullable: of a server that creates accounts only with one */
  char *device;   /* nullable: the usual one of this computer */
  gboolean do_register;
  gboolean json;
  gboolean statistics; /* each second, and not only at the end of a call */
  GStrv users;    /* nullable: call: the invitees; contacts: whom it is about */
  GStrv added;    /* nullable: join: who is invited then */
  char *call;     /* nullable: join: which */
  BeckonCliContactsChange change;
  gboolean seen;  /* history */
  BeckonCliApp app;
  gboolean without_camera; /* app answer */
  char *profile;  /* nullable: app: the first */
  BeckonMedia media;
  guint timeout;  /* seconds; 0: the default */
  BeckonCliAnswer answer;
  BeckonPreconnect preconnect;
  guint after;    /* ms before the answer is given */
  double duration; /* seconds of media before we hang up; 0: never */
  BeckonMediaConfig *config;
} BeckonCliOptions;

/** beckon_cli_options_parse: Returns: (transfer full): the options, or %NULL with a %G_OPTION_ERROR
 * (usage) or a %G_FILE_ERROR (the password or token file). */
BeckonCliOptions *beckon_cli_options_parse (int argc, char **argv, GError **error);
/** beckon_cli_options_has_calls: whether the command is about calls, and not only about lists. */
gboolean beckon_cli_options_has_calls (const BeckonCliOptions *self);
/** beckon_cli_options_is_one_call: whether the command is over when one call is. */
gboolean beckon_cli_options_is_one_call (const BeckonCliOptions *self);
void beckon_cli_options_free (BeckonCliOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonCliOptions, beckon_cli_options_free)

G_END_DECLS
