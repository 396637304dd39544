/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "codec-choice.h"
#include "media-private.h"
#include "media-session.h"

#include <malloc.h>
#include <openssl/crypto.h>

G_DEFINE_QUARK (beckon-media-error-quark, beckon_media_error)

/* What every call needs, and the plug-in package it is in, for who has to install it. */
static const struct
{
  const char *element, *from;
} needed[] = {
  { "appsrc", "base" },         { "audioconvert", "base" },   { "audiomixer", "base" },
  { "audioresample", "base" },  { "volume", "base" },
  { "audiotestsrc", "base" },   { "opusdec", "base" },        { "opusenc", "base" },
  { "uridecodebin", "base" },   { "videoconvert", "base" },   { "videoscale", "base" },
  { "videoconvertscale", "base" },
  { "videotestsrc", "base" },   { "level", "good" },          { "matroskamux", "good" },
  { "rtpbin", "good" },         { "rtpopuspay", "good" },     { "rtpvp8pay", "good" },
  { "vp8dec", "good" },         { "vp8enc", "good" },         { "imagefreeze", "good" },
  { "dtlssrtpenc", "bad" },     { "sctpenc", "bad" },         { "webrtcbin", "bad" },
  { "nicesrc", "nice" },
};

void
beckon_media_limit_arenas (void)
{
  mallopt (M_ARENA_MAX, 2);
}

gboolean
beckon_media_init (int *argc, char ***argv, GError **error)
{
  /* A process that ends in a call has threads that still encrypt. OpenSSL would take away from under
   * them what they use, as it cleans up at the end of the process. */
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  if (!gst_init_check (argc, argv, error))
    return FALSE;
  beckon_media_limit_arenas ();
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (needed[i].element);

      if (factory != NULL)
        continue;
      g_set_error (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_MISSING_PLUGIN,
                   "GStreamer’s element “%s” is missing; it is in the %s plug-ins",
                   needed[i].element, needed[i].from);
      return FALSE;
    }
  return TRUE;
}

static void
run_once (const char *description)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  if (error != NULL)
    {
      g_message ("Warming up: %s", error->message);
      return;
    }
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* A description of one's own makes the DTLS certificate, which is the dearest thing of all. */
static void
describe_once (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *webrtc = beckon_media_make_element ("webrtcbin");
  g_autoptr (GstPromise) promise = gst_promise_new ();
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=111");
  g_autoptr (GObject) transceiver = NULL;

  gst_bin_add (GST_BIN (pipeline), webrtc);
  gst_element_set_state (pipeline, GST_STATE_READY);
  g_signal_emit_by_name (webrtc, "add-transceiver", 4 /* sendrecv */, caps, &transceiver);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (webrtc, "create-offer", NULL, promise);
  gst_promise_wait (promise);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static gpointer
prewarm (gpointer unused)
{
  describe_once ();
  run_once ("videotestsrc num-buffers=3 ! video/x-raw,width=320,height=180 ! vp8enc deadline=1 ! "
            "rtpvp8pay ! rtpvp8depay ! vp8dec ! fakesink");
  run_once ("audiotestsrc num-buffers=3 ! audioconvert ! opusenc ! rtpopuspay ! rtpopusdepay ! "
            "opusdec ! audioconvert ! audioresample ! level ! fakesink");
  beckon_codec_choice_make ();
  return NULL;
}

GThread *
beckon_media_prewarm (void)
{
  return g_thread_new ("beckon-prewarm", prewarm, NULL);
}
