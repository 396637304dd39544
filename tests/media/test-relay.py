# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls over a relay and nothing else, by each protocol; and why there is no call where there is no relay."""
import socket
import time

import callers
import relays
import tap

SECONDS = 3
RELAY_ONLY = ("--relay-only",)


def call(protocol, *others):
    """A call of which each end may use the relay only: what was heard and seen came through it. @others:
    addresses of relays that do not answer"""
    with relays.Relay(protocol) as relay, callers.Server(
            relays.settings(*others, relay.url)) as server:
        options = RELAY_ONLY
        if protocol == "tls":
            options += "--relay-authority", relay.authority
        clips = {user: server.clip(user, SECONDS + 4) for user in ("alice", "bob")}
        media = {user: (*options, "--video-in", clip, "--audio-in", clip, "--record",
                        server.path(user + "-out.mkv")) for user, clip in clips.items()}
        alice, bob = callers.connect(server, (*media["alice"], "--duration", str(SECONDS)), media["bob"])
        with alice, bob:
            assert alice.finish(60) == 0, (alice.events, relay.log())
            assert bob.finish() == 0, bob.events
        for here in alice, bob:
            said, = here.all("statistics")
            assert said["path"] == "relayed" and said["protocol"] == protocol, said
            assert said["local_candidate"] == "relayed", said
        for here, there in ("alice", "bob"), ("bob", "alice"):
            seen = callers.read_clip(server.path(here + "-out.mkv"))
            counters = [counter for counter in seen["counters"] if counter >= 0]
            assert len(counters) > 10 and counters == sorted(set(counters)), seen
            assert seen["tone_hz"] == callers.TONES[there], seen
        return relay.log()


def test_udp():
    call("udp")


def test_tcp():
    call("tcp")


def test_tls():
    """A relay takes what is said in the clear on this port, too: it says what was encrypted. Where UDP
    does not get through, there are several to choose from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((relays.ADDRESS, 0))
        log = call("tls", f"turn:{relays.ADDRESS}:{deaf.getsockname()[1]}")
    assert "TLSv1" in log, log


def fails(server, code, *options):
    """Alice, whose options these are, calls Bob, who may do everything: she is told why it cannot be."""
    began = time.monotonic()
    alice, bob = callers.connect(server, (*callers.TEST, *RELAY_ONLY, *options), callers.TEST)
    with alice, bob:
        status = alice.finish(40)
        assert status == 8, (status, alice.events)
        error = alice.all("error")[-1]
        assert error["code"] == code, alice.events
        assert alice.all("ended")[0]["reason"] == "no-media", alice.events
        bob.process.terminate()
        bob.finish()
    print(f"# {code} after {time.monotonic() - began:.1f} s: {error['message']}")


def test_no_relay_is_configured():
    with callers.Server() as server:
        fails(server, "no-relay")


def test_no_relay_answers():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{deaf.getsockname()[1]}"
        with callers.Server(relays.settings(url)) as server:
            fails(server, "no-relay")


def test_relay_refuses():
    with relays.Relay("udp") as relay, callers.Server(
            relays.settings(relay.url, secret="south")) as server:
        fails(server, "relay-refused")


def test_relay_is_somebody_else():
    """Nobody vouches for it: not a word is said to it."""
    with relays.Relay("tls") as relay, callers.Server(relays.settings(relay.url)) as server:
        fails(server, "no-relay")
        assert "session" not in relay.log() or "new, realm" not in relay.log(), relay.log()


tap.run(test_udp, test_tcp, test_tls, test_no_relay_is_configured, test_no_relay_answers,
        test_relay_refuses, test_relay_is_somebody_else, limit=90)
