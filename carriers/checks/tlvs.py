"""Vendor parameters as configuration."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from carriers.checks.values import Problem
from carriers.constants import InterfaceVersion, TlvSource, TlvType
from carriers.models import Bind
from carriers.vendor_tlvs import TlvRule, TlvValueError, tlv_octets, tlv_rules

# Written by the session itself (SMPP 3.4 §5.3.2).
OWN_TAGS = {0x0204, 0x020C, 0x020E, 0x020F, 0x0424}


def tlv_problems(bind: Bind) -> Iterator[Problem]:
    """Entries that could not be written, or would be written twice."""
    for told in _problems(bind.vendor_tlvs):
        yield Problem("vendor_tlvs", *told)
    if bind.vendor_tlvs and bind.interface_version == InterfaceVersion.V33:
        yield Problem(
            "vendor_tlvs",
            _("SMPP 3.3 has no optional parameters."),
            _("Choose version 3.4, or leave the table empty."),
        )


def _problems(value: Any) -> Iterator[tuple[str, str]]:
    try:
        rules = tlv_rules(value)
    except TlvValueError as error:
        yield _("A vendor parameter cannot be read: %(error)s.") % {"error": error}, _shape()
        return
    tags = [rule.tag for rule in rules]
    for rule in rules:
        label = rule.label
        if rule.tag in OWN_TAGS or tags.count(rule.tag) > 1:
            yield (
                _("Parameter %(tag)s is written already.") % {"tag": label},
                _("Each tag can be there once; those of long messages are ours."),
            )
        yield from _fixed(rule)


def _fixed(rule: TlvRule) -> Iterator[tuple[str, str]]:
    if rule.source not in (TlvSource.TEXT, TlvSource.ENTITY_CHAIN):
        return
    if not rule.value:
        yield (
            _("Parameter %(tag)s has no fixed value.") % {"tag": rule.label},
            _("Write the value, or choose where it comes from."),
        )
        return
    if rule.source == TlvSource.ENTITY_CHAIN:
        return
    try:
        tlv_octets(rule, rule.value)
    except TlvValueError:
        yield (
            _("The fixed value of parameter %(tag)s does not fit its type or length.")
            % {"tag": rule.label},
            _("Write a shorter one, or choose another type."),
        )


def _shape() -> str:
    return _(
        "Give each a tag from 0x0001 to 0xFFFF, a type (%(types)s) and a source (%(sources)s)."
    ) % {"types": ", ".join(TlvType.values), "sources": ", ".join(TlvSource.values)}
