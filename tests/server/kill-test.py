#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No invitation is lost, none happens twice: a thousand calls, and a server that is always killed.

    kill-test.py SERVER SCHEMA [--seed N] [--calls N] [--minutes M]

People call each other at random (crowd.py) over connections that break at random, also within a
frame. The server is killed with SIGKILL at random moments, while it starts, and just when somebody
has heard from it, before it could do anything more. In the end everything that anybody sent and was
told is compared (oracle.py).
"""
from __future__ import annotations

import argparse
import asyncio
import base64
import hmac
import json
import random
import subprocess
import tempfile
import time

import beckon_client
import harness
import tap
from beckon_client import Client, Frame
from crowd import Crowd, Person
from mortal import Mortal
from oracle import HistoryOracle, Oracle

USERS = [f"person{number:03}" for number in range(120)]
QUIET = 60  # seconds after which no call may be left: grace times and invitations are shorter
SHOWN = 20  # complaints of a kind
LIMITS = {"requests-per-minute": 1000000, "invitations-per-minute": 1000000}
SECRET = b"what the server and the site know"


def token(user: str) -> str:
    """Signed by a site of its own: nobody waits for passwords to be hashed."""
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    text = ".".join(part(json.dumps(each).encode()) for each in (
        {"alg": "HS256"}, {"sub": user, "name": user.title(), "exp": int(time.time()) + 86400}))
    return f"{text}.{part(hmac.digest(SECRET, text.encode(), 'sha256'))}"


class Killer:
    """Kills the server at random moments."""

    def __init__(self, server: Mortal, crowd: Crowd) -> None:
        self.server, self.crowd = server, crowd
        self.rng = crowd.rng("killer")

    async def kill_again_and_again(self) -> None:
        """It lives a little longer than it was dead, however slow the machine: some come through."""
        dead = 0.0
        while not self.crowd.enough():
            await asyncio.sleep(dead + self.rng.uniform(0.0, 0.8))
            if self.rng.random() < 0.7:
                await self.kill_when_it_has_spoken()
            self.server.kill()
            killed_at = time.monotonic()
            self.crowd.count["kills"] += 1
            while self.rng.random() < 0.2:
                await self.kill_while_it_starts()
            if self.rng.random() < 0.2:
                await asyncio.sleep(self.rng.uniform(0, 1))
            await asyncio.to_thread(self.server.start)
            dead = time.monotonic() - killed_at

    async def kill_when_it_has_spoken(self) -> None:
        """In the turn in which the word arrives."""
        self.crowd.trap = self.server.process.kill
        try:
            async with asyncio.timeout(1):
                await self.server.death()
        except TimeoutError:
            self.crowd.trap = None

    async def kill_while_it_starts(self) -> None:
        process = subprocess.Popen(self.server.command(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await asyncio.sleep(self.rng.uniform(0, 0.06))
        process.kill()
        process.wait()
        self.crowd.count["kills"] += 1


class Run:
    """Everything that is done; the tests look at what was seen."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.secret = tempfile.NamedTemporaryFile()
        self.secret.write(SECRET)
        self.secret.flush()
        self.server = Mortal({"limits": LIMITS, "jwt": {"secret-file": self.secret.name}})
        self.crowd: Crowd | None = None
        self.oracle: Oracle | None = None
        self.hellos: dict[str, Frame] = {}
        self.histories: dict[str, list[Frame]] = {}
        self.presence: dict[str, str] = {}
        random.seed(options.seed)  # the delays of clients
        # Of a server that is dead half of the time one sees more with a little less patience.
        beckon_client.LONGEST_DELAY = 2.0

    async def all(self) -> None:
        async with self.server:
            crowd = self.crowd = Crowd(self.server.url, self.options.seed, self.options.calls,
                                       self.options.minutes * 60,
                                       {user: token(user) for user in USERS})
            for device in crowd.devices():
                await device.start()
                await device.request("ping")
            start = time.monotonic()
            for person in crowd.people:
                crowd.spawn(person.live())
            try:
                await Killer(self.server, crowd).kill_again_and_again()
                crowd.count["seconds"] = round(time.monotonic() - start)
                await self.wait_until_quiet()
                await self.look_around()
            finally:  # what was seen so far says why it went wrong
                for device in crowd.devices():
                    await device.stop()
                self.oracle = Oracle(crowd)
                self.oracle.judge()
        HistoryOracle(self.oracle, self.histories).judge()

    async def wait_until_quiet(self) -> None:
        """Nobody does anything any more, no call is left, and every device has heard all of it."""
        crowd = self.crowd
        end = time.monotonic() + QUIET
        while crowd.work() and time.monotonic() < end:
            await asyncio.wait(crowd.work(), timeout=end - time.monotonic())
        for person in crowd.people:
            while (await self.visit(person))["calls"] and time.monotonic() < end:
                await asyncio.sleep(0.5)
        async with asyncio.timeout(QUIET):
            for device in crowd.devices():
                await device.request("ping")

    async def visit(self, person: Person) -> Frame:
        """Returns: what a new device of theirs is told."""
        async with Client(self.crowd.url, person.token, "visitor") as client:
            hello = await client.events.get()
            await client.bye()
        return hello

    async def look_around(self) -> None:
        """A new device of everybody: what it is told, and what the others see of them."""
        for person in self.crowd.people:
            self.hellos[person.user] = await self.visit(person)
            async with Client(self.crowd.url, person.token, "reader") as client:
                self.histories[person.user] = await self.read_history(client)
                await client.bye()
        observer = self.crowd.people[0]
        async with Client(self.crowd.url, observer.token, "observer") as client:
            await client.request("presence.watch", users=USERS)
            while len(self.presence) < len(USERS):
                event = await asyncio.wait_for(client.events.get(), harness.LIMIT)
                if event.get("type") == "presence.changed":
                    self.presence[event["user"]] = event["state"]

    async def read_history(self, client: Client) -> list[Frame]:
        lines: list[Frame] = []
        more: dict[str, int] = {}
        while calls := (await client.request("history.list", limit=100, **more))["calls"]:
            lines += calls
            more = {"before": calls[-1]["started"]}
        return lines


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("schema")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=5)
    return parser.parse_args()


OPTIONS = parse()
RUN = Run(OPTIONS)


def nothing(kind: str) -> None:
    assert RUN.oracle or kind == "frames", "nobody has looked"
    wrongs = RUN.crowd.wrongs[kind]
    assert not wrongs, f"seed {OPTIONS.seed}: {len(wrongs)} times\n" + "\n".join(wrongs[:SHOWN])


def test_calls_are_made_while_the_server_is_killed() -> None:
    print(f"# seed {OPTIONS.seed}")
    asyncio.run(RUN.all())
    count = RUN.crowd.count
    print("#", ", ".join(f"{count[what]} {what}" for what in sorted(count)))
    assert RUN.crowd.reached(), f"no more in {OPTIONS.minutes} minutes: {count}"
    for what in "cuts", "resumes", "repeated requests", "events sent again", "merged", "crashes":
        assert count[what] > 0, f"no {what}"


def test_every_frame_is_as_it_should_be() -> None:
    nothing("frames")


def test_nothing_is_lost() -> None:
    nothing("lost")


def test_nothing_happens_twice() -> None:
    nothing("twice")


def test_everybody_has_seen_the_same() -> None:
    nothing("agree")


def test_histories_tell_what_happened() -> None:
    nothing("history")


def test_missed_calls_are_counted() -> None:
    assert RUN.oracle, "nobody has looked"
    for log in RUN.crowd.logs:
        missed = sum(line["outcome"] == "missed" for line in RUN.histories[log.user])
        assert RUN.hellos[log.user]["missed"] == missed, (log.user, missed, RUN.hellos[log.user])
        told = [frame.get("missed", frame.get("count")) for frame in log.told
                if "session" in frame or frame["type"] == "history.missed"]
        if log.crashed_at is None:
            assert told[-1] == missed, f"{log} was told {told}, {missed} were missed"


def test_nobody_is_left_in_a_call() -> None:
    assert len(RUN.hellos) == len(USERS)
    for user, hello in RUN.hellos.items():
        assert hello["calls"] == [], (user, hello["calls"])
    assert set(RUN.presence.values()) == {"online"}, RUN.presence


if __name__ == "__main__":
    tap.run(test_calls_are_made_while_the_server_is_killed, test_every_frame_is_as_it_should_be,
            test_nothing_is_lost, test_nothing_happens_twice, test_everybody_has_seen_the_same,
            test_histories_tell_what_happened, test_missed_calls_are_counted,
            test_nobody_is_left_in_a_call, limit=OPTIONS.minutes * 60 + 3 * QUIET)
