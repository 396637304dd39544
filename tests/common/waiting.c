/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "waiting.h"

gboolean
waiting_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}
