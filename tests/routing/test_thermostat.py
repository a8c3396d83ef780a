"""Temperatures are kept by one worker, from what was observed, and outlive it."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from carriers.models import Carrier
from config.common import clock
from routing.models import (
    CarrierOrder,
    PlatformEvent,
    RouteQuality,
    Temperature,
    TemperatureChange,
)
from routing.selectors.moments import heats
from routing.services.observations import Delta, cohort_of, observations_add
from routing.services.orders import (
    order_lift,
    orders_end,
    shift_order,
    temperature_pin,
    temperature_unpin,
)
from routing.services.thermostat import Thermostat
from tests.factories import make_carrier, make_member, make_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier() -> Carrier:
    return make_carrier()


@pytest.fixture
def thermostat() -> Iterator[Thermostat]:
    keeper = Thermostat()
    yield keeper
    keeper.close()


def _note(carrier: Carrier, what: str, n: int = 100, klass: str = "care", **more: int) -> None:
    """As if it had been noted a moment before the last second."""
    at = clock.now() - timedelta(seconds=1.5)
    values = {"network": 0, "bucket": 5, "ago": 0} | more
    cohort = cohort_of(at.timestamp() - values["ago"])
    with connection.cursor() as cursor:
        row = Delta(cohort, carrier.pk, 1, values["network"], 7, klass, what, values["bucket"], n)
        observations_add(cursor, [row])
        cursor.execute(
            "UPDATE routing_observationdelta SET at = %s"
            " WHERE id = (SELECT max(id) FROM routing_observationdelta)",
            [at],
        )


def _ticks(keeper: Thermostat, carrier: Carrier, what: str, times: int, **more: int) -> None:
    start = clock.now()
    for second in range(times):
        with clock.freeze(start + timedelta(seconds=second)):
            _note(carrier, what, **more)
            keeper.tick()


def _row(carrier: Carrier, klass: str = "care") -> Temperature:
    return Temperature.objects.get(carrier=carrier, network=None, message_class=klass)


def test_a_carrier_that_refuses_everything_becomes_hot(
    carrier: Carrier, thermostat: Thermostat
) -> None:
    _ticks(thermostat, carrier, "temporary", 10)
    row = _row(carrier)
    assert (row.state, row.level) == ("hot", 4)
    assert row.reasons["temporary"] > 100
    heat = heats()[carrier.pk, None, "care"]
    assert (heat.state, heat.is_pinned) == ("hot", False)
    assert heat.share <= 0.05
    assert list(TemperatureChange.objects.order_by("id").values_list("from_state", "to_state")) == [
        ("cool", "warm"),
        ("warm", "hot"),
    ]
    assert PlatformEvent.objects.get(type="carrier.hot").is_alert


def test_a_carrier_that_takes_everything_has_no_temperature(
    carrier: Carrier, thermostat: Thermostat
) -> None:
    _ticks(thermostat, carrier, "accepted", 5)
    assert not Temperature.objects.exists()


def test_another_worker_goes_on_where_the_former_died(carrier: Carrier) -> None:
    first, second = Thermostat(), Thermostat()
    try:
        _ticks(first, carrier, "temporary", 10)
        assert second.tick() is None
        first.close()
        value = _row(carrier).value
        # The server takes a moment to end the connection that held the lock.
        assert any(second.tick() is not None or Event().wait(0.1) for _ in range(600))
        _ticks(second, carrier, "temporary", 2)
        assert _row(carrier).value >= value - 1
        assert _row(carrier).state == "hot"
    finally:
        first.close()
        second.close()


def test_slow_answers_warm_it(carrier: Carrier, thermostat: Thermostat) -> None:
    _ticks(thermostat, carrier, "accepted", 20, bucket=14)  # eight seconds and more
    assert _row(carrier).state == "hot"
    assert set(_row(carrier).reasons) == {"slow"}


def test_receipts_that_stop_coming_warm_it(carrier: Carrier, thermostat: Thermostat) -> None:
    RouteQuality.objects.create(
        carrier_id=carrier.pk, message_class="care", coverage=0.95, median_seconds=5,
        samples=1000, computed_at=clock.now(),
    )  # fmt: skip
    start = clock.now()
    for second in range(110):
        with clock.freeze(start + timedelta(seconds=second)):
            _note(carrier, "accepted")
            thermostat.tick()
            if second == 55:
                assert not Temperature.objects.exclude(state="cool").exists()
    assert _row(carrier).state == "hot"
    assert set(_row(carrier).reasons) == {"silent"}


def test_receipts_that_come_keep_it_cool(carrier: Carrier, thermostat: Thermostat) -> None:
    RouteQuality.objects.create(
        carrier_id=carrier.pk, message_class="care", coverage=0.95, median_seconds=5,
        samples=1000, computed_at=clock.now(),
    )  # fmt: skip
    start = clock.now()
    for second in range(110):
        with clock.freeze(start + timedelta(seconds=second)):
            _note(carrier, "accepted")
            _note(carrier, "delivered", n=90, ago=10)
            thermostat.tick()
    assert not Temperature.objects.exclude(state="cool").exists()


def test_a_network_has_its_own_temperature(carrier: Carrier, thermostat: Thermostat) -> None:
    good, bad = make_network(), make_network()
    start = clock.now()
    for second in range(10):
        with clock.freeze(start + timedelta(seconds=second)):
            _note(carrier, "accepted", n=900, network=good.pk)
            _note(carrier, "temporary", n=40, network=bad.pk)
            thermostat.tick()
    states = dict(Temperature.objects.values_list("network_id", "state"))
    assert states[bad.pk] == "hot"
    assert states.get(good.pk, "cool") == "cool"


def test_codes_are_not_used_as_probes_where_others_can_try(
    carrier: Carrier, thermostat: Thermostat
) -> None:
    start = clock.now()
    for second in range(10):
        with clock.freeze(start + timedelta(seconds=second)):
            _note(carrier, "unanswered", klass="otp")
            _note(carrier, "unanswered", klass="marketing")
            thermostat.tick()
    found = heats()
    assert found[carrier.pk, None, "otp"].share == 0
    assert 0 < found[carrier.pk, None, "marketing"].share <= 0.05


def test_a_pin_holds_until_its_end(carrier: Carrier, thermostat: Thermostat) -> None:
    olga = make_member("operator")
    until = clock.now() + timedelta(minutes=5)
    temperature_pin(
        carrier=carrier, state="cool", reason="known", actor=olga, message_class="care",
        until=until,
    )  # fmt: skip
    _ticks(thermostat, carrier, "temporary", 10)
    row = _row(carrier)
    assert (row.state, row.value > 60) == ("cool", True)
    assert heats()[carrier.pk, None, "care"].share == 1.0
    with clock.freeze(until + timedelta(seconds=1)):
        orders_end()
    assert _row(carrier).pinned_state == ""


def test_an_unpinned_temperature_follows_what_happens(
    carrier: Carrier, thermostat: Thermostat
) -> None:
    olga = make_member("operator")
    (row,) = temperature_pin(
        carrier=carrier, state="hot", reason="works", actor=olga, message_class="care"
    )
    thermostat.tick()
    assert _row(carrier).state == "hot"
    temperature_unpin(row.pk, actor=olga)
    with clock.freeze(clock.now() + timedelta(seconds=1)):
        thermostat.tick()
    assert _row(carrier).state == "cool"


def test_a_shift_ends_by_itself_when_the_carrier_has_cooled(
    carrier: Carrier, thermostat: Thermostat
) -> None:
    olga = make_member("operator")
    _ticks(thermostat, carrier, "temporary", 10)
    order = shift_order(
        carrier=carrier, to_carrier=make_carrier(), part=0.3, reason="errors", actor=olga,
        until_cool=True,
    )  # fmt: skip
    assert orders_end() == 0
    Temperature.objects.update(state="cool")
    assert orders_end() == 0  # it must stay so for a while
    with clock.freeze(clock.now() + timedelta(minutes=3)):
        assert orders_end() == 1
    order.refresh_from_db()
    assert order.ended_why == "cool"


def test_an_order_is_lifted_once(carrier: Carrier) -> None:
    olga = make_member("operator")
    order = shift_order(carrier=carrier, to_carrier=None, part=1, reason="works", actor=olga)
    order_lift(order.pk, actor=olga)
    assert CarrierOrder.objects.get().ended_by == olga
    assert list(PlatformEvent.objects.order_by("sequence").values_list("type", flat=True)) == [
        "carrier.shifted",
        "order.ended",
    ]
