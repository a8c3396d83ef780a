"""POST /messages/preview: what sending would say, said before."""

from datetime import UTC, datetime

import pytest

from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common import clock
from messaging.models import Dispatch, Message, Waiting
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route
from routing.models import Network
from tests.factories import make_bind, make_route, make_sender, make_template_version

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # 12:00 in Vietnam
NIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # midnight there
MORNING = datetime(2026, 11, 23, 0, tzinfo=UTC)
AD = "[QC] Sao Mai giam gia 20%. Tu choi soan TC gui 53849"


def preview(api, **body):
    response = api.post("/messages/preview", body)
    assert response.status_code == 200, response.content
    return response.json()


def sent(api, **body):
    """The message after it was decided."""
    response = api.post("/messages", body)
    assert response.status_code == 201, response.content
    unrouted_route(limit=10)
    return api.get(f"/messages/{response.json()['id']}").json()


def test_text_alone_is_counted(api, market):
    found = preview(api, text="Đơn A-1 đã gửi.")
    assert (found["encoding"], found["units"], found["segment_count"]) == ("ucs2", 15, 1)
    assert found["segments"] == [{"units": 15, "text": "Đơn A-1 đã gửi."}]
    assert found["culprits"][0] == {
        "position": 0,
        "character": "Đ",
        "name": "LATIN CAPITAL LETTER D WITH STROKE",
        "suggestion": "D",
    }
    assert found["cost"] == {"amount": "350", "currency": "VND", "audience": None}
    assert found["compliance"] is found["network"] is found["route"] is found["refusal"] is None


def test_empty_text_is_one_segment(api, market):
    found = preview(api, text="")
    assert (found["units"], found["segment_count"]) == (0, 1)


def test_audience_is_priced(api, market):
    found = preview(api, text="x" * 161, audience_size=1000)
    assert found["cost"]["amount"] == "700"
    assert found["cost"]["audience"] == {"size": 1000, "amount": "700000"}


@pytest.mark.parametrize(("normalize", "units"), [(True, 4), (False, 6)])
def test_decomposed_text_is_composed_unless_asked(api, market, normalize, units):
    found = preview(api, text="Vie\u0302\u0323t", normalize=normalize)
    assert (found["is_nfc"], found["units"]) == (False, units)


@pytest.mark.parametrize(
    ("text", "code", "position"), [("ab\x00", "nul", "3"), ("a\ud83d", "lone_surrogate", "2")]
)
def test_what_cannot_be_held_is_refused_with_its_position(api, market, text, code, position):
    response = api.post("/messages/preview", {"text": text})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"], error["pointer"]) == (422, code, "#/text")
    assert position in error["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/text"),
        ({"text": "a", "template": "b"}, "#/text"),
        ({"template": "nothing"}, "#/template"),
        ({"text": "a", "to": "12", "from": "x"}, "#/from"),
        ({"text": "a", "audience_size": 0}, "#/audience_size"),
        ({"wording": {"text": "{a"}}, "#/wording/text"),
        ({"wording": {"text": "a", "bogus": 1}}, "#/wording/bogus"),
    ],
)
def test_what_cannot_be_read_is_an_error(api, market, body, pointer):
    response = api.post("/messages/preview", body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


def test_wording_is_counted_with_its_examples_and_its_worst_case(api, market):
    slots = [{"name": "name", "max_length": 200, "example": "Mai"}]
    found = preview(api, wording={"text": "Hi {name}!", "slots": slots}, **{"class": "care"})
    assert found["text"] == "Hi Mai!"
    assert found["worst_case"]["longest"]["segment_count"] == 2
    assert found["content"] == [{"country": "VN", "is_blocked": False, "findings": []}]


def test_template_without_parameters_shows_its_examples(api, market):
    assert preview(api, template=market.template)["text"] == "Order A-1 is on its way."


def test_values_that_sending_would_miss_are_its_refusal(api, market):
    wanted = {"to": "+84981234567", "from": market.sender.address, "template": market.template}
    found = preview(api, **wanted)
    assert found["text"] == "Order A-1 is on its way."
    assert found["refusal"]["code"] == api.post("/messages", wanted).json()["code"]
    assert found["refusal"]["pointer"] == "#/parameters/order"


def test_fallbacks_stand_where_values_are_missing_as_in_sending(api, market, world):
    slots = [{"name": "name", "example": "Mai", "fallback": "customer"}]
    make_template_version(
        world.account, advertiser=world.advertiser, slug="hi", body="Hi {name}!", slots=slots
    )
    wanted = {"to": "+84981234567", "from": market.sender.address, "template": "hi"}
    found = preview(api, **wanted)
    assert found["text"] == api.post("/messages", wanted).json()["text"] == "Hi customer!"
    assert found["refusal"] is None
    assert preview(api, template="hi")["text"] == "Hi Mai!"


def test_preview_of_an_allowed_message_is_what_sending_does(api, text):
    make_route()
    with clock.freeze(NOON):
        found, message = preview(api, **text), sent(api, **text)
    for same in ("text", "encoding", "segment_count", "status", "failure_reason"):
        assert found[same] == message[same], same
    assert message["status"] == "queued"
    assert {k: found["cost"][k] for k in message["price"]} == message["price"]
    assert found["network"]["code"] == message["network"]
    assert found["compliance"]["decision"] == "allowed"


@pytest.fixture
def ad(api, world, market):
    """An advertisement that Vietnam's rules allow by day."""
    rule_packs_load_shipped(actor=None)
    network = Network.objects.get(code="viettel")
    sender = make_sender(
        world.account,
        advertiser=world.advertiser,
        kind="alphanumeric",
        address="SAOMAI",
        registered=(network,),
    )
    version = make_template_version(
        world.account, advertiser=world.advertiser, body=AD, message_class="marketing"
    )
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn="84981234567",
        purpose="marketing",
        action="granted",
        method="form",
        actor=None,
    )
    make_route()
    snapshots.forget()
    return {"to": "+84981234567", "from": sender.address, "template": version.template.slug}


def test_preview_at_night_names_the_morning(api, ad):
    with clock.freeze(NIGHT):
        found, message = preview(api, **ad), sent(api, **ad)
        waiting = Waiting.objects.get(id=message["id"])
    assert (found["status"], message["status"]) == ("scheduled", "scheduled")
    assert found["compliance"]["decision"] == "delayed"
    assert datetime.fromisoformat(found["compliance"]["until"]) == waiting.due_at == MORNING


def test_preview_at_another_time_decides_for_then(api, ad):
    with clock.freeze(NIGHT):
        found = preview(api, **ad, at="2026-11-23T12:00:00+07:00")
    assert (found["status"], found["compliance"]["decision"]) == ("queued", "allowed")
    assert found["at"] == "2026-11-23T05:00:00Z"


def test_preview_of_a_blocked_message_names_its_reason(api, ad):
    stranger = ad | {"to": "+84989999999"}
    with clock.freeze(NOON):
        found, message = preview(api, **stranger), sent(api, **stranger)
    assert message["status"] == found["status"] == "blocked"
    assert message["failure_reason"] == found["failure_reason"] == "no_consent"
    assert found["compliance"]["decision"] == "blocked"
    findings = found["compliance"]["findings"]
    assert "There is no consent to this purpose from the number." in [
        finding["message"] for finding in findings if finding["severity"] == "block"
    ]
    for finding in findings:
        assert all(finding[part] for part in ("rule", "citation", "severity", "message", "fix"))


def test_opted_out_number_is_blocked_for_its_account_alone(api, world, text):
    make_route()
    rule_packs_load_shipped(actor=None)
    suppression_add(
        account=world.other_account,
        advertiser=None,
        msisdn="84981234567",
        purpose="all",
        source="api",
        reason="",
        actor=None,
    )
    snapshots.forget()
    with clock.freeze(NOON):
        assert preview(api, **text)["compliance"]["decision"] == "allowed"
        suppression_add(
            account=api.account,
            advertiser=None,
            msisdn="84981234567",
            purpose="all",
            source="api",
            reason="",
            actor=None,
        )
        found, message = preview(api, **text), sent(api, **text)
    assert (found["status"], found["failure_reason"]) == ("blocked", "suppressed")
    assert (message["status"], message["failure_reason"]) == ("blocked", "suppressed")


def test_preview_stores_nothing(api, text):
    preview(api, **text)
    assert not Message.objects.exists()
    assert not Dispatch.objects.exists()
    assert not Waiting.objects.exists()


def test_refusal_is_the_error_of_sending(api, text):
    wanted = text | {"class": "transactional"}
    refused = api.post("/messages", wanted)
    found = preview(api, **wanted)
    assert found["compliance"]["decision"] == "blocked"
    assert found["status"] is None
    error = refused.json()["errors"][0]
    assert found["refusal"] == {"status": refused.status_code, "closest": None, **error}


def test_route_tells_ways_but_neither_carrier_nor_cost(api, text):
    route = make_route()
    found = preview(api, **text)
    (candidate,) = found["route"]["candidates"]
    assert (candidate["share"], candidate["is_chosen"]) == (1.0, True)
    told = {"tier", "share", "is_chosen", "is_available", "exclusion", "segment_count"}
    assert set(candidate) == told
    assert route.carrier.name not in str(found)
    assert route.name not in str(found)


def test_each_way_says_its_segments_and_what_its_binds_do_not_take(api, text):
    wide, narrow = make_route(), make_route(tier=2)
    make_bind(wide.carrier)
    make_bind(narrow.carrier, max_octets=70, max_segments=2)
    make_bind(narrow.carrier, bind_type="receiver", max_octets=40)
    snapshots.forget()
    found = preview(api, **text | {"text": "a" * 150})
    first, second = found["route"]["candidates"]
    assert (first["segment_count"], first["exclusion"]) == (1, None)
    assert (second["segment_count"], second["exclusion"]) == (3, "bind_limits")


def test_ways_of_other_accounts_are_not_shown(api, text, world):
    make_route()
    make_route(account=world.other_account)
    snapshots.forget()
    assert len(preview(api, **text)["route"]["candidates"]) == 1


def test_other_days_have_their_own_leases(api, market, text):
    later = market.sender.lease_end.isoformat() + "T23:59:59Z"
    found = preview(api, **text, at=later)
    assert found["refusal"] is None
    found = preview(api, **text, at="2029-01-31T02:00:00Z")
    assert found["refusal"]["code"] == "sender_out_of_lease"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_ends_of_time_are_out_of_reach(api, ad, at):
    response = api.post("/messages/preview", ad | {"at": at})
    assert (response.status_code, response.json()["code"]) == (422, "at_too_far")
    assert api.post("/messages/preview", ad | {"send_at": at}).status_code == 200


def test_stranger_sees_nothing_of_the_account(stranger, market, text):
    response = stranger.post("/messages/preview", text)
    assert response.json()["code"] == "unknown_sender"
    response = stranger.post("/messages/preview", {"template": market.template})
    assert response.json()["code"] == "template_not_approved"
