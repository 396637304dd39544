/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "screen-sharing.h"

#include <libportal/portal.h>

#include <unistd.h>

#define TOKEN_KEY "screen-token"

struct _BeckonScreenSharing
{
  GObject parent_instance;

  /* Owned */
  BeckonCall *call;
  GSettings *settings;       /* nullable */
  XdpParent *parent;         /* nullable */
  XdpPortal *portal;         /* nullable: nothing was shared yet */
  XdpSession *session;       /* nullable: nothing is shared */
  GCancellable *cancellable; /* nullable: the desktop is not being asked */
};

G_DEFINE_FINAL_TYPE (BeckonScreenSharing, beckon_screen_sharing, G_TYPE_OBJECT)

/* ---- the end ---- */

/* Lets go of what the desktop gave us, and takes back what it was asked. */
static void
release (BeckonScreenSharing *self)
{
  g_autoptr (XdpSession) session = g_steal_pointer (&self->session);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->parent, xdp_parent_free);
  if (session == NULL)
    return;
  g_signal_handlers_disconnect_by_data (session, self);
  xdp_session_close (session);
}

static void
fail (BeckonScreenSharing *self, GQuark domain, int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, text);

  release (self);
  beckon_call_stop_screen (self->call, error);
}

/* @error: what libportal says: the words of one who reads D-Bus. */
static void
fail_as (BeckonScreenSharing *self, const GError *error)
{
  g_message ("The desktop shares nothing: %s", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, G_IO_ERROR, G_IO_ERROR_CANCELLED, "No screen was chosen");
  else if (error->domain == G_DBUS_ERROR)
    fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE,
          "This desktop has no portal that shares screens");
  else
    fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED,
          "The desktop refused to share a screen");
}

/* Ours are closed behind our back: there the desktop's own button was pressed. */
static void
on_closed (BeckonScreenSharing *self)
{
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST,
        "The desktop ended the sharing of the screen");
}

/* Whoever ended it, the desktop's sign that a screen is shared must not stay. */
static void
on_screen (BeckonScreenSharing *self)
{
  if (!beckon_call_get_screen (self->call) && self->session != NULL)
    release (self);
}

/* ---- asking ---- */

/* One round of questions. The desktop does not answer what was taken back, and libportal waits then
 * for ever: so it must hold neither us nor the call. */
typedef struct
{
  GWeakRef sharing;
  GCancellable *cancellable;
} Asking;

static Asking *
asking_new (BeckonScreenSharing *self)
{
  Asking *asking = g_new0 (Asking, 1);

  g_weak_ref_init (&asking->sharing, self);
  asking->cancellable = g_object_ref (self->cancellable);
  return asking;
}

static void
asking_free (Asking *asking)
{
  g_weak_ref_clear (&asking->sharing);
  g_object_unref (asking->cancellable);
  g_free (asking);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asking, asking_free)

/* Returns: (transfer full) (nullable): who asked, if they still want to know. */
static BeckonScreenSharing *
dup_sharing (Asking *asking)
{
  g_autoptr (BeckonScreenSharing) self = g_weak_ref_get (&asking->sharing);

  return self != NULL && self->cancellable == asking->cancellable ? g_steal_pointer (&self) : NULL;
}

static void
keep_token (BeckonScreenSharing *self)
{
  g_autofree char *token = xdp_session_get_restore_token (self->session);

  if (self->settings != NULL)
    g_settings_set_string (self->settings, TOKEN_KEY, token != NULL ? token : "");
}

static void
share (BeckonScreenSharing *self)
{
  GVariant *streams = xdp_session_get_streams (self->session);
  guint32 node;
  int fd;

  g_clear_object (&self->cancellable);
  if (xdp_session_get_session_state (self->session) != XDP_SESSION_ACTIVE)
    { /* closed as soon as it was there */
      on_closed (self);
      return;
    }
  keep_token (self);
  if (streams == NULL || g_variant_n_children (streams) == 0)
    {
      fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED, "The desktop shared nothing");
      return;
    }
  g_signal_connect_swapped (self->session, "closed", G_CALLBACK (on_closed), self);
  g_variant_get_child (streams, 0, "(ua{sv})", &node, NULL);
  fd = xdp_session_open_pipewire_remote (self->session);
  if (fd < 0)
    {
      fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_FAILED,
            "The desktop shares a screen, but does not let us see it");
      return;
    }
  beckon_call_share_screen (self->call, fd, node);
  if (!beckon_call_get_screen (self->call))
    release (self); /* it could not, and has said why */
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asking) asking = user_data;
  g_autoptr (BeckonScreenSharing) self = dup_sharing (asking);
  g_autoptr (GError) error = NULL;
  const gboolean started = xdp_session_start_finish (XDP_SESSION (source), result, &error);

  if (self == NULL)
    return;
  g_clear_pointer (&self->parent, xdp_parent_free);
  if (started)
    share (self);
  else
    fail_as (self, error);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asking) asking = user_data;
  g_autoptr (BeckonScreenSharing) self = dup_sharing (asking);
  g_autoptr (GError) error = NULL;
  g_autoptr (XdpSession) session =
      xdp_portal_create_screencast_session_finish (XDP_PORTAL (source), result, &error);

  if (self == NULL)
    {
      if (session != NULL)
        xdp_session_close (session);
      return;
    }
  if (session == NULL)
    {
      fail_as (self, error);
      return;
    }
  self->session = g_steal_pointer (&session);
  xdp_session_start (self->session, self->parent, self->cancellable, on_started,
                     g_steal_pointer (&asking));
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asking) asking = user_data;
  g_autoptr (BeckonScreenSharing) self = dup_sharing (asking);
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (self == NULL)
    return;
  if (bus == NULL)
    {
      fail (self, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE,
            "There is no desktop that could share a screen");
      return;
    }
  if (self->portal == NULL)
    self->portal = xdp_portal_new ();
  if (self->settings != NULL)
    token = g_settings_get_string (self->settings, TOKEN_KEY);
  xdp_portal_create_screencast_session (self->portal, XDP_OUTPUT_MONITOR | XDP_OUTPUT_WINDOW,
                                        XDP_SCREENCAST_FLAG_NONE, XDP_CURSOR_MODE_EMBEDDED,
                                        self->settings != NULL ? XDP_PERSIST_MODE_PERSISTENT
                                                               : XDP_PERSIST_MODE_NONE,
                                        token != NULL && *token != '\0' ? token : NULL,
                                        self->cancellable, on_created, g_steal_pointer (&asking));
}

/* ---- class ---- */

static void
beckon_screen_sharing_dispose (GObject *object)
{
  BeckonScreenSharing *self = BECKON_SCREEN_SHARING (object);

  release (self);
  g_clear_object (&self->portal);
  g_clear_object (&self->settings);
  g_clear_object (&self->call);

  G_OBJECT_CLASS (beckon_screen_sharing_parent_class)->dispose (object);
}

static void
beckon_screen_sharing_class_init (BeckonScreenSharingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_screen_sharing_dispose;
}

static void
beckon_screen_sharing_init (BeckonScreenSharing *self)
{
}

/* ---- public ---- */

BeckonScreenSharing *
beckon_screen_sharing_new (BeckonCall *call, GSettings *settings)
{
  BeckonScreenSharing *self;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  self = g_object_new (BECKON_TYPE_SCREEN_SHARING, NULL);
  self->call = g_object_ref (call);
  g_set_object (&self->settings, settings);
  g_signal_connect_object (call, "notify::screen", G_CALLBACK (on_screen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (call, "notify::end", G_CALLBACK (release), self, G_CONNECT_SWAPPED);
  return self;
}

void
beckon_screen_sharing_start (BeckonScreenSharing *self, XdpParent *parent)
{
  g_return_if_fail (BECKON_IS_SCREEN_SHARING (self));

  if (self->cancellable != NULL || beckon_call_has_screen_source (self->call))
    {
      g_clear_pointer (&parent, xdp_parent_free);
      if (self->cancellable == NULL)
        beckon_call_share_screen (self->call, -1, 0);
      return;
    }
  release (self);
  self->parent = parent;
  self->cancellable = g_cancellable_new ();
  g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, on_bus, asking_new (self));
}

void
beckon_screen_sharing_stop (BeckonScreenSharing *self)
{
  g_return_if_fail (BECKON_IS_SCREEN_SHARING (self));

  release (self);
  beckon_call_stop_screen (self->call, NULL);
}
