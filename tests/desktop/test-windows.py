#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows that are closed in every state, and notifications that are answered without one."""
from stage import event, stage, together

STAGE = stage()


def test_closing_the_waiting_window_cancels():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    alice.close_window("Call with Bob Larsson")
    bob.gone("Accept")
    STAGE.over()


def test_closing_the_incoming_window_declines():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    bob.close_window("Incoming call")
    alice.read("Bob declined")
    STAGE.over()


def test_closing_the_call_window_hangs_up():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob)
    bob.close_window("Call with Alice Moreau")
    alice.read("Bob hung up")
    STAGE.over()


def test_closing_the_ended_window():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob, "Voice call")
    alice.press("Hang up")
    alice.read("You hung up")
    alice.press_on("Call with Bob Larsson", "You hung up")
    # It closes by itself when nobody looks for a while; not under the pointer.
    carol = STAGE.robot("carol", "answer")
    bob.gone("Alice hung up")
    bob.place_call("carol", "Voice call")
    bob.talk(3)
    bob.press("Hang up")
    event(carol, "ended")
    alice.read("You hung up")
    alice.close_window("Call with Bob Larsson")
    STAGE.over()


def _close_home(person):
    if person.windows():
        person.close_window("Beckon")
    person.windows_are()
    assert person.running(), "nobody can reach a person whose application ended with its window"


def test_closed_home_still_rings():
    alice, bob = STAGE.people
    _close_home(bob)
    STAGE.ring(alice, bob)
    bob.click("Decline")
    alice.read("Bob declined")
    bob.windows_are()
    STAGE.over(alice)


def test_notification_decline_without_a_window():
    alice, bob = STAGE.people
    _close_home(bob)
    STAGE.ring(alice, bob)
    notification = bob.notification("Accept")
    assert notification["urgency"] == 2, notification
    assert "Decline" in notification["buttons"], notification
    assert "Alice Moreau" in notification["title"] + notification["body"], notification
    bob.press_notification("Decline")
    alice.read("Bob declined")
    bob.windows_are()
    bob.no_notification("Accept")
    STAGE.over(alice)


def test_notification_accept_without_a_window():
    alice, bob = STAGE.people
    _close_home(bob)
    STAGE.ring(alice, bob, "Voice call")
    bob.press_notification("Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    bob.no_notification("Accept")
    alice.press("Hang up")
    STAGE.over()
    bob.windows_are()


def test_notification_goes_with_the_call():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob)
    bob.notification("Accept")
    alice.click("Cancel")
    bob.no_notification("Accept")
    STAGE.over(alice)


def test_quitting_in_a_call_hangs_up():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob, "Voice call")
    together(bob.quit, lambda: alice.read("Bob hung up"))  # the latter is there for 3 s
    STAGE.over(alice)


def test_quitting_while_it_rings_cancels():
    alice, bob = STAGE.people
    bob.sign_in(STAGE.server.url, STAGE.password)
    STAGE.ring(alice, bob)
    alice.quit()
    bob.gone("Accept")
    STAGE.over(bob)


STAGE.run(test_closing_the_waiting_window_cancels, test_closing_the_incoming_window_declines,
          test_closing_the_call_window_hangs_up, test_closing_the_ended_window,
          test_closed_home_still_rings, test_notification_decline_without_a_window,
          test_notification_accept_without_a_window, test_notification_goes_with_the_call,
          test_quitting_in_a_call_hangs_up, test_quitting_while_it_rings_cancels)
