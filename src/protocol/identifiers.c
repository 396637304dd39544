/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "identifiers.h"

#include "protocol-error.h"
#include "protocol-types.h"

#define USER_ID_CHARACTERS G_CSET_a_2_z G_CSET_DIGITS "._-"
#define ID_CHARACTERS G_CSET_A_2_Z USER_ID_CHARACTERS
#define SEPARATORS ",; \t\r\n"

static gboolean
is_made_of (const char *text, const char *characters, gsize max)
{
  const gsize length = strlen (text);

  return length >= 1 && length <= max && strspn (text, characters) == length;
}

gboolean
beckon_user_id_is_valid (const char *user_id)
{
  return user_id != NULL && is_made_of (user_id, USER_ID_CHARACTERS, BECKON_USER_ID_MAX);
}

gboolean
beckon_id_is_valid (const char *id)
{
  return id != NULL && is_made_of (id, ID_CHARACTERS, BECKON_ID_MAX);
}

char *
beckon_user_id_normalize (const char *text, GError **error)
{
  g_autofree char *id = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  id = g_ascii_strdown (text, -1);
  g_strstrip (id);
  if (beckon_user_id_is_valid (id))
    return g_steal_pointer (&id);
  g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_USER_ID,
               "A user id is 1 to %d characters long and made of letters a–z, digits and . _ -",
               BECKON_USER_ID_MAX);
  return NULL;
}

GStrv
beckon_user_ids_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  words = g_strsplit_set (text, SEPARATORS, -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *id;

      if (*words[i] == '\0')
        continue;
      id = beckon_user_id_normalize (words[i], error);
      if (id == NULL)
        return NULL;
      if (g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL))
        g_free (id);
      else
        g_ptr_array_add (ids, id);
    }

  if (ids->len == 0)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_USER_ID,
                   "There is no user id in it");
      return NULL;
    }
  if (ids->len > BECKON_INVITEES_MAX)
    {
      g_set_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES,
                   "At most %d people can be called at once", BECKON_INVITEES_MAX);
      return NULL;
    }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_steal (ids, NULL);
}

/* Characters that make a name look like another, or the text round it fall apart. */
static gboolean
is_deceptive (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 ||  /* separators */
         c == 0x200E || c == 0x200F || c == 0x061C ||            /* direction marks */
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); /* overrides, isolates */
}

static gboolean
is_visible (gunichar c)
{
  return g_unichar_isgraph (c) && !g_unichar_iszerowidth (c);
}

gboolean
beckon_name_is_valid (const char *name)
{
  gboolean visible = FALSE;

  if (name == NULL || *name == '\0' || strlen (name) > BECKON_NAME_MAX_BYTES ||
      !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (is_deceptive (c))
        return FALSE;
      visible |= is_visible (c);
    }
  return visible;
}

char *
beckon_text_to_line (const char *text)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean visible = FALSE;
  gboolean blank = FALSE;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        blank = TRUE;
      else if (!is_deceptive (c))
        {
          if (blank && line->len > 0)
            g_string_append_c (line, ' ');
          blank = FALSE;
          visible |= is_visible (c);
          g_string_append_unichar (line, c);
        }
    }
  return visible ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}
