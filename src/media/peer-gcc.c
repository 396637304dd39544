/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "peer-gcc.h"

#include "peer-bandwidth.h"

struct _BeckonPeerGcc
{
  BeckonMediaPeer *peer;

  /* All atomic: webrtcbin asks on a thread of its own, and reports come on another. */
  gint start, least, most; /* bits a second, as the next one */
  gint estimate;
  gint at_work;
};

BeckonPeerGcc *
beckon_peer_gcc_new (BeckonMediaPeer *peer)
{
  BeckonPeerGcc *self = g_new0 (BeckonPeerGcc, 1);

  self->peer = peer;
  return self;
}

void
beckon_peer_gcc_free (BeckonPeerGcc *self)
{
  g_free (self);
}

void
beckon_peer_gcc_set_bounds (BeckonPeerGcc *self, guint start, guint least, guint most)
{
  /* In the wrong order they make the element of 1.26 panic. */
  g_assert (0 < least && least <= start && start <= most && most <= G_MAXINT);

  g_atomic_int_set (&self->start, start);
  g_atomic_int_set (&self->least, least);
  g_atomic_int_set (&self->most, most);
}

static void
use_estimate (gpointer object, gpointer unused)
{
  beckon_peer_bandwidth_update (BECKON_MEDIA_PEER (object)->bandwidth);
}

/* On the thread that receives. */
static void
on_estimate (GstElement *element, GParamSpec *pspec, BeckonPeerGcc *self)
{
  guint bits;

  g_object_get (element, "estimated-bitrate", &bits, NULL);
  g_atomic_int_set (&self->estimate, MIN (bits, G_MAXINT));
  beckon_media_hop (self->peer, use_estimate, NULL, NULL);
}

/* On any thread. Returns: (transfer floating) (nullable): webrtcbin 1.22 would keep a reference
 * that it is given for ever, later ones take either. */
static GstElement *
on_request (GstElement *webrtc, GObject *transport, BeckonPeerGcc *self)
{
  GstElement *element = gst_element_factory_make (BECKON_GCC_FACTORY, NULL);

  if (element != NULL)
    g_object_set (element, "min-bitrate", g_atomic_int_get (&self->least), "max-bitrate",
                  g_atomic_int_get (&self->most), "estimated-bitrate",
                  g_atomic_int_get (&self->start), NULL);
  return element;
}

void
beckon_peer_gcc_offer (BeckonPeerGcc *self, GstElement *webrtc)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (BECKON_GCC_FACTORY);

  if (factory != NULL)
    g_signal_connect (webrtc, "request-aux-sender", G_CALLBACK (on_request), self);
}

void
beckon_peer_gcc_watch (BeckonPeerGcc *self, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  /* One that could not be linked does not come here. */
  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), BECKON_GCC_FACTORY))
    return;
  g_signal_connect (element, "notify::estimated-bitrate", G_CALLBACK (on_estimate), self);
  g_atomic_int_set (&self->estimate, g_atomic_int_get (&self->start));
  g_atomic_int_set (&self->at_work, TRUE);
}

guint
beckon_peer_gcc_get_target (BeckonPeerGcc *self)
{
  if (!g_atomic_int_get (&self->at_work))
    return 0;
  return CLAMP (g_atomic_int_get (&self->estimate), g_atomic_int_get (&self->least),
                g_atomic_int_get (&self->most));
}
