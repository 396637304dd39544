#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server counts, as Prometheus reads it, and whether it is ready."""
import asyncio
import http.client
import re
import signal
import socket
import time

import harness

LINE = re.compile(r'^(\w+)(?:\{(\w+)="((?:[^"\\\n]|\\.)*)"\})? (-?[\d.]+(?:e[+-]?\d+)?|[+-]Inf)$')


def parse(text):
    """Returns: {name: {label value or None: number}}; everything has to be in order."""
    types, values = {}, {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in types, name
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge", "histogram") and name not in types, line
            types[name] = kind
            continue
        match = LINE.match(line)
        assert match, line
        name, label, value, number = match.groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in types or types.get(family) == "histogram", f"{name} has no type"
        assert name.endswith("_total") == (types.get(name) == "counter"), line
        assert (label == "le") == name.endswith("_bucket"), line
        assert value not in values.setdefault(name, {}), f"{line} is there twice"
        values[name][value] = float(number.replace("Inf", "inf"))
    return types, values


def check_histogram(name, values):
    """Buckets are cumulative, in order, and the last one has them all."""
    buckets = [(float(limit.replace("Inf", "inf")), count)
               for limit, count in values[f"{name}_bucket"].items()]
    assert buckets == sorted(buckets) and buckets[-1][0] == float("inf"), buckets
    counts = [count for _, count in buckets]
    assert counts == sorted(counts) and counts[-1] == values[f"{name}_count"][None]
    assert values[f"{name}_sum"][None] >= 0


class Metered(harness.Server):
    """A server with a listener for its metrics."""

    def __init__(self, passwords=False, **settings):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.metrics_port = probe.getsockname()[1]
        super().__init__({"metrics": {"listen": f"127.0.0.1:{self.metrics_port}"}, **settings},
                         passwords=passwords)

    def _get(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=harness.LIMIT)
        try:
            connection.request(method, path)
            return harness.Answer(connection.getresponse())
        finally:
            connection.close()

    async def get(self, path="/metrics", method="GET"):
        return await asyncio.to_thread(self._get, path, method)

    async def values(self):
        answer = await self.get()
        assert answer.status == 200, answer.text
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return parse(answer.text.decode())[1]


async def test_format(_):
    async with Metered() as server:
        await server.people("alice", "bob")
        types, values = parse((await server.get()).text.decode())
        for name, kind in types.items():
            assert name.startswith("beckon_")
            if kind == "histogram":
                check_histogram(name, values)
        assert {"beckon_connections", "beckon_sessions", "beckon_requests_total",
                "beckon_store_commit_seconds"} <= types.keys()


async def test_what_was_done_is_counted(_):
    async with Metered(passwords=True, limits={"invitations-per-minute": 2}) as server:
        alice, bob = await server.people("alice", "bob")
        before = await server.values()
        assert (before["beckon_connections"][None], before["beckon_sessions"][None]) == (2, 2)
        call = await alice.ringing(bob)
        values = await server.values()
        assert (values["beckon_calls_ringing"][None], values["beckon_calls_running"][None]) == (1, 0)
        await bob.request("call.accept", call=call)
        values = await server.values()
        assert (values["beckon_calls_ringing"][None], values["beckon_calls_running"][None]) == (0, 1)
        await bob.cut()
        await alice.request("ping")
        assert (await server.values())["beckon_connections"][None] == 1
        assert await bob.resume()
        await bob.request("call.leave", call=call, reason="hung-up")
        await bob.refused("call-over", "call.accept", call=call)
        await alice.ringing(bob)
        await alice.refused("busy-self", "call.invite", invitees=[bob.user], media="voice")
        await alice.leave()
        lap = await server.device(alice.user, "lap", alice.token)
        await lap.refused("rate-limited", "call.invite", invitees=[bob.user], media="voice")
        assert (await server.sign_in(alice.user, "wrong password")).status == 401
        await bob.send("nonsense")
        assert await bob.closed() == 4000
        values = await server.values()
        for name, label, count in (
                ("beckon_requests_total", "call.invite", 4), ("beckon_requests_total", "call.accept", 2),
                ("beckon_requests_total", "call.leave", 1), ("beckon_events_total", "call.received", 2),
                ("beckon_events_total", "call.accepted", 1), ("beckon_errors_total", "call-over", 1),
                ("beckon_errors_total", "busy-self", 1), ("beckon_calls_total", "hung-up", 1),
                ("beckon_resumes_total", "resumed", 1), ("beckon_closes_total", "4000", 1),
                ("beckon_rate_limited_total", "invitations", 1)):
            assert values[name][label] == count, (name, label, values[name])
        assert sum(values["beckon_sign_ins_total"].values()) == 3, values["beckon_sign_ins_total"]
        assert (values["beckon_calls_ringing"][None], values["beckon_calls_running"][None]) == (0, 0)
        for name, count in (("beckon_invite_to_ring_seconds", 2),
                            ("beckon_invite_to_accept_seconds", 1)):
            check_histogram(name, values)
            assert values[f"{name}_count"][None] == count
        check_histogram("beckon_store_commit_seconds", values)
        assert values["beckon_store_commit_seconds_count"][None] > 0
        assert values["beckon_store_failing"][None] == values["beckon_draining"][None] == 0


async def test_strangers_words_are_no_labels(_):
    async with Metered() as server:
        eve = await server.person("eve")
        for number in range(100):
            await eve.refused("unknown-type", f"no.such.{number}")
        names = {label for labels in (await server.values()).values() for label in labels if label}
        assert not [name for name in names if "no.such" in name]


async def test_not_on_the_public_port(_):
    async with Metered() as server:
        assert (await server.http("GET", "/metrics")).status == 404
        for path in "/", "/v1/signal", "/v1/accounts", "/healthz/x":
            assert (await server.get(path)).status == 404, path
        assert (await server.get(method="POST")).status == 405
    async with harness.Server() as server:
        assert (await server.http("GET", "/metrics")).status == 404


async def test_ready(_):
    """Until it stops: then those who ask are told, as long as they are answered at all."""
    async with harness.Server() as server:
        for path in "/readyz", "/healthz":
            answer = await server.http("GET", path)
            assert (answer.status, answer.json) == (200, {})
        people = await server.people("alice", "bob")
        server.process.send_signal(signal.SIGTERM)
        for person in people:
            await person.event("session.closing")
        end = time.monotonic() + harness.LIMIT
        while server.process.poll() is None:
            try:
                assert (await server.http("GET", "/readyz")).status == 503
            except (OSError, http.client.HTTPException):
                pass  # it listens no more
            assert time.monotonic() < end
        assert server.ended() == 0


harness.run(test_format, test_what_was_done_is_counted, test_strangers_words_are_no_labels,
            test_not_on_the_public_port, test_ready)
