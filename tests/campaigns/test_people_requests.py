import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from campaigns.models import AudienceEntry, BadLine, Contact, ContactImport, PersonRequest
from campaigns.services.contacts import contact_create
from campaigns.services.people import (
    erasure_foretell,
    person_copy,
    request_carry_out,
    request_open,
    request_withdraw,
    requests_continue,
)
from compliance.models import ConsentRecord, DataTransfer, Suppression
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from messaging.constants import MessageStatus
from messaging.models import InboundMessage, Message
from tests.factories import make_campaign, make_inbound, make_message, make_msisdn
from tests.world import World

pytestmark = pytest.mark.django_db
ERASURE, COPY = PersonRequest.Kind.ERASURE, PersonRequest.Kind.COPY


@pytest.fixture(autouse=True)
def packs(db: None) -> None:
    rule_packs_load_shipped(actor=None)


@pytest.fixture
def msisdn() -> str:
    return make_msisdn()


def asked(world: World, msisdn: str, kind: str = ERASURE, **overrides: Any) -> PersonRequest:
    values: dict[str, Any] = {"account": world.account, "actor": world.bob} | overrides
    today = clock.now().date()
    return request_open(msisdn=msisdn, kind=kind, **({"asked_on": today} | values))


def known(world: World, msisdn: str) -> Message:
    """A person with a contact, a campaign, a consent, a message and a reply."""
    contact = contact_create(
        account=world.account, number=f"+{msisdn}", name="Nguyễn An", actor=None
    )
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        purpose="marketing",
        action="granted",
        method="form",
        source="shop.example/form",
        evidence={"ip": "203.0.113.9"},
        actor=None,
    )
    message = make_message(
        world.account, msisdn=msisdn, status=MessageStatus.DELIVERED, metadata={"order": "7"}
    )
    campaign = make_campaign(world.account)
    AudienceEntry.objects.create(
        campaign=campaign, contact_id=contact.pk, msisdn=msisdn, outcome="released"
    )
    make_inbound(world.account, msisdn=msisdn, text="Bao giờ có hàng?")
    return message


def test_a_copy_holds_everything(world: World, msisdn: str) -> None:
    message = known(world, msisdn)
    copied = json.loads(json.dumps(person_copy(world.account, msisdn)))
    assert copied["contact"]["name"] == "Nguyễn An"
    assert copied["consents"][0]["evidence"] == {"ip": "203.0.113.9"}
    assert [one["id"] for one in copied["messages"]] == [str(message.pk)]
    assert copied["replies"][0]["text"] == "Bao giờ có hàng?"
    assert copied["campaigns"][0]["outcome"] == "released"


def test_a_copy_holds_nothing_of_another_account(world: World, msisdn: str) -> None:
    known(world, msisdn)
    copied = person_copy(world.other_account, msisdn)
    assert copied["contact"] is None
    assert not any(copied[part] for part in ("consents", "messages", "replies", "campaigns"))


def test_an_erasure_takes_what_may_go_and_says_what_stays(world: World, msisdn: str) -> None:
    message = known(world, msisdn)
    foretold = erasure_foretell(world.account, msisdn)
    done = request_carry_out(request=asked(world, msisdn), actor=world.bob)
    assert [(one["what"], one["is_kept"]) for one in done.report] == [
        (line.what, line.is_kept) for line in foretold
    ]
    kept = {one["what"]: one["why"] for one in done.report if one["is_kept"]}
    assert set(kept) == {"evidence", "message_records", "refusals"}
    assert not Contact.objects.filter(msisdn=msisdn).exists()
    assert not AudienceEntry.objects.filter(msisdn=msisdn).exists()
    assert InboundMessage.objects.get(msisdn=msisdn).text == ""
    erased = Message.objects.get(pk=message.pk)
    assert (erased.text, erased.metadata, erased.msisdn) == ("", None, msisdn)
    assert done.status == PersonRequest.Status.PARTLY


def test_who_is_forgotten_is_not_written_to_again(world: World, msisdn: str) -> None:
    known(world, msisdn)
    request_carry_out(request=asked(world, msisdn), actor=world.bob)
    refusal = Suppression.objects.get(account=world.account, msisdn=msisdn, advertiser=None)
    assert refusal.purpose == "marketing"


def test_a_message_on_its_way_arrives_first(world: World, msisdn: str) -> None:
    waiting = make_message(world.account, msisdn=msisdn, status=MessageStatus.SCHEDULED)
    done = request_carry_out(request=asked(world, msisdn), actor=world.bob)
    assert Message.objects.get(pk=waiting.pk).text
    assert done.next_at == clock.now().date() + timedelta(days=1)


def test_what_was_owed_is_erased_by_itself_when_its_time_is_over(world: World, msisdn: str) -> None:
    known(world, msisdn)
    request = request_carry_out(request=asked(world, msisdn), actor=world.bob)
    with clock.freeze(clock.now() + timedelta(days=366 * 6)):
        Message.objects.filter(msisdn=msisdn).delete()  # as the retention run does
        assert requests_continue() == 1
    request.refresh_from_db()
    assert (request.status, request.msisdn) == (PersonRequest.Status.DONE, "")
    assert not ConsentRecord.objects.filter(msisdn=msisdn).exists()


def test_a_second_request_finds_the_first(world: World, msisdn: str) -> None:
    asked(world, msisdn)
    with pytest.raises(ConflictError):
        asked(world, msisdn)
    asked(world, msisdn, COPY)
    asked(world, msisdn, account=world.other_account)


def test_a_withdrawn_request_erases_nothing(world: World, msisdn: str) -> None:
    known(world, msisdn)
    request = asked(world, msisdn)
    request_withdraw(request=request, actor=world.bob)
    assert Contact.objects.filter(msisdn=msisdn).exists()
    with pytest.raises(ConflictError):
        request_carry_out(request=request, actor=world.bob)


def test_a_request_is_not_of_tomorrow(world: World, msisdn: str) -> None:
    with pytest.raises(InvalidError) as caught:
        asked(world, msisdn, asked_on=clock.now().date() + timedelta(days=3))
    assert caught.value.field == "asked_on"


def test_lines_of_files_with_the_number_go(world: World, msisdn: str) -> None:
    found = ContactImport.objects.create(token=uuid4(), account=world.account, file_name="a.csv")
    for line, content in ((1, f"0{msisdn[2:]};An"), (2, "0900000000;Bình")):
        BadLine.objects.create(contact_import=found, line=line, code="x", content=content)
    request_carry_out(request=asked(world, msisdn), actor=world.bob)
    assert list(BadLine.objects.values_list("line", flat=True)) == [2]


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:campaigns_personrequest_{name}", args=args)


def test_officer_enters_foretells_and_erases(world: World, browse: Any, msisdn: str) -> None:
    known(world, msisdn)
    client = browse(world.bob)
    values = {
        "account": world.account.pk,
        "kind": "erasure",
        "msisdn": f"+{msisdn}",
        "asked_on": date.today().isoformat(),  # noqa: DTZ011
        "due_on": "",
        "note": "e-mail",
    }
    assert client.post(page("add"), values).status_code == 302
    request = PersonRequest.objects.get()
    shown = client.get(page("change", request.pk)).content.decode()
    assert "What would be done" in shown
    assert "would be erased" in shown
    assert client.post(page("carry_out", request.pk)).status_code == 302
    assert "What was done" in client.get(page("change", request.pk)).content.decode()
    found = client.get(page("changelist"), {"q": f"+{msisdn}"}).content.decode()
    assert request.shown_number in found or f"+{msisdn}" in found


def test_a_copy_is_entered_in_the_transfer_register(world: World, browse: Any, msisdn: str) -> None:
    known(world, msisdn)
    request = asked(world, msisdn, COPY)
    answer = browse(world.bob).get(page("copy", request.pk))
    assert answer.json()["number"] == f"+{msisdn}"
    assert DataTransfer.objects.get().what == "person.copy"


def test_a_stranger_and_a_marketer_see_no_requests(world: World, browse: Any, msisdn: str) -> None:
    request = asked(world, msisdn, COPY)
    for person in (world.charlie, world.alice):
        assert browse(person).get(page("change", request.pk)).status_code in (302, 403, 404)
        assert browse(person).get(page("copy", request.pk)).status_code in (403, 404)
