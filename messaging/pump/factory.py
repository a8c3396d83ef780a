"""Opens pumps for leased binds, after settling what the former holder left behind."""

import uuid
from typing import Any

from carriers.models import Bind
from carriers.ports import Ambiguous, BindConfig, Lease, Pump
from config.common import clock, database, logs
from messaging.constants import DUPLICATE_ALLOWED_LANES, FailureReason, MessageStatus
from messaging.pump.monitor import monitor
from messaging.pump.pump import BindPump
from messaging.services.outcomes import Outcome, outcomes_apply

log = logs.get_logger(__name__)

_LEFT = """
SELECT lane, id FROM messaging_dispatch
WHERE carrier_id = %(carrier)s AND bind_id = %(bind)s AND lease_epoch < %(epoch)s FOR UPDATE
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


class MessagingPumps:
    """The factory that carriers find in their registry."""

    def open(self, bind: BindConfig, lease: Lease, ambiguous: Ambiguous) -> Pump:
        row = Bind.objects.select_related("carrier").get(pk=bind.bind_id)
        with (
            database.connect("pump recovery") as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            leftovers_settle(cursor, row, lease.epoch, ambiguous)
        return BindPump(row, lease.epoch, monitor)


def leftovers_settle(cursor: Any, bind: Bind, epoch: int, ambiguous: Ambiguous) -> None:
    """Rows an earlier holder claimed: those never written go back to the queue; of those that
    were handed to a socket without a result the class decides (invariant 2)."""
    where = {"carrier": bind.carrier_id, "bind": bind.pk, "epoch": epoch}
    cursor.execute(_LEFT, where)
    left: list[tuple[int, uuid.UUID]] = list(cursor.fetchall())
    if not left:
        return
    written = None if ambiguous is None else {key for key, _segment in ambiguous}
    lost = [row for row in left if written is None or row[1].bytes in written]
    again = [row for row in lost if row[0] in DUPLICATE_ALLOWED_LANES]
    ended = [row for row in lost if row[0] not in DUPLICATE_ALLOWED_LANES]
    untouched = [row for row in left if row not in set(lost)]
    log.warning(
        "settling a former holder's messages",
        extra={"bind": bind.name, "unwritten": len(untouched), "ambiguous": len(lost)},
    )
    _each(cursor, _FREE, where | {"tried": 0}, untouched)
    _each(cursor, _FREE, where | {"tried": 1}, again)
    _each(cursor, _REMOVE, where, ended)
    now, reason = clock.now(), FailureReason.NO_ANSWER.value
    unknown = MessageStatus.UNKNOWN.value
    if ended:
        outcomes_apply(cursor, [Outcome(key, unknown, now, reason) for _lane, key in ended])


def _each(
    cursor: Any, statement: str, where: dict[str, Any], rows: list[tuple[int, uuid.UUID]]
) -> None:
    if rows:
        cursor.execute(
            statement, where | {"lanes": [row[0] for row in rows], "ids": [row[1] for row in rows]}
        )
