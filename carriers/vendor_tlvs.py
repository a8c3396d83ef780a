"""Optional parameters that an SMSC wants with every message, as a bind's configuration. Pure.

What a tag means differs from operator to operator (India's entity id is 0x1400 at one, 0x1401 at
the next), so tag, type and source of the value are data.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carriers.constants import TlvSource, TlvType

_LONGEST = 255
_INTEGERS = {TlvType.INT1: 1, TlvType.INT2: 2, TlvType.INT4: 4}


class TlvValueError(ValueError):
    """A rule or a value that cannot be written."""


@dataclass(frozen=True, slots=True)
class TlvRule:
    """One parameter: how it is written, and where its value comes from. `max_length` counts
    octets of the value, without a C string's final zero; `value` is the fixed one."""

    tag: int
    type: TlvType
    source: TlvSource
    max_length: int = _LONGEST
    is_required: bool = False
    value: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """The tag, with its name where it has one."""
        return f"0x{self.tag:04X} {self.name}".strip()


def tlv_rules(stored: Any) -> tuple[TlvRule, ...]:
    """The rules of a bind's `vendor_tlvs`. Raises TlvValueError naming the entry."""
    if not isinstance(stored, Sequence) or isinstance(stored, str):
        raise TlvValueError("a list is needed")
    return tuple(_rule(entry, number) for number, entry in enumerate(stored, 1))


def _rule(entry: Any, number: int) -> TlvRule:
    if not isinstance(entry, Mapping):
        raise TlvValueError(f"entry {number} is no object")
    try:
        tag = int(str(entry["tag"]), 0)
        length = int(entry.get("max_length") or _LONGEST)
        rule = TlvRule(
            tag=tag,
            type=TlvType(entry.get("type", TlvType.OCTETS)),
            source=TlvSource(entry.get("source", TlvSource.TEXT)),
            max_length=length,
            is_required=bool(entry.get("required", False)),
            value=str(entry.get("value", "")),
            name=str(entry.get("name", ""))[:60],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TlvValueError(f"entry {number}: {error}") from error
    if not 1 <= tag <= 0xFFFF or not 1 <= length <= _LONGEST:
        raise TlvValueError(f"entry {number}: tag or length out of range")
    return rule


def tlv_octets(rule: TlvRule, value: str) -> bytes:
    """The value's octets. Raises TlvValueError where it does not fit type or length."""
    if rule.type in _INTEGERS:
        return _integer(rule, value)
    octets = _from_hex(rule, value) if rule.type is TlvType.HEX else value.encode("utf-8")
    if len(octets) > rule.max_length:
        raise TlvValueError(f"{rule.label}: more than {rule.max_length} octets")
    if rule.type is TlvType.CSTRING:
        if b"\0" in octets:
            raise TlvValueError(f"{rule.label}: a zero octet inside")
        return octets + b"\0"
    return octets


def _integer(rule: TlvRule, value: str) -> bytes:
    try:
        return int(value, 0).to_bytes(_INTEGERS[rule.type], "big")
    except (ValueError, OverflowError) as error:
        raise TlvValueError(f"{rule.label}: no integer that fits") from error


def _from_hex(rule: TlvRule, value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError as error:
        raise TlvValueError(f"{rule.label}: no hexadecimal octets") from error


def entity_chain(entity_id: str, others: str) -> str:
    """The hash that binds an entity to those who send for it: SHA-256 over the ids in order,
    with commas (India, PE-TM binding); "" without an entity id."""
    if not entity_id:
        return ""
    return hashlib.sha256(f"{entity_id},{others}".encode()).hexdigest()
