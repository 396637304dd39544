#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that somebody else might have written, beckon_client.py, with our server and our client.

    test-interop.py SERVER SCHEMA [BECKON-CALL]

What the other side says is compared with docs/protocol.md: every frame of either side with the
schema, and the order of events with the example there.
"""
from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from typing import Any
from unittest import mock

import beckon_client
import harness
import tap
from beckon_client import Client, Frame, Refused, SessionLost

PASSWORD = "correct horse"
LIMIT = 20  # seconds: nothing takes so long
NUMBERS = itertools.count(1)


class Checked:
    """Compares every frame with the schema."""

    def __init__(self) -> None:
        self.kinds: dict[int, str] = {}
        self.sent: list[Frame] = []
        self.wrong: list[str] = []

    def __call__(self, way: str, frame: Frame) -> None:
        try:
            harness.check(self.name(way, frame), frame)
        except AssertionError as error:
            self.wrong.append(str(error))

    def kinds_sent(self, kind: str) -> int:
        return sum(frame.get("type") == kind for frame in self.sent)

    def name(self, way: str, frame: Frame) -> str:
        if way == "→":
            self.sent.append(frame)
            if "type" not in frame:
                return "ack"
            self.kinds[frame["id"]] = frame["type"]
            return f"request.{frame['type']}"
        if "seq" in frame:
            return f"event.{frame['type']}"
        return f"reply.{self.kinds[frame['re']]}" if frame["ok"] else "reply.error"


class Person(Client):
    """A client whose events can be waited for."""

    def __init__(self, server: str, user: str, token: str, device: str) -> None:
        self.checked = Checked()
        super().__init__(server, token, device, f"{user}’s {device}", self.checked)
        self.user = user

    async def event(self, *kinds: str) -> Frame:
        """The next about a call or a signal; it is one of these."""
        while True:
            event = await asyncio.wait_for(self.events.get(), LIMIT)
            if event.get("type", "hello").startswith(("call.", "signal.")):
                assert event["type"] in kinds, f"{self.user} was told {event} instead of {kinds}"
                return event

    async def hello(self) -> Frame:
        """The reply to the next hello."""
        while "session" not in (frame := await asyncio.wait_for(self.events.get(), LIMIT)):
            pass
        return frame

    async def refused(self, code: str, kind: str, **members: Any) -> Frame:
        try:
            reply = await self.request(kind, **members)
        except Refused as refused:
            assert refused.code == code, refused
            return refused.error
        raise AssertionError(f"{kind} was not refused: {reply}")

    async def invite(self, *people: Person, **more: Any) -> str:
        reply = await self.request("call.invite", invitees=[person.user for person in people],
                                   media="voice", **more)
        return reply["call"]

    def cut(self) -> None:
        assert self.socket is not None
        self.socket.transport.abort()


@contextlib.asynccontextmanager
async def online(server: harness.Server, user: str, token: str,
                 device: str) -> AsyncIterator[Person]:
    async with Person(server.url, user, token, device) as person:
        yield person
    assert not person.checked.wrong, person.checked.wrong


@contextlib.asynccontextmanager
async def people(server: harness.Server, *names: str) -> AsyncIterator[list[Person]]:
    """New people, whose user ids begin with these names."""
    async with contextlib.AsyncExitStack() as stack:
        everybody = []
        for name in names:
            user = f"{name}-{next(NUMBERS)}"
            await beckon_client.register(server.url, user, name.title(), PASSWORD)
            token = await beckon_client.sign_in(server.url, user, PASSWORD, "desk")
            everybody.append(await stack.enter_async_context(online(server, user, token, "desk")))
            assert not (await everybody[-1].hello())["resumed"]
        yield everybody


async def test_the_server_hands_out_the_schema(server: harness.Server) -> None:
    def read() -> Any:
        url = server.url + "/v1/protocol.schema.json"
        with urllib.request.urlopen(url, timeout=LIMIT) as answer:
            return json.load(answer)
    with open(harness.SCHEMA, encoding="utf-8") as file:
        assert await asyncio.to_thread(read) == json.load(file)


async def test_accounts_and_tokens(server: harness.Server) -> None:
    url = server.url
    await beckon_client.register(url, "ada", "Ada", PASSWORD)
    for code, attempt in (
            ("user-exists", beckon_client.register(url, "ada", "Ada", PASSWORD)),
            ("wrong-password", beckon_client.sign_in(url, "ada", "wrong", "desk")),
            ("wrong-password", beckon_client.sign_in(url, "nobody", "x", "desk"))):
        try:
            await attempt
            raise AssertionError(f"no {code}")
        except Refused as refused:
            assert refused.code == code, refused
    token = await beckon_client.sign_in(server.url, "ada", PASSWORD, "desk")
    async with online(server, "ada", token, "desk") as ada:
        await ada.request("ping")
        await beckon_client.sign_out(server.url, token)
        assert await gives_up(ada) == 4005
    async with online(server, "ada", token, "desk") as ada:
        assert await gives_up(ada) == 4003


async def gives_up(person: Person) -> int | None:
    """Waits until a client has given up. Returns: with which code the server closed."""
    try:
        await asyncio.wait_for(person.wait(), LIMIT)
    except SessionLost as lost:
        return lost.code
    return None


async def test_a_call_as_in_the_example(server: harness.Server) -> None:
    async with people(server, "alice", "bob") as (alice, bob):
        call = await alice.invite(bob)
        payload = {"kind": "candidates-end", "generation": 1}
        await alice.request("signal.send", call=call, to={"user": bob.user}, payload=payload)
        received = await bob.event("call.received")
        assert received["call"] == call and received["from"] == {"id": alice.user, "name": "Alice"}
        offered = await bob.event("signal.received")
        assert offered["from"] == {"user": alice.user, "device": "desk"}
        assert offered["payload"] == payload
        assert (await alice.event("call.ringing"))["user"] == bob.user
        accepted = await bob.request("call.accept", call=call)
        assert [member["id"] for member in accepted["members"]] == [alice.user, bob.user]
        assert (await alice.event("call.accepted"))["device"] == "desk"
        await bob.request("signal.send", call=call, to={"user": alice.user}, payload=payload)
        assert (await alice.event("signal.received"))["from"]["user"] == bob.user
        await bob.request("call.leave", call=call, reason="hung-up")
        assert (await alice.event("call.left"))["reason"] == "hung-up"
        assert (await alice.event("call.ended"))["reason"] == "hung-up"
        for person, direction in (alice, "outgoing"), (bob, "incoming"):
            line = (await person.request("history.list", limit=1))["calls"][0]
            assert (line["call"], line["direction"]) == (call, direction), line
            assert line["outcome"] == "answered", line


async def test_invitations_that_come_to_nothing(server: harness.Server) -> None:
    async with people(server, "alice", "bob") as (alice, bob):
        call = await alice.invite(bob)
        await bob.event("call.received")
        await alice.event("call.ringing")
        await bob.request("call.reject", call=call, reason="declined")
        assert (await alice.event("call.rejected"))["reason"] == "declined"
        assert (await alice.event("call.ended"))["reason"] == "rejected"

        call = await alice.invite(bob)
        await bob.event("call.received")
        await alice.event("call.ringing")
        await alice.request("call.cancel", call=call)
        assert (await bob.event("call.cancelled"))["by"] == alice.user
        assert (await alice.event("call.ended"))["reason"] == "cancelled"
        error = await bob.refused("call-over", "call.accept", call=call)
        assert error["outcome"] == "cancelled", error

        call = await alice.invite(bob, timeout=4)
        await bob.event("call.received")
        await alice.event("call.ringing")
        assert (await bob.event("call.timeout"))["call"] == call
        assert (await alice.event("call.unanswered"))["users"] == [bob.user]
        assert (await alice.event("call.ended"))["reason"] == "unanswered"
        await bob.bye()


async def test_three_people(server: harness.Server) -> None:
    async with people(server, "alice", "bob", "carol") as (alice, bob, carol):
        call = await alice.invite(bob)
        await bob.event("call.received")
        await bob.request("call.accept", call=call)
        await bob.request("call.add", call=call, invitees=[carol.user])
        assert (await carol.event("call.received"))["from"]["id"] == bob.user
        await alice.event("call.ringing")
        await alice.event("call.accepted")
        assert [user["id"] for user in (await alice.event("call.added"))["users"]] == [carol.user]
        await bob.event("call.ringing")
        await carol.request("call.accept", call=call)
        for person in alice, bob:
            assert (await person.event("call.accepted"))["user"] == carol.user
        await alice.request("call.leave", call=call, reason="hung-up")
        await carol.request("call.leave", call=call, reason="hung-up")
        for person in alice, carol:
            assert (await bob.event("call.left"))["user"] == person.user
        await bob.event("call.ended")
        await alice.request("ping")
        assert alice.events.empty() or (await alice.events.get())["type"].startswith("history.")


async def test_events_after_a_cut(server: harness.Server) -> None:
    async with people(server, "alice", "bob") as (alice, bob):
        call = await alice.invite(bob)
        await bob.event("call.received")
        await bob.request("call.accept", call=call)
        bob.cut()
        for number in range(20):
            await alice.request("signal.send", call=call, to={"user": bob.user},
                                payload={"n": number})
        for number in range(20):
            assert (await bob.event("signal.received"))["payload"] == {"n": number}
        hellos = [frame for frame in bob.checked.sent if frame.get("type") == "hello"]
        assert len(hellos) == 2 and hellos[1]["resume"]["session"] == bob.session
        await bob.request("call.leave", call=call, reason="hung-up")


async def test_a_reply_that_was_lost(server: harness.Server) -> None:
    """It is cut behind the request; what is sent once more is not done once more."""
    async with people(server, "alice", "bob") as (alice, bob):
        inviting = asyncio.create_task(alice.invite(bob))
        await bob.event("call.received")
        alice.cut()
        await asyncio.wait_for(inviting, LIMIT)
        await alice.request("call.end", call=inviting.result())
        await bob.event("call.ended")
        assert len((await bob.request("history.list", limit=9))["calls"]) == 1

        for kind in "contacts.add", "ping":  # cut in the same turn: the server has it, or not
            asking = asyncio.create_task(alice.request(kind, user=bob.user))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(alice.cut)
            await asyncio.wait_for(asking, LIMIT)


async def test_join_after_a_crash(server: harness.Server) -> None:
    async with people(server, "alice", "bob") as (alice, bob):
        call = await alice.invite(bob)
        await bob.event("call.received")
        await bob.request("call.accept", call=call)
        await alice.event("call.ringing")
        await alice.event("call.accepted")
        async with online(server, bob.user, bob.token, "desk") as again:  # knows no session
            hello = await again.hello()
            assert not hello["resumed"]
            entry, = hello["calls"]
            assert (entry["call"], entry["state"]) == (call, "accepted"), entry
            assert entry["device"] == "desk", entry
            joined = await again.request("call.join", call=call)
            assert joined["media"] == "voice" and joined["duration"] >= 0
            assert (await alice.event("call.accepted"))["user"] == bob.user
            assert await gives_up(bob) == 4002
            await again.request("call.leave", call=call, reason="hung-up")
            await alice.event("call.left")
            await alice.event("call.ended")


async def test_a_server_that_says_nothing(server: harness.Server) -> None:
    """A connection that does not even answer pings is given up; the session is not."""
    async with people(server, "alice") as (alice,):
        session, socket = alice.session, alice.socket
        with mock.patch("beckon_client.SILENCE", 0.1):
            await alice.request("ping")  # from here on it has little patience
            while alice.checked.kinds_sent("ping") < 3:  # it asks by itself, and is answered
                await asyncio.sleep(0.05)
            assert alice.socket is socket
            server.process.send_signal(signal.SIGSTOP)
            try:
                while not socket.closed:
                    await asyncio.sleep(0.05)
            finally:
                server.process.send_signal(signal.SIGCONT)
        assert (await alice.hello())["resumed"]
        assert alice.session == session


# Our own client as the other end

class BeckonCall:
    """A beckon-call process; what it says comes line by line."""

    def __init__(self, server: harness.Server, user: str, *words: str) -> None:
        if len(sys.argv) < 4:
            raise tap.Skip("beckon-call is not built")
        self.directory = tempfile.TemporaryDirectory()
        password = os.path.join(self.directory.name, "password")
        with open(password, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        self.user = user
        self.command = [sys.argv[3], "--server", server.url, "--user", user, "--register", "--json",
                        "--password-file", password, "--audio-in", "test", "--video-in", "none",
                        *words]
        self.seen: list[Frame] = []

    async def __aenter__(self) -> BeckonCall:
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        return self

    async def __aexit__(self, *unused: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        self.directory.cleanup()

    async def says(self, name: str) -> Frame:
        assert self.process.stdout is not None
        while line := await asyncio.wait_for(self.process.stdout.readline(), LIMIT):
            self.seen.append(json.loads(line))
            if self.seen[-1]["event"] == name:
                return self.seen[-1]
        raise AssertionError(f"{self.user} did not say “{name}” but {self.seen}")


async def test_beckon_call_is_called(server: harness.Server) -> None:
    async with people(server, "alice") as (alice,), \
            BeckonCall(server, "carol-1", "answer", "--accept") as carol:
        await carol.says("connected")
        reply = await alice.request("call.invite", invitees=["carol-1"], media="voice")
        assert (await alice.event("call.ringing"))["user"] == "carol-1"
        assert (await alice.event("call.accepted"))["user"] == "carol-1"
        await alice.request("call.leave", call=reply["call"], reason="hung-up")
        await carol.says("ended")


async def test_beckon_call_rejects(server: harness.Server) -> None:
    async with people(server, "alice") as (alice,), \
            BeckonCall(server, "carol-2", "answer", "--reject") as carol:
        await carol.says("connected")
        await alice.request("call.invite", invitees=["carol-2"], media="voice")
        await alice.event("call.ringing")
        assert (await alice.event("call.rejected"))["reason"] == "declined"
        await alice.event("call.ended")
        await carol.says("ended")


async def test_beckon_call_calls(server: harness.Server) -> None:
    async with people(server, "alice") as (alice,):
        async with BeckonCall(server, "carol-3", "call", alice.user, "--voice") as carol:
            call = (await alice.event("call.received"))["call"]
            offer = (await alice.event("signal.received"))["payload"]
            harness.check("peer-signal", offer)
            assert offer["kind"] == "description" and offer["sdp"]["type"] == "offer"
            await carol.says("ringing")
            await alice.request("call.accept", call=call)
            await carol.says("accepted")
            await alice.request("call.leave", call=call, reason="hung-up")
            await carol.says("ended")


harness.run(
    test_the_server_hands_out_the_schema, test_accounts_and_tokens, test_a_call_as_in_the_example,
    test_invitations_that_come_to_nothing, test_three_people, test_events_after_a_cut,
    test_a_reply_that_was_lost, test_join_after_a_crash, test_a_server_that_says_nothing,
    test_beckon_call_is_called, test_beckon_call_rejects, test_beckon_call_calls)
