"""Delivery receipts out of deliver_sm: TLVs first, then esm_class, then the text.

The text format is only an appendix of the specification (SMPP 3.4 Appendix B, "vendor
specific"), and SMSCs leave out, rename and reorder its fields. So each field is read alone, and
a word that is in no table is `unknown` and not final, never a failure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from carriers.smpp import pdu

ReceiptState = Literal[
    "delivered",
    "undelivered",
    "expired",
    "rejected",
    "deleted",
    "accepted",
    "enroute",
    "unknown",
]

RECEIPT_STATES: Final = frozenset(get_args(ReceiptState))
FINAL_STATES: Final = frozenset({"delivered", "undelivered", "expired", "rejected", "deleted"})

# message_state (§5.2.28; 0 and 9 are SMPP 5.0)
_MESSAGE_STATES: Final[dict[int, ReceiptState]] = {
    0: "enroute",  # SCHEDULED
    1: "enroute",
    2: "delivered",
    3: "expired",
    4: "deleted",
    5: "undelivered",
    6: "accepted",
    7: "unknown",
    8: "rejected",
    9: "undelivered",  # SKIPPED
}

# Appendix B's words, and those that SMSCs really send.
_STAT_WORDS: Final[dict[str, ReceiptState]] = {
    "DELIVRD": "delivered",
    "DELIVERED": "delivered",
    "DELIVER": "delivered",  # DELIVERED cut to seven letters
    "EXPIRED": "expired",
    "DELETED": "deleted",
    "UNDELIV": "undelivered",
    "UNDELIVERABLE": "undelivered",
    "UNDELIVERED": "undelivered",
    "FAILED": "undelivered",
    "NACK": "undelivered",
    "SKIPPED": "undelivered",
    "REJECTD": "rejected",
    "REJECTED": "rejected",
    "ACCEPTD": "accepted",
    "ACCEPTED": "accepted",
    "ACKED": "accepted",
    "BUFFRED": "accepted",
    "BUFFERD": "accepted",
    "ENROUTE": "enroute",
    "SCHEDULED": "enroute",
    "UNKNOWN": "unknown",
}
USUAL_WORDS: Final[Mapping[str, ReceiptState]] = _STAT_WORDS

# The usual text in one go; everything else field by field.
_usual = re.compile(
    r"id:([^ \r\n]+) +(?:sub:[^ ]* +)?(?:dlvrd:[^ ]* +)?(?:submit date:[^ ]* +)?"
    r"(?:done date:([^ ]*) +)?stat:([^ \r\n]+)(?: +err:([^ \r\n]*)(?= |$)|(?= +[Tt]ext:|$))",
).match
_FIELDS: Final = tuple(
    re.compile(r"(?:^|[\s,;])" + pattern, re.IGNORECASE)
    for pattern in (
        r"(?:message)?id: *([^\s,;]+)",
        r"done[ _]?date: *(\d[\d:+T-]*)",
        r"stat(?:us)?: *(\w+)",
        r"err(?:or)?: *(-?\w+)",
    )
)
_BARE_WORD: Final = re.compile(rf"\s({'|'.join(_STAT_WORDS)})(?=\s|$)")
_OWN_WORDS: Final = re.compile(r"(?:^|[\s,;])text:", re.IGNORECASE)

_RECEIPT_TYPES: Final = frozenset({pdu.ESM_DELIVERY_RECEIPT, pdu.ESM_INTERMEDIATE_NOTIFICATION})


class DeliveryReceipt(NamedTuple):
    """What a receipt says. `stat` is the SMSC's own word, for counting unknown ones.

    `smsc_message_id` is raw (see canonical_id) and "" when the SMSC left it out. `done_at_raw` is
    the digits as sent: with or without seconds, or Unix time, in the SMSC's zone.
    """

    smsc_message_id: str
    state: ReceiptState
    is_final: bool
    stat: str
    error_code: str
    done_at_raw: str


_Fields = tuple[str | None, str | None, str | None, str | None]  # id, done date, stat, err
_NO_FIELDS: Final[_Fields] = (None, None, None, None)
_NO_TLVS: Final[Mapping[int, bytes]] = {}


@dataclass(frozen=True, slots=True)
class ReceiptRules:
    """How one bind's SMSC words its receipts.

    `words`: upper-case stat word, or a message_state as decimal digits, to what it means here.
    `finals`: what a state comes to here, for SMSCs that end with a state that elsewhere is none
    (`accepted` → `delivered`), or that say `delivered` too early (`delivered` → `enroute`).
    `prefers_text`: the text is believed before the TLVs. `text_without_flag`: a receipt may show
    by its text alone; a subscriber could write such a text, so binds whose SMSC sets esm_class or
    the TLVs should switch it off.
    """

    words: Mapping[str, ReceiptState] = field(default_factory=dict)
    finals: Mapping[ReceiptState, ReceiptState] = field(default_factory=dict)
    prefers_text: bool = False
    text_without_flag: bool = True


USUAL: Final = ReceiptRules()


def parse_receipt(deliver: pdu.DeliverSm, rules: ReceiptRules = USUAL) -> DeliveryReceipt | None:
    """Return the receipt in a deliver_sm (or data_sm), or None for a message from a subscriber."""
    flagged = deliver.esm_class & pdu.ESM_MESSAGE_TYPE_MASK
    if flagged and flagged not in _RECEIPT_TYPES:
        return None  # acknowledgements by the handset or the user (§5.2.12) are not receipts
    tlvs = dict(deliver.tlvs) if deliver.tlvs else _NO_TLVS
    certain = flagged or pdu.TLV_RECEIPTED_MESSAGE_ID in tlvs or pdu.TLV_MESSAGE_STATE in tlvs
    if not (certain or rules.text_without_flag):
        return None
    smsc_message_id, done, stat, err = _read_text(_text_of(deliver, tlvs))
    if not certain and not (smsc_message_id and stat and (done or err)):
        return None
    stat = stat.upper() if stat else ""
    state = _STAT_WORDS.get(stat)
    if tlvs:
        said, told = _message_state(tlvs, rules), _receipted_message_id(tlvs)
        if rules.prefers_text:
            smsc_message_id = smsc_message_id or told
            state, err = state or said, err or _network_error(tlvs)
        else:
            smsc_message_id = told or smsc_message_id
            state, err = said or state, _network_error(tlvs) or err
    # Somebody said what this word means here: that is worth more than the SMSC's own TLV.
    state = rules.words.get(stat) or state or "unknown"
    state = rules.finals.get(state, state)
    is_final = state in FINAL_STATES and flagged != pdu.ESM_INTERMEDIATE_NOTIFICATION
    return DeliveryReceipt(smsc_message_id or "", state, is_final, stat, err or "", done or "")


def strange_word(deliver: pdu.DeliverSm, rules: ReceiptRules = USUAL) -> str:
    """Return the stat word, or the digits of the message_state, that is in no table; else "".

    For receipts whose state came out as `unknown`: somebody has to say what the SMSC means.
    """
    tlvs = dict(deliver.tlvs)
    stat = (_read_text(_text_of(deliver, tlvs))[2] or "").upper()
    if stat and stat not in _STAT_WORDS and stat not in rules.words:
        return stat
    value = tlvs.get(pdu.TLV_MESSAGE_STATE, b"")
    if value and value[0] not in _MESSAGE_STATES and str(value[0]) not in rules.words:
        return str(value[0])
    return ""


def _receipted_message_id(tlvs: Mapping[int, bytes]) -> str:
    return tlvs.get(pdu.TLV_RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1")


def _message_state(tlvs: Mapping[int, bytes], rules: ReceiptRules) -> ReceiptState | None:
    value = tlvs.get(pdu.TLV_MESSAGE_STATE)
    if not value:
        return None
    if rules.words and str(value[0]) in rules.words:
        return rules.words[str(value[0])]
    return _MESSAGE_STATES.get(value[0])


def _network_error(tlvs: Mapping[int, bytes]) -> str:
    """network_error_code (§5.3.2.31): one octet of network type, two of code; 0 says nothing."""
    value = tlvs.get(pdu.TLV_NETWORK_ERROR_CODE, b"")
    code = int.from_bytes(value[1:3], "big") if len(value) >= 3 else 0
    return str(code) if code else ""


def _text_of(deliver: pdu.DeliverSm, tlvs: Mapping[int, bytes]) -> str:
    text = deliver.short_message or tlvs.get(pdu.TLV_MESSAGE_PAYLOAD, b"")
    if deliver.esm_class & pdu.ESM_UDHI and text:
        text = text[1 + text[0] :]
    # Receipts in UCS-2 exist.
    return text.decode("utf-16-be" if deliver.data_coding == 8 else "latin-1", "replace")


def _read_text(text: str) -> _Fields:
    usual = _usual(text)
    if usual is not None:
        id_, done, stat, err = usual.groups()
        return id_, done, stat, err
    lower = text.lower()
    if "stat" not in lower and "done" not in lower:  # nearly every MO ends here
        return _NO_FIELDS
    # What follows `text:` is the customer's own words and may look like a field.
    own_words = _OWN_WORDS.search(text)
    head = text[: own_words.start()] if own_words else text
    found = [pattern.search(head) for pattern in _FIELDS]
    id_, done, stat, err = (match[1] if match else None for match in found)
    if stat is None and done:
        bare = _BARE_WORD.search(head)  # "done date:180903120816 DELIVRD err:000"
        stat = bare[1] if bare else None
    return id_, done, stat, err


_PAD: Final = re.compile(r"pad_([1-9]\d?)")
_is_hex: Final = re.compile("[0-9a-fA-F]+").fullmatch


def canonical_id(raw: str, transform: str) -> str:
    """Bring an SMSC's message id into the form that its responses and receipts share.

    `as_is`, `strip_zeros_upper`, `dec_to_hex`, `hex_to_dec` or `pad_N` (zeros on the left up to N
    characters). An id that is not a number of that base is treated as `strip_zeros_upper`: some
    SMSCs mix bases. Raises ValueError for another transform.
    """
    if transform == "as_is":
        return raw
    if transform == "dec_to_hex" and raw.isascii() and raw.isdigit():
        return f"{int(raw):X}"
    if transform == "hex_to_dec" and _is_hex(raw):
        return str(int(raw, 16))
    pad = _PAD.fullmatch(transform)
    if pad is not None:
        return raw.zfill(int(pad.group(1)))
    if transform not in {"strip_zeros_upper", "dec_to_hex", "hex_to_dec"}:
        raise ValueError(f"{transform!r} is no transform of message ids")
    return raw.lstrip("0").upper() or raw[:1]
