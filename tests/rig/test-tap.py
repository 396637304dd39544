# SPDX-License-Identifier: GPL-3.0-or-later
"""A test program that fails is over: what it has started does not hold its output open."""
import os
import subprocess
import sys

import tap

LEAVES = """import subprocess, sys, tap
def leave():
    subprocess.Popen(["sleep", "300"])
    raise AssertionError("on purpose")
"""


def run(last):
    """What a program says whose functions are LEAVES and that ends with @last."""
    result = subprocess.run([sys.executable, "-c", LEAVES + last], start_new_session=True, check=False,
                            capture_output=True, text=True, timeout=60,
                            env={**os.environ, "PYTHONPATH": os.path.dirname(tap.__file__)})
    assert result.returncode == 1 and "on purpose" in result.stderr, result
    return result.stdout


def test_before_the_first():
    said = run("tap.run(before=leave)")
    assert said.startswith("Bail out!"), said


def test_a_case():
    said = run("tap.run(leave)")
    assert said == "1..1\nnot ok 1 - leave\n", said


tap.run(test_before_the_first, test_a_case)
