"""Every option of a bind, as the SMSC reads it."""

from datetime import timedelta

import pytest

from carriers.constants import TlvSource
from carriers.models import Bind
from carriers.smpp import pdu
from carriers.smpp.statuses import StatusClass
from messaging.encoding import gsm7
from messaging.encoding.packing import unpacked
from messaging.encoding.segmentation import segment_count
from messaging.pump.composing import Composer
from messaging.pump.refusals import ComposeError
from messaging.selectors.profiles import profile_of
from tests.messaging.pump.test_composing import LONG, NOW, OURS, PAYLOAD, claim, sender, sent

INDIA = [
    {"tag": "0x1400", "source": "advertiser.entity_id", "required": True, "max_length": 30},
    {"tag": "0x1401", "source": "template.registration", "required": True},
    {"tag": "0x1402", "source": "advertiser.entity_chain", "value": "1402"},
]
PAPERS = {
    TlvSource.ADVERTISER_ENTITY: "1401123456789012345",
    TlvSource.TEMPLATE_REGISTRATION: "1707123456789012345",
}


def composed(one, papers=None, **bind) -> list[pdu.SubmitSm]:
    submissions = Composer(Bind(name="test", **bind)).compose(
        one, sender(), NOW, None, papers or {}
    )
    return [
        pdu.parse_submit_sm(pdu.with_header(pdu.SUBMIT_SM, 0, 1, each.body)) for each in submissions
    ]


@pytest.mark.parametrize(
    ("form", "code", "written"),
    [
        ("digits", "", "84981234567"),
        ("plus", "", "+84981234567"),
        ("double_zero", "", "0084981234567"),
        ("national", "84", "0981234567"),
        ("bare", "84", "981234567"),
        ("national", "91", "0084981234567"),  # another country stays international
    ],
)
def test_recipients_are_written_in_the_form_of_the_bind(form, code, written):
    (one,) = sent(claim(), destination_form=form, country_code=code)
    assert one.destination_addr == written


def test_type_of_number_of_recipients():
    (one,) = sent(claim(), destination_ton=2, destination_npi=8)
    assert (one.dest_addr_ton, one.dest_addr_npi) == (2, 8)


def test_long_codes_are_written_in_the_form_of_the_bind_and_short_codes_are_not():
    (one,) = sent(claim(), sender("long_code", "84901234567"), source_form="plus")
    assert one.source_addr == "+84901234567"
    (other,) = sent(claim(), sender("short_code", "53849"), source_form="plus")
    assert other.source_addr == "53849"


def test_fixed_sender_replaces_every_other_with_its_own_type_of_number():
    (one,) = sent(claim(), source_policy="fixed", fixed_source="SHOP")
    assert (one.source_addr, one.source_addr_ton, one.source_addr_npi) == ("SHOP", 5, 0)


def test_sender_outside_the_list_takes_another_route():
    options = {"source_policy": "allowed", "allowed_sources": ["53849"]}
    assert sent(claim(), **options)
    with pytest.raises(ComposeError) as refused:
        sent(claim(), sender(address="53850"), **options)
    assert refused.value.status_class is StatusClass.PERMANENT_ROUTE


@pytest.mark.parametrize(
    ("charset", "octets"),
    [("latin1", "Caf\xe9"), ("gsm7", "Caf\x05"), ("utf8", "Caf\xc3\xa9"), ("cp1252", "Caf\xe9")],
)
def test_alphanumeric_senders_are_written_in_the_charset(charset, octets):
    (one,) = sent(claim(), sender("alphanumeric", "Café"), address_charset=charset)
    assert one.source_addr == octets
    assert one.source_addr_ton == 5


def test_sign_that_would_end_the_address_is_replaced():
    (one,) = sent(claim(), sender("alphanumeric", "a@b"), address_charset="gsm7")
    assert one.source_addr == "a?b"


def test_fields_that_the_sheet_names():
    (one,) = sent(
        claim(),
        service_type="CMT",
        protocol_id=65,
        priority_flag=2,
        replace_if_present=True,
        sm_default_msg_id=9,
    )
    found = (one.service_type, one.protocol_id, one.priority_flag)
    assert found == ("CMT", 65, 2)
    assert (one.replace_if_present_flag, one.sm_default_msg_id) == (1, 9)


def test_class_of_messages_may_have_its_own_options():
    options = {
        "marketing": {"registered_delivery": "none", "priority_flag": 1, "service_type": "A"}
    }
    (advert,) = sent(claim(lane=3), class_options=options, priority_flag=2)
    assert (advert.registered_delivery, advert.priority_flag, advert.service_type) == (0, 1, "A")
    (care,) = sent(claim(lane=2), class_options=options, priority_flag=2)
    assert (care.registered_delivery, care.priority_flag, care.service_type) == (1, 2, "")


@pytest.mark.parametrize(
    ("asked", "octet"), [("none", 0), ("final", 1), ("failure", 2), ("success", 3)]
)
def test_receipts_that_are_asked_for(asked, octet):
    (one,) = sent(claim(), registered_delivery=asked)
    assert one.registered_delivery == octet
    (more,) = sent(claim(), registered_delivery=asked, asks_intermediate=True)
    assert more.registered_delivery == octet | 0x10


def test_data_coding_of_each_alphabet():
    codings = {"data_coding_gsm7": 1, "data_coding_ucs2": 24, "data_coding_latin1": 19}
    assert sent(claim(), **codings)[0].data_coding == 1
    assert sent(claim("Đ"), **codings)[0].data_coding == 24
    assert sent(claim("ç"), has_latin1=True, **codings)[0].data_coding == 19


def test_packed_text():
    (one,) = sent(claim("hellohello"), packs_gsm7=True)
    assert one.short_message.hex() == "e8329bfd4697d9ec37"
    (unicode,) = sent(claim("Đ"), packs_gsm7=True)
    assert unicode.short_message == "Đ".encode("utf-16-be")


def test_packed_long_text_fills_bits_behind_the_header():
    text = "x" * 200
    parts = sent(claim(text), packs_gsm7=True)
    assert [len(part.short_message) for part in parts] == [140, 6 + 42]
    septets = b"".join(
        unpacked(part.short_message[6:], count, 6)
        for part, count in zip(parts, (153, 47), strict=True)
    )
    assert gsm7.decode(septets) == text


def test_old_version_sends_no_parameters():
    assert sent(claim(), interface_version=0x33)[0].tlvs == ()
    assert dict(sent(claim())[0].tlvs).keys() == {OURS}


def test_too_many_segments_take_another_route():
    assert len(sent(claim(LONG), max_segments=3)) == 3
    with pytest.raises(ComposeError):
        sent(claim(LONG), max_segments=2)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_octets": 120},
        {"label_before": "(QC) ", "label_after": " TC: soan TC gui 1313"},
        {"character_policy": "replace", "forbidden_characters": "Đơàủạđượ", "replacement": "-"},
        {"long_messages": "udh16"},
        {"packs_gsm7": True},
        {"has_latin1": True},
    ],
)
@pytest.mark.parametrize("text", ["Hello", LONG, "a" * 150, "ưa" * 60, "a" * 459])
def test_as_many_segments_leave_as_the_profile_counts(options, text):
    """Invariant 12: who previews a text for this bind asks the same profile."""
    counted = segment_count(text, profile=profile_of(Bind(**options)))
    assert len(sent(claim(text), **options)) == counted.segment_count


def test_label_of_the_operator_is_not_sent():
    (one,) = sent(claim("Hello"), label_before="(QC) ", label_after=" TC")
    assert one.short_message == b"Hello"


def test_characters_that_the_carrier_does_not_take():
    (one,) = sent(
        claim("10% [A]"), character_policy="replace", forbidden_characters="%[]", replacement="-"
    )
    assert one.short_message == b"10- -A-"
    with pytest.raises(ComposeError):
        sent(claim("10%"), character_policy="refuse", forbidden_characters="%")
    assert sent(claim("10"), character_policy="refuse", forbidden_characters="%")


@pytest.mark.parametrize(
    ("form", "written"),
    [("relative", "000000001000000R"), ("absolute", "260301121000000+"), ("none", "")],
)
def test_validity_in_the_form_of_the_bind(form, written):
    (one,) = sent(claim(), validity_form=form, validity_seconds=600)
    assert one.validity_period == written


def test_absolute_validity_never_reaches_past_the_deadline():
    not_after = NOW + timedelta(seconds=90, milliseconds=900)
    (one,) = sent(claim(not_after=not_after), validity_form="absolute", validity_seconds=600)
    assert one.validity_period == "260301120130000+"


def test_india_dlt_parameters():
    (one,) = composed(claim(), PAPERS, vendor_tlvs=INDIA)
    tlvs = dict(one.tlvs)
    assert tlvs[0x1400] == b"1401123456789012345"
    assert tlvs[0x1401] == b"1707123456789012345"
    assert len(tlvs[0x1402]) == 64


def test_every_segment_has_the_vendor_parameters():
    parts = composed(claim(LONG), PAPERS, vendor_tlvs=INDIA)
    assert len(parts) == 3
    assert {dict(part.tlvs)[0x1401] for part in parts} == {b"1707123456789012345"}


def test_message_without_a_required_parameter_does_not_leave():
    with pytest.raises(ComposeError):
        composed(claim(), {}, vendor_tlvs=INDIA)


@pytest.mark.parametrize(
    ("kind", "value", "octets"),
    [
        ("octets", "abc", b"abc"),
        ("cstring", "abc", b"abc\0"),
        ("int1", "7", b"\x07"),
        ("int2", "0x102", b"\x01\x02"),
        ("int4", "5", b"\0\0\0\x05"),
        ("hex", "0aff", b"\x0a\xff"),
    ],
)
def test_vendor_parameters_by_type(kind, value, octets):
    (one,) = composed(claim(), vendor_tlvs=[{"tag": 0x1500, "type": kind, "value": value}])
    assert dict(one.tlvs)[0x1500] == octets


def test_vendor_parameters_of_the_message_itself():
    rules = [
        {"tag": 0x1501, "source": "sender.address"},
        {"tag": 0x1502, "source": "message.class"},
        {"tag": 0x1503, "source": "message.id"},
    ]
    one = claim()
    composer = Composer(Bind(name="test", vendor_tlvs=rules))
    assert not composer.needs_papers
    (found,) = composed(one, vendor_tlvs=rules)
    tlvs = dict(found.tlvs)
    assert (tlvs[0x1501], tlvs[0x1502]) == (b"53849", b"care")
    assert tlvs[0x1503] == one.id.hex.encode()


def test_message_payload_holds_the_whole_text():
    (one,) = sent(claim(LONG), long_messages="payload")
    assert dict(one.tlvs)[PAYLOAD].decode("utf-16-be") == LONG
