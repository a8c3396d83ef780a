"""The rule of `messaging.money.charging` in SQL, for rows by the thousand."""

from typing import Final

from messaging.money.charging import REJECTED_REASONS
from routing.charge_terms import CHARGES_REJECTED, SPARES_UNDELIVERED, SPARES_UNKNOWN

_REJECTED: Final = ", ".join(f"'{one}'" for one in sorted(REJECTED_REASONS))
BILLED: Final = "coalesce(billed_segments, segment_count)"
# Segments charged in the state of a row.
CHARGED_SEGMENTS: Final = f"""CASE
        WHEN status IN ('sent', 'delivered') THEN {BILLED}
        WHEN status = 'undelivered' AND failure_reason = 'partial'
            THEN least(segments_sent, {BILLED})
        WHEN status = 'undelivered' AND charge_terms & {SPARES_UNDELIVERED} = 0 THEN {BILLED}
        WHEN status = 'unknown' AND charge_terms & {SPARES_UNKNOWN} = 0 THEN {BILLED}
        WHEN status = 'failed' AND charge_terms & {CHARGES_REJECTED} <> 0
            AND failure_reason IN ({_REJECTED}) THEN {BILLED}
        ELSE 0 END"""
CHARGED_WHILE_UNKNOWN: Final = (
    f"CASE WHEN charge_terms & {SPARES_UNKNOWN} = 0 THEN {BILLED} ELSE 0 END"
)
IS_OPEN: Final = "status IN ('accepted', 'scheduled', 'queued')"
