"""The hot PDUs against two independent stacks: smpplib (Python) and smpp34 (Rust)."""

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from tests.carriers.smpp.support import smpplib_octets

OCTET = st.integers(0, 255)
ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
TIME = st.sampled_from(["", "000000001000000R", "261122173000028+"])
FIELDS = {
    "service_type": st.text(ASCII, max_size=5),
    "source_addr_ton": OCTET,
    "source_addr_npi": OCTET,
    "source_addr": st.text(ASCII, max_size=20),
    "dest_addr_ton": OCTET,
    "dest_addr_npi": OCTET,
    "destination_addr": st.text(ASCII, max_size=20),
    "esm_class": OCTET,
    "protocol_id": OCTET,
    "priority_flag": OCTET,
    "schedule_delivery_time": TIME,
    "validity_period": TIME,
    "registered_delivery": OCTET,
    "replace_if_present_flag": OCTET,
    "data_coding": OCTET,
    "sm_default_msg_id": OCTET,
    "short_message": st.binary(max_size=254),
}
SEQUENCE = st.integers(1, pdu.MAX_SEQUENCE)
NO_TLVS = st.just(())
TLVS = st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=70)), max_size=5).map(tuple)


def submits(tlvs=NO_TLVS):
    return st.builds(pdu.SubmitSm, **FIELDS, tlvs=tlvs)


def delivers(tlvs=NO_TLVS):
    return st.builds(pdu.DeliverSm, **FIELDS, tlvs=tlvs)


def oracle(name, message, sequence, **tlvs):
    values = message._asdict()
    del values["tlvs"]
    return smpplib_octets(name, sequence, **values, **tlvs)


@given(message=submits(), sequence=SEQUENCE)
def test_submit_sm_is_byte_equal_to_smpplib(message, sequence):
    ours = pdu.with_header(pdu.SUBMIT_SM, 0, sequence, pdu.submit_sm_body(message))
    assert ours == oracle("submit_sm", message, sequence)


@given(message=delivers(), sequence=SEQUENCE)
def test_deliver_sm_is_byte_equal_to_smpplib(message, sequence):
    ours = pdu.with_header(pdu.DELIVER_SM, 0, sequence, pdu.deliver_sm_body(message))
    assert ours == oracle("deliver_sm", message, sequence)


@given(reference=st.integers(0, 0xFFFF), total=OCTET, number=OCTET)
def test_tlvs_are_byte_equal_to_smpplib(reference, total, number):
    tlvs = (
        (pdu.TLV_USER_MESSAGE_REFERENCE, reference.to_bytes(2, "big")),
        (pdu.TLV_SAR_MSG_REF_NUM, reference.to_bytes(2, "big")),
        (pdu.TLV_SAR_TOTAL_SEGMENTS, bytes((total,))),
        (pdu.TLV_SAR_SEGMENT_SEQNUM, bytes((number,))),
    )
    message = pdu.SubmitSm(destination_addr="84912345678", short_message=b"x", tlvs=tlvs)
    theirs = oracle(
        "submit_sm",
        message,
        5,
        user_message_reference=reference,
        sar_msg_ref_num=reference,
        sar_total_segments=total,
        sar_segment_seqnum=number,
    )
    assert pdu.with_header(pdu.SUBMIT_SM, 0, 5, pdu.submit_sm_body(message)) == theirs


@given(message=submits(tlvs=TLVS), sequence=SEQUENCE)
def test_smpp34_decodes_our_submit_sm(message, sequence):
    frame = pdu.with_header(pdu.SUBMIT_SM, 0, sequence, pdu.submit_sm_body(message))
    theirs = smpp34.decode(frame)
    assert theirs.sequence_number == sequence
    assert tuple((tlv.tag, tlv.value) for tlv in theirs.tlvs) == message.tlvs
    for name in FIELDS:
        assert getattr(theirs, name) == getattr(message, name), name


@given(message=delivers(tlvs=TLVS), sequence=SEQUENCE)
def test_we_decode_deliver_sm_of_smpp34(message, sequence):
    values = message._asdict()
    values["tlvs"] = [smpp34.Tlv(tag, value) for tag, value in message.tlvs]
    frame = smpp34.DeliverSm(**values, sequence_number=sequence).encode()
    assert pdu.parse_deliver_sm(frame) == message


@given(message=submits(tlvs=TLVS))
def test_submit_sm_survives_a_round_trip(message):
    frame = pdu.with_header(pdu.SUBMIT_SM, 0, 1, pdu.submit_sm_body(message))
    assert pdu.parse_submit_sm(frame) == message


@given(message=delivers(tlvs=TLVS), cut=st.integers(1, 400))
def test_cut_deliver_sm_is_refused_or_ends_between_tlvs(message, cut):
    """A cut PDU never comes out with other values, whatever the cut hits: TLVs that are not whole
    are left out, but for a text."""
    body = pdu.deliver_sm_body(message)[:-cut]
    try:
        parsed = pdu.parse_deliver_sm(pdu.with_header(pdu.DELIVER_SM, 0, 1, body))
    except pdu.PduError:
        return
    assert parsed == message._replace(tlvs=message.tlvs[: len(parsed.tlvs)])


@given(st.binary(max_size=400))
def test_random_octets_raise_nothing_but_pdu_error(body):
    frame = pdu.with_header(pdu.DELIVER_SM, 0, 1, body)
    for parse in (pdu.parse_deliver_sm, pdu.parse_submit_sm, pdu.parse_data_sm):
        try:
            parse(frame)
        except pdu.PduError:
            continue


@pytest.mark.parametrize("tail", [b"\0", b"\0\0\0", b"\x04\x27\0\5\2", b"\x14\x03\xff\xff"])
def test_octets_after_the_last_whole_tlv_are_left_alone(tail):
    message = pdu.DeliverSm(short_message=b"id:7", tlvs=((0x001E, b"7\0"),))
    body = pdu.deliver_sm_body(message) + tail
    assert pdu.parse_deliver_sm(pdu.with_header(pdu.DELIVER_SM, 0, 1, body)) == message


@pytest.mark.parametrize("parse", [pdu.parse_deliver_sm, pdu.parse_submit_sm])
def test_cut_message_payload_is_refused(parse):
    body = pdu.deliver_sm_body(pdu.DeliverSm()) + b"\x04\x24\0\5Xin"
    with pytest.raises(pdu.PduError, match="message_payload"):
        parse(pdu.with_header(pdu.DELIVER_SM, 0, 1, body))


def test_unknown_tlvs_are_kept_in_order_and_twice():
    tlvs = ((0x1403, b"\xaa"), (0x1403, b""), (0x0204, b"\0\1"))
    frame = pdu.with_header(pdu.DELIVER_SM, 0, 1, pdu.deliver_sm_body(pdu.DeliverSm(tlvs=tlvs)))
    assert pdu.parse_deliver_sm(frame).tlvs == tlvs


def test_addresses_longer_than_the_field_are_read():
    body = b"\0\5\0" + b"A" * 40 + b"\0" + b"\1\1" + b"8" * 30 + b"\0" + bytes(10)
    parsed = pdu.parse_deliver_sm(pdu.with_header(pdu.DELIVER_SM, 0, 1, body))
    assert (len(parsed.source_addr), len(parsed.destination_addr)) == (40, 30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"destination_addr": "8" * 21}, "destination_addr"),
        ({"destination_addr": "84\0912"}, "destination_addr"),
        ({"source_addr": "Ă"}, "source_addr"),
        ({"source_addr": "A" * 21}, "source_addr"),
        ({"service_type": "TOOLONG"}, "service_type"),
        ({"validity_period": "2611221730"}, "16 characters"),
        ({"short_message": bytes(255)}, "short_message"),
        ({"esm_class": 256}, "esm_class"),
        ({"registered_delivery": -1}, "registered_delivery"),
        ({"tlvs": ((0x10000, b""),)}, "TLV"),
        ({"tlvs": ((0x0424, bytes(65536)),)}, "TLV"),
    ],
)
def test_value_that_does_not_fit_is_refused_by_name(change, message):
    with pytest.raises(pdu.PduError, match=message):
        pdu.submit_sm_body(pdu.SubmitSm()._replace(**change))


def test_data_sm_is_read_like_a_deliver_sm():
    receipt = ((pdu.TLV_RECEIPTED_MESSAGE_ID, b"9f\0"), (pdu.TLV_MESSAGE_STATE, b"\2"))
    theirs = smpplib_octets(
        "data_sm",
        4,
        source_addr="84912345678",
        destination_addr="53849",
        esm_class=4,
        registered_delivery=0,
        data_coding=3,
        receipted_message_id="9f",
        message_state=2,
    )
    parsed = pdu.parse_data_sm(theirs)
    assert (parsed.source_addr, parsed.destination_addr) == ("84912345678", "53849")
    assert (parsed.esm_class, parsed.data_coding, parsed.tlvs) == (4, 3, receipt)
