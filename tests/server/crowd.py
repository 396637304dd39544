# SPDX-License-Identifier: GPL-3.0-or-later
"""A crowd of people who call each other at random, over connections that break at random.

What somebody decides is drawn from a generator of their own – one for each person, and one for
each call and each device that it rings – which is seeded with the seed of the run and a name. So a
second run with the same seed has the same decisions, in whatever order the server hears of them.
"""
from __future__ import annotations

import asyncio
import collections
import json
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import websockets.frames

import harness
from beckon_client import Client, Frame, Refused, SessionLost

CUT_SENDING, CUT_RECEIVING = 0.012, 0.004  # how likely a frame is the last of its connection
KILLS_PER_CALL = 0.06
PATIENCE = 20.0  # seconds: longer than it rings


class Request:
    """What was asked, and what was answered, if it was."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.kind: str = frame["type"]
        self.sent_at = time.monotonic()
        self.answered_at = 0.0
        self.reply: Frame | None = None

    def ok(self, *kinds: str) -> bool:
        return self.kind in kinds and self.reply is not None and self.reply["ok"]


class Log:
    """One session of one device: everything that it sent and was told."""

    def __init__(self, crowd: Crowd, user: str, device: str) -> None:
        self.crowd, self.user, self.device = crowd, user, device
        self.session: str | None = None
        self.began = 0.0
        self.crashed_at: float | None = None  # when its device forgot it
        self.requests: dict[int, Request] = {}
        self.events: list[Frame] = []
        self.hellos: list[tuple[float, Frame]] = []  # when it said hello, and the reply
        self.said_hello_at = 0.0
        self.told: list[Frame] = []  # replies to hello and events, as they came
        self.again = False  # what comes now was sent before the connection broke
        self.number: collections.Counter[tuple[str, str]] = collections.Counter()

    def __str__(self) -> str:
        return f"{self.device}/{self.session}"

    def was_there(self, moment: float) -> bool:
        """Whether it had begun by then, and has never been forgotten: then it was told all."""
        return 0 < self.began < moment and self.crashed_at is None

    def wrong(self, text: str) -> None:
        self.crowd.wrong("frames", f"{self}: {text}")

    def is_news(self, frame: Frame) -> bool:
        """Whether it says that something was done, which has to stay so."""
        return "seq" in frame or (frame["ok"] and "session" not in frame and
                                  self.requests[frame["re"]].kind != "ping")

    def check(self, name: str, frame: Frame) -> None:
        try:
            harness.check(name, frame)
        except AssertionError as error:
            self.wrong(str(error))

    def sent(self, frame: Frame) -> None:
        if frame.get("type") == "hello":
            self.said_hello_at = time.monotonic()
        elif frame.get("id") in self.requests:
            self.crowd.count["repeated requests"] += 1
        elif "id" in frame:
            self.requests[frame["id"]] = Request(frame)

    def received(self, frame: Frame) -> None:
        if "seq" in frame:
            self.check(f"event.{frame['type']}", frame)
            if frame["seq"] != len(self.events) + 1:
                self.wrong(f"event {frame['seq']} came after {len(self.events)}")
            self.crowd.count["events sent again"] += self.again
            self.events.append(frame)
            self.told.append(frame)
        elif "session" in frame:
            self._greeted(frame)
        else:
            self._answered(frame)

    def _greeted(self, frame: Frame) -> None:
        self.check("reply.hello", frame)
        if (frame["resumed"], frame["session"]) != (self.session is not None,
                                                    self.session or frame["session"]):
            self.wrong(f"said hello, and got {frame['session']}, resumed {frame['resumed']}")
        self.crowd.count["resumes"] += frame["resumed"]
        self.again = frame["resumed"]
        self.session = frame["session"]
        self.hellos.append((self.said_hello_at, frame))
        self.began = self.began or time.monotonic()
        self.told.append(frame)

    def _answered(self, frame: Frame) -> None:
        request = self.requests.get(frame["re"])
        self.again = False
        if request is None or request.reply is not None:
            self.wrong(f"was answered once too often: {frame}")
            return
        self.check(f"reply.{request.kind}" if frame["ok"] else "reply.error", frame)
        request.reply = frame
        request.answered_at = time.monotonic()


class Talk:
    """A call as a device sees it."""

    def __init__(self, call: str) -> None:
        self.call = call
        self.people: set[str] = set()
        self.label = ""
        self.over = asyncio.Event()
        self.answered = asyncio.Event()  # or over

    async def is_over(self, limit: float) -> bool:
        """Waits for that, but no longer than somebody has patience."""
        try:
            await asyncio.wait_for(self.over.wait(), limit)
        except asyncio.TimeoutError:
            pass
        return self.over.is_set()


class Device:
    """A device that never gives up, until its program crashes and is started anew."""

    def __init__(self, person: Person, name: str) -> None:
        self.person, self.name, self.crowd = person, name, person.crowd
        self.cuts = self.crowd.rng("cuts", person.user, name)
        self.talks: dict[str, Talk] = {}

    async def start(self) -> None:
        self.talks = {}
        self.log = Log(self.crowd, self.person.user, self.name)
        self.crowd.logs.append(self.log)
        self.client = Client(self.crowd.url, self.person.token, self.name, watch=self.watch)
        await self.client.__aenter__()
        self.listener = self.crowd.spawn(self.listen(self.client))

    async def start_anew(self) -> None:
        """Its session goes on until the server hears of the new one; it has forgotten it."""
        if self.log.crashed_at is not None:
            return  # it is just being started
        self.crowd.count["crashes"] += 1
        self.log.crashed_at = time.monotonic()
        for talk in self.talks.values():
            talk.over.set()
            talk.answered.set()
        await self.stop()
        await asyncio.sleep(self.cuts.uniform(0.0, 1.5))
        await self.start()

    async def stop(self) -> None:
        self.listener.cancel()
        await self.client.__aexit__()

    def talk(self, call: str) -> Talk:
        return self.talks.setdefault(call, Talk(call))

    async def request(self, kind: str, **members: Any) -> Frame:
        return await self.client.request(kind, **members)

    def watch(self, way: str, frame: Frame) -> None:
        """Writes down what comes and goes; some of it is the last that the connection carries."""
        if way == "←":
            self.log.received(frame)
            if self.crowd.trap is not None and self.log.is_news(frame):
                self.crowd.trap()
                self.crowd.trap = None
            if self.cuts.random() < CUT_RECEIVING:
                self.cut()
            return
        self.log.sent(frame)
        if self.cuts.random() < CUT_SENDING:
            how = self.cuts.random()
            if how < 0.3:
                self.cut()  # it does not arrive
            elif how < 0.6:
                self.send_part(frame)
            else:
                asyncio.get_running_loop().call_soon(self.cut)  # it arrives, its answer does not

    def cut(self) -> None:
        assert self.client.socket is not None
        self.crowd.count["cuts"] += 1
        self.client.socket.transport.abort()

    def send_part(self, frame: Frame) -> None:
        assert self.client.socket is not None
        text = json.dumps(frame).encode()
        raw = websockets.frames.Frame(websockets.frames.OP_TEXT, text).serialize(mask=True)
        self.client.socket.transport.write(raw[:self.cuts.randrange(1, len(raw))])
        self.cut()

    async def listen(self, client: Client) -> None:
        while True:
            frame = await client.events.get()
            if "session" in frame:
                if not frame["resumed"]:
                    self.find_calls(frame)
            elif "call" in frame:
                self.hear(frame)

    def find_calls(self, hello: Frame) -> None:
        """A device that crashed in a call joins it again; what rings it is told anyway."""
        for entry in hello["calls"]:
            if entry["state"] == "accepted" and entry["device"] == self.name:
                talk = self.talk(entry["call"])
                talk.label = entry.get("data", "")
                talk.people |= {member["id"] for member in entry["members"]}
                self.crowd.spawn(self.person.join(self, talk))

    def hear(self, event: Frame) -> None:
        talk = self.talk(event["call"])
        kind = event["type"].removeprefix("call.")
        if kind == "received":
            talk.label = event["data"]
            talk.people |= {member["id"] for member in event["members"]}
            # The caller may have crashed, and never say whom they invited.
            self.crowd.invited[talk.call] |= {self.person.user, *talk.people}
            self.crowd.spawn(self.person.answer(self, talk, event["from"]["id"]))
        elif kind == "added":
            talk.people |= {user["id"] for user in event["users"]}
        elif kind == "accepted":
            talk.people.add(event["user"])
            talk.answered.set()
        elif kind in ("ended", "cancelled", "timeout", "answered-elsewhere"):
            talk.over.set()
            talk.answered.set()


class Person:
    """Somebody with one device or two, who calls people and answers them."""

    def __init__(self, crowd: Crowd, user: str, token: str, devices: int) -> None:
        self.crowd, self.user, self.token = crowd, user, token
        self.busy = 0
        self.dropped: set[str] = set()  # labels of calls of which the ringing has crashed a device
        self.devices = [Device(self, f"{user}-{number}") for number in range(devices)]

    async def live(self) -> None:
        rng = self.crowd.rng(self.user)
        number = 0
        while not self.crowd.enough():
            await asyncio.sleep(rng.uniform(0.0, 0.5))
            if self.busy and rng.random() < 0.9:
                continue
            number += 1
            await self.call(f"{self.user}.{number}")
            if rng.random() < 0.01:
                await rng.choice(self.devices).start_anew()

    async def call(self, label: str, whom: Person | None = None) -> None:
        """Invites @whom, or somebody at random, and stays until there is no call any more."""
        rng = self.crowd.rng(label)
        device = rng.choice(self.devices)
        people = rng.sample(self.crowd.others(self), rng.choices((1, 2, 3), (70, 20, 10))[0])
        if whom is not None:
            people = [whom]
        elif len(people) == 1 and rng.random() < 0.15:
            self.crowd.spawn(people[0].call(label + ".glare", self))
        self.busy += 1
        try:
            reply = await device.request("call.invite", invitees=[person.user for person in people],
                                         media=rng.choice(("voice", "video")),
                                         timeout=rng.choice((1, 2, 5)), data=label)
            talk = device.talk(reply["call"])
            talk.label = label
            talk.people |= {member["id"] for member in reply["members"]}
            self.crowd.invited[talk.call] |= talk.people
            if reply.get("merged"):
                self.crowd.count["merged"] += 1
            else:
                self.crowd.count["calls"] += 1
                await self.wait_for_answer(device, talk, rng)
            await self.take_part(device, talk, rng, caller=not reply.get("merged"))
        except (Refused, SessionLost):
            pass  # the oracle knows whether it was right
        finally:
            self.busy -= 1

    async def wait_for_answer(self, device: Device, talk: Talk, rng: random.Random) -> None:
        """As long as it rings one may send offers; some have little patience, and hang up."""
        patience = rng.choice((rng.uniform(0.0, 0.8), rng.uniform(0.0, 4.0), PATIENCE))
        if rng.random() < 0.6:
            await self.send_signals(device, talk, rng)
        try:
            await asyncio.wait_for(talk.answered.wait(), patience)
        except asyncio.TimeoutError:
            try:
                how = rng.choice(("call.cancel", "call.cancel", "call.leave", "call.end"))
                await device.request(how, call=talk.call,
                                     **({"reason": "hung-up"} if how == "call.leave" else {}))
            except Refused:
                pass

    async def take_part(self, device: Device, talk: Talk, rng: random.Random,
                        caller: bool = False) -> None:
        """Is in the call, and leaves it sooner or later."""
        for _ in range(rng.randrange(5)):
            if await talk.is_over(rng.uniform(0.0, 0.4)):
                return
            what = rng.random()
            try:
                if what < 0.6:
                    await self.send_signals(device, talk, rng)
                elif what < 0.75:
                    await self.add(device, talk, rng)
                elif what < 0.85:
                    await device.request("call.cancel", call=talk.call,
                                         invitees=[rng.choice(sorted(talk.people))])
                elif what < 0.9 and len(self.devices) > 1:
                    device, talk = await self.move(device, talk)
                elif what > 0.98:
                    await device.start_anew()
            except Refused:
                pass
        if not await talk.is_over(rng.uniform(0.0, 0.5)):
            if caller and rng.random() < 0.4:
                await device.request("call.end", call=talk.call)
            else:
                await device.request("call.leave", call=talk.call,
                                     reason=rng.choice(("hung-up", "media-failed", "quit")))

    async def enter(self, device: Device, talk: Talk) -> None:
        """What was answered elsewhere, or moved from here, before the reply is this device's again."""
        await device.request("call.join", call=talk.call)
        talk.over.clear()

    async def move(self, device: Device, talk: Talk) -> tuple[Device, Talk]:
        """To the other device. Returns: where it goes on, also when that is not known."""
        other = next(each for each in self.devices if each is not device)
        there = other.talk(talk.call)
        there.label = talk.label
        there.people |= talk.people
        try:
            await self.enter(other, there)
        except SessionLost:
            return device, talk
        return other, there

    async def join(self, device: Device, talk: Talk) -> None:
        self.busy += 1
        try:
            await self.enter(device, talk)
            await self.take_part(device, talk, self.crowd.rng("join", talk.label, device.name))
        except (Refused, SessionLost):
            pass
        finally:
            self.busy -= 1

    async def answer(self, device: Device, talk: Talk, caller: str) -> None:
        """Accepts, rejects, or lets it ring; sometimes too late."""
        rng = self.crowd.rng("answer", talk.label, device.name)
        what = rng.random()
        try:
            if rng.random() < 0.05 and talk.label not in self.dropped:
                self.dropped.add(talk.label)
                await asyncio.sleep(rng.uniform(0.0, 0.6))
                await device.start_anew()  # it will ring again
                return
            if rng.random() < 0.2:
                await self.send_signals(device, talk, rng, caller)
            if await talk.is_over(rng.uniform(0.0, 0.4)) and rng.random() < 0.7:
                return
            if what < 0.25:
                return
            if what < 0.4:
                await device.request("call.reject", call=talk.call,
                                     reason=rng.choice(("declined", "busy", "unavailable")))
                return
            reply = await device.request("call.accept", call=talk.call)
        except (Refused, SessionLost):
            return
        talk.people |= {member["id"] for member in reply["members"]}
        self.busy += 1
        try:
            await self.take_part(device, talk, rng)
        except (Refused, SessionLost):
            pass
        finally:
            self.busy -= 1

    async def add(self, device: Device, talk: Talk, rng: random.Random) -> None:
        """Invites somebody who was not invited to this call before: each has one outcome."""
        free = [person.user for person in self.crowd.others(self)
                if person.user not in self.crowd.invited[talk.call]]
        if not free:
            return
        user = rng.choice(free)
        self.crowd.invited[talk.call].add(user)
        talk.people.add(user)
        await device.request("call.add", call=talk.call, invitees=[user],
                             timeout=rng.choice((1, 2, 20)), data=f"{talk.label}+{user}")

    async def send_signals(self, device: Device, talk: Talk, rng: random.Random,
                           to: str = "") -> None:
        """A few at once, each with the next number of this session, call and addressee."""
        to = to or rng.choice(sorted(talk.people - {self.user}))
        log = device.log
        requests = []
        for _ in range(rng.randint(1, 4)):
            log.number[talk.call, to] += 1
            payload = {"session": log.session, "number": log.number[talk.call, to]}
            requests.append(device.request("signal.send", call=talk.call, to={"user": to},
                                           payload=payload))
        for result in await asyncio.gather(*requests, return_exceptions=True):
            if isinstance(result, SessionLost):
                raise result


class Crowd:
    """All of them, and what they have seen."""

    def __init__(self, url: str, seed: int, calls: int, seconds: float,
                 tokens: dict[str, str]) -> None:
        self.url, self.seed, self.calls = url, seed, calls
        self.until = time.monotonic() + seconds
        self.logs: list[Log] = []
        self.count: collections.Counter[str] = collections.Counter()
        self.trap: Callable[[], None] | None = None  # called when somebody hears something new
        self.wrongs: dict[str, list[str]] = collections.defaultdict(list)
        self.invited: dict[str, set[str]] = collections.defaultdict(set)
        self.tasks: set[asyncio.Task[None]] = set()
        self.people = [Person(self, user, token, 2 if number % 3 == 0 else 1)
                       for number, (user, token) in enumerate(tokens.items())]

    def rng(self, *name: str) -> random.Random:
        return random.Random(f"{self.seed} {' '.join(name)}")

    def wrong(self, what: str, text: str) -> None:
        self.wrongs[what].append(text)

    def reached(self) -> bool:
        return self.count["calls"] >= self.calls and \
            self.count["kills"] >= self.calls * KILLS_PER_CALL

    def enough(self) -> bool:
        return self.reached() or time.monotonic() > self.until

    def others(self, person: Person) -> list[Person]:
        return [other for other in self.people if other is not person]

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.wrong("frames", f"{task.get_coro()}: {task.exception()!r}")

    def work(self) -> set[asyncio.Task[None]]:
        """What somebody is doing, besides listening."""
        return self.tasks - {device.listener for device in self.devices()}

    def devices(self) -> list[Device]:
        return [device for person in self.people for device in person.devices]
