"""How much work stands in front of carriers, in the steps that routing reacts to."""

import pytest

from messaging.selectors.waits import work_ahead
from routing.selectors.snapshot import momentary
from tests.messaging.hot import make_line

pytestmark = pytest.mark.django_db


def test_work_is_counted_with_more_urgent_lanes_in_steps() -> None:
    line = make_line()
    for message_class, count in (("otp", 2), ("care", 3), ("marketing", 6)):
        for _ in range(count):
            line.queued(message_class)
    slow = work_ahead({line.carrier.pk: 1.0})
    assert slow == {(line.carrier.pk, "care"): 4.0, (line.carrier.pk, "marketing"): 8.0}
    assert work_ahead({line.carrier.pk: 100.0}) == {}
    assert work_ahead({line.carrier.pk + 1: 1.0}) == {}


def test_the_moment_holds_it_only_for_carriers_with_a_limit() -> None:
    line = make_line()
    for _ in range(9):
        line.queued("care")
    assert momentary().waits == {}
    line.carrier.throughput = 1.0
    line.carrier.save()
    assert momentary().waits == {
        (line.carrier.pk, "care"): 8.0,
        (line.carrier.pk, "marketing"): 8.0,
    }
