/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "codec-choice.h"

#include "media-private.h"
#include "test-source.h"

#define WIDTH 640
#define HEIGHT 360
#define FPS 30
#define FRAMES 12
#define KEY_FRAME_AT 6
#define COLOR 0x3070c0
#define COLOR_TOLERANCE 24
#define LIMIT (10 * GST_SECOND) /* only a driver that hangs takes so long */

/* The software of each codec: the first of them that is there, and does what it should. */
static const struct
{
  const char *caps;
  const char *between; /* the encoder and the decoder of a trial */
  const char *encoders[3], *decoders[3];
} codecs[BECKON_N_CODECS] = {
  [BECKON_CODEC_VP8] = { "video/x-vp8",
                         "identity",
                         { BECKON_SOFTWARE_ENCODER },
                         { BECKON_SOFTWARE_DECODER } },
  [BECKON_CODEC_H264] = { "video/x-h264",
                          BECKON_H264_FILTER " ! h264parse",
                          { "openh264enc", "x264enc" },
                          { "avdec_h264", "openh264dec" } },
};

typedef struct
{
  const char *encoder, *decoder; /* interned; nullable, both or none */
  gboolean hardware;             /* the encoder is */
} Choice;

static GMutex lock;
static gboolean made; /* what follows, under the lock */
static Choice choices[BECKON_N_CODECS];

/* ---- one trial ---- */

typedef struct
{
  GstVideoInfo info;
  GstElement *encoder; /* borrowed of the pipeline */
  guint into_encoder, key_frames;
  guint readable; /* that came out, each with the next number */
  gboolean wrong; /* something else came out */
} Trial;

static GstPadProbeReturn
on_raw (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Trial *trial = user_data;
  g_autoptr (GstPad) source = gst_element_get_static_pad (trial->encoder, "src");

  if (trial->into_encoder++ == KEY_FRAME_AT)
    beckon_media_ask_for_key_frame (source);
  return GST_PAD_PROBE_OK;
}

/* Software holds no frames back, and OpenH264 2.3 complains aloud of an end. */
static GstPadProbeReturn
on_end (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Trial *trial = user_data;
  g_autoptr (GstPad) source = gst_element_get_static_pad (trial->encoder, "src");

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;
  gst_pad_push_event (source, gst_event_new_eos ());
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_encoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Trial *trial = user_data;

  if (beckon_media_is_key_frame (GST_PAD_PROBE_INFO_BUFFER (info)))
    trial->key_frames++;
  return GST_PAD_PROBE_OK;
}

static GstBuffer *
draw (const GstVideoInfo *info, guint number)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, info->size, NULL);
  GstVideoFrame frame;

  gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE);
  beckon_test_source_draw (&frame, number, COLOR);
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (number, GST_SECOND, FPS);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FPS;
  return buffer;
}

/* A place of the ground, where neither the number nor the box ever is. */
static gboolean
has_color (const GstVideoFrame *frame, const GstVideoFrame *wanted)
{
  const int x = WIDTH / 2, y = HEIGHT / 3;

  for (guint plane = 0; plane < 3; plane++)
    {
      const int shift = plane > 0;
      const guint8 *is = GST_VIDEO_FRAME_COMP_DATA (frame, plane);
      const guint8 *should = GST_VIDEO_FRAME_COMP_DATA (wanted, plane);
      const int is_at = (y >> shift) * GST_VIDEO_FRAME_COMP_STRIDE (frame, plane) + (x >> shift);
      const int should_at =
          (y >> shift) * GST_VIDEO_FRAME_COMP_STRIDE (wanted, plane) + (x >> shift);

      if (ABS (is[is_at] - should[should_at]) > COLOR_TOLERANCE)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_right (Trial *trial, GstSample *sample)
{
  g_autoptr (GstBuffer) buffer = draw (&trial->info, trial->readable);
  GstVideoInfo info;
  GstVideoFrame frame, wanted;
  gboolean right;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) || info.width != WIDTH ||
      info.height != HEIGHT ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    return FALSE;
  gst_video_frame_map (&wanted, &trial->info, buffer, GST_MAP_READ);
  right = beckon_test_source_read (&frame) == (int) trial->readable && has_color (&frame, &wanted);
  gst_video_frame_unmap (&wanted);
  gst_video_frame_unmap (&frame);
  return right;
}

static GstFlowReturn
on_decoded (GstAppSink *sink, gpointer user_data)
{
  Trial *trial = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample == NULL)
    return GST_FLOW_OK;
  if (is_right (trial, sample))
    trial->readable++;
  else
    trial->wrong = TRUE;
  return GST_FLOW_OK;
}

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED, text);
  return FALSE;
}

static gboolean
judge (const Trial *trial, GError **error)
{
  if (trial->wrong)
    return refuse (error, "what comes out is not what went in");
  if (trial->readable < FRAMES)
    return refuse (error, "frames are lost");
  if (trial->key_frames < 2)
    return refuse (error, "there is no key frame on request");
  return TRUE;
}

static gboolean
run (GstElement *pipeline, Trial *trial, GstAppSrc *source, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  gboolean over;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < FRAMES; i++)
    gst_app_src_push_buffer (source, draw (&trial->info, i));
  gst_app_src_end_of_stream (source);
  message = gst_bus_timed_pop_filtered (bus, LIMIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  over = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (message != NULL && !over)
    gst_message_parse_error (message, error, NULL);
  else if (!over)
    refuse (error, "it does not end");
  return over;
}

gboolean
beckon_codec_choice_try (BeckonCodec codec,
                         const char *encoder,
                         const char *decoder,
                         GError **error)
{
  Trial trial = { 0 };
  GstAppSinkCallbacks callbacks = { .new_sample = on_decoded };
  g_autofree char *description = g_strdup_printf (
      "appsrc name=in format=time max-bytes=0 ! videoconvert ! %s name=encoder ! %s ! %s ! "
      "videoconvert ! video/x-raw,format=I420 ! appsink name=out sync=false",
      encoder, codecs[codec].between, decoder);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &problem);
  g_autoptr (GstElement) source = NULL, sink = NULL, coder = NULL;
  g_autoptr (GstCaps) caps = NULL;

  if (problem != NULL)
    { /* there can be a pipeline that is not whole */
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  source = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  trial.encoder = coder = gst_bin_get_by_name (GST_BIN (pipeline), "encoder");
  gst_video_info_set_format (&trial.info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  trial.info.fps_n = FPS;
  caps = gst_video_info_to_caps (&trial.info);
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, &trial, NULL);
  beckon_media_add_probe (coder, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_raw, &trial);
  beckon_media_add_probe (coder, "src", GST_PAD_PROBE_TYPE_BUFFER, on_encoded, &trial);
  if (g_str_equal (encoder, "openh264enc"))
    beckon_media_add_probe (coder, "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_end, &trial);
  beckon_codec_set_up_encoder (coder);
  beckon_codec_set_bitrate (coder, 1000000);
  return run (pipeline, &trial, GST_APP_SRC (source), error) && judge (&trial, error);
}

/* ---- the choice ---- */

static gboolean
is_there (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

/* Returns: (transfer full): the names of @software that are installed. */
static GPtrArray *
list_software (const char *const *software)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; software[i] != NULL; i++)
    if (is_there (software[i]))
      g_ptr_array_add (names, (gpointer) g_intern_string (software[i]));
  return names;
}

/* Returns: (transfer full): what says that it is hardware for it, the highest rank first. */
static GPtrArray *
list_hardware (BeckonCodec codec, gboolean encoders)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (codecs[codec].caps);
  GPtrArray *names = g_ptr_array_new ();
  GList *all = gst_element_factory_list_get_elements (
      encoders ? GST_ELEMENT_FACTORY_TYPE_VIDEO_ENCODER
               : GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO,
      GST_RANK_NONE);
  GList *able =
      gst_element_factory_list_filter (all, caps, encoders ? GST_PAD_SRC : GST_PAD_SINK, FALSE);

  for (GList *l = able; l != NULL; l = l->next)
    if (gst_element_factory_list_is_type (l->data, GST_ELEMENT_FACTORY_TYPE_HARDWARE))
      g_ptr_array_add (names, (gpointer) g_intern_string (GST_OBJECT_NAME (l->data)));
  gst_plugin_feature_list_free (able);
  gst_plugin_feature_list_free (all);
  return names;
}

/* The first two that prove themselves together. */
static gboolean
find (BeckonCodec codec, GPtrArray *encoders, GPtrArray *decoders, Choice *found)
{
  for (guint i = 0; i < encoders->len; i++)
    for (guint j = 0; j < decoders->len; j++)
      {
        const char *encoder = encoders->pdata[i], *decoder = decoders->pdata[j];
        g_autoptr (GError) error = NULL;

        if (beckon_codec_choice_try (codec, encoder, decoder, &error))
          {
            found->encoder = encoder;
            found->decoder = decoder;
            return TRUE;
          }
        g_message ("%s with %s is not used: %s", encoder, decoder, error->message);
      }
  return FALSE;
}

/* Hardware shows what it can with software at the other end, where there is some. */
static Choice
choose (BeckonCodec codec)
{
  g_autoptr (GPtrArray) encoders = list_hardware (codec, TRUE);
  g_autoptr (GPtrArray) decoders = list_hardware (codec, FALSE);
  g_autoptr (GPtrArray) software_encoders = list_software (codecs[codec].encoders);
  g_autoptr (GPtrArray) software_decoders = list_software (codecs[codec].decoders);
  Choice choice = { BECKON_SOFTWARE_ENCODER, BECKON_SOFTWARE_DECODER, FALSE }, hard = { 0 };

  /* libvpx has never been seen to fail. */
  if (codec != BECKON_CODEC_VP8)
    choice = (Choice){ 0 };
  if (codec != BECKON_CODEC_VP8 && !find (codec, software_encoders, software_decoders, &choice))
    {
      choice.hardware = find (codec, encoders, decoders, &choice);
      return choice;
    }
  g_ptr_array_set_size (software_encoders, 0);
  g_ptr_array_add (software_encoders, (gpointer) choice.encoder);
  g_ptr_array_set_size (software_decoders, 0);
  g_ptr_array_add (software_decoders, (gpointer) choice.decoder);
  if (find (codec, software_encoders, decoders, &hard))
    choice.decoder = hard.decoder;
  if (find (codec, encoders, software_decoders, &hard))
    {
      choice.encoder = hard.encoder;
      choice.hardware = TRUE;
    }
  return choice;
}

void
beckon_codec_choice_make (void)
{
  Choice made_now[BECKON_N_CODECS];

  for (BeckonCodec codec = 0; codec < BECKON_N_CODECS; codec++)
    made_now[codec] = choose (codec);
  g_mutex_lock (&lock);
  memcpy (choices, made_now, sizeof choices);
  made = TRUE;
  g_mutex_unlock (&lock);
}

/* What is installed, without a trial. */
static Choice
get_software (BeckonCodec codec)
{
  g_autoptr (GPtrArray) encoders = list_software (codecs[codec].encoders);
  g_autoptr (GPtrArray) decoders = list_software (codecs[codec].decoders);

  if (encoders->len == 0 || decoders->len == 0 ||
      (codec != BECKON_CODEC_VP8 && !is_there ("h264parse")))
    return (Choice){ 0 };
  return (Choice){ encoders->pdata[0], decoders->pdata[0], FALSE };
}

static Choice
get (BeckonCodec codec)
{
  Choice choice;
  gboolean known;

  g_mutex_lock (&lock);
  known = made;
  choice = choices[codec];
  g_mutex_unlock (&lock);
  return known ? choice : get_software (codec);
}

void
beckon_codec_choice_give_up (const char *encoder)
{
  g_mutex_lock (&lock);
  for (BeckonCodec codec = 0; codec < BECKON_N_CODECS; codec++)
    if (choices[codec].hardware && g_str_equal (choices[codec].encoder, encoder))
      {
        const Choice software = get_software (codec);

        g_message ("%s is not used any more", encoder);
        choices[codec].encoder = software.encoder;
        choices[codec].hardware = FALSE;
        if (software.encoder == NULL)
          choices[codec].decoder = NULL;
      }
  g_mutex_unlock (&lock);
}

const char *
beckon_codec_choice_get_encoder (BeckonCodec codec)
{
  return get (codec).encoder;
}

const char *
beckon_codec_choice_get_decoder (BeckonCodec codec)
{
  return get (codec).decoder;
}

gboolean
beckon_codec_choice_is_hardware (BeckonCodec codec)
{
  return get (codec).hardware;
}

/* ---- settings ---- */

void
beckon_codec_set_up_encoder (GstElement *encoder)
{
  static const struct
  {
    const char *property, *value;
    const char *factory; /* nullable: whoever has that property */
  } settings[] = {
    { "rate-control", "cbr" },
    { "rc-mode", "cbr" },
    { "end-usage", "cbr" },
    { "b-frames", "0" },
    { "bframes", "0" },
    { "zerolatency", "true" },
    { "key-int-max", "1024" },
    { "gop-size", "1024" },
    { "keyframe-period", "1024" },
    { "keyframe-max-dist", "1024" },
    { "target-usage", "7" },
    /* It keeps to its rate: frames are left out rather than queued. */
    { "rate-control", "bitrate", "openh264enc" },
    { "enable-frame-skip", "true", "openh264enc" },
    { "complexity", "low", "openh264enc" },
    { "scene-change-detection", "false", "openh264enc" }, /* a key frame each time */
    { "multi-thread", "1", "openh264enc" },
    { "tune", "zerolatency", "x264enc" },
    { "speed-preset", "ultrafast", "x264enc" },
    { "threads", "1", "x264enc" },
    { "vbv-buf-capacity", "1000", "x264enc" },
  };
  const char *factory = GST_OBJECT_NAME (gst_element_get_factory (encoder));

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].factory == NULL || g_str_equal (settings[i].factory, factory))
      beckon_media_set_if_there (encoder, settings[i].property, settings[i].value);
}

/* Nobody's encoder makes 50 Mbit/s, or 50 kbit/s, unless it is told to. */
static gboolean
counts_bits (GstElement *encoder)
{
  GParamSpec *bitrate = g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), "bitrate");

  return bitrate != NULL && G_IS_PARAM_SPEC_UINT (bitrate) &&
         G_PARAM_SPEC_UINT (bitrate)->default_value >= 50000;
}

void
beckon_codec_set_bitrate (GstElement *encoder, guint bits)
{
  g_autofree char *in_bits = g_strdup_printf ("%u", bits);
  g_autofree char *in_kilobits = g_strdup_printf ("%u", MAX (bits / 1000, 1));
  g_autofree char *controls = g_strdup_printf ("controls,video_bitrate=%u", bits);

  /* libvpx and OpenH264 count bits, x264, VA and NVENC kilobits, and V4L2 has controls of the
   * kernel's. */
  if (!beckon_media_set_if_there (encoder, "target-bitrate", in_bits) &&
      !beckon_media_set_if_there (encoder, "bitrate",
                                  counts_bits (encoder) ? in_bits : in_kilobits))
    beckon_media_set_if_there (encoder, "extra-controls", controls);
}
