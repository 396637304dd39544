/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A disk that fails when it is told to, beneath every SQLite file of the program. From any thread.
 */

/** faulty_vfs_install: before the first file is opened. */
void faulty_vfs_install (void);

/** faulty_vfs_fail: after @after more writes to the disk the next @times fail; waiting for the disk
 * counts as one. */
void faulty_vfs_fail (guint after, guint times);

/** faulty_vfs_mend: the disk works. Returns: how often it has failed since faulty_vfs_fail(). */
guint faulty_vfs_mend (void);

G_END_DECLS
