"""Options that are tables: status codes, words of receipts, options by class, TON and NPI."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from carriers.checks.values import Problem
from carriers.constants import ReceiptRequest
from carriers.models import Bind
from carriers.smpp.receipts import RECEIPT_STATES
from carriers.smpp.statuses import StatusClass

_CODES = 0xFFFFFFFF
_SENDER_KINDS = ("alphanumeric", "short_code", "long_code")
_CLASSES = ("otp", "transactional", "care", "marketing")
_LARGEST_TON, _LARGEST_NPI = 7, 18
_LONGEST_NAME = 60


def table_problems(bind: Bind) -> Iterator[Problem]:
    """Entries that the session or the composer could not use."""
    for name, check in _TABLES.items():
        value = getattr(bind, name)
        if not isinstance(value, dict):
            yield Problem(name, _("This is a table of names and values."), _("Write an object."))
            continue
        yield from (Problem(name, *told) for told in check(value))


_Told = Iterator[tuple[str, str]]


def code_of(text: object) -> int | None:
    """A status code as 0x45 or 69; None for what is none."""
    try:
        code = int(str(text), 0)
    except ValueError:
        return None
    return code if 0 <= code <= _CODES else None


def _status_classes(value: dict[str, Any]) -> _Told:
    known = [one.value for one in StatusClass if one is not StatusClass.OK]
    for key, name in value.items():
        if code_of(key) in (None, 0):
            yield _no_code(key)
        elif name not in known:
            yield (
                _("“%(name)s” is no class of a status code.") % {"name": name},
                _("Choose one of %(known)s.") % {"known": ", ".join(known)},
            )


def _no_code(key: str) -> tuple[str, str]:
    return (
        _("“%(code)s” is no status code.") % {"code": key},
        _("Write a number from 1 such as 0x45 or 69."),
    )


def _status_names(value: dict[str, Any]) -> _Told:
    for key, name in value.items():
        if code_of(key) in (None, 0):
            yield _no_code(key)
        elif not isinstance(name, str) or len(name) > _LONGEST_NAME:
            yield (
                _("The name of %(code)s is too long.") % {"code": key},
                _("Write at most %(limit)d characters.") % {"limit": _LONGEST_NAME},
            )


def _states(value: dict[str, Any]) -> _Told:
    for word, state in value.items():
        if not word.strip() or state not in RECEIPT_STATES:
            yield _no_state(word, state)


def _finals(value: dict[str, Any]) -> _Told:
    for before, after in value.items():
        if before not in RECEIPT_STATES or after not in RECEIPT_STATES:
            yield _no_state(before, after)


def _no_state(word: object, state: object) -> tuple[str, str]:
    return (
        _("“%(word)s: %(state)s” names no state of a receipt.") % {"word": word, "state": state},
        _("Choose one of %(known)s.") % {"known": ", ".join(sorted(RECEIPT_STATES))},
    )


def _tons(value: dict[str, Any]) -> _Told:
    for kind, pair in value.items():
        if kind not in _SENDER_KINDS or not _is_ton_npi(pair):
            yield (
                _("“%(kind)s” has no TON and NPI that SMPP knows.") % {"kind": kind},
                _("Write TON 0 to %(ton)d and NPI 0 to %(npi)d for a kind of sender.")
                % {"ton": _LARGEST_TON, "npi": _LARGEST_NPI},
            )


def _is_ton_npi(pair: object) -> bool:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        return False
    ton, npi = pair
    return (
        isinstance(ton, int)
        and isinstance(npi, int)
        and 0 <= ton <= _LARGEST_TON
        and 0 <= npi <= _LARGEST_NPI
    )


def _by_class(value: dict[str, Any]) -> _Told:
    for name, entry in value.items():
        if name not in _CLASSES or not isinstance(entry, dict) or not _is_entry(entry):
            yield (
                _("“%(name)s” has an option that a class cannot have.") % {"name": name},
                _("Give registered_delivery, priority_flag (0 to 3) or service_type (5 letters)."),
            )


def _is_entry(entry: dict[str, Any]) -> bool:
    checks: dict[str, Callable[[Any], bool]] = {
        "registered_delivery": lambda one: one in ReceiptRequest.values,
        "priority_flag": lambda one: isinstance(one, int) and 0 <= one <= 3,
        "service_type": lambda one: isinstance(one, str) and len(one) <= 5 and one.isascii(),
    }
    return all(key in checks and checks[key](one) for key, one in entry.items())


_TABLES: dict[str, Callable[[dict[str, Any]], _Told]] = {
    "status_classes": _status_classes,
    "status_names": _status_names,
    "receipt_states": _states,
    "receipt_finals": _finals,
    "source_ton": _tons,
    "class_options": _by_class,
}
