#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-flatpak.py SOURCE BUILD

The Flatpak is built from its manifest without a network, installed (sandbox_build.py), and run in its sandbox: sign
in, be called, answer from a notification after the process ended.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap
from desktop import Desktop, Server
from person import PASSWORD, Build, clip
from sandbox_build import ID, build, look_around, run

SOURCE, BUILD = Path(sys.argv[1]), Path(sys.argv[2])
CACHE = BUILD / "flatpak"
HERE = Path(__file__).resolve().parent
PORTALS = ("gnome-keyring-daemon", "/usr/libexec/xdg-desktop-portal", "/usr/libexec/xdg-desktop-portal-gtk",
           "/usr/libexec/xdg-desktop-portal-gnome")
WAIT = 60  # seconds for what takes a few where nothing else runs
COLOUR = (200, 40, 190)  # the ground of Alice's picture
PICTURE = 0.08  # of Bob's screen: her picture in his call window has more

bob = server = files = None


# ---- setting up ----

def set_up():
    global bob, server, files
    look_around(CACHE, PORTALS)
    build(SOURCE, CACHE)
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
                (name.startswith(("include/", "lib/pkgconfig", "lib/systemd", "lib/sysusers.d")) or
                 name.endswith((".a", ".la", ".h")))}
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
        bob.sees(*COLOUR, PICTURE, 1.0, timeout=WAIT)
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
