#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: test-runner.py TEST.SH

How a run of all tests ends that cannot begin, or is interrupted: with a compiler and packages that are none.
"""
import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

LIMIT = 20  # seconds: nothing here takes any time
MESON = """#!/bin/bash
case $* in
  setup*) mkdir -p "$2" ;;
  "compile -C build-sanitize") echo $$ >compiling; exec tail -f /dev/null ;;
esac
"""
DEPS = """#!/bin/bash
echo "$*" >>installed
[ "$*" != browser ] || { echo >installing; read -r <go; echo "browser is there" >>installed; }
"""


@contextlib.contextmanager
def started(*suites):
    """A run of @suites: its folder, and its process."""
    with tempfile.TemporaryDirectory(prefix="beckon-runner-") as folder:
        folder = Path(folder)
        for name, program in ("bin/meson", MESON), ("build-aux/deps.sh", DEPS):
            (folder / name).parent.mkdir()
            (folder / name).write_text(program, encoding="utf-8")
            (folder / name).chmod(0o755)
        shutil.copy(sys.argv[1], folder / "build-aux")
        for name in "compiling", "installing", "go":
            os.mkfifo(folder / name)
        words = [word for suite in suites for word in ("--suite", suite)]
        process = subprocess.Popen([folder / "build-aux/test.sh", *words], stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"})
        try:
            yield folder, process
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def test_unknown_suite():
    with started("unit", "units") as (folder, process):
        assert process.communicate(timeout=LIMIT)[0] == "0 passed, 1 failed, 0 skipped\n"
        assert process.returncode == 1
        assert not (folder / "installed").exists(), "something was installed for nothing"


def interrupt(number):
    with started("interop", "sanitize", "flatpak") as (folder, process):
        compiler = os.pidfd_open(int((folder / "compiling").read_text(encoding="ascii")))
        (folder / "installing").read_text(encoding="ascii")
        process.send_signal(number)
        assert select.select([compiler], [], [], LIMIT)[0], "it goes on to compile"
        os.close(compiler)
        assert process.poll() is None, "packages are still being installed"
        (folder / "go").write_text("\n", encoding="ascii")
        assert process.wait(LIMIT) == 128 + number
        done = (folder / "installed").read_text(encoding="ascii").splitlines()
        assert done == ["build run", "test", "browser", "browser is there"], done


def test_interrupted():
    interrupt(signal.SIGINT)


def test_ended():
    interrupt(signal.SIGTERM)


tap.run(test_unknown_suite, test_interrupted, test_ended, limit=2 * LIMIT)
