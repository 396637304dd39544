#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-summary.py LOG.json...
       test-summary.py --again LOG.json

Adds up what `meson test` wrote and closes with "N passed, N failed, N skipped". Each point of a TAP
program counts by itself; a program that failed without saying which point counts as one failure.
Exits with 1 if anything failed, a log is missing, or nothing passed.

Beside NAME.json there may be NAME-again.json: what is in there replaces the first attempt of the same
program, and is named. What a program said that failed stands before all that: the end of a log is what
there is to see where a log is cut. With --again the programs are printed that deserve one: they failed, but nothing
crashed or hung and no sanitizer spoke, they are few, and have a pace to keep: those of the suites unit, package and fuzz have none,
unless they are real-time as well, nor those that say the seed of their dice, which others would not find the same with.
"""
import json
import os
import re
import sys

POINT = re.compile(r"(not )?ok\b([^#]*)(?:#\s*(skip|todo)\b)?", re.IGNORECASE)
GOOD = ("OK", "EXPECTEDFAIL", "SKIP")
# The code of a program that a signal has ended is its number, or from a shell 128 above it. SIGABRT is
# also what GLib's assertions end with, but they say so.
CRASHES = {signal + shell for signal in (4, 5, 6, 7, 8, 11) for shell in (0, 128)}
CRASH = re.compile(r"crash-trace: |Sanitizer: |: runtime error: |ended with -|returncode=-|killed by signal|"
                   # faulthandler's and libFuzzer's, of what hung
                   r"^Timeout \(|libFuzzer: ", re.MULTILINE)
ASSERTION = re.compile(r"^Bail out! ERROR:", re.MULTILINE)
DICE = re.compile(r"^# seed \d+$", re.MULTILINE)
PACELESS = {"unit", "package", "fuzz"}
ABORTED = re.compile(r"^crash-trace: signal 6 ", re.MULTILINE)
PASSED = re.compile(r"ok\b")
FEW = 3
SAID = 100  # lines


def points(output):
    """The (name, result) of every TAP point of a program; empty if it does not speak TAP."""
    for line in output.splitlines():
        match = POINT.match(line)
        if not match:
            continue
        failed, name, directive = match.groups()
        if (directive or "").lower() == "skip":
            result = "skipped"
        elif failed and not directive:
            result = "failed"
        else:
            result = "passed"
        yield name.strip(" -"), result


def judge(test):
    """All (name, result) of one test program."""
    results = [(f"{test['name']}: {name}", result) for name, result in points(test["stdout"] or "")]
    if test["result"] not in GOOD:
        if not any(result == "failed" for _, result in results):
            results.append((f"{test['name']}: {test['result'].lower()}", "failed"))
    elif not results:
        results.append((test["name"], "skipped" if test["result"] == "SKIP" else "passed"))
    return results


def read(path):
    try:
        with open(path, encoding="utf-8") as log:
            return [json.loads(line) for line in log if line.strip()]
    except FileNotFoundError:
        return [{"name": path, "result": "MISSING", "stdout": ""}]


def deserves_another(test):
    """Whether the machine's pace may have been at fault."""
    said = (test["stdout"] or "") + (test.get("stderr") or "")
    suites = test["name"].rpartition(" / ")[0].rpartition(":")[2].split("+")
    paceless = PACELESS.intersection(suites) and "real-time" not in suites
    if paceless or DICE.search(said):
        return False
    asserted = ASSERTION.search(said) is not None
    if asserted:
        said = ABORTED.sub("", said)  # which is how an assertion ends
    if test["result"] not in ("FAIL", "ERROR") or CRASH.search(said):
        return False
    return abs(test["returncode"]) not in CRASHES or asserted


def tell(test):
    """Prints the end of what a program said, without what went well."""
    for stream in ("stdout", "stderr"):
        lines = [line for line in (test.get(stream) or "").splitlines() if not PASSED.match(line)]
        print(f"== {test['name']} ended with {test.get('returncode')}, {stream}:", *lines[-SAID:], sep="\n")


def print_again(path):
    failed = [test for test in read(path) if test["result"] not in GOOD]
    if len(failed) <= FEW:
        for test in failed:
            if deserves_another(test):
                print(test["name"].rpartition(" / ")[2])


def attempts(path):
    """The last attempt of each program, and those that were made once more."""
    tests = {test["name"]: test for test in read(path)}
    later = path.removesuffix(".json") + "-again.json"
    again = read(later) if os.path.exists(later) else []
    tests.update({test["name"]: test for test in again})
    return tests.values(), again


def main(paths):
    if paths[:1] == ["--again"]:
        return print_again(*paths[1:])
    count = {"passed": 0, "failed": 0, "skipped": 0}
    logs = [attempts(path) for path in paths]
    for tests, _ in logs:
        for test in tests:
            if test["result"] not in (*GOOD, "MISSING"):
                tell(test)
    print()
    for tests, again in logs:
        for test in again:
            print(f"once more, alone: {test['name']}: {test['result'].lower()}")
        for test in tests:
            for name, result in judge(test):
                count[result] += 1
                if result != "passed":
                    print(f"{result}: {name}")
    print(", ".join(f"{number} {result}" for result, number in count.items()))
    return 0 if count["passed"] and not count["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
