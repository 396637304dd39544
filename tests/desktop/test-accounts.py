#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays of an account on a computer, and what must not: two computers of Bob's, and people who call him."""
from stage import event, stage

# GLib is not to ask portals about the network.
PORTALS = {"GTK_USE_PORTAL": "1", "GIO_USE_NETWORK_MONITOR": "netlink", "GIO_USE_PROXY_RESOLVER": "dummy"}
STAGE = stage(cast={"desk": ("bob", "Bob Larsson", "desk"), "lap": ("bob", "Bob Larsson", "lap")})


def _sign_in_by_hand(person, user):
    person.find("Sign in")
    person.type("Server", STAGE.server.url)
    person.type("User ID", user)
    with open(STAGE.password, encoding="utf-8") as file:
        person.type("Password", file.read())
    person.click("Sign in")
    person.read("Connected")


def _preferences(person):
    person.keys("ctrl+comma")
    person.read("Connect Before Answering")
    person.press_on("Preferences", "Account")


def _close_preferences(desk):
    """After a device was signed out in them."""
    desk.keys("Escape")
    desk.gone("lap was signed out")
    if "Preferences" in desk.windows():  # newer releases of libadwaita: the first one was for the sentence
        desk.keys("Escape")
    desk.windows_are("Beckon")


def _remembered(person):
    return person.run(["sh", "-c", "cd $XDG_CACHE_HOME/beckon && echo *people*"], {})[1] == "people\n"


def _miss(caller):
    """A robot of that name calls Bob, and gives up."""
    event(STAGE.robot(caller, "call", "bob", "--voice", "--timeout", "1"), "unanswered")


def test_signed_out_while_away():
    """A computer that is off, or has crashed, does not come in again with what it remembers."""
    desk, lap = STAGE.desk, STAGE.lap
    lap.quit()
    lap.open()
    _sign_in_by_hand(lap, "bob")
    lap.quit()
    lap.open()  # as every day
    lap.read("Connected")
    lap.kill("SIGKILL")
    lap.exit_status()
    STAGE.server.kill()
    STAGE.server.restart()
    desk.read("Connected", timeout=20)
    _preferences(desk)
    desk.click("Sign out lap")
    desk.gone("Sign out lap")
    lap.open("--background")
    why = "Another device of yours signed this one out"
    assert why in lap.told("No calls come in")["body"]
    lap.click_notification("No calls come in")
    lap.read(why)
    STAGE.picture("signed-out", lap)
    lap.quit()
    lap.open()
    lap.find("Sign in")
    assert not lap.look("Voice call"), lap.tree()
    _close_preferences(desk)


def test_signed_out_without_a_window():
    """Whom nobody can call any more is told, and reads the reason where they sign in again."""
    desk, lap = STAGE.desk, STAGE.lap
    _sign_in_by_hand(lap, "bob")
    lap.close_window("Beckon")
    lap.windows_are()
    _preferences(desk)
    desk.click("Sign out lap")
    why = "Another device of yours signed this one out"
    assert why in lap.told("No calls come in")["body"]
    lap.click_notification("No calls come in")
    lap.read(why)
    lap.quit()
    _close_preferences(desk)
    # As at the log-in, which finds no password any more.
    lap.open("--background")
    assert "Sign in" in lap.told("No calls come in")["body"]
    assert not lap.windows()
    lap.quit()


def test_missed_calls_go_with_the_account():
    desk = STAGE.desk
    assert _remembered(desk)
    _miss("carol")
    desk.notification("Call back")
    _preferences(desk)
    desk.click("Sign out this computer")
    desk.no_notification("Call back")
    desk.find("Sign in")
    assert not _remembered(desk)  # who called, and whom he knows


def test_they_go_also_when_the_process_that_sent_them_has_ended():
    """Where the desktop keeps them, that is."""
    lap = STAGE.lap
    lap.quit()
    lap.open_desktop()
    lap.environment = PORTALS
    lap.open()
    _sign_in_by_hand(lap, "bob")
    _miss("dave")
    lap.notice("Call back")
    lap.kill("SIGKILL")
    lap.exit_status()
    lap.open()
    lap.read("Connected")
    lap.notice("Call back")
    _preferences(lap)
    lap.click("Sign out this computer")
    lap.desktop_has("notifications", {})


def test_nobody_else_calls_back():
    """The button of a notification that outlived its account."""
    lap = STAGE.lap
    _sign_in_by_hand(lap, "bob")
    carol = STAGE.robot("carol", "answer", "--ignore")
    action = ["gapplication", "action", "org.beckon.Beckon", "call-back"]
    done, said = lap.run([*action, f"('{STAGE.server.url}', 'erin', 'carol', 'voice')"], {})
    assert (done, said) == (0, ""), (done, said)
    lap.read("That call was missed by another account")
    lap.windows_are("Beckon")
    done, said = lap.run([*action, f"('{STAGE.server.url}', 'bob', 'carol', 'voice')"], {})
    assert (done, said) == (0, ""), (done, said)
    event(carol, "received")
    lap.click("Cancel")
    STAGE.over(lap)


STAGE.run(test_signed_out_while_away, test_signed_out_without_a_window, test_missed_calls_go_with_the_account,
          test_they_go_also_when_the_process_that_sent_them_has_ended, test_nobody_else_calls_back)
