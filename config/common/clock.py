"""The one clock. Services take `now` from here, so that tests can hold time still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


@contextmanager
def freeze(moment: datetime) -> Iterator[datetime]:
    """Holds `now()` at `moment` (tests, hypothetical decisions)."""
    if moment.tzinfo is None:
        raise ValueError("freeze() needs an aware datetime")
    _frozen.append(moment)
    try:
        yield moment
    finally:
        _frozen.pop()
