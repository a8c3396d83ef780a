"""Whether a TCP port of this machine is free, and who holds it if not."""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

from config.embedded.leftovers import command_line, pids


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now; a port that may not be used counts as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections of a server that just stopped (TIME_WAIT) do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def holder(port: int) -> str:
    """`pid 12 (python manage.py …)` of the listener, or nothing where we cannot see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for pid in pids() if sockets else []:
        if _open_files(pid) & sockets:
            return f"pid {pid} ({' '.join(command_line(pid))[:60]})"
    return ""


def _open_files(pid: int) -> set[str]:
    """What its descriptors point to, as far as we may see; they may close while we look."""
    links = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208  names alone, as many as there are
            with suppress(FileNotFoundError):
                links.add(os.readlink(f"/proc/{pid}/fd/{name}"))  # noqa: PTH115  not a file's path
    except OSError:
        return set()
    return links


def _listening_inodes(port: int) -> set[str]:
    """From /proc/net/tcp and tcp6, state 0A = LISTEN (proc_net_tcp in the kernel's documents)."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in (line.split() for line in lines):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes
