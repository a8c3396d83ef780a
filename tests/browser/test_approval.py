"""From a draft to what is sent: submitting, reviewing and withdrawing, each by another person."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import localtime
from selenium.webdriver.common.by import By

from campaigns.services.release import campaign_slice_release
from compliance.constants import Role
from compliance.services.access import role_grant
from config.common import clock
from messaging.constants import VersionStatus as S
from messaging.models import Template, TemplateVersion
from messaging.pump.deciding import claims_sort
from messaging.selectors.snapshot import snapshots
from tests.browser.chromium import Chromium
from tests.campaigns.launching import BODY, Market
from tests.campaigns.launching import SLOTS as LAUNCHED
from tests.factories import make_content_rule, make_template, make_template_version
from tests.messaging.hot import Line, make_line
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLOTS = [{"name": "name", "type": "name", "max_length": 20, "example": "Hoa"}]


@pytest.fixture
def template(world: World) -> Template:
    """Its first version is sent now."""
    made = make_template(world.account, name="Notice")
    make_template_version(template=made, body="Hello {name}, we open today.", slots=SLOTS)
    return made


def submitted(world: World, template: Template, **overrides: Any) -> TemplateVersion:
    """By Alice, an hour ago."""
    values: dict[str, Any] = {
        "body": "Hello {name}, we open tomorrow.",
        "slots": SLOTS,
        "author": world.alice,
        "submitted_at": clock.now() - timedelta(hours=1),
    }
    return make_template_version(template=template, status=S.SUBMITTED, **(values | overrides))


def open_version(page: Chromium, version: TemplateVersion, action: str = "change") -> None:
    page.open(reverse(f"admin:messaging_templateversion_{action}", args=[version.pk]))


def state(version: TemplateVersion) -> str:
    return str(TemplateVersion.objects.values_list("status", flat=True).get(pk=version.pk))


def test_officer_finds_what_waits_weighs_it_and_approves(
    page: Chromium, world: World, template: Template
) -> None:
    make_content_rule(world.account, severity="warn", params={"phrases": ["tomorrow"]})
    waiting = submitted(world, template, submitted_at=clock.now() - timedelta(days=2))
    page.sign_in(world.bob)
    page.open(reverse("admin:index"))
    page.click("Review queue")
    page.until_reads("2 DAYS AGO")
    row = page.one("#result_list tbody tr").text
    assert "alice" in row
    assert "1 WARNING" in row
    page.click("Notice v2")
    page.until_reads("At most 1 segment, whatever the values.")
    assert "“tomorrow”" in page.one("section[aria-labelledby=findings]").text
    assert "today" in page.one("del").text
    assert "tomorrow" in page.one("ins").text
    assert {"Shortest", "Typical", "Longest"} <= {
        one.text for one in page.driver.find_elements(By.CSS_SELECTOR, "figcaption")
    }
    page.click("Approve")
    page.until_reads("Version 1, approved until now, is retired.")
    page.click("Approve")
    page.until_reads("Approved. It can be sent from now on.")
    assert (state(waiting), state(template.versions.get(number=1))) == (S.APPROVED, S.RETIRED)
    page.open(reverse("admin:messaging_template_change", args=[template.pk]))
    page.until_reads("sent now")
    assert "we open tomorrow" in page.one("tr.sb-now").text


def test_nobody_approves_what_they_wrote_whatever_they_may(
    page: Chromium, world: World, template: Template
) -> None:
    waiting = submitted(world, template)
    role_grant(user=world.alice, role=Role.OFFICER, account=world.account, actor=None)
    world.alice.is_superuser = True
    world.alice.save()
    page.sign_in(world.alice)
    open_version(page, waiting)
    page.until_reads("At a glance")
    assert page.offers("Withdraw")
    assert not page.offers("Approve")
    assert not page.offers("Reject")
    open_version(page, waiting, "approve")
    page.click("Approve")
    page.until_reads("another compliance officer has to review it")
    assert state(waiting) == S.SUBMITTED


def test_rejection_says_why_and_the_author_goes_on_from_it(
    page: Chromium, world: World, template: Template
) -> None:
    waiting = submitted(world, template)
    page.sign_in(world.bob)
    open_version(page, waiting)
    page.click("Reject")
    page.until_reads("Reject this version?")
    page.click("Reject")
    page.until_reads("This field is required.")
    assert state(waiting) == S.SUBMITTED
    page.fill("What has to change", "Say at which hour.")
    page.click("Reject")
    page.until_reads("Rejected.")
    page.sign_in(world.alice)
    open_version(page, waiting)
    page.until_reads("Say at which hour.")
    page.click("New version from this")
    page.until(lambda shown: shown.one("#composer [data-add]").is_displayed())
    assert page.field("Text of the message").get_property("value") == waiting.body
    page.fill("Text of the message", "Hello {name}, we open tomorrow at 8.")
    page.click("Save")
    page.until_reads("The draft is saved")
    draft = TemplateVersion.objects.get(status=S.DRAFT)
    assert (draft.number, draft.body) == (3, "Hello {name}, we open tomorrow at 8.")
    assert draft.slots == waiting.slots


def test_version_approved_for_later_is_put_in_force_now(
    page: Chromium, world: World, template: Template
) -> None:
    waiting = submitted(world, template)
    tomorrow = localtime(clock.now() + timedelta(days=1)).replace(hour=9, minute=30)
    page.sign_in(world.bob)
    open_version(page, waiting, "approve")
    page.fill("In force from", f"{tomorrow:%Y-%m-%dT%H:%M}")
    page.click("Approve")
    time = f"{tomorrow:%m/%d/%Y} 9:30 a.m."
    page.until_reads(f"Approved, in force from {time}")
    page.until_reads(f"Approved for {time}; until then version 1 is sent.")
    assert state(waiting) == S.STAGED
    page.click("Put in force now")
    page.until_reads("now it is not waited for")
    page.click("Put in force now")
    page.until_reads("In force. It is sent from now on.")
    assert (state(waiting), state(template.versions.get(number=1))) == (S.APPROVED, S.RETIRED)


def test_withdrawal_stops_a_campaign_that_runs(page: Chromium, world: World) -> None:
    line = make_line(world.account)
    version = make_template_version(world.account, body=BODY, slots=LAUNCHED)
    campaign = Market(world.account, version, line.sender).launched(5, name="Autumn of Sao Mai")
    campaign_slice_release(campaign_id=campaign.pk, limit=3)
    page.sign_in(world.bob)
    open_version(page, version)
    page.click("Withdraw")
    page.until_reads("3 messages that have not left are stopped.")
    row = page.one(".sb-table tbody tr").text
    assert row.split("\n")[-1].endswith("Autumn of Sao Mai Running 2 3")
    page.click("Withdraw")
    page.until_reads("This field is required.")
    assert state(version) == S.APPROVED
    page.fill("Reason", "The price in it is wrong.")
    page.click("Withdraw")
    page.until_reads("Withdrawn. 3 messages that have not left are stopped.")
    withdrawal, review = page.words().split("Withdrawal", 1)[1].split("Review", 1)
    assert "The price in it is wrong." in withdrawal
    assert "The price" not in review.partition("What happened")[0]
    assert leaving(line) == []
    campaign_slice_release(campaign_id=campaign.pk, limit=3)
    page.sign_in(world.alice)
    page.open(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    page.until_reads("PAUSED")
    page.until_reads("The template is no longer approved")


def leaving(line: Line) -> list[Any]:
    """What a carrier's worker would send now."""
    claims = line.claim()
    snapshots.forget()
    with transaction.atomic(), connection.cursor() as cursor:
        return claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )


def test_alike_versions_are_approved_together_others_not(page: Chromium, world: World) -> None:
    make_content_rule(world.account, severity="warn", params={"phrases": ["free"]})
    bodies = {"First": "Open today.", "Second": "Open tomorrow.", "Odd": "Open and free."}
    versions = {
        name: submitted(world, make_template(world.account, name=name), body=body, slots=[])
        for name, body in bodies.items()
    }
    page.sign_in(world.bob)
    tick_all(page, list(versions.values()))
    page.until_reads("These versions cannot be approved together")
    odd = page.one("tr.sb-odd").text
    assert "Odd" in odd
    assert "The rules say something else about it than about most" in odd
    assert not page.offers("Approve all 3")
    tick_all(page, [versions["First"], versions["Second"]])
    page.until_reads("Approve these 2 versions?")
    page.fill("Comment for all of them", "Alike")
    page.click("Approve all 2")
    page.until_reads("2 versions approved. They can be sent from now on.")
    assert [state(one) for one in versions.values()] == [S.APPROVED, S.APPROVED, S.SUBMITTED]


def tick_all(page: Chromium, versions: list[TemplateVersion]) -> None:
    """In the queue, and on to what is asked about them."""
    page.open(f"{reverse('admin:messaging_templateversion_changelist')}?status__exact=submitted")
    for one in versions:
        page.press(f"input[name=_selected_action][value='{one.pk}']")
    page.choose("action", "Approve together")
    page.click("Run")


def test_former_wording_is_rolled_back_to(page: Chromium, world: World) -> None:
    template = make_template(world.account, name="Notice")
    former = make_template_version(template=template, body="The old words.", status=S.RETIRED)
    make_template_version(template=template, body="The new words.")
    page.sign_in(world.alice)
    open_version(page, former)
    page.click("Roll back to this wording")
    page.until(lambda shown: shown.one("#composer [data-add]").is_displayed())
    page.click("Save")
    page.until_reads("The draft is saved")
    page.click("Submit")
    page.until_reads("Submit this version for approval?")
    page.click("Submit")
    page.until_reads("Submitted. A compliance officer has to approve it now.")
    page.until_reads("Changes since version 2, which is sent now")
    made = template.versions.get(number=3)
    assert (made.body, state(made), state(former)) == ("The old words.", S.SUBMITTED, S.RETIRED)
