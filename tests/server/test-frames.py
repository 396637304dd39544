#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile frames, beside a call that notices nothing."""
import asyncio
import itertools
import json
import random
import re
import socket
import struct
import time
import urllib.parse

import harness

FRAME_MAX = 65536
PING = '{"id":7,"type":"ping"%s}'


def sized(size, number=7):
    """A ping of so many bytes."""
    return PING.replace("7", str(number), 1) % (',"x":"' + "x" * (size - len(PING % ',"x":""')) + '"')


# What is no frame at all: the connection is closed.
BAD_FRAMES = [
    "", " ", "\0", "{", "}", "{}", "[]", "7", '"x"', "null", "true", "nonsense", "\ufeff{}", "{}{}",
    PING % "" + "x", PING % "" + PING % "", "[" * 60000, '{"a":' * 10000, "[" * 20 + "]" * 20,
    PING % "".join(f',"x{number}":1' for number in range(255)),
    PING % (',"x":' + "[" * 16 + "]" * 16), PING % (',"x":' + '{"a":' * 12000),
    '{"id":0,"type":"ping"}', '{"id":-1,"type":"ping"}', '{"id":"7","type":"ping"}',
    '{"id":7.0,"type":"ping"}', '{"id":7.5,"type":"ping"}', '{"id":1e3,"type":"ping"}',
    '{"id":1e999,"type":"ping"}', '{"id":9007199254740993,"type":"ping"}',
    '{"id":99999999999999999999999999999,"type":"ping"}', '{"id":-9223372036854775809,"type":"ping"}',
    '{"id":null,"type":"ping"}', '{"id":true,"type":"ping"}', '{"id":[7],"type":"ping"}',
    '{"id":{},"type":"ping"}', '{"type":"ping"}', '{"ack":0}', '{"ack":-1}', '{"ack":"1"}',
    '{"ack":1.5}', '{"ack":null}', '{"ack":[]}', '{"ack":99999999999999999999}',
    '{"id":7,"type":"ping","ack":"x"}', '{"re":1,"ok":true}', '{"seq":1,"type":"call.ended"}',
    '{"id":07,"type":"ping"}', '{"id":+7,"type":"ping"}', '{"id":0x7,"type":"ping"}',
    "{'id':7,'type':'ping'}", '{id:7,"type":"ping"}', '{"id":7,"type":"ping",}',
    '{"id":7 "type":"ping"}', '{"id":7,/* */"type":"ping"}', '{"id":7,"type":"ping"} // end',
    '{"id":7,"type":"pi\0ng"}', '{"id":7,"type":"ping","x":"\\u0000"}', '{"id":7,"type":"\\ud800"}',
    '{"id":7,"type":"\\udc00\\ud800"}', '{"id":7,"type":"\\x41"}', '{"id":7,"type":"ping","x":"a\nb"}',
    '{"id":7,"type":"ping","x":NaN}', '{"id":7,"type":"ping","x":Infinity}',
    '{"id":7,"type":"ping","x":1.5}', '{"id":7,"type":"ping","x":-1e400}',
    '{"id":7,"type":"ping","x":' + "9" * 60000 + "}", sized(FRAME_MAX + 1), sized(2 * FRAME_MAX),
    sized(2 * FRAME_MAX + 1), sized(16 * FRAME_MAX),
]

# A request, but not one that makes sense: it is answered.
BAD_REQUESTS = {
    "unknown-type": [
        {"type": "no.such"}, {"type": ""}, {"type": "PING"}, {"type": "call.received"},
        {"type": "x" * 60000}, {"type": "session.closing", "reason": "x"}, {"type": "ping "}],
    "bad-request": [
        {}, {"type": 7}, {"type": None}, {"type": ["ping"]}, {"type": {"ping": 1}},
        {"type": "call.invite"}, {"type": "call.invite", "invitees": "bob", "media": "video"},
        {"type": "call.invite", "invitees": [], "media": "video"},
        {"type": "call.invite", "invitees": [7], "media": "video"},
        {"type": "call.invite", "invitees": [["bob"]], "media": "video"},
        {"type": "call.invite", "invitees": ["Bob"], "media": "video"},
        {"type": "call.invite", "invitees": ["b" * 33], "media": "video"},
        {"type": "call.invite", "invitees": ["bob"]},
        {"type": "call.invite", "invitees": ["bob"], "media": "smell"},
        {"type": "call.invite", "invitees": ["bob"], "media": 1},
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "timeout": 0},
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "timeout": 601},
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "timeout": "9"},
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "timeout": -2 ** 53},
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "data": {}},
        {"type": "call.accept"}, {"type": "call.accept", "call": 7},
        {"type": "call.accept", "call": ""}, {"type": "call.accept", "call": "x" * 65},
        {"type": "call.accept", "call": "a b"}, {"type": "call.cancel", "call": "x", "invitees": []},
        {"type": "call.reject", "call": "x"}, {"type": "call.reject", "call": "x", "reason": "bored"},
        {"type": "call.leave", "call": "x", "reason": "lost"},
        {"type": "signal.send", "call": "x", "to": "bob", "payload": {}},
        {"type": "signal.send", "call": "x", "to": {}, "payload": {}},
        {"type": "signal.send", "call": "x", "to": {"user": "bob"}, "payload": []},
        {"type": "signal.send", "call": "x", "to": {"user": "bob"}, "payload": "x"},
        {"type": "signal.send", "call": "x", "to": {"user": "bob"}},
        {"type": "signal.send", "call": "x", "to": {"user": "bob", "device": 7}, "payload": {}},
        {"type": "presence.watch", "users": {}}, {"type": "presence.watch", "users": [None]},
        {"type": "contacts.add", "user": "\u00e4"}, {"type": "profile.set", "name": "\u202e"},
        {"type": "profile.set", "name": "\u200b"}, {"type": "hello", "token": "", "device": {}},
        {"type": "hello", "token": "x"}, {"type": "hello", "token": "x", "device": {"id": "x"}}],
    "too-large": [
        {"type": "call.invite", "invitees": ["bob"], "media": "video", "data": "x" * 2049},
        {"type": "call.accept", "call": "x", "data": "\u00e4" * 1025},
        {"type": "signal.send", "call": "x", "to": {"user": "b"}, "payload": {"x": "x" * 32768}}],
    "too-many-invitees": [
        {"type": "call.invite", "invitees": ["bob"] * 10, "media": "video"},
        {"type": "call.cancel", "call": "x", "invitees": ["bob"] * 10}],
}


class Healthy:
    """Two people in a call, who talk as long as the test takes, and a third who watches."""

    def __init__(self, server):
        self.server = server
        self.heard = 0

    async def __aenter__(self):
        self.alice, self.bob, self.carol = await self.server.people("alice", "bob", "carol")
        self.call = await self.alice.connect(self.bob)
        await self.carol.request("presence.watch", users=[self.alice.user])
        await self.carol.event("presence.changed", state="in-call")
        self.talk = asyncio.create_task(self._talk())
        return self

    async def _talk(self):
        for number in itertools.count():
            await self.alice.request("signal.send",
                                     **self.alice.signal(self.bob, self.call, {"n": number}))
            assert (await self.bob.event("signal.received"))["payload"] == {"n": number}
            self.heard += 1
            await asyncio.sleep(0.01)

    async def __aexit__(self, kind, *rest):
        heard = self.heard
        if not kind:
            while self.heard < heard + 3 and not self.talk.done():
                await asyncio.sleep(0.01)
        if self.talk.done():
            self.talk.result()
        self.talk.cancel()
        await asyncio.gather(self.talk, return_exceptions=True)
        if not kind:
            for person in self.alice, self.bob, self.carol:
                await person.nothing("call.left", "call.ended", "presence.changed", "session.closing")
            await self.alice.request("call.end", call=self.call)


async def test_bad_frames(server):
    async with Healthy(server):
        eve = await server.person("eve")
        for frame in BAD_FRAMES:
            for said_hello in (True, False):
                client = (await server.device(eve.user, "lap", eve.token) if said_hello
                          else await server.socket())
                await client.send(frame)
                code = await client.closed()
                # Frames far too long are not even read to their end: the connection is reset.
                codes = (4000,) if len(frame) <= 2 * FRAME_MAX else (1009, 1006)
                assert code in codes, (frame[:80], len(frame), code)
        await eve.request("ping")


async def test_bad_requests(server):
    async with Healthy(server):
        eve = await server.person("eve")
        raw = await server.socket()
        for client in eve, raw:
            for code, requests in BAD_REQUESTS.items():
                for fields in requests:
                    reply = await reply_to(client, fields)
                    assert not reply["ok"] and reply["error"]["code"] == code, (
                        str(fields)[:80], reply)
        await eve.request("ping")


async def reply_to(client, fields):
    """Sends a request that may be without a type."""
    number, future = client.expect("error")
    await client.send({"id": number, **fields})
    return await client.reply(future)


async def test_what_is_good_after_all(server):
    """The largest frame, and members that nobody knows."""
    eve = await server.person("eve")
    for number, text in ((3, sized(FRAME_MAX, 3)), (4, PING.replace("7", "4", 1) % ',"new":{"a":[1]}'),
                         (5, PING.replace("7", "5", 1) % "".join(
                             f',"x{member}":1' for member in range(254)))):
        _, future = eve.expect("ping", number)
        await eve.send(text)
        assert (await eve.reply(future))["ok"]
    await eve.send({"ack": 2 ** 53})
    await eve.request("ping")


async def test_largest_data(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob, data="\u00e4" * 1024)
    assert (await bob.event("call.received"))["data"] == "\u00e4" * 1024
    await alice.request("call.cancel", call=call, data='"' * 2048)
    assert (await bob.event("call.cancelled"))["data"] == '"' * 2048


def handshake(server):
    """A socket on which bytes can be sent that no WebSocket library would."""
    host, port = urllib.parse.urlsplit(server.url).netloc.split(":")
    raw = socket.create_connection((host, int(port)), timeout=harness.LIMIT)
    headers = "".join(f"{key}: {value}\r\n" for key, value in harness.upgrade().items())
    raw.sendall(f"GET /v1/signal HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101"), answer
    return raw


def frame(opcode, payload, fin=True, masked=True, length=None):
    head = bytes([(0x80 if fin else 0) | opcode])
    size = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65536:
        head += bytes([mask | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mask | 127]) + struct.pack("!Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def is_closed_after(server, data):
    with handshake(server) as raw:
        try:
            raw.sendall(data)
            raw.settimeout(harness.LIMIT)
            while raw.recv(4096):
                pass
        except (ConnectionResetError, BrokenPipeError):
            pass


async def test_bad_bytes(server):
    """Not even WebSocket."""
    dice = random.Random(1)
    attacks = [
        frame(1, b"\xff\xfe\xfd"), frame(1, b'{"id":7,"type":"\xc0\x80"}'),
        frame(1, b'{"id":7,"type":"\xed\xa0\x80"}'), frame(1, b"{}", masked=False),
        frame(3, b"{}"), frame(0, b"{}"), frame(9, b"x" * 126), frame(8, b"\x00"),
        frame(8, struct.pack("!H", 1005)), frame(8, struct.pack("!H", 65535)), frame(8, b""),
        frame(1, b"", length=2 ** 63), frame(1, b"", length=2 ** 40), frame(0x41, b"{}"),
        frame(1, b"{", fin=False) + frame(1, b"}"), frame(2, b"{}"),
        frame(1, b"x" * 60000, fin=False) + frame(0, b"x" * 60000, fin=False) * 3,
    ] + [frame(8, b"") + dice.randbytes(200) for _ in range(3)]
    async with Healthy(server):
        await asyncio.gather(*(asyncio.to_thread(is_closed_after, server, attack)
                               for attack in attacks))


def memory(server):
    """Returns: the bytes that it has had at most."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"^VmHWM:\s+(\d+) kB", file.read(), re.MULTILINE)[1]) * 1024


async def test_message_without_an_end(server):
    """Fragments of a message that never ends are not kept."""
    piece = frame(0, b"x" * 60000, fin=False) * 16

    def is_cut_off():
        end = time.monotonic() + harness.LIMIT
        with handshake(server) as raw:
            try:
                raw.sendall(frame(1, b"{", fin=False))
                while time.monotonic() < end:
                    raw.sendall(piece)
            except (ConnectionResetError, BrokenPipeError):
                return True
        return False

    async with Healthy(server):
        before = memory(server)
        assert await asyncio.to_thread(is_cut_off), "it goes on and on"
        assert memory(server) < before + 2 ** 26


async def test_fragments(server):
    """A good message in many pieces, with a ping between them."""
    eve = await server.person("eve")

    async def pieces(number):
        for character in sized(1000, number):
            yield character
    for _ in range(3):
        number, future = eve.expect("ping")
        await eve.connection.socket.send(pieces(number))
        await eve.connection.socket.ping()
        assert (await eve.reply(future))["ok"]


async def test_broken_off(server):
    """Connections that end in the middle of anything."""
    whole = frame(1, json.dumps({"id": 1, "type": "hello", "token": "x",
                                 "device": {"id": "d", "name": "D"}}).encode())

    def break_off(at):
        with handshake(server) as raw:
            raw.sendall(whole[:at])
            if at % 2:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def half_a_request(text):
        host, port = urllib.parse.urlsplit(server.url).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=harness.LIMIT) as raw:
            raw.sendall(text)

    async with Healthy(server):
        for at in range(0, len(whole), 7):
            await asyncio.to_thread(break_off, at)
        for text in (b"", b"GET", b"GET / HTTP/1.1\r\n", b"\0" * 1000, b"\x16\x03\x01\x02\x00\x01",
                     b"POST /v1/accounts HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
                     b"POST /v1/sessions HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{",
                     b"POST /v1/accounts HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            await asyncio.to_thread(half_a_request, text)


assert len(BAD_FRAMES) + sum(map(len, BAD_REQUESTS.values())) >= 100
harness.run(test_bad_frames, test_bad_requests, test_what_is_good_after_all, test_largest_data,
            test_bad_bytes, test_message_without_an_end, test_fragments, test_broken_off,
            settings={"limits": {"requests-per-minute": 100000}})
