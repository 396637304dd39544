# SPDX-License-Identifier: GPL-3.0-or-later
"""Without anybody else and without a server: test calls, the whole way of sound and pictures, and what is
asked at a terminal."""
import contextlib
import os
import pty
import signal
import subprocess
import tempfile
import termios
import wave

import callers
import tap


LONG = ("--duration", "6")


def test_call(*words):
    return callers.call_oneself(*LONG, *words)


def test_both():
    events, status = test_call(*callers.TEST)
    assert status == 0, events
    assert events["heard"]["loudest"] > 0.5, events
    # It begins small, and how soon it grows is the machine's matter.
    assert events["seen"]["width"] in (640, 960, 1280), events


def test_voice_only():
    events, status = test_call("--audio-in", "test", "--video-in", "none")
    assert status == 0, events
    assert "seen" not in events, events


def test_silence_is_a_failure():
    """What is no sound at all in the place of a microphone."""
    events, status = test_call("--audio-in", callers.MAKE_CLIP, "--video-in", "none")
    assert status == 1, events
    assert "message" in events["microphone-problem"], events
    assert "heard" not in events, events


def test_silent_microphone():
    """It is there, and muted: the exit status alone tells nobody what to do."""
    with tempfile.TemporaryDirectory(prefix="beckon-self-") as folder:
        path = os.path.join(folder, "silence.wav")
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, 48000, 0, "NONE", ""))
            file.writeframes(bytes(2 * 48000 * 8))
        events, status = test_call("--audio-in", path, "--video-in", "none")
    assert status == 1, events
    assert "microphone is muted" in events.get("microphone-problem", {}).get("message", ""), events


def test_no_connection():
    """There are no relays without a server, and nothing else is allowed."""
    events, status = test_call(*callers.TEST, "--relay-only")
    assert status == 1, events
    assert events["error"]["code"] == "no-relay" and events["error"]["message"], events
    assert "media-connected" not in events and "microphone-problem" not in events, events


def test_nothing_is_recorded():
    events, status = test_call(*callers.TEST, "--record", "/no/such/folder.mkv")
    assert status == 1, events
    assert "/no/such/folder.mkv" in events["error"]["message"], events
    assert "seen" in events and "heard" in events, events


def test_nobody_reads():
    """Who stops reading does not stop a call."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"\n")
    os.set_blocking(writer, True)
    status = subprocess.run([callers.CALL, "test-call", "--json", *LONG, *callers.TEST], stdout=writer, timeout=60,
                            env=callers.ENVIRONMENT, check=False).returncode
    os.close(writer)
    os.close(reader)
    assert status == 0, status


def test_interrupted_password():
    """The terminal shows again what is typed, whatever ends the question for a password."""
    leader, follower = pty.openpty()
    shown = termios.tcgetattr(follower)
    for number in signal.SIGINT, signal.SIGTERM:
        asking = subprocess.Popen([callers.CALL, "--server", "http://127.0.0.1:9", "--user", "alice", "watch"],
                                  stdin=follower, stderr=follower)
        said = b""
        while b"Password: " not in said:
            said += os.read(leader, 100)
        assert not termios.tcgetattr(follower)[3] & termios.ECHO
        asking.send_signal(number)
        status = asking.wait(20)
        assert status == -number, status
        assert termios.tcgetattr(follower) == shown
    os.close(follower)
    os.close(leader)


# Together what waits more than it works.
tap.run(test_both, test_voice_only, test_nothing_is_recorded, test_nobody_reads, test_interrupted_password,
        together=(test_silence_is_a_failure, test_silent_microphone, test_no_connection))
