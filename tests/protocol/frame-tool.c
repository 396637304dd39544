/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What test-schema.py knows of the codec.
 *
 *   frame-tool samples   "NAME<TAB>FRAME", every sample as the codec writes it
 *   frame-tool faults    "WHAT<TAB>PARTY<TAB>ASKED<TAB>BASE64"
 *   frame-tool codes     every code of an error
 *   frame-tool check     reads "PARTY<TAB>ASKED<TAB>FRAME", says "ok NAME" or "CODE: why"
 *
 * PARTY is client or server, ASKED the request that a reply answers, or -. */

#include "config.h"

#include <stdio.h>

#include "frames.h"

static const char *
asked_word (BeckonMessageType asked)
{
  return asked == BECKON_MESSAGE_NONE ? "-" : beckon_message_type_to_string (asked);
}

static void
print_samples (void)
{
  for (guint i = 0; i < n_frame_samples; i++)
    {
      const FrameSample *sample = &frame_samples[i];
      g_autofree char *text = frame_text (sample->text);
      g_autoptr (BeckonMessage) message = frame_read (text, -1, frame_sample_party (sample),
                                                      sample->asked, NULL, NULL, NULL);
      g_autofree char *written = beckon_message_to_string (message, NULL);

      printf ("%s\t%s\n", sample->name, written);
    }
}

static void
print_faults (void)
{
  for (guint i = 0; i < n_frame_faults; i++)
    {
      const FrameFault *fault = &frame_faults[i];
      g_autofree char *text = frame_text (fault->text);
      g_autofree char *encoded = g_base64_encode ((const guchar *) text, strlen (text));

      printf ("%s\t%s\t%s\t%s\n", fault->what,
              fault->from == BECKON_PARTY_CLIENT ? "client" : "server", asked_word (fault->asked),
              encoded);
    }
}

static void
print_codes (void)
{
  for (guint code = 0; code <= BECKON_PROTOCOL_ERROR_LAST; code++)
    puts (beckon_protocol_error_to_code (code));
}

static void
check_line (char *line)
{
  g_auto (GStrv) words = g_strsplit (g_strchomp (line), "\t", 3);
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonMessage) message = NULL;

  g_assert_cmpuint (g_strv_length (words), ==, 3);
  message = frame_read (words[2], -1,
                        g_str_equal (words[0], "client") ? BECKON_PARTY_CLIENT
                                                         : BECKON_PARTY_SERVER,
                        beckon_message_type_from_string (words[1]), &name, NULL, &error);
  if (message != NULL)
    printf ("ok %s\n", name);
  else
    printf ("%s: %s\n", beckon_protocol_error_to_code (error->code), error->message);
}

static void
check_lines (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    check_line (line);
  free (line);
}

int
main (int argc, char *argv[])
{
  const char *what = argc > 1 ? argv[1] : "";

  if (g_str_equal (what, "samples"))
    print_samples ();
  else if (g_str_equal (what, "faults"))
    print_faults ();
  else if (g_str_equal (what, "codes"))
    print_codes ();
  else if (g_str_equal (what, "check"))
    check_lines ();
  else
    return 2;
  return 0;
}
