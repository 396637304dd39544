/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "phrases.h"

#include "clock-format.h"
#include "identifiers.h"
#include "protocol-error.h"

#include <glib/gi18n.h>

/* ---- errors ---- */

static char *
phrase_for_protocol_error (BeckonProtocolError code, const char *subject)
{
  switch (code)
    {
    case BECKON_PROTOCOL_ERROR_UNKNOWN_USER:
      if (subject == NULL)
        return g_strdup (_("The server knows nobody with this user ID."));
      /* Translators: %s is a user ID */
      return g_strdup_printf (_("The server knows nobody with the user ID “%s”."), subject);
    case BECKON_PROTOCOL_ERROR_NO_INVITEE:
      return g_strdup (_("Nobody of these people can be called. Check the user IDs."));
    case BECKON_PROTOCOL_ERROR_TOO_MANY_INVITEES:
      return g_strdup_printf (_("At most %d people can be called at once."), BECKON_INVITEES_MAX);
    case BECKON_PROTOCOL_ERROR_BAD_USER_ID:
      return g_strdup_printf (_("A user ID has 1 to %d letters a–z, digits, dots, hyphens or "
                                 "underscores."),
                              BECKON_USER_ID_MAX);
    case BECKON_PROTOCOL_ERROR_BUSY_SELF:
      return g_strdup (_("You are in a call already, perhaps on another device."));
    case BECKON_PROTOCOL_ERROR_CALL_OVER:
    case BECKON_PROTOCOL_ERROR_UNKNOWN_CALL:
      return g_strdup (_("The call is over already."));
    case BECKON_PROTOCOL_ERROR_NOT_INVITED:
    case BECKON_PROTOCOL_ERROR_NOT_IN_CALL:
      return g_strdup (_("You are not in this call any more."));
    case BECKON_PROTOCOL_ERROR_ANSWERED_ELSEWHERE:
    case BECKON_PROTOCOL_ERROR_ALREADY_ACCEPTED:
      return g_strdup (_("The call was answered on another device."));
    case BECKON_PROTOCOL_ERROR_RATE_LIMITED:
      return g_strdup (_("That was too often in a short time. Wait a moment and try again."));
    case BECKON_PROTOCOL_ERROR_WRONG_PASSWORD:
      return g_strdup (_("The user ID and the password do not match. Try again."));
    case BECKON_PROTOCOL_ERROR_USER_EXISTS:
      return g_strdup (_("This user ID is taken. Choose another one."));
    case BECKON_PROTOCOL_ERROR_WEAK_PASSWORD:
      return g_strdup (_("This password is too short. Use at least 8 characters."));
    case BECKON_PROTOCOL_ERROR_REGISTRATION_CLOSED:
      return g_strdup (_("This server creates no accounts. Ask the people who run it for one."));
    case BECKON_PROTOCOL_ERROR_INVITE_CODE_NEEDED:
      return g_strdup (_("This server creates accounts only with the right code. Ask the people who run it "
                         "for it."));
    case BECKON_PROTOCOL_ERROR_BAD_TOKEN:
      return g_strdup (_("The server signed you out. Sign in again."));
    case BECKON_PROTOCOL_ERROR_BLOCKED:
    case BECKON_PROTOCOL_ERROR_UNREACHABLE:
      return g_strdup (_("They cannot be reached at the moment."));
    case BECKON_PROTOCOL_ERROR_BAD_FRAME:
    case BECKON_PROTOCOL_ERROR_BAD_REQUEST:
    case BECKON_PROTOCOL_ERROR_UNKNOWN_TYPE:
    case BECKON_PROTOCOL_ERROR_TOO_LARGE:
    case BECKON_PROTOCOL_ERROR_HELLO_FIRST:
    case BECKON_PROTOCOL_ERROR_INTERNAL:
    default:
      return NULL;
    }
}

static char *
phrase_for_signaling_error (BeckonSignalingError code, const char *subject)
{
  switch (code)
    {
    case BECKON_SIGNALING_ERROR_BAD_ADDRESS:
      return g_strdup (_("This is not the address of a server. It looks like calls.example.org."));
    case BECKON_SIGNALING_ERROR_UNREACHABLE:
      if (subject == NULL)
        return g_strdup (_("The server does not answer."));
      /* Translators: %s is the address of a server */
      return g_strdup_printf (_("%s does not answer."), subject);
    case BECKON_SIGNALING_ERROR_NOT_A_SERVER:
      if (subject == NULL)
        return g_strdup (_("There is no Beckon server at this address."));
      /* Translators: %s is the address of a server */
      return g_strdup_printf (_("%s answers, but it is not a Beckon server."), subject);
    case BECKON_SIGNALING_ERROR_NOT_CONNECTED:
      return g_strdup (_("There is no connection to the server. Try again when it is back."));
    case BECKON_SIGNALING_ERROR_DISCONNECTED:
      return g_strdup (_("The connection to the server broke. Try again when it is back."));
    case BECKON_SIGNALING_ERROR_SIGNED_OUT:
      return g_strdup (_("Another device of yours signed this one out."));
    default:
      return NULL;
    }
}

static char *
phrase_for_media_error (BeckonMediaError code)
{
  switch (code)
    {
    case BECKON_MEDIA_ERROR_NO_PATH:
      return g_strdup (_("No way through the network between the two computers was found."));
    case BECKON_MEDIA_ERROR_ENCRYPTION:
      return g_strdup (_("The two computers could not agree on an encryption."));
    case BECKON_MEDIA_ERROR_BAD_DESCRIPTION:
    case BECKON_MEDIA_ERROR_BAD_CANDIDATE:
      return g_strdup (_("The other computer speaks another language."));
    case BECKON_MEDIA_ERROR_NO_DEVICE:
      return g_strdup (_("The device was not found."));
    case BECKON_MEDIA_ERROR_DEVICE_BUSY:
      return g_strdup (_("The device is in use by another application."));
    case BECKON_MEDIA_ERROR_DEVICE_LOST:
      /* Translators: what went wrong: of a camera, a microphone or a speaker */
      return g_strdup (_("The device was disconnected."));
    case BECKON_MEDIA_ERROR_NOT_ALLOWED:
      return g_strdup (_("Beckon is not allowed to use the device."));
    case BECKON_MEDIA_ERROR_MISSING_PLUGIN:
      return g_strdup (_("A part of GStreamer is not installed."));
    case BECKON_MEDIA_ERROR_NO_RELAY:
      return g_strdup (_("No relay could be reached, and nothing else would do."));
    case BECKON_MEDIA_ERROR_RELAY_REFUSED:
      return g_strdup (_("The relay did not let this computer in."));
    case BECKON_MEDIA_ERROR_UDP_BLOCKED:
      return g_strdup (_("This network does not let calls through."));
    case BECKON_MEDIA_ERROR_NO_ROUTE:
      return g_strdup (_("This computer is on no network."));
    case BECKON_MEDIA_ERROR_PEER_SILENT:
      return g_strdup (_("Nothing came from the other computer."));
    case BECKON_MEDIA_ERROR_DEVICE_LATE:
    case BECKON_MEDIA_ERROR_DEVICE_QUIET:
    case BECKON_MEDIA_ERROR_NO_SOUND:
    case BECKON_MEDIA_ERROR_ENCODER:
    case BECKON_MEDIA_ERROR_FAILED:
    default:
      return NULL;
    }
}

char *
beckon_phrase_for_error (const GError *error, const char *subject)
{
  char *phrase = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == BECKON_PROTOCOL_ERROR)
    phrase = phrase_for_protocol_error (error->code, subject);
  else if (error->domain == BECKON_SIGNALING_ERROR)
    phrase = phrase_for_signaling_error (error->code, subject);
  else if (error->domain == BECKON_MEDIA_ERROR)
    phrase = phrase_for_media_error (error->code);
  if (phrase != NULL)
    return phrase;
  /* Translators: %s is the technical reason, not translated */
  return g_strdup_printf (_("Something went wrong: %s"), error->message);
}

const char *
beckon_phrase_for_own_id (void)
{
  return _("That is your own user ID. Type the one of somebody else.");
}

/* ---- names ---- */

char *
beckon_phrase_for_first_name (const char *name)
{
  const char *blank;

  g_return_val_if_fail (name != NULL, NULL);

  blank = strchr (name, ' ');
  return blank != NULL && blank != name ? g_strndup (name, blank - name) : g_strdup (name);
}

char *
beckon_phrase_for_people (GPtrArray *people)
{
  g_autoptr (GString) names = NULL;

  g_return_val_if_fail (people != NULL, NULL);

  if (people->len == 0)
    return g_strdup ("");
  if (people->len == 1)
    return g_strdup (((BeckonUser *) g_ptr_array_index (people, 0))->name);

  names = g_string_new (NULL);
  for (guint i = 0; i < people->len; i++)
    {
      const BeckonUser *user = g_ptr_array_index (people, i);
      g_autofree char *first = beckon_phrase_for_first_name (user->name);

      if (i > 0)
        g_string_append (names, i == people->len - 1
                                    /* Translators: between the last two names of a list */
                                    ? _(" and ")
                                    /* Translators: between names of a list, not the last two */
                                    : _(", "));
      g_string_append (names, first);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

char *
beckon_phrase_for_members (BeckonCall *call)
{
  GPtrArray *members;
  g_autoptr (GPtrArray) there = g_ptr_array_new ();

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  members = beckon_call_get_members (call);
  for (guint i = 0; i < members->len; i++)
    {
      BeckonUser *user = g_ptr_array_index (members, i);

      if (beckon_call_get_member_state (call, user->id) != BECKON_MEMBER_GONE)
        g_ptr_array_add (there, user);
    }
  return beckon_phrase_for_people (there->len > 0 ? there : members);
}

/* ---- times ---- */

char *
beckon_phrase_for_clock (gint64 ms)
{
  const int seconds = (int) (MAX (ms, 0) / 1000);

  if (seconds >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return g_strdup_printf ("%d:%02d", seconds / 60, seconds % 60);
}

char *
beckon_phrase_for_length (gint64 ms)
{
  const int seconds = (int) ((MAX (ms, 0) + 500) / 1000);

  if (seconds < 60)
    /* Translators: how long a call was: seconds */
    return g_strdup_printf (_("%d s"), seconds);
  if (seconds < 2 * 3600)
    /* Translators: how long a call was: minutes */
    return g_strdup_printf (_("%d min"), (seconds + 30) / 60);
  /* Translators: how long a call was: hours and minutes */
  return g_strdup_printf (_("%d h %d min"), seconds / 3600, seconds / 60 % 60);
}

char *
beckon_phrase_for_exact_length (gint64 ms)
{
  const int seconds = (int) ((MAX (ms, 0) + 500) / 1000);

  if (seconds < 60)
    /* Translators: how long a call was: seconds */
    return g_strdup_printf (_("%d s"), seconds);
  if (seconds < 3600)
    /* Translators: how long a call was: minutes and seconds */
    return g_strdup_printf (_("%d min %d s"), seconds / 60, seconds % 60);
  /* Translators: how long a call was: hours and minutes */
  return g_strdup_printf (_("%d h %d min"), seconds / 3600, seconds / 60 % 60);
}

static int
days_between (GDateTime *earlier, GDateTime *later)
{
  GDate from;
  GDate to;

  g_date_clear (&from, 1);
  g_date_clear (&to, 1);
  g_date_set_dmy (&from, g_date_time_get_day_of_month (earlier), g_date_time_get_month (earlier),
                  g_date_time_get_year (earlier));
  g_date_set_dmy (&to, g_date_time_get_day_of_month (later), g_date_time_get_month (later),
                  g_date_time_get_year (later));
  return g_date_days_between (&from, &to);
}

/* What is told of a time so many days ago. */
static const char *
get_time_format (int days)
{
  if (days >= 7)
    /* Translators: date of a call, for g_date_time_format() */
    return _("%-d %b %Y");
  if (days > 0)
    /* Translators: weekday of a call, for g_date_time_format() */
    return _("%A");
  if (beckon_clock_format_has_twelve_hours (beckon_clock_format_get_default ()))
    /* Translators: as "%-H:%M", where clocks have twelve hours; %p is AM or PM */
    return _("%-I:%M %p");
  /* Translators: time of a call of today, for g_date_time_format() */
  return _("%-H:%M");
}

char *
beckon_phrase_for_time (gint64 ms, GDateTime *now)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) then = NULL;
  int days;

  g_return_val_if_fail (now != NULL, NULL);

  utc = g_date_time_new_from_unix_utc (ms / 1000);
  if (utc == NULL)
    return g_strdup ("");
  then = g_date_time_to_timezone (utc, g_date_time_get_timezone (now));
  days = days_between (then, now);
  if (days == 1)
    /* Translators: when a call was, as in "No answer, yesterday" */
    return g_strdup (_("yesterday"));
  return g_date_time_format (then, get_time_format (days));
}

/* ---- volumes ---- */

char *
beckon_phrase_for_volume (guint percent)
{
  /* Translators: how loud a person, or all of a call, is heard; 100 % is as loud as it comes */
  return g_strdup_printf (_("%u %%"), percent);
}

/* ---- calls ---- */

const char *
beckon_phrase_for_presence (BeckonPresence presence)
{
  switch (presence)
    {
    case BECKON_PRESENCE_ONLINE:
      /* Translators: state of a contact: can be called */
      return _("Online");
    case BECKON_PRESENCE_IN_CALL:
      /* Translators: state of a contact: is in a call with somebody */
      return _("In a call");
    case BECKON_PRESENCE_DND:
      /* Translators: state of a contact: their calls do not ring */
      return _("Do not disturb");
    case BECKON_PRESENCE_OFFLINE:
    default:
      /* Translators: state of a contact: no computer of theirs is connected */
      return _("Offline");
    }
}

const char *
beckon_phrase_for_media (BeckonMedia media)
{
  /* Translators: what a call is: with pictures */
  return media == BECKON_MEDIA_VIDEO ? _("Video call")
                                     /* Translators: what a call is: with sound only */
                                     : _("Voice call");
}

const char *
beckon_phrase_for_progress (BeckonCallProgress progress)
{
  switch (progress)
    {
    case BECKON_CALL_PROGRESS_CALLING:
      /* Translators: state of a call: it does not ring yet on the other side */
      return _("Calling…");
    case BECKON_CALL_PROGRESS_RINGING:
      /* Translators: state of a call: it rings on the other side */
      return _("Ringing…");
    case BECKON_CALL_PROGRESS_OFFLINE:
      return _("Offline – they will see a missed call");
    case BECKON_CALL_PROGRESS_CONNECTING:
      /* Translators: state of a call: it was answered, there is no sound yet */
      return _("Connecting…");
    case BECKON_CALL_PROGRESS_RECONNECTING:
      /* Translators: state of a call: its connection was lost and is tried again */
      return _("Reconnecting…");
    case BECKON_CALL_PROGRESS_CONNECTED:
    case BECKON_CALL_PROGRESS_ENDED:
    default:
      return "";
    }
}

char *
beckon_phrase_for_microphone_problem (const GError *problem)
{
  g_return_val_if_fail (problem != NULL, NULL);

  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_BUSY))
    return g_strdup (_("Another application uses the microphone: you are not heard"));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST))
    return g_strdup (_("The microphone was disconnected: you are not heard"));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LATE))
    return g_strdup (_("The microphone does not answer: you are not heard"));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_QUIET))
    /* Translators: of a microphone that is open and gives nothing but silence; imperative */
    return g_strdup (_("Nothing is heard: look whether the microphone is muted or switched off"));
  return g_strdup (_("No microphone was found: you are not heard"));
}

char *
beckon_phrase_for_camera_problem (const GError *problem)
{
  g_return_val_if_fail (problem != NULL, NULL);

  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_BUSY))
    return g_strdup (_("Another application uses the camera: you are not seen"));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST))
    return g_strdup (_("The camera was disconnected: you are not seen"));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NOT_ALLOWED))
    return g_strdup (_("Beckon may not use the camera: you are not seen. Allow it in the settings of the "
                       "desktop."));
  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER))
    return g_strdup (_("This computer failed to encode your picture: you are not seen"));
  return g_strdup (_("No camera was found: you are not seen"));
}

const char *
beckon_phrase_for_speaker_problem (const GError *problem)
{
  g_return_val_if_fail (problem != NULL, NULL);

  if (g_error_matches (problem, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LATE))
    return _("The speaker does not answer: you hear nothing");
  return _("No speaker was found: you hear nothing");
}

const char *
beckon_phrase_for_devices_in_use (void)
{
  return _("Not possible while you are in a call or one rings");
}

char *
beckon_phrase_for_no_microphone (BeckonCall *call)
{
  const GError *error;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  error = beckon_call_get_microphone_problem (call);
  return error != NULL ? beckon_phrase_for_microphone_problem (error) : NULL;
}

char *
beckon_phrase_for_no_camera (BeckonCall *call)
{
  BeckonStatistics *statistics;
  const GError *error;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  error = beckon_call_get_camera_problem (call);
  statistics = beckon_call_get_statistics (call);
  if (error == NULL && beckon_call_get_camera (call) && statistics != NULL &&
      beckon_statistics_get_pictures_off (statistics))
    return g_strdup (_("The connection is too slow for your picture: you are not seen"));
  return error != NULL ? beckon_phrase_for_camera_problem (error) : NULL;
}

char *
beckon_phrase_for_no_speaker (BeckonCall *call)
{
  const GError *error;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  error = beckon_call_get_speaker_problem (call);
  return error != NULL ? g_strdup (beckon_phrase_for_speaker_problem (error)) : NULL;
}

char *
beckon_phrase_for_no_screen (BeckonCall *call)
{
  const GError *error;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  error = beckon_call_get_screen_problem (call);
  if (error == NULL)
    return NULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup (_("Nothing is shared: no screen was chosen"));
  if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_DEVICE))
    return g_strdup (_("This desktop cannot share a screen"));
  if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_DEVICE_LOST))
    return g_strdup (_("The desktop ended the sharing of your screen"));
  if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_NO_SOUND))
    return g_strdup (_("Your screen is shared, but not the sound of this computer"));
  if (g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_ENCODER))
    return g_strdup (_("This computer failed to encode your screen: it is not seen"));
  return g_strdup (_("The desktop refused to share your screen"));
}

static char *
phrase_for_elsewhere (BeckonCall *call)
{
  const char *device = beckon_call_get_answered_device (call);

  switch (beckon_call_get_elsewhere (call))
    {
    case BECKON_CALL_ELSEWHERE_MOVED:
      /* Translators: %s is the name of a computer */
      return device != NULL ? g_strdup_printf (_("This call continues on %s"), device)
                            : g_strdup (_("This call continues on another device"));
    case BECKON_CALL_ELSEWHERE_DECLINED:
      /* Translators: how a call ended: by oneself elsewhere; %s is the name of a computer */
      return device != NULL ? g_strdup_printf (_("Declined on %s"), device)
                            /* Translators: how a call ended: by oneself elsewhere */
                            : g_strdup (_("Declined on another device"));
    case BECKON_CALL_ELSEWHERE_ANSWERED:
    default:
      /* Translators: how a call ended: by oneself elsewhere; %s is the name of a computer */
      return device != NULL ? g_strdup_printf (_("Answered on %s"), device)
                            /* Translators: how a call ended: by oneself elsewhere */
                            : g_strdup (_("Answered on another device"));
    }
}

char *
beckon_phrase_for_end (BeckonCall *call)
{
  g_autofree char *first = NULL;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  first = beckon_phrase_for_first_name (beckon_call_get_last_user (call)->name);
  switch (beckon_call_get_end (call))
    {
    case BECKON_CALL_END_HUNG_UP:
      /* Translators: how a call ended */
      return g_strdup (_("You hung up"));
    case BECKON_CALL_END_PEER_HUNG_UP:
      /* Translators: how a call ended; %s is a first name */
      return g_strdup_printf (_("%s hung up"), first);
    case BECKON_CALL_END_CANCELLED:
      /* Translators: how a call ended before it was answered */
      return g_strdup (_("You cancelled the call"));
    case BECKON_CALL_END_PEER_CANCELLED:
      /* Translators: how a call ended before it was answered; %s is a first name */
      return g_strdup_printf (_("%s has cancelled the call"), first);
    case BECKON_CALL_END_DECLINED:
      /* Translators: how a call ended: one did not want to answer */
      return g_strdup (_("You declined"));
    case BECKON_CALL_END_PEER_DECLINED:
      /* Translators: how a call ended: they did not want to answer; %s is a first name */
      return g_strdup_printf (_("%s declined"), first);
    case BECKON_CALL_END_PEER_BUSY:
      /* Translators: how a call ended: they are in another call; %s is a first name */
      return g_strdup_printf (_("%s is busy"), first);
    case BECKON_CALL_END_UNANSWERED:
      /* Translators: how a call ended: whom one called did not answer */
      return g_strdup (_("No answer"));
    case BECKON_CALL_END_MISSED:
      /* Translators: how a call ended: one did not answer it */
      return g_strdup (_("Missed call"));
    case BECKON_CALL_END_ANSWERED_ELSEWHERE:
      return phrase_for_elsewhere (call);
    case BECKON_CALL_END_CONNECTION_LOST:
      /* Translators: how a call ended: the connection did not come back */
      return g_strdup (_("Connection lost"));
    case BECKON_CALL_END_NO_MEDIA:
    case BECKON_CALL_END_FAILED:
      /* Translators: how a call ended: there was an error */
      return g_strdup (_("The call failed"));
    case BECKON_CALL_END_NONE:
    default:
      return g_strdup ("");
    }
}

char *
beckon_phrase_for_end_detail (BeckonCall *call)
{
  const GError *error;
  g_autofree char *length = NULL;

  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  if (beckon_call_get_message (call) != NULL)
    /* Translators: %s is what the person wrote who declined a call */
    return g_strdup_printf (_("“%s”"), beckon_call_get_message (call));
  error = beckon_call_get_error (call);
  /* Not if it was our own network. */
  if (beckon_call_get_end (call) == BECKON_CALL_END_CONNECTION_LOST &&
      (error == NULL ||
       g_error_matches (error, BECKON_MEDIA_ERROR, BECKON_MEDIA_ERROR_PEER_SILENT)))
    {
      g_autofree char *first = beckon_phrase_for_first_name (beckon_call_get_last_user (call)->name);

      /* Translators: %s is a person's first name */
      return g_strdup_printf (_("%s’s computer did not answer any more"), first);
    }
  if (beckon_call_get_end (call) == BECKON_CALL_END_NO_MEDIA && error == NULL)
    return g_strdup (_("No sound and no picture came through"));
  if (error != NULL)
    return beckon_phrase_for_error (error, NULL);
  if (beckon_call_get_duration (call) < 500)
    return g_strdup (beckon_phrase_for_media (beckon_call_get_media (call)));
  length = beckon_phrase_for_exact_length (beckon_call_get_duration (call));
  /* Translators: what a call was and how long: "Video call, 12 min 47 s" */
  return g_strdup_printf (C_("call that is over", "%s, %s"),
                          beckon_phrase_for_media (beckon_call_get_media (call)), length);
}
