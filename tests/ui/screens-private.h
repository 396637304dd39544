/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "screens.h"

#include "account.h"
#include "current-call.h"
#include "half-server.h"
#include "ui-fixture.h"

G_BEGIN_DECLS

struct _Screens
{
  HalfServer *server;
  GSettings *settings;
  BeckonAccount *account;
  BeckonAccount *nobody;      /* signed out */
  BeckonCallManager *manager; /* borrowed: of the account */
  BeckonDeviceSettings *devices;
  BeckonCurrentCall *current;

  GtkWidget *window; /* weak: what is looked at */
  GtkWidget *parent; /* weak, nullable: the window that it belongs to */
  BeckonCall *call;  /* nullable */
  int width;
  int height;
};

typedef struct
{
  const char *name;
  void (*open) (Screens *self);
  gboolean narrow_only;
  gboolean for_pictures;
} Screen;

#define SCREENS_LONG_NAME "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstone"
#define SCREENS_LONG_ID "maximiliane.wolfeschlegelstein"
#define SCREENS_DEVICE "Laptop in the living room, on the table beside the window"

extern const Screen screens_home[];
extern const guint screens_n_home;
extern const Screen screens_call[];
extern const guint screens_n_call;

/** screens_show: @window is looked at from now on. */
void screens_show (Screens *self, GtkWidget *window);
/** screens_find: the template child @name of the widget of @type in the window. */
GtkWidget *screens_find (Screens *self, GType type, const char *name);

G_END_DECLS
