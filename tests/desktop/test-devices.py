#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bob has two computers, and both are his: what happens on one shows on the other. Who calls is a robot."""
import os
import time

from stage import PICTURE, event, stage, together

STAGE = stage(cast={"desk": ("bob", "Bob Larsson", "Desk"), "laptop": ("bob", "Bob Larsson", "Laptop")})
AT_ONCE = 1  # seconds from the server's word to a window that is gone, where nobody else uses the machine


def _at_once():
    """Who looks has to wait for a processor as long as whoever is looked at."""
    return AT_ONCE * max(1, os.getloadavg()[0] / os.cpu_count())


def _call(user, *options):
    """A call of Bob by @user, as it begins to ring."""
    robot = STAGE.robot(user, "call", "bob", *options)
    event(robot, "ringing")
    return robot


def _both_ring():
    together(*(lambda device=device: device.find("Accept") for device in STAGE.people))


def _choose(device, item):
    """Chooses from the main menu."""
    device.keys("F10")
    device.click(item)


def test_answered_on_one():
    """The caller hears of the accept at the same moment as Bob's other computer does."""
    desk, laptop = STAGE.people
    times = {}
    caller = _call("carol", "--voice")
    _both_ring()
    together(lambda: laptop.click("Accept"),
             lambda: times.update(said=(event(caller, "accepted"), time.monotonic())[1]),
             lambda: times.update(gone=(desk.gone("Accept"), time.monotonic())[1]))
    late = times["gone"] - times["said"]
    print(f"# the popup was gone {late * 1000:.0f} ms after the caller heard")
    assert late < _at_once(), f"{late:.2f} s, not {_at_once():.2f} s"
    desk.read("Answered on Laptop")
    desk.no_notification("Accept")
    STAGE.picture("answered-elsewhere", desk)
    laptop.talk(1)


def test_moved_to_the_other():
    desk, laptop = STAGE.people
    desk.read("You are in a call with Carol on another device")
    desk.click("Move Here")
    together(lambda: desk.talk(2), lambda: laptop.read("This call continues on Desk"))
    STAGE.picture("moved", laptop)
    assert not desk.look("Move Here"), "this computer has the call"
    laptop.leave_call()
    laptop.read("You are in a call with Carol on another device")
    STAGE.robots[-1].terminate()
    laptop.gone("Move Here")
    STAGE.over()


def test_declined_on_one():
    desk, laptop = STAGE.people
    caller = _call("carol", "--voice")
    _both_ring()
    laptop.click("Decline")
    event(caller, "rejected")
    desk.gone("Accept")
    desk.read("Declined on Laptop")
    assert not desk.look("Move Here"), "nobody is in a call"
    STAGE.over()


def test_one_that_does_not_ring():
    desk, laptop = STAGE.people
    _choose(laptop, "Ring on This Computer")
    laptop.read("Does not ring")
    caller = _call("carol", "--voice")
    desk.find("Accept")
    STAGE.picture("does-not-ring", laptop)
    assert not laptop.look("Accept")
    caller.terminate()
    desk.gone("Accept")
    _choose(laptop, "Ring on This Computer")
    laptop.gone("Does not ring")
    caller = _call("carol", "--voice")
    _both_ring()
    caller.terminate()
    together(*(lambda device=device: device.gone("Accept") for device in STAGE.people))


def test_missed_until_one_looks():
    """Who looks on the one has looked for the other, too."""
    desk, laptop = STAGE.people
    desk.look_at("Beckon", "1 missed call")
    for _ in range(2):
        caller = _call("carol", "--voice")
        caller.terminate()
        caller.wait(10)
    together(*(lambda device=device: device.read("2 missed calls") for device in STAGE.people))
    STAGE.picture("missed", desk)
    desk.look_at("Beckon", "2 missed calls")
    laptop.gone("2 missed calls")
    laptop.read("Missed voice call")


def test_crash_in_a_call():
    """The application is gone from one moment to the next, and comes back into its call."""
    desk, laptop = STAGE.people
    caller = _call("alice", "--video-in", STAGE.film("alice"))
    _both_ring()
    desk.click("Accept")
    STAGE.sees(desk, "alice", PICTURE)
    desk.kill("SIGKILL")
    desk.exit_status()
    desk.sign_in(STAGE.server.url, STAGE.password)
    desk.read("You are in a call with Alice")
    STAGE.picture("crashed", desk)
    desk.click("Join")
    STAGE.sees(desk, "alice", PICTURE)
    assert caller.poll() is None, "the caller noticed no more than a pause"
    desk.press("Hang up")
    event(caller, "ended")
    laptop.gone("Move Here")
    STAGE.over()


def test_blocked():
    desk, laptop = STAGE.people
    desk.open_menu("Beckon", "Carol")
    desk.click("Block")
    desk.read("Block Carol?")
    STAGE.picture("block", desk)
    desk.click("Block")
    desk.read("Carol is blocked")
    caller = STAGE.robot("carol", "call", "bob", "--voice", "--timeout", "1")
    event(caller, "offline")
    event(caller, "unanswered")
    assert not any(device.look("Accept") for device in STAGE.people)


def test_unblocked():
    """On the other computer: who is blocked is the same everywhere."""
    desk, laptop = STAGE.people
    _choose(laptop, "Blocked People…")
    laptop.find("Unblock Carol")
    assert not laptop.unnamed_controls(), laptop.unnamed_controls()
    STAGE.picture("blocked-people", laptop)
    laptop.click("Unblock Carol")
    laptop.read("Nobody Is Blocked")
    STAGE.picture("nobody-blocked", laptop)
    laptop.close_window("Blocked People")
    caller = _call("carol", "--voice")
    _both_ring()
    desk.click("Decline")
    event(caller, "rejected")
    laptop.gone("Accept")


STAGE.run(test_answered_on_one, test_moved_to_the_other, test_declined_on_one, test_one_that_does_not_ring,
          test_missed_until_one_looks, test_crash_in_a_call, test_blocked, test_unblocked)
