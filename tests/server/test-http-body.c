/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "http-body.h"

#include <string.h>

#include "protocol-error.h"

static const char *const names[] = { "user", "password", NULL };

static void
test_good (void)
{
  static const char text[] = " {\"password\":\"\",\"user\":\"\\u00e4\",\"more\":[7],\"no\":null} ";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = beckon_http_body_read (text, strlen (text), names, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (beckon_http_body_get_string (body, "user"), ==, "ä");
  g_assert_cmpstr (beckon_http_body_get_string (body, "password"), ==, "");
  g_assert_null (beckon_http_body_get_string (body, "more"));
  g_assert_null (beckon_http_body_get_string (body, "no"));
  g_assert_null (beckon_http_body_get_string (body, "device"));
}

static void
test_bad (void)
{
  const struct
  {
    const char *text;
    BeckonProtocolError error;
  } cases[] = {
    { "", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "user=ada&password=secret", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "[\"user\",\"password\"]", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{\"user\":\"ada\",\"password\":\"secret\"", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{\"user\":\"ada\",\"password\":\"a\\u0000b\"}", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{\"user\":\"ada\",\"password\":\"\xff\"}", BECKON_PROTOCOL_ERROR_BAD_FRAME },
    { "{}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"user\":\"ada\"}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"user\":\"ada\",\"password\":null}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"user\":\"ada\",\"password\":12345678}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
    { "{\"user\":[\"ada\"],\"password\":\"secret\"}", BECKON_PROTOCOL_ERROR_BAD_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (beckon_http_body_read (cases[i].text, strlen (cases[i].text), names, &error));
      g_assert_error (error, BECKON_PROTOCOL_ERROR, (int) cases[i].error);
    }
}

static void
test_size (void)
{
  for (guint over = 0; over < 2; over++)
    {
      const gsize length = BECKON_HTTP_BODY_MAX + over;
      g_autofree char *text = g_strnfill (length, ' ');
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) body = NULL;

      memcpy (text, "{\"user\":\"\",\"password\":\"\"}", 25);
      body = beckon_http_body_read (text, length, names, &error);
      g_assert_cmpint (body == NULL, ==, over);
      if (over)
        g_assert_error (error, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_TOO_LARGE);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-body/good", test_good);
  g_test_add_func ("/http-body/bad", test_bad);
  g_test_add_func ("/http-body/size", test_size);
  return g_test_run ();
}
