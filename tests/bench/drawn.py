# SPDX-License-Identifier: GPL-3.0-or-later
"""Video calls both ways at 720p30 that are drawn: of the application in its windows, on two desktops of
their own, and of two pages in headless Chromium, with the same clip."""
import os
import sys
import tempfile
import time

from common import BUILD
import chromium
import processes
from direct import DirectCall

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rig"))
from desktop import Server, together  # pylint: disable=wrong-import-position
from person import PASSWORD, Build, Person  # pylint: disable=wrong-import-position

WARM_UP = 5  # seconds, until rates and sizes have settled

# What Chromium's figures are called, and what yields there: by itself it makes pictures smaller until they cost a
# fraction, so that it is measured with ours, too.
BROWSER = {"chromium_": None, "chromium_same_size_": "maintain-resolution"}


def our_calls(clips, runs, look):
    """Calls @look in each of @runs calls with two lists for either end: the application's processes,
    and those that draw for it."""
    build = Build(BUILD)
    server = Server(build.server)
    people = []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as password:
        password.write(PASSWORD + "\n")
        password.flush()
        try:
            server.start()
            for user, name in ("alice", "Alice Moreau"), ("bob", "Bob Larsson"):
                people.append(Person(build, user, name, clips.video, clips.audio, sound=False))
            together(*(lambda who=who: who.sign_in(server.url, password.name) for who in people))
            alice, bob = people
            for _ in range(runs):
                alice.place_call("bob")
                bob.click("Accept")
                together(*(lambda who=who: who.talk(WARM_UP) for who in people))
                roots = [who.desktop.process.pid for who in people]
                look([(processes.tree(root, "beckon"), processes.tree(root, "Xvfb")) for root in roots])
                alice.press("Hang up")
                together(*(who.leave_call for who in people))
            together(*(who.quit for who in people))
        finally:
            for who in people:
                who.close()
            server.close()


def browser_calls(clips, runs):
    """The same in Chromium: the name of the series (BROWSER) and the call, of each that has settled."""
    if not chromium.available():
        print("no Chromium here, no figures beside ours", file=sys.stderr)
        return
    for _ in range(runs):
        for name, preference in BROWSER.items():
            with DirectCall(clips.video, clips.audio, preference=preference) as call:
                time.sleep(WARM_UP)
                yield name, call


def browser_processes(clips, runs, look):
    """As our_calls() of Chromium, which is several processes; @look is given the name of the series first."""
    for name, call in browser_calls(clips, runs):
        look(name, [(processes.tree(end.process.pid), []) for end in call.ends])
