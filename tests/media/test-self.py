# SPDX-License-Identifier: GPL-3.0-or-later
"""A test call: nobody else, no server, and the whole way of sound and pictures."""
import contextlib
import json
import os
import subprocess

import callers
import tap


COMMAND = [callers.CALL, "test-call", "--json", "--duration", "6"]


def test_call(*words):
    """The events of one by their names, and its exit status."""
    done = subprocess.run([*COMMAND, *words], stdout=subprocess.PIPE, timeout=60)
    return {event["event"]: event for event in map(json.loads, done.stdout.splitlines())}, done.returncode


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


def test_nobody_reads():
    """Who stops reading does not stop a call."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"\n")
    os.set_blocking(writer, True)
    status = subprocess.run([*COMMAND, *callers.TEST], stdout=writer, timeout=60, check=False).returncode
    os.close(writer)
    os.close(reader)
    assert status == 0, status


tap.run(test_both, test_voice_only, test_silence_is_a_failure, test_nobody_reads)
