/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "check-phrases.h"

#include "media-peer.h"
#include "phrases.h"
#include "statistics-window.h"

#include <glib/gi18n.h>

char *
beckon_phrase_for_check_title (BeckonCheck check, const char *subject)
{
  switch (check)
    {
    case BECKON_CHECK_SERVER:
      /* Translators: what is tried before a call: the server that introduces people */
      return g_strdup (_("Server"));
    case BECKON_CHECK_NETWORK:
      /* Translators: what is tried before a call: whether this computer is on a network */
      return g_strdup (_("Network"));
    case BECKON_CHECK_UDP:
      /* Translators: what is tried before a call: from computer to computer, without a relay */
      return g_strdup (_("Direct Connection"));
    case BECKON_CHECK_RELAY:
      /* Translators: what is tried before a call; %s is a protocol and the address of a relay */
      return subject != NULL ? g_strdup_printf (_("Relay %s"), subject)
                             /* Translators: what is tried before a call: a server in between */
                             : g_strdup (_("Relay"));
    case BECKON_CHECK_MEDIA:
    default:
      /* Translators: what is tried before a call: whether they get through */
      return g_strdup (_("Sound and Pictures"));
    }
}

static char *
phrase_for_udp (const BeckonCheckLine *line)
{
  if (line->status == BECKON_CHECK_GOOD)
    /* Translators: milliseconds to a server and back again; UDP is a protocol */
    return g_strdup_printf (_("UDP gets through, %.0f ms there and back."), line->round_trip_ms);
  if (line->problem != NULL)
    return g_strdup (_("This network lets no UDP through: calls need a relay."));
  return g_strdup (_("The server names nobody who could tell whether UDP gets through."));
}

static char *
phrase_for_relay (const BeckonCheckLine *line)
{
  if (line->status == BECKON_CHECK_GOOD)
    /* Translators: of a relay: it can be used; milliseconds to it and back again */
    return g_strdup_printf (_("It lets this computer in, %.0f ms there and back."),
                            line->round_trip_ms);
  if (line->problem == NULL)
    return g_strdup (_("The server has no relay: who is behind a strict firewall cannot be reached."));
  if (g_error_matches (line->problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_RELAY_REFUSED))
    return beckon_phrase_for_error (line->problem, NULL);
  /* Translators: of a relay */
  return g_strdup (_("It does not answer."));
}

static char *
phrase_for_media (const BeckonCheckLine *line, guint rate)
{
  g_autofree char *measured = beckon_phrase_for_rate (rate);

  if (line->status == BECKON_CHECK_FAILED)
    return line->problem != NULL
               ? beckon_phrase_for_error (line->problem, NULL)
               : g_strdup (_("Sound and pictures go out, but do not come back."));
  if (line->status == BECKON_CHECK_WARNING)
    /* Translators: of sound and pictures; milliseconds there and back again */
    return g_strdup_printf (_("They come back late or with gaps, %.0f ms there and back."),
                            line->round_trip_ms);
  if (!line->relayed)
    return g_strdup (_("They work on this computer. Without a relay nothing beyond it can be tried."));
  if (rate == 0)
    /* Translators: of sound and pictures; milliseconds there and back again */
    return g_strdup_printf (_("They come back whole, %.0f ms there and back. How much gets "
                              "through could not be measured."),
                            line->round_trip_ms);
  /* Translators: of sound and pictures; milliseconds there and back again, and a rate: “1.4 Mbit/s” */
  return g_strdup_printf (_("They come back whole, %.0f ms there and back, at %s."),
                          line->round_trip_ms, measured);
}

char *
beckon_phrase_for_check (const BeckonCheckLine *line, guint rate)
{
  g_return_val_if_fail (line != NULL, NULL);

  switch (line->check)
    {
    case BECKON_CHECK_SERVER:
      if (line->problem != NULL)
        return beckon_phrase_for_error (line->problem, line->subject);
      /* Translators: of a server; milliseconds to it and back again */
      return g_strdup_printf (_("It answers, %.0f ms there and back."), line->round_trip_ms);
    case BECKON_CHECK_NETWORK:
      return line->status == BECKON_CHECK_GOOD ? g_strdup (_("This computer is on a network."))
                                               : g_strdup (_("This computer is on no network."));
    case BECKON_CHECK_UDP:
      return phrase_for_udp (line);
    case BECKON_CHECK_RELAY:
      return phrase_for_relay (line);
    case BECKON_CHECK_MEDIA:
    default:
      return phrase_for_media (line, rate);
    }
}

const char *
beckon_phrase_for_check_advice (const BeckonCheckLine *line)
{
  g_return_val_if_fail (line != NULL, NULL);

  if (line->status == BECKON_CHECK_GOOD)
    return NULL;
  switch (line->check)
    {
    case BECKON_CHECK_SERVER:
      return _("Look whether this computer is on a network, and ask whoever runs the server.");
    case BECKON_CHECK_NETWORK:
      return _("Connect it by cable or Wi-Fi to reach other people.");
    case BECKON_CHECK_UDP:
      return line->problem != NULL
                 ? _("Ask whoever runs the network to let UDP out, or use another network.")
                 : NULL;
    case BECKON_CHECK_RELAY:
      return line->problem != NULL ? _("Tell whoever runs the server.")
                                   : _("Whoever runs the server can add one.");
    case BECKON_CHECK_MEDIA:
    default:
      return line->status == BECKON_CHECK_WARNING
                 ? _("Calls may stutter. Stop downloads and other heavy work, or use a cable.")
                 : _("Try another network. Whoever runs the server can tell whether its relay works.");
    }
}

const char *
beckon_phrase_for_check_result (BeckonCheckStatus status)
{
  switch (status)
    {
    case BECKON_CHECK_GOOD:
      /* Translators: what came of a check of the network: nothing is wrong */
      return _("Calls work.");
    case BECKON_CHECK_WARNING:
      return _("Calls work, but perhaps not with everybody.");
    case BECKON_CHECK_FAILED:
    default:
      /* Translators: what came of a check of the network: something is wrong */
      return _("Calls may not work.");
    }
}
