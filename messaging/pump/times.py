"""validity_period as SMPP writes it."""

from datetime import UTC, datetime
from functools import lru_cache

LONGEST_VALIDITY_SECONDS = 99 * 86400


@lru_cache(maxsize=1024)  # one claim's messages mostly share their deadline
def relative_time(seconds: float) -> str:
    """validity_period as relative time (SMPP 3.4 §7.1.1.2), rounded down to whole seconds."""
    rest = max(1, min(int(seconds), LONGEST_VALIDITY_SECONDS))
    days, rest = divmod(rest, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    return f"0000{days:02}{hours:02}{minutes:02}{rest:02}000R"


@lru_cache(maxsize=1024)
def absolute_time(until: datetime) -> str:
    """validity_period as a time in UTC (SMPP 3.4 §7.1.1.1), rounded down to whole seconds."""
    return f"{until.astimezone(UTC):%y%m%d%H%M%S}000+"
