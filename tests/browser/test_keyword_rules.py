"""A marketer makes a keyword rule without reading code, and tries it."""

from typing import Any

import pytest
from django.urls import reverse
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from compliance.services.rules import rule_packs_load_shipped
from messaging.models import KeywordRule
from messaging.selectors.snapshot import snapshots
from tests.browser.chromium import Chromium
from tests.factories import make_sender, make_template_version
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sender(world: World) -> Any:
    rule_packs_load_shipped(actor=None)
    for slug, body in (("gift", "Your gift, {name}!"), ("sure", "Sure? 1 yes, 2 no")):
        slots = [{"name": "name", "max_length": 20, "example": "Mai"}] if "{" in body else []
        make_template_version(
            world.account, advertiser=world.advertiser, slug=slug, body=body, slots=slots
        )
    snapshots.forget()
    return make_sender(world.account, advertiser=world.advertiser, receives_replies=True)


def choose(page: Chromium, value: str) -> None:
    """Of the lists after the steps, the first that offers this."""
    lists = page.driver.find_elements(
        By.XPATH,
        f"//*[@data-plan='question']/following-sibling::*//select[option[@value='{value}']]",
    )
    Select(lists[0]).select_by_value(value)


def test_a_rule_with_steps_and_a_question(page: Chromium, world: World, sender: Any) -> None:
    page.sign_in(world.alice)
    page.open(reverse("admin:messaging_keywordrule_add"))
    page.fill("Name", "Gift")
    page.choose("sender", str(sender))
    page.fill("Words", "GIFT")
    page.until_reads("“DH” fits “DH 1029”")
    page.click("Add a step")
    step = page.one('[data-place="actions.0"]')
    Select(step.find_elements(By.TAG_NAME, "select")[1]).select_by_value("gift")
    page.until_reads("Your gift, {name}!")
    value = page.one('[data-place="actions.0"] input[list="sbk-places"]')
    value.send_keys("{rest}")
    choose(page, "ask")
    page.until_reads("Answers that are waited for")
    choose(page, "sure")
    with page.narrow():
        assert page.sticking_out() == []
    page.click("Save")
    page.until(lambda _page: KeywordRule.objects.exists())
    rule = KeywordRule.objects.get()
    assert rule.actions == [{"do": "reply", "template": "gift", "parameters": {"name": "{rest}"}}]
    assert (rule.question["template"], rule.question["answers"][0]["words"]) == ("sure", ["1"])
    page.open(f"{reverse('admin:messaging_keywordrule_try_reply')}?rule={rule.pk}")
    page.fill("From", "0981234567")
    page.click("Try it")
    page.until_reads("“Gift” acts.")
    page.look()
    assert page.faults == []
