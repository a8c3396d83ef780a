import pytest

from campaigns.models import Campaign
from campaigns.services import preflight as preflight_module
from messaging.selectors.snapshot import snapshots
from tests.campaigns.launching import VALUES, Market, make_market, release_all
from tests.factories import make_list


@pytest.fixture
def market(world) -> Market:
    return make_market(world.account)


def draft(market: Market, **overrides):
    snapshots.forget()
    return {
        "name": "Order notices",
        "list": market.audience(2).pk,
        "template": market.version.template.slug,
        "from": market.sender.address,
        "values": VALUES,
    } | overrides


def test_a_campaign_is_created_checked_and_launched(api, market):
    made = api.post("/campaigns", draft(market))
    assert made.status_code == 201
    path = f"/campaigns/{made.json()['id']}"
    assert made["Location"] == f"/api/v1{path}"
    checked = api.post(f"{path}/preflight").json()["preflight"]
    assert (checked["state"], checked["released"]) == ("fresh", 2)
    assert checked["cost"] == {"amount": "600", "currency": "VND"}
    launched = api.post(f"{path}/launch")
    assert (launched.status_code, launched.json()["status"]) == (200, "running")


def test_pause_resume_and_cancel(api, market):
    campaign = market.launched(2)
    seen = [
        api.post(f"/campaigns/{campaign.pk}/{act}").json()["status"]
        for act in ("pause", "resume", "cancel")
    ]
    assert seen == ["paused", "running", "canceled"]
    answer = api.post(f"/campaigns/{campaign.pk}/pause")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_progress_is_shown(api, market):
    campaign = market.launched(3)
    release_all(campaign)
    progress = api.get(f"/campaigns/{campaign.pk}").json()["progress"]
    assert progress["audience"] == 3
    assert progress["messages"] == {"accepted": 3}
    assert progress["cost"] == {"amount": "900", "currency": "VND"}


@pytest.mark.parametrize(
    ("overrides", "pointer", "code"),
    [
        ({"list": 999_999}, "#/list", "unknown_list"),
        ({"template": "nope"}, "#/template", "unknown_template"),
        ({"from": "NOBODY"}, "#/from", "unknown_sender"),
        ({"values": {}}, "#/values/name", "slot_missing"),
        ({"values": VALUES | {"name": {"fixed": "a", "attribute": "b"}}}, None, "slot_malformed"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "#/ends_at", "end_before_start"),
        ({"starts_at": "2020-01-01T00:00:00Z"}, "#/starts_at", "start_past"),
        ({"messages_per_second": 0}, "#/messages_per_second", "min_value"),
        ({"colour": "red"}, "#/colour", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named(api, market, overrides, pointer, code):
    answer = api.post("/campaigns", draft(market, **overrides))
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["code"] == code
    assert pointer in (None, error["pointer"])
    assert not Campaign.objects.exists()


def test_the_list_of_another_account_is_unknown(api, market, world):
    theirs = make_list(world.other_account)
    answer = api.post("/campaigns", draft(market, list=theirs.pk))
    assert answer.json()["errors"][0]["code"] == "unknown_list"


def test_the_same_key_makes_one_campaign(api, market):
    body = draft(market)
    headers = {"Idempotency-Key": "order-notices-7"}
    first, second = (api.call("POST", "/campaigns", body, headers=headers) for _ in range(2))
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert Campaign.objects.count() == 1


def test_a_launch_repeated_with_its_key_gives_the_same_answer(api, market):
    path = f"/campaigns/{market.campaign(1).pk}/launch"
    headers = {"Idempotency-Key": "launch-7"}
    first, second = (api.call("POST", path, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert api.post(path).status_code == 409


def test_a_long_list_needs_its_pre_flight_first(api, market, monkeypatch):
    monkeypatch.setattr(preflight_module, "SYNCHRONOUS_LIMIT", 1)
    path = f"/campaigns/{market.campaign(2).pk}"
    answer = api.post(f"{path}/launch")
    assert (answer.status_code, answer.json()["code"]) == (409, "preflight_needed")
    assert api.post(f"{path}/preflight").json()["preflight"]["state"] == "running"


def test_pages_follow_one_another(api, market):
    made = [market.campaign(1).pk for _ in range(3)]
    first = api.get("/campaigns?limit=2").json()
    rest = api.get(f"/campaigns?limit=2&cursor={first['next_cursor']}").json()
    assert [row["id"] for row in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("act", ["preflight", "launch", "pause", "resume", "cancel"])
def test_a_stranger_finds_nothing(stranger, market, act):
    campaign = market.campaign(1)
    assert stranger.get(f"/campaigns/{campaign.pk}").status_code == 404
    assert stranger.get("/campaigns").json()["data"] == []
    assert stranger.post(f"/campaigns/{campaign.pk}/{act}").status_code == 404
