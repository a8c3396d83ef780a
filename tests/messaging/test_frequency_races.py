"""Caps hold when many workers reserve at once, on connections of their own."""

import random
from collections import Counter
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection

from config.common import clock
from messaging.frequency import slots_unpacked
from messaging.models import Frequency, Message
from messaging.selectors.snapshot import snapshots
from messaging.services.releases import recipients_release
from tests.messaging.brand import (
    NOON,
    again,
    agree,
    make_brand,
    recipients,
    release_of,
    released,
    slots,
)
from tests.messaging.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = [f"8498123{index:04d}" for index in range(25)]
WORKERS = 6


@pytest.fixture
def release():
    line = make_brand()
    agree(line, *NUMBERS)
    with clock.freeze(NOON):
        yield release_of(line)


def shuffled(seed: int) -> list:
    people = recipients(NUMBERS)
    random.Random(seed).shuffle(people)
    return people


def open_per_number() -> Counter:
    freed = ("blocked", "canceled", "expired", "failed")
    found = Message.objects.exclude(status__in=freed)
    return Counter(found.values_list("msisdn", flat=True))


def test_two_campaigns_of_many_workers_never_exceed_the_cap(release):
    """Two campaigns, six workers, each writing to everybody in an order of its own."""
    snapshots.current()

    def work(worker: int) -> Counter:
        found = Counter()
        people = shuffled(worker)
        for start in range(0, len(people), 5):
            slice_ = people[start : start + 5]
            for one in released(again(release, worker % 2), slice_):
                found[one.reason] += 1
        return found

    outcomes = sum(in_threads(WORKERS, work), Counter())
    assert open_per_number() == dict.fromkeys(NUMBERS, 3)
    assert outcomes == {"": 3 * len(NUMBERS), "frequency_cap": 3 * len(NUMBERS)}
    assert all(len(slots_unpacked(row.slots)) == 3 for row in Frequency.objects.all())


def test_places_change_hands_by_priority_and_stay_as_many(release):
    def work(worker: int) -> int:
        return sum(
            one.outcome == "released"
            for one in released(again(release, worker, priority=worker % 3), shuffled(worker))
        )

    in_threads(WORKERS, work)
    assert open_per_number() == dict.fromkeys(NUMBERS, 3)
    for row in Frequency.objects.all():
        kept = {UUID(bytes=slot.message_id) for slot in slots_unpacked(row.slots)}
        queued = Message.objects.filter(msisdn=row.msisdn, status="queued")
        assert kept == set(queued.values_list("pk", flat=True))
    lost = Message.objects.filter(status="blocked")
    assert {one.failure_reason for one in lost} <= {"frequency_cap"}
    assert all(one.decision["lost_to"]["campaign"] is not None for one in lost)


def test_worker_that_dies_in_the_middle_leaves_no_place_taken(release):
    snapshots.current()

    def die(_worker: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            recipients_release(
                snapshots.current(), release, recipients(NUMBERS[:1]), now=clock.now()
            )
            with pytest.raises((OperationalError, psycopg.OperationalError)):
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    in_threads(1, die)
    assert slots(NUMBERS[0]) == []
    reasons = [released(again(release, n), recipients(NUMBERS[:1]))[0].reason for n in range(4)]
    assert reasons == ["", "", "", "frequency_cap"]
