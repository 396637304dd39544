/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "account-button.h"

#include "css-class.h"
#include "large-letters.h"

#include <glib/gi18n.h>

/* From here on the words need the room of the picture where the window is narrow; it looks the same
 * where it is not. */
#define LARGE_LETTERS 1.3

struct _BeckonAccountButton
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkWidget *button;
  AdwAvatar *avatar;
  GtkLabel *name;
  GtkWidget *state_icon;
  GtkWidget *state_spinner;
  GtkLabel *state;
};

G_DEFINE_FINAL_TYPE (BeckonAccountButton, beckon_account_button, ADW_TYPE_BIN)

static const char *
describe_state (BeckonSignalingState state, gboolean rings, gboolean dnd)
{
  switch (state)
    {
    case BECKON_SIGNALING_CONNECTED:
      if (dnd)
        /* Translators: state of one's account: calls do not ring, contacts see that */
        return _("Do not disturb");
      /* Translators: state of one's account: there is a connection to the server */
      return rings ? _("Connected")
                   /* Translators: state of one's account: calls ring on other devices only */
                   : _("Does not ring");
    case BECKON_SIGNALING_RECONNECTING:
      /* Translators: state of one's account: the connection was lost and is tried again */
      return _("Reconnecting…");
    case BECKON_SIGNALING_SIGNED_OUT:
    case BECKON_SIGNALING_CONNECTING:
    default:
      /* Translators: state of one's account: there is no connection to the server yet */
      return _("Connecting…");
    }
}

static void
beckon_account_button_class_init (BeckonAccountButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/account-button.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, button);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, state_icon);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, state_spinner);
  gtk_widget_class_bind_template_child (widget_class, BeckonAccountButton, state);
}

static void
on_letters (BeckonAccountButton *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->avatar), beckon_letters_scale () < LARGE_LETTERS);
}

static void
beckon_account_button_init (BeckonAccountButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi",
                           G_CALLBACK (on_letters), self, G_CONNECT_SWAPPED);
  on_letters (self);
}

void
beckon_account_button_update (BeckonAccountButton *self,
                              const char *name,
                              BeckonSignalingState state,
                              gboolean rings,
                              gboolean dnd)
{
  const char *word = describe_state (state, rings, dnd);
  gboolean connected = state == BECKON_SIGNALING_CONNECTED;
  g_autofree char *description = NULL;

  g_return_if_fail (BECKON_IS_ACCOUNT_BUTTON (self));
  g_return_if_fail (name != NULL);

  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->state, word);
  /* A banner says at length that it is not, so that the longest words may be cut here. It does not
   * wrap: GTK 4.8 is confused by the icon beside it. */
  gtk_label_set_ellipsize (self->state, connected ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
  gtk_widget_set_visible (self->state_icon, connected);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->state_icon),
                                dnd ? "beckon-presence-busy-symbolic"
                                    : "beckon-presence-online-symbolic");
  beckon_css_class_set (self->state_icon, "busy", dnd);
  gtk_widget_set_visible (self->state_spinner, !connected);
  /* Translators: the account button, for screen readers: name, connection */
  description = g_strdup_printf (_("Account: %s, %s"), name, word);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  description, -1);
}
