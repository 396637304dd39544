/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store-fixture.h"

G_BEGIN_DECLS

/* What every kind of store does. @prefix: "/KIND"; @factory: outlives the tests */

/** store_conformance_add_tests: of accounts, tokens, contacts and history. */
void store_conformance_add_tests (const char *prefix, const StoreFactory *factory);
/** store_conformance_add_batch_tests: of batches, the record, and a database that fails. */
void store_conformance_add_batch_tests (const char *prefix, const StoreFactory *factory);

G_END_DECLS
