#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent of the rig that can also watch the screen: what was on it when, by the monotonic clock that all
processes share. It asks nobody: a program that is asked for its widgets while it starts starts later. And it
looks only where the X server says that something was drawn: who looks all the time keeps the server, and a
processor, from those whose time is taken."""
import ctypes
import os
import select
import subprocess
import sys
import threading
import time
import zlib

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../rig"))

import agent  # pylint: disable=wrong-import-position
import ui  # pylint: disable=wrong-import-position

ALL_PLANES, Z_PIXMAP = 0xffffffff, 2
REPORT_NON_EMPTY = 3  # once for all that is drawn until it is looked at
EVENT_BYTES = 192
BETWEEN_S = 0.006  # two looks at the least; a look itself takes some milliseconds
AWAIT_S = 0.1  # until it is seen that nobody wants to know any more
SETTLED_S = 1.5  # nothing moves any more
ENOUGH = 0.6  # of the lines of a window: something may blink or pulse in the others


class XImage(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")] + [
        ("data", ctypes.c_void_p)] + [
        (name, ctypes.c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth", "bytes_per_line")]


class Screen:
    """Looks when something was drawn, and remembers a checksum of each line."""

    def __init__(self):
        self.x11 = x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = x11.XDefaultRootWindow.restype = ctypes.c_void_p
        x11.XGetImage.restype = ctypes.POINTER(XImage)
        x11.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint,
                                  ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
        x11.XDestroyImage.argtypes = [ctypes.POINTER(XImage)]
        self.xdamage = ctypes.CDLL("libXdamage.so.1")
        self.xdamage.XDamageCreate.restype = ctypes.c_ulong
        self.xdamage.XDamageCreate.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int]
        self.xdamage.XDamageSubtract.argtypes = [ctypes.c_void_p] + 3 * [ctypes.c_ulong]
        self.display = ctypes.c_void_p(x11.XOpenDisplay(None))
        self.root = x11.XDefaultRootWindow(self.display)
        known = self.xdamage.XDamageQueryExtension(self.display, *(ctypes.byref(ctypes.c_int()) for _ in "ab"))
        assert known, "the X server does not say when something is drawn"
        self.damage = self.xdamage.XDamageCreate(self.display, self.root, REPORT_NON_EMPTY)
        self.size = x11.XDisplayWidth(self.display, 0), x11.XDisplayHeight(self.display, 0)
        self.looks, self.ending = [], threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _look(self):
        image = self.x11.XGetImage(self.display, self.root, 0, 0, *self.size, ALL_PLANES, Z_PIXMAP)
        stride = image.contents.bytes_per_line
        pixels = ctypes.string_at(image.contents.data, stride * self.size[1])
        self.x11.XDestroyImage(image)
        return [zlib.crc32(pixels[start:start + stride]) for start in range(0, len(pixels), stride)]

    def _drawn(self):
        """Whether something was, since the last time."""
        if not self.x11.XPending(self.display):
            select.select([self.x11.XConnectionNumber(self.display)], [], [], AWAIT_S)
        drawn = False
        while self.x11.XPending(self.display):
            self.x11.XNextEvent(self.display, ctypes.create_string_buffer(EVENT_BYTES))
            drawn = True
        self.xdamage.XDamageSubtract(self.display, self.damage, 0, 0)
        return drawn

    def _watch(self):
        while not self.ending.wait(BETWEEN_S):
            if self.looks and not self._drawn():
                continue
            lines = self._look()
            now = time.monotonic()
            if not self.looks or lines != self.looks[-1][1]:
                self.looks.append((now, lines))

    def first(self, top, height, share):
        """When at least this share of these lines first looked as it does now."""
        self.ending.set()
        self.thread.join()
        last = self.looks[-1][1][top:top + height]
        return next(when for when, lines in self.looks
                    if sum(map(int.__eq__, lines[top:top + height], last)) >= share * height)


class WatchingAgent(agent.Agent):
    """@self.began: when the program was started that is watched."""

    def __init__(self):
        super().__init__()
        self.screen, self.began = None, 0

    def watch(self):
        self.screen = Screen()
        ui.wait(lambda: self.screen.looks, agent.TIMEOUT, "a first look at the screen")

    def start_watched(self, command, environment):
        self.watch()
        self.began = time.monotonic()
        self.start(command, environment)

    def _place(self, title):
        """Top and height of that window on the screen."""
        window = ui.wait(lambda: self._xwindow(title), agent.TIMEOUT, f"a window {title!r} on the screen")
        places = dict(line.split("=") for line in
                      ui.xdotool("getwindowgeometry", "--shell", window).splitlines())
        return int(places["Y"]), int(places["HEIGHT"])

    def painted(self, title):
        """When a window with that title was on the screen, in the monotonic clock's seconds."""
        ui.wait(lambda: self._xwindow(title), 30, f"a window {title!r} on the screen")
        time.sleep(SETTLED_S)
        top, height = self._place(title)
        return self.screen.first(top, min(height, self.screen.size[1] - top), ENOUGH)

    def painted_with(self, title, text):
        """Seconds from the start until a line of that window showed @text as it does now."""
        ui.wait(lambda: self._xwindow(title), 30, f"a window {title!r} on the screen")
        time.sleep(SETTLED_S)
        self.screen.ending.set()
        widget = next(widget for widget in self._all() if widget.text() == text)
        top, height = self._place(title)[0] + widget.place()[1], widget.place()[3]
        return self.screen.first(top, height, 1) - self.began

    def start_seconds(self, title):
        return self.painted(title) - self.began

    def connected(self, timeout=40):
        """Waits until the application that runs, perhaps without a window, is."""
        ui.wait(lambda: "true" in subprocess.run(
            ["busctl", "--user", "get-property", agent.APPLICATION, "/org/beckon/Beckon", agent.APPLICATION,
             "Connected"], capture_output=True, text=True, check=False).stdout, timeout, "a connection")

    def windowless(self):
        ui.wait(lambda: not self.windows(), agent.TIMEOUT, "no window")


if __name__ == "__main__":
    agent.main(WatchingAgent())
