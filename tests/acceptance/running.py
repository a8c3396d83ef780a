"""Signalbox as people run it: its processes, to be killed, frozen and started again.

The commands are those of `manage.py run` (config.management.programs). Each platform has a
database, a Valkey, ports and a var folder of its own.
"""

import os
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.db import connection

from carriers.simulator.client import inject_reply
from carriers.simulator.http_carrier import PORT_OFFSET
from carriers.simulator.journal import JournalRecord, journal_path
from carriers.simulator.operators import CONTROL_PORT_OFFSET, KNOWN_OPERATORS
from carriers.simulator.report import JournalReport, report_records
from config import embedded
from config.embedded import valkey
from config.embedded.children import Child, Program
from config.embedded.places import Places, make_folder
from config.embedded.ports import is_free
from config.management.programs import environment, processes
from tests.acceptance.books import Books

LOOK_SECONDS = 0.05
# A machine with more to do takes several times as long; a limit only bounds a hang.
PATIENCE = 4
SECOND_CARRIERS = "carriers2"
_pause = Event().wait


class Platform:
    """`start`, `kill`, `freeze`, `thaw` and `stop` processes by name; `close` ends them all."""

    def __init__(self, database_url: str, var_dir: Path, profiles: Path) -> None:
        make_folder(var_dir / "run", 0o755)
        # The same key as in this process, so that both read what the other encrypted.
        (var_dir / "secret_key").write_text(settings.SECRET_KEY)
        self.var_dir = var_dir
        places = Places(var_dir, var_dir, var_dir / "run", None, "", "")
        self.addresses = embedded.Addresses(
            database_url, valkey.broker_url(places), valkey.cache_url(places)
        )
        self.first_port = _free_row()
        self.programs = _programs(self.addresses, self.first_port, var_dir, profiles)
        self.programs["valkey"] = valkey.program(places)
        self.children: dict[str, Child] = {}
        self._kept: set[str] = set()
        self._books = Books()

    def start(self, *names: str) -> None:
        """Starts those that do not run; whether they work shows in what they do."""
        started = [name for name in names if not self._runs(name)]
        for name in started:
            log = self.var_dir / "log" / f"{name}.log"
            self.children[name] = Child(self.programs[name], log)
        for name in started:
            self.children[name].wait_ready()
        self._kept |= set(names)

    def _runs(self, name: str) -> bool:
        child = self.children.get(name)
        return child is not None and child.exit_code is None

    def kill(self, name: str) -> None:
        """SIGKILL to the process and to all that it forked."""
        child = self.children[name]
        self._kept.discard(name)
        os.killpg(child.pid, signal.SIGKILL)
        assert child.wait(10 * PATIENCE), f"{name} survives SIGKILL"

    def freeze(self, name: str) -> None:
        os.killpg(self.children[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        os.killpg(self.children[name].pid, signal.SIGCONT)

    def stop(self, name: str) -> None:
        """SIGTERM, as the supervisor ends it; it must be enough."""
        child = self.children[name]
        self._kept.discard(name)
        child.terminate()
        assert child.wait(child.program.stop_seconds * PATIENCE), (
            f"{name} does not end: {child.last_lines()}"
        )

    def close(self) -> None:
        for name, child in reversed(self.children.items()):
            if self._runs(name):
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(10)

    def wait_until(
        self, condition: Callable[[], Any], seconds: float, what: str | Callable[[], str] = ""
    ) -> Any:
        """What the condition answers once it is true; fails when that takes much longer than
        `seconds`, which are those of a machine without other work."""
        limit = time.monotonic() + seconds * PATIENCE
        while not (answer := condition()):
            if time.monotonic() > limit:
                told = what() if callable(what) else what
                raise AssertionError(
                    f"not within {seconds * PATIENCE:g} s: {told}\n{self._last_words()}"
                )
            _pause(LOOK_SECONDS)
            self.start(*self._kept)  # as the supervisor does with what ends by itself
        return answer

    def wait_bound(self, *bind_names: str, seconds: float = 30) -> None:
        """Until these binds have a live session."""
        self.wait_until(
            lambda: set(bind_names) <= bound_binds().keys(),
            seconds,
            lambda: f"bound are {bound_binds()}, wanted {bind_names}",
        )

    # The simulator's own book: the judge.

    def report(
        self, *operators: str, since: float = 0.0, source: str | None = None
    ) -> JournalReport:
        records = self._books.records(*self._journals(operators))
        return report_records(records, source=source, since=since)

    def records(self, *operators: str, event: str = "submit") -> list[JournalRecord]:
        """Lines of an event in the books of these operators, or of all."""
        records = self._books.records(*self._journals(operators))
        return [record for record in records if record.event == event]

    def reply(self, operator: str, sender: str, to: str, text: str) -> None:
        """A handset writes to us."""
        inject_reply(self.control_url, operator, sender, to, text)

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.first_port + CONTROL_PORT_OFFSET}"

    @property
    def web_port(self) -> int:
        return self.first_port + CONTROL_PORT_OFFSET + 1

    def _journals(self, operators: Sequence[str]) -> list[Path]:
        names = operators or KNOWN_OPERATORS
        return [journal_path(self.var_dir / "simulator", name) for name in names]

    def _last_words(self) -> str:
        return "\n".join(f"{name}:{child.last_lines(15)}" for name, child in self.children.items())


def bound_binds() -> dict[str, str]:
    """Holder by name of the binds that are bound now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.name, l.holder FROM carriers_bindlease l JOIN carriers_bind b"
            " ON b.id = l.bind_id WHERE l.state = 'bound' AND l.expires_at > now()"
        )
        return dict(cursor.fetchall())


def _programs(
    addresses: embedded.Addresses, first_port: int, var_dir: Path, profiles: Path
) -> dict[str, Program]:
    env = environment(addresses, first_port + CONTROL_PORT_OFFSET + 1, first_port)
    env |= {"SIGNALBOX_VAR": str(var_dir), "LOG_LEVEL": "INFO"}
    # What an operator sends again after a busy machine has started a process anew.
    env["INBOUND_REPEAT_SECONDS"] = "600"
    env["DJANGO_SETTINGS_MODULE"] = "config.settings.dev"
    programs = processes(Path(settings.BASE_DIR), env)
    simulator = programs["simulator"]
    programs["simulator"] = replace(
        simulator, command=(*simulator.command, "--profiles", str(profiles))
    )
    programs[SECOND_CARRIERS] = _renamed(programs["carriers"], SECOND_CARRIERS)
    return programs


def _renamed(worker: Program, name: str) -> Program:
    command = tuple(f"{name}@%h" if word.endswith("@%h") else word for word in worker.command)
    return replace(worker, name=name, command=command)


def _free_row() -> int:
    """The first of the ports that the operators, their control and the web need."""
    others = (PORT_OFFSET, CONTROL_PORT_OFFSET, CONTROL_PORT_OFFSET + 1)
    needed = (*range(len(KNOWN_OPERATORS)), *others)
    while True:
        first = 20_000 + 50 * secrets.randbelow(800)  # other runs draw, too
        if all(is_free(first + offset) for offset in needed):
            return first
