/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "media-config.h"
#include "media-session.h"

G_BEGIN_DECLS

/** BeckonTestCallReport: what came out at the other end. */
typedef struct
{
  double connected_ms;   /* from the start; -1: never */
  double first_audio_ms; /* -1: nothing was heard */
  double first_video_ms; /* -1: nothing was seen */
  double loudest;        /* 0..1: how loud it was at most */
  BeckonStatistics *statistics; /* of the other end */
  GError *problem; /* nullable, and the next: why the two ends did not come together; or else why what
                    * came is not recorded */
  GError *microphone_problem;
  GError *camera_problem;
} BeckonTestCallReport;

void beckon_test_call_report_free (BeckonTestCallReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonTestCallReport, beckon_test_call_report_free)

#define BECKON_TYPE_TEST_CALL (beckon_test_call_get_type ())
/**
 * BeckonTestCall:
 *
 * A call to oneself, in one process and without a server: what microphone and camera give goes through
 * encoder, encryption, a real path and decoder, and is looked at where a peer would. Nothing of it is
 * played, or it would be heard by the microphone again. Main thread.
 */
G_DECLARE_FINAL_TYPE (BeckonTestCall, beckon_test_call, BECKON, TEST_CALL, GObject)

BeckonTestCall *beckon_test_call_new (const BeckonMediaConfig *config);

/** beckon_test_call_get_remote: (transfer none): the other end's view, with its remote-video and its
 * audio-level; until it has run. */
BeckonMediaPeer *beckon_test_call_get_remote (BeckonTestCall *self);

/** beckon_test_call_get_session: (transfer none): this end, with what keeps microphone and camera from
 * being there. */
BeckonMediaSession *beckon_test_call_get_session (BeckonTestCall *self);

/** beckon_test_call_run_async: once. Lasts @seconds, and no longer; 0: until it is stopped. */
void beckon_test_call_run_async (BeckonTestCall *self, guint seconds, GAsyncReadyCallback callback,
                                 gpointer user_data);
/** beckon_test_call_stop: ends it now, if it runs: camera and microphone are let go. */
void beckon_test_call_stop (BeckonTestCall *self);
/** beckon_test_call_run_finish: Returns: (transfer full): also where nothing came. */
BeckonTestCallReport *beckon_test_call_run_finish (BeckonTestCall *self, GAsyncResult *result,
                                                   GError **error);

G_END_DECLS
