# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that are measured beside ours, each set up as the least that does the same."""
import csv
import os
import re
import shutil
import socket
import subprocess
import time

import load

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


def wait_until(condition, otherwise):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(0.1)


class Kamailio(load.Measured):
    """As Debian ships it, its memory manager (qm) spends more than all the rest on looking through free
    pieces; “fm” is what one takes for speed."""
    dialect = "sip"
    # Calls of sipp under way: as many as keep it busy, and no datagram finds a full buffer.
    AT_ONCE = 16

    def __init__(self, memory="fm"):
        self.memory = memory
        self.callee = None

    @staticmethod
    def available():
        return shutil.which("kamailio") is not None and shutil.which("sipp") is not None

    def begin(self, folder):
        self.port, callee_port = load.free_port(), load.free_port()
        self.process = load.start(
            ["kamailio", "-f", os.path.join(FOLDER, "kamailio.cfg"), "-DD", "-m", "512", "-M", "16",
             "-x", self.memory, "-X", self.memory, "-Y", folder, "-P", os.path.join(folder, "pid"),
             "-l", f"udp:127.0.0.1:{self.port}", "-l", f"tcp:127.0.0.1:{self.port}"],
            0, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.callee = self.sipp("callee", "-p", str(callee_port))
        wait_until(lambda: self.register(callee_port), "Kamailio did not start")

    def register(self, callee_port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
            sip.settimeout(1)
            try:
                sip.connect(("127.0.0.1", self.port))
                sip.send("\r\n".join([
                    "REGISTER sip:127.0.0.1 SIP/2.0",
                    f"Via: SIP/2.0/UDP 127.0.0.1:{sip.getsockname()[1]};branch=z9hG4bK1",
                    "From: <sip:callee@127.0.0.1>;tag=1", "To: <sip:callee@127.0.0.1>", "Call-ID: 1",
                    "CSeq: 1 REGISTER", f"Contact: <sip:callee@127.0.0.1:{callee_port}>",
                    "Expires: 3600", "Max-Forwards: 9", "Content-Length: 0", "", ""]).encode())
                return sip.recv(4096).startswith(b"SIP/2.0 200")
            except OSError:
                return False

    def sipp(self, role, *arguments):
        return load.start(
            ["sipp", "-sf", os.path.join(FOLDER, f"sipp-{role}.xml"), "-i", "127.0.0.1", "-t", "u1",
             "-nostdin", *arguments],
            1, cwd=self.folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def udp_call_cost(self, calls):
        """Returns: microseconds of CPU for each of @calls that sipp makes over UDP."""
        statistics = os.path.join(self.folder.name, "calls.csv")
        before = self.cpu_us()
        caller = self.sipp("caller", "-s", "callee", f"127.0.0.1:{self.port}", "-m", str(calls),
                           "-r", "20000", "-l", str(self.AT_ONCE), "-timeout", "60s",
                           "-trace_stat", "-stf", statistics, "-fd", "60")
        code = caller.wait(90)
        cost = (self.cpu_us() - before) / calls
        with open(statistics, encoding="ascii") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        good, again = int(last["SuccessfulCall(C)"]), int(last["Retransmissions(C)"])
        if code != 0 or good != calls or again > calls / 100:
            raise RuntimeError(f"{good} of {calls} calls went well through Kamailio, "
                               f"{again} messages were sent again")
        return cost

    def end(self):
        if self.callee is not None:
            self.callee.kill()
            self.callee.wait()
        if self.process is not None:
            self.process.terminate()  # it ends its children
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                super().end()


class Ejabberd(load.Measured):
    """Without distribution, and without threads that wait by turning."""
    dialect = "xmpp"

    @staticmethod
    def available():
        return shutil.which("ejabberdctl") is not None and shutil.which("erl") is not None

    def begin(self, folder):
        self.port, self.tls_port = load.free_port(), load.free_port()
        config = os.path.join(folder, "ejabberd.yml")
        with open(os.path.join(FOLDER, "ejabberd.yml"), encoding="utf-8") as template:
            text = template.read()
        words = {"PORT": self.port, "TLS_PORT": self.tls_port, "CERTIFICATE": load.certificate(folder)}
        with open(config, "w", encoding="utf-8") as file:
            file.write(re.sub("@([A-Z_]+)@", lambda match: str(words[match.group(1)]), text))
        libraries = re.search(r"^ERL_LIBS='(.*)'", self.script(), re.MULTILINE).group(1)
        environment = {**os.environ, "HOME": folder, "EJABBERD_CONFIG_PATH": config,
                       "EJABBERD_LOG_PATH": os.path.join(folder, "log"), "ERL_LIBS": libraries,
                       "ERL_CRASH_DUMP": "/dev/null"}
        self.process = load.start(
            ["erl", "+K", "true", "+P", "250000", "+Q", "65536", "+S", "1:1", "+sbwt", "none",
             "+sbwtdcpu", "none", "+sbwtdio", "none", "-noinput", "-mnesia", "dir",
             f'"{folder}/database"', "-s", "ejabberd"],
            0, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.is_ready, "ejabberd did not start")

    @staticmethod
    def script():
        with open(shutil.which("ejabberdctl"), encoding="utf-8") as file:
            return file.read()

    def is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.tls_port)) == 0
