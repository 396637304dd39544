# SPDX-License-Identifier: GPL-3.0-or-later
"""What processes cost, as the kernel counts it."""
import os

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields of a process behind its name, and that."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        head, _, tail = file.read().rpartition(")")
    return tail.split(), head.partition("(")[2]


def tree(root, name=None):
    """@root and all that come from it; only those that are called @name, if that is given."""
    parents, names = {}, {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            fields, names[pid] = _stat(pid)
            parents[pid] = int(fields[1])
        except OSError:
            pass  # it ended
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(pid for pid in found if name is None or names.get(pid) == name)


def cpu_seconds(pids):
    """What these have used so far."""
    used = 0
    for pid in pids:
        try:
            fields, _ = _stat(pid)
            used += int(fields[11]) + int(fields[12])
        except OSError:
            pass  # it ended
    return used / TICKS


def memory_mib(pids):
    """Their proportional share of the memory: what several use counts once."""
    kib = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
                kib += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            pass
    return kib / 1024
