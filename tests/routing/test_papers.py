"""The way of certificates, registrations and programs; blocking starts and ends with it."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from compliance.models import AuditEntry
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.models import Event
from routing.models import Sender, SenderCertificate, SenderNotice, SenderRegistration, SenderStep
from routing.selectors.ends import endings
from routing.selectors.overview import overviews
from routing.services.alarms import ends_announce, threshold_of
from routing.services.papers import (
    Grant,
    document_attach,
    paper_move,
    paper_save,
    papers_expire,
    registrations_add,
)
from routing.services.senders import sender_save
from tests.factories import make_certificate, make_network, make_sender
from tests.world import World

pytestmark = pytest.mark.django_db
BRAND = {"kind": "alphanumeric", "address": "SAOMAI"}


@pytest.fixture
def sender(world: World) -> Sender:
    rule_packs_load_shipped(actor=None)
    return make_sender(world.account, advertiser=world.advertiser, **BRAND)


def registered(sender: Sender, world: World) -> SenderRegistration:
    """A draft with the one network."""
    network = make_network("viettel")
    (made,) = registrations_add(
        sender=sender, networks=[network], classes=["marketing"], actor=world.bob
    )
    return made


def test_a_name_is_given_once_in_the_whole_country(sender: Sender, world: World) -> None:
    today = clock.now().date()
    other = Sender(
        account=world.other_account,
        advertiser=world.other_advertiser,
        kind="alphanumeric",
        address="SaoMai",
        country="VN",
        lease_start=today,
        allowed_classes=["care"],
    )
    with pytest.raises(ConflictError) as refused:
        sender_save(sender=other, actor=None)
    assert (refused.value.code, refused.value.field) == ("address_taken", "address")
    other.address = "SaoMai2"
    assert sender_save(sender=other, actor=None).address == "SaoMai2"


@pytest.mark.parametrize(
    ("country", "kind", "address", "field"),
    [
        ("VN", "alphanumeric", "SAO & MAI", "address"),
        ("US", "alphanumeric", "SAOMAI", "kind"),
        ("US", "short_code", "153849", "address"),
        ("FR", "short_code", "53849", "address"),
        ("IN", "alphanumeric", "SAOMAI-S", ""),
        ("IN", "alphanumeric", "SAO-MAI", "address"),
        ("FR", "short_code", "36123", ""),
    ],
)
def test_forms_by_country(world: World, country: str, kind: str, address: str, field: str) -> None:
    rule_packs_load_shipped(actor=None)
    made = Sender(
        account=world.account,
        advertiser=world.advertiser,
        kind=kind,
        address=address,
        country=country,
        lease_start=clock.now().date(),
        allowed_classes=["care"],
    )
    if not field:
        assert sender_save(sender=made, actor=None).pk
        return
    with pytest.raises(InvalidError) as refused:
        sender_save(sender=made, actor=None)
    assert refused.value.field == field


def test_officer_hands_in_and_operator_grants(sender: Sender, world: World) -> None:
    row = registered(sender, world)
    make_certificate(sender)
    paper_move(paper=row, state="submitted", actor=world.bob)
    with pytest.raises(NotAllowedError):
        paper_move(paper=row, state="approved", actor=world.bob)
    grant = Grant("VT-17", None, date(2030, 1, 1))
    row = paper_move(paper=row, state="approved", actor=world.olga, grant=grant)  # type: ignore[assignment]
    assert (row.state, row.reference, row.valid_until) == ("approved", "VT-17", date(2030, 1, 1))
    steps = SenderStep.objects.filter(paper_id=row.pk, kind="registration").order_by("pk")
    assert [(one.state, one.actor) for one in steps] == [
        ("draft", world.bob),
        ("submitted", world.bob),
        ("approved", world.olga),
    ]
    assert AuditEntry.objects.filter(action="sender_registration.approved").exists()


def test_what_was_handed_in_is_changed_by_those_who_decide(sender: Sender, world: World) -> None:
    row = registered(sender, world)
    make_certificate(sender)
    row = paper_move(paper=row, state="submitted", actor=world.bob)  # type: ignore[assignment]
    row.valid_until = date(2040, 1, 1)
    with pytest.raises(NotAllowedError):
        paper_save(paper=row, actor=world.bob)
    assert paper_save(paper=row, actor=world.olga).valid_until == date(2040, 1, 1)


def test_nothing_is_handed_in_without_what_is_required(sender: Sender, world: World) -> None:
    row = registered(sender, world)
    with pytest.raises(InvalidError) as refused:
        paper_move(paper=row, state="submitted", actor=world.bob)
    assert "certificate" in str(refused.value)


def test_suspending_needs_a_reason_and_a_step_that_leads_there(
    sender: Sender, world: World
) -> None:
    certificate = make_certificate(sender)
    with pytest.raises(InvalidError):
        paper_move(paper=certificate, state="suspended", actor=world.olga)
    with pytest.raises(ConflictError):
        paper_move(paper=certificate, state="draft", actor=world.olga)
    moved = paper_move(paper=certificate, state="suspended", actor=world.olga, reason="A05 said so")
    assert moved.state == "suspended"


def test_drafts_for_every_network_and_class_only_where_there_is_none(
    sender: Sender, world: World
) -> None:
    networks = [make_network("viettel"), make_network("mobifone")]
    arguments = {"sender": sender, "networks": networks, "actor": world.bob}
    assert len(registrations_add(classes=["marketing"], **arguments)) == 2  # type: ignore[arg-type]
    assert len(registrations_add(classes=["marketing", "care"], **arguments)) == 2  # type: ignore[arg-type]
    assert SenderRegistration.objects.count() == 4


def test_a_marketer_keeps_no_papers(sender: Sender, world: World) -> None:
    with pytest.raises(NotAllowedError):
        paper_save(paper=SenderCertificate(sender=sender, authority="A05"), actor=world.alice)


def test_a_brandname_is_certified_for_three_years(sender: Sender, world: World) -> None:
    paper = SenderCertificate(sender=sender, authority="A05")
    paper_save(paper=paper, actor=world.bob)
    document_attach(sender=sender, paper=paper, name="a.txt", content=b"A05", actor=world.bob)
    paper_move(paper=paper, state="submitted", actor=world.bob)
    grant = Grant("TDD-9", date(2026, 3, 1))
    moved = paper_move(paper=paper, state="approved", actor=world.bob, grant=grant)
    assert moved.valid_until == date(2029, 2, 28)


def test_steps_are_never_changed(sender: Sender, world: World) -> None:
    registered(sender, world)
    with pytest.raises(DatabaseError), transaction.atomic():
        SenderStep.objects.update(reason="something else")


def test_documents_are_kept_with_their_checksum(sender: Sender, world: World) -> None:
    certificate = make_certificate(sender)
    attached = document_attach(
        sender=sender, paper=certificate, name="a.txt", content=b"A05", actor=world.bob
    )
    again = document_attach(
        sender=sender, paper=certificate, name="b.txt", content=b"A05", actor=world.bob
    )
    assert attached == again
    assert len(attached.document.checksum) == 64


def test_over_by_the_day_of_the_senders_country(sender: Sender) -> None:
    last = date(2026, 11, 21)
    certificate = make_certificate(sender, valid_from=last, valid_until=last)
    with clock.freeze(clock.now().replace(year=2026, month=11, day=21, hour=16, minute=59)):
        assert papers_expire()["sendercertificate"] == 0
    with clock.freeze(clock.now().replace(year=2026, month=11, day=21, hour=17, minute=1)):
        assert papers_expire()["sendercertificate"] == 1
    certificate.refresh_from_db()
    assert certificate.state == "expired"


def test_marks_before_an_end() -> None:
    days = (61, 60, 31, 30, 14, 8, 7, 2, 1, 0, -1)
    assert [threshold_of(one) for one in days] == [None, 60, 60, 30, 14, 14, 7, 7, 1, 1, 0]


def test_an_end_is_told_once_for_each_mark(sender: Sender) -> None:
    today = clock.now().date()
    sender.lease_end = None
    sender.save()
    make_certificate(sender, valid_until=today + timedelta(days=12))
    assert ends_announce() == {"told": 1}
    assert ends_announce() == {"told": 0}
    event = Event.objects.get(type="sender.expiring")
    assert '"days_left": 12' in event.body
    assert SenderNotice.objects.get().days_before == 14


def test_a_renewed_certificate_rings_no_bell(sender: Sender) -> None:
    today = clock.now().date()
    make_certificate(sender, valid_until=today + timedelta(days=12))
    make_certificate(sender, valid_until=today + timedelta(days=900))
    assert [one for one in endings(today) if one.kind == "certificate"] == []


def test_the_overview_names_what_stops_messages(sender: Sender, world: World) -> None:
    registered(sender, world)
    (found,) = overviews([sender])
    assert found.certificate is not None
    assert found.certificate.problem == "none"
    assert found.missing[0] == "SAOMAI has no certificate."
    assert any("Viettel" in line or "viettel" in line for line in found.missing[1:])
