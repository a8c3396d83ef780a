"""A marketer writes a version: the live composer in a real browser."""

import json
from typing import Any

import pytest
from django.urls import reverse
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from messaging.models import Template, TemplateVersion
from tests.browser.chromium import Chromium
from tests.factories import make_rate, make_template, make_template_version
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VOUCHER = (
    "[QC] Mừng sinh nhật chị {name}! Tặng voucher giảm 30% cho đơn từ 500.000đ tại cửa hàng Sao Mai"
    " đến hết tháng này, áp dụng mọi chi nhánh. Từ chối: TC"
)


@pytest.fixture
def template(world: World) -> Template:
    return make_template(world.account, name="Birthday", message_class="marketing")


def compose(page: Chromium, world: World, template: Template, extra: str = "") -> None:
    page.sign_in(world.alice)
    address = reverse("admin:messaging_templateversion_add")
    page.open(f"{address}?template={template.pk}{extra}")
    page.until(lambda shown: shown.one("#composer [data-add]").is_displayed())


def part(page: Chromium, name: str) -> str:
    return str(page.one(f'[data-part="{name}"]').text)


def until_part(page: Chromium, name: str, words: str) -> None:
    page.until(lambda shown: words in part(shown, name))


def text_of(page: Chromium, css: str = "#id_body") -> str:
    return str(page.one(css).get_property("value"))


def write(page: Chromium, text: str, css: str = "#id_body") -> None:
    """As pasted: ChromeDriver types no characters beyond the first plane."""
    script = "arguments[0].focus(); document.execCommand('insertText', false, arguments[1])"
    page.driver.execute_script(script, page.one(css), text)


def leave(page: Chromium) -> None:
    """Nothing unsaved holds the window back."""
    page.driver.execute_script("document.querySelector('form').dispatchEvent(new Event('submit'))")


def test_counter_follows_what_is_typed(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    page.write("#id_body", "Your code is {code}")
    until_part(page, "counter", "GSM-7")
    until_part(page, "slots", "{code}")
    page.write("#id_body", ", chào Mỹ")
    until_part(page, "counter", "UCS-2")
    until_part(page, "culprits", "letters outside GSM-7")
    leave(page)


def test_slot_is_described_and_saved(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    page.write("#id_body", "Hello ")
    page.click("Code")
    page.until(lambda shown: text_of(shown) == "Hello {code}")
    until_part(page, "slots", "{code}")
    longest = page.one("#slot-code-max_length")
    longest.clear()
    longest.send_keys("6")
    until_part(page, "worst", "At most 1 segment, whatever the values.")
    page.click("Longest")
    page.until(lambda shown: "Hello 529420" in part(shown, "phone"))
    page.click("Save")
    page.until_reads("The draft is saved")
    spec = TemplateVersion.objects.get().slots[0]
    assert (spec["name"], spec["type"], spec["max_length"]) == ("code", "code", 6)


def test_slot_keeps_focus_while_the_text_is_counted(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    page.write("#id_body", "Hello {name}")
    until_part(page, "slots", "{name}")
    example = page.one("#slot-name-example")
    example.clear()
    example.send_keys("Hoa")
    page.until(lambda shown: "Hello Hoa" in part(shown, "phone"))
    assert page.driver.switch_to.active_element == example
    leave(page)


def test_type_of_a_slot_brings_its_fields(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    page.write("#id_body", "Pay {what}")
    until_part(page, "slots", "{what}")
    kind = page.one("#slot-what-type")
    kind.send_keys("Amount")  # letter by letter, as people do
    page.until(lambda shown: shown.one("#slot-what-currency").is_displayed())
    assert page.one("#slot-what-currency").get_property("value") == "VND"
    assert page.driver.switch_to.active_element.get_attribute("id") == "slot-what-type"
    page.one("#slot-what-example").send_keys("x")
    page.until(lambda shown: "does not fit" in shown.one("#slot-what-example-error").text)
    assert page.one("#slot-what-example").get_attribute("aria-invalid") == "true"
    leave(page)


def test_curly_quotes_are_replaced_and_undone(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    write(page, "Say “yes” and “no” 😀")
    until_part(page, "culprits", "curly quote, opening")
    page.click('Replace with "')
    page.until(lambda shown: text_of(shown) == 'Say "yes” and "no” 😀')
    page.write("#id_body", Keys.CONTROL + "z")
    page.until(lambda shown: text_of(shown) == "Say “yes” and “no” 😀")
    page.press('[data-part="culprits"] [data-key="at-19"]')
    selected = (
        "const a = document.getElementById('id_body'); return [a.selectionStart, a.selectionEnd]"
    )
    assert page.driver.execute_script(selected) == [19, 21]
    leave(page)


def test_without_marks_three_segments_become_one(
    page: Chromium, world: World, template: Template
) -> None:
    make_rate(account=world.account, amount_micros=300_000_000)
    compose(page, world, template, "&audience=1000")
    write(page, VOUCHER)
    until_part(page, "counter", "3 segments")
    until_part(page, "letters", "Saves 600,000 VND.")
    page.press('input[type=radio][value="unmarked"]')
    until_part(page, "counter", "1 segment")
    until_part(page, "phone", "[QC] Mung sinh nhat chi")
    assert text_of(page) == VOUCHER
    page.click("Save")
    page.until_reads("The draft is saved")
    version = TemplateVersion.objects.get()
    assert (version.body, version.rewriting) == (VOUCHER, "unmarked")


def test_another_language_has_its_own_text_and_letters(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    write(page, "Chào {name}")
    until_part(page, "slots", "{name}")
    page.click("Add English")
    write(page, "Hello {name}", "#id_body_en")
    until_part(page, "phone", "Hello")
    page.click("Add Vietnamese without marks")
    until_part(page, "phone", "Chao")
    tabs = page.driver.find_elements(By.CSS_SELECTOR, '[data-part="languages"] [role="tab"]')
    assert [one.text.partition(" at most")[0] for one in tabs] == [
        "Vietnamese",
        "English",
        "Vietnamese without marks",
    ]
    page.press_element(tabs[0])
    until_part(page, "phone", "Chào")
    assert page.one('input[type=radio][value="none"]').is_selected()
    page.click("Save")
    page.until_reads("The draft is saved")
    version = TemplateVersion.objects.get()
    assert (version.body, version.rewriting) == ("Chào {name}", "none")
    assert version.variants == [
        {"language": "en", "body": "Hello {name}", "rewriting": "none"},
        {"language": "vi-x-plain", "body": "Chào {name}", "rewriting": "unmarked"},
    ]


def test_wrong_brace_is_found_by_the_button(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    page.write("#id_body", "Hello {name, welcome")
    page.until_reads("is not closed")
    page.click("Show the place")
    caret = "return document.getElementById('id_body').selectionStart"
    assert page.driver.execute_script(caret) == 6
    leave(page)


def test_everything_works_by_keyboard(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    focused = lambda: page.driver.switch_to.active_element  # noqa: E731
    page.driver.execute_script("document.getElementById('id_body').focus()")
    focused().send_keys("Hello {name}, chào")
    until_part(page, "slots", "{name}")
    _tab_to(page, lambda one: one.get_attribute("value") == "none")
    focused().send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    until_part(page, "phone", "chao")
    _tab_to(page, lambda one: one.get_attribute("id") == "slot-name-max_length")
    _tab_to(page, lambda one: one.get_attribute("data-preview") == "typical")
    focused().send_keys(Keys.ARROW_RIGHT)
    assert focused().get_attribute("data-preview") == "longest"
    assert focused().get_attribute("aria-selected") == "true"
    _tab_to(page, lambda one: one.get_attribute("name") == "_save")
    focused().send_keys(Keys.ENTER)
    page.until_reads("The draft is saved")
    assert TemplateVersion.objects.get().rewriting == "unmarked"


def _tab_to(page: Chromium, is_there: Any) -> None:
    """Tab by tab; no element on the way keeps the focus."""
    before = None
    for _step in range(120):  # the sidebar is on the way
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        now = page.driver.switch_to.active_element
        assert now != before, "the focus is trapped"
        if is_there(now):
            return
        before = now
    now = page.driver.switch_to.active_element
    pytest.fail(f"not reached by Tab, which is at {now.get_attribute('outerHTML')[:200]}")


def test_errors_on_save_keep_all_that_was_typed(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    page.write("#id_body", "Chào {name}")
    until_part(page, "slots", "{name}")
    page.one("#slot-name-example").clear()
    page.write("#slot-name-example", "Hoa")
    page.click("Add English")
    page.until(lambda shown: shown.one("#id_body_en").is_displayed())
    page.click("Save")
    page.until_reads("The text in “en” is empty")
    page.until(lambda shown: shown.one("#slot-name-example").is_displayed())
    assert text_of(page) == "Chào {name}"
    assert text_of(page, "#slot-name-example") == "Hoa"
    assert page.one('[data-tag="en"]').is_displayed()
    page.driver.execute_script("window.isAsked = false")
    page.driver.execute_script(
        "const e = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(e);"
        "window.isAsked = e.defaultPrevented"
    )
    assert page.driver.execute_script("return window.isAsked") is True
    leave(page)


def test_draft_opens_as_it_was_saved(page: Chromium, world: World, template: Template) -> None:
    version = make_template_version(
        template=template,
        body="Chào {name}",
        status="draft",
        author=world.alice,
        slots=[{"name": "name", "type": "name", "max_length": 12, "example": "Hoa"}],
    )
    version.rewriting = "smart"
    version.variants = [{"language": "en", "body": "Hello {name}", "rewriting": "unmarked"}]
    version.save()
    page.sign_in(world.alice)
    page.open(reverse("admin:messaging_templateversion_change", args=[version.pk]))
    until_part(page, "phone", "Chào Hoa")
    assert page.one('input[type=radio][value="smart"]').is_selected()
    page.click("English")
    until_part(page, "phone", "Hello Hoa")
    assert page.one('input[type=radio][value="unmarked"]').is_selected()
    hidden = json.loads(text_of(page, "#id_slots"))
    assert hidden[0]["max_length"] == 12


def test_letters_typed_apart_are_composed_at_a_press(
    page: Chromium, world: World, template: Template
) -> None:
    compose(page, world, template)
    write(page, "Tie\u0302\u0301ng Vie\u0323\u0302t “")
    until_part(page, "culprits", "typed apart from their marks")
    page.press('[data-part="culprits"] [data-key="at-11"]')
    selected = "const a = document.getElementById('id_body'); return a.value.slice(a.selectionStart, a.selectionEnd)"
    assert page.driver.execute_script(selected) == "“"
    page.click("Compose the letters now")
    page.until(lambda shown: text_of(shown) == "Tiếng Việt “")
    page.until(lambda shown: "typed apart" not in part(shown, "culprits"))
    leave(page)


def test_format_shows_what_it_misses(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    page.write("#id_body", "Your code is {code}")
    until_part(page, "slots", "{code}")
    page.choose("message_format", "Android SMS Retriever")
    until_part(page, "checks", "hash is missing")
    write(page, "\nFA+9qCX9VSu")
    until_part(page, "checks", "The text has this format.")
    leave(page)


def test_slot_being_typed_is_no_error_yet(page: Chromium, world: World, template: Template) -> None:
    compose(page, world, template)
    page.write("#id_body", "Hello")
    until_part(page, "counter", "1 segment")
    page.write("#id_body", " {na")
    page.driver.execute_script(
        "window.isAnswered = false; const asked = window.fetch;"
        "window.fetch = (...all) => asked(...all).finally(() => (window.isAnswered = true))"
    )
    page.write("#id_body", "m")
    page.until(lambda shown: shown.driver.execute_script("return window.isAnswered"))
    assert not page.one('[data-part="error"]').is_displayed()
    page.write("#id_body", Keys.TAB)
    page.until_reads("is not closed")
    leave(page)


def test_plain_text_is_checked_and_saved_without_javascript(
    page: Chromium, world: World, template: Template
) -> None:
    page.sign_in(world.alice)
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        address = reverse("admin:messaging_templateversion_add")
        page.driver.get(f"{page.base}{address}?template={template.pk}")
        page.one("#id_body").send_keys("Hello {Name}")
        page.one("button[name=_save]").click()
        page.until(lambda shown: "small letters" in shown.one("#body-error").text)
        page.one("#id_body").clear()
        page.one("#id_body").send_keys("Hello {name}")
        page.one("input[type=radio][value=unmarked]").click()
        page.one("button[name=_save]").click()
        page.until(lambda _shown: TemplateVersion.objects.exists())
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    version = TemplateVersion.objects.get()
    assert (version.body, version.rewriting) == ("Hello {name}", "unmarked")
