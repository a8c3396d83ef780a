"""A complaint: why a message did not leave, what is on record, and what a person may ask."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import Contact, PersonRequest
from compliance.models import AuditEntry, ConsentRecord
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from messaging.models import InboundMessage, Message
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route
from tests.browser.chromium import Chromium
from tests.factories import make_contact, make_inbound
from tests.messaging.hot import Line, make_line, state
from tests.messaging.test_routing_service import ADVERTISEMENT, accepted
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, SHOWN = "84981234567", "+84981234567"


@pytest.fixture
def line(world: World) -> Line:
    rule_packs_load_shipped(actor=None)
    line = make_line(world.account)
    snapshots.forget()
    return line


@pytest.fixture
def blocked(line: Line) -> Message:
    """An advertisement to somebody who agreed to something else."""
    consent_record(
        account=line.account,
        advertiser=line.sender.advertiser,
        msisdn=PHONE,
        purpose="care",
        action="granted",
        method="form",
        evidence={"note": "Receipt 7"},
        actor=None,
    )
    message = accepted(line, "marketing", msisdn=PHONE, text=ADVERTISEMENT)
    snapshots.forget()
    unrouted_route(limit=10)
    assert state(message) == "blocked no_consent"
    return message


@pytest.fixture
def downloads(page: Chromium, tmp_path: Path) -> Path:
    """Where the window puts files."""
    where = {"behavior": "allow", "downloadPath": str(tmp_path), "eventsEnabled": False}
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    return tmp_path


def downloaded(page: Chromium, folder: Path, suffix: str) -> bytes:
    """The one file of this kind, once it is whole."""
    found: list[Path] = page.until(lambda _page: list(folder.glob(f"*{suffix}")))
    return found[0].read_bytes()


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def test_officer_finds_out_why_and_answers_with_one_download(
    page: Chromium, world: World, blocked: Message, downloads: Path
) -> None:
    page.sign_in(world.bob)
    page.open(address("messaging_message_change", blocked.pk))
    page.until_reads("Why it was, or was not, sent")
    why = page.one("#message-why").text
    assert "There is no consent to this purpose from the number." in why
    assert "Decree 91/2020/ND-CP, Art. 13.2" in why
    page.click("All about this number")
    page.until_reads("Receipt 7")
    page.click("JSON")
    proof = json.loads(downloaded(page, downloads, ".json"))
    page.click("PDF")
    assert downloaded(page, downloads, ".pdf").startswith(b"%PDF")
    assert proof["schema"] == "signalbox.proof/1"
    assert proof["links"]
    assert all(link["is_whole"] for link in proof["links"])
    assert [one["id"] for one in proof["messages"]] == [str(blocked.pk)]
    assert AuditEntry.objects.filter(action="proof.created", actor=world.bob).count() == 2


def test_consent_is_recorded_with_the_paper_that_proves_it(
    page: Chromium, world: World, blocked: Message, downloads: Path
) -> None:
    paper = downloads / "form.txt"
    paper.write_bytes("Tôi đồng ý nhận quảng cáo.".encode())
    page.sign_in(world.bob)
    page.open(f"{address('messaging_message_number')}?number=%2B{PHONE}")
    page.click("Record consent")
    page.until_reads("Records cannot be changed afterwards")
    page.press("#id_advertiser + .select2")
    page.write(".select2-search__field", "Sao")
    page.press_shown("//li[text()='Sao Mai']")
    page.choose("purpose", "Marketing")
    page.choose("action", "Granted")
    page.choose("method", "Paper, web, app or social form")
    page.write("[name=evidence_file]", str(paper))
    page.click("Save")
    page.until_reads("This field is required.")
    page.write("[name=given_at_0]", "2026-01-15")
    page.write("[name=given_at_1]", "09:00")
    page.write("[name=evidence_file]", str(paper))
    page.click("Save")
    page.until_reads("was added successfully")
    record = ConsentRecord.objects.get(purpose="marketing")
    assert record.actor == world.bob
    assert record.document is not None
    page.open(address("compliance_consentrecord_change", record.pk))
    page.until_reads("AS IT WAS WRITTEN")
    page.click("form.txt")
    assert downloaded(page, downloads, "form.txt") == paper.read_bytes()


def test_person_is_erased_and_the_page_says_what_stays(
    page: Chromium, world: World, blocked: Message
) -> None:
    make_contact(world.account, msisdn=PHONE, name="Chị Lan")
    make_inbound(world.account, msisdn=PHONE, text="bao nhieu tien")
    page.sign_in(world.bob)
    page.open(address("campaigns_personrequest_changelist"))
    page.click("New person")
    page.until_reads("the next page shows what would be done")
    page.choose("kind", "Erasure")
    page.fill("Number", "0981 234 567")
    page.click("Save")
    page.until_reads("was added successfully")
    page.click(SHOWN)
    page.until_reads("WOULD BE ERASED")
    assert Contact.objects.filter(msisdn=PHONE).exists()
    page.click("Carry it out")
    page.until_reads("What is erased does not come back.")
    page.click("Erase")
    page.until_reads("The data is erased; the report says what was kept and why.")
    assert "What was done" in page.words()
    assert "the proof of consent and refusal is owed that long" in page.words()
    assert not Contact.objects.filter(msisdn=PHONE).exists()
    assert InboundMessage.objects.get().text == ""
    assert PersonRequest.objects.get().handled_by == world.bob
