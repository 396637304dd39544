# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's front with an echo behind it (echo-server.c), without TLS and with it."""
import http.client
import json
import re
import shutil
import subprocess
import types
import urllib.parse

import harness
import tap


def make_certificate(directory, name="localhost"):
    """Returns: the settings for it."""
    if not shutil.which("openssl"):
        raise tap.Skip("there is no openssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{directory}/key.pem",
                    "-out", f"{directory}/certificate.pem"], check=True, capture_output=True)
    return {"certificate": f"{directory}/certificate.pem", "private-key": f"{directory}/key.pem"}


class Echo(harness.Server):
    """An echo server with settings of its own."""

    def __init__(self, settings=None, tls=False, listen="127.0.0.1:0"):
        super().__init__({}, listen)
        settings = {group: dict(keys) for group, keys in (settings or {}).items()}
        if tls:
            certificate = make_certificate(self.directory)
            settings["server"] = {**settings.get("server", {}), **certificate}
            self.tls = harness.client_tls(certificate["certificate"])
            # The leak checker of GCC 12 crashes on the threads of the TLS library.
            self.environment["ASAN_OPTIONS"] = "detect_leaks=0"
        with open(f"{self.directory}/config", "w", encoding="utf-8") as file:
            for group, keys in settings.items():
                print(f"[{group}]", *(f"{key}={value}" for key, value in keys.items()),
                      sep="\n", file=file)
        self.metrics_url = None
        self.committed = 0  # the barrier that was reached last

    def read_first_line(self, line):
        super().read_first_line(line)
        self.metrics_url = json.loads(line)["metrics"]

    def __enter__(self):
        return self.start()

    def __exit__(self, *failure):
        try:
            if not failure[0]:
                self.stop()
        finally:
            self.end()

    def get(self, path, url=None, method="GET", headers=None):
        """Returns: the answer over plain HTTP."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url or self.url).netloc,
                                                timeout=harness.LIMIT)
        try:
            connection.request(method, path, headers=headers or {})
            return harness.Answer(connection.getresponse())
        finally:
            connection.close()

    def metric(self, name, **labels):
        """Returns: its value; 0 if nothing was counted yet."""
        text = self.get("/metrics", self.metrics_url).text.decode()
        label = "".join(f'{{{key}="{value}"}}' for key, value in labels.items())
        found = re.search(rf"^beckon_{name}{re.escape(label)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0

    def memory(self):
        """Returns: bytes that it has."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Private_Dirty: +(\d+) kB", file.read(), re.MULTILINE)[1]) * 1024


def run(settings, *cases):
    """Runs tests that are handed a server without TLS, "plain", and one with it, "secure"."""
    servers = types.SimpleNamespace(plain=Echo(settings), secure=None)

    def start():
        servers.secure = Echo(settings, tls=True)
        servers.plain.start()
        servers.secure.start()

    def wrap(case):
        def wrapped():
            case(servers)
        wrapped.__name__ = case.__name__
        return wrapped

    def test_the_servers_stop():
        servers.plain.__exit__(None)
        servers.secure.__exit__(None)

    tap.run(*map(wrap, cases), test_the_servers_stop, before=start)
