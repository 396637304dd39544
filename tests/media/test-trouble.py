# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck in a running call: the server dies, the other end dies."""
import signal
import time

import callers
import tap

NOTICED = 2.5  # seconds from a lost path to what says so, as in test-handover.py


def test_call_outlives_server():
    with callers.Server() as server:
        alice, bob = callers.connect(server, callers.TEST, callers.TEST)
        with alice, bob:
            alice.wait("first-video")
            bob.wait("first-video")
            server.kill()
            before = bob.wait("stats")["video_frames_received"]
            bob.wait("stats")
            after = bob.wait("stats", where=lambda s: s["video_frames_received"] > before + 30)
            assert after, "no pictures come any more"
            assert "reconnecting" not in bob.names()
            # The hang-up goes on the data channel, and needs no server.
            alice.process.send_signal(signal.SIGTERM)
            assert alice.finish() == 0, alice.events
            assert bob.finish() == 0, bob.events
            assert bob.all("ended")[0]["reason"] == "peer-hung-up"


def test_dead_peer_is_noticed_and_given_up():
    with callers.Server() as server:
        alice, bob = callers.connect(server, callers.TEST, callers.TEST)
        with alice, bob:
            alice.wait("first-video")
            bob.wait("first-video")
            bob.process.kill()
            killed = time.monotonic()
            noticed = alice.wait("reconnecting", 10)["at"] - killed
            ended = alice.wait("ended", 40)
            took = ended["at"] - killed
            most = NOTICED * callers.patience()
            print(f"# noticed after {noticed:.2f} s, given up after {took:.2f} s")
            assert noticed <= most, f"noticed after {noticed:.2f} s, not {most:.2f}"
            assert 18 <= took <= 30, f"given up after {took:.2f} s"
            assert ended["reason"] == "connection-lost", ended
            assert alice.finish() == 8, alice.events


tap.run(test_call_outlives_server, test_dead_peer_is_noticed_and_given_up, limit=70)
