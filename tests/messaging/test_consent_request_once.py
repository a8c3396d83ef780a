"""A message that asks for consent: once ever, and again only where the first never left."""

import pytest

from compliance.services.consent import consent_request_note
from config.common import clock
from messaging.models import Frequency, Message
from messaging.selectors.snapshot import snapshots
from messaging.services.releases import Release
from messaging.services.routing import waiting_route
from tests.factories import make_template_version
from tests.messaging.brand import MSISDN, NOON, again, make_brand, released
from tests.messaging.hot import Line, state

pytestmark = pytest.mark.django_db
REQUEST = "[QC] Acme: ban co dong y nhan tin? Soan YES ACME. Tu choi, soan TC ACME gui 53849"


@pytest.fixture
def brand() -> Line:
    line = make_brand()
    with clock.freeze(NOON):
        yield line


@pytest.fixture
def asking(brand) -> Release:
    version = make_template_version(
        brand.account,
        body=REQUEST,
        message_class="marketing",
        advertiser=brand.sender.advertiser,
    )
    version.template.asks_consent = True
    version.template.save()
    return Release(brand.account.pk, 1, version.pk, brand.sender.pk)


def ask(release: Release, campaign: int) -> tuple[str, str]:
    (one,) = released(again(release, campaign))
    return one.outcome, one.reason


def test_nobody_is_asked_twice(asking):
    assert ask(asking, 1) == ("released", "")
    assert ask(asking, 2) == ("excluded", "no_consent")
    assert Frequency.objects.get().asked_id == Message.objects.get().pk


def test_request_that_never_left_may_be_made_again(asking):
    ask(asking, 1)
    Message.objects.update(status="canceled")
    assert ask(asking, 2) == ("released", "")


def test_request_of_long_ago_counts_though_its_message_is_gone(asking):
    ask(asking, 1)
    Message.objects.all().delete()
    assert ask(asking, 2) == ("excluded", "no_consent")


def waiting_request(brand: Line, asking: Release) -> Message:
    return brand.waiting(
        "marketing",
        template_version_id=asking.template_version_id,
        text=REQUEST,
        msisdn=MSISDN,
        due_at=NOON,
    )


def note(brand: Line, **evidence: str) -> None:
    consent_request_note(
        account=brand.account,
        advertiser=brand.sender.advertiser,
        msisdn=MSISDN,
        purpose="marketing",
        evidence=evidence,
    )


def test_person_who_was_asked_by_this_very_message_is_not_asked_before(brand, asking):
    """Asking by API notes the request when the message is accepted, before it is decided."""
    message = waiting_request(brand, asking)
    note(brand, message=str(message.pk))
    snapshots.forget()
    waiting_route()
    assert state(message) == "queued"


def test_person_who_was_asked_in_another_way_is_not_asked_again(brand, asking):
    note(brand, form="shop")
    message = waiting_request(brand, asking)
    snapshots.forget()
    waiting_route()
    assert state(message) == "blocked no_consent"
