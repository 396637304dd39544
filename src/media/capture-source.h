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

/** beckon_capture_source_new_device: (thread any): looks for a camera or a microphone. Returns:
 * (transfer full) (nullable): a bin round it; %NULL: there is none. */
GstElement *beckon_capture_source_new_device (gboolean video);

G_END_DECLS
