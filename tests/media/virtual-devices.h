/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "device-list.h"
#include "waiting.h"

/** VirtualCamera: a camera of PipeWire that shows the test picture of @identity. */
typedef struct _VirtualCamera VirtualCamera;
VirtualCamera *virtual_camera_plug (const char *identity, const char *node,
                                    const char *description);
void virtual_camera_unplug (VirtualCamera *camera);

/** VirtualHeadset: a speaker and a microphone that hears what it plays: nodes @name.out and
 * @name.in, “@description Speaker” and “@description Microphone”. */
typedef struct _VirtualHeadset VirtualHeadset;
VirtualHeadset *virtual_headset_plug (const char *name, const char *description);
void virtual_headset_unplug (VirtualHeadset *headset);

/** VirtualTone: a sine wave played on a node, or with "" where the desktop says. */
typedef struct _VirtualTone VirtualTone;
VirtualTone *virtual_tone_start (const char *node, double frequency);
/** virtual_beeps_start: a tenth of a second of it each second */
VirtualTone *virtual_beeps_start (const char *node);
void virtual_tone_stop (VirtualTone *tone);

/** VirtualEar: hears what comes out of a microphone's node, or with "" of that which the desktop says. */
typedef struct _VirtualEar VirtualEar;
VirtualEar *virtual_ear_new (const char *node);
/** virtual_ear_add: (thread any): takes what was heard elsewhere: S16, mono, 48 kHz */
void virtual_ear_add (VirtualEar *ear, GstBuffer *buffer);
/** virtual_ear_listen: @sink: an appsink: the ear, which outlives it, hears all that comes there. */
void virtual_ear_listen (VirtualEar *ear, GstElement *sink);
/** virtual_ear_hears: how much of full scale is a tone of @frequency, in the last 100 ms */
double virtual_ear_hears (VirtualEar *ear, double frequency);
/** virtual_ear_loudness: the mean power of the last @ms in dB of full scale */
double virtual_ear_loudness (VirtualEar *ear, guint ms);
/** virtual_ear_range: of the last second, of a sound that is loud and quiet in turn: how loud either is,
 * in dB of full scale. Returns: FALSE while less has been heard */
gboolean virtual_ear_range (VirtualEar *ear, double *quiet, double *loud);
/** virtual_ear_distance: between the beginnings of the last two sounds, in ms; -1: there were no two */
double virtual_ear_distance (VirtualEar *ear);
/** virtual_ear_heard_at: when the last sound began, by the monotonic clock in µs; -1: there was
 * none */
gint64 virtual_ear_heard_at (VirtualEar *ear);
guint64 virtual_ear_count (VirtualEar *ear);
void virtual_ear_free (VirtualEar *ear);

/* ---- the sound server ---- */

/** virtual_server_kill: what speaks PulseAudio; the devices are still there. */
void virtual_server_kill (void);
/** virtual_server_start: waits until it answers. */
void virtual_server_start (void);
/** virtual_server_hang: it answers nobody, until virtual_server_go_on (), or 20 s later. */
void virtual_server_hang (void);
/** virtual_server_hangs: Returns: FALSE also if somebody waited so long that it was let go on. */
gboolean virtual_server_hangs (void);
void virtual_server_go_on (void);

/* ---- lists ---- */

/** virtual_device_wait: until all who tell of devices have @id, or none has. */
void virtual_device_wait (BeckonDeviceList *list, BeckonDeviceKind kind, const char *id,
                          gboolean there);
/** virtual_headset_wait: as that: both devices of a headset. */
void virtual_headset_wait (BeckonDeviceList *list, const char *name, gboolean there);
/** virtual_list_finalize: @list: (transfer full): of devices, that nobody else uses any more */
void virtual_list_finalize (BeckonDeviceList *list);

/* ---- waiting ---- */

/* A stream that the sound server forgets is given up after 30 s, and tried once more. */
#define VIRTUAL_LIMIT_SECONDS 90
#define wait_until(condition) wait_at_most (VIRTUAL_LIMIT_SECONDS, condition)
