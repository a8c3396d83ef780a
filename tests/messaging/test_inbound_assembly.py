"""Long replies: whole from whatever comes, shown with gaps when it does not, amended when it does."""

import itertools
import random
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carriers.models import SessionEvent
from carriers.smpp import pdu
from compliance.models import Suppression
from config.common import clock
from messaging.encoding import gsm7, udh
from messaging.models import ConversationWait, Event, InboundMessage, InboundPart
from messaging.services.inbound import Received, inbound_receive, incomplete_show
from messaging.services.inbound.assembly import Assembly
from messaging.services.inbound.reading import piece_of
from messaging.services.inbound.storing import part_of
from messaging.services.inbound.texts import text_of
from tests.factories import make_bind, make_carrier
from tests.messaging.hot import Line, events, make_line
from tests.messaging.threads import in_threads

PHONE = "84981234567"
TEXT = "Tôi muốn đổi size M sang L, giao lại giúp tôi nhé {mã 12€} 😀"


@pytest.fixture
def line(db) -> Line:
    return make_line()


def came(to, octets, *, bind=1, carrier=1, at=None, sender=PHONE, session=None, **values):
    fields = {"esm_class": 0, "data_coding": 8, "tlvs": ()} | values
    deliver = pdu.DeliverSm(source_addr=sender, destination_addr=to, short_message=octets, **fields)
    return Received(deliver, b"raw", bind, carrier, "gsm7", at or clock.now(), session)


def part(way, to, octets, number, total, *, reference=7, **values):
    """One part of a text, by the way its SMSC names parts."""
    if way == "sar":
        tlvs = (
            (pdu.TLV_SAR_MSG_REF_NUM, reference.to_bytes(2, "big")),
            (pdu.TLV_SAR_TOTAL_SEGMENTS, bytes([total])),
            (pdu.TLV_SAR_SEGMENT_SEQNUM, bytes([number])),
        )
        return came(to, octets, tlvs=tlvs, **values)
    if way == "payload":
        header = udh.concat_udh(reference, total, number, 8)
        payload = ((pdu.TLV_MESSAGE_PAYLOAD, header + octets),)
        return came(to, b"", tlvs=payload, esm_class=pdu.ESM_UDHI, **values)
    header = udh.concat_udh(reference, total, number, 16 if way == "udh16" else 8)
    return came(to, header + octets, esm_class=pdu.ESM_UDHI, **values)


def cut(octets: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(places), len(octets)]
    return [octets[a:b] for a, b in itertools.pairwise(bounds)]


@given(
    data=st.data(), is_gsm=st.booleans(), way=st.sampled_from(["udh8", "udh16", "sar", "payload"])
)
def test_any_split_order_and_repetition_give_the_same_text(data, is_gsm, way):
    """Cut inside a character too, as phones do."""
    letters = "ab {}€[]@à" if is_gsm else "ab ôđ€😀"
    text = data.draw(st.text(letters, min_size=2, max_size=60))
    octets = gsm7.encode(text) if is_gsm else text.encode("utf-16-be")
    assert octets is not None
    places = data.draw(st.sets(st.integers(1, len(octets) - 1), min_size=1, max_size=8))
    pieces = cut(octets, list(places))
    total = len(pieces)
    order = data.draw(st.permutations(range(total)))
    again = data.draw(st.lists(st.sampled_from(range(total)), max_size=4))
    coding = {"data_coding": 0 if is_gsm else 8}
    at = clock.now()
    assembly = Assembly()
    for place, index in enumerate([*order, *again]):
        one = part(
            way, "53849", pieces[index], index + 1, total,
            at=at + timedelta(seconds=place), bind=place % 3, **coding,
        )  # fmt: skip
        first = assembly.add(part_of(piece_of(one), at))
        assert (first is None) == (place < total)
    (made,) = assembly.texts
    assert made.is_whole
    assert text_of(made.parts, total) == text


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", ["udh8", "udh16", "sar", "payload"])
def test_parts_of_a_group_of_carriers_make_one_text_over_several_binds(line, way, seed):
    line.carrier.receipt_group = "same"
    line.carrier.save()
    other = make_carrier(receipt_group="same")
    binds = [(line.bind.pk, line.carrier.pk), (make_bind(other).pk, other.pk)]
    shuffle = random.Random(seed)
    octets = TEXT.encode("utf-16-be")
    pieces = cut(octets, [31, 60])
    parts = [
        part(way, line.sender.address, one, number, 3, bind=bind, carrier=carrier)
        for number, one in enumerate(pieces, 1)
        for bind, carrier in [shuffle.choice(binds)]
    ]
    parts.append(shuffle.choice(parts))
    shuffle.shuffle(parts)
    for one in parts:
        inbound_receive([one])
    (message,) = InboundMessage.objects.all()
    assert (message.text, message.state, message.encoding) == (TEXT, "complete", "ucs2")
    assert message.network == line.network
    assert sum(InboundPart.objects.values_list("repeats", flat=True)) == 1


def test_parts_of_strange_carriers_do_not_mix(line):
    other = make_carrier()
    inbound_receive(
        [part("udh8", "53849", b"\0a", 1, 2, bind=line.bind.pk, carrier=line.carrier.pk)]
    )
    inbound_receive(
        [part("udh8", "53849", b"\0b", 2, 2, bind=make_bind(other).pk, carrier=other.pk)]
    )
    assert not InboundMessage.objects.exists()


def here(line: Line, **values):
    return {"bind": line.bind.pk, "carrier": line.carrier.pk} | values


def ucs2(text: str) -> bytes:
    return text.encode("utf-16-be")


def ago(seconds: float):
    return clock.now() - timedelta(seconds=seconds)


def test_incomplete_reply_is_shown_with_its_gap_and_amended(line):
    to = line.sender.address
    first = part("udh8", to, ucs2("Cho tôi "), 1, 3, **here(line, at=ago(400)))
    last = part("udh8", to, ucs2(" màu đỏ"), 3, 3, **here(line, at=ago(390)))
    assert inbound_receive([first, last]) == []
    assert incomplete_show() == {"incomplete": 1}
    assert incomplete_show() == {"incomplete": 0}
    message = InboundMessage.objects.get()
    assert (message.text, message.state) == ("Cho tôi […2/3…] màu đỏ", "incomplete")
    assert (message.missing_parts, message.part_count) == ([2], 3)
    assert events(line.account) == ["conversation.opened", "inbound.received"]
    assert inbound_receive([part("udh8", to, ucs2("cái áo"), 2, 3, **here(line))]) == []
    message.refresh_from_db()
    assert (message.text, message.state) == ("Cho tôi cái áo màu đỏ", "complete")
    assert (message.missing_parts, message.parts.count()) == ([], 3)
    assert message.amended_at is not None
    assert events(line.account) == ["conversation.opened", "inbound.received", "inbound.amended"]
    told = Event.objects.filter(type="inbound.amended").get()
    assert '"text": "Cho tôi cái áo màu đỏ"' in told.body
    assert ConversationWait.objects.count() == 1


def test_parts_are_waited_for_from_the_last_that_came(line):
    to = line.sender.address
    inbound_receive([part("udh8", to, b"\0a", 1, 3, **here(line, at=ago(400)))])
    inbound_receive([part("udh8", to, b"\0b", 2, 3, **here(line, at=ago(10)))])
    assert incomplete_show() == {"incomplete": 0}


def test_several_missing_parts_are_one_gap(line):
    to = line.sender.address
    inbound_receive([part("udh8", to, ucs2("end"), 4, 4, **here(line, at=ago(400)))])
    incomplete_show()
    message = InboundMessage.objects.get()
    assert (message.text, message.missing_parts) == ("[…1–3/4…]end", [1, 2, 3])


def test_stop_that_only_the_late_part_says_is_obeyed_once(line):
    to = line.sender.address
    inbound_receive([part("udh8", to, ucs2("OP"), 2, 2, **here(line, at=ago(400)))])
    incomplete_show()
    assert not Suppression.objects.exists()
    inbound_receive([part("udh8", to, ucs2("ST"), 1, 2, **here(line))])
    assert InboundMessage.objects.get().action == "opt_out"
    assert Suppression.objects.filter(msisdn=PHONE).count() == 1


def test_reference_that_comes_round_again_begins_another_text(line):
    to = line.sender.address
    lost = [part("udh8", to, ucs2(f"old {n} "), n, 3, **here(line, at=ago(500))) for n in (1, 2)]
    inbound_receive(lost)
    new = [part("udh8", to, ucs2(f"new {n} "), n, 3, **here(line)) for n in (1, 2, 3)]
    (message,) = inbound_receive(new)
    assert message.text == "new 1 new 2 new 3 "
    incomplete_show()
    assert set(InboundMessage.objects.values_list("text", flat=True)) == {
        "new 1 new 2 new 3 ", "old 1 old 2 […3/3…]",
    }  # fmt: skip


# What the SMSC sends again.


def ok(line: Line, **values):
    return came(line.sender.address, b"OK", data_coding=0, **here(line, **values))


def test_reply_sent_again_after_its_session_ended_is_counted_and_left(line):
    inbound_receive([ok(line, at=ago(20), session=1)])
    assert inbound_receive([ok(line, session=2)]) == []
    assert InboundPart.objects.get().repeats == 1
    assert events(line.account).count("inbound.received") == 1


def test_reply_sent_again_on_another_bind_after_the_first_was_lost(line):
    inbound_receive([ok(line, at=ago(20), session=1)])
    SessionEvent.objects.create(bind=line.bind, state="connection_lost", at=ago(10))
    other = make_bind(line.carrier)
    assert inbound_receive([ok(line, bind=other.pk, session=1)]) == []
    assert InboundPart.objects.get().repeats == 1


def test_person_who_says_ok_again_in_a_session_just_bound_is_heard(line):
    """The event of the binding may be written after the first reply of the session came."""
    inbound_receive([ok(line, at=ago(20), session=1)])
    InboundPart.objects.update(stored_at=ago(20))
    for state, seconds in (("binding", 19), ("bound", 10)):
        SessionEvent.objects.create(bind=line.bind, state=state, at=ago(seconds))
    assert len(inbound_receive([ok(line, session=1)])) == 1


def test_reply_sent_again_before_it_was_stored(line):
    """We were slow: the SMSC had no answer yet when it sent it anew."""
    inbound_receive([ok(line, at=ago(20), session=1), ok(line, at=ago(8), session=1)])
    assert InboundPart.objects.get().repeats == 1


@pytest.mark.parametrize("seconds", [1, 20, 60, 600])
def test_person_who_says_ok_again_is_heard(line, seconds):
    """On the same session, acknowledged: nobody had a reason to send it again."""
    inbound_receive([ok(line, at=ago(seconds), session=1)])
    InboundPart.objects.update(stored_at=ago(seconds))
    assert len(inbound_receive([ok(line, session=1)])) == 1


def test_person_who_says_ok_again_minutes_after_a_lost_session_is_heard(line):
    inbound_receive([ok(line, at=ago(90), session=1)])
    assert len(inbound_receive([ok(line, session=2)])) == 1


def test_person_who_taps_twice_is_heard_twice(line):
    assert len(inbound_receive([ok(line, at=ago(1)), ok(line)])) == 2


def test_two_people_who_say_the_same_are_both_heard(line):
    again = ok(line, session=2, sender="84981234568")
    assert len(inbound_receive([ok(line, at=ago(20), session=1), again])) == 2


def test_part_sent_again_after_the_text_was_whole_is_left(line):
    to = line.sender.address
    parts = [part("udh8", to, ucs2(f"{n}"), n, 2, **here(line)) for n in (1, 2)]
    inbound_receive(parts)
    assert inbound_receive([parts[0]]) == []
    assert (InboundMessage.objects.count(), InboundPart.objects.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_parts_that_two_workers_store_at_once_make_one_text():
    line = make_line()
    to = line.sender.address
    parts = [part("udh8", to, ucs2(f"part {n} "), n, 4, **here(line)) for n in range(1, 5)]
    in_threads(4, lambda number: inbound_receive([parts[number]]))
    message = InboundMessage.objects.get()
    assert message.text == "part 1 part 2 part 3 part 4 "
    assert events(line.account).count("inbound.received") == 1
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_late_part_and_timeout_at_once_lose_nothing():
    line = make_line()
    to = line.sender.address
    inbound_receive([part("udh8", to, ucs2("a"), 1, 2, **here(line, at=ago(400)))])
    late = part("udh8", to, ucs2("b"), 2, 2, **here(line))
    in_threads(2, lambda number: incomplete_show() if number else inbound_receive([late]))
    message = InboundMessage.objects.get()
    assert (message.text, message.state) == ("ab", "complete")
    connection.close()


def test_hundred_replies_cost_little_more_than_ten(line, django_assert_max_num_queries):
    def replies(count: int, first: int):
        return [
            came(line.sender.address, f"No. {n}".encode(), data_coding=0,
                 **here(line, sender=f"8498{n:07}"))
            for n in range(first, first + count)
        ]  # fmt: skip

    inbound_receive(replies(3, 0))
    with django_assert_max_num_queries(10_000) as ten:
        inbound_receive(replies(10, 100))
    with django_assert_max_num_queries(10_000) as hundred:
        inbound_receive(replies(100, 1000))
    per_reply = (len(hundred) - len(ten)) / 90
    assert per_reply < 0.5
