#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file behind the server: what is in it, and what is not."""
import contextlib
import glob
import json
import os
import sqlite3
import time

import harness


async def test_expired_token(server):
    alice = await server.person("alice")
    with sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10) as database:
        changed = database.execute("UPDATE tokens SET expires = ? WHERE user = ?",
                                   (int(time.time()) - 1, alice.user)).rowcount
    database.close()
    assert changed == 1
    client = await server.socket()
    await client.refused("bad-token", "hello", token=alice.token, device={"id": "desk", "name": "Desk"})


async def test_secrets_are_not_kept(server):
    await server.register("secretive", password="a secret of hers")
    token = (await server.sign_in("secretive", "a secret of hers")).json["token"]
    kept = b""
    for path in glob.glob(f"{server.data}/*"):
        with open(path, "rb") as file:
            kept += file.read()
    assert b"secretive" in kept  # we look in the right place
    assert b"a secret of hers" not in kept and token.encode() not in kept
    assert bytes.fromhex(token) not in kept


async def test_database_in_trouble(_):
    """Nobody is signed out because the server has a problem."""
    async with harness.Server(passwords=True) as server:
        server.allowed_warning = "no such table"
        alice = await server.person("alice")
        database = sqlite3.connect(f"{server.data}/beckon.sqlite")
        database.execute("ALTER TABLE tokens RENAME TO elsewhere")
        database.commit()
        other = await server.socket()
        error = await other.refused("internal", "hello", token=alice.token,
                                    device={"id": "lap", "name": "Lap"})
        assert "try again" in error["message"]
        assert await other.closed() == 1011
        await alice.request("ping")
        database.execute("ALTER TABLE elsewhere RENAME TO tokens")
        database.commit()
        database.close()
        await server.device(alice.user, "lap", alice.token)


async def test_trouble_while_people_are_added(_):
    """Nobody is left half invited: the call still comes to its end."""
    async with harness.Server(passwords=True) as server:
        server.allowed_warning = "no such table"
        alice, bob, carol, dave = await server.people("alice", "bob", "carol", "dave")
        await dave.leave()
        call = await alice.connect(bob)
        database = sqlite3.connect(f"{server.data}/beckon.sqlite")
        for before, after in ("accounts", "elsewhere"), ("elsewhere", "accounts"):
            database.execute(f"ALTER TABLE {before} RENAME TO {after}")
            database.commit()
            if after == "elsewhere":
                await alice.refused("internal", "call.add", call=call,
                                    invitees=[carol.user, dave.user])
        database.close()
        await carol.nothing("call.received")
        await alice.request("call.leave", call=call, reason="hung-up")
        await bob.event("call.ended", call=call)
        await carol.nothing("history.missed", "call.received")


async def test_files_are_private(_):
    async with harness.Server() as server:
        await server.register("ada")
        assert os.stat(server.data).st_mode & 0o077 == 0, oct(os.stat(server.data).st_mode)


async def test_what_the_record_held(_):
    """What older servers wrote goes; what is read is not written down again."""
    async with harness.Server() as server:
        alice = await server.person("alice")
        await alice.request("presence.set", state="dnd")
        await alice.leave()
        server.stop()
        with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite")) as database:
            database.execute("INSERT INTO record VALUES (?, x'01')", [f"u/{alice.user}"])
            database.commit()
        server.start()
        await server.register("later")  # is committed, and what was written at the start before it
        server.kill()
        with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite")) as database:
            journal = b"".join(changes for changes, in database.execute("SELECT changes FROM journal"))
            assert b"u/" in journal and b"d/" not in journal, journal
        server.start()
        server.stop()
        with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite")) as database:
            keys = [key for key, in database.execute("SELECT key FROM record")]
            assert keys == [f"d/{alice.user}/desk"], keys


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
    while page := await alice.history(**before):
        seen += [entry["started"] for entry in page]
        before = {"before": page[-1]["started"]}
    assert seen == list(range(1099, 999, -1))


harness.run(
    test_expired_token, test_secrets_are_not_kept, test_database_in_trouble,
    test_trouble_while_people_are_added, test_files_are_private,
    test_what_the_record_held, test_long_lists_fit_a_frame,
    passwords=True)
