"""PDU traces: an operator asks for one, running workers write it down, and it ends by itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from carriers.constants import BindKind
from carriers.models import Bind, BindTrace
from carriers.models.traces import LONGEST_MINUTES, MOST_PDUS
from carriers.smpp.masking import masked
from carriers.smpp.tap import Tapped
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError

KEPT: Final = timedelta(days=7)  # after the end

# Those whose time is over end here too: a worker looks every second.
_RUNNING = """
WITH over AS (
    UPDATE carriers_bindtrace SET ended_at = ends_at, ended_by = 'time'
    WHERE ended_at IS NULL AND ends_at <= now()
)
SELECT bind_id, id, most_pdus - taken FROM carriers_bindtrace
WHERE ended_at IS NULL AND ends_at > now() AND bind_id = ANY(%s)
"""
_COUNT = """
UPDATE carriers_bindtrace SET taken = taken + %(n)s, skipped = %(skipped)s,
    ended_at = CASE WHEN taken + %(n)s >= most_pdus THEN now() ELSE ended_at END,
    ended_by = CASE WHEN taken + %(n)s >= most_pdus THEN 'count' ELSE ended_by END
WHERE id = %(trace)s AND ended_at IS NULL
RETURNING 1
"""
_INSERT = """
INSERT INTO carriers_tracedpdu (trace_id, at, is_outgoing, octets)
SELECT %(trace)s, * FROM unnest(%(at)s::timestamptz[], %(outgoing)s::bool[], %(octets)s::bytea[])
"""


def trace_start(*, bind: Bind, minutes: int, most_pdus: int, reason: str, actor: Any) -> BindTrace:
    """Asks the worker that holds the bind to write its PDUs down; it begins within two seconds.

    Raises InvalidError for limits out of range, ConflictError while one runs.
    """
    _check(bind, minutes, most_pdus, reason)
    now = clock.now()
    with transaction.atomic():
        Bind.objects.select_for_update().get(pk=bind.pk)
        if bind.traces.filter(ended_at=None, ends_at__gt=now).exists():
            raise ConflictError(
                "trace_running", _("A trace of this bind runs already. Stop it first.")
            )
        trace = BindTrace.objects.create(
            bind=bind,
            reason=reason.strip(),
            started_by=actor,
            started_at=now,
            ends_at=now + timedelta(minutes=minutes),
            most_pdus=most_pdus,
        )
        audit.record(
            action="bind.trace_started",
            actor=actor,
            subject=f"bind:{bind.pk}",
            detail={
                "trace": trace.pk,
                "minutes": minutes,
                "most_pdus": most_pdus,
                "reason": trace.reason,
            },
        )
    return trace


def _check(bind: Bind, minutes: int, most_pdus: int, reason: str) -> None:
    if bind.kind != BindKind.SMPP:
        raise InvalidError("no_smpp", _("Only SMPP binds have PDUs to trace."), field="bind")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidError(
            "minutes", _("A trace runs from one minute to a day: 1 to 1440."), field="minutes"
        )
    if not 1 <= most_pdus <= MOST_PDUS:
        raise InvalidError("most_pdus", _("A trace holds from 1 to 20000 PDUs."), field="most_pdus")
    if not reason.strip():
        raise InvalidError(
            "reason", _("Say why: the reason stands in the audit log."), field="reason"
        )


def trace_stop(*, trace: BindTrace, actor: Any) -> bool:
    """Ends a trace before its time; False where it has ended already."""
    with transaction.atomic():
        ended = BindTrace.objects.filter(pk=trace.pk, ended_at=None).update(
            ended_at=clock.now(), ended_by=BindTrace.Ended.STOPPED
        )
        if ended:
            audit.record(
                action="bind.trace_stopped",
                actor=actor,
                subject=f"bind:{trace.bind_id}",
                detail={"trace": trace.pk},
            )
    return bool(ended)


def traces_running(bind_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By bind the running trace and how many PDUs it still takes; ends those whose time is over."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [list(bind_ids)])
        return {bind_id: (trace_id, left) for bind_id, trace_id, left in cursor.fetchall()}


def trace_write(*, trace_id: int, pdus: Sequence[Tapped], skipped: int = 0) -> bool:
    """Stores PDUs of a running trace, masked; False where it has ended, and nothing is kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"trace": trace_id, "n": len(pdus), "skipped": skipped})
        if cursor.fetchone() is None:
            return False
        cursor.execute(
            _INSERT,
            {
                "trace": trace_id,
                "at": [datetime.fromtimestamp(one.at, tz=UTC) for one in pdus],
                "outgoing": [one.is_outgoing for one in pdus],
                "octets": [masked(one.octets) for one in pdus],
            },
        )
    return True


def traces_drop() -> int:
    """Forgets traces a week after their end; returns how many."""
    old = clock.now() - KEPT
    traces = BindTrace.objects.filter(ends_at__lt=old)
    count = traces.count()
    traces.delete()
    return count
