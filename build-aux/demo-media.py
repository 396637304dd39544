#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: demo-media.py DIRECTORY

Makes a moving picture and a voice for Alice and for Bob, for machines without camera and microphone:
NAME.webm, the drawn person seen through a camera that is held by a calm hand, and NAME.ogg, what they
say. Both can be played in a loop. What is there already is left alone.
"""
import math
import os
import shutil
import subprocess
import sys

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf  # noqa: E402

WIDTH, HEIGHT, RATE, SECONDS = 960, 540, 25, 8
PICTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/demo")
PEOPLE = {
    "alice": ("en-gb+f3", 440, "Hello Bob! How nice to see you. I can hear you well. How is the weather?"),
    "bob": ("en-us+m3", 660, "Hi Alice! You look great. Yes, I hear you too. It is sunny over here."),
}


def frames(person, phase):
    """The frames of one round, each as packed RGB."""
    picture = GdkPixbuf.Pixbuf.new_from_file(f"{PICTURES}/{person}.jpg")
    frame = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, WIDTH, HEIGHT)
    fit = WIDTH / picture.get_width()
    for number in range(RATE * SECONDS):
        turn = 2 * math.pi * number / (RATE * SECONDS) + phase
        zoom = fit * (1.08 + 0.04 * math.sin(turn))
        room_x, room_y = picture.get_width() * zoom - WIDTH, picture.get_height() * zoom - HEIGHT
        x = -room_x * (0.5 + 0.4 * math.sin(2 * turn))
        y = -room_y * (0.6 + 0.3 * math.cos(turn))
        picture.scale(frame, 0, 0, WIDTH, HEIGHT, x, y, zoom, zoom, GdkPixbuf.InterpType.BILINEAR)
        yield frame.get_pixels()


def launch(description, path, lines):
    """Feeds @lines to a GStreamer pipeline that ends in the file @path, which is whole or not there."""
    part = f"{path}.part"
    command = ["gst-launch-1.0", "-q", *description.split(), "!", "filesink", f"location={part}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as pipeline:
        for line in lines:
            pipeline.stdin.write(line)
    if pipeline.returncode:
        sys.exit(f"demo-media.py: could not make {path}")
    os.rename(part, path)


def film(person, phase, path):
    launch(f"fdsrc ! rawvideoparse width={WIDTH} height={HEIGHT} format=rgb framerate={RATE}/1 "
           "! videoconvert ! vp8enc deadline=1 cpu-used=8 threads=2 target-bitrate=1500000 "
           "keyframe-max-dist=50 ! webmmux", path, frames(person, phase))


def speak(voice, tone, words, path):
    encode = "audioconvert ! audioresample ! opusenc ! oggmux"
    if shutil.which("espeak-ng"):
        spoken = subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "--stdout", words],
                                capture_output=True, check=True).stdout
        launch(f"fdsrc ! wavparse ignore-length=true ! {encode}", path, [spoken])
    else:
        launch(f"audiotestsrc freq={tone} wave=sine volume=0.2 num-buffers=150 ! {encode}", path, [])


def main(directory):
    os.makedirs(directory, exist_ok=True)
    for phase, (person, (voice, tone, words)) in enumerate(PEOPLE.items()):
        picture, sound = f"{directory}/{person}.webm", f"{directory}/{person}.ogg"
        if not os.path.exists(picture):
            film(person, phase, picture)
        if not os.path.exists(sound):
            speak(voice, tone, words, sound)


if __name__ == "__main__":
    main(sys.argv[1])
