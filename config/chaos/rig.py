"""The platform that is hurt: `manage.py run` as people start it, in a folder of its own.

Its supervisor revives what dies, so the recovery that is measured is that of production.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from carriers.simulator.operators import CONTROL_PORT_OFFSET
from config import embedded
from config.bench.rig import tell
from config.embedded.places import locate
from config.embedded.ports import free_port, is_free

READY_SECONDS = 900.0  # the first start makes all tables, perhaps on a machine with more to do
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_PORTS = CONTROL_PORT_OFFSET + 1
CARRIER_WORKERS = 2
_pause = Event().wait


class ChaosError(Exception):
    """The platform does not do what every scenario needs; the text says what."""


def folder() -> Path:
    """Where everything is kept, and removed afterwards."""
    return Path(settings.VAR_DIR) / "chaos"


def environment(var_dir: Path) -> dict[str, str]:
    """For the process that hurts and judges: addresses of servers that are about to start."""
    first = _free_row()
    found = asdict(embedded.embedded_addresses(locate(var_dir)))
    return dict(os.environ) | {
        **{name.upper(): value for name, value in found.items()},
        "SIGNALBOX_VAR": str(var_dir),
        "SIMULATOR_PORT": str(first),
        "SIMULATOR_CONTROL_URL": f"http://127.0.0.1:{first + CONTROL_PORT_OFFSET}",
        "PORT": str(free_port()),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }


def remove(var_dir: Path) -> None:
    """Everything of a platform that has ended."""
    with suppress(OSError):
        locate(var_dir).remove()
    shutil.rmtree(var_dir, ignore_errors=True)


class Rig:
    """Use as a context. `pid` by name; what `kill` ends, the supervisor starts again."""

    def __init__(self, var_dir: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.var_dir = var_dir
        given = {"DATABASE_URL", "BROKER_URL", "CACHE_URL"}  # or it would start no servers
        self._env = {name: value for name, value in environment.items() if name not in given}
        self._env["CARRIER_WORKERS"] = str(CARRIER_WORKERS)
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the supervisor and waits for the web process. Raises ChaosError."""
        log = self.var_dir / "supervisor.log"
        command = [sys.executable, "manage.py", "run", "--no-demo-data"]
        with log.open("ab") as output:
            self._supervisor = subprocess.Popen(  # noqa: S603  our own command
                command,
                cwd=settings.BASE_DIR,
                env=self._env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if not wait_until(self.answers, READY_SECONDS):
            raise ChaosError(f"the platform does not come up: see {log}")

    def stop(self) -> None:
        """Asks the supervisor to end everything, and kills what does not."""
        keeper, self._supervisor = self._supervisor, None
        if keeper is None:
            return
        for name in self.pids():  # a frozen process could not end
            with suppress(ProcessLookupError, PermissionError):
                self.thaw(name)
        keeper.terminate()
        try:
            keeper.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait(_STOP_SECONDS)

    def kill_supervisor(self) -> None:
        """SIGKILL to it alone; its children notice, or the next start finds them."""
        assert self._supervisor is not None
        self._supervisor.kill()
        self._supervisor.wait(_STOP_SECONDS)

    def freeze_supervisor(self, number: int) -> None:
        """A signal to it alone."""
        assert self._supervisor is not None
        self._supervisor.send_signal(number)

    def pids(self) -> dict[str, int]:
        """Who runs now, by name, as the supervisor has noted."""
        try:
            rows = json.loads((self.var_dir / "children.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return {row[0]: row[1] for row in rows}

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all that it forked."""
        os.killpg(self.pids()[name], signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """SIGSTOP, until `thaw`."""
        os.killpg(self.pids()[name], signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        os.killpg(self.pids()[name], signal.SIGCONT)

    def answers(self) -> bool:
        """Whether the web process says that it lives."""
        return self._get("/healthz") == 200

    def _get(self, path: str) -> int:
        link = HTTPConnection("127.0.0.1", settings.PORT, timeout=2)
        try:
            link.request("GET", path)
            return link.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            link.close()


def wait_until(condition: Callable[[], Any], seconds: float) -> Any:
    """What the condition answers once it is true, or what it answered last."""
    ends, told = time.monotonic() + seconds, time.monotonic()
    while not (answer := condition()):
        if time.monotonic() > ends:
            return answer
        if time.monotonic() - told > 15:
            told = time.monotonic()
            tell("still waiting")
        _pause(_LOOK_SECONDS * 2)
    return answer


def pause(seconds: float) -> None:
    """Let the fault last."""
    _pause(seconds)


def _free_row() -> int:
    """The first of a row of free ports, below those that the kernel gives to others."""
    for _ in range(100):
        first = 20_000 + free_port() % 10_000
        if all(is_free(first + offset) for offset in range(_PORTS)):
            return first
    raise ChaosError("no row of free ports for the simulated operators")
