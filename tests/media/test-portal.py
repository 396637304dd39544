# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen that the desktop hands out: a fake portal with a person at it, and a real PipeWire between
them. Runs on a desktop of its own (tests/rig/rig.sh -p)."""
import os
import queue
import subprocess
import sys
import threading

import callers
import tap
from agent import Agent
from person import Build

FAKE = os.path.join(os.path.dirname(os.path.abspath(tap.__file__)), "fake_portal.py")
NODE = "fake-screen"
SERVER = None


class Screen:
    """What is shared: a PipeWire node with a numbered picture. GStreamer's does not serve one after the
    other reliably, so each sharing has a new one."""

    def __init__(self):
        self._process = subprocess.Popen([sys.argv[5], NODE], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "READY\n", self._process.wait(10)
        self._until_seen()

    def _until_seen(self):
        """WirePlumber takes its time."""
        monitor = subprocess.Popen(["pw-dump", "--monitor"], stdout=subprocess.PIPE, text=True)
        for line in monitor.stdout:
            if f'"{NODE}"' in line:
                break
        monitor.kill()
        monitor.wait()
        monitor.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


class Portal:
    """The desktop's portal, and what the person does there."""

    def __init__(self):
        self._said = queue.Queue()
        self._process = subprocess.Popen(["/usr/bin/python3", FAKE, NODE], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        self.wait("READY")

    def _read(self):
        for line in self._process.stdout:
            self._said.put(line.strip())

    def wait(self, what, limit=20):
        line = self._said.get(timeout=limit)
        assert line == what, f"the portal said “{line}”, not “{what}”"

    def quiet(self):
        assert self._said.empty(), self._said.get()

    def will(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def set_up():
    global SERVER
    SERVER = callers.Server()


def talk():
    alice, bob = callers.connect(
        SERVER, ("--video-in", "none", "--audio-in", "test"),
        ("--video-in", "none", "--audio-in", "test", "--record", SERVER.path("bob.mkv")))
    alice.wait("first-audio")
    bob.wait("first-audio")
    return alice, bob


def hang_up(alice, bob):
    alice.say("hang-up")
    assert alice.finish() == 0, alice.events
    assert bob.finish() == 0, bob.events


def seen(bob, least=15):
    before = bob.wait("stats")["screen_frames_received"]
    return bob.wait("stats", 30, lambda stats: stats["screen_frames_received"] >= before + least)


def problem(alice):
    return alice.wait("screen-problem")["message"]


def share(alice, bob, portal):
    """Alice shares what the desktop gives her, and Bob sees it."""
    alice.say("share")
    portal.wait("asked")
    portal.wait("shared None")
    bob.wait("remote-state", where=lambda state: state["screen"])
    assert seen(bob)["screen_width"] == 640


def test_shared():
    with Portal() as portal:
        alice, bob = talk()
        with alice, bob:
            with Screen():
                share(alice, bob, portal)
                alice.say("unshare")
                portal.wait("closed")
                bob.wait("remote-state", where=lambda state: not state["screen"])
            # Once more in the same call, and the call's end is the sharing's end.
            with Screen():
                share(alice, bob, portal)
                hang_up(alice, bob)
                portal.wait("closed")
            assert not alice.all("screen-problem"), alice.events
    counters = callers.read_clip(SERVER.path("bob-screen.mkv"))["counters"]
    assert -1 not in counters, f"{counters.count(-1)} frames cannot be read"
    assert sum(after < before for before, after in zip(counters, counters[1:])) == 1, counters


def test_closed_by_the_desktop():
    with Screen(), Portal() as portal:
        alice, bob = talk()
        with alice, bob:
            share(alice, bob, portal)
            portal.will("close")
            portal.wait("closed")
            assert problem(alice) == "The desktop ended the sharing of the screen"
            bob.wait("remote-state", where=lambda state: not state["screen"])
            assert not alice.all("local-state")[-1]["screen"]
            hang_up(alice, bob)


def test_cancelled_and_refused():
    with Portal() as portal:
        alice, bob = talk()
        with alice, bob:
            portal.will("cancel")
            alice.say("share")
            portal.wait("asked")
            assert problem(alice) == "No screen was chosen"
            portal.wait("closed")
            portal.will("refuse")
            alice.say("share")
            portal.wait("asked")
            assert problem(alice) == "The desktop refused to share a screen"
            portal.wait("closed")
            # Twice while the dialog is open is one question; and who hangs up closes it.
            portal.will("ask")
            alice.say("share")
            portal.wait("asked")
            alice.say("share")
            hang_up(alice, bob)
            portal.wait("closed")
            portal.quiet()
            assert not any(state["screen"] for state in bob.all("remote-state")), bob.events


class Application(Agent):
    """The application, which keeps what the desktop has handed out."""

    def __enter__(self):
        build = Build(os.environ["BECKON_BUILD"])
        self.start([build.beckon, "--server", SERVER.url, "--user", "carol", "--password-file",
                    SERVER.path("password"), "--register", "--video-in", "none", "--audio-in", "test"],
                   build.environment)
        self.read("Connected")
        return self

    def call(self):
        """Bob, in a call with us."""
        bob = callers.Caller(SERVER, "bob", "--video-in", "none", "--audio-in", "test", "answer")
        bob.wait("connected")
        self.type("User IDs", "bob")
        self.click("Voice call")
        bob.wait("first-audio")
        return bob

    def press(self, button):
        self.wake("Call with")
        self.click(button)

    def share(self, bob, portal, *said):
        with Screen():
            self.press("Share screen")
            for line in said:
                portal.wait(line)
            bob.wait("remote-state", where=lambda state: state["screen"])
            assert seen(bob, 5)["screen_width"] == 640
            self.press("Stop sharing")
            portal.wait("closed")

    def hang_up(self, bob):
        self.press("Hang up")
        assert bob.finish() == 0, bob.events
        bob.__exit__()

    def __exit__(self, *unused):
        self.app.terminate()
        self.exit_status()
        # GTK looks for more than this portal has.
        found = [line for line in tap.complaints(self.output()) if "portal.Inhibit" not in line]
        assert not found, found


def test_shared_again():
    """The application is given the same screen without a question, also when it was started anew; a desktop
    that has forgotten it asks."""
    if "BECKON_BUILD" not in os.environ:
        raise tap.Skip("there is no application")
    application = Application()
    with Portal() as portal:
        with application:
            bob = application.call()
            application.share(bob, portal, "asked", "shared None")
            application.share(bob, portal, "shared again-1")
            application.hang_up(bob)
        with application:
            bob = application.call()
            application.share(bob, portal, "shared again-2")
            portal.will("forget")
            application.share(bob, portal, "asked", "shared again-3")
            application.hang_up(bob)
        portal.quiet()


def test_no_portal():
    alice, bob = talk()
    with alice, bob:
        alice.say("share")
        assert problem(alice) == "This desktop has no portal that shares screens"
        hang_up(alice, bob)


def test_node_by_name():
    alice, bob = callers.connect(
        SERVER, ("--video-in", "none", "--audio-in", "test", "--screen-in", "pipewire:" + NODE),
        callers.TEST)
    with Screen(), alice, bob:
        alice.wait("first-audio")
        bob.wait("first-audio")
        alice.say("share")
        seen(bob)
        hang_up(alice, bob)


def camera_problem():
    """Why a call to oneself shows no camera that the desktop lends."""
    events, status = callers.call_oneself("--duration", "3", "--video-in", "portal", "--audio-in", "test")
    assert status == 1 and "seen" not in events and "heard" in events, events
    return events["camera-problem"]["message"]


def test_camera_refused():
    with Portal() as portal:
        portal.will("cancel")
        assert camera_problem() == "The camera may not be used"
        portal.wait("asked")
        portal.will("refuse")
        assert camera_problem() == "The desktop could not lend a camera"
        portal.wait("asked")
        # It lends what it has, and there is none.
        portal.will("share")
        assert camera_problem() == "There is no camera"
        portal.wait("asked")
    assert camera_problem() == "This desktop has no portal that lends cameras"


def test_server_stops_cleanly():
    SERVER.__exit__()


tap.run(test_shared, test_closed_by_the_desktop, test_cancelled_and_refused, test_shared_again,
        test_no_portal, test_node_by_name, test_camera_refused, test_server_stops_cleanly, before=set_up, limit=90)
