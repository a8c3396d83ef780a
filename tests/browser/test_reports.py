"""A marketer reads a report, asks it another question, and goes to the messages behind a line."""

import pytest
from django.urls import reverse
from selenium.webdriver.support.ui import Select

from config.common import clock
from messaging.services.reports import traffic_count
from tests.browser.chromium import Chromium
from tests.factories import make_message, make_network, make_sender
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_marketer_follows_a_report_to_its_messages(world: World, page: Chromium) -> None:
    sender = make_sender(world.account, address="53849")
    network = make_network("viettel")
    for status in ("delivered", "delivered", "blocked"):
        is_sent = status == "delivered"
        make_message(
            world.account,
            sender=sender,
            network=network,
            status=status,
            sent_at=clock.now() if is_sent else None,
            done_at=clock.now(),
            price_micros=350_000_000,
            charge_terms=0,
        )
    traffic_count()
    page.sign_in(world.alice)
    page.open(reverse("admin:index"))
    page.click("Reports")
    page.until_reads("Counted until")
    assert "Price, VND" in page.words()
    assert "\t700" in page.words()
    assert page.sticking_out() == []
    with page.narrow():
        assert page.sticking_out() == []
    Select(page.one("select[name=by]")).select_by_value("network")
    page.click("Show")
    page.until_reads("viettel")
    page.click("viettel")
    page.until_reads("3 messages")
