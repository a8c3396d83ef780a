"""Messaging's side of one leased bind: threads that claim, commit answers and commit receipts.

Each thread has its own connection and waits for an event with a limit. What arrived during the
last commit is the next batch (natural group commit): worth more than anything else measured.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import close_old_connections

from carriers.models import Bind
from carriers.ports import InboundPdu, LinkControl, SessionHealth, SubmitResult
from carriers.services.sessions import session_health_record
from config.common import clock, database, logs
from messaging.constants import EXPRESS_LANE
from messaging.pump.claims import Claimer, Holder
from messaging.pump.composing import Composer
from messaging.pump.deciding import claims_sort
from messaging.pump.inbox import Inbox
from messaging.pump.monitor import Monitor
from messaging.pump.results import ResultSorter, work_commit
from messaging.pump.source import Source

log = logs.get_logger(__name__)

_BULK_LANES = (1, 2, 3)
_MOST_CLAIMED = 500
_SECONDS_AHEAD = 0.5  # never claim more than the bind can write in this time
_IDLE_SECONDS = 0.05
_EXPRESS_POLL_SECONDS = 0.5
_REWIND_SECONDS = 2.0
_MOST_RESULTS = 2000
_FAULT_SECONDS = 0.5


class BindPump:
    """Source and sink of one link, and the threads between them and the database."""

    def __init__(self, bind: Bind, epoch: int, monitor: Monitor) -> None:
        self._bind, self._epoch, self._monitor = bind, epoch, monitor
        where = {"carrier_id": bind.carrier_id, "bind_id": bind.pk, "epoch": epoch}
        self._where = where
        self._holder = Holder(**where)
        self._composer = Composer(bind)
        self._sorter = ResultSorter(response_id_form=bind.response_id_form)
        self._stopping = threading.Event()
        self._link: LinkControl | None = None
        self._is_taking = False
        self._bulk_wanted = threading.Event()
        self.express_wanted = threading.Event()
        self._results: deque[SubmitResult] = deque()
        self._results_came = threading.Event()
        self._health: deque[SessionHealth] = deque()
        self._inbox = Inbox(bind)
        self._source = Source(
            is_held=lambda campaign: campaign in monitor.held, wake_claimer=self._bulk_wanted.set
        )
        self._threads: list[threading.Thread] = []
        self._flushing: threading.Thread | None = None

    @property
    def bind_id(self) -> int:
        return self._bind.pk

    @property
    def carrier_id(self) -> int:
        return self._bind.carrier_id

    @property
    def source(self) -> Source:
        return self._source

    @property
    def sink(self) -> "BindPump":
        return self

    # What the link reports, on the link's thread: hand over and return.

    def results(self, results: list[SubmitResult]) -> None:
        for result in results:
            if result.outcome == "accepted":
                self._inbox.expect(self._sorter.smsc_id(result))
        self._results.extend(results)
        self._results_came.set()

    def inbound(self, pdus: list[InboundPdu]) -> None:
        self._inbox.put(pdus)

    def health(self, health: SessionHealth) -> None:
        # Unbound or throttled, the link takes nothing: what was claimed would only grow stale.
        self._is_taking = health.state == "bound"
        self._health.append(health)
        self._results_came.set()

    # Threads.

    def start(self, link: LinkControl) -> None:
        self._link = link
        self._monitor.attach(self)
        sends = self._bind.bind_type != "receiver"
        loops: dict[str, Callable[[], None]] = {
            "flush": self._flush_loop,
            "receipts": self._receipt_loop,
        }
        if sends:
            loops |= {"claim": self._claim_loop, "express": self._express_loop}
        for name, loop in loops.items():
            thread = threading.Thread(target=loop, name=f"{self._bind.name} {name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, timeout: float) -> None:
        """Ends the threads; what was claimed and not written goes back to the queue first."""
        self._monitor.detach(self)
        self._source.drain()
        self._stopping.set()
        for event in (self._bulk_wanted, self.express_wanted, self._results_came):
            event.set()
        self._inbox.wake()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, name: str, work: Callable[[psycopg.Connection[Any]], None]) -> None:
        """Runs `work` over and over on one connection; a lost database is waited for."""
        connection: psycopg.Connection[Any] | None = None
        while True:
            try:
                if connection is None or connection.closed:
                    connection = database.connect(f"pump {name}", pinned_plans=True)
                work(connection)
            except psycopg.OperationalError as error:
                log.warning(
                    "database lost", extra={"bind": self._bind.name, "error": str(error)[:200]}
                )
                if connection is not None:
                    connection.close()
                self._stopping.wait(_FAULT_SECONDS)
            except psycopg.Error:
                log.exception("statement failed", extra={"bind": self._bind.name, "loop": name})
                self._stopping.wait(_FAULT_SECONDS)
            if self._stopping.is_set() and self._is_drained(name):
                break
        if connection is not None:
            connection.close()
        close_old_connections()

    def _is_drained(self, name: str) -> bool:
        if name == "flush":
            return not self._results
        if name == "claim":
            return not self._source.returned
        return True

    def _claim_loop(self) -> None:
        claimer = Claimer(**self._where)
        state = {"rewound": time.monotonic()}

        def work(connection: psycopg.Connection[Any]) -> None:
            self._return_claims(connection)
            if self._stopping.is_set():
                return
            if time.monotonic() - state["rewound"] > _REWIND_SECONDS:
                claimer.rewind()
                state["rewound"] = time.monotonic()
            room = self._room()
            if not room:
                self._bulk_wanted.wait(_IDLE_SECONDS / 2)
                self._bulk_wanted.clear()
            elif self._claim(connection, claimer, _BULK_LANES, room) < room:
                self._stopping.wait(_IDLE_SECONDS)

        self._run("claim", work)

    def _express_loop(self) -> None:
        claimer = Claimer(**self._where)

        def work(connection: psycopg.Connection[Any]) -> None:
            self.express_wanted.wait(_EXPRESS_POLL_SECONDS)
            self.express_wanted.clear()
            if self._stopping.is_set() or not self._is_taking:
                return
            claimer.rewind()
            self._claim(connection, claimer, (EXPRESS_LANE,), self._most_claimed())

        self._run("express", work)

    def _most_claimed(self) -> int:
        """What the bind may write in half a second, and at least one message."""
        rate = self._bind.throughput
        return _MOST_CLAIMED if not rate else max(1, min(_MOST_CLAIMED, int(rate * _SECONDS_AHEAD)))

    def _room(self) -> int:
        most = self._most_claimed()
        return most if self._is_taking and self._source.bulk_ready < most else 0

    def _claim(
        self,
        connection: psycopg.Connection[Any],
        claimer: Claimer,
        lanes: Sequence[int],
        limit: int,
    ) -> int:
        with connection.transaction(), connection.cursor() as cursor:
            claims = claimer.claim(cursor, lanes, limit, sorted(self._monitor.held))
            if not claims:
                return 0
            now, snapshot = clock.now(), self._monitor.snapshot
            ready = claims_sort(cursor, claims, snapshot, self._holder, self.carrier_id, now)
        for claim in ready:
            sender = snapshot.senders[claim.sender_id]
            share = self._monitor.sender_share(sender)
            self._source.put(self._composer.compose(claim, sender, now, share))
        if ready and self._link is not None:
            self._link.wake()
        return len(claims)

    def _return_claims(self, connection: psycopg.Connection[Any]) -> None:
        """Claimed but not written in time, paused or past the deadline: back to their queue."""
        returned = []
        while self._source.returned:
            returned.append(self._source.returned.popleft())
        if not returned:
            return
        held = [c for c in returned if c.campaign_id in self._monitor.held]
        others = [c for c in returned if c.campaign_id not in self._monitor.held]
        try:
            with connection.transaction(), connection.cursor() as cursor:
                self._holder.defer(cursor, held, due=None, reason="paused")
                self._holder.release(cursor, others)
        except psycopg.Error:
            self._source.returned.extend(returned)
            raise

    def _flush_loop(self) -> None:
        pending: list[SubmitResult] = []

        def work(connection: psycopg.Connection[Any]) -> None:
            if not pending:
                self._results_came.wait(_EXPRESS_POLL_SECONDS)
                self._results_came.clear()
            self._record_health()
            while self._results and len(pending) < _MOST_RESULTS:
                pending.append(self._results.popleft())
            if pending:
                self._flush(connection, pending)
                pending.clear()

        self._run("flush", work)

    def _flush(self, connection: psycopg.Connection[Any], results: list[SubmitResult]) -> None:
        work = self._sorter.sort(results)
        with connection.transaction(), connection.cursor() as cursor:
            work_commit(
                cursor,
                work,
                holder=self._holder,
                carrier_id=self.carrier_id,
                bind_id=self.bind_id,
                now=_now(),
            )
        if self._link is not None:
            self._link.release([r.journal_slot for r in results if r.journal_slot >= 0])
        self._inbox.learned([smsc_id for _id, _result, smsc_id in work.segments])
        if work.again or work.again_tried:
            self.express_wanted.set()

    def _record_health(self) -> None:
        while self._health:
            health = self._health.popleft()
            session_health_record(
                bind_id=self.bind_id, epoch=self._epoch, state=health.state, detail=health.detail
            )

    def _receipt_loop(self) -> None:
        def work(connection: psycopg.Connection[Any]) -> None:
            self._inbox.commit_next(connection, self._link)

        self._run("receipts", work)


def _now() -> datetime:
    return clock.now()
