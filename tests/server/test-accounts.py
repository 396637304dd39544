#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts over HTTP: who may have one, what they cost a stranger, what is kept of them."""
import asyncio
import json
import statistics
import time

import harness

BODY_MAX = 16384


async def test_register_and_sign_in(server):
    answer = await server.register("Ada.1", "Ada")
    assert (answer.status, answer.json) == (201, {})
    answer = await server.sign_in("ADA.1")
    assert answer.status == 200
    assert len(answer.json["token"]) == 64  # 256 bits
    assert 89 * 86400 < answer.json["expires"] - time.time() < 91 * 86400
    device = await server.device("ada.1", "desk", answer.json["token"])
    assert device.welcome["user"] == {"id": "ada.1", "name": "Ada"}


async def test_what_an_account_may_be_called(server):
    for user in "", "a b", "ä", "a" * 33, "a/b", "a\tb":
        answer = await server.register(user, "Somebody")
        assert (answer.status, answer.code) == (400, "bad-user-id"), user
    for name in " ", "\u200b", "x" * 129, "a\u0007b", "a\u202eb":
        answer = await server.register("somebody", name)
        assert (answer.status, answer.code) == (400, "bad-request"), name
    for password in "", "seven c", "x" * 512:
        answer = await server.register("somebody", password=password)
        assert (answer.status, answer.code) == (400, "weak-password"), password
    assert (await server.sign_in("somebody")).status == 401


async def test_long_passwords(server):
    """crypt(3) takes so many bytes; whoever tries more is wrong, and no trouble."""
    longest = "x" * 511
    assert (await server.register("lengthy", password=longest)).status == 201
    assert (await server.sign_in("lengthy", longest)).status == 200
    for user, password in (("lengthy", longest + "x"), ("lengthy", ""), ("nobody", "x" * 5000)):
        answer = await server.sign_in(user, password)
        assert (answer.status, answer.code) == (401, "wrong-password"), (user, len(password))


async def test_a_user_id_is_taken_once(server):
    answers = await asyncio.gather(*(server.register("taken") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"user-exists"}
    assert (await server.register("TAKEN")).status == 409


async def test_wrong_password_and_nobody_are_the_same(server):
    await server.register("known")

    async def attempt(user):
        start = time.monotonic()
        answer = await server.sign_in(user, "wrong password")
        return answer, time.monotonic() - start

    known, nobody = [], []
    for number in range(5):  # in turn, so that a slow moment of the machine meets both
        known.append(await attempt("known"))
        nobody.append(await attempt(f"nobody{number}"))
    texts = {(answer.status, answer.text) for answer, _ in known + nobody}
    assert len(texts) == 1 and known[0][0].status == 401, texts
    assert known[0][0].code == "wrong-password"
    times = [statistics.median(seconds for _, seconds in kind) for kind in (known, nobody)]
    assert max(times) < 3 * min(times), times
    for user in "", "not an id":
        assert (await server.sign_in(user)).code == "wrong-password"


async def test_sign_in_failures(server):
    await server.register("guessed")
    await server.register("neighbour")
    codes = [(await server.sign_in("guessed", "wrong password")).code for _ in range(11)]
    assert codes == ["wrong-password"] * 10 + ["rate-limited"]
    answer = await server.sign_in("guessed")  # not even with the right one
    assert (answer.status, answer.code) == (429, "rate-limited")
    assert (await server.sign_in("neighbour")).status == 200


async def test_sign_in_failures_of_an_address(_):
    """Who tries one password with everybody; and whether there is such a user shows in nothing."""
    settings = {"server": {"proxies": "127.0.0.1"}, "limits": {
        "sign-in-failures-per-minute": 2, "sign-in-failures-per-address-per-minute": 6}}
    async with harness.Server(settings) as server:
        await server.register("known")
        await server.register("neighbour")

        async def attempt(user, address, password="wrong password"):
            answer = await server.http("POST", "/v1/sessions", {
                "user": user, "password": password, "device": "desk"}, {"X-Forwarded-For": address})
            return answer.status, answer.json.get("error", {}).get("code")

        wrong, limited = (401, "wrong-password"), (429, "rate-limited")
        for user in "known", "nobody":
            assert [await attempt(user, "192.0.2.1") for _ in range(3)] == [wrong, wrong, limited]
        assert [await attempt(f"nobody-{n}", "192.0.2.1") for n in range(3)] == [wrong, wrong, limited]
        assert await attempt("neighbour", "192.0.2.1", harness.PASSWORD) == limited
        assert (await attempt("neighbour", "192.0.2.2", harness.PASSWORD))[0] == 200
        # Of IPv6 somebody has as many addresses as they like.
        assert [await attempt(f"someone-{n}", f"2001:db8:0:1::{n}") for n in range(7)] == (
            6 * [wrong] + [limited])
        assert (await attempt("neighbour", "2001:db8:0:2::1", harness.PASSWORD))[0] == 200


async def test_sign_in_failures_at_once(server):
    await server.register("guessed-at-once")
    answers = await asyncio.gather(*(server.sign_in("guessed-at-once", f"guess number {number}")
                                     for number in range(25)))
    tried = sum(answer.code == "wrong-password" for answer in answers)
    assert tried <= 11, f"{tried} passwords were tried"


async def test_right_passwords_are_no_failures(server):
    await server.register("busy-person")
    for _ in range(12):
        assert (await server.sign_in("busy-person")).status == 200


async def test_bodies(server):
    for body in (b"", b"{", b"[]", b"7", b'"x"', b"null", b"\xff", b'{"user":"a","user":"b"}',
                 b'{"user":"a\\u0000","name":"A","password":"long enough"}', b"{}", b"[" * 5000,
                 b'{"user":7,"name":"A","password":"long enough"}'):
        for path in "/v1/accounts", "/v1/sessions":
            answer = await server.http("POST", path, body)
            assert answer.status == 400, (path, body, answer.status)
            assert answer.code in ("bad-frame", "bad-request"), answer.text


async def test_body_size(server):
    def registration(size):
        account = {"user": "bulky", "name": "Bulky", "password": "long enough", "more": ""}
        account["more"] = "x" * (size - len(json.dumps(account)))
        return json.dumps(account).encode()

    def chunks(body):
        yield from (body[at:at + 1000] for at in range(0, len(body), 1000))

    for size in BODY_MAX + 1, 100 * BODY_MAX:
        answer = await server.http("POST", "/v1/accounts", registration(size))
        assert answer.status == 413, (size, answer.status)
        answer = await server.http("POST", "/v1/accounts", chunks(registration(size)))
        assert answer.status == 413, (size, answer.status)
    answer = await server.http("POST", "/v1/accounts", registration(BODY_MAX))
    assert answer.status == 201, answer.text
    answer = await server.http("POST", "/v1/accounts", chunks(registration(BODY_MAX)))
    assert answer.status == 409, answer.text


async def test_sign_out(server):
    await server.register("leaver")
    token = await server.token("leaver")
    authorization = {"Authorization": f"Bearer {token}"}
    for headers in {}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {token}"}:
        answer = await server.http("DELETE", "/v1/sessions/current", headers=headers)
        assert (answer.status, answer.code) == (401, "bad-token")
    answer = await server.http("DELETE", "/v1/sessions/current", headers=authorization)
    assert answer.status == 204
    answer = await server.http("DELETE", "/v1/sessions/current", headers=authorization)
    assert answer.status == 401
    client = await server.socket()
    await client.refused("bad-token", "hello", token=token, device={"id": "d", "name": "D"})
    assert await client.closed() == 4003


async def test_other_pages(server):
    answer = await server.http("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {})
    answer = await server.http("GET", "/v1/protocol.schema.json")
    assert answer.headers["Content-Type"] == "application/schema+json"
    with open(harness.SCHEMA, "rb") as file:
        assert answer.text == file.read()
    for method, path in (("GET", "/v1/accounts"), ("GET", "/v1/sessions"), ("POST", "/healthz"),
                         ("POST", "/v1/sessions/current"), ("PUT", "/v1/protocol.schema.json")):
        answer = await server.http(method, path)
        assert answer.status == 405 and answer.headers["Allow"], (method, path, answer.status)
    for path in "/", "/v1", "/v2/accounts", "/etc/passwd", "/%2e%2e/x":
        assert (await server.http("GET", path)).status == 404, path
    for path in "/v1/accounts/x", "/v1/sessions/x", "/healthz/x", "/v1/protocol.schema.json/x":
        assert (await server.http("GET", path)).status == 404, path


async def test_registration_closed(_):
    async with harness.Server({"server": {"registration": "closed"}}) as server:
        answer = await server.register("ada")
        assert (answer.status, answer.code) == (403, "registration-closed")
        assert (await server.sign_in("ada")).status == 401


async def test_registration_by_code(_):
    async with harness.Server({"server": {"registration": "code",
                                          "registration-code": "open sesame"}}) as server:
        for more in {}, {"invite_code": ""}, {"invite_code": "open"}, {"invite_code": 7}:
            answer = await server.register("ada", **more)
            assert (answer.status, answer.code) == (403, "invite-code-needed")
        assert (await server.register("ada", invite_code="open sesame")).status == 201


async def test_registrations_of_an_address(_):
    """A code is not guessed by trying, and nobody else is kept out by who tries."""
    settings = {"server": {"proxies": "127.0.0.1", "registration": "code",
                           "registration-code": "open sesame"},
                "limits": {"registrations-per-address-per-minute": 5}}
    async with harness.Server(settings) as server:
        async def attempt(user, address, code):
            answer = await server.http("POST", "/v1/accounts", {
                "user": user, "name": "Somebody", "password": harness.PASSWORD,
                "invite_code": code}, {"X-Forwarded-For": address})
            return answer.status, answer.json.get("error", {}).get("code")

        wrong, limited = (403, "invite-code-needed"), (429, "rate-limited")
        assert [await attempt("eve", f"2001:db8::{n}", f"guess {n}") for n in range(6)] == (
            5 * [wrong] + [limited])
        assert await attempt("eve", "2001:db8::7", "open sesame") == limited
        assert (await attempt("ada", "192.0.2.1", "open sesame"))[0] == 201


harness.run(
    test_register_and_sign_in, test_what_an_account_may_be_called, test_long_passwords,
    test_a_user_id_is_taken_once, test_wrong_password_and_nobody_are_the_same,
    test_sign_in_failures, test_sign_in_failures_of_an_address, test_sign_in_failures_at_once,
    test_right_passwords_are_no_failures, test_bodies, test_body_size, test_sign_out,
    test_other_pages, test_registration_closed, test_registration_by_code,
    test_registrations_of_an_address, passwords=True,
    settings={"limits": {"registrations-per-address-per-minute": 1000}})
