#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen is shared: seen whole, with the camera in the corner, and known to who shares it."""
from stage import CORNER, PICTURE, stage, together

STAGE = stage(sound=True, screen=True)
SHARING = "You are sharing your screen"


def _share(who, whom):
    who.press("Share screen")
    who.read(SHARING)
    STAGE.sees(whom, "screen", PICTURE)
    STAGE.sees(whom, who, CORNER, PICTURE)


def test_shared_and_stopped():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob)
    _share(alice, bob)
    alice.press("Share the sound of this computer")
    alice.state("Share the sound of this computer", "pressed", True)
    STAGE.picture("sharing")
    alice.press("Stop sharing")
    alice.gone("Stop sharing")
    STAGE.sees(bob, "screen", 0, CORNER)
    STAGE.sees(bob, alice, PICTURE)
    alice.press("Hang up")
    STAGE.over()


def test_dark_and_narrow():
    alice, bob = STAGE.people
    STAGE.everybody_out()
    STAGE.everybody_in(dark=True)
    STAGE.connect(alice, bob)
    _share(alice, bob)
    STAGE.picture("dark-sharing")
    together(lambda: alice.resize("Call with Bob Larsson", 360, 640),
             lambda: bob.resize("Call with Alice Moreau", 360, 640))
    for person in STAGE.people:
        person.wake("Call with")
        person.find("More")
    STAGE.sees(bob, "screen", CORNER)
    STAGE.picture("narrow-sharing")
    assert not alice.unnamed_controls() and not bob.unnamed_controls()
    # Whoever hangs up shares no more.
    alice.press("Hang up")
    STAGE.over()


STAGE.run(test_shared_and_stopped, test_dark_and_narrow)
