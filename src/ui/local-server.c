/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "local-server.h"

#include "weak-ref.h"

#include <glib/gi18n.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>

#define PROGRAM "beckon-server"
#define USUAL_PORT 7300
/* One of before that still writes down what it has to gives the port back within this. */
#define TRIES 8
#define RETRY_MS 700
#define ADDRESSES_MAX 3
/* The networks at home, and of a link without any. */
#define HOME_NETWORKS "10.0.0.0/8;172.16.0.0/12;192.168.0.0/16;169.254.0.0/16;fd00::/8;fe80::/10"

struct _BeckonLocalServer
{
  GObject parent_instance;

  /* Owned */
  char *directory;
  GSubprocess *process; /* nullable */

  GTask *starting; /* nullable, borrowed: the start that is under way */
  guint port;
  guint stops; /* what began before one is over with it */
};

G_DEFINE_FINAL_TYPE (BeckonLocalServer, beckon_local_server, G_TYPE_OBJECT)

typedef enum
{
  PROP_PORT = 1,
  N_PROPS
} BeckonLocalServerProperty;

static GParamSpec *properties[N_PROPS];

/* One start, with all its tries. */
typedef struct
{
  guint wanted; /* 0: any */
  guint tries;
  guint stops;
  GDataInputStream *words; /* of the process */
  guint retry_source;
} Start;

static void
start_free (Start *start)
{
  g_clear_handle_id (&start->retry_source, g_source_remove);
  g_clear_object (&start->words);
  g_free (start);
}

static void
set_port (BeckonLocalServer *self, guint port)
{
  if (self->port == port)
    return;
  self->port = port;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
}

/* ---- networks ---- */

static GInetAddress *
read_address (const struct sockaddr *address)
{
  if (address == NULL || address->sa_family != AF_INET)
    return NULL;
  return g_inet_address_new_from_bytes (
      (const guint8 *) &((const struct sockaddr_in *) (const void *) address)->sin_addr,
      G_SOCKET_FAMILY_IPV4);
}

/* Of a network that the server takes others from. */
static gboolean
is_of_use (GInetAddress *address, const struct ifaddrs *of)
{
  return address != NULL && (of->ifa_flags & IFF_UP) != 0 && (of->ifa_flags & IFF_RUNNING) != 0 &&
         g_inet_address_get_is_site_local (address);
}

GStrv
beckon_local_server_list_addresses (guint port)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();
  struct ifaddrs *all = NULL;
  guint n = 0;

  if (getifaddrs (&all) != 0)
    all = NULL;
  for (const struct ifaddrs *each = all; each != NULL && n < ADDRESSES_MAX; each = each->ifa_next)
    {
      g_autoptr (GInetAddress) address = read_address (each->ifa_addr);
      g_autofree char *text = NULL;
      g_autofree char *url = NULL;

      if (!is_of_use (address, each))
        continue;
      text = g_inet_address_to_string (address);
      url = g_strdup_printf ("http://%s:%u", text, port);
      g_strv_builder_add (urls, url);
      n++;
    }
  g_clear_pointer (&all, freeifaddrs);
  return g_strv_builder_end (urls);
}

char *
beckon_local_server_get_url (guint port)
{
  return g_strdup_printf ("http://127.0.0.1:%u", port);
}

/* ---- starting ---- */

static void
on_process_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BeckonLocalServer) self = beckon_weak_ref_take (user_data);

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (self == NULL || self->process != G_SUBPROCESS (source))
    return;
  g_clear_object (&self->process);
  set_port (self, 0);
}

static char *
find_program (void)
{
  char *path = g_find_program_in_path (PROGRAM);

  if (path != NULL)
    return path;
  path = g_build_filename (BINDIR, PROGRAM, NULL);
  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    g_clear_pointer (&path, g_free);
  return path;
}

/* Without TLS, and so from networks only on which one knows who is there. */
static char *
write_settings (BeckonLocalServer *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, "settings", NULL);
  g_autoptr (GKeyFile) settings = g_key_file_new ();

  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s could not be made", self->directory);
      return NULL;
    }
  g_key_file_set_value (settings, "server", "name", g_get_host_name ());
  g_key_file_set_value (settings, "server", "plain", HOME_NETWORKS);
  return g_key_file_save_to_file (settings, path, error) ? g_steal_pointer (&path) : NULL;
}

/* However we end, it does, too. */
static void
end_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static GSubprocess *
launch (BeckonLocalServer *self, guint port, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *program = find_program ();
  g_autofree char *settings = NULL;
  g_autofree char *data = g_build_filename (self->directory, "data", NULL);
  g_autofree char *listen = g_strdup_printf ("0.0.0.0:%u", port);

  if (program == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s is not installed", PROGRAM);
      return NULL;
    }
  settings = write_settings (self, error);
  if (settings == NULL)
    return NULL;
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  return g_subprocess_launcher_spawn (launcher, error, program, "--listen", listen, "--data", data,
                                      "--config", settings, NULL);
}

/* It must not keep us: we end it when we go. */
static void
watch (BeckonLocalServer *self)
{
  g_subprocess_wait_async (self->process, NULL, on_process_ended, beckon_weak_ref_new (self));
}

static void try_start (GTask *task);

/* Before @task returns: who is told may start another one. */
static void
leave_start (GTask *task)
{
  BeckonLocalServer *self = g_task_get_source_object (task);

  if (self->starting == task)
    self->starting = NULL;
}

static gboolean
end_if_stopped (GTask *task)
{
  BeckonLocalServer *self = g_task_get_source_object (task);

  if (self->starting == task && g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    beckon_local_server_stop (self);
  if (((Start *) g_task_get_task_data (task))->stops == self->stops)
    return FALSE;
  leave_start (task);
  if (g_task_return_error_if_cancelled (task))
    return TRUE;
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped meanwhile");
  return TRUE;
}

static gboolean
on_retry (gpointer user_data)
{
  GTask *task = user_data;

  ((Start *) g_task_get_task_data (task))->retry_source = 0;
  if (end_if_stopped (task))
    g_object_unref (task);
  else
    try_start (task);
  return G_SOURCE_REMOVE;
}

/* It ended before it listened: most likely somebody else has the port. */
static void
fail_try (GTask *task)
{
  Start *start = g_task_get_task_data (task);

  if (start->tries < TRIES)
    start->retry_source = g_timeout_add (start->wanted == 0 ? 0 : RETRY_MS, on_retry, task);
  else
    {
      leave_start (task);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                               "It ended before it listened, %u times", start->tries);
      g_object_unref (task);
    }
}

/* "{"listening":"http://0.0.0.0:7300"}" is all that it ever says there. */
static guint
read_port (const char *line)
{
  const char *colon = line != NULL ? strrchr (line, ':') : NULL;

  return colon != NULL ? (guint) g_ascii_strtoull (colon + 1, NULL, 10) : 0;
}

static void
on_words (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  BeckonLocalServer *self = g_task_get_source_object (task);
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source),
                                                                result, NULL, NULL);
  const guint port = read_port (line);

  if (end_if_stopped (task))
    {
      g_object_unref (task);
      return;
    }
  if (port == 0)
    {
      fail_try (task);
      return;
    }
  leave_start (task);
  set_port (self, port);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* @task: (transfer full) */
static void
try_start (GTask *task)
{
  BeckonLocalServer *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  guint port = start->wanted;
  GError *error = NULL;

  if (port == 0 && start->tries == 0)
    port = USUAL_PORT;
  start->tries++;
  g_clear_object (&self->process);
  self->process = launch (self, port, &error);
  if (self->process == NULL)
    {
      leave_start (task);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  watch (self);
  g_clear_object (&start->words);
  start->words = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_data_input_stream_read_line_async (start->words, G_PRIORITY_DEFAULT, NULL, on_words, task);
}

void
beckon_local_server_start_async (BeckonLocalServer *self,
                                 guint port,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;
  Start *start;

  g_return_if_fail (BECKON_IS_LOCAL_SERVER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, beckon_local_server_start_async);
  if (self->port != 0)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (self->starting != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "It is being started");
      g_object_unref (task);
      return;
    }
  self->starting = task;
  start = g_new0 (Start, 1);
  start->wanted = port;
  start->stops = self->stops;
  g_task_set_task_data (task, start, (GDestroyNotify) start_free);
  try_start (task);
}

gboolean
beckon_local_server_start_finish (BeckonLocalServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
beckon_local_server_stop (BeckonLocalServer *self)
{
  g_return_if_fail (BECKON_IS_LOCAL_SERVER (self));

  self->stops++;
  self->starting = NULL;
  if (self->process != NULL)
    g_subprocess_send_signal (self->process, SIGTERM);
  g_clear_object (&self->process);
  set_port (self, 0);
}

gboolean
beckon_local_server_is_installed (void)
{
  g_autofree char *program = find_program ();

  return program != NULL;
}

guint
beckon_local_server_get_port (BeckonLocalServer *self)
{
  g_return_val_if_fail (BECKON_IS_LOCAL_SERVER (self), 0);

  return self->port;
}

/* ---- our account there ---- */

char *
beckon_local_server_load_password (BeckonLocalServer *self, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *password = NULL;

  g_return_val_if_fail (BECKON_IS_LOCAL_SERVER (self), NULL);

  path = g_build_filename (self->directory, "password", NULL);
  if (g_file_get_contents (path, &password, NULL, NULL) && *password != '\0')
    return g_steal_pointer (&password);
  g_clear_pointer (&password, g_free);
  password = g_uuid_string_random ();
  if (g_mkdir_with_parents (self->directory, 0700) != 0 ||
      !g_file_set_contents_full (path, password, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s could not be made",
                     self->directory);
      return NULL;
    }
  return g_steal_pointer (&password);
}

/* ---- the object ---- */

static void
beckon_local_server_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BeckonLocalServerProperty) prop_id)
    {
    case PROP_PORT:
      g_value_set_uint (value, BECKON_LOCAL_SERVER (object)->port);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
beckon_local_server_dispose (GObject *object)
{
  BeckonLocalServer *self = BECKON_LOCAL_SERVER (object);

  if (self->process != NULL)
    g_subprocess_send_signal (self->process, SIGTERM);
  g_clear_object (&self->process);

  G_OBJECT_CLASS (beckon_local_server_parent_class)->dispose (object);
}

static void
beckon_local_server_finalize (GObject *object)
{
  g_free (BECKON_LOCAL_SERVER (object)->directory);

  G_OBJECT_CLASS (beckon_local_server_parent_class)->finalize (object);
}

static void
beckon_local_server_class_init (BeckonLocalServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = beckon_local_server_get_property;
  object_class->dispose = beckon_local_server_dispose;
  object_class->finalize = beckon_local_server_finalize;

  properties[PROP_PORT] =
      g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
beckon_local_server_init (BeckonLocalServer *self)
{
}

BeckonLocalServer *
beckon_local_server_new (const char *directory)
{
  BeckonLocalServer *self;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (BECKON_TYPE_LOCAL_SERVER, NULL);
  self->directory = g_strdup (directory);
  return self;
}
