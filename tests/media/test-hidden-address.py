# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is kept to relays shows their address to nobody else, and who has not answered yet only to whom they
trust: computers on one network, and what goes over its wires is looked at."""
import networks

networks.enter()

import contextlib  # pylint: disable=wrong-import-position
import socket  # pylint: disable=wrong-import-position
import threading  # pylint: disable=wrong-import-position
import time  # pylint: disable=wrong-import-position

import callers  # pylint: disable=wrong-import-position
import relays  # pylint: disable=wrong-import-position
import tap  # pylint: disable=wrong-import-position
from desktop import together  # pylint: disable=wrong-import-position

HERE, ALICE, BOB = "10.0.0.1", "10.0.0.2", "10.0.0.3"
PROXIES = "[server]\nproxies=10.0.0.0/8\n"  # nobody has a certificate for 10.0.0.1
VOICE = ("--video-in", "none", "--audio-in", "test")
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


class Ring:
    """Alice calls Bob, who lets it ring; each has this @number, so that there can be several. @options are
    Bob's. @knows: she is one of his contacts."""

    def __init__(self, number, server, *options, knows=False):
        self.names = f"alice{number}", f"bob{number}"
        self.addresses = [f"10.0.0.{10 * number + end}" for end in (1, 2)]
        self.computers = [networks.Computer(f"{end}{number}_") for end in "ab"]
        for computer, address in zip(self.computers, self.addresses):
            computer.plug_in(address)
        self.server, self.options, self.knows = server, options, knows
        self.people = []

    def _run(self, end, *words):
        self.people.append(callers.Caller(self.server, self.names[end], *words,
                                          inside=self.computers[end].prefix))
        return self.people[-1]

    def begin(self):
        """Until it rings."""
        alice, bob = self.names
        if self.knows:
            for end, words in (0, ("contacts",)), (1, ("contacts", "add", alice)):
                person = self._run(end, *words)
                assert person.finish() == 0, person.events
        callee = self._run(1, *VOICE, *self.options, "answer", "--ignore")
        callee.wait("connected")
        self._run(0, *VOICE, "call", bob, "--voice").wait("ringing")
        callee.wait("received")

    def meet(self, wires):
        """Whether anything went from one to the other."""
        return bool({tuple(self.addresses), tuple(reversed(self.addresses))} & wires.seen)

    def cancel(self):
        callee, caller = self.people[-2:]
        caller.say("hang-up")
        for person in caller, callee:
            assert person.finish() == 6, person.events

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for person in self.people:
            person.__exit__()
        for computer in self.computers:
            computer.__exit__()


def test_while_it_rings():
    """Contacts connect, unless nobody may, and strangers only where everyone may. Who is not trusted has rung
    for longer than who is."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(callers.Server(PROXIES, HERE))
        wires = stack.enter_context(Wires())
        trusted = [Ring(1, server, knows=True), Ring(2, server, "--preconnect", "everyone")]
        others = [Ring(3, server), Ring(4, server, "--preconnect", "nobody", knows=True)]
        for ring in (*trusted, *others):
            stack.enter_context(ring)
        for rings in others, trusted:
            together(*(ring.begin for ring in rings))
        until = time.monotonic() + 20
        while not all(ring.meet(wires) for ring in trusted):
            assert time.monotonic() < until, [ring.meet(wires) for ring in trusted]
            time.sleep(0.02)  # the wires tell nobody
        assert not any(ring.meet(wires) for ring in others), wires.seen
        together(*(ring.cancel for ring in (*trusted, *others)))


def set_up():
    networks.Switch("10.0.0")


tap.run(test_directly, test_by_the_relay_only, test_while_it_rings, before=set_up)
