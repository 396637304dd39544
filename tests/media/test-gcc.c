/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Another's estimator of what the path carries. The element is a stand-in under the name of
 * gst-plugins-rs's `rtpgccbwe`, which is not to be had everywhere: same pads, same properties, and
 * it speaks on the same thread, when reports come. What it says is what the test tells it. So this
 * shows where the element gets to, that packets and reports pass it, what becomes of its word, and
 * what remains of it. The real one makes a call, too, where the machine has it. */

#include "config.h"

#include "gst-complaints.h"
#include "media-ends.h"
#include "peer-gcc.h"
#include "peer-private.h"
#include "waiting.h"

#define LIMIT_SECONDS 60

#define wait_until(condition) wait_at_most (LIMIT_SECONDS, condition)

/* ---- the stand-in ---- */

typedef struct
{
  GstElement parent_instance;
  guint least, most;
  gint estimate; /* atomic, as the others */
  gint told;     /* what to say with the next report; 0: nothing */
  gint packets, reports;
} StandIn;
typedef GstElementClass StandInClass;

enum
{
  PROP_MIN_BITRATE = 1,
  PROP_MAX_BITRATE,
  PROP_ESTIMATED_BITRATE,
};

static gint n_alive; /* atomic */

static GType stand_in_get_type (void);
G_DEFINE_TYPE (StandIn, stand_in, GST_TYPE_ELEMENT)

static GstFlowReturn
on_packet (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  g_autoptr (GstPad) source = gst_element_get_static_pad (GST_ELEMENT (parent), "src");

  g_atomic_int_inc (&((StandIn *) parent)->packets);
  return gst_pad_push (source, buffer);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  StandIn *self = (StandIn *) parent;
  gint told;

  if (gst_event_has_name (event, "RTPTWCCPackets"))
    {
      g_atomic_int_inc (&self->reports);
      told = g_atomic_int_get (&self->told);
      if (told != 0 && g_atomic_int_exchange (&self->estimate, told) != told)
        g_object_notify (G_OBJECT (self), "estimated-bitrate");
    }
  return gst_pad_event_default (pad, parent, event);
}

static void
stand_in_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  StandIn *self = (StandIn *) object;

  if (id == PROP_MIN_BITRATE)
    self->least = g_value_get_uint (value);
  else if (id == PROP_MAX_BITRATE)
    self->most = g_value_get_uint (value);
  else
    g_atomic_int_set (&self->estimate, g_value_get_uint (value));
}

static void
stand_in_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  StandIn *self = (StandIn *) object;

  if (id == PROP_MIN_BITRATE)
    g_value_set_uint (value, self->least);
  else if (id == PROP_MAX_BITRATE)
    g_value_set_uint (value, self->most);
  else
    g_value_set_uint (value, g_atomic_int_get (&self->estimate));
}

static void
stand_in_finalize (GObject *object)
{
  g_atomic_int_add (&n_alive, -1);
  G_OBJECT_CLASS (stand_in_parent_class)->finalize (object);
}

static void
stand_in_class_init (StandInClass *klass)
{
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
  static GstStaticPadTemplate source = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
  static const char *const names[] = { "min-bitrate", "max-bitrate", "estimated-bitrate" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = stand_in_set_property;
  object_class->get_property = stand_in_get_property;
  object_class->finalize = stand_in_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_class_install_property (
        object_class, i + 1,
        g_param_spec_uint (names[i], NULL, NULL, 1, G_MAXUINT, 1000,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (klass, &sink);
  gst_element_class_add_static_pad_template (klass, &source);
  gst_element_class_set_static_metadata (klass, "Stand-in", "Filter", "Says what it is told",
                                         "Beckon");
}

static void
add_pad (StandIn *self, const char *name)
{
  GstPad *pad = gst_pad_new_from_template (
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name), name);

  GST_PAD_SET_PROXY_CAPS (pad);
  if (GST_PAD_IS_SINK (pad))
    gst_pad_set_chain_function (pad, on_packet);
  else
    gst_pad_set_event_function (pad, on_event);
  gst_element_add_pad (GST_ELEMENT (self), pad);
}

static void
stand_in_init (StandIn *self)
{
  g_atomic_int_inc (&n_alive);
  add_pad (self, "sink");
  add_pad (self, "src");
}

/* Its class knows its factory for good: that is registered once, and goes in and out. */
static GstPluginFeature *
get_feature (void)
{
  static GstPluginFeature *feature = NULL;

  if (feature == NULL)
    {
      gst_element_register (NULL, BECKON_GCC_FACTORY, GST_RANK_NONE, stand_in_get_type ());
      feature = gst_registry_lookup_feature (gst_registry_get (), BECKON_GCC_FACTORY);
    }
  return feature;
}

/* From the first time on whatever the machine has. */
static void
install (gboolean installed)
{
  GstPluginFeature *feature = get_feature ();
  g_autoptr (GstPluginFeature) present =
      gst_registry_lookup_feature (gst_registry_get (), BECKON_GCC_FACTORY);

  if (present == feature && !installed)
    gst_registry_remove_feature (gst_registry_get (), feature);
  if (present == NULL && installed)
    gst_registry_add_feature (gst_registry_get (), feature);
}

/* ---- fixture ---- */

typedef struct
{
  BeckonMediaSession *session;
  BeckonMediaPeer *peer;
  gboolean closed;
} Side;

typedef struct
{
  Side alice, bob;
} Fixture;

static void
side_init (Side *side, BeckonEstimator estimator, guint kbps)
{
  g_autoptr (BeckonMediaConfig) config = beckon_media_config_new ();

  config->video = config->audio = BECKON_SOURCE_TEST;
  config->audio_output = BECKON_OUTPUT_NONE;
  config->video_width = 320;
  config->video_height = 180;
  config->video_fps = 15;
  config->bandwidth = kbps;
  config->estimator = estimator;
  side->session = beckon_media_session_new (config);
}

/* Alice, who shows herself, and Bob. @kbps: what she sends at most; 0: what she may */
static void
fixture_set_up (Fixture *f, BeckonEstimator estimator, guint kbps)
{
  memset (f, 0, sizeof *f);
  gst_complaints_pass ();
  side_init (&f->alice, estimator, kbps);
  side_init (&f->bob, estimator, 0);
  f->bob.peer = media_end_add_peer (f->bob.session, "alice", FALSE, &f->alice.peer);
  f->alice.peer = media_end_add_peer (f->alice.session, "bob", TRUE, &f->bob.peer);
  beckon_media_session_set_camera (f->alice.session, TRUE);
  beckon_media_session_open (f->alice.session);
  beckon_media_session_open (f->bob.session);
}

static void
side_clear (Side *side)
{
  media_end_close (side->session, NULL, &side->closed);
  wait_until (side->closed);
  media_end_finalize (&side->session, &side->peer, LIMIT_SECONDS);
}

static void
fixture_clear (Fixture *f)
{
  side_clear (&f->alice);
  side_clear (&f->bob);
  wait_until (g_atomic_int_get (&n_alive) == 0);
}

static BeckonStatistics *
stats_of (Side *side)
{
  return beckon_media_peer_get_statistics (side->peer);
}

/* Returns: (transfer full) (nullable): the stand-in, or the real one. */
static gpointer
find_element (Side *side)
{
  GstIterator *elements = gst_bin_iterate_all_by_element_factory_name (
      GST_BIN (side->peer->pipeline), BECKON_GCC_FACTORY);
  g_auto (GValue) item = G_VALUE_INIT;
  gpointer found = NULL;

  while (gst_iterator_next (elements, &item) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  if (G_IS_VALUE (&item))
    found = g_value_dup_object (&item);
  gst_iterator_free (elements);
  return found;
}

/* Returns: (transfer full): what is in the way of what @side sends, and has been told of it. */
static StandIn *
wait_for_stand_in (Side *side)
{
  StandIn *self = NULL;

  wait_until ((self = find_element (side)) != NULL);
  wait_until (g_atomic_int_get (&self->packets) > 0 && g_atomic_int_get (&self->reports) > 0);
  return self;
}

/* ---- tests ---- */

/* Pictures are as large as they are made, then smaller because it says so, and as large again. No
 * machine is too slow for that: the smallest are none that a busy encoder asks for. */
static void
test_followed (void)
{
  Fixture f;
  StandIn *alice, *bob;

  install (TRUE);
  fixture_set_up (&f, BECKON_ESTIMATOR_GCC, 0);
  alice = wait_for_stand_in (&f.alice);
  bob = wait_for_stand_in (&f.bob);
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) == 180);
  wait_until (g_strcmp0 (beckon_statistics_get_bandwidth_estimator (stats_of (&f.alice)),
                         BECKON_GCC_FACTORY) == 0);

  g_atomic_int_set (&alice->told, 42000);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == 42);
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) == 90);
  g_atomic_int_set (&alice->told, 2000000);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == 2000);
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) == 180);
  /* Each has one, and Bob's has said nothing. */
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.bob)) == 500);
  g_assert_cmpint (g_atomic_int_get (&n_alive), ==, 2);

  gst_object_unref (alice);
  gst_object_unref (bob);
  fixture_clear (&f);
}

/* What the user allows holds before it says anything, and whatever it says. */
static void
test_cap (void)
{
  Fixture f;
  StandIn *alice;

  install (TRUE);
  fixture_set_up (&f, BECKON_ESTIMATOR_GCC, 150);
  alice = wait_for_stand_in (&f.alice);
  g_assert_cmpuint (alice->most, ==, 150000);
  g_assert_cmpuint (alice->least, <=, 150000);
  g_assert_cmpint (g_atomic_int_get (&alice->estimate), ==, 150000);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == 150);
  g_atomic_int_set (&alice->told, 100000);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == 100);
  g_atomic_int_set (&alice->told, 5000000);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == 150);
  g_atomic_int_set (&alice->told, 1);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) == alice->least / 1000.0);
  gst_object_unref (alice);
  fixture_clear (&f);
}

/* Ours, which grows while there is room. */
static void
check_ours (BeckonEstimator estimator)
{
  Fixture f;

  fixture_set_up (&f, estimator, 0);
  wait_until (beckon_statistics_get_kbps_target (stats_of (&f.alice)) > 550);
  wait_until (g_strcmp0 (beckon_statistics_get_bandwidth_estimator (stats_of (&f.alice)),
                         "beckon") == 0);
  g_assert_null (find_element (&f.alice));
  fixture_clear (&f);
}

static void
test_missing (void)
{
  install (FALSE);
  check_ours (BECKON_ESTIMATOR_GCC);
}

/* It is there, but nobody wants it. */
static void
test_not_chosen (void)
{
  install (TRUE);
  check_ours (BECKON_ESTIMATOR_OWN);
}

static gboolean
has_moved (Side *side)
{
  const double target = beckon_statistics_get_kbps_target (stats_of (side));

  return target > 0 && target != 500;
}

/* Before the stand-in has taken its name. */
static void
test_real (void)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (BECKON_GCC_FACTORY);
  Fixture f;
  GWeakRef element;
  gpointer alice;

  if (factory == NULL)
    {
      g_test_skip ("This machine has none");
      return;
    }
  fixture_set_up (&f, BECKON_ESTIMATOR_GCC, 0);
  wait_until (beckon_statistics_get_height (stats_of (&f.bob)) == 180);
  wait_until (g_strcmp0 (beckon_statistics_get_bandwidth_estimator (stats_of (&f.alice)),
                         BECKON_GCC_FACTORY) == 0);
  /* It has been told of packets, and has said what it makes of that. */
  wait_until (has_moved (&f.alice));
  alice = find_element (&f.alice);
  g_assert_nonnull (alice);
  g_weak_ref_init (&element, alice);
  gst_object_unref (alice);
  fixture_clear (&f);
  alice = g_weak_ref_get (&element);
  g_assert_null (alice);
  g_weak_ref_clear (&element);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  beckon_media_init (&argc, &argv, &error);
  g_assert_no_error (error);
  g_test_add_func ("/gcc/real", test_real);
  g_test_add_func ("/gcc/followed", test_followed);
  g_test_add_func ("/gcc/cap", test_cap);
  g_test_add_func ("/gcc/missing", test_missing);
  g_test_add_func ("/gcc/not-chosen", test_not_chosen);
  return g_test_run ();
}
