# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports for programs that have to be told theirs."""
import random
import socket

LEAST, MOST = 10000, 32768


def given_away():
    """From where on a port may be anybody's who asks for any."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as bounds:
        return int(bounds.read().split()[0])


def free_port(address):
    """A port that is free for UDP and TCP at @address, and stays so until it is used: one that the system had picked
    might be picked for another test, too, as soon as it is let go."""
    most = min(MOST, given_away())
    while True:
        port = random.randrange(min(LEAST, most - 1000), most)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.create_server((address, port)):
                udp.bind((address, port))
                return port
        except OSError:
            pass
