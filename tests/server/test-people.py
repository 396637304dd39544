#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts, names, and the calls that were."""
import asyncio
import time

import harness


async def test_contacts(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    lap = await server.device(alice.user, "lap")
    assert (await alice.request("contacts.list"))["contacts"] == []
    for person in carol, bob, bob:
        await alice.request("contacts.add", user=person.user)
        for device in alice, lap:
            await device.event("contacts.changed")
    await carol.request("bye")
    contacts = (await lap.request("contacts.list"))["contacts"]
    assert contacts == [
        {"id": bob.user, "name": "Bob", "presence": "online"},
        {"id": carol.user, "name": "Carol", "presence": "offline"}]
    assert (await bob.request("contacts.list"))["contacts"] == []
    await alice.refused("unknown-user", "contacts.add", user="nobody")
    await alice.request("contacts.remove", user=bob.user)
    await lap.event("contacts.changed")
    await alice.request("contacts.remove", user=bob.user)  # who is not there is removed
    assert [contact["id"] for contact in (await lap.request("contacts.list"))["contacts"]] == [
        carol.user]


async def test_profile(server):
    alice, bob = await server.people("alice", "bob")
    await alice.request("profile.set", name="Alice im Wunderland")
    call = await alice.invite(bob)
    assert (await bob.event("call.received"))["from"]["name"] == "Alice im Wunderland"
    await alice.request("call.cancel", call=call)
    for name in "", " ", "x" * 129, "a\nb":
        await alice.refused("bad-request", "profile.set", name=name)
    await alice.request("bye")
    alice = await server.device(alice.user, "desk")
    assert alice.welcome["user"]["name"] == "Alice im Wunderland"


async def test_history(server):
    alice, bob = await server.people("alice", "bob")
    assert await alice.history() == []
    before = time.time() * 1000
    call = await alice.connect(bob)
    await bob.request("call.leave", call=call, reason="hung-up")
    for person in alice, bob:
        await person.event("history.changed")
    for person, direction, other in (alice, "outgoing", bob), (bob, "incoming", alice):
        entry = (await person.history())[0]
        assert before - 1000 <= entry.pop("started") <= time.time() * 1000 + 1000
        assert 0 <= entry.pop("duration_ms") < 60000
        assert entry == {"call": call, "direction": direction, "media": "video",
                         "outcome": "answered",
                         "members": [{"id": other.user, "name": other.user.split("-")[0].title()}]}


async def test_outcomes(server):
    alice, bob = await server.people("alice", "bob")

    async def both(call):
        for person in alice, bob:
            await person.event("history.changed")
        lines = [(await person.history())[0] for person in (alice, bob)]
        assert [line["call"] for line in lines] == [call, call]
        return [line["outcome"] for line in lines]

    for reason, outcomes in (("declined", ["declined", "declined"]), ("busy", ["busy", "missed"])):
        call = await alice.invite(bob, media="voice")
        await bob.event("call.received", call=call)
        await bob.request("call.reject", call=call, reason=reason)
        assert await both(call) == outcomes
    call = await alice.invite(bob)
    await alice.request("call.cancel", call=call)
    assert await both(call) == ["cancelled", "missed"]
    call = await alice.invite(bob, timeout=1)
    await alice.event("call.ended", call=call)
    assert await both(call) == ["unanswered", "missed"]


async def test_history_pages(server):
    alice, bob = await server.people("alice", "bob")
    calls = []
    for _ in range(5):
        calls.insert(0, await alice.invite(bob))
        await alice.request("call.cancel", call=calls[0])
    everything = await alice.history()
    assert [entry["call"] for entry in everything] == calls
    page = await alice.history(limit=2)
    assert [entry["call"] for entry in page] == calls[:2]
    page = await alice.history(limit=2, before=page[-1]["started"])
    assert [entry["call"] for entry in page] == calls[2:4]
    for limit in 0, 101, -1, "7", None:
        await alice.refused("bad-request", "history.list", limit=limit)
    await alice.refused("bad-request", "history.list")
    await alice.refused("bad-request", "history.list", limit=1, before=-1)


async def test_history_when_one_of_many_left(server):
    """Each has their own duration and outcome; the caller's is from the first who accepted."""
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    call = await alice.connect(bob, carol, media="voice")
    await alice.request("call.add", call=call, invitees=[dave.user])
    await dave.event("call.received", call=call)
    await dave.request("call.reject", call=call, reason="declined")
    await bob.request("call.leave", call=call, reason="hung-up")
    await carol.event("call.left", call=call, user=bob.user)
    await asyncio.sleep(0.05)  # what is tested is that time passes
    await carol.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.ended", call=call)
    durations = {}
    for person, outcome in ((alice, "answered"), (bob, "answered"), (carol, "answered"),
                            (dave, "declined")):
        line, = await person.history()
        assert (line["outcome"], line["media"]) == (outcome, "voice")
        assert len(line["members"]) == 3
        durations[person] = line["duration_ms"]
    assert durations[dave] == 0 and durations[alice] >= durations[bob] + 50
    assert durations[alice] >= durations[carol] >= 50


async def missed(caller, callee):
    call = await caller.invite(callee)
    await caller.request("call.cancel", call=call)
    return call


async def test_missed_calls(server):
    """They count until somebody looks, on whichever device; and all of them agree."""
    alice, desk, carol = await server.people("alice", "bob", "carol")
    lap = await server.device(desk.user, "lap")
    assert desk.welcome["missed"] == lap.welcome["missed"] == 0
    for count in 1, 2:
        await missed(alice if count == 1 else carol, desk)
        for device in desk, lap:
            assert (await device.event("history.missed"))["count"] == count
    started = [line["started"] for line in await lap.history()]
    assert len(started) == 2
    await lap.request("history.seen", until=started[1])  # the older one
    for device in desk, lap:
        assert (await device.event("history.missed"))["count"] == 1
    again = await server.again(desk)
    assert again.welcome["missed"] == 1
    await again.request("history.seen", until=started[0])
    for device in again, lap:
        assert (await device.event("history.missed"))["count"] == 0
    await lap.request("history.seen", until=started[1])  # what was seen stays seen
    await lap.request("history.seen", until=started[0])
    for device in again, lap:
        await device.nothing("history.missed")
    await missed(alice, desk)
    assert (await lap.event("history.missed"))["count"] == 1
    assert len(await lap.history()) == 3


async def test_missed_while_offline(server):
    alice, bob = await server.people("alice", "bob")
    await bob.leave()
    for _ in range(2):
        await missed(alice, bob)
    bob = await server.again(bob)
    assert bob.welcome["missed"] == 2
    await bob.request("history.seen", until=int(time.time() * 1000) + 1000)
    assert (await bob.event("history.missed"))["count"] == 0
    assert (await server.again(bob)).welcome["missed"] == 0


async def test_what_is_no_missed_call(server):
    """What one answered or declined, and one's own."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await alice.request("call.end", call=call)
    call = await alice.ringing(bob)
    await bob.request("call.reject", call=call, reason="declined")
    for person in alice, bob:
        await person.nothing("history.missed")
        assert (await server.again(person)).welcome["missed"] == 0


async def test_one_sees_what_one_wrote(server):
    """Also when the question comes right behind the change."""
    alice, *others = await server.people("alice", "bob", "carol", "dave")
    names = []
    for other in others:
        futures = [await alice.start("contacts.add", user=other.user),
                   await alice.start("contacts.list"),
                   await alice.start("profile.set", name=f"Alice {len(names)}"),
                   await alice.start("contacts.list")]
        names.append(other.user)
        replies = [await alice.reply(future) for future in futures]
        for reply in replies[1], replies[3]:
            assert [contact["id"] for contact in reply["contacts"]] == names
    futures = [await alice.start("contacts.remove", user=others[0].user),
               await alice.start("contacts.block", user=others[1].user),
               await alice.start("contacts.list")]
    lists = [await alice.reply(future) for future in futures][2]
    assert [contact["id"] for contact in lists["contacts"]] == names[1:]
    assert [person["id"] for person in lists["blocked"]] == names[1:2]
    futures = [await alice.start("call.invite", invitees=[others[2].user], media="voice"),
               await alice.start("bye")]
    await alice.reply(futures[1])
    again = await server.again(alice)
    assert [line["outcome"] for line in await again.history()] == ["cancelled"]


harness.run(
    test_contacts, test_profile, test_history, test_outcomes, test_history_pages,
    test_history_when_one_of_many_left, test_missed_calls, test_missed_while_offline,
    test_what_is_no_missed_call, test_one_sees_what_one_wrote,
    settings={"limits": {"invitations-per-minute": 1000}})
