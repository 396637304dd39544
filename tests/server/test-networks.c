/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "networks.h"

static void
test_key (void)
{
  const struct
  {
    const char *address, *key;
  } cases[] = {
    { "192.0.2.7", "192.0.2.7" },
    { "::ffff:192.0.2.7", "192.0.2.7" },
    { "2001:db8:1:2::", "2001:db8:1:2::/64" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
    { "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64" },
    { "2001:db8:1:3::", "2001:db8:1:3::/64" },
    { "fe80::1", "fe80::/64" },
    { "::1", "::/64" },
    { "::192.0.2.7", "::/64" },
    { "1::ffff:192.0.2.7", "1::/64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[i].address);
      g_autofree char *key = beckon_networks_get_key (address);

      g_assert_cmpstr (key, ==, cases[i].key);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/networks/key", test_key);
  return g_test_run ();
}
