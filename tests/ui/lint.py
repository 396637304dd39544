#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: lint.py SOURCE

Reads the windows as they are written down, .ui files and C: nothing that a person uses is without a name for who
hears it, no text without a translation, no short one without a comment for who translates it, no text with a width
of its own, no margin that stays where it was for who reads from right to left.
"""
import os
import re
import sys
import xml.etree.ElementTree as xml

import tap

# What is used, and has no name by itself.
USED = {"GtkButton", "GtkToggleButton", "GtkMenuButton", "GtkEntry", "GtkSearchEntry", "GtkSwitch", "GtkScale",
        "GtkDropDown", "GtkLevelBar", "GtkListBox", "GtkCheckButton", "GtkSpinButton"}
# What is only looked at, and says so or says what it shows.
SEEN = {"GtkImage", "GtkPicture", "GtkSpinner", "BeckonVideoView", "BeckonSparkline"}
TITLED = {"AdwActionRow", "AdwComboRow", "AdwEntryRow", "AdwPasswordEntryRow", "AdwExpanderRow", "AdwPreferencesPage"}
TEXTS = {"label", "title", "subtitle", "tooltip-text", "placeholder-text", "description"}
HAVE_TEXT = {"GtkLabel", "GtkButton", "GtkToggleButton", "GtkMenuButton", "GtkEntry"}
LONG = 28  # characters that a line of a narrow window surely has room for
# Calls in C with a text that a person reads.
SAY = re.compile(r"\b(gtk_label_new|gtk_label_set_label|gtk_label_set_text|gtk_button_new_with_label|gtk_button_set_label|"
                 r"gtk_widget_set_tooltip_text|adw_toast_new|adw_preferences_row_set_title|adw_action_row_set_subtitle|"
                 r"gtk_window_set_title|(?:adw|beckon_sentence)_toast_set_button(?:_label)?)\s*\((?:[^;\"]*,)?\s*\"([^\"]*)\"")
SAYS_SOMETHING = re.compile(r"[^\W\d_]{2}")
FEW_WORDS = 4  # and fewer say too little where nothing of the window is seen
TRANSLATED = re.compile(r"\b(?:N?_|ngettext|N?C_\s?\(\s*\"[^\"]*\",)\s?\(?\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+)")
# Only these files know which release of a library they have (docs/architecture.md).
SEAM = {"adaptive", "dialogs", "toolkit"}
OLD = r"(?i:adw_?(?:message_?dialog|leaflet|flap|squeezer|preferences_?window|about_?window|view_?switcher_?title))|" \
    r"(?i:gtk_?(?:dialog|message_?dialog|file_?chooser|tree_?view|combo_?box|info_?bar|shortcuts_?window|shortcut_?label|style_?context_?get))"
# What xgettext hands on: it ends on a text's line or on the line before, and no other text is between.
COMMENT = re.compile(r"/\* Translators: [^*]*\*/[^\n]*\n?[^\n]*$")


def properties(item):
    return {each.get("name"): each for each in item.findall("property")}


def accessible(item):
    box = item.find("accessibility")
    return set() if box is None else {each.get("name") for each in box}


def says(item):
    return item is not None and bool(SAYS_SOMETHING.search(item.text or ""))


def is_short(text):
    return len(text.split()) <= FEW_WORDS and any(each.isalpha() for each in text)


def labels_within(item):
    return any(says(properties(each).get("label")) or each.get("id") for each in item.iter("object")
               if each.get("class") == "GtkLabel")


class Window:
    """A .ui file, and the C file beside it."""

    def __init__(self, name, ui, code=""):
        self.name, self.code = name, code
        self.root = xml.fromstring(ui, xml.XMLParser(target=xml.TreeBuilder(insert_comments=True)))
        self.of_rows = {each.text for each in self.root.iter("property") if each.get("name") == "activatable-widget"}

    def is_named_in_code(self, item):
        own = rf"\(self->{re.escape(item.get('id', '-'))}\)"
        return re.search(rf"GTK_ACCESSIBLE {own}[^;]*GTK_ACCESSIBLE_PROPERTY_LABEL|gtk_button_set_label \(GTK_BUTTON {own}",
                         self.code)

    def has_name(self, item):
        return bool(accessible(item) & {"label", "labelled-by"}) or says(properties(item).get("label")) \
            or labels_within(item) or item.get("id") in self.of_rows or self.is_named_in_code(item)

    def where(self, item):
        icon = properties(item).get("icon-name")
        return f"{self.name}: {item.get('class')} {item.get('id') or (icon is not None and icon.text) or ''}".rstrip()

    def unnamed(self):
        for item in self.root.iter("object"):
            kind, has = item.get("class"), properties(item)
            if kind in USED and not self.has_name(item):
                yield self.where(item)
            elif kind in TITLED and not says(has.get("title")):
                yield self.where(item)
            elif kind in SEEN and "label" not in accessible(item) and not self.is_named_in_code(item) \
                    and not (has.get("accessible-role") is not None and has["accessible-role"].text == "presentation"):
                yield self.where(item)

    def untranslated(self):
        texts = [each for each in self.root.iter("property") if each.get("name") in TEXTS]
        texts += [each for each in self.root.iter("attribute") if each.get("name") == "label"]
        texts += [each for box in self.root.iter("items") for each in box]
        for each in texts:
            if says(each) and each.get("translatable") != "yes":
                yield f"{self.name}: {each.text!r}"

    def uncommented(self):
        """An accessible name has its comment before it, as XML has them, and xgettext takes that as well: with an
        attribute for it GTK does not load the window."""
        for box in self.root.iter():
            for before, each in zip([None, *box], box):
                named = box.tag == "accessibility"
                has = before is not None and before.tag is xml.Comment if named else "comments" in each.attrib
                if each.get("translatable") == "yes" and not has and \
                        (named or each.get("name") == "tooltip-text" or is_short(each.text or "")):
                    yield f"{self.name}: {each.text!r} has no comment"
                if named and "comments" in each.attrib:
                    yield f"{self.name}: {each.text!r} has a comment that GTK does not load"

    def of_fixed_width(self):
        for item in self.root.iter("object"):
            has = properties(item)
            if item.get("class") in HAVE_TEXT and "width-request" in has or \
                    item.get("class") == "GtkLabel" and "width-chars" in has:
                yield f"{self.where(item)} has a width of its own"
            elif item.get("class") == "GtkLabel" and len((has["label"].text or "") if "label" in has else "") > LONG \
                    and "wrap" not in has and "ellipsize" not in has:
                yield f"{self.where(item)} {has['label'].text!r} neither wraps nor ends in …"


def untranslated_in_code(name, code):
    for call, text in SAY.findall(code):
        if SAYS_SOMETHING.search(text):
            yield f"{name}: {call} {text!r}"


def uncommented_in_code(name, code):
    end = 0
    for text in TRANSLATED.finditer(code):
        words = "".join(re.findall(r"\"((?:[^\"\\]|\\.)*)\"", text[1]))
        if is_short(words) and not COMMENT.search(code[end:text.start()]):
            yield f"{name}: {words!r} has no comment"
        end = text.end()


def unnamed_in_code(name, code):
    """Each button that is made of an icon alone gets its name in the same function."""
    for function in re.split(r"^}", code, flags=re.M):
        if "gtk_button_new_from_icon_name" in function and "GTK_ACCESSIBLE_PROPERTY_LABEL" not in function:
            yield f"{name}: a button of an icon"


def beside_the_seam(name, code):
    """What depends on the release of a library, or is deprecated in a newer one."""
    for found in re.findall(rf"\b(?:\w+_CHECK_VERSION|{OLD})", code) if name.split(".")[0] not in SEAM else ():
        yield f"{name}: {found}"


def sides(body):
    """What a rule of CSS keeps free to the left and to the right: {"padding": (left, right)}, None where it says
    nothing."""
    found = {}
    for name, side, value in re.findall(r"\b(margin|padding)(?:-(left|right))?:\s*([^;]+);", body):
        values = value.split()
        left, right = found.get(name, (None, None))
        if not side:
            right = values[1 if len(values) > 1 else 0]
            left = values[3] if len(values) > 3 else right
        elif side == "left":
            left = value
        else:
            right = value
        found[name] = left, right
    return found


def not_turned_round(css):
    """Rules that keep more free on one side, and have no rule for who reads from right to left that turns it round."""
    rules = re.findall(r"([^{};]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    turned = {selectors.strip(): sides(body) for selectors, body in rules if ":dir(rtl)" in selectors}
    for selectors, body in rules:
        if ":dir(rtl)" in selectors:
            continue
        for name, (left, right) in sides(body).items():
            there = turned.get(f"{selectors.strip()}:dir(rtl)", {}).get(name, (None, None))
            if left != right and (left not in (None, there[1]) or right not in (None, there[0])):
                yield f"style.css: {selectors.strip()} {{ {name}"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


FOLDER = f"{sys.argv[1]}/src/ui"
CODE = {name: read(f"{FOLDER}/{name}") for name in sorted(os.listdir(FOLDER)) if name.endswith(".c")}
WINDOWS = [Window(name, read(f"{FOLDER}/{name}"), CODE.get(name[:-3] + ".c", ""))
           for name in sorted(os.listdir(FOLDER)) if name.endswith(".ui")]


def check(found):
    found = list(found)
    assert not found, "\n".join(found)


def test_everything_is_named():
    check(found for window in WINDOWS for found in window.unnamed())
    check(found for name, code in CODE.items() for found in unnamed_in_code(name, code))


def test_everything_is_translated():
    check(found for window in WINDOWS for found in window.untranslated())
    check(found for name, code in CODE.items() for found in untranslated_in_code(name, code))


def test_short_texts_have_comments():
    check(found for window in WINDOWS for found in window.uncommented())
    check(found for name, code in CODE.items() for found in uncommented_in_code(name, code))


def test_letters_have_no_shadows():
    """Where cairo draws, each costs a layer of the whole window with every frame of a picture behind it."""
    check(re.findall(r"[^;{]*(?:text|icon)-shadow:[^;]*;", read(f"{FOLDER}/style.css")))


def test_who_reads_from_right_to_left_has_it_turned_round():
    check(not_turned_round(read(f"{FOLDER}/style.css")))


def test_translators_see_all_files():
    listed = [line for line in read(f"{sys.argv[1]}/po/POTFILES.in").splitlines() if not line.startswith("#")]
    texts = {name: code for name, code in CODE.items() if re.search(r"\b(?:N_|_|C_|ngettext|g_dngettext)\s*\(\"|_\s?\(\"", code)}
    texts.update({window.name: "" for window in WINDOWS if any(
        each.get("translatable") for each in window.root.iter())})
    check(f"{name} is not in POTFILES.in" for name in texts if f"src/ui/{name}" not in listed)
    check(f"{name} is in POTFILES.in, and not there" for name in listed
          if not os.path.exists(f"{sys.argv[1]}/{name}"))


def test_no_text_has_a_width_of_its_own():
    check(found for window in WINDOWS for found in window.of_fixed_width())


def test_the_windows_have_no_threads():
    """GTK and GStreamer that begin beside each other get the same numbers for types: that is a crash, now
    and then. Threads are the media's."""
    threads = re.compile(r"\b(g_thread_new|g_thread_try_new|g_task_run_in_thread)\b")
    check(name for name, code in CODE.items() if threads.search(code))


def test_releases_are_told_apart_in_one_place():
    check(found for name, code in CODE.items() for found in beside_the_seam(name, code))
    check(found for window in WINDOWS for found in beside_the_seam(window.name, read(f"{FOLDER}/{window.name}")))


def test_that_it_finds_something():
    bad = Window("bad.ui", """<interface><object class="GtkBox">
      <child><object class="GtkButton"><property name="icon-name">x</property></object></child>
      <child><object class="GtkImage"/></child><child><object class="AdwActionRow"/></child>
      <child><object class="GtkLabel"><property name="label">Not translated, and much too long to stand in one line</property>
        <property name="width-request">300</property></object></child>
      <child><object class="GtkLabel"><property name="label" translatable="yes">Translated, and much too long to stand in one line</property>
        </object></child></object></interface>""")
    assert len(list(bad.unnamed())) == 3
    assert len(list(bad.untranslated())) == 1
    assert len(list(bad.of_fixed_width())) == 2
    assert len(list(Window("bad.ui", """<interface><object class="GtkButton">
      <property name="label" translatable="yes">Stop</property>
      <property name="tooltip-text" translatable="yes">Shows your screen to nobody any more</property>
      <accessibility>
        <property name="label" translatable="yes" comments="A button">Stop sharing</property>
      </accessibility></object></interface>""").uncommented())) == 4
    assert not list(Window("good.ui", """<interface><object class="GtkButton">
      <property name="label" translatable="yes" comments="A button">Stop</property>
      <accessibility>
        <!-- A button -->
        <property name="label" translatable="yes">Stop sharing</property>
      </accessibility></object></interface>""").uncommented())
    assert list(untranslated_in_code("bad.c", 'gtk_label_set_label (self->label, "Hello there");'))
    assert not list(untranslated_in_code("good.c", 'gtk_label_set_label (self->label, _("Hello there"));'))
    assert list(uncommented_in_code("bad.c", '/* Translators: a button */\nlabel = on ? _("Stop") : N_("Share");')) \
        == ["bad.c: 'Share' has no comment"]
    assert list(uncommented_in_code("bad.c", '/* Translators: a button */\nset_label (label,\n  _("Stop"));'))
    assert not list(uncommented_in_code("good.c", '/* Translators: a button */\nset_label (label, _("Stop"));'))
    assert not list(uncommented_in_code("good.c", 'say (_("Nobody hears what is said in five words or more"));'))
    assert list(beside_the_seam("bad.c", "#if GTK_CHECK_VERSION(4, 14, 0)\nadw_message_dialog_new (NULL);"))
    assert not list(beside_the_seam("dialogs.c", "#if ADW_CHECK_VERSION(1, 5, 0)"))
    assert list(unnamed_in_code("bad.c", "{\n  gtk_button_new_from_icon_name (\"x\");\n}"))
    assert list(not_turned_round(".a { margin-left: 3px; } .b { padding: 0 1px 0 2px; } .b:dir(rtl) { padding: 1px; }")) \
        == ["style.css: .a { margin", "style.css: .b { padding"]
    assert not list(not_turned_round(".a { padding: 0 1px 0 2px; } .a:dir(rtl) { padding: 0 2px 0 1px; }"))
    assert not list(not_turned_round(".a { margin: 0 6px; padding-left: 6px; padding-right: 6px; }"))


tap.run(test_that_it_finds_something, test_everything_is_named, test_everything_is_translated,
        test_translators_see_all_files, test_short_texts_have_comments, test_no_text_has_a_width_of_its_own,
        test_letters_have_no_shadows, test_who_reads_from_right_to_left_has_it_turned_round,
        test_the_windows_have_no_threads, test_releases_are_told_apart_in_one_place)
