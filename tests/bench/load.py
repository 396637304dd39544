# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on one core, what keeps it busy on another, and what that costs the server."""
import hashlib
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

from common import BUILD

GENERATOR = os.path.join(BUILD, "tests/bench/load-generator")
CORES = sorted(os.sched_getaffinity(0))
FILES = 65536
CONFIG = """[server]
{tls}
[limits]
hello-seconds=60
silence-seconds=600
requests-per-minute=1000000
invitations-per-minute=1000000
connections-per-address=1000000
"""


def start(command, core, **options):
    """@core: 0 for what is measured, 1 for what measures it."""
    # pylint: disable=subprocess-popen-preexec-fn,consider-using-with
    def prepare():
        os.sched_setaffinity(0, {CORES[min(core, len(CORES) - 1)]})
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, FILES), hard))
    return subprocess.Popen(command, preexec_fn=prepare, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder):
    """Certificate and key in one file."""
    path, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", path],
                   check=True, stderr=subprocess.DEVNULL)
    with open(key, encoding="ascii") as source, open(path, "a", encoding="ascii") as target:
        target.write(source.read())
    os.chmod(path, 0o644)
    return path


def with_children(pid):
    found = [pid]
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
            for child in children.read().split():
                found += with_children(int(child))
    return found


class Measured:
    """A server with its folder; use as a context manager. Subclasses start self.process."""

    def __enter__(self):
        # pylint: disable-next=consider-using-with
        self.folder = tempfile.TemporaryDirectory(prefix="server-load-")
        self.process = None
        try:
            self.begin(self.folder.name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def cpu_us(self):
        """utime + stime of all threads and children, but in nanoseconds: the CPU clock of each process
        (clock_getcpuclockid)."""
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in with_children(self.process.pid)) * 1e6

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as rollup:
            return next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Rss:"))

    def begin(self, folder):
        raise NotImplementedError

    def end(self):
        """What is in the folder is thrown away, so nobody needs to be told."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *unused):
        self.end()
        self.folder.cleanup()


class Beckon(Measured):
    """A beckon-server that knows @people: u0, u1… each with the token of its number."""
    dialect = "beckon"

    def __init__(self, program, people, tls=False):
        self.program = program
        self.people = people
        self.tls = tls

    def begin(self, folder):
        data = os.path.join(folder, "data")
        config = os.path.join(folder, "server.conf")
        tls = "certificate=" + certificate(folder) if self.tls else ""
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(tls=tls))
        command = [self.program, "--listen", "127.0.0.1:0", "--data", data, "--config", config]
        self.listen(command, stderr=subprocess.DEVNULL)  # makes the tables
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.add_people(os.path.join(data, "beckon.sqlite"))
        self.port = self.listen(command)

    def listen(self, command, **options):
        self.process = start(command, 0, stdout=subprocess.PIPE, text=True, **options)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("beckon-server did not start")
        return int(json.loads(line)["listening"].rsplit(":", 1)[1])

    def add_people(self, path):
        """Past the server: a password's hash for each would take minutes."""
        users = [f"u{i}" for i in range(self.people)]
        hashes = [hashlib.sha256(f"{i:064x}".encode()).hexdigest() for i in range(self.people)]
        database = sqlite3.connect(path)
        with database:
            database.executemany("INSERT INTO accounts (user, name, password, created) "
                                 "VALUES (?, 'Bench', '*', unixepoch ())", [(user,) for user in users])
            database.executemany("INSERT INTO tokens (hash, user, device, expires) "
                                 "VALUES (?, ?, 'Bench', unixepoch () + 86400)", zip(hashes, users))
        database.close()


class Load:
    """Up to @people at @server; use as a context manager."""

    def __init__(self, server, people, tls=False):
        if not os.path.exists(GENERATOR):
            raise FileNotFoundError(f"{GENERATOR} is missing: meson configure {BUILD} -Dbench=true")
        self.server = server
        port = server.tls_port if tls and hasattr(server, "tls_port") else server.port
        self.process = start([GENERATOR, server.dialect, str(port), str(people), *["tls"] * tls], 1,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def do(self, command):
        """Returns: seconds."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"“{command}” failed at {type(self.server).__name__}")
        return json.loads(line)["seconds"]

    def sign_in(self, people):
        for first in range(0, people, 1000):  # nobody waits for long between the two
            self.do(f"open {min(people - first, 1000)}")
            self.do("sign-in")

    def cost(self, command, times):
        """Returns: microseconds of the server's CPU for each of the @times that @command does."""
        before = self.server.cpu_us()
        self.do(command)
        return (self.server.cpu_us() - before) / times

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
