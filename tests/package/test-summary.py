#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-summary.py SUMMARY

What is counted of a run of all tests, and what is run once more.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

SUMMARY = sys.argv[1]
ASSERTED = "Bail out! ERROR:test.c:1:test_pace: assertion failed (frames == 5): (4 == 5)\n"


def test(name, result="OK", said="ok 1 /a\nok 2 /b\n", code=0, suites="media+real-time"):
    return {"name": f"beckon:{suites} / {name}", "result": result, "stdout": said, "stderr": None, "returncode": code}


def summary(first, later=(), option=()):
    with tempfile.TemporaryDirectory() as folder:
        for name, tests in (("media", first), ("media-again", later)):
            if tests:
                Path(folder, f"{name}.json").write_text("".join(json.dumps(each) + "\n" for each in tests),
                                                        encoding="utf-8")
        done = subprocess.run([SUMMARY, *option, f"{folder}/media.json"], check=False, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.split("\n")[:-1]


def test_counts():
    code, lines = summary([test("calls"), test("echo", "SKIP", "1..0 # SKIP no sound server\n")])
    assert (code, lines[-1]) == (0, "2 passed, 0 failed, 1 skipped"), lines
    code, lines = summary([test("calls"), test("echo", "FAIL", "ok 1 /a\nnot ok 2 /b\n", 1)])
    assert (code, lines[-1]) == (1, "3 passed, 1 failed, 0 skipped"), lines
    assert "failed: beckon:media+real-time / echo: 2 /b" in lines, lines
    assert lines.index("== beckon:media+real-time / echo ended with 1, stdout:") + 1 == lines.index("not ok 2 /b"), lines
    assert summary([])[0] == 1, "a log that is missing is no success"


def test_last_attempt_counts():
    first = [test("calls"), test("echo", "ERROR", ASSERTED, -6)]
    code, lines = summary(first, [test("echo")])
    assert (code, lines[-1]) == (0, "4 passed, 0 failed, 0 skipped"), lines
    assert "once more, alone: beckon:media+real-time / echo: ok" in lines, lines
    code, lines = summary(first, [test("echo", "ERROR", ASSERTED, -6)])
    assert (code, lines[-1]) == (1, "2 passed, 1 failed, 0 skipped"), lines


def test_who_deserves_another():
    def again(*tests):
        return summary(tests, option=["--again"])[1]

    assert again(test("calls"), test("echo", "ERROR", ASSERTED, -6)) == ["echo"]
    assert again(test("echo", "ERROR", ASSERTED, 134)) == ["echo"], "below a shell"
    traced = ASSERTED + "crash-trace: signal 6 on the thread main\n"
    assert again(test("echo", "ERROR", traced, -6)) == ["echo"], "an assertion ends so"
    assert again(test("echo", "ERROR", traced + "crash-trace: signal 11 on the thread main\n", -6)) == []
    assert again(test("echo", "FAIL", "not ok 1 /a\n# AssertionError: 4 of 5 frames\n", 1)) == ["echo"]
    assert again(test("echo", "TIMEOUT", "", -15)) == [], "it hung"
    assert again(test("echo", "ERROR", "", -11)) == again(test("echo", "ERROR", "", 139)) == [], "it crashed"
    assert again(test("echo", "ERROR", "free(): invalid pointer\n", -6)) == []
    for crash in ("the application ended with -11", "crash-trace: signal 11 on the thread main",
                  "==1==ERROR: LeakSanitizer: detected memory leaks", "hung:\nTimeout (0:01:00)!", "==1== ERROR: libFuzzer: timeout after 25 seconds"):
        assert again(test("echo", "FAIL", f"not ok 1 /a\n# {crash}\n", 1)) == [], crash
    assert again(test("echo", "ERROR", ASSERTED, -6, "unit")) == [], "it has no pace to keep"
    assert again(test("echo", "ERROR", ASSERTED, -6, "unit+real-time")) == ["echo"], "this one has"
    assert again(test("kills", "FAIL", "# seed 4711\nnot ok 1 /a\n", 1, "server")) == [], "the next dice fall otherwise"
    many = [test(f"echo-{number}", "ERROR", ASSERTED, -6) for number in range(4)]
    assert again(*many) == [] and len(again(*many[:3])) == 3, "where many fail it is not the pace"


tap.run(test_counts, test_last_attempt_counts, test_who_deserves_another)
