#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which an invitation ends that is not a call with two pictures."""
from stage import PICTURE, event, stage, together

STAGE = stage(rings=30)  # and one case waits for the end of that


def test_decline():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    bob.click("Decline")
    alice.read("Bob declined")
    STAGE.picture("declined", alice)
    STAGE.over()


def test_cancel():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    alice.click("Cancel")
    bob.gone("Accept")
    STAGE.over()


def test_call_again_right_after_a_cancel():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    alice.click("Cancel")
    STAGE.over()
    STAGE.connect(bob, alice, "Voice call")
    alice.press("Hang up")
    STAGE.over()


def test_accept_without_camera():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    bob.click("Accept without camera")
    STAGE.sees(bob, alice, PICTURE)
    alice.read("Camera is off")
    STAGE.sees(alice, bob, 0, 0.001)
    STAGE.picture("without-camera")
    bob.press("Hang up")
    STAGE.over()


def test_caller_gives_up():
    """The invitation's time runs out: the popup goes, and the call is kept as missed."""
    bob = STAGE.bob
    caller = STAGE.robot("carol", "call", "bob", "--voice", "--timeout", "10")
    bob.find("Accept")
    bob.read("Carol")
    event(caller, "unanswered")
    assert caller.wait(20) == 5
    bob.gone("Accept")
    STAGE.over(bob)
    bob.read("Missed")


def test_nobody_answers():
    alice = STAGE.alice
    callee = STAGE.robot("dave", "answer", "--ignore")
    alice.place_call("dave", "Voice call")
    alice.read("Ringing…")
    event(callee, "received")
    alice.read("No answer", timeout=50)
    STAGE.picture("no-answer", alice)
    STAGE.over(alice)


def test_busy():
    """Bob talks to Carol: Alice is told so at once, and nothing rings at Bob's."""
    alice, bob = STAGE.people
    STAGE.robot("erin", "call", "bob", "--voice", "--duration", "60")
    bob.click("Accept")
    bob.talk(1)
    alice.place_call("bob", "Video call")
    alice.read("Bob is busy")
    assert not bob.look("Accept")
    bob.find("Hang up")
    STAGE.picture("busy", alice)
    STAGE.over(alice)
    bob.press("Hang up")
    STAGE.over(bob)


def test_unknown_user():
    alice = STAGE.alice
    alice.type("User IDs", "nobody-of-this-name")
    alice.click("Video call")
    alice.read("nobody-of-this-name”")
    STAGE.picture("unknown-user", alice)
    alice.windows_are("Beckon")
    alice.type("User IDs", "")


def test_double_click_calls_once():
    alice, bob = STAGE.people
    alice.type("User IDs", "bob")
    alice.click("Voice call")
    if alice.look("Voice call")["sensitive"]:
        alice.click("Voice call")
    together(lambda: alice.read("Ringing…"), lambda: bob.find("Accept"))
    assert len(alice.windows()) == 2, alice.windows()
    alice.click("Cancel")
    STAGE.over()


STAGE.run(test_decline, test_cancel, test_call_again_right_after_a_cancel, test_accept_without_camera,
          test_caller_gives_up, test_nobody_answers, test_busy, test_unknown_user,
          test_double_click_calls_once)
