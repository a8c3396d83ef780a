"""PDUs without what is nobody's business: numbers masked, texts hidden, passwords gone.

The length of everything stays, so that a masked PDU still parses: field by field it is what
passed. What cannot be parsed keeps its header alone.
"""

from typing import Final

from carriers.smpp import pdu
from carriers.smpp.pdu.fields import read_cstring
from carriers.smpp.receipts import parse_receipt

_STAR: Final = ord("*")
_SHOWN_FIRST: Final = 4
_SHOWN_LAST: Final = 2
_LEAST_NUMBER: Final = 7  # shorter ones are short codes, which belong to the platform
_OWN_WORDS: Final = (b"text:", "text:".encode("utf-16-be"))  # receipts in UCS-2 exist

_MESSAGES: Final = frozenset({pdu.SUBMIT_SM, pdu.DELIVER_SM, pdu.DATA_SM})
# Whose values say nothing of a person (§5.3.2); vendors' own (0x1400 to 0x3FFF) are looked at.
_TECHNICAL: Final = frozenset(
    {
        pdu.TLV_DEST_NETWORK_TYPE,
        pdu.TLV_QOS_TIME_TO_LIVE,
        pdu.TLV_PAYLOAD_TYPE,
        pdu.TLV_ADDITIONAL_STATUS_INFO_TEXT,
        pdu.TLV_RECEIPTED_MESSAGE_ID,
        pdu.TLV_PRIVACY_INDICATOR,
        pdu.TLV_USER_MESSAGE_REFERENCE,
        pdu.TLV_SOURCE_PORT,
        pdu.TLV_DESTINATION_PORT,
        pdu.TLV_SAR_MSG_REF_NUM,
        pdu.TLV_LANGUAGE_INDICATOR,
        pdu.TLV_SAR_TOTAL_SEGMENTS,
        pdu.TLV_SAR_SEGMENT_SEQNUM,
        pdu.TLV_SC_INTERFACE_VERSION,
        pdu.TLV_NETWORK_ERROR_CODE,
        pdu.TLV_DELIVERY_FAILURE_REASON,
        pdu.TLV_MORE_MESSAGES_TO_SEND,
        pdu.TLV_MESSAGE_STATE,
        pdu.TLV_DEST_NETWORK_ID,
    }
)


def masked(frame: bytes) -> bytes:
    """Return the PDU as it may be stored and shown."""
    if len(frame) < 16 or int.from_bytes(frame[:4], "big") != len(frame):
        return b"*" * len(frame)  # no PDU: nobody knows what it is
    command_id = pdu.parse_header(frame).command_id
    try:
        if command_id in pdu.BIND_COMMANDS or command_id == pdu.OUTBIND:
            return _without_password(frame)
        if command_id in _MESSAGES:
            return _message(frame, command_id)
    except pdu.PduError:
        return _hidden(frame, 16, len(frame))
    if command_id & pdu.RESPONSE_BIT or len(frame) == 16:
        return frame  # ids, names of SMSCs, nothing of persons
    return _hidden(frame, 16, len(frame))  # whatever else an SMSC thinks of


def number(octets: bytes) -> bytes:
    """Return an address with its middle hidden, where it is as long as a subscriber's number."""
    digits = octets.lstrip(b"+0")
    if len(digits) < _LEAST_NUMBER or not digits.isdigit():
        return octets
    hidden = len(octets) - _SHOWN_FIRST - _SHOWN_LAST
    return octets[:_SHOWN_FIRST] + b"*" * hidden + octets[-_SHOWN_LAST:]


def _hidden(frame: bytes, start: int, end: int) -> bytes:
    return frame[:start] + bytes((_STAR,)) * (end - start) + frame[end:]


def _without_password(frame: bytes) -> bytes:
    """system_id, then the password (§4.1.1, §4.1.7)."""
    _system_id, start = read_cstring(frame, 16)
    _password, end = read_cstring(frame, start)
    return _hidden(frame, start, end - 1)


def _message(frame: bytes, command_id: int) -> bytes:
    """service_type, two addresses, then by command (§4.4.1, §4.6.1, §4.7.1)."""
    octets = bytearray(frame)
    _service, at = read_cstring(frame, 16)
    numbers: list[bytes] = []
    for _address in range(2):
        start = at + 2
        _value, at = read_cstring(frame, start)
        numbers.append(frame[start : at - 1])
        octets[start : at - 1] = number(frame[start : at - 1])
    is_receipt = _is_receipt(frame, command_id)
    if command_id == pdu.DATA_SM:
        at += 3
    else:
        at = _short_message(frame, octets, at, is_receipt)
    _tlvs(frame, octets, at, numbers, is_receipt)
    return bytes(octets)


def _is_receipt(frame: bytes, command_id: int) -> bool:
    """Tell whether the inbound PDU is a receipt, by whatever sign. PduError when it is cut."""
    if command_id == pdu.SUBMIT_SM:
        return False
    parse = pdu.parse_data_sm if command_id == pdu.DATA_SM else pdu.parse_deliver_sm
    return parse_receipt(parse(frame)) is not None


def _short_message(frame: bytes, octets: bytearray, at: int, is_receipt: bool) -> int:
    """Hide the text; returns the position after it."""
    esm_class = frame[at] if at < len(frame) else 0
    _schedule, at = read_cstring(frame, at + 3)
    _validity, at = read_cstring(frame, at)
    start = at + 5
    if start > len(frame):
        raise pdu.PduError("the PDU ends inside its mandatory parameters")
    end = min(start + frame[start - 1], len(frame))
    text = start
    if esm_class & pdu.ESM_UDHI and end > start:
        text = min(start + 1 + frame[start], end)  # the header tells how parts belong together
    octets[text:end] = _text(frame[text:end], is_receipt)
    return end


def _text(text: bytes, is_receipt: bool) -> bytes:
    """A receipt stays readable up to the customer's own words."""
    shown = 0
    if is_receipt:
        lower = text.lower()
        ends = [at + len(words) for words in _OWN_WORDS if (at := lower.find(words)) >= 0]
        shown = min(ends, default=len(text))
    return text[:shown] + b"*" * (len(text) - shown)


def _tlvs(frame: bytes, octets: bytearray, at: int, numbers: list[bytes], is_receipt: bool) -> None:
    while len(frame) - at >= 4:
        tag = int.from_bytes(frame[at : at + 2], "big")
        start = at + 4
        at = start + int.from_bytes(frame[at + 2 : start], "big")
        value = frame[start:at]
        if tag == pdu.TLV_MESSAGE_PAYLOAD:
            octets[start : start + len(value)] = _text(value, is_receipt)
        elif not (tag in _TECHNICAL or (_is_vendors(tag) and not _names(value, numbers))):
            octets[start : start + len(value)] = b"*" * len(value)
    if at < len(frame):
        octets[at:] = b"*" * (len(frame) - at)


def _is_vendors(tag: int) -> bool:
    return 0x1400 <= tag <= 0x3FFF


def _names(value: bytes, numbers: list[bytes]) -> bool:
    """Tell whether the value holds one of the PDU's own numbers."""
    found = (one.lstrip(b"+0") for one in numbers)
    return any(len(one) >= _LEAST_NUMBER and one in value for one in found)
