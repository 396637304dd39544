# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium with one page, driven over the DevTools protocol."""
import asyncio
import json
import re
import shutil
import tempfile

import websockets

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream",
         "--use-fake-ui-for-media-stream", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic",
         "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0",
         "--disable-features=WebRtcHideLocalIpsWithMdns"]


def available():
    return shutil.which("chromium") is not None


class Page:
    """One Chromium, its profile and its page; use as an asynchronous context manager."""

    def __init__(self, url):
        self.url = url
        self.last = 0

    async def __aenter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = await asyncio.create_subprocess_exec(
            "chromium", *FLAGS, f"--user-data-dir={self.profile.name}", self.url,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        while True:
            line = (await asyncio.wait_for(self.process.stderr.readline(), 30)).decode()
            if not line:
                raise RuntimeError("Chromium ended before it was ready")
            found = re.search(r"DevTools listening on (ws://\S+)", line)
            if found:
                break
        self.drain = asyncio.ensure_future(self.process.stderr.read())
        self.browser = await websockets.connect(found.group(1), max_size=None)
        self.session = None
        target = await self._page_target()
        self.session = (await self._send("Target.attachToTarget", targetId=target,
                                         flatten=True))["sessionId"]
        await self.loaded()
        return self

    async def _page_target(self):
        while True:
            infos = (await self._send("Target.getTargets"))["targetInfos"]
            for info in infos:
                if info["type"] == "page" and info["url"].startswith(self.url):
                    return info["targetId"]

    async def _send(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        await self.browser.send(json.dumps(message))
        while True:
            answer = json.loads(await asyncio.wait_for(self.browser.recv(), 30))
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    async def evaluate(self, expression):
        result = await self._send("Runtime.evaluate", expression=expression, awaitPromise=True,
                                  returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    async def reload(self):
        await self.evaluate("window.old = true; location.reload()")
        await self.loaded("!window.old")

    async def loaded(self, also="true"):
        """Until the page's own functions are there; looking fails while the page is replaced."""
        while True:
            try:
                await self.until("document.readyState == 'complete' && "
                                 f"typeof connect == 'function' && {also}")
                return
            except RuntimeError as error:
                if "context" not in str(error) and "navigated" not in str(error):
                    raise

    async def until(self, expression, seconds=30):
        """Waits inside the page, so that looking costs nothing."""
        await self.evaluate(
            "new Promise((yes, no) => { const end = performance.now() + %d; const look = () => "
            "{ if (%s) yes(); else if (performance.now() > end) no(new Error('timed out: ' + %s)); "
            "else setTimeout(look, 5); }; look(); })"
            % (seconds * 1000, expression, json.dumps(expression)))

    async def __aexit__(self, *unused):
        await self.browser.close()
        self.process.terminate()
        await self.process.wait()
        self.drain.cancel()
        self.profile.cleanup()
