#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each screen dark and narrow: kept as pictures, with nothing named by its type left in the tree."""
from stage import stage, together

STAGE = stage(sound=True)
NARROW = 360, 640
LEVELS = [f"Connection: {level}" for level in ("excellent", "good", "fair", "weak", "bad")]


def _names(*people):
    """Whoever hears a screen instead of seeing it is told what each control does."""
    for person in people:
        unnamed = person.unnamed_controls()
        assert not unnamed, f"{person.user}: {unnamed}"


def _statistics(picture, person, size=None):
    """The window behind the bars, which have the name of what they show."""
    person.click_one("Call with", *LEVELS)
    person.read("DTLS-SRTP")
    if size:
        person.resize("Call Statistics", *size)
    person.read("Direct, UDP")
    STAGE.picture(picture, person)
    _names(person)
    person.leave("Call Statistics")


def test_light_home():
    STAGE.alice.add_contact("bob")
    STAGE.picture("home", STAGE.alice)
    _names(STAGE.alice)


def test_dark():
    alice, bob = STAGE.people
    STAGE.everybody_out()
    STAGE.everybody_in(dark=True)
    STAGE.picture("dark-home")
    STAGE.ring(alice, bob)
    STAGE.picture("dark-waiting", alice)
    STAGE.picture("dark-incoming", bob)
    _names(*STAGE.people)
    bob.click("Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    STAGE.picture("dark-calling")
    _names(*STAGE.people)
    _statistics("dark-statistics", alice)
    alice.press("Hang up")
    STAGE.over()


def test_narrow():
    alice, bob = STAGE.people
    alice.resize("Beckon", *NARROW)
    STAGE.picture("narrow-home", alice)
    _names(alice)
    STAGE.ring(alice, bob)
    alice.resize("Call with Bob Larsson", *NARROW)
    STAGE.picture("narrow-waiting", alice)
    bob.click("Accept")
    bob.resize("Call with Alice Moreau", *NARROW)
    together(lambda: alice.find("More"), lambda: bob.find("More"))
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    STAGE.picture("narrow-calling")
    _names(*STAGE.people)
    _statistics("narrow-statistics", bob, NARROW)
    alice.press("Hang up")
    STAGE.picture("narrow-ended", alice)
    STAGE.over()


def test_small():
    """One's own picture in another corner, then the call in a corner of the screen."""
    alice, bob = STAGE.people
    STAGE.connect(alice, bob)
    title, own = alice.call_window(), "Exchange the two pictures"
    alice.is_at(own, left=False, top=False)
    alice.drag(title, own, 60, 120)
    alice.is_at(own, left=True, top=True)
    alice.wake(title)
    STAGE.picture("own-picture-moved", alice)
    alice.keys("ctrl+p")
    alice.gone(own)
    alice.wake(title)
    alice.find("Leave picture in picture")
    STAGE.picture("picture-in-picture", alice)
    _names(alice)
    alice.press("Hang up")
    STAGE.over()


def test_sign_in():
    STAGE.alice.quit()
    STAGE.alice.forget()
    STAGE.alice.open()
    STAGE.alice.find("Create account")
    STAGE.picture("sign-in", STAGE.alice)
    _names(STAGE.alice)


STAGE.run(test_light_home, test_small, test_dark, test_narrow, test_sign_in)
