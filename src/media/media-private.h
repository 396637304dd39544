/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of this layer share; nobody else includes it. */

#pragma once

#include <gst/app/app.h>
#include <gst/gst.h>

#include "device-settings-private.h"
#include "media-config.h"
#include "media-peer.h"
#include "media-relay.h"
#include "speaker.h"

G_BEGIN_DECLS

/** BECKON_PICTURE_WIDTH: of pictures whose size nobody has said, as the next two. */
#define BECKON_PICTURE_WIDTH 1280
#define BECKON_PICTURE_HEIGHT 720
#define BECKON_PICTURE_FPS 30

/* The media lines of every connection, in this order; the data channel follows. */
typedef enum
{
  BECKON_LINE_MICROPHONE,
  BECKON_LINE_CAMERA,
  BECKON_LINE_SCREEN,
  BECKON_N_LINES
} BeckonLine;

/* ---- media-hop.c ---- */

typedef void (*BeckonHopFunc) (gpointer object, gpointer data);

/**
 * beckon_media_hop:
 * @object: (type GObject): who it is about; nothing happens if it is gone by then
 * @data: (transfer full) (nullable)
 *
 * The only way from GStreamer's threads to the main context: @func runs there, later, in order.
 */
void beckon_media_hop (gpointer object, BeckonHopFunc func, gpointer data,
                       GDestroyNotify free_data);

/** beckon_media_stop_in_thread: @pipeline: (transfer full): set to NULL and dropped where waiting
 * hurts nobody; @done: (nullable): then called on the main thread. */
void beckon_media_stop_in_thread (GstElement *pipeline, GAsyncReadyCallback done,
                                  gpointer user_data);

/** beckon_media_state_thread_new: a thread on which pipelines with a sound device change their
 * states, one after the other: to open one takes its time, and where the sound server hangs to open
 * and to close one take for ever. */
GThreadPool *beckon_media_state_thread_new (void);
/** beckon_media_state_thread_free: at once; what has been asked for is done nevertheless. */
void beckon_media_state_thread_free (GThreadPool *thread);
/** beckon_media_set_state_in_thread: @state: NULL is for good: what has not been opened yet is not
 * any more */
void
beckon_media_set_state_in_thread (GThreadPool *thread, GstElement *pipeline, GstState state);

/* ---- media-session.c, for the peers ---- */

typedef struct _BeckonMediaSession BeckonMediaSession;
const BeckonMediaConfig *beckon_media_session_get_config (BeckonMediaSession *self);

/* ---- media-peer.c and peer-life.c, for the session ---- */

BeckonMediaPeer *beckon_media_peer_new (const BeckonMediaConfig *config, const char *user,
                                        const char *device, guint generation, gboolean offerer,
                                        const char *record_path);
void beckon_media_peer_set_stun_server (BeckonMediaPeer *self, const char *uri);
void beckon_peer_relay_add (BeckonMediaPeer *self, const BeckonRelay *relay);
/** beckon_media_peer_set_speaker: where they are heard, before the start; else nowhere. */
void beckon_media_peer_set_speaker (BeckonMediaPeer *self, BeckonSpeaker *speaker);
/** beckon_media_peer_start: builds the pipeline, once servers are set; the offerer offers. */
void beckon_media_peer_start (BeckonMediaPeer *self);
/** beckon_media_peer_get_source: (transfer none): where the frames of a line are pushed. */
GstAppSrc *beckon_media_peer_get_source (BeckonMediaPeer *self, BeckonLine line);
/** beckon_media_peer_set_sent_to: whether it gets our frames; the session sees to it. */
void beckon_media_peer_set_sent_to (BeckonMediaPeer *self, gboolean sent_to);
void beckon_media_peer_set_held (BeckonMediaPeer *self, gboolean held);
gboolean beckon_media_peer_is_held (BeckonMediaPeer *self);
gboolean beckon_media_peer_is_sent_to (BeckonMediaPeer *self);
/** beckon_media_peer_has_failed: Returns: whether nothing of @line goes to them any more. */
gboolean beckon_media_peer_has_failed (BeckonMediaPeer *self, BeckonLine line);
void beckon_media_peer_force_key_frame (BeckonMediaPeer *self, BeckonLine line);
/** beckon_media_peer_set_local_state: what we send now; told to the peer. */
void beckon_media_peer_set_local_state (BeckonMediaPeer *self, gboolean microphone, gboolean camera,
                                        gboolean screen);
/** beckon_media_peer_open: what they send is played from now on, and echoed if so configured;
 * before, it is dropped where it comes out of the network. */
void beckon_media_peer_open (BeckonMediaPeer *self);
void beckon_media_peer_close_async (BeckonMediaPeer *self, const char *reason,
                                    GAsyncReadyCallback callback, gpointer user_data);
gboolean beckon_media_peer_close_finish (BeckonMediaPeer *self, GAsyncResult *result,
                                         GError **error);

/* ---- sound.c ---- */

/** beckon_media_use_system_time: the running time of all such pipelines is the same. */
void beckon_media_use_system_time (GstPipeline *pipeline);
/** beckon_media_make_voice_processor: @probe: (nullable): by its name, where what is played passes.
 * Returns: (transfer floating): what does to a voice what is @wanted; GStreamer may lack it. */
GstElement *beckon_media_make_voice_processor (BeckonVoiceProcessing wanted, const char *probe);
/** beckon_media_make_level: Returns: (transfer floating): what tells how loud it is. */
GstElement *beckon_media_make_level (void);
/** beckon_media_read_level: @message: any; FALSE: it tells no level. @level: (out): 0..1;
 * 0 where there is no sound at all, not even that of a quiet room */
gboolean beckon_media_read_level (GstMessage *message, double *level);

/* ---- media-elements.c ---- */

/** beckon_media_make_element: Returns: (transfer floating): an element of a factory that
 * beckon_media_init() has found. */
GstElement *beckon_media_make_element (const char *factory);
/** beckon_media_append: @element: (transfer floating): goes into @pipeline, behind @after (nullable).
 * Returns: (transfer none): @element. */
GstElement *beckon_media_append (GstElement *pipeline, GstElement *after, GstElement *element);
/** BeckonPacketFunc: @packet: (transfer none): on its way through @pad */
typedef void (*BeckonPacketFunc) (gpointer user_data, GstPad *pad, GstBuffer *packet);
/** beckon_media_foreach_packet: @info: of a probe that is called with buffers, and with lists of
 * them */
void beckon_media_foreach_packet (GstPad *pad,
                                  GstPadProbeInfo *info,
                                  BeckonPacketFunc func,
                                  gpointer user_data);
/** beckon_media_first_packet: @info: of the same. Returns: (transfer none) */
GstBuffer *beckon_media_first_packet (GstPadProbeInfo *info);
/** beckon_media_change_packets: @info: of the same; @func: makes writable what it changes */
void
beckon_media_change_packets (GstPadProbeInfo *info, GstBufferListFunc func, gpointer user_data);
/** beckon_media_add_probe: @name: of a pad that @element always has; @user_data: outlives it */
void beckon_media_add_probe (GstElement *element,
                             const char *name,
                             GstPadProbeType type,
                             GstPadProbeCallback callback,
                             gpointer user_data);
/** beckon_media_count_buffers: @counter: atomic, outlives @element: one more for each that leaves it. */
void beckon_media_count_buffers (GstElement *element, gint *counter);
/** beckon_media_foreach_made_by: @func: for each element in @bin, however deep, that @factory has
 * made; for one more than once where others come or go meanwhile. */
void beckon_media_foreach_made_by (GstElement *bin,
                                   const char *factory,
                                   GstIteratorForeachFunction func,
                                   gpointer user_data);
/** beckon_media_skip_beginning: nothing comes to @element that is stamped earlier than @until. */
void beckon_media_skip_beginning (GstElement *element, GstClockTime until);
/** beckon_media_block: @mask: what waits on @pad. Returns: for gst_pad_remove_probe(), which lets it go. */
gulong beckon_media_block (GstPad *pad, GstPadProbeType mask);
/** beckon_media_pad_has: Returns: whether the first of what passes @pad, or may, has @value as @field. */
gboolean beckon_media_pad_has (GstPad *pad, const char *field, const char *value);
/** beckon_media_read_size: Returns: FALSE: no picture has passed @pad, and nothing is set. */
gboolean beckon_media_read_size (GstPad *pad, guint *width, guint *height);
/** beckon_media_ask_for_key_frame: (thread any): @pad: which pictures pass: whoever makes them is to
 * make one that builds on no other. */
void beckon_media_ask_for_key_frame (GstPad *pad);
/** beckon_media_is_key_frame: (thread any): Returns: whether an encoded picture, or what is sent of
 * it, builds on no other. */
gboolean beckon_media_is_key_frame (GstBuffer *buffer);
/** beckon_media_set_if_there: @value: in GStreamer's words. Returns: FALSE: this release of @object has
 * no such property. */
gboolean beckon_media_set_if_there (gpointer object, const char *property, const char *value);

G_END_DECLS
