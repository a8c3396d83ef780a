"""From a claim to the octets of one bind."""

import struct
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from carriers.models import Bind
from carriers.smpp import pdu
from messaging.encoding import udh
from messaging.encoding.inbound import decode_inbound
from messaging.pump.claims import Claim
from messaging.pump.composing import Composer, relative_time, user_message_reference
from messaging.selectors.snapshot import SenderCard
from tests.messaging.hot import result

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = "Đơn hàng của bạn đang được giao. " * 5
REFERENCE, TOTAL, NUMBER, PAYLOAD, OURS = 0x020C, 0x020E, 0x020F, 0x0424, 0x0204


def sender(kind: str = "short_code", address: str = "53849") -> SenderCard:
    day = NOW.date()
    return SenderCard(1, 1, 1, address, kind, "VN", None, "active", day, None, True, frozenset())


def claim(text: str = "Hello", **values) -> Claim:
    fields = {
        "id": uuid.UUID("01a203b2-7136-724f-934a-34d49b89db41"),
        "lane": 2,
        "account_id": 1,
        "advertiser_id": 1,
        "campaign_id": None,
        "msisdn": "84981234567",
        "not_after": None,
        "rules_version": 1,
        "attempts": 0,
        "text": text,
        "encoding": "gsm7" if text.isascii() else "ucs2",
        "segment_count": 1,
        "segment_reference": 77,
        "segments_sent": 0,
        "sender_id": 1,
        "tried_carriers": [],
        "network_id": None,
        "is_test": False,
        "suppressed": False,
        "claimed_at": 0.0,
    }
    return Claim(**(fields | values))


def sent(one: Claim, card: SenderCard | None = None, **bind) -> list[pdu.SubmitSm]:
    """What the SMSC reads."""
    submissions = Composer(Bind(name="test", **bind)).compose(one, card or sender(), NOW, None)
    return [
        pdu.parse_submit_sm(pdu.with_header(pdu.SUBMIT_SM, 0, 1, each.body)) for each in submissions
    ]


def test_short_text_goes_as_one_plain_segment():
    (one,) = sent(claim(), sends_user_message_reference=False)
    assert (one.source_addr, one.destination_addr) == ("53849", "84981234567")
    assert (one.short_message, one.esm_class, one.data_coding) == (b"Hello", 0, 0)
    assert (one.registered_delivery, one.validity_period, one.tlvs) == (1, "", ())


@pytest.mark.parametrize(
    ("kind", "ton_npi"), [("short_code", (3, 0)), ("long_code", (1, 1)), ("alphanumeric", (5, 0))]
)
def test_type_of_number_follows_the_sender_unless_the_bind_says_otherwise(kind, ton_npi):
    (one,) = sent(claim(), sender(kind))
    assert (one.source_addr_ton, one.source_addr_npi) == ton_npi
    (other,) = sent(claim(), sender(kind), source_ton={kind: [0, 9]})
    assert (other.source_addr_ton, other.source_addr_npi) == (0, 9)


def test_long_text_has_a_header_with_one_reference():
    parts = sent(claim(LONG, segment_count=3))
    headers = [part.short_message[:6] for part in parts]
    assert headers == [bytes([5, 0, 3, 77, 3, number]) for number in (1, 2, 3)]
    assert {part.esm_class for part in parts} == {pdu.ESM_UDHI}
    assert b"".join(part.short_message[6:] for part in parts).decode("utf-16-be") == LONG


def test_sixteen_bit_reference_where_the_bind_wants_it():
    parts = sent(claim(LONG, segment_count=3), long_messages="udh16")
    assert [part.short_message[:7] for part in parts] == [
        bytes([6, 8, 4, 0, 77, 3, number]) for number in (1, 2, 3)
    ]


def test_long_text_by_sar_parameters():
    parts = sent(claim(LONG, segment_count=3), long_messages="sar")
    for number, part in enumerate(parts, 1):
        tlvs = dict(part.tlvs)
        assert tlvs[REFERENCE] == struct.pack(">H", 77)
        assert (tlvs[TOTAL], tlvs[NUMBER]) == (b"\x03", bytes([number]))
        assert part.esm_class == 0


def test_long_text_in_one_payload():
    (one,) = sent(claim(LONG, segment_count=3), long_messages="payload")
    assert dict(one.tlvs)[PAYLOAD].decode("utf-16-be") == LONG
    assert one.short_message == b""


TURKISH = "Merhaba, siparişiniz yola çıktı. Görüşmek üzere. "


def decoded(parts: list[pdu.SubmitSm]) -> str:
    """What a phone shows: each segment read by its own header."""
    text = ""
    for part in parts:
        header = udh.parse_udh(part.short_message) if part.esm_class & pdu.ESM_UDHI else None
        text += decode_inbound(
            part.short_message[header.header_length if header else 0 :],
            part.data_coding,
            locking_shift=header.locking_shift if header else 0,
            single_shift=header.single_shift if header else 0,
        )
    return text


def test_national_table_where_the_bind_knows_it_and_it_saves_a_segment():
    text = TURKISH * 2
    assert len(sent(claim(text))) == 2  # UCS-2
    (one,) = sent(claim(text), single_shifts=["turkish"])
    assert one.short_message[:4] == bytes([3, 0x24, 1, 1])
    assert (one.esm_class, one.data_coding) == (pdu.ESM_UDHI, 0)
    assert decoded([one]) == text


def test_text_that_fits_as_it_is_gets_no_national_table():
    (one,) = sent(claim(TURKISH), single_shifts=["turkish"])
    assert (one.esm_class, one.data_coding) == (0, 8)


@pytest.mark.parametrize("mode", ["udh8", "udh16", "sar", "payload"])
def test_national_table_needs_our_own_header_in_every_segment(mode):
    text = TURKISH * 6
    parts = sent(claim(text), long_messages=mode, locking_shifts=["turkish"])
    place = [6, 8, 4, 0] if mode == "udh16" else [5, 0, 3]
    for number, part in enumerate(parts, 1):
        elements = bytes([*place[1:], 77, len(parts), number, 0x25, 1, 1])
        assert part.short_message.startswith(bytes([len(elements)]) + elements)
        assert part.esm_class == pdu.ESM_UDHI
    assert decoded(parts) == text


def test_latin1_where_the_bind_takes_it():
    text = "Votre façade a été repeinte, merci de votre confiance. " * 2
    assert [part.data_coding for part in sent(claim(text))] == [8, 8]
    (one,) = sent(claim(text), has_latin1=True)
    assert (one.data_coding, one.short_message) == (3, text.encode("latin-1"))


def test_smsc_is_written_to_in_its_own_default_alphabet():
    (one,) = sent(claim("Café @ 5"), default_alphabet="latin1")
    assert (one.data_coding, one.short_message) == (0, "Café @ 5".encode("latin-1"))


def test_vietnamese_stays_ucs2_whatever_the_bind_takes():
    shifts = {"has_latin1": True, "single_shifts": ["turkish", "spanish", "portuguese"]}
    assert [part.data_coding for part in sent(claim(LONG), **shifts)] == [8, 8, 8]


@pytest.mark.parametrize(
    ("reference", "mode", "header"),
    [
        (77, "udh8", [5, 0, 3, 77]),
        (0x1234, "udh8", [5, 0, 3, 0x34]),  # the low octet of a longer count
        (0x1234, "udh16", [6, 8, 4, 0x12, 0x34]),
        (-1, "udh8", [6, 8, 4, 0xFF, 0xFF]),  # one that 8 bits would repeat too soon
        (-0x1235, "udh16", [6, 8, 4, 0xED, 0xCB]),
        (None, "udh8", [5, 0, 3, 0x41]),  # this bind alone cuts: by the id
    ],
)
def test_reference_as_wide_as_it_must_be(reference, mode, header):
    parts = sent(claim(LONG, segment_reference=reference), long_messages=mode)
    assert {part.short_message[: len(header)] for part in parts} == {bytes(header)}
    assert "".join(decoded([part]) for part in parts) == LONG


def test_sar_reference_has_sixteen_bits():
    parts = sent(claim(LONG, segment_reference=-2), long_messages="sar")
    assert {dict(part.tlvs)[REFERENCE] for part in parts} == {b"\xff\xfe"}


def test_segments_that_an_smsc_has_are_left_out():
    one = claim(LONG, segment_count=3)
    one.results[2] = result(one, 2)
    composed = Composer(Bind(name="test")).compose(one, sender(), NOW, 4.0)
    assert [(each.segment, each.segments) for each in composed] == [(1, 3), (3, 3)]
    assert {each.sender_rate for each in composed} == {4.0}


def test_receipts_can_find_the_message_by_its_own_reference():
    one = claim()
    (submitted,) = sent(one)
    carried = int.from_bytes(dict(submitted.tlvs)[OURS], "big")
    assert carried == user_message_reference(one.id.bytes) == 0xDB41


@pytest.mark.parametrize(
    ("deadline", "validity", "seconds"),
    [(None, None, None), (90, None, 90), (None, 600, 600), (90, 600, 90), (900, 600, 600)],
)
def test_validity_never_reaches_past_the_deadline(deadline, validity, seconds):
    """Invariant 6: an SMSC's own retry must not arrive after the legal window."""
    not_after = None if deadline is None else NOW + timedelta(seconds=deadline, milliseconds=900)
    (one,) = sent(claim(not_after=not_after), validity_seconds=validity)
    assert one.validity_period == ("" if seconds is None else relative_time(seconds))


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (1, "000000000001000R"),
        (3_661.9, "000000010101000R"),
        (86_400 * 3 + 59, "000003000059000R"),
        (0.2, "000000000001000R"),
        (86_400 * 400, "000099000000000R"),
    ],
)
def test_relative_time_is_rounded_down_and_bounded(seconds, written):
    assert relative_time(seconds) == written
