/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "media-config.h"

G_BEGIN_DECLS

/** BeckonOptions: what the command line says. */
typedef struct
{
  char *profile; /* "" for the first */
  char *server;  /* nullable, and then there is no user and no password either */
  char *user;
  char *name;    /* nullable */
  char *password;
  gboolean create;
  gboolean background; /* no window yet */
  BeckonMediaConfig *media;
} BeckonOptions;

/** beckon_options_describe: adds the options to @application, for --help. */
void beckon_options_describe (GApplication *application);

/**
 * beckon_options_new:
 * @dict: what GApplication::handle-local-options brings
 *
 * Returns: (transfer full): the options, or %NULL with a %G_OPTION_ERROR or %G_FILE_ERROR.
 */
BeckonOptions *beckon_options_new (GVariantDict *dict, GError **error);
void beckon_options_free (BeckonOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonOptions, beckon_options_free)

G_END_DECLS
