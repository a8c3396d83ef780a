"""The platform under measurement: its own folder, servers, ports and processes."""

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from carriers.simulator.operators import CONTROL_PORT_OFFSET, default_profiles
from config import embedded
from config.embedded.children import Program, ServicesError
from config.embedded.places import locate
from config.embedded.ports import free_port, is_free
from config.management.programs import PYTHON, SIMULATOR, environment, manage, processes
from config.supervisor import Supervisor

OPERATOR = "fast"
RECEIVER = "receiver"
_READY_SECONDS = 90.0
_PORT_TRIES = 50


def tell(text: str) -> None:
    """A line for the person who waits; standard output is for figures alone."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def folder() -> Path:
    """Where the benchmark keeps everything."""
    return Path(settings.VAR_DIR) / "bench"


@contextmanager
def platform_running(
    *, with_simulator: bool, keeps: bool
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Everything up on an empty database; what was made is removed afterwards unless it `keeps`.

    Yields the keeper and the environment for further commands. Raises ServicesError.
    """
    var_dir = folder()
    try:
        with Supervisor(var_dir, tell) as supervisor:
            locate(var_dir).remove()  # of a run that was killed, or kept
            _clear(var_dir)
            try:
                env = _start(supervisor, var_dir, with_simulator=with_simulator)
                yield supervisor, env
            finally:
                embedded.forget(var_dir)
    finally:
        if not keeps and var_dir.exists():
            locate(var_dir).remove()
            shutil.rmtree(var_dir, ignore_errors=True)


def pids(var_dir: Path) -> dict[str, int]:
    """Who runs now, by name, from the keeper's own record."""
    return {name: pid for name, pid, *_rest in json.loads((var_dir / "children.json").read_text())}


def _clear(var_dir: Path) -> None:
    for name in ("log", "journal", "simulator", "uploads"):
        shutil.rmtree(var_dir / name, ignore_errors=True)


def _start(supervisor: Supervisor, var_dir: Path, *, with_simulator: bool) -> dict[str, str]:
    places = locate(var_dir)
    supervisor.start(*embedded.servers(places))
    found = embedded.embedded_addresses(places)
    embedded.publish(var_dir, found)
    port, receiver_port = free_port(), free_port()
    env = environment(found, port, _simulator_port()) | {
        "SIGNALBOX_VAR": str(var_dir),
        # The platform is measured, not a key's quota.
        "API_SENDS_PER_MINUTE": "1000000",
        "API_ROWS_PER_MINUTE": "100000000",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "BENCH_RECEIVER": f"http://127.0.0.1:{receiver_port}/",
    }
    env.pop("SIMULATOR_CONTROL_URL", None)
    if supervisor.once(
        named(manage("migrate", "migrate", "--noinput", "--verbosity=0", folder=_base(), env=env))
    ):
        raise ServicesError("migrate failed")
    programs = processes(_base(), env)
    simulator = programs.pop(SIMULATOR)
    if with_simulator:
        # One operator, and the kernel's settings for it, are all that is measured against.
        supervisor.start(replace(simulator, command=(*simulator.command, "--operators", OPERATOR)))
    supervisor.start(_receiver(receiver_port, env), *(named(one) for one in programs.values()))
    if not supervisor.wait(lambda: _answers(port), _READY_SECONDS):
        raise ServicesError(f"the web process does not answer: see {var_dir}/log/web.log")
    return env


def named(program: Program) -> Program:
    """With its name in pg_stat_activity, so that its share of PostgreSQL can be told."""
    env = dict(program.environment or {})
    name = quote(f"signalbox {program.name}")
    env["DATABASE_URL"] += f"&application_name={name}"
    return replace(program, environment=env)


def _receiver(port: int, env: Mapping[str, str]) -> Program:
    command = (PYTHON, "-m", "config.bench.receiver", str(port))
    return Program(name=RECEIVER, command=command, environment=env, folder=_base())


def _base() -> Path:
    return Path(settings.BASE_DIR)


def _simulator_port() -> int:
    """The first of a row of ports in which those of the operator and of the control are free."""
    offset = default_profiles(1)[OPERATOR].port - 1
    for _ in range(_PORT_TRIES):
        first = free_port() - offset
        if first > 1024 and is_free(first + CONTROL_PORT_OFFSET):
            return first
    raise ServicesError("no two free ports for the simulator")


def _answers(port: int) -> bool:
    link = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        link.close()
