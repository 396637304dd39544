#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: sandbox_build.py SOURCE BUILD

Builds the Flatpak from its manifest without a network, and installs it for FLATPAK_USER_DIR=BUILD/flatpak/user. The
runtime is a stand-in (make-runtime.sh); it and what was built stay in BUILD/flatpak for the next time. The test does so
itself; this is for who has time for it before.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "rig"))

import tap  # noqa: E402

ID = "org.beckon.Beckon"
PROGRAMS = ("flatpak", "flatpak-builder", "ostree", "bwrap", "xdg-dbus-proxy", "eu-strip", "apt-get")


def run(*command, **options):
    """Its output goes to the log of the test, and to the message if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **options)
    if done.returncode:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n" +
                             "\n".join(done.stdout.splitlines()[-60:]))
    return done.stdout


def look_around(cache, others=()):
    """Skips where something is missing that it takes, or @others do."""
    for program in (*PROGRAMS, *others):
        if not shutil.which(program):
            raise tap.Skip(f"there is no {program}")
    tried = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "true"],
                           capture_output=True, text=True, check=False)
    if tried.returncode:
        raise tap.Skip(f"no sandbox without namespaces: {tried.stderr.strip()}")
    mirror = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                            capture_output=True, text=True, check=False).stdout
    if not (cache / "recipe").exists() and "/debian\n" not in mirror:
        raise tap.Skip("no mirror of Debian to make a runtime from")


def shipped(source):
    """The files of Git, or all where there is no Git; but for what is not built."""
    listed = subprocess.run(["git", "-C", source, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:
        names = [str(path.relative_to(source)) for path in source.rglob("*")]
    return [name for name in names if (source / name).is_file()
            and not name.startswith((".", "build-", "build/", "flatpak/", "tests/")) and not name.endswith(".md")]


def pack(source, path):
    """An archive that differs only if a file does, so that nothing is built again without need."""
    def plain(member):
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(path, "w") as archive:
        for name in sorted(shipped(source)):
            archive.add(source / name, f"beckon/{name}", filter=plain)
    return {"type": "archive", "path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def offline_manifest(source, cache):
    """The manifest, but the modules' sources are those that Debian has of the same version."""
    manifest = json.loads((source / f"flatpak/{ID}.json").read_text(encoding="utf-8"))
    for module in manifest["modules"]:
        origin = module["sources"][0]
        if origin["type"] == "dir":
            module["sources"] = [pack(source, cache / "beckon.tar")]
        else:
            found = cache / "sources" / f"{module['name']}_{origin['tag']}.orig.tar.xz"
            if not found.exists():
                raise tap.Skip(f"Debian has no {module['name']} {origin['tag']}")
            module["sources"] = [{"type": "archive", "path": str(found)}]
    path = cache / f"{ID}.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def build(source, cache):
    """First all that is to be had from elsewhere, then without."""
    cache.mkdir(exist_ok=True)
    print(run(str(HERE / "make-runtime.sh"), str(cache)), file=sys.stderr)
    os.environ["FLATPAK_USER_DIR"] = str(cache / "user")
    manifest = offline_manifest(source, cache)
    repository = cache / "application"
    builder = ("flatpak-builder", "--user", "--disable-rofiles-fuse", "--force-clean", "--ccache",
               f"--state-dir={cache}/state")
    if not repository.exists():
        run("ostree", f"--repo={repository}", "init", "--mode=bare-user-only")
    run(*builder, "--download-only", str(cache / "build"), str(manifest))
    run(*builder, "--disable-download", f"--repo={repository}", str(cache / "build"), str(manifest))
    run("flatpak", "--user", "remote-add", "--if-not-exists", "--no-gpg-verify", "application",
        f"file://{repository}")
    run("flatpak", "--user", "install", "-y", "--noninteractive", "--or-update", "application", ID)


def main():
    cache = Path(sys.argv[2]) / "flatpak"
    try:
        look_around(cache)
        build(Path(sys.argv[1]), cache)
    except tap.Skip as reason:
        print(f"skipped: {reason}")


if __name__ == "__main__":
    main()
