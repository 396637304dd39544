# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Beckon client, written from docs/protocol.md alone and kept as an example of it.

    token = await sign_in(server, "alice", "correct horse", "Laptop")
    async with Client(server, token, "a1") as alice:
        invited = await alice.request("call.invite", invitees=["bob"], media="voice")
        print(invited["call"], await alice.events.get())

Who makes a request need not think of connections: if one breaks, the session is resumed over the
next, and what has no reply yet is sent once more. Sound and picture are none of its business.
"""
from __future__ import annotations

import asyncio
import json
import random
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import websockets
from websockets.typing import Subprotocol

Frame = dict[str, Any]
Socket = websockets.WebSocketClientProtocol

SILENCE = 15.0
FIRST_DELAY, LONGEST_DELAY = 0.2, 15.0
PROTOCOL = Subprotocol("beckon.v1")
HELLO_ID = 1  # the connection's own; the ids of a session are all higher
TOO_FAST = 4004
# No frame, replaced, token refused, token revoked, too long: to try again would not make it better.
FINAL = frozenset({4000, 4002, 4003, 4005, 1009})


class Refused(Exception):
    """The server answered with an error, of which code is a word of the protocol."""

    def __init__(self, error: Frame) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.error = error


class SessionLost(Exception):
    """The session is over, and the request may or may not have been done."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__("the session is over" if code is None else f"closed with {code}")
        self.code = code  # why it would be wrong to connect again


def _http(method: str, url: str, body: Frame | None = None, token: str | None = None) -> Frame:
    request = urllib.request.Request(url, method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)["error"]) from error


async def register(server: str, user: str, name: str, password: str) -> None:
    """Makes an account."""
    body = {"user": user, "name": name, "password": password}
    await asyncio.to_thread(_http, "POST", server + "/v1/accounts", body)


async def sign_in(server: str, user: str, password: str, device: str) -> str:
    """Returns a token; device is what its owner calls it."""
    body = {"user": user, "password": password, "device": device}
    return (await asyncio.to_thread(_http, "POST", server + "/v1/sessions", body))["token"]


async def sign_out(server: str, token: str) -> None:
    """Revokes a token."""
    await asyncio.to_thread(_http, "DELETE", server + "/v1/sessions/current", token=token)


class Client:
    """One device of one person, connected as long as it is entered.

    events holds what the server told, in order: events, and the reply to each hello. watch() is
    called with every frame, and with whether it came ("←") or went ("→").
    """

    def __init__(self, server: str, token: str, device: str, name: str = "Example",
                 watch: Callable[[str, Frame], None] | None = None) -> None:
        self.url = server.replace("http", "ws", 1) + "/v1/signal"
        self.token = token
        self.device: Frame = {"id": device, "name": name}
        self.watch = watch
        self.events: asyncio.Queue[Frame] = asyncio.Queue()
        self.session: str | None = None
        self.seq = 0
        self.socket: Socket | None = None
        self._id = HELLO_ID
        self._pause = 0.0  # that the server asked for
        self._unanswered: dict[int, tuple[Frame, asyncio.Future[Frame]]] = {}
        self._outbox: asyncio.Queue[Frame] | None = None  # while a connection has said hello
        self._life: asyncio.Task[None] | None = None
        self._leaving = False

    async def __aenter__(self) -> Client:
        self._life = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *unused: object) -> None:
        """Ends the connection, not the session; bye() does that."""
        assert self._life is not None
        self._leaving = True  # a connection that is being closed does not let itself be cancelled
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)

    async def request(self, kind: str, **members: Any) -> Frame:
        """Returns the reply, however many connections it takes; raises Refused or SessionLost."""
        assert self._life is not None
        if self._life.done():
            raise SessionLost
        self._id += 1
        frame = {"id": self._id, "type": kind, **members}
        reply: asyncio.Future[Frame] = asyncio.Future()
        self._unanswered[self._id] = frame, reply
        if self._outbox is not None:
            self._outbox.put_nowait(frame)
        return await reply

    async def wait(self) -> None:
        """Returns never: raises SessionLost when it would be wrong to connect again."""
        assert self._life is not None
        await asyncio.shield(self._life)

    async def bye(self) -> None:
        """Ends the session: the person is offline at once, and out of their calls."""
        await self.request("bye")
        await self.__aexit__()

    async def _live(self) -> None:
        delay = FIRST_DELAY
        try:
            while not self._leaving:
                code = 1006
                try:
                    async with websockets.connect(
                            self.url, subprotocols=[PROTOCOL], ping_interval=None,
                            close_timeout=1) as self.socket:
                        await self._say_hello(self.socket)
                        delay, self._pause = FIRST_DELAY, 0.0
                        await self._converse(self.socket)
                except websockets.ConnectionClosed as closed:
                    code = closed.rcvd.code if closed.rcvd else code
                except (OSError, EOFError, TimeoutError, websockets.InvalidHandshake):
                    pass  # there is no server now
                if code in FINAL:
                    raise SessionLost(code)
                delay = LONGEST_DELAY if code == TOO_FAST else delay
                await asyncio.sleep(max(delay, self._pause) * random.uniform(0.8, 1.2))
                delay = min(2 * delay, LONGEST_DELAY)
        finally:
            self._lose_requests()

    async def _say_hello(self, socket: Socket) -> None:
        hello: Frame = {"id": HELLO_ID, "type": "hello", "token": self.token, "device": self.device}
        if self.session is not None:
            hello["resume"] = {"session": self.session, "seq": self.seq}
        await self._send(socket, hello)
        async with asyncio.timeout(SILENCE):
            reply = await self._receive(socket)
        if not reply["ok"]:
            await socket.recv()  # nothing but the close code, which says what to do
        if not reply["resumed"]:
            if self.session is not None:
                self._lose_requests()
            self.session, self.seq = reply["session"], 0
        self.events.put_nowait(reply)

    async def _converse(self, socket: Socket) -> None:
        self._outbox = asyncio.Queue()
        for frame, _ in self._unanswered.values():
            self._outbox.put_nowait(frame)
        writer = asyncio.create_task(self._write(socket, self._outbox))
        try:
            await self._read(socket, self._outbox)
        finally:
            self._outbox = None
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, socket: Socket, outbox: asyncio.Queue[Frame]) -> None:
        while True:
            await self._send(socket, await outbox.get())

    async def _read(self, socket: Socket, outbox: asyncio.Queue[Frame]) -> None:
        pings = 0
        while True:
            try:
                async with asyncio.timeout(SILENCE):
                    frame = await self._receive(socket)
            except TimeoutError:
                if pings == 2:
                    return
                pings += 1
                self._id += 1
                outbox.put_nowait({"id": self._id, "type": "ping"})
            else:
                pings = 0
                self._take(frame, outbox)

    def _take(self, frame: Frame, outbox: asyncio.Queue[Frame]) -> None:
        if "seq" in frame:
            if frame["seq"] > self.seq:
                self.seq = frame["seq"]
                self.events.put_nowait(frame)
            if frame["type"] == "session.closing":
                self._pause = frame.get("reconnect_after", 0.0)
            outbox.put_nowait({"ack": self.seq})
            return
        _, reply = self._unanswered.pop(frame["re"], ({}, None))
        if reply is None or reply.done():
            return  # to a ping, or nobody waits for it any more
        if frame["ok"]:
            reply.set_result(frame)
        else:
            reply.set_exception(Refused(frame["error"]))

    def _lose_requests(self) -> None:
        for _, reply in self._unanswered.values():
            if not reply.done():
                reply.set_exception(SessionLost())
        self._unanswered.clear()

    async def _send(self, socket: Socket, frame: Frame) -> None:
        if self.watch is not None:
            self.watch("→", frame)
        await socket.send(json.dumps(frame))

    async def _receive(self, socket: Socket) -> Frame:
        frame: Frame = json.loads(await socket.recv())
        if self.watch is not None:
            self.watch("←", frame)
        return frame
