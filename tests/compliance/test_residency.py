from collections import Counter
from typing import Any

import pytest

from compliance.models import Account, DataTransfer
from compliance.services.api_keys import api_key_create
from compliance.services.residency import ResidencyError, export_note
from config.common.clock import now
from config.common.errors import InvalidError
from config.common.ids import uuid7
from messaging.models import WebhookDelivery
from messaging.services.webhook_claims import deliveries_claim
from messaging.services.webhooks import webhook_add
from tests.factories import make_webhook
from tests.world import World

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/sms"


@pytest.fixture
def vietnamese(world: World) -> Account:
    world.account.residency = ["VN"]
    world.account.save()
    return world.account


def test_an_export_goes_where_the_data_stays_and_is_entered(
    world: World, vietnamese: Account
) -> None:
    world.bob.country = "VN"
    export_note(account=vietnamese, what="campaign.results", actor=world.bob, rows=12)
    entry = DataTransfer.objects.get()
    assert (entry.what, entry.country, entry.rows) == ("campaign.results", "VN", 12)
    assert entry.recipient == f"user:{world.bob.pk}"


@pytest.mark.parametrize("country", ["", "SG"])
def test_an_export_to_another_or_an_undeclared_place_is_refused(
    world: World, vietnamese: Account, country: str
) -> None:
    world.bob.country = country
    with pytest.raises(ResidencyError, match="stays in VN") as caught:
        export_note(account=vietnamese, what="campaign.results", actor=world.bob)
    assert caught.value.code == "residency"
    assert not DataTransfer.objects.exists()


def test_an_account_without_residency_exports_anywhere_and_it_is_entered(world: World) -> None:
    export_note(account=world.account, what="campaign.results", actor=world.bob)
    assert DataTransfer.objects.get().country == ""


def test_a_key_is_where_it_is_said_to_be_used(world: World, vietnamese: Account) -> None:
    values: dict[str, Any] = {"account": vietnamese, "scopes": ["messages:read"], "actor": None}
    here, _text = api_key_create(name="here", country="vn", **values)
    there, _text = api_key_create(name="there", country="US", **values)
    export_note(account=vietnamese, what="proof", actor=None, api_key=here)
    with pytest.raises(ResidencyError):
        export_note(account=vietnamese, what="proof", actor=None, api_key=there)


@pytest.mark.parametrize("country", ["", "SG"])
def test_a_webhook_outside_is_refused(vietnamese: Account, country: str) -> None:
    with pytest.raises(ResidencyError):
        webhook_add(account=vietnamese, values={"name": "CRM", "url": URL, "country": country})
    assert (
        webhook_add(
            account=vietnamese, values={"name": "CRM", "url": URL, "country": "vn"}
        ).endpoint.country
        == "VN"
    )


def test_a_country_has_two_letters(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        webhook_add(
            account=world.account, values={"name": "CRM", "url": URL, "country": "Viet Nam"}
        )
    assert caught.value.code == "invalid_country"


def test_what_was_set_up_before_the_data_had_to_stay_gets_nothing_more(world: World) -> None:
    endpoint = make_webhook(world.account)
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event_id=uuid7(), sequence=1, type="message.sent", next_attempt_at=now()
    )
    world.account.residency = ["VN"]
    world.account.save()
    assert deliveries_claim(10, Counter()) == []
    endpoint.country = "VN"
    endpoint.save()
    assert [one.id for one in deliveries_claim(10, Counter())] == [delivery.pk]
