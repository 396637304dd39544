# SPDX-License-Identifier: GPL-3.0-or-later
"""Computers on networks of their own, joined by one switch: namespaces of a program that began by enter()."""
import itertools
import os
import subprocess
import sys

_INSIDE = "BECKON_TEST_NETWORKS"
# A namespace takes a moment to go, and its plugs with it: no two have the same name.
_sockets = itertools.count()


def enter():
    """Runs this program again in a network namespace where it may make others, or says that none is to be had."""
    if os.environ.get(_INSIDE):
        return
    command = ["unshare", "--net", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    if subprocess.run([*command, "ip", "link", "add", "probe", "type", "veth"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        print("1..0 # SKIP no networks can be made here")
        sys.exit(0)
    os.execvpe("unshare", [*command, sys.executable, *sys.argv], {**os.environ, _INSIDE: "1"})


def ip(words):
    subprocess.run(["ip", *words.split()], check=True, timeout=10)


class Switch:
    """What all are plugged into; this program is there at the first address of each of @networks ("10.0.0")."""

    def __init__(self, *networks):
        ip("link set lo up")
        # Of its own: else it has that of one of its plugs, and another one when that is pulled.
        ip("link add switch address 02:00:00:00:00:01 type bridge")
        ip("link set switch up")
        for network in networks:
            ip(f"address add {network}.1/24 dev switch")


class Computer:
    """A namespace; @name is short. Its interfaces are NAME0, NAME1…"""

    def __init__(self, name):
        self.name = name
        self._plugs = 0
        self._sockets = {}  # by interface: the other end of its cable
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self._holder.stdout.readline()  # it is there
        self.prefix = ["nsenter", "--net", "--target", str(self._holder.pid)]
        self.ip("link set lo up")

    def ip(self, words):
        subprocess.run([*self.prefix, "ip", *words.split()], check=True, timeout=10)

    def plug_in(self, address):
        """Another interface, with @address; everything else goes through the first address of that network."""
        interface = f"{self.name}{self._plugs}"
        self._plugs += 1
        socket = f"socket{next(_sockets)}"
        ip(f"link add {interface} netns {self._holder.pid} type veth peer name {socket}")
        ip(f"link set {socket} master switch up")
        self.ip(f"link set {interface} up")
        self.set_address(interface, address, metric=100 + self._plugs)
        self._sockets[interface] = socket
        return interface

    def cut(self, interface):
        """Nothing gets through from or to @interface any more; the computer does not see why."""
        ip(f"link set {self._sockets[interface]} nomaster")

    def join(self, interface):
        """What was cut gets through again."""
        ip(f"link set {self._sockets[interface]} master switch")

    def set_address(self, interface, address, metric=100):
        """@interface has @address from now on, and no other."""
        self.ip(f"address flush dev {interface}")
        self.ip(f"address add {address}/24 dev {interface}")
        gateway = address.rsplit(".", 1)[0] + ".1"
        self.ip(f"route add default via {gateway} dev {interface} metric {metric}")

    def unplug(self, interface):
        self.ip(f"link delete {interface}")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._holder.stdin.close()
        self._holder.wait(10)
        self._holder.stdout.close()
