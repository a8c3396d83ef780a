"""The page about one number, and proof packs from pages."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.models import AuditEntry
from compliance.services.consent import consent_record
from compliance.services.suppressions import suppression_add
from config.common import clock
from messaging.constants import MessageStatus
from messaging.frequency import Slot, slots_packed
from messaging.models import Frequency
from tests.factories import make_contact, make_inbound, make_message
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:messaging_message_number")
NUMBER = "84912345678"


@pytest.fixture
def person(world: World) -> None:
    """Somebody with a bit of everything."""
    shared: dict[str, Any] = {
        "account": world.account,
        "advertiser": world.advertiser,
        "msisdn": NUMBER,
        "purpose": "marketing",
        "actor": world.bob,
    }
    consent_record(
        **shared,
        action="granted",
        method="form",
        source="Shop 7",
        evidence={"form": "F-4711"},
        given_at=clock.now(),
    )
    suppression_add(**shared, source="console", reason="phoned us")
    make_contact(world.account, msisdn=NUMBER, name="Chị Lan")
    make_inbound(world.account, msisdn=NUMBER, text="bao nhieu tien")
    make_message(world.account, msisdn=NUMBER, status=MessageStatus.DELIVERED)


def page(client: Client, user: Any, **query: str) -> Any:
    client.force_login(user)
    return client.get(PAGE, {"number": "0912 345 678", **query})


@pytest.mark.usefixtures("person")
def test_an_officer_sees_who_what_was_agreed_refused_replied_and_sent(
    world: World, client: Client
) -> None:
    text = page(client, world.bob).content.decode()
    shown = ("Chị Lan", "Shop 7", "F-4711", "phoned us", "bao nhieu tien", "Delivered")
    assert [words for words in shown if words not in text] == []


@pytest.mark.usefixtures("person")
def test_a_marketer_sees_no_evidence_and_gets_no_pack(world: World, client: Client) -> None:
    answer = page(client, world.alice)
    assert "Shop 7" in answer.content.decode()
    assert "F-4711" not in answer.content.decode()
    assert page(client, world.alice, form="json").status_code == 404


@pytest.mark.usefixtures("person")
def test_another_account_sees_nothing_of_it(world: World, client: Client) -> None:
    answer = page(client, world.charlie)
    assert answer.status_code == 200
    assert "Chị Lan" not in answer.content.decode()
    given = page(client, world.charlie, account=str(world.account.pk))
    assert "Shop 7" not in given.content.decode()


def test_operators_have_no_such_page(world: World, client: Client) -> None:
    assert page(client, world.olga).status_code == 403


def test_the_page_asks_for_a_number_first(world: World, client: Client) -> None:
    client.force_login(world.bob)
    assert client.get(PAGE).status_code == 200
    assert "This is no telephone number." in page(client, world.bob, number="abc").content.decode()


def test_slots_tell_which_campaign_used_the_budget(world: World, client: Client) -> None:
    message = make_message(world.account, msisdn=NUMBER, message_class="marketing")
    Frequency.objects.create(
        advertiser_id=world.advertiser.pk,
        msisdn=NUMBER,
        slots=slots_packed([Slot(message.pk.bytes, 3, 4711, 0, clock.now().timestamp())]),
        reserved_at=clock.now(),
    )
    text = page(client, world.bob).content.decode()
    assert str(message.pk) in text
    assert "4711" in text


@pytest.mark.usefixtures("person")
def test_the_pack_of_a_number_comes_with_its_page(world: World, client: Client) -> None:
    answer = page(client, world.bob, form="json", day_from="2020-01-01")
    assert answer["Content-Disposition"].endswith('.json"')
    proof = json.loads(answer.content)
    assert proof["person"]["number"] == f"+{NUMBER}"
    assert len(proof["messages"]) == 1
    assert AuditEntry.objects.get(action="proof.created").actor == world.bob


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_officers_download_the_pack_of_a_message(world: World, client: Client, form: str) -> None:
    message = make_message(world.account)
    client.force_login(world.bob)
    answer = client.get(reverse(f"admin:messaging_message_proof_{form}", args=[message.pk]))
    assert answer["Content-Type"] == f"application/{form}"
    assert answer.content[:1] in (b"{", b"%")


@pytest.mark.parametrize("who", ["alice", "charlie", "olga", "ada"])
def test_nobody_else_does(world: World, client: Client, who: str) -> None:
    message = make_message(world.account)
    client.force_login(getattr(world, who))
    answer = client.get(reverse("admin:messaging_message_proof_json", args=[message.pk]))
    assert answer.status_code in {403, 404}
    assert not AuditEntry.objects.filter(action="proof.created").exists()


def test_the_page_of_a_message_has_the_buttons(world: World, client: Client) -> None:
    message = make_message(world.account)
    address = reverse("admin:messaging_message_change", args=[message.pk])
    client.force_login(world.bob)
    assert "proof-pdf" in client.get(address).content.decode()
    client.force_login(world.alice)
    assert "proof-pdf" not in client.get(address).content.decode()
