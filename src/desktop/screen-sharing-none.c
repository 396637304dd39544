/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Screen sharing of a build without libportal: what is configured can be shared, no more. */

#define G_LOG_DOMAIN "beckon-desktop"

#include "config.h"

#include "screen-sharing.h"

struct _BeckonScreenSharing
{
  GObject parent_instance;

  BeckonCall *call;
};

G_DEFINE_FINAL_TYPE (BeckonScreenSharing, beckon_screen_sharing, G_TYPE_OBJECT)

static void
beckon_screen_sharing_dispose (GObject *object)
{
  g_clear_object (&BECKON_SCREEN_SHARING (object)->call);

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

BeckonScreenSharing *
beckon_screen_sharing_new (BeckonCall *call, GSettings *settings)
{
  BeckonScreenSharing *self;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  self = g_object_new (BECKON_TYPE_SCREEN_SHARING, NULL);
  self->call = g_object_ref (call);
  return self;
}

void
beckon_screen_sharing_start (BeckonScreenSharing *self, XdpParent *parent)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (BECKON_IS_SCREEN_SHARING (self));
  g_return_if_fail (parent == NULL);

  if (beckon_call_has_screen_source (self->call))
    {
      beckon_call_share_screen (self->call, -1, 0);
      return;
    }
  error = g_error_new_literal (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE,
                               "Beckon was built without screen sharing");
  beckon_call_stop_screen (self->call, error);
}

void
beckon_screen_sharing_stop (BeckonScreenSharing *self)
{
  g_return_if_fail (BECKON_IS_SCREEN_SHARING (self));

  beckon_call_stop_screen (self->call, NULL);
}
