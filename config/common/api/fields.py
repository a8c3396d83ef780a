"""Serializer fields that say rule and fix, and refuse what they would have to guess."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

_REQUIRED = gettext_lazy("The field is missing: add it.")
_NULL = gettext_lazy("The value is null: give one, or leave the field out.")
# RFC 3339; in a query string an unescaped "+" arrives as a space.
_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:([Zz])|([+\- ])(\d\d:\d\d))"
)


class Text(serializers.CharField):
    """A string; a number is refused, because its leading zeros are lost by then."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid": gettext_lazy("The value is not a string: write it in quotes."),
        "blank": gettext_lazy("The value is empty: give one, or leave the field out."),
        "max_length": gettext_lazy("The value is longer than {max_length} characters: shorten it."),
        "min_length": gettext_lazy("The value is shorter than {min_length} characters."),
    }

    def to_internal_value(self, data: Any) -> str:  # whatever JSON holds
        if not isinstance(data, str):
            self.fail("invalid")
        return data.strip() if self.trim_whitespace else data


class Word(serializers.ChoiceField):
    """One of a closed list of words."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid_choice": gettext_lazy("“{input}” is not one of: {words}."),
    }

    def to_internal_value(self, data: Any) -> str:  # whatever JSON holds
        if not isinstance(data, str) or data not in self.choices:
            shown = str(data)[:40].encode("utf-8", "backslashreplace").decode()
            self.fail("invalid_choice", input=shown, words=", ".join(self.choices))
        return data


class Whole(serializers.IntegerField):
    """A whole number."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid": gettext_lazy("The value is not a whole number: write digits only."),
        "max_value": gettext_lazy("The value is over {max_value}: give a smaller one."),
        "min_value": gettext_lazy("The value is under {min_value}: give a larger one."),
        "max_string_length": gettext_lazy("The value has too many digits."),
    }


class Truth(serializers.BooleanField):
    """true or false."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid": gettext_lazy("The value is not a boolean: write true or false."),
    }


class Moment(serializers.DateTimeField):
    """A time by RFC 3339, with its zone; written in UTC."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid": gettext_lazy(
            "The value is not a time: write it with its zone, like 2027-01-31T09:00:00+07:00."
        ),
    }

    def to_internal_value(self, value: Any) -> datetime:  # whatever JSON holds
        match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            self.fail("invalid")
        day, time, utc, sign, offset = match.groups()
        zone = "+00:00" if utc else ("-" if sign == "-" else "+") + offset
        try:
            return datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class UnreadList(serializers.ListField):
    """A list whose members the caller reads one by one, so that a bad one is set aside: here it is
    only one, not empty, and of at most `most`. Whoever derives from it names those three mistakes
    (`not_a_list`, `empty`, `too_many` with `limit`)."""

    most: int

    def to_internal_value(self, data: Any) -> list[Any]:  # whatever JSON holds
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not data:
            self.fail("empty")
        if len(data) > self.most:
            self.fail("too_many", limit=self.most)
        return data


class _WireNames(serializers.Serializer[Any]):
    """`from_` in a class body is `from` on the wire."""

    def get_fields(self) -> dict[str, Any]:
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class OutputSerializer(_WireNames):
    """What callers see."""


class StrictSerializer(_WireNames):
    """What callers send: fields it does not know are refused."""

    default_error_messages = {
        "required": _REQUIRED,
        "null": _NULL,
        "invalid": gettext_lazy("The value is not a JSON object: write {{…}}."),
    }

    def to_internal_value(self, data: Any) -> Any:  # whatever JSON holds
        unknown = self._unknown(data) if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise ValidationError(unknown)
        return value

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        return {
            name: [ErrorDetail(self._advice(name), code="unknown_field")]
            for name in data
            if name not in self.fields
        }

    def _advice(self, name: str) -> str:
        near = get_close_matches(name, self.fields, n=1)
        if near:
            return _("There is no such field here: did you mean “%(name)s”?") % {"name": near[0]}
        return _("There is no such field here: remove it. Known: %(names)s.") % {
            "names": ", ".join(self.fields)
        }
