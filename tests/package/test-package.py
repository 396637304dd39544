#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-package.py SOURCE BUILD VERSION PREFIX

What is installed and shipped beside the programs is valid, complete and agrees with itself.
"""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import tap

SOURCE, BUILD, VERSION, PREFIX = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
ID = "org.beckon.Beckon"
CODE = {".c", ".h", ".py", ".sh", ".ui", ".css", ".js"}
PROGRAMS = ("beckon", "beckon-call", "beckon-server")
INSTALLED = {
    *(f"bin/{name}" for name in PROGRAMS),
    f"share/applications/{ID}.desktop", f"share/metainfo/{ID}.metainfo.xml",
    f"share/dbus-1/services/{ID}.service", f"share/glib-2.0/schemas/{ID}.gschema.xml",
    f"share/icons/hicolor/scalable/apps/{ID}.svg", f"share/icons/hicolor/symbolic/apps/{ID}-symbolic.svg",
    "share/doc/beckon-server/beckon-server.conf", "lib/systemd/system/beckon-server.service",
    "lib/sysusers.d/beckon-server.conf",
}
TRANSLATION = re.compile(r"share/locale/[\w@]+/LC_MESSAGES/beckon\.mo")
CACHES = {"share/glib-2.0/schemas/gschemas.compiled", "share/icons/hicolor/icon-theme.cache",
          "share/applications/mimeinfo.cache"}


def check(*command, **options):
    if not shutil.which(command[0]):
        raise tap.Skip(f"{command[0]} is not installed")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


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
    check("appstreamcli", "validate", "--pedantic", "--no-net", "--explain",
          str(BUILD / f"data/{ID}.metainfo.xml"))


def test_metainfo_is_complete():
    """What software centres show, and what Flathub asks for."""
    root = ElementTree.parse(BUILD / f"data/{ID}.metainfo.xml").getroot()
    for wanted in ("developer/name", "url[@type='homepage']", "url[@type='bugtracker']", "content_rating",
                   "releases/release/description", "requires/display_length", "requires/internet",
                   "supports/control", "branding/color[@scheme_preference='light']",
                   "branding/color[@scheme_preference='dark']", "screenshots/screenshot[@type='default']"):
        assert root.find(wanted) is not None, wanted
    for image in root.iterfind("screenshots/screenshot/image"):
        picture = SOURCE / "data/screenshots" / image.text.rsplit("/", 1)[1]
        # The size stands at the beginning of a PNG file.
        width, height = struct.unpack(">II", picture.read_bytes()[16:24])
        assert (width, height) == (int(image.get("width")), int(image.get("height"))), (picture, width, height)
    assert {binary.text for binary in root.iterfind("provides/binary")} == set(PROGRAMS)


def test_icons():
    """One of each kind, which a renderer can draw at any size."""
    icons = SOURCE / "data/icons/hicolor"
    for path in (icons / f"scalable/apps/{ID}.svg", icons / f"symbolic/apps/{ID}-symbolic.svg"):
        root = ElementTree.parse(path).getroot()
        assert root.get("width") == root.get("height"), path
        assert f"0 0 {root.get('width')} {root.get('height')}" == root.get("viewBox"), path
        ids = set(re.findall(r'id="(\w+)"', path.read_text(encoding="utf-8")))
        used = set(re.findall(r"url\(#(\w+)\)", path.read_text(encoding="utf-8")))
        assert ids == used, f"{path}: {ids ^ used}"


def below(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def compare(found, wanted):
    assert wanted <= found, f"not installed: {sorted(wanted - found)}"
    rest = {name for name in found - wanted if not TRANSLATION.fullmatch(name)}
    assert not rest, f"installed, and nobody knows why: {sorted(rest)}"


def test_install_below_a_folder():
    """As a packager does: nothing beside DESTDIR, no caches, and nothing left at the end."""
    with tempfile.TemporaryDirectory(prefix="beckon-install-") as folder:
        environment = {**os.environ, "DESTDIR": folder}
        root = Path(folder) / PREFIX.relative_to("/")
        check("meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet", env=environment)
        compare(below(root), INSTALLED)
        assert len(below(Path(folder))) == len(below(root)), "something is beside the prefix"
        assert all((root / "bin" / name).stat().st_mode & 0o111 for name in PROGRAMS)
        service = (root / f"share/dbus-1/services/{ID}.service").read_text(encoding="utf-8")
        assert f"Exec={PREFIX}/bin/beckon " in service, service
        check("ninja", "-C", str(BUILD), "uninstall", env=environment)
        assert not below(Path(folder)), f"left behind: {sorted(below(Path(folder)))}"


def test_install_in_its_place():
    """As a person does, on a disk of its own over the prefix, beside another application: the caches are made, and
    in the end there is what was there before."""
    if any(str(PREFIX) == place or str(path).startswith(f"{PREFIX}/") for place in ("/", "/usr")
           for path in (BUILD, SOURCE, shutil.which("meson"), shutil.which("ninja"))):
        raise tap.Skip(f"nothing can be put over {PREFIX}")
    unshare = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    tried = subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", PREFIX], capture_output=True, text=True,
                           check=False)
    if tried.returncode:
        raise tap.Skip(f"no disk of its own without namespaces: {tried.stderr.strip()}")
    listed = subprocess.run([*unshare, "sh", "-ec", """
        mount -t tmpfs tmpfs "$1"
        mkdir -p "$1/share/applications"
        printf '[Desktop Entry]\\nType=Application\\nName=Other\\nExec=true\\nMimeType=x-scheme-handler/other;\\n' \
          >"$1/share/applications/other.desktop"
        meson install -C "$2" --no-rebuild --quiet >&2
        cd "$1"; find * ! -type d; echo; "$1/bin/beckon-server" --version >&2
        cat share/applications/mimeinfo.cache; echo
        "$3/build-aux/uninstall.sh" "$2" >&2
        find * ! -type d; echo
        cat share/applications/mimeinfo.cache; echo
        find * -type d -empty""", "sh", PREFIX, BUILD, SOURCE],
        capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    before, types_before, after, types_after, folders = (set(part.split())
                                                         for part in listed.stdout.split("\n\n"))
    other = {"share/applications/other.desktop"}
    compare(before, INSTALLED | CACHES | other)
    assert after == other | {"share/applications/mimeinfo.cache"}, f"left behind: {sorted(after - other)}"
    assert not folders, f"left behind, and empty: {sorted(folders)}"
    assert types_before - types_after == {f"x-scheme-handler/beckon={ID}.desktop;"}, (types_before, types_after)


def test_unit():
    """systemd knows all that it says."""
    text = (BUILD / "data/beckon-server.service").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="beckon-unit-") as folder:
        unit = Path(folder) / "beckon-server.service"
        unit.write_text(text.replace(f"{PREFIX}/bin/beckon-server", shutil.which("true")), encoding="utf-8")
        said = check("systemd-analyze", "verify", str(unit))  # of what it does not know it only warns
        assert unit.name not in said, said


def test_unit_can_read_secrets():
    """A private key, the configuration with the secret of TURN: readable for a group that is there, not for everybody."""
    text = (BUILD / "data/beckon-server.service").read_text(encoding="utf-8")
    groups = re.findall(r"^SupplementaryGroups=(\S+)$", text, re.M)
    made = re.findall(r"^g (\S+) -$", (SOURCE / "data/server/beckon-server.sysusers.conf").read_text(encoding="utf-8"),
                      re.M)
    assert groups == made == ["beckon"], (groups, made)
    with tempfile.TemporaryDirectory(prefix="beckon-groups-") as folder:
        (Path(folder) / "etc").mkdir()
        check("systemd-sysusers", f"--root={folder}", str(SOURCE / "data/server/beckon-server.sysusers.conf"))
        assert "\nbeckon:" in "\n" + (Path(folder) / "etc/group").read_text(encoding="utf-8")


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
    marks = re.compile(r'\b(?:[CN]?_|ngettext|dngettext) ?\(\s*[\w(),\s]*"|translatable="yes"')
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
    explained = (SOURCE / "docs/flatpak.md").read_text(encoding="utf-8")
    assert not [each for each in manifest["finish-args"] if f"`{each}`" not in explained]


def test_sandbox_sources():
    """What is not in the runtime is pinned, so that the same is built each time, without a network if need be."""
    manifest = json.loads((SOURCE / f"flatpak/{ID}.json").read_text(encoding="utf-8"))
    for module in manifest["modules"]:
        for origin in module["sources"]:
            pinned = {"git": ("tag", "commit"), "archive": ("sha256",), "dir": ()}[origin["type"]]
            assert all(origin.get(key) for key in pinned), (module["name"], origin)
            assert re.fullmatch(r"[0-9a-f]{40}", origin.get("commit", "0" * 40)), origin
    assert [module["name"] for module in manifest["modules"] if module["sources"][0]["type"] == "dir"] == ["beckon"]


def test_links_in_documents():
    broken = []
    for document in [*SOURCE.glob("*.md"), *SOURCE.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken, broken


if __name__ == "__main__":
    tap.run(test_desktop_file, test_desktop_file_is_activatable, test_metainfo, test_metainfo_is_complete,
            test_icons, test_install_below_a_folder, test_install_in_its_place, test_unit,
            test_unit_can_read_secrets, test_schemas, test_versions_agree, test_licence_headers,
            test_translatable_files_are_listed, test_sandbox_permissions, test_sandbox_sources,
            test_links_in_documents)
