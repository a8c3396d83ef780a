"""Replies that read like refusals, before an officer; and the page on which a person chooses."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from selenium.webdriver.common.by import By

from carriers.simulator.client import InjectedReply
from compliance.constants import SuppressionCause
from compliance.models import ConsentState, Program, Suppression
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common.api.throttling import counter
from messaging.models import Message, RefusalReview
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from messaging.services.preferences import preference_address
from messaging.services.routing import unrouted_route
from routing.models import Sender
from tests.browser.chromium import Chromium
from tests.messaging.hot import Line, make_line, state
from tests.messaging.test_inbound import received
from tests.messaging.test_routing_service import ADVERTISEMENT, accepted
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, WRITTEN = "84981234567", "0981 234 567"
SMALL = 360


@pytest.fixture
def line(world: World) -> Line:
    rule_packs_load_shipped(actor=None)
    line = make_line(world.account)
    Sender.objects.filter(pk=line.sender.pk).update(receives_replies=True)
    snapshots.forget()
    return line


@pytest.fixture
def handset(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page would send through the simulator arrives at once."""

    def inject(_url: str, _operator: Any, from_: str, to: str, text: str) -> InjectedReply:
        octets = text.encode("utf-16-be")
        inbound_receive([received(line, octets, sender=from_, to=to, data_coding=8)])
        return InjectedReply(operator="viettel", message_id="1", parts=1, receivers=1)

    monkeypatch.setattr("carriers.services.replies.inject_reply", inject)


def agreed(world: World) -> None:
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=PHONE,
        purpose="marketing",
        action="granted",
        method="form",
        actor=None,
    )


def in_force() -> list[tuple[str, str]]:
    rows = Suppression.objects.filter(msisdn=PHONE, lifted_at=None).order_by("pk")
    return list(rows.values_list("purpose", "cause"))


def advertisement(line: Line) -> str:
    """What becomes of one to the person now."""
    message = accepted(line, "marketing", msisdn=PHONE, text=ADVERTISEMENT)
    snapshots.forget()
    unrouted_route(limit=10)
    return state(message)


def reply(page: Chromium, world: World, text: str) -> None:
    """By a marketer, as if a person had written it."""
    page.sign_in(world.alice)
    page.open(reverse("admin:messaging_inboundmessage_simulate"))
    page.fill("From", WRITTEN)
    page.fill("Text", text)
    page.click("Send the reply")
    page.until_reads("viettel took the reply")


def open_queue(page: Chromium, world: World) -> None:
    """By the officer, from the first page."""
    page.sign_in(world.bob)
    page.open(reverse("admin:index"))
    page.click("Possible refusals")


@pytest.mark.usefixtures("handset")
def test_doubtful_reply_holds_the_person_until_an_officer_has_read_it(
    page: Chromium, world: World, line: Line
) -> None:
    agreed(world)
    line.message("marketing", msisdn=PHONE, text="[QC] Half price today")
    reply(page, world, "wrong number, who is this")
    assert in_force() == [("marketing", SuppressionCause.HOLD)]
    assert advertisement(line) == "blocked suppressed"
    open_queue(page, world)
    page.until_reads("23 HOURS LEFT")
    page.click("wrong number, who is this")
    page.until_reads("[QC] Half price today")
    page.click("It is a refusal")
    page.until_reads("The hold becomes a refusal with a record in the consent ledger")
    page.fill("Note", "He does not know us")
    page.click("It is a refusal")
    page.until_reads("The refusal is recorded.")
    assert in_force() == [("marketing", SuppressionCause.REFUSAL)]
    assert ConsentState.objects.get(msisdn=PHONE).state == "revoked"
    assert Message.objects.filter(msisdn=PHONE, origin="system").count() == 1
    review = RefusalReview.objects.get()
    assert (review.decided_by, review.note) == (world.bob, "He does not know us")
    open_queue(page, world)
    page.until_reads("Nothing waits to be read")


@pytest.mark.usefixtures("handset")
def test_reply_that_is_no_refusal_lets_the_person_go(
    page: Chromium, world: World, line: Line
) -> None:
    agreed(world)
    reply(page, world, "wrong number, who is this")
    open_queue(page, world)
    page.click("wrong number, who is this")
    page.click("It is not")
    page.until_reads("The hold is lifted")
    page.click("It is not a refusal")
    page.until_reads("The reply is read: it is no refusal.")
    assert in_force() == []
    assert advertisement(line) != "blocked suppressed"


def test_person_chooses_on_a_small_phone(page: Chromium, world: World) -> None:
    rule_packs_load_shipped(actor=None)
    snapshots.forget()
    counter.forget()
    cache.clear()
    agreed(world)
    brand = world.advertiser
    Program.objects.create(account=world.account, advertiser=brand, name="Flash sales", code="SALE")
    link = "/p/" + preference_address(brand, PHONE).rpartition("/")[2]
    with page.narrow(SMALL):
        for query in ("", "?stop=all", "?lang=vi", "?lang=en"):
            page.open(link + query)
            assert page.sticking_out() == []
        assert not Suppression.objects.exists()
        press(page, "Flash sales", "Switch off")
        page.until_reads("Your choice is kept. It holds from now on.")
        assert standing(page) == {"Advertising": "On", "Flash sales": "Off"}
        page.driver.refresh()  # sends nothing again
        press(page, "Advertising", "Switch off")
        page.until(lambda shown: standing(shown) == {"Advertising": "Off"})
        page.click("Stop all messages")
        page.until_reads("You get no messages from us any more.")
        assert page.sticking_out() == []
        assert {purpose for purpose, _cause in in_force()} == {"marketing", "all"}
        page.click("Get messages again")
        page.until(lambda shown: standing(shown) == {"Advertising": "On", "Flash sales": "On"})
    assert in_force() == []
    assert ConsentState.objects.get(msisdn=PHONE, purpose="marketing").record.method == "form"


def standing(page: Chromium) -> dict[str, str]:
    """Each purpose of the page, on or off."""
    lines = page.driver.find_elements(By.CSS_SELECTOR, ".line > span")
    names = (one.text.split("\n") for one in lines)
    return dict(names)


def press(page: Chromium, line: str, button: str) -> None:
    """The button beside a purpose."""
    path = f"//div[@class='line'][contains(., '{line}')]//button[.='{button}']"
    page.press_element(page.driver.find_element(By.XPATH, path))
