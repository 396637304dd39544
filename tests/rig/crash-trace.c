/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loaded into the application under test, and part of the tests in C: says where it was when it
 * crashed. On machines where nobody can look at a core this is all there will ever be to see of a
 * crash of once in a thousand. */

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FRAMES 64

static void
on_crash (int number)
{
  void *frames[FRAMES];
  char thread[32] = "", line[96];
  int length;

  prctl (PR_GET_NAME, thread);
  length = snprintf (line, sizeof line, "crash-trace: signal %d on the thread %s\n", number, thread);
  if (write (STDERR_FILENO, line, length) == length)
    backtrace_symbols_fd (frames, backtrace (frames, FRAMES), STDERR_FILENO);
  raise (number); /* the handler is gone: now it ends as it would have */
}

__attribute__ ((constructor)) static void
watch (void)
{
  static const int numbers[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP };
  struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER };
  void *first[1];

  backtrace (first, 1); /* loads what it needs while there is no crash yet */
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
    sigaction (numbers[i], &action, NULL);
}
