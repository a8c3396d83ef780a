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

from carriers.http.link import HttpLink
from carriers.locks import BindLock
from carriers.meters import Meter
from carriers.models import Bind
from carriers.ports import BindConfig, Lease, Pump, registered
from carriers.selectors.configs import bind_config
from carriers.services.leases import (
    LEASE_SECONDS,
    TakenLease,
    lease_release,
    lease_take,
    leases_renew,
    leases_seen,
    worker_beat,
    worker_leave,
)
from carriers.services.refusals import (
    Refusal,
    config_mark,
    refusal_forget,
    refusal_of,
    refusal_remember,
    still_refused,
)
from carriers.services.shares import shares_settle
from carriers.shares import ShareBook
from carriers.smpp import journal as journals
from carriers.smpp.journal import Journal
from carriers.smpp.link import Link
from carriers.watch import STAY_SECONDS, SeenLease, Watch, has_surplus, may_take
from config.common import logs, versions
from config.common.database import never_idle_in_transaction

log = logs.get_logger(__name__)

_PASS_SECONDS = 1.0
_LEASE_SECONDS = LEASE_SECONDS  # for how long a lease must have been seen unchanged
_FAULT_SECONDS = 1.0
_JOURNAL_SLOTS = 8192
_BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
_PUMP_STOP_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Held:
    """A bind this worker holds. `deadline` moves with each renewal; the link reads it."""

    config: BindConfig
    epoch: int
    deadline: float
    pump: Pump
    journal: Journal
    link: Link | HttpLink
    asleep: float  # as `_asleep` said before the last renewal
    lock: BindLock | None
    book: ShareBook
    taken_at: float
    meter: Meter
    is_refusal_kept: bool = False  # in the database


@dataclass(slots=True, eq=False)
class Leaving:
    """A bind on its way out, by a thread of its own: a slow drain must hold up nothing else."""

    held: Held
    thread: threading.Thread
    gives_back: bool


class Keeper(threading.Thread):
    """Owns the leases of one worker process; `stop` drains and gives them back."""

    def __init__(self, name: str) -> None:
        super().__init__(name="bind keeper", daemon=True)
        self._holder = f"{name} pid {os.getpid()}"[:120]
        self._host = socket.gethostname()[:120]
        self._stopping = threading.Event()
        self._held: dict[int, Held] = {}
        self._leaving: dict[int, Leaving] = {}
        self._watch = Watch()
        self._due = threading.Event()
        self._passed_at = float("-inf")
        self._configuration = 0
        self._renewed_at = float("-inf")

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                close_old_connections()
                never_idle_in_transaction()
                if time.monotonic() - self._passed_at >= _PASS_SECONDS:
                    self._passed_at = time.monotonic()
                    self._pass()
                self._share()
                self._due.wait(_PASS_SECONDS / 2)
                self._due.clear()
            except (DatabaseError, psycopg.Error) as error:
                log.warning("bind keeper: database lost", extra={"error": str(error)[:200]})
                self._recover()
            except Exception:  # a worker without its keeper would go on and do nothing
                log.exception("bind keeper fault")
                self._recover()
            self._end_overdue()
        self._leave_all()
        connection.close()

    def _recover(self) -> None:
        connection.close()
        self._stopping.wait(_FAULT_SECONDS)

    def stop(self) -> None:
        """Asks to drain and end; join to wait for it."""
        self._stopping.set()
        self._due.set()

    def info(self) -> dict[str, str]:
        """Binds and their session states, for `celery inspect`."""
        return {held.config.name: held.link.health.state for held in list(self._held.values())}

    def _pass(self) -> None:
        self._renew()
        self._restart_ended()
        version = versions.current()
        if version != self._configuration:
            self._reload()
            self._configuration = version
        self._spread()

    def _renew(self) -> None:
        """Also of binds that drain: they are written to until the end."""
        self._forget_left()
        keeping = self._held | {
            bind_id: one.held for bind_id, one in self._leaving.items() if one.gives_back
        }
        now = time.monotonic()
        asleep = _asleep()
        wanted = {bind_id: one.epoch for bind_id, one in keeping.items() if now < _ends_at(one)}
        measured = {
            bind_id: one.meter.read(one.link.status(), one.link.pace(), now)
            for bind_id, one in keeping.items()
        }
        deadlines = leases_renew(wanted, measured) if wanted else {}
        self._renewed_at = now
        for bind_id, held in keeping.items():
            if bind_id in deadlines:
                held.deadline, held.asleep = deadlines[bind_id], asleep
            elif bind_id in self._held:
                self._lose(bind_id)

    def _end_overdue(self) -> None:
        """Without a database the links end by themselves at their deadline; clear them away."""
        for bind_id, held in list(self._held.items()):
            if time.monotonic() > _ends_at(held):
                self._lose(bind_id)

    def _restart_ended(self) -> None:
        """A link that ended by itself is started anew, but for a refused bind: hammering it
        locks accounts, so it waits for a change of its configuration, or for an operator."""
        self._keep_refusals()
        refused = [bind_id for bind_id, held in self._held.items() if held.is_refusal_kept]
        waiting = still_refused(refused) if refused else set()
        for bind_id, held in list(self._held.items()):
            if not held.link.is_alive() and bind_id not in waiting:
                self._give_back(bind_id)

    def _keep_refusals(self) -> None:
        for bind_id, held in self._held.items():
            if held.link.end == "bind_failed" and not held.is_refusal_kept:
                refusal = Refusal(config_mark(held.config), held.link.health.detail)
                refusal_remember(bind_id=bind_id, epoch=held.epoch, refusal=refusal)
                held.is_refusal_kept = True

    def _reload(self) -> None:
        for bind_id, held in list(self._held.items()):
            found = _usable(bind_id)
            if found is None or not found.may_send:
                self._give_back(bind_id)
                continue
            held.book.set_carrier_contract(found.carrier_contract)
            if found.config != held.config:
                self._change(bind_id, held, found.config)

    def _change(self, bind_id: int, held: Held, config: BindConfig) -> None:
        """Changed options: without a new session where they allow it, else with a drain."""
        link = held.link
        if (
            not isinstance(link, Link)
            or link.end is not None
            or not config.keeps_session(held.config)
        ):
            self._give_back(bind_id)
            return
        if config.message_options != held.config.message_options:
            held.pump.reconfigure()
        link.reconfigure(config)
        held.config = config
        log.info("bind changed", extra={"bind": config.name})

    def _share(self) -> None:
        """What each bind may send of the contracts that it shares with others."""
        now = time.monotonic()
        said = [
            (bind_id, held.epoch, needs)
            for bind_id, held in self._held.items()
            if now < _ends_at(held) and (needs := held.book.needs(now))
        ]
        if not said:
            return
        grants = shares_settle(said, ended=self._watch.ended(now))
        now = time.monotonic()
        for bind_id, units in grants.items():
            held = self._held[bind_id]
            if held.book.grant(units, now):
                held.link.wake()

    # How binds come and go

    def _spread(self) -> None:
        others = worker_beat(holder=self._holder)
        now = time.monotonic()
        leases = leases_seen()
        self._watch.see(leases, now)
        counts = dict.fromkeys(others, 0)
        for lease in leases:
            if lease.holder in counts:
                counts[lease.holder] += 1
        for lease in leases:
            self._take_if_free(lease, list(counts.values()))
        self._give_if_many(leases, {name: counts[name] for name in counts if others[name]})

    def _take_if_free(self, lease: SeenLease, others: list[int]) -> None:
        bind_id, now = lease.bind_id, time.monotonic()
        if bind_id in self._held or bind_id in self._leaving or self._stopping.is_set():
            return
        if not lease.is_wanted and lease.expires_at is None:
            return  # of those switched off only what a dead holder left is to be settled
        lock = BindLock.take(_lock_path(bind_id)) if lease.lock else None
        is_dead = lock is not None and lock.proves_dead(lease.lock)
        waited = self._watch.unchanged_seconds(lease, now)
        is_free = is_dead or self._watch.is_over(lease, now, _LEASE_SECONDS)
        is_ours = False
        try:
            if is_free and may_take(len(self._held), others, waited):
                lock = lock or BindLock.take(_lock_path(bind_id))
                is_ours = self._take(lease, lock)
        finally:
            if lock is not None and not is_ours:
                lock.release()

    def _give_if_many(self, leases: list[SeenLease], counts: dict[str, int]) -> None:
        """One bind at a time to a worker that has fewer, and not while another is on its way."""
        now = time.monotonic()
        if self._leaving or any(self._watch.is_waiting(lease, now) for lease in leases):
            return
        if not has_surplus(len(self._held), list(counts.values())):
            return
        movable = [
            bind_id
            for bind_id, held in self._held.items()
            if held.link.end is None and now - held.taken_at >= STAY_SECONDS
        ]
        if movable:
            bind_id = min(movable, key=lambda one: self._held[one].link.status().in_flight)
            log.info("bind given up", extra={"bind": self._held[bind_id].config.name})
            self._give_back(bind_id)

    def _take(self, seen: SeenLease, lock: BindLock | None) -> bool:
        """Whether the bind is ours now, and the lock with it."""
        found = _usable(seen.bind_id)
        if found is None:
            return False
        if time.monotonic() - self._renewed_at > _PASS_SECONDS:
            self._renew()  # opening one bind after another must not cost the first ones
        identity = lock.identity if lock is not None else ""
        lease = lease_take(seen=seen, holder=self._holder, host=self._host, lock=identity)
        if lease is None:
            return False
        log.info("bind taken", extra={"bind": found.config.name, "epoch": lease.epoch})
        if found.may_send:
            self._open(found, lease, lock)
            return True
        # Its holder died before it was switched off: settle what it left, no more.
        grant = Lease(seen.bind_id, lease.epoch, lambda: lease.deadline)
        left = journals.read(_journal_path(seen.bind_id), seen.bind_id)
        registered().open(found.config, grant, left)
        lease_release(bind_id=seen.bind_id, epoch=lease.epoch)
        return False

    def _open(self, found: "_Usable", lease: TakenLease, lock: BindLock | None) -> None:
        config = found.config
        path = _journal_path(config.bind_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        held: Held | None = None
        refused = _refused(config)

        def deadline() -> float:
            return lease.deadline if held is None else _ends_at(held)

        grant = Lease(config.bind_id, lease.epoch, deadline)
        pump = registered().open(config, grant, journals.read(path, config.bind_id))
        journal = Journal.open(path, config.bind_id, lease.epoch, _JOURNAL_SLOTS)
        now = time.monotonic()
        book = ShareBook(found.carrier_id, found.carrier_contract, self._due.set, now)
        kind = HttpLink if config.http else Link
        link = kind(config, pump.source, pump.sink, journal, deadline, shares=book, refused=refused)
        held = Held(
            config, lease.epoch, lease.deadline, pump, journal, link, _asleep(), lock, book, now,
            Meter(now), bool(refused),
        )  # fmt: skip
        self._held[config.bind_id] = held
        pump.start(link)
        link.start()

    def _give_back(self, bind_id: int) -> None:
        """Drains, commits and releases a lease that is still ours."""
        self._leave(bind_id, gives_back=True)

    def _lose(self, bind_id: int) -> None:
        """The lease is somebody else's, or will be: what the link has is committed, no more."""
        log.warning("lease lost", extra={"bind": self._held[bind_id].config.name})
        self._leave(bind_id, gives_back=False)

    def _leave(self, bind_id: int, *, gives_back: bool) -> None:
        held = self._held.pop(bind_id)
        held.link.stop()
        name = f"leaving {held.config.name}"
        thread = threading.Thread(
            target=_wind_up, args=(bind_id, held, gives_back), name=name, daemon=True
        )
        self._leaving[bind_id] = Leaving(held, thread, gives_back)
        thread.start()

    def _forget_left(self) -> None:
        for bind_id, one in list(self._leaving.items()):
            if not one.thread.is_alive():
                del self._leaving[bind_id]

    def _leave_all(self) -> None:
        try:
            self._keep_refusals()
            worker_leave(holder=self._holder)
        except DatabaseError:  # it is forgotten when it is not seen any more
            connection.close()
        for bind_id in list(self._held):
            self._give_back(bind_id)
        while self._leaving:
            try:
                self._renew()
            except DatabaseError:
                connection.close()
            for one in list(self._leaving.values()):
                one.thread.join(_PASS_SECONDS / 4)
            self._forget_left()


def _wind_up(bind_id: int, held: Held, gives_back: bool) -> None:
    limit = held.config.shutdown_drain_seconds + held.config.reconnect_base_seconds + 1
    held.link.join(limit)
    try:
        held.pump.stop(_PUMP_STOP_SECONDS)
        held.journal.close()
        if gives_back and time.monotonic() < _ends_at(held):
            lease_release(bind_id=bind_id, epoch=held.epoch)
    except DatabaseError as error:  # it runs out by itself
        log.warning("lease not given back", extra={"error": str(error)[:200]})
    finally:
        if held.lock is not None:
            held.lock.release()
        connection.close()
    log.info("bind left", extra={"bind": held.config.name})


def _refused(config: BindConfig) -> str:
    """Why this very configuration was refused before, in the carrier's words; "" where it was
    not. Another one's refusal is over with this."""
    refusal = refusal_of(config.bind_id)
    if not refusal.mark:
        return ""
    if refusal.mark == config_mark(config):
        return refusal.detail or "refused"
    refusal_forget(config.bind_id)
    return ""


def _asleep() -> float:
    """For how long the machine has slept since it started: monotonic time stands still then."""
    if _BOOT_CLOCK is None:
        return 0.0
    return time.clock_gettime(_BOOT_CLOCK) - time.monotonic()


def _ends_at(held: Held) -> float:
    """When (monotonic) the lease ends; a sleep since its last renewal has eaten of it."""
    return held.deadline - max(0.0, _asleep() - held.asleep)


def _lock_path(bind_id: int) -> Path:
    return Path(settings.JOURNAL_DIR) / f"bind-{bind_id}.lock"


def _journal_path(bind_id: int) -> Path:
    return Path(settings.JOURNAL_DIR) / f"bind-{bind_id}.journal"


@dataclass(frozen=True, slots=True)
class _Usable:
    """What a bind runs on; `may_send` unless it or its carrier is switched off."""

    config: BindConfig
    may_send: bool
    carrier_id: int
    carrier_contract: float | None


def _usable(bind_id: int) -> _Usable | None:
    """None where the bind is gone, or its values could never bind (a wrong address, a password
    that no key decrypts): that is this bind's trouble alone."""
    try:
        bind = Bind.objects.select_related("carrier").filter(pk=bind_id).first()
        if bind is None:
            return None
        config = bind_config(bind)
    except (ValueError, ImproperlyConfigured) as error:
        log.error(  # noqa: TRY400  the message is the whole story
            "bind cannot be used", extra={"bind": bind_id, "error": str(error)}
        )
        return None
    may_send = bind.is_enabled and bind.carrier.is_active
    contract = None if bind.bind_type == "receiver" else bind.carrier.throughput
    return _Usable(config, may_send, bind.carrier_id, contract or None)
