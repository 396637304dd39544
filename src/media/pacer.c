/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two threads push: the one that brings packets while nothing waits, and the task of the source pad
 * while something does. Never both: only the first adds to what waits, and it pushes by itself only if
 * nothing does, nor is on its way out. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "pacer.h"

struct _BeckonPacer
{
  GstElement parent_instance;
  GstPad *sink, *src; /* of the element */

  GMutex lock; /* of all that follows */
  GCond changed;
  GQueue waiting;   /* GstBuffer, and GstEvent that belong between them */
  gsize bytes;      /* of them */
  guint catch_up;   /* bits a second that it takes to hold nothing too long */
  gboolean leaving; /* one is being pushed that has waited */
  guint rate;       /* bits a second; 0: at once */
  gint64 next;      /* monotonic: so far the rate is used up */
  gboolean has_task;
  gboolean flushing;
  GstFlowReturn flow; /* of what the task pushed last */
};

G_DEFINE_FINAL_TYPE (BeckonPacer, beckon_pacer, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- the rate; all under the lock ---- */

static gboolean
is_due (BeckonPacer *self, gint64 now)
{
  return self->rate == 0 || now >= self->next;
}

static void
use_up (BeckonPacer *self, gint64 now, gsize size)
{
  if (self->rate == 0)
    return;
  self->next = MAX (self->next, now - BECKON_PACER_BURST_MS * G_TIME_SPAN_MILLISECOND);
  self->next += size * 8 * G_USEC_PER_SEC / MAX (self->rate, self->catch_up);
}

/* ---- what waits ---- */

/* Under the lock. */
static gboolean
is_empty (BeckonPacer *self)
{
  return g_queue_is_empty (&self->waiting) && !self->leaving;
}

/* @item: (transfer full) */
static void
leave (BeckonPacer *self, GstMiniObject *item)
{
  GstFlowReturn flow = GST_FLOW_OK;

  if (GST_IS_EVENT (item))
    gst_pad_push_event (self->src, GST_EVENT_CAST (item));
  else
    flow = gst_pad_push (self->src, GST_BUFFER_CAST (item));
  g_mutex_lock (&self->lock);
  self->leaving = FALSE;
  self->flow = flow;
  g_mutex_unlock (&self->lock);
}

/* Under the lock. Returns: (transfer full) */
static GstMiniObject *
take_first (BeckonPacer *self, gint64 now)
{
  GstMiniObject *first = g_queue_pop_head (&self->waiting);

  if (GST_IS_BUFFER (first))
    {
      const gsize size = gst_buffer_get_size (GST_BUFFER_CAST (first));

      use_up (self, now, size);
      self->bytes -= size;
    }
  if (g_queue_is_empty (&self->waiting))
    self->catch_up = 0;
  self->leaving = TRUE;
  return first;
}

/* Returns: (transfer full) (nullable): what is due; NULL: the pad is being stopped. */
static GstMiniObject *
wait_for_first (BeckonPacer *self)
{
  GstMiniObject *first = NULL;

  g_mutex_lock (&self->lock);
  while (!self->flushing && first == NULL)
    {
      const gint64 now = g_get_monotonic_time ();

      if (g_queue_is_empty (&self->waiting))
        g_cond_wait (&self->changed, &self->lock);
      else if (is_due (self, now))
        first = take_first (self, now);
      else
        g_cond_wait_until (&self->changed, &self->lock, self->next);
    }
  g_mutex_unlock (&self->lock);
  return first;
}

static void
push_waiting (gpointer user_data)
{
  BeckonPacer *self = user_data;
  GstMiniObject *first = wait_for_first (self);

  if (first != NULL)
    leave (self, first);
  else
    gst_pad_pause_task (self->src);
}

/* ---- what comes ---- */

static void
add (BeckonPacer *self, GstMiniObject *item)
{
  g_queue_push_tail (&self->waiting, item);
  if (!GST_IS_BUFFER (item))
    return;
  self->bytes += gst_buffer_get_size (GST_BUFFER_CAST (item));
  self->catch_up = MAX (self->catch_up, self->bytes * 8 * 1000 / BECKON_PACER_HOLD_MS);
}

/* The thread is there from the first packet that has to wait: on most lines none ever does. */
static void
wake (BeckonPacer *self)
{
  if (!self->has_task)
    gst_pad_start_task (self->src, push_waiting, self, NULL);
  self->has_task = TRUE;
  g_cond_signal (&self->changed);
}

/* Under the lock. Returns: how many of @packets may leave at once. */
static guint
take_due (BeckonPacer *self, GstBufferList *packets)
{
  const gint64 now = g_get_monotonic_time ();
  const guint n_packets = gst_buffer_list_length (packets);
  guint n = 0;

  if (!is_empty (self))
    return 0;
  while (n < n_packets && is_due (self, now))
    use_up (self, now, gst_buffer_get_size (gst_buffer_list_get (packets, n++)));
  return n;
}

static GstFlowReturn
on_packets (GstPad *pad, GstObject *parent, GstBufferList *packets)
{
  BeckonPacer *self = BECKON_PACER (parent);
  const guint n_packets = gst_buffer_list_length (packets);
  GstFlowReturn flow = GST_FLOW_OK;
  guint n;

  g_mutex_lock (&self->lock);
  n = take_due (self, packets);
  g_mutex_unlock (&self->lock);
  if (n == n_packets)
    return gst_pad_push_list (self->src, packets);
  for (guint i = 0; i < n && flow == GST_FLOW_OK; i++)
    flow = gst_pad_push (self->src, gst_buffer_ref (gst_buffer_list_get (packets, i)));
  g_mutex_lock (&self->lock);
  if (n > 0)
    self->flow = flow;
  flow = self->flushing ? GST_FLOW_FLUSHING : self->flow;
  if (flow == GST_FLOW_OK)
    {
      for (guint i = n; i < n_packets; i++)
        add (self, GST_MINI_OBJECT_CAST (gst_buffer_ref (gst_buffer_list_get (packets, i))));
      wake (self);
    }
  g_mutex_unlock (&self->lock);
  gst_buffer_list_unref (packets);
  return flow;
}

static GstFlowReturn
on_packet (GstPad *pad, GstObject *parent, GstBuffer *packet)
{
  GstBufferList *packets = gst_buffer_list_new_sized (1);

  gst_buffer_list_add (packets, packet);
  return on_packets (pad, parent, packets);
}

/* What belongs between packets stays there. */
static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  BeckonPacer *self = BECKON_PACER (parent);
  gboolean waits;

  g_mutex_lock (&self->lock);
  waits = GST_EVENT_IS_SERIALIZED (event) && !self->flushing && !is_empty (self);
  if (waits)
    {
      add (self, GST_MINI_OBJECT_CAST (event));
      wake (self);
    }
  g_mutex_unlock (&self->lock);
  return waits || gst_pad_event_default (pad, parent, event);
}

/* ---- the element ---- */

static gboolean
on_activate (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  BeckonPacer *self = BECKON_PACER (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->flushing = !active;
  self->flow = GST_FLOW_OK;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (active)
    return TRUE;
  gst_pad_stop_task (pad);
  g_mutex_lock (&self->lock);
  self->has_task = FALSE;
  self->bytes = 0;
  self->catch_up = 0;
  g_queue_clear_full (&self->waiting, (GDestroyNotify) gst_mini_object_unref);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
beckon_pacer_finalize (GObject *object)
{
  BeckonPacer *self = BECKON_PACER (object);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) gst_mini_object_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (beckon_pacer_parent_class)->finalize (object);
}

static void
beckon_pacer_class_init (BeckonPacerClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = beckon_pacer_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Pacer", "Network/RTP",
                                         "Spreads large frames over time", "Beckon");
}

static void
beckon_pacer_init (BeckonPacer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->waiting);
  self->flushing = TRUE;
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_chain_function (self->sink, on_packet);
  gst_pad_set_chain_list_function (self->sink, on_packets);
  gst_pad_set_event_function (self->sink, on_event);
  gst_pad_set_activatemode_function (self->src, on_activate);
  GST_PAD_SET_PROXY_CAPS (self->sink);
  GST_PAD_SET_PROXY_CAPS (self->src);
  GST_PAD_SET_PROXY_ALLOCATION (self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

/* ---- public ---- */

GstElement *
beckon_pacer_new (void)
{
  return g_object_new (BECKON_TYPE_PACER, NULL);
}

void
beckon_pacer_set_rate (BeckonPacer *self, guint bits_per_second)
{
  g_return_if_fail (BECKON_IS_PACER (self));

  g_mutex_lock (&self->lock);
  if (self->rate == 0)
    self->next = 0; /* nothing has been counted */
  self->rate = bits_per_second;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}
