#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a rig (rig.sh) and does there what a test outside says (desktop.py).

Each line of standard input is {"do": METHOD, "with": [ARGUMENT...]}; each line of standard output the
answer, {"value": ...} or {"error": ...}. libatspi knows one accessibility bus a process, so every desktop
has an agent of its own.
"""
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
import traceback

from gi.repository import Gio, GLib

import screen
import ui

TIMEOUT = 20  # seconds: a start on a busy machine
FADING = 0.15  # seconds: what fades is painted more often
APPLICATION = "org.beckon.Beckon"


class Activated:
    """An application that the bus has started, in the place of a process of ours."""

    def __init__(self, pid):
        self.pid, self.returncode = pid, None
        self.end = os.pidfd_open(pid)

    def poll(self):
        if self.returncode is None and select.select([self.end], [], [], 0)[0]:
            self.returncode = 0
        return self.returncode

    def wait(self, timeout):
        if not select.select([self.end], [], [], timeout)[0]:
            raise AssertionError(f"the application still runs after {timeout} s")
        return self.poll()

    def send_signal(self, number):
        os.kill(self.pid, number)


def _describe(widget):
    return {"name": widget.name, "description": widget.description, "text": widget.text(),
            "place": widget.place(), **{state: widget.has(state) for state in ui.STATES}}


class Agent:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.desktop = ui.Desktop()
        self.app = None
        self.log = None
        here = os.path.dirname(os.path.abspath(__file__))
        self.notifyd = subprocess.Popen([f"{here}/fake_notifyd.py"], stdout=subprocess.PIPE, text=True)
        assert self.notifyd.stdout.readline() == "READY\n"
        self.fake = None

    # The application

    def start(self, command, environment):
        """Starts the application that everything else is about; its output goes to a log. $RIG_DIR may
        stand in @environment."""
        self.log = os.path.join(os.environ["RIG_DIR"], "log", "app")
        with open(self.log, "ab") as log:
            self.app = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env={**os.environ, **self._environment(environment)})

    def _environment(self, environment):
        return {name: os.path.expandvars(value) for name, value in environment.items()}

    def serve(self, command, environment):
        """From now on the bus starts the application so, when somebody asks for it."""
        self.log = os.path.join(os.environ["RIG_DIR"], "log", "app")
        script = os.path.join(os.environ["RIG_DIR"], "serve")
        lines = [f"export {name}={shlex.quote(value)}"
                 for name, value in self._environment(environment).items()]
        lines.append(f"exec {shlex.join(command)} --gapplication-service >>{shlex.quote(self.log)} 2>&1")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + "\n".join(lines) + "\n")
        os.chmod(script, 0o700)
        with open(f"{os.environ['RIG_DIR']}/services/{APPLICATION}.service", "w", encoding="utf-8") as file:
            file.write(f"[D-BUS Service]\nName={APPLICATION}\nExec={script}\n")
        self._ask_bus("ReloadConfig")

    def _ask_bus(self, method, arguments=None):
        reply = self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   method, arguments, None, Gio.DBusCallFlags.NONE, -1, None).unpack()
        return reply[0] if reply else None

    def adopt(self, timeout=20):
        """Waits until the bus has started the application: everything else is about that one then."""
        name = GLib.Variant("(s)", (APPLICATION,))
        ui.wait(lambda: self._ask_bus("NameHasOwner", name), timeout, "the application on the bus")
        self.app = Activated(self._ask_bus("GetConnectionUnixProcessID", name))

    def run(self, command, environment):
        """Runs another program on this desktop; returns its status and what it said."""
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, **self._environment(environment)}, check=False)
        return done.returncode, done.stdout

    def says(self, command, environment, text, timeout=TIMEOUT):
        """Waits until another program says just this."""
        ui.wait(lambda: self.run(command, environment)[1] == text, timeout, f"{text!r} from {command}")

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def _crash(self):
        """Where it crashed, of what crash-trace.c has written; our own functions with their names."""
        frames = self.output().partition("crash-trace: ")[2].splitlines()
        for index, frame in enumerate(frames):
            place = re.match(r"(\S*/src/ui/beckon)\((\+0x[0-9a-f]+)\)", frame)
            if place and shutil.which("addr2line"):
                named = subprocess.run(["addr2line", "-sfpe", place[1], place[2]], text=True,
                                       stdout=subprocess.PIPE, check=False)
                frames[index] = named.stdout.strip() or frame
        return "".join(f"\n    {frame}" for frame in frames)

    def kill(self, name):
        self.app.send_signal(getattr(signal, name))

    def running(self):
        return self.app.poll() is None

    def exit_status(self, timeout=TIMEOUT):
        return self.app.wait(timeout)

    def forget(self):
        """Leaves nothing of what the application kept."""
        shutil.rmtree(os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0"))
        shutil.rmtree(os.environ["XDG_DATA_HOME"])
        shutil.rmtree(os.path.join(os.environ["XDG_CACHE_HOME"], "beckon"), ignore_errors=True)

    def _root(self):
        if self.app.poll() is not None:
            raise AssertionError(f"the application ended with {self.app.returncode}{self._crash()}")
        return self.desktop.application(self.app.pid)

    def file(self, path, timeout=TIMEOUT):
        """Waits until it is there; returns what is in it. There may be variables in @path."""
        found = os.path.expandvars(path)
        ui.wait(lambda: os.path.exists(found), timeout, f"the file {found}")
        with open(found, encoding="utf-8") as file:
            return file.read()

    def no_file(self, path, timeout=TIMEOUT):
        ui.wait(lambda: not os.path.exists(os.path.expandvars(path)), timeout, f"no file {path}")

    # Widgets

    def _all(self):
        root = self._root()
        return root.walk() if root else ()

    def _named(self, name):
        return (widget for widget in self._all() if widget.is_named(name))

    def find(self, name, timeout=TIMEOUT):
        return _describe(ui.wait(lambda: next(self._named(name), None), timeout, f"{name!r}"))

    def look(self, name):
        """Like find, but None if it is not there now."""
        widget = next(self._named(name), None)
        return widget and _describe(widget)

    def gone(self, name, timeout=TIMEOUT):
        ui.wait(lambda: not any(self._named(name)), timeout, f"no {name!r}")

    def _clickable(self, name, timeout):
        return ui.wait(lambda: next((widget for widget in self._named(name) if widget.is_clickable()), None),
                       timeout, f"a sensitive button {name!r}")

    def click(self, name, timeout=TIMEOUT):
        self._clickable(name, timeout).click()

    def click_one(self, title, *names, timeout=TIMEOUT):
        """Presses what has one of @names, while the window whose title begins like this has its controls shown."""
        def shown():
            self.wake(title)
            return next((widget for widget in self._all()
                         if any(map(widget.is_named, names)) and widget.is_clickable()), None)
        ui.wait(shown, timeout, f"a sensitive button of {names}").click()

    def type(self, name, value, timeout=TIMEOUT):
        ui.wait(lambda: next((widget for widget in self._named(name) if widget.offers("EditableText")),
                             None), timeout, f"an entry {name!r}").set_text(value)

    def _slider(self, name, timeout):
        return ui.wait(lambda: next((widget for widget in self._named(name) if widget.offers("Value")), None),
                       timeout, f"a slider {name!r}")

    def slide(self, name, value, timeout=TIMEOUT):
        self._slider(name, timeout).set_value(value)

    def stands_at(self, name, value, timeout=TIMEOUT):
        """Waits until the slider @name is at @value."""
        ui.wait(lambda: self._slider(name, timeout).value() == value, timeout, f"{name!r} at {value}")

    def read(self, part, timeout=TIMEOUT):
        """Waits until something shows @part; returns all of its text."""
        return ui.wait(lambda: next((widget.text() for widget in self._all() if part in widget.text()),
                                    None), timeout, f"a text with {part!r}")

    def has_text(self, name, text, timeout=TIMEOUT):
        """Waits until @name shows just @text."""
        ui.wait(lambda: any(widget.text() == text for widget in self._named(name)), timeout, f"{name!r} with {text!r}")

    def texts(self):
        return [widget.text() for widget in self._all() if widget.text()]

    def state(self, name, state, value, timeout=TIMEOUT):
        """Waits until the widget's "pressed", "sensitive" … is @value."""
        ui.wait(lambda: any(widget.has(state) == value for widget in self._named(name)), timeout,
                f"{name!r} with {state} {value}")

    def described(self, name, description, timeout=TIMEOUT):
        """Waits until a screen reader says just this of it, beside its name."""
        ui.wait(lambda: any(widget.description == description for widget in self._named(name)), timeout,
                f"{name!r} described as {description!r}")

    def knows_places(self):
        """Whether its GTK tells exactly where things are: newer releases leave out the padding of what is around them."""
        return self.desktop.toolkit(self.app.pid) < [4, 14]

    def said(self, *announcements, timeout=TIMEOUT):
        """Waits until a screen reader has been asked to say these in this order, others aside; each is how, which only
        GTK 4.14 can tell, and the sentence."""
        def all_of_them():
            rest = iter(self.desktop.announcements())
            return all(any(sentence == one and how in (None, asked) for how, one in rest)
                       for asked, sentence in announcements)
        try:
            ui.wait(all_of_them, timeout, "")
        except ui.NotFound:
            raise AssertionError(f"{announcements} should be among {self.desktop.announcements()}") from None

    def unnamed_controls(self):
        """Places of what a person can use, but has neither name nor description for who cannot see it."""
        return [widget.place() for widget in self._all() if widget.is_control()
                and not widget.description
                and (not widget.name or widget.name.startswith(("Gtk", "Adw", "Beckon")))]

    def tree(self):
        root = self._root()
        return "\n".join(root.dump()) if root else ""

    # Windows, keys, pointer, pictures

    def _windows(self):
        root = self._root()
        return list(root.windows()) if root else []

    def windows(self):
        """Their titles, and those of dialogs that lie in one of them."""
        return [window.name for window, _ in self._windows()]

    def windows_are(self, *titles, timeout=TIMEOUT):
        """Waits until the application has just these windows."""
        ui.wait(lambda: sorted(self.windows()) == sorted(titles), timeout, f"just the windows {titles}")

    def leave(self, title, timeout=TIMEOUT):
        """Presses "Close" in the window whose title begins like this, until it is gone, by itself or so."""
        def left():
            windows = [window for window, _ in self._windows() if window.name.startswith(title)]
            for window in windows:
                for widget in window.walk():
                    if widget.is_named("Close") and widget.is_clickable():
                        widget.click()
                        return False
            return not windows
        ui.wait(left, timeout, f"no window {title!r}")

    def _xwindow(self, title):
        found = ui.xdotool("search", "--onlyvisible", "--name", f"^{title}$").split()
        return found[-1] if found else None

    def _around(self, title):
        """The window on the screen that has this title, or in which a dialog with it lies."""
        found = self._xwindow(title)
        around = None if found else next((around.name for window, around in self._windows()
                                          if window.name == title), None)
        return found or around and self._xwindow(around)

    def _await_window(self, title, timeout=TIMEOUT):
        return ui.wait(lambda: self._around(title), timeout, f"a window {title!r} on the screen")

    def close_window(self, title):
        """As the window manager does when a person presses its close button; a dialog in a window has its own."""
        window = self._await_window(title)
        if window == self._xwindow(title):
            ui.xdotool("windowactivate", "--sync", window, "key", "--clearmodifiers", "alt+F4")
            return
        dialog = next(dialog for dialog, _ in self._windows() if dialog.name == title)
        next(widget for widget in dialog.walk() if widget.is_named("Close") and widget.is_clickable()).click()

    def activate(self, title):
        """Gives that window the keyboard, as the window manager does for who asks it to."""
        ui.xdotool("windowactivate", "--sync", self._await_window(title))

    def walk_to(self, name, most=40):
        """Presses Tab until @name has the focus."""
        def focused():
            return next((widget for widget in self._all() if widget.has("focused")), None)
        passed = []
        for _ in range(most):
            widget = ui.wait(focused, TIMEOUT, "something with the focus")
            if widget.is_named(name):
                return
            passed.append(widget.name)
            ui.keys("Tab")
            try:
                ui.wait(lambda before=widget.path: getattr(focused(), "path", before) != before, 2, "")
            except ui.NotFound:
                pass  # controls were hidden, and the key has shown them
        raise AssertionError(f"the focus does not come to {name!r}, but to {passed}")

    def _place(self, title, text):
        """Where that window shows @text; a page that is not to be seen has no size."""
        shown = (widget.place() for window, _ in self._windows() if window.name == title
                 for widget in window.walk() if widget.text() == text)
        return next((place for place in shown if place[2] and place[3]), None)

    def open_menu(self, window, text):
        """Presses the secondary button of the pointer on the row of that window that shows @text."""
        def row():
            rows = (widget.place() for shown, _ in self._windows() if shown.name == window
                    for widget in shown.walk() if widget.role == ui.ROW
                    and any(child.text() == text for child in widget.walk()))
            return next((place for place in rows if place[2] and place[3]), None)
        self._press_at(self._await_window(window), ui.wait(row, TIMEOUT, f"a row with {text!r}"), "3")

    def _press_at(self, window, place, *buttons):
        """In the middle, since newer releases of GTK tell of places some pixels off."""
        ui.xdotool("mousemove", "--window", window, str(place[0] + place[2] // 2), str(place[1] + place[3] // 2),
                   "click", *(buttons or "1"))

    def press_on(self, window, text):
        """Presses the pointer's button on what shows @text in that window. GTK does not quite know the places in a
        dialog that lies in a window: there, what has an action is pressed by that."""
        place = ui.wait(lambda: self._place(window, text), TIMEOUT, f"a text {text!r}")
        found = self._await_window(window)
        if found != self._xwindow(window):
            tool = next((widget for widget in self._named(text) if widget.is_clickable()), None)
            if tool:
                tool.click()
                return
        self._press_at(found, place)

    def scroll_to(self, window, text):
        """Turns the wheel downwards in that window until what shows @text is in sight, and all rests."""
        found = self._await_window(window)
        before = []

        def rests():
            shown, around = next(pair for pair in self._windows() if pair[0].name == window)
            x, _, width, height = shown.place()
            place = next(widget.place() for widget in shown.walk() if widget.text() == text)
            # Of a dialog in a window GTK does not quite know what is in sight: there, to the end.
            if shown is not around or place[1] + place[3] > height:
                ui.xdotool("mousemove", "--window", found, str(60 if shown is around else x + width // 2),
                           str(height // 2), "click", "--repeat", "3", "--delay", "10", "5")
            before.append(place)
            return place[1] + place[3] <= height and before[-2:] == [place, place]
        ui.wait(rests, TIMEOUT, f"{text!r} in sight")

    def resize(self, title, width, height):
        window = self._await_window(title)
        ui.xdotool("windowsize", "--sync", window, str(width), str(height))
        ui.wait(lambda: all(frame.place()[2] <= width for frame in self._root().children
                            if frame.name == title), TIMEOUT, f"{title!r} at its new size")

    def keys(self, *names):
        ui.keys(*names)

    def wake(self, title):
        """Moves the pointer in the window whose title begins like this, so that its controls show."""
        found = ui.xdotool("search", "--onlyvisible", "--name", f"^{title}").split()
        for x, y in ((100, 200), (120, 210)):
            if found:
                ui.xdotool("mousemove", "--window", found[-1], str(x), str(y))

    def look_at(self, title, name, timeout=TIMEOUT):
        """Moves the pointer in that window until @name, which goes when it is looked at, is gone."""
        def looked():
            self.wake(title)
            return not any(self._named(name))
        ui.wait(looked, timeout, f"{name!r} looked at")

    def clock(self, title, seconds, timeout=TIMEOUT):
        """Waits until the clock of that window, which hides if the pointer rests, is there."""
        def reached():
            self.wake(title)
            times = (re.fullmatch(r"(\d+):(\d\d)", text) for text in self.texts())
            return any(60 * int(time[1]) + int(time[2]) >= seconds for time in times if time)
        ui.wait(reached, timeout, f"{seconds} s on the clock")

    def screenshot(self, path):
        subprocess.run(["import", "-window", "root", path], check=True)

    def portrait(self, title, path, tries=4):
        """A picture of that window alone, without what the window manager puts round it; when nothing fades
        any more, if there are several @tries."""
        window = self._await_window(title)
        before = None
        for _ in range(tries):
            subprocess.run(["import", "-window", window, path], check=True)
            with open(path, "rb") as file:
                now = file.read()
            if now == before:
                return
            before = now

    def plug_in_speaker(self):
        """One that nobody hears, on a desktop with a sound server."""
        subprocess.run(["pw-cli", "create-node", "adapter",
                        "{factory.name=support.null-audio-sink node.name=speaker node.description=Speaker "
                        "media.class=Audio/Sink audio.position=[FL FR] object.linger=true}"],
                       check=True, stdout=subprocess.DEVNULL)

    def drag(self, title, name, x, y, timeout=TIMEOUT):
        """Drags the widget @name of that window, whose controls may hide, to that place in it."""
        place = ui.wait(lambda: next((widget.place() for widget in self._named(name)), None), timeout, f"{name!r}")
        window = self._await_window(title, timeout)
        middle = place[0] + place[2] // 2, place[1] + place[3] // 2
        ui.xdotool("mousemove", "--window", window, *map(str, middle), "mousedown", "1")
        for step in range(1, 6):
            ui.xdotool("mousemove", "--window", window, *(str(round(was + (to - was) * step / 5))
                                                          for was, to in zip(middle, (x, y))))
        ui.xdotool("mouseup", "1")

    def point_at(self, title, name, timeout=TIMEOUT):
        """Presses the pointer's button on @name in the window whose title begins like this: what opens a popover has
        no action. In newer releases of GTK it has one, and is pressed by that."""
        if not self.knows_places():
            self.click_one(title, name)
            return
        self.wake(title)
        place = ui.wait(lambda: next((widget.place() for widget in self._named(name)), None), timeout, f"{name!r}")
        found = ui.xdotool("search", "--onlyvisible", "--name", f"^{title}").split()[-1]
        self._press_at(found, place)

    def click_twice(self, title, name, timeout=TIMEOUT):
        """A double click of the pointer on the widget @name of that window; where GTK does not quite know its place, the
        space bar twice, as quickly."""
        widget = self._clickable(name, timeout)
        if not self.knows_places():
            self.activate(title)
            self.walk_to(name)
            ui.xdotool("key", "--delay", "80", "space", "space")
            return
        self._press_at(self._await_window(title, timeout), widget.place(), "--repeat", "2", "--delay", "80", "1")

    def is_at(self, name, left, top, timeout=TIMEOUT):
        """Waits until the widget @name is in that part of its window: in its left half or not, its upper or not."""
        def there():
            widget = next(self._named(name), None)
            frame = next((window.place() for window in self._root().children
                          if any(each.is_named(name) for each in window.walk())), None)
            if not widget or not frame:
                return False
            x, y, width, height = widget.place()
            return (x + width / 2 < frame[2] / 2) == left and (y + height / 2 < frame[3] / 2) == top
        ui.wait(there, timeout, f"{name!r} at its place")

    def still(self, path):
        """A screenshot when nothing fades any more; at the third try of what always moves."""
        before = screen.Look()
        for _ in range(3):
            time.sleep(FADING)
            now = screen.Look()
            if now == before:
                break
            before = now
        self.screenshot(path)

    def sees(self, red, green, blue, least, most, timeout=TIMEOUT):
        """Waits until between @least and @most of the screen have this colour."""
        shares = []

        def look():
            shares.append(screen.Look().share_of((red, green, blue)))
            return least <= shares[-1] <= most
        try:
            ui.wait(look, timeout, "")
        except ui.NotFound:
            raise AssertionError(f"between {least} and {most} of the screen should have the colour "
                                 f"{red, green, blue}; seen: {shares}") from None

    # Notifications

    def _notifications(self, method, arguments, reply):
        return self.bus.call_sync("org.freedesktop.Notifications", "/control",
                                  "org.beckon.Test.Notifications", method, arguments,
                                  GLib.VariantType(reply), Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def _notification(self, label):
        shown = json.loads(self._notifications("List", None, "(s)"))
        return next((each for each in shown if label in each["buttons"]), None)

    def notification(self, label, timeout=TIMEOUT):
        """The notification that has a button @label."""
        return ui.wait(lambda: self._notification(label), timeout, f"a notification with {label!r}")

    def no_notification(self, label, timeout=TIMEOUT):
        ui.wait(lambda: not self._notification(label), timeout, f"no notification with {label!r}")

    def press_notification(self, label, timeout=TIMEOUT):
        title = self.notification(label, timeout)["title"]
        assert self._notifications("Press", GLib.Variant("(ss)", (title, label)), "(b)"), label

    def told(self, title, timeout=TIMEOUT):
        """The notification with this title."""
        def look():
            shown = json.loads(self._notifications("List", None, "(s)"))
            return next((each for each in shown if each["title"] == title), None)
        return ui.wait(look, timeout, f"a notification {title!r}")

    def click_notification(self, title, timeout=TIMEOUT):
        """Not one of its buttons, but itself."""
        self.told(title, timeout)
        assert self._notifications("Click", GLib.Variant("(s)", (title,)), "(b)"), title

    # The rest of the desktop: fake_desktop.py, where a test wants it

    def open_desktop(self):
        here = os.path.dirname(os.path.abspath(__file__))
        self.fake = subprocess.Popen([f"{here}/fake_desktop.py"], stdout=subprocess.PIPE, text=True)
        assert self.fake.stdout.readline() == "READY\n"

    def on_desktop(self, method, *arguments):
        reply = self.bus.call_sync("org.beckon.Test.Desktop", "/control", "org.beckon.Test.Desktop", "Do",
                                   GLib.Variant("(ss)", (method, json.dumps(arguments))), None,
                                   Gio.DBusCallFlags.NONE, -1, None)
        return json.loads(reply.unpack()[0])

    def desktop_has(self, name, value, timeout=TIMEOUT):
        """Waits until that part of the desktop's state is so."""
        seen = []

        def look():
            seen[:] = [self.on_desktop("state")[name]]
            return seen == [value]
        try:
            ui.wait(look, timeout, "")
        except ui.NotFound:
            raise AssertionError(f"{name} should be {value}, and is {seen}") from None

    def _notice(self, label):
        return next((each for each in self.on_desktop("state")["notifications"].values()
                     if any(button["label"] == label for button in each["buttons"])), None)

    def notice(self, label, timeout=TIMEOUT):
        """The notification of the portal that has a button @label."""
        return ui.wait(lambda: self._notice(label), timeout, f"a notification with {label!r}")

    def no_notice(self, label, timeout=TIMEOUT):
        ui.wait(lambda: not self._notice(label), timeout, f"no notification with {label!r}")


def main(agent):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing but answers on the pipe
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": getattr(agent, request["do"])(*request["with"], **request["by"])}
        except (AssertionError, GLib.Error, subprocess.SubprocessError) as error:
            answer = {"error": str(error) or traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(Agent())
