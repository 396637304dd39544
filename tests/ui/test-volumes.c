/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How loud each person of a call is heard: the sliders, and what is remembered for later calls. */

#include "config.h"

#include "call-controls.h"
#include "call-window.h"
#include "devices-popover.h"
#include "ui-fixture.h"
#include "volume-memory.h"

/* ---- the memory ---- */

typedef struct
{
  GSettings *settings;
  BeckonVolumeMemory *memory; /* of Alice */
} Memory;

static void
set_up (Memory *m, gconstpointer unused)
{
  m->settings = ui_open_settings ();
  m->memory = beckon_volume_memory_new (m->settings, "alice", "one.example.org");
}

static void
tear_down (Memory *m, gconstpointer unused)
{
  g_assert_finalize_object (m->memory);
  ui_settle (); /* what was told to it holds it until then */
  g_assert_finalize_object (m->settings);
}

static gsize
count_kept (Memory *m)
{
  g_autoptr (GVariant) kept = g_settings_get_value (m->settings, "volumes");

  return g_variant_n_children (kept);
}

static void
test_kept (Memory *m, gconstpointer unused)
{
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 100);
  beckon_volume_memory_keep (m->memory, "bob", 40);
  beckon_volume_memory_keep (m->memory, "carol", 150);
  beckon_volume_memory_keep (m->memory, "bob", 0);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 0);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "carol"), ==, 150);
  g_assert_cmpuint (count_kept (m), ==, 2);
  beckon_volume_memory_keep (m->memory, "bob", 100);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 100);
  g_assert_cmpuint (count_kept (m), ==, 1);
}

/* Somebody else, who has the same user ID at another server. */
static void
test_another_account (Memory *m, gconstpointer unused)
{
  g_autoptr (BeckonVolumeMemory) other =
      beckon_volume_memory_new (m->settings, "alice", "two.example.org");

  beckon_volume_memory_keep (m->memory, "bob", 40);
  g_assert_cmpuint (beckon_volume_memory_find (other, "bob"), ==, 100);
  beckon_volume_memory_keep (other, "bob", 100);
  beckon_volume_memory_keep (other, "carol", 60);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 40);
  beckon_volume_memory_keep (m->memory, "carol", 20);
  beckon_volume_memory_forget (m->memory);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 100);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "carol"), ==, 100);
  g_assert_cmpuint (beckon_volume_memory_find (other, "carol"), ==, 60);
}

static void
test_bounded (Memory *m, gconstpointer unused)
{
  beckon_volume_memory_keep (m->memory, "bob", 40);
  for (guint i = 0; i + 1 < BECKON_VOLUME_MEMORY_MAX; i++)
    {
      g_autofree char *user = g_strdup_printf ("friend%u", i);

      beckon_volume_memory_keep (m->memory, user, 50);
    }
  beckon_volume_memory_keep (m->memory, "bob", 45);    /* and is the newest */
  beckon_volume_memory_keep (m->memory, "carol", 60); /* one too many */
  g_assert_cmpuint (count_kept (m), ==, BECKON_VOLUME_MEMORY_MAX);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "bob"), ==, 45);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "friend0"), ==, 100);
  g_assert_cmpuint (beckon_volume_memory_find (m->memory, "friend1"), ==, 50);
}

/* ---- the sliders ---- */

typedef struct
{
  GSettings *settings;
  BeckonCallManager *manager;
  BeckonCall *call;
  GtkWidget *window;
} Fixture;

static void
show_call (Fixture *f)
{
  f->call = fake_call_new ();
  fake_call_add_member (f->call, "carol", "Carol Adeyemi");
  fake_call_set_gone (f->call, "carol", TRUE);
  beckon_call_window_set_call (BECKON_CALL_WINDOW (f->window), f->manager, f->call);
  fake_call_set_state (f->call, BECKON_CALL_STATE_CALLING, BECKON_CALL_PROGRESS_CONNECTED);
}

static void
call_set_up (Fixture *f, gconstpointer unused)
{
  f->settings = ui_open_settings ();
  f->manager = ui_create_manager ();
  f->window = beckon_call_window_new (NULL, f->settings);
  show_call (f);
}

static void
call_tear_down (Fixture *f, gconstpointer unused)
{
  ui_destroy (f->window);
  ui_settle ();
  g_assert_finalize_object (f->call);
  g_assert_finalize_object (f->manager);
  g_assert_finalize_object (f->settings);
}

/* Returns: (nullable) */
static GtkWidget *
find_slider (Fixture *f, const char *name)
{
  return ui_find_named (f->window, name);
}

static double
get_volume (Fixture *f, const char *user)
{
  const double *volume = g_hash_table_lookup (f->call->volumes, user);

  g_assert_nonnull (volume);
  return *volume;
}

static void
assert_says (GtkWidget *slider, const char *text)
{
  g_autofree char *other = gtk_test_accessible_check_property (
      GTK_ACCESSIBLE (slider), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text);

  g_assert_cmpstr (other, ==, NULL);
}

static void
test_slider (Fixture *f, gconstpointer unused)
{
  GtkWidget *slider = find_slider (f, "Volume of Bob Larsson");

  g_assert_true (GTK_IS_SCALE (slider));
  assert_says (slider, "100 %");
  g_assert_cmpfloat (get_volume (f, "bob"), ==, 1);
  gtk_range_set_value (GTK_RANGE (slider), 35);
  assert_says (slider, "35 %");
  g_assert_cmpfloat (get_volume (f, "bob"), ==, 0.35);
  gtk_range_set_value (GTK_RANGE (slider), 1000);
  assert_says (slider, "150 %");
  g_assert_cmpfloat (get_volume (f, "bob"), ==, BECKON_VOLUME_MAX);
}

static void
test_members (Fixture *f, gconstpointer unused)
{
  GtkWidget *slider;

  g_assert_null (find_slider (f, "Volume of Carol Adeyemi"));
  fake_call_set_gone (f->call, "carol", FALSE);
  slider = find_slider (f, "Volume of Carol Adeyemi");
  g_assert_nonnull (slider);
  gtk_range_set_value (GTK_RANGE (slider), 120);
  gtk_range_set_value (GTK_RANGE (find_slider (f, "Volume of Bob Larsson")), 80);
  fake_call_set_gone (f->call, "carol", TRUE);
  g_assert_null (find_slider (f, "Volume of Carol Adeyemi"));
  /* Who comes back is as loud as they were, and nobody else is touched. */
  fake_call_set_gone (f->call, "carol", FALSE);
  assert_says (find_slider (f, "Volume of Carol Adeyemi"), "120 %");
  assert_says (find_slider (f, "Volume of Bob Larsson"), "80 %");
  fake_call_set_gone (f->call, "carol", TRUE);
  fake_call_set_gone (f->call, "bob", TRUE);
  g_assert_null (ui_find_label (f->window, "Volume of Each Person"));
}

/* The next call, in the same window. */
static void
test_remembered (Fixture *f, gconstpointer unused)
{
  gtk_range_set_value (GTK_RANGE (find_slider (f, "Volume of Bob Larsson")), 35);
  fake_call_end (f->call, BECKON_CALL_END_PEER_HUNG_UP);
  {
    BeckonCall *last = f->call;

    show_call (f);
    g_assert_finalize_object (last);
  }
  assert_says (find_slider (f, "Volume of Bob Larsson"), "35 %");
  g_assert_cmpfloat (get_volume (f, "bob"), ==, 0.35);
}

int
main (int argc, char **argv)
{
  if (!ui_init (&argc, &argv))
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/volumes/" name, Memory, NULL, set_up, function, tear_down)
  ADD ("kept", test_kept);
  ADD ("another-account", test_another_account);
  ADD ("bounded", test_bounded);
#undef ADD
#define ADD(name, function)                                                                        \
  g_test_add ("/ui/volumes/" name, Fixture, NULL, call_set_up, function, call_tear_down)
  ADD ("slider", test_slider);
  ADD ("members", test_members);
  ADD ("remembered", test_remembered);
#undef ADD
  return g_test_run ();
}
