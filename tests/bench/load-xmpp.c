/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The same load in XMPP, as far as there is the same: people who are signed in, and messages
 * between two of them. A call is nothing here. Stanzas are found by their ends; we know what can
 * come. */

#include "config.h"

#include "load-generator.h"

#include <stdio.h>
#include <string.h>

#define HEADER                                                                                     \
  "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' "                      \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
#define FEATURES_END "</stream:features>"
#define MESSAGE_END "</message>"

static void
say (Load *load, Connection *connection, const char *text)
{
  queue (load, connection, text, strlen (text));
}

static void
greet (Load *load, Connection *connection)
{
  say (load, connection, HEADER);
}

/* "\0user\0password" in base64. */
static void
sign_in (Load *load, Connection *connection)
{
  unsigned char plain[32], text[64];
  const int length =
      snprintf ((char *) plain + 1, sizeof plain - 1, "u%u%cbench", connection->index, '\0');

  plain[0] = '\0';
  EVP_EncodeBlock (text, plain, length + 1);
  say (load, connection, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>");
  say (load, connection, (char *) text);
  say (load, connection, "</auth>");
}

static void
send_signal (Load *load, Connection *connection)
{
  char text[PAYLOAD_BYTES + 200];

  snprintf (text, sizeof text,
            "<message to='u%u@localhost/bench' type='chat' id='m%lu'><body>%s</body></message>",
            peer_of (connection)->index, ++connection->request, load->payload);
  say (load, connection, text);
}

static void
start_call (Load *load, Pair *pair)
{
  load->joined++;
}

static void
hang_up (Load *load, Pair *pair)
{
  load->finished++;
}

/* ---- receiving ---- */

/* Each answer to signing in has its end, and what is said next. */
static size_t
take_answer (Load *load, Connection *connection, const char *data, size_t length)
{
  static const char *const ends[] = { FEATURES_END, "'urn:ietf:params:xml:ns:xmpp-sasl'/>",
                                      FEATURES_END, "</iq>" };
  const char *end = memmem (data, length, ends[connection->step], strlen (ends[connection->step]));

  if (end == NULL)
    return 0;
  if (memmem (data, length, "<failure", 8) != NULL ||
      memmem (data, length, "type='error'", 12) != NULL ||
      memmem (data, length, "<stream:error", 13) != NULL)
    fail (connection, "%.*s", (int) length, data);
  end += strlen (ends[connection->step++]);
  if (connection->step == 1)
    has_opened (load, connection);
  else if (connection->step == 2)
    say (load, connection, HEADER);
  else if (connection->step == 3)
    say (load, connection,
         "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
         "<resource>bench</resource></bind></iq>");
  else
    has_signed_in (load, connection);
  return end - data;
}

static size_t
take_message (Load *load, Connection *connection, const char *data, size_t length)
{
  const char *end = memmem (data, length, MESSAGE_END, strlen (MESSAGE_END));
  const char *body;

  if (length > 0 && end == NULL && memmem (data, length, "<stream:error", 13) != NULL)
    fail (connection, "%.*s", (int) length, data);
  if (end == NULL)
    return 0;
  body = memmem (data, end - data, load->payload, PAYLOAD_BYTES);
  if (body == NULL || memmem (data, end - data, "type='error'", 12) != NULL)
    fail (connection, "%.*s", (int) length, data);
  has_received (load, connection);
  return end + strlen (MESSAGE_END) - data;
}

static size_t
take (Load *load, Connection *connection, const char *data, size_t length)
{
  size_t eaten = 0, n;

  do
    {
      n = connection->state == READY ? take_message (load, connection, data + eaten, length - eaten)
                                     : take_answer (load, connection, data + eaten, length - eaten);
      eaten += n;
    }
  while (n > 0 && eaten < length);
  return eaten;
}

const Dialect xmpp_dialect = { greet, sign_in, take, send_signal, start_call, hang_up };
