#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the handshake to the goodbye: hello, limits of a connection, close codes."""
import asyncio
import base64
import hashlib
import hmac
import json
import time

import websockets

import harness
import wire

DEVICE = {"id": "desk", "name": "Desk"}


async def test_hello(server):
    alice = await server.person("alice")
    welcome = alice.welcome
    assert welcome["resumed"] is False and welcome["calls"] == [] and welcome["session"]
    assert welcome["user"] == {"id": alice.user, "name": "Alice"}
    assert welcome["server"]["name"] == "Beckon"
    assert welcome["limits"] == {"frame": 65536, "payload": 32768, "data": 2048, "invitees": 9,
                                 "requests_per_minute": 600, "invitations_per_minute": 60}
    await alice.refused("hello-first", "hello", token=alice.token, device=DEVICE)
    await alice.request("ping")
    assert welcome["missed"] == 0


async def test_hello_comes_first(server):
    client = await server.socket()
    for kind, fields in (("ping", {}), ("bye", {}), ("contacts.list", {}),
                         ("call.invite", {"invitees": ["bob"], "media": "voice"})):
        await client.refused("hello-first", kind, **fields)
    await client.send({"ack": 7})
    await client.hello((await server.person("alice")).user, "lap", server.clients[-1].token)


async def test_bad_token(server):
    for token in "x", "0" * 64, "' OR 1=1 --":
        client = await server.socket()
        await client.refused("bad-token", "hello", token=token, device=DEVICE)
        assert await client.closed() == 4003


async def test_same_device_again(server):
    first = await server.person("alice")
    second = await server.device(first.user, "desk", first.token)
    assert await first.closed() == 4002
    await second.request("ping")


async def test_bye(server):
    alice = await server.person("alice")
    await alice.request("bye")
    assert await alice.closed() == 1000


async def test_handshake_without_subprotocol(server):
    for protocols in None, ("beckon.v2",):
        try:
            client = await server.socket(protocols)
        except websockets.InvalidHandshake:
            continue
        raise AssertionError(f"{protocols}: {client.connection.socket.subprotocol}")
    answer = await server.http("GET", "/v1/signal")  # a browser that looks
    assert answer.status in (400, 426), answer.status
    client = await server.socket(("other", "beckon.v1"))
    assert client.connection.socket.subprotocol == "beckon.v1"


async def test_binary_frame(server):
    alice = await server.person("alice")
    await alice.send(b'{"id":1,"type":"ping"}')
    assert await alice.closed() == 4000


async def test_ping_of_the_websocket(server):
    alice = await server.person("alice")
    await asyncio.wait_for(await alice.connection.socket.ping(), harness.LIMIT)


async def test_ice_servers(_):
    urls = "stun:stun.example:3478", "turn:turn.example:3478?transport=udp", "turns:turn.example:5349"
    async with harness.Server({"ice": {"urls": ";".join(urls), "turn-secret": "north",
                                       "turn-seconds": 600}}) as server:
        alice = await server.person("alice")
        for servers in (alice.welcome["ice_servers"],
                        (await alice.request("ice.servers"))["ice_servers"]):
            assert [entry["urls"] for entry in servers] == [[url] for url in urls]
            assert servers[0].keys() == {"urls"}  # STUN asks for no password
            for entry in servers[1:]:
                until, user = entry["username"].split(":")
                assert user == alice.user and abs(int(until) - time.time() - 600) < 60
                digest = hmac.digest(b"north", entry["username"].encode(), hashlib.sha1)
                assert entry["credential"] == base64.b64encode(digest).decode()


async def test_no_ice_servers(server):
    alice = await server.person("alice")
    assert alice.welcome["ice_servers"] == []
    assert (await alice.request("ice.servers"))["ice_servers"] == []


async def test_silence(_):
    async with harness.Server({"limits": {"hello-seconds": 3, "silence-seconds": 4}}) as server:
        late, silent = await server.socket(), await server.person("silent")
        with wire.Wire(server.url) as mute:  # it answers no ping
            mute.say(json.dumps({"id": 1, "type": "hello", "token": silent.token, "device": DEVICE}))
            assert await late.closed() == 4001
            assert await asyncio.to_thread(mute.closed) == 1001
        assert await silent.closed() == 4002


harness.run(
    test_hello, test_hello_comes_first, test_bad_token, test_same_device_again, test_bye,
    test_handshake_without_subprotocol, test_binary_frame, test_ping_of_the_websocket,
    test_ice_servers, test_no_ice_servers, test_silence)
