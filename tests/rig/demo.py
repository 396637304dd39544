#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: demo.py BUILD OUTPUT

Alice calls Bob on two desktops of their own, by their real windows. Leaves a picture of every screen at
both ends in OUTPUT, and prints how long the call took to set up and what came through.
"""
import json
import os
import subprocess
import sys

from desktop import Server, together
from person import PASSWORD, Build, Person

SEEN_AND_HEARD = 5  # seconds that the measured call lasts
NARROW = 360, 640


class Demo:
    def __init__(self, build, output):
        self.build, self.output = Build(build), os.path.abspath(output)
        self.media = f"{self.output}/media"
        self.password = f"{self.output}/media/password"
        with open(self.password, "w", encoding="utf-8") as file:
            file.write(PASSWORD)
        self.server = Server(self.build.server)
        self.alice = self._person("alice", "Alice Moreau")
        self.bob = self._person("bob", "Bob Larsson")
        self.people = (self.alice, self.bob)

    def _person(self, user, name):
        return Person(self.build, user, name, f"{self.media}/{user}.webm", f"{self.media}/{user}.ogg",
                      sound=True)

    def picture(self, screen, *people):
        for person in people or self.people:
            person.still(f"{self.output}/{screen}-{person.user}.png")

    def sign_in(self):
        """Alice creates her account by hand; Bob has his from the command line."""
        self.alice.open()
        self.bob.open()
        together(lambda: self.alice.find("Create account"), lambda: self.bob.find("Create account"))
        self.alice.type("Server", self.server.url)
        self.alice.type("User ID", self.alice.user)
        self.alice.type("Password", PASSWORD)
        self.alice.type("Your name, for a new account", self.alice.name)
        self.picture("1-sign-in")
        self.bob.quit()
        self.alice.click("Create account")
        together(lambda: self.alice.read("Connected"),
                 lambda: self.bob.sign_in(self.server.url, self.password))
        self.alice.add_contact(self.bob.user)
        self.bob.add_contact(self.alice.user)
        together(*(lambda person=person: person.read("Online") for person in self.people))
        self.picture("2-home")

    def call(self, caller, callee, media, screen):
        """Calls, answers, shows every step."""
        caller.place_call(callee.user, media)
        together(lambda: caller.read("Ringing…"), lambda: callee.find("Accept"))
        self.picture(f"{screen}-waiting", caller)
        self.picture(f"{screen}-incoming", callee)
        callee.click("Accept")
        together(lambda: caller.talk(2), lambda: callee.talk(2))
        for person in self.people:
            person.wake("Call with")
            person.screenshot(f"{self.output}/{screen}-calling-{person.user}.png")

    def hang_up(self, person, other, screen):
        person.press("Hang up")
        together(lambda: person.read("You hung up"), lambda: other.read(f"{person.first} hung up"))
        self.picture(f"{screen}-ended")
        together(person.leave_call, other.leave_call)

    def measure(self):
        """Two beckon-call processes on the same server, as the windows use it; both ends' events."""
        def command(user, *rest):
            return [self.build.call, "--server", self.server.url, "--user", user, "--register",
                    "--password-file", self.password, "--json", "--audio-in",
                    f"{self.media}/bob.ogg", "--video-in", f"{self.media}/bob.webm", *rest]

        callee = subprocess.Popen(command("dave", "answer", "--after", "1000"), stdout=subprocess.PIPE, text=True)
        heard = [json.loads(callee.stdout.readline())]  # connected
        caller = subprocess.run(command("carol", "--duration", str(SEEN_AND_HEARD), "call", "dave"),
                                stdout=subprocess.PIPE, text=True, check=True)
        heard += [json.loads(line) for line in callee.stdout]
        callee.wait()
        return [json.loads(line) for line in caller.stdout.splitlines()], heard

    def summary(self):
        def at(events, name):
            return next(event["t_ms"] for event in events if event["event"] == name)

        print(f"Two beckon-call processes on the server that the windows used, {SEEN_AND_HEARD} s of talk:")
        for end, events in zip(("caller", "callee"), self.measure()):
            last = [event for event in events if event["event"] == "stats"][-1]
            accepted = at(events, "accepted")
            print(f"  {end}: set up in {at(events, 'first-video') - accepted:.0f} ms (accept → first picture), "
                  f"first sound after {at(events, 'first-audio') - accepted:.0f} ms; received "
                  f"{last['video_frames_received']} frames and {last['audio_packets_received']} packets of sound")

    def run(self):
        self.server.start()
        self.sign_in()
        self.call(self.alice, self.bob, "Video call", "3-video")
        self.hang_up(self.alice, self.bob, "3-video")
        self.call(self.bob, self.alice, "Voice call", "4-voice")
        self.hang_up(self.bob, self.alice, "4-voice")
        together(*(person.quit for person in self.people))
        together(*(lambda person=person: person.sign_in(self.server.url, self.password, dark=True)
                   for person in self.people))
        self.picture("5-dark-home")
        self.call(self.alice, self.bob, "Video call", "6-dark")
        for person in self.people:
            person.resize(person.call_window(), *NARROW)
        together(*(lambda person=person: person.find("More") for person in self.people))
        self.picture("7-narrow-calling")
        self.hang_up(self.bob, self.alice, "7-narrow")
        for person in self.people:
            person.resize("Beckon", *NARROW)
        self.picture("7-narrow-home")
        together(*(person.quit for person in self.people))
        self.summary()
        print(f"Pictures: {self.output}/*.png")

    def close(self):
        for person in self.people:
            person.close()
        self.server.close()


def main(build, output):
    demo = Demo(build, output)
    try:
        demo.run()
    finally:
        demo.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
