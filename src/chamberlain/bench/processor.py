"""Processor seconds of processes below one, as Linux counts them."""

import os
from pathlib import Path

PROC = Path("/proc")
NAME, PARENT, USER, CHILDREN = 0, 1, 11, 15


def seconds_below(pid: int, *, name: str) -> float | None:
    """Seconds that processes of that name below `pid` have used, ended ones included; None where there is no /proc."""
    if not PROC.is_dir():
        return None
    processes = dict(_processes())
    ticks = 0
    for one, (called, _, used) in processes.items():
        if called == name and _is_below(one, pid, processes):
            ticks += used
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> list[tuple[int, tuple[str, int, int]]]:
    """By process id: name, parent, ticks of its own and of the children it has waited for."""
    found = []
    for path in PROC.glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue  # it has ended meanwhile
        called, _, rest = text.partition("(")[2].rpartition(")")
        fields = rest.split()
        found.append((int(path.parent.name), (called, int(fields[PARENT]), sum(map(int, fields[USER:CHILDREN])))))
    return found


def _is_below(pid: int, top: int, processes: dict[int, tuple[str, int, int]]) -> bool:
    seen: set[int] = set()
    while pid in processes and pid not in seen:
        seen.add(pid)
        pid = processes[pid][1]
        if pid == top:
            return True
    return False
