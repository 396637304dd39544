#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-summary.py LOG.json...

Adds up what `meson test` wrote and closes with "N passed, N failed, N skipped". Each point of a TAP
program counts by itself; a program that failed without saying which point counts as one failure.
Exits with 1 if anything failed, a log is missing, or nothing passed.
"""
import json
import re
import sys

POINT = re.compile(r"(not )?ok\b([^#]*)(?:#\s*(skip|todo)\b)?", re.IGNORECASE)
GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


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


def main(paths):
    count = {"passed": 0, "failed": 0, "skipped": 0}
    print()
    for path in paths:
        for test in read(path):
            for name, result in judge(test):
                count[result] += 1
                if result != "passed":
                    print(f"{result}: {name}")
    print(", ".join(f"{number} {result}" for result, number in count.items()))
    return 0 if count["passed"] and not count["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
