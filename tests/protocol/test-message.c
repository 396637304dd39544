/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The codec: every type there and back, everything malformed refused. Its limits are in
 * test-message-limits.c, what a program sees of a message in test-message-fields.c. */

#include "config.h"

#include "frames.h"

/* ---- good frames ---- */

static void
test_round_trip (gconstpointer data)
{
  const FrameSample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (sample->text);
  g_autofree char *name = NULL;
  g_autofree char *written = NULL;
  gsize length;
  g_autoptr (BeckonMessage) message = frame_read (text, -1, frame_sample_party (sample),
                                                  sample->asked, &name, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, sample->name);
  written = beckon_message_to_string (message, &length);
  g_assert_cmpstr (written, ==, text);
  g_assert_cmpuint (length, ==, strlen (text));
}

/* Every type has a sample with all its fields or none to leave out, and one with the least. */
static void
test_samples_complete (void)
{
  for (guint type = BECKON_MESSAGE_NONE + 1; type < BECKON_MESSAGE_N_TYPES; type++)
    {
      static const char *const kinds[] = { "request.", "event.", "reply." };
      const char *word = beckon_message_type_to_string (type);
      guint found = 0;

      for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
        for (guint i = 0; i < n_frame_samples; i++)
          {
            g_autofree char *name = g_strconcat (kinds[kind], word, NULL);

            if (frame_samples[i].least && g_str_equal (frame_samples[i].name, name))
              found |= 1 << kind;
          }
      g_assert_cmpuint (found, ==, type < BECKON_SESSION_CLOSING ? 1 | 4 : 2);
      g_assert_cmpuint (beckon_message_type_from_string (word), ==, type);
    }
  g_assert_cmpuint (beckon_message_type_from_string (""), ==, BECKON_MESSAGE_NONE);
}

/* Puts a member that nobody knows into every object but the opaque ones. */
static void
add_strange_members (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        add_strange_members (json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) names = json_object_get_members (object);

      for (GList *l = names; l != NULL; l = l->next)
        if (!g_str_equal (l->data, "payload") && !g_str_equal (l->data, "limits"))
          add_strange_members (json_object_get_member (object, l->data));
      json_object_set_string_member (object, "x-strange", "new");
      json_object_set_null_member (object, "__proto__");
    }
}

static void
test_unknown_members (gconstpointer data)
{
  const FrameSample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (sample->text);
  g_autoptr (JsonNode) node = json_from_string (text, &error);
  g_autoptr (JsonNode) known = json_from_string (text, NULL);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *strange = NULL;
  g_autofree char *written = NULL;
  g_autoptr (BeckonMessage) message = NULL;

  g_assert_no_error (error);
  add_strange_members (node);
  strange = json_to_string (node, TRUE); /* with white space, too */
  g_assert_nonnull (strstr (strange, "x-strange"));
  message = frame_read (strange, -1, frame_sample_party (sample), sample->asked, NULL, NULL, &error);
  g_assert_no_error (error);
  written = beckon_message_to_string (message, NULL);
  again = json_from_string (written, &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (again, known)); /* a payload keeps its white space */
}

/* ---- bad frames ---- */

static void
test_fault (gconstpointer data)
{
  const FrameFault *fault = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = frame_text (fault->text);
  gint64 number = -1;
  g_autoptr (BeckonMessage) message = frame_read (text, -1, fault->from, fault->asked, NULL,
                                                  &number, &error);

  g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) fault->error);
  g_assert_null (message);
  g_assert_cmpint (number, ==, fault->number);
  g_assert_true (*error->message != '\0' && g_utf8_validate (error->message, -1, NULL));
}

/* A frame that was cut off anywhere is refused, and nothing behind its end is looked at. */
static void
test_truncated (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      g_autofree char *text = frame_text (frame_samples[i].text);

      for (gsize length = 0; length < strlen (text); length++)
        {
          g_autofree char *start = g_memdup2 (text, length); /* for AddressSanitizer to see the end */
          g_autoptr (GError) error = NULL;

          g_assert_null (beckon_message_parse (start, length, frame_sample_party (&frame_samples[i]),
                                               NULL, &error));
          g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
        }
    }
}

static gboolean
is_accepted (const FrameSample *sample, JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);
  g_autoptr (BeckonMessage) message = frame_read (text, -1, frame_sample_party (sample),
                                                  sample->asked, NULL, NULL, NULL);

  return message != NULL;
}

/* Copies: removing a member frees its name. */
static GStrv
dup_member_names (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GStrvBuilder) copies = g_strv_builder_new ();

  for (GList *l = names; l != NULL; l = l->next)
    g_strv_builder_add (copies, l->data);
  return g_strv_builder_end (copies);
}

/* Without any one of its members, and with any one of another kind, the least frame is refused.
 * @root is changed back before the function returns. */
static void
check_members (const FrameSample *sample, JsonNode *root, JsonNode *node)
{
  static const char *const others[] = { "null", "true", "[]", "{}", "5", "\"word\"" };
  JsonObject *object;
  g_auto (GStrv) names = NULL;

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        check_members (sample, root, json_array_get_element (array, i));
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  names = dup_member_names (object);
  for (guint n = 0; names[n] != NULL; n++)
    {
      JsonNode *member = json_object_dup_member (object, names[n]);

      json_object_remove_member (object, names[n]);
      if (is_accepted (sample, root))
        g_error ("%s without “%s” was accepted", sample->text, names[n]);
      for (guint i = 0; i < G_N_ELEMENTS (others); i++)
        {
          JsonNode *other = json_from_string (others[i], NULL);

          json_object_set_member (object, names[n], other);
          if (json_node_get_value_type (other) != json_node_get_value_type (member) &&
              is_accepted (sample, root))
            g_error ("%s with “%s” of %s was accepted", sample->text, names[n], others[i]);
        }
      json_object_set_member (object, names[n], member);
      if (!g_str_equal (names[n], "payload") && !g_str_equal (names[n], "limits"))
        check_members (sample, root, member);
    }
}

static void
test_every_member (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      g_autofree char *text = frame_text (frame_samples[i].text);
      g_autoptr (JsonNode) node = json_from_string (text, NULL);

      g_assert_true (is_accepted (&frame_samples[i], node));
      if (frame_samples[i].least)
        check_members (&frame_samples[i], node, node);
    }
}

static void
test_nul_bytes (void)
{
  static const char frame[] = "{\"id\":1,\"type\":\"ping\"}\0";
  g_autoptr (GError) error = NULL;

  g_assert_null (beckon_message_parse (frame, sizeof frame, BECKON_PARTY_CLIENT, NULL, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
  g_clear_error (&error);
  g_assert_null (beckon_message_parse (NULL, 0, BECKON_PARTY_CLIENT, NULL, &error));
  g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME);
}

static void
add_tables (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      const FrameSample *sample = &frame_samples[i];
      const char *which = sample->least ? "least" : "full";
      g_autofree char *there = g_strdup_printf ("/message/good/%s/%s", sample->name, which);
      g_autofree char *strange = g_strdup_printf ("/message/unknown-members/%s/%s", sample->name,
                                                  which);

      g_test_add_data_func (there, sample, test_round_trip);
      g_test_add_data_func (strange, sample, test_unknown_members);
    }
  for (guint i = 0; i < n_frame_faults; i++)
    {
      g_autofree char *path = g_strdup_printf ("/message/bad/%u/%s", i + 1, frame_faults[i].what);

      g_test_add_data_func (path, &frame_faults[i], test_fault);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add_func ("/message/samples-complete", test_samples_complete);
  g_test_add_func ("/message/truncated", test_truncated);
  g_test_add_func ("/message/every-member", test_every_member);
  g_test_add_func ("/message/nul-bytes", test_nul_bytes);
  return g_test_run ();
}
