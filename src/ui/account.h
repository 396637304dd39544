/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "call-manager.h"
#include "local-server.h"
#include "people.h"

G_BEGIN_DECLS

#define BECKON_TYPE_ACCOUNT (beckon_account_get_type ())
/**
 * BeckonAccount:
 *
 * The account that this profile of the application uses: signs in, remembers server, user ID,
 * password, token and people for the next start, signs out. The next start comes with the token, so
 * that the server can say that this device was signed out meanwhile; with the password where that
 * has expired. Main thread only.
 *
 * Properties, read-only: manager (nullable: there is one from the start of a sign-in until the
 * sign-out or the failed end of it; its signaling says how the connection is), signed-in (to be
 * treated as the user of an account; also while a remembered sign-in still waits for its server),
 * failure (GError, nullable: why we are not signed in although we should be), problem (GError,
 * nullable: why a sign-in under way is not through yet).
 *
 * Signals: notice (char *sentence)  something to tell the person, once; left ()  we are not this
 * account any more: the person has signed out, or was; not at the end of the process
 */
G_DECLARE_FINAL_TYPE (BeckonAccount, beckon_account, BECKON, ACCOUNT, GObject)

/** BeckonAccountCreate: whether a sign-in makes the account first. */
typedef enum
{
  BECKON_ACCOUNT_CREATE_NOT,
  BECKON_ACCOUNT_CREATE_NEW,        /* fails with USER_EXISTS */
  BECKON_ACCOUNT_CREATE_IF_MISSING,
} BeckonAccountCreate;

/** BeckonCredentials: what a sign-in needs; the strings are the caller's. */
typedef struct
{
  const char *server;
  const char *user;
  const char *password;
  const char *token;          /* NULL: the password says enough */
  const char *name;           /* of an account that is created; NULL: the user ID */
  const char *invite_code;    /* the same; NULL: none */
  BeckonAccountCreate create;
  gboolean remember;          /* for the next start */
} BeckonCredentials;

/**
 * beckon_account_new:
 * @profile: "" for the first profile
 * @settings: of this profile
 * @media: what calls take from and give to; its identity is set to the user ID
 */
BeckonAccount *beckon_account_new (const char *profile, GSettings *settings,
                                   const BeckonMediaConfig *media);

BeckonCallManager *beckon_account_get_manager (BeckonAccount *self);
gboolean beckon_account_is_signed_in (BeckonAccount *self);
const GError *beckon_account_get_failure (BeckonAccount *self);
const GError *beckon_account_get_problem (BeckonAccount *self);
GSettings *beckon_account_get_settings (BeckonAccount *self);
/** beckon_account_get_media: (transfer none): what calls take from and give to. */
const BeckonMediaConfig *beckon_account_get_media (BeckonAccount *self);
/** beckon_account_get_local_server: (transfer none): runs while the account is one on this computer. */
BeckonLocalServer *beckon_account_get_local_server (BeckonAccount *self);

/**
 * beckon_account_sign_in_async:
 *
 * Signs in, once signed out. A server that does not answer does not fail it: "problem" is set, and
 * it goes on trying until it works or @cancellable is cancelled. Fails with what
 * beckon_signaling_service_new(), _register and _sign_in fail with, and with BAD_USER_ID.
 */
void beckon_account_sign_in_async (BeckonAccount *self, const BeckonCredentials *credentials,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean beckon_account_sign_in_finish (BeckonAccount *self, GAsyncResult *result, GError **error);

/** beckon_account_start: signs in without a person who waits: "signed-in" is TRUE when this returns,
 * and a failure ends in "failure". */
void beckon_account_start (BeckonAccount *self, const BeckonCredentials *credentials);

/** beckon_account_restore: the same, with what was remembered, if anything was; starts the local server
 * if that is where the account is. */
void beckon_account_restore (BeckonAccount *self);

/** beckon_account_remember_people: @people: follows the manager's signaling: what was kept of it is
 * shown at once, and kept anew for the next start; a sign-out forgets it. */
void beckon_account_remember_people (BeckonAccount *self, BeckonPeople *people);

/** beckon_account_sign_out: hangs up, signs out and forgets what was remembered; returns at once.
 */
void beckon_account_sign_out (BeckonAccount *self);

/** beckon_account_shutdown_async: hangs up and says bye before the process ends; never fails, and
 * takes no more than 3 s. */
void beckon_account_shutdown_async (BeckonAccount *self, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean beckon_account_shutdown_finish (BeckonAccount *self, GAsyncResult *result,
                                         GError **error);

G_END_DECLS
