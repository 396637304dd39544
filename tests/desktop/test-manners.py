#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call means to the rest of the desktop: players, sleep, keys, notifications, other programs. Bob's
desktop is a fake one beside its windows (fake_desktop.py); Alice's is as everywhere."""
import json
import re

import tap
from stage import stage, together

STAGE = stage()
PATH = "org.beckon.Beckon:/org/beckon/Beckon/"
LOCKED = 4 | 8  # suspend and idle
# GLib and GTK ask portals, each told so in its own way; not about the network, for which there is no fake here.
BOB = {"GTK_USE_PORTAL": "1", "GDK_DEBUG": "portals", "DBUS_SYSTEM_BUS_ADDRESS": "$DBUS_SESSION_BUS_ADDRESS",
       "GIO_USE_NETWORK_MONITOR": "netlink", "GIO_USE_PROXY_RESOLVER": "dummy"}


def _app(person, *command, status=0):
    """What beckon-call says of the application on that desktop."""
    done, said = person.run([STAGE.build.call, "--json", "app", *command], {})
    assert done == status, (done, said)
    return json.loads(said) if said else None


def _action(person, *action):
    """As a notification does, or a launcher."""
    done, said = person.run(["gapplication", "action", "org.beckon.Beckon", *action], {})
    assert (done, said) == (0, ""), (done, said)


def _set(person, key, value):
    """As another process does: the preferences window is not what this is about."""
    done, said = person.run(["gsettings", "set", PATH, key, value], STAGE.build.environment)
    assert done == 0, said


def test_moves_in():
    """Bob starts anew, on a desktop that has everything; the application may stay in the background."""
    bob = STAGE.bob
    bob.quit()
    bob.open_desktop()
    bob.environment = BOB
    bob.sign_in(STAGE.server.url, STAGE.password)
    bob.desktop_has("locks", 1)
    asked, = bob.on_desktop("state")["background"]
    assert not asked["autostart"] and asked["commandline"][1:] == ["--background"], asked


def test_players_pause():
    alice, bob = STAGE.people
    bob.on_desktop("play")
    STAGE.ring(alice, bob, "Voice call")
    bob.desktop_has("player", "Paused")
    alice.click("Cancel")
    bob.desktop_has("player", "Playing")
    STAGE.over(alice)
    STAGE.connect(alice, bob, "Voice call")
    bob.desktop_has("player", "Paused")
    bob.desktop_has("inhibitions", [LOCKED])
    bob.press("Hang up")
    bob.desktop_has("player", "Playing")
    bob.desktop_has("inhibitions", [])
    STAGE.over()
    state = bob.on_desktop("state")
    assert (state["pauses"], state["plays"]) == (2, 2), state


def test_sleep_hangs_up():
    """The computer sleeps only when Alice can know that Bob is gone."""
    alice, bob = STAGE.people
    STAGE.connect(alice, bob, "Voice call")
    bob.on_desktop("sleep", True)
    together(lambda: bob.desktop_has("locks", 0), lambda: alice.read("Bob hung up"))
    STAGE.over()
    bob.on_desktop("sleep", False)
    bob.desktop_has("locks", 1)
    # With nobody in a call there is nothing to wait for.
    bob.on_desktop("sleep", True)
    bob.desktop_has("locks", 0)
    bob.on_desktop("sleep", False)
    bob.desktop_has("locks", 1)


def test_sleep_while_it_rings():
    alice, bob = STAGE.people
    STAGE.ring(bob, alice, "Voice call")
    bob.on_desktop("sleep", True)
    bob.desktop_has("locks", 0)
    alice.gone("Accept")
    bob.on_desktop("sleep", False)
    bob.desktop_has("locks", 1)
    STAGE.over()


KEYS = {"mute": {"description": "Mute or unmute the microphone in a call", "preferred_trigger": "CTRL+ALT+m"},
        "push-to-talk": {"description": "Speak while it is held", "preferred_trigger": "CTRL+ALT+space"}}


def test_keys():
    alice, bob = STAGE.people
    _set(bob, "push-to-talk", "true")
    bob.desktop_has("shortcuts", KEYS)
    STAGE.connect(alice, bob, "Voice call")
    assert not _app(bob, "status")["microphone"]
    for key, down, heard in (("push-to-talk", True, True), ("push-to-talk", False, False),
                             ("mute", True, True), ("mute", True, False)):
        bob.on_desktop("key", key, down)
        assert _app(bob, "status")["microphone"] == heard, (key, down)
    alice.press("Hang up")
    STAGE.over()
    _set(bob, "push-to-talk", "false")
    bob.desktop_has("shortcuts", {})


def test_no_key_to_speak():
    """Whoever was given none is not muted, for how should they be heard?"""
    alice, bob = STAGE.people
    bob.on_desktop("keep_key", "push-to-talk")
    _set(bob, "push-to-talk", "true")
    bob.desktop_has("shortcuts", KEYS)
    STAGE.connect(alice, bob, "Voice call")
    assert _app(bob, "status")["microphone"]
    alice.press("Hang up")
    STAGE.over()
    _set(bob, "push-to-talk", "false")
    bob.desktop_has("shortcuts", {})


def test_keys_refused():
    bob = STAGE.bob
    bob.on_desktop("give_keys", False)
    bob.keys("ctrl+comma")
    bob.read("Connect Before Answering")
    bob.press_on("Preferences", "Push to Talk")
    bob.read("Your desktop gave no keys.")
    bob.says(["gsettings", "get", PATH, "push-to-talk"], STAGE.build.environment, "false\n")
    bob.on_desktop("give_keys", True)
    bob.press_on("Preferences", "Push to Talk")
    bob.desktop_has("shortcuts", KEYS)
    bob.gone("Your desktop gave no keys.")
    bob.read("Your desktop has no key for this yet.")  # it has kept that one since the test before
    bob.close_window("Preferences")
    _set(bob, "push-to-talk", "false")
    bob.desktop_has("shortcuts", {})


def test_notification_of_a_call():
    alice, bob = STAGE.people
    before = re.search(r"\d+ missed calls?", bob.tree())
    if before:
        bob.look_at("Beckon", before[0])
    STAGE.ring(alice, bob, "Voice call")
    shown = bob.notice("Accept")
    assert (shown["category"], shown["priority"]) == ("call.incoming", "urgent"), shown
    assert {button["label"]: button["purpose"] for button in shown["buttons"]} == {
        "Accept": "call.accept", "Decline": "call.decline"}, shown
    alice.click("Cancel")
    bob.gone("Accept")
    missed = bob.notice("Call back")
    assert missed["category"] == "call.unanswered" and missed["title"] == "Alice Moreau", missed
    assert not any(each["category"] == "call.incoming"
                   for each in bob.on_desktop("state")["notifications"].values())
    STAGE.over(alice)
    assert bob.on_desktop("press", "Call back")
    alice.find("Accept")
    bob.click("Cancel")
    alice.gone("Accept")
    STAGE.over(bob)
    # Who has seen it in the list is not told of it any more.
    STAGE.ring(alice, bob, "Voice call")
    alice.click("Cancel")
    bob.notice("Call back")
    bob.find("2 missed calls")
    bob.look_at("Beckon", "2 missed calls")
    bob.desktop_has("notifications", {})
    STAGE.over(alice)


def test_do_not_disturb():
    """Nothing opens and nothing plays; who looks finds it. Others see it beforehand."""
    alice, bob = STAGE.people
    alice.add_contact("bob")
    alice.read("Online")
    _set(bob, "do-not-disturb", "true")
    alice.read("Do not disturb")
    alice.place_call("bob", "Voice call")
    shown = bob.notice("Accept")
    assert shown["priority"] == "low", shown
    bob.windows_are("Beckon")
    assert bob.on_desktop("state")["player"] == "Playing"
    assert bob.on_desktop("press", "Accept")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    bob.press("Hang up")
    STAGE.over()
    # Nor does it disturb when the call is over.
    alice.place_call("bob", "Voice call")
    bob.notice("Accept")
    alice.click("Cancel")
    STAGE.over(alice)
    shown = bob.notice("Call back")
    assert shown["priority"] == "low", shown
    # The window was there all the time.
    alice.place_call("bob", "Voice call")
    bob.notice("Accept")
    bob.windows_are("Beckon")
    _set(bob, "do-not-disturb", "false")
    bob.click("Decline")
    alice.read("Bob declined")
    STAGE.over()
    alice.read("Online")


def test_driven_by_another_program():
    alice, bob = STAGE.people
    bob.close_window("Beckon")
    bob.windows_are()
    assert _app(bob, "status") | {"t_ms": 0} == {
        "event": "status", "t_ms": 0, "connected": True, "state": "free", "call": "", "media": "",
        "user": "", "name": "", "microphone": False, "camera": False}
    assert _app(bob, "hang-up", status=1)["message"] == "There is no call"
    assert _app(bob, "call", "nobody-of-this-name", status=7)["code"] == "unknown-user"
    call = _app(bob, "call", "alice", "--voice")["call"]
    alice.find("Accept")
    assert _app(bob, "call", "alice", status=4)["code"] == "busy-self"
    now = _app(bob, "status")
    assert (now["state"], now["call"], now["user"], now["name"]) == ("waiting", call, "alice", "Alice Moreau")
    _app(bob, "hang-up")
    alice.gone("Accept")
    STAGE.over()
    STAGE.ring(alice, bob, "Voice call")
    _app(bob, "answer")
    together(lambda: alice.talk(1), lambda: bob.talk(1))
    _app(bob, "mute")
    assert not _app(bob, "status")["microphone"]
    alice.read("Bob is muted")
    _action(bob, "mute")
    assert _app(bob, "status")["microphone"]
    # Who presses twice means it once, and is not told that the call is over.
    _action(bob, "accept", "'" + _app(bob, "status")["call"] + "'")
    _action(bob, "hang-up")
    alice.read("Bob hung up")
    STAGE.over()
    bob.windows_are()


def test_link_asks():
    alice, bob = STAGE.people
    done, _said = bob.run([STAGE.build.beckon, f"beckon:alice@{STAGE.server.url[7:]}?voice"], STAGE.build.environment)
    assert done == 0
    bob.read("Call “alice”?")
    bob.read("A link asks Beckon to call this person.")
    assert _app(bob, "status")["state"] == "free", "a link calls nobody by itself"
    STAGE.picture("link", bob)
    bob.keys("Return")  # the button that it begins with calls nobody
    bob.gone("Voice Call")
    assert _app(bob, "status")["state"] == "free"
    bob.run([STAGE.build.beckon, "beckon:alice@somewhere.example"], STAGE.build.environment)
    bob.read("on another server: somewhere.example")
    bob.run([STAGE.build.beckon, "beckon:alice?voice&call=now"], STAGE.build.environment)
    bob.read("This is not a link to a call")
    bob.run([STAGE.build.beckon, "beckon:alice"], STAGE.build.environment)
    bob.click("Voice Call")
    alice.find("Accept")
    bob.click("Cancel")
    alice.gone("Accept")
    STAGE.over()


def test_start_at_login():
    """By the portal, which may refuse, at Bob's; by a file at Alice's."""
    alice, bob = STAGE.people
    asks = bob.on_desktop("state")["asks"]
    _set(bob, "start-at-login", "true")
    bob.desktop_has("asks", asks + 1)
    assert bob.on_desktop("state")["background"][-1]["autostart"]
    _set(bob, "start-at-login", "false")
    bob.desktop_has("asks", asks + 2)
    # Who is refused reads it where they asked, and the switch goes back.
    bob.on_desktop("let_start", False)
    bob.keys("ctrl+comma")
    bob.read("Connect Before Answering")
    bob.press_on("Preferences", "Start at Log-In")
    bob.read("Your desktop does not allow it.")
    bob.desktop_has("asks", asks + 3)
    bob.says(["gsettings", "get", PATH, "start-at-login"], STAGE.build.environment, "false\n")
    STAGE.picture("start-refused", bob)
    bob.on_desktop("let_start", True)
    bob.press_on("Preferences", "Start at Log-In")
    bob.read("In the background, so that calls come in")
    bob.says(["gsettings", "get", PATH, "start-at-login"], STAGE.build.environment, "true\n")
    bob.close_window("Preferences")
    _set(bob, "start-at-login", "false")
    _set(alice, "start-at-login", "true")
    content = alice.file("$XDG_CONFIG_HOME/autostart/org.beckon.Beckon.desktop")
    assert 'beckon" "--background"\n' in content, content
    _set(alice, "start-at-login", "false")
    alice.no_file("$XDG_CONFIG_HOME/autostart/org.beckon.Beckon.desktop")


def test_killed_while_it_rings():
    """Its notification is another's from then on: who starts again takes it away."""
    alice, bob = STAGE.people
    STAGE.ring(alice, bob, "Voice call")
    bob.notice("Accept")
    bob.kill("SIGKILL")
    bob.exit_status()
    alice.click("Cancel")
    STAGE.over(alice)
    bob.notice("Accept")
    bob.sign_in(STAGE.server.url, STAGE.password)
    bob.no_notice("Accept")
    STAGE.over()


def test_log_out_hangs_up():
    """Not while Bob is asked whether to log out: he may say no."""
    alice, bob = STAGE.people
    STAGE.connect(alice, bob, "Voice call")
    for times in (1, 2):
        bob.on_desktop("log_out", "asked")
        bob.desktop_has("agreed", times)
        bob.on_desktop("log_out", "running")
        together(lambda: alice.talk(times), lambda: bob.talk(times))
    bob.on_desktop("log_out", "asked")
    bob.desktop_has("agreed", 3)
    bob.on_desktop("log_out", "ending")
    alice.read("Bob hung up")
    assert bob.exit_status() == 0
    found = tap.complaints(bob.output())
    assert not found, found
    STAGE.over(alice)


STAGE.run(test_moves_in, test_players_pause, test_sleep_hangs_up, test_sleep_while_it_rings, test_keys,
          test_no_key_to_speak, test_keys_refused, test_notification_of_a_call, test_do_not_disturb, test_driven_by_another_program,
          test_link_asks, test_start_at_login, test_killed_while_it_rings, test_log_out_hangs_up)
