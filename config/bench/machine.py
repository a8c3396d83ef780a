"""What the figures were measured on."""

import os
import platform
from pathlib import Path
from typing import Any

from django.db import connection

_SHOWN = ("server_version", "fsync", "synchronous_commit", "shared_buffers")


def machine_facts(*, has_database: bool = True) -> dict[str, Any]:
    """Cores, processor, memory, versions, and how durable the database is, where there is one."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _field("/proc/cpuinfo", "model name"),
        "memory_mib": int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "system": platform.release(),
        "python": platform.python_version(),
    } | ({"postgresql": _database()} if has_database else {})


def _database() -> dict[str, str]:
    with connection.cursor() as cursor:
        found = {}
        for name in _SHOWN:
            cursor.execute(f"SHOW {name}")
            found[name.removeprefix("server_")] = str(cursor.fetchone()[0])
    return found


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
