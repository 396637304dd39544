# SPDX-License-Identifier: GPL-3.0-or-later
"""A TURN server: a real coturn."""
import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time

import ports
import tap

LIMIT = 10
SECRET = "north"


def answers(address, port):
    """Whether there is somebody who speaks STUN."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect((address, port))
        try:
            probe.send(bytes.fromhex("000100002112a442") + os.urandom(12))
            return len(probe.recv(2000)) > 0
        except OSError:
            return False


def own_address():
    """The machine's address, as others see it; without a network, that of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


class Turn:
    """A coturn at @address that knows the secret, and nobody by name."""

    def __init__(self, address="127.0.0.1"):
        self.address = address

    def __enter__(self):
        program = shutil.which("turnserver")
        if not program or not shutil.which("turnutils_uclient"):
            raise tap.Skip("there is no coturn")
        self.directory = tempfile.mkdtemp(prefix="beckon-turn-")
        self.port = ports.free_port(self.address)
        with open(f"{self.directory}/log", "wb") as log:
            self.process = subprocess.Popen(
                [program, "-n", "--listening-ip", self.address, "--relay-ip", self.address,
                 "--listening-port", str(self.port), "--realm", "beckon", "--use-auth-secret",
                 "--static-auth-secret", SECRET, "--no-tls", "--no-dtls", "--no-cli",
                 "--allow-loopback-peers", "--log-file", "stdout", "--pidfile",
                 f"{self.directory}/pid", "--userdb", f"{self.directory}/users"],
                cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 3 * LIMIT  # it makes keys, and loads databases
        while not answers(self.address, self.port):
            assert self.process.poll() is None and time.monotonic() < end, self.log()
        return self

    def __exit__(self, *failure):
        self.process.terminate()
        try:
            self.process.wait(LIMIT)
        finally:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.directory)

    def log(self):
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def url(self):
        return f"turn:{self.address}:{self.port}"

    def settings(self, **more):
        return {"ice": {"urls": self.url, "turn-secret": SECRET, **more}}

    def _relays(self, username, credential):
        done = subprocess.run(
            ["turnutils_uclient", "-u", username, "-w", credential, "-p", str(self.port), "-y", "-n",
             "1", "-m", "1", "-c", self.address], capture_output=True, text=True, timeout=30,
            check=False)
        lines = done.stdout + done.stderr
        assert "Total lost packets 0 " in lines or "Cannot complete Allocation" in lines, lines
        return done.returncode == 0

    async def relays(self, username, credential):
        """Whether two clients with these credentials reach each other through it."""
        return await asyncio.to_thread(self._relays, username, credential)
