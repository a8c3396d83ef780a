"""What time does to messages, with bounded work."""

from datetime import timedelta

import pytest
from django.db import connection

from config.common import clock
from config.common.ids import uuid7
from messaging.models import Dispatch, Frequency, ParkedReceipt, ReceiptWait, Segment, Tally
from messaging.services import sweeps
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.receipts import Receipt, receipts_apply
from tests.messaging.hot import Line, events, make_line, make_segment, place, state, tallies

CAMPAIGN = 7001
GRACE = 60


@pytest.fixture
def line(db) -> Line:
    line = make_line()
    line.bind.receipt_grace_seconds = GRACE
    line.bind.save()
    return line


def sent(line: Line, seconds_ago: float, **values):
    message = line.message(status="sent", **values)
    segment = make_segment(message, line, sent_at=clock.now() - timedelta(seconds=seconds_ago))
    return message, segment


def test_message_without_a_receipt_after_the_grace_is_unknown(line):
    silent, _segment = sent(line, GRACE + 5, campaign_id=CAMPAIGN)
    recent, _segment = sent(line, GRACE - 5)
    assert sweeps.receipts_expire() == 1
    assert (state(silent), state(recent)) == ("unknown no_receipt", "sent")
    assert tallies(CAMPAIGN) == {("unknown", "no_receipt"): 1}


def test_late_receipt_settles_it_and_takes_the_count_back(line):
    silent, segment = sent(line, GRACE + 5, campaign_id=CAMPAIGN)
    sweeps.receipts_expire()
    receipt = Receipt(
        segment.smsc_message_id, "delivered", "", silent.msisdn, None, b"", clock.now()
    )
    with connection.cursor() as cursor:
        receipts_apply(cursor, [receipt], carrier_id=line.carrier.pk, first_settles=False)
    assert state(silent) == "delivered"
    assert tallies(CAMPAIGN) == {("delivered", ""): 1}
    assert events(line.account) == ["message.unknown", "message.delivered"]


def test_settled_messages_are_left_alone(line):
    done, _segment = sent(line, GRACE + 5)
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(done.pk, "delivered", clock.now())])
    assert (sweeps.receipts_expire(), state(done)) == (0, "delivered")


def test_what_was_examined_is_not_examined_again(line):
    sent(line, GRACE + 5)
    assert [sweeps.receipts_expire(), sweeps.receipts_expire()] == [1, 0]
    later, _segment = sent(line, GRACE - 5)
    with clock.freeze(clock.now() + timedelta(seconds=20)):
        assert sweeps.receipts_expire() == 1
    assert state(later) == "unknown no_receipt"


def test_bind_that_asks_for_no_receipts_expects_none(line):
    line.bind.registered_delivery = "none"
    line.bind.save()
    message, _segment = sent(line, GRACE + 5)
    assert (sweeps.receipts_expire(), state(message)) == (0, "sent")


def test_grace_begins_when_the_validity_is_over(line):
    line.bind.validity_seconds = 3600
    line.bind.save()
    message, _segment = sent(line, GRACE + 3595)
    old, _segment = sent(line, GRACE + 3605)
    assert sweeps.receipts_expire() == 1
    assert (state(message), state(old)) == ("sent", "unknown no_receipt")


@pytest.mark.parametrize(("validity", "waits"), [(None, 3600), (7200, 3600), (600, 600)])
def test_grace_begins_when_the_message_s_own_deadline_is_over(line, validity, waits):
    line.bind.validity_seconds = validity
    line.bind.save()
    began = clock.now()
    deadline = began - timedelta(seconds=GRACE + 5) + timedelta(seconds=3600)
    message, _segment = sent(line, GRACE + 5, not_after=deadline, campaign_id=CAMPAIGN)
    assert (sweeps.receipts_expire(), state(message)) == (0, "sent")
    with clock.freeze(began + timedelta(seconds=waits - 10)):
        assert sweeps.receipts_expire() == 0
    with clock.freeze(began + timedelta(seconds=waits)):
        assert sweeps.receipts_expire() == 1
    assert (state(message), ReceiptWait.objects.count()) == ("unknown no_receipt", 0)


def test_receipt_within_the_deadline_settles_what_was_waited_for(line):
    deadline = clock.now() + timedelta(hours=1)
    message, _segment = sent(line, GRACE + 5, not_after=deadline)
    sweeps.receipts_expire()
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message.pk, "delivered", clock.now())])
    with clock.freeze(deadline + timedelta(seconds=GRACE + 1)):
        assert sweeps.receipts_expire() == 0
    assert (state(message), ReceiptWait.objects.count()) == ("delivered", 0)


@pytest.mark.parametrize(
    ("default", "by_class", "count"),
    [
        ("final", {}, 1),
        ("success", {}, 1),
        ("failure", {}, 0),
        ("final", {"care": {"registered_delivery": "none"}}, 0),
        ("none", {"care": {"registered_delivery": "final"}}, 1),
    ],
)
def test_receipts_are_missed_only_where_silence_means_something(line, default, by_class, count):
    line.bind.registered_delivery, line.bind.class_options = default, by_class
    line.bind.save()
    sent(line, GRACE + 5)
    assert sweeps.receipts_expire() == count


def test_receipts_asked_for_from_now_on_are_not_missed_for_messages_of_before(line):
    line.bind.registered_delivery = "none"
    line.bind.save()
    message, _segment = sent(line, GRACE + 5)
    sweeps.receipts_expire()
    line.bind.registered_delivery = "final"
    line.bind.save()
    assert (sweeps.receipts_expire(), state(message)) == (0, "sent")


def test_queued_message_past_its_deadline_expires(line):
    past = clock.now() - timedelta(seconds=1)
    late, claimed = line.queued(not_after=past), line.queued(not_after=past, bind_id=line.bind.pk)
    fresh = line.queued(not_after=clock.now() + timedelta(hours=1))
    assert sweeps.deadlines_expire() == 1
    assert (state(late), place(late)) == ("expired deadline", "nowhere")
    assert (place(claimed), place(fresh)) == ("claimed", "queued")


def test_lanes_are_swept_each_at_its_own_pace(line):
    past = clock.now() - timedelta(seconds=1)
    code = line.queued(not_after=past, message_class="otp")
    advertisement = line.queued(not_after=past, message_class="marketing")
    assert sweeps.deadlines_expire(lanes=[0]) == 1
    assert (state(code), state(advertisement)) == ("expired deadline", "queued")


def test_closed_window_is_no_deadline(line):
    message = line.queued()
    Dispatch.objects.filter(id=message.pk).update(not_after=clock.now() - timedelta(seconds=1))
    assert (sweeps.deadlines_expire(), place(message)) == (0, "queued")


def test_only_what_counts_no_more_is_forgotten_of_who_was_written_to(line):
    old = clock.now() - timedelta(days=32)
    made = [
        Frequency.objects.create(advertiser_id=1, msisdn=f"8498123456{n}", **values)
        for n, values in enumerate(
            [
                {"reserved_at": old},
                {"reserved_at": clock.now()},
                {"reserved_at": old, "asked_id": uuid7(), "asked_at": old},
            ]
        )
    ]
    assert sweeps.frequencies_forget() == 1
    assert list(Frequency.objects.order_by("msisdn")) == made[1:]


def test_squashing_keeps_the_sums(line):
    Tally.objects.bulk_create(
        Tally(campaign_id=CAMPAIGN + n % 2, status="sent", reason="", messages=1, segments=2)
        for n in range(sweeps._SLICE + 2)
    )
    before = tallies(CAMPAIGN), tallies(CAMPAIGN + 1)
    sweeps.tallies_squash()
    assert (tallies(CAMPAIGN), tallies(CAMPAIGN + 1)) == before
    assert Tally.objects.count() == 2


def test_partitions_of_coming_days_are_made_once(line):
    sweeps.partitions_ensure()  # the tables may have been made before midnight
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE messaging_message_" + _suffix(20))
        cursor.execute("DROP TABLE messaging_event_" + _suffix(20))
        cursor.execute("DROP TABLE messaging_segment_" + _suffix(20))
    assert [sweeps.partitions_ensure(), sweeps.partitions_ensure()] == [1, 0]


def _suffix(days: int) -> str:
    return f"{clock.now() + timedelta(days=days):%Y%m%d}"


def test_receipts_for_unknown_ids_are_forgotten_after_a_week(line):
    for days in (6, 8):
        ParkedReceipt.objects.create(
            carrier_id=line.carrier.pk,
            bind_id=line.bind.pk,
            smsc_message_id=str(days),
            msisdn="84981234567",
            state="delivered",
            raw=b"",
            received_at=clock.now() - timedelta(days=days),
        )
    sweeps.parked_receipts_drop()
    assert ParkedReceipt.objects.get().smsc_message_id == "6"
    line.bind.receipt_parked_days = 5
    line.bind.save()
    assert (sweeps.parked_receipts_drop(), sweeps.parked_receipts_drop()) == (1, 0)
    assert not Segment.objects.exists()
