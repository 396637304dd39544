# SPDX-License-Identifier: GPL-3.0-or-later
"""A WebSocket client made by hand: it can do what no library would."""
import socket
import struct
import urllib.parse

import harness

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK = b"\x12\x34\x56\x78"


def frame(opcode, payload=b"", fin=True, masked=True, length=None):
    """@length: what the header says, if it is not true."""
    head = bytes([(0x80 if fin else 0) | opcode])
    size = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 65536:
        head += bytes([mask | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mask | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = int.from_bytes((MASK * (len(payload) // 4 + 1))[:len(payload)], "big")
    hidden = (int.from_bytes(payload, "big") ^ key).to_bytes(len(payload), "big")
    return head + MASK + hidden


def text(words):
    return frame(TEXT, words.encode())


def request(host="x", headers=None):
    """A handshake."""
    lines = {"Host": host, **harness.upgrade(), **(headers or {})}
    return ("GET /v1/signal HTTP/1.1\r\n" +
            "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode()


class Closed(Exception):
    """The stream has ended."""


class Wire:
    """One connection. What comes is read when somebody asks for it, and not before."""

    def __init__(self, url, tls=None, headers=None, behind=b"", receive_buffer=None):
        """@behind: goes into the same packet as the handshake."""
        address = urllib.parse.urlsplit(url)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address.hostname else socket.AF_INET)
        self.socket.settimeout(harness.LIMIT)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect((address.hostname, address.port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=address.hostname)
        self.buffer = b""
        self.send(request(headers=headers) + behind)
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        self.answer, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert self.answer.startswith(b"HTTP/1.1 101"), self.answer

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def say(self, words):
        self.send(text(words))

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError as error:
            raise Closed from error
        if not data:
            raise Closed
        self.buffer += data

    def _take(self, size):
        while len(self.buffer) < size:
            self._more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def receive(self):
        """Returns: opcode and payload of the next frame."""
        first, second = self._take(2)
        assert first & 0x70 == 0 and first & 0x80, "the server sends whole frames"
        assert second & 0x80 == 0, "the server does not mask"
        size = second
        if second == 126:
            size, = struct.unpack("!H", self._take(2))
        elif second == 127:
            size, = struct.unpack("!Q", self._take(8))
        return first & 15, self._take(size)

    def hear(self):
        """Returns: the next text."""
        opcode, payload = self.receive()
        assert opcode == TEXT, (opcode, payload)
        return payload.decode()

    def ask(self, words):
        self.say(words)
        return self.hear()

    def closed(self, answer=True):
        """Waits until the server closes, and reads what it says before. Returns: the code, or None."""
        code = None
        try:
            while True:
                opcode, payload = self.receive()
                if opcode == CLOSE:
                    code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                    if answer:
                        self.send(frame(CLOSE, payload))
        except (Closed, BrokenPipeError, ConnectionResetError):
            return code
