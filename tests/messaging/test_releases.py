"""Invariant 12: what pre-flight says is what sending does, because it is one code path."""

import dataclasses
from datetime import timedelta

import pytest
from django.db import transaction

from config.common import clock, versions
from messaging.models import Dispatch, Message, Waiting
from messaging.selectors.snapshot import snapshots
from messaging.services import decisions
from messaging.services.releases import (
    Assessment,
    Recipient,
    Release,
    recipients_assess,
    recipients_release,
)
from routing.models import NumberOverride, Rate, Route
from tests.factories import make_network, make_template_version
from tests.messaging.hot import Line, make_line, suppress, tallies

CAMPAIGN = 7001
BODY = "Hello {name}, your order {order} is on its way."
VALUES = {"name": "Mai", "order": "A-1"}
SLOTS = [{"name": "name", "max_length": 400}, {"name": "order", "max_length": 400}]


@pytest.fixture
def line(db) -> Line:
    return make_line()


@pytest.fixture
def release(line: Line) -> Release:
    version = make_template_version(
        line.account, body=BODY, slots=SLOTS, advertiser=line.sender.advertiser
    )
    return Release(line.account.pk, CAMPAIGN, version.pk, line.sender.pk)


def recipient(index: int, values=None, **fields) -> Recipient:
    given = {"msisdn": f"8498123{index:04d}", "country": "VN"} | fields
    return Recipient(index, values=VALUES if values is None else values, **given)


def told(assessments: list[Assessment]) -> list[dict]:
    """What is said of each recipient, but for the id that a stored message has."""
    return [dataclasses.asdict(one) | {"message_id": None} for one in assessments]


def both(release: Release, recipients: list[Recipient]):
    """Pre-flight's answer, and that of a release right after it."""
    snapshots.forget()
    snapshot, now = snapshots.current(), clock.now()
    assessed = recipients_assess(snapshot, release, recipients, now=now)
    assert not Message.objects.exists()
    with transaction.atomic():
        return assessed, recipients_release(snapshot, release, recipients, now=now)


def test_release_does_what_preflight_said(line, release):
    people = [
        recipient(1),
        recipient(2, values={"name": "Mai"}),
        recipient(3, values={"name": "Đ" * 350, "order": "Đ" * 350}),
        recipient(4, values=VALUES | {"name": "\ud83d"}),
        recipient(5, country="SE"),
        recipient(6, values=VALUES | {"name": "Đặng Thị Ngọc Ánh" * 5}),
        recipient(7),
        recipient(8, values=VALUES | {"name": "x" * 401}),
        recipient(9, values=VALUES | {"name": "Mai\nbit.ly/x"}),
    ]
    suppress(line, people[6].msisdn)
    assessed, released = both(release, people)
    assert told(assessed) == told(released)
    assert [(one.outcome, one.reason, one.detail) for one in released] == [
        ("released", "", ""),
        ("excluded", "missing_value", "order"),
        ("excluded", "too_long", ""),
        ("excluded", "value_not_allowed", "name:not_sendable"),
        ("excluded", "no_price", ""),
        ("released", "", ""),
        ("excluded", "suppressed", ""),
        ("excluded", "value_refused", "name:too_long"),
        ("excluded", "value_refused", "name:newline"),
    ]
    assert (released[5].encoding, released[5].segment_count) == ("ucs2", 2)


def test_released_messages_are_stored_and_queued_as_told(line, release):
    _assessed, released = both(release, [recipient(1), recipient(2)])
    for one in released:
        message = Message.objects.get(pk=one.message_id)
        assert (message.text, message.status) == (one.text, "queued")
        assert (message.price_micros, message.segment_count) == (one.price_micros, 1)
        assert (message.contact_id, message.campaign_id) == (one.contact_id, CAMPAIGN)
        row = Dispatch.objects.get(id=message.pk)
        assert (row.carrier_id, row.lane) == (line.carrier.pk, 2)
        assert row.rules_version == versions.current()
    assert tallies(CAMPAIGN) == {("accepted", ""): 2}


def test_excluded_recipients_leave_no_message(line, release):
    both(release, [recipient(1, values={})])
    assert not Message.objects.exists()
    assert not Dispatch.objects.exists()
    assert tallies(CAMPAIGN) == {}


def test_one_recipients_bad_value_does_not_stop_the_others(line, release):
    _assessed, released = both(release, [recipient(1, values={}), recipient(2)])
    assert [one.outcome for one in released] == ["excluded", "released"]


def test_texts_to_one_number_do_not_share_their_reference(line, release):
    """3GPP TS 23.040 9.2.3.24.1: a phone would mix them up."""
    long = VALUES | {"name": "Đ" * 80}
    people = [
        recipient(1, values=long),
        dataclasses.replace(recipient(1, values=long), contact_id=2),
    ]
    _assessed, released = both(release, people)
    found = [Message.objects.get(pk=one.message_id).segment_reference for one in released]
    assert found[1] == (found[0] + 1) % 32768


@pytest.mark.parametrize("gone", ["template", "sender", "route"])
def test_what_fails_for_all_fails_for_each_with_its_reason(line, release, gone):
    if gone == "template":
        release = dataclasses.replace(release, template_version_id=0)
    elif gone == "sender":
        release = dataclasses.replace(release, sender_id=0)
    else:
        Route.objects.all().delete()
    assessed, released = both(release, [recipient(1)])
    assert told(assessed) == told(released)
    reasons = {
        "template": "template_withdrawn",
        "sender": "sender_not_allowed",
        "route": "no_route",
    }
    assert (released[0].outcome, released[0].reason) == ("excluded", reasons[gone])


def test_price_counts_segments_and_follows_the_network(line, release):
    ported = make_network("ported")
    Rate.objects.create(
        country="VN",
        network=ported,
        amount_micros=500_000_000,
        effective_from=clock.now().date() - timedelta(days=1),
    )
    NumberOverride.objects.create(msisdn=recipient(2).msisdn, network=ported, source="operator")
    long = VALUES | {"name": "x" * 150}
    _assessed, released = both(release, [recipient(1), recipient(2), recipient(3, values=long)])
    assert [one.price_micros for one in released] == [300_000_000, 500_000_000, 600_000_000]
    assert released[1].network_id == ported.pk
    message = Message.objects.get(pk=released[1].message_id)
    assert message.network_source == "override"


def test_deadline_of_the_campaign_holds_for_its_messages(line, release):
    deadline = clock.now() + timedelta(hours=1)
    _assessed, released = both(dataclasses.replace(release, not_after=deadline), [recipient(1)])
    key = released[0].message_id
    assert Message.objects.get(pk=key).not_after == deadline
    assert Dispatch.objects.get(id=key).not_after == deadline
    past = dataclasses.replace(release, not_after=clock.now() - timedelta(seconds=1))
    snapshots.forget()
    (late,) = recipients_assess(snapshots.current(), past, [recipient(2)], now=clock.now())
    assert (late.outcome, late.reason) == ("excluded", "deadline")


def test_message_that_has_to_wait_is_told_when_and_waits(line, release, monkeypatch):
    due = clock.now() + timedelta(hours=8)
    verdict = decisions.Verdict("wait", "scheduled", "window", due_at=due)
    monkeypatch.setattr("messaging.services.decisions.Batch.verdicts", lambda _batch: [verdict])
    assessed, released = both(release, [recipient(1)])
    assert assessed[0].due_at == released[0].due_at == due
    waits = Waiting.objects.get(id=released[0].message_id)
    assert (waits.due_at, waits.reason) == (due, "window")
    assert Message.objects.get(pk=waits.id).status == "scheduled"


def test_slice_is_decided_in_few_queries(line, release, django_assert_max_num_queries):
    people = [recipient(index) for index in range(200)]
    snapshots.forget()
    snapshot = snapshots.current()
    with django_assert_max_num_queries(12), transaction.atomic():
        recipients_release(snapshot, release, people, now=clock.now())
    assert Message.objects.count() == 200
