"""Delivery receipts as operators write them (SMPP 3.4 Appendix B, §5.3.2.35 to §5.3.2.37)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Final

from carriers.simulator.operators import OperatorProfile
from carriers.smpp import pdu

# stat word: message_state (§5.2.28), error code of the operator's own making, success
STATES: Final[dict[str, tuple[int, str, bool]]] = {
    "ENROUTE": (1, "000", False),
    "DELIVRD": (2, "000", True),
    "EXPIRED": (3, "027", False),
    "DELETED": (4, "032", False),
    "UNDELIV": (5, "001", False),
    "ACCEPTD": (6, "000", False),
    "UNKNOWN": (7, "255", False),
    "REJECTD": (8, "008", False),
}
_TLV: Final = Struct(">HH")
_TEXT_OCTETS: Final = 20
_GSM_NETWORK: Final = 3  # network_error_code (§5.3.2.31): a GSM code


def receipt_body(
    profile: OperatorProfile,
    submit: pdu.SubmitSm,
    serial: int,
    state: str,
    submitted_at: float,
    now: float,
) -> bytes:
    """Build the deliver_sm body of a receipt; times are Unix times.

    Put together by hand: this is half the cost of a message, and the addresses come out of a PDU,
    so nothing needs checking. A test holds it against the codec.
    """
    message_state, error, is_success = STATES[state]
    receipt_id = profile.receipt_id.write(serial)
    zone, digits = profile.utc_offset_minutes, profile.receipt_date_digits
    text = (
        f"id:{receipt_id} sub:001 dlvrd:{'001' if is_success else '000'} "
        f"submit date:{_date(int(submitted_at), zone, digits)} "
        f"done date:{_date(int(now), zone, digits)} stat:{state} err:{error} text:"
    ).encode("ascii") + _first_octets(submit)
    body = b"\0%c%c%b\0%c%c%b\0%c\0\0\0\0\0\0\0\0%c%b" % (
        submit.dest_addr_ton,
        submit.dest_addr_npi,
        submit.destination_addr.encode("latin-1"),
        submit.source_addr_ton,
        submit.source_addr_npi,
        submit.source_addr.encode("latin-1"),
        pdu.ESM_DELIVERY_RECEIPT if profile.flags_receipts else 0,
        len(text),
        text,
    )
    if profile.receipt_tlvs:
        body += _state_tlvs(receipt_id, message_state, error)
    return body + _reference_tlv(submit.tlvs) if submit.tlvs and profile.echoes_reference else body


def _state_tlvs(receipt_id: str, message_state: int, error: str) -> bytes:
    octets = receipt_id.encode("ascii") + b"\0"
    found = _TLV.pack(pdu.TLV_RECEIPTED_MESSAGE_ID, len(octets)) + octets
    found += _TLV.pack(pdu.TLV_MESSAGE_STATE, 1) + bytes((message_state,))
    if error != "000":
        found += _TLV.pack(pdu.TLV_NETWORK_ERROR_CODE, 3)
        found += bytes((_GSM_NETWORK,)) + int(error).to_bytes(2, "big")
    return found


def _reference_tlv(tlvs: pdu.Tlvs) -> bytes:
    """Give the ESME its own number back (SMPP 3.4 §5.3.2.17)."""
    for tag, value in tlvs:
        if tag == pdu.TLV_USER_MESSAGE_REFERENCE:
            return _TLV.pack(tag, len(value)) + value
    return b""


def _first_octets(submit: pdu.SubmitSm) -> bytes:
    """The begin of the text where it is text: not for UCS-2, nor behind a header."""
    if submit.data_coding not in {0, 1, 3} or submit.esm_class & pdu.ESM_UDHI:
        return b""
    return submit.short_message[:_TEXT_OCTETS]


@lru_cache(maxsize=256)
def _date(seconds: int, utc_offset_minutes: int, digits: int) -> str:
    """YYMMDDhhmm (with seconds: 12 digits) in the operator's own time, without a zone."""
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(minutes=utc_offset_minutes)
    return moment.strftime("%y%m%d%H%M%S")[:digits]
