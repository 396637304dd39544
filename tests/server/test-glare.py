#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people who call each other at the same time are connected to each other."""
import harness


async def merged(client, to, call, media="video", wanted="video"):
    """@client calls @to, whose call it is that comes about."""
    reply = await client.request("call.invite", invitees=[to.user], media=wanted)
    assert reply["merged"] is True and reply["call"] == call and reply["failed"] == []
    assert reply["media"] == media
    assert {member["id"] for member in reply["members"]} == {client.user, to.user}
    return reply


async def end(call, *people):
    """Everybody is in it: what one says reaches the other; and then it is over for all."""
    alice, bob = people
    for sender, to in (alice, bob), (bob, alice):
        await sender.request("signal.send", **sender.signal(to, call))
        await to.event("signal.received", call=call)
    await bob.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended", call=call)
    for person in people:
        person.events.clear()
        lines = await person.history(limit=2)
        assert [line["call"] for line in lines].count(call) == 1
        assert (lines[0]["call"], lines[0]["outcome"]) == (call, "answered")


async def test_both_orders(server):
    alice, bob = await server.people("alice", "bob")
    for first, second in (alice, bob), (bob, alice):
        call = await first.ringing(second)
        await merged(second, first, call)
        accepted = await first.event("call.accepted", call=call)
        assert (accepted["user"], accepted["device"]) == (second.user, "desk")
        for person in first, second:
            await person.nothing("call.rejected", "call.ended", "call.cancelled")
        await second.nothing("call.accepted", "call.answered-elsewhere")
        await end(call, first, second)


async def test_different_media(server):
    """The earlier one says what it is."""
    alice, bob = await server.people("alice", "bob")
    for media, other in ("voice", "video"), ("video", "voice"):
        call = await alice.ringing(bob, media=media)
        await merged(bob, alice, call, media, other)
        await alice.event("call.accepted", call=call)
        await end(call, alice, bob)


async def test_named_twice(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    reply = await bob.request("call.invite", invitees=[alice.user, alice.user], media="video",
                              data="you too?")
    assert reply["merged"] and reply["call"] == call
    assert (await alice.event("call.accepted", call=call))["data"] == "you too?"
    await end(call, alice, bob)


async def test_several_devices(server):
    alice, bob = await server.people("alice", "bob")
    alice_lap, bob_lap = (await server.device(alice.user, "lap"), await server.device(bob.user, "lap"))
    call = await alice.ringing(bob)
    await alice_lap.event("call.created", call=call)
    await bob_lap.event("call.received", call=call)
    await merged(bob_lap, alice, call)
    assert (await alice.event("call.accepted", call=call))["device"] == "lap"
    elsewhere = await bob.event("call.answered-elsewhere", call=call)
    assert (elsewhere["outcome"], elsewhere["device"]) == ("accepted", f"{bob.user} at lap")
    await bob.refused("answered-elsewhere", "call.accept", call=call)
    await end(call, alice, bob_lap)
    await alice_lap.event("call.ended", call=call)


async def test_groups_do_not_merge(server):
    """Neither the call that rings nor the one that is wanted may be of more than two."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.ringing(bob, carol)
    await bob.refused("busy-self", "call.invite", invitees=[alice.user], media="video")
    await alice.request("call.cancel", call=call)
    call = await alice.ringing(bob)
    await bob.refused("busy-self", "call.invite", invitees=[alice.user, carol.user], media="video")
    await carol.nothing("call.rejected")
    await bob.refused("busy-self", "call.invite", invitees=[carol.user], media="video")
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await bob.refused("busy-self", "call.invite", invitees=[alice.user], media="video")
    await end(call, alice, bob)
    await carol.nothing("call.received")


async def test_too_late(server):
    """When it rings no more there is nothing to merge with: a call of one's own."""
    alice, bob = await server.people("alice", "bob")
    first = await alice.ringing(bob)
    await alice.request("call.cancel", call=first)
    second = await bob.ringing(alice)
    assert second != first
    await alice.request("call.accept", call=second)
    await end(second, alice, bob)


async def test_repeated(server):
    """The reply that names the call was lost."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    lost, future = await bob.lose("call.invite", invitees=[alice.user], media="voice")
    assert lost["merged"] and lost["call"] == call
    server.crash()
    assert await bob.resume() and await alice.resume()
    assert await bob.reply(future) == lost
    assert len(await alice.told("call.accepted")) == 1
    await end(call, alice, bob)


async def test_races(server):
    alice, bob = await server.people("alice", "bob")
    first = {alice: 0, bob: 0}
    for number in range(50):
        order = (alice, bob) if number % 2 else (bob, alice)
        futures = [await person.start("call.invite", media="voice", invitees=[
            (bob if person is alice else alice).user]) for person in order]
        replies = {person: await person.reply(future) for person, future in zip(order, futures)}
        assert all(reply["ok"] for reply in replies.values()), replies
        call, = {reply["call"] for reply in replies.values()}
        winner, = [person for person in order if not replies[person].get("merged")]
        first[winner] += 1
        await winner.event("call.accepted", call=call)
        for person in order:
            await person.nothing("call.rejected", "call.ended", "call.cancelled")
        await end(call, alice, bob)
    assert sum(first.values()) == 50
    print(f"# {[f'{person.user}: {count}' for person, count in first.items()]}")


harness.run(
    test_both_orders, test_different_media, test_named_twice, test_several_devices,
    test_groups_do_not_merge, test_too_late, test_repeated, test_races,
    settings={"limits": {"requests-per-minute": 100000, "invitations-per-minute": 1000}})
