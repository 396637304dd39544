#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as a process: options, settings, TLS, signals, its files."""
import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

import harness
import tap


def refuses(settings=None, arguments=(), status=1, listen="127.0.0.1:0", data=None):
    """Starts a server that has to refuse. Returns: what it says on standard error."""
    server = harness.Server(settings, listen=listen)
    server.data = data or server.data
    try:
        done = subprocess.run([*server.command(), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=harness.LIMIT, check=False)
    finally:
        shutil.rmtree(server.directory)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == "", done.stdout
    assert done.stderr.startswith("beckon-server: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def says(text, *words):
    assert all(word in text for word in words), text


async def test_version(_):
    done = subprocess.run([harness.PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("beckon-server ")


async def test_unknown_options(_):
    says(refuses(arguments=["--no-such"], status=2), "--no-such")
    says(refuses(arguments=["word"], status=2), "word")


# Of [limits], with their ranges.
NUMBERS = {
    "hello-seconds": (1, 60), "silence-seconds": (1, 600), "session-seconds": (1, 3600),
    "presence-grace": (0, 600), "ring-seconds": (1, 600), "caller-grace": (0, 60),
    "member-grace": (0, 60), "requests-per-minute": (10, 1000000),
    "signal-bytes-per-minute": (65536, 2 ** 30), "invitations-per-minute": (1, 1000000),
    "invitations-per-callee": (1, 63), "outbound-bytes": (131072, 2 ** 30),
    "connections-per-address": (1, 1000000), "sign-in-failures-per-minute": (1, 1000000),
    "sign-in-failures-per-address-per-minute": (1, 1000000),
    "registrations-per-address-per-minute": (1, 1000000),
}


async def test_settings_that_make_no_sense(_):
    for group, key, value in (
            ("server", "lisen", "x"), ("servers", "listen", "x"), ("server", "insecure", "true"),
            ("server", "registration", "perhaps"), ("server", "directory", "perhaps"),
            ("server", "durability", "perhaps"), ("server", "proxies", "somewhere"),
            ("server", "origins", "somewhere"), ("server", "token-days", "0"),
            ("server", "token-days", "3651"), ("server", "token-days", "many"),
            ("limits", "sign-in-failures-per-minute", "99999999999999999999"),
            ("ice", "turn-seconds", "59"), ("ice", "turn-seconds", "86401"),
            ("jwt", "public-key", "/nonexistent/key.pem"),
            ("jwt", "secret-file", "/nonexistent/secret"), ("metrics", "listen", "somewhere")):
        text = refuses({group: {key: value}})
        assert f"[{group}] {key}" in text or value in text, text
    says(refuses({"server": {"registration": "code"}}), "registration-code")
    says(refuses({"jwt": {"issuer": "x"}}), "[jwt]")
    says(refuses({"server": {"private-key": "/nonexistent/key.pem"}}), "certificate")
    says(refuses(arguments=["--config", "/nonexistent/config"]), "/nonexistent/config")


async def test_numbers_out_of_their_ranges(_):
    async def refused(key, value):
        says(await asyncio.to_thread(refuses, {"limits": {key: value}}), f"[limits] {key}")

    for key, (least, most) in NUMBERS.items():
        await asyncio.gather(refused(key, least - 1), refused(key, most + 1))


async def test_smallest_and_largest_settings(_):
    for settings in (
            {"server": {"token-days": 1}, "ice": {"turn-seconds": 60},
             "limits": {key: least for key, (least, _) in NUMBERS.items()}},
            {"server": {"token-days": 3650, "name": "Bürgeramt"}, "ice": {"turn-seconds": 86400},
             "limits": {key: most for key, (_, most) in NUMBERS.items()}}):
        async with harness.Server(settings) as server:
            person = await server.person("alice")
            assert person.welcome["server"]["name"] == settings["server"].get("name", "Beckon")


async def test_ring_seconds(_):
    async with harness.Server({"limits": {"ring-seconds": 1}}) as server:
        alice, bob = await server.people("alice", "bob")
        reply = await alice.request("call.invite", invitees=[bob.user], media="voice")
        assert reply["timeout"] == 1
        await alice.event("call.unanswered")


async def test_addresses(_):
    for listen in "", "7300", "localhost:7300", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", \
                  "127.0.0.1:-1", "1.2.3:80", "[::1:80", "127.0.0.1:http":
        says(refuses(listen=listen), "ADDRESS:PORT")
    async with harness.Server() as server:
        says(refuses(listen=server.url.removeprefix("http://")), server.url.removeprefix("http://"))


async def test_open_to_the_network(_):
    for listen in "0.0.0.0:0", "[::]:0":
        says(refuses(listen=listen), listen, "certificate", "proxies")
    server = harness.Server({"server": {"proxies": "127.0.0.1"}}, listen="0.0.0.0:0")
    async with server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert (await server.http("GET", "/healthz")).status == 200


async def test_ipv6(_):
    try:
        server = harness.Server(listen="[::1]:0").start()
    except AssertionError as error:
        raise tap.Skip("there is no IPv6 here") from error
    async with server_that_runs(server):
        await server.person("alice")


class server_that_runs:  # pylint: disable=invalid-name
    """Stops a server that was started already."""

    def __init__(self, server):
        self.server = server

    async def __aenter__(self):
        return self.server

    async def __aexit__(self, *failure):
        await self.server.__aexit__(*failure)


def make_certificate(directory):
    if not shutil.which("openssl"):
        raise tap.Skip("there is no openssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{directory}/key.pem",
                    "-out", f"{directory}/certificate.pem"], check=True, capture_output=True)
    return {"certificate": f"{directory}/certificate.pem", "private-key": f"{directory}/key.pem"}


async def test_tls(_):
    with tempfile.TemporaryDirectory() as directory:
        settings = make_certificate(directory)
        server = harness.Server({"server": settings})
        server.tls = harness.client_tls(settings["certificate"])
        # The leak checker of GCC 12 crashes on the threads of the TLS library.
        server.environment["ASAN_OPTIONS"] = "detect_leaks=0"
        async with server:
            assert server.url.startswith("https://")
            alice, bob = await server.people("alice", "bob")
            call = await alice.connect(bob)
            await alice.request("call.end", call=call)
            server.tls = None
            address = server.url
            server.url = address.replace("https", "http")
            try:
                answer = await server.http("GET", "/healthz")
            except OSError:
                pass
            except Exception as error:  # pylint: disable=broad-except
                assert "RemoteDisconnected" in repr(error) or "BadStatusLine" in repr(error), error
            else:
                raise AssertionError(f"plain HTTP was answered with {answer.status}")
            with open(f"{directory}/key.pem", "w", encoding="ascii") as file:
                file.write("no key")
        says(refuses({"server": settings}), "")
    says(refuses({"server": {"certificate": "/nonexistent/x.pem"}}), "")


async def test_stop(_):
    server = harness.Server().start()
    async with server_that_runs(server):
        alice, bob = await server.people("alice", "bob")
        await alice.connect(bob)
        silent = await server.socket()  # has not said hello
        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        for person in alice, bob:
            closing = await person.event("session.closing")
            assert closing["reconnect_after"] >= 0
            assert await person.closed() == 4006
        assert await silent.closed() == 4006
        assert await asyncio.to_thread(server.ended) == 0
        assert time.monotonic() - start < 8


async def test_stop_with_a_client_that_does_not_answer(_):
    server = harness.Server().start()
    async with server_that_runs(server):
        address = urllib.parse.urlsplit(server.url)
        with socket.create_connection((address.hostname, address.port)) as raw:
            headers = "".join(f"{key}: {value}\r\n" for key, value in harness.upgrade().items())
            raw.sendall(f"GET /v1/signal HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
            assert raw.recv(4096).startswith(b"HTTP/1.1 101")
            start = time.monotonic()
            server.process.send_signal(signal.SIGINT)
            server.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(server.ended) == 0
            assert time.monotonic() - start < 8


async def test_stop_while_passwords_are_hashed(_):
    server = harness.Server().start()
    async with server_that_runs(server):
        hashing = [asyncio.create_task(server.register(f"user{number}")) for number in range(8)]
        await asyncio.wait(hashing, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(server.stop)
        await asyncio.gather(*hashing, return_exceptions=True)


async def test_restart_keeps_everything(_):
    server = harness.Server(passwords=True).start()
    async with server_that_runs(server):
        alice, bob = await server.people("alice", "bob")
        await alice.request("contacts.add", user=bob.user)
        await alice.request("profile.set", name="Alice B.")
        call = await alice.invite(bob)
        await alice.request("call.cancel", call=call)
        for kill in False, True:
            if kill:
                server.crash()
            else:
                await server.restart()
            again = await server.device(alice.user, "desk", alice.token)
            assert again.welcome["user"]["name"] == "Alice B."
            assert (await again.request("contacts.list"))["contacts"][0]["id"] == bob.user
            assert (await again.request("history.list", limit=9))["calls"][0]["call"] == call
            assert (await server.sign_in(bob.user)).status == 200


async def test_database_that_cannot_be_used(_):
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(f"{directory}/folder")
        os.mkdir(f"{directory}/folder/beckon.sqlite")
        says(refuses(data=f"{directory}/folder"), "database")

        os.mkdir(f"{directory}/nonsense")
        with open(f"{directory}/nonsense/beckon.sqlite", "wb") as file:
            file.write(b"this is no database at all " * 1000)
        says(refuses(data=f"{directory}/nonsense"), "database")

        os.mkdir(f"{directory}/newer")
        database = sqlite3.connect(f"{directory}/newer/beckon.sqlite")
        database.execute("PRAGMA user_version = 1000")
        database.close()
        says(refuses(data=f"{directory}/newer"), "newer")

        with open(f"{directory}/file", "wb"):
            pass
        says(refuses(data=f"{directory}/file/data"), f"{directory}/file/data")


def connections(server, number):
    address = urllib.parse.urlsplit(server.url)
    return [socket.create_connection((address.hostname, address.port), timeout=harness.LIMIT)
            for _ in range(number)]


async def test_no_file_left(_):
    """A stranger takes all files that the process may open; when they are gone it goes on."""
    server = harness.Server()
    command = server.command()
    server.command = lambda: ["/bin/sh", "-c", 'ulimit -n 60 && exec "$@"', "sh", *command]
    async with server:
        alice, bob = await server.people("alice", "bob")
        held = connections(server, 80)
        end = time.monotonic() + harness.LIMIT
        while "Nobody can connect" not in server.log():
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        await alice.connect(bob)  # who is in notices nothing
        for connection in held:
            connection.close()
        assert (await server.http("GET", "/healthz")).status == 200


async def test_one_address_has_not_all(_):
    """Connections that never speak count too: 64 besides those of clients."""
    async with harness.Server({"limits": {"connections-per-address": 1}}) as server:
        held = connections(server, 65)
        refused = connections(server, 1)[0]
        assert await asyncio.to_thread(refused.recv, 1) == b""
        held.pop().close()
        end = time.monotonic() + harness.LIMIT
        while True:  # until the server has seen it go
            try:
                assert (await server.http("GET", "/healthz")).status == 200
                break
            except ConnectionError:
                assert time.monotonic() < end
        for connection in held + [refused]:
            connection.close()


async def test_silent_strangers(_):
    """Who connects and says nothing, or stops in the middle, is given up."""
    async with harness.Server({"limits": {"silence-seconds": 1}}) as server:
        nothing, half = connections(server, 2)
        half.sendall(b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{")
        for connection in nothing, half:
            assert await asyncio.to_thread(connection.recv, 1) == b""
            connection.close()


harness.run(
    test_version, test_unknown_options, test_settings_that_make_no_sense,
    test_numbers_out_of_their_ranges, test_smallest_and_largest_settings, test_addresses,
    test_open_to_the_network, test_ipv6, test_tls, test_stop_while_passwords_are_hashed,
    test_restart_keeps_everything, test_database_that_cannot_be_used, test_no_file_left,
    test_one_address_has_not_all,
    together=[test_silent_strangers, test_ring_seconds, test_stop,
              test_stop_with_a_client_that_does_not_answer])
