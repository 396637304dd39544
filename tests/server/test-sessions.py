#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the handshake to the goodbye: hello, limits of a connection, close codes."""
import asyncio
import base64
import hashlib
import hmac
import sqlite3
import time

import websockets

import harness

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
    # To resume is for a later server: whoever asks gets a new session, and is told so.
    client = await server.socket()
    reply = await client.request("hello", token=alice.token, device={"id": "lap", "name": "Lap"},
                                 resume={"session": welcome["session"], "seq": 0})
    assert reply["resumed"] is False and reply["session"] != welcome["session"]


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


async def test_expired_token(server):
    import sqlite3  # pylint: disable=import-outside-toplevel
    alice = await server.person("alice")
    with sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10) as database:
        changed = database.execute("UPDATE tokens SET expires = ? WHERE user = ?",
                                   (int(time.time()) - 1, alice.user)).rowcount
    database.close()
    assert changed == 1
    client = await server.socket()
    await client.refused("bad-token", "hello", token=alice.token, device=DEVICE)


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
        raise AssertionError(f"{protocols}: {client.socket.subprotocol}")
    answer = await server.http("GET", "/v1/signal")  # a browser that looks
    assert answer.status in (400, 426), answer.status
    client = await server.socket(("other", "beckon.v1"))
    assert client.socket.subprotocol == "beckon.v1"


async def test_binary_frame(server):
    alice = await server.person("alice")
    await alice.send(b'{"id":1,"type":"ping"}')
    assert await alice.closed() == 4000


async def test_ping_of_the_websocket(server):
    alice = await server.person("alice")
    await asyncio.wait_for(await alice.socket.ping(), harness.LIMIT)


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
    async with harness.Server({"limits": {"hello-seconds": 1, "silence-seconds": 2}}) as server:
        late, silent = await server.socket(), await server.person("silent")
        assert await late.closed() == 4001
        assert await silent.closed() == 1001


async def test_requests_per_minute(_):
    async with harness.Server({"limits": {"requests-per-minute": 60}}) as server:
        alice = await server.person("alice")
        replies = await asyncio.gather(*[await alice.start("ping") for _ in range(60)])
        refused = [reply["error"] for reply in replies if not reply["ok"]]
        assert 15 <= len(refused) <= 35, len(refused)  # half a minute's may come at once
        assert all(error["code"] == "rate-limited" for error in refused)
        assert all(1 <= error["retry_after"] <= 2 for error in refused)
        await asyncio.sleep(refused[-1]["retry_after"])  # who does as told goes on
        await alice.request("ping")


async def test_requests_without_an_end(_):
    async with harness.Server({"limits": {"requests-per-minute": 10}}) as server:
        alice, bob = await server.people("alice", "bob")
        for _ in range(300):
            await alice.start("ping")
        assert await alice.closed() == 4004
        await bob.request("ping")


async def test_wrong_requests_count(_):
    """What is refused, and what acknowledges nothing, is counted like everything else."""
    for send in (lambda eve: eve.start("no.such"), lambda eve: eve.start("call.accept"),
                 lambda eve: eve.send({"ack": 1000})):
        async with harness.Server({"limits": {"requests-per-minute": 60}}) as server:
            eve, bob = await server.people("eve", "bob")
            for _ in range(300):
                await send(eve)
            assert await eve.closed() == 4004
            await bob.request("ping")


async def test_invitations_per_minute(_):
    async with harness.Server({"limits": {"invitations-per-minute": 3}}) as server:
        alice, bob = await server.people("alice", "bob")
        for _ in range(3):
            call = await alice.invite(bob)
            await alice.request("call.cancel", call=call)
        error = await alice.refused("rate-limited", "call.invite", invitees=[bob.user], media="voice")
        assert 1 <= error["retry_after"] <= 20
        alice = await server.device(alice.user, "lap")  # the person is limited, not the device
        await alice.refused("rate-limited", "call.invite", invitees=[bob.user], media="voice")
        await bob.invite(alice)


async def is_let_in(server):
    try:
        await (await server.socket()).refused("hello-first", "ping")
    except ConnectionError:
        return False
    return True


async def test_connections_per_address(_):
    async with harness.Server({"limits": {"connections-per-address": 2}}) as server:
        first, second = await server.socket(), await server.socket()
        third = await server.socket()
        assert await third.closed() == 4004
        await first.close()
        await second.refused("hello-first", "ping")
        end = time.monotonic() + harness.LIMIT
        while not await is_let_in(server):  # until the server has seen the first one go
            assert time.monotonic() < end


async def test_events_without_acks(_):
    """Who never acknowledges is no burden for ever."""
    async with harness.Server({"limits": {"requests-per-minute": 1000000}}) as server:
        alice = await server.person("alice")
        bob = await server.person("bob", auto_ack=False)
        users = [bob.user] + [f"nobody{number}" for number in range(499)]
        for _ in range(20):
            await bob.request("presence.watch", users=users)
        await bob.nothing("call.received")
        assert len(bob.events) == 10000
        await bob.start("presence.watch", users=users[:1])
        assert await bob.closed() == 4004
        await alice.request("ping")


async def test_bytes_without_acks(_):
    """8 MiB of events that nobody acknowledges are enough."""
    async with harness.Server({"limits": {"requests-per-minute": 1000000}}) as server:
        alice = await server.person("alice")
        bob = await server.person("bob", auto_ack=False)
        call = await alice.connect(bob)
        replies = []
        while not replies or replies[-1]["ok"]:
            assert len(replies) < 400
            replies.append(await alice.ask("signal.send",
                                           **alice.signal(bob, call, {"x": "x" * 30000})))
        assert len(replies) > 270
        assert await bob.closed() == 4004


async def test_database_in_trouble(_):
    """Nobody is signed out because the server has a problem."""
    async with harness.Server() as server:
        server.allowed_warning = "no such table"
        alice = await server.person("alice")
        database = sqlite3.connect(f"{server.data}/beckon.sqlite")
        database.execute("ALTER TABLE tokens RENAME TO elsewhere")
        database.commit()
        other = await server.socket()
        error = await other.refused("internal", "hello", token=alice.token,
                                    device={"id": "lap", "name": "Lap"})
        assert "try again" in error["message"]
        assert await other.closed() == 1011
        await alice.request("ping")
        database.execute("ALTER TABLE elsewhere RENAME TO tokens")
        database.commit()
        database.close()
        await server.device(alice.user, "lap", alice.token)


harness.run(
    test_hello, test_hello_comes_first, test_bad_token, test_expired_token, test_same_device_again,
    test_bye, test_handshake_without_subprotocol, test_binary_frame, test_ping_of_the_websocket,
    test_ice_servers, test_no_ice_servers, test_silence, test_requests_per_minute,
    test_requests_without_an_end, test_invitations_per_minute, test_connections_per_address, test_events_without_acks,
    test_bytes_without_acks, test_wrong_requests_count, test_database_in_trouble)
