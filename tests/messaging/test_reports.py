"""Reports are the messages, counted: after whatever happened, to the last one."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from compliance.services.retention.removers import Span
from config.common import clock
from config.common.errors import InvalidError
from config.common.ids import uuid7, uuid7_floor, uuid7_time
from messaging.constants import OPEN, MessageStatus
from messaging.models import Message, TrafficCell, TrafficQuarter, TrafficWatermark
from messaging.selectors.reports import DIMENSIONS, ReportWish, report_make
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.reports import QUARTER, quarter_of, traffic_count
from messaging.services.retention import messages_remove
from tests.factories import make_account, make_message, make_network, make_sender
from tests.messaging.threads import in_threads

S = MessageStatus
ENDS = [S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED, S.EXPIRED, S.BLOCKED, S.CANCELED, S.UNKNOWN]


def settle(message, status, at=None, reason=""):
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message.pk, str(status), at or clock.now(), reason)])


def message_of(moment, account=None, **values):
    """A message whose id was made then."""
    pk = type(uuid7())(int=uuid7_floor(moment).int | (uuid7().int & (2**80 - 1)))
    return make_message(account, id=pk, created_at=moment, **values)


def counted():
    """Every state by quarter and sender, as the cells say it."""
    found = Counter()
    for cell in TrafficCell.objects.all():
        place = (cell.account_id, cell.quarter, cell.sender_id, cell.network_id, cell.campaign_id)
        found[(*place, "accepted")] += cell.accepted
        for name in ENDS[1:]:
            found[(*place, str(name))] += getattr(cell, name)
    return +found


def directly():
    """The same from the messages."""
    found = Counter()
    for one in Message.objects.all():
        quarter = quarter_of(uuid7_time(one.pk))
        place = (one.account_id, quarter, one.sender_id, one.network_id, one.campaign_id)
        found[(*place, "accepted")] += 1
        if one.status not in OPEN and one.status != S.SENT:
            found[(*place, one.status)] += 1
    return found


def report(account, **values):
    today = clock.now().date()
    wish = {"first": today - timedelta(days=2), "last": today + timedelta(days=1)} | values
    return report_make(ReportWish(accounts=[account.pk], zone="Asia/Ho_Chi_Minh", **wish))


def count_after(hours):
    """Counts when so much time has passed."""
    with clock.freeze(clock.now() + timedelta(hours=hours)):
        return traffic_count()


@pytest.mark.django_db
def test_a_message_is_counted_when_accepted_and_when_it_ends():
    message = make_message(status=S.QUEUED, segment_count=2, price_micros=700, charge_terms=0)
    assert traffic_count()["quarters"] == 1
    (row,) = report(message.account).rows
    assert (row.figures.accepted, row.figures.open, row.figures.sent) == (1, 1, 0)
    settle(message, S.SENT)
    settle(message, S.DELIVERED, clock.now() + timedelta(seconds=5))
    TrafficQuarter.objects.update(counted_at=None)
    traffic_count()
    (row,) = report(message.account).rows
    figures = row.figures
    assert (figures.accepted, figures.open, figures.sent, figures.delivered) == (1, 0, 1, 1)
    assert (figures.segments, figures.charged_micros, figures.delivery_rate) == (2, 700, 1.0)
    assert 4 < figures.receipt_seconds <= 8.2
    assert report(message.account).counted_until is not None


@pytest.mark.django_db
def test_an_outcome_of_an_older_quarter_is_counted_in_its_quarter():
    yesterday = clock.now() - timedelta(days=1)
    message = message_of(yesterday, status=S.SENT, sent_at=yesterday)
    traffic_count()
    settle(message, S.UNKNOWN)
    traffic_count()
    # Counted a moment ago and a day old: it waits, and the report says until when it is right.
    found = report(message.account)
    assert (found.totals.unknown, TrafficQuarter.objects.get().changed_at) == (
        0,
        found.counted_until,
    )
    count_after(hours=1)
    assert (report(message.account).totals.unknown, counted()) == (1, directly())
    settle(message, S.DELIVERED)  # the late receipt of one that was given up
    count_after(hours=2)
    totals = report(message.account).totals
    assert (totals.unknown, totals.delivered, totals.open) == (0, 1, 0)
    assert TrafficCell.objects.get().quarter == quarter_of(yesterday)


@pytest.mark.django_db
def test_what_changed_nothing_is_not_counted_again():
    message_of(clock.now() - timedelta(hours=3), status=S.DELIVERED)
    assert traffic_count()["quarters"] == 1
    first = TrafficWatermark.objects.get().examined_at
    assert count_after(hours=1) == {"accounts": 0, "quarters": 0}
    assert TrafficWatermark.objects.get().examined_at > first + timedelta(minutes=59)


@pytest.mark.django_db
def test_messages_of_test_keys_are_not_counted():
    message = make_message(is_test=True)
    traffic_count()
    assert report(message.account).totals.accepted == 0


@pytest.mark.django_db
def test_another_accounts_messages_are_in_no_report_of_mine():
    mine, theirs = make_account(), make_account()
    make_message(mine)
    make_message(theirs)
    traffic_count()
    assert (report(mine).totals.accepted, report(theirs).totals.accepted) == (1, 1)
    everybody = ReportWish(None, "UTC", clock.now().date(), clock.now().date(), by=())
    assert report_make(everybody).totals.accepted == 2


@pytest.mark.django_db
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_adds_up_to_the_same(dimension):
    account = make_account()
    sender = make_sender(account)
    other = make_sender(account)
    network = make_network("viettel")
    for number in range(3):
        make_message(account, sender=sender, network=network, campaign_id=number)
    make_message(account, sender=other, message_class="otp", status=S.BLOCKED)
    traffic_count()
    found = report(account, by=(dimension,))
    assert sum(row.figures.accepted for row in found.rows) == found.totals.accepted == 4
    assert all(dimension in row.names for row in found.rows)


@pytest.mark.django_db
def test_days_are_those_of_the_zone_it_is_asked_in():
    moment = (clock.now() - timedelta(days=1)).replace(hour=18, minute=30)  # 01:30 in Hanoi
    message = message_of(moment)
    traffic_count()
    (row,) = report(message.account).rows
    assert row.names["day"] == str((moment + timedelta(hours=7)).date())
    (row,) = report(message.account, by=("hour",)).rows
    assert row.names["hour"] == f"{(moment + timedelta(hours=7)).date()}T01:00+07:00"


@pytest.mark.django_db
def test_filters_leave_the_others_out():
    account = make_account()
    sender = make_sender(account)
    make_message(account, sender=sender, campaign_id=5)
    make_message(account, sender=sender, message_class="otp")
    traffic_count()
    asked = [{"campaign": 5}, {"class": "otp"}, {"sender": [sender.pk]}, {"country": "TH"}]
    assert [report(account, filters=one).totals.accepted for one in asked] == [1, 1, 2, 0]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"last": -400}, "to", "period_reversed"),
        ({"first": -500}, "from", "period_too_long"),
        ({"first": -40, "by": ("hour",)}, "from", "period_too_long"),
        ({"by": ("day", "sender", "class", "network")}, "by", "too_many_dimensions"),
    ],
)
def test_wishes_that_cannot_be_are_refused(values, field, code):
    today = clock.now().date()
    days = {name: today + timedelta(days=values.pop(name, 0)) for name in ("first", "last")}
    with pytest.raises(InvalidError) as refused:
        report_make(ReportWish([1], "UTC", **days, **values))
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.django_db
def test_counting_that_was_cut_short_is_done_again():
    message = make_message()
    with transaction.atomic():
        traffic_count()
        transaction.set_rollback(True)
    assert counted() == Counter()
    traffic_count()
    assert counted() == directly() != Counter()
    settle(message, S.FAILED)
    TrafficQuarter.objects.update(counted_at=None)
    traffic_count()
    assert counted() == directly()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_each_message_once():
    accounts = [make_account() for _ in range(4)]
    messages = [make_message(one, status=S.QUEUED) for one in accounts for _ in range(3)]
    in_threads(3, lambda _number: traffic_count())
    traffic_count()
    assert counted() == directly()
    for message in messages:
        settle(message, S.DELIVERED)
    TrafficQuarter.objects.update(counted_at=None)
    in_threads(3, lambda _number: traffic_count())
    TrafficQuarter.objects.update(counted_at=None)
    traffic_count()
    assert counted() == directly()


@pytest.mark.django_db
def test_what_was_counted_stays_when_the_messages_go():
    before = clock.now() - QUARTER * 4
    message = message_of(before - QUARTER * 2, status=S.SENT)
    open_one = message_of(before - QUARTER * 2, message.account, status=S.QUEUED)
    settle(message, S.DELIVERED)  # nobody has counted yet
    span = Span(account_id=message.account_id, country="", others=(), after=None, before=before)
    removed = messages_remove(span, is_rehearsal=False)
    assert (removed.rows, Message.objects.count()) == (1, 1)
    settle(open_one, S.EXPIRED)
    count_after(hours=8)
    totals = report(message.account).totals
    assert (totals.accepted, totals.delivered) == (2, 1)


class CountsAreTheMessages(TestCase):
    """Random lives of messages, with counting in between."""

    @settings(max_examples=15)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 5), st.one_of(st.sampled_from(ENDS), st.sampled_from(["count"]))
            ),
            max_size=25,
        )
    )
    def test_after_any_outcomes(self, steps):
        accounts = [make_account(), make_account()]
        senders = [make_sender(one) for one in accounts]
        now = clock.now()
        ages = [timedelta(), QUARTER * 3, timedelta(hours=20)]
        messages = [
            message_of(
                now - age,
                account,
                sender=sender,
                status=S.QUEUED,
                segment_count=2,
                price_micros=600,
                charge_terms=0,
            )
            for account, sender in zip(accounts, senders, strict=True)
            for age in ages
        ]
        for number, what in steps:
            if what == "count":
                traffic_count()
            else:
                settle(messages[number], what)
        TrafficQuarter.objects.update(counted_at=None)
        traffic_count()
        assert counted() == directly()
        charged = sum(cell.charged_micros for cell in TrafficCell.objects.all())
        kept = Message.objects.filter(status__in=["sent", "delivered", "undelivered", "unknown"])
        assert charged == 600 * kept.count()
