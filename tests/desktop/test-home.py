#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done in the home window and its dialogs: search, preferences, devices, the first start."""
from stage import stage

# Two computers of one person.
STAGE = stage(cast={"desk": ("bob", "Bob Larsson", "desk"), "lap": ("bob", "Bob Larsson", "lap")})
NARROW = 360, 640


def _names(person):
    unnamed = person.unnamed_controls()
    assert not unnamed, f"{person.label}: {unnamed}"


def _pictures(name, person, title="Beckon"):
    STAGE.picture(name, person)
    _names(person)


def test_search():
    desk = STAGE.desk
    for user in ("carol", "dave"):
        STAGE.robot(user, "watch")
        desk.add_contact(user)
        desk.windows_are("Beckon")
    desk.read("Dave")
    desk.keys("ctrl+f")
    desk.type("Search contacts and recent calls", "CAR")
    desk.gone("Voice call with Dave")
    desk.find("Voice call with Carol")
    _pictures("search", desk)
    desk.keys("Escape")
    desk.find("Voice call with Dave")


def test_shortcuts():
    desk = STAGE.desk
    desk.keys("ctrl+question")
    desk.read("Picture in picture")
    STAGE.picture("shortcuts", desk)
    desk.keys("Escape")
    desk.windows_are("Beckon")


def test_signing_a_device_out():
    desk, lap = STAGE.desk, STAGE.lap
    desk.keys("ctrl+comma")
    desk.read("Connect Before Answering")
    _pictures("preferences-calls", desk)
    desk.press_on("Preferences", "Account")
    desk.find("Sign out lap")
    _pictures("preferences-account", desk)
    desk.click("Sign out lap")
    lap.read("Another device of yours signed this one out")
    _names(lap)
    desk.gone("Sign out lap")
    desk.close_window("Preferences")
    desk.windows_are("Beckon")


def test_try_it():
    lap = STAGE.lap
    lap.quit()
    lap.forget()
    lap.open()
    lap.find("Create account")
    _pictures("first-start", lap)
    lap.press_on("Beckon", "Try It on This Computer")
    lap.read("Connected", timeout=20)
    lap.read("Others on This Network")
    _pictures("trial", lap)
    lap.resize("Beckon", *NARROW)
    _pictures("narrow-trial", lap)
    lap.quit()
    lap.open()
    lap.read("Connected", timeout=20)


STAGE.run(test_search, test_shortcuts, test_signing_a_device_out, test_try_it)
