/* SPDX-License-Identifier: GPL-3.0-or-later */

/* load-generator beckon|xmpp|sip PORT MAX [tls]: up to MAX people at a server on loopback, who do
 * what standard input says, a line each, and say on standard output when it is done:
 *
 *   open N      N more connections, ready to sign in
 *   sign-in     whoever is not signed in yet
 *   pairs N     2 N of all people, evenly spread, who have something to say to each other
 *   calls N     N calls of the pairs, from the invitation to the end
 *   join        each pair calls, and stays in the call; hang-up ends that
 *   signals N W N signals within the pairs both ways, W of each person under way */

#include "config.h"

#include "load-generator.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

/* Connections and sign-ins under way: less than any server's backlog. */
#define WINDOW 128
/* Nothing happens for so long: the server has stopped answering. */
#define STALL_MS 10000
/* Nothing happens for so long after the last answer: nothing is left to acknowledge. */
#define QUIET_MS 50
#define CANDIDATE "{\"kind\":\"candidate\",\"generation\":1,\"mline\":0,\"candidate\":\"candidate:"

static const char *command = "starting";

void
fail (const Connection *connection, const char *format, ...)
{
  va_list args;

  fprintf (stderr, "load-generator: %s: ", command);
  if (connection != NULL)
    fprintf (stderr, "user %u: ", connection->index);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

Connection *
peer_of (const Connection *connection)
{
  Pair *pair = connection->pair;

  return connection == pair->caller ? pair->callee : pair->caller;
}

void
has_opened (Load *load, Connection *connection)
{
  connection->state = OPEN;
  load->opened++;
}

void
has_signed_in (Load *load, Connection *connection)
{
  connection->state = READY;
  load->signed_in++;
}

/* Each has their own share to send, so that who is served first is not served more. */
static void
send_next_signal (Load *load, Connection *connection)
{
  if (connection->to_send == 0)
    return;
  connection->to_send--;
  load->dialect->send_signal (load, connection);
}

static void
start_next_call (Load *load, Pair *pair)
{
  if (pair->to_call == 0)
    return;
  pair->to_call--;
  load->dialect->start_call (load, pair);
}

void
has_received (Load *load, Connection *connection)
{
  load->received++;
  send_next_signal (load, peer_of (connection));
}

void
has_finished (Load *load, Pair *pair)
{
  load->finished++;
  start_next_call (load, pair);
}

/* ---- commands ---- */

static void
open_more (Load *load)
{
  while (load->asked < load->to_ask && load->asked - load->opened < WINDOW)
    {
      load->asked++;
      open_one (load);
    }
}

static void
sign_in_more (Load *load)
{
  const unsigned first = load->n_connections - load->to_ask;

  while (load->asked < load->to_ask && load->asked - load->signed_in < WINDOW)
    {
      Connection *connection = &load->connections[first + load->asked++];

      connection->state = SIGNING_IN;
      load->dialect->sign_in (load, connection);
      flush_dirty (load);
    }
}

static void
choose_pairs (Load *load, unsigned n)
{
  const unsigned step = n > 0 ? load->n_connections / (2 * n) * 2 : 0;

  if (n == 0 || step == 0)
    fail (NULL, "%u pairs of %u people", n, load->n_connections);
  for (unsigned i = 0; i < load->n_connections; i++)
    load->connections[i].pair = NULL;
  free (load->pairs);
  load->pairs = calloc (n, sizeof *load->pairs);
  load->n_pairs = n;
  for (unsigned i = 0; i < n; i++)
    {
      load->pairs[i].caller = &load->connections[i * step];
      load->pairs[i].callee = &load->connections[i * step + 1];
      load->pairs[i].caller->pair = load->pairs[i].callee->pair = &load->pairs[i];
    }
}

static void
start_calls (Load *load, unsigned n)
{
  for (unsigned i = 0; i < load->n_pairs; i++)
    load->pairs[i].to_call = n / load->n_pairs + (i < n % load->n_pairs);
  for (unsigned i = 0; i < load->n_pairs; i++)
    {
      start_next_call (load, &load->pairs[i]);
      flush_dirty (load);
    }
}

static void
hang_up (Load *load)
{
  for (unsigned i = 0; i < load->n_pairs; i++)
    {
      load->dialect->hang_up (load, &load->pairs[i]);
      flush_dirty (load);
    }
}

static void
start_signals (Load *load, unsigned n, unsigned window)
{
  const unsigned n_people = 2 * load->n_pairs;

  for (unsigned i = 0; i < n_people * (window + 1); i++)
    {
      Pair *pair = &load->pairs[i / 2 % load->n_pairs];
      Connection *connection = i % 2 == 0 ? pair->caller : pair->callee;

      if (i < n_people)
        connection->to_send = n / n_people + (i < n % n_people);
      else
        send_next_signal (load, connection);
      flush_dirty (load);
    }
}

/* Until @counter is @target, and then until nothing comes any more.
 * Returns: seconds of the first. */
static double
run (Load *load, const uint64_t *counter, uint64_t target, void (*more) (Load *load))
{
  const double start = now ();
  double end;

  while (*counter < target)
    {
      if (more != NULL)
        more (load);
      if (*counter < target && handle_events (load, STALL_MS) == 0)
        fail (NULL, "nothing happens any more after %lu of %lu", *counter, target);
    }
  end = now ();
  while (handle_events (load, QUIET_MS) > 0)
    ;
  if (*counter != target)
    fail (NULL, "%lu instead of %lu", *counter, target);
  return end - start;
}

static double
obey (Load *load, const char *line)
{
  unsigned n, window;
  double seconds;

  load->opened = load->signed_in = load->joined = load->finished = 0;
  load->received = load->replied = load->asked = 0;
  if (sscanf (line, "open %u", &n) == 1)
    return load->to_ask = n, run (load, &load->opened, n, open_more);
  if (strcmp (line, "sign-in") == 0)
    {
      for (load->to_ask = 0; load->to_ask < load->n_connections; load->to_ask++)
        if (load->connections[load->n_connections - load->to_ask - 1].state == READY)
          break;
      return run (load, &load->signed_in, load->to_ask, sign_in_more);
    }
  if (sscanf (line, "pairs %u", &n) == 1)
    return choose_pairs (load, n), 0;
  if (sscanf (line, "calls %u", &n) == 1)
    {
      start_calls (load, n);
      return run (load, &load->finished, n, NULL);
    }
  if (strcmp (line, "join") == 0)
    {
      load->stay = true;
      start_calls (load, load->n_pairs);
      return run (load, &load->joined, load->n_pairs, NULL);
    }
  if (strcmp (line, "hang-up") == 0)
    {
      load->stay = false;
      hang_up (load);
      return run (load, &load->finished, load->n_pairs, NULL);
    }
  if (sscanf (line, "signals %u %u", &n, &window) == 2)
    {
      start_signals (load, n, window);
      seconds = run (load, &load->received, n, NULL);
      if (load->dialect == &beckon_dialect && load->replied != n)
        fail (NULL, "%lu replies to %u signals", load->replied, n);
      return seconds;
    }
  fail (NULL, "there is no such command");
}

/* ---- start ---- */

static void
set_up (Load *load, int argc, char **argv)
{
  const unsigned max = argc > 3 ? strtoul (argv[3], NULL, 10) : 0;
  struct rlimit files;

  if (max == 0)
    fail (NULL, "usage: load-generator beckon|xmpp|sip PORT MAX [tls]");
  load->dialect = strcmp (argv[1], "xmpp") == 0  ? &xmpp_dialect
                  : strcmp (argv[1], "sip") == 0 ? &sip_dialect
                                                 : &beckon_dialect;
  load->port = strtoul (argv[2], NULL, 10);
  load->epoll = epoll_create1 (EPOLL_CLOEXEC);
  load->connections = calloc (max, sizeof *load->connections);
  if (getrlimit (RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < max + 16)
    fail (NULL, "only %lu files may be open (ulimit -n)", files.rlim_cur);
  if (argc > 4)
    {
      load->tls = SSL_CTX_new (TLS_client_method ());
      SSL_CTX_set_mode (load->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
  memset (load->payload, 'x', PAYLOAD_BYTES);
  if (load->dialect == &beckon_dialect)
    {
      memcpy (load->payload, CANDIDATE, strlen (CANDIDATE));
      memcpy (load->payload + PAYLOAD_BYTES - 2, "\"}", 2);
    }
}

int
main (int argc, char **argv)
{
  static Load load;
  char line[100];

  set_up (&load, argc, argv);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      line[strcspn (line, "\n")] = '\0';
      command = line;
      printf ("{\"seconds\":%.6f}\n", obey (&load, line));
      fflush (stdout);
    }
  return 0;
}
