# SPDX-License-Identifier: GPL-3.0-or-later
"""Media is proved by content: numbered frames and a tone of one's own go from a file through a call
and come out of the recording at the other end."""
import callers
import tap

SECONDS = 10
FPS = 30


def call_both_ways(*words):
    """A call of two clips; what each end has recorded."""
    with callers.Server() as server:
        clips = {user: server.clip(user, SECONDS + 4) for user in ("alice", "bob")}
        media = {user: ("--video-in", clip, "--audio-in", clip, "--record",
                        server.path(user + "-out.mkv")) for user, clip in clips.items()}
        alice, bob = callers.connect(server, (*media["alice"], "--duration", str(SECONDS + 1)),
                                     media["bob"], call=("call", "bob", *words))
        with alice, bob:
            assert alice.finish(40) == 0, alice.events
            assert bob.finish() == 0, bob.events
            check_statistics(alice, bob)
        return {user: callers.read_clip(server.path(user + "-out.mkv")) for user in clips}


def check_statistics(alice, bob):
    """What each end says of the call once it is over."""
    for here, there in (alice, bob), (bob, alice):
        said, = here.all("statistics")
        assert said["last"] and said["path"] == "direct" and said["protocol"] == "udp", said
        assert said["quality"] >= 1 and said["round_trip_ms"] >= 0, said
        assert said["audio_codec_received"] == "Opus" and said["audio_packets_received"] > 100, said
        assert said["bandwidth_estimator"] in ("beckon", "rtpgccbwe"), said
        assert said["kbps_target"] > 0, said
        assert 0 <= said["freezes"] * 200 <= said["frozen_ms"], said
        assert said["video_frames_shown"] <= said["video_frames_received"], said
        assert (said["frozen_share"] >= 0) == (said["video_frames_received"] > 0), said
        assert said["round_trip_ms"] / 2 < said["delay_ms"] < 2000, said
        assert said["bytes_received"] <= there.all("statistics")[0]["bytes_sent"] * 1.5, said


def check_tone(recording, user):
    assert recording["whole"], "the recording is not whole"
    assert recording["seconds"] >= SECONDS - 1, f"only {recording['seconds']} s of sound"
    assert recording["tone_hz"] == callers.TONES[user], f"heard {recording['tone_hz']} Hz"
    assert recording["tone_share"] > 0.8, f"only {recording['tone_share']} of it is the tone"


def check_frames(recording, user):
    counters = recording["counters"]
    assert -1 not in counters, f"{counters.count(-1)} frames of {user} cannot be read"
    assert counters == sorted(set(counters)), f"frames of {user} are doubled or out of order"
    wanted = SECONDS * FPS
    first = counters[0]
    came = [c for c in counters if c < first + wanted]
    assert len(came) >= 0.95 * wanted, f"{len(came)} of {wanted} frames of {user} came"
    assert (recording["width"], recording["height"]) == (640, 360)
    print(f"# {user}: {len(came)} of {wanted} frames, from number {first}")


def test_video_call():
    recordings = call_both_ways()
    for here, there in (("alice", "bob"), ("bob", "alice")):
        check_tone(recordings[here], there)
        check_frames(recordings[here], there)


def test_voice_call_has_no_picture():
    recordings = call_both_ways("--voice")
    for here, there in (("alice", "bob"), ("bob", "alice")):
        check_tone(recordings[here], there)
        assert recordings[here]["counters"] == [], "a voice call sent pictures"


def test_cap_is_kept():
    """Alice may send no more than so much, Bob as much as there is room for."""
    cap, slack = 120, 1.15  # kbit/s; what is counted for a second may have come a moment before
    with callers.Server() as server:
        film = {user: server.clip(user, 25) for user in ("alice", "bob")}
        alice, bob = callers.connect(
            server, ("--video-in", film["alice"], "--audio-in", film["alice"], "--statistics",
                     "--bandwidth", str(cap), "--duration", str(SECONDS + 1)),
            ("--video-in", film["bob"], "--audio-in", film["bob"], "--record", server.path("bob.mkv"),
             "--statistics"))
        with alice, bob:
            assert alice.finish(40) == 0, alice.events
            assert bob.finish() == 0, bob.events
        settled = {person.user: [said for said in person.all("statistics") if not said["last"]][3:]
                   for person in (alice, bob)}
        recording = callers.read_clip(server.path("bob.mkv"))
    for said in settled["alice"]:
        assert said["kbps_target"] <= cap and said["kbps_sent"] <= slack * cap, said
        assert 0 < said["height_sent"] <= 180, said
    came = [said["kbps_received"] for said in settled["bob"]]
    print(f"# {came} kbit/s came of Alice, {[said['kbps_sent'] for said in settled['bob']]} of Bob")
    assert len(came) > 5 and 30 < sum(came) / len(came) <= cap, came
    assert max(said["kbps_sent"] for said in settled["bob"]) > 1.5 * cap, settled["bob"]
    assert settled["bob"][-1]["height_sent"] == 360, settled["bob"]
    # Her pictures are small, and still they and her voice come.
    assert recording["height"] <= 180 and recording["counters"][-1] - recording["counters"][0] > 5 * FPS
    check_tone(recording, "alice")


def test_echo_sends_back_what_came():
    with callers.Server() as server:
        clip = server.clip("alice", 6)
        bob = callers.Caller(server, "bob", "echo")
        bob.wait("connected")
        with bob, callers.Caller(server, "alice", "--video-in", clip, "--audio-in", clip, "--record",
                                 server.path("echo.mkv"), "--duration", "4", "call", "bob") as alice:
            assert alice.finish() == 0, alice.events
        recording = callers.read_clip(server.path("echo.mkv"))
        assert recording["tone_hz"] == callers.TONES["alice"]
        readable = [c for c in recording["counters"] if c >= 0]
        assert len(readable) > 60 and readable == sorted(readable), recording["counters"]


def test_recording_that_fails_is_told():
    """Once the call, which is not harmed, is over."""
    with callers.Server() as server:
        alice, bob = callers.connect(server, (*callers.TEST, "--record", server.path("no/folder.mkv"),
                                              "--duration", "3"), callers.TEST)
        with alice, bob:
            assert alice.finish(40) == 1, alice.events
            assert "no/folder.mkv" in alice.all("error")[0]["message"], alice.all("error")
            assert alice.all("ended")[0]["reason"] == "hung-up", alice.events
            assert bob.finish() == 0, bob.events


tap.run(test_video_call, test_echo_sends_back_what_came,
        together=(test_voice_call_has_no_picture, test_cap_is_kept, test_recording_that_fails_is_told),
        limit=90)
