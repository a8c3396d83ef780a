"""Pages by which operators watch carriers and give orders."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carriers.models import Carrier
from config.common import clock
from config.dashboards import live
from routing.models import CarrierOrder, Observation, RouteQuality, Temperature
from tests.factories import make_bind, make_carrier, make_member
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What another test showed a moment ago."""
    live.forget()


@pytest.fixture
def carrier() -> Carrier:
    return make_carrier(name="Mekong Tel")


@pytest.fixture
def olga(client: Client) -> Client:
    client.force_login(make_member("operator"))
    return client


def _observed(carrier: Carrier, what: str, bucket: int, n: int, **more: Any) -> None:
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    values = {"grain": "h", "at": at, "message_class": "care"} | more
    Observation.objects.create(carrier_id=carrier.pk, what=what, bucket=bucket, n=n, **values)


def test_the_matrix_shows_a_hot_carrier_with_its_reasons(olga: Client, carrier: Carrier) -> None:
    Temperature.objects.create(
        carrier=carrier, message_class="care", value=88, level=4, state="hot", share=0.01,
        reasons={"unanswered": 1200, "throttled": 3}, trail=[0, 40, 88], updated_at=clock.now(),
    )  # fmt: skip
    page = olga.get(reverse("admin:routing_temperature_changelist")).content.decode()
    assert "Mekong Tel" in page
    assert "1,200 not answered, 3 throttled" in page
    assert "<polyline" in page


def test_without_news_every_carrier_is_cool(olga: Client, carrier: Carrier) -> None:
    page = olga.get(reverse("admin:routing_temperature_changelist")).content.decode()
    assert "Mekong Tel" in page
    assert "No carrier has changed its state yet." in page


def test_an_operator_pins_with_a_reason_and_unpins(olga: Client, carrier: Carrier) -> None:
    address = reverse("admin:routing_temperature_pin")
    values = {"carrier": carrier.pk, "message_class": "otp", "state": "hot", "reason": ""}
    assert "This field is required" in olga.post(address, values).content.decode()
    assert olga.post(address, values | {"reason": "works"}).status_code == 302
    row = Temperature.objects.get(carrier=carrier)
    assert (row.pinned_state, row.pin_reason) == ("hot", "works")
    assert olga.get(reverse("admin:routing_temperature_change", args=[row.pk])).status_code == 200
    olga.post(reverse("admin:routing_temperature_unpin", args=[row.pk]))
    row.refresh_from_db()
    assert row.pinned_state == ""


def test_an_order_is_given_and_lifted(olga: Client, carrier: Carrier) -> None:
    other = make_carrier(name="Bay Tel")
    values = {
        "kind": "shift", "carrier": carrier.pk, "to_carrier": other.pk, "part": "0.3",
        "reason": "errors", "until_cool": "on",
    }  # fmt: skip
    answer = olga.post(reverse("admin:routing_carrierorder_add"), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    order = CarrierOrder.objects.get()
    assert (order.part, order.until_cool, order.ended_at) == (0.3, True, None)
    page = olga.get(reverse("admin:routing_carrierorder_changelist")).content.decode()
    assert "Shift 30 % of Mekong Tel to Bay Tel" in page
    olga.post(reverse("admin:routing_carrierorder_lift", args=[order.pk]))
    order.refresh_from_db()
    assert order.ended_why == "lifted"


def test_an_order_without_a_reason_is_refused_at_its_field(olga: Client, carrier: Carrier) -> None:
    values = {"kind": "drain", "carrier": carrier.pk, "part": "1", "reason": " "}
    answer = olga.post(reverse("admin:routing_carrierorder_add"), values)
    assert answer.status_code == 200
    assert not CarrierOrder.objects.exists()


def test_the_live_part_tells_what_is_wrong(olga: Client, carrier: Carrier) -> None:
    make_bind(carrier)
    Temperature.objects.create(
        carrier=carrier, message_class="care", value=88, state="hot",
        reasons={"slow": 30}, updated_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    page = olga.get(reverse("carriers-live")).content.decode()
    assert "Mekong Tel has no session" in page
    assert "30 answered slowly" in page


def test_the_live_part_is_for_operators_alone(world: World, client: Client) -> None:
    assert client.get(reverse("carriers-live")).status_code == 404
    client.force_login(make_member("marketer", world.account))
    assert client.get(reverse("carriers-live")).status_code == 404


def test_the_home_page_asks_for_the_live_part(olga: Client) -> None:
    page = olga.get(reverse("admin:index")).content.decode()
    assert f'data-refresh="{reverse("carriers-live")}"' in page


def test_the_report_compares_with_the_contract(olga: Client, carrier: Carrier) -> None:
    carrier.throughput = 100
    carrier.save()
    _observed(carrier, "accepted", 6, 950)
    _observed(carrier, "delivered", 13, 900)
    _observed(carrier, "status", 0x08, 50)
    _observed(carrier, "peak_second", 0, 96, message_class="")
    RouteQuality.objects.create(
        carrier_id=carrier.pk, message_class="care", samples=12, computed_at=clock.now()
    )
    page = olga.get(
        reverse("admin:routing_routequality_changelist"), {"carrier": carrier.pk}
    ).content.decode()
    for words in ("96.0 %", "ESME_RSYSERR", "94.74 %", "not enough yet"):
        assert words in page


@pytest.mark.parametrize(("kind", "begins"), [("pdf", b"%PDF"), ("csv", b"section,figure")])
def test_the_report_goes_to_the_carrier(
    olga: Client, carrier: Carrier, kind: str, begins: bytes
) -> None:
    _observed(carrier, "accepted", 6, 950)
    answer = olga.get(
        reverse("admin:routing_routequality_changelist"), {"carrier": carrier.pk, "format": kind}
    )
    assert answer.content.startswith(begins)
    assert f"{carrier.code}-" in answer["Content-Disposition"]


def test_a_period_that_ends_before_it_begins_is_refused(olga: Client, carrier: Carrier) -> None:
    today = clock.now().date()
    page = olga.get(
        reverse("admin:routing_routequality_changelist"),
        {"first": today.isoformat(), "last": (today - timedelta(days=1)).isoformat()},
    ).content.decode()
    assert "The period ends before it begins." in page
