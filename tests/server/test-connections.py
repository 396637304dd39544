#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections, with an echo behind them: what is sent, held, cut, flooded and broken off."""
import contextlib
import os
import resource
import socket
import struct
import threading
import time

import door
import harness
import wire

OUTBOUND = 131072  # the smallest there may be
SETTINGS = {"metrics": {"listen": "127.0.0.1:0"}, "limits": {"outbound-bytes": OUTBOUND},
            "server": {}}
SANITIZED = "ASAN_OPTIONS" in os.environ


def until(condition, what):
    """Asks again until it is so."""
    end = time.monotonic() + harness.LIMIT
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def both(case):
    """Runs a test without TLS and with it, each on a server that all tests share."""
    def test(server):
        case(server.plain)
        case(server.secure)
    test.__name__ = case.__name__
    return test


def connect(server, **options):
    return wire.Wire(server.url, server.tls, **options)


@both
def test_echo(server):
    with connect(server) as one, connect(server) as other:
        assert one.ask("hello") == "hello"
        assert other.ask("") == ""
        for size in 125, 126, 1000, 65535, 65536:
            assert one.ask("ä" + "x" * (size - 2)) == "ä" + "x" * (size - 2)
        one.say("all of you")
        assert one.hear() == other.hear() == "of you"


@both
def test_frames_behind_the_handshake(server):
    """What comes in one packet with the handshake has been read by libsoup: it is not lost."""
    long = "x" * 60000
    for words in (["one"], ["one", "two", "three"], [long, "end"], ["x" * 3000] * 5):
        with connect(server, behind=b"".join(map(wire.text, words))) as client:
            assert [client.hear() for _ in words] == words
    whole = wire.text("in pieces")
    for cut in range(len(whole)):
        with connect(server, behind=whole[:cut]) as client:
            client.send(whole[cut:])
            assert client.hear() == "in pieces"


@both
def test_bursts(server):
    """All of what came at once is read, though there is no sign of it outside of TLS."""
    words = [f"{number} " + "x" * (number * 997 % 8000) for number in range(25)]
    assert sum(map(len, words)) < OUTBOUND - 25 * 100
    with connect(server) as client:
        # One after the other: Python's TLS is not for two threads at once.
        client.send(b"".join(map(wire.text, words)))
        assert [client.hear() for _ in words] == words
        client.send(b"".join(map(wire.text, ["small"] * 1000)))
        assert all(client.hear() == "small" for _ in range(1000))


@both
def test_pieces(server):
    """A byte at a time, in fragments, with pings between them."""
    whole = (wire.frame(wire.TEXT, b"one ", fin=False) + wire.frame(wire.PING, b"first") +
             wire.frame(wire.CONTINUATION, b"", fin=False) + wire.frame(wire.PONG, b"unasked") +
             wire.frame(wire.CONTINUATION, b"two") + wire.text("three"))
    with connect(server) as client:
        for byte in whole:
            client.send(bytes([byte]))
        assert client.receive() == (wire.PONG, b"first")
        assert client.hear() == "one two"
        assert client.hear() == "three"


@both
def test_many_pings(server):
    """The last one is answered; those before need not be."""
    with connect(server) as client:
        client.send(b"".join(wire.frame(wire.PING, str(number).encode())
                             for number in range(1000)) + wire.text("end"))
        pongs = []
        while True:
            opcode, payload = client.receive()
            if opcode == wire.TEXT:
                break
            pongs.append(int(payload))
        assert pongs == sorted(pongs) and pongs[-1:] == [999], pongs


# ---- what is held ----

def assert_silent(client):
    """Nothing is on its way: a pong, which is never held, is all that comes."""
    client.send(wire.frame(wire.PING, b"?"))
    assert client.receive() == (wire.PONG, b"?")


@both
def test_barriers(server):
    with connect(server) as client, connect(server) as other:
        base = server.committed
        client.say(f"hold {base + 2} b")
        client.say(f"hold {base + 1} a")  # may go, but not before what was said before
        client.say("c")
        assert_silent(client)
        other.say(f"commit {base + 1}")
        assert other.ask("done") == "done"
        assert_silent(client)
        other.say(f"commit {base + 2}")
        assert [client.hear() for _ in range(3)] == ["b", "a", "c"]
        client.say(f"hold {base + 2} at once")
        assert client.hear() == "at once"
        server.committed = base + 2


@both
def test_commit_in_the_same_turn(server):
    with connect(server) as client:
        base = server.committed
        client.send(b"".join(map(wire.text, [f"hold {base + 1} a", f"hold {base + 2} b",
                                             f"commit {base + 1}"])))
        assert client.hear() == "a"
        assert_silent(client)
        client.say(f"commit {base + 2}")
        assert client.hear() == "b"
        server.committed = base + 2


@both
def test_many_are_held(server):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(50)]
        base = server.committed
        for number, client in enumerate(clients):
            client.say(f"hold {base + 1 + number % 2} {number}")
            assert_silent(client)
        clients[0].say(f"commit {base + 1}")
        assert [client.hear() for client in clients[::2]] == [str(n) for n in range(0, 50, 2)]
        for client in clients[1::2]:
            assert_silent(client)
        clients[0].say(f"commit {base + 2}")
        assert [client.hear() for client in clients[1::2]] == [str(n) for n in range(1, 50, 2)]
        server.committed = base + 2


# ---- who does not read ----

@both
def test_too_slow(server):
    """A client for whom too much waits is told so, and what waits is dropped."""
    before = server.metric("closes_total", code="4004")
    with connect(server) as client:
        client.say("flood 1000 60000")
        size = 0
        while True:
            opcode, payload = client.receive()
            if opcode == wire.CLOSE:
                break
            size += len(payload)
        assert struct.unpack("!H", payload[:2]) == (4004,)
        assert size <= OUTBOUND, size
    until(lambda: server.metric("closes_total", code="4004") == before + 1, "it is not counted")


@both
def test_never_reads(server):
    """Who reads nothing at all is gone after a moment, with all that waited."""
    before = server.metric("closes_total", code="4004")
    with connect(server, receive_buffer=4096) as client:
        def talk():
            with contextlib.suppress(OSError):
                while True:
                    client.say("x" * 60000)
        speaker = threading.Thread(target=talk)
        speaker.start()
        until(lambda: server.metric("closes_total", code="4004") == before + 1, "it is still there")
        assert server.metric("queue_bytes") == 0
        speaker.join()


@both
def test_too_much_is_held(server):
    """What waits for a barrier counts, too."""
    with connect(server) as client:
        for _ in range(OUTBOUND // 90):
            client.say(f"hold {server.committed + 1} " + "x" * 60)
        assert client.closed() == 4004


@both
def test_reads_late(server):
    """What fits waits, and comes in its order when the client reads at last."""
    with connect(server, receive_buffer=4096) as client:
        client.say("flood 100 1000")
        until(lambda: server.metric("queue_bytes") > 0 or SANITIZED, "nothing waits")
        assert [client.receive()[1].split()[0] for _ in range(100)] == [
            str(number).encode() for number in range(100)]
        assert client.ask("again") == "again"
        until(lambda: server.metric("queue_bytes") == 0, "something still waits")


@both
def test_as_fast_as_it_is_read(server):
    """Who asks whether there is room may say as much as they want."""
    with connect(server, receive_buffer=65536) as client:
        client.say("pump 300 50000")
        for number in range(300):
            opcode, payload = client.receive()
            assert opcode == wire.TEXT and int(payload.split()[0]) == number
        assert client.ask("again") == "again"


# ---- the end ----

BAD = [
    (1002, wire.frame(wire.TEXT, b"{}", masked=False)), (1002, wire.frame(3, b"{}")),
    (1002, wire.frame(0x41, b"{}")), (1002, wire.frame(wire.CONTINUATION, b"{}")),
    (1002, wire.frame(wire.PING, b"x" * 126)), (1002, wire.frame(wire.PING, fin=False)),
    (1002, wire.frame(wire.TEXT, b"{", fin=False) + wire.text("}")),
    (1002, wire.frame(wire.CLOSE, b"\0")), (1002, wire.frame(wire.CLOSE, struct.pack("!H", 1005))),
    (1002, wire.frame(wire.CLOSE, struct.pack("!H", 65535))),
    (1002, b"\x81\xfe\x00\x01" + wire.MASK + b"x"),
    (1002, wire.frame(wire.TEXT, length=2 ** 63)), (1009, wire.frame(wire.TEXT, length=2 ** 40)),
    (1009, wire.frame(wire.TEXT, length=131073)), (4000, wire.frame(wire.BINARY, b"{}")),
    (1007, wire.frame(wire.CLOSE, b"\x03\xe8\xff")),
    (1009, wire.frame(wire.TEXT, b"x" * 60000, fin=False) +
     wire.frame(wire.CONTINUATION, b"x" * 60000, fin=False) * 3),
]


@both
def test_nonsense(server):
    for code, attack in BAD:
        for more in b"", wire.text("not heard"), os.urandom(1000):
            with connect(server) as client:
                client.send(attack + more)
                # After nonsense nothing is listened to any more; a text that is none is a mistake.
                assert client.closed(answer=code == 4000) == code, attack[:80]


@both
def test_nonsense_without_end(server):
    """What comes behind it is not read for long."""
    with connect(server) as client:
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 2 ** 27:
                client.send(wire.frame(3, b"x" * 60000) * 16)
                sent += 960000
        assert sent < 2 ** 24, sent


@both
def test_longest(server):
    """A frame that is a little too long is still told to who knows the protocol."""
    with connect(server) as client:
        client.send(wire.frame(wire.TEXT, b"x" * 131072))
        assert client.hear() == "x" * 65536  # as much as the echo may say


def test_longer_than_a_frame(_):
    """Nobody waits in vain for what cannot be said; and the log tells."""
    with door.Echo(SETTINGS) as server, connect(server) as client, connect(server) as other:
        server.allowed_warning = "cannot be sent"
        client.send(wire.text("before") + wire.text("flood 1 65537"))
        assert client.hear() == "before"
        assert client.closed() == 1011
        assert server.allowed_warning in server.log()
        assert other.ask("hello") == "hello"


@both
def test_the_client_closes(server):
    for code in 1005, 1000, 4999:
        payload = struct.pack("!H", code) if code != 1005 else b""
        with connect(server) as client:
            client.say(f"hold {server.committed + 1} nobody hears this any more")
            client.send(wire.frame(wire.CLOSE, payload) + wire.text("too late"))
            assert client.closed(answer=False) == code


@both
def test_the_server_closes(server):
    with connect(server) as client:
        client.send(wire.text("before") + wire.text("close 4006") + wire.text("after"))
        assert client.hear() == "before"
        assert client.closed() == 4006


@both
def test_both_close_at_once(server):
    with connect(server) as client:
        client.send(wire.text("close 4006") + wire.frame(wire.CLOSE, struct.pack("!H", 1000)))
        assert client.closed(answer=False) == 4006
    with connect(server) as client:  # also while the server's goodbye is held
        client.say(f"hold {server.committed + 1} x")
        client.say("close 4006")
        client.send(wire.frame(wire.CLOSE, struct.pack("!H", 1000)))
        assert client.closed(answer=False) == 4006


@both
def test_close_comes_after_what_was_said(server):
    with connect(server) as client, connect(server) as other:
        client.say(f"hold {server.committed + 1} x")
        client.send(wire.text("close 4006") + wire.frame(wire.PING, b"not answered any more"))
        other.say(f"commit {server.committed + 1}")
        server.committed += 1
        assert client.hear() == "x"
        assert client.closed() == 4006


@both
def test_close_does_not_wait_for_ever(server):
    """Neither for a client that does not answer, nor for a barrier that is not reached: what waits
    for it is not told, the code is."""
    before = server.metric("closes_total", code="4006")
    with connect(server) as silent, connect(server) as held:
        held.say(f"hold {server.committed + 1} x")
        held.say("close 4006")
        silent.say("close 4006")
        assert silent.closed(answer=False) == 4006
        opcode, payload = held.receive()
        assert (opcode, payload[:2]) == (wire.CLOSE, struct.pack("!H", 4006)), payload
        assert held.closed(answer=False) is None
    assert server.metric("closes_total", code="4006") == before + 2


@both
def test_broken_off(server):
    """In the middle of anything, softly and hard."""
    whole = wire.text("hello") + wire.frame(wire.TEXT, b"x" * 100, fin=False)
    before = server.metric("connections")
    for cut in range(0, len(whole), 5):
        for hard in False, True:
            with connect(server) as client:
                client.send(whole[:cut])
                if hard:
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                             struct.pack("ii", 1, 0))
    for _ in range(20):
        with connect(server, receive_buffer=4096) as client:
            client.say("flood 100 1000")
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    until(lambda: server.metric("connections") == before, "they are still there")
    assert server.metric("queue_bytes") == 0


@both
def test_many_close_at_once(server):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(server)) for _ in range(100)]
        for client in clients:
            client.say("close 4006")
        assert [client.closed() for client in clients] == [4006] * 100
    until(lambda: server.metric("connections") == 0, "they are still there")


# ---- time ----

def test_silence(_):
    for tls in False, True:
        with door.Echo({"limits": {"silence-seconds": 1}}, tls=tls) as server:
            with connect(server) as dumb, connect(server) as alive:
                assert dumb.receive() == (wire.PING, b"")
                for _ in range(6):
                    assert alive.receive() == (wire.PING, b"")
                    alive.send(wire.frame(wire.PONG))
                assert dumb.closed(answer=False) == 1001
                assert alive.receive()[0] == wire.PING


def test_nobody_starves(server):
    """While some talk as fast as they can, others are heard, and so is HTTP."""
    stop = threading.Event()
    noise = wire.text("hush now") * 5000

    def talk(client):
        with contextlib.suppress(OSError):
            while not stop.is_set():
                client.send(noise)

    with contextlib.ExitStack() as stack:
        loud = [stack.enter_context(connect(one)) for one in (server.plain, server.secure) * 2]
        calm = [stack.enter_context(connect(one)) for one in (server.plain, server.secure)]
        speakers = [threading.Thread(target=talk, args=(client,)) for client in loud]
        for speaker in speakers:
            speaker.start()
        try:
            for number in range(30):
                for client in calm:
                    assert client.ask(str(number)) == str(number)
                assert server.plain.get("/nothing").status == 404
        finally:
            stop.set()
            for speaker in speakers:
                speaker.join()


# ---- many ----

def test_many_come_at_once(server):
    """All wait to be taken, not only ten."""
    with contextlib.ExitStack() as stack:
        address = server.plain.url.removeprefix("http://").split(":")
        sockets = [stack.enter_context(socket.socket()) for _ in range(500)]
        for one in sockets:
            one.setblocking(False)
            one.connect_ex((address[0], int(address[1])))
        for one in sockets:
            one.settimeout(harness.LIMIT)
            one.sendall(wire.request())
        for one in sockets:
            assert one.recv(4096).startswith(b"HTTP/1.1 101")


def cost(server, number):
    """Returns: bytes of the server for an idle connection."""
    with contextlib.ExitStack() as stack:
        for _ in range(20):  # what comes with the first ones
            stack.enter_context(connect(server))
        before = server.memory()
        clients = [stack.enter_context(connect(server)) for _ in range(number)]
        for client in clients:
            client.say("hello")
        for client in clients:
            assert client.hear() == "hello"
        after = server.memory()
    until(lambda: server.metric("connections") == 0, "they are still there")
    return (after - before) / number


def test_memory(_):
    """An idle connection costs next to nothing."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    number = min(500 if SANITIZED else 5000, files // 2)  # no figure is looked at there
    limits = {"limits": {"connections-per-address": 100000, "silence-seconds": 600}}
    for tls, most, count in (False, 1000, number), (True, 26000, number // 10):
        with door.Echo({**limits, "metrics": {"listen": "127.0.0.1:0"}}, tls=tls) as server:
            bytes_each = cost(server, count)
            print(f"# {count} idle connections {'with' if tls else 'without'} TLS: "
                  f"{bytes_each:.0f} bytes each")
            assert SANITIZED or bytes_each <= most, bytes_each


door.run(SETTINGS, test_echo, test_frames_behind_the_handshake, test_bursts, test_pieces,
         test_many_pings, test_barriers, test_commit_in_the_same_turn, test_many_are_held,
         test_too_slow, test_never_reads, test_too_much_is_held, test_reads_late,
         test_as_fast_as_it_is_read, test_nonsense, test_nonsense_without_end, test_longest,
         test_longer_than_a_frame, test_the_client_closes, test_the_server_closes,
         test_both_close_at_once, test_close_comes_after_what_was_said,
         test_close_does_not_wait_for_ever, test_broken_off, test_many_close_at_once, test_silence,
         test_nobody_starves, test_many_come_at_once, test_memory)
