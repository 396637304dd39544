#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may come in, and how: proxies, browsers, certificates, too many; and the metrics' door."""
import concurrent.futures
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import tempfile
import time
import urllib.parse

import door
import harness
import tap
import wire


def own_address():
    """Returns: an address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
            address = probe.getsockname()[0]
        except OSError as error:
            raise tap.Skip("this machine has no network") from error
    if address.startswith("127."):
        raise tap.Skip("this machine has no network")
    return address


def refuses(settings, listen="127.0.0.1:0"):
    """Returns: why it does not start."""
    server = door.Echo(settings, listen=listen)
    try:
        server.start()
    except AssertionError:
        return server.log()
    finally:
        server.end()
    raise AssertionError("it started")


def address_seen(server, forwarded=None):
    """Returns: from where it thinks that somebody comes."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else None
    with wire.Wire(server.url, headers=headers) as client:
        return client.ask("address")


def is_answered(url, headers=None):
    """Whether a handshake gets its 101. Returns: the status, or None: there was no answer."""
    address = urllib.parse.urlsplit(url)
    with socket.create_connection((address.hostname, address.port), harness.LIMIT) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(wire.request(headers=headers))
            answer = client.recv(4096)
            return int(answer.split()[1]) if answer else None
    return None


# ---- proxies ----

def test_nobody_is_believed():
    with door.Echo() as server:
        assert address_seen(server) == "127.0.0.1"
        assert address_seen(server, "192.0.2.7") == "127.0.0.1"


def test_a_proxy_is_believed():
    with door.Echo({"server": {"proxies": "192.0.2.0/24;127.0.0.1"}}) as server:
        assert address_seen(server) == "127.0.0.1"
        assert address_seen(server, "192.0.2.7") == "192.0.2.7"
        # Only the last word is the proxy's own.
        assert address_seen(server, "10.9.9.9, 192.0.2.8") == "192.0.2.8"
        assert address_seen(server, "2001:DB8:0:1::1") == "2001:db8:0:1::/64"  # as it is counted
        assert address_seen(server, "::ffff:192.0.2.7") == "192.0.2.7"
        for nonsense in "nobody", "192.0.2.7:80", ",", "192.0.2.7,", "unknown, _hidden":
            assert address_seen(server, nonsense) == "127.0.0.1", nonsense


def test_without_tls_only_proxies():
    outside = own_address()
    words = refuses({}, "0.0.0.0:0")
    assert "0.0.0.0:0" in words and "certificate" in words and "proxies" in words, words
    for proxies, status in ("192.0.2.1", None), (outside, 101):
        with door.Echo({"server": {"proxies": proxies}}, listen="0.0.0.0:0") as server:
            local = server.url.replace("0.0.0.0", "127.0.0.1")
            assert is_answered(local) == 101
            assert is_answered(server.url.replace("0.0.0.0", outside)) == status


def test_without_tls_from_networks_that_are_named():
    """And what they say of themselves is not believed."""
    outside = own_address()
    for plain, status in ("192.0.2.250", None), (outside, 101):
        with door.Echo({"server": {"plain": plain}}, listen="0.0.0.0:0") as server:
            assert is_answered(server.url.replace("0.0.0.0", "127.0.0.1")) == 101
            assert is_answered(server.url.replace("0.0.0.0", outside)) == status
    with door.Echo({"server": {"plain": "127.0.0.1"}}) as server:
        assert address_seen(server, "192.0.2.7") == "127.0.0.1"


# ---- browsers ----

def test_origins():
    allowed = "https://calls.example.org"
    cases = {
        None: {None: 101, allowed: 403, "null": 403, "http://127.0.0.1": 403},
        f"http://localhost:8080;{allowed}": {
            None: 101, allowed: 101, "HTTPS://Calls.example.org": 101, "http://localhost:8080": 101,
            "http://localhost": 403, "http://calls.example.org": 403,
            f"{allowed}.evil.example": 403, f"{allowed}:8443": 403, "null": 403, "": 403},
        "*": {None: 101, "https://anybody.example": 101, "null": 101},
    }
    for origins, answers in cases.items():
        with door.Echo({"server": {"origins": origins}} if origins else None) as server:
            for origin, status in answers.items():
                headers = {} if origin is None else {"Origin": origin}
                assert is_answered(server.url, headers) == status, (origins, origin)
                if status == 403:  # not only WebSockets
                    assert server.get("/nothing", headers=headers).status == 403


def test_one_answer_a_connection():
    """That it closes behind an answer is said, so that nobody asks once more and is cut off."""
    with door.Echo() as server:
        assert server.get("/nothing").headers["Connection"] == "close"
        with wire.Wire(server.url) as client:
            assert b"Connection: Upgrade" in client.answer
            assert client.ask("hello") == "hello"


# ---- too many ----

def test_one_address_has_not_all():
    with door.Echo({"limits": {"connections-per-address": 1}}) as server:
        address = urllib.parse.urlsplit(server.url)
        with contextlib.ExitStack() as stack:
            for _ in range(2):  # WebSockets count as long as they are there
                stack.enter_context(wire.Wire(server.url))
            for _ in range(63):
                stack.enter_context(socket.create_connection((address.hostname, address.port)))
            assert is_answered(server.url) is None
        end = time.monotonic() + harness.LIMIT
        while is_answered(server.url) != 101:
            assert time.monotonic() < end, "nobody comes in any more"


def test_a_proxy_has_all():
    settings = {"limits": {"connections-per-address": 1}, "server": {"proxies": "127.0.0.1"}}
    with door.Echo(settings) as server, contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(wire.Wire(server.url))
        assert is_answered(server.url) == 101


# ---- TLS ----

def certificate_of(server):
    with wire.Wire(server.url, server.tls) as client:
        return client.socket.getpeercert(True)


def wait_for(server, words, number):
    end = time.monotonic() + harness.LIMIT
    while len(re.findall(words, server.log())) < number:
        assert time.monotonic() < end, server.log()
        time.sleep(0.01)


def test_a_new_certificate():
    with door.Echo(tls=True) as server, tempfile.TemporaryDirectory() as directory:
        server.tls = ssl._create_unverified_context()  # pylint: disable=protected-access
        old = certificate_of(server)
        new = door.make_certificate(directory, "new")

        def replace(name, content):
            with open(f"{server.directory}/{name}", "w", encoding="ascii") as file:
                file.write(content)
            server.process.send_signal(signal.SIGHUP)

        def read(name):
            with open(new[name], encoding="ascii") as file:
                return file.read()

        with wire.Wire(server.url, server.tls) as client:
            replace("certificate.pem", "no certificate")
            wait_for(server, "Not reloaded", 1)
            assert certificate_of(server) == old
            replace("certificate.pem", read("certificate"))  # the key is still the old one
            wait_for(server, "Not reloaded: .*does not belong", 1)
            assert certificate_of(server) == old
            replace("key.pem", read("private-key"))
            wait_for(server, "Reloaded", 1)
            assert certificate_of(server) not in (old, None)
            os.remove(f"{server.directory}/key.pem")
            server.process.send_signal(signal.SIGHUP)
            wait_for(server, "Not reloaded", 3)
            assert certificate_of(server) not in (old, None)
            assert client.ask("still here") == "still here"


def test_certificates_that_are_none():
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as other:
        settings, strange = door.make_certificate(directory), door.make_certificate(other)
        assert "does not belong" in refuses({"server": {**settings,
                                                        "private-key": strange["private-key"]}})
        assert refuses({"server": {"certificate": "/nonexistent/x.pem"}})
        assert refuses({"server": {"certificate": settings["certificate"]}})  # has no key in it
        with open(f"{directory}/both.pem", "wb") as both:
            for name in settings.values():
                with open(name, "rb") as file:
                    shutil.copyfileobj(file, both)
        with door.Echo({"server": {"certificate": f"{directory}/both.pem"}}) as server:
            server.tls = harness.client_tls(settings["certificate"])
            assert certificate_of(server)


def strangers_of_tls(stack, server, number, source):
    address = urllib.parse.urlsplit(server.url)
    for _ in range(number):
        yield stack.enter_context(socket.create_connection(
            (address.hostname, address.port), harness.LIMIT, (source, 0)))


def test_handshakes_that_do_not_end():
    """Nobody waits for those who come to TLS, say nothing or half of something, and stay."""
    with door.Echo(tls=True) as server, contextlib.ExitStack() as stack:
        strangers = list(strangers_of_tls(stack, server, 200, "127.0.0.2"))
        for stranger in strangers[::2]:
            stranger.sendall(b"\x16\x03\x01\x02")
        start = time.monotonic()
        with wire.Wire(server.url, server.tls) as client:
            assert client.ask("hello") == "hello"
        for stranger in strangers:  # they are given up
            with contextlib.suppress(ConnectionResetError):
                while stranger.recv(100):
                    pass
        assert time.monotonic() - start < harness.LIMIT


def test_many_handshakes_of_one_address():
    """They have their turns."""
    with door.Echo(tls=True) as server, contextlib.ExitStack() as stack:
        clients = list(strangers_of_tls(stack, server, 100, "127.0.0.1"))
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(100))
        done = list(pool.map(lambda one: server.tls.wrap_socket(one, server_hostname="127.0.0.1"),
                             clients))
        for one in done:
            stack.callback(one.close)
            one.sendall(wire.request())
            assert one.recv(4096).startswith(b"HTTP/1.1 101")


# ---- metrics ----

def test_metrics():
    with door.Echo({"metrics": {"listen": "127.0.0.1:0"}}) as server:
        with wire.Wire(server.url) as client:
            assert client.ask("hello") == "hello"
            answer = server.get("/metrics", server.metrics_url)
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert server.metric("connections") == 1
            for path, method, status in (("/", "GET", 404), ("/metrics/x", "GET", 404),
                                         ("/metrics", "POST", 405), ("/v1/signal", "GET", 404)):
                assert server.get(path, server.metrics_url, method).status == status
            assert server.get("/metrics").status == 404  # never at the door for clients
        end = time.monotonic() + harness.LIMIT
        while not server.metric("loop_lag_seconds_count"):
            assert time.monotonic() < end, "nobody looks how late the loop is"
            time.sleep(0.05)


def test_metrics_are_not_for_everybody():
    outside = own_address()
    for networks, status in (None, None), (outside, 200):
        settings = {"listen": "0.0.0.0:0", **({"networks": networks} if networks else {})}
        with door.Echo({"metrics": settings}) as server:
            local = server.metrics_url.replace("0.0.0.0", "127.0.0.1")
            assert server.get("/metrics", local).status == 200
            try:
                seen = server.get("/metrics", server.metrics_url.replace("0.0.0.0", outside)).status
            except ConnectionError:
                seen = None
            assert seen == status
    assert "ADDRESS:PORT" in refuses({"metrics": {"listen": "9377"}})


tap.run(test_nobody_is_believed, test_a_proxy_is_believed, test_without_tls_only_proxies,
        test_without_tls_from_networks_that_are_named,
        test_origins, test_one_answer_a_connection, test_one_address_has_not_all,
        test_a_proxy_has_all, test_a_new_certificate, test_certificates_that_are_none,
        test_handshakes_that_do_not_end, test_many_handshakes_of_one_address, test_metrics,
        test_metrics_are_not_for_everybody)
