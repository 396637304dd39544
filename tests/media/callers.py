# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people on the command line: a real beckon-server and real beckon-call processes."""
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time

import tap

SERVER, CALL, MAKE_CLIP, READ_CLIP = sys.argv[1:5]
TEST = ("--video-in", "test", "--audio-in", "test")
# Everybody registers at each start, from one address.
OFTEN = "[limits]\nregistrations-per-address-per-minute=1000000\n"
TONES = {"alice": 440, "bob": 660}
# Not fatal-warnings: what is no complaint of GStreamer's own is found in the log.
ENVIRONMENT = {**os.environ, "G_DEBUG": "gc-friendly"}


def patience():
    """How many times as long as on a machine with nothing else to do everything may take; three times at
    most, or nothing would be too late."""
    return min(3, max(1, os.getloadavg()[0] / os.cpu_count()))


def make_clip(path, user, seconds, *size):
    """@size: width, height, and pictures a second, where they are not make-clip's."""
    subprocess.run([MAKE_CLIP, path, user, str(seconds), *map(str, size)], check=True, timeout=60)


def call_oneself(*words):
    """The events of a test call by their names, and its exit status."""
    done = subprocess.run([CALL, "test-call", "--json", *words], capture_output=True, text=True, timeout=60,
                          env=ENVIRONMENT, check=False)
    found = tap.complaints(done.stderr)
    assert not found, found
    return {event["event"]: event for event in map(json.loads, done.stdout.splitlines())}, done.returncode


class Server:
    """A beckon-server with data of its own; @settings as in its key file. @inside: the words before its
    command, where it is to run at an end of a network, and listen at @address there."""

    def __init__(self, settings="", address="127.0.0.1", inside=()):
        self._inside = inside
        self.folder = tempfile.TemporaryDirectory(prefix="beckon-media-")
        with open(self.path("config"), "w", encoding="utf-8") as file:
            file.write(OFTEN + settings)
        self._start(address + ":0")
        with open(self.path("password"), "w", encoding="utf-8") as file:
            file.write("correct horse\n")

    def _start(self, address):
        self.process = subprocess.Popen(
            [*self._inside, SERVER, "--listen", address, "--data", self.path("data"), "--config",
             self.path("config")], stdout=subprocess.PIPE)
        self.url = json.loads(self.process.stdout.readline())["listening"]

    def restart(self):
        """Killed, without a word, and started again at the same place."""
        self.kill()
        self._start(self.url.removeprefix("http://"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def clip(self, user, seconds):
        """A clip of @user, as make-clip makes it."""
        path = self.path(user + "-in.mkv")
        make_clip(path, user, seconds)
        return path

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(10)
        assert status in (0, -signal.SIGKILL), f"the server ended with {status}"
        self.folder.cleanup()


class Caller:
    """One beckon-call: what it says is read as it comes. @inside: the words before its command."""

    def __init__(self, server, user, *words, register=True, inside=()):
        self.user = user
        self.events = []
        self._queue = queue.Queue()
        command = [*inside, CALL, "--server", server.url, "--user", user, "--password-file",
                   server.path("password"), "--json", *(["--register"] if register else []), *words]
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self._log, text=True,
                                        env=ENVIRONMENT)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "not-json", "line": line}
            event["at"] = time.monotonic()
            self._queue.put(event)
        self._queue.put(None)

    def _next(self, until):
        event = self._queue.get(timeout=max(0.01, until - time.monotonic()))
        if event is not None:
            self.events.append(event)
            assert event["event"] != "not-json", f"{self.user} said what is no JSON: {event['line']!r}"
        return event

    def wait(self, name, limit=20, where=lambda event: True):
        """The next event of that name, from here on."""
        until = time.monotonic() + limit
        try:
            while True:
                event = self._next(until)
                if event is None:
                    raise AssertionError(f"{self.user} ended before “{name}”: {self.events}")
                if event["event"] == name and where(event):
                    return event
        except queue.Empty:
            raise AssertionError(f"{self.user}: no “{name}” in {limit} s: {self.events}") from None

    def say(self, line):
        """A command, typed while there is a call."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def watch_pictures(self):
        """Waits until pictures come."""
        before = self.wait("stats")["video_frames_received"]
        self.wait("stats", where=lambda stats: stats["video_frames_received"] > before + 15)

    def names(self):
        return [event["event"] for event in self.events]

    def all(self, name):
        return [event for event in self.events if event["event"] == name]

    def finish(self, limit=30):
        """Its exit status, once it has ended by itself."""
        until = time.monotonic() + limit
        try:
            while self._next(until) is not None:
                pass
        except queue.Empty:
            raise AssertionError(f"{self.user} does not end: {self.events}") from None
        status = self.process.wait(10)
        self._log.seek(0)
        log = self._log.read()
        print("".join(f"# {self.user}: {line}\n" for line in log.splitlines()), end="")
        found = tap.complaints(log)
        assert not found, found
        return status

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self._log.close()


def read_clip(path):
    output = subprocess.run([READ_CLIP, path], check=True, timeout=60, stdout=subprocess.PIPE).stdout
    return json.loads(output)


def connect(server, caller_words, callee_words, command=("answer",), call=("call", "bob")):
    """Bob waits, Alice calls; both as context managers."""
    bob = Caller(server, "bob", *callee_words, *command)
    bob.wait("connected")
    return Caller(server, "alice", *caller_words, *call), bob
