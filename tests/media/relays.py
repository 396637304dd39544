# SPDX-License-Identifier: GPL-3.0-or-later
"""A real coturn that speaks one protocol only, so that nothing else can have carried what came through it."""
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import ports
import tap

SECRET = "north"
OTHERS = {"udp": ("--no-tcp", "--no-tls", "--no-dtls"), "tcp": ("--no-udp", "--no-tls", "--no-dtls"),
          "tls": ("--no-udp", "--no-tcp", "--no-dtls")}


def own_address():
    """Of this machine where it has one beside loopback: ICE looks from there, and what it asks for at
    127.0.0.1 is answered to somewhere else."""
    words = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    return next((word for word in words if "." in word), "127.0.0.1")


ADDRESS = own_address()


class Relay:
    """A TURN server on this machine, over @protocol: "udp", "tcp" or "tls". @inside: the words before a command
    in a namespace of its own, where @address is."""

    def __init__(self, protocol, address=ADDRESS, inside=()):
        self.program = shutil.which("turnserver")
        if not self.program:
            raise tap.Skip("there is no coturn")
        self.protocol, self.address, self.inside = protocol, address, inside
        self.folder = tempfile.TemporaryDirectory(prefix="beckon-relay-")
        self.port = 3478 if inside else ports.free_port(address)
        # Who vouches for it, and for nobody else.
        self.authority = self.path("certificate.pem")

    def path(self, name):
        return f"{self.folder.name}/{name}"

    def _answers(self):
        """Whether it listens."""
        if self.inside:
            return "listener opened" in self.log()
        if self.protocol == "udp":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.settimeout(0.1)
                probe.connect((self.address, self.port))
                probe.send(bytes.fromhex("000100002112a442") + bytes(12))
                return len(probe.recv(2000)) > 0
        with socket.create_connection((self.address, self.port), 1) as probe:
            if self.protocol == "tls":
                context = ssl.create_default_context(cafile=self.authority)
                context.wrap_socket(probe, server_hostname=self.address).close()
        return True

    def __enter__(self):
        certificate = []
        if self.protocol == "tls":
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=relay", "-addext", f"subjectAltName=IP:{self.address}", "-keyout", self.path("key.pem"),
                 "-out", self.authority], check=True, capture_output=True)
            certificate = ["--cert", self.authority, "--pkey", self.path("key.pem")]
        port = "--tls-listening-port" if self.protocol == "tls" else "--listening-port"
        with open(self.path("log"), "wb") as log:
            self.process = subprocess.Popen(
                [*self.inside, self.program, "-n", "--listening-ip", self.address, "--relay-ip", self.address,
                 port, str(self.port), "--realm", "beckon", "--use-auth-secret", "--static-auth-secret",
                 SECRET, "--no-cli", "--allow-loopback-peers", "--log-file", "stdout", "--verbose",
                 "--pidfile", self.path("pid"), "--userdb", self.path("users"), *certificate,
                 *OTHERS[self.protocol]],
                cwd=self.folder.name, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while True:
            try:
                if self._answers():
                    return self
            except OSError:
                pass
            assert self.process.poll() is None and time.monotonic() < end, self.log()
            time.sleep(0.05)  # nobody tells when it listens

    def __exit__(self, *unused):
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.folder.cleanup()

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def url(self):
        if self.protocol == "tls":
            return f"turns:{self.address}:{self.port}"
        return f"turn:{self.address}:{self.port}?transport={self.protocol}"


def settings(*urls, secret=SECRET):
    """Of a beckon-server that tells people about these relays."""
    return f"[ice]\nurls={';'.join(urls)}\nturn-secret={secret}\n"
