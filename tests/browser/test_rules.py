"""A country's rules from a draft to their day, and a rule of one's own held against the past."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from compliance.models import RulePackVersion
from compliance.selectors.rules import rulebook, today_of
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.constants import MessageStatus
from messaging.models import PolicyTrial
from messaging.selectors.snapshot import snapshots
from messaging.services.trials import trial_execute
from tests.browser.chromium import Chromium
from tests.factories import make_message
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOURS = "vn.ads.hours"


@pytest.fixture
def loaded(world: World) -> RulePackVersion:
    rule_packs_load_shipped(actor=None)
    snapshots.forget()
    return RulePackVersion.objects.get(country="VN", status="active")


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:compliance_{name}", args=args)


def row_of(page: Chromium, country: str) -> WebElement:
    """What is in force in a country, in the table above all versions."""
    rows = page.one("#rp-table tbody").find_elements(By.TAG_NAME, "tr")
    return next(one for one in rows if one.text.split()[0] == country)


def test_officer_narrows_the_hours_and_an_administrator_puts_them_in_force_for_a_day(
    page: Chromium, world: World, loaded: RulePackVersion
) -> None:
    page.sign_in(world.bob)
    page.open(address("rulepackversion_changelist"))
    page.press_element(row_of(page, "VN").find_element(By.LINK_TEXT, loaded.version))
    page.click("New version from this one")
    page.until_reads("Nothing changes until you have submitted it")
    page.fill("What changes, and why", "Quieter evenings")
    page.click("Write a new version")
    page.until_reads("This is your draft.")
    page.press(f"a[aria-label='Change {HOURS}']")
    page.fill("Opens", "23:00")
    page.click("Save")
    page.until_reads("It closes before it opens: choose a later time.")
    page.fill("Opens", "07:30")
    page.click("Save")
    page.until_reads("otherwise than expected")
    mend_first(page)
    page.click("Submit for approval")
    page.until_reads("From now on it does not change.")
    page.click("Submit for approval")
    page.until_reads("do not come out as expected")
    page.click("Back")
    mend_first(page)
    page.click("Submit for approval")
    page.until_reads("All example cases come out as expected".upper())
    page.click("Submit for approval")
    page.until_reads("The version waits for approval.")
    draft = RulePackVersion.objects.get(author=world.bob)
    author_cannot_approve(page, world, draft)

    page.sign_in(world.ada)
    page.open(address("rulepackversion_changelist"))
    page.press_element(row_of(page, "VN").find_element(By.PARTIAL_LINK_TEXT, "waits for approval"))
    page.click(draft.version)
    page.click("Approve")
    page.until_reads("What differs from version")
    assert "07:00–22:00" in page.one("del").text
    assert "07:30–22:00" in page.one("ins").text
    day = today_of(draft) + timedelta(days=30)
    page.fill("In force from", day.isoformat())
    page.fill("Reason", "Read and right")
    page.click("Approve")
    page.until_reads("The version is approved.")
    page.open(address("rulepackversion_changelist"))
    coming = row_of(page, "VN").text
    assert "IN 30 DAYS" in coming
    assert f"{date_format(day)}: Version {draft.version} comes in force" in coming
    page.click(f"Version {draft.version} comes in force")
    page.until_reads(f"Approved, in force from {date_format(day)} · ada")
    assert rulebook().rules_for("VN", clock.now()).pack.version == loaded.version
    assert rulebook().rules_for("VN", clock.now() + timedelta(days=32)).pack.version == (
        draft.version
    )


def author_cannot_approve(page: Chromium, world: World, draft: RulePackVersion) -> None:
    """Whatever else they may."""
    world.bob.is_superuser = True
    world.bob.save()
    page.open(address("rulepackversion_change", draft.pk))
    page.until_reads("An administrator who did not write it approves it")
    assert page.offers("Reject")
    assert not page.offers("Approve")
    page.open(address("rulepackversion_approve", draft.pk))
    page.fill("Reason", "I find it right")
    page.click("Approve")
    page.until_reads("Somebody else must approve what you wrote yourself.")
    draft.refresh_from_db()
    assert draft.status == "submitted"


def mend_first(page: Chromium) -> None:
    """A failing case takes over what the rules say now."""
    page.click("Change the case")
    page.until_reads("The stored case comes out otherwise:")
    page.click("Take over what is found")
    page.until_reads("This is your draft.")


def hours_without_now() -> tuple[str, str]:
    """Two hours inside Vietnam's own; a message of this moment lies hours away from them."""
    hour = localtime(clock.now(), ZoneInfo("Asia/Ho_Chi_Minh")).hour
    opens = 18 if 3 <= hour < 14 else 8
    return f"{opens:02}:00", f"{opens + 2:02}:00"


def test_own_rule_is_tried_on_past_traffic_and_names_what_would_have_waited(
    page: Chromium, world: World, loaded: RulePackVersion
) -> None:
    late = make_message(world.account, msisdn="84981234567", status=MessageStatus.DELIVERED)
    make_message(world.account, message_class="otp", status=MessageStatus.DELIVERED)
    opens, closes = hours_without_now()
    page.sign_in(world.bob)
    page.open(address("accountrule_changelist"))
    page.click("New account rule")
    page.click("Narrower hours")
    page.press("input[name=message_classes][value=care]")
    page.fill("Why", "We promised it")
    page.fill("Not before", closes)
    page.fill("Not after", opens)
    page.click("Save")
    page.until_reads("It closes before it opens: choose a later time.")
    page.fill("Not before", opens)
    page.fill("Not after", closes)
    page.click("Save")
    page.until_reads("was added successfully")
    page.click(f"Sent {opens}–{closes}")
    page.until_reads("We promised it")
    page.click("Try on past traffic")
    page.until_reads("Nothing is sent or stopped.")
    page.submit("#content-main form")
    page.until_reads("0 / 2")
    trial_execute(PolicyTrial.objects.get().pk)
    page.until_reads("Samples")  # the page looks again by itself
    assert "1\n\nWOULD HAVE WAITED" in page.words()
    assert f"Sent {opens}–{closes}" in page.words().split("On trial")[1]
    page.click("8498*****67")
    page.until_reads("Why it was, or was not, sent")
    assert str(late.pk) in page.driver.current_url
