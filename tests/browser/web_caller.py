# SPDX-License-Identifier: GPL-3.0-or-later
"""A person who calls from a browser, beside those of beckon-call."""
import json
import sys
import urllib.request

PASSWORD = "correct horse"


def _post(url, path, **body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def sign_up(url, user):
    """A new account, and a token for its browser."""
    _post(url, "/v1/accounts", user=user, name=user.capitalize(), password=PASSWORD)
    return _post(url, "/v1/sessions", user=user, password=PASSWORD, device="browser")["token"]


class WebCaller:
    """@chromium's page, signed in as @user; @options are those of Peer in peer.js."""

    def __init__(self, chromium, server, user, **options):
        self.page = chromium
        if user not in server.accounts:
            server.accounts[user] = sign_up(server.url, user)
        self.page.reload()
        self.page.run("connect", server.url.replace("http", "ws", 1) + "/v1/signal",
                      server.accounts[user], "browser", options)

    def __getattr__(self, method):
        return getattr(self.page, method)

    def event(self, kind, limit=30):
        """The last event of that kind from the server."""
        self.wait(f"events.some(event => event.type == '{kind}')", limit)
        return self.run(f"() => events.filter(event => event.type == '{kind}').at(-1)")

    def answer(self, media="video"):
        """Accepts, once a call is there and the answer to its offer is ready."""
        self.event("call.received")
        self.wait("peer && peer.times.prepared")
        self.run("accept", media)

    def say(self, **message):
        """Says it on the data channel."""
        self.run(f"() => peer.say({json.dumps(message)})")

    def hears(self, tone):
        self.wait(f"document.getElementById('microphone').srcObject && Math.abs(tone() - {tone}) < 12")

    def sees_state(self, condition):
        """Until what they say that they send fulfils @condition, an expression on `state`."""
        self.wait(f"(state => state && ({condition}))(peer.states.at(-1))")

    def statistics(self):
        return self.run("statistics")


if __name__ == "__main__":  # where the server is on a network that this program's user is not on
    print(sign_up(*sys.argv[1:]))
