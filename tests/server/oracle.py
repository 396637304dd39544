# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges by what everybody sent and was told whether anything was lost, happened twice, or looks
different to different people. It knows docs/protocol.md and nothing of the server."""
from __future__ import annotations

import collections
import dataclasses

from beckon_client import Frame
from crowd import Crowd, Log, Request

# What each request may be refused with. That a call is unknown would mean that it was forgotten.
ERRORS = {
    "call.invite": {"busy-self"},
    "call.add": {"not-in-call", "call-over", "too-many-invitees", "busy-self"},
    "call.cancel": {"not-in-call", "call-over", "already-accepted"},
    "call.accept": {"answered-elsewhere", "call-over", "busy-self"},
    "call.reject": {"answered-elsewhere", "call-over"},
    "call.join": {"not-in-call", "call-over", "busy-self"},
    "call.leave": {"not-in-call", "call-over"},
    "call.end": {"not-in-call", "call-over"},
    "signal.send": {"not-in-call", "call-over", "unreachable"},
}
LATE = 5.0  # seconds that the server may be late, on a machine that has much to do
AWAY = 30.0  # seconds after which what was sent to a device has certainly arrived, if it lives


class View:
    """What one session knows of one call."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.events: list[Frame] = []
        self.requests: list[Request] = []

    def count(self, kind: str, **match: object) -> int:
        return sum(event["type"] == kind and all(event.get(key) == match[key] for key in match)
                   for event in self.events)

    def done(self, *kinds: str) -> list[Request]:
        return [request for request in self.requests if request.ok(*kinds)]

    def accepts(self) -> list[Request]:
        """Also those that were invitations, in glare."""
        return self.done("call.accept") + [request for request in self.done("call.invite")
                                           if request.reply and request.reply.get("merged")]

    def joined(self) -> bool:
        return bool(self.done("call.invite", "call.accept", "call.join"))

    def own_words(self) -> list[str]:
        """What became of the invitation of this user, once for each time that it was told."""
        words = [*["accepted"] * len(self.accepts()),
                 *["rejected"] * len(self.done("call.reject")),
                 *["cancelled"] * self.count("call.cancelled"),
                 *["timed-out"] * self.count("call.timeout"),
                 *(event["outcome"] for event in self.events
                   if event["type"] == "call.answered-elsewhere" and event["outcome"] != "moved")]
        if not words and self.count("call.received") and self.count("call.ended"):
            words.append("ended")
        return words

    def words_about(self, user: str) -> list[str]:
        """What a member was told about the invitation of somebody else."""
        words = []
        for event in self.events:
            if event["type"] == "call.accepted" and event["user"] == user:
                words.append("accepted")
            elif event["type"] == "call.rejected" and event["user"] == user:
                words.append("rejected" if "device" in event else "busy")
            elif event["type"] == "call.unanswered" and user in event["users"]:
                words.append("timed-out")
            elif event["type"] == "call.withdrawn" and user in event["users"]:
                words.append("cancelled")
        return words


@dataclasses.dataclass
class Invitation:
    """Of one user to one call."""
    user: str
    log: Log
    request: Request


class Call:
    """A call, from everybody's side."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.caller: str | None = None
        self.sure = True  # False: a reply that would say who is invited was lost in a crash
        self.invitations: dict[str, Invitation] = {}
        self.views: dict[Log, View] = {}

    def of(self, user: str) -> list[View]:
        return [view for view in self.views.values() if view.log.user == user]

    def said(self, user: str) -> dict[Log, list[str]]:
        """What each session was told became of the invitation of @user."""
        return {log: view.own_words() if log.user == user else view.words_about(user)
                for log, view in self.views.items()}

    def words(self, user: str) -> set[str]:
        """All that was said about the invitation of @user; it should be one word."""
        return {word for words in self.said(user).values() for word in words}

    def ends(self) -> set[str]:
        """How it ended, by the events and by those who left without hearing more."""
        return {event["reason"] for view in self.views.values() for event in view.events
                if event["type"] == "call.ended"} | \
            {request.frame["reason"] for view in self.views.values()
             for request in view.done("call.leave")}

    def asked(self, user: str, *kinds: str) -> int:
        return sum(request.kind in kinds for view in self.of(user) for request in view.requests)

    def reject_reason(self, user: str) -> str | None:
        for view in self.views.values():
            for event in view.events:
                if event["type"] == "call.rejected" and event["user"] == user:
                    return event["reason"]
            for request in view.done("call.reject"):
                if view.log.user == user:
                    return request.frame["reason"]
        return None


class Oracle:
    """judge() compares all that was seen; what is wrong is in crowd.wrongs."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.calls: dict[str, Call] = {}
        self.unknown: dict[str, Frame] = {}  # by label: invitations of which the reply was lost
        self.logs: dict[str, list[Log]] = collections.defaultdict(list)
        for log in crowd.logs:
            self.logs[log.user].append(log)
            self._read(log)
        self._find_lost_replies()

    def wrong(self, what: str, call: Call, text: str) -> None:
        self.crowd.wrong(what, f"call {call.name}: {text}")

    # reading

    def _call(self, name: str) -> Call:
        return self.calls.setdefault(name, Call(name))

    def _view(self, name: str, log: Log) -> View:
        return self._call(name).views.setdefault(log, View(log))

    def _read(self, log: Log) -> None:
        for event in log.events:
            if "call" in event and event["type"] not in ("history.changed", "history.missed"):
                self._view(event["call"], log).events.append(event)
        for request in log.requests.values():
            if request.ok("call.invite"):
                self._read_invite(log, request)
            elif "call" in request.frame:
                self._view(request.frame["call"], log).requests.append(request)
            if request.ok("call.add"):
                self._invite(self._call(request.frame["call"]), log, request)

    def _read_invite(self, log: Log, request: Request) -> None:
        assert request.reply is not None
        call = self._call(request.reply["call"])
        self._view(call.name, log).requests.append(request)
        if request.reply.get("merged"):
            return
        if call.caller is not None:
            self.wrong("twice", call, f"{call.caller} and {log} have made it")
        call.caller = log.user
        self._invite(call, log, request)

    def _invite(self, call: Call, log: Log, request: Request) -> None:
        assert request.reply is not None
        failed = {failure["user"] for failure in request.reply["failed"]}
        for user in request.frame["invitees"]:
            if user not in failed:
                call.invitations[user] = Invitation(user, log, request)

    def _find_lost_replies(self) -> None:
        for log in self.crowd.logs:
            for request in log.requests.values():
                if request.reply is not None or request.kind == "ping":
                    continue
                if log.crashed_at is None:
                    log.wrong(f"has no answer to {request.frame}")
                elif request.kind == "call.invite":
                    self.unknown[request.frame["data"]] = {**request.frame, "user": log.user}
                elif request.kind == "call.add":
                    self._call(request.frame["call"]).sure = False

    def alive(self, user: str, since: float, until: float) -> bool:
        """Whether no device of theirs may have forgotten what it was told then."""
        return not any(log.crashed_at is not None and log.began <= until and
                       since <= log.crashed_at + AWAY and log.crashed_at <= until + AWAY
                       for log in self.logs[user])

    # judging

    def judge(self) -> None:
        for call in self.calls.values():
            if call.caller is None:
                self._judge_origin(call)
            for user, invitation in call.invitations.items():
                self._judge_invitation(call, invitation)
                self._judge_outcome(call, user)
                self._judge_time(call, invitation)
            for view in call.views.values():
                self._judge_end(call, view)
                self._judge_order(call, view)
            self._judge_members(call)
            self._judge_ends(call)
        for log in self.crowd.logs:
            self._judge_errors(log)
        self._judge_labels()
        self._judge_signals()

    def _judge_origin(self, call: Call) -> None:
        """Nobody knows to have made it: whose reply was lost in a crash?"""
        labels = {event["data"].split("+")[0] for view in call.views.values()
                  for event in view.events if event["type"] in ("call.created", "call.received")}
        call.sure = False
        for label in labels:
            if label not in self.unknown:
                self.wrong("twice", call, f"nobody has made it, it is said to be {label}")
            elif call.caller is None:
                call.caller = self.unknown[label]["user"]

    def _judge_invitation(self, call: Call, invitation: Invitation) -> None:
        """Each device that was there is told once; who is busy is not told at all."""
        request = invitation.request
        for log in self.logs[invitation.user]:
            view = call.views.get(log, View(log))
            count = view.count("call.received")
            if count > 1:
                self.wrong("twice", call, f"{log} was told {count} times that it is invited")
            for event in view.events:
                if event["type"] == "call.received" and not (
                        event["data"] == request.frame["data"] and
                        event["from"]["id"] == invitation.log.user):
                    self.wrong("agree", call, f"{log} was told {event}")
            words = call.words(invitation.user)
            if log.was_there(request.sent_at) and count != (0 if words == {"busy"} else 1):
                self.wrong("lost", call, f"{log} was told {count} times, {words}")

    def _judge_outcome(self, call: Call, user: str) -> None:
        """It is the same for everybody, and who has invited is told of it."""
        words = call.words(user)
        asked = call.invitations[user].request
        if not words and not self.alive(user, asked.sent_at, asked.answered_at):
            call.sure = False  # only a device that has crashed could say
            return
        if len(words) != 1:
            said = {str(log): told for log, told in call.said(user).items() if told}
            self.wrong("agree" if words else "lost", call, f"what became of {user}? {said}")
            return
        accepts = sum(len(view.accepts()) for view in call.of(user))
        if accepts > 1:
            self.wrong("twice", call, f"{user} has accepted {accepts} times")
        inviter = call.invitations[user].log
        view = call.views[inviter]
        stayed = inviter.crashed_at is None and not view.done("call.leave", "call.end") and \
            not view.count("call.answered-elsewhere")
        if stayed and not words & {"cancelled", "ended"} and not view.words_about(user):
            self.wrong("lost", call, f"{inviter} was not told that {user} has {words}")

    def _judge_time(self, call: Call, invitation: Invitation) -> None:
        """It does not ring for longer than it should: no snapshot has it then."""
        until = invitation.request.answered_at + invitation.request.frame["timeout"]
        for log in self.logs[invitation.user]:
            for said_at, hello in log.hellos:
                rings = any(entry["call"] == call.name and entry["state"] == "ringing"
                            for entry in hello["calls"])
                if rings and said_at > until + LATE:
                    self.wrong("lost", call, f"it rings for {log}, {said_at - until} s too long")

    def _judge_members(self, call: Call) -> None:
        """They are told what the others do, once."""
        for view in call.views.values():
            for user in call.invitations:
                if user == view.log.user:
                    continue
                words = view.words_about(user)
                if len(words) > 1 + call.asked(user, "call.join"):
                    self.wrong("twice", call, f"{view.log} was told of {user}: {words}")
                left = view.count("call.left", user=user)
                if left > call.asked(user, "call.leave"):
                    self.wrong("twice", call, f"{view.log} was told {left} times that {user} left")
            if view.log.user != call.caller and view.count("call.created"):
                self.wrong("agree", call, f"{view.log} was told that it made it")

    def _judge_end(self, call: Call, view: View) -> None:
        """Whom it rings is told once how that ends, and who is in it that it is over; once more for each
        time that a device of theirs came back into it."""
        if view.log.crashed_at is not None:
            return
        ends = range(1, 2 + call.asked(view.log.user, "call.join"))
        words, ended = view.own_words(), view.count("call.ended")
        if view.count("call.received") and len(words) != 1:
            self.wrong("twice" if words else "lost", call, f"it rang for {view.log}, then {words}")
        left = len(view.done("call.leave"))
        if ended > ends[-1] or (ended and left and not call.asked(view.log.user, "call.join")):
            self.wrong("twice", call, f"{view.log} left {left} times, and it ended {ended} times")
        gone = left or view.count("call.answered-elsewhere", outcome="moved")
        if view.joined() and not gone and ended not in ends:
            self.wrong("lost", call, f"{view.log} was told {ended} times of the end")
        other = view.count("call.created") + \
            view.count("call.answered-elsewhere", outcome="accepted")
        left = call.asked(view.log.user, "call.leave")
        if other and not view.joined() and not left and ended not in ends:
            self.wrong("lost", call, f"{view.log}, not in it, was told {ended} times of the end")

    def _judge_order(self, call: Call, view: View) -> None:
        """Nothing comes behind the last word, but to who came back."""
        last = [number for number, event in enumerate(view.events)
                if event["type"] in ("call.ended", "call.cancelled", "call.timeout")]
        first = -1 if call.asked(view.log.user, "call.join") else 0
        if last and last[first] != len(view.events) - 1:
            self.wrong("agree", call, f"{view.log} was told {view.events[last[0]:]}")

    def _judge_ends(self, call: Call) -> None:
        """Who left before, and their other devices, have an end of their own."""
        left = {event["user"] for view in call.views.values() for event in view.events
                if event["type"] == "call.left"}
        ends = {(event["reason"], event["duration_ms"]) for view in call.views.values()
                for event in view.events if event["type"] == "call.ended"
                and view.log.user not in left and not call.asked(view.log.user, "call.leave")}
        if len(ends) > 1:
            self.wrong("agree", call, f"it ended as {ends}")

    def _judge_errors(self, log: Log) -> None:
        for request in log.requests.values():
            if request.reply is None or request.reply["ok"] or request.kind == "ping":
                continue
            error = request.reply["error"]
            if error["code"] not in ERRORS[request.kind]:
                log.wrong(f"{request.frame} was answered {error}")
            elif request.kind in ("call.accept", "call.reject") and "outcome" in error:
                self._judge_over(log, request, error)

    def _judge_over(self, log: Log, request: Request, error: Frame) -> None:
        """Who comes too late hears what has won: of their invitation, or of the whole call when it is over, which of
        several who were invited nobody may be left to tell."""
        call = self.calls[request.frame["call"]]
        known = call.words(log.user) | call.ends()
        if call.asked(log.user, "call.leave"):
            known.add("left")
        if "timed-out" in known:
            known.add("unanswered")  # the word for all of it
        told = call.sure if not known else call.ends() or len(call.invitations) == 1
        if error["outcome"] not in known and told:
            self.wrong("agree", call, f"{log} came late, heard {error['outcome']}: {known}")

    def _judge_labels(self) -> None:
        """An invitation makes one call."""
        calls: dict[str, set[str]] = collections.defaultdict(set)
        for call in self.calls.values():
            for view in call.views.values():
                for event in view.events:
                    if event["type"] == "call.received":
                        calls[event["data"]].add(call.name)
        for label, names in calls.items():
            if len(names) > 1:
                self.crowd.wrong("twice", f"the invitation {label} has made the calls {names}")

    # signals

    def _judge_signals(self) -> None:
        got: dict[tuple[str, str, str, Log], list[int]] = collections.defaultdict(list)
        for log in self.crowd.logs:
            for event in log.events:
                if event["type"] == "signal.received":
                    payload = event["payload"]
                    got[payload["session"], event["call"], log.user, log].append(payload["number"])
                    self._judge_sender(log, event)
        for log in self.crowd.logs:
            sent: dict[tuple[str, str], list[Request]] = collections.defaultdict(list)
            for request in log.requests.values():
                if request.kind == "signal.send":
                    sent[request.frame["call"], request.frame["to"]["user"]].append(request)
            for (name, to), requests in sent.items():
                self._judge_pair(log, self._call(name), to, requests,
                                 {each: got.get((str(log.session), name, to, each), [])
                                  for each in self.logs[to]})

    def _judge_sender(self, log: Log, event: Frame) -> None:
        sender = event["from"]
        if not any(each.session == event["payload"]["session"] and each.device == sender["device"]
                   for each in self.logs[sender["user"]]):
            log.wrong(f"{event} is not from {sender}")

    def _judge_pair(self, log: Log, call: Call, to: str, requests: list[Request],
                    got: dict[Log, list[int]]) -> None:
        """What the server took was delivered once and in order, and what it refused was not."""
        answered = [request for request in requests if request.reply is not None]
        done = {request.frame["payload"]["number"] for request in answered if request.reply["ok"]}
        refused = {request.frame["payload"]["number"] for request in answered} - done
        for receiver, numbers in got.items():
            if numbers != sorted(set(numbers)) or refused & set(numbers):
                self.wrong("twice", call, f"{receiver} has {numbers} from {log}, without {refused}")
        first = min(request.sent_at for request in requests)
        last = max(request.answered_at for request in requests)
        if not done or not self.alive(to, first, last):
            return
        if missing := done - set().union(*map(set, got.values())):
            self.wrong("lost", call, f"{missing} of {done} from {log} to {to}")
        invitation = call.invitations.get(to)
        if invitation is None or call.asked(to, "call.join"):
            return
        for receiver, numbers in got.items():
            view = call.views.get(receiver, View(receiver))
            rang = view.accepts() or "accepted" not in call.words(to)
            if rang and receiver.was_there(invitation.request.sent_at) and done - set(numbers):
                self.wrong("lost", call, f"{receiver} has {numbers} of {done} from {log}")
            kept = {request.frame["payload"]["number"] for request in answered
                    if request.answered_at < receiver.began} & done
            if view.count("call.received") and kept - set(numbers):
                self.wrong("lost", call, f"{receiver} came later, has {numbers} of {kept}")


class HistoryOracle:
    """Compares what everybody finds in their history with what they have seen."""

    def __init__(self, oracle: Oracle, histories: dict[str, list[Frame]]) -> None:
        self.oracle, self.crowd = oracle, oracle.crowd
        self.lines: dict[tuple[str, str], Frame] = {}
        for user, lines in histories.items():
            for line in lines:
                if (line["call"], user) in self.lines:
                    self.wrong(f"{user} has {line['call']} twice")
                self.lines[line["call"], user] = line

    def wrong(self, text: str) -> None:
        self.crowd.wrong("history", text)

    def judge(self) -> None:
        for call in self.oracle.calls.values():
            if call.sure:
                self._judge_call(call)
        for (name, user), line in self.lines.items():
            people = {user} | {member["id"] for member in line["members"]}
            if name not in self.oracle.calls and \
               not any(frame["user"] in people for frame in self.oracle.unknown.values()):
                self.wrong(f"{user} has a call that nobody made: {line}")

    def _judge_call(self, call: Call) -> None:
        assert call.caller is not None
        people = {call.caller, *call.invitations}
        started = set()
        for user in people:
            line = self.lines.get((call.name, user))
            if line is None:
                self.wrong(f"{user} has no {call.name}")
                continue
            started.add(line["started"])
            expected = self._outcome(call, user)
            if line["outcome"] != expected:
                self.wrong(f"{call.name} is {line['outcome']} to {user}, and was {expected}")
            if line["direction"] != ("outgoing" if user == call.caller else "incoming"):
                self.wrong(f"{call.name} is {line['direction']} to {user}")
            if {member["id"] for member in line["members"]} != people - {user}:
                self.wrong(f"{call.name} is with {line['members']} to {user}")
            if line["duration_ms"] > 0 and expected != "answered":
                self.wrong(f"{user} did not answer {call.name}, for {line['duration_ms']} ms")
        if len(started) > 1:
            self.wrong(f"{call.name} started at {started}")

    @staticmethod
    def _outcome(call: Call, user: str) -> str:
        if user != call.caller:
            words = call.words(user)
            if "accepted" in words:
                return "answered"
            return "declined" if call.reject_reason(user) == "declined" else "missed"
        words = set().union(*(call.words(other) for other in call.invitations))
        reasons = {call.reject_reason(other) for other in call.invitations}
        if "accepted" in words:
            return "answered"
        if words & {"cancelled", "ended"}:
            return "cancelled"
        if "timed-out" in words:
            return "unanswered"
        return "busy" if reasons == {"busy"} else "declined"
