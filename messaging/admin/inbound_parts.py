"""The parts of a reply on its page: words for those who read them, PDUs for operators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carriers.smpp.masking import masked
from messaging.admin.sight import Sight
from messaging.models import InboundMessage, InboundPart


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part, or the place of one that is missing (`received_at` None). `pdu` in hexadecimal,
    masked where the person may not read the words; "" where it is not theirs to see."""

    number: int
    total: int
    reference: int | None = None
    received_at: datetime | None = None
    bind: str = ""
    smsc_message_id: str = ""
    repeats: int = 0
    words: str = ""
    pdu: str = ""
    is_masked: bool = False


def part_rows(reply: InboundMessage, sight: Sight) -> list[PartRow]:
    """Every part in its order, the missing ones among them."""
    may_read = reply.account_id is None or sight.has_texts_of(reply.account_id)
    rows = [
        _row(part, sight, may_read=may_read)
        for part in reply.parts.select_related("bind").order_by("number", "id")
    ]
    rows += [PartRow(number, reply.part_count) for number in reply.missing_parts]
    return sorted(rows, key=lambda row: row.number)


def _row(part: InboundPart, sight: Sight, *, may_read: bool) -> PartRow:
    raw = bytes(part.raw)
    shown: dict[str, Any] = {}
    if sight.is_operator:
        octets = raw if may_read else masked(raw)
        shown = {
            "pdu": octets.hex(" "),
            "is_masked": bool(raw) and not may_read,
            "bind": part.bind.name,
            "smsc_message_id": part.smsc_message_id,
        }
    return PartRow(
        number=part.number,
        total=part.total,
        reference=part.reference,
        received_at=part.received_at,
        repeats=part.repeats,
        words=part.text if may_read else "",
        **shown,
    )
