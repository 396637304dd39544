#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is blocked cannot ring, sees nobody, and is not told so; and who exists is not told either where
the directory is closed."""
import harness


async def offline_call(client, to, **fields):
    """@client calls @to, and all that comes of it is as if @to were away."""
    reply = await client.request("call.invite", invitees=[to.user], media="video", timeout=1, **fields)
    assert reply["failed"] == []
    assert {member["id"] for member in reply["members"]} == {client.user, to.user}
    call = reply["call"]
    await client.event("call.offline", call=call, user=to.user)
    await client.request("signal.send", **client.signal(to, call))
    assert (await client.event("call.unanswered", call=call))["users"] == [to.user]
    assert (await client.event("call.ended", call=call))["reason"] == "unanswered"
    line, = await client.history(limit=1)
    assert (line["call"], line["outcome"]) == (call, "unanswered")
    return call


async def test_who_is_blocked_cannot_ring(server):
    alice, eve = await server.people("alice", "eve")
    lap = await server.device(alice.user, "lap")
    await alice.request("contacts.block", user=eve.user)
    await lap.event("contacts.changed")
    call = await offline_call(eve, alice)
    for device in alice, lap:
        await device.nothing("call.received", "call.timeout", "history.missed", "history.changed")
        assert await device.history() == []
    await alice.refused("call-over", "call.accept", call=call)
    again = await server.again(alice)
    assert again.welcome["missed"] == 0 and again.welcome["calls"] == []


async def test_an_invitation_of_somebody_blocked_is_not_there(server):
    """Neither for those whom it does not ring, nor to merge with, nor as busy."""
    alice, bob, eve = await server.people("alice", "bob", "eve")
    await alice.request("contacts.block", user=eve.user)
    call = await eve.invite(alice)
    await eve.event("call.offline", call=call)
    again = await server.again(alice)
    assert again.welcome["calls"] == []
    await again.nothing("call.received")
    for kind, fields in (("call.accept", {}), ("call.reject", {"reason": "busy"}), ("call.join", {})):
        await again.refused("not-invited", kind, call=call, **fields)
    await again.refused("not-invited", "signal.send", **again.signal(eve, call))
    other = await bob.ringing(again)
    await again.request("call.accept", call=other)
    await eve.nothing("call.rejected")
    await bob.request("call.end", call=other)
    other = await again.invite(eve)  # who blocks may call; the blocked one is busy, no more
    assert (await again.event("call.rejected", call=other))["reason"] == "busy"
    await eve.request("call.cancel", call=call)


async def test_blocked_in_a_group(server):
    """The others of the call notice nothing of it."""
    alice, bob, eve = await server.people("alice", "bob", "eve")
    await alice.request("contacts.block", user=eve.user)
    call = await eve.ringing(bob)
    await eve.request("call.add", call=call, invitees=[alice.user])
    await eve.event("call.offline", call=call, user=alice.user)
    await bob.request("call.accept", call=call)
    await alice.nothing("call.received")
    await eve.request("call.cancel", call=call, invitees=[alice.user])
    await alice.nothing("call.cancelled")
    await bob.request("call.add", call=call, invitees=[alice.user])  # Bob is not blocked
    await alice.event("call.received", call=call)
    await alice.request("call.accept", call=call)
    await eve.event("call.accepted", call=call, user=alice.user)
    await eve.request("call.end", call=call)


async def test_unblocking(server):
    alice, eve = await server.people("alice", "eve")
    await alice.request("contacts.block", user=eve.user)
    await alice.request("contacts.unblock", user=eve.user)
    for _ in range(2):
        await alice.event("contacts.changed")
    call = await eve.ringing(alice)
    await alice.request("call.reject", call=call, reason="declined")


async def test_who_is_blocked_sees_nobody(server):
    alice, eve = await server.people("alice", "eve")
    await eve.request("presence.watch", users=[alice.user])
    await eve.event("presence.changed", user=alice.user, state="online")
    await eve.request("contacts.add", user=alice.user)

    async def listed():
        return (await eve.request("contacts.list"))["contacts"][0]["presence"]

    assert await listed() == "online"
    await alice.request("contacts.block", user=eve.user)
    await eve.event("presence.changed", user=alice.user, state="offline")
    assert await listed() == "offline"
    bob = await server.person("bob")
    await bob.request("presence.watch", users=[alice.user])
    await bob.event("presence.changed", user=alice.user, state="online")
    await alice.request("presence.set", state="dnd")
    await bob.event("presence.changed", user=alice.user, state="dnd")
    await eve.nothing("presence.changed")
    await eve.request("presence.watch", users=[alice.user])
    await eve.event("presence.changed", user=alice.user, state="offline")
    again = await server.again(eve)
    await again.request("presence.watch", users=[alice.user])
    await again.event("presence.changed", user=alice.user, state="offline")
    await alice.request("contacts.unblock", user=eve.user)
    await again.event("presence.changed", user=alice.user, state="dnd")
    await alice.request("presence.watch", users=[eve.user])  # the other way nothing is hidden
    await alice.event("presence.changed", user=eve.user, state="online")


async def test_the_list(server):
    alice, bob, eve = await server.people("alice", "bob", "eve")
    assert (await alice.request("contacts.list")).get("blocked", []) == []
    for _ in range(2):
        await alice.request("contacts.block", user=eve.user)
    await alice.request("contacts.add", user=bob.user)
    reply = await alice.request("contacts.list")
    assert reply["blocked"] == [{"id": eve.user, "name": "Eve"}]
    assert [contact["id"] for contact in reply["contacts"]] == [bob.user]
    assert (await eve.request("contacts.list")).get("blocked", []) == []
    await alice.refused("unknown-user", "contacts.block", user="nobody")
    await alice.request("contacts.unblock", user="nobody")
    await alice.request("contacts.unblock", user=eve.user)
    assert (await alice.request("contacts.list"))["blocked"] == []


async def test_blocking_somebody_who_is_away(server):
    """It holds when they come."""
    alice, eve = await server.people("alice", "eve")
    await eve.leave()
    await alice.request("contacts.block", user=eve.user)
    eve = await server.again(eve)
    assert eve.welcome["user"]["name"] == "Eve"
    await offline_call(eve, alice)
    await alice.nothing("call.received")


async def test_blocking_while_it_rings(server):
    """What rings already rings on; the next one does not."""
    alice, eve = await server.people("alice", "eve")
    call = await eve.ringing(alice)
    await alice.request("contacts.block", user=eve.user)
    await alice.request("call.reject", call=call, reason="declined")
    await eve.event("call.rejected", call=call)
    await eve.event("call.ended", call=call)
    await offline_call(eve, alice)


async def test_closed_directory(_):
    """Nobody learns who exists: those who do not are offline."""
    async with harness.Server({"server": {"directory": "closed"}}) as server:
        alice, bob = await server.people("alice", "bob")

        class Nobody:  # pylint: disable=too-few-public-methods
            user = "nobody"

        await offline_call(alice, Nobody)
        reply = await alice.request("call.invite", media="voice", invitees=["nobody", bob.user])
        assert reply["failed"] == []
        await alice.event("call.offline", call=reply["call"], user="nobody")
        await bob.event("call.received", call=reply["call"])
        await bob.request("call.accept", call=reply["call"])
        await alice.request("call.end", call=reply["call"])
        for kind in "contacts.add", "contacts.block", "contacts.unblock", "contacts.remove":
            await alice.request(kind, user="nobody")
            await alice.event("contacts.changed")
        await alice.request("contacts.add", user="nobody")
        assert (await alice.request("contacts.list"))["contacts"] == [
            {"id": "nobody", "name": "nobody", "presence": "offline"}]
        error = await alice.refused("no-invitee", "call.invite", invitees=[alice.user], media="voice")
        assert error["failed"] == [{"user": alice.user, "code": "busy-self"}]


async def test_somebody_comes_to_be_while_it_rings(_):
    """Their name is theirs, though they were nobody when somebody wanted to call them."""
    async with harness.Server({"server": {"directory": "closed"}}) as server:
        alice, bob = await server.people("alice", "bob")
        call = (await alice.request("call.invite", media="voice", invitees=["latecomer"]))["call"]
        assert (await server.register("latecomer", "Late Comer")).status == 201
        late = await server.device("latecomer", "desk")
        assert late.welcome["user"]["name"] == "Late Comer"
        other = await late.invite(bob)
        assert (await bob.event("call.received", call=other))["from"]["name"] == "Late Comer"
        await late.request("call.cancel", call=other)
        await alice.request("call.cancel", call=call)


harness.run(
    test_an_invitation_of_somebody_blocked_is_not_there, test_blocked_in_a_group, test_unblocking,
    test_who_is_blocked_sees_nobody, test_the_list, test_somebody_comes_to_be_while_it_rings,
    together=[test_who_is_blocked_cannot_ring, test_blocking_somebody_who_is_away,
              test_blocking_while_it_rings, test_closed_directory],
    settings={"limits": {"invitations-per-minute": 1000}})
