#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several invitees, several devices, and connections that break."""
import asyncio

import harness


async def test_partial_failure(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    reply = await alice.request("call.invite", media="voice",
                                invitees=[bob.user, "nobody", alice.user, carol.user, bob.user])
    assert reply["failed"] == [{"user": "nobody", "code": "unknown-user"},
                               {"user": alice.user, "code": "busy-self"}]
    assert [member["id"] for member in reply["members"]] == [alice.user, bob.user, carol.user]
    for person in bob, carol:
        received = await person.event("call.received", call=reply["call"])
        assert len(received["members"]) == 3 and received["media"] == "voice"
    reply = await alice.request("call.cancel", call=reply["call"],
                                invitees=[bob.user, "nobody", alice.user])
    assert {"user": "nobody", "code": "not-invited"} in reply["failed"]
    await bob.event("call.cancelled")
    await carol.nothing("call.cancelled", "call.ended")
    await carol.request("call.reject", call=received["call"], reason="declined")
    assert (await alice.event("call.ended"))["reason"] == "rejected"


async def test_nine_invitees(server):
    alice, *others = await server.people("alice", *"bcdefghijk")
    error = await alice.refused("too-many-invitees", "call.invite", media="voice",
                                invitees=[person.user for person in others])
    assert error["message"]
    call = await alice.invite(*others[:9])
    await asyncio.gather(*(person.event("call.received", call=call) for person in others[:9]))
    await alice.request("call.end", call=call)
    await asyncio.gather(*(person.event("call.ended", call=call) for person in others[:9]))


async def test_three_in_a_call(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob, carol)
    accepted = await bob.event("call.accepted", call=call)
    assert accepted["user"] == carol.user
    await carol.request("call.leave", call=call, reason="hung-up")
    for person in alice, bob:
        assert (await person.event("call.left", call=call))["user"] == carol.user
        await person.nothing("call.ended")
    error = await carol.refused("call-over", "call.accept", call=call)
    assert error["outcome"] == "left"
    await alice.request("call.leave", call=call, reason="hung-up")  # the caller is one of them
    assert (await bob.event("call.left", call=call))["user"] == alice.user
    await bob.event("call.ended", call=call)


async def test_one_rejects_one_accepts(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.invite(bob, carol)
    for person in bob, carol:
        await person.event("call.received", call=call)
    await bob.request("call.accept", call=call)
    await carol.request("call.reject", call=call, reason="declined")
    for person in alice, bob:
        assert (await person.event("call.rejected", call=call))["user"] == carol.user
    error = await alice.refused("already-accepted", "call.cancel", call=call)
    assert error["message"]
    await alice.request("call.end", call=call)


async def test_caller_leaves_a_call_that_still_rings(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.invite(bob, carol, timeout=600)
    for person in bob, carol:
        await person.event("call.received", call=call)
    await bob.request("call.accept", call=call)
    await alice.request("call.leave", call=call, reason="hung-up")
    await carol.request("call.accept", call=call)
    assert (await bob.event("call.accepted", call=call))["user"] == carol.user
    await bob.request("call.leave", call=call, reason="hung-up")
    await carol.event("call.ended", call=call)


async def test_one_of_two_ringing_devices_goes(server):
    alice, desk = await server.people("alice", "bob")
    lap = await server.device(desk.user, "lap")
    call = await alice.invite(desk)
    for device in desk, lap:
        await device.event("call.received", call=call)
    await lap.request("bye")
    await lap.closed()
    await desk.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


async def test_bye_is_an_answer(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob)
    await bob.event("call.received", call=call)
    await bob.request("bye")
    assert await bob.closed() == 1000
    assert (await alice.event("call.rejected", call=call))["reason"] == "unavailable"
    await alice.event("call.ended", call=call)


async def test_bye_of_a_member(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.request("bye")
    assert (await alice.event("call.left", call=call))["reason"] == "quit"
    await alice.event("call.ended", call=call)


async def test_bye_of_the_caller(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob)
    await bob.event("call.received", call=call)
    await alice.request("bye")
    await bob.event("call.cancelled", call=call)


async def test_caller_is_lost(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    await alice.cut()
    await bob.event("call.cancelled", call=call)
    assert (await bob.refused("call-over", "call.accept", call=call))["outcome"] == "lost"


async def test_caller_comes_back(server):
    """In time, while another one does not: theirs is over, this one goes on."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call, other = await alice.ringing(bob), await carol.ringing(dave)
    await alice.cut()
    await carol.cut()
    assert await alice.resume()
    assert [(entry["call"], entry["state"]) for entry in alice.welcome["calls"]] == [(call, "accepted")]
    await dave.event("call.cancelled", call=other)
    await bob.nothing("call.cancelled", "call.ended")
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


async def test_member_is_lost(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.cut()
    left = await alice.event("call.left", call=call)
    assert (left["user"], left["reason"]) == (bob.user, "lost")
    assert (await alice.event("call.ended", call=call))["reason"] == "lost"


async def test_member_comes_back(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob, carol)
    await bob.cut()
    await carol.cut()
    assert await bob.resume()
    assert [entry["call"] for entry in bob.welcome["calls"]] == [call]
    await alice.event("call.left", call=call, user=carol.user)
    await alice.nothing("call.left", "call.ended")
    await alice.request("signal.send", **alice.signal(bob, call))
    await bob.event("signal.received")
    await bob.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended", call=call)


async def test_both_are_lost(server):
    """Nobody is left in it: that is the end, and whom it still rings learns it."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.ringing(bob, carol, timeout=60)
    await bob.request("call.accept", call=call)
    await bob.cut()
    await alice.cut()
    await carol.event("call.cancelled", call=call)
    again = await server.again(alice)
    assert again.welcome["calls"] == []
    assert (await again.history())[0]["outcome"] == "answered"


async def test_ringing_device_is_lost(server):
    """It just stops being one."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    await bob.cut()
    bob = await server.device(bob.user, "lap")
    await bob.event("call.received", call=call)
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


harness.run(
    test_partial_failure, test_nine_invitees, test_three_in_a_call, test_one_rejects_one_accepts,
    test_caller_leaves_a_call_that_still_rings, test_one_of_two_ringing_devices_goes,
    test_bye_is_an_answer, test_bye_of_a_member, test_bye_of_the_caller,
    test_ringing_device_is_lost,
    together=[test_caller_is_lost, test_caller_comes_back, test_member_is_lost,
              test_member_comes_back, test_both_are_lost],
    settings={"limits": {"caller-grace": 4, "member-grace": 4}})
