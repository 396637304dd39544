/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sound-end.h"

#include "device-settings.h"
#include "virtual-devices.h"

#define LOOK_MS 100
#define BETWEEN_US (G_USEC_PER_SEC / 2) /* beeps, at least */

typedef struct
{
  VirtualEar *ear;
  const char *what;
  gint64 last_us;
} Listener;

static gboolean
on_look (gpointer user_data)
{
  Listener *self = user_data;
  const gint64 at = virtual_ear_heard_at (self->ear);

  if (at > self->last_us + BETWEEN_US)
    {
      self->last_us = at;
      g_print ("{\"%s\":%.3f}\n", self->what, at / 1e3);
    }
  return G_SOURCE_CONTINUE;
}

void
sound_end_plug (BeckonMediaConfig *config, gboolean speaks)
{
  Listener *listener = g_new0 (Listener, 1);
  BeckonDeviceList *list = beckon_device_list_new ();

  beckon_device_list_start (list);
  virtual_headset_plug ("bench", "Bench");
  virtual_headset_wait (list, "bench", TRUE);
  config->devices = beckon_device_settings_new (list);
  g_object_set (config->devices, "echo-cancellation", FALSE, "noise-suppression", FALSE,
                "gain-control", FALSE, "microphone", "bench.in", "speaker", "bench.out", NULL);
  config->audio = speaks ? BECKON_SOURCE_DEVICE : BECKON_SOURCE_NONE;
  config->audio_output = speaks ? BECKON_OUTPUT_NONE : BECKON_OUTPUT_DEVICE;
  if (speaks)
    virtual_beeps_start ("bench.out");
  listener->ear = virtual_ear_new (speaks ? "bench.in" : "bench.out.monitor");
  listener->what = speaks ? "spoken" : "heard";
  g_timeout_add (LOOK_MS, on_look, listener);
}
