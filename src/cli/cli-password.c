/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-cli"

#include "config.h"

#include "cli-password.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

/* What a handler can reach: the number of the signal, or 0. */
static volatile sig_atomic_t caught;

static void
on_signal (int number)
{
  caught = number;
}

static char *
read_line (void)
{
  g_autofree char *line = NULL;
  size_t size = 0;

  setvbuf (stdin, NULL, _IONBF, 0); /* what comes behind it are commands */
  return getline (&line, &size, stdin) >= 0 ? g_steal_pointer (&line) : NULL;
}

/* What the signals did before, and which were blocked. */
typedef struct
{
  struct sigaction actions[G_N_ELEMENTS (ending)];
  sigset_t mask;
} Before;

/* From now on they are only noticed, and not before they are let in. */
static void
hold_signals (Before *before)
{
  struct sigaction action = { .sa_handler = on_signal }; /* and no system call is begun again */
  sigset_t set;

  caught = 0;
  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (ending); i++)
    sigaddset (&set, ending[i]);
  sigprocmask (SIG_BLOCK, &set, &before->mask);
  for (guint i = 0; i < G_N_ELEMENTS (ending); i++)
    {
      sigaction (ending[i], NULL, &before->actions[i]);
      if (before->actions[i].sa_handler != SIG_IGN)
        sigaction (ending[i], &action, NULL);
    }
}

static void
release_signals (const Before *before)
{
  for (guint i = 0; i < G_N_ELEMENTS (ending); i++)
    sigaction (ending[i], &before->actions[i], NULL);
}

/* Returns: (transfer full) (nullable): what was typed, if none of the signals came before its end. */
static char *
read_hidden (const struct termios *shown)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  struct termios hidden = *shown;
  g_autofree char *line = NULL;
  Before before;

  hold_signals (&before);
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  g_printerr ("Password: ");
  ppoll (&input, 1, NULL, &before.mask);
  sigprocmask (SIG_SETMASK, &before.mask, NULL);
  if (caught == 0)
    line = read_line ();
  tcsetattr (STDIN_FILENO, TCSAFLUSH, shown);
  g_printerr ("\n");
  release_signals (&before);
  return caught == 0 ? g_steal_pointer (&line) : NULL;
}

char *
beckon_cli_ask_password (void)
{
  struct termios shown;
  char *line;

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &shown) != 0)
    return read_line ();
  do
    {
      line = read_hidden (&shown);
      if (caught != 0)
        raise (caught); /* which does what it would have done; one that was stopped goes on */
    }
  while (caught == SIGTSTP);
  return line;
}
