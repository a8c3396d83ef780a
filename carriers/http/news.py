"""Receipts and replies out of a carrier's webhook: values by path, words by table. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from carriers.http import paths
from carriers.smpp.receipts import FINAL_STATES, ReceiptRules, ReceiptState

# Common words of HTTP interfaces, after those of the bind.
_WORDS: Final[Mapping[str, ReceiptState]] = {
    "DELIVRD": "delivered",
    "DELIVERED": "delivered",
    "SUCCESS": "delivered",
    "UNDELIV": "undelivered",
    "UNDELIVERED": "undelivered",
    "UNDELIVERABLE": "undelivered",
    "FAILED": "undelivered",
    "FAILURE": "undelivered",
    "EXPIRED": "expired",
    "REJECTED": "rejected",
    "REJECTD": "rejected",
    "DELETED": "deleted",
    "CANCELED": "deleted",
    "ACCEPTED": "accepted",
    "ACCEPTD": "accepted",
    "SENT": "accepted",
    "SUBMITTED": "accepted",
    "BUFFERED": "enroute",
    "QUEUED": "enroute",
    "PENDING": "enroute",
    "ENROUTE": "enroute",
}
STATES: Final = (
    "delivered",
    "undelivered",
    "expired",
    "rejected",
    "deleted",
    "accepted",
    "enroute",
)
RECEIPT_NAMES: Final = ("items", "id", "status", "error", "to", "reference", "at")
REPLY_NAMES: Final = ("items", "id", "from", "to", "text", "reference", "total", "number")
MOST_ITEMS: Final = 1000


class UnreadableError(ValueError):
    """The body is not what the carrier's mapping expects; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class HttpReceipt:
    """A receipt in the parser's words; ids are raw. `reference` is ours, as it was sent.

    `word` is the carrier's own; `is_strange` where no table knows it.
    """

    message_id: str
    state: ReceiptState
    is_final: bool
    word: str
    is_strange: bool
    error: str
    msisdn: str
    reference: str


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A text from a phone, or a part of one. `message_id` is the carrier's own, "" where it gives
    none."""

    sender: str
    destination: str
    text: str
    reference: int | None
    total: int
    number: int
    message_id: str = ""


def document(content_type: str, body: bytes, query: str) -> object:
    """What a carrier posted or called: JSON, a form, or the query of a GET."""
    if not body:
        return dict(parse_qsl(query, keep_blank_values=True))
    if "json" in content_type or body.lstrip()[:1] in {b"{", b"["}:
        try:
            return json.loads(body)
        except ValueError as error:
            raise UnreadableError("the body is not JSON") from error
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise UnreadableError("the form is not UTF-8") from error


def receipts(found: object, mapping: Mapping[str, str], rules: ReceiptRules) -> list[HttpReceipt]:
    """The receipts in a document; UnreadableError where one has no id or no status."""
    return [_receipt(item, mapping, rules) for item in _items(found, mapping)]


def _receipt(item: object, mapping: Mapping[str, str], rules: ReceiptRules) -> HttpReceipt:
    message_id = paths.text(item, mapping.get("id", ""))
    reference = paths.text(item, mapping.get("reference", ""))
    word = paths.text(item, mapping.get("status", ""))
    if not (message_id or reference):
        raise UnreadableError(f"there is no message id at “{mapping.get('id', '')}”")
    if not word:
        raise UnreadableError(f"there is no status at “{mapping.get('status', '')}”")
    known = rules.words.get(word.upper()) or _WORDS.get(word.upper())
    state: ReceiptState = known or "unknown"
    state = rules.finals.get(state, state)
    return HttpReceipt(
        message_id=message_id,
        state=state,
        is_final=state in FINAL_STATES,
        word=word,
        is_strange=known is None,
        error=paths.text(item, mapping.get("error", "")),
        msisdn=paths.text(item, mapping.get("to", "")).lstrip("+"),
        reference=reference,
    )


def replies(found: object, mapping: Mapping[str, str]) -> list[HttpReply]:
    """The texts in a document; UnreadableError where one has no sender."""
    return [_reply(item, mapping) for item in _items(found, mapping)]


def _reply(item: object, mapping: Mapping[str, str]) -> HttpReply:
    sender = paths.text(item, mapping.get("from", ""))
    if not sender:
        raise UnreadableError(f"there is no number at “{mapping.get('from', '')}”")
    reference = _number(item, mapping, "reference")
    total, number = _number(item, mapping, "total") or 1, _number(item, mapping, "number") or 1
    is_part = reference is not None and 1 <= number <= total <= 255
    return HttpReply(
        sender=sender,
        destination=paths.text(item, mapping.get("to", "")),
        text=paths.text(item, mapping.get("text", "")),
        reference=reference if is_part else None,
        total=total if is_part else 1,
        number=number if is_part else 1,
        message_id=paths.text(item, mapping.get("id", "")),
    )


def _number(item: object, mapping: Mapping[str, str], name: str) -> int | None:
    value = paths.text(item, mapping.get(name, ""))
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None


def _items(found: object, mapping: Mapping[str, str]) -> Sequence[object]:
    items = paths.find(found, mapping.get("items", ""))
    if isinstance(items, dict):
        return [items]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnreadableError(f"there is no object or list at “{mapping.get('items', '')}”")
    if len(items) > MOST_ITEMS:
        raise UnreadableError(f"more than {MOST_ITEMS} at once")
    return items
