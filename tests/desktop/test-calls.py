#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A video call and a voice call between two windows, and what their buttons do at the other end."""
from stage import CORNER, PICTURE, stage, together

STAGE = stage(sound=True)


def test_waiting_shows_only_oneself():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    STAGE.sees(alice, alice, PICTURE)
    STAGE.sees(bob, bob, 0, 0.001)
    assert not alice.look("Hang up"), "there is nobody to hang up on yet"
    bob.read("Alice Moreau")
    bob.find("Accept without camera")
    STAGE.picture("waiting", alice)
    STAGE.picture("incoming", bob)


def test_accept_shows_both_pictures():
    alice, bob = STAGE.people
    bob.click("Accept")
    together(lambda: STAGE.sees(alice, bob, PICTURE), lambda: STAGE.sees(bob, alice, PICTURE))
    together(lambda: STAGE.sees(alice, alice, CORNER, PICTURE),
             lambda: STAGE.sees(bob, bob, CORNER, PICTURE))
    together(lambda: alice.read("Bob Larsson"), lambda: bob.read("Alice Moreau"))
    for person in STAGE.people:  # the controls have hidden again if that took a while
        person.wake("Call with")
        person.find("Hang up")
    STAGE.picture("calling")


def test_duration_counts():
    together(*(lambda person=person: person.talk(5) for person in STAGE.people))


def test_quieter():
    alice, _ = STAGE.people
    alice.point_at("Call with", "Devices")
    alice.slide("Volume of Bob Larsson", 40)
    alice.read("40 %")
    STAGE.picture("devices", alice)
    alice.keys("Escape")
    alice.gone("Volume of Bob Larsson")


def test_mute_is_seen_at_the_other_side():
    alice, bob = STAGE.people
    alice.press("Microphone")
    bob.read("Alice is muted")
    STAGE.picture("muted", bob)
    alice.press("Microphone")
    bob.gone("Alice is muted")


def test_camera_off_and_on():
    alice, bob = STAGE.people
    alice.press("Camera")
    together(lambda: bob.read("Camera is off"), lambda: STAGE.sees(bob, alice, 0, 0.001),
             lambda: STAGE.sees(alice, alice, 0, 0.001))
    STAGE.sees(alice, bob, PICTURE)
    STAGE.picture("camera-off")
    alice.press("Camera")
    together(lambda: STAGE.sees(bob, alice, PICTURE), lambda: STAGE.sees(alice, alice, CORNER, PICTURE))
    bob.gone("Camera is off")


def test_swap_exchanges_the_pictures():
    alice, bob = STAGE.people
    alice.press("Exchange the two pictures")
    STAGE.sees(alice, alice, PICTURE)
    STAGE.sees(alice, bob, CORNER, PICTURE)
    STAGE.picture("swapped", alice)
    alice.press("Exchange the two pictures")
    STAGE.sees(alice, bob, PICTURE)
    STAGE.sees(bob, alice, PICTURE)


def test_caller_hangs_up():
    alice, bob = STAGE.people
    alice.press("Hang up")
    together(lambda: alice.read("You hung up"), lambda: bob.read("Alice hung up"))
    STAGE.picture("ended")
    together(*(lambda person=person: person.windows_are("Beckon") for person in STAGE.people))
    together(*(lambda person=person: person.state("Video call", "sensitive", False)
               for person in STAGE.people))


def test_voice_call_opens_no_camera():
    alice, bob = STAGE.people
    STAGE.ring(bob, alice, "Voice call")
    assert not alice.look("Accept without camera"), "there is no camera to go without"
    STAGE.picture("voice-waiting", bob)
    STAGE.picture("voice-incoming", alice)
    alice.click("Accept")
    together(lambda: alice.talk(2), lambda: bob.talk(2))
    for viewer in STAGE.people:
        for shown in STAGE.people:
            STAGE.sees(viewer, shown, 0, 0.001)
    STAGE.picture("voice-calling")


def test_as_quiet_as_before():
    """In the next call, and in whichever direction it is."""
    alice, _ = STAGE.people
    alice.point_at("Call with", "Devices")
    alice.stands_at("Volume of Bob Larsson", 40)
    alice.keys("Escape")


def test_camera_can_be_turned_on_in_a_voice_call():
    alice, bob = STAGE.people
    bob.press("Camera")
    STAGE.sees(alice, bob, PICTURE)
    STAGE.sees(alice, alice, 0, 0.001)


def test_callee_hangs_up():
    alice, bob = STAGE.people
    alice.press("Hang up")
    together(lambda: alice.read("You hung up"), lambda: bob.read("Alice hung up"))
    STAGE.over()


STAGE.run(test_waiting_shows_only_oneself, test_accept_shows_both_pictures, test_duration_counts,
          test_quieter, test_mute_is_seen_at_the_other_side, test_camera_off_and_on, test_swap_exchanges_the_pictures,
          test_caller_hangs_up, test_voice_call_opens_no_camera, test_as_quiet_as_before,
          test_camera_can_be_turned_on_in_a_voice_call, test_callee_hangs_up)
