/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The sound server tells of its streams, and lets each be listened to where it is mixed:
 * PulseAudio's interface, which PipeWire has as well, and which a sandbox with access to sound has.
 *
 * Its callbacks come on a thread of its own, so that a main thread that draws holds up no sound.
 * What they touch of the object is not touched elsewhere while that thread runs. */

#define G_LOG_DOMAIN "beckon-media"

#include "config.h"

#include "system-sound.h"

#include <pulse/pulseaudio.h>

#include "media-private.h"
#include "sound-mixer.h"

/* What plays for us has this property, with a value that no other process knows. */
#define OURS "beckon.process"
#define RATE 48000
/* So much at a time: 20 ms. */
#define FRAGMENT_BYTES (RATE / 50 * sizeof (gint16))
/* What comes in a burst follows what came before; what is further away came after a pause. */
#define PAUSE (100 * GST_MSECOND)

/* One program's stream. */
typedef struct
{
  GstElement *bin;
  guint32 input;
  guint32 sink;           /* where it plays */
  pa_operation *question; /* nullable: where that is mixed; under way */
  pa_stream *stream;      /* nullable: not asked for yet */
  GstAppSrc *source;      /* nullable, as that */
  GstClockTime next;      /* when what comes next does, by the system's clock */
} Listener;

struct _BeckonSystemSound
{
  GObject parent_instance;

  GstElement *bin;            /* nullable: stopped, as the next three */
  pa_threaded_mainloop *loop; /* its thread runs all callbacks */
  pa_context *context;
  GHashTable *listeners; /* number of a sink input → Listener; on the loop's thread */
};

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BeckonSystemSound, beckon_system_sound, G_TYPE_OBJECT)

/* ---- who we are ---- */

static const char *
get_token (void)
{
  static gsize token = 0;

  if (g_once_init_enter (&token))
    g_once_init_leave (&token, (gsize) g_uuid_string_random ());
  return (const char *) token;
}

void
beckon_system_sound_mark_ours (GstElement *sink)
{
  g_autoptr (GstStructure) properties = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (sink), "stream-properties") == NULL)
    return;
  g_object_get (sink, "stream-properties", &properties, NULL);
  if (properties == NULL)
    properties = gst_structure_new_empty ("properties");
  gst_structure_set (properties, OURS, G_TYPE_STRING, get_token (), NULL);
  g_object_set (sink, "stream-properties", properties, NULL);
}

/* Not what a filter or another device plays: it has that from programs, of which we may be one. */
static gboolean
is_program (const pa_sink_input_info *info)
{
  return info->client != PA_INVALID_INDEX && info->owner_module == PA_INVALID_INDEX &&
         !pa_proplist_contains (info->proplist, "node.link-group") &&
         g_strcmp0 (pa_proplist_gets (info->proplist, OURS), get_token ()) != 0;
}

/* ---- one program, on the loop's thread ---- */

static void
push (Listener *listener, const void *data, size_t size)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  const GstClockTime now = gst_clock_get_time (clock);

  if (ABS (GST_CLOCK_DIFF (listener->next, now)) > (GstClockTimeDiff) PAUSE)
    listener->next = now;
  listener->next =
      beckon_sound_mixer_push (listener->source, gst_buffer_new_memdup (data, size), listener->next);
}

static void
on_read (pa_stream *stream, size_t unused, void *user_data)
{
  const void *data;
  size_t size;

  /* A hole has a size and no data; the mixer fills it. */
  while (pa_stream_peek (stream, &data, &size) == 0 && size > 0)
    {
      if (data != NULL)
        push (user_data, data, size);
      pa_stream_drop (stream);
    }
}

/* It was let go of before the server had made it. */
static void
on_made_late (pa_stream *stream, void *unused)
{
  if (pa_stream_get_state (stream) == PA_STREAM_READY)
    pa_stream_disconnect (stream);
}

static void
let_go (pa_stream *stream)
{
  pa_stream_set_read_callback (stream, NULL, NULL);
  if (pa_stream_get_state (stream) == PA_STREAM_CREATING)
    pa_stream_set_state_callback (stream, on_made_late, NULL);
  else
    pa_stream_disconnect (stream);
  pa_stream_unref (stream);
}

static void
listener_free (Listener *listener)
{
  if (listener->question != NULL)
    pa_operation_cancel (listener->question);
  g_clear_pointer (&listener->question, pa_operation_unref);
  if (listener->stream != NULL)
    {
      let_go (listener->stream);
      beckon_sound_mixer_remove (listener->bin, listener->source);
      gst_object_unref (listener->source);
    }
  g_free (listener);
}

static void
listen_to (pa_context *context, Listener *listener, const char *monitor)
{
  const pa_sample_spec spec = { PA_SAMPLE_S16LE, RATE, 1 };
  const pa_buffer_attr sizes = { .maxlength = G_MAXUINT32, .fragsize = FRAGMENT_BYTES };
  pa_proplist *properties = pa_proplist_new ();

  /* How loud a person has made our microphone says nothing here, nor the other way round. */
  pa_proplist_sets (properties, "module-stream-restore.id", "beckon-shared-sound");
  pa_proplist_sets (properties, "state.restore-props", "false");
  listener->stream = pa_stream_new_with_proplist (context, "Shared sound", &spec, NULL, properties);
  pa_proplist_free (properties);
  if (listener->stream == NULL)
    return; /* the context has failed, and says so */
  listener->source = beckon_sound_mixer_add (listener->bin);
  pa_stream_set_monitor_stream (listener->stream, listener->input);
  pa_stream_set_read_callback (listener->stream, on_read, listener);
  /* Who has gone meanwhile is not heard; the server tells that they have. */
  pa_stream_connect_record (listener->stream, monitor, &sizes,
                            PA_STREAM_ADJUST_LATENCY | PA_STREAM_DONT_MOVE |
                                PA_STREAM_START_UNMUTED);
}

static void
on_sink (pa_context *context, const pa_sink_info *info, int end, void *user_data)
{
  Listener *listener = user_data;

  if (end != 0)
    g_clear_pointer (&listener->question, pa_operation_unref);
  if (info != NULL)
    listen_to (context, listener, info->monitor_source_name);
}

/* ---- all of them, on the loop's thread ---- */

/* The server ends what listens to who moves to another speaker, even if they are back by now. */
static gboolean
is_alive (const Listener *listener)
{
  return listener->question != NULL ||
         (listener->stream != NULL && PA_STREAM_IS_GOOD (pa_stream_get_state (listener->stream)));
}

static void
on_input (pa_context *context, const pa_sink_input_info *info, int end, void *user_data)
{
  BeckonSystemSound *self = user_data;
  Listener *listener;

  if (info == NULL || !is_program (info))
    return;
  listener = g_hash_table_lookup (self->listeners, GUINT_TO_POINTER (info->index));
  if (listener != NULL && listener->sink == info->sink && is_alive (listener))
    return;
  listener = g_new0 (Listener, 1);
  listener->bin = self->bin;
  listener->input = info->index;
  listener->sink = info->sink;
  g_hash_table_insert (self->listeners, GUINT_TO_POINTER (info->index), listener);
  listener->question = pa_context_get_sink_info_by_index (context, info->sink, on_sink, listener);
}

static void
on_event (pa_context *context, pa_subscription_event_type_t type, uint32_t input, void *user_data)
{
  BeckonSystemSound *self = user_data;

  if ((type & PA_SUBSCRIPTION_EVENT_TYPE_MASK) == PA_SUBSCRIPTION_EVENT_REMOVE)
    g_hash_table_remove (self->listeners, GUINT_TO_POINTER (input));
  else
    pa_operation_unref (pa_context_get_sink_input_info (context, input, on_input, self));
}

static void lose (gpointer object, gpointer unused);

static void
on_state (pa_context *context, void *user_data)
{
  BeckonSystemSound *self = user_data;

  switch (pa_context_get_state (context))
    {
    case PA_CONTEXT_READY:
      pa_context_set_subscribe_callback (context, on_event, self);
      pa_operation_unref (
          pa_context_subscribe (context, PA_SUBSCRIPTION_MASK_SINK_INPUT, NULL, NULL));
      pa_operation_unref (pa_context_get_sink_input_info_list (context, on_input, self));
      break;
    case PA_CONTEXT_FAILED:
      beckon_media_hop (self, lose, NULL, NULL);
      break;
    case PA_CONTEXT_UNCONNECTED:
    case PA_CONTEXT_CONNECTING:
    case PA_CONTEXT_AUTHORIZING:
    case PA_CONTEXT_SETTING_NAME:
    case PA_CONTEXT_TERMINATED:
    default:
      break;
    }
}

/* ---- main thread ---- */

static gboolean
has_failed (BeckonSystemSound *self)
{
  gboolean failed;

  if (self->loop == NULL)
    return FALSE;
  pa_threaded_mainloop_lock (self->loop);
  failed = pa_context_get_state (self->context) == PA_CONTEXT_FAILED;
  pa_threaded_mainloop_unlock (self->loop);
  return failed;
}

static void
lose (gpointer object, gpointer unused)
{
  BeckonSystemSound *self = object;
  g_autoptr (GError) error = NULL;

  if (!has_failed (self))
    return; /* it was another one that did, before it was stopped */
  error = g_error_new (BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_SOUND,
                       "What this computer plays cannot be shared: %s",
                       pa_strerror (pa_context_errno (self->context)));
  beckon_system_sound_stop (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

BeckonSystemSound *
beckon_system_sound_new (void)
{
  return g_object_new (BECKON_TYPE_SYSTEM_SOUND, NULL);
}

void
beckon_system_sound_start (BeckonSystemSound *self, GstElement *bin)
{
  g_return_if_fail (BECKON_IS_SYSTEM_SOUND (self));
  g_return_if_fail (self->loop == NULL);

  self->bin = gst_object_ref (bin);
  self->listeners = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) listener_free);
  self->loop = pa_threaded_mainloop_new ();
  self->context = pa_context_new (pa_threaded_mainloop_get_api (self->loop), "Beckon");
  pa_context_set_state_callback (self->context, on_state, self);
  /* Where there is none this fails, which the state tells as well. */
  pa_context_connect (self->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL);
  pa_threaded_mainloop_start (self->loop);
}

void
beckon_system_sound_stop (BeckonSystemSound *self)
{
  g_return_if_fail (BECKON_IS_SYSTEM_SOUND (self));

  if (self->loop == NULL)
    return;
  /* From here on there is one thread. */
  pa_threaded_mainloop_stop (self->loop);
  pa_context_set_state_callback (self->context, NULL, NULL);
  g_clear_pointer (&self->listeners, g_hash_table_unref);
  pa_context_disconnect (self->context);
  g_clear_pointer (&self->context, pa_context_unref);
  g_clear_pointer (&self->loop, pa_threaded_mainloop_free);
  gst_clear_object (&self->bin);
}

static void
beckon_system_sound_dispose (GObject *object)
{
  beckon_system_sound_stop (BECKON_SYSTEM_SOUND (object));
  G_OBJECT_CLASS (beckon_system_sound_parent_class)->dispose (object);
}

static void
beckon_system_sound_class_init (BeckonSystemSoundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = beckon_system_sound_dispose;

  signals[FAILED] = g_signal_new ("failed", G_OBJECT_CLASS_TYPE (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
beckon_system_sound_init (BeckonSystemSound *self)
{
}
