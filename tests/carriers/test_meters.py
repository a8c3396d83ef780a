"""What a worker measures of a link."""

import pytest

from carriers.meters import Measured, Meter
from carriers.ports import SessionHealth
from carriers.smpp.inflight import Traffic
from carriers.smpp.link import LinkStatus


def status(submitted: int, in_flight: int = 0) -> LinkStatus:
    traffic = Traffic(submitted=submitted)
    return LinkStatus(SessionHealth("bound"), None, 0.0, in_flight, 0, None, 1, traffic)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([(1.0, 90)], 90.0),
        ([(1.0, 90), (2.0, 90)], 0.0),
        ([(1.0, 90), (1.1, 100)], 90.0),  # too soon after the last look to say another rate
        ([(1.0, 90), (3.0, 190)], 50.0),
        ([(1.0, 90), (2.0, 0)], 0.0),  # a link that began anew
    ],
)
def test_rate_is_what_left_since_the_last_look(
    looks: list[tuple[float, int]], expected: float
) -> None:
    meter = Meter(0.0)
    for at, sent in looks:
        found = meter.read(status(sent), 100.0, at)
    assert found.per_second == pytest.approx(expected)


def test_what_is_under_way_and_allowed_is_passed_on() -> None:
    assert Meter(0.0).read(status(0, in_flight=7), None, 1.0) == Measured(7, 0.0, None)
