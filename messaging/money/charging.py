"""What a message costs in each state: reserved while it may still leave, charged once an SMSC took
it, given back where it ended otherwise.

`charged_segments` and `is_reserved` are the rule; the statement that settles a flush and the one
that reconciles say the same in SQL (messaging.services.money.settling), and a test holds the three
together over every state.
"""

from dataclasses import dataclass
from typing import Final

from messaging.constants import OPEN, FailureReason, MessageStatus
from routing.charge_terms import CHARGES_REJECTED, SPARES_UNDELIVERED, SPARES_UNKNOWN

# Ends at which an SMSC said no to the message itself.
REJECTED_REASONS: Final = frozenset({FailureReason.REJECTED, FailureReason.INVALID_DESTINATION})
_TAKEN: Final = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED})


@dataclass(frozen=True, slots=True)
class Billed:
    """What of a message its price depends on; `terms` None: it is not billed."""

    status: str
    reason: str
    price_micros: int
    billed_segments: int
    segments_sent: int
    terms: int | None


def charged_segments(message: Billed) -> int:
    """How many segments are charged in the message's present state."""
    if message.terms is None:
        return 0
    whole, terms = message.billed_segments, message.terms
    if message.status in _TAKEN:
        return whole
    if message.status == MessageStatus.UNDELIVERED:
        if message.reason == FailureReason.PARTIAL:
            return min(message.segments_sent, whole)
        return 0 if terms & SPARES_UNDELIVERED else whole
    if message.status == MessageStatus.UNKNOWN:
        return 0 if terms & SPARES_UNKNOWN else whole
    if message.status == MessageStatus.FAILED and message.reason in REJECTED_REASONS:
        return whole if terms & CHARGES_REJECTED else 0
    return 0


def charged_micros(message: Billed) -> int:
    """What is charged: the price of a segment, times those charged."""
    return message.price_micros // message.billed_segments * charged_segments(message)


def reserved_micros(message: Billed) -> int:
    """What is held for it."""
    is_held = message.terms is not None and message.status in OPEN
    return message.price_micros if is_held else 0
