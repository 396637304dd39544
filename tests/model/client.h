/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "world.h"

G_BEGIN_DECLS

/* A device, while something happens to it. */
typedef struct
{
  Model *model;
  Device *device;
  guint8 number;
} Client;

void client_start (Client *self);
void client_connect (Client *self);
/** client_disconnect: the connection is gone. */
void client_disconnect (Client *self);
/** client_die: so is all that it knew. */
void client_die (Client *self);
/** client_take: @frame: came from the server */
void client_take (Client *self, const ServerFrame *frame);
/** client_list_acts: adds what its user may do. */
void client_list_acts (Client *self, const Budget *left, GArray *actions);
/** client_act: its user does it. */
void client_act (Client *self, Action action);

/** client_user: Returns: whose device it is. */
guint8 client_user (Model *model, guint8 device);

G_END_DECLS
