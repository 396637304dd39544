# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium with the page of this folder, driven by the DevTools protocol over a pipe: neither
a port nor a driver is between, so that it works from outside of a network namespace, too."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PAGE = "file://" + os.path.join(os.path.dirname(os.path.abspath(__file__)), "call.html")
# Loopback, for a machine without a network has two people on it, too.
FLAGS = ["--headless", "--window-size=1280,800", "--no-sandbox", "--disable-gpu",
         "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-quic", "--disable-extensions",
         "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
         "--disable-backgrounding-occluded-windows", "--autoplay-policy=no-user-gesture-required",
         "--allow-loopback-in-peer-connection", "--allow-file-access-from-files",
         "--disable-features=WebRtcHideLocalIpsWithMdns"]


def available():
    return shutil.which("chromium") is not None


class Chromium:
    """One Chromium, its profile and its page; a context manager.

    @video and @audio are what its camera sees (Y4M) and its microphone hears (WAV), again and again;
    without, Chromium's own fake. @prefix are words in front of its command, such as
    `ip netns exec NAME`; a page that is there needs no server, but one to call through."""

    def __init__(self, video=None, audio=None, prefix=()):
        self._flags = [*FLAGS]
        if video:
            self._flags.append(f"--use-file-for-fake-video-capture={video}")
        if audio:
            self._flags.append(f"--use-file-for-fake-audio-capture={audio}")
        self._prefix = prefix
        self._last = 0
        self._session = None
        self._loads = 0  # of the page
        self._unread = b""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="beckon-chromium-",
                                                   ignore_cleanup_errors=True)
        theirs, self._to = os.pipe()
        self._from, their_answers = os.pipe()
        # Bash, because it can give them their places whatever their numbers are.
        self.process = subprocess.Popen(
            [*self._prefix, "bash", "-c", f'exec "$@" 3<&{theirs} 4>&{their_answers}', "bash",
             "chromium", *self._flags, "--remote-debugging-pipe",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(theirs, their_answers), env={**os.environ, "HOME": self.profile.name})
        os.close(theirs)
        os.close(their_answers)
        try:
            target = self._send("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._send("Target.attachToTarget", targetId=target,
                                       flatten=True)["sessionId"]
            self._send("Page.enable")
            self._load("Page.navigate", url=PAGE)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        os.close(self._to)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._from)
        self.profile.cleanup()

    def _receive(self, end):
        while b"\0" not in self._unread:
            if not select.select([self._from], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("Chromium does not answer")
            got = os.read(self._from, 1 << 20)
            if not got:
                raise RuntimeError("Chromium ended")
            self._unread += got
        message, _, self._unread = self._unread.partition(b"\0")
        message = json.loads(message)
        self._loads += message.get("method") == "Page.loadEventFired"
        return message

    def _send(self, method, limit=60, **params):
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + limit
        while True:
            answer = self._receive(end)
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    def run(self, function, *arguments, limit=60):
        """What the page's @function (a name, or a function's text) gives, once it is settled."""
        words = ", ".join(json.dumps(argument) for argument in arguments)
        result = self._send("Runtime.evaluate", limit, expression=f"({function})({words})",
                            awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"]["exception"].get("description"))
        return result["result"].get("value")

    def wait(self, condition, limit=30):
        """Until @condition, an expression, is true in the page; its value."""
        return self.run("until", condition, limit, limit=limit + 10)

    def _load(self, method, limit=60, **params):
        before = self._loads
        self._send(method, **params)
        end = time.monotonic() + limit
        while self._loads == before:
            self._receive(end)

    def reload(self):
        """The page as it was, with nothing of the last call in it."""
        self._load("Page.reload")

    def screenshot(self):
        """A picture of the page, as PNG."""
        return base64.b64decode(self._send("Page.captureScreenshot", format="png")["data"])
