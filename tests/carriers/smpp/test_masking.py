"""What a trace keeps of PDUs: nothing by which a person or an account could be taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from carriers.smpp.decoding import decoded
from carriers.smpp.masking import masked
from carriers.smpp.receipts import parse_receipt

NUMBER, TEXT = "84912345678", b"482915 is your code"
RECEIPT = (
    b"id:1a2b3c4d sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 "
    b"stat:DELIVRD err:000 text:482915 is your code"
)


def frame(command_id, body, sequence=7):
    return pdu.with_header(command_id, 0, sequence, body)


def submit(**values):
    fields = {"source_addr": "53849", "destination_addr": NUMBER, "short_message": TEXT}
    return frame(pdu.SUBMIT_SM, pdu.submit_sm_body(pdu.SubmitSm(**(fields | values))))


def deliver(**values):
    fields = {"source_addr": NUMBER, "destination_addr": "53849", "short_message": TEXT}
    return frame(pdu.DELIVER_SM, pdu.deliver_sm_body(pdu.DeliverSm(**(fields | values))))


def test_submit_sm_keeps_its_shape_without_number_and_text():
    plain = submit(data_coding=8, validity_period="000000001000000R")
    message = pdu.parse_submit_sm(masked(plain))
    assert len(masked(plain)) == len(plain)
    assert (message.source_addr, message.destination_addr) == ("53849", "8491*****78")
    assert message.short_message == b"*" * len(TEXT)
    assert (message.data_coding, message.validity_period) == (8, "000000001000000R")


def test_user_data_header_stays_because_parts_belong_together_by_it():
    header = b"\5\0\3\x2a\2\1"
    message = pdu.parse_submit_sm(masked(submit(esm_class=0x40, short_message=header + TEXT)))
    assert message.short_message == header + b"*" * len(TEXT)


def test_reply_is_hidden_and_a_receipt_stays_readable():
    assert pdu.parse_deliver_sm(masked(deliver())).short_message == b"*" * len(TEXT)
    kept = pdu.parse_deliver_sm(masked(deliver(esm_class=4, short_message=RECEIPT)))
    assert kept.short_message == RECEIPT[:-19] + b"*" * 19
    assert parse_receipt(kept).smsc_message_id == "1a2b3c4d"


@pytest.mark.parametrize("values", [{"esm_class": 0}, {"esm_class": 4, "data_coding": 8}])
def test_receipts_of_every_kind_hide_the_customers_own_words(values):
    text = RECEIPT.decode().encode("utf-16-be") if values.get("data_coding") else RECEIPT
    kept = pdu.parse_deliver_sm(masked(deliver(short_message=text, **values)))
    assert b"482915" not in kept.short_message.replace(b"\0", b"")
    assert parse_receipt(kept).state == "delivered"


def test_payload_and_unknown_tlvs_are_hidden_and_technical_ones_kept():
    tlvs = (
        (pdu.TLV_MESSAGE_PAYLOAD, TEXT),
        (pdu.TLV_RECEIPTED_MESSAGE_ID, b"abc\0"),
        (0x0381, NUMBER.encode()),  # callback_num
        (0x1400, b"1101234567890123456"),  # a vendor's own, here India's entity id
        (0x1401, b"to " + NUMBER.encode()),
    )
    kept = dict(pdu.parse_submit_sm(masked(submit(tlvs=tlvs))).tlvs)
    assert kept[pdu.TLV_MESSAGE_PAYLOAD] == b"*" * len(TEXT)
    assert kept[pdu.TLV_RECEIPTED_MESSAGE_ID] == b"abc\0"
    assert kept[0x0381] == b"*" * 11
    assert kept[0x1400] == b"1101234567890123456"
    assert kept[0x1401] == b"*" * 14


@pytest.mark.parametrize("password", ["secret", "", "sixteen-octets!!"])
def test_password_is_never_kept(password):
    request = pdu.BindRequest(pdu.BIND_TRANSCEIVER, "signalbox", password, "VMA")
    kept = pdu.parse_bind_request(masked(pdu.bind_request(request, 1)))
    assert (kept.system_id, kept.system_type) == ("signalbox", "VMA")
    assert kept.password == "*" * len(password)


def test_password_of_an_outbind_is_hidden_too():
    assert masked(frame(pdu.OUTBIND, b"smsc\0secret\0"))[16:] == b"smsc\0******\0"


@pytest.mark.parametrize(
    "plain",
    [
        frame(pdu.SUBMIT_SM, b"\0\1\1" + NUMBER.encode()),
        frame(pdu.DELIVER_SM, b"\0\1\1" + NUMBER.encode() + b"\0\0\0\0" + TEXT),
        frame(pdu.BIND_TRANSMITTER, b"signalbox\0secret"),
        frame(0x00777777, NUMBER.encode()),
    ],
)
def test_what_cannot_be_read_keeps_its_header_alone(plain):
    kept = masked(plain)
    assert kept[16:] == b"*" * len(plain[16:])
    assert len(kept) == len(plain)


@pytest.mark.parametrize("plain", [b"", NUMBER.encode(), bytes(4) + b"\xff" * 12 + TEXT])
def test_of_what_is_no_pdu_nothing_is_kept(plain):
    assert masked(plain) == b"*" * len(plain)


@pytest.mark.parametrize(
    "plain", [pdu.enquire_link(3), pdu.submit_sm_resp(7, 0, "84912345678"), pdu.unbind(4)]
)
def test_answers_and_session_management_stay_as_they_are(plain):
    assert masked(plain) == plain


@given(
    digits=st.from_regex(r"[1-9][0-9]{8,14}", fullmatch=True),
    text=st.from_regex(r"[A-Z]{12,40}", fullmatch=True),
    payload=st.booleans(),
    inbound=st.booleans(),
)
def test_no_number_and_no_text_passes(digits, text, payload, inbound):
    octets = text.encode()
    tlvs = ((pdu.TLV_MESSAGE_PAYLOAD, octets),) if payload else ()
    values = {"short_message": b"" if payload else octets, "tlvs": tlvs}
    side = {"source_addr" if inbound else "destination_addr": digits}
    kept = masked((deliver if inbound else submit)(**values, **side))
    assert digits.encode() not in kept
    assert octets not in kept


@given(st.binary(max_size=300), st.sampled_from([4, 5, 9, 11, 0x103, 0x80000004, 77]))
def test_no_octets_break_masking_or_decoding(body, command_id):
    plain = frame(command_id, body)
    assert len(masked(plain)) == len(plain)
    assert decoded(masked(plain)).sequence == 7
    decoded(body)


def test_decoded_pdu_names_its_fields():
    found = decoded(masked(submit(tlvs=((pdu.TLV_USER_MESSAGE_REFERENCE, b"\x12\x34"),))))
    fields = dict(found.fields)
    assert (found.command, found.sequence, found.status, found.problem) == ("submit_sm", 7, "", "")
    assert (fields["destination_addr"], fields["esm_class"]) == ("8491*****78", "0x00")
    assert fields["user_message_reference (0x0204)"] == "12 34"


@pytest.mark.parametrize(
    ("plain", "command", "status", "fields"),
    [
        (pdu.submit_sm_resp(9, 0, "abc"), "submit_sm_resp", "ESME_ROK", {"message_id": "abc"}),
        (pdu.submit_sm_resp(9, 0x58, ""), "submit_sm_resp", "ESME_RTHROTTLED", {}),
        (pdu.bind_resp(9, 1, 0, "smsc"), "bind_transceiver_resp", "ESME_ROK", {"system_id": "smsc"}),
        (pdu.generic_nack(0, 3), "generic_nack", "ESME_RINVCMDID", {}),
        (pdu.with_header(0x777777, 0, 1, b"ab"), "0x00777777", "", {"body": "61 62"}),
    ],
)  # fmt: skip
def test_every_pdu_has_a_name_and_a_status(plain, command, status, fields):
    found = decoded(plain)
    assert (found.command, found.status) == (command, status)
    assert dict(found.fields) == {"command_length": str(len(plain))} | fields


def test_body_that_cannot_be_read_says_why():
    found = decoded(frame(pdu.DELIVER_SM, b"\0\1\1841"))
    assert (found.command, found.problem != "") == ("deliver_sm", True)
