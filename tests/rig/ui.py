# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and uses the widgets of a GTK application through AT-SPI, as a screen reader would.

It speaks to the accessibility bus itself and asks many things at once, so that a look at a whole window
costs some 20 ms also while the application is busy drawing video.

Limits of GTK 4.8: "showing" is only set on windows; an accessible label and a visible one are joined into
one name; list rows and entries have no action, so keys and the pointer go through the X server.
"""
import subprocess
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

ROOT = "/org/a11y/atspi/accessible/root"
STATES = {"active": 1, "checked": 4, "expanded": 10, "focused": 12, "pressed": 20, "selected": 23,
          "sensitive": 24, "visible": 30}
CONTROLS = {7, 11, 43, 44, 61, 62, 129}  # check box, combo box, button, radio button, text, toggle, menu
PROPERTIES, VALUE = "org.freedesktop.DBus.Properties", "org.a11y.atspi.Value"
WINDOW_COORDINATES = 1
WHOLE_TEXT = 1 << 20  # -1 is nothing of an entry
LIVE = ("off", "polite", "assertive")
NOTIFICATION = 101
SELDOM = 0.25  # seconds between looks at what does not change
ROW = 32  # the role of those of lists
DIALOG = 16  # the role of those of libadwaita that lie in a window


class NotFound(AssertionError):
    """What was awaited did not come."""


def _pause(least, most, heard):
    """Until something more than @heard has been said on the accessibility bus; in seconds."""
    time.sleep(least)
    late = []
    source = GLib.timeout_add(int(1000 * (most - least)), lambda: late.append(most))
    while not late and Desktop.heard == heard:
        GLib.MainContext.default().iteration(True)
    if not late:
        GLib.source_remove(source)


def wait(condition, timeout, what):
    """The first true value of @condition(), asked when a window has changed, and now and then, for not everything is a
    window's; for a third of the time at most: who looks on and on is what makes a busy machine slow."""
    end = time.monotonic() + timeout
    while True:
        begun, heard = time.monotonic(), Desktop.heard
        try:
            value = condition()
        except GLib.Error:  # a widget went away while we looked at it
            value = None
        if value:
            return value
        now = time.monotonic()
        if now > end:
            raise NotFound(f"not within {timeout} s: {what}")
        pause = max(0.05, 2 * (now - begun))
        _pause(pause, pause + SELDOM, heard)


class Widget:
    """One accessible object, as it was when we looked."""

    def __init__(self, bus, item):
        self.bus = bus
        (self.owner, self.path), _, _, _, self.count, self.interfaces, \
            self.name, self.role, self.description, self.states = item
        self.children = []

    def call(self, interface, method, arguments=None):
        return self.bus.call_sync(self.owner, self.path, f"org.a11y.atspi.{interface}", method,
                                  arguments, None, Gio.DBusCallFlags.NONE, 10000, None).unpack()

    def has(self, state):
        bit = STATES[state]
        return bool(self.states[bit // 32] & 1 << bit % 32)

    def is_named(self, name):
        """By its accessible label, alone or with the visible one behind it."""
        own = self.name.replace("_", "")
        return own == name or own.startswith(f"{name} ") and any(
            own == f"{name} {child.name}" for child in self.walk())

    def offers(self, interface):
        return f"org.a11y.atspi.{interface}" in self.interfaces

    def text(self):
        """What it shows: its text if it has one, else its name."""
        return self.call("Text", "GetText", GLib.Variant("(ii)", (0, WHOLE_TEXT)))[0] \
            if self.offers("EditableText") else self.name

    def place(self):
        """x, y, width, height in its window."""
        return self.call("Component", "GetExtents", GLib.Variant("(u)", (WINDOW_COORDINATES,)))[0]

    def is_control(self):
        return self.role in CONTROLS

    def is_clickable(self):
        if not self.has("sensitive") or not self.offers("Action"):
            return False
        try:
            return self.call("Action", "GetName", GLib.Variant("(i)", (0,)))[0] == "click"
        except GLib.Error:  # newer releases of GTK offer that there be actions for every row
            return False

    def click(self):
        self.call("Action", "DoAction", GLib.Variant("(i)", (0,)))

    def set_text(self, value):
        self.call("EditableText", "SetTextContents", GLib.Variant("(s)", (value,)))

    def value(self):
        """Where a slider stands."""
        return self.bus.call_sync(self.owner, self.path, PROPERTIES, "Get", GLib.Variant("(ss)", (VALUE, "CurrentValue")),
                                  None, Gio.DBusCallFlags.NONE, 10000, None).unpack()[0]

    def set_value(self, value):
        self.bus.call_sync(self.owner, self.path, PROPERTIES, "Set",
                           GLib.Variant("(ssv)", (VALUE, "CurrentValue", GLib.Variant("d", value))),
                           None, Gio.DBusCallFlags.NONE, 10000, None)

    def walk(self):
        """Every visible descendant, depth first."""
        for child in self.children:
            if child.has("visible"):
                yield child
                yield from child.walk()

    def windows(self):
        """Of an application: (what a person takes for a window, the window on the screen that it is or lies in).
        Newer releases of libadwaita have dialogs in the window that they are about."""
        for window in self.children:
            yield window, window
            yield from ((dialog, window) for dialog in window.walk() if dialog.role == DIALOG and dialog.name)

    def dump(self, depth=0):
        """The named widgets of the visible tree as text, to read when a test fails."""
        for child in self.children:
            if child.has("visible"):
                if child.name:
                    states = " ".join(state for state in STATES if child.has(state))
                    yield f"{' ' * depth}{child.role} {child.name!r} {states}"
                yield from child.dump(depth + 1)


class Desktop:
    """The accessibility bus of this session."""
    heard = 0  # how much has been said there

    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None,
                                    None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
        self.bus = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.announced = []
        for event, kind, handler in (("Announcement", None, self._on_announcement),
                                     ("StateChanged", "showing", self._on_showing)):
            self.bus.signal_subscribe(None, "org.a11y.atspi.Event.Object", event, None, kind,
                                      Gio.DBusSignalFlags.NONE, handler)
        self.bus.signal_subscribe(None, "org.a11y.atspi.Event.Object", None, None, None, Gio.DBusSignalFlags.NONE,
                                  self._on_event)

    def _on_event(self, *_unused):
        Desktop.heard += 1

    def _on_announcement(self, _bus, _owner, _path, _interface, _signal, parameters):
        _, live, _, sentence, _ = parameters.unpack()
        self.announced.append((LIVE[live], sentence))

    def _on_showing(self, bus, owner, path, _interface, _signal, parameters):
        """Before GTK 4.14 it is a notification that a screen reader says; windows show, too."""
        def on_role(_bus, result):
            if answer(result) == NOTIFICATION:
                bus.call(owner, path, PROPERTIES, "Get", GLib.Variant("(ss)", ("org.a11y.atspi.Accessible", "Name")),
                         None, Gio.DBusCallFlags.NONE, 10000, None, on_name)

        def on_name(_bus, result):
            if name := answer(result):
                self.announced.append((None, name))

        def answer(result):
            try:
                return bus.call_finish(result).unpack()[0]
            except GLib.Error:  # it went away meanwhile
                return None

        if parameters.unpack()[1]:
            bus.call(owner, path, "org.a11y.atspi.Accessible", "GetRole", None, None, Gio.DBusCallFlags.NONE, 10000,
                     None, on_role)

    def announcements(self):
        """All that a screen reader was asked to say so far: how (nothing if that is left to it), and which sentence."""
        while GLib.MainContext.default().iteration(False):
            pass
        return self.announced

    def toolkit(self, pid):
        """The release of GTK, as numbers."""
        version = self._call(self._owner(pid), ROOT, PROPERTIES, "Get",
                             GLib.Variant("(ss)", ("org.a11y.atspi.Application", "Version")))
        return [int(number) for number in version.split(".")]

    def _call(self, owner, path, interface, method, arguments=None):
        return self.bus.call_sync(owner, path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NONE, 10000, None).unpack()[0]

    def _children(self, owner, path):
        return self._call(owner, path, "org.a11y.atspi.Accessible", "GetChildren")

    def _all_children(self, owner, paths):
        """Path → paths of its children, asked all at once. What is hidden is left out here only."""
        found = {}

        def answered(bus, result, path):
            try:
                found[path] = [child for _, child in bus.call_finish(result).unpack()[0]]
            except GLib.Error:
                found[path] = []

        for path in paths:
            self.bus.call(owner, path, "org.a11y.atspi.Accessible", "GetChildren", None, None,
                          Gio.DBusCallFlags.NONE, 10000, None, answered, path)
        while len(found) < len(paths):
            GLib.MainContext.default().iteration(True)
        return found

    def _owner(self, pid):
        for owner, _ in self._children("org.a11y.atspi.Registry", ROOT):
            found = self._call("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                               "GetConnectionUnixProcessID", GLib.Variant("(s)", (owner,)))
            if pid(found) if callable(pid) else found == pid:
                return owner
        return None

    def _widgets(self, owner):
        items = self._call(owner, "/org/a11y/atspi/cache", "org.a11y.atspi.Cache", "GetItems")
        return {item[0][1]: Widget(self.bus, item) for item in items}

    def _offspring(self, owner, path):
        for _, child in self._children(owner, path):
            yield child
            yield from self._offspring(owner, child)

    def press_old(self, pid, label):
        """Presses what is named so in a process with GTK 3, which has no cache to be asked, once it is
        there; returns whether it was."""
        owner = self._owner(pid)
        for path in self._offspring(owner, ROOT) if owner else ():
            name = self._call(owner, path, "org.freedesktop.DBus.Properties", "Get",
                              GLib.Variant("(ss)", ("org.a11y.atspi.Accessible", "Name")))
            if name == label:
                return self._call(owner, path, "org.a11y.atspi.Action", "DoAction", GLib.Variant("(i)", (0,)))
        return False

    def application(self, pid):
        """All that the process shows now, or None: its children are windows. @pid: its number, or a function
        that knows it by its number."""
        owner = self._owner(pid)
        if not owner:
            return None
        while True:
            widgets = self._widgets(owner)
            parents = [ROOT, *(path for path, widget in widgets.items() if widget.count)]
            found = self._all_children(owner, parents)
            for path, children in found.items():
                widgets[path].children = [widgets[child] for child in children if child in widgets]
            # GTK tells of a widget once somebody has asked its parent.
            if all(child in widgets for children in found.values() for child in children):
                return widgets[ROOT]


def xdotool(*arguments):
    return subprocess.run(["xdotool", *arguments], capture_output=True, text=True,
                          check=False).stdout.strip()


def keys(*names):
    """Presses keys; the window that has the focus gets them."""
    xdotool("key", "--delay", "10", *names)
