/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gst/gst.h>

#include "media-config.h"

G_BEGIN_DECLS

/** beckon_capture_source_new_file: Returns: (transfer floating): a bin that decodes @path in real
 * time; a picture is shown for ever. */
GstElement *beckon_capture_source_new_file (const char *path, gboolean video);

/** beckon_capture_source_new_test: Returns: (transfer floating): the test picture or tone. */
GstElement *beckon_capture_source_new_test (const BeckonMediaConfig *config, gboolean video);

/** beckon_capture_source_new_device: @source: (transfer floating): reads from a camera or a
 * microphone. Returns: (transfer floating): a bin round it. */
GstElement *beckon_capture_source_new_device (GstElement *source, gboolean video);

G_END_DECLS
