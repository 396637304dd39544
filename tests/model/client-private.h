/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the client share. */

#pragma once

#include "client.h"
#include "protocol-types.h"

G_BEGIN_DECLS

const char *client_name (const Client *self);

/* client-requests.c */

void client_send (Client *self, const ClientFrame *frame);
/** client_send_request: @number: of a frame; @again: it was sent before, in this session */
void client_send_request (Client *self, guint16 number, gboolean again);
/** client_ask: sent now, or when there is a connection; kept until there is a reply. */
void client_ask (Client *self, ClientFrame frame);
void client_ask_about (Client *self, BeckonMessageType type, guint8 call);
void client_ask_leave (Client *self, guint8 call);
void client_ask_reject (Client *self, guint8 call, BeckonRejectReason reason);
void client_acknowledge (Client *self, gboolean at_once);
/** client_is_done_with: whether our last word about @call is on its way. */
gboolean client_is_done_with (Client *self, guint8 call);
/** client_take_pending: Returns: FALSE: no request with that id waits for its reply. */
gboolean client_take_pending (Client *self, guint16 id, ClientFrame *request);
/** client_forget_requests: and what they would have come to. */
void client_forget_requests (Client *self);
/** client_renew_requests: the session is a new one. */
void client_renew_requests (Client *self);

/* client-call.c */

void client_forget_call (Client *self);
void client_dispatch (Client *self, BeckonCallEvent event);
/** client_end_call: also one that it has asked to join, and is not in yet. */
void client_end_call (Client *self);
gboolean client_is_busy (const Client *self);
void client_ring (Client *self, guint8 call);
void client_handle_event (Client *self, const ServerFrame *event);

/* client-answers.c */

void client_answer (Client *self, const ServerFrame *reply);

G_END_DECLS
