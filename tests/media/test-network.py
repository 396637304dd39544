# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls through bad networks. What comes out at the other end is judged by its content: numbered frames
and a tone of one's own. Bounds are generous: figures are what tests/bench/loss is for."""
import contextlib
import subprocess
import sys
import tempfile

import callers
import network
import relays
import tap

LINK = sys.argv[5]
FRAMES = 100
LIMIT = 60
FILES = tempfile.TemporaryDirectory(prefix="beckon-network-")
SMALL = 320, 180, 20  # pictures that leave the processor to the others
GOOD = "loss 0", "burst 0 1", "jitter 0", "reorder 0"
WARM_UP = 2  # seconds until both ends know what the link has become
SECONDS = 5  # that are looked at
MADE_UP = 0.02  # of the sound, at most; of bursts 0.7 of what is lost: 0.4 on average, 0.8 if Opus alone repairs
BURSTS = 80  # packets: some 16 bursts of five
METRICS = "127.0.0.1:9100"
READ = "import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())"


CLIP = f"{FILES.name}/alice.mkv"


def set_up():
    callers.make_clip(CLIP, "alice", 60, *SMALL)


@contextlib.contextmanager
def call_through(alice, bob, *options, first="first-video"):
    """The link, and Alice and Bob at its ends in a call; @alice(server) and @bob(server) are their words.
    Setting up is done on a good network: it is not what is tested here."""
    settings = f"[server]\nproxies=10.9.0.0/24\n[metrics]\nlisten={METRICS}\n"
    with network.Link(LINK, "delay 20", "queue 500") as link, \
            callers.Server(settings, link.address("a"), link.inside("a")) as server, \
            callers.Caller(server, "bob", *bob(server), "answer", inside=link.inside("b")) as callee:
        callee.wait("connected")
        with callers.Caller(server, "alice", *alice(server), "call", "bob", *options,
                            inside=link.inside("a")) as caller:
            callee.wait(first)
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


def check_tone(recording):
    assert recording["whole"], "the recording is not whole"
    assert recording["tone_hz"] == callers.TONES["alice"], recording["tone_hz"]


def check_order(recording):
    """Its pictures are readable, and none comes twice. Returns their numbers."""
    counters = [counter for counter in recording["counters"] if counter >= 0]
    assert counters == sorted(set(counters)), counters
    assert len(counters) >= 0.9 * len(recording["counters"]), "pictures are broken"
    return counters


def check_loss(percent, share):
    """At least @share of a clip's frames come, all readable, and the tone is Alice's."""
    def play(server):
        film = server.clip("alice", 30)
        return "--video-in", film, "--audio-in", film

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
    check_tone(recording)
    counters = check_order(recording)
    span = counters[-1] - counters[0] + 1
    print(f"# {percent} % lost: {len(counters)} of {span} frames, "
          f"{recording['tone_share']} of the sound is the tone")
    assert len(counters) >= share * span, (len(counters), span)
    assert recording["tone_share"] > 0.3, recording


def test_5_percent_lost():
    check_loss(5, 0.4)


def test_20_percent_lost():
    check_loss(20, 0.3)


# ---- what is promised of links that are not good ----

def after(person, seconds):
    """What @person's statistics say so many seconds later."""
    begin = person.wait("statistics")["t_ms"]
    return person.wait("statistics", LIMIT, lambda s: s["t_ms"] >= begin + 1000 * seconds)


def hold(link, callee, *conditions, lost=0):
    """What Bob has of Alice in some seconds in which the link is so, and how much of it was lost: at least so many
    packets, @lost, however long that takes, for bursts are few."""
    link.set(*GOOD, *conditions)
    before, sent = after(callee, WARM_UP), link.stats()["a"]
    now, sent_now = after(callee, SECONDS), link.stats()["a"]
    while sent_now["lost"] - sent["lost"] < lost:
        assert now["t_ms"] - before["t_ms"] < 1000 * LIMIT, (conditions, sent, sent_now)
        now, sent_now = after(callee, 1), link.stats()["a"]
    had = {what: now[what] - before[what] for what in
           ("t_ms", "video_frames_received", "freezes", "frozen_ms", "audio_made_up_ms")}
    had["lost"] = (sent_now["lost"] - sent["lost"]) / (sent_now["sent"] - sent["sent"])
    had["made_up"] = had["audio_made_up_ms"] / had["t_ms"]
    had["fps"] = had["video_frames_received"] * 1000 / had["t_ms"]
    print(f"# {', '.join(conditions)}: {had}")
    assert had["made_up"] <= (0.7 * had["lost"] if lost else MADE_UP), (conditions, had)
    return had


@contextlib.contextmanager
def talk(video, *options, first="first-video"):
    """Alice and Bob, who keeps what he sees and hears of her; the link, Bob, and what of it is known at the end."""
    def record(server):
        return ("--video-in", "none", "--audio-in", "test", "--record", server.path("out.mkv"),
                "--statistics")

    recording = {}
    with call_through(lambda _: ("--video-in", video, "--audio-in", CLIP), record, *options,
                      first=first) as (link, caller, callee, server):
        link.set("seed 5")
        yield link, callee, recording
        link.set(*GOOD)
        hang_up(caller, callee)
        recording.update(callers.read_clip(server.path("out.mkv")))
    check_tone(recording)
    print(f"# {recording['tone_share']} of {recording['seconds']} s is the tone")
    assert recording["tone_share"] > 0.8, recording["tone_share"]


def test_bursts_and_jitter():
    """Pictures go on, no gap of them is seen, and the sound is whole. Bursts may take a picture and also the answer
    to who asked for it: a quarter of a second, once or twice a minute."""
    with talk(CLIP) as (link, callee, recording):
        for lost, *conditions in (BURSTS, "burst 5 5"), (0, "jitter 100"), (0, "jitter 100", "reorder 1"):
            had = hold(link, callee, *conditions, lost=lost)
            assert had["frozen_ms"] <= (0.08 * had["t_ms"] if lost else 0), (conditions, had)
            assert had["freezes"] == 0 or lost, (conditions, had)
            assert had["fps"] >= 0.7 * SMALL[2], (conditions, had)  # copies take their share
    counters = check_order(recording)
    assert len(counters) >= 0.7 * (counters[-1] - counters[0] + 1), counters


def test_voice_and_bursts_and_jitter():
    """The same of a voice call, of which a burst takes more packets in a row; and what is lost singly is in the
    packets behind, and is rebuilt from them."""
    with talk("none", "--voice", first="first-audio") as (link, callee, recording):
        hold(link, callee, "burst 5 5", lost=BURSTS)
        hold(link, callee, "jitter 100", "reorder 1")
        had = hold(link, callee, "loss 10")
        assert had["lost"] > 0.05 and had["made_up"] < 0.1 * had["lost"], had
    assert recording["counters"] == [], "a voice call sent pictures"


# ---- lines that are thin ----

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


def count_signals(link):
    """How many descriptions and candidates the server has been given, of both."""
    page = subprocess.run([*link.inside("a"), sys.executable, "-c", READ, f"http://{METRICS}/metrics"],
                          check=True, timeout=20, stdout=subprocess.PIPE, text=True).stdout
    return next(float(line.split()[1]) for line in page.splitlines()
                if line.startswith('beckon_requests_total{type="signal.send"}'))


def test_step():
    """Pictures change their size, again and again, and nothing is negotiated for that."""
    def record(server):
        return (*callers.TEST, "--record", server.path("out.mkv"))

    with call_through(play_test, record) as (link, caller, callee, server):
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] > 600)
        signals = count_signals(link)
        link.set("rate 150")
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] < 250)
        callee.wait("stats", LIMIT, lambda s: 0 < s["height"] <= 270)
        see(callee, 20)
        hear(callee, 50)
        link.set("rate 0")
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] > 400)
        callee.wait("stats", LIMIT, lambda s: s["height"] >= 360)
        see(callee, 60)
        assert count_signals(link) == signals > 2, signals
        hang_up(caller, callee)
        assert not any("reconnecting" in person.names() or "handed-over" in person.names()
                       for person in (caller, callee)), (caller.events, callee.events)
        recording = callers.read_clip(server.path("out.mkv"))
    check_tone(recording)
    check_order(recording)
    heights = [height for _, height in recording["sizes"]]
    print(f"# heights: {heights}")
    smallest = heights.index(min(heights))
    assert heights[smallest] <= 270, heights
    assert max(heights[:smallest]) >= 360 and max(heights[smallest:]) >= 360, heights


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


def test_screen_on_a_thin_line():
    """Text stays sharp: what is shared comes less often, and no smaller."""
    def share(_):
        return "--video-in", "none", "--audio-in", "test", "--screen-in", "test"

    def record(server):
        return "--video-in", "none", "--audio-in", "test", "--record", server.path("out.mkv")

    def rate(person):
        before = person.wait("stats")
        now = person.wait("stats", LIMIT, lambda s: s["t_ms"] >= before["t_ms"] + 3000)
        return 1000 * (now["screen_frames_received"] - before["screen_frames_received"]) / (
            now["t_ms"] - before["t_ms"])

    with call_through(share, record, "--voice", first="first-audio") as (link, caller, callee, server):
        caller.say("share")
        callee.wait("stats", LIMIT, lambda s: s["screen_frames_received"] >= 20)
        before = rate(callee)
        link.set("rate 80")
        caller.wait("stats", LIMIT, lambda s: s["kbps_target"] < 100)
        now = rate(callee)
        print(f"# {before:.1f} pictures a second, {now:.1f} on the thin line")
        hear(callee, 30)
        hang_up(caller, callee)
        screen = callers.read_clip(server.path("out-screen.mkv"))
        sound = callers.read_clip(server.path("out.mkv"))
    assert screen["sizes"] == [[1280, 720]], screen["sizes"]
    check_order(screen)
    assert before > 12, before
    assert 2 < now < 0.7 * before, (before, now)
    check_tone(sound)


tap.run(test_5_percent_lost, test_20_percent_lost, test_thin_line, test_step, test_rate_of_a_thin_line,
        together=(test_screen_on_a_thin_line, test_bursts_and_jitter, test_voice_and_bursts_and_jitter),
        before=set_up, limit=150)
