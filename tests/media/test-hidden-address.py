# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is kept to relays shows their address to nobody else: three computers on one network, and what goes
over its wires is looked at."""
import networks

networks.enter()

import socket  # pylint: disable=wrong-import-position
import threading  # pylint: disable=wrong-import-position

import callers  # pylint: disable=wrong-import-position
import relays  # pylint: disable=wrong-import-position
import tap  # pylint: disable=wrong-import-position

HERE, ALICE, BOB = "10.0.0.1", "10.0.0.2", "10.0.0.3"
PROXIES = "[server]\nproxies=10.0.0.0/8\n"  # nobody has a certificate for 10.0.0.1
ALL_PROTOCOLS = 3  # ETH_P_ALL
IPV4 = b"\x08\x00"


class Wires:
    """The (source, destination) of each IPv4 packet that goes over the switch."""

    def __init__(self):
        self.seen = set()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        self._socket.settimeout(0.2)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while not self._ended.is_set():
            try:
                frame = self._socket.recv(64)
            except TimeoutError:
                continue
            if frame[12:14] == IPV4:
                self.seen.add((socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._ended.set()
        self._thread.join()
        self._socket.close()


def call(*options):
    """Who sent whom something while Alice, with these options, called Bob, who may do everything."""
    with relays.Relay("udp", HERE) as relay, \
            callers.Server(PROXIES + relays.settings(relay.url), HERE) as server, \
            networks.Computer("a") as here, networks.Computer("b") as there:
        here.plug_in(ALICE)
        there.plug_in(BOB)
        with Wires() as wires:
            with callers.Caller(server, "bob", *callers.TEST, "answer", inside=there.prefix) as bob:
                bob.wait("connected")
                with callers.Caller(server, "alice", *callers.TEST, *options, "call", "bob", "--duration",
                                    "2", inside=here.prefix) as alice:
                    assert alice.finish(60) == 0, (alice.events, relay.log())
                assert bob.finish() == 0, bob.events
            return wires.seen


def test_directly():
    """That they would meet, and that it would be seen."""
    seen = call()
    assert (ALICE, BOB) in seen and (BOB, ALICE) in seen, seen


def test_by_the_relay_only():
    seen = call("--relay-only")
    assert (ALICE, HERE) in seen and (BOB, HERE) in seen, seen
    assert (ALICE, BOB) not in seen and (BOB, ALICE) not in seen, seen


def set_up():
    networks.Switch("10.0.0")


tap.run(test_directly, test_by_the_relay_only, before=set_up)
