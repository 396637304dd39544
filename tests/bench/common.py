# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: the programs under test, accounts, and how figures are printed."""
import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile

# What a browser is driven with, and bad networks, are the tests'.
sys.path += [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", folder)
             for folder in ("browser", "rig")]

BUILD = os.environ.get("BECKON_BUILD", "build-bench")
SERVER = os.path.join(BUILD, "src/server/beckon-server")
# Or each home of its own would have all plug-ins looked at anew.
os.environ.setdefault("GST_REGISTRY", os.path.abspath(os.path.join(BUILD, "gst-registry.bin")))
CLIP = os.path.join(BUILD, "tests/bench/bench-clip")
CALL = os.path.join(BUILD, "src/cli/beckon-call")


def arguments(**defaults):
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    for name, value in defaults.items():
        parser.add_argument("--" + name, type=type(value), default=value)
    return parser.parse_args()


class Server:
    """A beckon-server of our own on loopback, or @inside (words before its command) at an @address; use as
    an asynchronous context manager."""

    def __init__(self, inside=(), address="127.0.0.1"):
        self.inside, self.address = inside, address

    async def __aenter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.accounts = {}  # of who calls from a page
        settings = os.path.join(self.folder.name, "settings")
        with open(settings, "w", encoding="utf-8") as file:
            # Everybody registers at each start, from one address.
            file.write("[limits]\nregistrations-per-address-per-minute=1000000\n")
            file.write("[server]\norigins=*\n")  # pages may connect
            if self.address != "127.0.0.1":  # where nobody has a certificate, all are proxies that have one
                file.write("proxies=0.0.0.0/0\n")
        self.process = await asyncio.create_subprocess_exec(
            *self.inside, SERVER, "--listen", self.address + ":0", "--data", self.folder.name, "--config",
            settings,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        line = await asyncio.wait_for(self.process.stdout.readline(), 10)
        self.url = json.loads(line)["listening"]
        return self

    def password_file(self, user):
        path = os.path.join(self.folder.name, user + ".password")
        with open(path, "w", encoding="utf-8") as file:
            file.write("correct horse " + user + "\n")
        return path

    async def __aexit__(self, *unused):
        self.process.terminate()
        await self.process.wait()
        self.folder.cleanup()


class Clips:
    """A moving picture of @user whose frames are numbered, with so much @noise, and something like speech: files that
    every program takes for a camera and a microphone, longer than one run (@seconds); use as a context manager."""

    def __init__(self, seconds=20, width=1280, height=720, fps=30, user="bob", noise=0):  # some 800 MB
        self.picture = width, height, fps
        self.user, self.words = user, [*map(str, (seconds, width, height, fps, noise))]

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="beckon-clips-")
        self.video, self.audio = (os.path.join(self.folder.name, "clip" + end)
                                  for end in (".y4m", ".wav"))
        for path, who in (self.video, self.user), (self.audio, "speech"):
            subprocess.run([CLIP, path, who, *self.words], check=True)
        return self

    def __exit__(self, *unused):
        self.folder.cleanup()


class Caller:
    """One beckon-call process and the events it prints. @inside: the words before its command."""

    def __init__(self, server, user, *arguments_, inside=()):
        self.arguments = [*inside, CALL, "--server", server.url, "--user", user, "--password-file",
                          server.password_file(user), "--register", "--json", *arguments_]
        self.events = {}

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        return self

    async def until(self, name, seconds=30):
        """The first event of that name; t_ms is the process's own clock."""
        try:
            async with asyncio.timeout(seconds):
                return await self._read_until(name)
        except TimeoutError as late:
            raise RuntimeError(f"beckon-call said no “{name}” in {seconds} s: {self.events}") from late

    async def _read_until(self, name):
        while name not in self.events:
            line = await self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"beckon-call ended before “{name}”: {self.events}")
            event = json.loads(line)
            self.events.setdefault(event["event"], event)
        return self.events[name]

    async def __aexit__(self, *unused):
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def report(bench, runs, series, as_json):
    """@series: metric name without its percentile → list of values; the name ends in its unit."""
    metrics = {}
    for name, values in series.items():
        metrics[name] = round(statistics.median(values), 2)
        metrics[name + "_p95"] = round(percentile(values, 0.95), 2)
    width = max(map(len, series))
    print(f"{bench}, {runs} runs")
    for name, values in series.items():
        print(f"  {name:<{width}}  median {metrics[name]:8.1f}   p95 {metrics[name + '_p95']:8.1f}"
              f"   min {min(values):8.1f}   max {max(values):8.1f}")
    if as_json:
        print(json.dumps({"bench": bench, "runs": runs, "metrics": metrics}))
