#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: screenshots.py BUILD MEDIA

Makes the pictures of the README and of the metainfo, data/screenshots/*.png: the real windows on a private
desktop, with people who have called each other before. MEDIA is what build-aux/demo-media.py makes.
"""
import os
import subprocess
import sys

from desktop import Server, together
from person import PASSWORD, Build, Person

PICTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/screenshots")
OTHERS = {"carol": "Carol Adeyemi", "dave": "Dave Okafor", "farid": "Farid Haddad", "grace": "Grace Kim",
          "ines": "Ines Duarte"}
AWAY = "farid", "ines"
SHARP = 12  # seconds after which a picture has all that the line carries
FRAME = 5  # pixels that GTK draws round a window where there is no compositor
COLOURS = 256  # enough for these windows, and a third of the bytes


class Screenshots:
    def __init__(self, build, media):
        self.build, self.media = Build(build), os.path.abspath(media)
        self.server = Server(self.build.server)
        self.password = f"{self.server.directory}/password"
        with open(self.password, "w", encoding="utf-8") as file:
            file.write(PASSWORD)
        self.alice, self.bob = self._person("alice", "Alice Moreau"), self._person("bob", "Bob Larsson")
        self.robots = {}

    def _person(self, user, name):
        return Person(self.build, user, name, f"{self.media}/{user}.webm", f"{self.media}/{user}.ogg", sound=True)

    def robot(self, user, *command):
        robot = subprocess.Popen(
            [self.build.call, "--server", self.server.url, "--user", user, "--name", OTHERS[user], "--register",
             "--password-file", self.password, "--json", "--video-in", "none", "--audio-in", "none", *command],
            stdout=subprocess.PIPE, text=True)
        self.robots[user] = robot
        for line in robot.stdout:
            if '"connected"' in line:
                return robot
        raise AssertionError(f"{user} did not come")

    def end(self, user):
        self.robots[user].terminate()
        self.robots.pop(user).wait()

    def picture(self, name, person, title, tries=4, dither="+dither"):
        path = f"{PICTURES}/{name}.png"
        person.portrait(title, path, tries)
        subprocess.run(["mogrify", "-strip", "-shave", f"{FRAME}x{FRAME}", "+repage", *dither.split(), "-colors",
                        str(COLOURS), "-define", "png:compression-level=9", path], check=True)

    def past(self):
        """Calls that stand in Alice's list."""
        alice = self.alice
        for user in OTHERS:
            self.robot(user, "watch")
            alice.add_contact(user)
            alice.windows_are("Beckon")
        for user in ("dave", *AWAY):
            self.end(user)
        self.robot("dave", "call", "alice", "--voice")
        alice.click("Accept")
        alice.talk(2)
        alice.press("Hang up")
        alice.leave_call()
        self.robot("ines", "call", "alice")
        alice.find("Accept")
        self.end("ines")
        alice.gone("Accept")
        self.robots.pop("dave").wait()
        self.robot("dave", "watch")

    def now(self):
        alice, bob = self.alice, self.bob
        alice.add_contact("bob")
        alice.windows_are("Beckon")
        bob.add_contact("alice")
        bob.windows_are("Beckon")
        alice.look_at("Beckon", "1 missed call")
        self.picture("home", alice, "Beckon")
        alice.place_call("bob")
        bob.find("Accept")
        self.picture("incoming", bob, "Incoming call")
        bob.click("Accept")
        together(*(lambda person=person: person.clock("Call with", SHARP, timeout=4 * SHARP) for person in self.people))
        bob.wake("Call with")
        self.picture("call", bob, "Call with Alice Moreau", tries=1,  # before the controls hide
                     dither="-dither FloydSteinberg")
        bob.press("Hang up")
        together(alice.leave_call, bob.leave_call)

    def run(self):
        self.server.start()
        together(*(person.plug_in_speaker for person in self.people))
        together(*(lambda person=person: person.sign_in(self.server.url, self.password) for person in self.people))
        self.past()
        self.now()

    @property
    def people(self):
        return self.alice, self.bob

    def close(self):
        for user in list(self.robots):
            self.end(user)
        for person in self.people:
            person.close()
        self.server.close()


def main(build, media):
    os.makedirs(PICTURES, exist_ok=True)
    screenshots = Screenshots(build, media)
    try:
        screenshots.run()
    finally:
        screenshots.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
