/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the call manager share; nobody else includes it. */

#pragma once

#include "call-manager.h"
#include "call-private.h"
#include "ringer.h"

G_BEGIN_DECLS

struct _BeckonCallManager
{
  GObject parent_instance;

  /* Owned */
  BeckonSignalingService *signaling;
  BeckonMediaConfig *config;
  BeckonCall *current;       /* nullable */
  BeckonCall *early;         /* nullable: came while we placed a call; does not ring yet */
  BeckonCallSnapshot *other; /* nullable */
  BeckonRinger *ringer;      /* nullable: no tones wanted */
  GHashTable *contacts;      /* char: user ids; empty while they are not known */
  GCancellable *listing;     /* of the list of contacts */
  GTask *shutdown;
  GError *unrecorded;        /* nullable: why a recording of a call that is over is not whole */

  guint shutdown_source;
  BeckonPreconnect preconnect;
  guint closing;        /* calls that are over and whose media is not closed yet */
  guint recording;      /* those of them that are recorded: the file is not complete yet */
  gboolean placing;     /* our invite, or joining, is under way */
  gboolean lost_invite; /* the server may have made a call of it that nobody here knows */
};

/** beckon_call_manager_follow: keeps @call until it is over, and says what was missed. */
void beckon_call_manager_follow (BeckonCallManager *self, BeckonCall *call);
/** beckon_call_manager_adopt: makes @call the current one; there is none. */
void beckon_call_manager_adopt (BeckonCallManager *self, BeckonCall *call);
/** beckon_call_manager_new_incoming: Returns: (transfer full): a call that is followed, and does
 * not ring yet. */
BeckonCall *beckon_call_manager_new_incoming (BeckonCallManager *self,
                                              const BeckonInvitation *invitation);
/** beckon_call_manager_resolve_early: what came while we placed a call rings now, or is told busy;
 * @ours: (nullable): what came of ours */
void beckon_call_manager_resolve_early (BeckonCallManager *self, BeckonCall *ours);

/* call-manager-trust.c: who may connect to us while it rings */

/** beckon_call_manager_follow_contacts: knows them from now on. */
void beckon_call_manager_follow_contacts (BeckonCallManager *self);
/** beckon_call_manager_trusts: whether @user may connect before we accept */
gboolean beckon_call_manager_trusts (BeckonCallManager *self, const char *user);

/* call-manager.c */

/** beckon_call_manager_is_other: whether @call is the user's, and runs without this device. */
gboolean beckon_call_manager_is_other (BeckonCallManager *self, const char *call);
/** beckon_call_manager_leave: says that we are not in @call, of which nothing is kept here. */
void beckon_call_manager_leave (BeckonCallManager *self, const char *call);
/** beckon_call_manager_forget_other: that one is over, or is this device's now. */
void beckon_call_manager_forget_other (BeckonCallManager *self, const char *call);

G_END_DECLS
