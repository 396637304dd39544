/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "accounts.h"

G_BEGIN_DECLS

BeckonAccounts *fake_accounts_new (void);

G_END_DECLS
