"""Consent, suppressions, senders and templates."""

import pytest

from compliance.models import ConsentState, Suppression
from tests.factories import make_sender, make_template, make_template_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def consent():
    return {
        "number": "0981112223",
        "advertiser": "Sao Mai",
        "purpose": "marketing",
        "action": "granted",
        "method": "form",
        "source": "https://example.com/join",
        "evidence": {"ip": "203.0.113.9"},
        "given_at": "2026-01-31T09:00:00+07:00",
    }


def test_consent_is_recorded_and_listed(api, consent):
    response = api.post("/consents", consent)
    assert response.status_code == 201
    body = response.json()
    assert body["number"] == "+84981112223"
    assert body["given_at"] == "2026-01-31T02:00:00Z"
    assert body["evidence"] == {"ip": "203.0.113.9"}
    assert api.get("/consents?number=%2B84981112223&purpose=marketing").json()["data"] == [body]
    assert api.get("/consents?purpose=care").json()["data"] == []
    assert ConsentState.objects.get().state == "granted"


def test_revoked_consent_suppresses(api, consent):
    api.post("/consents", consent | {"action": "revoked", "method": "api"})
    (shown,) = api.get("/suppressions").json()["data"]
    assert (shown["number"], shown["purpose"], shown["source"]) == (
        "+84981112223", "marketing", "api",
    )  # fmt: skip


def test_revoked_consent_is_told_and_granted_is_not(api, stranger, consent):
    api.post("/consents", consent)
    api.post("/consents", consent | {"action": "revoked", "method": "api"})
    (event,) = api.get("/events?types=consent.revoked").json()["data"]
    assert (event["data"]["number"], event["data"]["source"]) == ("+84981112223", "api")
    assert stranger.get("/events?types=consent.revoked").json()["data"] == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"number": "02838123456"}, "#/number", "fixed_line"),
        ({"advertiser": "Other Brand"}, "#/advertiser", "unknown_advertiser"),
        ({"purpose": "fun"}, "#/purpose", "invalid_choice"),
        ({"given_at": "2099-01-31T09:00:00Z"}, "#/given_at", "given_in_future"),
        ({"evidence": {"a": []}}, "#/evidence", "nested"),
        ({"evidence": {"a": "\x00"}}, "#/evidence/a", "nul"),
    ],
)
def test_wrong_consent_is_refused(api, consent, change, pointer, code):
    response = api.post("/consents", consent | change)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_suppression_of_every_advertiser_is_harmless_to_repeat(api, stranger):
    wanted = {"number": "0981112223", "purpose": "all", "reason": "Asked on the phone"}
    first, again = (api.post("/suppressions", wanted) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["advertiser"] is None
    assert Suppression.objects.count() == 1
    assert stranger.get("/suppressions").json()["data"] == []


def test_stranger_sees_no_consent(api, stranger, consent):
    api.post("/consents", consent)
    assert stranger.get("/consents").json()["data"] == []


def test_consent_is_paged(api, consent):
    numbers = [f"+8498111222{digit}" for digit in range(3)]
    for number in numbers:
        api.post("/consents", consent | {"number": number})
    page = api.get("/consents?limit=2").json()
    rest = api.get(f"/consents?limit=2&cursor={page['next_cursor']}").json()
    assert [one["number"] for one in page["data"] + rest["data"]] == numbers[::-1]


def test_senders_of_the_account_only(api, stranger, world):
    sender = make_sender(world.account, address="53849", advertiser=world.advertiser)
    (shown,) = api.get("/senders").json()["data"]
    assert shown == {
        "address": "53849", "kind": "short_code", "country": "VN", "advertiser": "Sao Mai",
        "status": "active", "allowed_classes": sender.allowed_classes,
        "lease_start": sender.lease_start.isoformat(), "lease_end": sender.lease_end.isoformat(),
        "receives_replies": False,
    }  # fmt: skip
    assert stranger.get("/senders").json()["data"] == []


def test_template_shows_its_approved_version(api, stranger, world):
    version = make_template_version(
        world.account, slug="order", slots=[{"name": "n"}], body="Order {n}"
    )
    make_template_version(template=version.template, status="draft", body="Newer {n}")
    shown = api.get("/templates/order").json()
    assert (shown["template"], shown["approved_version"], shown["text"]) == (
        "order",
        1,
        "Order {n}",
    )
    assert shown["slots"] == [
        {
            "name": "n", "type": "text", "max_length": 40, "charset": "", "pattern": "",
            "example": "", "fallback": "", "currency": "",
        }
    ]  # fmt: skip
    assert api.get("/templates").json()["data"] == [shown]
    versions = api.get("/templates/order/versions?limit=1").json()
    assert [one["version"] for one in versions["data"]] == [2]
    rest = api.get(f"/templates/order/versions?cursor={versions['next_cursor']}").json()
    assert [(one["version"], one["status"]) for one in rest["data"]] == [(1, "approved")]
    assert stranger.get("/templates/order").status_code == 404
    assert stranger.get("/templates/order/versions").status_code == 404


def test_template_says_in_which_letters_and_languages_it_is_sent(api, world):
    make_template_version(
        world.account,
        slug="order",
        body="Đơn hàng đã đi",
        rewriting="unmarked",
        variants=[{"language": "en", "body": "Order sent", "rewriting": "none"}],
    )
    shown = api.get("/templates/order").json()
    assert (shown["rewriting"], shown["languages"]) == ("unmarked", ["vi", "en"])


def test_template_without_approved_version_has_no_text(api, world):
    make_template(world.account, slug="new")
    shown = api.get("/templates/new").json()
    assert (shown["approved_version"], shown["text"], shown["slots"]) == (None, None, [])


def test_templates_cost_the_same_for_any_number(api, world, django_assert_max_num_queries):
    for _ in range(10):
        make_template_version(world.account)
    with django_assert_max_num_queries(4):
        assert len(api.get("/templates").json()["data"]) == 10
