#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-flatpak.py SOURCE BUILD

The Flatpak is built from its manifest without a network, installed, and run in its sandbox: sign in, be called,
answer from a notification after the process ended. The runtime is a stand-in (make-runtime.sh); it and what was
built stay in BUILD/flatpak for the next time.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import tap
from desktop import Desktop, Server
from person import PASSWORD, Build, clip

SOURCE, BUILD = Path(sys.argv[1]), Path(sys.argv[2])
CACHE = BUILD / "flatpak"
HERE = Path(__file__).resolve().parent
ID = "org.beckon.Beckon"
PROGRAMS = ("flatpak", "flatpak-builder", "ostree", "bwrap", "xdg-dbus-proxy", "eu-strip", "apt-get",
            "gnome-keyring-daemon", "/usr/libexec/xdg-desktop-portal", "/usr/libexec/xdg-desktop-portal-gtk",
            "/usr/libexec/xdg-desktop-portal-gnome")
WAIT = 60  # seconds for what takes a few where nothing else runs
COLOUR = (200, 40, 190)  # the ground of Alice's picture
PICTURE = 0.08  # of Bob's screen: her picture in his call window has more
BUILDER = ("flatpak-builder", "--user", "--disable-rofiles-fuse", "--force-clean", "--ccache",
           f"--state-dir={CACHE}/state")

bob = server = files = None


# ---- setting up ----

def run(*command, **options):
    """Its output goes to the log of the test, and to the message if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **options)
    if done.returncode:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n" +
                             "\n".join(done.stdout.splitlines()[-60:]))
    return done.stdout


def look_around():
    for program in PROGRAMS:
        if not shutil.which(program):
            raise tap.Skip(f"there is no {program}")
    tried = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "true"],
                           capture_output=True, text=True, check=False)
    if tried.returncode:
        raise tap.Skip(f"no sandbox without namespaces: {tried.stderr.strip()}")
    mirror = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                            capture_output=True, text=True, check=False).stdout
    if not (CACHE / "recipe").exists() and "/debian\n" not in mirror:
        raise tap.Skip("no mirror of Debian to make a runtime from")


def shipped():
    """The files of Git, or all where there is no Git; but for what is not built."""
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:
        names = [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*")]
    return [name for name in names if (SOURCE / name).is_file()
            and not name.startswith((".", "build-", "build/", "flatpak/", "tests/")) and not name.endswith(".md")]


def pack(path):
    """An archive that differs only if a file does, so that nothing is built again without need."""
    def plain(member):
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(path, "w") as archive:
        for name in sorted(shipped()):
            archive.add(SOURCE / name, f"beckon/{name}", filter=plain)
    return {"type": "archive", "path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def offline_manifest():
    """The manifest, but the modules' sources are those that Debian has of the same version."""
    manifest = json.loads((SOURCE / f"flatpak/{ID}.json").read_text(encoding="utf-8"))
    for module in manifest["modules"]:
        origin = module["sources"][0]
        if origin["type"] == "dir":
            module["sources"] = [pack(CACHE / "beckon.tar")]
        else:
            found = CACHE / "sources" / f"{module['name']}_{origin['tag']}.orig.tar.xz"
            if not found.exists():
                raise tap.Skip(f"Debian has no {module['name']} {origin['tag']}")
            module["sources"] = [{"type": "archive", "path": str(found)}]
    path = CACHE / f"{ID}.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def build():
    """First all that is to be had from elsewhere, then without."""
    manifest = offline_manifest()
    repository = CACHE / "application"
    if not repository.exists():
        run("ostree", f"--repo={repository}", "init", "--mode=bare-user-only")
    run(*BUILDER, "--download-only", str(CACHE / "build"), str(manifest))
    run(*BUILDER, "--disable-download", f"--repo={repository}", str(CACHE / "build"), str(manifest))
    run("flatpak", "--user", "remote-add", "--if-not-exists", "--no-gpg-verify", "application",
        f"file://{repository}")
    run("flatpak", "--user", "install", "-y", "--noninteractive", "--or-update", "application", ID)


def set_up():
    global bob, server, files
    look_around()
    CACHE.mkdir(exist_ok=True)
    print(run(str(HERE / "make-runtime.sh"), str(CACHE)), file=sys.stderr)
    os.environ["FLATPAK_USER_DIR"] = str(CACHE / "user")
    build()
    files = tempfile.TemporaryDirectory(prefix="beckon-flatpak-")
    Path(files.name, "password").write_text(PASSWORD, encoding="utf-8")
    clip(f"{files.name}/alice.webm", COLOUR)
    server = Server(Build(BUILD).server)
    server.start()
    # What other tests are told in the environment means nothing in a sandbox; settings are kept as there.
    for name in ("GST_REGISTRY", "PYTHONPATH"):
        os.environ.pop(name, None)
    os.environ.update(G_DEBUG="gc-friendly", GSETTINGS_BACKEND="keyfile")
    services = [CACHE / f"user/exports/share/dbus-1/services/{ID}.service",
                *(Path(f"/usr/share/dbus-1/services/org.freedesktop.{name}.service")
                  for name in ("impl.portal.PermissionStore", "portal.Documents"))]
    os.environ["PYTHONPATH"] = str(SOURCE / "tests/rig")
    bob = Desktop("-p", *(word for path in services for word in ("-S", str(path))),
                  agent=str(HERE / "sandbox_agent.py"))
    bob.open_portals()
    bob.plug_in_microphone()


def clear():
    if bob:
        bob.close()
    if server:
        server.close()
    if files:
        files.cleanup()


# ---- what is installed ----

def test_asks_for_no_more():
    """What Flatpak grants is what the manifest says, and that is the short list."""
    shown = run("flatpak", "--user", "info", "--show-permissions", ID)
    granted = {key: set(filter(None, value.split(";"))) for key, value in re.findall(r"^(\w+)=(.*)$", shown, re.M)}
    assert granted == {"shared": {"network", "ipc"}, "sockets": {"x11", "wayland", "fallback-x11", "pulseaudio"},
                       "devices": {"dri"}}, shown


def test_files():
    there = {str(path.relative_to(CACHE / "build/files")) for path in (CACHE / "build/files").rglob("*")}
    wanted = {"bin/beckon", "bin/beckon-call", "bin/beckon-server", "share/doc/beckon-server/beckon-server.conf",
              f"share/applications/{ID}.desktop", f"share/dbus-1/services/{ID}.service",
              "share/glib-2.0/schemas/gschemas.compiled", f"share/icons/hicolor/scalable/apps/{ID}.svg"}
    assert wanted <= there, wanted - there
    unwanted = {name for name in there if not name.startswith("lib/debug/") and
                (name.startswith(("include/", "lib/pkgconfig", "lib/systemd")) or name.endswith((".a", ".la", ".h")))}
    assert not unwanted, unwanted


def test_sees_nothing_else():
    """Neither somebody's files nor a device, and no socket of what goes by portals."""
    Path(files.name, "diary").write_text("secret", encoding="utf-8")
    home = bob.home()
    Path(home, "diary").write_text("secret", encoding="utf-8")
    seen = bob.inside(f"""
        cat {home}/diary {files.name}/diary 2>/dev/null
        ls -d /dev/video* /dev/snd/* /dev/input /dev/tty0 /dev/mem /run/dbus/system_bus_socket \\
          "$XDG_RUNTIME_DIR"/pipewire-0 /run/pipewire-0 2>/dev/null
        touch /usr/mine /app/mine 2>/dev/null && echo written
        echo end""")
    assert seen == "end\n", seen


def test_server_runs_in_it():
    assert "listening" in bob.inside("""
        beckon-server --listen 127.0.0.1:0 --data "$XDG_DATA_HOME/server" >/tmp/said &
        until grep listening /tmp/said; do kill -0 $! || exit; read -r _ </dev/null; done
        kill $!; wait""")


# ---- a person with it ----

def call_bob():
    """Alice, who is a process of beckon-call and shows her picture."""
    return subprocess.Popen(
        [Build(BUILD).call, "--server", server.url, "--user", "alice", "--name", "Alice Moreau", "--register",
         "--password-file", f"{files.name}/password", "--json", "--video-in", f"{files.name}/alice.webm",
         "--audio-in", "test", "call", "bob"], stdout=subprocess.PIPE, text=True)


def talk_and_end(alice):
    try:
        bob.sees(*COLOUR, PICTURE, 1.0, f"{CACHE}/sees.png", timeout=WAIT)
        bob.wake("Call with")
        bob.click("Hang up")
        said = alice.communicate(timeout=WAIT)[0]
        assert alice.returncode == 0, said
    finally:
        alice.kill()
    bob.gone("Hang up")


def test_sign_in():
    bob.start()
    bob.type("Server", server.url, timeout=WAIT)
    bob.type("User ID", "bob")
    bob.type("Password", PASSWORD)
    bob.type("Your name, for a new account", "Bob Larsson")
    bob.click("Create account")
    bob.read("Connected", timeout=WAIT)
    bob.screenshot(f"{CACHE}/signed-in.png")


def test_call():
    alice = call_bob()
    bob.click("Accept", timeout=WAIT)
    talk_and_end(alice)


def test_answer_after_the_process_ended():
    """The portal keeps the notification, and the session bus starts the application for its button; which finds
    who it is in the keyring."""
    alice = call_bob()
    bob.notification("Accept", timeout=WAIT)
    bob.kill()
    bob.press_notification("Accept")
    talk_and_end(alice)


def test_start_at_log_in():
    """GNOME's portal writes down what the next session starts, and takes it back."""
    entry = f"$XDG_CONFIG_HOME/autostart/{ID}.desktop"
    bob.start()  # the notification opened no more than the call's window
    bob.read("Connected", timeout=WAIT)
    bob.keys("ctrl+comma")
    bob.read("Start at Log-In", timeout=WAIT)
    bob.press_on("Beckon", "Start at Log-In")
    content = bob.file(entry)
    assert re.search(rf"^Exec=flatpak run .*{ID} --background$", content, re.M), content
    bob.screenshot(f"{CACHE}/start-at-log-in.png")
    bob.keys("space")  # the row has the focus
    bob.no_file(entry)


def show_failure(name):
    bob.screenshot(f"{CACHE}/failed-{name}.png")
    for part in (bob.output(), bob.bus_log(), bob.tree()):
        print("".join(f"# {line}\n" for line in part.splitlines()[-150:]), end="")


try:
    tap.run(test_asks_for_no_more, test_files, test_sees_nothing_else, test_server_runs_in_it, test_sign_in,
            test_call, test_answer_after_the_process_ended, test_start_at_log_in, limit=1500, before=set_up,
            failed=show_failure)
finally:
    clear()
