"""Concatenation references: counted per sender and number, never drawn (3GPP TS 23.040 §9.2.3.24).

A phone puts segments together by sender, reference and total, so two texts in assembly must not
share one. Counted, 8 bits repeat after 256 texts; a text that would repeat within the assembly time
is marked to go out with 16 bits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from messaging.services.drafts import Draft

# How long receivers wait for the other segments of a text: 30 minutes is usual.
ASSEMBLY_TIME = timedelta(minutes=30)

# Two windows of the assembly time each bound how many texts were counted within it: all since the
# previous window's first one are no more than the texts of the last two windows. References are
# 15 bits, so that what is stored has room for the mark in 16.
_TAKE = """
INSERT INTO messaging_segmentreference AS s
    (sender_id, msisdn, last, window_at, window_first, previous_first)
SELECT w.sender_id, w.msisdn, (w.first + w.wanted - 1) & 32767, %(now)s, w.first, w.first
FROM (SELECT sender_id, msisdn, wanted, floor(random() * 32768)::int AS first
      FROM unnest(%(senders)s::bigint[], %(msisdns)s::text[], %(wanted)s::int[])
          AS u(sender_id, msisdn, wanted)) w
ORDER BY w.sender_id, w.msisdn
ON CONFLICT (sender_id, msisdn) DO UPDATE SET
    last = (s.last + 1 + ((excluded.last - excluded.window_first) & 32767)) & 32767,
    window_at = CASE WHEN s.window_at > %(now)s::timestamptz - %(window)s THEN s.window_at
        ELSE %(now)s END,
    window_first = CASE WHEN s.window_at > %(now)s::timestamptz - %(window)s THEN s.window_first
        ELSE (s.last + 1) & 32767 END,
    previous_first = CASE WHEN s.window_at > %(now)s::timestamptz - %(window)s THEN s.previous_first
        WHEN s.window_at > %(now)s::timestamptz - 2 * %(window)s THEN s.window_first
        ELSE (s.last + 1) & 32767 END
RETURNING sender_id, msisdn, last, previous_first
"""
_COUNT = 1 << 15
_SHORT = 1 << 8


def references_take(drafts: Sequence[Draft], now: datetime) -> None:
    """Gives texts of several segments their references, in the drafts' order, by one statement.

    What is stored is the count from 0, whose low octet serves as 8-bit reference, or its bitwise
    complement (negative) where that octet was used within the assembly time: then the low 16 bits
    serve, which are 0x8000 and more and so nobody else's.
    """
    by_key: dict[tuple[int, str], list[Draft]] = {}
    for draft in drafts:
        by_key.setdefault((draft.sender.id, draft.msisdn), []).append(draft)
    if not by_key:
        return
    values: dict[str, Any] = {
        "senders": [sender_id for sender_id, _msisdn in by_key],
        "msisdns": [msisdn for _sender_id, msisdn in by_key],
        "wanted": [len(texts) for texts in by_key.values()],
        "now": now,
        "window": ASSEMBLY_TIME,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        for sender_id, msisdn, last, previous_first in cursor.fetchall():
            _give(by_key[sender_id, msisdn], last, previous_first)


def _give(texts: list[Draft], last: int, previous_first: int) -> None:
    for back, draft in enumerate(reversed(texts)):
        reference = (last - back) % _COUNT
        is_repeated = (reference - previous_first) % _COUNT >= _SHORT
        draft.segment_reference = ~reference if is_repeated else reference
