"""Routes on trial: what another version would have done with past messages."""

from datetime import timedelta
from typing import Any

import pytest

from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7_floor
from messaging.models import RouteTrial
from messaging.selectors.snapshot import snapshots
from messaging.services.route_trials import (
    route_trial_cancel,
    route_trial_execute,
    route_trial_start,
)
from routing.models import Route, RoutePolicy
from routing.services.policies import policy_draft, route_put, routes_change
from tests.factories import make_carrier, make_rate
from tests.messaging.hot import Line, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    """A carrier that takes all, at 300 đồng."""
    made = make_line()
    make_rate(carrier=made.carrier, amount_micros=300_000_000)
    return made


def past(line: Line, count: int = 1, **overrides: Any) -> None:
    at = clock.now() - timedelta(days=1)
    for number in range(count):
        key = uuid7_floor(at).int + number + 1
        values = {"status": "delivered", "created_at": at, "sent_at": at, **overrides}
        values.setdefault("done_at", at + timedelta(seconds=4))
        line.message(id=type(uuid7_floor(at))(int=key), **values)


def tried(policy: RoutePolicy, **values: Any) -> RouteTrial:
    snapshots.forget()
    trial = route_trial_start(policy=policy, days=7, actor=None, **values)
    return route_trial_execute(trial.pk)


def with_second(line: Line, cost: int = 200_000_000) -> tuple[RoutePolicy, int]:
    """A draft in which another carrier takes all, cheaper."""
    other = make_carrier()
    make_rate(carrier=other, amount_micros=cost)
    draft = policy_draft(actor=None)
    name = draft.routes.get().name
    route_put(name=name, values={"carrier_id": other.pk}, actor=None, policy=draft)
    return draft, other.pk


def test_who_moves_where_and_what_it_saves(line: Line) -> None:
    past(line, 3, segment_count=2)
    draft, other = with_second(line)
    trial = tried(draft)
    assert (trial.status, trial.judged, trial.step) == ("done", 3, 1)
    key = f"{line.carrier.pk}|{other}|VN|{line.network.pk}|care"
    assert trial.results["moved"] == {key: [3, 6]}
    assert trial.results["costs"] == {"VND": [1_800_000_000, 1_200_000_000]}
    ways = trial.results["samples"][0]["ways"]
    assert [way["carrier"] for way in ways] == [line.carrier.pk, other]


def test_costs_are_those_of_the_messages_own_time(line: Line) -> None:
    past(line)
    draft, other = with_second(line)
    make_rate(carrier_id=other, amount_micros=1, effective_from=clock.now() - timedelta(hours=1))
    assert tried(draft).results["costs"] == {"VND": [300_000_000, 200_000_000]}


def test_expected_delivery_comes_from_the_messages_own_outcomes(line: Line) -> None:
    past(line, 15)
    past(line, 5, status="undelivered", created_at=clock.now() - timedelta(days=1, hours=1))
    Route.objects.filter(carrier=line.carrier).update(weight=2)
    draft, _other = with_second(line)
    expected = tried(draft).results["expected"]
    assert expected["before"]["rate"] == pytest.approx(15 / 20, abs=0.3)
    assert expected["before"]["seconds"] == 5.0, "the end of the step from 3 to 5 seconds"
    assert expected["after"] == {"known": 0, "rate": None, "seconds": None}


def test_messages_without_a_route_are_counted_by_place(line: Line) -> None:
    past(line, 2)
    draft = policy_draft(actor=None)
    routes_change(changes={}, removed=[draft.routes.get().name], actor=None, policy=draft)
    results = tried(draft).results
    assert results["no_route"] == [0, 2]
    assert results["lost"] == {f"VN|{line.network.pk}|care": [0, 2]}


def test_a_carrier_that_is_down_now_is_no_matter(line: Line) -> None:
    past(line)
    draft, other = with_second(line)
    line.carrier.binds.all().delete()
    assert list(tried(draft).results["moved"].values()) == [[1, 1]]
    assert other


def test_one_campaign_alone(line: Line) -> None:
    past(line, 2, campaign_id=7)
    draft, _other = with_second(line)
    assert tried(draft, campaign_id=7).judged == 2
    with pytest.raises(InvalidError) as caught:
        route_trial_start(policy=draft, days=7, campaign_id=8, actor=None)
    assert caught.value.field == "campaign_id"


def test_many_messages_are_sampled(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.services.route_trials.runs.MOST_JUDGED", 10)
    past(line, 40)
    draft, _other = with_second(line)
    trial = tried(draft)
    assert trial.step == 4
    assert 0 < trial.judged < 40


def test_a_canceled_trial_keeps_what_it_found(line: Line) -> None:
    past(line)
    draft, _other = with_second(line)
    trial = route_trial_start(policy=draft, days=7, actor=None)
    with pytest.raises(ConflictError):
        route_trial_start(policy=draft, days=7, actor=None)
    route_trial_cancel(trial=trial, actor=None)
    assert route_trial_execute(trial.pk).status == "canceled"
    with pytest.raises(ConflictError):
        route_trial_cancel(trial=trial, actor=None)


def test_the_version_in_force_is_not_tried_beside_itself(line: Line) -> None:
    past(line)
    present = RoutePolicy.objects.in_force(clock.now())
    assert present is not None
    with pytest.raises(InvalidError):
        route_trial_start(policy=present, days=7, actor=None)
