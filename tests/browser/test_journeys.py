"""What people do all day, in a real browser: the pages' scripts, styles and forms together."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign, Contact
from config.common import clock
from messaging.constants import VersionStatus
from messaging.models import Tally
from tests.browser.chromium import Chromium
from tests.campaigns.launching import make_market
from tests.factories import PASSWORD, make_campaign, make_template, make_template_version
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CSV = "Họ tên;SĐT;Mã đơn\nAn;0912 345 671;DH1\nBình;12;DH2\n"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def test_marketer_signs_in_and_reads_the_home_page_in_vietnamese(
    page: Chromium, world: World
) -> None:
    page.open(reverse("admin:login"))
    page.write("[name=username]", "alice")
    page.write("[name=password]", PASSWORD)
    page.submit("#login-form")
    page.until_reads("What next")
    page.submit("form:has(input[name=language][value=vi])")
    with override("vi"):
        page.until_reads(gettext("What next"))
    assert page.one("html").get_attribute("lang") == "vi"
    world.alice.refresh_from_db()
    assert world.alice.language == "vi"


def test_file_is_looked_at_before_anything_is_imported(
    page: Chromium, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "khách.csv"
    file.write_text(CSV, encoding="utf-8-sig")
    page.sign_in(world.alice)
    page.open(address("campaigns_contactimport_add"))
    page.write("input[type=file]", str(file))
    page.click("Upload")
    page.until_reads("What the columns hold")
    page.until_reads("12 is a short code or a part of a number.")
    assert page.one("[name=delimiter]").get_attribute("value") == ";"
    assert page.one("[name=column_1-field]").get_attribute("value") == "number"
    assert not Contact.objects.exists()


def test_campaign_is_written_checked_and_ready_to_launch(page: Chromium, world: World) -> None:
    market = make_market(world.account)
    audience = market.audience(3)
    page.sign_in(world.alice)
    page.open(address("campaigns_campaign_add"))
    page.write("[name=name]", "Autumn")
    page.choose("contact_list", audience.name)
    page.choose("template_version", f"{market.version.template.name} · Customer care")
    page.until(lambda shown: "order_code (DH" in shown.words())
    page.choose("sender", f"{market.sender.address} · Short code")
    page.click("Save")
    page.until_reads("Check now what the campaign would do")
    page.click("Run the pre-flight")
    page.until_reads("What people will read")
    assert "Nguyễn Văn 0" in page.words()
    page.click("Launch")
    page.until_reads("You can pause it at any time")
    assert page.shown("//button[contains(., 'Launch now')]")
    assert Campaign.objects.get().status == CampaignStatus.DRAFT


def test_running_campaign_counts_without_being_reloaded(page: Chromium, world: World) -> None:
    campaign = make_campaign(
        world.account,
        status=CampaignStatus.RUNNING,
        audience_size=4200,
        launched_at=clock.now(),
    )
    Tally.objects.create(campaign_id=campaign.pk, status="accepted", messages=4200)
    page.sign_in(world.alice)
    page.open(address("campaigns_campaign_change", campaign.pk))
    page.until_reads("4,200")
    assert "1,234" not in page.words()
    page.driver.execute_script("window.isTheSamePage = true")
    Tally.objects.create(campaign_id=campaign.pk, status="delivered", messages=1234)
    page.until_reads("1,234")
    assert page.driver.execute_script("return window.isTheSamePage") is True


def test_officer_sees_what_changed_and_approves(page: Chromium, world: World) -> None:
    template = make_template(world.account, name="Notice")
    make_template_version(template=template, body="Your order is on its way.")
    version = make_template_version(
        template=template,
        body="Your parcel is on its way.",
        status=VersionStatus.SUBMITTED,
        author=world.alice,
        submitted_at=clock.now(),
    )
    page.sign_in(world.bob)
    page.open(address("messaging_templateversion_change", version.pk))
    page.until_reads("Changes since version 1")
    assert "order" in page.one("del").text
    assert "parcel" in page.one("ins").text
    page.click("Approve")
    page.until_reads("Approve this version?")
    page.click("Approve")
    page.until_reads("APPROVED")
    version.refresh_from_db()
    assert (version.status, version.reviewer) == (VersionStatus.APPROVED, world.bob)


def test_stranger_finds_no_page_and_a_way_home(page: Chromium, world: World) -> None:
    campaign = make_campaign(world.account, name="Autumn of Sao Mai")
    page.sign_in(world.charlie)
    page.open(address("campaigns_campaign_change", campaign.pk))
    page.until_reads("No page has this address, or you may not see it.")
    assert "Autumn" not in page.words()
    page.look()
    assert all("404 (Not Found)" in fault for fault in page.faults), page.faults
    page.faults.clear()
    page.click("Home")
    page.until_reads("What next")
