/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "record-changes.h"

#include <string.h>

/* Returns: (transfer full): the entries as text, "key=value " or "key! " for each, and "+" before a
 * new one. */
static char *
describe (GBytes *bytes)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const guint8 *at = bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;
  const guint8 *end = bytes != NULL ? at + g_bytes_get_size (bytes) : NULL;
  BeckonRecordChange change;

  while (at < end && beckon_record_change_read (&at, end, &change))
    {
      g_string_append (text, change.is_new ? "+" : "");
      if (change.value == NULL)
        g_string_append_printf (text, "%s! ", change.key);
      else
        g_string_append_printf (text, "%s=%.*s ", change.key, (int) change.length,
                                (const char *) change.value);
    }
  g_assert_true (at == end);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_changes (BeckonRecordChanges *changes, const char *expected)
{
  g_autoptr (GBytes) bytes = beckon_record_changes_steal (changes);
  g_autofree char *text = describe (bytes);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_last_word (void)
{
  g_autoptr (BeckonRecordChanges) changes = beckon_record_changes_new ();

  g_assert_null (beckon_record_changes_steal (changes));
  beckon_record_changes_set (changes, "a", "1", 1);
  beckon_record_changes_set (changes, "b", "22", 2);
  beckon_record_changes_set (changes, "a", "333", 3);
  beckon_record_changes_erase (changes, "c");
  beckon_record_changes_set (changes, "", NULL, 0);
  assert_changes (changes, "b=22 a=333 c! = ");

  beckon_record_changes_set (changes, "a", "1", 1);
  beckon_record_changes_erase (changes, "a");
  assert_changes (changes, "a! ");
  beckon_record_changes_erase (changes, "a");
  beckon_record_changes_set (changes, "a", "1", 1);
  assert_changes (changes, "a=1 ");
  g_assert_null (beckon_record_changes_steal (changes));
}

/* What counts is whether there was a key before the batch, so the first word about it says so. */
static void
test_new (void)
{
  g_autoptr (BeckonRecordChanges) changes = beckon_record_changes_new ();

  beckon_record_changes_set_new (changes, "a", "1", 1);
  beckon_record_changes_set_new (changes, "b", NULL, 0);
  beckon_record_changes_set (changes, "c", "1", 1);
  assert_changes (changes, "+a=1 +b= c=1 ");

  beckon_record_changes_set_new (changes, "a", "1", 1);
  beckon_record_changes_set (changes, "a", "2", 1);
  beckon_record_changes_set_new (changes, "b", "1", 1);
  beckon_record_changes_erase (changes, "b");
  beckon_record_changes_erase (changes, "c");
  beckon_record_changes_set_new (changes, "c", "1", 1);
  assert_changes (changes, "+a=2 +b! c=1 ");
}

/* More keys than there is room for at first, and each finds its own entry; then a batch with few. */
static void
test_many_keys (void)
{
  g_autoptr (BeckonRecordChanges) changes = beckon_record_changes_new ();

  for (guint n_keys = 5000; n_keys > 0; n_keys /= 70)
    {
      g_autoptr (GString) expected = g_string_new (NULL);

      for (guint i = 0; i < n_keys; i++)
        {
          g_autofree char *key = g_strdup_printf ("%u", i);

          beckon_record_changes_set_new (changes, key, "first", 5);
        }
      for (guint i = 0; i < n_keys; i++)
        {
          g_autofree char *key = g_strdup_printf ("%u", i);

          if (i % 3 == 0)
            beckon_record_changes_erase (changes, key);
          else
            beckon_record_changes_set (changes, key, key, strlen (key));
          g_string_append_printf (expected, i % 3 == 0 ? "+%u! " : "+%u=%u ", i, i);
        }
      assert_changes (changes, expected->str);
    }
}

/* A key that changes for ever in one batch costs as much memory as one that changes once. */
static void
test_superseded (void)
{
  g_autoptr (BeckonRecordChanges) changes = beckon_record_changes_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *value = g_strnfill (1000, 'x');
  g_autofree char *text = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      beckon_record_changes_set (changes, key, "first", 5);
      if (i % 3 == 0)
        beckon_record_changes_erase (changes, key);
    }
  for (guint i = 0; i < 10000; i++)
    beckon_record_changes_set (changes, "busy", value, i % 1000);
  beckon_record_changes_set (changes, "key 1", "last", 4);
  bytes = beckon_record_changes_steal (changes);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, 10000);

  text = describe (bytes);
  g_assert_true (strstr (text, "key 0! ") != NULL && strstr (text, "key 1=last ") != NULL);
  g_assert_true (strstr (text, "key 2=first ") != NULL && strstr (text, "key 98=first ") != NULL);
  g_string_append_printf (expected, "busy=%.999s key 1=last ", value);
  g_assert_true (g_str_has_suffix (text, expected->str));
}

/* Whatever a disk hands back, reading ends and stays within the bytes. */
static void
test_damaged (void)
{
  g_autoptr (BeckonRecordChanges) changes = beckon_record_changes_new ();
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const guint8 *whole;
  BeckonRecordChange change;

  beckon_record_changes_set (changes, "key", "value", 5);
  bytes = beckon_record_changes_steal (changes);
  whole = g_bytes_get_data (bytes, &size);
  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *cut = g_memdup2 (whole, i);
      const guint8 *at = cut;

      g_assert_false (beckon_record_change_read (&at, cut + i, &change));
      g_assert_true (at == cut);
    }
  for (gsize i = 0; i < 4 * 8 + 4 * 8; i++)
    {
      g_autofree guint8 *flipped = g_memdup2 (whole, size);
      const guint8 *at = flipped;

      flipped[i / 8] ^= 1 << i % 8; /* the two lengths */
      if (beckon_record_change_read (&at, flipped + size, &change))
        g_assert_true (at <= flipped + size && strlen (change.key) < size);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-changes/last-word", test_last_word);
  g_test_add_func ("/record-changes/new", test_new);
  g_test_add_func ("/record-changes/many-keys", test_many_keys);
  g_test_add_func ("/record-changes/superseded", test_superseded);
  g_test_add_func ("/record-changes/damaged", test_damaged);
  return g_test_run ();
}
