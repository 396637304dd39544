#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""People with several devices: who rings, who answers, with which device somebody is in a call."""
import time

import harness


async def two_devices(server, name="bob"):
    desk = await server.person(name)
    return desk, await server.device(desk.user, "lap")


async def test_the_first_answer_wins(server):
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    phone = await server.device(desk.user, "phone")
    call = await alice.invite(desk)
    for device in desk, lap, phone:
        await device.event("call.received", call=call)
    await alice.event("call.ringing", call=call)
    await alice.nothing("call.ringing")  # a person rings once
    await lap.request("call.accept", call=call)
    for device in desk, phone:
        elsewhere = await device.event("call.answered-elsewhere", call=call)
        assert (elsewhere["outcome"], elsewhere["device"]) == ("accepted", f"{desk.user} at lap")
    await lap.nothing("call.answered-elsewhere")
    assert (await alice.event("call.accepted", call=call))["device"] == "lap"
    for kind, fields in (("call.accept", {}), ("call.reject", {"reason": "busy"})):
        error = await desk.refused("answered-elsewhere", kind, call=call, **fields)
        assert (error["outcome"], error["device"]) == ("accepted", "lap")
    await desk.refused("not-in-call", "call.leave", call=call, reason="quit")
    await desk.refused("not-in-call", "signal.send", **desk.signal(alice, call))
    await alice.request("call.end", call=call)
    for device in desk, lap, phone:
        await device.event("call.ended", call=call)


async def test_the_others_stop_to_ring_at_once(server):
    """Within 300 ms; the best of some, because the machine may have a slow moment."""
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    times = []
    for answer in ("call.accept", {}), ("call.reject", {"reason": "declined"}), ("call.accept", {}):
        call = await alice.ringing(desk)
        await lap.event("call.received", call=call)
        start = time.monotonic()
        await lap.start(answer[0], call=call, **answer[1])
        await desk.event("call.answered-elsewhere", call=call)
        times.append(time.monotonic() - start)
        if answer[0] == "call.accept":
            await alice.event("call.accepted", call=call)
            await alice.request("call.end", call=call)
    assert min(times) < 0.3, times


async def test_a_decline_holds_for_all(server):
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    call = await alice.ringing(desk)
    await lap.request("call.reject", call=call, reason="declined")
    elsewhere = await desk.event("call.answered-elsewhere", call=call)
    assert (elsewhere["outcome"], elsewhere["device"]) == ("rejected", f"{desk.user} at lap")
    assert (await desk.refused("call-over", "call.accept", call=call))["outcome"] == "rejected"
    rejected = await alice.event("call.rejected", call=call)
    assert (rejected["reason"], rejected["device"]) == ("declined", "lap")
    await alice.event("call.ended", call=call)


async def test_two_answers_at_once(server):
    """Accept against accept, and against reject: the other device learns which was first."""
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    for number in range(30):
        call = await alice.ringing(desk)
        order = (desk, lap) if number % 2 else (lap, desk)
        second = {"kind": "call.accept"} if number % 3 else {"kind": "call.reject", "reason": "busy"}
        futures = [await order[0].start("call.accept", call=call),
                   await order[1].start(second.pop("kind"), call=call, **second)]
        replies = [await device.reply(future) for device, future in zip(order, futures)]
        assert [reply["ok"] for reply in replies].count(True) == 1, replies
        winner = order[0] if replies[0]["ok"] else order[1]
        error = replies[1 if replies[0]["ok"] else 0]["error"]
        if winner is order[0] or number % 3:
            assert (error["code"], error["outcome"]) == ("answered-elsewhere", "accepted")
            assert error["device"] == winner.device
            accepted = await alice.event("call.accepted", call=call)
            assert accepted["device"] == winner.device
            await alice.request("call.end", call=call)
        else:
            assert (error["code"], error["outcome"]) == ("call-over", "rejected")
            await alice.event("call.rejected", call=call)
        await alice.event("call.ended", call=call)


async def test_devices_that_come_and_go(server):
    alice, desk = await server.people("alice", "bob")
    call = await alice.ringing(desk)
    lap = await server.device(desk.user, "lap")
    assert [(entry["call"], entry["state"]) for entry in lap.welcome["calls"]] == [(call, "ringing")]
    await lap.event("call.received", call=call)
    await desk.leave()
    await alice.nothing("call.rejected", "call.ended")
    await lap.cut()
    phone = await server.device(desk.user, "phone")
    await phone.event("call.received", call=call)
    await phone.request("call.accept", call=call)
    assert await lap.resume()
    await lap.event("call.answered-elsewhere", call=call, outcome="accepted")
    await alice.request("call.end", call=call)
    for device in lap, phone:
        await device.event("call.ended", call=call)


async def test_a_device_that_does_not_ring(server):
    alice, desk = await server.people("alice", "bob")
    lap = await server.device(desk.user, "lap", ring=False)
    call = await alice.ringing(desk)
    await alice.request("signal.send", **alice.signal(desk, call))
    await lap.nothing("call.received", "signal.received")
    await lap.request("device.set", ring=True)
    await lap.event("call.received", call=call)
    await lap.event("signal.received", call=call)
    await alice.request("call.cancel", call=call)
    await lap.event("call.cancelled", call=call)
    await lap.request("device.set", ring=False)
    await desk.leave()
    call = await alice.invite(desk)
    await alice.event("call.offline", call=call, user=desk.user)  # online, but nothing rings
    await lap.nothing("call.received")
    await lap.request("device.set", ring=True)
    await lap.event("call.received", call=call)
    await alice.event("call.ringing", call=call)
    await lap.request("device.set", ring=True)
    await lap.nothing("call.received")
    await lap.request("call.reject", call=call, reason="unavailable")
    await alice.event("call.ended", call=call)


async def test_the_last_device_that_rings_says_goodbye(server):
    """That is an answer, though another device is there."""
    alice, desk = await server.people("alice", "bob")
    lap = await server.device(desk.user, "lap", ring=False)
    phone = await server.device(desk.user, "phone")
    call = await alice.ringing(desk)
    await phone.leave()
    await alice.nothing("call.rejected")
    await desk.leave()
    assert (await alice.event("call.rejected", call=call))["reason"] == "unavailable"
    await lap.nothing("call.received")


async def test_call_created(server):
    """What one device does the others can show."""
    desk, lap = await two_devices(server, "alice")
    bob = await server.person("bob")
    call = await desk.invite(bob, timeout=30, media="voice", data="hi")
    created = await lap.event("call.created", call=call)
    assert created["state"] == "accepted" and created["device"] == "desk"
    assert created["media"] == "voice" and created["data"] == "hi"
    assert created["from"] == {"id": desk.user, "name": "Alice"}
    assert [(member["id"], member["state"]) for member in created["members"]] == [
        (desk.user, "accepted"), (bob.user, "ringing")]
    await desk.nothing("call.created")
    await lap.refused("not-in-call", "call.cancel", call=call)
    await lap.refused("busy-self", "call.invite", invitees=[bob.user], media="voice")
    await desk.request("call.cancel", call=call)
    await lap.event("call.ended", call=call)


async def test_back_after_a_crash_of_the_client(server):
    """The program was killed; it comes back into its call with the same id."""
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.cut()
    bob = await server.again(bob)
    entry, = bob.welcome["calls"]
    assert (entry["call"], entry["state"], entry["device"]) == (call, "accepted", "desk")
    assert [(member["id"], member["state"], member["device"]) for member in entry["members"]] == [
        (alice.user, "accepted", "desk"), (bob.user, "accepted", "desk")]
    reply = await bob.request("call.join", call=call)
    assert [member["id"] for member in reply["members"]] == [alice.user, bob.user]
    assert reply["media"] == "video" and 0 <= reply["duration"] < 60000
    assert (await alice.event("call.accepted", call=call, user=bob.user))["device"] == "desk"
    await alice.request("signal.send", **alice.signal(bob, call))
    await bob.event("signal.received", call=call)
    await bob.nothing("call.answered-elsewhere", "call.accepted")
    await alice.cut()
    alice = await server.again(alice)  # the caller can as well
    await alice.request("call.join", call=call)
    await bob.event("call.accepted", call=call, user=alice.user)
    await alice.request("call.end", call=call)


async def test_only_who_joins_stays(_):
    """A device that says hello anew is in its call for the time of grace."""
    async with harness.Server({"limits": {"member-grace": 5}}) as server:
        alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
        kept, lost = await alice.connect(bob), await carol.connect(dave)
        for person in bob, dave:
            await person.cut()
        bob, dave = await server.again(bob), await server.again(dave)
        await bob.request("call.join", call=kept)
        left = await carol.event("call.left", call=lost)
        assert (left["user"], left["reason"]) == (dave.user, "lost")
        await alice.nothing("call.left", "call.ended")
        assert [entry["call"] for entry in (await server.again(bob)).welcome["calls"]] == [kept]


async def test_another_device_takes_over(server):
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    call = await alice.connect(desk)
    await lap.event("call.answered-elsewhere", call=call)
    await lap.request("call.join", call=call)
    moved = await desk.event("call.answered-elsewhere", call=call)
    assert (moved["outcome"], moved["device"]) == ("moved", f"{desk.user} at lap")
    accepted = await alice.event("call.accepted", call=call)
    assert (accepted["user"], accepted["device"]) == (desk.user, "lap")
    await desk.refused("not-in-call", "call.leave", call=call, reason="quit")
    await alice.request("signal.send", **alice.signal(desk, call))
    await lap.event("signal.received")
    await desk.nothing("signal.received")
    await desk.leave()  # which is of no matter to the call
    await alice.nothing("call.left")
    await lap.request("call.leave", call=call, reason="hung-up")
    await alice.event("call.left", call=call, user=desk.user)
    await alice.event("call.ended", call=call)


async def test_a_device_that_was_away_learns_that_it_moved(server):
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    call = await alice.connect(desk)
    await desk.cut()
    await lap.request("call.join", call=call)
    assert await desk.resume()
    assert [(entry["call"], entry["device"]) for entry in desk.welcome["calls"]] == [(call, "lap")]
    await desk.event("call.answered-elsewhere", call=call, outcome="moved")
    await desk.refused("not-in-call", "call.leave", call=call, reason="quit")
    await alice.nothing("call.left")
    await alice.request("call.end", call=call)


async def test_who_left_a_group_comes_again(server):
    alice, bob, carol = await server.people("alice", "bob", "carol")
    call = await alice.connect(bob, carol)
    await carol.request("call.leave", call=call, reason="hung-up")
    for person in alice, bob:
        await person.event("call.left", call=call, user=carol.user)
    reply = await carol.request("call.join", call=call)
    assert {member["id"] for member in reply["members"]} == {alice.user, bob.user, carol.user}
    for person in alice, bob:
        await person.event("call.accepted", call=call, user=carol.user)
    await alice.request("call.leave", call=call, reason="hung-up")
    await bob.request("call.leave", call=call, reason="hung-up")
    await carol.event("call.ended", call=call)
    await alice.refused("call-over", "call.join", call=call)


async def test_who_may_not_join(server):
    alice, bob, carol, dave, eve = await server.people("alice", "bob", "carol", "dave", "eve")
    call = await alice.ringing(bob, carol, dave)
    await bob.refused("not-in-call", "call.join", call=call)  # who is rung accepts
    await carol.request("call.reject", call=call, reason="declined")
    await carol.refused("not-in-call", "call.join", call=call)
    await eve.refused("not-invited", "call.join", call=call)
    await eve.refused("unknown-call", "call.join", call="no-such-call")
    await bob.request("call.accept", call=call)
    await bob.request("call.leave", call=call, reason="hung-up")
    other = await bob.connect(eve)
    await bob.refused("busy-self", "call.join", call=call)
    await bob.request("call.leave", call=other, reason="hung-up")
    await bob.request("call.join", call=call)
    await alice.request("call.end", call=call)
    for person in alice, bob, carol:
        await person.refused("call-over", "call.join", call=call)


async def test_goodbye_of_one_device(server):
    """Only the device with which somebody is in a call leaves it by its goodbye."""
    alice = await server.person("alice")
    desk, lap = await two_devices(server)
    call = await alice.connect(desk)
    await lap.leave()
    await alice.nothing("call.left")
    lap = await server.device(desk.user, "lap")
    await desk.leave()
    assert (await alice.event("call.left", call=call))["reason"] == "quit"
    await lap.nothing("call.received")
    assert [(line["call"], line["outcome"]) for line in await lap.history()] == [(call, "answered")]


harness.run(
    test_the_first_answer_wins, test_the_others_stop_to_ring_at_once, test_a_decline_holds_for_all,
    test_two_answers_at_once,
    test_devices_that_come_and_go, test_a_device_that_does_not_ring,
    test_the_last_device_that_rings_says_goodbye, test_call_created,
    test_back_after_a_crash_of_the_client, test_only_who_joins_stays, test_another_device_takes_over,
    test_a_device_that_was_away_learns_that_it_moved, test_who_left_a_group_comes_again,
    test_who_may_not_join, test_goodbye_of_one_device,
    settings={"limits": {"requests-per-minute": 100000, "invitations-per-minute": 1000}})
