"""Messages that one carrier refuses and another may take: remembered, learnt from, and decided
again, once."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from carriers.models import Bind
from carriers.smpp import statuses
from routing.services.feedback import Feedback, feedback_note

# Why a message waits to be decided again (`messaging_waiting.reason`).
PORTED: Final = "ported"  # the number is not the carrier's
REFUSED: Final = "refused"  # the carrier refuses sender or route
EXHAUSTED: Final = "exhausted"  # the carrier refused it for the moment as often as it is asked


class Refusal(NamedTuple):
    """A carrier's refusal; `network_id`: where the number was believed to be."""

    message_id: uuid.UUID
    msisdn: str
    network_id: int | None
    why: str
    command_status: int


# What was refused and decided again is told by the message's trace.
_REMEMBER = """
UPDATE messaging_message m SET decision = coalesce(m.decision, '{}'::jsonb)
    || jsonb_build_object('before', jsonb_build_object('carrier', %(carrier)s::bigint,
        'why', r.why, 'status', r.status, 'route', m.decision -> 'route', 'at', %(at)s::text))
FROM unnest(%(ids)s::uuid[], %(why)s::text[], %(statuses)s::int[]) AS r(id, why, status)
WHERE m.id = r.id
"""


def refusals_note(
    cursor: Any, refusals: Sequence[Refusal], *, carrier_id: int, now: datetime
) -> None:
    """Keeps on the messages who refused them, and of numbers that were not the carrier's that
    they moved; in the cursor's transaction."""
    ordered = sorted(refusals, key=lambda one: one.message_id.int)
    cursor.execute(
        _REMEMBER,
        {
            "carrier": carrier_id,
            "at": now.isoformat(),
            "ids": [one.message_id for one in ordered],
            "why": [one.why for one in ordered],
            "statuses": [one.command_status for one in ordered],
        },
    )
    moved = [
        Feedback(one.msisdn, None, one.network_id, statuses.name(one.command_status))
        for one in ordered
        if one.why == PORTED
    ]
    feedback_note(cursor, moved, now)


def ported_statuses(bind: Bind) -> frozenset[int]:
    """The command_status values that say “not our subscriber” on a bind; words that are no number
    are errors of its receipts (`ported_errors`)."""
    found = (_status(word) for word in ported_words(bind))
    return frozenset(status for status in found if status is not None)


def ported_errors(bind: Bind) -> frozenset[str]:
    """The errors of receipts that say “not our subscriber” on a bind."""
    return frozenset(word for word in ported_words(bind) if not word.lower().startswith("0x"))


def ported_words(bind: Bind) -> Sequence[str]:
    """As an operator wrote them: 0x0B is an answer to submit_sm, 027 an error in a receipt."""
    return [str(word).strip() for word in getattr(bind, "ported_codes", ())]


def _status(word: str) -> int | None:
    if not word.lower().startswith("0x"):
        return None
    try:
        return int(word, 16)
    except ValueError:
        return None
