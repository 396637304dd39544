# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad network between two people: two network namespaces, and link between them.

    with network.Link(link, "delay 20", "loss 5") as bad:
        subprocess.Popen([*bad.inside("b"), "ping", bad.address("a")])
        bad.set("loss 20")

Nothing is left behind: namespaces go with the last process that is in them."""
import json
import subprocess

import tap

CANNOT = 77


class Link:
    """The @program link, under @conditions as its commands name them."""

    def __init__(self, program, *conditions):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            reason = self.process.stderr.read().strip()
            status = self.process.wait(10)
            self._close()
            assert status == CANNOT, f"link ended with {status}: {reason}"
            raise tap.Skip(f"no namespaces with a network between them: {reason}")
        self._where = json.loads(line)
        self.set(*conditions)

    def inside(self, end):
        """The words before a command that is to run at @end, "a" or "b"."""
        words = ["nsenter", "--net=" + self._where[end]]
        if self._where["user"]:
            words += [f"--user=/proc/{self.process.pid}/ns/user", "--preserve-credentials"]
        return words + ["--"]

    @staticmethod
    def address(end):
        return {"a": "10.9.0.1", "b": "10.9.0.2"}[end]

    def _ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def set(self, *conditions):
        """They hold for what is sent from now on."""
        for condition in conditions:
            answer = self._ask(condition)
            assert answer == "done", f"link does not know “{condition}”: {answer}"

    def stats(self):
        """What was sent, lost, dropped at a full queue and carried, of each end."""
        return json.loads(self._ask("stats"))

    def _close(self):
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(10)
        complaint = self.process.stderr.read()
        self._close()
        assert status == 0, f"link ended with {status}: {complaint}"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
