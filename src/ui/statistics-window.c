/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "beckon-ui"

#include "config.h"

#include "statistics-window.h"

#include "large-letters.h"
#include "phrases.h"
#include "sparkline.h"

#include <glib/gi18n.h>

typedef enum
{
  ROW_PATH,
  ROW_QUALITY,
  ROW_ENCRYPTION,
  ROW_DELAY,
  ROW_JITTER,
  ROW_LOSS_SENT,
  ROW_VIDEO_RECEIVED,
  ROW_VIDEO_SENT,
  ROW_FREEZES,
  ROW_AUDIO_RECEIVED,
  ROW_AUDIO_SENT,
  N_ROWS
} Row;

struct _BeckonStatisticsWindow
{
  AdwWindow parent_instance;

  /* Template widgets */
  AdwWindowTitle *title;
  AdwPreferencesGroup *connection;
  AdwPreferencesGroup *video;
  AdwPreferencesGroup *sound;
  GtkLabel *round_trip;
  GtkLabel *lost;
  GtkLabel *received;
  BeckonSparkline *round_trip_line;
  BeckonSparkline *lost_line;
  BeckonSparkline *received_line;

  AdwActionRow *rows[N_ROWS]; /* of the groups */
  GtkLabel *values[N_ROWS];   /* of the rows */

  /* Owned */
  BeckonCall *call;
  GSignalGroup *signals; /* of its statistics */
};

G_DEFINE_FINAL_TYPE (BeckonStatisticsWindow, beckon_statistics_window, ADW_TYPE_WINDOW)

/* ---- phrases ---- */

const char *
beckon_phrase_for_quality (BeckonQualityLevel quality)
{
  switch (quality)
    {
    case BECKON_QUALITY_BAD:
      /* Translators: how good the connection of a call is, the worst of five */
      return _("Connection: bad");
    case BECKON_QUALITY_WEAK:
      /* Translators: how good the connection of a call is, the second worst of five */
      return _("Connection: weak");
    case BECKON_QUALITY_FAIR:
      /* Translators: how good the connection of a call is, the third of five */
      return _("Connection: fair");
    case BECKON_QUALITY_GOOD:
      /* Translators: how good the connection of a call is, the second best of five */
      return _("Connection: good");
    case BECKON_QUALITY_EXCELLENT:
      /* Translators: how good the connection of a call is, the best of five */
      return _("Connection: excellent");
    case BECKON_QUALITY_UNKNOWN:
    default:
      return NULL;
    }
}

char *
beckon_phrase_for_rate (double kbps)
{
  /* Translators: a rate in the statistics of a call: kilobits in a second */
  return kbps < 1000 ? g_strdup_printf (_("%.0f kbit/s"), kbps)
                     /* Translators: a rate in the statistics of a call: megabits in a second */
                     : g_strdup_printf (_("%.1f Mbit/s"), kbps / 1000);
}

static char *
phrase_for_ms (double ms)
{
  /* Translators: a value in the statistics of a call */
  return ms < 0 ? g_strdup (_("Not known"))
                /* Translators: milliseconds */
                : g_strdup_printf (_("%.0f ms"), ms);
}

static char *
phrase_for_share (double share)
{
  /* Translators: a share in percent */
  return g_strdup_printf (_("%.1f %%"), share * 100);
}

static char *
phrase_for_path (BeckonStatistics *statistics)
{
  const char *word = beckon_statistics_get_protocol (statistics);
  g_autofree char *protocol = word != NULL ? g_ascii_strup (word, -1) : g_strdup ("?");

  switch (beckon_statistics_get_path (statistics))
    {
    case BECKON_MEDIA_ROUTE_DIRECT:
      /* Translators: way of a call from computer to computer; %s is a protocol, such as UDP */
      return g_strdup_printf (_("Direct, %s"), protocol);
    case BECKON_MEDIA_ROUTE_RELAYED:
      /* Translators: way of a call, through a server in between; %s is a protocol, such as UDP */
      return g_strdup_printf (_("Over a relay, %s"), protocol);
    case BECKON_MEDIA_ROUTE_UNKNOWN:
    default:
      /* Translators: a value in the statistics of a call */
      return g_strdup (_("Not known"));
    }
}

static char *
phrase_for_picture (guint width, guint height, double fps)
{
  if (width == 0 || fps <= 0)
    /* Translators: in place of the size of a video in the statistics of a call */
    return g_strdup (_("No picture"));
  /* Translators: width, height and pictures a second of a video */
  return g_strdup_printf (_("%u × %u, %.0f fps"), width, height, fps);
}

/* "1.4 Mbit/s, VP8 (vp8enc)": who does it is in brackets. A number that follows Latin letters would be far
 * from its unit where that is read from right to left. */
static char *
phrase_for_codec (const char *codec, const char *element, double kbps)
{
  g_autofree char *rate = beckon_phrase_for_rate (kbps);

  if (codec == NULL)
    return g_strdup ("");
  return element != NULL ? g_strdup_printf ("%s, %s (%s)", rate, codec, element)
                         : g_strdup_printf ("%s, %s", rate, codec);
}

static char *
phrase_for_freezes (BeckonStatistics *statistics)
{
  const guint freezes = beckon_statistics_get_freezes (statistics);

  if (freezes == 0)
    /* Translators: how often the picture of a call stood still */
    return g_strdup (_("None"));
  /* Translators: how often a picture stood still, and how many seconds all together */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u time, %.1f s in all",
                                       "%u times, %.1f s in all", freezes),
                          freezes, beckon_statistics_get_frozen_ms (statistics) / 1000);
}

/* ---- what is shown ---- */

static gboolean
holds_together (const char *text, const char *gap)
{
  return *gap != ' ' ||
         (gap > text && (g_ascii_isdigit (gap[-1]) || g_str_has_prefix (gap + 1, "×")));
}

/* No number is parted from its unit by the end of a line, nor within its unit or a cipher's name;
 * what is copied stays as it is. */
static void
show_value (GtkLabel *label, const char *text)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  for (const char *gap = strpbrk (text, " -/"); gap != NULL; gap = strpbrk (gap + 1, " -/"))
    if (holds_together (text, gap))
      {
        PangoAttribute *attribute = pango_attr_allow_breaks_new (FALSE);

        attribute->start_index = (guint) (gap - text);
        attribute->end_index = attribute->start_index + 2;
        pango_attr_list_insert (attributes, attribute);
      }
  gtk_label_set_attributes (label, attributes);
  gtk_label_set_label (label, text);
}

/* @value, @subtitle: (transfer full); @subtitle: (nullable): none */
static void
set_row (BeckonStatisticsWindow *self, Row row, char *value, char *subtitle)
{
  show_value (self->values[row], value);
  adw_action_row_set_subtitle (self->rows[row], subtitle != NULL ? subtitle : "");
  g_free (value);
  g_free (subtitle);
}

static void
show_connection (BeckonStatisticsWindow *self, BeckonStatistics *statistics)
{
  const guint quality = beckon_statistics_get_quality (statistics);
  const char *sentence = beckon_phrase_for_quality (quality);
  const char *cipher = beckon_statistics_get_cipher (statistics);
  g_autofree char *waited = phrase_for_ms (beckon_statistics_get_jitter_buffer_ms (statistics));

  set_row (self, ROW_PATH, phrase_for_path (statistics), NULL);
  set_row (self, ROW_QUALITY,
           /* Translators: how good a call is: 1 is the worst, 5 the best */
           sentence != NULL ? g_strdup_printf (_("%u of 5"), quality)
                            /* Translators: a value in the statistics of a call */
                            : g_strdup (_("Not known")),
           g_strdup (sentence));
  set_row (self, ROW_ENCRYPTION,
           cipher != NULL ? g_strdup_printf ("DTLS-SRTP, %s", cipher)
                          /* Translators: a value in the statistics of a call */
                          : g_strdup (_("Not known")),
           NULL);
  set_row (self, ROW_DELAY, phrase_for_ms (beckon_statistics_get_delay_ms (statistics)), NULL);
  set_row (self, ROW_JITTER, phrase_for_ms (beckon_statistics_get_jitter_ms (statistics)),
           /* Translators: %s is a time, "60 ms", or "Not known" */
           g_strdup_printf (_("Waiting for late packets: %s"), waited));
  set_row (self, ROW_LOSS_SENT,
           phrase_for_share (beckon_statistics_get_packet_loss_sent (statistics)), NULL);
}

static void
show_media (BeckonStatisticsWindow *self, BeckonStatistics *statistics)
{
  set_row (self, ROW_VIDEO_RECEIVED,
           phrase_for_picture (beckon_statistics_get_width (statistics),
                               beckon_statistics_get_height (statistics),
                               beckon_statistics_get_fps_received (statistics)),
           phrase_for_codec (beckon_statistics_get_video_codec_received (statistics),
                             beckon_statistics_get_video_decoder (statistics),
                             beckon_statistics_get_video_kbps_received (statistics)));
  set_row (self, ROW_VIDEO_SENT,
           phrase_for_picture (beckon_statistics_get_width_sent (statistics),
                               beckon_statistics_get_height_sent (statistics),
                               beckon_statistics_get_fps_sent (statistics)),
           phrase_for_codec (beckon_statistics_get_video_codec_sent (statistics),
                             beckon_statistics_get_video_encoder (statistics),
                             beckon_statistics_get_video_kbps_sent (statistics)));
  set_row (self, ROW_FREEZES, phrase_for_freezes (statistics), NULL);
  set_row (self, ROW_AUDIO_RECEIVED,
           phrase_for_codec (beckon_statistics_get_audio_codec_received (statistics), NULL,
                             beckon_statistics_get_audio_kbps_received (statistics)),
           NULL);
  set_row (self, ROW_AUDIO_SENT,
           phrase_for_codec (beckon_statistics_get_audio_codec_sent (statistics), NULL,
                             beckon_statistics_get_audio_kbps_sent (statistics)),
           NULL);
}

/* @value: negative: not known; @line: its values are described to who does not see it */
static void
add_value (GtkLabel *label, BeckonSparkline *line, double value, char *phrase)
{
  /* Of a third of the window: with large letters a unit may be below its number, and a long word is
   * not to be had. */
  gtk_label_set_label (label, value < 0 ? "–" : phrase);
  beckon_sparkline_add (line, MAX (0, value));
  gtk_accessible_update_property (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  phrase, -1);
  g_free (phrase);
}

static void
update (BeckonStatistics *statistics, BeckonStatisticsWindow *self)
{
  const double round_trip_ms = beckon_statistics_get_round_trip_ms (statistics);
  const double loss = beckon_statistics_get_packet_loss (statistics);
  const double kbps = beckon_statistics_get_kbps_received (statistics);

  add_value (self->round_trip, self->round_trip_line, round_trip_ms, phrase_for_ms (round_trip_ms));
  add_value (self->lost, self->lost_line, loss, phrase_for_share (loss));
  add_value (self->received, self->received_line, kbps, beckon_phrase_for_rate (kbps));
  show_connection (self, statistics);
  show_media (self, statistics);
}

/* Those of another connection, or of none: what was last stays to be read. */
static void
follow_statistics (BeckonStatisticsWindow *self)
{
  g_signal_group_set_target (self->signals, beckon_call_get_statistics (self->call));
}

static void
add_row (BeckonStatisticsWindow *self, Row row, AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *value = gtk_label_new (NULL);

  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (value), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_justify (GTK_LABEL (value), GTK_JUSTIFY_RIGHT);
  gtk_widget_add_css_class (value, "numeric");
  gtk_widget_add_css_class (value, "stat-value");
  gtk_accessible_update_property (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  self->rows[row] = ADW_ACTION_ROW (adw_action_row_new ());
  self->values[row] = GTK_LABEL (value);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->rows[row]), title);
  adw_action_row_add_suffix (self->rows[row], value);
  adw_preferences_group_add (group, GTK_WIDGET (self->rows[row]));
}

static void
add_rows (BeckonStatisticsWindow *self)
{
  /* Translators: title of a row in the statistics of a call: how it gets to the other computer */
  add_row (self, ROW_PATH, self->connection, _("Path"));
  /* Translators: title of a row in the statistics of a call: how good it is */
  add_row (self, ROW_QUALITY, self->connection, _("Quality"));
  /* Translators: title of a row in the statistics of a call: with which cipher */
  add_row (self, ROW_ENCRYPTION, self->connection, _("Encryption"));
  /* Translators: title of a row in the statistics of a call: how late they are heard and seen */
  add_row (self, ROW_DELAY, self->connection, _("Delay"));
  /* Translators: title of a row in the statistics of a call: how unevenly packets come */
  add_row (self, ROW_JITTER, self->connection, _("Jitter"));
  /* Translators: title of a row in the statistics of a call: the share of what is sent */
  add_row (self, ROW_LOSS_SENT, self->connection, _("Lost on the way to them"));
  /* Translators: title of a row in the statistics of a call: what comes */
  add_row (self, ROW_VIDEO_RECEIVED, self->video, _("Received"));
  /* Translators: title of a row in the statistics of a call: what is sent */
  add_row (self, ROW_VIDEO_SENT, self->video, _("Sent"));
  /* Translators: title of a row in the statistics of a call: how often the picture stood still */
  add_row (self, ROW_FREEZES, self->video, _("Freezes"));
  /* Translators: title of a row in the statistics of a call: what comes */
  add_row (self, ROW_AUDIO_RECEIVED, self->sound, _("Received"));
  /* Translators: title of a row in the statistics of a call: what is sent */
  add_row (self, ROW_AUDIO_SENT, self->sound, _("Sent"));
}

/* ---- copying ---- */

char *
beckon_statistics_window_get_text (BeckonStatisticsWindow *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (BECKON_IS_STATISTICS_WINDOW (self), NULL);

  /* Translators: the time that data take to the other computer and back */
  g_string_append_printf (text, "%s: %s\n", _("Round trip"),
                          gtk_label_get_label (self->round_trip));
  /* Translators: the share of the data that was lost on the way */
  g_string_append_printf (text, "%s: %s\n", _("Lost"), gtk_label_get_label (self->lost));
  /* Translators: what comes from the other computer */
  g_string_append_printf (text, "%s: %s\n", _("Received"), gtk_label_get_label (self->received));
  for (Row row = 0; row < N_ROWS; row++)
    {
      GtkWidget *group =
          gtk_widget_get_ancestor (GTK_WIDGET (self->rows[row]), ADW_TYPE_PREFERENCES_GROUP);
      const char *subtitle = adw_action_row_get_subtitle (self->rows[row]);

      g_string_append_printf (text, "%s – %s: %s",
                              adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (group)),
                              adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->rows[row])),
                              gtk_label_get_label (self->values[row]));
      if (*subtitle != '\0')
        g_string_append_printf (text, " (%s)", subtitle);
      g_string_append_c (text, '\n');
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
on_copy_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *text = beckon_statistics_window_get_text (BECKON_STATISTICS_WINDOW (widget));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

/* ---- the window ---- */

static void
beckon_statistics_window_dispose (GObject *object)
{
  BeckonStatisticsWindow *self = BECKON_STATISTICS_WINDOW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->call);

  G_OBJECT_CLASS (beckon_statistics_window_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (BECKON_TYPE_SPARKLINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/beckon/Beckon/statistics-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, title);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, connection);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, video);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, sound);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, round_trip);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, lost);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, received);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, round_trip_line);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, lost_line);
  gtk_widget_class_bind_template_child (widget_class, BeckonStatisticsWindow, received_line);
}

static void
beckon_statistics_window_class_init (BeckonStatisticsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = beckon_statistics_window_dispose;
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "statistics.copy", NULL, on_copy_action);
}

static void
beckon_statistics_window_init (BeckonStatisticsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  beckon_wrap_labels (GTK_WIDGET (self->title));
  add_rows (self);
  self->signals = g_signal_group_new (BECKON_TYPE_STATISTICS);
  g_signal_group_connect (self->signals, "updated", G_CALLBACK (update), self);
}

GtkWidget *
beckon_statistics_window_new (GtkWindow *parent, BeckonCall *call)
{
  BeckonStatisticsWindow *self;
  BeckonStatistics *statistics;
  g_autofree char *names = NULL;

  g_return_val_if_fail (parent == NULL || GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (BECKON_IS_CALL (call), NULL);

  self = g_object_new (BECKON_TYPE_STATISTICS_WINDOW, "transient-for", parent, NULL);
  self->call = g_object_ref (call);
  names = beckon_phrase_for_people (beckon_call_get_members (call));
  adw_window_title_set_subtitle (self->title, names);
  g_signal_connect_object (call, "notify::statistics", G_CALLBACK (follow_statistics), self,
                           G_CONNECT_SWAPPED);
  follow_statistics (self);
  statistics = beckon_call_get_statistics (call);
  if (statistics != NULL)
    update (statistics, self);
  return GTK_WIDGET (self);
}
