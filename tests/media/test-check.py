# SPDX-License-Identifier: GPL-3.0-or-later
"""`beckon-call check`: with everything there, without a relay, and with one that does not believe us."""
import signal
import socket

import callers
import ports
import relays
import tap


def check(server, *options):
    """What it says, by what it is about, and its exit status."""
    with callers.Caller(server, "alice", *options, "check") as alice:
        status = alice.finish(60)
        lines = {}
        for line in alice.all("check"):
            assert line["message"].endswith("."), line
            lines.setdefault(line["what"], []).append(line)
            print(f"# {line['status']}: {line['message']}")
        return lines, status


def statuses(lines):
    return {what: [line["status"] for line in found] for what, found in lines.items()}


def test_everything_there():
    with relays.Relay("udp") as udp, relays.Relay("tls") as tls, callers.Server(
            relays.settings(tls.url, udp.url)) as server:
        lines, status = check(server, "--relay-authority", tls.authority)
        assert status == 0, lines
        found = statuses(lines)
        assert found.pop("media")[0] in ("good", "warning"), lines  # a busy machine is no good one
        network = found.pop("network")
        assert network == (["warning"] if relays.ADDRESS == "127.0.0.1" else ["good"]), lines
        assert found == {"server": ["good"], "udp": ["good"], "relay": ["good", "good"]}, lines
        for what in "server", "udp", "media":
            assert lines[what][0]["round_trip_ms"] > 0, lines
        assert [line["subject"].split()[0] for line in lines["relay"]] == ["tls", "udp"], lines
        assert "over the relay" in lines["media"][0]["message"], lines
        rate = lines["media"][0]["rate_kbps"]
        assert 1000 < rate <= 8000 and f"{rate} kbit/s" in lines["media"][0]["message"], lines
        assert all(line["rate_kbps"] == 0 for what in lines if what != "media" for line in lines[what]), lines


def test_without_relay():
    with callers.Server() as server:
        lines, status = check(server)
        assert status == 0, lines
        found = statuses(lines)
        assert found["relay"] == ["warning"] and found["udp"] == ["warning"], lines
        assert "on this computer" in lines["media"][0]["message"], lines
        assert lines["media"][0]["rate_kbps"] == 0, lines  # of no line to anywhere


def test_relay_refuses():
    with relays.Relay("udp") as relay, callers.Server(
            relays.settings(relay.url, secret="south")) as server:
        lines, status = check(server)
        assert status == 1, lines
        found = statuses(lines)
        assert found["udp"] == ["good"] and found["relay"] == ["failed"], lines
        assert "does not let us in" in lines["relay"][0]["message"], lines


def test_relay_is_not_there():
    """UDP is not answered, TCP not accepted."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((relays.ADDRESS, 0))
        udp = f"turn:{relays.ADDRESS}:{deaf.getsockname()[1]}"
        tcp = f"turn:{relays.ADDRESS}:{ports.free_port(relays.ADDRESS)}?transport=tcp"
        with callers.Server(relays.settings(udp, tcp)) as server:
            lines, status = check(server)
            assert status == 1, lines
            found = statuses(lines)
            assert found["udp"] == ["warning"] and found["relay"] == ["failed", "failed"], lines


def test_interrupted():
    with callers.Server() as server, callers.Caller(server, "alice", "check") as alice:
        alice.wait("check", where=lambda line: line["what"] == "relay")
        alice.process.send_signal(signal.SIGINT)
        assert alice.finish() == 6, alice.events
        assert all(line["what"] != "media" for line in alice.all("check")), alice.events


tap.run(test_everything_there, test_without_relay, test_relay_refuses, test_relay_is_not_there,
        test_interrupted, limit=90)
