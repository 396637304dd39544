#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-translations.py SOURCE

Every text of the application is there in every language that po/LINGUAS names, and fits what the program
does with it.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

SOURCE = Path(sys.argv[1])
LANGUAGES = ["ar", "de", "es", "fr", "he", "it", "ja", "ko", "pl", "pt_BR", "ru", "tr", "zh_CN", "zh_TW"]
# What is said of several things, and not with the same word in every language: the meanings beside the usual one.
MEANINGS = {
    "Cancel": {"call"}, "Connected": {"call", "computer"}, "Contacts": {"whose calls"}, "Devices": {"computers"},
    "In a call": {"shortcuts"}, "Video": {"past call", "statistics"}, "Voice": {"microphone", "past call"},
}
MARKS = ("_", "N_", "C_:1c,2", "NC_:1c,2", "g_dngettext:2,3", "ngettext:1,2")


def run(*command):
    done = subprocess.run(command, cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def languages():
    text = (SOURCE / "po/LINGUAS").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def set_up():
    if not shutil.which("xgettext"):
        raise tap.Skip("gettext is not installed")


def test_languages():
    assert languages() == LANGUAGES, languages()


def test_complete():
    """What is in the program today, and not what was there when somebody translated."""
    with tempfile.TemporaryDirectory(prefix="beckon-po-") as folder:
        template, merged = f"{folder}/beckon.pot", f"{folder}/merged.po"
        run("xgettext", "--from-code=UTF-8", "--files-from=po/POTFILES.in", "-o", template,
            *(f"--keyword={mark}" for mark in MARKS))
        bad = []
        for language in languages():
            run("msgmerge", "-q", "--no-fuzzy-matching", "-o", merged, f"po/{language}.po", template)
            missing = run("msgattrib", "--untranslated", "--no-obsolete", merged)
            fuzzy = run("msgattrib", "--only-fuzzy", "--no-obsolete", merged)
            texts = [text for text in re.findall(r'^msgid ((?:".*"\n?)+)', missing + fuzzy, re.M)
                     if text.strip() != '""']
            if texts:
                bad.append(f"{language}: {len(texts)}, as {texts[0].strip()}")
        assert not bad, "not translated:\n" + "\n".join(bad)


def test_meanings():
    """Each is a text of its own for whoever translates it."""
    with tempfile.TemporaryDirectory(prefix="beckon-po-") as folder:
        template = f"{folder}/beckon.pot"
        run("xgettext", "--from-code=UTF-8", "--files-from=po/POTFILES.in", "-o", template,
            *(f"--keyword={mark}" for mark in MARKS))
        found = re.findall(r'^(?:msgctxt "(.*)"\n)?msgid "(.+)"$', Path(template).read_text(encoding="utf-8"), re.M)
    for text, meanings in MEANINGS.items():
        assert {context for context, each in found if each == text} == meanings | {""}, text


def test_formats():
    for language in languages():
        run("msgfmt", "--check", "-o", "/dev/null", f"po/{language}.po")


def test_ends():
    """A question stays one, and what opens a dialog says so; a colon asks for something."""
    ends = {"?": "?？؟", "…": "…", ":": ":：", "\\n": "n"}
    bad = []
    for language in languages():
        text = (SOURCE / f"po/{language}.po").read_text(encoding="utf-8")
        for source, translation in re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.M):
            for end, wanted in ends.items():
                if source.endswith(end) and translation[-1] not in wanted:
                    bad.append(f"{language}: {source} – {translation}")
    assert not bad, "\n".join(bad)


if __name__ == "__main__":
    tap.run(test_languages, test_complete, test_meanings, test_formats, test_ends, before=set_up)
