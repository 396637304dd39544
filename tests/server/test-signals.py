#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients say to each other through the server, and what they may not."""
import asyncio
import json

import harness


async def refused(code, sender, to, call, **more):
    return await sender.refused(code, "signal.send", **sender.signal(to, call, **more))


async def test_members(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob, carol)
    payload = {"kind": "x", "deep": [{"ä": [1, True, None, "\U0001f600\"\\"]}], "n": -5}
    for sender, to in (alice, bob), (bob, alice), (bob, carol):
        await sender.request("signal.send", **sender.signal(to, call, payload))
        received = await to.event("signal.received", call=call)
        assert received["from"] == {"user": sender.user, "device": "desk"}
        assert received["payload"] == payload
    await carol.nothing("signal.received")
    await refused("not-in-call", alice, alice, call)
    await alice.request("call.end", call=call)
    await refused("call-over", alice, bob, call)


async def test_order(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    for number in range(200):
        await alice.start("signal.send", **alice.signal(bob, call, {"n": number}))
    for number in range(200):
        assert (await bob.event("signal.received"))["payload"] == {"n": number}
    await alice.request("call.end", call=call)


async def test_while_it_rings(server):
    alice, bob, carol, eve = await server.people("alice", "bob", "carol", "eve")
    call = await alice.invite(bob, carol)
    for person in bob, carol:
        await person.event("call.received", call=call)
    for sender, to in (alice, bob), (bob, alice), (alice, carol):
        await sender.request("signal.send", **sender.signal(to, call))
        await to.event("signal.received", call=call)
    await refused("not-in-call", bob, carol, call)  # invitees are nobody to each other yet
    await bob.request("call.accept", call=call)
    await refused("not-in-call", bob, carol, call)
    await refused("not-invited", eve, alice, call)
    await refused("not-in-call", alice, eve, call)
    await alice.refused("not-in-call", "signal.send", call=call, to={"user": "nobody"}, payload={})
    await carol.request("call.reject", call=call, reason="declined")
    await refused("not-in-call", alice, carol, call)
    await refused("not-in-call", carol, alice, call)
    await alice.request("call.end", call=call)


async def test_devices(server):
    alice, desk = await server.people("alice", "bob")
    lap = await server.device(desk.user, "lap")
    call = await alice.invite(desk)
    for device in desk, lap:
        await device.event("call.received", call=call)
    await alice.request("signal.send", **alice.signal(desk, call))
    for device in desk, lap:
        await device.event("signal.received")
    await alice.request("signal.send", **alice.signal(desk, call, device="lap"))
    await lap.event("signal.received")
    await desk.nothing("signal.received")
    await refused("unreachable", alice, desk, call, device="phone")
    await lap.request("call.accept", call=call)
    await refused("not-in-call", desk, alice, call)  # the device that did not answer
    await refused("unreachable", alice, desk, call, device="desk")
    await alice.request("signal.send", **alice.signal(desk, call))
    await lap.event("signal.received")
    await desk.nothing("signal.received")
    await alice.request("call.end", call=call)


async def test_away_for_a_moment(server):
    """What is said to a member without a connection waits for them."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.cut()
    for number in range(3):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
    assert await bob.resume()
    for number in range(3):
        assert (await bob.event("signal.received"))["payload"] == {"n": number}
    await alice.request("call.end", call=call)


async def test_unreachable(_):
    """The member's session is over, and the call has not noticed yet."""
    async with harness.Server({"limits": {"session-seconds": 1, "member-grace": 5}}) as server:
        alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
        call, later = await alice.connect(bob), await carol.connect(dave)
        await bob.cut()
        await alice.event("call.left", call=call, user=bob.user)
        await dave.cut()
        while (reply := await carol.ask("signal.send", **carol.signal(dave, later)))["ok"]:
            await asyncio.sleep(0.05)
        assert reply["error"]["code"] == "unreachable", reply


async def test_size(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    empty = len(json.dumps({"s": ""}))  # as it stands in the frame
    largest = {"s": "x" * (32768 - empty)}
    await alice.request("signal.send", **alice.signal(bob, call, largest))
    assert (await bob.event("signal.received"))["payload"] == largest
    await refused("too-large", alice, bob, call, payload={"s": "x" * (32768 - empty + 1)})
    await bob.nothing("signal.received")
    await alice.request("call.end", call=call)


async def test_mailbox_is_bounded(server):
    alice, bob = await server.people("alice", "bob")
    await bob.leave()
    call = await alice.invite(bob)
    for number in range(80):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
    bob = await server.device(bob.user, "desk")
    for number in range(64):
        assert (await bob.event("signal.received"))["payload"] == {"n": number}
    await bob.nothing("signal.received")
    await alice.request("call.cancel", call=call)


harness.run(test_members, test_order, test_while_it_rings, test_devices, test_away_for_a_moment,
            test_unreachable, test_size,
            test_mailbox_is_bounded, settings={"limits": {"requests-per-minute": 100000}})
