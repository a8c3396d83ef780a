"""An operator at work: the way to a number, the map, a bind that is watched, a test's page."""

import pytest
from django.urls import reverse
from selenium.webdriver.common.by import By

from carriers.models import BindLease, BindProbe
from config.common import clock
from messaging.selectors.snapshot import snapshots
from tests.browser.chromium import Chromium
from tests.factories import make_bind, make_carrier, make_network, make_number_plan, make_route
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_operator_finds_the_way_of_a_number_and_watches_its_bind(
    world: World, page: Chromium
) -> None:
    network = make_network("near")
    make_number_plan({"8496": network})
    carrier = make_carrier(name="Alpha")
    bind = make_bind(carrier, throughput=450, window=50)
    make_route(carrier, network=network, name="Near by Alpha")
    snapshots.forget()
    page.sign_in(world.olga)
    page.open(reverse("admin:index"))
    page.click("Try a number")
    page.until_reads("nothing is sent")
    signs = page.driver.find_elements(By.CSS_SELECTOR, ".vDateField ~ .timezonewarning")
    assert not any(one.is_displayed() for one in signs)
    page.fill("Number", "0961234567")
    page.click("Try it")
    page.until_reads("Near by Alpha")
    page.click("Route map")
    page.until_reads("Alpha 100 %")
    assert page.sticking_out() == []

    page.open(reverse("admin:carriers_bind_change", args=[bind.pk]))
    page.until_reads("Last trouble")
    assert "In flight" not in page.words()
    later = clock.now().replace(year=clock.now().year + 1)
    BindLease.objects.update_or_create(
        bind=bind,
        defaults={
            "state": "bound", "state_since": clock.now(), "expires_at": later,
            "holder": "worker@one", "in_flight": 7, "per_second": 90.0,
        },
    )  # fmt: skip
    page.until_reads("7 of a window of 50")  # without loading the page anew
    page.until_reads("90 of 450 contracted (20 %)")


def test_page_of_a_bind_test_stays_in_the_window(world: World, page: Chromium) -> None:
    value = {"accepted": True, "number": "84961110001", "expected": "0123456789" * 16}
    finding = {"key": "length_160", "value": value | {"partly": []}, "evidence": "accepted"}
    probe = BindProbe.objects.create(
        bind=make_bind(), state="asking", created_at=clock.now(), findings=[finding], total=40
    )
    page.sign_in(world.olga)
    page.open(reverse("admin:carriers_bindprobe_change", args=[probe.pk]))
    page.until_reads("160 characters in one segment")
    assert page.sticking_out() == []
    with page.narrow():
        assert page.sticking_out() == []
