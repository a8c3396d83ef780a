"""The officer's pages about the ledger: evidence, history, proof, digests, moved numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.models import ChainCheck, ConsentRecord, ConsentState, Document, LedgerDigest
from compliance.services.consent import consent_record
from compliance.services.ledger_digests import digests_write
from config.common import clock
from tests.compliance.test_chains import commit, run, superuser
from tests.world import World

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 signed"


def record(world: World, msisdn: str = "84912345678", **values: Any) -> ConsentRecord:
    values = {"action": "granted", "method": "form", "purpose": "marketing"} | values
    made = consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        actor=world.bob,
        **values,
    )
    commit()
    return made


def test_consent_is_recorded_with_its_file_and_told_as_a_history(world: World, browse: Any) -> None:
    client = browse(world.bob)
    form = {
        "account": world.account.pk,
        "advertiser": world.advertiser.pk,
        "msisdn": "0912 345 678",
        "purpose": "marketing",
        "action": "granted",
        "method": "form",
        "given_at_0": "2026-03-01",
        "given_at_1": "09:00",
        "source": "Shop Q1",
        "frequency": "3 lần/tuần",
        "evidence_note": "Form 12",
        "call_reference": "rec-77",
        "evidence_file": SimpleUploadedFile("form.pdf", PDF),
    }
    answer = client.post(reverse("admin:compliance_consentrecord_add"), form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    document = Document.objects.get()
    made = ConsentRecord.objects.get()
    assert (made.document, made.evidence["call"]) == (document, "rec-77")
    assert made.evidence["document"]["sha256"] == document.checksum
    commit()
    state = ConsentState.objects.get()
    page = client.get(reverse("admin:compliance_consentstate_change", args=[state.pk]))
    told = page.content.decode()
    for words in ("Shop Q1", "Form 12", "at most 3 in 7 days", "form.pdf", "link 1, not verified"):
        assert words in told
    with superuser():
        run("UPDATE compliance_consentrecord SET source = 'Shop Q2'")
    page = client.get(reverse("admin:compliance_consentstate_change", args=[state.pk]))
    assert "changed after it was written" in page.content.decode()


def test_an_unread_frequency_is_told_at_its_field(world: World, browse: Any) -> None:
    form = {
        "account": world.account.pk, "advertiser": world.advertiser.pk, "msisdn": "0912345678",
        "purpose": "marketing", "action": "granted", "method": "form",
        "given_at_0": "2026-03-01", "given_at_1": "09:00", "frequency": "often",
    }  # fmt: skip
    answer = browse(world.bob).post(reverse("admin:compliance_consentrecord_add"), form)
    assert "4/month" in answer.context["adminform"].form.errors["frequency"][0]


def test_files_go_to_those_who_may_see_them_and_are_never_shown(world: World, browse: Any) -> None:
    document = Document.objects.create(
        account=world.account, name="Phiếu.html", media_type="text/plain", size=4, checksum="0" * 64,
        content=b"<b>x", uploaded_at=clock.now(),
    )  # fmt: skip
    address = reverse("admin:compliance_document_download", args=[document.pk])
    answer = browse(world.bob).get(address)
    assert answer.content == b"<b>x"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert browse(world.charlie).get(address).status_code in (403, 404)


def test_books_are_verified_by_a_button(world: World, browse: Any) -> None:
    record(world)
    client, address = browse(world.bob), reverse("admin:compliance_consentrecord_proof")
    assert "not verified yet" in client.get(address).content.decode()
    told = client.post(address, follow=True).content.decode()
    assert "nothing was changed" in told
    assert "up to link 1" in told
    with superuser():
        run("UPDATE compliance_consentrecord SET action = 'revoked'")
    assert "A book is broken" in client.post(address, follow=True).content.decode()
    home = client.get(reverse("admin:index")).content.decode()
    assert "Books that prove themselves" in home
    assert not ChainCheck.objects.filter(account=world.other_account).exists()


def test_digests_are_downloaded_signed(world: World, browse: Any) -> None:
    record(world)
    digests_write()
    digest = LedgerDigest.objects.get(account=world.account)
    address = reverse("admin:compliance_ledgerdigest_download", args=[digest.pk])
    assert set(browse(world.bob).get(address).json()) == {
        "format", "body", "signature", "public_key",
    }  # fmt: skip
    assert browse(world.charlie).get(address).status_code in (403, 404)


def test_moved_numbers_are_shown_first_and_lapse_on_a_second_word(
    world: World, browse: Any
) -> None:
    record(world, given_at=clock.now() - timedelta(days=400))
    client, address = browse(world.bob), reverse("admin:compliance_consentstate_moved")
    yesterday = (clock.now() - timedelta(days=1)).date()
    lines = f"0912345678,{yesterday}\nnobody 12,{yesterday}\n0912345679,soon"
    form = {"account": world.account.pk, "lines": lines}
    shown = client.post(address, form)
    assert shown.context["preview"].consents == 1
    assert len(shown.context["preview"].bad) == 2
    assert ConsentState.objects.get().state == "granted"
    client.post(address, form | {"confirmed": "1"})
    assert ConsentState.objects.get().state == "lapsed"
    assert browse(world.alice).get(address).status_code == 403


def test_lists_are_narrowed_by_what_holds_now(world: World, browse: Any) -> None:
    now = clock.now()
    old = now - timedelta(days=9)
    record(world, "84912345671", given_at=old, expires_at=now + timedelta(days=9))
    record(world, "84912345672", given_at=old, expires_at=now - timedelta(days=1))
    record(world, "84912345673", action="requested")
    client = browse(world.bob)
    found = {
        wanted: client.get(
            reverse("admin:compliance_consentstate_changelist"), {"standing": wanted}
        ).context["cl"].result_count
        for wanted in ("valid", "expiring", "pending", "revoked", "lapsed")
    }  # fmt: skip
    assert found == {"valid": 1, "expiring": 1, "pending": 1, "revoked": 0, "lapsed": 1}
