#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls by people who have a keyboard and nothing else, and a popup that takes nobody's keys."""
from stage import stage, together

STAGE = stage()


def _ring(caller, callee):
    caller.activate("Beckon")
    caller.keys("ctrl+n")
    caller.keys(*callee.user, "Return")
    together(lambda: caller.read("Ringing…"), lambda: callee.find("Accept"))


def _press(person, window, button):
    person.activate(window)
    person.walk_to(button)
    person.keys("space")


def test_popup_takes_no_keys():
    """Who writes something goes on with it."""
    alice, bob = STAGE.people
    bob.activate("Beckon")
    bob.keys("ctrl+n")
    bob.keys("c", "a")
    bob.has_text("User IDs", "ca")
    STAGE.ring(alice, bob, "Voice call")
    bob.keys("r", "o", "l")
    bob.has_text("User IDs", "carol")
    alice.click("Cancel")
    bob.gone("Accept")
    STAGE.over()
    bob.keys("ctrl+a", "BackSpace")
    bob.has_text("User IDs", "")


def test_a_call():
    alice, bob = STAGE.people
    _ring(alice, bob)
    _press(bob, "Incoming call", "Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    bob.keys("ctrl+d")
    alice.read("Bob is muted")
    _press(bob, "Call with Alice Moreau", "Microphone")
    alice.gone("Bob is muted")
    _press(alice, "Call with Bob Larsson", "Hang up")
    together(lambda: alice.read("You hung up"), lambda: bob.read("Alice hung up"))


def test_what_was_said():
    """By a screen reader, of that call: each learned what they had not done themselves, and what their keys did."""
    alice, bob = STAGE.people
    together(lambda: alice.said(("assertive", "Connected"), ("polite", "Bob is muted"), ("assertive", "You hung up")),
             lambda: bob.said(("assertive", "Incoming voice call from Alice Moreau"), ("assertive", "Connected"),
                              ("polite", "You are muted"), ("polite", "Your microphone is on"),
                              ("assertive", "Alice hung up")))


def test_call_again():
    """There is time for it: whoever moves the focus is not done with the window."""
    alice, bob = STAGE.people
    alice.walk_to("Call again")
    alice.keys("space")
    bob.find("Accept")
    _press(bob, "Incoming call", "Decline")
    alice.read("Bob declined")
    STAGE.over()


STAGE.run(test_popup_takes_no_keys, test_a_call, test_what_was_said, test_call_again)
