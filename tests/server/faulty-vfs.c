/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "faulty-vfs.h"

#include <sqlite3.h>

static guint writes; /* since faulty_vfs_fail() */
static guint first;  /* of them that fails */
static guint n_failing;

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* behind this */
} File;

static sqlite3_vfs faulty;
static sqlite3_vfs *real_vfs;

void
faulty_vfs_fail (guint after, guint times)
{
  g_atomic_int_set (&n_failing, 0);
  g_atomic_int_set (&first, after);
  g_atomic_int_set (&writes, 0);
  g_atomic_int_set (&n_failing, times);
}

guint
faulty_vfs_mend (void)
{
  const guint n_writes = g_atomic_int_get (&writes);
  const guint n_succeeded = MIN (n_writes, g_atomic_int_get (&first));
  const guint n_failed = MIN (n_writes - n_succeeded, g_atomic_int_get (&n_failing));

  g_atomic_int_set (&n_failing, 0);
  return n_failed;
}

static gboolean
fails (void)
{
  const guint number = g_atomic_int_add (&writes, 1);
  const guint after = g_atomic_int_get (&first);

  return number >= after && number - after < g_atomic_int_get (&n_failing);
}

#define REAL(file) (((File *) (file))->real)
#define CALL(file, method, ...) (REAL (file)->pMethods->method (REAL (file), ##__VA_ARGS__))

static int
on_close (sqlite3_file *file)
{
  return CALL (file, xClose);
}

static int
on_read (sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
  return CALL (file, xRead, data, size, offset);
}

static int
on_write (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  return fails () ? SQLITE_FULL : CALL (file, xWrite, data, size, offset);
}

static int
on_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return fails () ? SQLITE_IOERR_TRUNCATE : CALL (file, xTruncate, size);
}

static int
on_sync (sqlite3_file *file, int flags)
{
  return fails () ? SQLITE_IOERR_FSYNC : CALL (file, xSync, flags);
}

static int
on_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return CALL (file, xFileSize, size);
}

static int
on_lock (sqlite3_file *file, int level)
{
  return CALL (file, xLock, level);
}

static int
on_unlock (sqlite3_file *file, int level)
{
  return CALL (file, xUnlock, level);
}

static int
on_check_reserved_lock (sqlite3_file *file, int *is_locked)
{
  return CALL (file, xCheckReservedLock, is_locked);
}

static int
on_file_control (sqlite3_file *file, int op, void *arg)
{
  return CALL (file, xFileControl, op, arg);
}

static int
on_sector_size (sqlite3_file *file)
{
  return CALL (file, xSectorSize);
}

static int
on_device_characteristics (sqlite3_file *file)
{
  return CALL (file, xDeviceCharacteristics);
}

static int
on_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  return CALL (file, xShmMap, page, size, extend, memory);
}

static int
on_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return CALL (file, xShmLock, offset, n, flags);
}

static void
on_shm_barrier (sqlite3_file *file)
{
  CALL (file, xShmBarrier);
}

static int
on_shm_unmap (sqlite3_file *file, int remove)
{
  return CALL (file, xShmUnmap, remove);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = on_close,
  .xRead = on_read,
  .xWrite = on_write,
  .xTruncate = on_truncate,
  .xSync = on_sync,
  .xFileSize = on_file_size,
  .xLock = on_lock,
  .xUnlock = on_unlock,
  .xCheckReservedLock = on_check_reserved_lock,
  .xFileControl = on_file_control,
  .xSectorSize = on_sector_size,
  .xDeviceCharacteristics = on_device_characteristics,
  .xShmMap = on_shm_map,
  .xShmLock = on_shm_lock,
  .xShmBarrier = on_shm_barrier,
  .xShmUnmap = on_shm_unmap,
};

static int
on_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *) file;
  int rc;

  self->real = (sqlite3_file *) (self + 1);
  rc = real_vfs->xOpen (real_vfs, name, self->real, flags, out_flags);
  self->base.pMethods = self->real->pMethods != NULL ? &methods : NULL;
  return rc;
}

void
faulty_vfs_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  g_assert_true (real_vfs != NULL && real_vfs != &faulty);
  faulty = *real_vfs;
  faulty.zName = "faulty";
  faulty.szOsFile = sizeof (File) + real_vfs->szOsFile;
  faulty.xOpen = on_open;
  g_assert_cmpint (sqlite3_vfs_register (&faulty, TRUE), ==, SQLITE_OK);
}
