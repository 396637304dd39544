/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "traces.h"

static const Trace traces[] = {
  { "a call that rings is read from the record", "two", "a1:invite:b a1:send crash" },
  { "a hello that comes after a newer connection's does not take over", "two",
    "crash a1:notice a1:connect a1:break a1:connect a1:send a1:old" },
  { "who was let go learns it, though they have not heard of the call yet", "two",
    "a1:invite:b a1:break a1:connect a1:old a1:old tick" },
  { "who is rung learns who else is, and is not alone when the caller is lost", "add",
    "a1:invite:b a1:send a1:read a1:add:c a1:send a1:silence a1:read a1:notice a1:connect "
    "b1:read b1:accept b1:send b1:send tick" },
  { "what is acknowledged of an older invitation is nothing of the present one", "add",
    "a1:invite:b a1:send a1:read a1:add:c a1:send a1:read b1:read b1:accept b1:send b1:send tick "
    "a1:read a1:read a1:add:c a1:send c1:read c1:send" },
};

const Trace *
traces_get (guint number)
{
  return number < G_N_ELEMENTS (traces) ? &traces[number] : NULL;
}
