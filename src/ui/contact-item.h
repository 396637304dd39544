/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "signaling-service.h"

G_BEGIN_DECLS

#define BECKON_TYPE_CONTACT_ITEM (beckon_contact_item_get_type ())
/**
 * BeckonContactItem:
 *
 * A person in one's contacts, as a list shows them. Properties: id, name (construct-only), presence.
 */
G_DECLARE_FINAL_TYPE (BeckonContactItem, beckon_contact_item, BECKON, CONTACT_ITEM, GObject)

BeckonContactItem *beckon_contact_item_new (const char *id, const char *name,
                                            BeckonPresence presence);
/** beckon_contact_item_new_remembered: whose presence is not known before it is set. */
BeckonContactItem *beckon_contact_item_new_remembered (const char *id, const char *name);

const char *beckon_contact_item_get_id (BeckonContactItem *self);
const char *beckon_contact_item_get_name (BeckonContactItem *self);
/** beckon_contact_item_get_presence: offline where it is not known */
BeckonPresence beckon_contact_item_get_presence (BeckonContactItem *self);
gboolean beckon_contact_item_is_presence_known (BeckonContactItem *self);
void beckon_contact_item_set_presence (BeckonContactItem *self, BeckonPresence presence);

G_END_DECLS
