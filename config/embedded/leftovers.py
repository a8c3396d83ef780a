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


def clear_postgres(data: Path, cluster: str) -> None:
    """Stop a server that a killed keeper left on this very data directory."""
    for number, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        servers = _servers_of(data)
        for pid in servers:
            _signal(os.kill, pid, number)
        if not servers or wait_until(lambda: not _servers_of(data), seconds):
            break
    # Backends of a killed server hold its memory until they notice.
    wait_until(lambda: not _backends_of(cluster), 10.0)
    _free_lock_of_stranger(data, cluster)


def _free_lock_of_stranger(data: Path, cluster: str) -> None:
    """PostgreSQL refuses to start while any process has the pid in its lock file.

    After a power cut that may be a stranger's; a pid that nobody has it sorts out by itself.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if identity(pid) and pid not in _servers_of(data) and not _backends_of(cluster):
        lock.unlink()


def _servers_of(data: Path) -> list[int]:
    def is_ours(words: list[str]) -> bool:
        return words[0].endswith("postgres") and words[1:3] == ["-D", str(data)]

    return _matching(is_ours)


def _backends_of(cluster: str) -> list[int]:
    return _matching(lambda words: words[0].startswith(f"postgres: {cluster}: "))


def _matching(is_ours: Callable[[list[str]], bool]) -> list[int]:
    return [pid for pid in pids() if is_ours(command_line(pid) or [""])]


def _is(pid: int, who: str | None) -> bool:
    return who is not None and identity(pid) == who


def _signal(send: Callable[[int, int], None], pid: int, number: int) -> None:
    try:
        send(pid, number)
    except (ProcessLookupError, PermissionError):
        return
