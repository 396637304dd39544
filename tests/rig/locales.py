#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: locales.py FOLDER LINGUAS

Makes a locale for each language of LINGUAS, as LOCPATH wants it, whatever the machine has: gettext only
asks what a locale is called, and translates into no language while that is C. All of them are C.UTF-8
under another name, but for the days of the week, the months and the hours where those are to be had.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

NEUTRAL = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")
TERRITORIES = {"ar": "ar_EG", "he": "he_IL", "ja": "ja_JP", "ko": "ko_KR"}
OTHERS = "LC_CTYPE", "LC_COLLATE", "LC_MONETARY", "LC_NUMERIC", "LC_MESSAGES"


def add_times(language, locale):
    territory = TERRITORIES.get(language, language if "_" in language else f"{language}_{language.upper()}")
    if not shutil.which("localedef") or not os.path.exists(f"/usr/share/i18n/locales/{territory}"):
        return
    with tempfile.TemporaryDirectory(prefix="beckon-locale-") as folder:
        with open(f"{folder}/source", "w", encoding="utf-8") as source:
            for category, origin in [*((other, "POSIX") for other in OTHERS), ("LC_TIME", territory)]:
                source.write(f'{category}\ncopy "{origin}"\nEND {category}\n')
        subprocess.run(["localedef", "-c", "-i", f"{folder}/source", "-f", "UTF-8", f"{folder}/made.UTF-8"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if os.path.exists(f"{folder}/made.UTF-8/LC_TIME"):
            shutil.copy(f"{folder}/made.UTF-8/LC_TIME", f"{locale}/LC_TIME")


def main(folder, linguas):
    with open(linguas, encoding="utf-8") as file:
        languages = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    neutral = next((path for path in NEUTRAL if os.path.isdir(path)), None)
    if not neutral:
        return  # and what needs them is skipped
    languages.append("en_US")
    for language in languages:
        shutil.copytree(neutral, f"{folder}/{language}.UTF-8")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda language: add_times(language, f"{folder}/{language}.UTF-8"), languages))


if __name__ == "__main__":
    main(*sys.argv[1:])
