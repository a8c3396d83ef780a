"""Opens pumps for leased binds, after settling what the former holder left behind."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carriers.models import Bind
from carriers.ports import BindConfig, Lease, Pump
from carriers.smpp.journal import JournalContent
from config.common import clock, logs
from messaging.constants import DUPLICATE_ALLOWED_LANES, FailureReason, MessageStatus
from messaging.pump.connections import connect
from messaging.pump.deciding import recent_day
from messaging.pump.monitor import monitor
from messaging.pump.pump import BindPump
from messaging.pump.results import partial_keep
from messaging.services.outcomes import Outcome, outcomes_apply

log = logs.get_logger(__name__)

_LEFT = """
SELECT lane, id, lease_epoch FROM messaging_dispatch
WHERE carrier_id = %(carrier)s AND bind_id = %(bind)s AND lease_epoch < %(epoch)s FOR UPDATE
"""
_ACCEPTED = """
SELECT message_id, number FROM messaging_segment WHERE message_id = ANY(%s) AND day >= %s
"""
_FREE = """
UPDATE messaging_dispatch d SET bind_id = NULL, lease_epoch = NULL, attempts = attempts + %(tried)s
FROM unnest(%(lanes)s::smallint[], %(ids)s::uuid[]) AS r(lane, id)
WHERE d.carrier_id = %(carrier)s AND d.lane = r.lane AND d.id = r.id
"""
_REMOVE = """
DELETE FROM messaging_dispatch d USING unnest(%(lanes)s::smallint[], %(ids)s::uuid[]) AS r(lane, id)
WHERE d.carrier_id = %(carrier)s AND d.lane = r.lane AND d.id = r.id
"""
# A lock that a dying worker still holds: give up and come back, rather than lose other leases.
_LOCK_WAIT = "5s"


class MessagingPumps:
    """The factory that carriers find in their registry."""

    def open(self, bind: BindConfig, lease: Lease, journal: JournalContent | None) -> Pump:
        row = Bind.objects.select_related("carrier").get(pk=bind.bind_id)
        with (
            connect("pump recovery", lock_timeout=_LOCK_WAIT) as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            leftovers_settle(cursor, row, lease.epoch, journal)
        return BindPump(row, lease.epoch, monitor)


@dataclass(frozen=True, slots=True)
class _Left:
    """A row that an earlier holder had claimed. `is_lost`: a segment of it may be at the SMSC
    without our knowing; `accepted`: so many are for certain."""

    lane: int
    id: uuid.UUID
    is_lost: bool
    accepted: int


def leftovers_settle(cursor: Any, bind: Bind, epoch: int, journal: JournalContent | None) -> None:
    """Rows earlier holders claimed: those never written go back to the queue, with what is
    missing of those that an SMSC has in part; of those that were handed to a socket without a
    result the class decides (invariant 2)."""
    where = {"carrier": bind.carrier_id, "bind": bind.pk, "epoch": epoch}
    left = _left(cursor, where, journal)
    if not left:
        return
    lost = [row for row in left if row.is_lost]
    again = [row for row in lost if row.lane in DUPLICATE_ALLOWED_LANES]
    ended = [row for row in lost if row.lane not in DUPLICATE_ALLOWED_LANES]
    untouched = [row for row in left if not row.is_lost]
    log.warning(
        "settling a former holder's messages",
        extra={"bind": bind.name, "unwritten": len(untouched), "ambiguous": len(lost)},
    )
    _each(cursor, _FREE, where | {"tried": 0}, untouched)
    _each(cursor, _FREE, where | {"tried": 1}, again)
    partial_keep(cursor, [(row.id, row.accepted) for row in (*untouched, *again) if row.accepted])
    _each(cursor, _REMOVE, where, ended)
    now, reason = clock.now(), FailureReason.NO_ANSWER.value
    unknown = MessageStatus.UNKNOWN.value
    if ended:
        outcomes_apply(cursor, [Outcome(row.id, unknown, now, reason) for row in ended])


def _left(cursor: Any, where: dict[str, Any], journal: JournalContent | None) -> list[_Left]:
    cursor.execute(_LEFT, where)
    rows: list[tuple[int, uuid.UUID, int]] = cursor.fetchall()
    ids = sorted(key for _lane, key, _epoch in rows)
    cursor.execute(_ACCEPTED, [ids, recent_day(clock.now())])
    accepted: dict[uuid.UUID, set[int]] = {}
    for key, number in cursor.fetchall():
        accepted.setdefault(key, set()).add(number)
    written: dict[bytes, set[int]] = {}
    for octets, number in journal.entries if journal else ():
        written.setdefault(octets, set()).add(number)
    return [
        _Left(
            lane,
            key,
            is_lost=journal is None
            or claimed_under != journal.epoch
            or not written.get(key.bytes, set()) <= accepted.get(key, set()),
            accepted=len(accepted.get(key, ())),
        )
        for lane, key, claimed_under in rows
    ]


def _each(cursor: Any, statement: str, where: dict[str, Any], rows: Sequence[_Left]) -> None:
    if rows:
        cursor.execute(
            statement,
            where | {"lanes": [row.lane for row in rows], "ids": [row.id for row in rows]},
        )
