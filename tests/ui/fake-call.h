/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A call and its manager without a server and without media, in the place of the real ones: a test
 * puts the windows into any state by writing a field and telling them. */

#pragma once

#include "call-manager.h"
#include "statistics-private.h"

G_BEGIN_DECLS

struct _BeckonCall
{
  GObject parent_instance;

  char *id;
  GPtrArray *members; /* BeckonUser */
  guint shown;        /* which of them the remote_… are of */
  guint last;         /* which of them ended it */
  char *message;
  char *answered_device;
  GError *error;
  GError *microphone_problem;
  GError *camera_problem;
  GError *speaker_problem;
  GObject *local_video;
  GObject *remote_video;
  GObject *remote_screen_video;
  GError *screen_problem;
  BeckonCallState state;
  BeckonCallProgress progress;
  BeckonCallEnd end;
  BeckonCallElsewhere elsewhere;
  BeckonMedia media;
  BeckonStatistics *statistics; /* nullable: there is nobody to have any of */
  double remote_level;
  gint64 duration;
  guint seconds_to_end;
  gboolean outgoing;
  gboolean microphone;
  gboolean camera;
  gboolean remote_microphone;
  gboolean remote_camera;
  gboolean screen;
  gboolean system_sound;
  gboolean with_camera; /* what the accept said */
  guint n_accepts;
  guint n_rejects;
  guint n_hang_ups;
  char *reject_message;
  GTask *accept;        /* under way */
  GHashTable *volumes;  /* user ID → double: of whom one was set */
  GHashTable *gone;     /* user IDs of members who are not in it any more */
};

/** fake_call_new: an outgoing video call to "bob", Bob Larsson, in state WAITING. */
BeckonCall *fake_call_new (void);
void fake_call_add_member (BeckonCall *self, const char *id, const char *name);

/** fake_call_set_gone: a member has left, or is back; tells of it. */
void fake_call_set_gone (BeckonCall *self, const char *id, gboolean gone);

/** fake_call_notify: tells of one property. */
void fake_call_notify (BeckonCall *self, const char *property);

/** fake_call_set_state: tells of state and progress. */
void fake_call_set_state (BeckonCall *self, BeckonCallState state, BeckonCallProgress progress);

/** fake_call_end: state FREE, then the end, as the real one does it. */
void fake_call_end (BeckonCall *self, BeckonCallEnd end);

/** fake_call_finish_accept: @error: (transfer full) (nullable) */
void fake_call_finish_accept (BeckonCall *self, GError *error);

/** fake_manager_set_current: @call: (nullable): placed, or ringing here. */
void fake_manager_set_current (BeckonCallManager *self, BeckonCall *call);
/** fake_manager_set_other: @other: (transfer full) (nullable) */
void fake_manager_set_other (BeckonCallManager *self, BeckonCallSnapshot *other);
guint fake_manager_get_n_invites (BeckonCallManager *self);
gboolean fake_manager_is_silenced (BeckonCallManager *self);

/** fake_manager_finish_invite: the invite under way fails with @error (transfer full), or becomes
 * @call. */
void fake_manager_finish_invite (BeckonCallManager *self, BeckonCall *call, GError *error);
/** fake_manager_finish_join: the same of the join. */
void fake_manager_finish_join (BeckonCallManager *self, BeckonCall *call, GError *error);

G_END_DECLS
