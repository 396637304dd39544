/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-signaling"

#include "config.h"

#include "signaling-types.h"

G_DEFINE_QUARK (beckon-signaling-error-quark, beckon_signaling_error)

G_DEFINE_ENUM_TYPE (BeckonSignalingState, beckon_signaling_state,
                    G_DEFINE_ENUM_VALUE (BECKON_SIGNALING_SIGNED_OUT, "signed-out"),
                    G_DEFINE_ENUM_VALUE (BECKON_SIGNALING_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (BECKON_SIGNALING_CONNECTED, "connected"),
                    G_DEFINE_ENUM_VALUE (BECKON_SIGNALING_RECONNECTING, "reconnecting"))

G_DEFINE_BOXED_TYPE (BeckonUser, beckon_user, beckon_user_copy, beckon_user_free)
G_DEFINE_BOXED_TYPE (BeckonInvitation, beckon_invitation, beckon_invitation_copy,
                     beckon_invitation_free)

BeckonUser *
beckon_user_new (const char *id, const char *name)
{
  BeckonUser *self = g_new0 (BeckonUser, 1);

  g_assert (id != NULL);
  self->id = g_strdup (id);
  self->name = g_strdup (name != NULL ? name : id);
  return self;
}

BeckonUser *
beckon_user_copy (const BeckonUser *self)
{
  return beckon_user_new (self->id, self->name);
}

void
beckon_user_free (BeckonUser *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static gpointer
copy_user (gconstpointer user, gpointer unused)
{
  return beckon_user_copy (user);
}

BeckonInvitation *
beckon_invitation_copy (const BeckonInvitation *self)
{
  BeckonInvitation *copy = g_memdup2 (self, sizeof *self);

  copy->call = g_strdup (self->call);
  copy->from = beckon_user_copy (self->from);
  copy->members = g_ptr_array_copy (self->members, copy_user, NULL);
  g_ptr_array_set_free_func (copy->members, (GDestroyNotify) beckon_user_free);
  copy->data = g_strdup (self->data);
  return copy;
}

void
beckon_invitation_free (BeckonInvitation *self)
{
  if (self == NULL)
    return;
  g_free (self->call);
  beckon_user_free (self->from);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self->data);
  g_free (self);
}

BeckonInviteFailure *
beckon_invite_failure_new (const char *user, GError *error)
{
  BeckonInviteFailure *self = g_new0 (BeckonInviteFailure, 1);

  self->user = g_strdup (user);
  self->error = error;
  return self;
}

void
beckon_invite_failure_free (BeckonInviteFailure *self)
{
  g_free (self->user);
  g_clear_error (&self->error);
  g_free (self);
}

void
beckon_invite_result_free (BeckonInviteResult *self)
{
  if (self == NULL)
    return;
  g_free (self->call);
  g_clear_pointer (&self->failed, g_ptr_array_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self);
}

const GError *
beckon_invite_result_find_failure (const BeckonInviteResult *self, const char *user)
{
  for (guint i = 0; i < self->failed->len; i++)
    {
      const BeckonInviteFailure *failure = g_ptr_array_index (self->failed, i);

      if (g_str_equal (failure->user, user))
        return failure->error;
    }
  return NULL;
}

void
beckon_join_result_free (BeckonJoinResult *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self);
}

void
beckon_ice_server_free (BeckonIceServer *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->urls);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}
