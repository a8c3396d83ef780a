"""A person writes; a marketer opens it, answers with a canned template, and closes."""

import pytest
from django.db import transaction
from django.urls import reverse
from selenium.webdriver.common.by import By

from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from tests.browser.chromium import Chromium
from tests.factories import make_template_version
from tests.messaging.api.conftest import make_market
from tests.messaging.talking import talk, write_in
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = 375


def test_a_reply_is_answered_with_a_template_and_closed(page: Chromium, world: World) -> None:
    sender = make_market(world.account, world.advertiser).sender
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        slug="eta",
        body="Your order {order} comes tomorrow.",
        slots=[{"name": "order", "max_length": 12, "example": "A-1"}],
    )
    snapshots.forget()
    with transaction.atomic():
        conversation = talk(sender, "When does it come?")
    page.sign_in(world.alice)
    page.open(reverse("admin:index"))
    page.click("Conversations")
    page.until_reads("When does it come?")
    page.click("+84981234567")
    page.until_reads("Nobody yet")
    page.click("Assign to me")
    page.until_reads("that is you")
    with transaction.atomic():
        write_in(sender, "Order A-7, please look")
    page.until_reads("Order A-7, please look")  # by itself
    option = page.one("#talk-template option[value=eta]").text
    page.choose("template", option)
    page.until_reads("Your order {order} comes tomorrow.")
    page.fill("order", "A-7")
    page.until_reads("Your order A-7 comes tomorrow.")
    page.until_reads("1 segment")
    with page.narrow(SMALL):
        assert page.sticking_out() == []
    page.press_shown("//button[@value='send']")
    page.until_reads("The answer is on its way.")
    assert Message.objects.get().text == "Your order A-7 comes tomorrow."
    bubbles = page.driver.find_elements(By.CSS_SELECTOR, ".sbt-bubble")
    assert [one.text for one in bubbles][:3] == [
        "When does it come?",
        "Order A-7, please look",
        "Your order A-7 comes tomorrow.",
    ]
    page.press_shown("//button[@value='close']")
    page.until_reads("Open again")
    conversation.refresh_from_db()
    assert (conversation.state, conversation.version) == ("closed", 1)
    page.open(reverse("admin:messaging_conversation_changelist"))
    with page.narrow(SMALL):
        assert page.sticking_out() == []
