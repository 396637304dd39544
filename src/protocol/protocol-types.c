/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-protocol"

#include "config.h"

#include "protocol-types.h"

/* The nick of every value is its wire word: one list serves GObject and the wire. */
G_DEFINE_ENUM_TYPE (BeckonMedia, beckon_media, G_DEFINE_ENUM_VALUE (BECKON_MEDIA_VOICE, "voice"),
                    G_DEFINE_ENUM_VALUE (BECKON_MEDIA_VIDEO, "video"))

G_DEFINE_ENUM_TYPE (BeckonRejectReason, beckon_reject_reason,
                    G_DEFINE_ENUM_VALUE (BECKON_REJECT_DECLINED, "declined"),
                    G_DEFINE_ENUM_VALUE (BECKON_REJECT_BUSY, "busy"),
                    G_DEFINE_ENUM_VALUE (BECKON_REJECT_UNAVAILABLE, "unavailable"))

G_DEFINE_ENUM_TYPE (BeckonLeaveReason, beckon_leave_reason,
                    G_DEFINE_ENUM_VALUE (BECKON_LEAVE_HUNG_UP, "hung-up"),
                    G_DEFINE_ENUM_VALUE (BECKON_LEAVE_MEDIA_FAILED, "media-failed"),
                    G_DEFINE_ENUM_VALUE (BECKON_LEAVE_QUIT, "quit"),
                    G_DEFINE_ENUM_VALUE (BECKON_LEAVE_LOST, "lost"))

G_DEFINE_ENUM_TYPE (BeckonPresence, beckon_presence,
                    G_DEFINE_ENUM_VALUE (BECKON_PRESENCE_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (BECKON_PRESENCE_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (BECKON_PRESENCE_IN_CALL, "in-call"),
                    G_DEFINE_ENUM_VALUE (BECKON_PRESENCE_DND, "dnd"))

static const char *
word_of (GType type, int value)
{
  g_autoptr (GEnumClass) words = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value (words, value);

  g_return_val_if_fail (found != NULL, NULL);
  return found->value_nick;
}

static gboolean
value_of (GType type, const char *word, int *value)
{
  g_autoptr (GEnumClass) words = g_type_class_ref (type);
  GEnumValue *found = word != NULL ? g_enum_get_value_by_nick (words, word) : NULL;

  if (found == NULL)
    return FALSE;
  *value = found->value;
  return TRUE;
}

#define DEFINE_WORDS(Name, name, NAME)                                                             \
  const char *name##_to_string (Name value) { return word_of (BECKON_TYPE_##NAME, value); }        \
  gboolean name##_from_string (const char *word, Name *value)                                      \
  {                                                                                                \
    int number;                                                                                    \
    g_return_val_if_fail (value != NULL, FALSE);                                                   \
    if (!value_of (BECKON_TYPE_##NAME, word, &number))                                             \
      return FALSE;                                                                                \
    *value = number;                                                                               \
    return TRUE;                                                                                   \
  }

DEFINE_WORDS (BeckonMedia, beckon_media, MEDIA)
DEFINE_WORDS (BeckonRejectReason, beckon_reject_reason, REJECT_REASON)
DEFINE_WORDS (BeckonLeaveReason, beckon_leave_reason, LEAVE_REASON)
DEFINE_WORDS (BeckonPresence, beckon_presence, PRESENCE)
