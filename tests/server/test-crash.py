#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at each step of a call: the next server on the same data knows what people were told."""
import asyncio
import time

import harness

LIMITS = {"requests-per-minute": 100000, "invitations-per-minute": 1000}


async def resume(*people):
    """They all come back, and their sessions go on."""
    for resumed in await asyncio.gather(*(person.resume() for person in people)):
        assert resumed


async def test_after_the_invite(server):
    """The caller has the reply, the callee has read nothing yet."""
    alice, bob = await server.people("alice", "bob")
    bob.deaf = True
    call = await alice.invite(bob, timeout=60, data="hi")
    server.crash()
    await resume(alice, bob)
    assert [(entry["call"], entry["state"]) for entry in alice.welcome["calls"]] == [(call, "accepted")]
    received = await bob.event("call.received", call=call)
    assert received["data"] == "hi" and 50000 < received["remaining_ms"] < 60000
    await alice.event("call.ringing", call=call, user=bob.user)
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call, user=bob.user)
    await alice.request("call.end", call=call)
    await bob.event("call.ended", call=call)


async def test_invite_whose_reply_was_lost(server):
    """The caller asks again, and there is one call."""
    alice, bob = await server.people("alice", "bob")
    lost, future = await alice.lose("call.invite", invitees=[bob.user], media="voice")
    server.crash()
    await resume(alice, bob)
    assert await alice.reply(future) == lost
    await bob.event("call.received", call=lost["call"])
    await bob.nothing("call.received")
    assert [entry["call"] for entry in bob.welcome["calls"]] == [lost["call"]]
    await alice.request("call.cancel", call=lost["call"])


async def test_offline_callee(server):
    """Who was not there when it began to ring, nor when the server died, is still rung."""
    alice, bob = await server.people("alice", "bob")
    await bob.leave()
    call = await alice.invite(bob)
    await alice.event("call.offline", call=call, user=bob.user)
    for number in range(3):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
    server.crash()
    bob = await server.again(bob)
    await bob.event("call.received", call=call)
    for number in range(3):
        assert (await bob.event("signal.received"))["payload"] == {"n": number}
    await resume(alice)
    await alice.event("call.ringing", call=call, user=bob.user)
    await bob.request("call.reject", call=call, reason="busy")
    await alice.event("call.rejected", call=call, reason="busy")


async def test_while_it_rings(server):
    alice, bob = await server.people("alice", "bob")
    lap = await server.device(bob.user, "lap")
    call = await alice.ringing(bob)
    server.crash()
    await resume(alice, bob, lap)
    for device in bob, lap:
        entry = device.welcome["calls"][0]
        assert (entry["call"], entry["state"]) == (call, "ringing")
        assert 0 < entry["remaining_ms"] < entry["timeout"] * 1000
        assert entry["from"] == {"id": alice.user, "name": "Alice"}
    await bob.nothing("call.received")  # it was acknowledged
    await alice.nothing("call.ringing")  # this was, too
    await alice.request("signal.send", **alice.signal(bob, call))
    await bob.event("signal.received")
    await bob.request("call.accept", call=call)
    await lap.event("call.answered-elsewhere", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


async def test_after_the_accept(server):
    """It was decided; neither of them has read it."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    alice.deaf = True
    lost, future = await bob.lose("call.accept", call=call)
    server.crash()
    await resume(alice, bob)
    assert lost["ok"] and await bob.reply(future) == lost
    assert [event["type"] for event in await alice.told("call.accepted", "call.left")] == [
        "call.accepted"]
    await alice.request("signal.send", **alice.signal(bob, call))
    await bob.event("signal.received", call=call)
    await bob.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended", call=call)


async def test_after_each_answer(server):
    """Reject, cancel, leave, end: what the reply said is so."""
    alice, bob = await server.people("alice", "bob")
    for client, kind, fields, connected in (
            (bob, "call.reject", {"reason": "declined"}, False), (alice, "call.cancel", {}, False),
            (bob, "call.leave", {"reason": "hung-up"}, True), (alice, "call.end", {}, True)):
        call = await (alice.connect(bob) if connected else alice.ringing(bob))
        alice.events.clear()
        bob.events.clear()
        lost, future = await client.lose(kind, call=call, **fields)
        server.crash()
        await resume(alice, bob)
        assert lost["ok"] and await client.reply(future) == lost, kind
        assert alice.welcome["calls"] == bob.welcome["calls"] == []
        other = bob if client is alice else alice
        kinds = ["call.cancelled"] if kind == "call.cancel" else ["call.ended"]
        assert [event["call"] for event in await other.told(*kinds)] == [call], kind
        lines = [(await person.history(limit=1))[0] for person in (alice, bob)]
        assert [line["call"] for line in lines] == [call, call]
        error = await bob.refused("call-over", "call.accept", call=call)
        assert error["outcome"]


async def test_running_calls_never_notice(_):
    """Those whose members come back. That of the others ends after a while."""
    async with harness.Server({"limits": {**LIMITS, "member-grace": 5}}) as server:
        alice, bob, carol, dave, eve, finn = await server.people(
            "alice", "bob", "carol", "dave", "eve", "finn")
        kept, broken, given_up = (await alice.connect(bob), await carol.connect(dave),
                                  await eve.connect(finn))
        server.crash()
        await resume(alice, bob, carol)
        left = await carol.event("call.left", call=broken)
        assert (left["user"], left["reason"]) == (dave.user, "lost")
        assert (await carol.event("call.ended", call=broken))["reason"] == "lost"
        for person in alice, bob:
            entry, = person.welcome["calls"]
            assert (entry["call"], entry["state"], entry["device"]) == (kept, "accepted", "desk")
            await person.nothing("call.left", "call.ended", "call.accepted")
        await alice.request("signal.send", **alice.signal(bob, kept))
        await bob.event("signal.received")
        assert (await bob.request("call.leave", call=kept, reason="hung-up"))["duration"] >= 2000
        await resume(dave, eve, finn)
        for person, call in (dave, broken), (eve, given_up), (finn, given_up):
            assert person.welcome["calls"] == []
            line, = await person.history()
            assert (line["call"], line["outcome"]) == (call, "answered")


async def test_caller_has_the_same_time_after_a_restart(_):
    """A call that rings is not ended by the short grace that its caller has otherwise."""
    async with harness.Server({"limits": {**LIMITS, "caller-grace": 0}}) as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.ringing(bob)
        server.crash()
        await resume(bob)
        await bob.nothing("call.cancelled")
        await resume(alice)
        await bob.request("call.accept", call=call)
        await alice.event("call.accepted", call=call)
        await alice.request("call.end", call=call)


async def test_signals(server):
    """What was taken arrives once, in its order."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    expected = []
    for number in range(5):
        bob.deaf = True
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
        lost, future = await alice.lose("signal.send", **alice.signal(bob, call, {"again": number}))
        server.crash()
        await resume(bob, alice)
        assert await alice.reply(future) == lost
        expected += [{"n": number}, {"again": number}]
    assert [event["payload"] for event in await bob.told("signal.received")] == expected
    await alice.request("call.end", call=call)


async def test_requests_under_way(server):
    """The server dies while it works: each request is done once."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    for round_ in range(10):
        futures = [await alice.start("signal.send", **alice.signal(bob, call, {"n": number}))
                   for number in range(50)]
        await alice.reply(futures[5 * round_])
        server.crash()
        await resume(alice, bob)
        for future in futures:
            assert (await alice.reply(future))["ok"]
        signals = [event["payload"]["n"] for event in await bob.told("signal.received")]
        assert signals == list(range(50)), (round_, signals)
    await alice.request("call.end", call=call)


async def test_while_they_are_away(server):
    """Events for somebody without a connection outlive the server as well."""
    alice, bob = await server.people("alice", "bob")
    first = await alice.ringing(bob)
    await bob.cut()
    await alice.request("call.cancel", call=first, data="later")
    second = await alice.invite(bob)
    server.crash()
    await resume(bob, alice)
    assert [(event["type"], event.get("call")) for event in await bob.told()] == [
        ("call.cancelled", first), ("history.changed", None), ("history.missed", None),
        ("call.received", second)]
    await alice.event("call.ringing", call=second)
    await alice.request("call.cancel", call=second)


async def test_deadline_while_it_was_down(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await carol.leave()
    call = await alice.invite(bob, carol, timeout=1)
    rung = time.monotonic()
    await bob.event("call.received", call=call)
    server.kill()
    await asyncio.sleep(max(0, rung + 1.1 - time.monotonic()))  # what is tested is that time passes
    server.start()
    await resume(alice, bob)
    calls = alice.welcome["calls"], bob.welcome["calls"]
    assert calls == ([], []), (calls, time.monotonic() - rung)
    assert sorted((await alice.event("call.unanswered", call=call))["users"]) == sorted(
        [bob.user, carol.user])
    assert (await alice.event("call.ended", call=call))["reason"] == "unanswered"
    await bob.event("call.timeout", call=call)
    carol = await server.again(carol)
    await carol.nothing("call.received")
    for person in bob, carol:
        assert person.welcome["missed"] == 1
        line, = await person.history()
        assert (line["call"], line["outcome"]) == (call, "missed")


async def test_people_are_as_they_were(server):
    """Presence and who watches it, contacts, blocks, names, missed calls."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await alice.request("contacts.add", user=bob.user)
    await alice.request("contacts.block", user=carol.user)
    await alice.request("profile.set", name="Alice B.")
    await alice.request("presence.set", state="dnd")
    await bob.request("presence.watch", users=[alice.user, carol.user])
    await bob.event("presence.changed", user=alice.user, state="dnd")
    await bob.event("presence.changed", user=carol.user, state="online")
    call = await bob.invite(alice)
    await bob.request("call.cancel", call=call)
    server.crash()
    await resume(alice, bob, carol)
    lists = await alice.request("contacts.list")
    assert [entry["id"] for entry in lists["contacts"]] == [bob.user]
    assert [entry["id"] for entry in lists["blocked"]] == [carol.user]
    assert alice.welcome["user"]["name"] == "Alice B." and alice.welcome["missed"] == 1
    call = await carol.invite(alice)
    await carol.event("call.offline", call=call, user=alice.user)
    await carol.request("call.cancel", call=call)
    await alice.request("presence.set", state="online")
    states = [(event["user"], event["state"]) for event in
              [await bob.event("presence.changed", user=alice.user, state="online")]]
    assert states == [(alice.user, "online")]
    assert not [event for event in await bob.told("presence.changed")
                if event["state"] == "offline"]


async def test_presence_that_nobody_was_told_yet(server):
    """A change is told after the crash, also that of somebody who is gone."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    await alice.request("presence.watch", users=[bob.user, carol.user, dave.user])
    for person in bob, carol, dave:
        await alice.event("presence.changed", user=person.user, state="online")
    alice.deaf = True
    await bob.request("presence.set", state="dnd")
    await carol.request("bye")
    server.crash()
    dave_again = await server.again(dave)
    await dave_again.request("presence.set", state="dnd")
    server.crash()
    await resume(alice, bob)
    await alice.event("presence.changed", user=bob.user, state="dnd")
    await alice.event("presence.changed", user=carol.user, state="offline")
    await alice.event("presence.changed", user=dave.user, state="dnd")


async def test_who_does_not_come_back_is_offline(_):
    async with harness.Server({"limits": {"presence-grace": 4}}) as server:
        alice, bob, carol = await server.people("alice", "bob", "carol")
        await alice.request("presence.watch", users=[bob.user, carol.user])
        for person in bob, carol:
            await alice.event("presence.changed", user=person.user, state="online")
        server.crash()
        await resume(alice, bob)
        await alice.event("presence.changed", user=carol.user, state="offline")
        await alice.nothing("presence.changed")
        await resume(carol)
        await alice.event("presence.changed", user=carol.user, state="online")


async def test_crash_after_crash(server):
    """Also of servers that have hardly started, and to which nobody came back."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob)
    await carol.cut()
    for number in range(15):
        server.crash()
        if number % 3 == 0:
            await resume(alice, bob)
            await bob.request("signal.send", **bob.signal(alice, call, {"n": number}))
            await alice.event("signal.received", payload={"n": number})
            await alice.request("call.add", call=call, invitees=[carol.user])
            await alice.request("call.cancel", call=call, invitees=[carol.user])
    await resume(alice, bob, carol)
    kinds = [event["type"] for event in await carol.told() if event["type"].startswith("call.")]
    assert kinds == ["call.received", "call.cancelled"] * 5
    assert [event for event in await alice.told("call.left", "call.ended", "call.accepted")] == []
    await bob.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended", call=call)


harness.run(
    test_after_the_invite, test_invite_whose_reply_was_lost, test_offline_callee,
    test_while_it_rings, test_after_the_accept, test_after_each_answer, test_signals,
    test_requests_under_way, test_while_they_are_away, test_deadline_while_it_was_down,
    test_people_are_as_they_were, test_presence_that_nobody_was_told_yet, test_crash_after_crash,
    together=[test_running_calls_never_notice, test_caller_has_the_same_time_after_a_restart,
              test_who_does_not_come_back_is_offline],
    settings={"limits": LIMITS})
