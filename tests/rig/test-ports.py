# SPDX-License-Identifier: GPL-3.0-or-later
"""A port that was found free is still free when a program is told of it."""
import socket

import ports
import tap

ADDRESS = "127.0.0.1"


def test_nobody_is_given_it():
    found = [ports.free_port(ADDRESS) for _ in range(50)]
    assert max(found) < ports.given_away(), found


def test_is_free():
    port = ports.free_port(ADDRESS)
    with socket.create_server((ADDRESS, port)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((ADDRESS, port))
        assert ports.free_port(ADDRESS) != port


tap.run(test_nobody_is_given_it, test_is_free)
