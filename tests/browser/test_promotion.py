"""A promotion from its first words to its review: what it costs, what the rules say, and both
on a small phone in Vietnamese."""

from typing import Any

import pytest
from django.urls import reverse
from selenium.webdriver.common.keys import Keys

from config.common import clock
from messaging.models import Template, TemplateVersion
from tests.browser.chromium import Chromium
from tests.factories import (
    make_campaign,
    make_content_rule,
    make_rate,
    make_template,
    make_template_version,
)
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "Text of the message"
PROMOTION = (
    "[QC] Sao Mai mừng sinh nhật {name}: giảm 30% cho đơn từ 500.000đ đến hết tháng này tại mọi"
    " cửa hàng. Mời bạn ghé chơi cùng chúng tôi! Từ chối: TC"
)
SHORT = "[QC] Sao Mai giảm 30% đến 31/12. Từ chối: TC"


@pytest.fixture
def template(world: World) -> Template:
    make_rate(account=world.account, amount_micros=300_000_000)
    return make_template(world.account, name="Birthday", message_class="marketing")


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def composed(page: Chromium) -> None:
    """Waits for the composer's script."""
    page.until(lambda shown: shown.one("#composer [data-add]").is_displayed())


def until_part(page: Chromium, name: str, words: str) -> None:
    page.until(lambda shown: words in shown.one(f'[data-part="{name}"]').text)


def test_promotion_of_three_segments_becomes_one_and_is_submitted(
    page: Chromium, world: World, template: Template
) -> None:
    page.sign_in(world.alice)
    page.open(address("messaging_template_change", template.pk))
    page.click("Write a version")
    composed(page)
    page.fill("Recipients", "1000")
    page.fill(TEXT, PROMOTION)
    until_part(page, "counter", "UCS-2")
    until_part(page, "counter", "3 segments")
    until_part(page, "culprits", "letters outside GSM-7: ")
    page.fill(TEXT, SHORT)  # the first way out: fewer words
    until_part(page, "counter", "1 segment")
    page.field(TEXT).send_keys(Keys.CONTROL + "z")
    until_part(page, "letters", "Saves 600,000 VND.")
    page.press("input[type=radio][value=unmarked]")  # the second: other letters
    until_part(page, "counter", "GSM-7")
    until_part(page, "counter", "1 segment")
    until_part(page, "phone", "[QC] Sao Mai mung sinh nhat")
    longest = page.one("#slot-name-max_length")
    page.driver.execute_script("arguments[0].select()", longest)
    longest.send_keys("15")
    until_part(page, "worst", "At most 1 segment, whatever the values.")
    page.click("Save")
    page.until_reads("The draft is saved. Submit it when it is ready for review.")
    page.click("Submit")
    page.until_reads("From now on the text stays as it is; changes go into a new version.")
    page.click("Submit")
    page.until_reads("Submitted. A compliance officer has to approve it now.")
    version = TemplateVersion.objects.get()
    assert (version.body, version.rewriting) == (PROMOTION, "unmarked")
    assert version.slots[0]["max_length"] == 15
    assert not page.driver.find_elements("css selector", "#composer, textarea")
    assert not page.offers("Save")
    assert "At most 1 segment, whatever the values." in page.words()


def test_officers_rule_reaches_the_writer_and_holds_the_text_back(
    page: Chromium, world: World, template: Template
) -> None:
    page.sign_in(world.bob)
    page.open(address("compliance_contentrule_add"))
    page.click("Forbidden phrases")
    page.fill("Name", "No loans")
    page.fill("Phrases", "vay tiền")
    page.choose("severity", "Block: such a text is not sent")
    page.click("Save")
    page.until_reads("was added successfully")
    page.open(address("compliance_contentrule_changelist"))
    page.click("Try a text")
    page.fill("Text", "Vay tien nhanh")
    page.click("Judge the text")
    page.until_reads("SUCH A TEXT IS BLOCKED.")
    assert page.one("#cr-text mark").text == "Vay tien"
    assert "No loans" in page.one(".cr-found").text

    page.sign_in(world.alice)
    page.open(f"{address('messaging_templateversion_add')}?template={template.pk}")
    composed(page)
    page.fill(TEXT, "Sao Mai: vay tiền nhanh")
    until_part(page, "findings", "forbidden")
    until_part(page, "findings", "No loans")
    page.click("Save")
    page.until_reads("The draft is saved")
    page.click("Submit")
    page.until_reads("Submit this version for approval?")
    assert "“vay tiền”" in page.words()
    page.click("Submit")
    page.until_reads("Submitted.")

    version = TemplateVersion.objects.get()
    page.sign_in(world.bob)
    page.open(address("messaging_templateversion_change", version.pk))
    page.until_reads("it cannot be approved")
    assert page.offers("Reject")
    assert not page.offers("Approve")
    page.open(address("messaging_templateversion_approve", version.pk))
    page.click("Approve")
    page.until_reads("A rule forbids this text")
    version.refresh_from_db()
    assert version.status == "submitted"


LONG = "https://saomai.example/" + "khuyen-mai-" * 12
SLOTS = [{"name": "name", "type": "name", "max_length": 60, "example": "Hoa"}]
ERRORS = """
const css = "[role=alert] [data-message], .sbm-field-error, .errornote, .errors li";
return [...document.querySelectorAll(css)].map((one) => one.innerText.trim()).filter(Boolean);
"""


@pytest.fixture
def vietnamese(world: World) -> World:
    for person in (world.alice, world.bob):
        person.language = "vi"
        person.save()
    return world


def fits(page: Chromium) -> None:
    page.until(lambda shown: shown.one("html").get_attribute("lang") == "vi")
    assert page.sticking_out() == []


def errors(page: Chromium) -> list[str]:
    """What the page complains about; each with letters that English does not have."""
    found: list[str] = page.until(lambda shown: shown.driver.execute_script(ERRORS))
    assert [one for one in found if one.isascii()] == []
    return found


def test_review_fits_a_small_phone_in_vietnamese(
    page: Chromium, vietnamese: World, template: Template
) -> None:
    make_content_rule(vietnamese.account, severity="warn", params={"phrases": ["{name}", "chào"]})
    former = make_template_version(template=template, body=f"Chào {{name}}: {LONG}", slots=SLOTS)
    make_campaign(vietnamese.account, name=LONG[:80], template_version=former, status="running")
    version = make_template_version(
        template=template,
        body=f"Chào bạn {{name}}: {LONG}!",
        slots=SLOTS,
        rewriting="unmarked",
        status="submitted",
        author=vietnamese.alice,
        submitted_at=clock.now(),
    )
    page.sign_in(vietnamese.bob)
    with page.narrow():
        queue = f"{address('messaging_templateversion_changelist')}?status__exact=submitted"
        for path in (queue, address("messaging_templateversion_change", version.pk)):
            page.open(path)
            fits(page)
        for decision, one in (("approve", version), ("reject", version), ("withdraw", former)):
            page.open(address(f"messaging_templateversion_{decision}", one.pk))
            fits(page)
            if decision == "approve":
                script = "arguments[0].value = '2020-01-01T00:00'"
                page.driver.execute_script(script, page.one("[name=activates_at]"))
            page.submit("#content-main form")
            assert errors(page)
            fits(page)


def test_composer_fits_a_small_phone_in_vietnamese(
    page: Chromium, vietnamese: World, template: Template
) -> None:
    page.sign_in(vietnamese.alice)
    with page.narrow():
        page.open(f"{address('messaging_templateversion_add')}?template={template.pk}")
        composed(page)
        fits(page)
        body = page.one("#id_body")
        body.send_keys("Hi {name")
        page.driver.execute_script("arguments[0].blur()", body)
        assert errors(page)
        fits(page)
        body.send_keys("}: ", LONG, " {bad_slot}" * 3)
        until_part(page, "slots", "{bad_slot}")
        fits(page)
        page.press("[data-add=en]")
        page.submit("form:has(#composer)")
        page.until(lambda shown: shown.one(".sbm-field-error").is_displayed())
        composed(page)
        assert errors(page)
        fits(page)
        page.driver.execute_script(
            "document.querySelector('form').dispatchEvent(new Event('submit'))"
        )
