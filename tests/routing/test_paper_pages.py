"""Pages of senders' papers: what officers, operators, marketers and strangers see and may do."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.services.rules import rule_packs_load_shipped
from routing.models import Sender, SenderCertificate, SenderRegistration
from routing.services.papers import document_attach, paper_move, registrations_add
from tests.factories import make_certificate, make_network, make_sender
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(world: World) -> Sender:
    rule_packs_load_shipped(actor=None)
    return make_sender(
        world.account,
        advertiser=world.advertiser,
        kind="alphanumeric",
        address="SAOMAI",
        allowed_classes=["marketing"],
    )


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:routing_{name}", args=args)


def test_officer_records_a_certificate_with_its_copy(
    sender: Sender, world: World, browse: Any
) -> None:
    form = {
        "sender": sender.pk,
        "authority": "A05",
        "reference": "TDD-1",
        "valid_from": "2026-01-01",
        "valid_until": "2028-12-31",
        "note": "",
        "upload": SimpleUploadedFile("copy.txt", b"certificate"),
    }
    answer = browse(world.bob).post(page("sendercertificate_add"), form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = SenderCertificate.objects.get()
    assert (made.reference, made.state) == ("TDD-1", "draft")
    assert sender.documents.get().document.name == "copy.txt"


def test_officer_drafts_for_every_network_of_the_country(
    sender: Sender, world: World, browse: Any
) -> None:
    make_network("viettel")
    make_network("mobifone")
    form = {"sender": sender.pk, "classes": ["marketing"], "note": ""}
    client = browse(world.bob)
    answer = client.post(page("senderregistration_add"), form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert SenderRegistration.objects.count() == 2
    again = client.post(page("senderregistration_add"), form)
    assert "already" in again.content.decode()


def test_operator_records_the_networks_answer_and_officer_does_not(
    sender: Sender, world: World, browse: Any
) -> None:
    make_certificate(sender)
    (row,) = registrations_add(
        sender=sender, networks=[make_network("viettel")], classes=["marketing"], actor=None
    )
    paper_move(paper=row, state="submitted", actor=None)
    address = page("senderregistration_approve", row.pk)
    form = {"reference": "VT-1", "valid_from": "", "valid_until": "", "reason": ""}
    assert browse(world.bob).post(address, form).status_code == 404
    assert browse(world.olga).post(address, form).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reference) == ("approved", "VT-1")


def test_the_page_says_what_is_missing(sender: Sender, world: World, browse: Any) -> None:
    make_network("viettel")
    for person in (world.bob, world.olga, world.alice):
        shown = browse(person).get(page("sender_change", sender.pk)).content.decode()
        assert "SAOMAI has no certificate." in shown
        overview = browse(person).get(page("sender_overview")).content.decode()
        assert "SAOMAI" in overview
        assert "Missing" in overview


def test_a_document_opens_for_officers_and_operators_alone(
    sender: Sender, world: World, browse: Any
) -> None:
    attached = document_attach(sender=sender, name="lease.txt", content=b"lease", actor=None)
    address = page("sender_document", attached.pk)
    for person in (world.bob, world.olga):
        answer = browse(person).get(address)
        assert (answer.status_code, answer.content) == (200, b"lease")
        assert answer["Content-Disposition"].startswith("attachment")
    for person in (world.alice, world.charlie, world.ines):
        assert browse(person).get(address).status_code == 404


def test_a_stranger_sees_no_sender_in_the_overview(
    sender: Sender, world: World, browse: Any
) -> None:
    answer = browse(world.charlie).get(page("sender_overview"))
    assert "SAOMAI" not in answer.content.decode()
