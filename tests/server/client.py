# SPDX-License-Identifier: GPL-3.0-or-later
"""A device that speaks docs/protocol.md, for the tests of this folder. Whatever it is sent is checked
against the schema."""
import asyncio
import functools
import itertools
import json
import sys

import jsonschema
import websockets

SCHEMA = sys.argv[2]
CHECKED = 300  # events of a session; the test with 10 000 of one kind would take its time
LIMIT = 10  # seconds: nothing that is awaited takes so long, not even under a sanitizer

with open(SCHEMA, encoding="utf-8") as _file:
    _DEFS = json.load(_file).get("$defs")


@functools.lru_cache(maxsize=None)
def _validator(name):
    return jsonschema.Draft202012Validator({"$defs": _DEFS, "$ref": f"#/$defs/{name}"})


def check(name, frame):
    """@frame is what the schema says about @name, as "event.call.ended"."""
    error = jsonschema.exceptions.best_match(_validator(name).iter_errors(frame))
    assert error is None, f"{name}: {error.message} in {json.dumps(frame)}"


class Connection:
    """One WebSocket; hands what it reads to @take."""

    def __init__(self, socket, take):
        self.socket = socket
        self.close_code = None
        self.failure = None
        self.reader = asyncio.create_task(self._read(take))

    async def _read(self, take):
        try:
            while True:
                await take(self, json.loads(await self.socket.recv()))
        except websockets.ConnectionClosed:
            self.close_code = self.socket.close_code
        except BaseException as error:  # pylint: disable=broad-except
            self.failure = error
        await take(self, None)

    async def send(self, frame):
        try:
            await self.socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
        except websockets.ConnectionClosed:
            pass  # who waits for an answer learns it

    async def closed(self, limit=LIMIT):
        """Returns: the code with which the server closed."""
        await asyncio.wait_for(asyncio.shield(self.reader), limit)
        if self.failure:
            raise self.failure
        return self.close_code

    async def close(self):
        if not self.reader.done():
            await self.socket.close()
        await self.closed()


class Client:
    """A device and its session, over all their connections. Events wait in @events until somebody
    asks for them; requests without a reply are sent again when the session goes on."""

    def __init__(self, server, socket):
        self.server = server
        self.user = self.device = self.token = self.welcome = self.session = None
        self.ring = None  # what hello says of it
        self.auto_ack = True
        self.events = []
        self.seq = 0
        self.connection = Connection(socket, self._take)
        self._ids = itertools.count(1)
        self._asked = {}  # id → (type, frame, future)
        self._greeting = None
        self.deaf = False  # until it reconnects: what comes is not read
        self._lost = {}  # id → future of a reply that is not read
        self._news = asyncio.Condition()

    # what comes in

    async def _take(self, connection, frame):
        if connection is not self.connection:
            return  # what comes on one that is given up comes again on the newer one
        if frame and self.deaf:
            if frame.get("re") in self._lost:
                self._lost.pop(frame["re"]).set_result(frame)
            return
        if frame and "re" in frame:
            self._take_reply(frame)
            return
        if frame:
            await self._take_event(frame)
        async with self._news:
            self._news.notify_all()

    def _take_reply(self, frame):
        if self._greeting and not self._greeting.done():
            check("reply.hello" if frame["ok"] else "reply.error", frame)
            if frame["ok"] and not frame["resumed"]:
                self._begin()
            self._greeting.set_result(frame)
            return
        kind, _, future = self._asked.pop(frame["re"])
        if kind:
            check(f"reply.{kind}" if frame["ok"] else "reply.error", frame)
        if not future.done():  # nobody waits any more
            future.set_result(frame)

    def _begin(self):
        """A new session: everything begins anew."""
        for _, _, future in self._asked.values():
            if not future.done():
                future.set_exception(ConnectionError("its session is gone"))
                future.exception()  # looked at, should nobody wait for it
        self._asked.clear()
        self._ids = itertools.count(1)
        self.seq = 0

    async def _take_event(self, frame):
        self.seq += 1
        if self.seq <= CHECKED:
            check(f"event.{frame['type']}", frame)
        assert frame["seq"] == self.seq, f"event {frame['seq']} came as number {self.seq}"
        self.events.append(frame)
        if self.auto_ack:
            await self.ack()

    # what goes out

    async def ack(self, seq=None):
        await self.send({"ack": self.seq if seq is None else seq})

    async def send(self, frame):
        await self.connection.send(frame)

    def expect(self, kind=None, number=None, frame=None):
        """For a request that is written by hand: its id, and the future of its reply. Without @kind
        the reply is not checked."""
        number = number or next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._asked[number] = kind, frame, future
        return number, future

    async def start(self, kind, **fields):
        """Sends a request; returns the future of its reply."""
        number = next(self._ids)
        frame = {"id": number, "type": kind, **fields}
        _, future = self.expect(kind, number, frame)
        await self.send(frame)
        return future

    async def reply(self, future, limit=LIMIT):
        """Waits for a reply, or until the connection is over."""
        await asyncio.wait({future, self.connection.reader}, timeout=limit,
                           return_when=asyncio.FIRST_COMPLETED)
        if self.connection.failure:
            raise self.connection.failure
        if future.done():
            return future.result()
        if self.connection.reader.done():
            raise ConnectionError(f"{self.user}: closed with {self.connection.close_code}")
        raise AssertionError(f"{self.user} has no reply")

    async def ask(self, kind, **fields):
        """Returns: the reply, whatever it says."""
        return await self.reply(await self.start(kind, **fields))

    async def request(self, kind, **fields):
        reply = await self.ask(kind, **fields)
        assert reply["ok"], f"{kind}: {reply['error']}"
        return reply

    async def refused(self, code, kind, **fields):
        """Returns: the error, which has to be @code."""
        reply = await self.ask(kind, **fields)
        assert not reply["ok"], f"{kind} was not refused: {reply}"
        assert reply["error"]["code"] == code, f"{kind}: {reply['error']} instead of {code}"
        return reply["error"]

    async def lose(self, kind, **fields):
        """Sends a request; when the server has answered it the connection breaks, and nothing that
        came since then was read. Returns: the reply that was lost, and the future of the one that
        comes after resume()."""
        number = next(self._ids)
        frame = {"id": number, "type": kind, **fields}
        _, future = self.expect(kind, number, frame)
        self.deaf = True
        self._lost[number] = asyncio.get_running_loop().create_future()
        await self.send(frame)
        reply = await self.reply(self._lost[number])
        await self.cut()
        return reply, future

    # connections

    async def greet(self, **fields):
        """Says hello on the connection there is. Returns: the reply, whatever it says."""
        device = {"id": self.device, "name": f"{self.user} at {self.device}"}
        if self.ring is not None:
            device["ring"] = self.ring
        self._greeting = asyncio.get_running_loop().create_future()
        await self.send({"id": 1, "type": "hello", "token": self.token, "device": device, **fields})
        reply = await self.reply(self._greeting)
        if reply["ok"]:
            self.welcome, self.session = reply, reply["session"]
        return reply

    async def hello(self, user, device, token, **fields):
        self.user, self.device, self.token = user, device, token
        reply = await self.greet(**fields)
        assert reply["ok"], reply["error"]

    async def reconnect(self):
        """A new connection, whatever becomes of the older one; it has not said hello."""
        self.connection = Connection(await self.server.connect(), self._take)
        self.deaf = False

    async def resume(self, seq=None, again=True):
        """A new connection on which the session goes on from @seq, the last event that came.
        Requests without a reply are sent again. Returns: whether it does go on."""
        await self.reconnect()
        if seq is not None:
            self.seq = seq
        reply = await self.greet(resume={"session": self.session, "seq": self.seq})
        assert reply["ok"], reply["error"]
        for _, frame, _ in list(self._asked.values()) if again else ():
            await self.send(frame)
        return reply["resumed"]

    async def cut(self):
        """The cable is pulled: the server sees the connection break, without a goodbye."""
        self.connection.socket.transport.abort()
        await self.connection.closed()

    async def closed(self, limit=LIMIT):
        """Returns: the code with which the server closed."""
        return await self.connection.closed(limit)

    async def close(self):
        await self.connection.close()

    async def leave(self):
        """Says goodbye: when this returns the server knows that the device is gone."""
        await self.request("bye")
        await self.closed()

    # events

    def _find(self, kind, match):
        for event in self.events:
            if event["type"] == kind and all(event.get(key) == match[key] for key in match):
                self.events.remove(event)
                return event
        return None

    async def event(self, kind, limit=LIMIT, **match):
        """Waits for an event and takes it out of the list."""
        found = None

        def ready():
            nonlocal found
            found = self._find(kind, match)
            return found or self.connection.reader.done()

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(ready), limit)
            except asyncio.TimeoutError:
                pass
        if found:
            return found
        if self.connection.failure:
            raise self.connection.failure
        raise AssertionError(f"{self.user} has no {kind} {match or ''} but {self.events}; "
                             f"close code {self.connection.close_code}")

    async def nothing(self, *kinds):
        """What the server has decided until now is here after a ping: none of @kinds is among it."""
        await self.request("ping")
        seen = [event for event in self.events if event["type"] in kinds]
        assert not seen, f"{self.user} was told {seen}"

    async def told(self, *kinds):
        """Takes out the events of @kinds, or all, that have come until now. Returns: them."""
        await self.request("ping")
        taken, left = [], []
        for event in self.events:
            (taken if not kinds or event["type"] in kinds else left).append(event)
        self.events = left
        return taken

    # calls

    async def invite(self, *people, **fields):
        """Returns: the id of the call."""
        return (await self.request("call.invite", media=fields.pop("media", "video"),
                                   invitees=[person.user for person in people], **fields))["call"]

    async def ringing(self, *people, **fields):
        """Calls them all, and it rings with them. Returns: the id of the call."""
        call = await self.invite(*people, **fields)
        for person in people:
            await person.event("call.received", call=call)
            await self.event("call.ringing", call=call, user=person.user)
        return call

    async def connect(self, *people, **fields):
        """Calls them all, and they accept. Returns: the id of the call."""
        call = await self.ringing(*people, **fields)
        for person in people:
            await person.request("call.accept", call=call)
            await self.event("call.accepted", call=call, user=person.user)
        return call

    def signal(self, to, call, payload=None, **more):
        return {"call": call, "to": {"user": to.user, **more},
                "payload": payload or {"kind": "bye", "generation": 1}}

    async def history(self, limit=100, **more):
        return (await self.request("history.list", limit=limit, **more))["calls"]
