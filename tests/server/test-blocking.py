#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is blocked cannot ring, sees nobody, and is not told so; and who exists is not told either where
the directory is closed."""
import asyncio
import json
import re

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


async def test_who_is_blocked_makes_nobody_busy(_):
    """Their invitations count among themselves, as those of somebody who does not exist do, and keep no friend out."""
    async with harness.Server({"server": {"directory": "closed"},
                               "limits": {"invitations-per-callee": 2}}) as server:
        bob, friend, *blocked = await server.people("bob", "friend", *["eve"] * 4)
        for eve in blocked:
            await bob.request("contacts.block", user=eve.user)

        async def call(caller, user):
            """Returns: what the caller is told first of who it is."""
            reply = await caller.request("call.invite", media="voice", invitees=[user], timeout=600)
            told = await caller.told("call.offline", "call.rejected")
            return [(event["type"], event.get("reason")) for event in told if event["call"] == reply["call"]]

        offline, busy = [("call.offline", None)], [("call.rejected", "busy")]
        assert [await call(eve, bob.user) for eve in blocked] == [offline, offline, busy, busy]
        ringing = await friend.ringing(bob)
        await friend.request("call.cancel", call=ringing)
        assert [await call(caller, "nobody") for caller in (*blocked[2:], friend)] == [offline, offline, busy]


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


class Told:
    """All that a few people are told, with nothing in it that differs between two who do the same."""

    def __init__(self, **names):
        self.names = names  # id → what it is
        self.frames = []

    def plain(self, who, frame):
        frame = {key: value for key, value in frame.items() if key not in ("re", "seq")}
        text = json.dumps(frame, sort_keys=True)
        for name in sorted(self.names, key=len, reverse=True):
            text = re.sub(rf'"{re.escape(name)}( at \w+)?"', rf'"{self.names[name]}\1"', text)
        text = re.sub(r'"(started|duration|duration_ms|remaining_ms)": \d+', r'"\1": 0', text)
        return f"{who}: {text}"

    async def ask(self, client, kind, **fields):
        reply = await client.ask(kind, **fields)
        if "call" in reply:
            self.names[reply["call"]] = "call"
        who = f"{self.names[client.user]} at {client.device}"
        self.frames += [self.plain(who, frame) for frame in (reply, *await client.told())]
        return reply


async def all_about(server, user):
    """Asks for everything that could tell whether @user is somebody. Returns: what was answered, and told."""
    alice, bob = await server.people("alice", "bob")
    lap = await server.device(alice.user, "lap")
    told = Told(**{user: "they", alice.user: "alice", bob.user: "bob"})
    await told.ask(alice, "presence.watch", users=[user])
    for kind in "contacts.add", "contacts.list", "contacts.block", "contacts.list", "contacts.unblock":
        await told.ask(alice, kind, **({} if kind == "contacts.list" else {"user": user}))
    invitation = {"media": "voice", "invitees": [user], "timeout": 4}
    call = (await told.ask(alice, "call.invite", **invitation))["call"]
    await told.ask(lap, "ping")
    for to in {"user": user}, {"user": user, "device": "desk"}:
        await told.ask(alice, "signal.send", call=call, to=to, payload={"kind": "bye", "generation": 1})
    await told.ask(bob, "call.invite", **invitation)  # it rings for so many already
    await alice.event("call.ended", call=call)
    for client in alice, bob:
        await told.ask(client, "history.list", limit=10)
    call = (await told.ask(alice, "call.invite", media="voice", invitees=[bob.user, user]))["call"]
    await told.ask(bob, "call.accept", call=call)
    await told.ask(alice, "call.cancel", call=call, invitees=[user])
    await told.ask(alice, "call.add", call=call, invitees=[user])
    for client in bob, lap:
        await told.ask(client, "ping")
        told.names[client.session] = "session"
        await client.cut()
        await client.resume()
        told.names[client.session] = "session"
        told.frames.append(told.plain("resumed", client.welcome))
    for client in alice, bob:
        await told.ask(client, "call.leave", call=call, reason="quit")
    for client in alice, bob:
        await told.ask(client, "history.list", limit=10)
    await told.ask(alice, "contacts.remove", user=user)
    told.frames.append(told.plain("HTTP", (await server.sign_in(user, "wrong password")).json))
    return told.frames


async def test_nobody_can_be_told_from_somebody(_):
    """With a closed directory every answer about who exists and is away is that about who does not."""
    async with harness.Server({"server": {"directory": "closed"},
                               "limits": {"invitations-per-callee": 1}}) as server:
        somebody = await server.person("somebody")
        await somebody.request("profile.set", name="A Name of One’s Own")
        await somebody.leave()
        there, missing = await asyncio.gather(all_about(server, somebody.user), all_about(server, "no-one"))
        assert any('"busy"' in frame for frame in there), there
        different = [pair for pair in zip(sorted(there), sorted(missing)) if pair[0] != pair[1]]
        assert not different and len(there) == len(missing), different


async def test_names_of_those_who_have_met(_):
    """Who rang says their name, and so does who comes into a call; that stays so."""
    async with harness.Server({"server": {"directory": "closed"}}) as server:
        alice, bob, carol = await server.people("alice", "bob", "carol")

        async def names(client, *people):
            for person in people:
                await client.request("contacts.add", user=person.user)
            listed = (await client.request("contacts.list"))["contacts"]
            return {person["id"]: person["name"] for person in listed}

        assert await names(alice, bob, carol) == {bob.user: bob.user, carol.user: carol.user}
        assert await names(bob, alice) == {alice.user: alice.user}
        await bob.told()
        call = await alice.invite(bob, carol)
        for person in bob, carol:
            received = await person.event("call.received", call=call)
            own = person.welcome["user"]
            assert received["from"] == {"id": alice.user, "name": "Alice"}
            assert [member["name"] for member in received["members"]] == [
                "Alice", *(own["name"] if each is person else each.user for each in (bob, carol))]
        await bob.event("contacts.changed")
        assert await names(bob) == {alice.user: "Alice"}
        assert await names(alice) == {bob.user: bob.user, carol.user: carol.user}
        await alice.told()
        accepted = await bob.request("call.accept", call=call)
        assert accepted["members"] == [{"id": alice.user, "name": "Alice"}, {"id": bob.user, "name": "Bob"}]
        assert (await alice.event("call.accepted", call=call))["name"] == "Bob"
        await alice.event("contacts.changed")
        assert await names(alice) == {bob.user: "Bob", carol.user: carol.user}
        await carol.request("call.reject", call=call, reason="declined")
        await alice.request("call.end", call=call)
        await bob.event("call.ended")
        server.crash()
        for person in alice, bob, carol:
            await person.resume()
        line, = await alice.history()
        assert line["members"] == [{"id": bob.user, "name": "Bob"}, {"id": carol.user, "name": carol.user}]
        reply = await alice.request("call.invite", media="voice", invitees=[bob.user, carol.user])
        assert [member["name"] for member in reply["members"]] == ["Alice", "Bob", carol.user]
        await alice.request("call.cancel", call=reply["call"])


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
    together=[test_who_is_blocked_cannot_ring, test_who_is_blocked_makes_nobody_busy,
              test_blocking_somebody_who_is_away, test_blocking_while_it_rings, test_closed_directory,
              test_nobody_can_be_told_from_somebody, test_names_of_those_who_have_met],
    settings={"limits": {"invitations-per-minute": 1000}})
