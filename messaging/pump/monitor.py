"""What all pumps of a process share: configuration, holds, wake-ups, and the care for rows
that nobody routed."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from django.db import close_old_connections, connection
from django.db.utils import Error as DatabaseError

from config.common import logs
from messaging.pump.connections import connect, never_idle_in_transaction
from messaging.pump.diverting import Diverter
from messaging.pump.observing import observer
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.routing import EXPRESS_CHANNEL, unrouted_route, waiting_route
from messaging.services.submissions import UNROUTED_CHANNEL

log = logs.get_logger(__name__)

_LOOK_SECONDS = 0.2
_LISTEN_SECONDS = 0.5
_FAULT_SECONDS = 0.5
_ROUTE_LIMIT = 200
# Older than that, a due row was forgotten: the routing task's wake-up was lost with the broker.
_OVERDUE_SECONDS = 2.0
_SWEEP_SECONDS = 0.5
_OBSERVE_SECONDS = 1.0
_WATCH_SECONDS = 1.0
# How long a thread that computes keeps others waiting (5 ms by default): an OTP passes a dozen
# such waits on its way. Measured with five threads at work: 20 to 35 % less to the wire.
_SWITCH_SECONDS = 0.0005


class Wakeable(Protocol):
    """What the monitor knows of a pump."""

    express_wanted: threading.Event

    @property
    def carrier_id(self) -> int: ...


class Monitor:
    """One per worker process; its threads run while a pump is attached."""

    def __init__(self) -> None:
        self._pumps: list[Wakeable] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._route_wanted = threading.Event()
        self._threads: list[threading.Thread] = []
        self._held: frozenset[int] = frozenset()
        self._snapshot: Snapshot | None = None
        self._swept_at = float("-inf")
        self._diverter = Diverter()

    @property
    def held(self) -> frozenset[int]:
        """Campaigns that are paused, as of at most 0.2 s ago."""
        return self._held

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot or snapshots.current()

    def attach(self, pump: Wakeable) -> None:
        with self._lock:
            self._look()
            if not self._threads:
                self._start()
            self._pumps.append(pump)

    def detach(self, pump: Wakeable) -> None:
        with self._lock:
            if pump in self._pumps:
                self._pumps.remove(pump)
            if self._pumps:
                return
            self._stopping.set()
            self._route_wanted.set()
            threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(5)

    def _start(self) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._stopping = threading.Event()
        self._diverter = Diverter()
        for name, work in (
            ("look", self._look_loop),
            ("listen", self._listen_loop),
            ("route", self._route_loop),
            ("observe", self._observe_loop),
            ("watch", self._watch_loop),
            ("divert", self._divert_loop),
        ):
            thread = threading.Thread(target=work, name=f"monitor {name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        stopping = self._stopping
        while not stopping.is_set():
            try:
                close_old_connections()
                never_idle_in_transaction()
                work()
            except (DatabaseError, psycopg.Error) as error:
                log.warning("monitor fault", extra={"loop": name, "error": str(error)[:200]})
                self._recover()
            except Exception:  # the pumps live on what these loops find out
                log.exception("monitor fault", extra={"loop": name})
                self._recover()
        connection.close()

    def _recover(self) -> None:
        connection.close()
        self._stopping.wait(_FAULT_SECONDS)

    def _look_loop(self) -> None:
        def work() -> None:
            self._stopping.wait(_LOOK_SECONDS)
            self._look()

        self._guarded("look", work)

    def _look(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT campaign_id FROM messaging_hold")
            self._held = frozenset(row[0] for row in cursor.fetchall())
        self._snapshot = snapshots.current()

    def _listen_loop(self) -> None:
        def work() -> None:
            with connect("pump listen") as listener:
                listener.execute(f"LISTEN {UNROUTED_CHANNEL}")
                listener.execute(f"LISTEN {EXPRESS_CHANNEL}")
                self._route_wanted.set()  # what came while nobody listened
                while not self._stopping.is_set():
                    for notice in listener.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                        self._noticed(notice)

        self._guarded("listen", work)

    def _noticed(self, notice: psycopg.Notify) -> None:
        if notice.channel == UNROUTED_CHANNEL:
            self._route_wanted.set()
            return
        carrier_id = int(notice.payload)
        for pump in list(self._pumps):
            if pump.carrier_id == carrier_id:
                pump.express_wanted.set()

    def _route_loop(self) -> None:
        own: psycopg.Connection[Any] | None = None

        def work() -> None:
            nonlocal own
            self._route_wanted.wait(_LISTEN_SECONDS)
            self._route_wanted.clear()
            if self._stopping.is_set():
                return
            if own is None or own.closed:
                own = connect("pump route", pinned_plans=True)
            while unrouted_route(limit=_ROUTE_LIMIT, own=own) == _ROUTE_LIMIT:
                pass
            # Not at each wake-up: the next OTP would wait for it.
            if time.monotonic() - self._swept_at >= _SWEEP_SECONDS:
                waiting_route(overdue_seconds=_OVERDUE_SECONDS)
                self._swept_at = time.monotonic()

        try:
            self._guarded("route", work)
        finally:
            if own is not None:
                own.close()

    def _observe_loop(self) -> None:
        def work() -> None:
            self._stopping.wait(_OBSERVE_SECONDS)
            with connection.cursor() as cursor:
                observer.write(cursor)

        self._guarded("observe", work)

    def _watch_loop(self) -> None:
        diverter = self._diverter

        def work() -> None:
            self._stopping.wait(_WATCH_SECONDS)
            diverter.watch()

        try:
            self._guarded("watch", work)
        finally:
            diverter.thermostat.close()

    def _divert_loop(self) -> None:
        diverter = self._diverter

        def work() -> None:
            self._stopping.wait(_WATCH_SECONDS)
            diverter.divert()

        self._guarded("divert", work)


monitor = Monitor()
