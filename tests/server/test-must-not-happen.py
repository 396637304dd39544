#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not happen: defects that other programs for calls have had, as far as the server decides.
The numbers are those of the list for the whole application."""
import asyncio
import time

import harness

LIMITS = {"requests-per-minute": 100000, "invitations-per-minute": 1000}


async def is_free(client, other):
    """They can call, and be called."""
    assert (await server_view(client)) == []
    call = await client.ringing(other)
    await client.request("call.cancel", call=call)
    await other.event("call.cancelled", call=call)
    call = await other.ringing(client)
    await other.request("call.cancel", call=call)
    await client.event("call.cancelled", call=call)


async def server_view(client):
    """Returns: the calls in which the server has them."""
    assert await client.resume()
    return client.welcome["calls"]


async def test_01_busy_for_ever_after_a_failure(server):
    """A failed invite, a lost race, a failed accept: whoever it happened to is free."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    lap = await server.device(bob.user, "lap")
    await alice.refused("no-invitee", "call.invite", invitees=["nobody"], media="video")
    await is_free(alice, carol)
    call = await alice.ringing(bob)
    await alice.request("call.cancel", call=call)
    await bob.refused("call-over", "call.accept", call=call)
    await is_free(bob, carol)
    call = await alice.ringing(bob)
    await lap.event("call.received", call=call)
    await lap.request("call.accept", call=call)
    await bob.refused("answered-elsewhere", "call.accept", call=call)
    await lap.request("call.leave", call=call, reason="media-failed")
    await alice.event("call.ended", call=call)
    for person in alice, bob:
        await is_free(person, carol)
    call = await carol.connect(alice)
    busy = await bob.invite(alice)
    await bob.event("call.ended", call=busy, reason="busy")
    await carol.request("call.end", call=call)
    await is_free(bob, alice)


async def test_02_a_second_callers_cancel_closes_the_first_popup(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    first = await alice.ringing(bob)
    second = await carol.invite(bob)
    await carol.event("call.rejected", call=second, reason="busy")
    await carol.ask("call.cancel", call=second)
    await bob.nothing("call.cancelled", "call.ended", "call.timeout", "call.received")
    await alice.request("call.cancel", call=first)
    await bob.leave()
    first, second = await alice.invite(bob), await carol.invite(bob)  # both ring when he comes
    bob = await server.again(bob)
    for call in first, second:
        await bob.event("call.received", call=call)
    await carol.request("call.cancel", call=second)
    await bob.event("call.cancelled", call=second)
    await bob.nothing("call.cancelled", "call.ended")
    await bob.request("call.accept", call=first)
    await alice.event("call.accepted", call=first)
    await alice.request("call.end", call=first)


async def test_03_accept_and_cancel_crossing(server):
    """One wins, and all who look – both people, both histories – see the same."""
    alice, bob = await server.people("alice", "bob")
    for number in range(30):
        call = await alice.ringing(bob)
        both = [(bob, "call.accept"), (alice, "call.cancel")]
        futures = [(person, await person.start(kind, call=call))
                   for person, kind in (both if number % 2 else both[::-1])]
        replies = {person: await person.reply(future) for person, future in futures}
        accepted = replies[bob]["ok"]
        assert replies[alice]["ok"] is not accepted, replies
        if accepted:
            assert replies[alice]["error"]["code"] == "already-accepted"
            await alice.event("call.accepted", call=call)
            await alice.request("call.end", call=call)
        else:
            assert replies[bob]["error"]["outcome"] == "cancelled"
            await bob.event("call.cancelled", call=call)
        outcomes = [(await person.history(limit=1))[0]["outcome"] for person in (alice, bob)]
        assert outcomes == (["answered", "answered"] if accepted else ["cancelled", "missed"])
        await bob.nothing("call.cancelled")
        await alice.nothing("call.accepted")
    await is_free(alice, bob)


async def test_04_two_people_calling_each_other_both_busy(server):
    alice, bob = await server.people("alice", "bob")
    futures = [(alice, await alice.start("call.invite", invitees=[bob.user], media="video")),
               (bob, await bob.start("call.invite", invitees=[alice.user], media="video"))]
    replies = [await person.reply(future) for person, future in futures]
    assert all(reply["ok"] for reply in replies), replies
    assert len({reply["call"] for reply in replies}) == 1
    assert sum(reply.get("merged", False) for reply in replies) == 1
    for person in alice, bob:
        assert [entry["state"] for entry in await server_view(person)] == ["accepted"]
    await alice.request("call.leave", call=replies[0]["call"], reason="hung-up")
    await is_free(alice, bob)


async def test_05_leaving_without_cancelling(server):
    """The window was closed, the program ended: the other end stops to ring."""
    for leave in (lambda client, call: client.request("call.leave", call=call, reason="quit"),
                  lambda client, call: client.leave(),
                  lambda client, call: client.cut()):
        alice, bob = await server.people("alice", "bob")
        call = await alice.ringing(bob)
        await leave(alice, call)
        await bob.event("call.cancelled", call=call)
        assert await server_view(bob) == []


async def test_07_ringing_on(_):
    """After a cancel, an answer elsewhere, a reject, a time-out, a crash of the caller (10 s at most, as
    the server comes)."""
    async with harness.Server() as server:
        alice, bob = await server.people("alice", "bob")
        lap = await server.device(bob.user, "lap")
        for end in "cancel", "accept", "reject", "time-out", "crash":
            call = await alice.ringing(bob, **({"timeout": 1} if end == "time-out" else {}))
            await lap.event("call.received", call=call)
            if end == "cancel":
                await alice.request("call.cancel", call=call)
            elif end == "accept":
                await lap.request("call.accept", call=call)
            elif end == "reject":
                await lap.request("call.reject", call=call, reason="declined")
            elif end == "crash":
                await alice.cut()
            start = time.monotonic()
            stops = {"cancel": "call.cancelled", "time-out": "call.timeout", "crash": "call.cancelled"}
            await bob.event(stops.get(end, "call.answered-elsewhere"), limit=11, call=call)
            passed = time.monotonic() - start
            assert passed < {"crash": 10}.get(end, 2), (end, passed)
            if end == "accept":
                await alice.request("call.end", call=call)
                await bob.event("call.ended", call=call)


async def test_10_quitting_leaves_somebody_behind(server):
    """The program ends, the person signs out, the lid is closed: nobody rings, nobody is in a call."""
    async def sign_out(client):
        answer = await client.server.http("DELETE", "/v1/sessions/current",
                                          headers={"Authorization": f"Bearer {client.token}"})
        assert answer.status == 204

    async def close_the_lid(client):
        client.connection.socket.transport.pause_reading()  # it answers no ping any more

    async def go(leave, where=server):
        alice, bob, carol, dave, eve, finn = await where.people(
            "alice", "bob", "carol", "dave", "eve", "finn")
        running, outgoing, incoming = (await alice.connect(bob), await carol.ringing(dave),
                                       await finn.ringing(eve, timeout=4))
        for person in alice, carol, eve:
            await leave(person)
        await bob.event("call.left", call=running)
        await bob.event("call.ended", call=running)
        await dave.event("call.cancelled", call=outgoing)
        await finn.event("call.ended", call=incoming)
        for person in bob, dave, finn:
            assert await server_view(person) == [], leave
        for person in alice, carol, eve:
            await person.cut()

    await asyncio.gather(*map(go, (harness.Client.leave, harness.Client.cut, close_the_lid)))
    async with harness.Server(passwords=True) as other:
        await go(sign_out, other)


async def test_11_hostile_invitations(server):
    """What is no invitation does not arrive, and what arrives is nothing but what it says."""
    eve, bob = await server.people("eve", "bob")
    for fields in ({"media": "smell"}, {"data": "x" * 2049}, {"data": {"a": 1}}, {"timeout": 0},
                   {"timeout": 10 ** 12}, {"invitees": [bob.user, "Not An Id"]},
                   {"invitees": [bob.user] * 10}, {"invitees": bob.user}, {"invitees": [[bob.user]]}):
        reply = await eve.ask("call.invite", **{"invitees": [bob.user], "media": "video", **fields})
        assert not reply["ok"], fields
    await bob.nothing("call.received", "history.missed")
    data = '{"call":"x","from":{"id":"root","name":"\u202e"}}\u2028<b>"\\'
    call = await eve.invite(bob, data=data, members=[{"id": "root", "name": "root"}], remaining_ms=-1,
                            **{"from": {"id": "root", "name": "Root"}})
    received = await bob.event("call.received", call=call)
    assert received["data"] == data and received["from"] == {"id": eve.user, "name": "Eve"}
    assert [member["id"] for member in received["members"]] == [eve.user, bob.user]
    assert received["remaining_ms"] > 0
    await bob.request("call.reject", call=call, reason="declined")


async def test_12_a_name_that_the_caller_made_up(server):
    """Names are the accounts', wherever they are told."""
    eve, bob, carol = await server.people("eve", "bob", "carol")
    client = await server.socket()
    reply = await client.request("hello", token=eve.token, name="Your Bank", device={
        "id": "bank", "name": "Your Bank", "agent": "Your Bank"}, user={"id": "bank", "name": "Bank"})
    assert reply["user"] == {"id": eve.user, "name": "Eve"}
    call = await client.invite(bob, name="Your Bank", data="Your Bank")
    received = await bob.event("call.received", call=call)
    entry, = await server_view(bob)
    for told in received, entry:
        assert told["from"] == {"id": eve.user, "name": "Eve"}
        assert [member["name"] for member in told["members"]] == ["Eve", "Bob"]
    await bob.request("call.accept", call=call)
    await bob.request("call.add", call=call, invitees=[carol.user])
    assert (await carol.event("call.received", call=call))["from"]["name"] == "Bob"
    await bob.request("call.leave", call=call, reason="hung-up")


async def test_15_a_silent_failure(server):
    """Unknown, offline, busy, too late, not signed in: each is said, with a word of its own."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    error = await alice.refused("no-invitee", "call.invite", invitees=["nobody"], media="voice")
    assert error["failed"] == [{"user": "nobody", "code": "unknown-user"}] and error["message"]
    stranger = await server.socket()
    await stranger.refused("hello-first", "call.invite", invitees=[bob.user], media="voice")
    await bob.leave()
    call = await alice.invite(bob)
    await alice.event("call.offline", call=call, user=bob.user)
    other = await carol.invite(alice)
    await carol.event("call.rejected", call=other, user=alice.user, reason="busy")
    assert (await carol.event("call.ended", call=other))["reason"] == "busy"
    await alice.request("call.cancel", call=call)
    bob = await server.again(bob)
    error = await bob.refused("call-over", "call.accept", call=call)
    assert error["outcome"] == "cancelled" and error["message"]
    assert bob.welcome["missed"] == 1


async def test_17_a_double_click(server):
    """Every request comes twice, right behind each other: it has one effect."""
    alice, bob = await server.people("alice", "bob")

    async def twice(client, kind, code, **fields):
        futures = [await client.start(kind, **fields) for _ in range(2)]
        first, second = [await client.reply(future) for future in futures]
        assert first["ok"] and second["error"]["code"] == code, (kind, first, second)
        return first

    call = (await twice(alice, "call.invite", "busy-self", invitees=[bob.user], media="voice"))["call"]
    await bob.event("call.received", call=call)
    await twice(bob, "call.accept", "answered-elsewhere", call=call)
    assert len(await alice.told("call.accepted")) == 1
    await twice(bob, "call.leave", "call-over", call=call, reason="hung-up")
    assert len(await alice.told("call.ended")) == 1
    call = await alice.ringing(bob)
    await twice(bob, "call.reject", "call-over", call=call, reason="declined")
    assert len(await alice.told("call.rejected")) == 1
    call = await alice.ringing(bob)
    bob.events.clear()
    await twice(alice, "call.cancel", "call-over", call=call)
    assert len(await bob.told("call.cancelled")) == 1
    assert len(await alice.history()) == len(await bob.history()) == 3


async def test_18_calling_back_within_a_second(server):
    alice, bob = await server.people("alice", "bob")
    for caller, callee in ((alice, bob), (bob, alice)) * 3:
        call = await caller.invite(callee)
        futures = [await caller.start("call.cancel", call=call),
                   await caller.start("call.invite", invitees=[callee.user], media="video")]
        replies = [await caller.reply(future) for future in futures]
        assert replies[0]["ok"] and replies[1]["ok"], replies
        again = replies[1]["call"]
        assert again != call
        await callee.event("call.cancelled", call=call)
        await callee.event("call.received", call=again)
        await callee.request("call.reject", call=again, reason="declined")
        await caller.event("call.ended", call=again)
        callee.events.clear()


async def test_19_an_invitation_after_its_end(server):
    """Late network: it says that no time is left and what became of it; who comes anew hears nothing of
    it. Either finds a missed call."""
    alice, bob = await server.people("alice", "bob")
    bob.deaf = True
    call = await alice.invite(bob)
    await bob.cut()
    await alice.request("call.cancel", call=call)
    assert await bob.resume()
    assert bob.welcome["calls"] == [] and bob.welcome["missed"] == 1
    assert (await bob.event("call.received", call=call))["remaining_ms"] == 0
    await bob.event("call.cancelled", call=call)
    await alice.nothing("call.ringing")
    await bob.leave()
    call = await alice.invite(bob)
    await alice.request("call.cancel", call=call)
    bob = await server.again(bob)
    await bob.nothing("call.received", "call.cancelled")
    assert bob.welcome["missed"] == 2
    assert [line["outcome"] for line in await bob.history()] == ["missed", "missed"]


async def test_20_a_crashed_client_cannot_get_back(server):
    """It can, into the call with the same id, whoever began it."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    for name in "alice", "bob":
        person, other = (alice, bob) if name == "alice" else (bob, alice)
        await person.cut()
        person = await server.again(person)
        assert [(entry["call"], entry["state"]) for entry in person.welcome["calls"]] == [
            (call, "accepted")]
        await person.request("call.join", call=call)
        await other.event("call.accepted", call=call, user=person.user)
        await other.request("signal.send", **other.signal(person, call))
        await person.event("signal.received", call=call)
        if name == "alice":
            alice = person
    await alice.request("call.end", call=call)


async def test_21_a_restart_of_the_server(server):
    """It neither ends nor freezes calls that run, nor loses one that rings; planned or not."""
    for planned in True, False:
        alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
        running, ringing = await alice.connect(bob), await carol.ringing(dave)
        if planned:
            await server.restart()
        else:
            server.crash()
        for resumed in await asyncio.gather(*(person.resume() for person in (alice, bob, carol, dave))):
            assert resumed
        await alice.request("signal.send", **alice.signal(bob, running))
        await bob.event("signal.received", call=running)
        await dave.request("call.accept", call=ringing)
        await carol.event("call.accepted", call=ringing)
        for person in alice, bob, carol, dave:
            await person.nothing("call.left", "call.ended", "call.cancelled")
        await alice.request("call.end", call=running)
        await carol.request("call.end", call=ringing)


harness.run(
    test_01_busy_for_ever_after_a_failure, test_02_a_second_callers_cancel_closes_the_first_popup,
    test_03_accept_and_cancel_crossing, test_04_two_people_calling_each_other_both_busy,
    test_11_hostile_invitations, test_12_a_name_that_the_caller_made_up, test_15_a_silent_failure,
    test_17_a_double_click, test_18_calling_back_within_a_second,
    test_19_an_invitation_after_its_end, test_20_a_crashed_client_cannot_get_back,
    test_21_a_restart_of_the_server,
    together=[test_05_leaving_without_cancelling, test_07_ringing_on,
              test_10_quitting_leaves_somebody_behind],
    settings={"limits": {**LIMITS, "caller-grace": 3, "member-grace": 3, "silence-seconds": 3}})
