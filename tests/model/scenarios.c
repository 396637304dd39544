/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "model"

#include "config.h"

#include "scenarios.h"

#define BIT(action) (1u << ACTION_##action)
#define ANSWERS (BIT (ACCEPT) | BIT (REJECT) | BIT (CANCEL) | BIT (LEAVE))
#define BREAKS (BIT (BREAK) | BIT (CUT) | BIT (SILENCE))
#define CRASHES (BIT (CRASH) | BIT (LATE) | BIT (STOP))

static const Scenario scenarios[] = {
  {
      .name = "two",
      .about = "a calls b",
      .devices = { "a1", "b1" },
      .actions = BIT (INVITE) | ANSWERS | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 1, 1, 0 }, { 1, 1, 0, 2, 0 } },
      .quick = { 1, 1, 1, 0, 0 },
  },
  {
      .name = "glare",
      .about = "a and b call each other",
      .devices = { "a1", "b1" },
      .actions = BIT (INVITE) | ANSWERS | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b", "b1:a" },
      .budgets = { { 2, 2, 1, 0, 0 }, { 2, 2, 0, 0, 1 }, { 2, 1, 0, 1, 0 } },
      .quick = { 2, 1, 0, 0, 0 },
  },
  {
      .name = "devices",
      .about = "a calls b, who has two devices",
      .devices = { "a1", "b1", "b2" },
      .actions = BIT (INVITE) | ANSWERS | BIT (JOIN) | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 0, 1, 0 } },
      .quick = { 1, 1, 0, 0, 0 },
  },
  {
      .name = "caller-devices",
      .about = "a, who has two devices, calls b",
      .devices = { "a1", "a2", "b1" },
      .actions = BIT (INVITE) | ANSWERS | BIT (JOIN) | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b", "a2:b" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 0, 1, 0 } },
      .quick = { 1, 1, 0, 0, 0 },
  },
  {
      .name = "busy",
      .about = "a and c call b",
      .devices = { "a1", "b1", "c1" },
      .actions = BIT (INVITE) | ANSWERS | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b", "c1:b" },
      .budgets = { { 2, 1, 1, 0, 0 }, { 2, 2, 0, 0, 1 }, { 2, 0, 0, 1, 0 } },
      .quick = { 2, 1, 0, 0, 0 },
  },
  {
      .name = "group",
      .about = "a calls b and c",
      .devices = { "a1", "b1", "c1" },
      .actions = BIT (INVITE) | ANSWERS | BIT (END) | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:bc" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 0, 1, 0 } },
      .quick = { 1, 1, 0, 0, 0 },
  },
  {
      .name = "add",
      .about = "a calls b, and either adds c",
      .devices = { "a1", "b1", "c1" },
      .actions = BIT (INVITE) | ANSWERS | BIT (ADD) | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b" },
      .adds = { "a1:c", "b1:c" },
      .budgets = { { 1, 3, 1, 0, 0 }, { 1, 1, 0, 1, 0 } },
      .quick = { 1, 1, 0, 0, 1 },
  },
  {
      .name = "bye",
      .about = "a calls b, and they say goodbye or their applications are killed",
      .devices = { "a1", "b1" },
      .actions = BIT (INVITE) | ANSWERS | BIT (BYE) | BIT (DIE) | BIT (CRASH) | BIT (TICK),
      .invites = { "a1:b" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 1, 1, 0 } },
      .quick = { 1, 1, 0, 0, 0 },
  },
  {
      .name = "signals",
      .about = "a calls b, and what they say goes through the server",
      .devices = { "a1", "b1" },
      .actions = BIT (INVITE) | BIT (ACCEPT) | BIT (SIGNAL) | BIT (BYE) | BREAKS | BIT (CRASH),
      .invites = { "a1:b" },
      .budgets = { { 1, 3, 1, 0, 0 }, { 1, 2, 0, 1, 0 } },
      .quick = { 1, 2, 0, 0, 0 },
  },
  {
      .name = "slow",
      .about = "a calls b, and the store takes its time",
      .devices = { "a1", "b1" },
      .actions = BIT (INVITE) | ANSWERS | BREAKS | CRASHES | BIT (TICK),
      .invites = { "a1:b" },
      .budgets = { { 1, 2, 1, 0, 1 }, { 1, 1, 0, 1, 0 } },
      .quick = { 1, 0, 0, 1, 0 },
      .slow_store = TRUE,
  },
};

const Scenario *
scenarios_get (guint number)
{
  return number < G_N_ELEMENTS (scenarios) ? &scenarios[number] : NULL;
}
