/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "connection.h"

G_BEGIN_DECLS

/* A BeckonConnection without a network: the test is the client. Link it instead of connection.c. */

BeckonConnection *fake_connection_new (void);
/** fake_connection_receive: a frame of the client arrives. */
void fake_connection_receive (BeckonConnection *self, const char *text, gsize length);
/** fake_connection_break: it is closed, by whomever. */
void fake_connection_break (BeckonConnection *self);
/** fake_connection_take: Returns: (transfer full) (nullable): the next frame that may go out once
 * @committed is written down. */
GBytes *fake_connection_take (BeckonConnection *self, guint64 committed);
/** fake_connection_peek: Returns: (transfer none) (nullable): frame @index of those that have not
 * gone out. */
GBytes *fake_connection_peek (BeckonConnection *self, guint index, guint64 *barrier);
/** fake_connection_get_code: Returns: with which it was closed from this side; 0: it was not. */
guint16 fake_connection_get_code (BeckonConnection *self);
/** fake_connection_get_user_data: Returns: (nullable): of whoever listens. */
gpointer fake_connection_get_user_data (BeckonConnection *self);

G_END_DECLS
