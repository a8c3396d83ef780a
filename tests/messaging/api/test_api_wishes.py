"""Asking for consent, and refusals that reached the customer."""

import pytest

from compliance.models import ConsentState, Program, Suppression
from compliance.services.rules import rule_packs_load_shipped
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from tests.factories import make_bind, make_network, make_template_version
from tests.messaging.hot import Line, events
from tests.messaging.test_inbound import received

pytestmark = pytest.mark.django_db
PHONE = "84981112223"


@pytest.fixture
def asking(market, world):
    """What an account needs to ask: a template that does, and the country's rules."""
    rule_packs_load_shipped(actor=None)
    make_template_version(
        world.account,
        body="Sao Mai: reply YES to get offers, at most 4 a month.",
        slug="ask-first",
        message_class="marketing",
        asks_consent=True,
        advertiser=market.sender.advertiser,
    )
    snapshots.forget()
    return {
        "number": f"+{PHONE}",
        "advertiser": market.sender.advertiser.name,
        "template": "ask-first",
        "from": market.sender.address,
        "source": "https://example.com/join",
        "evidence": {"form": "17"},
        "frequency": "4/month",
    }


def only_error(response):
    return response.json()["errors"][0]


def test_person_is_asked_and_pending(api, asking):
    response = api.post("/consents/requests", asking)
    assert response.status_code == 201
    body = response.json()
    assert (body["state"], body["number"]) == ("requested", f"+{PHONE}")
    message = Message.objects.get(pk=body["message"])
    assert message.text.startswith("Sao Mai: reply YES")
    assert ConsentState.objects.get().state == "requested"


@pytest.mark.parametrize("answer", [b"YES", b"ok", b"DK"])
def test_yes_makes_it_consent_with_what_was_promised(api, asking, market, answer):
    api.post("/consents/requests", asking)
    bind = make_bind()
    line = Line(market.sender.account, market.sender, make_network(), bind.carrier, bind, 1)
    inbound_receive([received(line, answer, sender=PHONE)])
    state = ConsentState.objects.get()
    assert (state.state, state.promised_limit) == ("granted", 4)
    assert state.record.method == "registration_reply"


def test_second_question_is_refused_with_the_rule(api, asking):
    api.post("/consents/requests", asking)
    response = api.post("/consents/requests", asking)
    assert response.status_code == 403
    assert "once ever" in response.json()["detail"]
    assert Message.objects.count() == 1


def test_who_refused_is_not_asked(api, asking):
    api.post("/consents/opt-outs", {k: asking[k] for k in ("number", "advertiser")})
    assert api.post("/consents/requests", asking).json()["code"] == "suppressed"
    assert Message.objects.count() == 0


def test_only_a_template_that_asks_may_ask(api, asking, market):
    response = api.post("/consents/requests", asking | {"template": market.template})
    assert response.status_code == 422
    assert only_error(response)["code"] == "template_asks_nothing"


def test_repeated_request_with_its_key_sends_one_message(api, asking):
    headers = {"Idempotency-Key": "join-17"}
    first = api.post("/consents/requests", asking, headers=headers)
    again = api.post("/consents/requests", asking, headers=headers)
    assert first.json() == again.json()
    assert Message.objects.count() == 1


def refusal(world, **more):
    return {"number": f"+{PHONE}", "evidence": {"call": "88"}} | more


def test_refusal_is_in_force_at_once(api, world):
    response = api.post("/consents/opt-outs", refusal(world, advertiser="Sao Mai"))
    assert (response.status_code, response.json()["reach"]) == (201, "brand")
    found = Suppression.objects.get()
    assert (found.cause, found.source, found.purpose) == ("refusal", "api", "marketing")
    assert ConsentState.objects.get().record.evidence["call"] == "88"
    assert events(world.account) == ["consent.revoked"]


def test_refusal_of_every_brand(api, world):
    assert api.post("/consents/opt-outs", refusal(world)).json()["reach"] == "account"
    assert Suppression.objects.get().advertiser is None


def test_refusal_of_one_program(api, world):
    sale = Program.objects.create(
        account=world.account, advertiser=world.advertiser, name="Sales", code="SALE"
    )
    wanted = refusal(world, advertiser="Sao Mai", program="sale")
    assert api.post("/consents/opt-outs", wanted).json()["program"] == "SALE"
    assert Suppression.objects.get().program == sale


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"program": "SALE"}, "program_without_brand"),
        ({"program": "SALE", "advertiser": "Sao Mai"}, "unknown_program"),
        ({"advertiser": "Nobody"}, "unknown_advertiser"),
    ],
)
def test_wrong_refusal_is_refused(api, world, change, code):
    response = api.post("/consents/opt-outs", refusal(world, **change))
    assert (response.status_code, only_error(response)["code"]) == (422, code)


def test_strangers_brand_is_unknown(stranger, world):
    response = stranger.post("/consents/opt-outs", refusal(world, advertiser="Sao Mai"))
    assert only_error(response)["code"] == "unknown_advertiser"
    assert not Suppression.objects.exists()
