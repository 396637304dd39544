#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inviting more people into a call, and withdrawing them."""
import asyncio

import harness


async def test_a_member_adds(server):
    """Whoever is in the call may, not only who began it; all the others are told."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call = await alice.connect(bob, carol)
    reply = await bob.request("call.add", call=call, invitees=[dave.user], timeout=30, data="join us")
    assert (reply["call"], reply["timeout"], reply["failed"]) == (call, 30, [])
    assert {member["id"] for member in reply["members"]} == {
        person.user for person in (alice, bob, carol, dave)}
    for person in alice, carol:
        added = await person.event("call.added", call=call)
        assert (added["by"], added["users"]) == (bob.user, [{"id": dave.user, "name": "Dave"}])
    await bob.nothing("call.added")
    received = await dave.event("call.received", call=call)
    assert received["from"] == {"id": bob.user, "name": "Bob"}
    assert (received["data"], received["timeout"], received["media"]) == ("join us", 30, "video")
    assert len(received["members"]) == 4
    await bob.event("call.ringing", call=call, user=dave.user)
    await alice.nothing("call.ringing")
    await dave.request("signal.send", **dave.signal(bob, call))
    await bob.event("signal.received", call=call)
    await dave.refused("not-in-call", "signal.send", **dave.signal(alice, call))
    reply = await dave.request("call.accept", call=call)
    assert len(reply["members"]) == 4
    for person in alice, bob, carol:
        await person.event("call.accepted", call=call, user=dave.user)
    await dave.request("signal.send", **dave.signal(alice, call))
    await alice.event("signal.received", call=call)
    await alice.request("call.end", call=call)


async def test_while_it_rings(server):
    """The caller of a call that nobody has accepted yet is in it."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.ringing(bob)
    await alice.request("call.add", call=call, invitees=[carol.user])
    await carol.event("call.received", call=call)
    await bob.request("call.reject", call=call, reason="declined")
    await alice.nothing("call.ended")
    await carol.request("call.accept", call=call)
    await alice.request("call.end", call=call)


async def test_who_may_not_add(server):
    alice, bob, carol, dave, eve = await server.people("alice", "bob", "carol", "dave", "eve")
    lap = await server.device(alice.user, "lap")
    call = await alice.connect(bob)
    await alice.request("call.add", call=call, invitees=[carol.user])
    await carol.event("call.received", call=call)

    async def refused(code, client, name=call):
        await client.refused(code, "call.add", call=name, invitees=[dave.user])

    await refused("not-in-call", lap)
    await refused("not-in-call", carol)
    await refused("not-invited", eve)
    await refused("unknown-call", eve, "no-such-call")
    await carol.request("call.accept", call=call)
    await carol.request("call.leave", call=call, reason="hung-up")
    await refused("not-in-call", carol)
    await alice.request("call.end", call=call)
    await refused("call-over", alice)
    await dave.nothing("call.received")


async def test_ten_people(server):
    alice, *others = await server.people("alice", *"bcdefghijk")
    call = await alice.invite(*others[:7])
    more = [person.user for person in others[7:]]
    await alice.refused("too-many-invitees", "call.add", call=call, invitees=more)
    await alice.refused("too-many-invitees", "call.add", call=call, invitees=["nobody"] * 10)
    await alice.request("call.add", call=call, invitees=[*more[:2], more[0], others[0].user])
    await alice.refused("too-many-invitees", "call.add", call=call, invitees=more[2:])
    await others[0].event("call.received", call=call)
    await others[0].request("call.accept", call=call)
    await others[0].request("call.leave", call=call, reason="hung-up")
    await alice.request("call.add", call=call, invitees=more[2:])  # there is room again
    await others[0].refused("too-many-invitees", "call.join", call=call)  # and now there is none
    for person in others[1:]:
        await person.event("call.received", call=call)
    await alice.request("call.end", call=call)
    await asyncio.gather(*(person.event("call.ended", call=call) for person in others[1:]))


async def test_somebody_again(server):
    """Who declined, did not answer, was withdrawn or left may be asked again, and may come."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob)

    async def add(**fields):
        await bob.request("call.add", call=call, invitees=[carol.user], **fields)
        await alice.event("call.added", call=call)
        await carol.event("call.received", call=call)
        await bob.event("call.ringing", call=call, user=carol.user)

    await add()
    await carol.request("call.reject", call=call, reason="declined")
    for person in alice, bob:
        await person.event("call.rejected", call=call, user=carol.user, reason="declined")
    await add(timeout=1)
    await carol.event("call.timeout", call=call)
    for person in alice, bob:
        assert (await person.event("call.unanswered", call=call))["users"] == [carol.user]
    assert (await carol.refused("call-over", "call.accept", call=call))["outcome"] == "timed-out"
    await add()
    await bob.request("call.cancel", call=call, invitees=[carol.user])
    await carol.event("call.cancelled", call=call, by=bob.user)
    assert (await carol.refused("call-over", "call.accept", call=call))["outcome"] == "cancelled"
    await add()
    await carol.request("call.accept", call=call)
    await carol.request("call.leave", call=call, reason="hung-up")
    assert (await carol.refused("call-over", "call.accept", call=call))["outcome"] == "left"
    await add()
    await carol.request("call.accept", call=call)
    for person in alice, bob:
        for _ in range(2):
            await person.event("call.accepted", call=call, user=carol.user)
    await alice.request("call.end", call=call)
    await carol.event("call.ended", call=call)


async def test_each_has_its_own_time(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.invite(bob, timeout=60)
    await bob.event("call.received", call=call)
    await alice.request("call.add", call=call, invitees=[carol.user], timeout=1)
    received = await carol.event("call.received", call=call)
    assert received["timeout"] == 1 and received["remaining_ms"] <= 1000
    assert (await alice.event("call.unanswered", call=call))["users"] == [carol.user]
    await bob.nothing("call.timeout", "call.ended")
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


async def test_withdrawing(server):
    """Who invited may, and the caller; the other members learn it."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call = await alice.connect(bob, carol)
    for by, data in (bob, "never mind"), (alice, None):
        await bob.request("call.add", call=call, invitees=[dave.user])
        await dave.event("call.received", call=call)
        await carol.refused("not-in-call", "call.cancel", call=call, invitees=[dave.user])
        await dave.nothing("call.cancelled")
        fields = {"data": data} if data else {}
        reply = await by.request("call.cancel", call=call, invitees=[dave.user], **fields)
        assert reply["failed"] == []
        cancelled = await dave.event("call.cancelled", call=call)
        assert (cancelled["by"], cancelled.get("data")) == (by.user, data)
        for person in alice, bob, carol:
            if person is by:
                await person.nothing("call.withdrawn")
            else:
                assert (await person.event("call.withdrawn", call=call))["users"] == [dave.user]
    await alice.request("call.end", call=call)


async def test_withdrawing_what_somebody_else_added(server):
    """A member's "all" are those whom they invited themselves."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call = await alice.connect(bob)
    await alice.request("call.add", call=call, invitees=[carol.user])
    await bob.request("call.add", call=call, invitees=[dave.user])
    for person in carol, dave:
        await person.event("call.received", call=call)
    await bob.request("call.cancel", call=call)
    await dave.event("call.cancelled", call=call, by=bob.user)
    await carol.nothing("call.cancelled")
    await carol.request("call.accept", call=call)
    await alice.request("call.end", call=call)


async def test_partial_failure(server):
    alice, bob, carol, dave, eve = await server.people("alice", "bob", "carol", "dave", "eve")
    other = await dave.connect(eve)
    call = await alice.connect(bob)
    reply = await bob.request("call.add", call=call, invitees=[
        carol.user, "nobody", bob.user, carol.user, dave.user])
    assert reply["failed"] == [{"user": "nobody", "code": "unknown-user"},
                               {"user": bob.user, "code": "busy-self"}]
    assert {user["id"] for user in (await alice.event("call.added"))["users"]} == {
        carol.user, dave.user}
    for person in alice, bob:
        await person.event("call.rejected", call=call, user=dave.user, reason="busy")
    await dave.nothing("call.received")
    await carol.event("call.received", call=call)
    error = await alice.refused("no-invitee", "call.add", call=call,
                                invitees=["nobody", alice.user])
    assert error["failed"] == [{"user": "nobody", "code": "unknown-user"},
                               {"user": alice.user, "code": "busy-self"}]
    await bob.nothing("call.added")
    await alice.request("call.end", call=call)
    await dave.request("call.end", call=other)


async def test_offline(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await carol.leave()
    call = await alice.connect(bob)
    await bob.request("call.add", call=call, invitees=[carol.user])
    await bob.event("call.offline", call=call, user=carol.user)
    await alice.nothing("call.offline")
    carol = await server.again(carol)
    await carol.event("call.received", call=call)
    await bob.event("call.ringing", call=call)
    await bob.request("call.leave", call=call, reason="hung-up")  # it rings on: the call does
    await alice.event("call.left", call=call)
    await carol.request("call.accept", call=call)
    await alice.event("call.accepted", call=call, user=carol.user)
    await alice.request("call.end", call=call)


async def test_history_of_who_was_added(server):
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call = await alice.connect(bob)
    await bob.request("call.add", call=call, invitees=[carol.user, dave.user])
    for person in carol, dave:
        await person.event("call.received", call=call)
    await carol.request("call.accept", call=call)
    await alice.request("call.end", call=call)
    for person, direction, outcome in ((alice, "outgoing", "answered"), (bob, "incoming", "answered"),
                                       (carol, "incoming", "answered"),
                                       (dave, "incoming", "missed")):
        await person.event("history.changed")
        line, = await person.history()
        assert (line["direction"], line["outcome"]) == (direction, outcome)
        assert {member["id"] for member in line["members"]} == {
            other.user for other in (alice, bob, carol, dave) if other is not person}


harness.run(
    test_a_member_adds, test_while_it_rings, test_who_may_not_add, test_ten_people,
    test_withdrawing, test_withdrawing_what_somebody_else_added, test_partial_failure,
    test_offline, test_history_of_who_was_added,
    together=[test_somebody_again, test_each_has_its_own_time])
