"""What a killed keeper left running, told apart from strangers that got the same pid."""

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event

from config.embedded.children import Child
from config.embedded.places import write_private

SWEEP_SECONDS = 30.0


def identity(pid: int) -> str | None:
    """This boot's process under the pid, or None: a pid alone may mean another one later."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # Fields 3 (state) and 22 (start time in ticks) of proc_pid_stat(5); a zombie has ended.
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def command_line(pid: int) -> list[str]:
    """Empty when the process is gone or the system has no /proc."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return []
    return text.rstrip("\0").split("\0")


def pids() -> list[int]:
    """Every process that we can see; empty where there is no /proc."""
    try:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look every tenth of a second whether it holds."""
    never = Event()
    for _ in range(int(seconds * 10)):
        if condition():
            return True
        never.wait(0.1)
    return condition()


def record(path: Path, children: Iterable[Child]) -> None:
    """Note who runs for us, for the keeper that comes after a kill -9 of this one."""
    entries = [
        [child.program.name, child.pid, identity(child.pid), int(child.program.stop_signal)]
        for child in children
    ]
    write_private(path, json.dumps(entries))


def sweep(path: Path, seconds: float = SWEEP_SECONDS) -> list[str]:
    """End what the record says still runs, and answer the names."""
    try:
        entries = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return []
    alive = [(name, pid, who, number) for name, pid, who, number in entries if _is(pid, who)]
    for _, pid, _, number in alive:
        _signal(os.kill, pid, number)
    wait_until(lambda: not any(_is(pid, who) for _, pid, who, _ in alive), seconds)
    for _, pid, who, _ in alive:
        if _is(pid, who):
            _signal(os.killpg, pid, signal.SIGKILL)
    path.unlink()
    return [name for name, *_ in alive]


def _is(pid: int, who: str | None) -> bool:
    return who is not None and identity(pid) == who


def _signal(send: Callable[[int, int], None], pid: int, number: int) -> None:
    try:
        send(pid, number)
    except (ProcessLookupError, PermissionError):
        return
