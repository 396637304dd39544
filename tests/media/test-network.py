# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls through bad networks. What comes out at the other end is judged by its content: numbered frames
and a tone of one's own. Bounds are generous: figures are what tests/bench/loss is for."""
import contextlib
import sys

import callers
import network
import relays
import tap

LINK = sys.argv[5]
FRAMES = 100
LIMIT = 60


@contextlib.contextmanager
def call_through(alice, bob):
    """The link, and Alice and Bob at its ends in a call; @alice(server) and @bob(server) are their words.
    Setting up is done on a good network: it is not what is tested here."""
    with network.Link(LINK, "delay 20", "queue 500") as link, \
            callers.Server("[server]\nproxies=10.9.0.0/24\n", link.address("a"),
                           link.inside("a")) as server, \
            callers.Caller(server, "bob", *bob(server), "answer", inside=link.inside("b")) as callee:
        callee.wait("connected")
        with callers.Caller(server, "alice", *alice(server), "call", "bob",
                            inside=link.inside("a")) as caller:
            callee.wait("first-video")
            yield link, caller, callee, server


def hang_up(caller, callee):
    caller.say("hang-up")
    for person in caller, callee:
        assert person.finish(LIMIT) == 0, person.events


def see(person, frames):
    """Waits until @person has seen so many more."""
    before = person.wait("stats")["video_frames_received"]
    return person.wait("stats", LIMIT, lambda s: s["video_frames_received"] >= before + frames)


def hear(person, packets):
    before = person.wait("stats")["audio_packets_received"]
    person.wait("stats", LIMIT, lambda s: s["audio_packets_received"] >= before + packets)


def check_loss(percent, share):
    """At least @share of a clip's frames come, all readable, and the tone is Alice's."""
    def play(server):
        clip = server.clip("alice", 30)
        return "--video-in", clip, "--audio-in", clip

    def record(server):
        return "--video-in", "none", "--audio-in", "test", "--record", server.path("out.mkv")

    with call_through(play, record) as (link, caller, callee, server):
        link.set("seed 5", f"loss {percent}")
        see(callee, FRAMES)
        lost = link.stats()["a"]
        assert lost["lost"] > 0.3 * percent / 100 * lost["sent"], lost
        link.set("loss 0")
        hang_up(caller, callee)
        recording = callers.read_clip(server.path("out.mkv"))
    assert recording["whole"], "the recording is not whole"
    counters = [counter for counter in recording["counters"] if counter >= 0]
    span = counters[-1] - counters[0] + 1
    print(f"# {percent} % lost: {len(counters)} of {span} frames, "
          f"{recording['tone_share']} of the sound is the tone")
    assert counters == sorted(set(counters)), counters
    assert len(counters) >= 0.9 * len(recording["counters"]), "pictures are broken"
    assert len(counters) >= share * span, (len(counters), span)
    assert recording["tone_hz"] == callers.TONES["alice"] and recording["tone_share"] > 0.3, recording


def test_5_percent_lost():
    check_loss(5, 0.4)


def test_20_percent_lost():
    check_loss(20, 0.3)


def play_test(_):
    return callers.TEST


def test_thin_line():
    with call_through(play_test, play_test) as (link, caller, callee, _):
        link.set("rate 120")
        for person in caller, callee:
            person.wait("stats", LIMIT, lambda s: 0 < s["height"] <= 540)
            hear(person, 50)
            see(person, 20)
        # Neither fills the line: nothing waits as long as the queue is any more.
        link.stats()
        see(callee, 20)
        stats = link.stats()
        assert stats["a"]["longest_wait_ms"] < 450 or stats["a"]["dropped"] == 0, stats
        hang_up(caller, callee)


def test_step():
    with call_through(play_test, play_test) as (link, caller, callee, _):
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] > 600)
        link.set("rate 150")
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] < 250)
        see(callee, 20)
        hear(callee, 50)
        link.set("rate 0")
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] > 400)
        see(callee, 60)
        hang_up(caller, callee)


def test_rate_of_a_thin_line():
    """What a check measures through the relay is what the line carries, less its headers."""
    with network.Link(LINK, "delay 10", "queue 300", "rate 2000") as link, \
            relays.Relay("udp", link.address("a"), link.inside("a")) as relay, \
            callers.Server("[server]\nproxies=10.9.0.0/24\n" + relays.settings(relay.url),
                           link.address("a"), link.inside("a")) as server, \
            callers.Caller(server, "alice", "check", inside=link.inside("b")) as alice:
        assert alice.finish(LIMIT) == 0, alice.events
        media = alice.all("check")[-1]
        print(f"# {media['message']}")
        assert media["what"] == "media" and 1400 < media["rate_kbps"] < 2000, alice.events


tap.run(test_5_percent_lost, test_20_percent_lost, test_thin_line, test_step, test_rate_of_a_thin_line,
        limit=150)
