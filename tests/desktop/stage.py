# SPDX-License-Identifier: GPL-3.0-or-later
"""People at their desktops, signed in to one server: what every desktop test begins with."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import tap
from desktop import Server, together
from person import PASSWORD, Build, Person, clip

# The ground of each one's picture: far from each other and from every colour of the windows.
COLOURS = {"alice": (200, 40, 190), "bob": (20, 160, 200), "screen": (60, 200, 40)}
CAST = {"alice": ("alice", "Alice Moreau", None), "bob": ("bob", "Bob Larsson", None)}
RINGS = 60  # seconds until nobody has answered: longer than pictures take on a busy machine
PICTURE = 0.12  # of the screen: a picture that fills the call window has more
CORNER = 0.008  # one's own picture in its corner has more, and less than PICTURE


class Stage:
    """@cast: an attribute of the stage for each desktop: user ID, name, and what the computer is called."""

    def __init__(self, sound, cast, screen, rings):
        self.sound, self.cast, self.screen = sound, cast, screen
        self.build = Build(os.environ["BECKON_BUILD"])
        self.pictures = f"{self.build.directory}/tests/desktop/screenshots"
        self.files = tempfile.mkdtemp(prefix="beckon-stage-")
        self.password = f"{self.files}/password"
        self.server = Server(self.build.server, f"[limits]\nring-seconds={rings}\n")
        self.__dict__.update(dict.fromkeys(cast))
        self.robots = []

    @property
    def people(self):
        return tuple(getattr(self, who) for who in self.cast)

    # Setting up, clearing away

    def raise_curtain(self):
        os.makedirs(self.pictures, exist_ok=True)
        with open(self.password, "w", encoding="utf-8") as file:
            file.write(PASSWORD)
        for user in ("alice", "bob"):
            clip(self.film(user), COLOURS[user])
        if self.screen:
            clip(self.film("screen"), COLOURS["screen"])
        self.server.start()
        for who, (user, name, computer) in self.cast.items():
            setattr(self, who, Person(self.build, user, name, self.film(user), "test", self.sound, computer))
            if self.screen:
                getattr(self, who).media += ["--screen-in", self.film("screen")]
        self.everybody_in()

    def film(self, user):
        return f"{self.files}/{user}.webm"

    def everybody_in(self, **options):
        together(*(lambda person=person: person.sign_in(self.server.url, self.password, **options)
                   for person in self.people))

    def everybody_out(self):
        together(*(person.quit for person in self.people))

    def show_failure(self, name):
        for person in self.people:
            person.screenshot(f"{self.pictures}/failed-{name}-{person.label}.png")
            for part in (person.output(), person.tree() if person.running() else "not running"):
                print("".join(f"# {person.label}: {line}\n" for line in part.splitlines()[-150:]), end="")
        self.everybody_out()
        self.server.restart()
        self.everybody_in()

    def clear(self):
        for robot in self.robots:
            if robot.poll() is None:
                robot.kill()
                robot.wait()
        for person in self.people:
            if person:
                person.close()
        self.server.close()
        shutil.rmtree(self.files, ignore_errors=True)

    def run(self, *cases, limit=180):
        try:
            tap.run(*cases, limit=limit, before=self.raise_curtain, failed=self.show_failure)
        finally:
            self.clear()

    # What happens on it

    def robot(self, user, *command):
        """A further person who is a process of beckon-call; what it says is read with `event`."""
        robot = subprocess.Popen(
            [self.build.call, "--server", self.server.url, "--user", user, "--name", user.title(),
             "--register", "--password-file", self.password, "--json", "--video-in", "none",
             "--audio-in", "none", *command], stdout=subprocess.PIPE, text=True)
        self.robots.append(robot)
        event(robot, "connected")
        return robot

    def picture(self, screen, *people):
        for person in people or self.people:
            person.still(f"{self.pictures}/{screen}-{person.label}.png")

    def sees(self, viewer, shown, least, most=1.0):
        """Waits until the picture of @shown, a person or a robot's user ID, has between @least and @most of
        @viewer's screen."""
        viewer.sees(*COLOURS[getattr(shown, "user", shown)], least, most)

    def ring(self, caller, callee, media="Video call"):
        caller.place_call(callee.user, media)
        together(lambda: caller.read("Ringing…"), lambda: callee.find("Accept"))

    def connect(self, caller, callee, media="Video call"):
        self.ring(caller, callee, media)
        callee.click("Accept")
        together(lambda: caller.find("Hang up"), lambda: callee.find("Hang up"))
        together(lambda: caller.talk(1), lambda: callee.talk(1))

    def over(self, *people):
        """Closes what still says how the call ended, if that is not gone by itself."""
        together(*(lambda person=person: person.leave_call() for person in people or self.people))


def event(robot, name):
    """Waits for this event of a robot."""
    for line in robot.stdout:
        found = json.loads(line)
        if found["event"] == name:
            return found
    raise AssertionError(f"{robot.args} ended without the event {name}")


def stage(sound=False, cast=None, screen=False, rings=RINGS):
    """The stage for this test program; with @sound everybody has a sound server, with @screen a film that
    is shared in the place of a screen; calls ring for @rings seconds."""
    if len(sys.argv) > 1:
        os.environ["BECKON_BUILD"] = sys.argv[1]
    return Stage(sound, cast or CAST, screen, rings)
