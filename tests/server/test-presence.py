#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sees whom, and as what."""
import asyncio

import harness


async def watched(client, *people):
    """Watches @people. Returns: their states now."""
    await client.told("presence.changed")
    await client.request("presence.watch", users=[person.user for person in people])
    return [(await client.event("presence.changed", user=person.user))["state"] for person in people]


async def test_presence(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    assert await watched(carol, alice, bob) == ["online", "online"]
    await bob.request("presence.set", state="dnd")
    await carol.event("presence.changed", user=bob.user, state="dnd")
    call = await alice.connect(bob)
    for person in alice, bob:
        await carol.event("presence.changed", user=person.user, state="in-call")
    await bob.request("call.leave", call=call, reason="hung-up")
    await carol.event("presence.changed", user=alice.user, state="online")
    await carol.event("presence.changed", user=bob.user, state="dnd")
    await bob.request("presence.set", state="online")
    await carol.event("presence.changed", user=bob.user, state="online")
    await bob.leave()
    await carol.event("presence.changed", user=bob.user, state="offline")
    await server.again(bob)
    await carol.event("presence.changed", user=bob.user, state="online")


async def test_two_devices(server):
    """It is the person's: dnd on one device holds on all, and goes with that one."""
    alice, desk = await server.people("alice", "bob")
    assert await watched(alice, desk) == ["online"]
    lap = await server.device(desk.user, "lap")
    await lap.request("presence.set", state="dnd")
    await alice.event("presence.changed", state="dnd")
    await desk.request("presence.set", state="online")  # which it is, and the other one is not
    await alice.nothing("presence.changed")
    await lap.leave()
    await alice.event("presence.changed", state="online")
    await desk.leave()
    await alice.event("presence.changed", state="offline")
    await alice.nothing("presence.changed")


async def test_do_not_disturb_is_kept(server):
    """For the device that said so, while it is away and the server is another one; not for one that was signed out."""
    alice, desk = await server.people("alice", "bob")
    lap = await server.device(desk.user, "lap")
    await lap.request("presence.set", state="dnd")
    await lap.leave()
    await desk.leave()
    desk = await server.again(desk)
    assert await watched(alice, desk) == ["online"]
    server.crash()
    assert await alice.resume() and await desk.resume()
    lap = await server.again(lap)
    await alice.event("presence.changed", user=desk.user, state="dnd")
    await desk.request("devices.sign-out", device="lap")
    await alice.event("presence.changed", user=desk.user, state="online")
    lap = await server.device(desk.user, "lap", server.site_token(desk.user, jti="new"))
    assert await watched(alice, desk) == ["online"]


async def test_do_not_disturb_on_many_devices(server):
    """Anybody may invent devices: only so many are remembered."""
    alice, bob = await server.people("alice", "bob")
    for number in range(17):
        device = await server.device(bob.user, f"lap{number}")
        await device.request("presence.set", state="dnd")
        await device.leave()
    assert await watched(alice, bob) == ["online"]
    await server.device(bob.user, "lap0")
    assert await watched(alice, bob) == ["online"]
    await server.device(bob.user, "lap1")
    assert await watched(alice, bob) == ["dnd"]


async def test_watching_others(server):
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    await watched(alice, bob)
    await watched(dave, bob)
    assert await watched(alice, carol) == ["online"]  # instead of, not besides
    await bob.request("presence.set", state="dnd")
    await dave.event("presence.changed", user=bob.user, state="dnd")
    await alice.nothing("presence.changed")
    await alice.request("presence.watch", users=["nobody"])
    await alice.event("presence.changed", user="nobody", state="offline")
    await alice.request("presence.watch", users=[bob.user, bob.user])
    await alice.event("presence.changed", user=bob.user, state="dnd")
    await alice.nothing("presence.changed")
    await alice.request("presence.watch", users=[])
    users = [f"user{number}" for number in range(501)]
    await alice.refused("bad-request", "presence.watch", users=users)
    await alice.request("presence.watch", users=users[:500])
    for state in "offline", "in-call", "asleep", "":
        await alice.refused("bad-request", "presence.set", state=state)


async def test_a_moment_is_no_news(server):
    """Who hangs up and calls again was in a call all the time; who was away for a moment was there."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob)
    assert await watched(carol, alice, bob) == ["in-call", "in-call"]
    for future in [await alice.start("call.end", call=call),
                   await alice.start("call.invite", invitees=[bob.user], media="voice")]:
        reply = await alice.reply(future)
        assert reply["ok"]
    await bob.event("call.received", call=reply["call"])
    await bob.request("call.accept", call=reply["call"])
    await bob.cut()
    assert await bob.resume()
    await bob.request("call.leave", call=reply["call"], reason="hung-up")
    for person in alice, bob:
        await carol.event("presence.changed", user=person.user, state="online")
    assert [event for event in await carol.told("presence.changed")
            if event["user"] == alice.user] == []


async def test_who_asks_in_a_moment(server):
    """What somebody was told on asking is not the last they hear, when it holds for a moment only."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await carol.request("contacts.add", user=alice.user)
    for ask in "presence.watch", "contacts.list":
        assert await watched(carol, alice) == ["online"]
        call = await alice.connect(bob)
        if ask == "presence.watch":
            state, = await watched(carol, alice)
        else:
            state = (await carol.request(ask))["contacts"][0]["presence"]
        assert state == "in-call"
        await alice.request("call.end", call=call)
        await carol.event("presence.changed", user=alice.user, state="online")
        await bob.event("call.ended", call=call)


async def test_a_lost_connection(_):
    """Offline after a while, and no sooner; at once after a goodbye."""
    async with harness.Server({"limits": {"presence-grace": 4}}) as server:
        alice, desk, carol, dave = await server.people("alice", "bob", "carol", "dave")
        lap = await server.device(desk.user, "lap")
        assert await watched(alice, desk, carol, dave) == ["online"] * 3
        start = asyncio.get_running_loop().time()
        for person in desk, carol, dave:
            await person.cut()
        assert await dave.resume()  # back in time: nobody notices
        await alice.event("presence.changed", user=carol.user, state="offline")
        assert asyncio.get_running_loop().time() - start > 3.8
        await alice.nothing("presence.changed")  # Bob's other device is there
        await lap.cut()
        await alice.event("presence.changed", user=desk.user, state="offline")
        assert await lap.resume() and await carol.resume()
        for person in lap, carol:
            await alice.event("presence.changed", user=person.user, state="online")


async def test_do_not_disturb(server):
    """It is a word for others: what rings still rings."""
    alice, bob = await server.people("alice", "bob")
    await bob.request("presence.set", state="dnd")
    call = await alice.ringing(bob)
    await bob.cut()
    assert await bob.resume()
    assert await watched(alice, bob) == ["dnd"]  # a resumed session goes on with it
    await bob.request("call.reject", call=call, reason="declined")


async def test_who_rings_is_not_in_a_call(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    assert await watched(carol, alice, bob) == ["online", "online"]
    call = await alice.ringing(bob)
    await carol.event("presence.changed", user=alice.user, state="in-call")
    await alice.request("call.cancel", call=call)
    await carol.event("presence.changed", user=alice.user, state="online")
    await carol.nothing("presence.changed")


harness.run(
    test_watching_others, test_who_asks_in_a_moment, test_do_not_disturb,
    test_who_rings_is_not_in_a_call, test_do_not_disturb_is_kept, test_do_not_disturb_on_many_devices,
    together=[test_presence, test_two_devices, test_a_moment_is_no_news, test_a_lost_connection])
