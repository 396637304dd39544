/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "shared-encoders.h"

#include "encoder-plan.h"
#include "peer-bandwidth.h"
#include "peer-share.h"

/* Who has been alone so long shares again if it fits; who had to leave soon waits longer each time. */
#define PATIENCE_US (1 * G_USEC_PER_SEC)
#define PATIENCE_MAX_US (16 * G_USEC_PER_SEC)

typedef struct
{
  gboolean able;   /* to share */
  gboolean shares; /* it does */
  gint64 since;    /* monotonic: it has been so */
  gint64 patience;
} Line;

typedef struct
{
  BeckonMediaPeer *peer; /* borrowed */
  Line lines[BECKON_N_LINES];
} Member;

struct _BeckonSharedEncoders
{
  GPtrArray *members; /* Member */
  guint last_id;
  gboolean updating;
};

BeckonSharedEncoders *
beckon_shared_encoders_new (void)
{
  BeckonSharedEncoders *self = g_new0 (BeckonSharedEncoders, 1);

  self->members = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
beckon_shared_encoders_free (BeckonSharedEncoders *self)
{
  while (self->members->len > 0)
    beckon_shared_encoders_remove (self, ((Member *) self->members->pdata[0])->peer);
  g_ptr_array_unref (self->members);
  g_free (self);
}

static Member *
get_member (BeckonSharedEncoders *self, guint i)
{
  return g_ptr_array_index (self->members, i);
}

/* ---- who can ---- */

/* Returns: FALSE: it has no use for pictures now, or nobody else has for its. */
static gboolean
is_able (BeckonMediaPeer *peer, BeckonLine line, BeckonSharer *sharer)
{
  if (peer->state != BECKON_MEDIA_PEER_CONNECTED || !peer->local[line] || peer->not_sent_to ||
      (line == BECKON_LINE_CAMERA && peer->config->video == BECKON_SOURCE_ECHO))
    return FALSE;
  if (beckon_peer_share_is_stuck (peer->share, line))
    return FALSE; /* those who had its encoder do without */
  sharer->kind = beckon_peer_share_get_kind (peer->share, line);
  sharer->bits = beckon_peer_bandwidth_get_demand (peer->bandwidth, line);
  return sharer->kind != NULL && sharer->bits > 0;
}

static void
set_shares (Line *line, gboolean shares, gint64 now)
{
  if (line->shares == shares)
    return;
  if (!shares)
    line->patience = now - line->since > PATIENCE_MAX_US ? PATIENCE_US
                                                         : MIN (2 * line->patience, PATIENCE_MAX_US);
  line->shares = shares;
  line->since = now;
}

static void
set_able (Line *line, gboolean able, gint64 now)
{
  if (line->able == able)
    return;
  set_shares (line, FALSE, now);
  line->able = able;
  line->since = now;
}

static BeckonPeerShare *
get_share (GPtrArray *able, guint i)
{
  return ((Member *) g_ptr_array_index (able, i))->peer->share;
}

/* Where whose encoder they have is not there any more: the first who had it, too, stands for them. */
static guint
find_encoder (GPtrArray *able, guint i, BeckonLine line)
{
  BeckonPeerShare *leader = beckon_peer_share_get_leader (get_share (able, i), line);

  if (leader == NULL)
    return i;
  for (guint j = 0; j < able->len; j++)
    if (get_share (able, j) == leader)
      return j;
  for (guint j = 0; j < i; j++)
    if (beckon_peer_share_get_leader (get_share (able, j), line) == leader)
      return j;
  return i;
}

/* ---- what becomes of it ---- */

static BeckonQuality
get_lowest (GPtrArray *able, const BeckonSharer *sharers, guint encoder)
{
  BeckonMediaPeer *leader = ((Member *) able->pdata[encoder])->peer;
  BeckonQuality lowest = *beckon_peer_bandwidth_get_quality (leader->bandwidth);

  for (guint i = 0; i < able->len; i++)
    if (sharers[i].encoder == encoder)
      {
        BeckonMediaPeer *peer = ((Member *) able->pdata[i])->peer;

        beckon_quality_lower (&lowest, beckon_peer_bandwidth_get_quality (peer->bandwidth));
      }
  return lowest;
}

static gboolean
is_shared (const BeckonSharer *sharers, guint n, guint i)
{
  guint others = 0;

  for (guint j = 0; j < n; j++)
    others += j != i && sharers[j].encoder == sharers[i].encoder;
  return others > 0;
}

/* Who has an encoder first: it runs before somebody else wants to have what it makes. */
static void
apply (GPtrArray *able, const BeckonSharer *sharers, BeckonLine line, gint64 now)
{
  for (guint i = 0; i < able->len; i++)
    {
      Member *member = able->pdata[i];
      const gboolean shared = is_shared (sharers, able->len, i);
      const gboolean limited = shared && sharers[i].encoder == i;
      const BeckonQuality lowest = get_lowest (able, sharers, sharers[i].encoder);

      set_shares (&member->lines[line], shared, now);
      beckon_peer_bandwidth_set_limit (member->peer->bandwidth, line, limited ? &lowest : NULL);
      if (sharers[i].encoder == i)
        beckon_peer_share_follow (member->peer->share, line, NULL, FALSE);
    }
  for (guint i = 0; i < able->len; i++)
    if (sharers[i].encoder != i)
      beckon_peer_share_follow (get_share (able, i), line, get_share (able, sharers[i].encoder),
                                FALSE);
}

static void
update_line (BeckonSharedEncoders *self, BeckonLine line, gint64 now)
{
  g_autoptr (GPtrArray) able = g_ptr_array_new ();
  g_autofree BeckonSharer *sharers = g_new0 (BeckonSharer, self->members->len);

  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = get_member (self, i);

      set_able (&member->lines[line], is_able (member->peer, line, &sharers[able->len]), now);
      if (member->lines[line].able)
        {
          const Line *l = &member->lines[line];

          sharers[able->len].settled = l->shares || now - l->since >= l->patience;
          g_ptr_array_add (able, member);
          continue;
        }
      beckon_peer_share_follow (member->peer->share, line, NULL, TRUE);
      beckon_peer_bandwidth_set_limit (member->peer->bandwidth, line, NULL);
    }
  for (guint i = 0; i < able->len; i++)
    sharers[i].encoder = find_encoder (able, i, line);
  beckon_encoder_plan_make (sharers, able->len);
  apply (able, sharers, line, now);
}

void
beckon_shared_encoders_update (BeckonSharedEncoders *self)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->updating)
    return;
  self->updating = TRUE;
  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    update_line (self, line, now);
  self->updating = FALSE;
}

/* ---- members ---- */

void
beckon_shared_encoders_add (BeckonSharedEncoders *self, BeckonMediaPeer *peer)
{
  Member *member = g_new0 (Member, 1);

  g_assert (peer->shared == NULL);
  member->peer = peer;
  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    member->lines[line].patience = PATIENCE_US;
  peer->shared = self;
  beckon_peer_share_set_id (peer->share, ++self->last_id);
  g_ptr_array_add (self->members, member);
}

void
beckon_shared_encoders_remove (BeckonSharedEncoders *self, BeckonMediaPeer *peer)
{
  guint at = 0;

  while (at < self->members->len && get_member (self, at)->peer != peer)
    at++;
  if (at == self->members->len)
    return;
  g_ptr_array_remove_index (self->members, at);
  peer->shared = NULL;
  for (BeckonLine line = BECKON_LINE_CAMERA; line < BECKON_N_LINES; line++)
    beckon_peer_share_follow (peer->share, line, NULL, TRUE);
  /* The others go over to another encoder, if there is one, before this one stops. */
  beckon_shared_encoders_update (self);
  for (guint i = 0; i < self->members->len; i++)
    beckon_peer_share_forget (get_member (self, i)->peer->share, peer->share);
}

/* ---- what there is ---- */

guint
beckon_shared_encoders_count (BeckonSharedEncoders *self, BeckonLine line)
{
  guint encoders = 0;

  for (guint i = 0; i < self->members->len; i++)
    encoders += beckon_peer_share_is_encoding (get_member (self, i)->peer->share, line);
  return encoders;
}

guint
beckon_shared_encoders_count_sharers (BeckonSharedEncoders *self,
                                      BeckonMediaPeer *peer,
                                      BeckonLine line)
{
  BeckonPeerShare *encoder = beckon_peer_share_get_leader (peer->share, line);
  guint sharers = 0;

  if (encoder == NULL)
    encoder = peer->share;
  for (guint i = 0; i < self->members->len; i++)
    {
      BeckonPeerShare *other = get_member (self, i)->peer->share;

      sharers += other == encoder || beckon_peer_share_get_leader (other, line) == encoder;
    }
  return sharers;
}
