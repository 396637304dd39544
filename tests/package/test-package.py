#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-package.py SOURCE BUILD VERSION

What is installed and shipped beside the programs is valid, complete and agrees with itself.
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import tap

SOURCE, BUILD, VERSION = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ID = "org.beckon.Beckon"
CODE = {".c", ".h", ".py", ".sh", ".ui", ".css", ".js"}


def check(*command):
    if not shutil.which(command[0]):
        raise tap.Skip(f"{command[0]} is not installed")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def files(*folders):
    return sorted(path for folder in folders for path in (SOURCE / folder).rglob("*") if path.is_file()
                  and "__pycache__" not in path.parts)


def test_desktop_file():
    check("desktop-file-validate", str(BUILD / f"data/{ID}.desktop"))


def test_desktop_file_is_activatable():
    text = (BUILD / f"data/{ID}.desktop").read_text(encoding="utf-8")
    service = (BUILD / f"data/{ID}.service").read_text(encoding="utf-8")
    assert "DBusActivatable=true" in text, "notifications cannot start the application"
    assert "--gapplication-service" in service and f"Name={ID}" in service, service


def test_metainfo():
    check("appstreamcli", "validate", "--no-net", "--explain", str(BUILD / f"data/{ID}.metainfo.xml"))


def test_schemas():
    check("glib-compile-schemas", "--strict", "--dry-run", str(SOURCE / "data"))


def test_versions_agree():
    news = (SOURCE / "NEWS").read_text(encoding="utf-8").splitlines()[0].split()[-1]
    metainfo = (SOURCE / f"data/{ID}.metainfo.xml.in").read_text(encoding="utf-8")
    newest = re.search(r'<release version="([^"]+)"', metainfo).group(1)
    assert news == newest == VERSION, f"NEWS {news}, metainfo {newest}, meson.build {VERSION}"


def test_licence_headers():
    bare = [str(path.relative_to(SOURCE)) for path in files("src", "tests", "build-aux")
            if path.suffix in CODE
            and "SPDX-License-Identifier: GPL-3.0-or-later" not in path.read_text(encoding="utf-8")[:400]]
    assert not bare, bare


def test_translatable_files_are_listed():
    listed = {line for line in (SOURCE / "po/POTFILES.in").read_text(encoding="utf-8").splitlines()
              if line and not line.startswith("#")}
    marks = re.compile(r'\b(?:[CN]?_|ngettext|dngettext) ?\(|translatable="yes"')
    needed = {str(path.relative_to(SOURCE)) for path in files("src", "data")
              if path.suffix in (".c", ".ui") and marks.search(path.read_text(encoding="utf-8"))}
    assert needed <= listed, f"not in po/POTFILES.in: {sorted(needed - listed)}"
    gone = sorted(path for path in listed if not (SOURCE / path).exists())
    assert not gone, f"in po/POTFILES.in, but not there: {gone}"


def test_sandbox_permissions():
    manifest = json.loads((SOURCE / f"flatpak/{ID}.json").read_text(encoding="utf-8"))
    allowed = {"--share=network", "--share=ipc", "--socket=wayland", "--socket=fallback-x11",
               "--socket=pulseaudio", "--device=dri"}
    assert manifest["id"] == ID
    assert set(manifest["finish-args"]) <= allowed, manifest["finish-args"]


def test_links_in_documents():
    broken = []
    for document in [*SOURCE.glob("*.md"), *SOURCE.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken, broken


if __name__ == "__main__":
    tap.run(test_desktop_file, test_desktop_file_is_activatable, test_metainfo, test_schemas,
            test_versions_agree, test_licence_headers, test_translatable_files_are_listed,
            test_sandbox_permissions, test_links_in_documents)
