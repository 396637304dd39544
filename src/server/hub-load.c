/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a server finds what the one before it had written down (hub-record.c). */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-pack.h"
#include "hub-private.h"

typedef struct
{
  char *key;
  GBytes *value;
} Entry;

/* By their kind, which is the first character of the key. */
typedef struct
{
  GPtrArray *of[128];
} Entries;

static void
entry_free (Entry *entry)
{
  g_free (entry->key);
  g_bytes_unref (entry->value);
  g_free (entry);
}

static void
collect (const char *key, const void *value, gsize length, gpointer user_data)
{
  Entries *entries = user_data;
  const guint kind = (guchar) key[0] & 127;
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry) { g_strdup (key), g_bytes_new (value, length) };
  if (entries->of[kind] == NULL)
    entries->of[kind] = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_ptr_array_add (entries->of[kind], entry);
}

typedef gboolean (*Reader) (BeckonHub *self, char **words, GBytes *value);

/* What belongs to nothing that is there – an account that was removed meanwhile, say – goes. */
static void
read_all (BeckonHub *self, Entries *entries, char kind, guint n_words, Reader reader)
{
  GPtrArray *list = entries->of[(guint) kind];

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      Entry *entry = g_ptr_array_index (list, i);
      g_auto (GStrv) words = g_strsplit (entry->key, "/", -1);

      if (g_strv_length (words) != n_words || !reader (self, words + 1, entry->value))
        {
          g_message ("What was recorded as %s has nothing that it belongs to", entry->key);
          beckon_store_erase (self->store, entry->key);
        }
    }
  g_clear_pointer (&entries->of[(guint) kind], g_ptr_array_unref);
}

/* What older servers wrote down and this one does not. */
static void
erase_unread (BeckonHub *self, Entries *entries)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (entries->of); kind++)
    {
      GPtrArray *list = entries->of[kind];

      for (guint i = 0; list != NULL && i < list->len; i++)
        beckon_store_erase (self->store, ((Entry *) g_ptr_array_index (list, i))->key);
      g_clear_pointer (&entries->of[kind], g_ptr_array_unref);
    }
}

static HubUnpacker
unpack (GBytes *value)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (value, &length);

  return (HubUnpacker) { data, length, FALSE };
}

static gint64
read_number (GBytes *value, guint index)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (value, &length);
  gint64 little = 0;

  if (length >= (index + 1) * sizeof little)
    memcpy (&little, data + index * sizeof little, sizeof little);
  return GINT64_FROM_LE (little);
}

/* Returns: (nullable): somebody who has an account. */
static HubUser *
load_user (BeckonHub *self, const char *id)
{
  HubUser *user = hub_find_user (self, id);
  g_autoptr (BeckonStoredAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  if (user != NULL)
    return user;
  account = beckon_store_get_account (self->store, id, &error);
  if (error != NULL)
    g_warning ("The account of %s: %s", id, error->message);
  return account != NULL ? hub_get_user (self, account->user, account->name) : NULL;
}

static gboolean
read_session (BeckonHub *self, char **words, GBytes *value)
{
  HubUnpacker unpacker = unpack (value);
  g_autofree char *user_id = hub_unpack_string (&unpacker);
  g_autofree char *device = hub_unpack_string (&unpacker);
  g_autofree char *device_name = hub_unpack_string (&unpacker);
  HubSession *session;
  HubUser *user;

  if (user_id == NULL || device == NULL || device_name == NULL)
    return FALSE;
  user = load_user (self, user_id);
  if (user == NULL || hub_user_find_session (user, device) != NULL)
    return FALSE;
  session = hub_session_new (self, user, words[0], device, device_name);
  session->token = hub_unpack_string (&unpacker);
  session->ring = hub_unpack_number (&unpacker) != 0;
  for (gint64 left = hub_unpack_number (&unpacker); left > 0; left--)
    {
      g_autofree char *watched = hub_unpack_string (&unpacker);

      if (watched == NULL)
        break;
      hub_presence_add_watch (session, watched);
    }
  session->expires = hub_unpack_number (&unpacker);
  if (unpacker.failed)
    session->expires = G_MAXINT64; /* an older server did not write it */
  return TRUE;
}

static gboolean
read_numbers (BeckonHub *self, char **words, GBytes *value)
{
  HubSession *session = g_hash_table_lookup (self->sessions, words[0]);

  if (session == NULL)
    return FALSE;
  session->seq = read_number (value, 0);
  session->handled = read_number (value, 1);
  session->forgotten = read_number (value, 2);
  return TRUE;
}

static int
compare_events (gconstpointer a, gconstpointer b, gpointer unused)
{
  const gint64 first = ((const HubEvent *) a)->seq, second = ((const HubEvent *) b)->seq;

  return (first > second) - (first < second);
}

/* The call of a call.received is in the frame, behind its number. */
static char *
find_received (GBytes *frame)
{
  static const char mark[] = ",\"type\":\"call.received\"";
  gsize length;
  const char *text = g_bytes_get_data (frame, &length);
  const char *comma = memchr (text, ',', length);
  g_autoptr (BeckonMessage) event = NULL;

  if (comma == NULL || (gsize) (text + length - comma) < strlen (mark) ||
      memcmp (comma, mark, strlen (mark)) != 0)
    return NULL;
  event = beckon_message_parse (text, length, BECKON_PARTY_SERVER, NULL, NULL);
  return event != NULL ? g_strdup (beckon_message_get_string (event, "call")) : NULL;
}

static gboolean
read_event (BeckonHub *self, char **words, GBytes *value)
{
  HubSession *session = g_hash_table_lookup (self->sessions, words[0]);
  HubEvent *event;

  if (session == NULL)
    return FALSE;
  event = g_new (HubEvent, 1);
  *event = (HubEvent) { g_ascii_strtoll (words[1], NULL, 10), g_bytes_ref (value),
                        find_received (value) };
  session->event_bytes += g_bytes_get_size (value);
  session->seq = MAX (session->seq, event->seq);
  g_queue_insert_sorted (&session->events, event, compare_events, NULL);
  return TRUE;
}

static int
compare_replies (gconstpointer a, gconstpointer b, gpointer unused)
{
  const gint64 first = ((const HubReply *) a)->id, second = ((const HubReply *) b)->id;

  return (first > second) - (first < second);
}

static gboolean
read_reply (BeckonHub *self, char **words, GBytes *value)
{
  HubSession *session = g_hash_table_lookup (self->sessions, words[0]);
  const gsize length = g_bytes_get_size (value);
  HubReply *reply;

  if (session == NULL || length < sizeof (gint64))
    return FALSE;
  reply = g_new (HubReply, 1);
  *reply = (HubReply) { g_ascii_strtoll (words[1], NULL, 10), read_number (value, 0),
                        g_bytes_new_from_bytes (value, sizeof (gint64), length - sizeof (gint64)) };
  g_queue_insert_sorted (&session->replies, reply, compare_replies, NULL);
  return TRUE;
}

static gboolean
read_dnd (BeckonHub *self, char **words, GBytes *value)
{
  hub_dnd_load (self, words[0], words[1]);
  return TRUE;
}

/* Returns: FALSE: there is none. */
static gboolean
read_participant (HubCall *call, HubUnpacker *unpacker)
{
  g_autofree char *id = hub_unpack_string (unpacker);
  const gint64 state = hub_unpack_number (unpacker);
  HubParticipant *participant;
  HubUser *user;

  if (id == NULL)
    return FALSE;
  user = load_user (call->hub, id);
  if (user == NULL)
    user = hub_get_user (call->hub, id, id);
  participant = hub_call_add_participant (call, user,
                                          CLAMP (state, 0, HUB_PARTICIPANT_STATE_LAST));
  participant->inviter = hub_unpack_number (unpacker);
  participant->device = hub_unpack_string (unpacker);
  participant->data = hub_unpack_string (unpacker);
  participant->timeout = hub_unpack_number (unpacker);
  participant->until = hub_unpack_number (unpacker);
  participant->joined_at = hub_unpack_number (unpacker);
  participant->left_at = hub_unpack_number (unpacker);
  participant->reason = hub_unpack_number (unpacker);
  participant->unreachable = hub_unpack_number (unpacker) != 0;
  return TRUE;
}

static gboolean
read_call (BeckonHub *self, char **words, GBytes *value)
{
  HubUnpacker unpacker = unpack (value);
  const BeckonMedia media = hub_unpack_number (&unpacker);
  g_autofree char *data = hub_unpack_string (&unpacker);
  HubCall *call = hub_call_new (self, words[0], CLAMP (media, 0, BECKON_MEDIA_VIDEO), data);
  gint64 left;

  call->started = hub_unpack_number (&unpacker);
  call->accepted_at = hub_unpack_number (&unpacker);
  call->rung = hub_unpack_number (&unpacker) != 0;
  call->recorded = TRUE;
  if (call->accepted_at > 0)
    {
      beckon_metrics_add (self->metrics, BECKON_GAUGE_CALLS_RINGING, -1);
      beckon_metrics_add (self->metrics, BECKON_GAUGE_CALLS_RUNNING, 1);
    }
  left = hub_unpack_number (&unpacker);
  while (left > 0 && read_participant (call, &unpacker))
    left--;
  if (unpacker.failed || call->participants->len < 2)
    {
      hub_call_free (call);
      return FALSE;
    }
  for (guint i = 0; i < call->participants->len; i++)
    {
      HubParticipant *participant = g_ptr_array_index (call->participants, i);

      participant->inviter = MIN (participant->inviter, call->participants->len - 1);
    }
  g_hash_table_insert (self->calls, call->id, call);
  return TRUE;
}

static gboolean
read_signal (BeckonHub *self, char **words, GBytes *value)
{
  HubCall *call = g_hash_table_lookup (self->calls, words[0]);
  HubUser *user = hub_find_user (self, words[1]);
  HubParticipant *participant = call != NULL && user != NULL
                                    ? hub_call_find_participant (call, user)
                                    : NULL;
  const guint64 index = g_ascii_strtoull (words[2], NULL, 10);

  if (participant == NULL || index > 1000)
    return FALSE;
  if (participant->mailbox == NULL)
    participant->mailbox = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (participant->mailbox->len <= index)
    g_ptr_array_set_size (participant->mailbox, index + 1);
  participant->mailbox->pdata[index] = g_bytes_ref (value);
  participant->mailbox_bytes += g_bytes_get_size (value);
  return TRUE;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 first = read_number ((*(Entry *const *) a)->value, 0);
  const gint64 second = read_number ((*(Entry *const *) b)->value, 0);

  return (first > second) - (first < second);
}

static gboolean
read_end (BeckonHub *self, char **words, GBytes *value)
{
  const gsize length = g_bytes_get_size (value);
  g_autofree char *reason = NULL;

  if (length <= sizeof (gint64))
    return FALSE;
  reason = g_strndup ((const char *) g_bytes_get_data (value, NULL) + sizeof (gint64),
                      length - sizeof (gint64));
  hub_call_remember_end (self, words[0], reason);
  return TRUE;
}

/* ---- a new start ---- */

/* Nobody is connected, and nobody could come back while there was no server: their time begins now. That of
 * invitations went on. */
static void
start_times (BeckonHub *self)
{
  const gint64 now = hub_now (self);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    hub_session_detach (value);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HubCall *call = value;

      for (guint i = 0; i < call->participants->len; i++)
        {
          HubParticipant *participant = g_ptr_array_index (call->participants, i);

          if (participant->state == HUB_JOINED)
            hub_participant_wait (participant, now + self->config->member_grace * 1000);
          else if (hub_participant_is_alerted (participant))
            hub_participant_wait (participant, participant->until);
        }
    }
  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((HubUser *) value)->told = hub_presence_of (self, value);
}

/* Who watches them is told what the server before did not come to tell. */
static gboolean
read_presence (BeckonHub *self, char **words, GBytes *value)
{
  HubUser *user = load_user (self, words[0]);
  const guint8 *told = g_bytes_get_data (value, NULL);

  if (user == NULL || g_bytes_get_size (value) != sizeof *told)
    return FALSE;
  user->told = *told;
  if (user->told == hub_presence_of (self, user))
    hub_record_erase_presence (self, user);
  hub_user_settle (self, user);
  return TRUE;
}

gboolean
hub_load (BeckonHub *self, GError **error)
{
  Entries entries = { { NULL } };

  if (!beckon_store_load_record (self->store, collect, &entries, error))
    return FALSE;
  read_all (self, &entries, 'd', 3, read_dnd);
  read_all (self, &entries, 's', 2, read_session);
  read_all (self, &entries, 'n', 2, read_numbers);
  read_all (self, &entries, 'e', 3, read_event);
  read_all (self, &entries, 'r', 3, read_reply);
  read_all (self, &entries, 'c', 2, read_call);
  read_all (self, &entries, 'm', 4, read_signal);
  if (entries.of['o'] != NULL)
    g_ptr_array_sort (entries.of['o'], compare_times);
  read_all (self, &entries, 'o', 2, read_end);
  start_times (self);
  read_all (self, &entries, 'p', 2, read_presence);
  erase_unread (self, &entries);
  return TRUE;
}
