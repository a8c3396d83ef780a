"""POST /verifications and its operations, over HTTP."""

import uuid
from datetime import timedelta

import pytest

from config.common import clock
from messaging.models import (
    Event,
    Verification,
    VerificationHold,
    VerificationService,
    VerificationText,
)
from messaging.selectors.snapshot import snapshots
from tests.messaging.api.conftest import Caller
from tests.messaging.verification_scene import code_of, make_otp_template, make_scene

pytestmark = pytest.mark.django_db
TO = "+84981234567"


@pytest.fixture
def scene(world):
    return make_scene(world.account, world.advertiser)


def start(api, **more):
    return api.post("/verifications", {"to": TO} | more)


def newest_code(body) -> str:
    return code_of(body["sends"][-1]["message_id"])


def test_start_check_and_read(api, scene):
    response = start(api, client_reference="login-1", metadata={"basket": 7})
    assert response.status_code == 201
    body = response.json()
    assert response["Location"] == f"/api/v1/verifications/{body['id']}"
    assert (body["to"], body["status"], body["service"]) == (TO, "pending", "sign-in")
    assert (body["checks_left"], len(body["sends"])) == (5, 1)
    assert body == api.get(f"/verifications/{body['id']}").json()
    code = newest_code(body)
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    first = api.post(f"/verifications/{body['id']}/check", {"code": wrong})
    assert first.status_code == 200
    assert (first.json()["approved"], first.json()["checks_left"]) == (False, 4)
    right = api.post("/verifications/check", {"to": "0981234567", "code": code})
    assert right.json()["approved"] is True
    assert right.json()["verification"]["status"] == "approved"
    again = api.post(f"/verifications/{body['id']}/check", {"code": code})
    assert (again.status_code, again.json()["code"]) == (409, "verification_approved")


def test_no_answer_holds_the_code(api, scene):
    body = start(api).json()
    code = newest_code(body)
    message = api.get(f"/messages/{body['sends'][0]['message_id']}").json()
    assert message["text"] == "Your code is ******. Never share it."
    trace = api.get(f"/messages/{message['id']}/trace").content.decode()
    assert f" {code}" not in trace


def test_same_key_is_one_verification(api, scene):
    headers = {"Idempotency-Key": "once"}
    first = api.post("/verifications", {"to": TO}, headers=headers)
    second = api.post("/verifications", {"to": TO}, headers=headers)
    assert first.content == second.content
    assert Verification.objects.count() == 1


def test_stranger_gets_404(api, stranger, scene):
    body = start(api).json()
    path = f"/verifications/{body['id']}"
    assert stranger.get(path).status_code == 404
    for act in ("check", "resend", "cancel"):
        data = {"code": newest_code(body)} if act == "check" else None
        assert stranger.post(f"{path}/{act}", data).status_code == 404
    assert stranger.get("/verifications").json()["data"] == []
    assert stranger.get("/verification-services/sign-in").status_code == 404
    assert api.get(path).json()["status"] == "pending"


def test_scopes_are_asked(world, scene):
    reader = Caller(world.account, ("verifications:read",))
    assert start(reader).status_code == 403
    assert reader.get("/verifications").status_code == 200
    assert Caller(world.account, ("messages:read",)).get("/verifications").status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"to": "12"}, "#/to", None),
        ({"service": "nobody"}, "#/service", "unknown_service"),
        ({"channel": "voice"}, "#/channel", "invalid_choice"),
        ({"code_length": 3}, "#/code_length", "min_value"),
        ({"code_length": 11}, "#/code_length", "max_value"),
        ({"ip": "not an address"}, "#/ip", "address"),
        ({"app_hash": "short"}, "#/app_hash", "invalid"),
        ({"app_hash": "FA+9qCX9VSu"}, "#/app_hash", "app_hash_without_slot"),
        ({"web_otp_domain": "shop.example"}, "#/web_otp_domain", "web_otp_domain_unknown"),
        ({"template": "nobody"}, "#/template", "template_not_of_service"),
        ({"from": "NOBODY"}, "#/from", "unknown_sender"),
        ({"lifetime": 3}, "#/lifetime", "unknown_field"),
    ],
)
def test_bad_input_names_its_field(api, scene, change, pointer, code):
    response = start(api, **change)
    assert response.status_code == 422, response.content
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert code in (None, error["code"])
    assert not Verification.objects.exists()


def test_closed_country_is_refused_and_noted(api, scene, world):
    response = start(api, to="+12065550100", client_reference="login-1")
    assert response.status_code == 403
    assert response.json()["code"] == "verification_country_closed"
    row = Verification.objects.get()
    assert (row.status, row.reason) == ("blocked", "country")
    assert Event.objects.get(account=world.account).type == "verification.blocked"
    refused = api.post(f"/verifications/{row.pk}/check", {"code": "123456"})
    assert refused.json()["code"] == "verification_blocked"


def test_resend_too_soon_says_when(api, scene):
    body = start(api).json()
    response = api.post(f"/verifications/{body['id']}/resend")
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 30


def test_cancel(api, scene):
    body = start(api).json()
    path = f"/verifications/{body['id']}"
    assert api.post(f"{path}/cancel").json()["status"] == "canceled"
    assert api.post(f"{path}/cancel").status_code == 409


def test_list_is_filtered_and_paged(api, scene):
    for last in range(3):
        start(api, to=f"+8498123456{last}")
    first = api.get("/verifications?limit=2").json()
    rest = api.get(f"/verifications?limit=2&cursor={first['next_cursor']}").json()
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)
    found = api.get("/verifications?to=0981234561&status=pending").json()["data"]
    assert [one["to"] for one in found] == ["+84981234561"]


def test_unknown_is_404(api, scene):
    assert api.get(f"/verifications/{uuid.uuid4()}").status_code == 404
    answer = api.post("/verifications/check", {"to": TO, "code": "123456"})
    assert answer.status_code == 404


def test_reference_is_used_once(api, scene):
    assert start(api, client_reference="login-1").status_code == 201
    second = start(api, to="+84981234568", client_reference="login-1")
    assert (second.status_code, second.json()["code"]) == (409, "client_reference_used")


def test_hash_and_domain_choose_the_text(api, scene, world):
    template = make_otp_template(
        world.account,
        world.advertiser,
        slug="for-phones",
        body="Your code is {code}\n\n{hash}\n@shop.example #{code}",
        slots=[
            {"name": "code", "type": "code", "example": "240389", "charset": "digits"},
            {"name": "hash", "type": "app_hash", "example": "FA+9qCX9VSu"},
        ],
    )
    VerificationText.objects.create(
        service=scene.service, locale="en", template=template, position=1
    )
    snapshots.forget()
    response = start(api, app_hash="FA+9qCX9VSu", web_otp_domain="shop.example", locale="en-GB")
    body = response.json()
    assert response.status_code == 201, body
    assert body["template"] == "for-phones"
    text = api.get(f"/messages/{body['sends'][0]['message_id']}").json()["text"]
    assert text == "Your code is ******\n\nFA+9qCX9VSu\n@shop.example #******"


def test_services_are_kept_in_the_name_of_the_keys_maker(world, scene):
    api = Caller(world.account, actor=world.ines)
    template = make_otp_template(world.account, world.advertiser, slug="second")
    request = {
        "name": "Payments",
        "slug": "payments",
        "sender": scene.service.sender.address,
        "countries": ["vn", "US"],
        "limit_number": "3 per 600s",
        "texts": [{"locale": "vi", "template": template.slug}],
    }
    made = api.post("/verification-services", request)
    assert made.status_code == 201, made.content
    assert made.json()["countries"] == ["VN", "US"]
    assert made.json()["limit_number"] == "3 per 10m"
    changed = api.patch("/verification-services/payments", {"mode": "monitor"})
    assert changed.json()["mode"] == "monitor"
    assert VerificationService.objects.get(slug="payments").texts.count() == 1
    named = start(api)
    assert named.json()["errors"][0]["pointer"] == "#/service"
    alice = Caller(world.account, actor=world.alice)
    refused = alice.patch("/verification-services/payments", {"mode": "allow"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sender": "NOBODY"}, "#/sender"),
        ({"texts": [{"locale": "en", "template": "nobody"}]}, "#/texts/0/template"),
        ({"texts": []}, "#/texts"),
        ({"limit_ip": "many"}, "#/limit_ip"),
        ({"countries": ["Vietnam"]}, "#/countries"),
        ({"code_length": 3}, "#/code_length"),
        ({"mode": "strict"}, "#/mode"),
    ],
)
def test_bad_settings_name_their_field(world, scene, change, pointer):
    api = Caller(world.account, actor=world.ines)
    response = api.patch("/verification-services/sign-in", change)
    assert response.status_code == 422, response.content
    assert response.json()["errors"][0]["pointer"].startswith(pointer)


def held(scene, prefix="84981"):
    now = clock.now()
    return VerificationHold.objects.create(
        account=scene.account,
        service=scene.service,
        country="VN",
        prefix=prefix,
        cause="low_conversion",
        placed_at=now,
        until=now + timedelta(hours=1),
    )


def test_a_hold_is_listed_and_lifted_by_an_officers_key(world, scene):
    hold = held(scene)
    officer, marketer = Caller(world.account, actor=world.bob), Caller(world.account)
    assert [one["id"] for one in marketer.get("/verification-holds").json()["data"]] == [hold.pk]
    assert start(officer).json()["code"] == "verification_held"
    lift = f"/verification-holds/{hold.pk}/lift"
    refused = Caller(world.account, actor=world.alice).post(lift, {"reason": "They are real"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    missing = officer.post(lift, {})
    assert missing.json()["errors"][0]["pointer"] == "#/reason"
    lifted = officer.post(lift, {"reason": "They are real"}).json()
    assert (lifted["reason"], lifted["ended_at"] is not None) == ("They are real", True)
    assert officer.get("/verification-holds?is_active=true").json()["data"] == []
    assert len(officer.get("/verification-holds?is_active=false").json()["data"]) == 1
    assert officer.post(lift, {"reason": "again"}).status_code == 409
    assert start(officer).status_code == 201
    stranger = Caller(world.other_account, actor=world.charlie)
    assert stranger.post(lift, {"reason": "x"}).status_code == 404
    assert stranger.get("/verification-holds").json()["data"] == []


def test_a_number_is_let_through_for_a_time(world, scene):
    held(scene)
    officer = Caller(world.account, actor=world.bob)
    until = (clock.now() + timedelta(days=1)).isoformat()
    asked = {"prefix": TO, "service": "sign-in", "until": until, "reason": "They called"}
    made = officer.post("/verification-overrides", asked)
    assert (made.status_code, made.json()["prefix"]) == (201, TO.lstrip("+"))
    assert start(officer).status_code == 201
    far = (clock.now() + timedelta(days=60)).isoformat()
    assert officer.post("/verification-overrides", asked | {"until": far}).json()["code"] == (
        "until_too_far"
    )
    other = officer.post("/verification-overrides", asked | {"service": "none"})
    assert other.status_code == 404
    end = f"/verification-overrides/{made.json()['id']}/end"
    assert Caller(world.other_account, actor=world.charlie).post(end, {}).status_code == 404
    assert officer.post(end, {}).json()["ended_at"] is not None
    assert officer.get("/verification-overrides?is_active=true").json()["data"] == []
    assert start(officer).json()["code"] == "verification_held"
