/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hardware proves itself or is not used. There is none here: elements stand in for it that are libvpx
 * inside, with something wrong, and say that they are hardware. */

#include "config.h"

#include "codec-choice.h"
#include "media-session.h"

#include <gst/video/video.h>

typedef enum
{
  GOOD,
  GARBAGE, /* every picture is that of another call */
  DROPS,   /* the third frame is lost */
  DEAF,    /* an encoder that makes no key frame on request */
  FAILS,   /* an error instead of the first frame */
  N_KINDS
} Kind;

typedef struct
{
  GstBin parent;
  guint n;
} FakeCodec;

typedef struct
{
  GstBinClass parent_class;
  Kind kind;
  gboolean encoder;
} FakeCodecClass;

static GstStaticPadTemplate vp8_source =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-vp8"));
static GstStaticPadTemplate vp8_sink =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-vp8"));
static GstStaticPadTemplate raw_source =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));
static GstStaticPadTemplate raw_sink =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  FakeCodec *self = user_data;
  const guint n = self->n++;

  switch (((FakeCodecClass *) G_OBJECT_GET_CLASS (self))->kind)
    {
    case GARBAGE:
      {
        GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

        GST_PAD_PROBE_INFO_DATA (info) = buffer;
        gst_buffer_memset (buffer, 0, 0x80, gst_buffer_get_size (buffer));
        return GST_PAD_PROBE_OK;
      }
    case DROPS:
      return n == 2 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    case FAILS:
      if (n == 0)
        GST_ELEMENT_ERROR (self, LIBRARY, ENCODE, ("The driver is broken"), (NULL));
      return GST_PAD_PROBE_DROP;
    case GOOD:
    case DEAF:
    case N_KINDS:
    default:
      return GST_PAD_PROBE_OK;
    }
}

static GstPadProbeReturn
on_upstream (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)) ? GST_PAD_PROBE_DROP
                                                                             : GST_PAD_PROBE_OK;
}

static void
fake_codec_init (GTypeInstance *instance, gpointer klass)
{
  FakeCodec *self = (FakeCodec *) instance;
  const FakeCodecClass *fake = klass;
  GstElement *codec = gst_element_factory_make (fake->encoder ? "vp8enc" : "vp8dec", NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (codec, "sink");
  g_autoptr (GstPad) source = gst_element_get_static_pad (codec, "src");
  GstPad *ghost;

  if (fake->encoder)
    g_object_set (codec, "deadline", (gint64) 1, "cpu-used", -6, NULL);
  gst_bin_add (GST_BIN (self), codec);
  ghost = gst_ghost_pad_new ("src", source);
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (GST_ELEMENT (self), ghost);
  /* Pictures are spoiled where they are raw, so that nobody's decoder sees bad data. */
  gst_pad_add_probe (fake->encoder ? sink : source, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, self,
                     NULL);
  if (fake->kind == DEAF)
    gst_pad_add_probe (ghost, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream, NULL, NULL);
}

static void
fake_codec_class_init (gpointer klass, gpointer data)
{
  FakeCodecClass *fake = klass;
  const int number = GPOINTER_TO_INT (data);

  fake->kind = number % N_KINDS;
  fake->encoder = number < N_KINDS;
  gst_element_class_add_static_pad_template (klass, fake->encoder ? &vp8_source : &raw_source);
  gst_element_class_add_static_pad_template (klass, fake->encoder ? &raw_sink : &vp8_sink);
  gst_element_class_set_static_metadata (klass, "Fake hardware",
                                         fake->encoder ? "Codec/Encoder/Video/Hardware"
                                                       : "Codec/Decoder/Video/Hardware",
                                         "libvpx that says it is hardware", "Beckon's tests");
}

/* Registers "fakeencN" or "fakedecN". Those of a higher rank are tried first. */
static void
add_codec (gboolean encoder, Kind kind, guint rank)
{
  const int number = kind + (encoder ? 0 : N_KINDS);
  g_autofree char *name = g_strdup_printf ("fake%s%d", encoder ? "enc" : "dec", kind);
  const GTypeInfo info = {
    .class_size = sizeof (FakeCodecClass),
    .class_init = fake_codec_class_init,
    .class_data = GINT_TO_POINTER (number),
    .instance_size = sizeof (FakeCodec),
    .instance_init = fake_codec_init,
  };
  const GType type = g_type_register_static (GST_TYPE_BIN, name, &info, 0);

  g_assert_true (gst_element_register (NULL, name, rank, type));
}

static void
assert_refused (const char *encoder, const char *decoder, const char *why)
{
  g_autoptr (GError) error = NULL;

  if (beckon_codec_choice_try (BECKON_CODEC_VP8, encoder, decoder, &error))
    g_error ("%s, %s: taken", encoder, decoder);
  g_assert_nonnull (error);
  if (strstr (error->message, why) == NULL)
    g_error ("%s, %s: “%s”, not “%s”", encoder, decoder, error->message, why);
}

/* Also where it is compared: nothing but hardware is chosen, and there is none yet. */
static void
test_software (void)
{
  g_autoptr (GError) error = NULL;

  beckon_codec_choice_try (BECKON_CODEC_VP8, "vp8enc", "vp8dec", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (beckon_codec_choice_get_encoder (BECKON_CODEC_VP8), ==, "vp8enc");
  g_assert_cmpstr (beckon_codec_choice_get_decoder (BECKON_CODEC_VP8), ==, "vp8dec");
}

static void
test_broken (void)
{
  assert_refused ("fakeenc1", "vp8dec", "not what went in");
  assert_refused ("vp8enc", "fakedec1", "not what went in");
  assert_refused ("fakeenc2", "vp8dec", "not what went in"); /* the next is taken for the lost one */
  assert_refused ("fakeenc3", "vp8dec", "no key frame on request");
  assert_refused ("fakeenc4", "vp8dec", "The driver is broken");
  assert_refused ("vp8enc", "fakedec4", "The driver is broken");
  assert_refused ("vp8enc", "identity drop-probability=1 ! vp8dec", "frames are lost");
  assert_refused ("there-is-no-such-element", "vp8dec", "there-is-no-such-element");
}

static void
test_broken_is_not_chosen (void)
{
  beckon_codec_choice_make ();
  g_assert_cmpstr (beckon_codec_choice_get_encoder (BECKON_CODEC_VP8), ==, "vp8enc");
  g_assert_cmpstr (beckon_codec_choice_get_decoder (BECKON_CODEC_VP8), ==, "vp8dec");
}

/* OpenH264, x264 or another: where two of them are installed they work, and are found. */
static void
test_h264 (void)
{
  g_autoptr (GError) error = NULL;
  const char *encoder = beckon_codec_choice_get_encoder (BECKON_CODEC_H264);
  const char *decoder = beckon_codec_choice_get_decoder (BECKON_CODEC_H264);

  if (encoder == NULL)
    {
      g_test_skip ("There is no H.264");
      return;
    }
  g_test_message ("%s, %s", encoder, decoder);
  beckon_codec_choice_try (BECKON_CODEC_H264, encoder, decoder, &error);
  g_assert_no_error (error);
  g_assert_false (beckon_codec_choice_is_hardware (BECKON_CODEC_H264));
}

/* Behind the broken ones there are good ones. */
static void
test_good_is_chosen (void)
{
  add_codec (TRUE, GOOD, GST_RANK_MARGINAL);
  add_codec (FALSE, GOOD, GST_RANK_MARGINAL);
  beckon_codec_choice_make ();
  g_assert_cmpstr (beckon_codec_choice_get_encoder (BECKON_CODEC_VP8), ==, "fakeenc0");
  g_assert_cmpstr (beckon_codec_choice_get_decoder (BECKON_CODEC_VP8), ==, "fakedec0");
}

/* ---- a call with them ---- */

static void
on_signal (BeckonMediaPeer *peer, BeckonPeerSignal *signal, BeckonMediaPeer *other)
{
  g_autoptr (GError) error = NULL;

  beckon_media_peer_handle_signal (other, signal, &error);
  g_assert_no_error (error);
}

static void
on_first_video (BeckonMediaPeer *peer, guint width, guint height, gboolean *came)
{
  g_assert_cmpuint (width, ==, 320);
  *came = TRUE;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer closed)
{
  beckon_media_session_close_finish (BECKON_MEDIA_SESSION (source), result, NULL);
  *(gboolean *) closed = TRUE;
}

static gboolean
on_watchdog (gpointer unused)
{
  g_error ("Nothing came");
  return G_SOURCE_REMOVE;
}

static void
test_call (void)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();
  g_autoptr (BeckonMediaSession) alice = NULL, bob = NULL;
  BeckonMediaPeer *to_alice, *to_bob;
  BeckonStatistics *statistics;
  gboolean came = FALSE, closed[2] = { FALSE, FALSE };
  const guint watchdog = g_timeout_add_seconds (60, on_watchdog, NULL);

  config->video = BECKON_SOURCE_TEST;
  config->audio = BECKON_SOURCE_NONE;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->identity = g_strdup ("alice");
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  alice = beckon_media_session_new (config);
  bob = beckon_media_session_new (config);
  beckon_media_session_set_camera (alice, TRUE);
  to_alice = beckon_media_session_add_peer (bob, "alice", NULL, 1, FALSE);
  to_bob = beckon_media_session_add_peer (alice, "bob", NULL, 1, TRUE);
  g_signal_connect (to_alice, "local-signal", G_CALLBACK (on_signal), to_bob);
  g_signal_connect (to_bob, "local-signal", G_CALLBACK (on_signal), to_alice);
  g_signal_connect (to_alice, "first-video", G_CALLBACK (on_first_video), &came);
  beckon_media_session_open (alice);
  beckon_media_session_open (bob);
  while (!came)
    g_main_context_iteration (NULL, TRUE);
  statistics = beckon_media_peer_get_statistics (to_bob);
  while (beckon_statistics_get_video_encoder (statistics) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (beckon_statistics_get_video_encoder (statistics), ==, "fakeenc0");
  g_assert_cmpstr (beckon_statistics_get_video_decoder (statistics), ==, "fakedec0");
  g_signal_handlers_disconnect_by_data (to_alice, to_bob);
  g_signal_handlers_disconnect_by_data (to_bob, to_alice);
  beckon_media_session_close_async (alice, NULL, on_closed, &closed[0]);
  beckon_media_session_close_async (bob, NULL, on_closed, &closed[1]);
  while (!closed[0] || !closed[1])
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

/* For good, and nothing but hardware. */
static void
test_given_up (void)
{
  beckon_codec_choice_give_up ("vp8enc");
  g_assert_cmpstr (beckon_codec_choice_get_encoder (BECKON_CODEC_VP8), ==, "fakeenc0");
  g_assert_true (beckon_codec_choice_is_hardware (BECKON_CODEC_VP8));
  beckon_codec_choice_give_up ("fakeenc0");
  g_assert_cmpstr (beckon_codec_choice_get_encoder (BECKON_CODEC_VP8), ==, "vp8enc");
  g_assert_cmpstr (beckon_codec_choice_get_decoder (BECKON_CODEC_VP8), ==, "fakedec0");
  g_assert_false (beckon_codec_choice_is_hardware (BECKON_CODEC_VP8));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/media/codec-choice/software", test_software);
  for (Kind kind = GARBAGE; kind < N_KINDS; kind++)
    {
      add_codec (TRUE, kind, GST_RANK_PRIMARY);
      if (kind != DEAF)
        add_codec (FALSE, kind, GST_RANK_PRIMARY);
    }
  g_test_add_func ("/media/codec-choice/broken", test_broken);
  g_test_add_func ("/media/codec-choice/broken-is-not-chosen", test_broken_is_not_chosen);
  g_test_add_func ("/media/codec-choice/h264", test_h264);
  g_test_add_func ("/media/codec-choice/good-is-chosen", test_good_is_chosen);
  g_test_add_func ("/media/codec-choice/call", test_call);
  g_test_add_func ("/media/codec-choice/given-up", test_given_up);
  return g_test_run ();
}
