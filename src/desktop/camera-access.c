/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "camera-access.h"

#include "media-peer.h"
#include "portal.h"

#include <libportal/portal.h>

/* A question to the desktop. It may never be answered, and must not hold the list. */
typedef struct
{
  GWeakRef list;
  XdpPortal *portal; /* nullable: there is no bus yet */
} Asking;

static Asking *
asking_new (BeckonDeviceList *list)
{
  Asking *asking = g_new0 (Asking, 1);

  g_weak_ref_init (&asking->list, list);
  return asking;
}

static void
asking_free (Asking *asking)
{
  g_weak_ref_clear (&asking->list);
  g_clear_object (&asking->portal);
  g_free (asking);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asking, asking_free)

static void
refuse (BeckonDeviceList *list, BeckonMediaError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (BECKON_MEDIA_ERROR, code, text);

  beckon_device_list_refuse_cameras (list, error);
}

/* @error: what libportal says: the words of one who reads D-Bus. */
static void
refuse_as (BeckonDeviceList *list, const GError *error)
{
  g_message ("The desktop lends no camera: %s", error->message);
  if (error->domain == G_DBUS_ERROR)
    refuse (list, BECKON_MEDIA_ERROR_NO_DEVICE, "This desktop has no portal that lends cameras");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    refuse (list, BECKON_MEDIA_ERROR_NOT_ALLOWED, "The camera may not be used");
  else
    refuse (list, BECKON_MEDIA_ERROR_FAILED, "The desktop could not lend a camera");
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asking) asking = user_data;
  g_autoptr (BeckonDeviceList) list = g_weak_ref_get (&asking->list);
  g_autoptr (GError) error = NULL;
  int remote;

  if (list == NULL)
    return;
  if (!xdp_portal_access_camera_finish (XDP_PORTAL (source), result, &error))
    {
      refuse_as (list, error);
      return;
    }
  remote = xdp_portal_open_pipewire_remote_for_camera (asking->portal);
  if (remote >= 0)
    beckon_device_list_admit_cameras (list, remote);
  else
    refuse (list, BECKON_MEDIA_ERROR_FAILED, "The desktop lends a camera that cannot be reached");
}

/* libportal ends the process where there is no bus. */
static void
on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asking) asking = user_data;
  g_autoptr (BeckonDeviceList) list = g_weak_ref_get (&asking->list);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);
  XdpPortal *portal;

  if (list == NULL)
    return;
  if (bus == NULL)
    {
      refuse (list, BECKON_MEDIA_ERROR_NO_DEVICE, "There is no desktop that could lend a camera");
      return;
    }
  portal = asking->portal = xdp_portal_new ();
  xdp_portal_access_camera (portal, NULL, XDP_CAMERA_FLAG_NONE, NULL, on_answered,
                            g_steal_pointer (&asking));
}

static void
on_ask_cameras (BeckonDeviceList *list, gpointer unused)
{
  g_bus_get (G_BUS_TYPE_SESSION, NULL, on_bus, asking_new (list));
}

gboolean
beckon_camera_access_is_needed (void)
{
  return beckon_is_in_sandbox ();
}

void
beckon_camera_access_set_up (BeckonDeviceList *list)
{
  g_return_if_fail (BECKON_IS_DEVICE_LIST (list));

  beckon_device_list_gate_cameras (list);
  g_signal_connect (list, "ask-cameras", G_CALLBACK (on_ask_cameras), NULL);
}
