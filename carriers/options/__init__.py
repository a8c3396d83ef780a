"""What every option of a bind means: the one place that form, API schema and handbook read.

The model has names, types and defaults; here is the group, what the option does, its unit, and
when somebody should change it.
"""

from collections.abc import Iterable
from typing import Any

from carriers.models import Bind
from carriers.options.addresses import ADDRESSES
from carriers.options.connection import CONNECTION, TLS
from carriers.options.http import HTTP
from carriers.options.parameters import ADVANCED, ERRORS, VENDOR
from carriers.options.receipts import RECEIPTS
from carriers.options.session import SESSION, SPEED
from carriers.options.texts import TEXTS
from carriers.options.values import SECRET, Group, Option

GROUPS: tuple[Group, ...] = (
    CONNECTION,
    TLS,
    SESSION,
    SPEED,
    ADDRESSES,
    TEXTS,
    RECEIPTS,
    ERRORS,
    VENDOR,
    ADVANCED,
    HTTP,
)
OPTIONS: dict[str, Option] = {one.name: one for group in GROUPS for one in group.options}

# What a bind has that is no option: whose it is.
IDENTITY = ("carrier", "name", "kind", "is_enabled")

__all__ = [
    "GROUPS",
    "IDENTITY",
    "OPTIONS",
    "SECRET",
    "Group",
    "Option",
    "default_of",
    "help_of",
    "label_of",
    "secret_names",
]


def label_of(name: str) -> str:
    """The option's name in the reader's language."""
    return str(Bind._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column


def default_of(name: str) -> Any:
    """What a new bind has; an empty list or object where there is none."""
    return Bind._meta.get_field(name).get_default()  # type: ignore[union-attr]


def help_of(name: str) -> str:
    """What it does, in which unit, and when to change it."""
    return OPTIONS[name].sentence() if name in OPTIONS else ""


def secret_names() -> Iterable[str]:
    """Options whose values are never shown."""
    return (one.name for one in OPTIONS.values() if one.unit is SECRET)
