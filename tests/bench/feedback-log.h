/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * FeedbackLog:
 *
 * What a peer reports of our packets, written down for tests/media/test-bandwidth-recorded.c: a
 * line for each feedback, when it came, and of each packet when it was sent, when it arrived by the peer's
 * clock (- where it is lost) and its bytes. Times are in units of 100 microseconds, since the
 * first.
 */
typedef struct _FeedbackLog FeedbackLog;

FeedbackLog *feedback_log_new (const char *path);
void feedback_log_free (FeedbackLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FeedbackLog, feedback_log_free)

/** feedback_log_watch: @pipeline: of a connection; does nothing until its session is there, or when
 * that is watched already. */
void feedback_log_watch (FeedbackLog *self, GstElement *pipeline);

G_END_DECLS
