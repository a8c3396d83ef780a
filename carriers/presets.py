"""Starting points for the form: what SMSCs of a kind have in common. Pure data.

A preset fills in options and saves nothing; everything it sets can be changed afterwards.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from carriers.constants import (
    BindType,
    IdForm,
    InterfaceVersion,
    LongMessages,
    ReceiptRequest,
    TlvSource,
    TlvType,
    ValidityForm,
)

_FIFTEEN = 15


@dataclass(frozen=True, slots=True)
class Preset:
    """A name, when to choose it, and the options it sets."""

    code: str
    title: Any
    help: Any
    values: dict[str, Any]


def _dlt(tag: str, name: str, source: TlvSource, length: int) -> dict[str, Any]:
    return {
        "tag": tag,
        "name": name,
        "type": TlvType.OCTETS.value,
        "max_length": length,
        "required": True,
        "source": source.value,
        "value": "",
    }


PRESETS: tuple[Preset, ...] = (
    Preset(
        "usual",
        _("Usual SMSC"),
        _("Everything as most operators have it. Start here when the sheet says nothing."),
        {},
    ),
    Preset(
        "kannel",
        _("SMSC like Kannel's defaults"),
        _("A window of 10, national senders, absolute validity in UTC."),
        {
            "window": 10,
            "source_ton": {"long_code": [2, 1], "short_code": [2, 1], "alphanumeric": [5, 0]},
            "validity_form": ValidityForm.ABSOLUTE.value,
            "system_type": "VMA",
            "throttle_delay_seconds": 1.0,
        },
    ),
    Preset(
        "hex_answers",
        _("Hexadecimal answers, decimal receipts"),
        _("Answers such as 1A2B, receipts such as 6699: receipts find no message otherwise."),
        {
            "response_id_form": IdForm.HEX_TO_DEC.value,
            "receipt_id_form": IdForm.STRIP_ZEROS_UPPER.value,
        },
    ),
    Preset(
        "decimal_answers",
        _("Decimal answers, hexadecimal receipts"),
        _("The other way round."),
        {
            "response_id_form": IdForm.STRIP_ZEROS_UPPER.value,
            "receipt_id_form": IdForm.HEX_TO_DEC.value,
        },
    ),
    Preset(
        "careful",
        _("Strict and slow SMSC"),
        _("A window of 5, no parameters of our own, a minute's pause when throttled."),
        {
            "window": 5,
            "throttle_delay_seconds": 60.0,
            "reconnect_base_seconds": 10.0,
            "reconnect_cap_seconds": 300.0,
            "sends_user_message_reference": False,
        },
    ),
    Preset(
        "old",
        _("SMPP 3.3 without parameters"),
        _("Old SMSCs: transmitter and receiver apart, nothing optional."),
        {
            "interface_version": InterfaceVersion.V33.value,
            "bind_type": BindType.TRANSMITTER.value,
            "sends_user_message_reference": False,
            "long_messages": LongMessages.UDH8.value,
        },
    ),
    Preset(
        "vietnam",
        _("Operator in Vietnam"),
        _("International numbers, texts of at most 3 segments, receipts for everything."),
        {"max_segments": 3, "registered_delivery": ReceiptRequest.FINAL.value},
    ),
    Preset(
        "india_dlt",
        _("India DLT"),
        _(
            "Entity id, template id and chain hash with every message. Compare the tags with the"
            " sheet: some operators exchange 0x1400 and 0x1401."
        ),
        {
            "vendor_tlvs": [
                _dlt("0x1400", "Entity id", TlvSource.ADVERTISER_ENTITY, 30),
                _dlt("0x1401", "Template id", TlvSource.TEMPLATE_REGISTRATION, 30),
                _dlt("0x1402", "Chain hash", TlvSource.ENTITY_CHAIN, 64) | {"required": False},
            ],
            "max_segments": _FIFTEEN,
        },
    ),
)
PRESETS_BY_CODE = {one.code: one for one in PRESETS}
