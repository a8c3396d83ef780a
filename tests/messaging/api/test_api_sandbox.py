"""Keys for tests: their messages go to the sandbox or nowhere, cost nothing and count nowhere."""

import json
from typing import Any

import pytest
from django.db import connection

from carriers.models import Bind, Carrier
from carriers.services.binds import bind_save
from carriers.services.sandbox import sandbox_ensure
from compliance.services.api_keys import api_key_create, api_key_rotate
from config.common import clock
from config.common.errors import InvalidError
from messaging.models import Dispatch, Event, Message, MoneyDelta
from messaging.pump.deciding import claims_sort
from messaging.sandbox import ENDINGS, REFUSALS, magic_numbers
from messaging.selectors.snapshot import snapshots
from messaging.services.bounces import bounces_note
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.rerouting import reroute
from messaging.services.routing import unrouted_route
from routing.models import Rate, Route
from tests.messaging.api.conftest import ALL_SCOPES, Caller
from tests.messaging.hot import Line, make_line, state, suppress
from tests.world import World

pytestmark = pytest.mark.django_db


class Rehearser(Caller):
    """Calls with a key for tests."""

    def __init__(self, account: Any) -> None:
        super().__init__(account)
        self.key, self.text = api_key_create(
            account=account, name="CI", scopes=ALL_SCOPES, actor=None, is_test=True
        )


@pytest.fixture
def sandbox() -> Carrier:
    return sandbox_ensure()


@pytest.fixture
def line(world: World, sandbox: Carrier) -> Line:
    """A real way that takes everything."""
    return make_line(world.account)


@pytest.fixture
def tester(world: World) -> Rehearser:
    return Rehearser(world.account)


@pytest.fixture
def text(world: World, line: Line) -> dict[str, Any]:
    world.account.free_text_classes = ["otp", "care"]
    world.account.save()
    snapshots.forget()
    return {"to": "+84981234567", "from": line.sender.address, "class": "care", "text": "Hello."}


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def routed(message_id: str) -> Message:
    snapshots.forget()
    unrouted_route(limit=10)
    return Message.objects.get(pk=message_id)


def test_text_of_a_test_key_tells_what_it_is(tester: Rehearser) -> None:
    assert tester.text.startswith(tester.key.prefix)
    assert tester.key.prefix.startswith("sb_test_")
    assert tester.get("/api-key").json()["livemode"] is False
    renewed = api_key_rotate(api_key=tester.key, until=None, actor=None)
    assert renewed.startswith("sb_test_")


def test_platform_has_no_test_keys(db: None) -> None:
    with pytest.raises(InvalidError, match="Keys of the platform"):
        api_key_create(account=None, name="x", scopes=["operations"], actor=None, is_test=True)


def test_test_message_goes_to_the_sandbox_and_a_real_one_never(
    tester: Rehearser, api: Caller, line: Line, sandbox: Carrier, text: dict[str, Any]
) -> None:
    """Whatever routes there are, one into the sandbox by mistake too."""
    Route.objects.create(name="wrong", carrier=sandbox, country="VN", prefix="84981")
    test, real = (one.post("/messages", text).json() for one in (tester, api))
    assert (test["livemode"], real["livemode"]) == (False, True)
    assert routed(test["id"]).carrier_id == sandbox.pk
    found = Message.objects.get(pk=real["id"])
    assert (found.carrier_id, found.status) == (line.carrier.pk, "queued")


def test_reference_tried_in_the_sandbox_is_free_for_the_real_message(
    tester: Rehearser, api: Caller, sandbox: Carrier, text: dict[str, Any]
) -> None:
    named = text | {"client_reference": "order-1"}
    sent = {one.key.prefix: one.post("/messages", named) for one in (tester, api)}
    assert {one.status_code for one in sent.values()} == {201}
    for one in (tester, api):
        assert code(one.post("/messages", named)) == (409, "client_reference_used")
        (found,) = one.get("/messages?client_reference=order-1").json()["data"]
        assert found["id"] == sent[one.key.prefix].json()["id"]


def test_without_a_sandbox_a_test_message_fails(
    tester: Rehearser, sandbox: Carrier, text: dict[str, Any]
) -> None:
    Bind.objects.filter(carrier=sandbox).delete()
    sandbox.delete()
    found = routed(tester.post("/messages", text).json()["id"])
    assert (found.status, found.failure_reason) == ("failed", "no_route")


def test_account_needs_neither_routes_nor_prices(
    tester: Rehearser, sandbox: Carrier, text: dict[str, Any]
) -> None:
    Route.objects.all().delete()
    Rate.objects.all().delete()
    snapshots.forget()
    sent = tester.post("/messages", text)
    assert sent.status_code == 201
    assert sent.json()["price"]["amount"] == "0"
    assert routed(sent.json()["id"]).carrier_id == sandbox.pk
    assert not MoneyDelta.objects.exists()


def test_what_lands_on_a_real_carrier_all_the_same_does_not_leave_there(
    line: Line, sandbox: Carrier
) -> None:
    """The last look before it is written: a row that stands in the wrong queue."""
    message = line.queued(is_test=True)
    claim = next(one for one in line.claim() if one.id == message.pk)
    snapshot = snapshots.latest()
    with connection.cursor() as cursor:
        left = claims_sort(cursor, [claim], snapshot, line.holder, line.carrier.pk, clock.now())
    assert left == []
    assert Dispatch.objects.get(id=message.pk).carrier_id == sandbox.pk


def test_rerouting_keeps_test_messages_in_the_sandbox(line: Line, sandbox: Carrier) -> None:
    message = line.message(is_test=True, carrier=sandbox, status="queued")
    Dispatch.objects.create(
        carrier_id=sandbox.pk,
        lane=2,
        id=message.pk,
        account_id=message.account_id,
        advertiser_id=message.advertiser_id,
        msisdn=message.msisdn,
        rules_version=0,
    )
    snapshots.forget()
    reroute(sandbox.pk, reason="hot")
    assert Dispatch.objects.get(id=message.pk).carrier_id == sandbox.pk


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=lambda one: one.name)
def test_magic_number_ends_without_a_carrier(
    tester: Rehearser, text: dict[str, Any], ending: Any
) -> None:
    sent = tester.post("/messages", text | {"to": f"+84980000{ending.suffix}"})
    assert sent.status_code == 201
    found = routed(sent.json()["id"])
    assert (found.status, found.failure_reason) == (ending.status, ending.reason)
    body = json.loads(Event.objects.get(message_id=found.pk).body)
    assert body["type"] == f"message.{ending.status}"
    assert body["data"]["livemode"] is False


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=lambda one: one.code)
def test_magic_number_is_refused(tester: Rehearser, text: dict[str, Any], refusal: Any) -> None:
    refused = tester.post("/messages", text | {"to": f"+84980000{refusal.suffix}"})
    assert code(refused) == (refusal.http_status, refusal.code)
    assert not Message.objects.exists()


def test_magic_numbers_mean_nothing_to_live_keys(
    api: Caller, line: Line, text: dict[str, Any]
) -> None:
    for suffix in (*ENDINGS, *REFUSALS):
        sent = api.post("/messages", text | {"to": f"+84980000{suffix}"})
        assert routed(sent.json()["id"]).carrier_id == line.carrier.pk


def test_compliance_is_decided_as_everywhere(
    tester: Rehearser, line: Line, text: dict[str, Any]
) -> None:
    suppress(line, "84981234567")
    assert state(routed(tester.post("/messages", text).json()["id"])) == "blocked suppressed"


def test_key_sees_what_keys_of_its_mode_sent(
    tester: Rehearser, api: Caller, stranger: Caller, text: dict[str, Any]
) -> None:
    test, real = (one.post("/messages", text).json()["id"] for one in (tester, api))
    assert [one["id"] for one in tester.get("/messages").json()["data"]] == [test]
    assert [one["id"] for one in api.get("/messages").json()["data"]] == [real]
    assert tester.get(f"/messages/{test}").status_code == 200
    for caller, hidden in ((tester, real), (api, test), (stranger, test), (stranger, real)):
        assert caller.get(f"/messages/{hidden}").status_code == 404
        assert caller.post(f"/messages/{hidden}/cancel").status_code == 404


def test_batch_of_a_test_key_sets_magic_rows_aside(tester: Rehearser, text: dict[str, Any]) -> None:
    rows = {"messages": [text, text | {"to": "+84980000981"}, text | {"to": "+84980000982"}]}
    answer = tester.post("/messages/batch", rows).json()
    assert (answer["accepted_count"], answer["rejected_count"]) == (1, 2)
    assert [one["code"] for one in answer["rejected"]] == ["invalid", "credit_exhausted"]
    assert Message.objects.get().is_test


def test_test_key_changes_nothing_that_is_real(tester: Rehearser, text: dict[str, Any]) -> None:
    for method, path in (
        ("POST", "/lists"),
        ("POST", "/suppressions"),
        ("POST", "/webhooks"),
        ("POST", "/verification-services"),
        ("POST", "/campaigns"),
        ("DELETE", "/contacts/1"),
    ):
        assert code(tester.call(method, path, {})) == (403, "test_key"), path


def test_what_only_reads_takes_test_keys_whatever_its_method(
    tester: Rehearser, api: Caller
) -> None:
    """The same answer as to a live key: it is refused for what it says, not for its key."""
    for path in ("/keyword-rules/test", "/suppressions/check", "/trigger-sources/1/dry-run"):
        answers = [caller.post(path, {}) for caller in (tester, api)]
        assert code(answers[0]) == code(answers[1]), path
        assert answers[0].status_code in (404, 422), path


@pytest.mark.parametrize("is_test", [True, False])
def test_bounces_of_test_messages_suppress_nobody(line: Line, is_test: bool) -> None:
    message = line.queued(is_test=is_test)
    with connection.cursor() as cursor:
        outcome = Outcome(message.pk, "failed", clock.now(), "invalid_destination")
        outcomes_apply(cursor, [outcome])
    assert bounces_note()["suppressed"] == (0 if is_test else 1)


@pytest.mark.parametrize("is_test", [True, False])
def test_receipts_of_test_messages_are_no_quality(
    line: Line, sandbox: Carrier, is_test: bool
) -> None:
    message = line.message(is_test=is_test, status="sent", sent_at=clock.now())
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message.pk, "delivered", clock.now())])
        cursor.execute("SELECT count(*) FROM routing_observationdelta")
        assert cursor.fetchone()[0] == (0 if is_test else 1)


def test_bind_of_the_sandbox_leads_nowhere_else(sandbox: Carrier) -> None:
    bind = Bind.objects.get(carrier=sandbox)
    with pytest.raises(InvalidError, match="simulator") as refused:
        bind_save(bind, {"host": "smsc.example.com"}, None)
    assert refused.value.field == "host"
    assert sandbox_ensure() == sandbox
    assert Bind.objects.count() == 1


def test_numbers_are_listed(tester: Rehearser, stranger: Caller) -> None:
    listed = tester.get("/sandbox/numbers").json()["data"]
    assert listed == stranger.get("/sandbox/numbers").json()["data"]
    by_outcome = {one["outcome"]: one for one in listed}
    assert len(by_outcome) == len(listed) == len(list(magic_numbers()))
    assert by_outcome["undeliverable"]["number"] == "+84980000901"
    assert by_outcome["credit_exhausted"]["code"] == "credit_exhausted"
    assert by_outcome["opted_out"]["status"] == "blocked"
