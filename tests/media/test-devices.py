# SPDX-License-Identifier: GPL-3.0-or-later
"""A running call that changes: more people, another device, a crash, a server that was killed."""
import contextlib
import signal

import callers
import tap

SERVER = None


def set_up():
    global SERVER
    SERVER = callers.Server()


def talk(*caller_words, callee_words=()):
    """Alice and Bob see each other."""
    alice, bob = callers.connect(SERVER, (*callers.TEST, *caller_words), (*callers.TEST, *callee_words))
    with contextlib.ExitStack() as both:
        both.enter_context(bob)
        both.enter_context(alice)
        alice.wait("first-video")
        bob.wait("first-video")
        both.pop_all()  # the test's from now on
    return alice, bob


def hang_up(first, *others):
    first.say("hang-up")
    for caller in (first, *others):
        assert caller.finish() == 0, (caller.user, caller.events)


def test_somebody_is_added():
    with callers.Caller(SERVER, "carol", *callers.TEST, "answer") as carol:
        carol.wait("connected")
        alice, bob = talk()
        with alice, bob:
            alice.say("add carol nobody")
            assert alice.wait("error")["code"] == "unknown-user"
            seen = {carol.wait("first-video")["user"], carol.wait("first-video")["user"]}
            assert seen == {"alice", "bob"}, seen
            for caller in (alice, bob):
                caller.wait("first-video", where=lambda event: event["user"] == "carol")
            bob.say("hang-up")
            assert bob.finish() == 0, bob.events
            alice.watch_pictures()
            hang_up(alice, carol)


def test_invitation_is_withdrawn():
    with callers.Caller(SERVER, "carol", *callers.TEST, "answer", "--ignore") as carol:
        carol.wait("connected")
        alice, bob = talk()
        with alice, bob:
            alice.say("add carol")
            carol.wait("received")
            alice.say("withdraw carol")  # who may know before Alice has heard that she was asked
            assert carol.finish() == 6, carol.events
            bob.wait("members", where=lambda event: event["members"].get("carol") == "gone")
            hang_up(alice, bob)


def test_another_device_takes_over():
    alice, bob = talk("--device", "laptop")
    with alice, bob, callers.Caller(SERVER, "alice", "--device", "phone", *callers.TEST,
                                    "join") as phone:
        assert alice.wait("answered-elsewhere")["device"] == "phone"
        assert alice.finish() == 1, alice.events
        phone.wait("first-video")
        phone.watch_pictures()
        bob.watch_pictures()
        hang_up(phone, bob)


def test_crashed_client_comes_back():
    alice, bob = talk()
    with alice, bob:
        alice.process.kill()
        with callers.Caller(SERVER, "alice", *callers.TEST, "join") as again:
            again.wait("first-video")
            bob.watch_pictures()
            hang_up(bob, again)


def test_nothing_to_join():
    with callers.Caller(SERVER, "alice", "join") as alice:
        assert alice.finish() == 1, alice.events
        assert alice.all("error")[0]["code"] == "unknown-call"


def test_both_call_each_other():
    callers_ = [callers.Caller(SERVER, user, *callers.TEST, "call", whom)
                for user, whom in (("alice", "bob"), ("bob", "alice"))]
    with callers_[0] as alice, callers_[1] as bob:
        alice.wait("first-video")
        bob.wait("first-video")
        hang_up(alice, bob)


def test_running_call_and_killed_server():
    alice, bob = talk()
    with alice, bob:
        SERVER.restart()
        alice.watch_pictures()
        bob.watch_pictures()
        alice.process.send_signal(signal.SIGTERM)
        assert alice.finish() == 0, alice.events
        assert bob.finish() == 0, bob.events
        assert "reconnecting" not in alice.names() + bob.names()


def test_ringing_call_and_killed_server():
    alice, bob = callers.connect(SERVER, callers.TEST, callers.TEST, ("answer", "--after", "1500"))
    with alice, bob:
        bob.wait("received")
        SERVER.restart()
        alice.wait("first-video")
        bob.wait("first-video")
        assert len(bob.all("received")) == 1, bob.events
        hang_up(alice, bob)


def test_server_stops_cleanly():
    SERVER.__exit__()


tap.run(test_somebody_is_added, test_invitation_is_withdrawn, test_another_device_takes_over,
        test_crashed_client_comes_back, test_nothing_to_join, test_both_call_each_other,
        test_running_call_and_killed_server, test_ringing_call_and_killed_server,
        test_server_stops_cleanly, before=set_up)
