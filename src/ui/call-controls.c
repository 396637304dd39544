/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "call-controls.h"

#include "css-class.h"
#include "devices-popover.h"

#include <glib/gi18n.h>

struct _BeckonCallControls
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkWidget *microphone;
  GtkWidget *camera;
  GtkWidget *share;
  GtkWidget *devices;
  BeckonDevicesPopover *devices_popover;
  GtkWidget *more;
  GtkWidget *hang_up;
  GtkWidget *cancel_label;

  gboolean narrow; /* the devices are in the menu */
};

G_DEFINE_FINAL_TYPE (BeckonCallControls, beckon_call_controls, GTK_TYPE_BOX)

/* The desktop's accent, because something of the person's is open to others now. */
static void
update_share (GtkWidget *button, gboolean on)
{
  /* Translators: tooltip of a button in a call; imperative */
  const char *tooltip = on ? _("Stop sharing your screen")
                           /* Translators: tooltip of a button in a call; imperative */
                           : _("Share your screen");

  if (g_strcmp0 (gtk_widget_get_tooltip_text (button), tooltip) != 0)
    gtk_widget_set_tooltip_text (button, tooltip);
  beckon_css_class_set (button, "sharing", on);
}

/* White means: switched off by the person. What never was on is only struck out. */
static void
update_toggle (
    GtkWidget *button, gboolean on, gboolean was_expected, const char *icon, const char *tooltip)
{
  /* Setting the same again would be a layout and, under the pointer, a new tooltip. */
  if (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), icon) != 0)
    {
      gtk_button_set_icon_name (GTK_BUTTON (button), icon);
      gtk_widget_set_tooltip_text (button, tooltip);
    }
  beckon_css_class_set (button, "off", !on && was_expected);
}

/* The popover belongs to its button, or where that is hidden to us, for a popover needs a parent
 * that is to be seen. */
static void
move_devices (BeckonCallControls *self, gboolean narrow)
{
  GtkWidget *popover = GTK_WIDGET (self->devices_popover);

  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  gtk_popover_popdown (GTK_POPOVER (popover));
  if (narrow)
    {
      gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->devices), NULL);
      gtk_box_append (GTK_BOX (self), popover);
    }
  else
    {
      gtk_box_remove (GTK_BOX (self), popover);
      gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->devices), popover);
    }
}

static void
on_devices_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BeckonCallControls *self = BECKON_CALL_CONTROLS (widget);
  graphene_rect_t bounds;

  if (!self->narrow || !gtk_widget_compute_bounds (self->more, widget, &bounds))
    return;
  /* Before the other opens: only one of them can have the pointer. */
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->more));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->devices_popover),
                               &(GdkRectangle){ (int) bounds.origin.x, (int) bounds.origin.y,
                                                (int) bounds.size.width,
                                                (int) bounds.size.height });
  gtk_popover_popup (GTK_POPOVER (self->devices_popover));
}

void
beckon_call_controls_update (BeckonCallControls *self,
                             BeckonCall *call,
                             gboolean waiting,
                             gboolean narrow)
{
  gboolean microphone;
  gboolean camera;

  g_return_if_fail (BECKON_IS_CALL_CONTROLS (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  microphone = beckon_call_get_microphone (call);
  camera = beckon_call_get_camera (call);
  update_toggle (self->microphone, microphone, TRUE,
                 microphone ? "audio-input-microphone-symbolic" : "microphone-disabled-symbolic",
                 /* Translators: tooltip of a button in a call; imperative */
                 microphone ? _("Mute your microphone")
                            /* Translators: tooltip of a button in a call; imperative */
                            : _("Switch your microphone on"));
  update_toggle (self->camera, camera, beckon_call_get_media (call) == BECKON_MEDIA_VIDEO,
                 camera ? "beckon-camera-symbolic" : "beckon-camera-off-symbolic",
                 /* Translators: tooltip of a button in a call; imperative */
                 camera ? _("Switch your camera off")
                        /* Translators: tooltip of a button in a call; imperative */
                        : _("Switch your camera on"));

  update_share (self->share, beckon_call_get_screen (call));
  gtk_widget_set_visible (self->share, !waiting && !narrow);
  gtk_widget_set_visible (self->devices, !waiting && !narrow);
  gtk_widget_set_visible (self->more, !waiting && narrow);
  move_devices (self, narrow);

  if (gtk_widget_get_tooltip_text (self->hang_up) != NULL &&
      gtk_widget_get_visible (self->cancel_label) == waiting)
    return;
  gtk_widget_set_visible (self->cancel_label, waiting);
  beckon_css_class_set (self->hang_up, "labelled", waiting);
  gtk_widget_set_tooltip_text (self->hang_up,
                               /* Translators: tooltip of the button “Cancel”; imperative */
                               waiting ? _("Cancel the call")
                                       /* Translators: button: ends a call; imperative */
                                       : _("Hang up"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->hang_up), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  /* Translators: button: ends an unanswered call; imperative */
                                  waiting ? C_("call", "Cancel")
                                          /* Translators: button: ends a call; imperative */
                                          : _("Hang up"),
                                  -1);
}

void
beckon_call_controls_set_devices (BeckonCallControls *self, BeckonDeviceSettings *devices)
{
  g_return_if_fail (BECKON_IS_CALL_CONTROLS (self));

  beckon_devices_popover_set_devices (self->devices_popover, devices);
  gtk_widget_set_sensitive (self->devices, devices != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "controls.devices", devices != NULL);
}

void
beckon_call_controls_set_call (BeckonCallControls *self,
                               BeckonCall *call,
                               BeckonVolumeMemory *memory)
{
  g_return_if_fail (BECKON_IS_CALL_CONTROLS (self));
  g_return_if_fail (call == NULL || BECKON_IS_CALL (call));

  beckon_devices_popover_set_call (self->devices_popover, call, memory);
}

/* The one button that does no harm to whoever presses the space bar without looking. */
static gboolean
beckon_call_controls_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BECKON_CALL_CONTROLS (widget)->microphone);
}

static void
beckon_call_controls_class_init (BeckonCallControlsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = beckon_call_controls_grab_focus;

  g_type_ensure (BECKON_TYPE_DEVICES_POPOVER);
  gtk_widget_class_install_action (widget_class, "controls.devices", NULL, on_devices_action);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/call-controls.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, share);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, devices);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, devices_popover);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, more);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, hang_up);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallControls, cancel_label);
}

static void
beckon_call_controls_init (BeckonCallControls *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
