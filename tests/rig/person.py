# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who uses Beckon: a desktop of their own and the application in it."""
import os
import subprocess

import tap
from desktop import Desktop

PASSWORD = "correct horse battery"


class Build:
    """The programs of a build directory, and what they need to run from there."""

    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        self.beckon = f"{self.directory}/src/ui/beckon"
        self.server = f"{self.directory}/src/server/beckon-server"
        self.call = f"{self.directory}/src/cli/beckon-call"
        self.environment = {
            "GSETTINGS_SCHEMA_DIR": f"{self.directory}/data",
            "GSETTINGS_BACKEND": "keyfile",
            "G_DEBUG": "gc-friendly",  # not fatal-warnings: quit() looks for them instead
            # Without a secret service, libsecret keeps what it is told in a file.
            "SECRET_BACKEND": "file",
            "SECRET_FILE_TEST_PATH": "$RIG_DIR/home/.local/share/secrets",
            "SECRET_FILE_TEST_PASSWORD": "test",
            "PATH": f"{self.directory}/src/server:{os.environ['PATH']}",  # for the application to start it
        }
        trace = f"{self.directory}/tests/rig/crash-trace.so"
        if os.path.exists(trace):  # not where there are no tests
            self.environment["LD_PRELOAD"] = ":".join(filter(None, (trace, os.environ.get("LD_PRELOAD"))))


class Person:
    def __init__(self, build, user, name, video, audio, sound, computer=None, **desktop):
        """@video, @audio: what is sent; @sound: whether there is a sound server to hear with; @computer:
        its name, where one person has several; @desktop: further arguments of theirs."""
        self.build, self.user, self.name = build, user, name
        self.label = computer or user  # of pictures
        self.media = ["--video-in", video, "--audio-in", audio]
        self.environment = {}  # beside what everybody's application has
        self.desktop = Desktop(*(["-p"] if sound else []), *(["-n", computer] if computer else []), **desktop)

    @property
    def first(self):
        return self.name.split()[0]

    def __getattr__(self, method):
        return getattr(self.desktop, method)

    def open(self, *options, dark=False, media=True):
        """Starts the application, as a new user would without @options."""
        environment = {**self.build.environment, **self.environment}
        environment["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark" if dark else "prefer-light"
        self.start([self.build.beckon, *(self.media if media else ()), *options], environment)

    def be_served(self):
        """From now on the desktop starts the application when somebody asks for it."""
        self.serve([self.build.beckon, *self.media], {**self.build.environment, **self.environment})

    def sign_in(self, url, password_file, **options):
        """Starts the application signed in."""
        self.open("--server", url, "--user", self.user, "--name", self.name, "--password-file",
                  password_file, "--register", **options)
        self.read("Connected", timeout=40)

    def quit(self):
        """Ends the application if it runs, whatever it is doing."""
        if self.desktop.running():
            self.kill("SIGTERM")
            self.exit_status()
            found = tap.complaints(self.output())
            assert not found, found

    def add_contact(self, user):
        self.click("Add a Contact" if self.look("Add a Contact") else "Add contact")
        self.type("User ID", user)
        self.click("Add")

    def call_window(self):
        """The title of the window that a call is in, or None."""
        return next((title for title in self.windows() if title.startswith("Call with")), None)

    def leave_call(self):
        """Closes the call window, which says how the call ended, if it is still there."""
        self.gone("Hang up")
        self.leave("Call with")

    def place_call(self, user, media="Video call"):
        self.type("User IDs", user)
        self.click(media)

    def talk(self, seconds):
        """Waits until the call has lasted so long."""
        self.clock("Call with", seconds)

    def press(self, button):
        """Presses a button of the call window, which hides its controls until the pointer moves."""
        self.wake("Call with")
        self.click(button)


def clip(path, colour, seconds=4, width=320, height=180, rate=15):
    """A small film with a moving ball on a ground of this colour."""
    red, green, blue = colour
    subprocess.run(
        ["gst-launch-1.0", "-q", "videotestsrc", "pattern=ball", f"num-buffers={seconds * rate}",
         f"background-color={0xff000000 | red << 16 | green << 8 | blue}", "!",
         f"video/x-raw,format=I420,width={width},height={height},framerate={rate}/1", "!",
         "vp8enc", "deadline=1", "cpu-used=8", "keyframe-max-dist=15", "!", "webmmux", "!",
         "filesink", f"location={path}"], check=True)
