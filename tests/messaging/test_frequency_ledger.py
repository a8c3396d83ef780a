"""The frequency ledger: caps per person over all campaigns, and who takes whose place."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.common import clock
from messaging.models import Frequency, Message, Waiting
from messaging.selectors.snapshot import snapshots
from messaging.services.holds import message_cancel
from messaging.services.routing import waiting_route
from tests.factories import make_template_version
from tests.messaging.brand import (
    ADVERTISEMENT,
    CLOSES,
    MORNING,
    MSISDN,
    NIGHT,
    NOON,
    again,
    agree,
    assessed,
    make_brand,
    recipients,
    release_of,
    released,
    sent,
    slots,
)
from tests.messaging.hot import Line, place, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Line:
    line = make_brand()
    agree(line)
    return line


@pytest.fixture
def noon():
    with clock.freeze(NOON):
        yield


def outcomes(release, campaigns) -> list[str]:
    return [released(again(release, number))[0].reason for number in campaigns]


def test_fourth_campaign_of_a_day_finds_no_place(brand, noon):
    release = release_of(brand)
    assert outcomes(release, [1, 2, 3, 4]) == ["", "", "", "frequency_cap"]
    assert len(slots()) == 3


def test_who_got_no_place_is_told_whose_messages_were_before(brand, noon):
    release = release_of(brand)
    outcomes(release, [1, 2, 3])
    (said,) = assessed(again(release, 4))
    (done,) = released(again(release, 4))
    assert (said.reason, said.detail) == (done.reason, done.detail) == ("frequency_cap", "1,2,3")


def test_preflight_keeps_nothing(brand, noon):
    assessed(release_of(brand))
    assert not Frequency.objects.exists()


@pytest.mark.parametrize("status", ["blocked", "canceled", "expired", "failed"])
def test_place_of_a_message_that_never_left_is_free_again(brand, noon, status):
    release = release_of(brand)
    first = released(again(release, 1))[0]
    outcomes(release, [2, 3])
    Message.objects.filter(pk=first.message_id).update(status=status)
    assert outcomes(release, [4, 5]) == ["", "frequency_cap"]


@pytest.mark.parametrize("status", ["sent", "delivered", "undelivered", "unknown"])
def test_message_that_left_counts_from_then_for_a_day(brand, status):
    release = release_of(brand)
    with clock.freeze(NOON):
        ids = [released(again(release, number))[0].message_id for number in (1, 2, 3)]
    for hours, key in enumerate(ids):
        sent(key, NOON + timedelta(hours=hours), status)
    for hours, reason in ((23.9, "frequency_cap"), (24, ""), (24.1, "frequency_cap"), (25, "")):
        with clock.freeze(NOON + timedelta(hours=hours)):
            assert outcomes(release, [10]) == [reason]


def test_answer_that_was_lost_counts_from_its_end(brand, noon):
    release = release_of(brand)
    key = released(again(release, 1))[0].message_id
    Message.objects.filter(pk=key).update(status="unknown", done_at=NOON + timedelta(minutes=1))
    released(again(release, 2))
    assert slots()[0].sent_at == (NOON + timedelta(minutes=1)).timestamp()


def test_canceled_message_gives_its_place_back_at_once(brand, noon):
    release = release_of(brand)
    first = released(again(release, 1))[0]
    outcomes(release, [2, 3])
    message_cancel(account=brand.account, message_id=first.message_id, actor=None)
    assert outcomes(release, [4]) == [""]


def test_other_advertisers_and_classes_do_not_count(brand, noon):
    release = release_of(brand)
    outcomes(release, [1, 2, 3])
    other = make_brand()
    agree(other)
    assert released(release_of(other))[0].reason == ""
    service = make_template_version(
        brand.account, body="Ma don hang", message_class="care", advertiser=brand.sender.advertiser
    )
    assert released(again(release, 5, template_version_id=service.pk))[0].reason == ""
    assert Frequency.objects.count() == 2


def test_message_that_waits_for_the_morning_keeps_its_place_when_it_goes_on(brand):
    release = release_of(brand)
    with clock.freeze(NIGHT):
        keys = [released(again(release, number))[0].message_id for number in (1, 2, 3)]
        assert outcomes(release, [4]) == ["frequency_cap"]
    with clock.freeze(NIGHT + timedelta(hours=7)):
        waiting_route()
    assert [state(key) for key in keys] == ["queued"] * 3
    assert len(slots()) == 3


def test_messages_of_one_batch_share_the_places(brand, noon):
    version = release_of(brand).template_version_id
    made = [
        brand.waiting("marketing", template_version_id=version, text=ADVERTISEMENT, msisdn=MSISDN)
        for _ in range(5)
    ]
    Waiting.objects.update(due_at=NOON)
    waiting_route()
    found = sorted(state(message) for message in made)
    assert found == ["blocked frequency_cap"] * 2 + ["queued"] * 3


def test_what_is_refused_for_other_reasons_takes_no_place(brand, noon):
    released(release_of(brand), recipients(["84981111111"]))
    assert not Frequency.objects.exists()


# Promises.


def test_frequency_a_person_agreed_to_counts_besides_the_law(noon):
    line = make_brand()
    agree(line, frequency="1 a week")
    release = release_of(line)
    assert outcomes(release, [1, 2]) == ["", "frequency_cap"]
    (message,) = Message.objects.all()
    assert message.decision["caps"] == [[3, 24, 0]]


# Priority.


def test_higher_priority_takes_the_place_of_a_message_that_has_not_left(brand, noon):
    release = release_of(brand)
    keys = [released(again(release, number))[0].message_id for number in (1, 2, 3)]
    (said,) = assessed(again(release, 4, priority=2))
    (done,) = released(again(release, 4, priority=2))
    assert said.taken_from == done.taken_from == (3,)
    assert [state(key) for key in keys] == ["queued", "queued", "blocked frequency_cap"]
    lost = Message.objects.get(pk=keys[2])
    assert lost.decision["lost_to"] == {"campaign": 4, "message": str(done.message_id)}
    assert place(lost) == "nowhere"
    assert [slot.campaign_id for slot in slots()] == [1, 2, 4]


def test_waiting_messages_lose_their_places_too(brand):
    release = release_of(brand)
    with clock.freeze(NIGHT):
        keys = [released(again(release, n, priority=0))[0].message_id for n in (1, 2, 3)]
        assert released(again(release, 4))[0].reason == ""
    assert [state(key) for key in keys] == ["scheduled", "scheduled", "blocked frequency_cap"]


def test_claimed_message_keeps_its_place(brand, noon):
    release = release_of(brand)
    outcomes(release, [1, 2, 3])
    assert len(brand.claim()) == 3
    assert released(again(release, 4, priority=2))[0].reason == "frequency_cap"


# What the law reads afterwards.


def test_decision_says_how_many_counted_and_when_the_window_closes(brand, noon):
    release = release_of(brand)
    first, second = (
        Message.objects.get(pk=released(again(release, number))[0].message_id) for number in (1, 2)
    )
    assert (first.decision["caps"], second.decision["caps"]) == ([[3, 24, 0]], [[3, 24, 1]])
    assert second.decision["close_at"] == CLOSES.isoformat()
    assert (second.decision["zones"], second.decision["zones_by"]) == (
        ["Asia/Ho_Chi_Minh"],
        "country",
    )


@pytest.mark.parametrize("message_class", ["otp", "transactional", "care"])
def test_what_no_cap_limits_asks_the_ledger_nothing(brand, noon, message_class):
    message = brand.waiting(message_class, msisdn=MSISDN)
    snapshots.current()
    with CaptureQueriesContext(connection) as queries:
        waiting_route()
    assert not [q for q in queries.captured_queries if "messaging_frequency" in q["sql"]]
    assert state(message) == "queued"


def test_slice_costs_three_statements_however_long_it_is(brand):
    numbers = [f"8498123{index:04d}" for index in range(40)]
    agree(brand, *numbers)
    release = release_of(brand)
    with clock.freeze(MORNING):
        released(again(release, 1), recipients(numbers[:20]))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            released(again(release, 2), recipients(numbers))
    ledger = [q for q in queries.captured_queries if "messaging_frequency" in q["sql"]]
    assert len(ledger) == 3
