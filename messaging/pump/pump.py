"""Messaging's side of one leased bind: threads that claim, commit answers and commit receipts.

Each thread has its own connection and waits for an event with a limit. What arrived during the
last commit is the next batch (natural group commit): worth more than anything else measured.
"""

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django import db

from carriers.constants import RequeuePosition
from carriers.models import Bind
from carriers.ports import InboundPdu, LinkControl, SessionHealth, SubmitResult
from carriers.services import words
from carriers.services.sessions import session_health_record
from carriers.smpp.statuses import is_known
from config.common import clock, logs
from messaging.constants import EXPRESS_LANE
from messaging.pump.claims import Claim, Claimer, Holder
from messaging.pump.connections import connect
from messaging.pump.deciding import claims_sort
from messaging.pump.gathering import gather
from messaging.pump.http_composing import composer_of
from messaging.pump.inbox import Inbox
from messaging.pump.monitor import Monitor
from messaging.pump.observing import observer
from messaging.pump.papers import NO_PAPERS, Papers, papers_of
from messaging.pump.refusals import ComposeError
from messaging.pump.results import ResultSorter, Work, not_taken, refused_here, work_commit
from messaging.pump.source import Source
from messaging.selectors.snapshot import SenderCard, snapshots
from messaging.services.elsewhere import ported_statuses

log = logs.get_logger(__name__)

Loop = Callable[[psycopg.Connection[Any]], None]

_BULK_LANES = (1, 2, 3)
_MOST_CLAIMED = 500
_SECONDS_AHEAD = 0.5  # never claim more than the bind can write in this time
_IDLE_SECONDS = 0.05
_EXPRESS_POLL_SECONDS = 0.5
_REWIND_SECONDS = 2.0
_MOST_RESULTS = 2000
_FAULT_SECONDS = 0.5
_SESSION_LASTS = frozenset({"bound", "throttled"})


class BindPump:
    """Source and sink of one link, and the threads between them and the database."""

    def __init__(self, bind: Bind, epoch: int, monitor: Monitor) -> None:
        self._bind, self._epoch, self._monitor = bind, epoch, monitor
        where = {"carrier_id": bind.carrier_id, "bind_id": bind.pk, "epoch": epoch}
        self._where = where
        self._holder = Holder(**where)
        self._use(bind)
        self._stopping = threading.Event()  # no more claims
        self._ending = threading.Event()  # no more results and receipts either
        self._link: LinkControl | None = None
        self._is_taking = self._has_session = False
        self._appetite = _MOST_CLAIMED  # messages per claim, by what leaves in time
        self._bulk_wanted = threading.Event()
        self.express_wanted = threading.Event()
        self._results: deque[SubmitResult] = deque()
        self._work: Work | None = None  # taken from there, not committed yet
        self._results_came = threading.Event()
        self._health: deque[SessionHealth] = deque()
        self._inbox = Inbox(bind)
        self._source = Source(
            is_held=lambda campaign: campaign in monitor.held,
            wake_claimer=self._wake_claimer,
            not_taken=lambda rest: self.results([not_taken(one) for one in rest]),
        )
        self._claiming: list[threading.Thread] = []
        self._committing: list[threading.Thread] = []

    def _use(self, bind: Bind) -> None:
        """What is made of the bind's options; each attribute is swapped as a whole."""
        self._bind = bind
        self._composer = composer_of(bind)
        self._sorter = ResultSorter(
            response_id_form=bind.response_transform,
            ported_codes=ported_statuses(bind),
            stand_ins=lambda: snapshots.current().stand_ins,
            throttled_delay=_throttled_delay(bind),
        )
        self._explained = {int(code, 0) for code in bind.status_classes}
        self._asks_receipts = bind.registered_delivery == "final"

    def reconfigure(self) -> None:
        """Takes changed options over; what is composed already leaves as it is."""
        bind = Bind.objects.select_related("carrier").get(pk=self._bind.pk)
        self._use(bind)
        self._inbox.reconfigure(bind)

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
            if result.outcome == "accepted" or result.outcome == "late":
                self._inbox.expect(self._sorter.smsc_id(result))
            elif result.outcome == "refused" and not is_known(result.command_status):
                self._note_status(result.command_status)
        self._results.extend(results)
        self._results_came.set()

    def _note_status(self, status: int) -> None:
        """A vendor's own code that nobody has explained for this bind yet."""
        if status > 0 and status not in self._explained:
            words.note(self.bind_id, words.STATUS, f"0x{status:08X}")

    def inbound(self, pdus: list[InboundPdu]) -> None:
        self._inbox.put(pdus)

    def health(self, health: SessionHealth) -> None:
        # Unbound or throttled, the link takes nothing: what was claimed would only grow stale.
        self._is_taking = health.state == "bound"
        self._has_session = health.state in _SESSION_LASTS
        if not self._has_session:
            self._source.end_session()
        self._health.append(health)
        self._results_came.set()

    # Threads.

    def start(self, link: LinkControl) -> None:
        self._link = link
        self._monitor.attach(self)
        self._committing = [
            self._thread("flush", self._flush_work, self._ending),
            self._thread("receipts", self._receipt_work, self._ending),
        ]
        if self._bind.bind_type != "receiver":
            self._claiming = [
                self._thread("claim", self._claim_work(), self._stopping),
                self._thread("express", self._express_work(), self._stopping),
            ]

    def stop(self, timeout: float) -> None:
        """Gives back what was claimed and not written, commits what has been answered, and ends
        the threads: in this order, because a claim may be under way."""
        deadline = time.monotonic() + timeout
        self._monitor.detach(self)
        self._stopping.set()
        self._bulk_wanted.set()
        self.express_wanted.set()
        _join(self._claiming, deadline)
        self._source.drain()
        self._ending.set()
        self._results_came.set()
        self._inbox.wake()
        _join(self._committing, deadline)

    def _thread(self, name: str, work: Loop, until: threading.Event) -> threading.Thread:
        label = f"{self._bind.name} {name}"
        thread = threading.Thread(target=self._run, args=(name, work, until), name=label)
        thread.daemon = True
        thread.start()
        return thread

    def _run(self, name: str, work: Loop, until: threading.Event) -> None:
        """Runs `work` over and over on one connection. Whatever happens, it goes on: a lost
        database is waited for, and a link whose answers nobody commits would be worse still."""
        connection: psycopg.Connection[Any] | None = None
        while not (until.is_set() and self._is_drained(name)):
            try:
                if connection is None or connection.closed:
                    connection = connect(f"pump {name}", pinned_plans=True)
                work(connection)
            except (psycopg.OperationalError, db.OperationalError) as error:
                log.warning(
                    "database lost", extra={"bind": self._bind.name, "error": str(error)[:200]}
                )
                self._recover(connection)
            except Exception:
                log.exception("pump fault", extra={"bind": self._bind.name, "loop": name})
                self._recover(connection)
        if connection is not None:
            connection.close()
        db.connection.close()

    def _recover(self, connection: psycopg.Connection[Any] | None) -> None:
        if connection is not None:
            connection.close()
        db.connection.close()
        threading.Event().wait(_FAULT_SECONDS)

    def _is_drained(self, name: str) -> bool:
        return name != "flush" or not (self._results or self._work or self._source.returned)

    def _claim_work(self) -> Loop:
        claimer = Claimer(**self._where)
        state = {"rewound": time.monotonic()}

        def work(connection: psycopg.Connection[Any]) -> None:
            if not self._has_session and self._source.ready:
                self._source.give_back()
            self._return_claims(connection)
            if time.monotonic() - state["rewound"] > _REWIND_SECONDS:
                claimer.rewind()
                state["rewound"] = time.monotonic()
            room = self._room()
            if not room:
                self._bulk_wanted.wait(_IDLE_SECONDS / 2)
                self._bulk_wanted.clear()
                return
            self._appetite = min(_MOST_CLAIMED, self._appetite + self._appetite // 8 + 1)
            if self._claim(connection, claimer, _BULK_LANES, room) < room:
                self._stopping.wait(_IDLE_SECONDS)

        return work

    def _express_work(self) -> Loop:
        claimer = Claimer(**self._where)

        def work(connection: psycopg.Connection[Any]) -> None:
            self.express_wanted.wait(_EXPRESS_POLL_SECONDS)
            self.express_wanted.clear()
            if self._stopping.is_set() or not self._is_taking:
                return
            claimer.rewind()
            self._claim(connection, claimer, (EXPRESS_LANE,), self._most_claimed())

        return work

    def _most_claimed(self) -> int:
        """What the bind may write in half a second, and at least one message; none where others
        have all of its carrier's contract."""
        rate = self._bind.throughput if self._link is None else self._link.pace()
        if rate is None or rate <= 0:
            return _MOST_CLAIMED if rate is None else 0
        return max(1, min(_MOST_CLAIMED, int(rate * _SECONDS_AHEAD)))

    def _wake_claimer(self) -> None:
        """Called at each pass of the link: a thread that only looks and waits again costs."""
        if self._room() and not self._bulk_wanted.is_set():
            self._bulk_wanted.set()

    def _room(self) -> int:
        most = min(self._most_claimed(), self._appetite)
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
            papers = papers_of(cursor, ready) if ready and self._composer.needs_papers else {}
        for claim in ready:
            self._compose(claim, snapshot.senders[claim.sender_id], now, papers)
        if ready and self._link is not None:
            self._link.wake()
        return len(claims)

    def _compose(
        self, claim: Claim, sender: SenderCard, now: datetime, papers: Mapping[uuid.UUID, Papers]
    ) -> None:
        own = papers.get(claim.id, NO_PAPERS)
        try:
            share = sender.throughput
            self._source.put(self._composer.compose(claim, sender, now, share, own))
        except ComposeError as error:  # an option of the bind: another carrier may take it
            log.debug(
                "bind does not take the message",
                extra={"bind": self._bind.name, "message_id": str(claim.id), "why": str(error)},
            )
            self.results([refused_here(claim, error.status_class)])
        except ValueError as error:  # addresses that no PDU can hold: this message's end alone
            log.error(  # noqa: TRY400  the message is the whole story
                "message cannot be composed",
                extra={"bind": self._bind.name, "message_id": str(claim.id), "error": str(error)},
            )
            self.results([refused_here(claim)])

    def _return_claims(self, connection: psycopg.Connection[Any]) -> None:
        """Claimed but not written in time, paused or past the deadline: back to their queue,
        where nobody claims what is paused. Not into the waiting table: a resume that comes at
        the same time would not see them there."""
        returned = []
        while self._source.returned:
            returned.append(self._source.returned.popleft())
        if not returned:
            return
        # Window, sender or carrier took less than was claimed: what waits here grows too old
        # and goes back and forth, so claim less until it all leaves in time.
        if any(claim.campaign_id not in self._monitor.held for claim in returned):
            self._appetite = max(1, min(self._appetite, self._most_claimed()) // 2)
        try:
            with connection.transaction(), connection.cursor() as cursor:
                self._holder.release(cursor, returned)
        except psycopg.Error:
            self._source.returned.extend(returned)
            raise

    def _flush_work(self, connection: psycopg.Connection[Any]) -> None:
        if self._ending.is_set():
            self._return_claims(connection)
        elif self._work is None:
            if self._results_came.wait(_EXPRESS_POLL_SECONDS) and self._results:
                gather(lambda: len(self._results), self._ending.wait)
            self._results_came.clear()
        self._record_health()
        if self._work is None:
            self._work = self._sorted_next()
        if self._work is not None:
            self._flush(connection, self._work)
            self._work = None

    def _sorted_next(self) -> Work | None:
        """The next batch. It is sorted once and committed until that succeeds: of a message of
        several segments a second sorting would miss what earlier batches brought."""
        taken = [self._results.popleft() for _ in range(min(len(self._results), _MOST_RESULTS))]
        try:
            return self._sorter.sort(taken) if taken else None
        except Exception:
            self._results.extendleft(reversed(taken))
            raise

    def _flush(self, connection: psycopg.Connection[Any], work: Work) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            work_commit(
                cursor,
                work,
                holder=self._holder,
                carrier_id=self.carrier_id,
                bind_id=self.bind_id,
                now=clock.now(),
            )
        observer.note(
            work.results, carrier_id=self.carrier_id, bind_id=self.bind_id, asks=self._asks_receipts
        )
        if self._link is not None:
            self._link.release(work.slots)
        self._inbox.learned([smsc_id for _id, _result, smsc_id in work.segments])
        if work.again or work.again_tried:
            self.express_wanted.set()

    def _record_health(self) -> None:
        while self._health:
            health = self._health[0]
            session_health_record(
                bind_id=self.bind_id, epoch=self._epoch, state=health.state, detail=health.detail
            )
            self._health.popleft()

    def _receipt_work(self, connection: psycopg.Connection[Any]) -> None:
        self._inbox.commit_next(connection, self._link)


def _throttled_delay(bind: Bind) -> int | None:
    is_later = bind.requeue_position == RequeuePosition.LATER
    return bind.requeue_delay_seconds if is_later else None


def _join(threads: Sequence[threading.Thread], deadline: float) -> None:
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
