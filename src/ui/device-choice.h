/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "device-settings.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BECKON_TYPE_DEVICE_CHOICE (beckon_device_choice_get_type ())
/**
 * BeckonDeviceChoice:
 *
 * Makes a widget with the properties "model" and "selected", such as #GtkDropDown or #AdwComboRow, the
 * choice of the device for one use. Follows what is plugged in. Owned by who has the widget.
 */
G_DECLARE_FINAL_TYPE (BeckonDeviceChoice, beckon_device_choice, BECKON, DEVICE_CHOICE, GObject)

BeckonDeviceChoice *beckon_device_choice_new (BeckonDeviceSettings *devices, BeckonDeviceUse use,
                                              GtkWidget *chooser);

G_END_DECLS
