#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that break, and sessions that go on: nothing is lost, nothing happens twice."""
import asyncio
import time

import harness

REPLIES_KEPT = 4096  # of a session
REPLY_LIFE = 25  # seconds, with a silence of three and a session of six


async def test_events_come_again(server):
    """In their order, with their numbers, as often as they are not acknowledged."""
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    call = await alice.invite(bob)
    for number in range(3):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
    first = await bob.told()
    await bob.cut()
    await alice.request("call.cancel", call=call)
    session = bob.session
    for _ in range(2):
        assert await bob.resume(seq=0)
        assert bob.session == session
        again = await bob.told()
        received = again[0].pop("remaining_ms")
        assert received == 0
        assert again[:4] == [{key: value for key, value in event.items() if key != "remaining_ms"}
                             for event in first]
        assert [event["type"] for event in again[4:]] == [
            "call.cancelled", "history.changed", "history.missed"]
        await bob.cut()
    assert await bob.resume(seq=4)
    assert [event["seq"] for event in await bob.told()] == [5, 6, 7]
    assert await bob.resume()
    assert await bob.told() == []


async def test_what_was_acknowledged_does_not_come_again(server):
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    call = await alice.invite(bob)
    for number in range(3):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number}))
    assert len(await bob.told()) == 4
    await bob.ack(3)
    await bob.request("ping")
    assert await bob.resume(seq=3)
    assert [event["payload"] for event in await bob.told()] == [{"n": 2}]
    await alice.request("call.cancel", call=call)


async def test_resuming_acknowledges(server):
    """A device that has call.received rings, also when its ack was lost."""
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    call = await alice.invite(bob)
    await bob.event("call.received", call=call)
    await alice.nothing("call.ringing")
    assert await bob.resume()
    await alice.event("call.ringing", call=call, user=bob.user)
    await bob.ack()
    await bob.ack()
    await bob.ack(2 ** 53)
    await bob.request("ping")
    await alice.nothing("call.ringing")
    await alice.request("call.cancel", call=call)


async def test_remaining_time_is_brought_up_to_date(server):
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    start = time.monotonic()
    call = await alice.invite(bob, timeout=30)
    first = (await bob.event("call.received", call=call))["remaining_ms"]
    assert 29000 < first <= 30000
    await bob.cut()
    await asyncio.sleep(0.2)  # what is tested is that time passes
    assert await bob.resume(seq=0)
    again = (await bob.event("call.received", call=call))["remaining_ms"]
    passed = (time.monotonic() - start) * 1000
    assert first - passed - 50 <= again <= first - 150, (first, again, passed)
    assert again - 50 <= bob.welcome["calls"][0]["remaining_ms"] <= again + 50
    await bob.cut()
    await alice.request("call.cancel", call=call)
    assert await bob.resume(seq=0)
    assert (await bob.event("call.received", call=call))["remaining_ms"] == 0
    await bob.event("call.cancelled", call=call)
    assert bob.welcome["calls"] == []


async def test_repeated_call_requests(server):
    """Each is done once and answered twice, with the same words."""
    alice, bob, carol = await server.people("alice", "bob", "carol")

    async def twice(client, kind, **fields):
        lost, future = await client.lose(kind, **fields)
        assert lost["ok"], lost
        assert await client.resume()
        assert await client.reply(future) == lost
        return lost

    call = (await twice(alice, "call.invite", invitees=[bob.user], media="voice"))["call"]
    assert [entry["call"] for entry in alice.welcome["calls"]] == [call]
    await alice.event("call.ringing", call=call)
    await twice(alice, "signal.send", **alice.signal(bob, call, {"n": 1}))
    await twice(alice, "call.cancel", call=call)
    events = await bob.told()
    assert [event["type"] for event in events] == [
        "call.received", "signal.received", "call.cancelled", "history.changed", "history.missed"]

    call = await alice.ringing(bob)
    await twice(bob, "call.reject", call=call, reason="declined")
    assert [event["user"] for event in await alice.told("call.rejected")] == [bob.user]

    call = await alice.ringing(bob)
    await twice(bob, "call.accept", call=call)
    await twice(bob, "call.add", call=call, invitees=[carol.user])
    assert [event["type"] for event in await alice.told("call.accepted", "call.added")] == [
        "call.accepted", "call.added"]
    assert len(await carol.told("call.received")) == 1
    await carol.request("call.accept", call=call)
    await twice(carol, "call.leave", call=call, reason="hung-up")
    await twice(carol, "call.join", call=call)
    assert [event["type"] for event in await alice.told("call.left", "call.accepted")] == [
        "call.accepted", "call.left", "call.accepted"]
    await twice(alice, "call.end", call=call)
    assert len(await bob.told("call.ended")) == 1


async def test_repeated_requests_of_other_kinds(server):
    alice, bob = await server.people("alice", "bob")
    lap = await server.device(alice.user, "lap")
    for kind, fields in (("contacts.add", {"user": bob.user}), ("contacts.block", {"user": bob.user}),
                         ("contacts.unblock", {"user": bob.user}),
                         ("contacts.remove", {"user": bob.user})):
        lost, future = await alice.lose(kind, **fields)
        assert lost["ok"] and await alice.resume()
        assert await alice.reply(future) == lost
        assert len(await lap.told("contacts.changed")) == 1, kind
    for kind, fields in (("profile.set", {"name": "Alice B."}), ("presence.set", {"state": "dnd"}),
                         ("presence.watch", {"users": [bob.user]}), ("device.set", {"ring": False}),
                         ("history.seen", {"until": 1}), ("ping", {}), ("ice.servers", {})):
        lost, future = await alice.lose(kind, **fields)
        assert lost["ok"] and await alice.resume()
        assert await alice.reply(future) == lost
    assert len(await alice.told("presence.changed")) == 1  # that of the first time


async def test_repeated_errors(server):
    """What was refused stays refused, though it would be possible now."""
    alice, bob = await server.people("alice", "bob")
    lost, future = await alice.lose("call.invite", invitees=["late-riser"], media="voice")
    assert lost["error"]["code"] == "no-invitee"
    await server.register("late-riser")
    assert await alice.resume()
    assert await alice.reply(future) == lost
    call = await alice.ringing(bob)
    lost, future = await bob.lose("call.leave", call=call, reason="hung-up")
    assert lost["error"]["code"] == "not-in-call"
    assert await bob.resume(again=False)
    await bob.request("call.accept", call=call)
    await bob.send({"id": lost["re"], "type": "call.leave", "call": call, "reason": "hung-up"})
    assert await bob.reply(future) == lost
    await alice.nothing("call.left")
    await alice.request("call.end", call=call)
    lost, future = await bob.lose("call.accept", call=call)
    assert lost["error"]["outcome"] == "hung-up"
    assert await bob.resume()
    assert await bob.reply(future) == lost


async def test_many_without_a_reply(server):
    """A reply is remembered however many came after it."""
    alice = await server.person("alice")
    alice.deaf = True
    futures = [await alice.start("contacts.add", user="nobody") for _ in range(399)]
    lost, future = await alice.lose("contacts.add", user="nobody")
    assert await alice.resume()
    for reply in [await alice.reply(future) for future in [*futures, future]]:
        assert not reply["ok"] and reply["error"] == lost["error"], reply


async def test_a_reply_waits_for_a_connection_that_holds(_):
    """However long it takes: who has no connection that carries it asks for it again."""
    async with harness.Server({"limits": {"silence-seconds": 3, "session-seconds": 6}}) as server:
        alice = await server.person("alice")
        lost, future = await alice.lose("call.invite", invitees=["alice"], media="voice")
        assert lost["error"]["code"] == "no-invitee"
        end = time.monotonic() + REPLY_LIFE
        while time.monotonic() < end:
            assert await alice.resume(again=False)
            await asyncio.sleep(0.5)  # what is tested is that time passes
            await alice.cut()
        assert await alice.resume()
        assert await alice.reply(future) == lost


async def test_a_reply_that_is_forgotten(_):
    """What became of it is not known any more, also after a crash: it was not just done."""
    async with harness.Server({"limits": {"requests-per-minute": 1000000}}) as server:
        alice, bob = await server.people("alice", "bob")
        lost, future = await alice.lose("call.invite", invitees=[bob.user], media="voice")
        assert lost["ok"] and await alice.resume(again=False)
        for refused in [await alice.start("contacts.add", user="nobody") for _ in range(REPLIES_KEPT)]:
            await alice.reply(refused)
        server.crash()
        assert await alice.resume()
        answer = await alice.reply(future)
        assert answer["error"]["code"] == "internal", answer


async def test_refused_for_its_speed(_):
    """Also that is an answer, and it is given again: the request was not done."""
    async with harness.Server({"limits": {"requests-per-minute": 60}}) as server:
        alice, bob = await server.people("alice", "bob")
        replies = [await alice.reply(future) for future in
                   [await alice.start("contacts.add", user=bob.user) for _ in range(35)]]
        refused = [reply for reply in replies if not reply["ok"]][-1]
        assert refused["error"]["code"] == "rate-limited", refused
        await asyncio.sleep(refused["error"]["retry_after"])  # who does as told goes on
        await alice.request("contacts.remove", user=bob.user)
        _, future = alice.expect("contacts.add", refused["re"], {
            "id": refused["re"], "type": "contacts.add", "user": bob.user})
        assert await alice.resume()
        assert await alice.reply(future) == refused


async def test_ids_need_not_be_without_gaps(server):
    alice = await server.person("alice")
    for number in 5, 7, 1000, 2 ** 53:
        _, future = alice.expect("contacts.list", number)
        await alice.send({"id": number, "type": "contacts.list"})
        assert (await alice.reply(future))["ok"]


async def test_requests_under_way(server):
    """A connection that breaks at any moment: each signal arrives once, and all in their order."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    for round_ in range(20):
        futures = [await alice.start("signal.send", **alice.signal(bob, call, {"n": number}))
                   for number in range(30)]
        if round_:
            await alice.reply(futures[round_])
        alice.connection.socket.transport.abort()
        if round_ % 3 == 0:
            bob.connection.socket.transport.abort()
            assert await bob.resume()
        assert await alice.resume()
        for future in futures:
            assert (await alice.reply(future))["ok"]
        signals = await bob.told("signal.received")
        assert [event["payload"]["n"] for event in signals] == list(range(30)), round_
    await alice.request("call.end", call=call)


async def test_what_cannot_be_resumed(server):
    """Another device, another person, no such session, events that never were: a new session, and the
    one that was meant is not touched."""
    alice, eve = await server.people("alice", "eve")
    await alice.request("contacts.add", user=eve.user)
    await alice.event("contacts.changed")
    lap = await server.device(alice.user, "lap")
    sessions = {alice.session, lap.session, eve.session}
    for client, session, seq in ((lap, alice.session, 0), (eve, alice.session, 0),
                                 (eve, "no-such-session", 0), (lap, "x" * 64, 2 ** 53)):
        older = client.session
        client.session = session
        assert not await client.resume(seq=seq)
        assert client.session not in sessions
        sessions.add(client.session)
        client.session = older
        assert not await client.resume(seq=0), "the device's older session was still there"
        sessions.add(client.session)
        await client.request("ping")
    await alice.request("ping")
    assert not await alice.resume(seq=2)  # it had one event
    assert alice.session not in sessions
    await alice.leave()
    assert not await alice.resume()  # not after a goodbye


async def test_new_session_begins_anew(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    lost, future = await bob.lose("call.reject", call=call, reason="declined")
    bob.session = "no-such-session"
    assert lost["ok"] and not await bob.resume()
    assert isinstance(future.exception(), ConnectionError)
    call = await alice.invite(bob)
    assert (await bob.event("call.received", call=call))["seq"] == 1
    assert (await bob.request("call.accept", call=call))["re"] == 1
    await alice.request("call.end", call=call)


async def test_the_same_device_with_a_living_connection(server):
    """Resuming replaces the older connection, and so does a new hello."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    older = bob.connection
    assert await bob.resume()
    assert await older.closed() == 4002
    assert [entry["state"] for entry in bob.welcome["calls"]] == ["accepted"]
    await bob.request("signal.send", **bob.signal(alice, call))
    await alice.event("signal.received", call=call)
    newer = await server.again(bob)
    assert await bob.closed() == 4002
    assert newer.session != bob.session
    await newer.request("call.leave", call=call, reason="hung-up")
    assert await alice.told("call.left") != []


async def test_a_session_keeps_what_it_wanted(server):
    """Whom it watches, and whether it rings."""
    alice, bob = await server.people("alice", "bob")
    await alice.request("presence.watch", users=[bob.user])
    await alice.event("presence.changed", user=bob.user, state="online")
    await alice.cut()
    await bob.request("presence.set", state="dnd")
    assert await alice.resume()
    await alice.event("presence.changed", user=bob.user, state="dnd")


async def test_a_device_that_rings_again_is_told(server):
    """It said that it does not ring, and hello says now that it does."""
    alice = await server.person("alice")
    bob = await server.person("bob", ring=False)
    call = await alice.invite(bob)
    await alice.event("call.offline", call=call, user=bob.user)
    await bob.nothing("call.received")
    bob.ring = True
    assert await bob.resume()
    await bob.event("call.received", call=call)
    await alice.event("call.ringing", call=call)
    await alice.request("call.cancel", call=call)


async def test_session_expires(_):
    settings = {"limits": {"session-seconds": 4, "member-grace": 5}}
    async with harness.Server(settings) as server:
        alice, bob, carol = await server.people("alice", "bob", "carol")
        call = await alice.connect(bob)
        await bob.cut()
        await carol.cut()
        assert await carol.resume()  # its time has not passed yet
        await alice.event("call.left", call=call, user=bob.user, reason="lost")  # now it has
        assert not await bob.resume()
        assert bob.welcome["calls"] == []


async def test_too_much_while_away(_):
    """Who does not come back for what they are told gets a new session, and is no burden."""
    settings = {"limits": {"requests-per-minute": 100000, "signal-bytes-per-minute": 100000000}}
    async with harness.Server(settings) as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.connect(bob)
        await bob.cut()
        for _ in range(290):
            await alice.ask("signal.send", **alice.signal(bob, call, {"x": "x" * 30000}))
        assert not await bob.resume()
        assert await bob.told("signal.received") == []
        assert [entry["call"] for entry in bob.welcome["calls"]] == [call]
        await bob.request("call.join", call=call)
        await alice.event("call.accepted", call=call, user=bob.user)


async def test_much_while_away(_):
    """More than the server would keep in the queue of a connection: it comes bit by bit."""
    settings = {"limits": {"requests-per-minute": 100000, "outbound-bytes": 131072}}
    async with harness.Server(settings) as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.connect(bob)
        await bob.cut()
        for number in range(100):
            await alice.request("signal.send", **alice.signal(bob, call, {"n": number,
                                                                          "x": "x" * 30000}))
        assert await bob.resume()
        for number in range(100):
            assert (await bob.event("signal.received"))["payload"]["n"] == number
        await alice.request("call.end", call=call)


async def test_planned_stop(_):
    """session.closing, 4006, and the next server goes on with the session."""
    async with harness.Server() as server:
        alice, bob = await server.people("alice", "bob")
        call = await alice.ringing(bob)
        await server.restart()
        for person in alice, bob:
            closing = await person.event("session.closing")
            assert 0 <= closing["reconnect_after"] <= 60
            assert await person.closed() == 4006
        assert await alice.resume() and await bob.resume()
        assert bob.welcome["calls"][0]["state"] == "ringing"
        await bob.request("call.accept", call=call)
        await alice.event("call.accepted", call=call, user=bob.user)
        await alice.nothing("session.closing", "call.left", "call.ringing")


harness.run(
    test_events_come_again, test_what_was_acknowledged_does_not_come_again,
    test_resuming_acknowledges, test_remaining_time_is_brought_up_to_date,
    test_repeated_call_requests, test_repeated_requests_of_other_kinds, test_repeated_errors,
    test_many_without_a_reply, test_ids_need_not_be_without_gaps, test_requests_under_way,
    test_what_cannot_be_resumed, test_new_session_begins_anew,
    test_the_same_device_with_a_living_connection, test_a_session_keeps_what_it_wanted,
    test_a_device_that_rings_again_is_told,
    together=[test_a_reply_waits_for_a_connection_that_holds, test_a_reply_that_is_forgotten,
              test_refused_for_its_speed, test_session_expires, test_much_while_away,
              test_too_much_while_away, test_planned_stop],
    settings={"limits": {"requests-per-minute": 100000, "invitations-per-minute": 1000}})
