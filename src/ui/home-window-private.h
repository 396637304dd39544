/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "account-button.h"
#include "adaptive.h"
#include "call-banner.h"
#include "day-watch.h"
#include "dial-box.h"
#include "home-window.h"
#include "join-group.h"
#include "people-filter.h"

G_BEGIN_DECLS

struct _BeckonHomeWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  GtkStack *pages;
  GMenuModel *main_menu;
  BeckonAccountButton *account_button;
  GtkWidget *main_button;
  GtkSearchBar *search_bar;
  GtkWidget *search;
  GtkRevealer *banner;
  BeckonCallBanner *call_banner;
  BeckonDialBox *dial;
  GtkWidget *columns;
  GtkWidget *contacts_section;
  GtkListBox *contacts;
  GtkLabel *contacts_hint;
  GtkWidget *recent_section;
  GtkScrolledWindow *scroller;
  GtkLabel *recent_missed;
  GtkListBox *recent;
  GtkLabel *recent_hint;
  GtkWidget *empty;
  GtkLabel *own_id;
  BeckonJoinGroup *join;
  GtkWidget *tabs;
  GtkToggleButton *contacts_tab;
  GtkWidget *recent_tab;
  GtkLabel *recent_tab_missed;
  GtkWidget *sign_in_page; /* nullable: nobody had to sign in */

  /* Owned */
  BeckonAccount *account;
  BeckonAutostart *autostart;       /* nullable */
  BeckonGlobalShortcuts *shortcuts; /* nullable */
  BeckonPeople *people;
  BeckonPeopleFilter *filter; /* nullable: until the window is made */
  BeckonDayWatch *days;
  BeckonAdaptive *adaptive;
  GSignalGroup *manager_signals;
  GSignalGroup *signaling_signals;

  double pointer_x; /* where it was last; negative: not known */
  double pointer_y;
  gboolean inviting; /* an invite of ours is under way: a second click has no effect */
};

/** beckon_home_window_get_signaling: Returns: (transfer none) (nullable): NULL while signed out. */
BeckonSignalingService *beckon_home_window_get_signaling (BeckonHomeWindow *self);

/** beckon_home_window_get_obstacle: Returns: (nullable): why nobody can be called now. */
const char *beckon_home_window_get_obstacle (BeckonHomeWindow *self);

void beckon_home_window_update (BeckonHomeWindow *self);

/** beckon_home_window_offer: shows a sentence for some seconds, with a button that activates @action,
 * which takes the string @target. */
void beckon_home_window_offer (BeckonHomeWindow *self, const char *sentence, const char *button,
                               const char *action, const char *target);

/* home-window-lists.c */
void beckon_home_window_set_up_lists (BeckonHomeWindow *self);
void beckon_home_window_update_rows (BeckonHomeWindow *self);
void beckon_home_window_update_lists (BeckonHomeWindow *self);
/** beckon_home_window_search: shows who matches what stands in the search entry. */
void beckon_home_window_search (BeckonHomeWindow *self);

/* home-window-actions.c */
void beckon_home_window_install_actions (GtkWidgetClass *widget_class);

G_END_DECLS
