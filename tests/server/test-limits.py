#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a client may do. What a frame may be is in test-frames.py, how often somebody may guess a
password in test-accounts.py."""
import asyncio
import contextlib
import time

import harness
import wire


async def test_requests_per_minute(_):
    async with harness.Server({"limits": {"requests-per-minute": 60}}) as server:
        alice = await server.person("alice")
        replies = [await alice.reply(future) for future in
                   [await alice.start("ping") for _ in range(60)]]
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
        await bob.ringing(alice)


async def test_adding_is_inviting(_):
    async with harness.Server({"limits": {"invitations-per-minute": 3}}) as server:
        alice, bob, carol = await server.people("alice", "bob", "carol")
        call = await alice.connect(bob)
        for _ in range(2):
            await alice.request("call.add", call=call, invitees=[carol.user])
            await alice.request("call.cancel", call=call, invitees=[carol.user])
        error = await alice.refused("rate-limited", "call.add", call=call, invitees=[carol.user])
        assert 1 <= error["retry_after"] <= 20
        await bob.request("call.add", call=call, invitees=[carol.user])


async def test_what_is_repeated_does_not_count(_):
    """Neither as an invitation nor as a call."""
    async with harness.Server({"limits": {"invitations-per-minute": 2}}) as server:
        alice, bob = await server.people("alice", "bob")
        lost, future = await alice.lose("call.invite", invitees=[bob.user], media="voice")
        for _ in range(3):
            assert await alice.resume(again=False)
            await alice.send({"id": lost["re"], "type": "call.invite", "invitees": [bob.user],
                              "media": "voice"})
            assert await alice.reply(future) == lost
            _, future = alice.expect("call.invite", lost["re"])
        await alice.request("call.cancel", call=lost["call"])
        await alice.ringing(bob)


async def test_invitations_per_callee(_):
    """Nobody is buried under them: who calls somebody with so many is told that they are busy."""
    async with harness.Server({"limits": {"invitations-per-callee": 2}}) as server:
        bob, *callers = await server.people("bob", "alice", "carol", "dave")
        await bob.leave()
        calls = [await caller.invite(bob) for caller in callers]
        rejected = await callers[2].event("call.rejected", call=calls[2])
        assert (rejected["user"], rejected["reason"]) == (bob.user, "busy")
        bob = await server.again(bob)
        for call in calls[:2]:
            await bob.event("call.received", call=call)
        await bob.nothing("call.received")
        await callers[0].request("call.cancel", call=calls[0])
        await bob.event("call.cancelled", call=calls[0])
        assert bob.welcome["missed"] == 1  # the one that was too many


def rings(welcome):
    """Returns: the entries of what rings in a reply to hello; how it ends, and when, is in each."""
    ringing = [entry for entry in welcome["calls"] if entry["state"] == "ringing"]
    assert all(entry["from"] and entry["media"] and entry["remaining_ms"] for entry in ringing)
    return ringing


async def test_invitations_with_much_in_them(_):
    """Who calls keeps nobody out: what rings is short where there is much, and nothing is lost."""
    async with harness.Server() as server:
        bob, *callers = await server.people("bob", *["caller"] * 6)
        data = 2048 * "\u0001"  # six times as much in JSON
        await bob.leave()
        calls = [await callers[0].invite(bob, data=data)]
        bob = await server.again(bob)
        first, = rings(bob.welcome)
        assert first["data"] == data and len(first["members"]) == 2
        await bob.leave()
        calls = [await caller.invite(bob, data=data) for caller in callers]
        bob = await server.again(bob)
        ringing = rings(bob.welcome)
        assert {entry["call"] for entry in ringing} == set(calls)
        for entry in ringing:
            assert "data" not in entry and len(entry["members"]) == 2
        for call in calls:
            received = await bob.event("call.received", call=call)
            assert received["data"] == data and len(received["members"]) == 2
        await bob.request("call.accept", call=calls[2])
        assert await bob.resume()  # the call that somebody is in has all
        own, = [entry for entry in bob.welcome["calls"] if entry["state"] == "accepted"]
        assert own["call"] == calls[2] and own["data"] == data and len(own["members"]) == 2
        assert len(rings(bob.welcome)) == 5


async def test_invitations_with_many_in_them(_):
    """As many as may ring, of ten people each, with the longest names."""
    settings = {"limits": {"invitations-per-callee": 63}, "ice": {
        "urls": ";".join(f"turn:{number:0>500}" for number in range(16)), "turn-secret": "x"}}
    async with harness.Server(settings) as server:
        async def person(name):
            user = f"{name:x<32}"
            return await server.device(user, "desk", server.site_token(user, name=128 * '"'))

        invitees = [await person(f"invitee-{number}-") for number in range(9)]
        for invitee in invitees:
            await invitee.leave()
        callers = [await person(f"caller-{number}-") for number in range(63)]
        calls = [await caller.invite(*invitees) for caller in callers]
        bob = await server.again(invitees[4])
        ringing = rings(bob.welcome)
        assert {entry["call"] for entry in ringing} == set(calls)
        assert not any("members" in entry for entry in ringing)
        for call in calls:
            assert len((await bob.event("call.received", call=call))["members"]) == 10


async def test_signal_bytes_per_minute(_):
    async with harness.Server({"limits": {"signal-bytes-per-minute": 100000}}) as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.connect(bob)
        payload = {"x": "x" * 30000}
        for _ in range(3):
            await alice.request("signal.send", **alice.signal(bob, call, payload))
        error = await alice.refused("rate-limited", "signal.send", **alice.signal(bob, call, payload))
        assert 1 <= error["retry_after"] <= 60
        await alice.request("signal.send", **alice.signal(bob, call))  # a small one has room
        await bob.request("signal.send", **bob.signal(alice, call, payload))  # each has their own
        assert len(await bob.told("signal.received")) == 4
        await alice.request("call.end", call=call)


async def test_timeouts(_):
    """A call rings as long as the caller says, or the server's owner, or 90 s."""
    async with harness.Server({"limits": {"ring-seconds": 7}}) as server:
        alice, bob = await server.people("alice", "bob")
        for fields, timeout in ({}, 7), ({"timeout": 1}, 1), ({"timeout": 600}, 600):
            reply = await alice.request("call.invite", invitees=[bob.user], media="voice", **fields)
            received = await bob.event("call.received")
            assert reply["timeout"] == received["timeout"] == timeout
            assert 0 <= timeout * 1000 - received["remaining_ms"] < 1000
            await alice.request("call.cancel", call=reply["call"])


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


async def test_connections_per_network(_):
    """Of IPv6 somebody has as many addresses as they like."""
    settings = {"limits": {"connections-per-address": 2}, "server": {"proxies": "127.0.0.1"}}
    async with harness.Server(settings) as server:
        with contextlib.ExitStack() as stack:
            first, second, third, other = [
                stack.enter_context(wire.Wire(server.url, headers={"X-Forwarded-For": address}))
                for address in ("2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::",
                                "2001:db8:0:2::1")]
            assert third.closed() == 4004
            for client in first, second, other:
                assert "hello-first" in client.ask('{"id":1,"type":"ping"}')


async def until_away(client, device):
    """Until the server has seen that the connection of @device broke."""
    end = time.monotonic() + harness.LIMIT
    while {"id": device, "name": f"{client.user} at {device}", "connected": True} in (
            await client.request("devices.list"))["devices"]:
        assert time.monotonic() < end


async def test_devices_of_a_person(_):
    """What is told to one of them is kept for all. Who was away longest makes room."""
    async with harness.Server() as server:
        desk = await server.person("alice")
        others = [await server.device(desk.user, f"other-{number}") for number in range(63)]

        async def is_refused(name):
            client = await server.socket()
            await client.refused("rate-limited", "hello", token=desk.token,
                                 device={"id": name, "name": name})
            return await client.closed() == 4004

        assert await is_refused("one-more")
        others[7] = await server.again(others[7])  # no further one
        for number in 5, 3:
            await others[number].cut()
            await until_away(desk, f"other-{number}")
        await server.device(desk.user, "one-more")
        assert await others[3].resume()
        assert await is_refused("other-5")
        for client in (desk, *others[6:]):
            await client.request("ping")
        server.crash()  # nobody is connected
        newest = await server.device(desk.user, "yet-another")
        listed = (await newest.request("devices.list"))["devices"]
        assert len(listed) == 64 and sum(device["connected"] for device in listed) == 1


async def test_events_without_acks(_):
    """Who never acknowledges is no burden for ever."""
    async with harness.Server({"limits": {"requests-per-minute": 1000000}}) as server:
        alice = await server.person("alice")
        bob = await server.person("bob", auto_ack=False)
        users = [bob.user] + [f"nobody{number}" for number in range(499)]
        for _ in range(20):
            await bob.request("presence.watch", users=users)
        assert len(await bob.told()) == 10000
        await bob.start("presence.watch", users=users[:1])
        assert await bob.closed() == 4004
        assert not await bob.resume()
        await alice.request("ping")


async def test_bytes_without_acks(_):
    """8 MiB of events that nobody acknowledges are enough."""
    settings = {"requests-per-minute": 1000000, "signal-bytes-per-minute": 1000000000}
    async with harness.Server({"limits": settings}) as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.connect(bob)
        bob.auto_ack = False
        replies = []
        while not replies or replies[-1]["ok"]:
            assert len(replies) < 400
            replies.append(await alice.ask("signal.send",
                                           **alice.signal(bob, call, {"x": "x" * 30000})))
        assert len(replies) > 270
        assert await bob.closed() == 4004
        assert not await bob.resume()


harness.run(
    test_invitations_per_minute, test_what_is_repeated_does_not_count, test_timeouts,
    test_connections_per_address, test_connections_per_network, test_devices_of_a_person,
    test_events_without_acks,
    test_bytes_without_acks,
    together=[test_requests_per_minute, test_requests_without_an_end, test_wrong_requests_count,
              test_adding_is_inviting, test_signal_bytes_per_minute, test_invitations_per_callee,
              test_invitations_with_much_in_them, test_invitations_with_many_in_them])
