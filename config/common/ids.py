"""UUIDv7 (RFC 9562 §5.7): ids that sort by time, and so name their day's partition."""

import uuid
from datetime import UTC, datetime

from uuid_utils import uuid7 as _uuid7
from uuid_utils.compat import uuid7 as _uuid7_compat


def uuid7() -> uuid.UUID:
    """A new id as the standard library's UUID."""
    return _uuid7_compat()


def uuid7_bytes() -> bytes:
    """A new id as 16 octets: a tenth of the cost where rows go by binary COPY."""
    return _uuid7().bytes


def uuid7_floor(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of the millisecond of `moment`: a bound for ranges by time."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=(milliseconds << 80))


def uuid7_time(value: uuid.UUID) -> datetime:
    """When the id was made (UTC, millisecond precision)."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, tz=UTC)
