# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls between Beckon and a browser, through a real beckon-server. Alice has beckon-call, Bob has
Chromium. What came is judged at her end by her recording, and at his by the browser's own statistics, by
what is on his page and by the tone that he hears."""
import os
import subprocess
import tempfile

import callers
import chromium
import screen
import tap
from turn import SECRET, Turn, own_address
from web_caller import WebCaller

import gi
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # pylint: disable=wrong-import-position

COLOUR_OF_ALICE = 0x30, 0x70, 0xc0  # beckon_media_test_color ()
MIDDLE_OF_BOB = 0x6c, 0x72, 0x5a    # the same of Bob, as Y, U and V
NAMES = {"VP8": "VP8", "H264": "H.264"} # of the browser's, and ours
FRAMES = 20                         # so many in a row are a moving picture
BROWSER = None
SERVER = None
CLIP = None


class Server(callers.Server):
    """One that lets pages connect."""

    def __init__(self, settings=""):
        super().__init__("[server]\norigins=*\n" + settings)
        self.accounts = {}


class Call:
    """A call that Alice has placed, or he (not @alice_calls), and the other has accepted; @options are
    those of Peer in peer.js, for him; @shares: a clip that she shares where a screen would be."""

    def __init__(self, alice_calls=True, media="video", server=None, shares=None, **options):
        self.server = server or SERVER
        self.screen = ["--screen-in", shares] if shares else []
        self.record = self.server.path("alice-out.mkv")
        self.alice_calls, self.media = alice_calls, media
        self.bob = WebCaller(BROWSER, self.server, "bob", **options)

    def __enter__(self):
        voice = ["--voice"] if self.media == "voice" else []
        command = ("call", "bob", *voice) if self.alice_calls else ("answer",)
        self.alice = callers.Caller(self.server, "alice", "--video-in", CLIP, "--audio-in", CLIP,
                                    "--record", self.record, *self.screen, *command)
        try:
            self.alice.wait("connected")
            if self.alice_calls:
                self.bob.answer(self.media)
            else:
                self.bob.run("invite", "alice", self.media)
        except BaseException as failure:
            self.__exit__(failure)
            raise
        return self

    def __exit__(self, *failure):
        self.alice.__exit__()
        if failure[0]:
            print(f"# alice: {self.alice.events}")
            print("# bob:", self.bob.run("() => ({ events, states: peer && peer.states })"))
        self.bob.run("leave")

    def connected(self):
        self.alice.wait("media-connected")
        self.bob.wait("peer.pc.connectionState == 'connected'")
        return self

    def moves(self):
        """Until pictures of either have come to the other, and go on coming."""
        self.bob.wait("peer.times.firstFrame")
        before = self.bob.statistics()["frames"]
        self.bob.wait(f"watched.frames > {before + FRAMES}")
        if "first-video" not in self.alice.names():
            self.alice.wait("first-video")
        self.alice.watch_pictures()

    def hang_up(self):
        """Alice hangs up; what she has recorded."""
        self.alice.say("hang-up")
        assert self.alice.finish() == 0, self.alice.events
        self.bob.event("call.ended")
        return callers.read_clip(self.record)


def share_of(page, colour):
    """Which share of @page has about this colour, (red, green, blue), now."""
    loader = GdkPixbuf.PixbufLoader()
    loader.write(page.screenshot())
    loader.close()
    picture = loader.get_pixbuf().scale_simple(screen.COLUMNS, screen.ROWS, GdkPixbuf.InterpType.NEAREST)
    pixels, stride, step = picture.get_pixels(), picture.get_rowstride(), picture.get_n_channels()
    return screen.share_of(colour, (pixels[y * stride + x * step:y * stride + x * step + 3]
                                    for y in range(screen.ROWS) for x in range(screen.COLUMNS)))


def check_picture(recording):
    """Frames of Bob, in their order. When his clip begins anew, it goes back by much."""
    counters = [counter for counter in recording["counters"] if counter >= 0]
    assert len(counters) >= FRAMES, f"too few can be read: {recording['counters']}"
    assert len(counters) > 0.9 * len(recording["counters"]), recording["counters"]
    assert not any(0 < before - after < 60 for before, after in zip(counters, counters[1:])), \
        f"out of order: {counters}"
    middle = recording["middle"].to_bytes(3, "big")
    assert all(abs(have - want) < 20 for have, want in zip(middle, MIDDLE_OF_BOB)), middle.hex()


def check_sound(recording):
    assert recording["tone_hz"] == callers.TONES["bob"], f"heard {recording['tone_hz']} Hz"
    assert recording["tone_share"] > 0.5, recording["tone_share"]


def check_page(bob, codec="VP8"):
    """What he sees and hears is Alice."""
    bob.hears(callers.TONES["alice"])
    shown = share_of(bob, COLOUR_OF_ALICE)
    assert shown > 0.2, f"{shown} of the page has her colour"
    seen = bob.statistics()
    assert seen["codec"] == "video/" + codec and seen["soundCodec"].lower() == "audio/opus", seen
    assert seen["energy"] > 0.01, seen


def check_steps(bob):
    """Sound goes on without holes and overlaps in its time: packets of 10 ms or more, whole ones between two
    looks. A machine that stands still for long may well make a hole."""
    steps = bob.run("soundSteps", 20)
    assert sum(step > 0 and step % 480 == 0 for step in steps) >= 16, steps


def see_and_hear(codec="VP8", **options):
    with Call(**options) as call:
        call.connected().moves()
        check_page(call.bob, codec)
        recording = call.hang_up()
        said = call.alice.all("statistics")[-1]
        assert said["video_codec_sent"] == said["video_codec_received"] == NAMES[codec], said
        check_picture(recording)
        check_sound(recording)


def test_we_call():
    see_and_hear()


def test_the_browser_calls():
    see_and_hear(alice_calls=False)


def test_the_browser_prefers_another_codec():
    see_and_hear(alice_calls=False, codecs=["H264", "VP8"])
    see_and_hear(codecs=["H264", "VP8"])


def need_h264():
    """Or skip."""
    if not BROWSER.run("() => RTCRtpSender.getCapabilities('video').codecs"
                       ".some(codec => codec.mimeType == 'video/H264')"):
        raise tap.Skip("this Chromium has no H.264")
    for one_of in ("openh264enc", "x264enc"), ("avdec_h264", "openh264dec"):
        if all(subprocess.run(["gst-inspect-1.0", "--exists", name], check=False).returncode
               for name in one_of):
            raise tap.Skip(f"none of {one_of} is installed")


def test_h264():
    """He has nothing else."""
    need_h264()
    see_and_hear("H264", codecs=["H264"])


def test_h264_when_the_browser_calls():
    need_h264()
    see_and_hear("H264", alice_calls=False, codecs=["H264"])


def test_no_codec_in_common():
    """It is said why at once, at both ends."""
    with Call(alice_calls=False, codecs=["VP9"]) as call:
        assert call.alice.finish() == 8, call.alice.events
        error, = call.alice.all("error")
        assert error["code"] == "bad-description" and "VP8" in error["message"], error
        assert call.bob.event("call.left")["reason"] == "media-failed"


def test_no_codec_in_common_for_the_answer():
    """It closes the lines of pictures; they talk all the same."""
    with Call(codecs=["VP9"]) as call:
        call.connected()
        call.bob.hears(callers.TONES["alice"])
        before = call.alice.wait("stats")["audio_packets_received"]
        call.alice.wait("stats", where=lambda stats: stats["audio_packets_received"] > before + 40)
        recording = call.hang_up()
        check_sound(recording)
        assert recording["counters"] == [], recording["counters"]


def test_voice():
    with Call(media="voice") as call:
        call.connected()
        call.bob.hears(callers.TONES["alice"])
        call.bob.sees_state("state.microphone && !state.camera")
        before = call.alice.wait("stats")["audio_packets_received"]
        call.alice.wait("stats", where=lambda stats: stats["audio_packets_received"] > before + 40)
        assert call.bob.statistics()["frames"] == 0
        check_steps(call.bob)
        recording = call.hang_up()
        check_sound(recording)
        assert recording["counters"] == [], "a voice call sent pictures"


def test_a_camera_later():
    """From voice to video with nothing negotiated."""
    with Call(alice_calls=False, media="voice") as call:
        call.connected()
        call.bob.hears(callers.TONES["alice"])
        call.bob.run("async () => peer.put('camera', (await openDevices()).getVideoTracks()[0])")
        call.alice.wait("remote-state", where=lambda state: state["camera"])
        if "first-video" not in call.alice.names():
            call.alice.wait("first-video")
        call.alice.watch_pictures()
        call.hang_up()


def test_what_is_told_on_the_data_channel():
    with Call() as call:
        call.connected()
        alice, bob = call.alice, call.bob
        bob.sees_state("state.microphone && state.camera && !state.screen")
        alice.wait("remote-state", where=lambda state: state["microphone"] and state["camera"])
        bob.run("() => peer.turn('camera', false)")
        alice.wait("remote-state", where=lambda state: state["microphone"] and not state["camera"])
        bob.run("() => peer.turn('microphone', false)")
        alice.wait("remote-state", where=lambda state: not state["microphone"])
        bob.hears(callers.TONES["alice"])
        alice.say("mute")
        bob.sees_state("!state.microphone && state.camera")
        bob.wait("tone() == 0")
        alice.say("unmute")
        bob.sees_state("state.microphone")
        bob.hears(callers.TONES["alice"])
        call.hang_up()


def test_a_screen_is_no_camera():
    """Chromium sends a screen beside the camera: they are two, and the camera's picture stays his."""
    with Call(alice_calls=False) as call:
        call.connected().moves()
        call.bob.run("() => peer.put('screen', openScreen('red'))")
        call.alice.watch_pictures()
        call.alice.wait("stats", where=lambda stats: stats["screen_frames_received"] > FRAMES)
        check_picture(call.hang_up())
        said = call.alice.all("statistics")[-1]
        assert said["screen_frames_received"] > FRAMES and said["screen_width"] == 640, said


def test_our_screen():
    """Also to who was called, and beside the camera; it is gone when it is shared no more."""
    with Call(shares=CLIP) as call:
        call.connected().moves()
        call.alice.say("share")
        call.bob.sees_state("state.screen && state.camera")
        call.bob.wait(f"watched.screenFrames > {FRAMES}")
        call.bob.wait("document.getElementById('screen').videoWidth == 640")
        call.alice.say("unshare")
        call.bob.sees_state("!state.screen && state.camera")
        check_picture(call.hang_up())


def test_the_browser_hangs_up_on_the_data_channel():
    with Call() as call:
        call.connected().moves()
        call.bob.say(kind="bye", reason="hung-up")
        assert call.alice.finish() == 0, call.alice.events
        assert call.alice.all("ended")[0]["reason"] == "peer-hung-up", call.alice.events
        call.bob.wait("peer.goodbyes.some(message => message.kind == 'byeack')")


def test_we_hang_up_on_the_data_channel():
    """The server is gone, and he hears of it nevertheless."""
    with Server() as server, Call(server=server) as call:
        call.connected().moves()
        server.kill()
        call.alice.say("hang-up")
        call.bob.wait("peer.goodbyes.some(message => message.kind == 'bye')")
        assert call.bob.run("() => peer.goodbyes[0].reason") == "hung-up"


def test_by_relay_only():
    with Turn(own_address()) as turn:
        settings = f"[ice]\nurls={turn.url}\nturn-secret={SECRET}\n"
        with Server(settings) as server, Call(server=server, relayOnly=True) as call:
            call.connected().moves()
            check_page(call.bob)
            seen = call.bob.statistics()
            assert seen["local"] == "relay", seen
            check_picture(call.hang_up())


def main():
    global BROWSER, SERVER, CLIP  # pylint: disable=global-statement
    if not chromium.available():
        print("1..0 # SKIP there is no Chromium")
        return
    with tempfile.TemporaryDirectory(prefix="beckon-browser-") as folder:
        CLIP, video, audio = (os.path.join(folder, name) for name in ("a.mkv", "b.y4m", "b.wav"))
        for path, user, seconds in (CLIP, "alice", 20), (video, "bob", 4), (audio, "bob", 4):
            callers.make_clip(path, user, seconds)
        with Server() as SERVER, chromium.Chromium(video, audio) as BROWSER:
            tap.run(test_we_call, test_the_browser_calls, test_the_browser_prefers_another_codec,
                    test_h264, test_h264_when_the_browser_calls, test_no_codec_in_common, test_no_codec_in_common_for_the_answer, test_voice,
                    test_a_camera_later, test_what_is_told_on_the_data_channel,
                    test_a_screen_is_no_camera, test_our_screen, test_the_browser_hangs_up_on_the_data_channel,
                    test_we_hang_up_on_the_data_channel, test_by_relay_only, limit=120)


main()
