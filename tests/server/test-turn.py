#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TURN server believes what clients were told: a real coturn, and what `ice.servers` says."""
import asyncio
import base64
import hashlib
import hmac
import time

import harness
from turn import SECRET, Turn


async def credentials(client):
    entry, = (await client.request("ice.servers"))["ice_servers"]
    return entry["username"], entry["credential"]


async def test_credentials_hold(_):
    with Turn() as turn:
        async with harness.Server(turn.settings()) as server:
            alice = await server.person("alice")
            first, = alice.welcome["ice_servers"]
            assert first["urls"] == [f"turn:127.0.0.1:{turn.port}"]
            assert await turn.relays(first["username"], first["credential"])
            username, credential = await credentials(alice)
            until, user = username.split(":")
            for wrong in (username, credential[::-1]), (f"{int(until) + 1}:{user}", credential), (
                    f"{until}:eve", credential):
                assert not await turn.relays(*wrong), wrong


async def test_credentials_run_out(_):
    """They hold as long as is said, and what has run out is refused."""
    with Turn() as turn:
        async with harness.Server(turn.settings(**{"turn-seconds": 60})) as server:
            username, _ = await credentials(await server.person("alice"))
            until, user = username.split(":")
            assert 0 < int(until) - time.time() <= 60
            old = f"{int(time.time()) - 5}:{user}"
            digest = hmac.digest(SECRET.encode(), old.encode(), hashlib.sha1)
            assert not await turn.relays(old, base64.b64encode(digest).decode())


async def test_another_secret(_):
    with Turn() as turn:
        async with harness.Server(turn.settings(**{"turn-secret": "south"})) as server:
            assert not await turn.relays(*await credentials(await server.person("alice")))


harness.run(
    together=[test_credentials_hold, test_credentials_run_out, test_another_secret])
