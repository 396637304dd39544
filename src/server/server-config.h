/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  BECKON_REGISTRATION_OPEN,
  BECKON_REGISTRATION_CODE, /* who knows the code */
  BECKON_REGISTRATION_CLOSED,
} BeckonRegistration;

/**
 * BeckonServerConfig:
 *
 * How a server runs: the defaults, then the key file, then the command line. docs/server.md lists
 * the keys. Limits that bound what a stranger can cost are all here.
 */
typedef struct
{
  /* [server] */
  char *listen; /* "ADDRESS:PORT" */
  char *data;   /* folder */
  char *name;   /* what clients show */
  BeckonRegistration registration;
  char *registration_code;   /* nullable */
  gboolean directory_closed; /* nobody learns who exists */
  char **origins;            /* nullable: of browsers, as "https://example.org"; "*": any */
  GPtrArray *proxies;  /* nullable: of GInetAddressMask: they do TLS, and say who their client is */
  GPtrArray *plain;    /* nullable: of GInetAddressMask: who needs no TLS, and is not believed more */
  char *certificate;   /* nullable: PEM file */
  char *private_key;   /* nullable: PEM file */
  gboolean power_safe; /* what clients were told survives that the power goes */
  guint token_days;

  /* [jwt]: tokens of a site with accounts of its own; all nullable */
  char *jwt_secret_file;
  char *jwt_public_key; /* PEM file */
  char *jwt_issuer;
  char *jwt_audience;

  /* [limits] */
  guint hello_seconds;           /* until the first request */
  guint silence_seconds;         /* until a connection that says nothing is closed */
  guint session_seconds;         /* that a session outlives its connection */
  guint presence_grace;          /* seconds after which somebody without a connection is offline */
  guint ring_seconds;            /* of an invitation that names no time */
  guint caller_grace;            /* seconds that a ringing call outlives its caller's connection */
  guint member_grace;            /* seconds that a member may be without a connection */
  guint requests_per_minute;     /* of a session */
  guint signal_bytes_per_minute; /* of a session */
  guint invitations_per_minute;  /* of a user */
  guint invitations_per_callee;  /* that may ring for one user at a time */
  guint outbound_bytes;          /* that may wait to be read by a client */
  guint connections_per_address;
  guint sign_in_failures_per_minute; /* of a user */
  guint sign_in_failures_per_address_per_minute;
  guint registrations_per_address_per_minute; /* good or bad */

  /* [ice] */
  char **ice_urls;   /* nullable */
  char *turn_secret; /* nullable: shared with the TURN server */
  guint turn_seconds;

  /* [metrics] */
  char *metrics_listen;        /* nullable: "ADDRESS:PORT" */
  GPtrArray *metrics_networks; /* nullable: of GInetAddressMask: who reads them, and loopback */
} BeckonServerConfig;

/** beckon_server_config_new: Returns: (transfer full): the defaults. */
BeckonServerConfig *beckon_server_config_new (void);
void beckon_server_config_free (BeckonServerConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeckonServerConfig, beckon_server_config_free)

/** beckon_server_config_load: reads a key file over what is there; fails with
 * %BECKON_SERVER_ERROR_CONFIG naming the key, or with %G_FILE_ERROR. */
gboolean beckon_server_config_load (BeckonServerConfig *self, const char *path, GError **error);

G_END_DECLS
