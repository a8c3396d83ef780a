"""The scenarios by name: what is hurt, how, for how long, and what heals it."""

import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from carriers.simulator.client import turn_to_scenario
from carriers.simulator.scenarios import Scenario as Trouble
from config.chaos.rig import Rig, pause, wait_until
from config.chaos.world import OPERATORS, bound
from config.common.database import connection_arguments
from config.embedded.places import locate

# Longer than a lease (8 s): what is frozen loses its binds and must not write again.
_FROZEN_SECONDS = 12.0
_SILENT_SECONDS = 8.0
_STORM_SECONDS = 5.0
_FULL_SECONDS = 5.0
_GONE_SECONDS = 60.0

Act = Callable[[Rig], Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault. `act` returns when it is over; `spoils_clock`: the operator itself was not well
    enough to count what came in which second."""

    name: str
    title: str
    act: Act
    spoils_clock: bool = False


def _kill(name: str, rig: Rig) -> None:
    pid = rig.pids()[name]
    rig.kill(name)
    wait_until(lambda: rig.pids().get(name, pid) != pid, 30)


def _freeze(name: str, rig: Rig) -> None:
    rig.freeze(name)
    pause(_FROZEN_SECONDS)
    rig.thaw(name)


def _kill_supervisor(rig: Rig) -> None:
    rig.kill_supervisor()
    rig.start()


def _freeze_supervisor(rig: Rig) -> None:
    rig.freeze_supervisor(signal.SIGSTOP)
    pause(_FROZEN_SECONDS)
    rig.freeze_supervisor(signal.SIGCONT)


def _trouble(trouble: Trouble, seconds: float, rig: Rig) -> None:
    del rig
    turn_to_scenario(settings.SIMULATOR_CONTROL_URL, OPERATORS[0], trouble.value, seconds)
    pause(seconds)


def _flush_valkey(rig: Rig) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(5)
        link.connect(str(locate(rig.var_dir).sockets / "valkey.sock"))
        link.sendall(b"FLUSHALL\r\n")
        assert link.recv(16).startswith(b"+OK"), "Valkey does not answer"


def _terminate_connections(_rig: Rig) -> None:
    with _administration() as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


# The very error that PostgreSQL raises when it cannot extend a file (SQLSTATE class 53).
_FULL = """
CREATE OR REPLACE FUNCTION chaos_disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$
"""
_FULL_TABLES = ("messaging_segment", "messaging_message", "messaging_event", "messaging_dispatch")


def _disk_full(_rig: Rig) -> None:
    with _administration() as database:
        database.execute(_FULL)
        try:
            for table in _FULL_TABLES:
                database.execute(
                    sql.SQL(
                        "CREATE TRIGGER chaos_disk_full BEFORE INSERT ON {} FOR EACH STATEMENT"
                        " EXECUTE FUNCTION chaos_disk_full()"
                    ).format(sql.Identifier(table))
                )
            pause(_FULL_SECONDS)
        finally:
            database.execute("DROP FUNCTION chaos_disk_full() CASCADE")


def _leap(seconds: int, _rig: Rig) -> None:
    """As the leases look to a database whose clock leapt: all run out, or far from it."""
    for _ in range(3):
        with _administration() as database:
            database.execute(
                "UPDATE carriers_bindlease SET expires_at = expires_at"
                " - make_interval(secs => %s) WHERE expires_at IS NOT NULL",
                [seconds],
            )
        pause(1.0)


def _other_bind(rig: Rig) -> None:
    """One of two binds to an operator ends; its receipts come on the other."""
    holder = bound().get("bench-1", "carriers@").split("@")[0]
    _kill(holder, rig)


def _administration() -> psycopg.Connection[Any]:
    return psycopg.connect(**connection_arguments(), autocommit=True)


_PROCESSES = (
    ("web", "the web process"),
    ("worker", "the worker of webhooks and maintenance"),
    ("campaigns", "the worker that releases campaigns"),
    ("carriers", "one of two carrier workers"),
    ("beat", "the scheduler"),
    ("simulator", "the operators"),
    ("valkey", "the broker"),
    ("postgres", "the database"),
)


def _process_scenarios() -> list[Scenario]:
    killed = [
        Scenario(f"kill-{name}", f"SIGKILL to {title}", partial(_kill, name), name == "simulator")
        for name, title in _PROCESSES
    ]
    frozen = [
        Scenario(
            f"freeze-{name}",
            f"SIGSTOP for {_FROZEN_SECONDS:g} s to {title}",
            partial(_freeze, name),
            name == "simulator",
        )
        for name, title in _PROCESSES
    ]
    return [*killed, *frozen]


def _operator(name: str, title: str, trouble: Trouble, seconds: float) -> Scenario:
    return Scenario(name, title, partial(_trouble, trouble, seconds))


SCENARIOS: dict[str, Scenario] = {
    one.name: one
    for one in (
        *_process_scenarios(),
        Scenario("kill-supervisor", "SIGKILL to what keeps all others", _kill_supervisor),
        Scenario("freeze-supervisor", "SIGSTOP to what keeps all others", _freeze_supervisor),
        Scenario("flush-valkey", "everything in the broker is gone", _flush_valkey),
        Scenario("end-connections", "the database ends every connection", _terminate_connections),
        Scenario("disk-full", "the database cannot write (53100)", _disk_full),
        Scenario("clock-ahead", "the database's clock leaps an hour ahead", partial(_leap, 3600)),
        Scenario("clock-back", "the database's clock leaps an hour back", partial(_leap, -3600)),
        Scenario("other-bind", "receipts come on another bind", _other_bind),
        _operator("drop-binds", "every session is cut", Trouble.DROP_BINDS, 5.0),
        _operator(
            "carrier-dies", "a carrier is gone for a minute", Trouble.DROP_BINDS, _GONE_SECONDS
        ),
        _operator("reset-mid-pdu", "half a PDU, then a reset", Trouble.RESET_MID_PDU, 1.0),
        _operator("half-pdu", "half a PDU, then silence", Trouble.HALF_PDU, _SILENT_SECONDS),
        _operator("silent", "octets are taken, nothing comes", Trouble.BLACK_HOLE, _SILENT_SECONDS),
        _operator("throttling", "every submit_sm is throttled", Trouble.THROTTLE, _STORM_SECONDS),
        _operator("garbage", "PDUs that nobody understands", Trouble.GARBAGE, _STORM_SECONDS),
        _operator("early-receipts", "receipts before responses", Trouble.EARLY_RECEIPTS, 5.0),
        _operator("double-receipts", "each receipt twice", Trouble.DOUBLE_RECEIPTS, 5.0),
        _operator("late-receipts", "receipts ten seconds late", Trouble.LATE_RECEIPTS, 5.0),
    )
}
