/* SPDX-License-Identifier: GPL-3.0-or-later */

/* link: two network namespaces, A and B, and a bad network between them.
 *
 * Kernels of test machines often have no netem. So each namespace has a TUN device, and what is
 * sent into the one comes out of the other as the conditions say: rate and queue first, as a thin
 * line would have it, then delay and jitter. Loss meets UDP only, so that a test measures media and
 * not TCP.
 *
 * The first line of standard output is a JSON object that says where the namespaces are; they live
 * as long as somebody is in them. Lines of standard input change the conditions, each answered by
 * "done", or are "stats", answered by a JSON object. Its end ends the program. A line is
 *   [a|b] NAME VALUE [VALUE]      of what A or B sends; without it, of both
 *   seed NUMBER                   what the dice begin with (1)
 *   loss PERCENT
 *   burst PERCENT LENGTH          loss of so many percent, in bursts of LENGTH packets on average
 *   delay MS, jitter MS           one way; jitter is added to it, up to MS
 *   reorder 0|1                   whether a packet with less jitter overtakes one with more
 *   rate KBPS, queue MS           0: as fast as the machine; what would wait longer is dropped
 * Exits with 77 where such namespaces cannot be made. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CANNOT 77
#define MTU 1500
#define WAITING_MAX 8192
#define PROTOCOL_OFFSET 9
#define PROTOCOL_UDP 17
#define MS 1000.0 /* of the monotonic clock's microseconds */

typedef struct
{
  double due; /* microseconds */
  int size;
  guint8 bytes[MTU];
} Packet;

typedef struct
{
  int in, out; /* TUN devices */
  double loss; /* 0..1 */
  double burst_begins, burst_ends;
  double delay, jitter, queue; /* microseconds */
  gboolean reorder;
  double rate; /* bits a microsecond; 0: without a limit */

  gboolean in_burst;
  double busy_until;
  GQueue packets; /* Packet, by due */
  guint64 n_sent, n_lost, n_dropped, n_bytes;
  double longest_wait, waited; /* in the queue, since the last look */
  guint64 n_waited;
} Direction;

static void cannot (const char *what) G_GNUC_NORETURN;

static void
cannot (const char *what)
{
  fprintf (stderr, "%s: %s\n", what, g_strerror (errno));
  exit (CANNOT);
}

/* ---- namespaces ---- */

static gboolean
write_file (const char *path, const char *text)
{
  const int fd = open (path, O_WRONLY);
  const gboolean written = fd >= 0 && write (fd, text, strlen (text)) > 0;

  if (fd >= 0)
    close (fd);
  return written;
}

/* Who is not root is root in a namespace of their own. */
static void
become_root (void)
{
  g_autofree char *uid = g_strdup_printf ("0 %u 1", getuid ());
  g_autofree char *gid = g_strdup_printf ("0 %u 1", getgid ());

  if (unshare (CLONE_NEWUSER) < 0)
    cannot ("A user namespace");
  if (!write_file ("/proc/self/setgroups", "deny") || !write_file ("/proc/self/uid_map", uid) ||
      !write_file ("/proc/self/gid_map", gid))
    cannot ("The users of a namespace");
}

static void
set_address (int s, struct ifreq *request, unsigned long what, const char *address)
{
  struct sockaddr_in *in = (struct sockaddr_in *) &request->ifr_addr;

  memset (in, 0, sizeof *in);
  in->sin_family = AF_INET;
  inet_pton (AF_INET, address, &in->sin_addr);
  if (ioctl (s, what, request) < 0)
    cannot ("The address of a TUN device");
}

static void
bring_up (int s, struct ifreq *request)
{
  request->ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl (s, SIOCSIFFLAGS, request) < 0)
    cannot ("Bringing up a network device");
}

/* GNetworkMonitor knows a network by its default route. */
static void
add_default_route (int s, struct ifreq *request)
{
  struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = request->ifr_name };

  route.rt_dst.sa_family = route.rt_genmask.sa_family = AF_INET;
  if (ioctl (s, SIOCADDRT, &route) < 0)
    cannot ("A default route");
}

/* Makes a network namespace, and stays in it. Returns: its TUN device. */
static int
make_network (const char *address, int *network)
{
  struct ifreq request = { .ifr_name = "lo" };
  int s, tun;

  if (unshare (CLONE_NEWNET) < 0)
    cannot ("A network namespace");
  *network = open ("/proc/self/ns/net", O_RDONLY);
  /* One family is enough for a test, and quieter. */
  write_file ("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  write_file ("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  s = socket (AF_INET, SOCK_DGRAM, 0);
  bring_up (s, &request);

  tun = open ("/dev/net/tun", O_RDWR | O_NONBLOCK);
  request = (struct ifreq){ .ifr_name = "tun0", .ifr_flags = IFF_TUN | IFF_NO_PI };
  if (tun < 0 || ioctl (tun, TUNSETIFF, &request) < 0)
    cannot ("A TUN device");
  request.ifr_qlen = WAITING_MAX;
  ioctl (s, SIOCSIFTXQLEN, &request); /* so that all that is dropped is dropped here */
  set_address (s, &request, SIOCSIFADDR, address);
  set_address (s, &request, SIOCSIFNETMASK, "255.255.255.0");
  bring_up (s, &request);
  add_default_route (s, &request);
  close (s);
  return tun;
}

/* ---- packets ---- */

static gboolean
with_chance (double chance)
{
  return chance > 0 && drand48 () < chance;
}

static gboolean
is_lost (Direction *self, const Packet *packet)
{
  if (packet->bytes[PROTOCOL_OFFSET] != PROTOCOL_UDP)
    return FALSE;
  if (with_chance (self->in_burst ? self->burst_ends : self->burst_begins))
    self->in_burst = !self->in_burst;
  return self->in_burst || with_chance (self->loss);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  return ((const Packet *) a)->due < ((const Packet *) b)->due ? -1 : 1;
}

/* Returns: FALSE if it would wait too long, or too much waits. */
static gboolean
enqueue (Direction *self, Packet *packet, double now)
{
  double leaves = MAX (self->busy_until, now);
  const Packet *last = g_queue_peek_tail (&self->packets);

  if (g_queue_get_length (&self->packets) >= WAITING_MAX)
    return FALSE;
  if (self->rate > 0)
    {
      if (leaves - now > self->queue)
        return FALSE;
      self->longest_wait = MAX (self->longest_wait, leaves - now);
      self->waited += leaves - now;
      self->n_waited++;
      leaves += packet->size * 8 / self->rate;
      self->busy_until = leaves;
    }
  packet->due = leaves + self->delay + self->jitter * drand48 ();
  if (last != NULL && packet->due < last->due && !self->reorder)
    packet->due = last->due;
  if (last == NULL || packet->due >= last->due)
    g_queue_push_tail (&self->packets, packet);
  else
    g_queue_insert_sorted (&self->packets, packet, compare, NULL);
  return TRUE;
}

static void
take_in (Direction *self)
{
  Packet *packet = g_new (Packet, 1);

  while ((packet->size = read (self->in, packet->bytes, MTU)) > PROTOCOL_OFFSET)
    {
      self->n_sent++;
      if (is_lost (self, packet))
        self->n_lost++;
      else if (!enqueue (self, packet, g_get_monotonic_time ()))
        self->n_dropped++;
      else
        packet = g_new (Packet, 1);
    }
  g_free (packet);
}

/* Returns: the microseconds until the next one is due, at most @most. */
static double
give_out (Direction *self, double most)
{
  Packet *packet;

  while ((packet = g_queue_peek_head (&self->packets)) != NULL)
    {
      const double wait = packet->due - g_get_monotonic_time ();

      if (wait > 0)
        return MIN (wait, most);
      /* A device whose reader is behind drops as any other does. */
      if (write (self->out, packet->bytes, packet->size) == packet->size)
        self->n_bytes += packet->size;
      g_free (g_queue_pop_head (&self->packets));
    }
  return most;
}

/* ---- commands ---- */

static gboolean
set_condition (Direction *self, const char *name, double a, double b)
{
  if (g_str_equal (name, "loss"))
    self->loss = a / 100;
  else if (g_str_equal (name, "burst"))
    {
      self->in_burst = FALSE;
      self->burst_ends = b > 0 ? 1 / b : 1;
      self->burst_begins = a < 100 ? self->burst_ends * a / (100 - a) : 1;
    }
  else if (g_str_equal (name, "delay"))
    self->delay = a * MS;
  else if (g_str_equal (name, "jitter"))
    self->jitter = a * MS;
  else if (g_str_equal (name, "reorder"))
    self->reorder = a != 0;
  else if (g_str_equal (name, "rate"))
    {
      self->rate = a / MS;
      self->busy_until = 0;
    }
  else if (g_str_equal (name, "queue"))
    self->queue = a * MS;
  else
    return FALSE;
  return TRUE;
}

static void
print_stats (Direction *directions)
{
  for (guint i = 0; i < 2; i++)
    {
      Direction *d = &directions[i];

      printf ("%s\"%c\": {\"sent\": %" G_GUINT64_FORMAT ", \"lost\": %" G_GUINT64_FORMAT
              ", \"dropped\": %" G_GUINT64_FORMAT ", \"bytes\": %" G_GUINT64_FORMAT
              ", \"longest_wait_ms\": %.1f, \"mean_wait_ms\": %.1f}",
              i == 0 ? "{" : ", ", 'a' + i, d->n_sent, d->n_lost, d->n_dropped, d->n_bytes,
              d->longest_wait / MS, d->waited / MAX (d->n_waited, 1) / MS);
      d->longest_wait = d->waited = 0;
      d->n_waited = 0;
    }
  puts ("}");
}

static void
obey (Direction *directions, const char *line)
{
  const gboolean one = line[0] != '\0' && line[1] == ' ' && (line[0] == 'a' || line[0] == 'b');
  char name[16];
  double a = 0, b = 0;
  const int n = sscanf (one ? line + 2 : line, "%15s %lf %lf", name, &a, &b);
  gboolean known = n >= 2;

  if (n >= 1 && g_str_equal (name, "stats"))
    {
      print_stats (directions);
      return;
    }
  if (known && g_str_equal (name, "seed"))
    srand48 (a);
  else
    for (guint i = 0; known && i < 2; i++)
      if (!one || line[0] == 'a' + i)
        known = set_condition (&directions[i], name, a, b);
  puts (known ? "done" : "unknown");
}

/* Returns: FALSE at the end of standard input. */
static gboolean
read_commands (Direction *directions, GString *input)
{
  char bytes[1024];
  const ssize_t n = read (STDIN_FILENO, bytes, sizeof bytes);
  char *end;

  if (n <= 0)
    return n < 0 && (errno == EAGAIN || errno == EINTR);
  g_string_append_len (input, bytes, n);
  while ((end = strchr (input->str, '\n')) != NULL)
    {
      *end = '\0';
      obey (directions, input->str);
      g_string_erase (input, 0, end + 1 - input->str);
    }
  fflush (stdout);
  return TRUE;
}

static void
carry (Direction *directions)
{
  g_autoptr (GString) input = g_string_new (NULL);
  struct pollfd polled[] = { { directions[0].in, POLLIN },
                             { directions[1].in, POLLIN },
                             { STDIN_FILENO, POLLIN } };

  while (TRUE)
    {
      const double wait = give_out (&directions[1], give_out (&directions[0], G_USEC_PER_SEC));
      const struct timespec time = { wait / G_USEC_PER_SEC,
                                     ((gint64) wait % G_USEC_PER_SEC) * 1000 };

      if (ppoll (polled, G_N_ELEMENTS (polled), &time, NULL) < 0 && errno != EINTR)
        g_error ("ppoll: %s", g_strerror (errno));
      take_in (&directions[0]);
      take_in (&directions[1]);
      if (polled[2].revents != 0 && !read_commands (directions, input))
        return;
    }
}

int
main (int argc, char **argv)
{
  const gboolean user = geteuid () != 0;
  Direction directions[2] = { 0 };
  int networks[2];

  srand48 (1);
  if (user)
    become_root ();
  directions[0].in = directions[1].out = make_network ("10.9.0.1", &networks[0]);
  directions[1].in = directions[0].out = make_network ("10.9.0.2", &networks[1]);
  for (guint i = 0; i < 2; i++)
    {
      g_queue_init (&directions[i].packets);
      directions[i].queue = G_USEC_PER_SEC;
    }
  g_unix_set_fd_nonblocking (STDIN_FILENO, TRUE, NULL);
  printf ("{\"a\": \"/proc/%1$d/fd/%2$d\", \"b\": \"/proc/%1$d/fd/%3$d\", \"user\": %4$s}\n",
          getpid (), networks[0], networks[1], user ? "true" : "false");
  fflush (stdout);
  carry (directions);
  for (guint i = 0; i < 2; i++)
    g_queue_clear_full (&directions[i].packets, g_free);
  return 0;
}
