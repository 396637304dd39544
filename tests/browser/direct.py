# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium ↔ Chromium on any link, and how well that went. Who measures a link of its own gives each
Chromium the words that put it there, such as `ip netns exec NAME`."""
import bisect
import statistics
import time

from chromium import Chromium

FROZEN_MS = 200  # a gap so long is seen


def delays(shown, captured):
    """How long each frame took, in ms: [number, when, …] at either end. A clip begins anew, so that the
    last time before is the one."""
    times = {}
    for number, _, when in captured:
        if number >= 0 and when is not None:
            times.setdefault(number, []).append(when)
    found = []
    for number, when, *_ in shown:
        before = times.get(number, [])
        place = bisect.bisect(before, when)
        if number >= 0 and place > 0:
            found.append(when - before[place - 1])
    return found


def quality(shown, captured, seconds):
    """What @shown says: frames a second, seconds in gaps that are seen, and how old the frames were."""
    times = [when for _, when, *_ in shown]
    gaps = [after - before for before, after in zip(times, times[1:])]
    if times:
        gaps.append(seconds * 1000 - (times[-1] - times[0]))  # before the first and behind the last
    took = sorted(delays(shown, captured)) or [float("nan")]
    return {"fps": len(times) / seconds,
            "frozen_s": sum(gap for gap in gaps if gap > FROZEN_MS) / 1000 if times else seconds,
            "delay_ms": statistics.median(took),
            "delay_p95_ms": took[min(len(took) - 1, round(0.95 * (len(took) - 1)))],
            "worst_ms": took[-1]}


class DirectCall:
    """Two Chromiums in a call; use as a context manager. @prefixes are the words in front of each; the
    callee sends pictures as well, unless it only listens (not @both). @preference: see directStart()."""

    def __init__(self, video, audio, prefixes=((), ()), both=True, preference=None):
        self.ends = [Chromium(video, audio, prefix) for prefix in prefixes]
        self.both = both
        self.preference = preference
        self.started = []

    def __enter__(self):
        try:
            for end in self.ends:
                self.started.append(end.__enter__())
            caller, callee = self.ends
            offer = caller.run("directOffer")
            caller.run("payload => peer.take(payload)", callee.run("directAnswer", offer))
            caller.run("directStart", True, self.preference)
            callee.run("directStart", self.both, self.preference)
            for end in self.ends if self.both else [callee]:
                end.wait("peer.times.firstFrame", 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        for end in self.started:
            end.__exit__()

    def measure(self, seconds, width=0, height=0):
        """What the callee saw and heard of the caller in so many seconds, see quality(); and the share
        of sound that was made up, and what came in all in kbit/s. Some pictures are kept, if their size is
        said: [number, brightness of each pixel in base64]."""
        caller, callee = self.ends
        for end in self.ends:
            end.run("measure", width, height)
        time.sleep(seconds)
        there, here = callee.run("measured"), caller.run("measured")
        return {**quality(there["camera"], here["own"], seconds), "width_px": there["width"],
                "concealed": there["concealed"] / max(1, there["samples"]),
                "kbps": there["bytes"] * 8 / 1000 / seconds, "pictures": there["pictures"]}
