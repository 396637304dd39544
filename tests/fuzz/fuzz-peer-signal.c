/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as the payload of a signal. What is taken is within its limits and comes back as it was. */

#include "config.h"

#include "json-parse.h"
#include "peer-signal.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_limits (const BeckonPeerSignal *signal)
{
  g_assert (signal->generation >= 1);
  g_assert (signal->mline <= BECKON_MLINE_MAX);
  if (signal->kind == BECKON_PEER_SIGNAL_DESCRIPTION)
    g_assert (*signal->sdp != '\0' && strlen (signal->sdp) <= BECKON_SDP_MAX);
  if (signal->kind == BECKON_PEER_SIGNAL_CANDIDATE)
    g_assert (strlen (signal->candidate) <= BECKON_CANDIDATE_MAX &&
              strpbrk (signal->candidate, "\r\n") == NULL);
  if (signal->reason != NULL)
    g_assert (strlen (signal->reason) <= BECKON_BYE_REASON_MAX);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = beckon_json_parse ((const char *) data, size, NULL);
  g_autoptr (BeckonPeerSignal) signal = NULL;
  g_autoptr (BeckonPeerSignal) copy = NULL;
  g_autoptr (BeckonPeerSignal) again = NULL;
  g_autoptr (JsonObject) written = NULL;

  if (object == NULL)
    return 0;
  signal = beckon_peer_signal_from_json (object, &error);
  g_assert ((signal == NULL) == (error != NULL));
  if (signal == NULL)
    return 0;
  check_limits (signal);
  copy = beckon_peer_signal_copy (signal);
  written = beckon_peer_signal_to_json (copy);
  again = beckon_peer_signal_from_json (written, NULL);
  g_assert (again != NULL && again->kind == signal->kind && again->mline == signal->mline);
  g_assert_cmpuint (again->generation, ==, signal->generation);
  g_assert_cmpstr (again->sdp, ==, signal->sdp);
  g_assert_cmpstr (again->candidate, ==, signal->candidate);
  g_assert_cmpstr (again->reason, ==, signal->reason);
  return 0;
}
