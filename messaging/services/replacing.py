"""What changes of a stored message that is decided again: where its number is, and its sender."""

from collections.abc import Sequence
from typing import Any

from messaging.selectors.snapshot import Snapshot
from messaging.services.decisions import Case, Verdict
from messaging.services.elsewhere import PORTED
from routing.selectors.numbers import numbers_known_by

_LOCATE = """
UPDATE messaging_message m SET network_id = v.network, network_source = v.source
FROM unnest(%s::uuid[], %s::bigint[], %s::text[]) AS v(id, network, source) WHERE m.id = v.id
"""
_CHANGE = """
UPDATE messaging_message m SET sender_id = v.sender
FROM unnest(%s::uuid[], %s::bigint[]) AS v(id, sender) WHERE m.id = v.id
"""


def ported_locate(cursor: Any, snapshot: Snapshot, cases: Sequence[Case]) -> None:
    """Looks again where the numbers are that a carrier said are not its own. The price stays what
    the customer was told."""
    moved = [case for case in cases if case.before and case.before.get("why") == PORTED]
    if not moved:
        return
    known = numbers_known_by(cursor, [case.msisdn for case in moved])
    found = []
    for case in sorted(moved, key=lambda one: one.id.int):
        hint = snapshot.numbers.network_of(case.msisdn, case.country, known.get(case.msisdn))
        case.network_id = hint.network_id
        found.append((case.id, hint.network_id, hint.source))
    cursor.execute(_LOCATE, [list(column) for column in zip(*found, strict=True)])


def senders_change(cursor: Any, pairs: Sequence[tuple[Case, Verdict]]) -> None:
    """Gives messages the senders that the customer's rules put in place of their own."""
    changed = sorted(
        ((case.id, verdict.sender_id) for case, verdict in pairs if verdict.sender_id),
        key=lambda pair: pair[0].int,
    )
    if changed:
        cursor.execute(_CHANGE, [list(column) for column in zip(*changed, strict=True)])
