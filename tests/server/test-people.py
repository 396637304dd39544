#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presence, contacts, history, names."""
import json
import sqlite3
import time

import harness


async def watched(client, *people):
    """Watches @people. Returns: their states now."""
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
    await bob.request("bye")
    await carol.event("presence.changed", user=bob.user, state="offline")
    bob = await server.device(bob.user, "desk")
    await carol.event("presence.changed", user=bob.user, state="online")


async def test_presence_of_two_devices(server):
    alice, desk = await server.people("alice", "bob")
    await watched(alice, desk)
    lap = await server.device(desk.user, "lap")
    await desk.request("bye")
    await alice.nothing("presence.changed")
    await lap.request("bye")
    await alice.event("presence.changed", state="offline")


async def test_watching_others(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await watched(alice, bob)
    assert await watched(alice, carol) == ["online"]  # instead of, not besides
    await bob.request("presence.set", state="dnd")
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
    assert sorted(contacts, key=lambda contact: contact["name"]) == [
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


async def history(client, **more):
    return (await client.request("history.list", **{"limit": 100, **more}))["calls"]


async def test_history(server):
    alice, bob = await server.people("alice", "bob")
    assert await history(alice) == []
    before = time.time() * 1000
    call = await alice.connect(bob)
    await bob.request("call.leave", call=call, reason="hung-up")
    for person in alice, bob:
        await person.event("history.changed")
    for person, direction, other in (alice, "outgoing", bob), (bob, "incoming", alice):
        entry = (await history(person))[0]
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
        lines = [(await history(person))[0] for person in (alice, bob)]
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
    everything = await history(alice)
    assert [entry["call"] for entry in everything] == calls
    page = await history(alice, limit=2)
    assert [entry["call"] for entry in page] == calls[:2]
    page = await history(alice, limit=2, before=page[-1]["started"])
    assert [entry["call"] for entry in page] == calls[2:4]
    for limit in 0, 101, -1, "7", None:
        await alice.refused("bad-request", "history.list", limit=limit)
    await alice.refused("bad-request", "history.list")
    await alice.refused("bad-request", "history.list", limit=1, before=-1)


async def test_long_lists_fit_a_frame(server):
    """As many contacts, and calls with as many people, as there can be, all with long names."""
    alice = await server.person("alice")
    users = [f"{number:03}".rjust(32, "u") for number in range(500)]
    with sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10) as database:
        database.executemany("INSERT INTO accounts (user, name, password) VALUES (?, ?, '*')",
                             [(user, "\u00fc" * 64) for user in users])
        database.executemany("INSERT INTO contacts (owner, user) VALUES (?, ?)",
                             [(alice.user, user) for user in users])
        database.executemany(
            "INSERT INTO history (owner, call, direction, media, outcome, members, started, duration)"
            " VALUES (?, ?, 'outgoing', 'video', 'answered', ?, ?, 1000)",
            [(alice.user, f"call{number:060}", ",".join(users[:9]), 1000 + number)
             for number in range(100)])
    database.close()
    for kind, list_name, more in (("contacts.list", "contacts", {}),
                                  ("history.list", "calls", {"limit": 100})):
        reply = await alice.request(kind, **more)
        size = len(json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode())
        assert size <= 65536, f"{kind}: {size} bytes"
        assert len(reply[list_name]) > 20
    seen, before = [], {}
    while page := await history(alice, **before):
        seen += [entry["started"] for entry in page]
        before = {"before": page[-1]["started"]}
    assert seen == list(range(1099, 999, -1))


harness.run(test_presence, test_presence_of_two_devices, test_watching_others, test_contacts,
            test_profile, test_history, test_outcomes, test_history_pages,
            test_long_lists_fit_a_frame)
