#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""People in a hurry, and a network that is: two calls at once, double clicks, calling back at once, a connection that
goes while it rings."""
from stage import event, stage, together

STAGE = stage()


def test_two_calls_at_once():
    """The second caller is told that Bob is busy; the first one's popup stays, and goes with its own call."""
    alice, bob = STAGE.people
    carol = STAGE.robot("carol", "call", "bob", "--voice")
    event(carol, "ringing")
    bob.find("Accept")
    alice.place_call("bob", "Voice call")
    alice.read("Bob is busy")
    bob.find("Accept")
    bob.read("Carol")
    carol.terminate()
    bob.gone("Accept")
    STAGE.over()


def test_double_click_answers_once():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.click_twice("Incoming call", "Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    assert len(bob.windows()) == 2, bob.windows()


def test_double_click_hangs_up_once():
    """What is under the pointer then – "Call Again", it may be – is not meant by the second click."""
    alice, bob = STAGE.people
    bob.wake("Call with")
    bob.click_twice("Call with Alice Moreau", "Hang up")
    # Where it was the keyboard, its second press has closed what says so to Bob.
    together(lambda: bob.knows_places() and bob.read("You hung up"), lambda: alice.read("Bob hung up"))
    alice.windows_are("Beckon", timeout=20)
    bob.windows_are("Beckon", timeout=20)
    assert not alice.look("Accept"), alice.tree()


def test_double_click_declines_once():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.click_twice("Incoming call", "Decline")
    alice.read("Bob declined")
    STAGE.over()
    bob.windows_are("Beckon")


def test_calling_back_at_once():
    """While the window of the caller still says how their call ended."""
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    alice.click("Cancel")
    bob.gone("Accept")
    bob.place_call("alice", "Voice call")
    alice.click("Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    alice.press("Hang up")
    STAGE.over()


def test_connection_gone_and_back_while_it_rings():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    STAGE.server.kill()
    together(lambda: alice.read("Reconnecting…"), lambda: bob.read("Reconnecting…"))
    bob.find("Accept")
    STAGE.server.restart()
    together(*(lambda person=person: person.read("Connected", timeout=20) for person in STAGE.people))
    bob.click("Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    bob.press("Hang up")
    STAGE.over()


STAGE.run(test_two_calls_at_once, test_double_click_answers_once, test_double_click_hangs_up_once,
          test_double_click_declines_once, test_calling_back_at_once, test_connection_gone_and_back_while_it_rings)
