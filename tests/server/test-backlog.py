#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads slowly, or was away while much was said, is told all of it at the pace that they read."""
import harness

TEXT = "x" * 30000
MORE_THAN_WAITS = 60  # of them: 1.8 MB, where 128 KiB may wait for a connection to be read


async def test_more_than_waits_for_a_connection_comes_after_a_resume(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    await bob.cut()
    for number in range(MORE_THAN_WAITS):
        await alice.request("signal.send", **alice.signal(bob, call, {"n": number, "text": TEXT}))
    assert await bob.resume()
    for number in range(MORE_THAN_WAITS):
        signal = await bob.event("signal.received", call=call)
        assert signal["payload"]["n"] == number
    await bob.request("call.leave", call=call, reason="hung-up")


async def test_more_than_waits_comes_to_who_is_there(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.connect(bob)
    futures = [await alice.start("signal.send",
                                 **alice.signal(bob, call, {"n": number, "text": TEXT}))
               for number in range(MORE_THAN_WAITS)]
    for number, future in enumerate(futures):
        assert (await future)["ok"]
        assert (await bob.event("signal.received", call=call))["payload"]["n"] == number
    await bob.request("call.leave", call=call, reason="hung-up")


harness.run(test_more_than_waits_for_a_connection_comes_after_a_resume,
            test_more_than_waits_comes_to_who_is_there,
            settings={"limits": {"outbound-bytes": 131072, "member-grace": 60}})
