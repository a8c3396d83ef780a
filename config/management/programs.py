"""The processes of Signalbox on one machine, as the supervisor starts them."""

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from config.embedded import Addresses
from config.embedded.children import Program

PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "-A", "config")
QUIET = ("--without-gossip", "--without-mingle", "--loglevel=WARNING")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  gunicorn's heartbeats must not wait for a disk

SIMULATOR = "simulator"
NAMES = (SIMULATOR, "web", "worker", "campaigns", "carriers", "beat")


def environment(found: Addresses, port: int, simulator_port: int) -> dict[str, str]:
    """Ours, with the addresses and ports said outright, so that all processes agree."""
    servers = {name.upper(): value for name, value in asdict(found).items()}
    ports = {"PORT": str(port), "SIMULATOR_PORT": str(simulator_port)}
    return dict(os.environ) | servers | ports | {"PYTHONUNBUFFERED": "1"}


def manage(name: str, *arguments: str, folder: Path, env: Mapping[str, str]) -> Program:
    """A management command as a process."""
    command = (PYTHON, str(folder / "manage.py"), *arguments)
    return Program(name=name, command=command, environment=env, folder=folder)


def processes(folder: Path, env: Mapping[str, str]) -> dict[str, Program]:
    """By name, in the order of their start."""
    commands: dict[str, tuple[tuple[str, ...], float]] = {
        # The operators end after the sessions that are bound to them.
        SIMULATOR: ((PYTHON, str(folder / "manage.py"), "simulator"), 10.0),
        "web": (_web(env), 12.0),
        # Threads, because these wait: for receivers of webhooks and for the database.
        "worker": (_worker("worker", "webhooks,maintenance", "threads", 4), 20.0),
        # Processes, because releases and imports compute; one long import leaves one free.
        "campaigns": (_worker("campaigns", "campaigns", "prefork", 2), 20.0),
        **{name: (_worker(name, "carriers", "threads", 4), 30.0) for name in carrier_workers(env)},
        "beat": ((*CELERY, "beat", "--pidfile=", f"--scheduler={SCHEDULER}", QUIET[-1]), 5.0),
    }
    return {
        name: Program(
            name=name,
            command=command,
            environment=env,
            folder=folder,
            stop_seconds=seconds,
            niceness=_NICENESS.get(name, 0),
        )
        for name, (command, seconds) in commands.items()
    }


# A webhook may come seconds late while campaigns fill the machine; a message may not wait for it.
_NICENESS = {"worker": 10, "campaigns": 5}


def carrier_workers(env: Mapping[str, str]) -> list[str]:
    """Names of the processes that share the binds: "carriers", "carriers2", … (CARRIER_WORKERS).
    Each may run on a machine of its own as well."""
    count = max(1, int(env.get("CARRIER_WORKERS") or 1))
    return ["carriers", *(f"carriers{number}" for number in range(2, count + 1))]


SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


def _web(env: Mapping[str, str]) -> tuple[str, ...]:
    host = env.get("WEB_HOST", "127.0.0.1")
    heartbeats = ("--worker-tmp-dir", str(SHARED_MEMORY)) if SHARED_MEMORY.is_dir() else ()
    return (
        *(PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{env['PORT']}"),
        *("--limit-request-line", "8190"),  # filters in any script, each octet as three signs
        *("--worker-class", "gthread", "--workers", env.get("WEB_WORKERS", "2"), "--threads", "20"),
        *("--graceful-timeout", "10", "--no-control-socket", *heartbeats),
    )


def _worker(name: str, queues: str, pool: str, concurrency: int) -> tuple[str, ...]:
    return (
        *(*CELERY, "worker", "-Q", queues, "-n", f"{name}@%h", "--pool", pool),
        *("--concurrency", str(concurrency), *QUIET),
    )
