#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong below a server: killed at each step, with a full disk, with a damaged database.

    test-faults.py SERVER SCHEMA FAULTS

FAULTS is the library of faults.c.
"""
from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import harness
import tap
from beckon_client import Client, Frame
from mortal import Mortal

FAULTS = sys.argv[3]
AT_ONCE = 4  # servers
STEPS = (50, 1000)  # that a call has at least, and at most
SIGNALS = 3
# It comes in front of AddressSanitizer, where the server is built with that.
PRELOAD = {"LD_PRELOAD": FAULTS,
           "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


class Witness(Client):
    """A client that keeps what it was told."""

    def __init__(self, server: harness.Server, token: str, device: str) -> None:
        self.told: list[Frame] = []
        self.news = asyncio.Condition()
        super().__init__(server.url, token, device, watch=self.see)

    def see(self, way: str, frame: Frame) -> None:
        if way == "→" and frame.get("type") == "hello":
            self.resuming = "resume" in frame
        elif way == "←" and "seq" in frame:
            assert frame["seq"] == self.seq + 1, f"{frame} after {self.seq}"
            self.told.append(frame)
        elif "session" in frame:
            assert frame["resumed"] == self.resuming, frame
            if not self.resuming:
                self.told.clear()

    async def event(self, kind: str) -> Frame:
        async with asyncio.timeout(harness.LIMIT):
            while (event := await self.events.get()).get("type") != kind:
                pass
        return event

    def types(self) -> list[str]:
        """But for call.offline: the other may be on their way back just then."""
        return [event["type"] for event in self.told
                if "call" in event and event["type"] != "call.offline"]

    def numbers(self) -> list[int]:
        return [event["payload"]["n"] for event in self.told if event["type"] == "signal.received"]


# Killed at every step

async def prepare(directory: str) -> dict[str, str]:
    """A database with alice and bob. Returns: their tokens."""
    async with harness.Server() as server:
        for user in "alice", "bob":
            await server.register(user)
        tokens = {user: await server.token(user) for user in ("alice", "bob")}
        server.stop()
        shutil.copytree(server.data, directory)
        server.start()
    return tokens


async def talk(alice: Witness, bob: Witness) -> str:
    """A call from the invitation to the end. Both are told what happened, once. Returns: its id."""
    call = (await alice.request("call.invite", invitees=["bob"], media="voice"))["call"]
    for sender, receiver in (alice, "bob"), (bob, "alice"):
        if sender is bob:
            await bob.event("call.received")
            await bob.request("call.accept", call=call)
        await asyncio.gather(*(sender.request("signal.send", call=call, to={"user": receiver},
                                              payload={"n": number}) for number in range(SIGNALS)))
    await alice.request("contacts.add", user="bob")
    await bob.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended")
    for person, direction in (alice, "outgoing"), (bob, "incoming"):
        await answered(person, call, direction)
        assert person.numbers() == list(range(SIGNALS)), person.told
    assert alice.types() == ["call.ringing", "call.accepted", *["signal.received"] * SIGNALS,
                             "call.left", "call.ended"], alice.told
    assert bob.types() == ["call.received", *["signal.received"] * SIGNALS], bob.told
    return call


async def answered(person: Witness, call: str, direction: str) -> None:
    """It is the only call in their history."""
    lines = (await person.request("history.list", limit=10))["calls"]
    assert [(line["call"], line["direction"], line["outcome"]) for line in lines] == \
        [(call, direction, "answered")], lines


async def die_and_revive(server: Mortal, step: int, enough: asyncio.Event) -> bool:
    """Starts a server that dies at @step, or at the latest while it is stopped when there was @enough,
    and then one that lives. Returns: FALSE: it did not."""
    healthy = server.environment
    server.environment = {**healthy, **PRELOAD, "BECKON_KILL_AT": str(step)}
    if step % 2 == 1:
        server.environment["BECKON_KILL_HALF"] = "1"
    try:
        await asyncio.to_thread(server.start)
        death = asyncio.create_task(server.death())
        waiting = asyncio.create_task(enough.wait())
        await asyncio.wait((death, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        server.process.terminate()
        await death
    except AssertionError:
        pass  # it died before it was ready
    killed = server.process.wait() == -signal.SIGKILL
    if killed:
        server.bury()
    server.environment = healthy
    await asyncio.to_thread(server.start)
    return killed


async def survives(directory: str, tokens: dict[str, str], step: int) -> bool:
    """A call with a server that dies at @step. Returns: FALSE: it has not so many steps."""
    async with Mortal() as server:
        server.kill()
        shutil.rmtree(server.data)
        shutil.copytree(directory, server.data)
        enough = asyncio.Event()
        life = asyncio.create_task(die_and_revive(server, step, enough))
        async with Witness(server, tokens["alice"], "a") as alice, \
                Witness(server, tokens["bob"], "b") as bob:
            try:
                async with asyncio.timeout(3 * harness.LIMIT):
                    call = await talk(alice, bob)
            except Exception as error:
                raise AssertionError(f"killed at step {step}: {alice.told}, {bob.told}") from error
        enough.set()
        killed = await life
        async with Witness(server, tokens["alice"], "a") as alice:
            await answered(alice, call, "outgoing")
        return killed


async def every_step() -> None:
    with tempfile.TemporaryDirectory() as directory:
        tokens = await prepare(f"{directory}/data")
        for first in range(1, STEPS[1], AT_ONCE):
            steps = range(first, first + AT_ONCE)
            died = await asyncio.gather(*(survives(f"{directory}/data", tokens, step)
                                          for step in steps))
            if not all(died):
                print(f"# {first + sum(died) - 1} steps")
                assert first > STEPS[0], "so little is no call"
                return
        raise AssertionError(f"more than {STEPS[1]} steps")


def test_killed_at_every_step() -> None:
    asyncio.run(every_step())


# Killed and started again

async def missed_calls() -> None:
    """What is told last is how many there are, whoever told it: this server, or the one before."""
    async with Mortal() as server:
        for user in "alice", "bob":
            await server.register(user)
        token = await server.token("bob")
        async with Witness(server, token, "b") as bob:
            await bob.request("ping")
        async with Witness(server, await server.token("alice"), "a") as alice:
            for restart in False, True:
                if restart:
                    server.kill()
                    server.start()
                call = (await alice.request("call.invite", invitees=["bob"], media="voice"))["call"]
                await alice.request("call.cancel", call=call)
        async with Witness(server, token, "b") as again:
            again.session, again.seq = bob.session, bob.seq
            await again.request("ping")
            counts = [event["count"] for event in again.told if event["type"] == "history.missed"]
            assert counts == [1, 2], again.told


def test_missed_calls_before_and_after_a_kill() -> None:
    asyncio.run(missed_calls())


# A full disk

async def full_disk() -> None:
    async with Mortal() as server:
        server.kill()
        full = f"{server.directory}/full"
        server.environment |= {**PRELOAD, "BECKON_DISK_FULL": full}
        server.start()
        for user in "alice", "bob":
            await server.register(user)
        async with Witness(server, await server.token("alice"), "a") as alice, \
                Witness(server, await server.token("bob"), "b") as bob:
            talker = await server.device("bob", "talker")
            call = (await alice.request("call.invite", invitees=["bob"], media="voice"))["call"]
            await bob.event("call.received")
            for told in bob, talker:
                await told.request("ping")  # that they ring is written down, too
            with open(full, "wb"):
                pass
            accepting = asyncio.create_task(bob.request("call.accept", call=call))
            await ready(server, 503)
            assert (await server.http("GET", "/healthz")).status == 200
            assert not accepting.done() and "call.accepted" not in alice.types()  # not kept yet
            await talks_too_much(talker)
            os.remove(full)
            await ready(server, 200)
            assert (await asyncio.wait_for(accepting, harness.LIMIT))["ok"]
            await alice.event("call.accepted")
            await alice.request("call.end", call=call)
            await bob.event("call.ended")
        assert server.log().count("cannot be kept") == 1, server.log()


async def talks_too_much(talker: harness.Client) -> None:
    """What waits for the disk does not fill the memory: whoever says more is closed."""
    for number in range(100, 140):
        await talker.send({"id": number, "type": "profile.set", "name": "Bob", "more": "x" * 30000})
    assert await talker.closed() == 4004


async def ready(server: Mortal, status: int) -> None:
    """Waits until /readyz says so."""
    async with asyncio.timeout(harness.LIMIT):
        while (await server.http("GET", "/readyz")).status != status:
            await asyncio.sleep(0.05)


def test_full_disk() -> None:
    asyncio.run(full_disk())


# A damaged database

@contextlib.contextmanager
def database() -> Iterator[tuple[harness.Server, str]]:
    """A server that does not run, and its file."""
    server = harness.Server()
    try:
        server.start()
        server.stop()
        yield server, f"{server.data}/beckon.sqlite"
    finally:
        if server.process:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(server.directory)


def refuses(server: harness.Server) -> None:
    """It says what is wrong, in a line, and ends."""
    done = subprocess.run(server.command(), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=harness.LIMIT, check=False)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert done.stderr.startswith("beckon-server: The database: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_damaged_files_are_refused() -> None:
    with database() as (server, path):
        with open(path, "rb") as file:
            whole = file.read()
        for damaged in (whole[:4096] + os.urandom(len(whole) - 4096), whole[:len(whole) // 2],
                        os.urandom(len(whole)), b"SQLite format 3\0" + os.urandom(4096)):
            with open(path, "wb") as file:
                file.write(damaged)
            refuses(server)


def test_a_damaged_journal_is_refused() -> None:
    with database() as (server, path), contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO journal (batch, changes) VALUES (1, x'0102030405')")
        connection.commit()
        refuses(server)


def test_nonsense_in_the_record_is_left_out() -> None:
    """A value that is none costs what it stood for, and not the server."""
    keys = ("s/S", "n/S", "e/S/1", "e/S/x", "r/S/1", "u/nobody", "c/C", "m/C/alice/0",
            "m/C/alice/99999999", "o/C", "x", "", "s", "s/", "c/C/D/E/F")
    values = (b"", b"\0", b"\xff" * 7, b"\xff" * 200, os.urandom(100))
    with database() as (server, path):
        for value in values:
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?)",
                                       [(key, value) for key in keys])
                connection.commit()
            server.start()
            server.stop()


if __name__ == "__main__":
    tap.run(test_killed_at_every_step, test_missed_calls_before_and_after_a_kill, test_full_disk,
            test_damaged_files_are_refused, test_a_damaged_journal_is_refused,
            test_nonsense_in_the_record_is_left_out, limit=240)
