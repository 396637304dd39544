/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "device-settings.h"

G_BEGIN_DECLS

/** BeckonSource: where what we send comes from. */
typedef enum
{
  BECKON_SOURCE_NONE,   /* nothing is sent */
  BECKON_SOURCE_DEVICE, /* the machine's camera or microphone */
  BECKON_SOURCE_TEST,   /* a moving picture with a readable frame counter; a tone */
  BECKON_SOURCE_FILE,   /* anything GStreamer decodes, looped, in real time */
  BECKON_SOURCE_ECHO,   /* what the peer sends */
  BECKON_SOURCE_DEVICE_OR_TEST, /* the device if there is one, else the file if one is named,
                                 * else the test source */
} BeckonSource;

typedef enum
{
  BECKON_OUTPUT_DEVICE, /* the machine's speaker */
  BECKON_OUTPUT_NONE,   /* decoded in real time, not heard */
} BeckonOutput;

/** BeckonEstimator: who says how much the path to a peer carries. */
typedef enum
{
  BECKON_ESTIMATOR_OWN,
  BECKON_ESTIMATOR_GCC, /* the element `rtpgccbwe` where the runtime has it, else our own */
} BeckonEstimator;

/**
 * BeckonMediaConfig:
 *
 * What a media session takes from and gives to. Plain data; a session copies it.
 */
typedef struct
{
  BeckonSource video;
  char *video_file;   /* FILE, DEVICE_OR_TEST */
  BeckonSource audio;
  char *audio_file;
  BeckonSource screen; /* DEVICE: what the desktop hands out, TEST, FILE, NONE */
  char *screen_file;   /* FILE */
  char *screen_node;   /* DEVICE: name of a PipeWire node that is shared without asking the desktop;
                          or NULL */
  BeckonOutput audio_output;
  char *identity;     /* of the test sources: pattern, colour and tone are derived from it */
  char *video_sink;   /* factory name of the element that shows a picture; it must have a
                       * "paintable" property if somebody looks; NULL: pictures are decoded and dropped */
  char *record_path;  /* Matroska file of what the peers sent, as it was received; or NULL */
  BeckonDeviceSettings *devices; /* nullable: each session takes the default ones */
  guint video_width;  /* of all pictures but a screen's, at most; of TEST exactly. 0: 1280x720 at 30,
                         or 1920x1080 of a camera or file where there are eight processors */
  guint video_height;
  guint video_fps;
  guint bandwidth; /* kbit/s that are sent to each peer at most; 0: what the path to them carries */
  BeckonEstimator estimator;
  gboolean relay_only;   /* only over relays: nobody learns our address but them */
  char *relay_authority; /* file (PEM) of who vouches for relays over TLS; NULL: whom the system trusts */
} BeckonMediaConfig;

BeckonMediaConfig *beckon_media_config_new (void);
BeckonMediaConfig *beckon_media_config_copy (const BeckonMediaConfig *self);
void beckon_media_config_free (BeckonMediaConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonMediaConfig, beckon_media_config_free)

/** beckon_media_config_set_estimator: @name: as statistics have it: “beckon”, “rtpgccbwe”. Returns:
 * FALSE: there is none of that name, and nothing has changed. */
gboolean beckon_media_config_set_estimator (BeckonMediaConfig *self, const char *name);

/** beckon_media_test_frequency: Returns: the tone in Hz of the test source of @identity; alice has
 * 440, bob 660, everybody else something between 300 and 1200 derived from the letters. */
double beckon_media_test_frequency (const char *identity);

/** beckon_media_test_color: Returns: 0xRRGGBB, the ground of @identity's test picture. */
guint32 beckon_media_test_color (const char *identity);

G_END_DECLS
