/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "world.h"

G_BEGIN_DECLS

/** scenarios_get: Returns: (nullable): the one with that number, from 0; %NULL: there are no more.
 */
const Scenario *scenarios_get (guint number);

G_END_DECLS
