/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The same calls in SIP over TCP, through a proxy, each person with a connection of their own as
 * ours have: INVITE, 180, and when the caller knows that it rings 200, ACK, BYE, 200. No bodies:
 * ours have none either. What a message is answered with is made of its own lines. */

#include "config.h"

#include "load-generator.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX ANSWER_MAX

enum
{
  INVITED = 1 << 0,
  RINGING = 1 << 1,
  ANSWERED = 1 << 2,
  ACKNOWLEDGED = 1 << 3,
  ENDED = 1 << 4,
  END_KNOWN = 1 << 5,
  EVERYTHING = (1 << 6) - 1,
};

typedef struct
{
  const char *text;
  size_t length;
} Message;

static void
say (Load *load, Connection *connection, const char *text)
{
  queue (load, connection, text, strlen (text));
}

/* Where they are: it is the connection that they opened. */
static void
write_contact (const Connection *connection, char *contact, size_t size)
{
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;
  char host[INET_ADDRSTRLEN];

  getsockname (connection->fd, (struct sockaddr *) &address, &length);
  inet_ntop (AF_INET, &address.sin_addr, host, sizeof host);
  snprintf (contact, size, "sip:u%u@%s:%u;transport=tcp", connection->index, host,
            ntohs (address.sin_port));
}

/* Copies the lines of @message that begin with @name behind @text; as @as, if that is given. */
static void
copy_lines (char *text, const Message *message, const char *name, const char *as)
{
  const char *end = message->text + message->length;
  size_t at = strlen (text);

  for (const char *line = message->text; line < end;)
    {
      const char *next = (const char *) memchr (line, '\n', end - line) + 1;

      if (strncmp (line, name, strlen (name)) == 0)
        {
          const char *value = line + strlen (name);

          at += snprintf (text + at, MESSAGE_MAX - at, "%s%.*s", as != NULL ? as : name,
                          (int) (next - value), value);
        }
      line = next;
    }
}

/* ---- what is said ---- */

static void
greet (Load *load, Connection *connection)
{
  has_opened (load, connection);
}

static void
sign_in (Load *load, Connection *connection)
{
  const unsigned user = connection->index;
  char text[MESSAGE_MAX], contact[100];

  write_contact (connection, contact, sizeof contact);
  snprintf (text, sizeof text,
            "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKr%u\r\n"
            "From: <sip:u%u@127.0.0.1>;tag=r\r\nTo: <sip:u%u@127.0.0.1>\r\nCall-ID: r%u\r\n"
            "CSeq: 1 REGISTER\r\nContact: <%s>\r\nExpires: 3600\r\nMax-Forwards: 9\r\n"
            "Content-Length: 0\r\n\r\n",
            user, user, user, user, contact);
  say (load, connection, text);
}

static void
start_call (Load *load, Pair *pair)
{
  Connection *caller = pair->caller;
  const unsigned callee = pair->callee->index;
  char text[MESSAGE_MAX], contact[100];

  pair->seen = 0;
  write_contact (caller, contact, sizeof contact);
  snprintf (pair->call, sizeof pair->call, "c%u-%lu", caller->index, ++caller->request);
  snprintf (text, sizeof text,
            "INVITE sip:u%u@127.0.0.1:%u;transport=tcp SIP/2.0\r\n"
            "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKi%s\r\nFrom: <sip:u%u@127.0.0.1>;tag=%s\r\n"
            "To: <sip:u%u@127.0.0.1>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContact: <%s>\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            callee, load->port, pair->call, caller->index, pair->call, callee, pair->call, contact);
  say (load, caller, text);
}

static void
reply (char *text, const Connection *connection, const Message *request, const char *status)
{
  char contact[100];

  write_contact (connection, contact, sizeof contact);
  snprintf (text, MESSAGE_MAX, "SIP/2.0 %s\r\n", status);
  copy_lines (text, request, "Via:", NULL);
  copy_lines (text, request, "Record-Route:", NULL);
  copy_lines (text, request, "From:", NULL);
  copy_lines (text, request, "To:", NULL);
  if (strncmp (request->text, "INVITE", 6) == 0) /* the callee's own tag */
    snprintf (text + strlen (text) - 2, MESSAGE_MAX - strlen (text), ";tag=t\r\n");
  copy_lines (text, request, "Call-ID:", NULL);
  copy_lines (text, request, "CSeq:", NULL);
  snprintf (text + strlen (text), MESSAGE_MAX - strlen (text),
            "Contact: <%s>\r\nContent-Length: 0\r\n\r\n", contact);
}

/* A request within the call, made of the 200 of its INVITE. */
static void
say_within (
    Load *load, Connection *caller, const Message *answer, const char *method, unsigned cseq)
{
  const Pair *pair = caller->pair;
  char text[MESSAGE_MAX], contact[100];

  write_contact (pair->callee, contact, sizeof contact);
  snprintf (text, sizeof text,
            "%s %s SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK%s%s\r\n"
            "CSeq: %u %s\r\nCall-ID: %s\r\n",
            method, contact, method, pair->call, cseq, method, pair->call);
  copy_lines (text, answer, "Record-Route:", "Route:");
  copy_lines (text, answer, "From:", NULL);
  copy_lines (text, answer, "To:", NULL);
  snprintf (text + strlen (text), MESSAGE_MAX - strlen (text),
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
  say (load, caller, text);
}

/* ---- receiving ---- */

static void
note (Load *load, Connection *connection, const Message *message, unsigned what)
{
  Pair *pair = connection->pair;

  if ((pair->seen & what) != 0 || pair->seen < what - 1 ||
      memmem (message->text, message->length, pair->call, strlen (pair->call)) == NULL)
    fail (connection, "out of order: %.*s", (int) message->length, message->text);
  pair->seen |= what;
  if (pair->seen == EVERYTHING)
    has_finished (load, pair);
}

static void
on_request (Load *load, Connection *connection, const Message *message)
{
  Pair *pair = connection->pair;
  char text[MESSAGE_MAX];

  if (strncmp (message->text, "INVITE ", 7) == 0)
    {
      note (load, connection, message, INVITED);
      reply (text, connection, message, "180 Ringing");
      say (load, connection, text);
      reply (pair->answer, connection, message, "200 OK");
    }
  else if (strncmp (message->text, "ACK ", 4) == 0)
    note (load, connection, message, ACKNOWLEDGED);
  else if (strncmp (message->text, "BYE ", 4) == 0)
    {
      note (load, connection, message, ENDED);
      reply (text, connection, message, "200 OK");
      say (load, connection, text);
    }
  else
    fail (connection, "%.*s", (int) message->length, message->text);
}

static void
on_response (Load *load, Connection *connection, const Message *message)
{
  const unsigned status = strtoul (message->text + strlen ("SIP/2.0 "), NULL, 10);

  if (status == 100)
    return;
  if (status == 200 && connection->state == SIGNING_IN)
    has_signed_in (load, connection);
  else if (status == 180)
    {
      note (load, connection, message, RINGING);
      say (load, connection->pair->callee, connection->pair->answer);
    }
  else if (status == 200 && memmem (message->text, message->length, "1 INVITE", 8) != NULL)
    {
      note (load, connection, message, ANSWERED);
      say_within (load, connection, message, "ACK", 1);
      say_within (load, connection, message, "BYE", 2);
    }
  else if (status == 200)
    note (load, connection, message, END_KNOWN);
  else
    fail (connection, "%.*s", (int) message->length, message->text);
}

static size_t
take (Load *load, Connection *connection, const char *data, size_t length)
{
  size_t eaten = 0;
  const char *end;

  while ((end = memmem (data + eaten, length - eaten, "\r\n\r\n", 4)) != NULL)
    {
      const Message message = { data + eaten, end + 4 - data - eaten };

      if (strncmp (message.text, "SIP/2.0 ", 8) == 0)
        on_response (load, connection, &message);
      else
        on_request (load, connection, &message);
      eaten += message.length;
    }
  return eaten;
}

const Dialect sip_dialect = { greet, sign_in, take, NULL, start_call, NULL };
