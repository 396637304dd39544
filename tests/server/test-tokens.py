#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens: those that are revoked, and those that a site has signed itself."""
import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import shutil
import sqlite3
import subprocess
import tempfile
import time

import harness
import tap

SECRET = b"a secret of the site's own, of 32 bytes or more"


async def revoke(server, token):
    answer = await server.http("DELETE", "/v1/sessions/current",
                               headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 204, answer.text


async def test_revoked_from_elsewhere(server):
    alice, bob = await server.people("alice", "bob")
    lap = await server.device(alice.user, "lap")
    call = await alice.connect(bob)
    await revoke(server, alice.token)
    assert await alice.closed() == 4005
    assert (await bob.event("call.left", call=call))["user"] == alice.user
    await bob.event("call.ended", call=call)
    await lap.request("ping")  # which has a token of its own
    await alice.reconnect()
    reply = await alice.greet(resume={"session": alice.session, "seq": alice.seq})
    assert reply["error"]["code"] == "bad-token"
    assert await alice.closed() == 4003


async def test_revoked_while_it_rings(server):
    alice, bob = await server.people("alice", "bob")
    call = await alice.ringing(bob)
    await revoke(server, bob.token)
    assert await bob.closed() == 4005
    rejected = await alice.event("call.rejected", call=call)
    assert (rejected["user"], rejected["reason"]) == (bob.user, "unavailable")


async def test_revoked_while_away(server):
    """There is no connection to close, and nothing to come back to."""
    alice, bob, carol = await server.people("alice", "bob", "carol")
    await carol.request("presence.watch", users=[alice.user])
    await carol.event("presence.changed", state="online")
    call = await alice.connect(bob)
    await alice.cut()
    await revoke(server, alice.token)
    await bob.event("call.left", call=call, user=alice.user)
    await carol.event("presence.changed", user=alice.user, state="offline")
    old, alice.token = alice.session, await server.token(alice.user)
    assert not await alice.resume()
    assert alice.session != old and alice.welcome["calls"] == []


async def test_one_token_on_two_devices(server):
    desk = await server.person("alice")
    lap = await server.device(desk.user, "lap", desk.token)
    await revoke(server, desk.token)
    assert await desk.closed() == 4005 and await lap.closed() == 4005


# ---- tokens of a site's own ----

def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(sign, claims, header):
    text = b".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    return (text + b"." + encode(sign(text))).decode()


def hs256(claims, secret=SECRET, **header):
    return token(lambda text: hmac.digest(secret, text, hashlib.sha256),
                 {"exp": int(time.time()) + 600, **claims}, {"alg": "HS256", "typ": "JWT", **header})


class Key:
    """An Ed25519 key of the site's."""

    def __init__(self, directory, name):
        self.private, self.public = f"{directory}/{name}.key", f"{directory}/{name}.pem"
        if not shutil.which("openssl"):
            raise tap.Skip("there is no openssl")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.private],
                       check=True)
        subprocess.run(["openssl", "pkey", "-in", self.private, "-pubout", "-out", self.public],
                       check=True)

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as file:
            file.write(text)
            file.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.private,
                                   "-in", file.name], check=True, capture_output=True).stdout

    def token(self, claims):
        return token(self.sign, {"exp": int(time.time()) + 600, **claims}, {"alg": "EdDSA"})


class Site:
    """A server that knows the site's keys."""

    def __init__(self, **jwt):
        self.directory = tempfile.mkdtemp(prefix="beckon-site-")
        with open(f"{self.directory}/secret", "wb") as file:
            file.write(SECRET + b"\n")
        self.key = Key(self.directory, "site")
        self.server = harness.Server({
            "server": {"registration": "closed"},
            "jwt": {"secret-file": f"{self.directory}/secret", "public-key": self.key.public, **jwt}})

    async def __aenter__(self):
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *failure):
        await self.server.__aexit__(*failure)
        shutil.rmtree(self.directory)

    async def lets_in(self, user, text, device="desk"):
        return await self.server.device(user, device, text)

    async def refuses(self, text):
        client = await self.server.socket()
        await client.refused("bad-token", "hello", token=text, device={"id": "desk", "name": "Desk"})
        assert await client.closed() == 4003


async def test_an_account_comes_to_be(_):
    async with Site() as site:
        alice = await site.lets_in("alice", hs256({"sub": "alice", "name": "Alice Moreau"}))
        assert alice.welcome["user"] == {"id": "alice", "name": "Alice Moreau"}
        bob = await site.lets_in("bob", site.key.token({"sub": "bob"}))
        assert bob.welcome["user"] == {"id": "bob", "name": "bob"}
        carol = await site.lets_in("carol", hs256({"sub": "carol", "name": "\u202e\u200b"}))
        assert carol.welcome["user"]["name"] == "carol"
        call = await alice.connect(bob)
        await alice.request("contacts.add", user="carol")
        site.server.crash()
        for person in alice, bob:
            assert await person.resume()
            assert [entry["call"] for entry in person.welcome["calls"]] == [call]
        alice.token = hs256({"sub": "alice"})  # a newer one goes on with the session
        assert await alice.resume()
        assert [contact["id"] for contact in (await alice.request("contacts.list"))["contacts"]] == [
            "carol"]
        await alice.request("call.end", call=call)
        assert (await site.server.sign_in("alice", "")).code == "wrong-password"
        assert (await site.server.sign_in("alice")).code == "wrong-password"


async def test_tokens_that_do_not_hold(_):
    now = int(time.time())
    async with Site() as site:
        other = Key(site.directory, "other")
        with open(site.key.public, "rb") as file:
            public = file.read()
        for text in (
                hs256({"sub": "alice", "exp": now - 100}), hs256({"sub": "alice", "nbf": now + 100}),
                hs256({"sub": "alice"}, secret=b"x" * 40), hs256({"sub": "alice"}, secret=public),
                hs256({"sub": "alice"}, alg="none"), hs256({"sub": "alice"}, alg="HS512"),
                hs256({"sub": "alice"}, alg="EdDSA"), hs256({"sub": "alice"}, crit=["exp"]),
                hs256({"sub": "Not An Id"}), hs256({}), hs256({"sub": "alice", "exp": None}),
                hs256({"sub": "alice", "exp": "soon"}), hs256({"sub": "alice", "aud": "elsewhere"}),
                hs256({"sub": "alice"})[:-2], hs256({"sub": "alice"}).rsplit(".", 1)[0] + ".",
                other.token({"sub": "alice"}), site.key.token({"sub": "alice", "exp": now - 100}),
                "a.b.c", ".."):
            await site.refuses(text)
        await site.lets_in("alice", hs256({"sub": "alice", "exp": now - 30}))  # clocks differ


async def test_issuer_and_audience(_):
    async with Site(issuer="https://site.example", audience="beckon") as site:
        good = {"sub": "alice", "iss": "https://site.example", "aud": "beckon"}
        await site.lets_in("alice", hs256(good))
        await site.lets_in("alice", site.key.token({**good, "aud": ["mail", "beckon"]}))
        for wrong in ({"iss": "https://other.example"}, {"iss": None}, {"aud": "mail"}, {"aud": []},
                      {"aud": None}):
            claims = {key: value for key, value in {**good, **wrong}.items() if value is not None}
            await site.refuses(hs256(claims))


async def test_a_token_that_expires(_):
    """The connection lives on; a new one needs a new token."""
    async with Site() as site:
        until = int(time.time()) - 55  # and a minute is given
        alice = await site.lets_in("alice", hs256({"sub": "alice", "exp": until}))
        await asyncio.sleep(until + 61.2 - time.time())  # what is tested is that time passes
        await site.refuses(alice.token)
        await alice.request("ping")
        old = alice.session
        alice.token = hs256({"sub": "alice"})
        assert await alice.resume() and alice.session == old


async def test_a_site_without_keys_takes_none(server):
    client = await server.socket()
    await client.refused("bad-token", "hello", token=hs256({"sub": "alice"}),
                         device={"id": "desk", "name": "Desk"})
    assert await client.closed() == 4003


async def test_registration_is_not_needed(_):
    async with Site() as site:
        answer = await site.server.register("dora", "Dora")
        assert (answer.status, answer.code) == (403, "registration-closed")
        desk = await site.lets_in("dora", hs256({"sub": "dora", "name": "Dora"}))
        lap = await site.lets_in("dora", site.key.token({"sub": "dora"}), "lap")
        assert lap.welcome["user"]["id"] == desk.user


async def test_signing_another_device_out(server):
    """Its token holds no more, it leaves its call, and those of one's own that stay do so."""
    alice = await server.person("alice")
    desk = await server.person("bob")
    lap = await server.device(desk.user, "lap")
    phone = await server.device(desk.user, "phone")
    await phone.cut()
    listed = (await desk.request("devices.list"))["devices"]
    assert sorted((each["id"], each["name"], each["connected"]) for each in listed) == [
        ("desk", f"{desk.user} at desk", True), ("lap", f"{desk.user} at lap", True),
        ("phone", f"{desk.user} at phone", False)]
    call = await alice.connect(lap)
    await desk.refused("bad-request", "devices.sign-out", device="desk")
    await desk.refused("unreachable", "devices.sign-out", device="tablet")
    await alice.refused("unreachable", "devices.sign-out", device="lap")
    await desk.request("devices.sign-out", device="lap")
    assert await lap.closed() == 4005
    assert (await alice.event("call.left", call=call))["user"] == desk.user
    await desk.request("devices.sign-out", device="phone")
    assert [each["id"] for each in (await desk.request("devices.list"))["devices"]] == ["desk"]
    for device in lap, phone:
        await device.reconnect()
        reply = await device.greet(resume={"session": device.session, "seq": device.seq})
        assert reply["error"]["code"] == "bad-token"
        assert await device.closed() == 4005
    await desk.request("ping")


async def comes_no_more(server, device, code=4005, name=None):
    """What it has is refused, and it is told why."""
    client = await server.socket()
    await client.refused("bad-token", "hello", token=device.token,
                         device={"id": name or device.device, "name": "Back"})
    assert await client.closed() == code


async def test_signing_out_one_of_two_with_a_token(server):
    """The other stays, and comes back to the session that it has; nobody else does, whatever they call themselves."""
    desk = await server.person("bob")
    lap = await server.device(desk.user, "lap", desk.token)
    await desk.request("devices.sign-out", device="lap")
    assert await lap.closed() == 4005
    for _ in range(2):
        for name in "lap", "another", "desk":
            await comes_no_more(server, lap, name=name)
        lost = await server.socket()
        await lost.refused("bad-token", "hello", token=lap.token, device={"id": "another", "name": "Back"},
                           resume={"session": desk.session, "seq": 0})
        server.crash()
        assert await desk.resume()
    desk.token = await server.token(desk.user, "desk")
    desk = await server.again(desk)
    await comes_no_more(server, lap)


async def test_signing_out_many(server):
    """Device ids are what clients like: one token of theirs is one row, for as long as it holds."""
    desk = await server.person("bob")
    token = await server.token(desk.user, "lap")
    laps = [await server.device(desk.user, f"lap-{i}", token) for i in range(8)]
    for lap in laps:
        await desk.request("devices.sign-out", device=lap.device)
        assert await lap.closed() == 4005
    with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10)) as database:
        rows = database.execute("SELECT until - unixepoch () FROM revoked WHERE user = ?", [desk.user]).fetchall()
        assert len(rows) == 1 and 0 < rows[0][0] < 400 * 86400, rows
        devices = database.execute("SELECT device FROM tokens WHERE user = ?", [desk.user]).fetchall()
        assert len(devices) == 1, devices  # that of the desk


async def test_signing_out_who_is_away(server):
    """It is refused when it comes back, also by the next server, and whatever it calls itself then; with a new
    token it is let in."""
    desk = await server.person("bob")
    lap = await server.device(desk.user, "lap")
    await lap.cut()
    await desk.request("devices.sign-out", device="lap")
    await comes_no_more(server, lap)
    server.crash()
    await comes_no_more(server, lap)
    await comes_no_more(server, lap, name="another")
    assert await desk.resume()
    lap.token = await server.token(desk.user, "lap")
    lap = await server.again(lap)
    listed = (await desk.request("devices.list"))["devices"]
    assert sorted(each["id"] for each in listed) == ["desk", "lap"]


def devices(reply):
    return {each["id"]: (each["name"], each["connected"]) for each in reply["devices"]}


async def test_signing_out_who_is_off(_):
    """It has no session any more, but a token that would let it in."""
    async with harness.Server({"limits": {"session-seconds": 3}}, passwords=True) as server:
        desk, eve = await server.people("bob", "eve")
        lap = await server.device(desk.user, "lap")
        phone = await server.device(desk.user, "phone")
        unused = await server.token(desk.user, "never\ncame")
        older, lap.token = lap.token, await server.token(desk.user, "lap")
        assert await lap.resume()
        before = time.time() * 1000
        await phone.leave()
        await lap.cut()
        while devices(await desk.request("devices.list"))["lap"][1]:
            pass  # until the server has seen it
        after = time.time() * 1000
        call = await eve.invite(desk, timeout=5)
        await desk.event("call.timeout", call=call)  # and by then the session of the other is over
        never = "token-" + hashlib.sha256(b"never\ncame").hexdigest()[:32]
        reply = await desk.request("devices.list")
        assert devices(reply) == {
            "desk": (f"{desk.user} at desk", True), "lap": (f"{desk.user} at lap", False),
            "phone": (f"{desk.user} at phone", False), never: (never, False)}
        seen = {each["id"]: each["seen"] for each in reply["devices"] if "seen" in each}
        assert set(seen) == {"lap", "phone"}, reply
        assert all(before - 1000 < when < after + 1000 for when in seen.values()), (before, after, seen)
        await eve.refused("unreachable", "devices.sign-out", device="lap")
        await desk.refused("unreachable", "devices.sign-out", device="tablet")
        await desk.request("devices.sign-out", device="lap")
        assert "lap" not in devices(await desk.request("devices.list"))
        await desk.refused("unreachable", "devices.sign-out", device="lap")
        for _ in range(2):
            await comes_no_more(server, lap)
            server.crash()
            assert await desk.resume()
        lap.token = older
        await comes_no_more(server, lap)
        await desk.request("devices.sign-out", device=never)
        await desk.request("devices.sign-out", device="phone")
        lap.token = unused
        await comes_no_more(server, lap)
        phone.token = await server.token(desk.user, "phone")
        phone = await server.again(phone)
        assert set(devices(await desk.request("devices.list"))) == {"desk", "phone"}


async def test_tokens_of_before_devices_were_known(_):
    """Those with which nobody has come since an older server was upgraded: of one name they are one device."""
    async with harness.Server(passwords=True) as server:
        desk = await server.person("bob")
        names = [*["lap"] * 65, *["desk"] * 2, *["Bob’s tablet"] * 2]
        tokens = [f"{name} {number}" for number, name in enumerate(names)]
        server.kill()
        with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10)) as database, database:
            database.executemany(
                "INSERT INTO tokens (hash, user, device, expires) VALUES (?, ?, ?, unixepoch () + 86400 + ?)",
                [(hashlib.sha256(token.encode()).hexdigest(), desk.user, name, number)
                 for number, (token, name) in enumerate(zip(tokens, names))])
        server.start()
        assert await desk.resume()
        tablet = "token-" + hashlib.sha256("Bob’s tablet".encode()).hexdigest()[:32]
        listed = (await desk.request("devices.list"))["devices"]
        assert sorted((each["id"], each["name"], each["connected"]) for each in listed) == [
            ("desk", f"{desk.user} at desk", True), ("lap", "lap", False), (tablet, "Bob’s tablet", False)]
        for device in "lap", tablet:
            await desk.request("devices.sign-out", device=device)
            await desk.refused("unreachable", "devices.sign-out", device=device)
        assert set(devices(await desk.request("devices.list"))) == {"desk"}
        with contextlib.closing(sqlite3.connect(f"{server.data}/beckon.sqlite", timeout=10)) as database:
            left = database.execute("SELECT device FROM tokens WHERE user = ?", [desk.user]).fetchall()
            assert len(left) == 3, left  # of the desk
        # Not all are remembered as signed out: the newest are, with which somebody may still come.
        for token, code in (tokens[64], 4005), (tokens[-1], 4005), (tokens[0], 4003):
            client = await server.socket()
            await client.refused("bad-token", "hello", token=token, device={"id": "back", "name": "Back"})
            assert await client.closed() == code, token


async def test_a_token_that_is_forgotten(server):
    """Who says so with their goodbye comes with it no more, and is no device of the account; who shares it does."""
    desk = await server.person("bob")
    lap = await server.device(desk.user, "lap")
    phone = await server.device(desk.user, "phone", desk.token)
    for device in lap, phone:
        await device.request("bye", forget=True)
    assert set(devices(await desk.request("devices.list"))) == {"desk"}
    await comes_no_more(server, lap, 4003)
    server.crash()
    await comes_no_more(server, lap, 4003)
    assert await desk.resume()
    assert (await server.again(phone)).welcome["user"]["id"] == desk.user


async def test_signing_out_with_a_token_of_the_site(_):
    async with Site() as site:
        desk = await site.lets_in("bob", hs256({"sub": "bob"}))
        lap = await site.lets_in("bob", hs256({"sub": "bob", "name": "Bob"}), "lap")
        phone = await site.lets_in("bob", desk.token, "phone")
        await phone.cut()
        for device in "lap", "phone":
            await desk.request("devices.sign-out", device=device)
        assert await lap.closed() == 4005
        site.server.crash()
        for device in lap, phone:
            await comes_no_more(site.server, device)
        await comes_no_more(site.server, lap, name="another")
        assert await desk.resume()  # whose token it is as well
        assert await site.lets_in("bob", hs256({"sub": "bob", "jti": "new"}), "lap")


harness.run(
    test_revoked_from_elsewhere, test_revoked_while_it_rings, test_revoked_while_away,
    test_one_token_on_two_devices, test_signing_another_device_out, test_signing_out_one_of_two_with_a_token,
    test_signing_out_many,
    test_signing_out_who_is_away, test_tokens_of_before_devices_were_known, test_a_token_that_is_forgotten, test_signing_out_with_a_token_of_the_site,
    test_tokens_that_do_not_hold,
    test_a_site_without_keys_takes_none, test_registration_is_not_needed,
    together=[test_a_token_that_expires, test_signing_out_who_is_off, test_issuer_and_audience, test_an_account_comes_to_be],
    passwords=True)
