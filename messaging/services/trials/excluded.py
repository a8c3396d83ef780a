"""People whom rules kept out of a campaign: they have no message, and a port tells of them."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from config.common.ids import uuid7_floor
from messaging.constants import FailureReason
from messaging.services.trials.past import PastMessage

# Reasons that are a rule's doing: what was excluded for another reason stays excluded.
BY_RULES = (
    FailureReason.SUPPRESSED.value,
    FailureReason.NO_CONSENT.value,
    FailureReason.OUTSIDE_WINDOW.value,
    FailureReason.FREQUENCY_CAP.value,
    FailureReason.SENDER_NOT_ALLOWED.value,
    FailureReason.CONTENT_RULE.value,
)
_TAIL = 80  # bits behind the milliseconds of a UUIDv7 (RFC 9562, 5.7)


class ExcludedReader(Protocol):
    """Slices of people whom rules excluded from the account's campaigns to a country that were
    launched in a time."""

    def __call__(
        self, account_id: int, country: str, first: datetime, last: datetime
    ) -> Iterator[Sequence[PastMessage]]: ...


_readers: list[ExcludedReader] = []


def register(reader: ExcludedReader) -> None:
    """Called once by the app that keeps audiences, when it is ready."""
    _readers[:] = [reader]


def excluded_slices(
    account_id: int, country: str, first: datetime, last: datetime
) -> Iterator[Sequence[PastMessage]]:
    """What the port tells; nothing where no app keeps audiences."""
    for reader in _readers:
        yield from reader(account_id, country, first, last)


def place_in_time(at: datetime, number: int) -> uuid.UUID:
    """An id that sorts among those of messages made at the time; `number` tells people apart."""
    return uuid.UUID(int=uuid7_floor(at).int | (number % (1 << _TAIL)))
