"""Values of findings as a reader writes them: days and classes in their language."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format

from compliance.constants import MessageClass

_DAYS = frozenset({"day"})


def readable_values(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """For the placeholders of `compliance.findings.MESSAGES` and `FIXES`."""
    return {name: _readable(name, value) for name, value in values}


def _readable(name: str, value: Any) -> Any:
    if name == "message_class" and value in MessageClass.values:
        return str(MessageClass(value).label)
    if name in _DAYS:
        try:
            return date_format(date.fromisoformat(str(value)), "SHORT_DATE_FORMAT")
        except ValueError:
            return value
    return value
