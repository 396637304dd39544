/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Why there is no connection: each cause has its name. One real session, and a peer that is played
 * by handing on, changing or keeping back what a second session says. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "waiting.h"

#include <gio/gio.h>
#include <string.h>

#define LIMIT_SECONDS 30
/* Nobody has this address (RFC 5737). */
#define NOWHERE "candidate:1 1 UDP 2015363327 198.51.100.77 9 typ host"

typedef struct
{
  BeckonMediaSession *sessions[2];
  BeckonMediaPeer *peers[2]; /* the first offers */
  gboolean keep_answer;      /* what the second says does not get through */
  gboolean keep_candidates;  /* nor where either is */
  gboolean forge;            /* another certificate is announced */
  GPtrArray *late;           /* nullable; BeckonPeerSignal: of the second, who is heard later */
  gboolean closed[2];
} Fixture;

#define BUSY_US 200000
/* Longer than libnice itself would try. */
#define LATE_SECONDS 8
#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* The other's certificate has another fingerprint: a digit is turned round. */
static char *
forge (const char *sdp)
{
  char *forged = g_strdup (sdp);

  for (char *at = forged; (at = strstr (at, "a=fingerprint:sha-256 ")) != NULL; at++)
    {
      char *digit = at + strlen ("a=fingerprint:sha-256 ");

      *digit = *digit == '0' ? '1' : '0';
    }
  return forged;
}

static void
on_local_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, Fixture *f)
{
  const guint from = peer == f->peers[1];
  g_autoptr (BeckonPeerSignal) changed = NULL;
  g_autofree char *sdp = NULL;
  g_autoptr (GError) error = NULL;

  if ((from == 1 && f->keep_answer) ||
      (signal->kind != BECKON_PEER_SIGNAL_DESCRIPTION && f->keep_candidates))
    return;
  if (from == 1 && f->late != NULL)
    {
      g_ptr_array_add (f->late, beckon_peer_signal_copy (signal));
      return;
    }
  if (from == 1 && f->forge && signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION)
    {
      sdp = forge (signal->sdp);
      changed = beckon_peer_signal_new_description (1, BECKON_SDP_ANSWER, sdp);
    }
  beckon_media_peer_handle_signal (f->peers[1 - from], changed != NULL ? changed : signal, &error);
  g_assert_no_error (error);
}

static void
begin (Fixture *f, const char *stun)
{
  gst_complaints_pass ();
  for (int i = 1; i >= 0; i--)
    {
      g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

      config->video = config->audio = BECKON_SOURCE_TEST;
      config->audio_output = BECKON_OUTPUT_NONE;
      f->sessions[i] = beckon_media_session_new (config);
      if (stun != NULL)
        beckon_media_session_add_ice_server (f->sessions[i], stun, NULL, NULL);
      f->peers[i] = g_object_ref (
          beckon_media_session_add_peer (f->sessions[i], i == 0 ? "bob" : "alice", "x", 1, i == 0));
      g_signal_connect (f->peers[i], "local-signal", G_CALLBACK (on_local_signal), f);
    }
}

static void
end (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      g_signal_handlers_disconnect_by_data (f->peers[i], f);
      media_end_close (f->sessions[i], NULL, &f->closed[i]);
    }
  wait_until (f->closed[0] && f->closed[1]);
  for (guint i = 0; i < 2; i++)
    media_end_finalize (&f->sessions[i], &f->peers[i], LIMIT_SECONDS);
}

static BeckonMediaError
cause (Fixture *f)
{
  g_autoptr (GError) error = beckon_media_peer_explain (f->peers[0]);

  g_assert_true (error->domain == BECKON_MEDIA_ERROR);
  return error->code;
}

static void
look_nowhere (Fixture *f)
{
  g_autoptr (BeckonPeerSignal) signal = beckon_peer_signal_new_candidate (1, 0, NOWHERE);
  g_autoptr (GError) error = NULL;

  beckon_media_peer_handle_signal (f->peers[0], signal, &error);
  g_assert_no_error (error);
}

/* ---- causes ---- */

static void
test_peer_silent (void)
{
  Fixture f = { .keep_answer = TRUE };

  begin (&f, NULL);
  g_assert_cmpint (cause (&f), ==, BECKON_MEDIA_ERROR_PEER_SILENT);
  end (&f);
}

/* They answer, and say nothing of where they are; or something that leads nowhere. */
static void
test_no_path (void)
{
  Fixture f = { .keep_candidates = TRUE };
  BeckonMediaError first;

  begin (&f, NULL);
  wait_until (beckon_media_peer_get_state (f.peers[0]) == BECKON_MEDIA_PEER_CONNECTING);
  first = cause (&f);
  if (first == BECKON_MEDIA_ERROR_NO_ROUTE)
    g_test_skip ("This machine is on no network");
  else
    {
      g_assert_cmpint (first, ==, BECKON_MEDIA_ERROR_PEER_SILENT);
      look_nowhere (&f);
      g_assert_cmpint (cause (&f), ==, BECKON_MEDIA_ERROR_NO_PATH);
    }
  end (&f);
}

/* Whoever should say whether UDP gets through hears nothing. */
static void
test_udp_blocked (void)
{
  Fixture f = { .keep_candidates = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) deaf =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) ours = NULL;
  g_autofree char *url = NULL;

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (deaf, any, FALSE, NULL));
  ours = g_socket_get_local_address (deaf, NULL);
  url = g_strdup_printf ("stun:127.0.0.1:%u",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (ours)));
  begin (&f, url);
  wait_until (beckon_media_peer_get_state (f.peers[0]) == BECKON_MEDIA_PEER_CONNECTING);
  look_nowhere (&f);
  if (cause (&f) == BECKON_MEDIA_ERROR_NO_ROUTE)
    g_test_skip ("This machine is on no network");
  else
    wait_until (cause (&f) == BECKON_MEDIA_ERROR_UDP_BLOCKED);
  end (&f);
}

static void
on_first (BeckonMediaPeer *peer, guint *firsts)
{
  ++*firsts;
}

static void
on_told (BeckonMediaPeer *peer, GParamSpec *pspec, guint *told)
{
  ++*told;
}

/* Somebody else is at the other end of the way that was found. They get nothing, and nothing of theirs
 * is looked at, neither media nor a message, however late a busy main thread finds that out. */
static void
test_encryption (void)
{
  Fixture f = { .forge = TRUE };
  guint firsts[2] = { 0, 0 }, told[2] = { 0, 0 };

  begin (&f, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_signal_connect (f.peers[i], "first-audio", G_CALLBACK (on_first), &firsts[i]);
      g_signal_connect (f.peers[i], "notify::remote-microphone", G_CALLBACK (on_told), &told[i]);
      beckon_media_session_open (f.sessions[i]);
    }
  while (beckon_media_peer_get_state (f.peers[0]) < BECKON_MEDIA_PEER_CONNECTED)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (BUSY_US);
    }
  g_assert_cmpuint (firsts[0], ==, 0);
  g_assert_cmpuint (firsts[1], ==, 0);
  g_assert_cmpint (beckon_media_peer_get_state (f.peers[0]), ==, BECKON_MEDIA_PEER_FAILED);
  g_assert_cmpint (cause (&f), ==, BECKON_MEDIA_ERROR_ENCRYPTION);
  end (&f);
  g_assert_cmpuint (told[0], ==, 0);
  g_assert_cmpuint (told[1], ==, 0);
}

static gboolean
on_late (gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GPtrArray) late = g_steal_pointer (&f->late);

  for (guint i = 0; i < late->len; i++)
    on_local_signal (f->peers[1], g_ptr_array_index (late, i), f);
  return G_SOURCE_REMOVE;
}

/* The answer takes its time, and who has given it asks in vain meanwhile: as on a line that loses much. */
static void
test_late (void)
{
  Fixture f = { 0 };

  f.late = g_ptr_array_new_with_free_func ((GDestroyNotify) beckon_peer_signal_free);
  begin (&f, NULL);
  g_timeout_add_seconds (LATE_SECONDS, on_late, &f);
  for (guint i = 0; i < 2; i++)
    wait_until (beckon_media_peer_get_state (f.peers[i]) >= BECKON_MEDIA_PEER_CONNECTED);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (beckon_media_peer_get_state (f.peers[i]), ==, BECKON_MEDIA_PEER_CONNECTED);
  end (&f);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/causes/peer-silent", test_peer_silent);
  g_test_add_func ("/media/causes/no-path", test_no_path);
  g_test_add_func ("/media/causes/udp-blocked", test_udp_blocked);
  g_test_add_func ("/media/causes/encryption", test_encryption);
  g_test_add_func ("/media/causes/late", test_late);
  return g_test_run ();
}
