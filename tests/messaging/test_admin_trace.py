"""A message's way, from stored facts, for the account and for operators."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.admin.way import way_of
from messaging.constants import MessageStatus
from messaging.models import Event, Message, Segment, WebhookDelivery
from messaging.selectors.trace import Trace, message_trace
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.factories import make_bind, make_carrier, make_message, make_route, make_webhook
from tests.world import World

pytestmark = pytest.mark.django_db
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def settle(message: Message, *statuses: str) -> None:
    with connection.cursor() as cursor:
        for status in statuses:
            outcomes_apply(cursor, [Outcome(message.pk, status, clock.now())])
    message.refresh_from_db()


def make_segment(message: Message, number: int = 1, **overrides: Any) -> Segment:
    bind = make_bind()
    now = clock.now()
    values = {
        "day": (now - EPOCH).days,
        "message_id": message.pk,
        "number": number,
        "total": 2,
        "carrier": bind.carrier,
        "bind": bind,
        "smsc_message_id": f"ABC{number}",
        "status": "sent",
        "sent_at": now,
    }
    return Segment.objects.create(**(values | overrides))


def trace(message: Message, *, for_operator: bool = False, deliveries: bool = False) -> Trace:
    return message_trace(message, for_operator=for_operator, with_deliveries=deliveries)


def test_events_of_the_message_in_order_and_of_no_other(world: World) -> None:
    message, other = make_message(world.account), make_message(world.account)
    settle(other, "sent")
    settle(message, "sent", "delivered")
    assert [one.type for one in trace(message).events] == ["message.sent", "message.delivered"]


def test_segments_in_order_with_carrier_for_operators_only(world: World) -> None:
    message = make_message(world.account)
    second = make_segment(message, 2)
    make_segment(message, 1, status="undelivered", receipt_error="045", done_at=clock.now())
    shown = trace(message, for_operator=True).segments
    assert [(one.number, one.smsc_message_id) for one in shown] == [(1, "ABC1"), (2, "ABC2")]
    assert shown[1].bind == str(second.bind)
    hidden = trace(message).segments
    assert {(one.carrier, one.bind, one.smsc_message_id) for one in hidden} == {("", "", "")}
    assert hidden[0].receipt_error == "045"


@pytest.mark.parametrize(("code", "shown"), [("000", []), ("", []), ("045", ["045"])])
def test_receipts_error_is_shown_where_it_is_one(world: World, code: str, shown: list[str]) -> None:
    message = make_message(world.account)
    make_segment(message, status="delivered", receipt_error=code, done_at=clock.now())
    facts = [fact for step in way_of(message, trace(message)) for fact in step.facts]
    assert [value for name, value in facts if str(name) == "Error"] == shown


def test_decision_names_rules_with_their_clause(world: World) -> None:
    vietnam = next(one for one in rule_packs_load_shipped(actor=None) if one.country == "VN")
    route = make_route(name="Viettel direct")
    message = make_message(
        world.account,
        decision={
            "configuration": 7,
            "route": route.pk,
            "why": ["by_network", "only_route"],
            "rules": f"VN {vietnam.version}",
            "findings": ["vn.suppression", "gone.rule"],
        },
    )
    decision = trace(message, for_operator=True).decision
    assert decision is not None
    assert [(one.rule_id, one.citation) for one in decision.rules] == [
        ("vn.suppression", "Decree 91/2020/ND-CP, Art. 13.4"),
        ("gone.rule", ""),
    ]
    assert (decision.route, decision.steps) == ("Viettel direct", ("by_network", "only_route"))
    plain = trace(message).decision
    assert plain is not None
    assert (plain.route, plain.steps, plain.configuration) == ("", (), None)


def test_decision_tells_what_moved_the_shares(world: World) -> None:
    direct = make_route(make_carrier(name="Alpha"), name="Direct")
    reserve = make_route(make_carrier(name="Beta"), name="Reserve")
    terms = {str(direct.pk): {"out": "unavailable"}, str(reserve.pk): {"share": 0.6, "heat": 0.6}}
    message = make_message(
        world.account, decision={"route": reserve.pk, "why": ["by_network"], "terms": terms}
    )
    found = trace(message, for_operator=True)
    assert found.decision is not None
    assert [(one.route, one.carrier, one.share, one.out) for one in found.decision.weighed] == [
        ("Reserve", "Beta", 0.6, ""),
        ("Direct", "Alpha", 0.0, "unavailable"),
    ]
    facts = dict(way_of(message, found)[1].facts)
    assert facts["Weighed then"] == (
        "Reserve (Beta): 60 %, keeps while it is warm or hot 60 %;"
        " Direct (Alpha): No bind of the carrier is connected."
    )
    plain = trace(message).decision
    assert plain is not None
    assert plain.weighed == ()


@pytest.mark.parametrize(("due", "has_time"), [("now()", True), ("'infinity'", False)])
def test_waiting_message_says_for_what(world: World, due: str, has_time: bool) -> None:
    message = make_message(world.account, status="scheduled")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_waiting (id, due_at, lane, account_id, advertiser_id, msisdn,"
            f" reason) VALUES (%s, {due}, 2, %s, %s, %s, 'paused')",
            [message.pk, message.account_id, message.advertiser_id, message.msisdn],
        )
    found = trace(message)
    assert (found.waits_for, found.due_at is not None) == ("paused", has_time)


def test_deliveries_of_its_events_when_asked_for(world: World) -> None:
    message = make_message(world.account)
    settle(message, "sent")
    endpoint = make_webhook(world.account)
    event = Event.objects.get(message_id=message.pk)
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event_id=event.pk, sequence=event.sequence, type=event.type
    )
    assert trace(message, deliveries=True).deliveries == (delivery,)
    assert trace(message).deliveries == ()


def test_few_queries_for_everything(world: World, django_assert_max_num_queries: Any) -> None:
    message = make_message(world.account, decision={"rules": "VN 1", "findings": ["a"], "route": 1})
    make_webhook(world.account)
    for number in (1, 2):
        make_segment(message, number)
    settle(message, "sent", "delivered")
    with django_assert_max_num_queries(6):
        trace(message, for_operator=True, deliveries=True)


def test_page_tells_the_way(world: World, browse: Any) -> None:
    message = make_message(world.account)
    make_segment(message, 1, total=1, status="delivered", done_at=clock.now())
    settle(message, "sent", "delivered")
    page = reverse("admin:messaging_message_change", args=[message.pk])
    titles = [step.title for step in browse(world.alice).get(page).context["way"]]
    assert titles == [
        "Accepted",
        "Segment 1 of 1 sent",
        "Receipt for segment 1: Delivered",
        "Message sent",
        "Message delivered",
    ]
    operator = browse(world.olga).get(page).content.decode()
    assert "ABC1" in operator
    assert "ABC1" not in browse(world.alice).get(page).content.decode()


def test_blocked_message_says_why(world: World, browse: Any) -> None:
    message = make_message(
        world.account,
        status=MessageStatus.BLOCKED,
        failure_reason="suppressed",
        decision={"rules": "VN 1", "findings": ["vn.suppression"]},
    )
    page = reverse("admin:messaging_message_change", args=[message.pk])
    way = browse(world.alice).get(page).context["way"]
    assert way[1].title == "Refused by a rule"
    assert ("Reason", "The recipient opted out") in way[1].facts
