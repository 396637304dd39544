#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done in the home window and its dialogs: search, preferences, devices, the first start."""
import contextlib
import sqlite3

from stage import CORNER, event, stage

# Two computers of one person.
STAGE = stage(cast={"desk": ("bob", "Bob Larsson", "desk"), "lap": ("bob", "Bob Larsson", "lap")})
NARROW = 360, 640
MANY = 350  # calls: more than are listed at once, and more than follow at once when somebody looks for one
CONTACTS = 200


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


def test_offers_are_heard():
    """Whoever does not see the list below what they type hears of it where they type."""
    desk = STAGE.desk
    desk.keys("ctrl+n")
    desk.state("User IDs", "expanded", False)
    desk.keys("c", "a")
    desk.state("User IDs", "expanded", True)
    desk.described("User IDs", "1 suggestion. Choose with the arrow keys.")
    STAGE.picture("offers", desk)
    desk.keys("Down")
    desk.described("User IDs", "Carol, carol")
    desk.keys("Escape")
    desk.state("User IDs", "expanded", False)
    desk.described("User IDs", "")
    desk.keys("ctrl+a", "BackSpace")


def test_shortcuts():
    desk = STAGE.desk
    desk.keys("ctrl+question")
    desk.read("Picture in picture")
    STAGE.picture("shortcuts", desk)
    desk.keys("Escape")
    desk.windows_are("Beckon")


def test_checking_the_network():
    desk = STAGE.desk
    desk.keys("ctrl+comma")
    desk.read("Connect Before Answering")
    desk.scroll_to("Preferences", "Test Call…")
    _pictures("preferences-before-calls", desk)
    desk.press_on("Preferences", "Check Network…")
    desk.read("Sound and Pictures")
    desk.read("They work on this computer", timeout=20)
    desk.read("Calls work, but perhaps not with everybody")
    _pictures("network-check", desk)
    STAGE.server.kill()
    desk.click("Check Again")
    desk.read("Calls may not work")
    _pictures("network-check-without-server", desk)
    STAGE.server.restart()
    desk.gone("Try Now")
    desk.click("Check Again")
    desk.read("Calls work, but perhaps not with everybody")
    desk.close_window("Network Check")
    desk.windows_are("Beckon", "Preferences")


def test_calling_oneself():
    """Until somebody else calls."""
    desk = STAGE.desk
    desk.press_on("Preferences", "Test Call…")
    desk.read("Your camera works")
    desk.read("Your microphone works")
    STAGE.sees(desk, desk, CORNER)
    _pictures("test-call", desk)
    caller = STAGE.robot("carol", "call", "bob", "--voice")
    desk.find("Accept")
    desk.gone("Your picture, as others see it")
    desk.read("Not possible while you are in a call or one rings")
    desk.click("Decline")
    event(caller, "rejected")
    desk.gone("Not possible while you are in a call or one rings")
    desk.press_on("Preferences", "Test Call…")
    desk.read("Your camera works")
    desk.close_window("Test Call")
    desk.close_window("Preferences")
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


def _live_long(user, shown, others):
    """Says to the server that Bob has many contacts, and that after the call of @user with him there were many of
    @others."""
    server = STAGE.server
    server.process.terminate()
    server.process.wait(10)
    with contextlib.closing(sqlite3.connect(f"{server.directory}/data/beckon.sqlite")) as db, db:
        db.executemany(
            "INSERT INTO history (owner, started, call, direction, media, outcome, members, duration, seen) "
            "SELECT owner, started + ?1, call || ?1, direction, media, outcome, "
            "replace (replace (members, ?2, ?3), ?4, ?5), duration, 1 FROM history "
            "WHERE owner = 'bob' AND members LIKE '%' || ?2 || '%'",
            [(i, user, others, shown, others.title()) for i in range(1, MANY + 1)])
        db.executemany("INSERT INTO contacts (owner, user) VALUES ('bob', ?)",
                       [(f"friend{i:03}",) for i in range(CONTACTS)])
    server.restart()


def test_search_far_back():
    """A call before many others: it is not in the list, and is found."""
    desk = STAGE.desk
    zoe = STAGE.robot("zoe", "call", "bob")
    event(zoe, "ringing")
    zoe.terminate()
    zoe.wait()
    desk.find("Voice call with Zoe")
    _live_long("zoe", "Zoe", "dave")
    desk.gone("Voice call with Zoe")
    desk.read("Connected")
    desk.find("Voice call with friend000")
    _pictures("contacts", desk)
    desk.keys("ctrl+f")
    desk.type("Search contacts and recent calls", "zoe")
    desk.find("Voice call with Zoe")
    desk.gone("Voice call with Dave")
    _pictures("search-far-back", desk)
    desk.type("Search contacts and recent calls", f"friend{CONTACTS - 1}")
    desk.find(f"Voice call with friend{CONTACTS - 1}")
    desk.gone("Voice call with Zoe")
    desk.keys("Escape")
    desk.gone("Voice call with Zoe")


STAGE.run(test_search, test_offers_are_heard, test_shortcuts, test_checking_the_network, test_calling_oneself,
          test_signing_a_device_out, test_try_it, test_search_far_back)
