#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of two: invited, answered in every way, over."""
import harness


async def test_invite_accept_leave(server):
    alice, bob = await server.people("alice", "bob")
    reply = await alice.request("call.invite", invitees=[bob.user], media="video", data="hi")
    assert reply["failed"] == [] and reply["timeout"] == 90
    assert [member["id"] for member in reply["members"]] == [alice.user, bob.user]
    call = reply["call"]
    received = await bob.event("call.received")
    assert received["from"] == {"id": alice.user, "name": "Alice"}
    assert received["data"] == "hi" and received["media"] == "video"
    assert 80000 < received["remaining_ms"] <= 90000
    await alice.event("call.ringing", call=call, user=bob.user)
    reply = await bob.request("call.accept", call=call, data="ho")
    assert [member["id"] for member in reply["members"]] == [alice.user, bob.user]
    accepted = await alice.event("call.accepted", call=call)
    assert (accepted["user"], accepted["device"], accepted["data"]) == (bob.user, "desk", "ho")
    assert "duration" in await bob.request("call.leave", call=call, reason="hung-up")
    left = await alice.event("call.left", call=call)
    assert (left["user"], left["reason"]) == (bob.user, "hung-up")
    ended = await alice.event("call.ended", call=call)
    assert ended["reason"] == "hung-up"
    error = await alice.refused("call-over", "call.leave", call=call, reason="hung-up")
    assert error["outcome"] == "hung-up"


async def test_ringing_is_told_when_it_is_acknowledged(server):
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    call = await alice.invite(bob)
    await bob.event("call.received")
    await alice.nothing("call.ringing")
    await bob.ack()
    await alice.event("call.ringing", call=call)
    await bob.request("call.reject", call=call, reason="declined")


async def test_an_ack_rides_on_a_request(server):
    alice = await server.person("alice")
    bob = await server.person("bob", auto_ack=False)
    call = await alice.invite(bob)
    await bob.event("call.received")
    await bob.request("ping", ack=bob.seq)
    await alice.event("call.ringing", call=call)
    await bob.request("call.reject", call=call, reason="declined")


async def test_reject(server):
    for reason in "declined", "busy", "unavailable":
        alice, bob = await server.people("alice", "bob")
        call = await alice.invite(bob)
        await bob.event("call.received")
        await bob.request("call.reject", call=call, reason=reason, data="later")
        rejected = await alice.event("call.rejected", call=call)
        assert (rejected["user"], rejected["reason"], rejected["data"]) == (bob.user, reason, "later")
        assert (await alice.event("call.ended", call=call))["reason"] == "rejected"
        error = await bob.refused("call-over", "call.accept", call=call)
        assert error["outcome"] == "rejected"


async def test_cancel(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob)
    await bob.event("call.received")
    reply = await alice.request("call.cancel", call=call, data="wrong number")
    assert reply["failed"] == []
    cancelled = await bob.event("call.cancelled", call=call)
    assert (cancelled["by"], cancelled["data"]) == (alice.user, "wrong number")
    assert (await alice.event("call.ended", call=call))["reason"] == "cancelled"
    assert (await bob.refused("call-over", "call.accept", call=call))["outcome"] == "cancelled"
    assert (await alice.refused("call-over", "call.cancel", call=call))["outcome"] == "cancelled"


async def test_cancel_comes_too_late(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await alice.refused("already-accepted", "call.cancel", call=call)
    await alice.refused("already-accepted", "call.cancel", call=call, invitees=[bob.user])
    await alice.request("call.end", call=call)
    await bob.event("call.ended", call=call)


async def test_end(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.refused("not-in-call", "call.end", call=call)
    await bob.refused("not-in-call", "call.cancel", call=call)
    await alice.request("call.end", call=call)
    for person in alice, bob:
        await person.event("call.ended", call=call)


async def test_leave_while_it_rings(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob)
    await bob.event("call.received")
    await alice.request("call.leave", call=call, reason="quit")
    await bob.event("call.cancelled", call=call)


async def test_leave_reasons(server):
    for reason in "hung-up", "media-failed", "quit":
        alice, bob = await server.people("alice", "bob")
        call = await alice.connect(bob)
        await alice.request("call.leave", call=call, reason=reason)
        assert (await bob.event("call.left", call=call))["reason"] == reason
        assert (await bob.event("call.ended", call=call))["reason"] == reason


async def test_who_is_not_in_the_call(server):
    alice, bob, eve = await server.people("alice", "bob", "eve")
    call = await alice.invite(bob)
    await bob.event("call.received")
    for kind, more in (("call.accept", {}), ("call.reject", {"reason": "busy"}), ("call.cancel", {}),
                       ("call.leave", {"reason": "quit"}), ("call.end", {}),
                       ("signal.send", {"to": {"user": bob.user}, "payload": {}})):
        await eve.refused("not-invited", kind, call=call, **more)
        await eve.refused("unknown-call", kind, call="no-such-call", **more)
    await bob.refused("not-in-call", "call.leave", call=call, reason="quit")
    await alice.request("call.cancel", call=call)


async def test_unknown_invitee_only(server):
    alice = await server.person("alice")
    error = await alice.refused("no-invitee", "call.invite", invitees=["nobody"], media="voice")
    assert error["failed"] == [{"user": "nobody", "code": "unknown-user"}]
    error = await alice.refused("no-invitee", "call.invite", invitees=[alice.user], media="voice")
    assert error["failed"] == [{"user": alice.user, "code": "busy-self"}]


async def test_busy_by_the_server(server):
    alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
    running = await alice.connect(bob)
    ringing = await carol.invite(bob)
    assert (await carol.event("call.rejected", call=ringing))["reason"] == "busy"
    assert (await carol.event("call.ended", call=ringing))["reason"] == "busy"
    await bob.nothing("call.received")
    missed = (await bob.request("history.list", limit=1))["calls"][0]
    assert (missed["call"], missed["outcome"]) == (ringing, "missed")
    mine = (await carol.request("history.list", limit=1))["calls"][0]
    assert (mine["call"], mine["outcome"]) == (ringing, "busy")
    await alice.refused("busy-self", "call.invite", invitees=[carol.user], media="voice")
    await bob.refused("busy-self", "call.invite", invitees=[carol.user], media="voice")
    await alice.request("call.end", call=running)

    ringing = await carol.invite(dave)
    await dave.event("call.received", call=ringing)
    other = await alice.invite(dave)  # who rings is busy too
    assert (await alice.event("call.rejected", call=other))["reason"] == "busy"
    await dave.refused("busy-self", "call.invite", invitees=[bob.user], media="voice")
    await carol.request("call.cancel", call=ringing)


async def test_busy_when_accepting_a_second_call(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await bob.leave()
    first = await alice.invite(bob)
    second = await carol.invite(bob)
    await alice.event("call.offline", call=first)
    await carol.event("call.offline", call=second)
    bob = await server.device(bob.user, "desk")
    for call in first, second:
        await bob.event("call.received", call=call)
    await bob.request("call.accept", call=first)
    await bob.refused("busy-self", "call.accept", call=second)
    await bob.request("call.reject", call=second, reason="busy")
    await bob.request("call.leave", call=first, reason="hung-up")


async def test_timeout(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.invite(bob, timeout=1)
    await bob.event("call.received")
    await bob.event("call.timeout", call=call)
    assert (await alice.event("call.unanswered", call=call))["users"] == [bob.user]
    assert (await alice.event("call.ended", call=call))["reason"] == "unanswered"
    assert (await bob.refused("call-over", "call.accept", call=call))["outcome"] == "unanswered"


async def test_offline_until_the_timeout(server):
    alice, bob = await server.people("alice", "bob")
    await bob.leave()
    call = await alice.invite(bob, timeout=1)
    await alice.event("call.offline", call=call, user=bob.user)
    await alice.event("call.unanswered", call=call)
    bob = await server.device(bob.user, "desk")
    await bob.nothing("call.received")
    missed = (await bob.request("history.list", limit=5))["calls"]
    assert [(entry["call"], entry["outcome"]) for entry in missed] == [(call, "missed")]


async def test_offline_and_online_in_time(server):
    alice, bob = await server.people("alice", "bob")
    await bob.leave()
    call = await alice.invite(bob, timeout=30, data="hi")
    await alice.event("call.offline", call=call, user=bob.user)
    payloads = [{"kind": "candidate", "n": n} for n in range(3)]
    for payload in payloads:
        await alice.request("signal.send", **alice.signal(bob, call, payload))
    bob = await server.device(bob.user, "desk")
    assert [entry["call"] for entry in bob.welcome["calls"]] == [call]
    received = await bob.event("call.received", call=call)
    assert received["timeout"] == 30 and 0 < received["remaining_ms"] < 30000
    assert received["data"] == "hi"
    for payload in payloads:
        assert (await bob.event("signal.received"))["payload"] == payload
    await alice.event("call.ringing", call=call)
    await bob.request("call.accept", call=call)
    await alice.event("call.accepted", call=call)
    await alice.request("call.end", call=call)


async def test_accept_against_cancel(server):
    """The two race 50 times: one of them wins, and both people are told the same."""
    alice, bob = await server.people("alice", "bob")
    won = {"accept": 0, "cancel": 0}
    for number in range(50):
        call = await alice.invite(bob)
        await bob.event("call.received", call=call)
        first, second = ((bob, "call.accept"), (alice, "call.cancel"))[::1 if number % 2 else -1]
        futures = [await first[0].start(first[1], call=call),
                   await second[0].start(second[1], call=call)]
        replies = [await person.reply(future) for person, future in zip((first[0], second[0]), futures)]
        assert [reply["ok"] for reply in replies].count(True) == 1, replies
        late = next(reply["error"]["code"] for reply in replies if not reply["ok"])
        accepted = await bob.ask("call.leave", call=call, reason="hung-up")
        if accepted["ok"]:
            won["accept"] += 1
            assert late == "already-accepted"
            await alice.event("call.accepted", call=call)
            await alice.event("call.left", call=call)
            await bob.nothing("call.cancelled")
        else:
            won["cancel"] += 1
            assert late == "call-over"
            assert accepted["error"]["outcome"] == "cancelled"
            await bob.event("call.cancelled", call=call)
            await alice.nothing("call.accepted")
        await alice.event("call.ended", call=call)
        bob.events.clear()
    assert sum(won.values()) == 50
    print(f"# {won}")


harness.run(
    test_invite_accept_leave, test_ringing_is_told_when_it_is_acknowledged,
    test_an_ack_rides_on_a_request, test_reject, test_cancel, test_cancel_comes_too_late,
    test_end, test_leave_while_it_rings, test_leave_reasons, test_who_is_not_in_the_call,
    test_unknown_invitee_only, test_busy_by_the_server, test_busy_when_accepting_a_second_call,
    test_offline_and_online_in_time, test_accept_against_cancel,
    together=[test_timeout, test_offline_until_the_timeout],
    settings={"limits": {"invitations-per-minute": 1000,
                                                      "requests-per-minute": 10000}})
