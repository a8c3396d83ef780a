"""Which submit_sm an operator's dialect takes. No socket, no clock."""

from typing import Final

from carriers.simulator.operators import OperatorProfile
from carriers.smpp import pdu

ESME_RINVMSGLEN: Final = 0x01
ESME_RINVESMCLASS: Final = 0x43
ESME_RINVSRCTON: Final = 0x48
ESME_RINVDSTTON: Final = 0x50
ESME_RINVEXPIRY: Final = 0x62
ESME_ROPTPARNOTALLWD: Final = 0xC1
ESME_RINVDCS: Final = 0x104

_SAR: Final = {
    pdu.TLV_SAR_MSG_REF_NUM,
    pdu.TLV_SAR_TOTAL_SEGMENTS,
    pdu.TLV_SAR_SEGMENT_SEQNUM,
}
_REFERENCE_16: Final = 0x08  # 3GPP TS 23.040 §9.2.3.24.8; 0x00 has 8 bits
_LONGEST: Final = {0: 160, 1: 160}
_LONGEST_OCTETS: Final = 140


def refusal(profile: OperatorProfile, submit: pdu.SubmitSm) -> int:
    """The command_status for what the dialect does not know; 0 where it does."""
    return (
        _address_refusal(profile, submit)
        or _coding_refusal(profile, submit)
        or _shape_refusal(profile, submit)
        or _parameter_refusal(profile, submit)
    )


def long_form(submit: pdu.SubmitSm) -> str:
    """How a submit_sm says that it is a part: "" for a whole text."""
    tags = {tag for tag, _ in submit.tlvs}
    if submit.esm_class & pdu.ESM_UDHI:
        element = submit.short_message[1:2]
        return "udh16" if element == bytes((_REFERENCE_16,)) else "udh8"
    if pdu.TLV_MESSAGE_PAYLOAD in tags:
        return "payload"
    return "sar" if tags >= _SAR else ""


def _address_refusal(profile: OperatorProfile, submit: pdu.SubmitSm) -> int:
    source = (submit.source_addr_ton, submit.source_addr_npi)
    if profile.source_tons and source not in profile.source_tons:
        return ESME_RINVSRCTON
    destination = (submit.dest_addr_ton, submit.dest_addr_npi)
    if profile.destination_tons and destination not in profile.destination_tons:
        return ESME_RINVDSTTON
    return 0


def _coding_refusal(profile: OperatorProfile, submit: pdu.SubmitSm) -> int:
    known = profile.data_codings
    return ESME_RINVDCS if known and submit.data_coding not in known else 0


def _shape_refusal(profile: OperatorProfile, submit: pdu.SubmitSm) -> int:
    form = long_form(submit)
    if form and form not in profile.long_messages:
        is_header = form in {"udh8", "udh16"}
        return ESME_RINVESMCLASS if is_header else ESME_ROPTPARNOTALLWD
    longest = _LONGEST.get(submit.data_coding, _LONGEST_OCTETS)
    is_too_long = len(submit.short_message) > longest
    return ESME_RINVMSGLEN if is_too_long and not profile.cuts_long else 0


def _parameter_refusal(profile: OperatorProfile, submit: pdu.SubmitSm) -> int:
    validity = submit.validity_period
    form = "relative" if validity.endswith("R") else "absolute"
    if validity and form not in profile.validity_forms:
        return ESME_RINVEXPIRY
    has_reference = any(tag == pdu.TLV_USER_MESSAGE_REFERENCE for tag, _ in submit.tlvs)
    return ESME_ROPTPARNOTALLWD if has_reference and not profile.takes_reference else 0
