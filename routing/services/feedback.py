"""What carriers' answers teach about numbers: where they are, or that they are not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from routing.constants import LookupFinding, NetworkSource

FEEDBACK_DAYS: Final = 90  # a number may move once in 90 days (facts 1.4)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an answer said: the number is on `network_id`, or (None) not on `network_was`, where
    it was believed to be (None: on that of its prefix)."""

    msisdn: str
    network_id: int | None
    network_was: int | None
    detail: str


_NOTE = """
INSERT INTO routing_numberlookup
    (msisdn, source, finding, network_id, network_was_id, detail, looked_at, expires_at)
SELECT f.msisdn, %(source)s, CASE WHEN f.network IS NULL THEN %(moved)s ELSE %(found)s END,
    f.network, f.was, f.detail, %(now)s, %(until)s
FROM unnest(%(numbers)s::text[], %(networks)s::bigint[], %(were)s::bigint[], %(details)s::text[])
    AS f(msisdn, network, was, detail)
ORDER BY f.msisdn
ON CONFLICT (msisdn, source) DO UPDATE SET finding = excluded.finding,
    network_id = excluded.network_id, network_was_id = excluded.network_was_id,
    detail = excluded.detail, looked_at = excluded.looked_at, expires_at = excluded.expires_at
"""
# A lookup that a carrier contradicts was true once. Overrides are a person's word, and stay.
_DROP = """
DELETE FROM routing_numberlookup l USING
    unnest(%(numbers)s::text[], %(networks)s::bigint[], %(were)s::bigint[])
        AS f(msisdn, network, was)
WHERE l.msisdn = f.msisdn AND l.source = %(lookup)s
  AND (l.network_id IS DISTINCT FROM f.network)
  AND (f.network IS NOT NULL OR f.was IS NULL OR l.network_id = f.was)
"""


def feedback_note(cursor: Any, rows: Sequence[Feedback], now: datetime) -> None:
    """Keeps what answers said, in the cursor's transaction (Django's cursor or psycopg's)."""
    first: dict[str, Feedback] = {}
    for row in rows:
        first.setdefault(row.msisdn, row)
    if not first:
        return
    ordered = [first[key] for key in sorted(first)]
    values = {
        "source": NetworkSource.FEEDBACK.value,
        "lookup": NetworkSource.LOOKUP.value,
        "found": LookupFinding.FOUND.value,
        "moved": LookupFinding.MOVED.value,
        "now": now,
        "until": now + timedelta(days=FEEDBACK_DAYS),
        "numbers": [row.msisdn for row in ordered],
        "networks": [row.network_id for row in ordered],
        "were": [row.network_was for row in ordered],
        "details": [row.detail[:80] for row in ordered],
    }
    cursor.execute(_NOTE, values)
    cursor.execute(_DROP, values)
