# SPDX-License-Identifier: GPL-3.0-or-later
"""A computer changes its network in a call: each person is in a network namespace of their own."""
import networks

networks.enter()

import time  # pylint: disable=wrong-import-position

import callers  # pylint: disable=wrong-import-position
import tap  # pylint: disable=wrong-import-position

SERVER = None
CUT_OFF = None
# Nobody here has a certificate for 10.0.0.1: the server takes everybody for a proxy that has one.
SETTINGS = "[server]\nproxies=10.0.0.0/8\n"
VOICE = ("--video-in", "none", "--audio-in", "test")
# Seconds from a lost path to what says so – 1.5 of silence, which is looked at four times a second, and what it takes
# to be told –, and from a new one until they hear each other again.
NOTICED, BACK = 2.5, 2


class Call:
    """Two people talk: @caller, whose computer is the one at 10.0.0.@address, and @callee."""

    def __init__(self, caller="alice", callee="bob", address=2, media=callers.TEST, kind=()):
        self.here, self.there = networks.Computer(caller[0]), networks.Computer(callee[0])
        self.first = self.here.plug_in(f"10.0.0.{address}")
        self.there.plug_in(f"10.0.0.{address + 1}")
        self.there.plug_in(f"10.0.1.{address + 1}")
        self.callee = callers.Caller(SERVER, callee, *media, "answer", inside=self.there.prefix)
        self.callee.wait("connected")
        self.caller = callers.Caller(SERVER, caller, *media, "call", callee, *kind,
                                     inside=self.here.prefix)
        for person in self:
            person.wait("first-audio")

    def __iter__(self):
        return iter((self.caller, self.callee))

    def watch_pictures(self):
        for person in self:
            person.watch_pictures()

    def wait_for_hand_over(self):
        """Both go on with the new connection, and see each other on it."""
        for person in self:
            person.wait("handed-over", 30)
        self.watch_pictures()

    def hang_up(self):
        self.caller.say("hang-up")
        for person in self:
            assert person.finish() == 0, (person.user, person.events)
        assert self.callee.all("ended")[0]["reason"] == "peer-hung-up", self.callee.events

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for person in self:
            person.__exit__(*failure)
        self.here.__exit__()
        self.there.__exit__()


def check_times(call, name, since, most):
    """@name was said at both ends within @most seconds of @since, or longer on a busy machine."""
    most *= callers.patience()
    took = {person.user: person.all(name)[-1]["at"] - since for person in call}
    print(f"# {name} after {took} s")
    assert max(took.values()) <= most, f"{name} after {took} s, not {most:.1f}"


def set_up():
    global SERVER, CUT_OFF
    networks.Switch("10.0.0", "10.0.1")
    SERVER = callers.Server(SETTINGS, "10.0.0.1")
    # Looked at again at the end: it takes 20 s until they give up.
    CUT_OFF = Call("carol", "dave", 20, VOICE, ("--voice",))
    CUT_OFF.here.unplug(CUT_OFF.first)


def test_another_network_comes():
    """As from a wireless network to a cable: nobody notices, also when the first network goes then."""
    with Call() as call:
        call.watch_pictures()
        call.here.plug_in("10.0.1.2")
        call.wait_for_hand_over()
        for person in call:
            assert "reconnecting" not in person.names(), person.events
        call.here.unplug(call.first)
        call.watch_pictures()
        call.hang_up()


def test_address_is_replaced():
    """Nothing comes to the old one any more: nobody waits to see whether something does."""
    with Call() as call:
        call.watch_pictures()
        call.here.set_address(call.first, "10.0.0.22")
        call.wait_for_hand_over()
        assert call.caller.all("server-back"), call.caller.events
        why = [event["message"] for event in call.caller.all("server-lost")]
        assert len(why) == 1 and why[0].endswith("was reached from an address that has gone"), why
        call.hang_up()


def test_network_goes_and_another_comes():
    with Call() as call:
        call.watch_pictures()
        call.here.unplug(call.first)
        unplugged = time.monotonic()
        for person in call:
            person.wait("reconnecting")
        check_times(call, "reconnecting", unplugged, NOTICED)
        call.here.plug_in("10.0.1.2")
        plugged = time.monotonic()
        call.wait_for_hand_over()
        check_times(call, "handed-over", plugged, BACK)
        call.hang_up()


def test_path_goes_and_comes_back():
    """As behind a router that starts anew: nothing of this computer changes, and no other path is there."""
    with Call() as call:
        call.watch_pictures()
        call.here.cut(call.first)
        cut = time.monotonic()
        for person in call:
            person.wait("reconnecting")
        check_times(call, "reconnecting", cut, NOTICED)
        call.here.join(call.first)
        joined = time.monotonic()
        for person in call:
            person.wait("media-connected")
        check_times(call, "media-connected", joined, BACK)
        call.watch_pictures()
        call.hang_up()


def test_network_goes_for_good():
    with CUT_OFF as call:
        for person, code in (call.caller, "no-route"), (call.callee, "peer-silent"):
            assert person.finish(60) == 8, person.events
            assert "reconnecting" in person.names(), person.events
            assert person.all("error")[-1]["code"] == code, person.all("error")
            assert person.all("ended")[0]["reason"] == "connection-lost", person.events


def test_server_stops_cleanly():
    SERVER.__exit__()


tap.run(test_another_network_comes, test_address_is_replaced, test_network_goes_and_another_comes,
        test_path_goes_and_comes_back, test_network_goes_for_good, test_server_stops_cleanly, before=set_up, limit=90)
