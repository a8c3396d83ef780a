"""What routing weighs beside the destination, from stored messages to their fate."""

from datetime import timedelta
from typing import Any

import pytest

from config.common import clock
from messaging.models import Dispatch, Message, Waiting
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route, waiting_route
from routing.engine import Heat, Quality
from routing.models import CarrierOrder, Route, RouteQuality, Temperature
from routing.selectors.snapshot import momentary
from tests.factories import make_carrier, make_route
from tests.messaging.hot import Line, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(db: None) -> Line:
    return make_line()


def routed(line: Line, message_class: str = "care", **values: Any) -> Message:
    message = line.queued(message_class, carrier=None, **values)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    return Message.objects.get(pk=message.pk)


def test_where_every_way_is_drained_messages_wait_for_the_order_to_end(line):
    order = CarrierOrder.objects.create(
        kind="drain", carrier=line.carrier, reason="works", created_at=clock.now()
    )
    message = routed(line)
    row = Waiting.objects.get(id=message.pk)
    assert (message.status, row.reason) == ("scheduled", "routing")
    assert message.decision["why"] == ["all_drained"]
    assert clock.now() < row.due_at <= clock.now() + timedelta(seconds=20)
    order.ended_at = clock.now()
    order.save()
    snapshots.forget()
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        waiting_route()
    assert Dispatch.objects.get(id=message.pk).carrier_id == line.carrier.pk


def test_a_drained_message_does_not_wait_past_its_deadline(line):
    CarrierOrder.objects.create(
        kind="drain", carrier=line.carrier, reason="works", created_at=clock.now()
    )
    soon = clock.now() + timedelta(seconds=5)
    message = routed(line, not_after=soon)
    assert Waiting.objects.get(id=message.pk).due_at == soon
    with clock.freeze(soon + timedelta(seconds=1)):
        waiting_route()
    assert Message.objects.get(pk=message.pk).status == "expired"


def test_a_business_takes_no_route_for_persons(line):
    Route.objects.all().delete()
    make_route(line.carrier, traffic_kind="p2p")
    business = routed(line)
    assert (business.status, business.failure_reason) == ("failed", "no_route")
    line.sender.traffic_kind = "p2p"
    line.sender.save()
    assert routed(line).status == "queued"


def test_data_that_stays_at_home_takes_a_carrier_at_home(line):
    line.account.residency = ["VN"]
    line.account.save()
    assert routed(line).failure_reason == "no_route"
    home = make_carrier(data_country="VN")
    make_route(home, name="Home", tier=2)
    assert routed(line).carrier_id == home.pk


def test_the_moment_is_read_by_two_queries(line, django_assert_num_queries):
    Temperature.objects.create(
        carrier=line.carrier,
        network=line.network,
        message_class="care",
        value=52.0,
        state="warm",
        share=0.6,
        updated_at=clock.now(),
    )
    RouteQuality.objects.create(
        carrier_id=line.carrier.pk,
        message_class="otp",
        delivery_rate=0.9,
        samples=80,
        computed_at=clock.now(),
    )
    CarrierOrder.objects.create(
        kind="shift",
        carrier=line.carrier,
        part=0.3,
        network=line.network,
        reason="works",
        created_at=clock.now(),
    )
    with django_assert_num_queries(2):
        found = momentary()
    assert found.heats == {
        (line.carrier.pk, line.network.pk, "care"): Heat(50.0, "warm", 0.6),
    }
    assert found.qualities == {(line.carrier.pk, None, "otp"): Quality(0.9, samples=80)}
    (order,) = found.orders
    assert (order.kind, order.to_carrier_id, order.part, order.network_id) == (
        "shift",
        None,
        0.3,
        line.network.pk,
    )
