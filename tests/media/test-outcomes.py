# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way out of a call, with its events and its exit status, between real processes."""
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess

import callers
import tap

SERVER = None


def set_up():
    global SERVER
    SERVER = callers.Server()


def ends(callee, status, caller_status, *events, call=("call", "bob"), media=callers.TEST):
    alice, bob = callers.connect(SERVER, media, media, ("answer", *callee), call)
    with alice, bob:
        statuses = alice.finish(), bob.finish()
        assert statuses == (caller_status, status), (statuses, alice.events, bob.events)
        for event in events:
            assert event in alice.names(), f"no “{event}” in {alice.events}"
        return alice, bob


def test_declined():
    alice, _ = ends(["--reject"], 3, 3, "ringing", "rejected", "ended")
    assert alice.all("rejected")[0]["reason"] == "declined"


def test_busy():
    alice, _ = ends(["--busy"], 4, 4, "rejected")
    assert alice.all("rejected")[0]["reason"] == "busy"


def test_unanswered():
    _, bob = ends(["--ignore"], 5, 5, "unanswered", call=("call", "bob", "--timeout", "1"))
    assert "timeout" in bob.names()


def test_unknown_user():
    with callers.Caller(SERVER, "alice", *callers.TEST, "call", "nobody") as alice:
        assert alice.finish() == 7, alice.events
        assert alice.all("error")[0]["code"] == "unknown-user"


def test_offline():
    with callers.Caller(SERVER, "carol", *callers.TEST, "watch") as carol:
        carol.wait("connected")
        carol.process.send_signal(signal.SIGINT)
        assert carol.finish() == 0
    with callers.Caller(SERVER, "alice", *callers.TEST, "call", "carol", "--timeout", "1") as alice:
        assert alice.finish() == 5, alice.events
        assert "offline" in alice.names()


def test_interrupted_caller_cancels():
    alice, bob = callers.connect(SERVER, callers.TEST, callers.TEST, ("answer", "--ignore"))
    with alice, bob:
        bob.wait("received")
        alice.process.send_signal(signal.SIGINT)
        assert alice.finish() == 6, alice.events
        assert bob.finish() == 6, bob.events
        assert "cancelled" in bob.names()


def test_terminated_callee_hangs_up():
    alice, bob = callers.connect(SERVER, callers.TEST, callers.TEST)
    with alice, bob:
        alice.wait("first-video")
        bob.wait("first-video")
        bob.process.send_signal(signal.SIGTERM)
        assert bob.finish() == 0, bob.events
        assert alice.finish() == 0, alice.events
        assert alice.all("ended")[0]["reason"] == "peer-hung-up"


def test_without_devices_the_call_goes_on():
    alice, bob = callers.connect(SERVER, ("--duration", "2"), callers.TEST)
    with alice, bob:
        assert alice.finish() == 0, alice.events
        assert bob.finish() in (0, 1), bob.events
        if not os.path.exists("/dev/video0"):
            assert "camera-problem" in alice.names(), alice.events
        assert "first-video" in alice.names()


def test_wrong_password():
    with open(SERVER.path("password"), "w", encoding="utf-8") as file:
        file.write("wrong password\n")
    try:
        with callers.Caller(SERVER, "alice", "watch", register=False) as alice:
            assert alice.finish() == 1, alice.events
            assert alice.all("error")[0]["code"] == "wrong-password"
    finally:
        with open(SERVER.path("password"), "w", encoding="utf-8") as file:
            file.write("correct horse\n")


def test_invite_code():
    with callers.Server("[server]\nregistration=code\nregistration-code=open sesame\n") as server:
        for words in (), ("--invite-code", "sesame"):
            with callers.Caller(server, "erin", *words, "contacts") as erin:
                assert erin.finish() == 1, erin.events
                assert erin.all("error")[0]["code"] == "invite-code-needed"
        with callers.Caller(server, "erin", "--invite-code", "open sesame", "contacts") as erin:
            assert erin.finish() == 0, erin.events


def test_too_many_registrations():
    """Whose account is there need not create it; who has none learns why."""
    with callers.Server("[limits]\nregistrations-per-address-per-minute=1\n") as server:
        for _ in range(2):
            with callers.Caller(server, "erin", "contacts") as erin:
                assert erin.finish() == 0, erin.events
        with callers.Caller(server, "frank", "contacts") as frank:
            assert frank.finish() == 1, frank.events
            assert frank.all("error")[0]["code"] == "rate-limited"


def test_password_from_standard_input():
    command = [callers.CALL, "--server", SERVER.url, "--user", "dave", "--register", "--json", "call",
               "nobody"]
    done = subprocess.run(command, input="correct horse\n", text=True, capture_output=True, timeout=30)
    assert done.returncode == 7, done
    assert subprocess.run(command, input="", text=True, capture_output=True,
                          timeout=30).returncode == 2


def test_server_not_there():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    done = subprocess.run([callers.CALL, "--server", f"http://127.0.0.1:{port}", "--user", "dave",
                           "--json", "watch"], input="correct horse\n", text=True,
                          capture_output=True, timeout=40)
    assert done.returncode == 1, done
    assert json.loads(done.stdout)["code"] == "unreachable-server", done


def test_usage():
    for words in ((), ("dance",), ("call",), ("answer", "bob"), ("answer", "--accept", "--busy"),
                  ("call", "bob", "--timeout", "-1"), ("--video-in", "/nowhere.mkv", "call", "bob"),
                  ("contacts", "add"), ("contacts", "like", "bob"), ("contacts", "add", "bob", "carol"),
                  ("history", "bob"), ("join", "a/b"), ("join", "c1", "c2"),
                  ("--preconnect", "somebody", "watch"), ("--bandwidth-estimator", "best", "watch"),
                  ("--device", "a b", "watch"), ("--token-file", "/nowhere", "watch")):
        with callers.Caller(SERVER, "alice", *words) as alice:
            assert alice.finish() == 2, f"{words}: {alice.events}"


def test_contacts():
    def contacts(*words):
        with callers.Caller(SERVER, "alice", "contacts", *words) as alice:
            return alice.finish(), alice

    assert contacts("add", "bob")[0] == 0
    status, alice = contacts()
    assert status == 0 and [event["user"] for event in alice.all("contact")] == ["bob"], alice.events
    assert contacts("remove", "bob")[0] == 0
    assert not contacts()[1].all("contact")
    status, alice = contacts("add", "nobody")
    assert status == 7, alice.events


def count_tokens(user):
    with contextlib.closing(sqlite3.connect(SERVER.path("data/beckon.sqlite"), timeout=10)) as database:
        return database.execute("SELECT count (*) FROM tokens WHERE user = ?", [user]).fetchone()[0]


def test_history():
    ends(["--reject"], 3, 3)
    tokens = count_tokens("bob")
    with callers.Caller(SERVER, "bob", "history") as bob:
        assert bob.finish() == 0, bob.events
        assert count_tokens("bob") == tokens, "the token that nobody has any more is still good"
        newest = bob.all("past-call")[0]
        assert newest["direction"] == "incoming" and newest["outcome"] == "declined", newest
        assert newest["users"] == ["alice"], newest


def test_typed_commands():
    alice, bob = callers.connect(SERVER, callers.TEST, callers.TEST)
    with alice, bob:
        alice.wait("first-video")
        bob.wait("first-video")
        alice.say("dance")
        alice.wait("error")
        for command, microphone in ("mute", False), ("unmute", True):
            alice.say(command)
            assert alice.wait("local-state")["microphone"] == microphone
            bob.wait("remote-state", where=lambda state, on=microphone: state["microphone"] == on)
        alice.say("hang-up")
        assert alice.finish() == 0, alice.events
        assert bob.finish() == 0, bob.events


def test_two_invitees_connect_to_all():
    bob = callers.Caller(SERVER, "bob", *callers.TEST, "answer")
    carol = callers.Caller(SERVER, "carol", *callers.TEST, "answer")
    with bob, carol:
        bob.wait("connected")
        carol.wait("connected")
        with callers.Caller(SERVER, "alice", "--audio-in", "test", "--video-in", "none", "call",
                            "bob", "carol", "--voice") as alice:
            heard = {alice.wait("first-audio")["user"], alice.wait("first-audio")["user"]}
            assert heard == {"bob", "carol"}, heard
            others = {bob.wait("first-audio")["user"], bob.wait("first-audio")["user"]}
            assert others == {"alice", "carol"}, others
            alice.process.send_signal(signal.SIGTERM)
            assert alice.finish() == 0, alice.events
            bob.process.send_signal(signal.SIGTERM)
            assert bob.finish() == 0, bob.events
            assert carol.finish() == 0, carol.events


def test_server_stops_cleanly():
    SERVER.__exit__()


tap.run(test_declined, test_busy, test_unanswered, test_unknown_user, test_offline,
        test_interrupted_caller_cancels, test_terminated_callee_hangs_up,
        test_without_devices_the_call_goes_on, test_wrong_password, test_invite_code,
        test_too_many_registrations, test_password_from_standard_input, test_server_not_there, test_usage, test_contacts,
        test_history, test_typed_commands,
        test_two_invitees_connect_to_all, test_server_stops_cleanly, before=set_up)
