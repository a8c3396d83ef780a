"""One keeper of servers and processes per var/ at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.children import ServicesError
from config.embedded.places import make_folder


class AlreadyRunningError(ServicesError):
    """Another process keeps this var/ now."""

    def __init__(self, var_dir: Path, pid: str) -> None:
        super().__init__(f"already running, pid {pid} ({var_dir}): stop that one first (Ctrl-C)")
        self.pid = pid


@contextmanager
def keeper(var_dir: Path) -> Iterator[None]:
    """Be the one; the kernel frees the lock with the process, however that ends."""
    path = make_folder(var_dir, 0o755) / "keeper.lock"
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise AlreadyRunningError(var_dir, stream.read().strip() or "unknown") from None
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
