# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen and a camera that GNOME hands out: the real compositor without a monitor, the real portal and its dialog,
whose button is pressed as a screen reader would. Runs on a desktop of its own (tests/rig/rig.sh -p)."""
import contextlib
import json
import os
import shutil
import subprocess
import tempfile

import gi

import callers
import tap
import ui

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

LIBEXEC = "/usr/libexec"
PORTAL, PERMISSIONS = f"{LIBEXEC}/xdg-desktop-portal", f"{LIBEXEC}/xdg-permission-store"
# Who asks for a screen, and who for a camera.
GNOME, GTK = f"{LIBEXEC}/xdg-desktop-portal-gnome", f"{LIBEXEC}/xdg-desktop-portal-gtk"
WIDTH, HEIGHT = 800, 600
DISPLAY = "beckon-test"
DESKTOP = None


class Gnome:
    """mutter, the portal and its dialogs, each with its log."""

    def __init__(self):
        for program in ("mutter", PORTAL, PERMISSIONS, GNOME, GTK):
            if not shutil.which(program):
                raise tap.Skip(f"there is no {program}")
        self.environment = {**os.environ, "XDG_CURRENT_DESKTOP": "GNOME", "GDK_BACKEND": "wayland",
                            "WAYLAND_DISPLAY": DISPLAY, "G_DEBUG": "gc-friendly"}
        self.processes = []
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self._start("mutter", "--headless", "--virtual-monitor", f"{WIDTH}x{HEIGHT}", "--wayland",
                    "--no-x11", "--wayland-display", DISPLAY)
        self._until_named("org.gnome.Mutter.ScreenCast")
        self._start(PERMISSIONS)
        self.dialogs, self.questions = self._start(GNOME), self._start(GTK)
        for name in ("PermissionStore", "desktop.gnome", "desktop.gtk"):
            self._until_named(f"org.freedesktop.impl.portal.{name}")
        self._start(PORTAL)
        self._until_named("org.freedesktop.portal.Desktop")

    def _start(self, *command):
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=self.log, stderr=self.log)
        self.processes.append(process)
        return process

    def _until_named(self, name):
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        ui.wait(lambda: bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                      "org.freedesktop.DBus", "NameHasOwner",
                                      GLib.Variant("(s)", (name,)), None, 0, -1, None).unpack()[0],
                20, name)

    def _button(self, desktop, label):
        application = desktop.application(self.dialogs.pid)
        return application and next((widget for widget in application.walk() if widget.is_named(label)
                                     and widget.is_control() and widget.has("sensitive")), None)

    def press(self, label):
        desktop = ui.Desktop()
        ui.wait(lambda: self._button(desktop, label), 20, f"the button “{label}”").click()

    def answer(self, label):
        """Presses a button of a question, which is of GTK 3."""
        desktop = ui.Desktop()
        ui.wait(lambda: desktop.press_old(self.questions.pid, label), 20, f"the button “{label}”")

    def show_log(self):
        self.log.seek(0)
        print("".join(f"# {line}\n" for line in self.log.read().splitlines()[-40:]), end="")

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.log.close()


def set_up():
    global DESKTOP
    DESKTOP = Gnome()


@contextlib.contextmanager
def sharing(button):
    """Alice asks, and presses this in GNOME's dialog."""
    with callers.Server() as server:
        alice, bob = callers.connect(server, ("--video-in", "none", "--audio-in", "test"),
                                     ("--video-in", "none", "--audio-in", "test"))
        with alice, bob:
            alice.wait("first-audio")
            bob.wait("first-audio")
            alice.say("share")
            DESKTOP.press(button)
            yield alice, bob
            alice.say("hang-up")
            assert alice.finish() == 0, alice.events
            assert bob.finish() == 0, bob.events


def test_shared():
    with sharing("Share") as (alice, bob):
        bob.wait("remote-state", where=lambda state: state["screen"])
        # Nothing moves there, and still it comes.
        stats = bob.wait("stats", 40, lambda stats: stats["screen_frames_received"] >= 5)
        assert (stats["screen_width"], stats["screen_height"]) == (WIDTH, HEIGHT), stats
        alice.say("unshare")
        bob.wait("remote-state", where=lambda state: not state["screen"])
        assert not alice.all("screen-problem"), alice.events


def test_cancelled():
    with sharing("Cancel") as (alice, _bob):
        assert alice.wait("screen-problem")["message"] == "No screen was chosen"


@contextlib.contextmanager
def camera():
    process = subprocess.Popen([os.environ["VIRTUAL_CAMERA"], "alice", "camera.one", "Webcam"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def call_oneself(button=None):
    """The events of a call to oneself with a camera that the desktop lends, by their names."""
    with subprocess.Popen([callers.CALL, "test-call", "--json", "--duration", "8", "--video-in", "portal",
                           "--audio-in", "test"], stdout=subprocess.PIPE) as process:
        if button is not None:
            DESKTOP.answer(button)
        return {event["event"]: event for event in map(json.loads, process.communicate()[0].splitlines())}


def test_camera():
    with camera():
        events = call_oneself("Grant Access")
        assert events["seen"]["width"] == 320 and events["seen"]["frames"] > 15, events
        # It is not asked twice.
        assert call_oneself()["seen"]["width"] == 320


tap.run(test_shared, test_cancelled, test_camera, before=set_up, failed=lambda _name: DESKTOP.show_log())
