import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import pdu
from carriers.smpp.receipts import ReceiptRules, canonical_id, parse_receipt, strange_word

USUAL = (
    b"id:1a2b3c4d sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 "
    b"stat:DELIVRD err:000 text:hello"
)


def deliver(text=b"", esm_class=4, tlvs=(), data_coding=0):
    return pdu.DeliverSm(
        esm_class=esm_class, data_coding=data_coding, short_message=text, tlvs=tuple(tlvs)
    )


def read(text):
    receipt = parse_receipt(deliver(text))
    return receipt.smsc_message_id, receipt.stat, receipt.error_code, receipt.done_at_raw


def test_usual_text_is_read_completely():
    receipt = parse_receipt(deliver(USUAL))
    assert receipt._asdict() == {
        "smsc_message_id": "1a2b3c4d",
        "state": "delivered",
        "is_final": True,
        "stat": "DELIVRD",
        "error_code": "000",
        "done_at_raw": "2611221201",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"id:7 stat:DELIVRD", ("7", "DELIVRD", "", "")),
        (b"id:7 stat:DELIVRD err:0", ("7", "DELIVRD", "0", "")),
        (b"id:7 done date:2611221201 stat:UNDELIV err:-12", ("7", "UNDELIV", "-12", "2611221201")),
        (b"id:7 sub:001 dlvrd:001 stat:FAILED err:A1F", ("7", "FAILED", "A1F", "")),
        (b"id:7  sub:001  stat:DELIVRD  err:000", ("7", "DELIVRD", "000", "")),
        (b"ID:7 SUB:001 STAT:delivrd ERR:000", ("7", "DELIVRD", "000", "")),
        (b"id:7 submit date:261122120033 done date:261122120155 stat:EXPIRED err:1 Text:x",
         ("7", "EXPIRED", "1", "261122120155")),
        (b"id:7 done date:1795348915 stat:DELIVRD err:000", ("7", "DELIVRD", "000", "1795348915")),
        (b"stat:DELIVRD id:7 err:003", ("7", "DELIVRD", "003", "")),
        (b"id: 7 stat: DELIVRD err: 004", ("7", "DELIVRD", "004", "")),
        (b"id:7,stat:DELIVRD,err:005", ("7", "DELIVRD", "005", "")),
        (b"id:7 stat:DELIVERED err:000 text:", ("7", "DELIVERED", "000", "")),
        (b"id:7 stat:DELIVRD err:", ("7", "DELIVRD", "", "")),
        (b"id:7 stat:DELIVRD\r\nerr:006", ("7", "DELIVRD", "006", "")),
        (b"id:5f3c-77aa-001@smsc1 stat:DELIVRD", ("5f3c-77aa-001@smsc1", "DELIVRD", "", "")),
        (b"sub:001 stat:DELIVRD", ("", "DELIVRD", "", "")),
        (b"", ("", "", "", "")),
        (b"something else entirely", ("", "", "", "")),
    ],
)  # fmt: skip
def test_each_field_is_read_alone(text, expected):
    assert read(text) == expected


def test_the_customers_words_after_text_are_not_fields():
    text = b"Id:7 sub:001 text:your order id:99 stat:REJECTD err:9"
    assert read(text) == ("7", "", "", "")


@pytest.mark.parametrize(
    ("word", "state", "is_final"),
    [
        ("DELIVRD", "delivered", True),
        ("DELIVERED", "delivered", True),
        ("DELIVER", "delivered", True),
        ("EXPIRED", "expired", True),
        ("DELETED", "deleted", True),
        ("UNDELIV", "undelivered", True),
        ("UNDELIVERABLE", "undelivered", True),
        ("FAILED", "undelivered", True),
        ("NACK", "undelivered", True),
        ("REJECTD", "rejected", True),
        ("ACCEPTD", "accepted", False),
        ("ACKED", "accepted", False),
        ("BUFFRED", "accepted", False),
        ("BUFFERD", "accepted", False),
        ("ENROUTE", "enroute", False),
        ("UNKNOWN", "unknown", False),
        ("XYZZY", "unknown", False),
    ],
)
def test_state_of_each_stat_word(word, state, is_final):
    receipt = parse_receipt(deliver(f"id:7 sub:001 stat:{word} err:000".encode()))
    assert (receipt.state, receipt.is_final, receipt.stat) == (state, is_final, word)


@pytest.mark.parametrize(
    ("number", "state", "is_final"),
    [
        (0, "enroute", False),
        (1, "enroute", False),
        (2, "delivered", True),
        (3, "expired", True),
        (4, "deleted", True),
        (5, "undelivered", True),
        (6, "accepted", False),
        (7, "unknown", False),
        (8, "rejected", True),
        (9, "undelivered", True),
        (77, "unknown", False),
    ],
)
def test_state_of_each_message_state(number, state, is_final):
    tlvs = [(pdu.TLV_RECEIPTED_MESSAGE_ID, b"7\0"), (pdu.TLV_MESSAGE_STATE, bytes((number,)))]
    receipt = parse_receipt(deliver(tlvs=tlvs))
    assert (receipt.smsc_message_id, receipt.state, receipt.is_final) == ("7", state, is_final)


def test_tlvs_win_over_the_text():
    tlvs = [
        (pdu.TLV_RECEIPTED_MESSAGE_ID, b"ABC\0"),
        (pdu.TLV_MESSAGE_STATE, b"\5"),
        (pdu.TLV_NETWORK_ERROR_CODE, b"\3\1\2"),
    ]
    receipt = parse_receipt(deliver(USUAL, tlvs=tlvs))
    assert (receipt.smsc_message_id, receipt.state) == ("ABC", "undelivered")
    assert (receipt.error_code, receipt.done_at_raw) == ("258", "2611221201")


def test_text_fills_what_the_tlvs_leave_out():
    receipt = parse_receipt(deliver(USUAL, tlvs=[(pdu.TLV_RECEIPTED_MESSAGE_ID, b"ABC")]))
    assert (receipt.smsc_message_id, receipt.state, receipt.error_code) == (
        "ABC", "delivered", "000",
    )  # fmt: skip


@pytest.mark.parametrize(
    "tlvs",
    [
        [(pdu.TLV_MESSAGE_STATE, b"")],
        [(pdu.TLV_NETWORK_ERROR_CODE, b"\3")],
        [(pdu.TLV_RECEIPTED_MESSAGE_ID, b"")],
        [(pdu.TLV_NETWORK_ERROR_CODE, b"\3\0\0")],
    ],
)
def test_empty_tlvs_do_not_hide_the_text(tlvs):
    receipt = parse_receipt(deliver(USUAL, tlvs=tlvs))
    assert (receipt.smsc_message_id, receipt.state, receipt.error_code) == (
        "1a2b3c4d", "delivered", "000",
    )  # fmt: skip


def test_tlvs_alone_make_a_receipt_without_esm_class():
    tlvs = [(pdu.TLV_RECEIPTED_MESSAGE_ID, b"7\0"), (pdu.TLV_MESSAGE_STATE, b"\2")]
    assert parse_receipt(deliver(esm_class=0, tlvs=tlvs)).state == "delivered"


def test_text_alone_makes_a_receipt_unless_switched_off():
    assert parse_receipt(deliver(USUAL, esm_class=0)).smsc_message_id == "1a2b3c4d"
    assert parse_receipt(deliver(USUAL, esm_class=0), ReceiptRules(text_without_flag=False)) is None


@pytest.mark.parametrize(
    "text", [b"STOP", b"what is the stat: of my order id:7?", "Tôi muốn hỏi id:7".encode(), b""]
)
def test_message_of_a_subscriber_is_not_a_receipt(text):
    assert parse_receipt(deliver(text, esm_class=0)) is None


@pytest.mark.parametrize("esm_class", [0x08, 0x10, 0x18])
def test_acknowledgements_of_the_handset_are_not_receipts(esm_class):
    assert parse_receipt(deliver(USUAL, esm_class=esm_class)) is None


def test_intermediate_notification_is_never_final():
    receipt = parse_receipt(deliver(USUAL.replace(b"DELIVRD", b"UNDELIV"), esm_class=0x20))
    assert (receipt.state, receipt.is_final) == ("undelivered", False)


def test_text_in_message_payload_is_read():
    receipt = parse_receipt(deliver(tlvs=[(pdu.TLV_MESSAGE_PAYLOAD, USUAL)]))
    assert (receipt.smsc_message_id, receipt.state) == ("1a2b3c4d", "delivered")


def test_text_in_ucs2_is_read():
    receipt = parse_receipt(deliver(USUAL.decode().encode("utf-16-be"), data_coding=8))
    assert (receipt.smsc_message_id, receipt.state) == ("1a2b3c4d", "delivered")


def test_user_data_header_before_the_text_is_skipped():
    receipt = parse_receipt(deliver(b"\5\0\3\7\1\1" + USUAL, esm_class=0x44))
    assert receipt.smsc_message_id == "1a2b3c4d"


@pytest.mark.parametrize(
    "rules",
    [
        ReceiptRules(words={"ACCEPTD": "delivered"}),
        ReceiptRules(words={"6": "delivered"}),
        ReceiptRules(finals={"accepted": "delivered"}),
    ],
)
def test_carrier_that_ends_with_acceptd_can_say_so(rules):
    tlvs = [(pdu.TLV_MESSAGE_STATE, b"\6")]
    receipt = parse_receipt(deliver(b"id:7 stat:ACCEPTD err:000", tlvs=tlvs), rules)
    assert (receipt.state, receipt.is_final) == ("delivered", True)


def test_carrier_that_says_delivered_too_early_can_say_so():
    receipt = parse_receipt(deliver(USUAL), ReceiptRules(finals={"delivered": "enroute"}))
    assert (receipt.state, receipt.is_final) == ("enroute", False)


def test_word_of_a_carrier_means_what_its_bind_says():
    rules = ReceiptRules(words={"BLOCKED": "rejected"})
    assert parse_receipt(deliver(b"id:7 stat:blocked err:1"), rules).state == "rejected"
    assert parse_receipt(deliver(b"id:7 stat:blocked err:1")).state == "unknown"


def test_text_is_believed_before_the_tlvs_where_the_bind_says_so():
    tlvs = [
        (pdu.TLV_RECEIPTED_MESSAGE_ID, b"ABC\0"),
        (pdu.TLV_MESSAGE_STATE, b"\5"),
        (pdu.TLV_NETWORK_ERROR_CODE, b"\3\1\2"),
    ]
    receipt = parse_receipt(deliver(USUAL, tlvs=tlvs), ReceiptRules(prefers_text=True))
    assert (receipt.smsc_message_id, receipt.state, receipt.error_code) == (
        "1a2b3c4d", "delivered", "000",
    )  # fmt: skip
    receipt = parse_receipt(deliver(b"", tlvs=tlvs), ReceiptRules(prefers_text=True))
    assert (receipt.smsc_message_id, receipt.state, receipt.error_code) == (
        "ABC", "undelivered", "258",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tlvs", "word"),
    [
        (b"id:7 stat:XYZZY err:000", [], "XYZZY"),
        (b"id:7 stat:DELIVRD err:000", [], ""),
        (b"", [(pdu.TLV_MESSAGE_STATE, b"\x4d")], "77"),
        (b"", [(pdu.TLV_MESSAGE_STATE, b"\7")], ""),
        (b"", [(pdu.TLV_MESSAGE_STATE, b"")], ""),
        (b"id:7 stat:BLOCKED err:000", [], ""),
    ],
)
def test_word_that_is_in_no_table_is_named(text, tlvs, word):
    rules = ReceiptRules(words={"BLOCKED": "rejected"})
    assert strange_word(deliver(text, tlvs=tlvs), rules) == word


@given(text=st.binary(max_size=160), esm_class=st.integers(0, 255), coding=st.sampled_from([0, 8]))
def test_no_octets_break_the_parser(text, esm_class, coding):
    receipt = parse_receipt(deliver(text, esm_class=esm_class, data_coding=coding))
    assert receipt is None or isinstance(receipt.smsc_message_id, str)


@pytest.mark.parametrize(
    ("raw", "transform", "canonical"),
    [
        ("00aBc", "as_is", "00aBc"),
        ("00aBc", "strip_zeros_upper", "ABC"),
        ("0000", "strip_zeros_upper", "0"),
        ("", "strip_zeros_upper", ""),
        ("2587", "dec_to_hex", "A1B"),
        ("002587", "dec_to_hex", "A1B"),
        ("0a1b", "hex_to_dec", "2587"),
        ("a1b-7", "hex_to_dec", "A1B-7"),
        ("0x1f", "hex_to_dec", "X1F"),
        ("1_0", "dec_to_hex", "1_0"),
        ("٣", "dec_to_hex", "٣"),
        ("7f", "pad_8", "0000007f"),
        ("123456789", "pad_8", "123456789"),
    ],
)
def test_canonical_id(raw, transform, canonical):
    assert canonical_id(raw, transform) == canonical


@given(number=st.integers(1, 2**63), width=st.integers(0, 20))
def test_hex_response_meets_its_decimal_receipt(number, width):
    response, receipt = f"{number:0{width}x}", str(number)
    assert canonical_id(response, "strip_zeros_upper") == canonical_id(receipt, "dec_to_hex")
    assert canonical_id(response, "hex_to_dec") == canonical_id(receipt, "as_is")


@pytest.mark.parametrize("transform", ["", "hex", "pad_", "pad_0", "pad_x"])
def test_unknown_transform_is_refused(transform):
    with pytest.raises(ValueError, match="transform"):
        canonical_id("7", transform)
