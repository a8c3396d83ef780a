"""Proof that a former holder of a bind is dead: the kernel lets a lock go with its process.

A frozen process keeps its lock, so nothing is proven then and the lease has to run out. The
identity names the running kernel and the file, so that a lock is never compared across machines.
"""

import fcntl
import os
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class BindLock:
    """An exclusive lock that this process holds until `release` or its death."""

    def __init__(self, file: int) -> None:
        self._file = file
        found = os.fstat(file)
        self.identity = f"{_boot()} {found.st_dev}:{found.st_ino}" if _boot() else ""

    @classmethod
    def take(cls, path: Path) -> "BindLock | None":
        """The lock, or None while another process (or keeper) of this machine has it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held, or a file system without locks
            os.close(file)
            return None
        return cls(file)

    def proves_dead(self, lock: str) -> bool:
        """Tell whether the holder that noted `lock` had this very lock: then it has ended."""
        return bool(lock) and lock == self.identity

    def release(self) -> None:
        """Let it go; once is enough."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:  # another system: nothing is ever proven there
        return ""
