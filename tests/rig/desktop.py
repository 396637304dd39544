# SPDX-License-Identifier: GPL-3.0-or-later
"""People at their desktops, and the server between them, for tests and the demo."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading

import tap

HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    """A real beckon-server on a port of its own; @settings is its key file."""

    def __init__(self, program, settings=""):
        self.program = program
        self.directory = tempfile.mkdtemp(prefix="beckon-server-")
        with open(f"{self.directory}/settings", "w", encoding="utf-8") as file:
            file.write(settings)
        self.process = None
        self.url = None

    def start(self, port=0):
        with open(f"{self.directory}/log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--listen", f"127.0.0.1:{port}", "--data", f"{self.directory}/data",
                 "--config", f"{self.directory}/settings"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = json.loads(self.process.stdout.readline())["listening"]

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        """Starts it again where it was, if it does not run."""
        if self.process.poll() is not None:
            self.start(self.port)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)


class Desktop:
    """A private desktop; what @agent can do there are the methods of this."""

    def __init__(self, *rig_options, agent=f"{HERE}/agent.py"):
        self.process = subprocess.Popen(
            [f"{HERE}/rig.sh", *rig_options, "--", "/usr/bin/python3", agent],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, method):
        def do(*arguments, **options):
            try:
                self.process.stdin.write(json.dumps({"do": method, "with": arguments, "by": options}) + "\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass  # the answer says why
            line = self.process.stdout.readline()
            if line.startswith("1..0 # SKIP"):
                raise tap.Skip(line.partition("SKIP")[2].strip())
            if not line:
                raise AssertionError(f"the desktop ended with {self.process.wait(10)}")
            answer = json.loads(line)
            if "error" in answer:
                raise AssertionError(answer["error"])
            return answer["value"]
        return do

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)


def together(*steps):
    """Runs the steps at the same time, one a desktop; raises what the first to fail raised."""
    failures = []

    def attempt(step):
        try:
            step()
        except BaseException as error:  # pylint: disable=broad-except
            failures.append(error)

    threads = [threading.Thread(target=attempt, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
