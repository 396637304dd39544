/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "media-config.h"

G_BEGIN_DECLS

#define BECKON_TYPE_TEST_CALL_VIEW (beckon_test_call_view_get_type ())
/**
 * BeckonTestCallView:
 *
 * What is in the dialog of a test call: one's own picture as it comes out of the decoder, how loud
 * one comes out there, and in words whether camera and microphone work. They are open only while it is
 * to be seen.
 */
G_DECLARE_FINAL_TYPE (BeckonTestCallView, beckon_test_call_view, BECKON, TEST_CALL_VIEW, GtkBox)

/** beckon_test_call_view_new: @media: of calls; copied */
GtkWidget *beckon_test_call_view_new (const BeckonMediaConfig *media);

G_END_DECLS
