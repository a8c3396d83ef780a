"""Fields of inputs and outputs from the columns they are of, with what the console says of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from config.common.api.fields import (
    Moment,
    OutputSerializer,
    StrictSerializer,
    Text,
    Truth,
    Whole,
    Word,
)
from config.common.secrets import EncryptedTextField

# What columns are called here, as everywhere in the API.
NAMES: Mapping[str, str] = {"message_class": "class", "message_classes": "classes"}
_LONGEST = 20_000


class Decimal(serializers.FloatField):
    """A number."""

    default_error_messages = {
        **Whole.default_error_messages,
        "invalid": gettext_lazy("The value is not a number: write it without quotes, like 0.5."),
    }


class Anything(serializers.JSONField):
    """An object or a list."""


def name_of(column: str) -> str:
    """What the API calls a column; Python's names of fields end with `_` where they must."""
    return NAMES.get(column, column)


def input_of(
    name: str,
    model: type[models.Model],
    columns: Iterable[str],
    *,
    required: Iterable[str] = (),
    help_of: Callable[[str], str] = lambda _column: "",
    more: Mapping[str, serializers.Field[Any, Any, Any, Any]] | None = None,
    limits: bool = False,
) -> type[StrictSerializer]:
    """A strict input with a field per column; what is left out stays as it is. With `limits` the
    columns' own limits are the fields' too, else the service behind names them."""
    needed = set(required)
    fields = {
        f"{name_of(column)}_": _field(
            model._meta.get_field(column),
            help_of(column),
            is_required=column in needed,
            limits=limits,
        )
        for column in columns
    }
    return type(name, (StrictSerializer,), {**fields, **(more or {}), "__doc__": ""})


def _field(column: Any, said: str, *, is_required: bool, limits: bool = False) -> Any:
    """`column` is any of Django's."""
    shared: dict[str, Any] = {"required": is_required, "help_text": said or str(column.help_text)}
    if column.null:
        shared["allow_null"] = True
    if isinstance(column, ArrayField):
        child = _field(column.base_field, "", is_required=True)
        return serializers.ListField(child=child, max_length=1000, **shared)
    for kind, field in _TAKEN:
        if isinstance(column, kind):
            return field(**shared, **(_limits(column) if limits else {}))
    return _text(column, shared)


def _limits(column: Any) -> dict[str, Any]:
    """The least and the greatest value of a column of numbers, as its validators say."""
    if not isinstance(column, (models.FloatField, models.IntegerField)):
        return {}
    found: dict[str, Any] = {}
    for one in column.validators:
        if isinstance(one, MinValueValidator):
            found["min_value"] = one.limit_value
        elif isinstance(one, MaxValueValidator):
            found["max_value"] = one.limit_value
    return found


_TAKEN: tuple[tuple[Any, Any], ...] = (
    (models.BooleanField, Truth),
    (models.FloatField, Decimal),
    (models.IntegerField, Whole),
    (models.DateTimeField, Moment),
    (models.DateField, serializers.DateField),
    (models.JSONField, Anything),
)


def _text(column: Any, shared: dict[str, Any]) -> Any:
    if column.choices:
        blank = [("", "")] if column.blank else []
        return Word(choices=[*blank, *column.flatchoices], **shared)
    if isinstance(column, EncryptedTextField):
        shared["allow_null"] = True  # null takes it away
    longest = column.max_length or _LONGEST
    return Text(max_length=longest, allow_blank=True, trim_whitespace=False, **shared)


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Validated input by columns' names."""
    back = {there: here for here, there in NAMES.items()}
    return {back.get(name, name): value for name, value in values.items()}


def output_of(
    name: str,
    model: type[models.Model],
    columns: Iterable[str],
    more: Mapping[str, serializers.Field[Any, Any, Any, Any]] | None = None,
) -> type[OutputSerializer]:
    """An output with a field per column."""
    fields = {f"{name_of(column)}_": _shown(model._meta.get_field(column)) for column in columns}
    return type(name, (OutputSerializer,), {**fields, **(more or {}), "__doc__": ""})


def _shown(column: Any) -> Any:
    shared: dict[str, Any] = {"help_text": str(column.help_text), "source": column.attname}
    if name_of(column.attname) == column.attname and f"{column.attname}" == column.name:
        shared.pop("source")
    if column.null:
        shared["allow_null"] = True
    if isinstance(column, ArrayField):
        child: Any = serializers.CharField()
        return serializers.ListField(child=child, **shared)
    for kind, field in _SHOWN:
        if isinstance(column, kind):
            return field(**shared)
    return serializers.CharField(**shared)


_SHOWN: tuple[tuple[Any, Any], ...] = (
    (models.BooleanField, serializers.BooleanField),
    (models.FloatField, serializers.FloatField),
    (models.IntegerField, serializers.IntegerField),
    (models.DateTimeField, Moment),
    (models.DateField, serializers.DateField),
    (models.JSONField, serializers.JSONField),
)
