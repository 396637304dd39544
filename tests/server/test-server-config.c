/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "networks.h"
#include "server-config.h"
#include "server-error.h"

#include <glib/gstdio.h>

/* Returns: (nullable): the settings that @text makes of the defaults. */
static BeckonServerConfig *
load (const char *text, GError **error)
{
  g_autoptr (BeckonServerConfig) config = beckon_server_config_new ();
  g_autofree char *path = NULL;
  const int fd = g_file_open_tmp ("beckon-config-XXXXXX", &path, NULL);
  gboolean loaded;

  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  loaded = beckon_server_config_load (config, path, error);
  g_assert_cmpint (g_remove (path), ==, 0);
  return loaded ? g_steal_pointer (&config) : NULL;
}

static void
assert_refused (const char *group, const char *key, const char *value)
{
  g_autofree char *text = g_strdup_printf ("[%s]\n%s=%s\n", group, key, value);
  g_autofree char *named = g_strdup_printf ("[%s] %s: ", group, key);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonServerConfig) config = load (text, &error);

  g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
  g_assert_true (g_str_has_prefix (error->message, named));
  g_assert_null (config);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonServerConfig) config = load ("", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config->listen, ==, "127.0.0.1:7300");
  g_assert_cmpint (config->registration, ==, BECKON_REGISTRATION_OPEN);
  g_assert_false (config->directory_closed);
  g_assert_false (config->power_safe);
  g_assert_null (config->proxies);
  g_assert_null (config->plain);
  g_assert_null (config->metrics_listen);
  g_assert_cmpuint (config->session_seconds, ==, 60);
  g_assert_cmpuint (config->outbound_bytes, ==, 1048576);
}

static void
test_everything (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonServerConfig) config =
      load ("[server]\nregistration=code\nregistration-code=x\ndirectory=closed\ndurability=power\n"
            "origins=https://calls.example.org;http://[::1]:8080;*\nproxies=192.0.2.7;10.0.0.0/"
            "8;fd00::/8\nplain=192.0.2.0/24\n"
            "[jwt]\nsecret-file=/s\npublic-key=/p\nissuer=i\naudience=a\n"
            "[limits]\nsession-seconds=7\npresence-grace=0\ninvitations-per-callee=3\n"
            "signal-bytes-per-minute=65536\noutbound-bytes=131072\n"
            "sign-in-failures-per-address-per-minute=9\nregistrations-per-address-per-minute=8\n"
            "[metrics]\nlisten=127.0.0.1:9377\nnetworks=192.0.2.0/24\n",
            &error);
  g_autoptr (GInetAddress) inside = g_inet_address_new_from_string ("10.1.2.3");
  g_autoptr (GInetAddress) outside = g_inet_address_new_from_string ("192.0.2.8");

  g_assert_no_error (error);
  g_assert_cmpint (config->registration, ==, BECKON_REGISTRATION_CODE);
  g_assert_true (config->directory_closed);
  g_assert_true (config->power_safe);
  g_assert_cmpuint (g_strv_length (config->origins), ==, 3);
  g_assert_true (beckon_networks_contain (config->proxies, inside));
  g_assert_false (beckon_networks_contain (config->proxies, outside));
  g_assert_true (beckon_networks_contain (config->plain, outside));
  g_assert_false (beckon_networks_contain (config->plain, inside));
  g_assert_true (beckon_networks_contain (config->metrics_networks, outside));
  g_assert_cmpstr (config->jwt_secret_file, ==, "/s");
  g_assert_cmpstr (config->jwt_public_key, ==, "/p");
  g_assert_cmpstr (config->jwt_issuer, ==, "i");
  g_assert_cmpstr (config->jwt_audience, ==, "a");
  g_assert_cmpuint (config->session_seconds, ==, 7);
  g_assert_cmpuint (config->presence_grace, ==, 0);
  g_assert_cmpuint (config->invitations_per_callee, ==, 3);
  g_assert_cmpuint (config->signal_bytes_per_minute, ==, 65536);
  g_assert_cmpuint (config->outbound_bytes, ==, 131072);
  g_assert_cmpuint (config->sign_in_failures_per_address_per_minute, ==, 9);
  g_assert_cmpuint (config->registrations_per_address_per_minute, ==, 8);
  g_assert_cmpstr (config->metrics_listen, ==, "127.0.0.1:9377");
}

static void
test_refused (void)
{
  const struct
  {
    const char *group, *key, *value;
  } cases[] = {
    { "server", "lisen", "x" },
    { "servers", "listen", "x" },
    { "server", "insecure", "true" }, /* of old: proxies= says from whom */
    { "server", "registration", "perhaps" },
    { "server", "registration", "" },
    { "server", "directory", "yes" },
    { "server", "durability", "1" },
    { "server", "origins", "example.org" },
    { "server", "origins", "https://example.org/" },
    { "server", "origins", "https://example.org;https://a.example.org/path" },
    { "server", "origins", "https://user@example.org" },
    { "server", "origins", "https://" },
    { "server", "proxies", "example.org" },
    { "server", "plain", "everybody" },
    { "server", "proxies", "10.0.0.0/33" },
    { "server", "proxies", "10.0.0.1/8" },
    { "server", "token-days", "3651" },
    { "server", "token-days", "many" },
    { "limits", "session-seconds", "0" },
    { "limits", "session-seconds", "3601" },
    { "limits", "presence-grace", "-1" },
    { "limits", "presence-grace", "601" },
    { "limits", "invitations-per-callee", "0" },
    { "limits", "invitations-per-callee", "64" },
    { "limits", "signal-bytes-per-minute", "65535" },
    { "limits", "outbound-bytes", "131071" },
    { "limits", "outbound-bytes", "99999999999" },
    { "limits", "sign-in-failures-per-address-per-minute", "0" },
    { "metrics", "networks", "everybody" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].group, cases[i].key, cases[i].value);
}

/* As much as clients take, and more. */
static void
test_told (void)
{
  g_autofree char *name = g_strnfill (128, 'n');
  g_autofree char *url = g_strnfill (512, 'u');
  g_autofree char *long_name = g_strconcat (name, "n", NULL);
  g_autofree char *long_url = g_strconcat ("stun:a;", url, "u", NULL);
  const char *fifteen = "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;";
  g_autofree char *urls = g_strconcat (fifteen, url, NULL);
  g_autofree char *more_urls = g_strconcat (fifteen, "p;q", NULL);
  g_autofree char *text = g_strdup_printf ("[server]\nname=%s\n[ice]\nurls=%s\n", name, urls);
  g_autoptr (GError) error = NULL;
  g_autoptr (BeckonServerConfig) config = load (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (config->ice_urls), ==, 16);
  assert_refused ("server", "name", long_name);
  assert_refused ("ice", "urls", long_url);
  assert_refused ("ice", "urls", more_urls);
  assert_refused ("ice", "urls", "stun:a;;stun:b");
}

/* What needs something else. */
static void
test_incomplete (void)
{
  const struct
  {
    const char *text, *named;
  } cases[] = {
    { "[server]\nregistration=code\n", "registration-code" },
    { "[server]\nprivate-key=/k\n", "certificate" },
    { "[jwt]\nissuer=i\n", "public-key" },
    { "[jwt]\naudience=a\n", "secret-file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BeckonServerConfig) config = load (cases[i].text, &error);

      g_assert_error (error, BECKON_SERVER_ERROR, BECKON_SERVER_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, cases[i].named));
      g_assert_null (config);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-config/defaults", test_defaults);
  g_test_add_func ("/server-config/everything", test_everything);
  g_test_add_func ("/server-config/refused", test_refused);
  g_test_add_func ("/server-config/told", test_told);
  g_test_add_func ("/server-config/incomplete", test_incomplete);
  return g_test_run ();
}
