/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the hub is written down, in the store's record. hub-load.c finds it again.
 *
 *   s/SESSION       who and which device it is, what it watches
 *   n/SESSION       the numbers of the last event, the last request, and the last reply that is not kept any more
 *   e/SESSION/SEQ   an event that is not acknowledged: its frame
 *   r/SESSION/ID    a reply that may be asked for again: when it was given, its frame
 *   d/USER/DEVICE   the device does not want to be disturbed
 *   p/USER          what their watchers know of them, who are to be told something else
 *   c/CALL          a call
 *   m/CALL/USER/N   a signal for a device that comes while it rings, without its number
 *   o/CALL          a call that is over: when, and how it ended
 *
 * Identifiers have no slash in them. */

#define G_LOG_DOMAIN "beckon-server"

#include "config.h"

#include "hub-pack.h"
#include "hub-private.h"

#define KEY_MAX 256

/* Returns: the end of @key, which is KIND/ID now. */
static char *
make_key (char *key, char kind, const char *id)
{
  key[0] = kind;
  key[1] = '/';
  return stpcpy (key + 2, id);
}

static const char *
make_numbered_key (char *key, char kind, const char *id, gint64 number)
{
  char digits[24];
  char *p = digits + sizeof digits;
  char *end = make_key (key, kind, id);

  *--p = '\0';
  do
    *--p = '0' + number % 10;
  while ((number /= 10) > 0);
  *end = '/';
  strcpy (end + 1, p);
  return key;
}

static void
write_packed (BeckonHub *self, const char *key, GByteArray *value, gboolean is_new)
{
  if (is_new)
    beckon_store_record_new (self->store, key, value->data, value->len);
  else
    beckon_store_record (self->store, key, value->data, value->len);
  g_byte_array_set_size (value, 0);
}

static void
pack_watched (GByteArray *value, HubSession *session)
{
  GHashTableIter iter;
  gpointer id;

  if (session->watched == NULL)
    {
      hub_pack_number (value, 0);
      return;
    }
  hub_pack_number (value, g_hash_table_size (session->watched));
  g_hash_table_iter_init (&iter, session->watched);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    hub_pack_string (value, id);
}

void
hub_record_session (HubSession *session)
{
  GByteArray *value = session->hub->packed;
  char key[KEY_MAX];

  hub_pack_string (value, session->user->id);
  hub_pack_string (value, session->device);
  hub_pack_string (value, session->device_name);
  hub_pack_string (value, session->token);
  hub_pack_number (value, session->ring);
  pack_watched (value, session);
  hub_pack_number (value, session->expires);
  make_key (key, 's', session->id);
  write_packed (session->hub, key, value, FALSE);
  hub_session_set_dirty (session);
}

static void
write_numbers (HubSession *session)
{
  const gint64 numbers[] = { GINT64_TO_LE (session->seq), GINT64_TO_LE (session->handled),
                             GINT64_TO_LE (session->forgotten) };
  char key[KEY_MAX];

  make_key (key, 'n', session->id);
  beckon_store_record (session->hub->store, key, numbers, sizeof numbers);
}

void
hub_record_event (HubSession *session, const HubEvent *event)
{
  char key[KEY_MAX];
  gsize length;
  const char *frame = g_bytes_get_data (event->frame, &length);

  make_numbered_key (key, 'e', session->id, event->seq);
  beckon_store_record_new (session->hub->store, key, frame, length);
}

void
hub_record_erase_event (HubSession *session, gint64 seq)
{
  char key[KEY_MAX];

  beckon_store_erase (session->hub->store, make_numbered_key (key, 'e', session->id, seq));
}

static void
write_timed (BeckonHub *self, const char *key, gint64 time, const char *text, gsize length)
{
  g_autofree char *value = g_malloc (sizeof time + length);
  const gint64 little = GINT64_TO_LE (time);

  memcpy (value, &little, sizeof little);
  memcpy (value + sizeof little, text, length);
  beckon_store_record_new (self->store, key, value, sizeof little + length);
}

void
hub_record_reply (HubSession *session, const HubReply *reply)
{
  char key[KEY_MAX];
  gsize length;
  const char *frame = g_bytes_get_data (reply->frame, &length);

  write_timed (session->hub, make_numbered_key (key, 'r', session->id, reply->id), reply->time, frame,
               length);
}

void
hub_record_erase_reply (HubSession *session, gint64 id)
{
  char key[KEY_MAX];

  beckon_store_erase (session->hub->store, make_numbered_key (key, 'r', session->id, id));
}

void
hub_record_erase_session (HubSession *session)
{
  BeckonStore *store = session->hub->store;
  char key[KEY_MAX];

  for (GList *l = session->events.head; l != NULL; l = l->next)
    hub_record_erase_event (session, ((HubEvent *) l->data)->seq);
  for (GList *l = session->replies.head; l != NULL; l = l->next)
    hub_record_erase_reply (session, ((HubReply *) l->data)->id);
  make_key (key, 'n', session->id);
  beckon_store_erase (store, key);
  make_key (key, 's', session->id);
  beckon_store_erase (store, key);
}

void
hub_record_dnd (BeckonHub *self, const char *user, const char *device, gboolean dnd)
{
  char key[KEY_MAX];

  g_snprintf (key, sizeof key, "d/%s/%s", user, device);
  if (dnd)
    beckon_store_record (self->store, key, "", 0);
  else
    beckon_store_erase (self->store, key);
}

static void
pack_participant (GByteArray *value, const HubParticipant *participant)
{
  hub_pack_string (value, participant->user->id);
  hub_pack_number (value, participant->state);
  hub_pack_number (value, participant->inviter);
  hub_pack_string (value, participant->device);
  hub_pack_string (value, participant->data);
  hub_pack_number (value, participant->timeout);
  hub_pack_number (value, participant->until);
  hub_pack_number (value, participant->joined_at);
  hub_pack_number (value, participant->left_at);
  hub_pack_number (value, participant->reason);
  hub_pack_number (value, participant->unreachable);
}

void
hub_record_presence (BeckonHub *self, HubUser *user)
{
  const guint8 told = user->told;
  char key[KEY_MAX];

  g_snprintf (key, sizeof key, "p/%s", user->id);
  beckon_store_record (self->store, key, &told, sizeof told);
}

void
hub_record_erase_presence (BeckonHub *self, HubUser *user)
{
  char key[KEY_MAX];

  g_snprintf (key, sizeof key, "p/%s", user->id);
  beckon_store_erase (self->store, key);
}

static void
write_call (HubCall *call)
{
  GByteArray *value = call->hub->packed;
  char key[KEY_MAX];

  hub_pack_number (value, call->media);
  hub_pack_string (value, call->data);
  hub_pack_number (value, call->started);
  hub_pack_number (value, call->accepted_at);
  hub_pack_number (value, call->rung);
  hub_pack_number (value, call->participants->len);
  for (guint i = 0; i < call->participants->len; i++)
    pack_participant (value, g_ptr_array_index (call->participants, i));
  make_key (key, 'c', call->id);
  write_packed (call->hub, key, value, !call->recorded);
  call->recorded = TRUE;
}

void
hub_record_erase_call (HubCall *call)
{
  char key[KEY_MAX];

  make_key (key, 'c', call->id);
  beckon_store_erase (call->hub->store, key);
  if (call->dirty)
    g_ptr_array_remove_fast (call->hub->dirty_calls, call);
  call->dirty = FALSE;
}

static const char *
signal_key (char *key, HubParticipant *participant, guint index)
{
  char *end = make_key (key, 'm', participant->call->id);

  g_snprintf (end, KEY_MAX - (end - key), "/%s/%u", participant->user->id, index);
  return key;
}

void
hub_record_signal (HubParticipant *participant, guint index)
{
  char key[KEY_MAX];
  gsize length;
  const char *tail = g_bytes_get_data (g_ptr_array_index (participant->mailbox, index), &length);

  signal_key (key, participant, index);
  beckon_store_record_new (participant->call->hub->store, key, tail, length);
}

void
hub_record_erase_signals (HubParticipant *participant)
{
  char key[KEY_MAX];

  for (guint i = 0; i < participant->mailbox->len; i++)
    beckon_store_erase (participant->call->hub->store, signal_key (key, participant, i));
}

void
hub_record_end (BeckonHub *self, const char *call, const char *reason)
{
  char key[KEY_MAX];

  make_key (key, 'o', call);
  write_timed (self, key, hub_now (self), reason, strlen (reason));
}

void
hub_record_erase_end (BeckonHub *self, const char *call)
{
  char key[KEY_MAX];

  make_key (key, 'o', call);
  beckon_store_erase (self->store, key);
}

void
hub_record_write (BeckonHub *self)
{
  for (guint i = 0; i < self->dirty_sessions->len; i++)
    {
      HubSession *session = g_ptr_array_index (self->dirty_sessions, i);

      session->dirty = FALSE;
      write_numbers (session);
    }
  g_ptr_array_set_size (self->dirty_sessions, 0);
  for (guint i = 0; i < self->dirty_calls->len; i++)
    {
      HubCall *call = g_ptr_array_index (self->dirty_calls, i);

      call->dirty = FALSE;
      write_call (call);
    }
  g_ptr_array_set_size (self->dirty_calls, 0);
}
