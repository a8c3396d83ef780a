"""What the SMSC delivers: receipts by group commit, replies at once; acknowledged after commit."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
from django import db

from carriers.models import Bind
from carriers.ports import InboundPdu, LinkControl
from carriers.selectors.receipts import ReceiptManner, receipt_manner
from carriers.services import words
from carriers.smpp import pdu
from carriers.smpp.receipts import parse_receipt, strange_word
from carriers.smpp.statuses import ESME_ROK, ESME_RX_T_APPN
from config.common import clock, logs
from messaging.encoding.profile import DefaultAlphabet
from messaging.pump.connections import never_idle_in_transaction
from messaging.pump.gathering import gather
from messaging.pump.reading import Reader
from messaging.pump.results import moment, stored_id
from messaging.services.inbound import Received, inbound_receive
from messaging.services.learning import receipts_learn
from messaging.services.parked_receipts import receipts_park, receipts_unpark
from messaging.services.receipts import RECENT_DAYS, Receipt, receipts_apply

log = logs.get_logger(__name__)

_MOST_PDUS = 2000
_MOST_REPLIES = 100
_UNPARK_SECONDS = 1.0
# An answer follows its receipt at once or, after a lost connection, perhaps never.
_LIKELY_WITHIN = timedelta(minutes=2)
_RECENT_ROUND_SECONDS = 60.0  # everything that waits, against recent days
_ROUND_SECONDS = 3600.0  # everything, against all days that are kept
_MOST_ERROR = 16
_NOT_FINAL = frozenset({"accepted", "enroute", "unknown"})


class Inbox:
    """Takes PDUs on the link's thread and commits them on its own.

    A receipt whose submit answer is known here but not yet committed is held, never looked up:
    it would find nothing. `expect` and `learned` bracket that time.
    """

    def __init__(self, bind: Bind) -> None:
        self._bind = bind
        self._manner = receipt_manner(bind)
        self._reader = Reader(bind)
        self._changed: tuple[Bind, ReceiptManner] | None = None
        self._queue: deque[InboundPdu] = deque()
        self._held: list[tuple[InboundPdu, Receipt]] = []
        self._unflushed: set[str] = set()
        self._came = threading.Event()
        self._pause = threading.Event()  # never set: its wait is a pause
        self._unparked_at = self._recent_round_at = self._round_at = 0.0

    def reconfigure(self, bind: Bind) -> None:
        """What an operator says of the bind's receipts holds from the next batch, without a new
        session. From any thread; read the bind with `select_related("carrier")`."""
        self._changed = (bind, receipt_manner(bind))

    def expect(self, smsc_message_id: str) -> None:
        """An answer with this id is on its way to the database."""
        self._unflushed.add(smsc_message_id)

    def learned(self, smsc_message_ids: Sequence[str]) -> None:
        """These answers are committed: their receipts can find their messages."""
        self._unflushed.difference_update(smsc_message_ids)
        if self._held:
            self._came.set()

    def put(self, pdus: Sequence[InboundPdu]) -> None:
        self._queue.extend(self._reader.read(pdus))
        self._came.set()

    def wake(self) -> None:
        self._came.set()

    def commit_next(self, connection: psycopg.Connection[Any], link: LinkControl | None) -> None:
        """Commits what has arrived, then acknowledges it; waits at most a second for something."""
        if self._came.wait(_UNPARK_SECONDS) and self._queue:
            gather(lambda: len(self._queue), self._pause.wait)
        self._came.clear()
        taken = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_PDUS))]
        if self._queue:
            self._came.set()
        held = list(self._held)
        self._take_over()
        try:
            ready, replies, done = self._sorted(taken)
            self._commit_receipts(connection, ready)
        except Exception:
            self._held = held
            self._queue.extendleft(reversed(taken))
            raise
        self._acknowledge(link, [one for one, _receipt in ready] + done, ESME_ROK)
        self._commit_replies(link, replies)
        self._unpark(connection)

    def _take_over(self) -> None:
        changed, self._changed = self._changed, None
        if changed is not None:
            self._bind, self._manner = changed
            self._reader = Reader(self._bind)

    def _sorted(
        self, taken: Sequence[InboundPdu]
    ) -> tuple[list[tuple[InboundPdu, Receipt]], list[InboundPdu], list[InboundPdu]]:
        """Receipts to settle now, replies, and what needs only an answer. One pass over the
        shared set: asking it twice would lose what is flushed in between."""
        candidates, self._held = self._held, []
        replies, done = [], []
        for one in taken:
            receipt = self._receipt(one)
            if receipt is None:
                replies.append(one)
            elif receipt.state in _NOT_FINAL:
                done.append(one)
            else:
                candidates.append((one, receipt))
        ready: list[tuple[InboundPdu, Receipt]] = []
        for pair in candidates:
            is_early = pair[1].smsc_message_id in self._unflushed
            (self._held if is_early else ready).append(pair)
        return ready, replies, done

    def _receipt(self, one: InboundPdu) -> Receipt | None:
        if one.deliver is None:
            return None
        manner = self._manner
        parsed = parse_receipt(one.deliver, manner.rules)
        if parsed is None:
            return None
        if parsed.state == "unknown":
            word = strange_word(one.deliver, manner.rules)
            if word:
                words.note(self._bind.pk, words.STATE, word)
        reference = dict(one.deliver.tlvs).get(pdu.TLV_USER_MESSAGE_REFERENCE, b"")
        return Receipt(
            smsc_message_id=stored_id(parsed.smsc_message_id, manner.id_transform),
            state=parsed.state if parsed.is_final else "enroute",
            error=parsed.error_code.replace("\0", "")[:_MOST_ERROR],
            msisdn=one.deliver.source_addr.lstrip("+"),
            reference=int.from_bytes(reference, "big") if len(reference) == 2 else None,
            raw=one.raw,
            received_at=moment(one.received_at),
            is_proof=manner.is_proof,
        )

    def _commit_receipts(
        self, connection: psycopg.Connection[Any], ready: Sequence[tuple[InboundPdu, Receipt]]
    ) -> None:
        if not ready:
            return
        carrier_id, manner = self._bind.carrier_id, self._manner
        with connection.transaction(), connection.cursor() as cursor:
            missed = receipts_apply(
                cursor,
                [receipt for _pdu, receipt in ready],
                carrier_id=carrier_id,
                first_settles=manner.first_settles,
                group=manner.carriers,
            )
            if missed:
                receipts_park(cursor, missed, carrier_id=carrier_id, bind_id=self._bind.pk)
            receipts_learn(cursor, self._bind, ready, clock.now())

    def _commit_replies(self, link: LinkControl | None, replies: Sequence[InboundPdu]) -> None:
        """Many in one transaction; where one of them cannot be stored, each in its own."""
        for start in range(0, len(replies), _MOST_REPLIES):
            batch = replies[start : start + _MOST_REPLIES]
            if self._stored(batch):
                self._acknowledge(link, batch, ESME_ROK)
            elif len(batch) == 1:
                self._acknowledge(link, batch, ESME_RX_T_APPN)
            else:
                for one in batch:
                    is_stored = self._stored([one])
                    self._acknowledge(link, [one], ESME_ROK if is_stored else ESME_RX_T_APPN)

    def _stored(self, replies: Sequence[InboundPdu]) -> bool:
        try:
            never_idle_in_transaction()
            inbound_receive([self._received(one) for one in replies])
        except Exception:
            # Whatever it is: the SMSC keeps it and sends it again, and others come through.
            log.exception(
                "replies not stored", extra={"bind": self._bind.name, "count": len(replies)}
            )
            db.connection.close()
            return False
        return True

    def _received(self, one: InboundPdu) -> Received:
        return Received(
            one.deliver,
            one.raw,
            self._bind.pk,
            self._bind.carrier_id,
            cast(DefaultAlphabet, self._bind.default_alphabet),
            moment(one.received_at),
            one.session_id,
        )

    @staticmethod
    def _acknowledge(
        link: LinkControl | None, pdus: Sequence[InboundPdu], command_status: int
    ) -> None:
        if link is None:
            return
        by_session: dict[int, list[tuple[int, int]]] = {}
        for one in pdus:
            by_session.setdefault(one.session_id, []).append((one.sequence, command_status))
        for session_id, answers in by_session.items():
            link.acknowledge(session_id, answers)

    def _unpark(self, connection: psycopg.Connection[Any]) -> None:
        """Each second what came lately, each minute what waits against recent days, each hour
        against every day: that asks each of their partitions."""
        now = time.monotonic()
        if now - self._unparked_at < _UNPARK_SECONDS:
            return
        self._unparked_at = now
        since: datetime | None = clock.now() - _LIKELY_WITHIN
        days: int | None = None
        if now - self._round_at > _ROUND_SECONDS:
            self._round_at = self._recent_round_at = now
            since = None
        elif now - self._recent_round_at > _RECENT_ROUND_SECONDS:
            self._recent_round_at = now
            since, days = None, RECENT_DAYS
        after: int | None = 0
        while after is not None:
            with connection.transaction(), connection.cursor() as cursor:
                after = receipts_unpark(
                    cursor,
                    carrier_id=self._bind.carrier_id,
                    first_settles=self._manner.first_settles,
                    since=since,
                    days=days,
                    group=self._manner.carriers,
                    after=after,
                ).after
