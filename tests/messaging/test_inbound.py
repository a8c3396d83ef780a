"""Replies: whole texts from parts in any order, and a stop that holds at once."""

import itertools
import struct

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carriers.smpp import pdu
from compliance.constants import ConsentAction
from compliance.models import ConsentRecord, ConsentState, Suppression
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.encoding import udh
from messaging.models import Event, InboundMessage, InboundPart
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import Received, acting, assembly, inbound_receive
from tests.factories import make_account, make_sender
from tests.messaging.hot import Line, events, make_line, place, state

PHONE = "84981234567"
MESSAGE_PAYLOAD = 0x0424
SAR = (0x020C, 0x020E, 0x020F)
TEXTS = ("Xin chào, ", "tôi muốn hỏi về ", "đơn hàng của tôi.")


@pytest.fixture
def line(db) -> Line:
    return make_line()


@pytest.fixture
def vietnam(db) -> None:
    """Its rules, as shipped."""
    rule_packs_load_shipped(actor=None)
    snapshots.forget()


def received(line: Line, text: bytes, *, to: str = "", sender: str = PHONE, **values) -> Received:
    fields = {"esm_class": 0, "data_coding": 0, "tlvs": ()} | values
    at = fields.pop("at", None) or clock.now()
    deliver = pdu.DeliverSm(
        source_addr=sender,
        destination_addr=to or line.sender.address,
        short_message=text,
        **fields,
    )
    return Received(deliver, b"raw", line.bind.pk, line.carrier.pk, "gsm7", at)


def by_udh(line, number, octets, reference=7, bits=8, total=3, **values):
    header = udh.concat_udh(reference, total, number, bits)
    return received(line, header + octets, esm_class=pdu.ESM_UDHI, data_coding=8, **values)


def by_sar(line, number, octets, reference=7, **values):
    tlvs = (
        (SAR[0], struct.pack(">H", reference)),
        (SAR[1], bytes([len(TEXTS)])),
        (SAR[2], bytes([number])),
    )
    return received(line, octets, data_coding=8, tlvs=tlvs, **values)


def ucs2(text: str) -> bytes:
    return text.encode("utf-16-be")


@pytest.mark.parametrize(
    ("header", "octets", "text"),
    [
        (udh.shift_udh(0, 1), b"Te\x1b\x73ekk\x7erler", "Teşekkürler"),
        (udh.shift_udh(1, 0), b"\x0c\x07", "ğı"),
        (udh.shift_udh(6, 6), b"\x15\x1bA", "कA"),
    ],
)
def test_national_tables_of_a_header_are_read(line, header, octets, text):
    (message,) = inbound_receive([received(line, header + octets, esm_class=pdu.ESM_UDHI)])
    assert message.text == text


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("way", [by_udh, by_sar])
def test_parts_make_one_text_in_whatever_order_they_come(line, way, order):
    for index in order[:-1]:
        assert inbound_receive([way(line, index + 1, ucs2(TEXTS[index]))]) == []
    (message,) = inbound_receive([way(line, order[-1] + 1, ucs2(TEXTS[order[-1]]))])
    assert (message.text, message.part_count, message.encoding) == ("".join(TEXTS), 3, "ucs2")
    assert InboundPart.objects.filter(message=message).count() == 3
    assert events(line.account) == ["conversation.opened", "inbound.received"]


def test_sixteen_bit_reference_is_understood(line):
    parts = [by_udh(line, n + 1, ucs2(TEXTS[n]), reference=4711, bits=16) for n in range(3)]
    (message,) = inbound_receive(parts)
    assert message.text == "".join(TEXTS)


def test_long_text_may_come_in_a_payload(line):
    (message,) = inbound_receive(
        [received(line, b"", data_coding=8, tlvs=((MESSAGE_PAYLOAD, ucs2("".join(TEXTS))),))]
    )
    assert (message.text, message.part_count) == ("".join(TEXTS), 1)


def test_parts_of_two_people_do_not_mix(line):
    mixed = [
        by_udh(line, n, ucs2(f"{who}{n}"), total=2, sender=f"8498123456{who}")
        for n in (1, 2)
        for who in (1, 2)
    ]
    made = inbound_receive(mixed)
    assert {message.text for message in made} == {"1112", "2122"}


def test_part_that_comes_twice_counts_once(line):
    first = by_udh(line, 1, ucs2("a"), total=2)
    (message,) = inbound_receive([first, first, by_udh(line, 2, ucs2("b"), total=2)])
    assert message.text == "ab"


def test_part_whose_others_never_came_does_not_join_a_later_text(line):
    old = clock.now() - assembly.LATE_WITHIN * 2
    assert inbound_receive([by_udh(line, 1, ucs2("old "), total=2, at=old)]) == []
    assert inbound_receive([by_udh(line, 2, ucs2("new"), total=2)]) == []
    (message,) = inbound_receive([by_udh(line, 1, ucs2("all "), total=2)])
    assert message.text == "all new"


def test_text_that_cannot_be_parsed_is_kept_as_it_came(line):
    odd = Received(None, b"\x00\x01odd", line.bind.pk, line.carrier.pk, "gsm7", clock.now())
    (message,) = inbound_receive([odd])
    assert bytes(message.parts.get().raw) == b"\x00\x01odd"
    assert (message.account, message.text) == (None, "")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    octets=st.binary(max_size=140),
    esm_class=st.sampled_from([0, 0x40]),
    data_coding=st.integers(0, 255),
    sender=st.text("0123456789+abcVIETTEL ", max_size=20),
)
def test_whatever_a_phone_sends_is_stored(line, octets, esm_class, data_coding, sender):
    """Invariant 3: it is acknowledged only when it is, so nothing may be refused for ever."""
    one = received(line, octets, esm_class=esm_class, data_coding=data_coding, sender=sender)
    inbound_receive([one])
    assert InboundPart.objects.filter(raw=b"raw").exists()


# Stop.


def agreed(line: Line, msisdn: str = PHONE, purpose: str = "marketing") -> None:
    consent_record(
        account=line.account,
        advertiser=line.sender.advertiser,
        msisdn=msisdn,
        purpose=purpose,
        action=ConsentAction.GRANTED,
        method="form",
        actor=None,
    )


def test_stop_suppresses_and_takes_consent_back_at_once(line, vietnam):
    """Vietnam: a refusal ends advertising, and nothing else."""
    agreed(line)
    (message,) = inbound_receive([received(line, b"TC")])
    assert (message.action, message.account) == ("opt_out", line.account)
    suppression = Suppression.objects.get(msisdn=PHONE)
    assert (suppression.purpose, suppression.source) == ("marketing", "mo")
    present = ConsentState.objects.get(msisdn=PHONE)
    assert present.state == ConsentAction.REVOKED
    assert events(line.account) == ["consent.revoked", "inbound.received"]


def test_stop_blocks_what_is_queued(line, vietnam):
    message = line.queued("marketing", msisdn=PHONE)
    notice = line.queued("care", msisdn=PHONE)
    inbound_receive([received(line, b"STOP")])
    found = {claim.id: claim.suppressed for claim in line.claim()}
    assert found == {message.pk: True, notice.pk: False}


def test_stop_that_comes_in_parts_is_a_stop(line):
    parts = [by_udh(line, n, ucs2(text), total=2) for n, text in ((2, "OP"), (1, "ST"))]
    inbound_receive(parts)
    assert Suppression.objects.filter(msisdn=PHONE).exists()


def test_stop_that_comes_twice_is_one(line):
    inbound_receive([received(line, b"STOP"), received(line, b"STOP")])
    assert Suppression.objects.filter(msisdn=PHONE).count() == 1
    assert InboundMessage.objects.count() == 2


@pytest.mark.parametrize("sender", ["VIETTEL", "1313", "0912", ""])
def test_stop_from_what_is_no_phone_is_stored_and_stops_nothing(line, sender):
    (message,) = inbound_receive([received(line, b"STOP", sender=sender)])
    assert message.action == "opt_out"
    assert not Suppression.objects.exists()


def test_stop_at_an_address_of_nobody_is_stored(line):
    (message,) = inbound_receive([received(line, b"STOP", to="99999")])
    assert (message.account, message.sender) == (None, None)
    assert not Suppression.objects.exists()
    assert Event.objects.count() == 0


def shared(line: Line, **values):
    """The same address in another account."""
    account = make_account()
    return make_sender(account, address=line.sender.address, **values)


def test_stop_to_a_shared_sender_acts_for_every_account_that_wrote_lately(line):
    third = shared(line)
    other = shared(line)
    line.message(msisdn=PHONE)
    Line(other.account, other, line.network, line.carrier, line.bind, line.epoch).message(
        msisdn=PHONE
    )
    (message,) = inbound_receive([received(line, b"STOP")])
    assert message.account == other.account
    accounts = set(Suppression.objects.values_list("account", flat=True))
    assert accounts == {line.account.pk, other.account.pk}
    assert events(line.account) == ["consent.revoked"]
    assert events(third.account) == []


def test_stop_to_a_shared_sender_that_nobody_wrote_from_acts_for_all_its_holders(line):
    other = shared(line)
    (message,) = inbound_receive([received(line, b"STOP")])
    assert message.account is None
    accounts = Suppression.objects.values_list("account", flat=True)
    assert set(accounts) == {line.account.pk, other.account.pk}
    for account in (line.account, other.account):
        assert events(account) == ["consent.revoked"]


def test_words_of_the_last_writers_country_count(line):
    """TC is Vietnamese for stop, and nothing in the United States."""
    other = shared(line, country="US")
    Line(other.account, other, line.network, line.carrier, line.bind, line.epoch).message(
        msisdn=PHONE, country="US"
    )
    (message,) = inbound_receive([received(line, b"TC")])
    assert (message.account, message.action) == (other.account, "none")
    assert not Suppression.objects.exists()


def test_reply_and_its_stop_are_one_transaction(line, monkeypatch):
    """Invariant 3: what is acknowledged is obeyed."""

    def fail(*_args: object, **_values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(acting, "events_append", fail)
    with pytest.raises(RuntimeError):
        inbound_receive([received(line, b"STOP")])
    assert not InboundPart.objects.exists()
    assert not Suppression.objects.exists()
    assert not ConsentRecord.objects.exists()
    connection.check_constraints()


def test_other_replies_change_no_consent(line):
    agreed(line)
    message = line.queued("marketing", msisdn=PHONE)
    (reply,) = inbound_receive([received(line, b"Cam on shop")])
    assert reply.action in {"none", ""}
    assert ConsentState.objects.get(msisdn=PHONE).state == ConsentAction.GRANTED
    assert (state(message), place(message)) == ("queued", "queued")
