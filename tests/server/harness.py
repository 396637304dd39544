# SPDX-License-Identifier: GPL-3.0-or-later
"""A real beckon-server and clients that speak to it, for the tests of this folder.

Test programs are started with the path of the server and that of docs/protocol.schema.json. Whatever
the server sends is checked against the schema.
"""
import asyncio
import base64
import functools
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
import urllib.parse

import jsonschema
import websockets

import tap

PROGRAM, SCHEMA = sys.argv[1], sys.argv[2]
PASSWORD = "correct horse"
CHECKED = 300  # events of a client; the test with 10 000 of one kind would take its time
LIMIT = 10  # seconds: nothing that is awaited takes so long, not even under a sanitizer

with open(SCHEMA, encoding="utf-8") as _file:
    _DEFS = json.load(_file).get("$defs")


@functools.lru_cache(maxsize=None)
def _validator(name):
    return jsonschema.Draft202012Validator({"$defs": _DEFS, "$ref": f"#/$defs/{name}"})


def check(name, frame):
    """@frame is what the schema says about @name, as "event.call.ended"."""
    if _DEFS:
        error = jsonschema.exceptions.best_match(_validator(name).iter_errors(frame))
        assert error is None, f"{name}: {error.message} in {json.dumps(frame)}"


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
    """A real server process with a folder of its own; @settings are {group: {key: value}}."""

    def __init__(self, settings=None, listen="127.0.0.1:0"):
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
        self.url = json.loads(line)["listening"]
        return self

    def log(self):
        with open(f"{self.directory}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """Asks it to stop; it has to do so quickly, and without an error."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(LIMIT)
        self.process.stdout.close()
        self.process = None
        assert status == 0, f"exit status {status}: {self.log()}"
        warnings = [line for line in self.log().splitlines()
                    if "WARNING **" in line and
                    not (self.allowed_warning and self.allowed_warning in line)]
        assert not warnings, warnings

    async def __aenter__(self):
        return self.start()

    async def __aexit__(self, *failure):
        for client in self.clients:
            await client.close()
        try:
            if self.process:
                self.stop()
        finally:
            if self.process:
                self.process.kill()
                self.process.wait()
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

    async def token(self, user, device="desk"):
        return (await self.sign_in(user, device=device)).json["token"]

    # clients

    async def socket(self, protocols=("beckon.v1",)):
        """A client that has not said hello."""
        client = Client(self, await websockets.connect(
            self.url.replace("http", "ws", 1) + "/v1/signal", subprotocols=protocols or None,
            ssl=self.tls, compression=None, ping_interval=None, max_size=None))
        self.clients.append(client)
        return client

    async def person(self, name, **options):
        """Somebody new, whose user id begins with @name, at their first device."""
        user = f"{name}-{next(self._number)}"
        answer = await self.register(user, name.title())
        assert answer.status == 201, answer.text
        return await self.device(user, "desk", **options)

    async def people(self, *names):
        return await asyncio.gather(*(self.person(name) for name in names))

    async def device(self, user, device, token=None, auto_ack=True):
        """A further device of @user, or the same again."""
        token = token or await self.token(user, device)
        client = await self.socket()
        client.auto_ack = auto_ack
        await client.hello(user, device, token)
        return client


class Client:
    """One connection. Events wait in @events until somebody asks for them."""

    def __init__(self, server, socket):
        self.server = server
        self.socket = socket
        self.user = self.device = self.token = self.welcome = None
        self.auto_ack = True
        self.events = []
        self.close_code = None
        self.seq = 0
        self._ids = itertools.count(1)
        self._asked = {}  # id → (type, future)
        self._news = asyncio.Condition()
        self._failure = None
        self._reader = asyncio.create_task(self._read())

    async def _read(self):
        try:
            while True:
                await self._take(json.loads(await self.socket.recv()))
        except websockets.ConnectionClosed:
            self.close_code = self.socket.close_code
        except BaseException as error:  # pylint: disable=broad-except
            self._failure = error
        for _, future in self._asked.values():
            if not future.done():
                future.set_exception(self._failure or
                                     ConnectionError(f"closed with {self.close_code}"))
                future.exception()  # looked at, should nobody wait for it
        async with self._news:
            self._news.notify_all()

    async def _take(self, frame):
        if "re" in frame:
            kind, future = self._asked.pop(frame["re"])
            check(f"reply.{kind}" if frame["ok"] else "reply.error", frame)
            if not future.done():  # nobody waits any more
                future.set_result(frame)
            return
        self.seq += 1
        if self.seq <= CHECKED:
            check(f"event.{frame['type']}", frame)
        assert frame["seq"] == self.seq, f"event {frame['seq']} came as number {self.seq}"
        self.events.append(frame)
        if self.auto_ack:
            await self.ack()
        async with self._news:
            self._news.notify_all()

    async def ack(self):
        await self.send({"ack": self.seq})

    async def send(self, frame):
        try:
            await self.socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
        except websockets.ConnectionClosed:
            pass  # who waits for an answer learns it

    async def start(self, kind, **fields):
        """Sends a request; returns the future of its reply."""
        number = next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._asked[number] = kind, future
        await self.send({"id": number, "type": kind, **fields})
        if self._reader.done() and not future.done():
            future.set_exception(ConnectionError(f"closed with {self.close_code}"))
        return future

    async def ask(self, kind, **fields):
        """Returns: the reply, whatever it says."""
        return await asyncio.wait_for(await self.start(kind, **fields), LIMIT)

    async def request(self, kind, **fields):
        reply = await self.ask(kind, **fields)
        assert reply["ok"], f"{kind}: {reply['error']}"
        return reply

    async def refused(self, code, kind, **fields):
        """Returns: the error, which has to be @code."""
        reply = await self.ask(kind, **fields)
        assert not reply["ok"], f"{kind} was not refused: {reply}"
        assert reply["error"]["code"] == code, f"{kind}: {reply['error']} instead of {code}"
        return reply["error"]

    async def hello(self, user, device, token):
        self.user, self.device, self.token = user, device, token
        self.welcome = await self.request("hello", token=token,
                                          device={"id": device, "name": f"{user} at {device}"})

    def _find(self, kind, match):
        for event in self.events:
            if event["type"] == kind and all(event.get(key) == match[key] for key in match):
                self.events.remove(event)
                return event
        return None

    async def event(self, kind, limit=LIMIT, **match):
        """Waits for an event and takes it out of the list."""
        found = None

        def ready():
            nonlocal found
            found = self._find(kind, match)
            return found or self._reader.done()

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(ready), limit)
            except asyncio.TimeoutError:
                pass
        if found:
            return found
        if self._failure:
            raise self._failure
        raise AssertionError(f"{self.user} has no {kind} {match or ''} but {self.events}; "
                             f"close code {self.close_code}")

    async def nothing(self, *kinds):
        """What the server has decided until now is here after a ping: none of @kinds is among it."""
        await self.request("ping")
        seen = [event for event in self.events if event["type"] in kinds]
        assert not seen, f"{self.user} was told {seen}"

    async def closed(self, limit=LIMIT):
        """Returns: the code with which the server closed."""
        await asyncio.wait_for(asyncio.shield(self._reader), limit)
        if self._failure:
            raise self._failure
        return self.close_code

    def cut(self):
        """The cable is pulled: the server sees the connection break, without a goodbye."""
        self.socket.transport.abort()

    async def close(self):
        if not self._reader.done():
            await self.socket.close()
        await self._reader
        if self._failure:
            raise self._failure

    async def leave(self):
        """Says goodbye: when this returns the server knows that the device is gone."""
        await self.request("bye")
        await self.closed()

    # calls

    async def invite(self, *people, **fields):
        """Returns: the id of the call."""
        return (await self.request("call.invite", media=fields.pop("media", "video"),
                                   invitees=[person.user for person in people], **fields))["call"]

    async def connect(self, *people):
        """Calls them all, and they accept. Returns: the id of the call."""
        call = await self.invite(*people)
        for person in people:
            await person.event("call.received", call=call)
            await person.request("call.accept", call=call)
            await self.event("call.accepted", call=call, user=person.user)
        return call

    def signal(self, to, call, payload=None, **more):
        return {"call": call, "to": {"user": to.user, **more},
                "payload": payload or {"kind": "bye", "generation": 1}}


def upgrade(protocol="beckon.v1"):
    """The headers of a handshake that is done by hand."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
    if protocol:
        headers["Sec-WebSocket-Protocol"] = protocol
    return headers


def client_tls(certificate):
    return ssl.create_default_context(cafile=certificate)


def run(*cases, settings=None):
    """Runs test functions that are handed one server, which they share, and prints TAP."""
    server = Server(settings)
    loop = asyncio.new_event_loop()

    def wrap(case):
        @functools.wraps(case)
        def wrapped():
            loop.run_until_complete(asyncio.wait_for(case(server), 60))
        return wrapped

    def test_the_server_stops():
        async def leave():
            await server.__aexit__()
        loop.run_until_complete(leave())

    tap.run(*map(wrap, cases), test_the_server_stops, before=server.start, limit=90)
