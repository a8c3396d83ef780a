"""Every operation of operators has examples that are true: they are sent, and what comes back
is what the description says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from carriers.models import Bind, BindLease, BindTrace, TracedPdu, UnknownWord
from config.common import clock
from config.common.ids import uuid7_floor
from messaging.models import InboundMessage, Message, UnroutedReply
from routing.constants import PlatformEventType
from routing.models import (
    CarrierOrder,
    LookupPolicy,
    LookupProvider,
    NumberImport,
    NumberLookup,
    NumberPlan,
    PriceList,
    RoutePolicy,
    RouteQuality,
    Sender,
    SenderFallback,
    SenderPool,
    SenderPoolMember,
    Temperature,
)
from routing.services.observations import Delta, observations_add
from routing.services.platform_events import platform_event_append
from tests.factories import (
    make_carrier,
    make_inbound,
    make_message,
    make_network,
    make_number_plan,
    make_sender,
)
from tests.messaging.api.conftest import Caller
from tests.messaging.api.described import (
    answers_of,
    examples_in,
    operations_of,
    request_of,
    wrong_in,
)

NOW = datetime(2027, 1, 31, 2, tzinfo=UTC)
# In an order in which each finds what it needs.
STORY = [
    "add_carrier",
    "list_carriers",
    "get_carrier",
    "change_carrier",
    "check_bind",
    "add_bind",
    "list_binds",
    "get_bind",
    "change_bind",
    "try_bind_again",
    "list_sessions",
    "read_bind_words",
    "list_unknown_words",
    "get_unknown_word",
    "explain_word",
    "start_trace",
    "list_traces",
    "read_trace",
    "stop_trace",
    "add_route",
    "list_routes",
    "get_route",
    "change_route",
    "draft_policy",
    "list_policies",
    "get_policy",
    "change_policy",
    "compare_policies",
    "activate_policy",
    "explain_route",
    "upload_price_list",
    "list_price_lists",
    "get_price_list",
    "read_price_lines",
    "confirm_price_list",
    "list_rates",
    "undo_price_list",
    "add_network",
    "list_networks",
    "get_network",
    "change_network",
    "add_number_plan",
    "list_number_plans",
    "get_number_plan",
    "change_number_plan",
    "put_prefix",
    "list_prefixes",
    "activate_number_plan",
    "put_override",
    "list_overrides",
    "get_override",
    "look_number_up",
    "check_overrides",
    "list_override_imports",
    "get_override_import",
    "confirm_overrides",
    "add_lookup_provider",
    "list_lookup_providers",
    "get_lookup_provider",
    "change_lookup_provider",
    "add_lookup_policy",
    "list_lookup_policies",
    "get_lookup_policy",
    "change_lookup_policy",
    "list_lookups",
    "give_order",
    "list_orders",
    "lift_order",
    "pin_temperature",
    "list_temperatures",
    "unpin_temperature",
    "list_qualities",
    "read_sla",
    "list_platform_events",
    "add_sender",
    "list_all_senders",
    "get_any_sender",
    "change_sender",
    "list_all_sender_pools",
    "get_any_sender_pool",
    "list_all_fallback_rules",
    "get_any_fallback_rule",
    "delete_override",
    "delete_lookup_policy",
    "delete_lookup_provider",
    "remove_route",
    "bring_policy_back",
    "read_message_trace",
    "list_unrouted_replies",
    "get_unrouted_reply",
    "dismiss_unrouted_reply",
    "restore_unrouted_reply",
    "assign_unrouted_reply",
    "route_unrouted_replies",
]
# What needs a thing of its own, which is gone afterwards.
APART = {
    "discard_policy", "discard_price_list", "drop_overrides", "delete_bind", "delete_carrier",
    "delete_number_plan", "delete_prefix",
}  # fmt: skip
QUERIES = {"read_sla": "?carrier=viettel-direct&first=2027-01-25&last=2027-01-31"}


def newest(model: Any) -> Any:
    return model.objects.order_by("-pk")[0]


def filled(path: str) -> str:
    """The path with the newest thing of each kind."""
    number: object = "+84981234567"
    if "/policies/" in path:
        rows = RoutePolicy.objects.order_by("-pk")
        number = (rows.filter(state="retired") if "/undo" in path else rows)[0].number
    models = {
        "bind_id": Bind, "trace_id": BindTrace, "word_id": UnknownWord, "list_id": PriceList,
        "plan_id": NumberPlan, "import_id": NumberImport, "provider_id": LookupProvider,
        "policy_id": LookupPolicy, "order_id": CarrierOrder, "temperature_id": Temperature,
        "sender_id": Sender, "pool_id": SenderPool, "rule_id": SenderFallback,
        "message_id": Message, "reply_id": UnroutedReply,
    }  # fmt: skip
    code = "viettel" if "/networks/" in path else "viettel-direct"
    names = {"code": code, "name": "viettel-direct", "number": number, "prefix": "8498"}
    for name, model in models.items():
        if f"{{{name}}}" in path:
            names[name] = newest(model).pk
    return path.format(**names).removeprefix("/api/v1")


@pytest.fixture
def surroundings(world, db):
    """What operations read and the API does not make."""
    viettel = make_network("viettel", name="Viettel", mcc_mnc="452-04")
    make_number_plan({"8498": viettel})
    pooled = make_sender(world.account, address="53849", registered=(viettel,))
    other = make_sender(world.account, address="53850")
    pool = SenderPool.objects.create(account=world.account, name="reminders", country="VN")
    SenderPoolMember.objects.create(pool=pool, sender=pooled, weight=3)
    SenderFallback.objects.create(
        account=world.account, sender=pooled, to_sender=other, causes=["no_route"]
    )
    NumberLookup.objects.create(
        msisdn="84981234567", source="lookup", finding="found", network=viettel,
        looked_at=NOW, expires_at=NOW + timedelta(days=30),
    )  # fmt: skip
    return viettel


def _beside(operation_id: str, network: Any) -> None:
    """What has happened by the time of an operation."""
    if operation_id == "try_bind_again":
        BindLease.objects.create(bind=newest(Bind), refused_mark="4f", refused_detail="0x0E")
    if operation_id == "list_sessions":
        BindLease.objects.update_or_create(
            bind=newest(Bind),
            defaults={"holder": "carriers-1", "host": "sms-1", "epoch": 4, "state": "bound",
                      "state_since": NOW, "expires_at": NOW + timedelta(seconds=15)},
        )  # fmt: skip
    if operation_id == "list_unknown_words":
        UnknownWord.objects.create(
            bind=newest(Bind), kind="status", word="0x0432", count=12,
            first_at=NOW - timedelta(days=1), last_at=NOW,
        )  # fmt: skip
    if operation_id == "read_trace":
        octets = bytes.fromhex("00000010000000150000000000000007")
        TracedPdu.objects.create(trace=newest(BindTrace), at=NOW, is_outgoing=True, octets=octets)
    if operation_id == "read_message_trace":
        today = datetime.now(UTC)  # messages live in days around the real one
        make_message(newest(Sender).account, id=uuid7_floor(today), created_at=today)
    if operation_id == "list_unrouted_replies":
        reply = make_inbound(None, msisdn="84981234567", destination="53999", text="Hello")
        InboundMessage.objects.update(account=None)
        UnroutedReply.objects.create(message=reply, reason="unknown_address")
    if operation_id == "list_qualities":
        _measured(newest(Bind), network)


def _measured(bind: Bind, network: Any) -> None:
    RouteQuality.objects.create(
        carrier_id=bind.carrier_id, network_id=network.pk, message_class="otp",
        delivery_rate=0.97, median_seconds=2.5, coverage=0.99, samples=800, computed_at=NOW,
    )  # fmt: skip
    at = NOW.timestamp()
    row = (at, bind.carrier_id, bind.pk, network.pk, 0, "otp")
    with connection.cursor() as cursor:
        observations_add(cursor, [Delta(*row, "accepted", 3, 800), Delta(*row, "delivered", 12, 776),
                                  Delta(*row, "status", 0x58, 4)])  # fmt: skip
    platform_event_append(
        PlatformEventType.CARRIER_HOT, at=NOW, key="hot", carrier_id=bind.carrier_id,
        data={"network": "viettel", "class": "otp", "reasons": ["refusals"]},
    )  # fmt: skip


@pytest.fixture
def described(schema) -> dict[str, Any]:
    """Operators' operations by their ids."""
    return {
        operation["operationId"]: (method, path, operation)
        for method, path, operation in operations_of(schema, "operations")
    }


def test_every_body_of_an_operation_has_a_valid_example(schema, described):
    wrong = {}
    for name, (_method, _path, operation) in described.items():
        bodies = [request_of(operation), *(body for _status, body in answers_of(operation))]
        for body in filter(None, bodies):
            found = examples_in(body)
            told = [line for one in found for line in wrong_in(schema, body, one)]
            if not found or told:
                wrong[name] = told or "no example"
    assert not wrong


def test_the_story_tells_every_operation(described):
    assert {*STORY, *APART} == set(described)


def test_examples_are_accepted_and_answered_as_described(schema, described, world, surroundings):
    operator = Caller(None, ("operations",), world.ada)
    with clock.freeze(NOW):
        for name in STORY:
            _beside(name, surroundings)
            method, path, operation = described[name]
            sent = request_of(operation)
            body = examples_in(sent)[0] if sent else None
            if name == "add_lookup_policy":
                body = {**body, "provider": newest(LookupProvider).pk}
            if name == "assign_unrouted_reply":
                body = {"sender_id": newest(Sender).pk}
            answer = operator.call(method, filled(path) + QUERIES.get(name, ""), body)
            (status, shape), *_others = answers_of(operation)
            assert answer.status_code == status, (name, answer.content)
            if name == "try_bind_again":
                assert newest(BindLease).refused_mark == ""
                assert operator.call(method, filled(path)).status_code == 409
            if shape is not None:
                assert not wrong_in(schema, shape, answer.json()), (name, answer.json())


def test_what_is_thrown_away_answers_nothing(described, world):
    operator = Caller(None, ("operations",), world.ada)
    make_carrier(code="viettel-direct")
    operator.post("/policies", {})
    for name in ("discard_policy", "delete_carrier"):
        method, path, _operation = described[name]
        assert operator.call(method, filled(path)).status_code == 204, name
