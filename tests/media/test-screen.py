# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen is shared beside the camera: both are numbered, and each must come out of its own recording."""
import callers
import tap

FPS = 15  # of a shared screen of this size
SERVER = CAMERA = SCREEN = None


def set_up():
    global SERVER, CAMERA, SCREEN
    SERVER = callers.Server()
    CAMERA, SCREEN = SERVER.clip("alice", 12), SERVER.clip("carol", 20)


def talk():
    """Alice has a camera and can share a film of Carol's; Bob records both."""
    alice, bob = callers.connect(
        SERVER, ("--video-in", CAMERA, "--audio-in", "test", "--screen-in", SCREEN),
        ("--video-in", "none", "--audio-in", "test", "--record", SERVER.path("bob.mkv")))
    bob.wait("first-video")
    return alice, bob


def share(alice, bob):
    """Alice shares; Bob is told, and sees it move for two seconds or more."""
    before = bob.wait("stats")["screen_frames_received"]
    alice.say("share")
    assert bob.wait("remote-state", where=lambda state: state["screen"])["camera"]
    assert alice.wait("local-state", where=lambda state: state["screen"])
    return bob.wait("stats", 40, lambda stats: stats["screen_frames_received"] > before + 2 * FPS)


def hang_up(*people):
    for caller in people:
        caller.say("hang-up")
        assert caller.finish() == 0, (caller.user, caller.events)


def check(counters, least, step, what):
    """Readable, none twice; @step: how far apart those are that came one behind the other. Returns how
    often they began anew."""
    assert -1 not in counters, f"{counters.count(-1)} frames of the {what} cannot be read"
    assert len(counters) >= least, f"only {len(counters)} frames of the {what} came"
    steps = [after - before for before, after in zip(counters, counters[1:])]
    assert 0 not in steps, f"frames of the {what} came twice: {counters}"
    assert sorted(steps)[len(steps) // 2] <= step, f"the {what} has gaps: {counters}"
    return sum(step < 0 for step in steps)


def test_beside_the_camera():
    alice, bob = talk()
    with alice, bob:
        stats = share(alice, bob)
        assert (stats["screen_width"], stats["screen_height"]) == (640, 360), stats
        bob.watch_pictures()
        alice.say("hang-up")
        assert alice.finish() == 0, alice.events
        assert bob.finish() == 0, bob.events
    camera = callers.read_clip(SERVER.path("bob.mkv"))
    screen = callers.read_clip(SERVER.path("bob-screen.mkv"))
    check(camera["counters"], 2 * FPS, 1, "camera")
    assert check(screen["counters"], 2 * FPS, 2, "screen") == 0
    # The ground of each one's picture is of their own colour: nothing went to the wrong line.
    assert camera["middle"] != screen["middle"], (camera["middle"], screen["middle"])
    assert camera["tone_hz"] == callers.TONES["alice"] and screen["whole"]


def test_stopped_and_started_again():
    alice, bob = talk()
    with alice, bob:
        share(alice, bob)
        alice.say("unshare")
        assert bob.wait("remote-state", where=lambda state: not state["screen"])["camera"]
        bob.wait("stats")  # what was under way came
        still = bob.wait("stats")["screen_frames_received"]
        bob.watch_pictures()
        assert bob.wait("stats")["screen_frames_received"] == still, "it is sent on"
        share(alice, bob)
        alice.say("hang-up")
        assert alice.finish() == 0, alice.events
        assert bob.finish() == 0, bob.events
    # The film begins anew with the second sharing; all of both is readable.
    screen = callers.read_clip(SERVER.path("bob-screen.mkv"))
    assert check(screen["counters"], 4 * FPS, 2, "screen") == 1, screen["counters"]


def test_who_joins_sees_it():
    with callers.Caller(SERVER, "carol", *callers.TEST, "answer") as carol:
        carol.wait("connected")
        alice, bob = talk()
        with alice, bob:
            share(alice, bob)
            alice.say("add carol")
            carol.wait("remote-state", where=lambda state: state["screen"])
            # Numbers of the connection with the first of the others: Alice, who invited her.
            carol.wait("stats", 40, lambda stats: stats["screen_frames_received"] > FPS)
            hang_up(carol, bob)
            assert alice.finish() == 0, alice.events


def test_nothing_to_share():
    alice, bob = callers.connect(SERVER, (*callers.TEST, "--screen-in", "none"), callers.TEST)
    with alice, bob:
        bob.wait("first-video")
        alice.say("share")
        assert alice.wait("screen-problem")["message"] == "There is no screen to share"
        bob.watch_pictures()
        hang_up(bob)
        assert alice.finish() == 0, alice.events
        assert not any(state["screen"] for state in bob.all("remote-state")), bob.events


def test_server_stops_cleanly():
    SERVER.__exit__()


tap.run(test_beside_the_camera, test_stopped_and_started_again, test_who_joins_sees_it,
        test_nothing_to_share, test_server_stops_cleanly, before=set_up, limit=90)
