"""A campaign's speed limit holds for what waited for its window, too."""

from datetime import timedelta
from itertools import pairwise

import pytest

from config.common import clock
from messaging.models import Dispatch, Waiting
from messaging.services.paces import pace_next, pace_put, pace_spend
from messaging.services.routing import waiting_route
from tests.messaging.hot import make_line

CAMPAIGN = 4711

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(db):
    return make_line()


def test_what_becomes_due_together_leaves_at_the_campaigns_speed(line):
    for _ in range(10):
        line.waiting("care", campaign_id=CAMPAIGN)
    pace_put(campaign_id=CAMPAIGN, per_second=2)
    waiting_route()
    assert Dispatch.objects.count() == 2, "of half a second"
    left = sorted(Waiting.objects.values_list("due_at", flat=True))
    steps = {round((late - early).total_seconds(), 3) for early, late in pairwise(left)}
    assert (len(left), steps) == (8, {0.5})


def test_what_has_its_slot_is_not_put_off_again(line):
    for _ in range(4):
        line.waiting("care", campaign_id=CAMPAIGN)
    pace_put(campaign_id=CAMPAIGN, per_second=1)
    waiting_route()
    Waiting.objects.update(due_at=clock.now() - timedelta(seconds=1))
    waiting_route()
    assert not Waiting.objects.exists()


def test_slots_that_were_missed_for_long_do_not_leave_all_at_once(line):
    for _ in range(4):
        line.waiting("care", campaign_id=CAMPAIGN)
    pace_put(campaign_id=CAMPAIGN, per_second=1)
    waiting_route()
    Waiting.objects.update(due_at=clock.now() - timedelta(hours=1))
    waiting_route()
    assert Waiting.objects.count() == 3


def test_campaigns_without_a_limit_and_single_messages_do_not_wait(line):
    pace_put(campaign_id=CAMPAIGN, per_second=1)
    pace_put(campaign_id=CAMPAIGN, per_second=None)
    line.waiting("care", campaign_id=CAMPAIGN)
    line.waiting("care")
    waiting_route()
    assert not Waiting.objects.exists()


def test_release_and_waiting_rows_draw_from_one_limit(line):
    pace_put(campaign_id=CAMPAIGN, per_second=10)
    pace_spend(campaign_id=CAMPAIGN, messages=50)
    ahead = pace_next(campaign_id=CAMPAIGN) - clock.now()
    assert timedelta(seconds=4) < ahead <= timedelta(seconds=5)
    line.waiting("care", campaign_id=CAMPAIGN)
    waiting_route()
    assert Waiting.objects.get().reason == "pace"
