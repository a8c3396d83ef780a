"""The thread that keeps a worker's binds: takes free leases, renews them, and runs their links."""

import os
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from carriers.models import Bind
from carriers.ports import BindConfig, Lease, Pump, registered
from carriers.selectors.configs import bind_config
from carriers.services.leases import (
    TakenLease,
    lease_release,
    lease_take,
    leases_free,
    leases_renew,
)
from carriers.smpp import journal as journals
from carriers.smpp.journal import Journal
from carriers.smpp.link import Link
from config.common import logs, versions

log = logs.get_logger(__name__)

_PASS_SECONDS = 1.0
_FAULT_SECONDS = 1.0
_JOURNAL_SLOTS = 8192
_PUMP_STOP_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Held:
    """A bind this worker holds. `deadline` moves with each renewal; the link reads it."""

    config: BindConfig
    epoch: int
    deadline: float
    pump: Pump
    journal: Journal
    link: Link


class Keeper(threading.Thread):
    """Owns the leases of one worker process; `stop` drains and gives them back."""

    def __init__(self, name: str) -> None:
        super().__init__(name="bind keeper", daemon=True)
        self._holder = f"{name} pid {os.getpid()}"[:120]
        self._host = socket.gethostname()[:120]
        self._stopping = threading.Event()
        self._held: dict[int, Held] = {}
        self._configuration = 0

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                close_old_connections()
                self._pass()
                self._stopping.wait(_PASS_SECONDS)
            except (DatabaseError, psycopg.Error) as error:
                log.warning("bind keeper: database lost", extra={"error": str(error)[:200]})
                self._recover()
            except Exception:  # a worker without its keeper would go on and do nothing
                log.exception("bind keeper fault")
                self._recover()
            self._end_overdue()
        for bind_id in list(self._held):
            self._give_back(bind_id)
        connection.close()

    def _recover(self) -> None:
        connection.close()
        self._stopping.wait(_FAULT_SECONDS)

    def stop(self) -> None:
        """Asks to drain and end; join to wait for it."""
        self._stopping.set()

    def info(self) -> dict[str, str]:
        """Binds and their session states, for `celery inspect`."""
        return {held.config.name: held.link.health.state for held in list(self._held.values())}

    def _pass(self) -> None:
        if self._held:
            self._renew()
        self._restart_ended()
        version = versions.current()
        if version != self._configuration:
            self._reload()
            self._configuration = version
        for bind_id in leases_free():
            if bind_id not in self._held and not self._stopping.is_set():
                self._take(bind_id)

    def _renew(self) -> None:
        deadlines = leases_renew({bind_id: held.epoch for bind_id, held in self._held.items()})
        for bind_id, held in list(self._held.items()):
            if bind_id in deadlines:
                held.deadline = deadlines[bind_id]
            else:
                self._lose(bind_id)

    def _end_overdue(self) -> None:
        """Without a database the links end by themselves at their deadline; clear them away."""
        for bind_id, held in list(self._held.items()):
            if time.monotonic() > held.deadline:
                self._lose(bind_id)

    def _restart_ended(self) -> None:
        """A link that ended by itself is started anew, but for a refused bind: hammering it
        locks accounts, so it waits for a change of its configuration."""
        for bind_id, held in list(self._held.items()):
            if not held.link.is_alive() and held.link.end != "bind_failed":
                self._give_back(bind_id)

    def _reload(self) -> None:
        for bind_id, held in list(self._held.items()):
            found = _usable(bind_id)
            if found is None or not found.may_send or found.config != held.config:
                self._give_back(bind_id)

    def _take(self, bind_id: int) -> None:
        found = _usable(bind_id)
        if found is None:
            return
        lease = lease_take(bind_id=bind_id, holder=self._holder, host=self._host)
        if lease is None:
            return
        log.info("bind taken", extra={"bind": found.config.name, "epoch": lease.epoch})
        if found.may_send:
            self._open(found.config, lease)
        else:  # its holder died before it was switched off: settle what it left, no more
            grant = Lease(bind_id, lease.epoch, lambda: lease.deadline)
            registered().open(found.config, grant, journals.read(_journal_path(bind_id), bind_id))
            lease_release(bind_id=bind_id, epoch=lease.epoch)

    def _open(self, config: BindConfig, lease: TakenLease) -> None:
        path = _journal_path(config.bind_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        held: Held | None = None

        def deadline() -> float:
            return lease.deadline if held is None else held.deadline

        grant = Lease(config.bind_id, lease.epoch, deadline)
        pump = registered().open(config, grant, journals.read(path, config.bind_id))
        journal = Journal.open(path, config.bind_id, lease.epoch, _JOURNAL_SLOTS)
        link = Link(config, pump.source, pump.sink, journal, deadline)
        held = Held(config, lease.epoch, lease.deadline, pump, journal, link)
        self._held[config.bind_id] = held
        pump.start(link)
        link.start()

    def _give_back(self, bind_id: int) -> None:
        """Drains, commits and releases a lease that is still ours."""
        held = self._held[bind_id]
        held.link.stop()
        self._wind_up(bind_id)
        try:
            lease_release(bind_id=bind_id, epoch=held.epoch)
        except DatabaseError:  # it runs out by itself; the other binds are to be left in order
            connection.close()

    def _lose(self, bind_id: int) -> None:
        """The lease is somebody else's, or will be: what the link has is committed, no more."""
        log.warning("lease lost", extra={"bind": self._held[bind_id].config.name})
        self._wind_up(bind_id)

    def _wind_up(self, bind_id: int) -> None:
        held = self._held.pop(bind_id)
        held.link.stop()
        limit = held.config.shutdown_drain_seconds + held.config.reconnect_base_seconds + 1
        ends = time.monotonic() + limit
        while held.link.is_alive() and time.monotonic() < ends:
            held.link.join(_PASS_SECONDS)
            self._renew_others(bind_id, held)
        held.pump.stop(_PUMP_STOP_SECONDS)
        held.journal.close()
        log.info("bind left", extra={"bind": held.config.name})

    def _renew_others(self, bind_id: int, held: Held) -> None:
        """A slow drain must cost neither this lease nor the others."""
        leases = {other: one.epoch for other, one in self._held.items()} | {bind_id: held.epoch}
        try:
            deadlines = leases_renew(leases)
        except DatabaseError:
            connection.close()
            return
        for other, deadline in deadlines.items():
            (self._held.get(other) or held).deadline = deadline


def _journal_path(bind_id: int) -> Path:
    return Path(settings.JOURNAL_DIR) / f"bind-{bind_id}.journal"


@dataclass(frozen=True, slots=True)
class _Usable:
    """What a bind runs on; `may_send` unless it or its carrier is switched off."""

    config: BindConfig
    may_send: bool


def _usable(bind_id: int) -> _Usable | None:
    """None where the bind is gone, or its values could never bind (a wrong address, a password
    that no key decrypts): that is this bind's trouble alone."""
    try:
        bind = Bind.objects.select_related("carrier").filter(pk=bind_id).first()
        if bind is None:
            return None
        config = bind_config(bind, carrier_share=_carrier_share(bind))
    except (ValueError, ImproperlyConfigured) as error:
        log.error(  # noqa: TRY400  the message is the whole story
            "bind cannot be used", extra={"bind": bind_id, "error": str(error)}
        )
        return None
    return _Usable(config, bind.is_enabled and bind.carrier.is_active)


def _carrier_share(bind: Bind) -> float | None:
    sharing = bind.carrier.binds.filter(is_enabled=True).exclude(bind_type="receiver").count()
    throughput = bind.carrier.throughput
    return throughput / max(1, sharing) if throughput else None
