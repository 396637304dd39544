# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that is killed, and comes back at the same address."""
from __future__ import annotations

import asyncio
import os
import signal
import socket

import harness


class Mortal(harness.Server):
    """Its port is bound here too, without anybody listening at it: so it is given to nobody else
    while there is no server."""

    def __init__(self, settings: dict[str, dict[str, object]] | None = None) -> None:
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind(("127.0.0.1", 0))
        super().__init__(settings, listen="127.0.0.1:%d" % self._port.getsockname()[1])
        self.url = f"http://{self.listen}"

    def kill(self) -> None:
        """As kill -9 does; it has not ended by itself before."""
        self.process.kill()
        self.bury()

    def bury(self) -> None:
        """Waits until it is dead, of a SIGKILL."""
        status = self.process.wait()
        self.process.stdout.close()
        self.process = None
        assert status == -signal.SIGKILL, f"it ended with {status}: {self.log()[-4000:]}"

    async def death(self) -> None:
        """Returns when the process has ended."""
        ended = asyncio.Event()
        descriptor = os.pidfd_open(self.process.pid)
        asyncio.get_running_loop().add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)

    async def __aexit__(self, *failure: object) -> None:
        self._port.close()
        await super().__aexit__(*failure)
