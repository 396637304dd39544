/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What goes wrong below a server: loaded into one with LD_PRELOAD.
 *
 *   BECKON_KILL_AT=N        the N-th step – a call that changes a file, or tells somebody something
 * – is not done any more: the process is killed, as with kill -9 BECKON_KILL_HALF=1      half of
 * that step is done BECKON_DISK_FULL=FILE   while there is a FILE, the database's files take
 * nothing */

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long steps;
static long kill_at; /* 0: never */
static int half;
static const char *disk_full;

__attribute__ ((constructor)) static void
read_environment (void)
{
  const char *at = getenv ("BECKON_KILL_AT");

  kill_at = at != NULL ? atol (at) : 0;
  half = getenv ("BECKON_KILL_HALF") != NULL;
  disk_full = getenv ("BECKON_DISK_FULL");
}

static int
is_last_step (void)
{
  return atomic_fetch_add (&steps, 1) + 1 == kill_at;
}

static void
die (void)
{
  kill (getpid (), SIGKILL);
  for (;;)
    pause ();
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t length, off64_t offset)
{
  static ssize_t (*next) (int, const void *, size_t, off64_t);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "pwrite64");
  if (disk_full != NULL && access (disk_full, F_OK) == 0)
    {
      errno = ENOSPC;
      return -1;
    }
  if (is_last_step ())
    {
      if (half)
        next (fd, bytes, length / 2, offset);
      die ();
    }
  return next (fd, bytes, length, offset);
}

int
ftruncate64 (int fd, off64_t length)
{
  static int (*next) (int, off64_t);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "ftruncate64");
  if (is_last_step ())
    die ();
  return next (fd, length);
}

ssize_t
send (int fd, const void *bytes, size_t length, int flags)
{
  static ssize_t (*next) (int, const void *, size_t, int);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "send");
  if (is_last_step ())
    {
      if (half)
        next (fd, bytes, length / 2, flags);
      die ();
    }
  return next (fd, bytes, length, flags);
}

ssize_t
writev (int fd, const struct iovec *vector, int count)
{
  static ssize_t (*next) (int, const struct iovec *, int);

  if (next == NULL)
    next = dlsym (RTLD_NEXT, "writev");
  if (is_last_step ())
    {
      if (half && count > 0)
        {
          struct iovec part = { vector[0].iov_base, vector[0].iov_len / 2 };

          next (fd, &part, 1);
        }
      die ();
    }
  return next (fd, vector, count);
}
