"""Time zones that people name, checked with an answer in words."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from config.common.zones import UNKNOWN_ZONE, zone_name

_SHOWN = 40  # characters of a wrong name in its sentence


def zone_checked(text: str, *, field: str) -> str:
    """The IANA name meant by `text`, nothing for nothing. Raises InvalidError."""
    try:
        return zone_name(text)
    except ValueError as error:
        raise InvalidError("time_zone_unknown", _sentence(text), field=field) from error


def zone_cleaned(text: str) -> str:
    """The same for a form's field. Raises ValidationError."""
    try:
        return zone_name(text)
    except ValueError as error:
        raise ValidationError(_sentence(text), code="time_zone_unknown") from error


def _sentence(text: str) -> str:
    return _(UNKNOWN_ZONE) % {"found": text.strip()[:_SHOWN]}
