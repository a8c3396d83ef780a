"""Invariant 4: a receipt may come early, twice, on another bind, or days late."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from config.common import clock
from config.common.ids import uuid7
from messaging.models import Event, ParkedReceipt, Segment
from messaging.pump.composing import user_message_reference
from messaging.selectors.messages import message_get
from messaging.selectors.tallies import campaign_counts
from messaging.services import parked_receipts
from messaging.services.parked_receipts import receipts_park, receipts_unpark
from messaging.services.receipts import Receipt, receipts_apply
from tests.messaging.hot import Line, events, make_line, make_segment, state, tallies

CAMPAIGN = 7001


@pytest.fixture
def line(db) -> Line:
    return make_line()


def receipt(smsc_id: str, word: str = "delivered", **values) -> Receipt:
    fields = {"error": "000", "msisdn": "84981234567", "reference": None, "raw": b"pdu"}
    at = clock.now()
    return Receipt(smsc_message_id=smsc_id, state=word, **({"received_at": at} | fields | values))


def of(segment: Segment, word: str = "delivered", **values) -> Receipt:
    return receipt(segment.smsc_message_id, word, **values)


def apply(line: Line, *receipts: Receipt, first_settles: bool = False) -> list[Receipt]:
    with connection.cursor() as cursor:
        return receipts_apply(
            cursor, receipts, carrier_id=line.carrier.pk, first_settles=first_settles
        )


def sent(line: Line, segments: int = 1, **values):
    message = line.message(status="sent", segment_count=segments, **values)
    return message, [make_segment(message, line, n + 1) for n in range(segments)]


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("delivered", "delivered"),
        ("undelivered", "undelivered undeliverable"),
        ("expired", "undelivered receipt_expired"),
        ("rejected", "undelivered receipt_rejected"),
        ("deleted", "undelivered deleted"),
    ],
)
def test_receipt_settles_its_message(line, word, ends):
    message, (segment,) = sent(line)
    assert apply(line, of(segment, word, error="024")) == []
    assert state(message) == ends
    message.refresh_from_db()
    assert message.receipt_error == "024"


def test_receipt_of_another_carrier_finds_nothing(line):
    message, (segment,) = sent(line)
    other = make_line()
    missed = apply(other, of(segment))
    assert [one.smsc_message_id for one in missed] == [segment.smsc_message_id]
    assert state(message) == "sent"


def test_receipt_that_comes_twice_changes_nothing_more(line):
    message, (segment,) = sent(line, campaign_id=CAMPAIGN)
    apply(line, of(segment), of(segment))
    apply(line, of(segment, "undelivered"))
    assert (state(message), events(line.account)) == ("delivered", ["message.delivered"])
    assert tallies(CAMPAIGN) == {("delivered", ""): 1}


def test_receipt_settles_what_a_missing_one_had_made_unknown(line):
    message, (segment,) = sent(line)
    message.status, message.failure_reason = "unknown", "no_receipt"
    message.save()
    apply(line, of(segment))
    assert state(message) == "delivered"


def test_youngest_segment_of_a_repeated_id_is_meant(line):
    old, (segment,) = sent(line)
    young = line.message(status="sent")
    make_segment(young, line, smsc_message_id=segment.smsc_message_id)
    apply(line, of(segment))
    assert (state(old), state(young)) == ("sent", "delivered")


def test_destination_tells_messages_of_a_repeated_id_apart(line):
    old, (segment,) = sent(line)
    young = line.message(status="sent")
    make_segment(young, line, smsc_message_id=segment.smsc_message_id)
    apply(line, of(segment, msisdn=old.msisdn))
    assert (state(old), state(young)) == ("delivered", "sent")


def test_message_is_delivered_when_all_its_segments_are(line):
    message, parts = sent(line, 3)
    apply(line, of(parts[2]), of(parts[0]))
    assert state(message) == "sent"
    apply(line, of(parts[1]))
    assert state(message) == "delivered"


def test_first_failed_segment_decides(line):
    message, parts = sent(line, 3)
    apply(line, of(parts[1], "expired"))
    assert state(message) == "undelivered receipt_expired"
    apply(line, of(parts[0], "rejected"), of(parts[2]))
    assert state(message) == "undelivered receipt_expired"
    assert events(line.account) == ["message.undelivered"]


def test_failure_of_a_segment_that_was_delivered_before_does_not_count(line):
    message, parts = sent(line, 2)
    apply(line, of(parts[0]))
    apply(line, of(parts[0], "undelivered"))
    assert state(message) == "sent"
    apply(line, of(parts[1]))
    assert state(message) == "delivered"


def test_double_receipts_of_one_segment_in_a_batch_do_not_complete_the_message(line):
    message, parts = sent(line, 2)
    apply(line, of(parts[0]), of(parts[0]), of(parts[0], "undelivered"))
    assert state(message) == "sent"
    assert Segment.objects.get(message_id=message.pk, number=1).status == "delivered"


def test_two_copies_of_one_segment_do_not_complete_the_message(line):
    """A one-time code whose first attempt was answered late."""
    message, parts = sent(line, 2)
    copy = make_segment(message, line, 1, smsc_message_id="copy")
    apply(line, of(parts[0]), of(copy))
    assert state(message) == "sent"
    apply(line, of(parts[1]))
    assert state(message) == "delivered"


def test_carrier_that_reports_one_segment_settles_by_the_first(line):
    message, parts = sent(line, 3)
    apply(line, of(parts[0]), first_settles=True)
    assert state(message) == "delivered"


@pytest.mark.django_db(transaction=True)
def test_receipts_of_two_segments_on_two_binds_at_once_complete_the_message():
    """The second one has to wait for the first one's commit, or each sees the other missing."""
    line = make_line()
    message, (first, second) = sent(line, 2)
    first_is_applied, second_is_done = threading.Event(), threading.Event()

    def settle(segment: Segment, before: threading.Event | None, after: threading.Event) -> None:
        try:
            with transaction.atomic():
                if before is not None:
                    assert before.wait(60)
                apply(line, of(segment))
                if before is None:
                    after.set()
                    second_is_done.wait(0.5)  # not before our commit, if all is well
            after.set()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=settle, args=(first, None, first_is_applied)),
        threading.Thread(target=settle, args=(second, first_is_applied, second_is_done)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert state(message) == "delivered"


@pytest.mark.parametrize(
    ("is_proof", "ends", "proof", "proven"),
    [(True, "delivered handset", "handset", 1), (False, "delivered", "network", 0)],
)
def test_what_a_receipt_proves_is_kept_apart_from_what_a_network_says(
    line, is_proof, ends, proof, proven
):
    message, (segment,) = sent(line, campaign_id=CAMPAIGN)
    apply(line, of(segment, is_proof=is_proof))
    assert state(message) == ends
    counts = campaign_counts([CAMPAIGN])[CAMPAIGN]
    assert (counts.of("delivered"), counts.proven, counts.reasons) == (1, proven, {})
    data = json.loads(Event.objects.get(message_id=message.pk).body)["data"]
    assert (data["failure_reason"], data["delivery_proof"]) == (None, proof)
    shown = message_get(line.account, message.pk)
    assert shown.delivery_proof == proof


def test_failure_is_never_a_proof(line):
    message, (segment,) = sent(line)
    apply(line, of(segment, "undelivered", is_proof=True))
    assert state(message) == "undelivered undeliverable"


def test_carriers_that_share_an_smsc_share_its_receipts(line):
    message, (segment,) = sent(line)
    other = make_line()
    early = of(segment)
    with connection.cursor() as cursor:
        group = (line.carrier.pk, other.carrier.pk)
        values = {"carrier_id": other.carrier.pk, "first_settles": False}
        assert receipts_apply(cursor, [early], **values) == [early]
        assert receipts_apply(cursor, [early], **values, group=group) == []
    assert state(message) == "delivered"


# Parked receipts.


def test_parked_receipt_keeps_what_it_proves_and_finds_the_whole_group(line):
    message = line.message(status="unknown", failure_reason="no_answer")
    other = make_line()
    reference = user_message_reference(message.pk.bytes)
    park(other, receipt("x", msisdn=message.msisdn, reference=reference, is_proof=True))
    assert unpark(other) == 0
    with connection.cursor() as cursor:
        found = receipts_unpark(
            cursor,
            carrier_id=other.carrier.pk,
            first_settles=False,
            group=(line.carrier.pk, other.carrier.pk),
        ).found
    assert (found, state(message)) == (1, "delivered handset")


def park(line: Line, *receipts: Receipt) -> None:
    with connection.cursor() as cursor:
        receipts_park(cursor, receipts, carrier_id=line.carrier.pk, bind_id=line.bind.pk)


def unpark(line: Line, since=None) -> int:
    with connection.cursor() as cursor:
        return receipts_unpark(
            cursor, carrier_id=line.carrier.pk, first_settles=False, since=since
        ).found


def test_parked_receipts_are_tried_in_batches_one_after_another(line, monkeypatch):
    monkeypatch.setattr(parked_receipts, "_MOST_PARKED", 2)
    messages = [line.message(status="sent") for _ in range(3)]
    park(line, *(of(make_segment(one, line), msisdn=one.msisdn) for one in messages))
    after: int | None = 0
    found = []
    while after is not None:
        with connection.cursor() as cursor:
            batch = receipts_unpark(
                cursor, carrier_id=line.carrier.pk, first_settles=False, after=after
            )
        found.append(batch.found)
        after = batch.after
    assert found == [2, 1, 0]
    assert {state(message) for message in messages} == {"delivered"}


def test_receipt_before_its_answer_settles_when_the_answer_has_come(line):
    message = line.message(status="queued")
    early = receipt("77")
    assert apply(line, early) == [early]
    park(line, early)
    assert unpark(line, clock.now() - timedelta(minutes=1)) == 0
    make_segment(message, line, smsc_message_id="77")
    message.status = "sent"
    message.save()
    assert unpark(line, clock.now() - timedelta(minutes=1)) == 1
    assert (state(message), ParkedReceipt.objects.count()) == ("delivered", 0)


def test_receipt_finds_its_message_by_the_reference_it_carried(line):
    message = line.message(status="unknown", failure_reason="no_answer")
    reference = user_message_reference(message.pk.bytes)
    park(line, receipt("never seen", msisdn=message.msisdn, reference=reference))
    assert unpark(line) == 1
    assert state(message) == "delivered"


@pytest.mark.parametrize("rounds", [1, 2])
def test_copy_of_a_receipt_that_settled_by_reference_is_not_kept(line, rounds):
    """The SMSC sends it again where our answer was lost."""
    message = line.message(status="unknown", failure_reason="no_answer")
    reference = user_message_reference(message.pk.bytes)
    copies = [receipt("never seen", msisdn=message.msisdn, reference=reference)] * 2
    for part in (copies,) if rounds == 1 else ([one] for one in copies):
        park(line, *part)
        unpark(line)
    assert (state(message), ParkedReceipt.objects.count()) == ("delivered", 0)
    assert events(line.account) == ["message.delivered"]


def test_receipt_whose_reference_fits_an_open_message_too_is_kept(line):
    first = uuid7()
    second = type(first)(bytes=uuid7().bytes[:14] + first.bytes[14:])
    for key, status in ((first, "delivered"), (second, "sent")):
        line.message(id=key, status=status, msisdn="84981234567")
    park(line, receipt("its own", reference=user_message_reference(first.bytes)))
    assert (unpark(line), ParkedReceipt.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    "values", [{"msisdn": "84980000000"}, {"carrier_id": 999}, {"segment_count": 2}]
)
def test_reference_alone_does_not_settle_another_message(line, values):
    fields = {"status": "unknown", "msisdn": "84981234567"} | values
    if "carrier_id" in fields:
        fields["carrier"] = make_line().carrier
        del fields["carrier_id"]
    message = line.message(**fields)
    reference = user_message_reference(message.pk.bytes)
    park(line, receipt("never seen", reference=reference))
    assert (unpark(line), state(message)) == (0, "unknown")


def test_reference_that_fits_two_messages_settles_neither(line):
    first = uuid7()
    second = type(first)(bytes=uuid7().bytes[:14] + first.bytes[14:])
    made = [line.message(id=key, status="unknown", msisdn="84981234567") for key in (first, second)]
    park(line, receipt("never seen", reference=user_message_reference(first.bytes)))
    assert unpark(line) == 0
    assert [state(one) for one in made] == ["unknown", "unknown"]


def test_message_that_waits_for_its_answer_is_not_settled_by_reference(line):
    """The answer will come, and the receipt by its id with it."""
    message = line.message(status="queued")
    reference = user_message_reference(message.pk.bytes)
    park(line, receipt("never seen", msisdn=message.msisdn, reference=reference))
    assert (unpark(line), state(message)) == (0, "queued")


def old_segment(line: Line, message, days: int) -> Segment:
    """A segment of so many days ago; its partition is made for it."""
    at = clock.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT create_day_partitions(%s::date, %s::date)", [at, at])
    return make_segment(message, line, sent_at=at)


def test_receipt_that_is_days_late_finds_its_message(line):
    message = line.message(status="unknown", failure_reason="no_receipt")
    segment = old_segment(line, message, 20)
    late = of(segment, msisdn=message.msisdn)
    assert apply(line, late) == [late]
    park(line, late)
    assert unpark(line, clock.now() - timedelta(minutes=1)) == 0
    assert unpark(line) == 1
    assert state(message) == "delivered"


def test_late_receipt_of_another_number_does_not_take_an_old_message(line):
    """Ids repeat: off the hot path the destination has to fit."""
    message = line.message(status="unknown", failure_reason="no_receipt")
    segment = old_segment(line, message, 20)
    park(line, of(segment, msisdn="84980000000"))
    assert (unpark(line), state(message)) == (0, "unknown no_receipt")
