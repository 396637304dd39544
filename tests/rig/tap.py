# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the functions of a test program and prints TAP."""
import concurrent.futures
import faulthandler
import os
import signal
import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


# GStreamer 1.22 lets go of a lock while it walks through a session's sources to write reports; if a new
# source comes at that moment, GLib complains once. Harmless, and not ours: it does not end the program.
# Its DTLS complains of a datagram that comes again while it is at the one before, as they do where some
# are lost; it takes the next.
_NOT_OURS = ("version == hash_table->version", "runtime check failed: (!priv->bio_buffer)")


def complaints(log):
    """The warnings in the output of a program that G_DEBUG does not let die of them."""
    return [line for line in log.splitlines()
            if ("-WARNING **" in line or "-CRITICAL **" in line or " WARNING **" in line or
                " CRITICAL **" in line) and not any(known in line for known in _NOT_OURS)]


def _fail():
    """Exits. What a failure has left behind holds the output open, and who reads it would wait for that to end."""
    if os.getpgrp() == os.getpid():  # or it is somebody else's group as well
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    sys.exit(1)


def run(*cases, together=(), limit=60, before=None, failed=None):
    """Runs @cases in order and exits; each has @limit seconds, and so has @before(), which they all need.
    Those in @together mostly wait, and do so at the same time, after the others. @failed(name) keeps what a
    failure looked like."""
    bad = 0
    under_way = {}
    pool = concurrent.futures.ThreadPoolExecutor(max(1, len(together)))
    faulthandler.dump_traceback_later(limit, exit=True)
    try:
        if before:
            before()
    except Skip as reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    except Exception:  # pylint: disable=broad-except
        print("Bail out! before the first test", flush=True)
        traceback.print_exc()
        _fail()
    print(f"1..{len(cases) + len(together)}")
    for number, case in enumerate((*cases, *together), 1):
        name = case.__name__.removeprefix("test_").replace("_", "-")
        faulthandler.dump_traceback_later(limit, exit=True)
        if case in together and not under_way:
            under_way.update({each: pool.submit(each) for each in together})
        try:
            if case in under_way:
                under_way[case].result()
            else:
                case()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:  # pylint: disable=broad-except
            bad += 1
            print(f"not ok {number} - {name}", flush=True)
            traceback.print_exc()  # Meson shows what is said there
            if failed:
                failed(name)
        finally:
            faulthandler.cancel_dump_traceback_later()
    if bad:
        _fail()
    sys.exit(0)
