"""What operators once had in the console alone: lookups, words, reports and events by API."""

from datetime import timedelta
from uuid import UUID

import pytest

from carriers.models import UnknownWord
from compliance.models import AuditEntry
from config.common import clock
from routing.constants import PlatformEventType
from routing.models import (
    LookupPolicy,
    LookupProvider,
    Network,
    NumberPlan,
    Sender,
    SenderFallback,
    SenderPool,
)
from routing.services.platform_events import platform_event_append
from tests.factories import (
    make_bind,
    make_carrier,
    make_network,
    make_number_plan,
    make_sender,
)
from tests.messaging.api.conftest import Caller
from tests.messaging.api.described import examples_in, operations_of, request_of

pytestmark = pytest.mark.django_db
PROVIDER = {
    "name": "Register",
    "url": "https://numbers.example.com/{numbers}",
    "secret": "Bearer hush",
}


@pytest.fixture
def operator(world) -> Caller:
    return Caller(None, ("operations",), world.ada)


@pytest.fixture
def reader(world) -> Caller:
    return Caller(None, ("operations:read",), world.ada)


def problem(answer):
    """Status, code and the first wrong input."""
    body = answer.json()
    first = (body.get("errors") or [{}])[0]
    return (
        answer.status_code,
        first.get("code", body["code"]),
        first.get("pointer") or first.get("parameter"),
    )


def test_a_key_that_reads_changes_nothing_anywhere(schema, reader):
    """Every operation that changes something; to explain a route is to read."""
    for method, path, operation in operations_of(schema, "operations"):
        if method == "GET" or operation["operationId"] == "explain_route":
            continue
        place = path.removeprefix("/api/v1")
        values = {"code": "x", "name": "x", "number": "1"}
        for one in operation.get("parameters", []):
            if one["in"] == "path":
                some = str(UUID(int=1)) if one["schema"].get("format") == "uuid" else "1"
                place = place.replace(f"{{{one['name']}}}", values.get(one["name"], some))
        sent = request_of(operation)
        answer = reader.call(method, place, examples_in(sent)[0] if sent else None)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), place


def test_a_provider_is_kept_and_its_secret_never_shown(world, operator):
    made = operator.post("/lookup-providers", PROVIDER)
    assert made.status_code == 201, made.content
    assert made.json()["is_secret_set"]
    assert "hush" not in made.content.decode()
    address = f"/lookup-providers/{made.json()['id']}"
    operator.patch(address, {"secret": "", "ttl_hours": 24})
    row = LookupProvider.objects.get()
    assert (row.secret, row.ttl_hours) == ("Bearer hush", 24)
    assert not operator.patch(address, {"secret": None}).json()["is_secret_set"]
    noted = AuditEntry.objects.filter(action="lookupprovider.changed").order_by("pk")
    assert [one.detail["changes"] for one in noted] == [["ttl_hours"], ["secret"]]
    assert {one.actor_id for one in noted} == {world.ada.pk}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"url": "numbers.example.com"}, "url_wrong", "#/url"),
        ({"url": "https://numbers.example.com"}, "numbers_missing", "#/url"),
        ({"networks": [1]}, "words_wrong", "#/networks"),
        ({"batch_size": 0}, "min_value", "#/batch_size"),
        ({"kind": "fax"}, "invalid_choice", "#/kind"),
        ({"countries": ["Vietnam"]}, "max_length", "#/countries/0"),
        ({"countries": ["1!"]}, "unknown_country", "#/countries"),
        ({"colour": "red"}, "unknown_field", "#/colour"),
    ],
)
def test_a_wrong_provider_names_field_rule_and_fix(operator, change, code, pointer):
    refused = operator.post("/lookup-providers", PROVIDER | change)
    assert refused["Content-Type"].startswith("application/problem+json")
    assert problem(refused) == (422, code, pointer)
    assert not LookupProvider.objects.exists()


def test_a_name_is_given_once_and_a_provider_in_use_stays(operator):
    made = operator.post("/lookup-providers", PROVIDER).json()
    assert problem(operator.post("/lookup-providers", PROVIDER)) == (409, "already_there", "#/name")
    policy = {"country": "vn", "asks": "campaigns", "provider": made["id"]}
    kept = operator.post("/lookup-policies", policy)
    assert (kept.status_code, kept.json()["country"]) == (201, "VN")
    assert operator.post("/lookup-policies", policy).status_code == 409
    refused = operator.delete(f"/lookup-providers/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_needed")
    assert operator.delete(f"/lookup-policies/{kept.json()['id']}").status_code == 204
    assert operator.delete(f"/lookup-providers/{made['id']}").status_code == 204


def test_a_policy_names_a_provider_that_there_is(operator):
    body = {"country": "VN", "provider": 77}
    assert problem(operator.post("/lookup-policies", body)) == (
        422,
        "unknown_provider",
        "#/provider",
    )
    assert not LookupPolicy.objects.exists()


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"country": "Vietnam"}, "max_length", "#/country"),
        ({"country": "1!"}, "unknown_country", "#/country"),
        ({"timezone": "Hanoi"}, "time_zone_unknown", "#/timezone"),
        ({"kind": "radio"}, "invalid_choice", "#/kind"),
        ({"code": "has space"}, "invalid", "#/code"),
        ({"name": ""}, "blank", "#/name"),
    ],
)
def test_a_wrong_network_names_field_rule_and_fix(operator, change, code, pointer):
    body = {"code": "reddi", "name": "Reddi", "country": "VN"} | change
    assert problem(operator.post("/networks", body)) == (422, code, pointer)
    assert not Network.objects.exists()


def test_a_network_is_made_once_changed_and_keeps_its_code(world, operator):
    body = {"code": "reddi", "name": "Reddi", "country": "vn", "kind": "mvno"}
    made = operator.post("/networks", body)
    assert (made.status_code, made.json()["country"]) == (201, "VN")
    assert problem(operator.post("/networks", body)) == (409, "already_there", "#/code")
    assert operator.patch("/networks/reddi", {"timezone": "asia/ho_chi_minh"}).status_code == 200
    assert problem(operator.patch("/networks/reddi", {"code": "other"}))[1] == "unknown_field"
    row = Network.objects.get()
    assert (row.code, row.timezone) == ("reddi", "Asia/Ho_Chi_Minh")
    assert operator.get("/networks/nobody").status_code == 404
    assert AuditEntry.objects.filter(action="network.changed").get().actor_id == world.ada.pk


def test_a_number_plan_is_copied_changed_put_in_force_and_then_stays(operator):
    viettel, vina = make_network("viettel"), make_network("vina")
    first = make_number_plan({"8498": viettel, "8491": vina})
    copied = operator.post("/number-plans", {"version": "next", "copy_of": first.pk})
    assert copied.status_code == 201, copied.content
    plan = f"/number-plans/{copied.json()['id']}"
    assert copied.json()["country"] == first.country
    operator.put(f"{plan}/prefixes/84987", {"network": "vina"})
    assert operator.delete(f"{plan}/prefixes/8491").status_code == 204
    operator.patch(plan, {"notes": "A range moved"})
    held = operator.get(f"{plan}/prefixes").json()["data"]
    assert {one["prefix"]: one["network"] for one in held} == {"8498": "viettel", "84987": "vina"}
    assert operator.post(f"{plan}/activate").json()["is_active"]
    first.refresh_from_db()
    assert not first.is_active
    for refused in (
        operator.put(f"{plan}/prefixes/8491", {"network": "vina"}),
        operator.delete(f"{plan}/prefixes/8498"),
        operator.patch(plan, {"notes": "no"}),
        operator.delete(plan),
    ):
        assert problem(refused)[:2] == (409, "plan_in_force")
    assert operator.delete(f"/number-plans/{first.pk}").status_code == 204


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"version": "x", "copy_of": 4711}, "unknown_plan", "#/copy_of"),
        ({"version": "x"}, "unknown_country", "#/country"),
        ({"version": "x", "country": "VN"}, "null", "#/effective_from"),
    ],
)
def test_a_wrong_number_plan_leaves_nothing(operator, body, code, pointer):
    assert problem(operator.post("/number-plans", body)) == (422, code, pointer)
    assert not NumberPlan.objects.exists()


def test_a_prefix_is_digits_and_of_a_network_that_there_is(operator):
    plan = NumberPlan.objects.create(country="VN", version="1", effective_from="2027-01-01")
    make_network("vina")
    place = f"/number-plans/{plan.pk}/prefixes"
    assert problem(operator.put(f"{place}/84x", {"network": "vina"}))[:2] == (422, "prefix_wrong")
    assert problem(operator.put(f"{place}/84", {"network": "no"}))[1] == "unknown_network"
    assert operator.delete(f"{place}/84").status_code == 404


SENDER = {
    "kind": "short_code",
    "address": "53851",
    "country": "VN",
    "lease_start": "2027-01-01",
    "classes": ["otp"],
}


def test_an_operator_leases_a_sender_to_an_account_and_suspends_it(world, operator):
    of = {"account": world.account.slug, "advertiser": world.advertiser.name}
    made = operator.post("/operations/senders", SENDER | of)
    assert made.status_code == 201, made.content
    place = f"/operations/senders/{made.json()['id']}"
    changed = operator.patch(place, {"status": "suspended", "classes": ["care"]})
    assert (changed.json()["status"], changed.json()["classes"]) == ("suspended", ["care"])
    assert problem(operator.post("/operations/senders", SENDER | of))[0] == 409
    noted = AuditEntry.objects.filter(action__startswith="sender.").order_by("pk")
    assert [one.action for one in noted] == ["sender.added", "sender.changed"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"account": "nobody"}, "unknown_account", "#/account"),
        ({"advertiser": "theirs"}, "unknown_advertiser", "#/advertiser"),
        ({"address": "5 3"}, None, "#/address"),
        ({"classes": []}, "empty", "#/classes"),
        ({"classes": ["fun"]}, "invalid_choice", "#/classes/0"),
        ({"lease_end": "2026-01-01"}, "lease_ends_before_start", "#/lease_end"),
        ({"country": "1!"}, "unknown_country", "#/country"),
    ],
)
def test_a_wrong_sender_names_field_rule_and_fix(world, operator, change, code, pointer):
    of = {"account": world.account.slug, "advertiser": world.advertiser.name}
    status, found, at = problem(operator.post("/operations/senders", SENDER | of | change))
    assert (status, found if code else None, at) == (422, code, pointer)
    assert not Sender.objects.filter(address="53851").exists()


def test_a_brand_of_another_account_is_no_sender_here(world, operator):
    of = {"account": world.account.slug, "advertiser": world.other_advertiser.name}
    assert problem(operator.post("/operations/senders", SENDER | of))[1] == "unknown_advertiser"


def test_overrides_are_listed_by_number_and_filtered(operator):
    make_network("viettel")
    make_network("vina")
    for end, network in (("7", "vina"), ("6", "viettel"), ("5", "vina")):
        operator.put(f"/overrides/+8498123456{end}", {"network": network, "source": "letter"})
    first = operator.get("/overrides?limit=2").json()
    rest = operator.get(f"/overrides?limit=2&cursor={first['next_cursor']}").json()
    numbers = [one["number"] for one in first["data"] + rest["data"]]
    assert numbers == ["+84981234565", "+84981234566", "+84981234567"]
    assert len(operator.get("/overrides?network=vina").json()["data"]) == 2


def test_a_providers_file_counts_as_its_lookups(operator):
    make_network("viettel")
    provider = operator.post("/lookup-providers", PROVIDER | {"kind": "file"}).json()["id"]
    body = {"csv": "number,network\n0981234567,viettel\nx,viettel\n", "provider": provider}
    made = operator.post("/overrides/imports", body).json()
    assert made["bad_lines"][0]["reason"].startswith("This is no number")
    assert operator.post(f"/overrides/imports/{made['id']}/confirm").status_code == 200
    (known,) = operator.get(f"/lookups?provider={provider}").json()["data"]
    assert (known["number"], known["network"]) == ("+84981234567", "viettel")
    assert operator.get("/overrides").json()["data"] == []
    assert operator.get("/overrides/imports?state=applied").json()["data"][0]["id"] == made["id"]


def test_words_of_a_bind_and_what_nobody_knew(operator):
    bind, now = make_bind(), clock.now()
    word = UnknownWord.objects.create(
        bind=bind, kind="status", word="0x432", count=3, first_at=now, last_at=now
    )
    assert operator.get("/unknown-words?is_explained=false").json()["data"][0]["word"] == "0x432"
    wrong = operator.post(f"/unknown-words/{word.pk}/explain", {"meaning": "delivered"})
    assert problem(wrong) == (422, "unknown_meaning", "#/meaning")
    assert "permanent_route" in wrong.json()["detail"]
    said = operator.post(f"/unknown-words/{word.pk}/explain", {"meaning": "throttle"})
    assert said.json()["meaning"] == "throttle"
    words = operator.get(f"/binds/{bind.pk}/words").json()
    own = [one for one in words["statuses"] if one["is_own"]]
    assert [(one["code"], one["usual"], one["meaning"]) for one in own] == [
        ("0x432", "", "throttle")
    ]
    assert {"word": "DELIVRD", "usual": "delivered", "meaning": "delivered", "is_own": False} in (
        words["receipts"]
    )
    assert operator.get("/unknown-words?is_explained=false").json()["data"] == []


def test_a_service_report_as_json_and_csv(reader):
    make_carrier(code="vtl", name="Viettel", throughput=50)
    report = reader.get("/sla?carrier=vtl&first=2026-01-01&last=2026-01-31").json()
    assert (report["carrier"], report["contracted"], report["segments"]) == ("vtl", 50.0, 0)
    table = reader.get("/sla?carrier=vtl&format=csv")
    assert table["Content-Type"].startswith("text/csv")
    assert b"Viettel" in table.content


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("carrier=nobody", "unknown_carrier", "carrier"),
        ("carrier=vtl&first=2026-02-01&last=2026-01-31", "period_reversed", "last"),
        ("carrier=vtl&first=2020-01-01&last=2026-01-31", "period_too_long", "first"),
        ("carrier=vtl&sender=999999", "unknown_sender", "sender"),
        ("carrier=vtl&format=xml", "invalid_choice", "format"),
        ("", "required", "carrier"),
    ],
)
def test_a_wrong_report_names_the_parameter(reader, query, code, parameter):
    make_carrier(code="vtl")
    assert problem(reader.get(f"/sla?{query}")) == (422, code, parameter)


def test_the_platforms_events_are_polled_in_order(reader):
    carrier, now = make_carrier(code="vtl"), clock.now()
    for number, kind in enumerate((PlatformEventType.CARRIER_HOT, PlatformEventType.CARRIER_COOL)):
        at = now + timedelta(seconds=number)
        platform_event_append(kind, at=at, key=f"k{number}", carrier_id=carrier.pk)
    first = reader.get("/operations/events?limit=1").json()
    assert [(one["type"], one["carrier"]) for one in first["data"]] == [("carrier.hot", "vtl")]
    rest = reader.get(f"/operations/events?after={first['next_cursor']}").json()
    assert [one["type"] for one in rest["data"]] == ["carrier.cool"]
    end = reader.get(f"/operations/events?after={rest['next_cursor']}").json()
    assert (end["data"], end["next_cursor"]) == ([], rest["next_cursor"])
    assert len(reader.get("/operations/events?is_alert=true").json()["data"]) == 1


def test_pools_and_rules_of_all_accounts_are_read_and_not_changed(world, operator):
    mine, other = make_sender(world.account), make_sender(world.account)
    pool = SenderPool.objects.create(account=world.account, name="pool", country="VN")
    SenderPool.objects.create(account=world.other_account, name="theirs", country="VN")
    SenderFallback.objects.create(
        account=world.account, sender=mine, to_sender=other, causes=["no_route"]
    )
    shown = operator.get(f"/operations/sender-pools?account={world.account.slug}").json()["data"]
    assert [(one["name"], one["account"]) for one in shown] == [("pool", world.account.slug)]
    (rule,) = operator.get("/operations/fallback-rules?cause=no_route").json()["data"]
    assert (rule["sender"], rule["to_sender"]) == (mine.address, other.address)
    refused = operator.patch(f"/operations/sender-pools/{pool.pk}", {"is_active": False})
    assert refused.status_code == 405


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/carriers?is_active=true", 1),
        ("/binds?carrier=vtl", 1),
        ("/binds?carrier=other", 0),
        ("/binds?kind=http", 0),
        ("/networks?country=vn", 1),
        ("/networks?country=SG", 0),
    ],
)
def test_lists_are_filtered(operator, path, count):
    make_bind(make_carrier(code="vtl"))
    make_network("viettel")
    assert len(operator.get(path).json()["data"]) == count


def test_a_filter_that_there_is_not_is_named(operator):
    assert problem(operator.get("/carriers?kind=smpp")) == (422, "unknown_field", "kind")
    assert problem(operator.get("/orders?kind=stop")) == (422, "invalid_choice", "kind")
