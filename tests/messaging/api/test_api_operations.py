"""What operators' systems do with keys of the platform, and what nobody else does."""

import json

import pytest

from carriers.models import Bind, Carrier
from compliance.models import AuditEntry
from compliance.services.api_keys import api_key_create
from config.common.errors import InvalidError, NotAllowedError
from messaging.api.operations.urls import urlpatterns
from routing.models import NumberOverride, RoutePolicy
from tests.factories import (
    make_bind,
    make_carrier,
    make_message,
    make_network,
    make_rate,
    make_route,
    make_sender,
)
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(world) -> Caller:
    return Caller(None, ("operations",), world.ada)


@pytest.fixture
def reader(world) -> Caller:
    return Caller(None, ("operations:read",), world.ada)


def test_only_administrators_make_keys_of_the_platform(world):
    with pytest.raises(NotAllowedError):
        api_key_create(account=None, name="Ours", scopes=["operations"], actor=world.ines)
    with pytest.raises(NotAllowedError):
        api_key_create(account=None, name="Ours", scopes=["operations"], actor=world.olga)


@pytest.mark.parametrize(
    ("is_platform", "scopes"),
    [(True, ["messages:read"]), (True, ["operations", "messages:read"]), (False, ["operations"])],
)
def test_scopes_of_the_two_kinds_do_not_mix(world, is_platform, scopes):
    account = None if is_platform else world.account
    with pytest.raises(InvalidError) as refused:
        api_key_create(account=account, name="Mixed", scopes=scopes, actor=world.ada)
    assert refused.value.field == "scopes"


def _paths() -> list[str]:
    values = {"code": "x", "name": "x", "number": "84981234567", "account": "x"}
    found = []
    for one in urlpatterns:
        path = str(one.pattern)
        for name in one.pattern.converters:
            kind = type(one.pattern.converters[name]).__name__
            value = "1" if kind == "IntConverter" else values.get(name, "x")
            if kind == "UUIDConverter":
                value = "01a2089a-4c6d-75ae-a4dc-1d0d31f3dcd8"
            for prefix in ("int", "str", "slug", "uuid"):
                path = path.replace(f"<{prefix}:{name}>", value)
        found.append(f"/{path}")
    return found


@pytest.mark.parametrize("path", _paths())
def test_a_key_of_an_account_opens_nothing_here(world, api, path):
    """Invariant 9: carriers, costs and binds are the platform's."""
    for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
        answer = api.call(method, path, {} if method in {"POST", "PATCH", "PUT"} else None)
        assert answer.status_code in {403, 405}, (method, path, answer.content)


@pytest.mark.parametrize(
    "path", ["/messages", "/events", "/senders", "/templates", "/webhooks", "/contacts", "/inbound"]
)
def test_a_key_of_the_platform_sees_no_accounts_messages(world, operator, path):
    make_message(world.account, text="hidden words")
    answer = operator.get(path)
    assert answer.status_code == 403
    assert answer.json()["code"] in {"platform_key", "scope_missing"}


def test_a_key_that_reads_changes_nothing(reader):
    assert reader.get("/carriers").status_code == 200
    refused = reader.post("/carriers", {"code": "vtl", "name": "Viettel"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert not Carrier.objects.exists()


def test_a_carrier_and_its_bind_by_the_api_alone(world, operator):
    made = operator.post("/carriers", {"code": "vtl", "name": "Viettel", "throughput": 100})
    assert made.status_code == 201, made.content
    assert made.json()["code"] == "vtl"
    bind = operator.post(
        "/binds",
        {
            "carrier": "vtl",
            "name": "vtl-1",
            "host": "smsc.example.com",
            "system_id": "esme",
            "password": "hush",
            "window": 20,
        },
    )
    assert bind.status_code == 201, bind.content
    assert bind.json()["secrets_set"] == ["password"]
    assert "hush" not in bind.content.decode()
    changed = operator.patch(f"/binds/{bind.json()['id']}", {"window": 30})
    assert changed.json()["window"] == 30
    row = Bind.objects.get()
    assert (row.password, row.window) == ("hush", 30)
    noted = AuditEntry.objects.filter(action="bind.created").get()
    assert noted.actor_id == world.ada.pk
    assert noted.detail["caller"]["api_key"] == operator.key.prefix


def test_a_wrong_bind_names_field_rule_and_fix(operator):
    make_carrier(code="vtl")
    values = {"carrier": "vtl", "name": "vtl-1", "host": "smsc.example.com", "window": 0}
    checked = operator.post("/binds/check", values).json()
    assert not checked["is_sound"]
    assert {"window", "system_id"} <= {one["field"] for one in checked["problems"]}
    assert all(one["rule"] and one["fix"] for one in checked["problems"])
    refused = operator.post("/binds", values)
    assert refused.status_code == 422
    assert refused["Content-Type"].startswith("application/problem+json")
    assert refused.json()["errors"][0]["pointer"].startswith("#/")
    unknown = operator.post("/binds", values | {"carrier": "nobody"})
    assert unknown.json()["errors"][0]["pointer"] == "#/carrier"


def test_what_is_repeated_with_its_key_is_done_once(operator):
    headers = {"Idempotency-Key": "one"}
    body = {"code": "vtl", "name": "Viettel"}
    first = operator.post("/carriers", body, headers=headers)
    again = operator.post("/carriers", body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert Carrier.objects.count() == 1


def test_lists_come_in_pages(operator):
    for _ in range(3):
        make_carrier()
    first = operator.get("/carriers?limit=2").json()
    rest = operator.get(f"/carriers?limit=2&cursor={first['next_cursor']}").json()
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)


def test_a_route_is_changed_by_a_new_version_and_brought_back(operator):
    make_carrier(code="vtl")
    made = operator.post(
        "/routes", {"name": "vn", "carrier": "vtl", "country": "VN", "weight": 3, "note": "first"}
    )
    assert made.status_code == 201, made.content
    before = made.json()["policy"]
    changed = operator.patch("/routes/vn", {"weight": 5})
    assert changed.json()["weight"] == 5
    diff = operator.get(f"/policies/{changed.json()['policy']}/diff?to={before}").json()
    assert [(one["change"], one["route"]) for one in diff["differences"]] == [("changed", "vn")]
    back = operator.post(f"/policies/{before}/undo", {"note": "too much"})
    assert back.status_code == 200, back.content
    assert operator.get("/routes/vn").json()["weight"] == 3


def test_a_draft_is_changed_freely_and_put_in_force(operator):
    make_route(make_carrier(code="vtl"), name="vn")
    draft = operator.post("/policies", {"note": "try"}).json()["number"]
    operator.post("/routes", {"name": "vn-2", "carrier": "vtl", "country": "VN", "policy": draft})
    assert len(operator.get("/routes").json()["data"]) == 1
    assert operator.patch(f"/policies/{draft}", {"spread": "cheapest"}).status_code == 200
    activated = operator.post(f"/policies/{draft}/activate", {"despite_problems": True})
    assert activated.status_code == 200, activated.content
    assert RoutePolicy.objects.get(number=draft).state == "active"
    assert len(operator.get("/routes").json()["data"]) == 2
    assert operator.get(f"/policies/{draft}").json()["is_in_force"]


def test_a_price_list_counts_when_it_is_confirmed_and_can_be_taken_back(operator):
    make_carrier(code="vtl")
    made = operator.post(
        "/price-lists",
        {
            "name": "January",
            "currency": "VND",
            "carrier": "vtl",
            "csv": "country,class,price\nVN,otp,300\nXX9,otp,1\n",
        },
    )
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    assert made.json()["state"] == "ready", made.json()
    lines = operator.get(f"/price-lists/{number}/lines").json()["data"]
    assert sorted(one["change"] for one in lines) == ["bad", "new"]
    assert operator.post(f"/price-lists/{number}/confirm", {}).json()["state"] == "confirmed"
    (rate,) = operator.get("/rates").json()["data"]
    assert (rate["amount_micros"], rate["carrier"], rate["class"]) == (300_000_000, "vtl", "otp")
    undone = operator.post(f"/price-lists/{number}/undo", {"reason": "wrong month"})
    assert undone.json()["state"] == "undone"


def test_ported_numbers_are_put_read_and_taken_back(operator):
    make_network("viettel")
    put = operator.put("/overrides/+84981234567", {"network": "viettel"})
    assert put.status_code == 200, put.content
    known = operator.get("/lookups/+84981234567").json()
    assert (known["network"], known["source"]) == ("viettel", "override")
    assert operator.delete("/overrides/+84981234567").status_code == 204
    assert not NumberOverride.objects.exists()
    unknown = operator.put("/overrides/+84981234567", {"network": "nobody"})
    assert unknown.json()["errors"][0]["pointer"] == "#/network"


def test_a_file_of_ported_numbers_shows_what_it_changes_first(operator):
    make_network("viettel")
    made = operator.post(
        "/overrides/imports",
        {"csv": "number,network\n0981234567,viettel\nx,viettel\n+84981234568,nobody\n"},
    ).json()
    assert (made["added"], made["bad"]) == (1, 2)
    assert [one["code"] for one in made["bad_lines"]] == ["number_wrong", "network_unknown"]
    assert not NumberOverride.objects.exists()
    assert operator.post(f"/overrides/imports/{made['id']}/confirm").status_code == 200
    assert NumberOverride.objects.get().msisdn == "84981234567"
    assert operator.post(f"/overrides/imports/{made['id']}/confirm").status_code == 409


def test_orders_and_pins(operator):
    make_carrier(code="vtl")
    order = operator.post("/orders", {"kind": "drain", "carrier": "vtl", "reason": "work"})
    assert order.status_code == 201, order.content
    lifted = operator.post(f"/orders/{order.json()['id']}/lift")
    assert lifted.json()["ended_at"] is not None
    body = {"carrier": "vtl", "state": "hot", "class": "otp", "reason": "test"}
    (pinned,) = operator.post("/temperatures/pin", body).json()
    assert (pinned["pinned_state"], pinned["class"]) == ("hot", "otp")
    assert operator.get("/temperatures").json()["data"][0]["carrier"] == "vtl"
    assert operator.post(f"/temperatures/{pinned['id']}/unpin").json()["pinned_state"] == ""


def test_a_choice_is_explained_by_the_engine(world, reader):
    carrier = make_carrier(code="vtl", name="Viettel")
    make_bind(carrier)
    make_route(carrier, name="vn")
    make_rate(carrier=carrier, amount_micros=7)
    answer = reader.post("/routing/explain", {"to": "+84981234567", "class": "otp"})
    assert answer.status_code == 200, answer.content
    (way,) = answer.json()["candidates"]
    assert (way["route"], way["carrier"], way["is_chosen"]) == ("vn", "Viettel", True)
    assert json.loads(answer.content)["country"] == "VN"


def test_senders_of_all_accounts_with_their_papers(world, reader):
    network = make_network("viettel")
    make_sender(world.account, registered=(network,))
    make_sender(world.other_account)
    rows = reader.get("/operations/senders").json()["data"]
    assert {row["account"] for row in rows} == {world.account.slug, world.other_account.slug}
    assert rows[0]["registrations"][0]["network"] == "viettel"


def test_traces_start_and_stop(operator):
    bind = make_bind()
    trace = operator.post(f"/binds/{bind.pk}/traces", {"reason": "why"})
    assert trace.status_code == 201, trace.content
    number = trace.json()["id"]
    assert operator.get(f"/traces/{number}/pdus").json()["data"] == []
    assert operator.post(f"/traces/{number}/stop").json()["ended_by"] == "stopped"


def test_every_list_answers(world, reader):
    make_bind()
    make_route()
    make_rate()
    for path in ("/binds", "/sessions", "/networks", "/number-plans", "/orders", "/quality",
                 "/rates", "/price-lists", "/policies", "/routes"):  # fmt: skip
        assert reader.get(path).status_code == 200, path
