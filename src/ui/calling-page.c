/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "calling-page.h"

#include "badge.h"
#include "corner-drag.h"
#include "css-class.h"
#include "phrases.h"
#include "stack-pages.h"
#include "toolkit.h"
#include "video-view.h"

#include <glib/gi18n.h>

/* One's own picture stays clear of them. */
#define HEADER_HEIGHT 40
#define CONTROLS_HEIGHT 88
/* A double click exchanges the pictures once. */
#define SWAP_PAUSE_US (400 * G_TIME_SPAN_MILLISECOND)

struct _BeckonCallingPage
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkOverlay *overlay;
  GtkStack *stage;
  GtkBox *person;
  GtkWidget *ring;
  AdwAvatar *avatar;
  GtkLabel *name;
  GtkWidget *line_box;
  GtkImage *line_icon;
  GtkLabel *line;
  BeckonVideoView *main_view;
  GtkRevealer *scrims;
  GtkWidget *veil;
  GtkWidget *reconnecting;
  GtkLabel *lost_line;
  GtkWidget *own_badges;
  GtkWidget *sharing;
  GtkWidget *sharing_sound;
  BeckonBadge *no_screen;
  BeckonBadge *no_microphone;
  BeckonBadge *no_camera;
  BeckonBadge *no_speaker;
  BeckonBadge *muted;
  BeckonBadge *weak;
  GtkWidget *self_view;
  BeckonVideoView *small_view;
  GtkWidget *self_muted;

  /* Owned */
  BeckonCornerDrag *corner;

  /* Only compared */
  gconstpointer own;    /* the source of one's own picture */
  gconstpointer screen; /* that of their screen; nullable: they share none */

  gint64 swapped_at;
  gboolean swapped; /* one's own picture is the large one */
  gboolean controls_shown;
  gboolean small; /* there is no room for more than their picture */
};

G_DEFINE_FINAL_TYPE (BeckonCallingPage, beckon_calling_page, ADW_TYPE_BIN)

/* ---- pictures ---- */

/* One sees oneself as in a mirror, and a screen whole. */
static void
show (BeckonCallingPage *self, BeckonVideoView *view, GObject *source)
{
  beckon_video_view_set_source (view, source);
  beckon_video_view_set_mirrored (view, source != NULL && source == self->own);
  beckon_video_view_set_contained (view, source != NULL && source == self->screen);
}

/* Pictures move between the two views; what is sent does not change. */
static void
show_pictures (BeckonCallingPage *self, GObject *remote, GObject *local)
{
  if (remote == NULL || local == NULL)
    self->swapped = FALSE;
  show (self, self->main_view, self->swapped ? local : remote);
  show (self, self->small_view, self->swapped ? remote : local);
  gtk_widget_set_visible (self->self_view, local != NULL && !self->small);
  gtk_widget_set_sensitive (self->self_view, remote != NULL);
  gtk_stack_set_visible_child_name (self->stage, remote != NULL ? "picture" : "person");
  gtk_revealer_set_reveal_child (self->scrims, remote != NULL && self->controls_shown);
}

static void
on_swap (BeckonCallingPage *self)
{
  GObject *main_source = beckon_video_view_get_source (self->main_view);
  GObject *small_source = beckon_video_view_get_source (self->small_view);
  const gint64 now = g_get_monotonic_time ();

  if (main_source == NULL || small_source == NULL || now - self->swapped_at < SWAP_PAUSE_US)
    return;
  self->swapped_at = now;
  if (self->swapped)
    {
      self->swapped = FALSE;
      show_pictures (self, small_source, main_source);
    }
  else
    {
      self->swapped = TRUE;
      show_pictures (self, main_source, small_source);
    }
}

/* Returns: whether the connection carries no pictures of theirs: a last one that stands still would
 * only seem to be one. */
static gboolean
is_too_slow (BeckonCall *call)
{
  BeckonStatistics *statistics = beckon_call_get_statistics (call);

  return statistics != NULL && beckon_statistics_get_remote_pictures_off (statistics);
}

static void
update_pictures (BeckonCallingPage *self, BeckonCall *call)
{
  GObject *camera = beckon_call_get_remote_camera (call) && !is_too_slow (call)
                        ? beckon_call_get_remote_video (call)
                        : NULL;
  GObject *screen = beckon_call_get_remote_screen_video (call);
  GObject *own = beckon_call_get_camera (call) ? beckon_call_get_local_video (call) : NULL;

  if (self->screen != screen)
    self->swapped = FALSE; /* who shares something wants it looked at */
  self->own = own;
  self->screen = screen;
  if (screen == NULL)
    show_pictures (self, camera, own);
  else
    show_pictures (self, screen, camera != NULL ? camera : own);
  gtk_widget_set_visible (self->self_muted,
                          !beckon_call_get_microphone (call) && (screen == NULL || camera == NULL));
}

/* ---- words ---- */

static void
update_person (BeckonCallingPage *self, BeckonCall *call)
{
  g_autofree char *names = beckon_phrase_for_members (call);
  gboolean video = beckon_call_get_media (call) == BECKON_MEDIA_VIDEO;
  const char *icon = video ? "beckon-camera-symbolic" : "call-start-symbolic";
  const char *line = beckon_phrase_for_media (beckon_call_get_media (call));

  if (beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_CONNECTING)
    line = beckon_phrase_for_progress (BECKON_CALL_PROGRESS_CONNECTING);
  else if (video && !beckon_call_get_remote_camera (call))
    {
      icon = "beckon-camera-off-symbolic";
      /* Translators: below a person's name in a call, in place of their picture */
      line = _("Camera is off");
    }
  else if (video && is_too_slow (call))
    {
      icon = "network-cellular-signal-weak-symbolic";
      line = _("The connection is too slow for pictures");
    }
  adw_avatar_set_text (self->avatar, names);
  gtk_label_set_label (self->name, names);
  gtk_image_set_from_icon_name (self->line_icon, icon);
  gtk_label_set_label (self->line, line);
}

static void
update_reconnecting (BeckonCallingPage *self, BeckonCall *call, const char *first)
{
  const guint seconds = beckon_call_get_seconds_to_end (call);
  gboolean lost = beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_RECONNECTING;
  gboolean was_lost = gtk_widget_get_visible (self->reconnecting);
  g_autofree char *connection = NULL;
  g_autofree char *end = NULL;
  g_autofree char *line = NULL;

  gtk_widget_set_visible (self->veil, lost);
  gtk_widget_set_visible (self->reconnecting, lost);
  if (!lost)
    return;
  /* Translators: %s is a person's first name */
  connection = g_strdup_printf (_("The connection to %s was lost."), first);
  end = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "The call ends in %u second if it does not come back.",
                   "The call ends in %u seconds if it does not come back.", seconds),
      seconds);
  line = g_strconcat (connection, "\n", end, NULL);
  gtk_label_set_label (self->lost_line, line);
  if (!was_lost)
    {
      /* Once: it counts down every second. */
      g_autofree char *said = g_strconcat (connection, " ", end, NULL);

      beckon_announce (GTK_WIDGET (self), said, TRUE);
    }
}

static void
update_badges (BeckonCallingPage *self,
               BeckonCall *call,
               const char *first,
               BeckonQualityLevel quality)
{
  gboolean connected = beckon_call_get_progress (call) == BECKON_CALL_PROGRESS_CONNECTED;
  g_autofree char *no_microphone = beckon_phrase_for_no_microphone (call);
  g_autofree char *no_camera = beckon_phrase_for_no_camera (call);
  g_autofree char *no_speaker = beckon_phrase_for_no_speaker (call);
  g_autofree char *muted = NULL;
  g_autofree char *weak = NULL;

  if (connected && !beckon_call_get_remote_microphone (call))
    /* Translators: a badge in a call: they have switched it off; %s is a first name */
    muted = g_strdup_printf (_("%s is muted"), first);
  if (connected && (quality == BECKON_QUALITY_WEAK || quality == BECKON_QUALITY_BAD))
    /* Translators: a badge in a call: much is lost, or comes late, at whichever end */
    weak = g_strdup (_("The connection is weak"));
  beckon_badge_set_sentence (self->no_microphone, no_microphone);
  beckon_badge_set_sentence (self->no_camera, no_camera);
  beckon_badge_set_sentence (self->no_speaker, no_speaker);
  beckon_badge_set_sentence (self->muted, muted);
  beckon_badge_set_sentence (self->weak, weak);
}

static void
update_sharing (BeckonCallingPage *self, BeckonCall *call)
{
  const gboolean sound = beckon_call_get_system_sound (call);
  const char *icon = sound ? "audio-volume-high-symbolic" : "audio-volume-muted-symbolic";

  gtk_widget_set_visible (self->sharing, beckon_call_get_screen (call));
  /* Setting the same again would be, under the pointer, a new tooltip. */
  if (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (self->sharing_sound)), icon) == 0)
    return;
  gtk_button_set_icon_name (GTK_BUTTON (self->sharing_sound), icon);
  gtk_widget_set_tooltip_text (self->sharing_sound,
                               sound ? _("Stop sharing the sound of this computer")
                                     : _("Share the sound of this computer"));
}

void
beckon_calling_page_update (BeckonCallingPage *self, BeckonCall *call, BeckonQualityLevel quality)
{
  g_autofree char *first = NULL;

  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  first = beckon_phrase_for_first_name (beckon_call_get_shown_user (call)->name);
  update_pictures (self, call);
  update_sharing (self, call);
  update_person (self, call);
  update_reconnecting (self, call, first);
  update_badges (self, call, first, quality);
  beckon_calling_page_update_level (self, call);
}

void
beckon_calling_page_update_level (BeckonCallingPage *self, BeckonCall *call)
{
  static const char *const classes[] = { "level-1", "level-2", "level-3" };
  static const double thresholds[] = { 0.02, 0.15, 0.4 };
  double level;

  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  level = beckon_call_get_remote_level (call);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      gboolean last = i + 1 == G_N_ELEMENTS (classes);

      beckon_css_class_set (self->ring, classes[i],
                            level >= thresholds[i] && (last || level < thresholds[i + 1]));
    }
}

void
beckon_calling_page_tell_no_screen (BeckonCallingPage *self, BeckonCall *call)
{
  g_autofree char *sentence = NULL;

  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));
  g_return_if_fail (BECKON_IS_CALL (call));

  sentence = beckon_phrase_for_no_screen (call);
  if (sentence != NULL)
    beckon_badge_tell (self->no_screen, sentence);
  else
    beckon_badge_set_sentence (self->no_screen, NULL);
}

gboolean
beckon_calling_page_has_picture (BeckonCallingPage *self)
{
  g_return_val_if_fail (BECKON_IS_CALLING_PAGE (self), FALSE);

  return beckon_video_view_get_source (self->main_view) != NULL;
}

void
beckon_calling_page_set_narrow (BeckonCallingPage *self, gboolean narrow)
{
  const GtkOrientation orientation = narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;

  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));

  /* One beside the other, words and buttons are too wide in some languages. */
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->sharing), orientation);
  if (narrow)
    beckon_corner_drag_set_home (self->corner, GTK_ALIGN_START, 0, CONTROLS_HEIGHT);
  else
    beckon_corner_drag_set_home (self->corner, GTK_ALIGN_END, HEADER_HEIGHT, 0);
}

void
beckon_calling_page_set_small (BeckonCallingPage *self, gboolean small)
{
  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));

  self->small = small;
  gtk_widget_set_visible (self->self_view,
                          !small && beckon_video_view_get_source (self->small_view) != NULL);
  gtk_widget_set_visible (self->own_badges, !small);
  /* Above the controls, and nothing under them. */
  gtk_widget_set_visible (self->line_box, !small);
  gtk_box_set_spacing (self->person, small ? 6 : 36);
  adw_avatar_set_size (self->avatar, small ? 56 : 128);
}

void
beckon_calling_page_set_controls_shown (BeckonCallingPage *self, gboolean shown)
{
  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));

  self->controls_shown = shown;
  gtk_revealer_set_reveal_child (self->scrims, shown && beckon_calling_page_has_picture (self));
}

void
beckon_calling_page_reset (BeckonCallingPage *self)
{
  g_return_if_fail (BECKON_IS_CALLING_PAGE (self));

  self->swapped = FALSE;
  self->own = self->screen = NULL;
  beckon_corner_drag_reset (self->corner);
  show_pictures (self, NULL, NULL);
  gtk_widget_set_visible (self->sharing, FALSE);
  beckon_badge_set_sentence (self->no_screen, NULL);
  beckon_badge_set_sentence (self->muted, NULL);
  beckon_badge_set_sentence (self->weak, NULL);
}

static void
bind_badges (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, own_badges);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, sharing);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, sharing_sound);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, no_screen);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, no_microphone);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, no_camera);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, no_speaker);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, muted);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, weak);
}

static void
beckon_calling_page_dispose (GObject *object)
{
  g_clear_object (&BECKON_CALLING_PAGE (object)->corner);

  G_OBJECT_CLASS (beckon_calling_page_parent_class)->dispose (object);
}

static void
beckon_calling_page_class_init (BeckonCallingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_calling_page_dispose;

  g_type_ensure (BECKON_TYPE_BADGE);
  g_type_ensure (BECKON_TYPE_VIDEO_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/beckon/Beckon/calling-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, overlay);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, stage);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, person);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, ring);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, name);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, line_box);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, line_icon);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, line);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, main_view);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, scrims);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, veil);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, reconnecting);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, lost_line);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, self_view);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, small_view);
  gtk_widget_class_bind_template_child (widget_class, BeckonCallingPage, self_muted);
  gtk_widget_class_bind_template_callback (widget_class, on_swap);
  bind_badges (widget_class);
}

static void
beckon_calling_page_init (BeckonCallingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->controls_shown = TRUE;
  self->corner = beckon_corner_drag_new (self->overlay, self->self_view);
  beckon_stack_pages_hide_inactive (self->stage);
  beckon_calling_page_set_narrow (self, FALSE);
}
