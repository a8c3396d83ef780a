"""Papers of senders by API: what is missing is named, in preview, in the message and at the
sender; whose role allows it may register."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.selectors.snapshot import snapshots
from routing.models import Network, SenderCertificate, SenderRegistration
from tests.factories import make_certificate, make_route, make_sender, make_template_version
from tests.messaging.api.conftest import Caller
from tests.messaging.api.test_api_preview import preview, sent

pytestmark = pytest.mark.django_db
AD = "[QC] Giam 30% hom nay. Tu choi, soan TC gui 1313"
NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOON.date()


@pytest.fixture
def ad(world, market):
    """An advertisement from a brandname with all its papers, to somebody who agreed."""
    rule_packs_load_shipped(actor=None)
    network = Network.objects.get(code="viettel")
    shared = {"account": world.account, "advertiser": world.advertiser}
    with clock.freeze(NOON):
        sender = make_sender(**shared, kind="alphanumeric", address="SAOMAI", registered=(network,))
        version = make_template_version(body=AD, message_class="marketing", **shared)
        consent_record(
            msisdn="84981234567",
            purpose="marketing",
            action="granted",
            method="form",
            actor=None,
            **shared,
        )
    make_route()
    snapshots.forget()
    return {"to": "+84981234567", "from": sender.address, "template": version.template.slug}


def refusal(api, ad):
    """The sentence that blocks, with its way out; preview and message agree."""
    snapshots.forget()
    with clock.freeze(NOON):
        found, message = preview(api, **ad), sent(api, **ad)
    assert message["status"] == found["status"]
    blocks = [one for one in found["compliance"]["findings"] if one["severity"] == "block"]
    if not blocks:
        return found["status"], ""
    assert message["failure_reason"] == "sender_not_allowed"
    return blocks[0]["message"], blocks[0]["fix"]


def test_with_all_papers_it_is_sent(api, ad):
    assert refusal(api, ad) == ("queued", "")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "submitted"}, "The certificate of SAOMAI is pending since"),
        ({"state": "suspended"}, "The certificate of SAOMAI is suspended since"),
        ({"valid_until": TODAY - timedelta(days=1)}, "The certificate of SAOMAI expired on"),
        ({"valid_from": TODAY + timedelta(days=1)}, "The certificate of SAOMAI is valid only from"),
    ],
)
def test_the_certificate_is_named(api, ad, change, sentence):
    SenderCertificate.objects.update(**change)
    assert refusal(api, ad)[0].startswith(sentence)


def test_the_network_and_the_class_are_named(api, ad):
    SenderRegistration.objects.filter(message_class="marketing").delete()
    sentence, fix = refusal(api, ad)
    assert sentence == "SAOMAI is not registered with Viettel for Marketing."
    assert "Viettel" in fix


def test_on_its_last_day_it_counts(api, ad):
    SenderRegistration.objects.update(valid_until=TODAY)
    assert refusal(api, ad)[0] == "queued"
    SenderRegistration.objects.update(valid_until=TODAY - timedelta(days=1))
    assert "expired on" in refusal(api, ad)[0]


def test_advertising_from_a_number_names_the_brandname_that_may(api, ad, market):
    numeric = ad | {"from": market.sender.address}
    sentence, fix = refusal(api, numeric)
    assert f"({market.sender.address})" in sentence
    assert fix == "Choose a registered brandname: SAOMAI. Or register another one."
    SenderCertificate.objects.all().delete()
    assert refusal(api, numeric)[1].startswith("Register a brandname")


def test_a_paid_service_names_its_price(api, ad, world):
    version = world.account.templates.get(slug=ad["template"])
    version.is_paid = True
    version.save()
    snapshots.forget()
    with clock.freeze(NOON):
        found = preview(api, **ad)
    assert "vn.ads.price" in [one["rule"] for one in found["compliance"]["findings"]]


def test_a_sender_is_read_with_its_papers_and_what_is_missing(api, ad):
    SenderRegistration.objects.filter(message_class="care").delete()
    with clock.freeze(NOON):
        found = api.get("/senders/saomai").json()
    assert found["address"] == "SAOMAI"
    assert [one["state"] for one in found["certificates"]] == ["approved"]
    assert {one["class"] for one in found["registrations"]} == {
        "otp",
        "transactional",
        "marketing",
    }
    assert found["missing"] == ["SAOMAI is not registered with Viettel for Customer care."]


def test_a_stranger_finds_no_sender(stranger, ad):
    assert stranger.get("/senders/SAOMAI").status_code == 404


def test_an_officers_key_registers_and_hands_in(api, world, ad):
    make_sender(world.account, advertiser=world.advertiser, kind="alphanumeric", address="SAOMAI2")
    make_certificate(world.account.senders.get(address="SAOMAI2"))
    bob = Caller(world.account, actor=world.bob)
    made = bob.post("/senders/SAOMAI2/registrations", {"classes": ["marketing"]})
    assert made.status_code == 201, made.content
    (row,) = made.json()
    assert (row["network"], row["class"], row["state"]) == ("viettel", "marketing", "draft")
    address = f"/senders/SAOMAI2/registrations/{row['id']}"
    changed = bob.patch(address, {"reference": "VT-1", "state": "submitted"}).json()
    assert (changed["reference"], changed["state"]) == ("VT-1", "submitted")
    refused = bob.patch(address, {"state": "approved"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "role_missing"


@pytest.mark.parametrize("person", ["alice", "ines"])
def test_a_key_of_another_role_registers_nothing(world, ad, person):
    caller = Caller(world.account, actor=getattr(world, person))
    SenderRegistration.objects.filter(message_class="marketing").delete()
    answer = caller.post("/senders/SAOMAI/registrations", {"classes": ["marketing"]})
    assert answer.status_code == 403
