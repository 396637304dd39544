/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Several people in one session: one encoder for all whose lines are alike, and one of their own for
 * who has a thin one. Everything is real but the server: each friend is a session with one peer. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-bandwidth.h"
#include "peer-private.h"
#include "peer-share.h"
#include "waiting.h"

#define LIMIT_SECONDS 60
#define FRIENDS_MAX 4
#define THIN_KBPS 100
#define SOME_FRAMES 15

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer; /* Alice, as they see her */
  BeckonMediaPeer *at;   /* they, at Alice's */
  guint first_video;
  gboolean closed;
} Friend;

typedef struct
{
  BeckonMediaSession *alice;
  Friend friends[FRIENDS_MAX];
  gboolean closed;
} Fixture;

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

static void
on_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonMediaPeer *other)
{
  g_autoptr (GError) error = NULL;

  beckon_media_peer_handle_signal (other, signal, &error);
  g_assert_no_error (error);
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, Friend *friend)
{
  friend->first_video++;
}

static BeckonMediaSession *
new_session (const char *identity, gboolean sends)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->screen = sends ? BECKON_SOURCE_TEST : BECKON_SOURCE_NONE;
  config->audio = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup (identity);
  config->video_width = 640;
  config->video_height = 360;
  config->video_fps = 15;
  return beckon_media_session_new (config);
}

static void
join (Fixture *f, guint i)
{
  g_autofree char *name = g_strdup_printf ("friend-%u", i);
  Friend *friend = &f->friends[i];

  friend->session = new_session (name, FALSE);
  friend->peer = beckon_media_session_add_peer (friend->session, "alice", NULL, 1, FALSE);
  friend->at = beckon_media_session_add_peer (f->alice, name, NULL, 1, TRUE);
  g_signal_connect (friend->peer, "local-signal", G_CALLBACK (on_signal), friend->at);
  g_signal_connect (friend->at, "local-signal", G_CALLBACK (on_signal), friend->peer);
  g_signal_connect (friend->peer, "first-video", G_CALLBACK (on_first_video), friend);
  beckon_media_session_open (friend->session);
}

static void
leave (Fixture *f, guint i)
{
  Friend *friend = &f->friends[i];

  g_signal_handlers_disconnect_by_data (friend->peer, friend->at);
  g_signal_handlers_disconnect_by_data (friend->at, friend->peer);
  beckon_media_session_remove_peer (f->alice, friend->at, NULL);
  friend->at = NULL;
  media_end_close (friend->session, NULL, &friend->closed);
  wait_until (friend->closed);
  g_clear_object (&friend->session);
}

static void
set_up (Fixture *f, guint n)
{
  memset (f, 0, sizeof *f);
  gst_complaints_pass ();
  f->alice = new_session ("alice", TRUE);
  beckon_media_session_set_camera (f->alice, TRUE);
  beckon_media_session_open (f->alice);
  for (guint i = 0; i < n; i++)
    join (f, i);
}

static void
tear_down (Fixture *f)
{
  for (guint i = 0; i < FRIENDS_MAX; i++)
    if (f->friends[i].at != NULL)
      leave (f, i);
  media_end_close (f->alice, NULL, &f->closed);
  wait_until (f->closed);
  g_assert_finalize_object (f->alice);
}

static BeckonStatistics *
stats_of (BeckonMediaPeer *peer)
{
  return beckon_media_peer_get_statistics (peer);
}

/* Returns: whether all who are there have @n encoders between them. */
static gboolean
have_encoders (Fixture *f, guint n)
{
  for (guint i = 0; i < FRIENDS_MAX; i++)
    if (f->friends[i].at != NULL &&
        beckon_statistics_get_video_encoders (stats_of (f->friends[i].at)) != n)
      return FALSE;
  return TRUE;
}

static gint
frames_of (Friend *friend)
{
  return g_atomic_int_get (&friend->peer->frames_in);
}

/* Everybody has some more pictures from now on. */
static void
wait_for_pictures (Fixture *f)
{
  gint before[FRIENDS_MAX];

  for (guint i = 0; i < FRIENDS_MAX; i++)
    before[i] = f->friends[i].at != NULL ? frames_of (&f->friends[i]) : 0;
  for (guint i = 0; i < FRIENDS_MAX; i++)
    if (f->friends[i].at != NULL)
      wait_until (frames_of (&f->friends[i]) >= before[i] + SOME_FRAMES);
}

/* Returns: who encodes for all. */
static guint
find_leader (Fixture *f)
{
  for (guint i = 0; i < FRIENDS_MAX; i++)
    if (f->friends[i].at != NULL &&
        beckon_peer_share_get_leader (f->friends[i].at->share, BECKON_LINE_CAMERA) == NULL)
      return i;
  g_assert_not_reached ();
}

static void
test_one_encoder (void)
{
  BeckonStatistics *statistics;
  guint leader;
  Fixture f;

  set_up (&f, 3);
  for (guint i = 0; i < 3; i++)
    wait_until (f.friends[i].first_video == 1);
  wait_until (have_encoders (&f, 1));
  wait_for_pictures (&f);
  for (guint i = 0; i < 3; i++)
    {
      statistics = stats_of (f.friends[i].at);
      g_assert_cmpuint (beckon_statistics_get_video_sharers (statistics), ==, 3);
      g_assert_cmpstr (beckon_statistics_get_video_encoder (statistics), ==, "vp8enc");
    }

  join (&f, 3);
  wait_until (f.friends[3].first_video == 1);
  wait_until (have_encoders (&f, 1) &&
              beckon_statistics_get_video_sharers (stats_of (f.friends[3].at)) == 4);
  wait_for_pictures (&f);

  leader = find_leader (&f);
  leave (&f, leader);
  wait_for_pictures (&f);
  statistics = stats_of (f.friends[(leader + 1) % 4].at);
  wait_until (have_encoders (&f, 1) && beckon_statistics_get_video_sharers (statistics) == 3);

  /* Off and on again, and a screen beside it. */
  beckon_media_session_set_camera (f.alice, FALSE);
  wait_until (have_encoders (&f, 0));
  beckon_media_session_set_camera (f.alice, TRUE);
  wait_for_pictures (&f);
  wait_until (have_encoders (&f, 1));
  beckon_media_session_share_screen (f.alice, -1, 0);
  wait_until (beckon_statistics_get_screen_encoders (statistics) == 1 &&
              beckon_statistics_get_screen_sharers (statistics) == 3);
  for (guint i = 0; i < FRIENDS_MAX; i++)
    if (f.friends[i].at != NULL)
      wait_until (beckon_statistics_get_screen_frames_received (stats_of (f.friends[i].peer)) > 0);
  tear_down (&f);
}

/* One's line becomes thin: theirs is their own, and the others' pictures stay as they are. */
static void
test_thin_line (void)
{
  guint leader;
  Fixture f;

  set_up (&f, 3);
  for (guint i = 0; i < 3; i++)
    wait_until (f.friends[i].first_video == 1);
  wait_until (have_encoders (&f, 1));
  /* Of all lines that of whose encoder they have. */
  leader = find_leader (&f);
  beckon_peer_bandwidth_set_cap (f.friends[leader].at->bandwidth, THIN_KBPS);
  wait_until (have_encoders (&f, 2));
  wait_until (beckon_statistics_get_height (stats_of (f.friends[leader].peer)) == 180);
  wait_for_pictures (&f);
  for (guint i = 0; i < 3; i++)
    if (i != leader)
      {
        g_assert_cmpuint (beckon_statistics_get_height (stats_of (f.friends[i].peer)), >, 180);
        g_assert_cmpuint (beckon_statistics_get_video_sharers (stats_of (f.friends[i].at)), ==, 2);
      }
  g_assert_cmpuint (beckon_statistics_get_video_sharers (stats_of (f.friends[leader].at)), ==, 1);
  g_assert_cmpuint (beckon_statistics_get_height_sent (stats_of (f.friends[leader].at)), ==, 180);

  beckon_peer_bandwidth_set_cap (f.friends[leader].at->bandwidth, 0);
  wait_until (have_encoders (&f, 1));
  wait_until (beckon_statistics_get_height (stats_of (f.friends[leader].peer)) > 180);
  wait_for_pictures (&f);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/several/one-encoder", test_one_encoder);
  g_test_add_func ("/media/several/thin-line", test_thin_line);
  return g_test_run ();
}
