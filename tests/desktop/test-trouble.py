#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input and bad luck, as a person meets them."""
import time

from stage import PICTURE, stage, together

STAGE = stage()


def _fill_in(person, password, server=None):
    person.find("Sign in")
    person.type("Server", server or STAGE.server.url)
    person.type("User ID", person.user)
    person.type("Password", password)


def test_wrong_password_is_said_at_the_field():
    alice = STAGE.alice
    alice.quit()
    alice.open()
    _fill_in(alice, "not the password")
    alice.click("Sign in")
    alice.read("do not match")
    STAGE.picture("wrong-password", alice)


def test_taken_name():
    alice = STAGE.alice
    _fill_in(alice, "some other password")
    alice.click("Create account")
    alice.read("taken")


def test_sign_in_by_hand():
    alice = STAGE.alice
    with open(STAGE.password, encoding="utf-8") as file:
        _fill_in(alice, file.read())
    alice.click("Sign in")
    alice.read("Connected")


def test_restart_stays_signed_in():
    """The password came from the secret store: nobody types it again."""
    alice = STAGE.alice
    alice.quit()
    alice.open()
    alice.read("Connected")


def test_server_goes_and_comes():
    alice = STAGE.alice
    STAGE.server.kill()
    alice.read("Reconnecting…")
    alice.type("User IDs", "bob")
    alice.state("Video call", "sensitive", False)
    STAGE.picture("reconnecting", alice)
    STAGE.server.restart()
    together(*(lambda person=person: person.read("Connected", timeout=20) for person in STAGE.people))
    alice.state("Video call", "sensitive", True)


def test_server_is_not_there_yet():
    alice = STAGE.alice
    alice.add_contact("bob")
    alice.read("Online")
    alice.quit()
    STAGE.server.kill()
    alice.open()
    alice.read("Reconnecting…")
    alice.read("Alice")
    alice.read("Bob Larsson")  # as she remembers him, and knows no more
    assert not alice.look("Online") and not alice.look("Offline"), alice.tree()
    STAGE.picture("not-there-yet", alice)
    STAGE.server.restart()
    together(*(lambda person=person: person.read("Connected", timeout=20) for person in STAGE.people))
    alice.read("Online")


def test_call_goes_on_without_the_server():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob)
    STAGE.server.kill()
    together(lambda: alice.talk(5), lambda: bob.talk(5))
    together(lambda: STAGE.sees(alice, bob, PICTURE), lambda: STAGE.sees(bob, alice, PICTURE))
    alice.press("Hang up")
    together(lambda: alice.read("You hung up"), lambda: bob.read("Alice hung up"))
    STAGE.server.restart()
    STAGE.over()
    together(*(lambda person=person: person.read("Connected", timeout=20) for person in STAGE.people))


def test_peer_is_killed_in_a_call():
    alice, bob = STAGE.people
    STAGE.connect(alice, bob)
    begin = time.monotonic()
    bob.kill("SIGKILL")
    alice.read("Reconnecting…", timeout=8)
    noticed = time.monotonic() - begin
    assert noticed < 5, f"{noticed:.1f} s until the window says so"
    STAGE.picture("reconnecting-call", alice)
    alice.read("Connection lost", timeout=35)
    ended = time.monotonic() - begin
    assert 15 < ended < 30, f"{ended:.1f} s until the call ends"
    STAGE.picture("connection-lost", alice)
    STAGE.over(alice)


STAGE.run(test_wrong_password_is_said_at_the_field, test_taken_name, test_sign_in_by_hand,
          test_restart_stays_signed_in, test_server_goes_and_comes, test_server_is_not_there_yet,
          test_call_goes_on_without_the_server, test_peer_is_killed_in_a_call)
