"""Time zones by the names that people and files write. Pure."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


UNKNOWN_ZONE = gettext_noop(
    "“%(found)s” is not a time zone. Write its name, such as Asia/Ho_Chi_Minh or America/New_York."
)


def zone_name(text: str) -> str:
    """The IANA name meant by `text` (small letters and spaces will do), nothing for nothing.
    Raises ValueError."""
    wanted = text.strip()
    if not wanted:
        return ""
    known = _names().get(wanted.replace(" ", "_").casefold())
    if known is None:
        raise ValueError(text)
    return known


@cache
def _names() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}
