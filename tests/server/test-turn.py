#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TURN server believes what clients were told: a real coturn, and what `ice.servers` says."""
import asyncio
import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import tempfile
import time

import harness
import tap

SECRET = "north"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    """Whether there is somebody who speaks STUN."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        probe.connect(("127.0.0.1", port))
        try:
            probe.send(bytes.fromhex("000100002112a442") + os.urandom(12))
            return len(probe.recv(2000)) > 0
        except OSError:
            return False


class Turn:
    """A coturn on loopback that knows the secret, and nobody by name."""

    def __enter__(self):
        program = shutil.which("turnserver")
        if not program or not shutil.which("turnutils_uclient"):
            raise tap.Skip("there is no coturn")
        self.directory = tempfile.mkdtemp(prefix="beckon-turn-")
        self.port = free_port()
        with open(f"{self.directory}/log", "wb") as log:
            self.process = subprocess.Popen(
                [program, "-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1",
                 "--listening-port", str(self.port), "--realm", "beckon", "--use-auth-secret",
                 "--static-auth-secret", SECRET, "--no-tls", "--no-dtls", "--no-cli",
                 "--allow-loopback-peers", "--log-file", "stdout", "--pidfile",
                 f"{self.directory}/pid", "--userdb", f"{self.directory}/users"],
                cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 3 * harness.LIMIT  # it makes keys, and loads databases
        while not answers(self.port):
            assert self.process.poll() is None and time.monotonic() < end, self.log()
        return self

    def __exit__(self, *failure):
        self.process.terminate()
        try:
            self.process.wait(harness.LIMIT)
        finally:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.directory)

    def log(self):
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def settings(self, **more):
        return {"ice": {"urls": f"turn:127.0.0.1:{self.port}", "turn-secret": SECRET, **more}}

    def _relays(self, username, credential):
        done = subprocess.run(
            ["turnutils_uclient", "-u", username, "-w", credential, "-p", str(self.port), "-y", "-n",
             "1", "-m", "1", "-c", "127.0.0.1"], capture_output=True, text=True, timeout=30,
            check=False)
        lines = done.stdout + done.stderr
        assert "Total lost packets 0 " in lines or "Cannot complete Allocation" in lines, lines
        return done.returncode == 0

    async def relays(self, username, credential):
        """Whether two clients with these credentials reach each other through it."""
        return await asyncio.to_thread(self._relays, username, credential)


async def credentials(client):
    entry, = (await client.request("ice.servers"))["ice_servers"]
    return entry["username"], entry["credential"]


async def test_credentials_hold(_):
    with Turn() as turn:
        async with harness.Server(turn.settings()) as server:
            alice = await server.person("alice")
            first, = alice.welcome["ice_servers"]
            assert first["urls"] == [f"turn:127.0.0.1:{turn.port}"]
            assert await turn.relays(first["username"], first["credential"])
            username, credential = await credentials(alice)
            until, user = username.split(":")
            for wrong in (username, credential[::-1]), (f"{int(until) + 1}:{user}", credential), (
                    f"{until}:eve", credential):
                assert not await turn.relays(*wrong), wrong


async def test_credentials_run_out(_):
    """They hold as long as is said, and what has run out is refused."""
    with Turn() as turn:
        async with harness.Server(turn.settings(**{"turn-seconds": 60})) as server:
            username, _ = await credentials(await server.person("alice"))
            until, user = username.split(":")
            assert 0 < int(until) - time.time() <= 60
            old = f"{int(time.time()) - 5}:{user}"
            digest = hmac.digest(SECRET.encode(), old.encode(), hashlib.sha1)
            assert not await turn.relays(old, base64.b64encode(digest).decode())


async def test_another_secret(_):
    with Turn() as turn:
        async with harness.Server(turn.settings(**{"turn-secret": "south"})) as server:
            assert not await turn.relays(*await credentials(await server.person("alice")))


harness.run(
    together=[test_credentials_hold, test_credentials_run_out, test_another_secret])
