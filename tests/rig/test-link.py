# SPDX-License-Identifier: GPL-3.0-or-later
"""The bad network is as bad as it was told to be. Two small programs at its ends send numbered
datagrams, and say which came when."""
import itertools
import json
import subprocess
import sys

import network
import tap

LINK = sys.argv[1]
PORTS = itertools.count(4000)  # what is still on its way is of another one

RECEIVER = """
import json, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[1])))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
s.settimeout(20)
print("ready", flush=True)
came = []
while not came or came[-1][0] >= 0:
    data = s.recv(2000)
    number, sent = json.loads(data.decode().strip())
    came.append((number, time.monotonic() - sent))
print(json.dumps(came))
"""

# The last datagrams end it; there are enough of them for one to come.
SENDER = """
import json, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address, port, number, size, gap = sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5])
send = lambda n: s.sendto(json.dumps([n, time.monotonic()]).ljust(size).encode(), (address, port))
for n in range(number):
    send(n)
    time.sleep(gap)
time.sleep(0.5)
for n in range(20):
    send(-1)
"""


def carry(link, number=500, size=200, gap=0.001):
    """(number, seconds on the way) of what came from A to B, in order of coming."""
    port = str(next(PORTS))
    receiver = subprocess.Popen([*link.inside("b"), sys.executable, "-c", RECEIVER, port],
                                stdout=subprocess.PIPE, text=True)
    assert receiver.stdout.readline() == "ready\n"
    subprocess.run([*link.inside("a"), sys.executable, "-c", SENDER, link.address("b"), port,
                    str(number), str(size), str(gap)], check=True, timeout=30)
    came = json.loads(receiver.communicate(timeout=30)[0])
    return [entry for entry in came if entry[0] >= 0]


def test_carries_everything_in_order():
    with network.Link(LINK, "delay 30", "jitter 10") as link:
        came = carry(link)
        assert [number for number, _ in came] == list(range(500))
        assert min(delay for _, delay in came) >= 0.030


def test_loses_what_it_was_told():
    with network.Link(LINK, "seed 7", "loss 20") as link:
        came = carry(link, 2000)
        assert 1500 < len(came) < 1700, len(came)
        link.set("loss 0", "burst 20 5")
        numbers = [number for number, _ in carry(link, 2000)]
        gaps = [b - a - 1 for a, b in zip(numbers, numbers[1:]) if b - a > 1]
        assert 1400 < len(numbers) < 1800, len(numbers)
        assert 3.5 < sum(gaps) / len(gaps) < 8, sum(gaps) / len(gaps)


def test_reorders():
    with network.Link(LINK, "jitter 50", "reorder 1") as link:
        numbers = [number for number, _ in carry(link)]
        assert sorted(numbers) == list(range(500)) and numbers != sorted(numbers)


def test_has_a_rate_and_a_queue():
    with network.Link(LINK, "rate 1000", "queue 200") as link:
        came = carry(link, 400, 1000, 0)  # 3.2 s of the line, at once: 25 datagrams fit into 200 ms
        stats = link.stats()["a"]
        assert 20 <= len(came) <= 300, len(came)
        assert stats["dropped"] >= 100 and 150 < stats["longest_wait_ms"] <= 200, stats
        # All at once into a line of 125 bytes a millisecond: most of them find it nearly full.
        assert 50 < stats["mean_wait_ms"] < stats["longest_wait_ms"], stats
        link.set("a rate 0")
        assert len(carry(link, 100, 1000)) == 100


tap.run(test_carries_everything_in_order, test_loses_what_it_was_told, test_reorders,
        test_has_a_rate_and_a_queue, limit=60)
