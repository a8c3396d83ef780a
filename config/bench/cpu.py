"""CPU time by process, from /proc: a process with all its descendants, the dead ones too."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_IDLE = {3, 4}  # idle and iowait; a waiting disk leaves the core to others
_GUEST_FROM = 8  # guest and guest_nice are contained in user and nice


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds by process, by client of PostgreSQL, and of processes that are none of ours."""

    by_name: Mapping[str, float]
    by_client: Mapping[str, float]
    others: float


@dataclass(frozen=True, slots=True)
class Usage:
    """A process: its own CPU time and that of children it has waited for, in clock ticks."""

    pid: int
    parent: int
    ticks: int


def parse_stat(text: str) -> Usage:
    """One /proc/<pid>/stat line (proc_pid_stat(5)): fields 4 and 14 to 17."""
    head, _, rest = text.rpartition(")")  # a command's name may hold spaces and parentheses
    fields = rest.split()
    return Usage(int(head.partition(" ")[0]), int(fields[1]), sum(map(int, fields[11:15])))


def tree_ticks(processes: Mapping[int, Usage], root: int) -> int:
    """Ticks of a process and its living descendants; 0 where it is gone.

    What dies in between is counted with its parent, so that sums never shrink.
    """
    return sum(processes[pid].ticks for pid in tree_pids(processes, root))


def tree_pids(processes: Mapping[int, Usage], root: int) -> list[int]:
    """A process and its living descendants; nothing where it is gone."""
    children: dict[int, list[int]] = {}
    for one in processes.values():
        children.setdefault(one.parent, []).append(one.pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        if pid in processes:
            found.append(pid)
            waiting += children.get(pid, ())
    return found


def busy_ticks(text: str) -> int:
    """What all cores spent working, from /proc/stat (proc_stat(5)); a virtual machine's stolen
    time counts as work of others."""
    fields = [int(value) for value in text.partition("\n")[0].split()[1:]]
    return sum(n for index, n in enumerate(fields[:_GUEST_FROM]) if index not in _IDLE)


def snapshot() -> dict[int, Usage]:
    """Every process there is."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                usage = parse_stat((entry / "stat").read_text())
            except OSError:  # it ended while we looked
                continue
            found[usage.pid] = usage
    return found


class Accounts:
    """CPU seconds of named process trees since the start of counting, and of everybody else."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        """`roots`: pid by name."""
        self._roots = dict(roots)
        self._before, self._busy = snapshot(), _busy()

    def since(self, clients: Mapping[int, str]) -> "Spent":
        """What was spent until now. `clients`: whom each PostgreSQL backend works for, by pid."""
        after = snapshot()
        by_name = {
            name: _seconds(tree_ticks(after, pid) - tree_ticks(self._before, pid))
            for name, pid in self._roots.items()
        }
        by_client: dict[str, float] = {}
        for pid, client in clients.items():
            ticks = _ticks(after, pid) - _ticks(self._before, pid)
            by_client[client] = by_client.get(client, 0.0) + _seconds(ticks)
        others = _seconds(_busy() - self._busy) - sum(by_name.values())
        return Spent(by_name, by_client, max(0.0, others))


def _ticks(processes: Mapping[int, Usage], pid: int) -> int:
    return processes[pid].ticks if pid in processes else 0


def _busy() -> int:
    return busy_ticks(Path("/proc/stat").read_text())


def _seconds(ticks: int) -> float:
    return ticks / _TICKS_PER_SECOND
