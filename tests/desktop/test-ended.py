#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bob's application has ended, and the desktop starts it: for a button of a notification that outlived it,
for another program, at the log-in. His desktop is a fake one beside its windows (fake_desktop.py)."""
import json

from stage import stage, together

STAGE = stage()
BOB = {"GTK_USE_PORTAL": "1", "GIO_USE_NETWORK_MONITOR": "netlink", "GIO_USE_PROXY_RESOLVER": "dummy"}


def _app(person, *command):
    done, said = person.run([STAGE.build.call, "--json", "app", *command], {})
    assert done == 0, (done, said)
    return json.loads(said) if said else None


def _end(person):
    """As a crash does: nobody is told anything."""
    person.kill("SIGKILL")
    person.exit_status()


def test_remembers_bob():
    bob = STAGE.bob
    bob.quit()
    bob.open_desktop()
    bob.environment = BOB
    bob.open()
    bob.type("Server", STAGE.server.url)
    bob.type("User ID", "bob")
    with open(STAGE.password, encoding="utf-8") as file:
        bob.type("Password", file.read())
    bob.click("Sign in")
    bob.read("Connected", timeout=20)
    bob.be_served()


def test_accept():
    """It rings on while the application is away, and is answered by the one that is started for it."""
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.notice("Accept")
    _end(bob)
    assert bob.on_desktop("press", "Accept")
    bob.adopt()
    # A start, a sign-in, an accept: more than one step of a person.
    together(*(lambda person=person: person.clock("Call with", 1, timeout=40) for person in STAGE.people))
    bob.windows_are("Call with Alice Moreau")
    bob.desktop_has("notifications", {})
    alice.press("Hang up")
    STAGE.over()
    bob.windows_are()


def test_decline():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.notice("Decline")
    _end(bob)
    assert bob.on_desktop("press", "Decline")
    alice.read("Bob declined", timeout=20)
    bob.adopt()
    bob.windows_are()
    STAGE.over(alice)


def test_too_late():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.notice("Accept")
    _end(bob)
    alice.click("Cancel")
    STAGE.over(alice)
    assert bob.on_desktop("press", "Accept")
    bob.adopt()
    bob.read("This call is over", timeout=20)
    bob.windows_are("Beckon")
    bob.close_window("Beckon")
    bob.windows_are()


def test_call_back():
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    alice.click("Cancel")
    STAGE.over(alice)
    bob.notice("Call back")
    _end(bob)
    assert bob.on_desktop("press", "Call back")
    bob.adopt()
    alice.find("Accept", timeout=20)
    alice.read("Voice call")
    alice.click("Decline")
    bob.read("Alice declined")
    STAGE.over()


def test_another_program():
    alice, bob = STAGE.people
    bob.quit()
    done, said = bob.run([STAGE.build.call, "--json", "app", "status"], {})
    assert done == 1, said  # there is nothing to start it for
    _app(bob, "call", "alice")
    bob.adopt()
    alice.find("Accept")
    _app(bob, "hang-up")
    alice.gone("Accept")
    STAGE.over(bob)


def test_background():
    """As at the log-in: no window, and it can be called; who starts it by hand then sees it."""
    alice, bob = STAGE.people
    bob.quit()
    bob.open("--background")
    bob.adopt()
    STAGE.ring(alice, bob, "Voice call")
    bob.windows_are("Incoming call")
    bob.click("Decline")
    alice.read("Bob declined")
    STAGE.over(alice)
    bob.windows_are()
    done, said = bob.run([STAGE.build.beckon, "--background"], STAGE.build.environment)
    assert (done, said) == (0, ""), said
    assert not bob.windows()
    done, said = bob.run([STAGE.build.beckon], STAGE.build.environment)
    assert (done, said) == (0, ""), said
    bob.windows_are("Beckon")


STAGE.run(test_remembers_bob, test_accept, test_decline, test_too_late, test_call_back, test_another_program,
          test_background)
