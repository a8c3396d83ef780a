"""Waiting messages leave a carrier in trouble, and nothing else about them changes."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from carriers.models import BindLease, Carrier
from config.common import clock
from messaging.models import Dispatch, Message
from messaging.pump.diverting import Diverter
from messaging.selectors.snapshot import snapshots
from messaging.services.rerouting import reroute, rows_reroute
from messaging.services.spreads import spread_of
from routing.engine.layouts import TICKETS, ticket
from routing.models import CarrierOrder, CarrierWatch, PlatformEvent, Route, Temperature
from routing.services.orders import drain_order
from tests.factories import make_bind, make_carrier, make_member, make_rate, make_route
from tests.messaging.hot import Line, make_line, place, take_lease

pytestmark = pytest.mark.django_db


def _bound(carrier: Carrier) -> None:
    bind = make_bind(carrier)
    take_lease(bind)
    BindLease.objects.filter(pk=bind.pk).update(state="bound")
    snapshots.forget()


@pytest.fixture
def line() -> Line:
    line = make_line()
    BindLease.objects.filter(pk=line.bind.pk).update(state="bound")
    return line


@pytest.fixture
def other(line: Line) -> Carrier:
    """A reserve of the line's carrier, which takes the same messages."""
    carrier = make_carrier()
    make_route(carrier, tier=2)
    make_rate(carrier=carrier, amount_micros=250_000_000)
    _bound(carrier)
    return carrier


def _hot(carrier: Carrier, **overrides: Any) -> None:
    values = {"state": "hot", "share": 0.0, "value": 90, "updated_at": clock.now()} | overrides
    for one in ("otp", "transactional", "care", "marketing"):
        Temperature.objects.create(carrier=carrier, message_class=one, **values)
    snapshots.forget()


def _carrier_of(message: Message) -> int:
    return Dispatch.objects.get(id=message.pk).carrier_id


def test_a_hot_carriers_messages_go_to_its_reserve(line: Line, other: Carrier) -> None:
    message = line.queued()
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, reason="hot") == 1
    assert _carrier_of(message) == other.pk
    message.refresh_from_db()
    assert (message.carrier_id, message.cost_micros) == (other.pk, 250_000_000)


def test_the_trace_tells_from_where_to_where_and_why(line: Line, other: Carrier) -> None:
    message = line.queued()
    _hot(line.carrier)
    rows_reroute(line.carrier.pk, reason="hot")
    message.refresh_from_db()
    assert message.decision is not None
    (move,) = message.decision["rerouted"]
    assert (move["from"], move["to"], move["why"]) == (line.carrier.pk, other.pk, "hot")
    assert message.decision["route"] == Route.objects.get(carrier=other).pk


def test_a_single_carrier_keeps_its_messages(line: Line) -> None:
    message = line.queued()
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, reason="hot") == 0
    assert _carrier_of(message) == line.carrier.pk


def test_claimed_messages_stay(line: Line, other: Carrier) -> None:
    claim = line.claimed()
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, reason="hot") == 0
    assert place(claim) == "claimed"


def test_a_message_that_a_carrier_has_in_part_stays_there(line: Line, other: Carrier) -> None:
    message = line.queued(segments_sent=1, segment_count=2)
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, reason="hot") == 0
    assert _carrier_of(message) == line.carrier.pk


def test_only_the_class_asked_for_moves(line: Line, other: Carrier) -> None:
    care, marketing = line.queued("care"), line.queued("marketing")
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, message_class="care", reason="hot") == 1
    assert (_carrier_of(care), _carrier_of(marketing)) == (other.pk, line.carrier.pk)


def test_a_part_moves_and_the_same_part_each_time(line: Line, other: Carrier) -> None:
    for _ in range(60):
        line.queued()
    _hot(line.carrier)
    moved = rows_reroute(line.carrier.pk, part=0.3, reason="shifted")
    assert 5 <= moved <= 35
    assert rows_reroute(line.carrier.pk, part=0.3, reason="shifted") == 0


def test_the_carrier_that_refused_a_message_does_not_get_it_back(
    line: Line, other: Carrier
) -> None:
    message = line.queued()
    Dispatch.objects.filter(id=message.pk).update(tried_carriers=[other.pk])
    _hot(line.carrier)
    assert rows_reroute(line.carrier.pk, reason="hot") == 0


def test_what_has_no_way_while_its_carrier_is_drained_waits(line: Line) -> None:
    message = line.queued()
    CarrierOrder.objects.create(
        kind="drain", carrier=line.carrier, reason="works", created_at=clock.now()
    )
    snapshots.forget()
    moved = reroute(line.carrier.pk, reason="drained")
    assert (moved.total, moved.without) == (0, 1)
    assert place(message).startswith("waiting")


def test_a_drained_carriers_messages_move_and_it_is_told(line: Line, other: Carrier) -> None:
    messages = [line.queued() for _ in range(3)]
    olga = make_member("operator")
    drain_order(carrier=line.carrier, reason="works tonight", actor=olga)
    snapshots.forget()
    _divert(Diverter())
    assert {_carrier_of(one) for one in messages} == {other.pk}
    event = PlatformEvent.objects.get(type="messages.rerouted")
    assert event.data["messages"] == 3
    assert event.data["why"] == "drained"


def test_an_unbound_carriers_messages_move_after_a_while(line: Line, other: Carrier) -> None:
    code, offer = line.queued("otp"), line.queued("marketing")
    BindLease.objects.filter(pk=line.bind.pk).update(state="connection_lost")
    CarrierWatch.objects.create(carrier=line.carrier, is_bound=False, since=clock.now())
    snapshots.forget()
    _divert(Diverter())
    assert (_carrier_of(code), _carrier_of(offer)) == (line.carrier.pk, line.carrier.pk)
    CarrierWatch.objects.update(since=clock.now() - timedelta(seconds=3))
    _divert(Diverter())
    assert (_carrier_of(code), _carrier_of(offer)) == (other.pk, line.carrier.pk)
    CarrierWatch.objects.update(since=clock.now() - timedelta(seconds=11))
    _divert(Diverter())
    assert _carrier_of(offer) == other.pk


def _divert(diverter: Diverter) -> None:
    """What two threads do within the seconds after something happened."""
    try:
        assert diverter.watch()
        for case in diverter._cases.values():
            case.due_at = 0.0
        diverter.divert()
    finally:
        diverter.thermostat.close()


def test_a_message_draws_anew_after_a_failed_attempt() -> None:
    """Else it would be a hot carrier's probe each time."""
    ids = [uuid.uuid4() for _ in range(2000)]
    probes = {one for one in ids if ticket(spread_of(one, 0)) < TICKETS // 20}
    again = {one for one in probes if ticket(spread_of(one, 1)) < TICKETS // 20}
    assert len(again) < len(probes) / 4
    assert {spread_of(one, 0) for one in ids} == {one.int & 0xFFFFFFFFFFFFFFFF for one in ids}
