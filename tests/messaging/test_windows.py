"""Windows at hand-over: what was decided inside one does not leave after it closes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.models import Dispatch, Message, Waiting
from messaging.pump.composing import Composer
from messaging.pump.deciding import claims_sort
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import waiting_route
from messaging.services.sweeps import deadlines_expire, windows_missed
from routing.models import Network
from tests.messaging.brand import (
    CLOSES,
    MORNING,
    NIGHT,
    NOON,
    TODAY,
    again,
    agree,
    assessed,
    make_brand,
    recipients,
    release_of,
    released,
)
from tests.messaging.hot import Line, place, state

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def brand() -> Line:
    line = make_brand()
    agree(line)
    return line


def claim_and_sort(line: Line, at: datetime) -> list:
    """What a pump may compose at a moment."""
    snapshots.forget()
    line.claimer.rewind()
    with clock.freeze(at), connection.cursor() as cursor:
        claims = line.claim()
        return claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )


def queued_at(line: Line, at: datetime, **values) -> Message:
    with clock.freeze(at):
        (one,) = released(release_of(line, **values))
    return Message.objects.get(pk=one.message_id)


def test_released_message_may_leave_until_its_window_closes(brand):
    message = queued_at(brand, NOON)
    assert Dispatch.objects.get(id=message.pk).not_after == CLOSES
    assert message.not_after is None


def test_earlier_deadline_counts_before_the_window(brand):
    deadline = NOON + timedelta(hours=1)
    message = queued_at(brand, NOON, not_after=deadline)
    assert Dispatch.objects.get(id=message.pk).not_after == deadline


def test_nothing_is_composed_after_the_window_closed_though_it_was_queued_before(brand):
    message = queued_at(brand, NOON)
    assert claim_and_sort(brand, CLOSES) == []
    assert (state(message), place(message)) == ("scheduled", "waiting window")
    assert Waiting.objects.get(id=message.pk).due_at == TOMORROW


def test_a_moment_before_the_close_it_leaves(brand):
    message = queued_at(brand, NOON)
    claims = claim_and_sort(brand, CLOSES - timedelta(seconds=1))
    assert [claim.id for claim in claims] == [message.pk]


def test_message_that_is_useless_the_next_morning_expires_with_the_reason(brand):
    message = queued_at(brand, NOON, not_after=TOMORROW - timedelta(hours=2))
    assert claim_and_sort(brand, CLOSES) == []
    assert (state(message), place(message)) == ("expired outside_window", "nowhere")


def test_an_smsc_is_told_to_give_up_when_the_window_closes(brand):
    """validity_period (SMPP 3.4 §7.1.1): its retry must not arrive after hours."""
    queued_at(brand, NOON)
    at = CLOSES - timedelta(minutes=5)
    (claim,) = claim_and_sort(brand, at)
    brand.bind.validity_seconds = 86400
    (submission,) = Composer(brand.bind).compose(
        claim, snapshots.current().senders[claim.sender_id], at, None
    )
    assert b"000000000500000R" in submission.body


def test_what_no_bind_took_before_the_close_waits_for_the_morning(brand):
    """Nobody claims where no bind is up: the sweep sets it aside, so that people see it wait."""
    message = queued_at(brand, NOON)
    with clock.freeze(CLOSES + timedelta(minutes=1)):
        snapshots.forget()
        assert (deadlines_expire(), windows_missed()) == (0, 1)
    assert (state(message), place(message)) == ("scheduled", "waiting window")


def test_next_morning_it_goes_on(brand):
    message = queued_at(brand, NIGHT)
    assert place(message) == "waiting window"
    with clock.freeze(TOMORROW):
        snapshots.forget()
        waiting_route()
    assert Dispatch.objects.get(id=message.pk).not_after == CLOSES + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Asia/Ho_Chi_Minh", TODAY),
        ("Asia/Tokyo", TODAY - timedelta(hours=2) + timedelta(days=1)),
        ("Europe/Berlin", None),
        ("America/Los_Angeles", None),
    ],
)
def test_hours_are_those_of_the_persons_own_zone(brand, zone, opens):
    del opens
    at = NOON + timedelta(hours=9)  # 21:00 in Hanoi, 23:00 in Tokyo
    with clock.freeze(at):
        (one,) = assessed(release_of(brand), recipients(zone=zone))
    local = at.astimezone(ZoneInfo(zone))
    is_open = 7 <= local.hour < 22
    assert (one.due_at is None) is is_open
    if one.due_at is not None:
        assert one.due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "07:00"


def test_zone_of_a_network_counts_where_the_persons_is_not_known(brand):
    Network.objects.filter(pk=brand.network.pk).update(timezone="Asia/Tokyo")
    with clock.freeze(NOON + timedelta(hours=9)):
        (unknown,) = assessed(release_of(brand))
        (known,) = assessed(release_of(brand), recipients(zone="Asia/Ho_Chi_Minh"))
    assert unknown.due_at is not None
    assert known.due_at is None


def test_zone_is_kept_with_the_message_and_its_decision(brand):
    with clock.freeze(MORNING + timedelta(hours=2)):
        (one,) = released(release_of(brand), recipients(zone="Asia/Tokyo"))
    message = Message.objects.get(pk=one.message_id)
    assert message.recipient_zone == "Asia/Tokyo"
    assert (message.decision["zones"], message.decision["zones_by"]) == (["Asia/Tokyo"], "contact")


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        # The clocks of Berlin go back on 25 October 2026 and forward on 29 March 2027.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)),
        (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 21, tzinfo=UTC)),
        (datetime(2027, 3, 28, 12, tzinfo=UTC), datetime(2027, 3, 28, 20, tzinfo=UTC)),
    ],
)
def test_close_follows_the_clock_change(day, closes):
    """Decided by the same code for every door; here without storing, on days to come."""
    rule_packs_load_shipped(actor=None)
    with clock.freeze(day):
        line = make_brand()
        agree(line)
        release = release_of(line)
        (one,) = released(release, recipients(zone="Europe/Berlin"))
        row = Dispatch.objects.get(id=one.message_id)
    assert row.not_after == closes


def test_service_messages_know_no_window(brand):
    with clock.freeze(NIGHT):
        message = brand.waiting("care")
        snapshots.forget()
        waiting_route()
    assert (state(message), Dispatch.objects.get(id=message.pk).not_after) == ("queued", None)


def test_campaigns_of_other_priority_keep_the_window_too(brand):
    message = queued_at(brand, NOON)
    with clock.freeze(NIGHT):
        (late,) = released(replace(again(release_of(brand), 9), priority=2))
    assert late.due_at == TOMORROW
    assert Message.objects.filter(pk=message.pk, status="queued").exists()
