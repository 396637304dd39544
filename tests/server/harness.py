# SPDX-License-Identifier: GPL-3.0-or-later
"""A real beckon-server and clients that speak to it, for the tests of this folder.

Test programs are started with the path of the server and that of docs/protocol.schema.json. Whatever
the server sends is checked against the schema.
"""
import asyncio
import base64
import functools
import hashlib
import hmac
import http.client
import itertools
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

import websockets

import tap
from client import LIMIT, SCHEMA, Client, check  # noqa: F401: for the tests

PROGRAM = sys.argv[1]
PASSWORD = "correct horse"


class Answer:
    """What came back over HTTP."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read()

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.json["error"]["code"]


class Server:
    """A real server process with a folder of its own; @settings are {group: {key: value}}. People come
    with tokens that their site has signed, which costs nothing, or, if @passwords, they register."""

    def __init__(self, settings=None, listen="127.0.0.1:0", passwords=False):
        self.directory = tempfile.mkdtemp(prefix="beckon-server-")
        self.data = f"{self.directory}/data"
        self.listen = listen
        self.process = None
        self.url = None
        self.tls = None
        self.allowed_warning = None  # any other in its log is a failure
        self.environment = {"G_DEBUG": "gc-friendly,fatal-criticals"}
        self.clients = []
        self._number = itertools.count(1)
        self._site = None
        if not passwords:
            self._site = os.urandom(32).hex()
            with open(f"{self.directory}/site", "w", encoding="ascii") as file:
                file.write(self._site)
            settings = {"jwt": {"secret-file": f"{self.directory}/site"}, **(settings or {})}
        with open(f"{self.directory}/config", "w", encoding="utf-8") as file:
            for group, keys in (settings or {}).items():
                print(f"[{group}]", *(f"{key}={value}" for key, value in keys.items()),
                      sep="\n", file=file)

    def command(self):
        return [PROGRAM, "--listen", self.listen, "--data", self.data,
                "--config", f"{self.directory}/config"]

    def start(self):
        with open(f"{self.directory}/log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, text=True,
                                            env={**os.environ, **self.environment})
        line = self.process.stdout.readline()
        assert line, f"it did not start: {self.log()}"
        self.read_first_line(line)
        return self

    def read_first_line(self, line):
        """@line: what it prints when it listens"""
        self.url = json.loads(line)["listening"]

    def log(self):
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def ended(self):
        """The process has ended. Returns: its exit status. The next one listens on the same port."""
        status = self.process.wait(LIMIT)
        self.process.stdout.close()
        self.process = None
        self.listen = urllib.parse.urlsplit(self.url).netloc
        return status

    def stop(self):
        """Asks it to stop; it has to do so quickly, and without an error."""
        self.process.send_signal(signal.SIGTERM)
        status = self.ended()
        assert status == 0, f"exit status {status}: {self.log()}"
        warnings = [line for line in self.log().splitlines()
                    if "WARNING **" in line and
                    not (self.allowed_warning and self.allowed_warning in line)]
        assert not warnings, warnings

    def kill(self):
        """kill -9. It must not have ended by itself before."""
        self.process.kill()
        status = self.ended()
        assert status == -signal.SIGKILL, f"exit status {status}: {self.log()}"

    def crash(self):
        """kill -9, and another one on the same data."""
        self.kill()
        self.start()

    async def restart(self):
        """A planned stop, which the clients see, and another one on the same data."""
        await asyncio.to_thread(self.stop)
        self.start()

    async def __aenter__(self):
        return self.start()

    async def __aexit__(self, *failure):
        for client in self.clients:
            await client.close()
        try:
            if self.process:
                self.stop()
        finally:
            self.end()

    def end(self):
        """Nothing is left of it."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        shutil.rmtree(self.directory)

    # HTTP

    def _http(self, method, path, body, headers):
        address = urllib.parse.urlsplit(self.url).netloc
        connection = (http.client.HTTPSConnection(address, timeout=LIMIT, context=self.tls)
                      if self.tls else http.client.HTTPConnection(address, timeout=LIMIT))
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    async def http(self, method, path, body=None, headers=None):
        """@body: bytes, or a generator of bytes, which goes in chunks; anything else goes as JSON."""
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "__next__"):
            body = json.dumps(body).encode()
        return await asyncio.to_thread(self._http, method, path, body, headers)

    async def register(self, user, name=None, password=PASSWORD, **more):
        return await self.http("POST", "/v1/accounts",
                               {"user": user, "name": name or user.title(), "password": password,
                                **more})

    async def sign_in(self, user, password=PASSWORD, device="desk"):
        return await self.http("POST", "/v1/sessions",
                               {"user": user, "password": password, "device": device})

    def site_token(self, user, **claims):
        """Returns: what the site hands out; of the name it says what is among @claims, if anything."""
        parts = {"alg": "HS256"}, {"sub": user, "exp": int(time.time()) + 3600, **claims}
        text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
                         for part in parts)
        digest = hmac.digest(self._site.encode(), text, hashlib.sha256)
        return (text + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()

    async def token(self, user, device="desk"):
        """Of somebody who has registered."""
        return (await self.sign_in(user, device=device)).json["token"]

    # clients

    async def connect(self, protocols=("beckon.v1",), **more):
        """Returns: a WebSocket."""
        return await websockets.connect(
            self.url.replace("http", "ws", 1) + "/v1/signal", subprotocols=protocols or None,
            ssl=self.tls, compression=None, ping_interval=None, open_timeout=4 * LIMIT,
            max_size=None, **more)

    async def socket(self, protocols=("beckon.v1",), **more):
        """A client that has not said hello."""
        client = Client(self, await self.connect(protocols, **more))
        self.clients.append(client)
        return client

    async def person(self, name, **options):
        """Somebody new, whose user id begins with @name, at their first device."""
        user = f"{name}-{next(self._number)}"
        if self._site:
            token = self.site_token(user, name=name.title())
            client = await self.device(user, "desk", token, **options)
            client.token = self.site_token(user)
            return client
        answer = await self.register(user, name.title())
        assert answer.status == 201, answer.text
        return await self.device(user, "desk", await self.token(user), **options)

    async def people(self, *names, **options):
        return await asyncio.gather(*(self.person(name, **options) for name in names))

    async def device(self, user, device, token=None, auto_ack=True, ring=None):
        """A further device of @user, or the same with a new session."""
        if not token:
            token = self.site_token(user) if self._site else await self.token(user, device)
        client = await self.socket()
        client.auto_ack, client.ring = auto_ack, ring
        await client.hello(user, device, token)
        return client

    async def again(self, client, **options):
        """The program on that device was started anew: it knows its token and nothing else."""
        return await self.device(client.user, client.device, client.token, **options)


def upgrade(protocol="beckon.v1"):
    """The headers of a handshake that is done by hand."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
    if protocol:
        headers["Sec-WebSocket-Protocol"] = protocol
    return headers


def client_tls(certificate):
    return ssl.create_default_context(cafile=certificate)


def run(*cases, together=(), settings=None, passwords=False):
    """Runs test functions that are handed one server, which they share, and prints TAP. Those in
    @together mostly wait, and do so at the same time, after the others."""
    server = Server(settings, passwords=passwords)
    loop = asyncio.new_event_loop()
    tasks = {}

    def start(case):
        return loop.create_task(asyncio.wait_for(case(server), 60))

    def wrap(case):
        @functools.wraps(case)
        def wrapped():
            if case in together and not tasks:
                tasks.update({each: start(each) for each in together})
            loop.run_until_complete(tasks.get(case) or start(case))
        return wrapped

    def test_the_server_stops():
        loop.run_until_complete(server.__aexit__())

    tap.run(*map(wrap, (*cases, *together)), test_the_server_stops, before=server.start, limit=90)
