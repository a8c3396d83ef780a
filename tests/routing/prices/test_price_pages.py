"""Operators' pages of price lists, exchange rates and margins."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.common import clock
from routing.models import ExchangeRate, PriceList
from routing.selectors.margins import margins_at
from routing.services.prices import price_list_read
from tests.factories import make_carrier, make_network, make_rate, make_route
from tests.world import World

pytestmark = pytest.mark.django_db


def page(found: PriceList, name: str = "change") -> str:
    return reverse(f"admin:routing_pricelist_{name}", args=[found.pk])


def upload(client: Any, text: str, **values: Any) -> PriceList:
    form = {
        "file": SimpleUploadedFile("viettel.csv", text.encode(), "text/csv"),
        "currency": "VND",
        "is_full": "on",
        "zone": "Asia/Ho_Chi_Minh",
        "jump_percent": 20,
        **values,
    }
    answer = client.post(reverse("admin:routing_pricelist_add"), form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return PriceList.objects.latest("pk")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_list_is_uploaded_looked_at_confirmed_and_taken_back(world: World, browse: Any) -> None:
    make_network("viettel", mcc_mnc="45204")
    carrier = make_carrier()
    make_rate(carrier=carrier, amount_micros=300_000_000)
    client = browse(world.olga)
    found = upload(client, "mccmnc,price\n45204,450\n452,310\n99999,1\n", carrier=carrier.pk)
    assert client.get(page(found))["Refresh"] == "2"
    price_list_read(found.pk)
    assert "+3.3 %" in client.get(page(found)).content.decode()
    shown = client.get(f"{page(found)}?change=bad").content.decode()
    assert "Nobody here knows this network" in shown
    bad = b"".join(client.get(page(found, "bad_lines")).streaming_content).decode()
    assert '4,"99999,1",' in bad
    client.post(page(found, "confirm_list"))
    away = b"".join(client.get(page(found, "take_away")).streaming_content).decode()
    assert "VN,viettel,45204,,450,VND" in away
    client.post(page(found, "undo"), {"reason": "Wrong file"})
    assert "Wrong file" in client.get(page(found)).content.decode()
    away = b"".join(client.get(page(found, "take_away")).streaming_content).decode()
    assert "VN,,,,300,VND" in away


def test_the_time_is_meant_in_the_lists_zone(world: World, browse: Any) -> None:
    found = upload(
        browse(world.olga), "country,price\nVN,1\n", zone="UTC", effective_from="2099-01-01 08:00"
    )
    assert found.effective_from == datetime(2099, 1, 1, 8, tzinfo=UTC)


def test_margins_compare_in_the_platforms_currency(world: World, browse: Any) -> None:
    carrier = make_carrier(name="Intl")
    make_route(carrier, network=make_network("viettel"))
    make_rate(amount_micros=820_000_000)
    make_rate(carrier=carrier, amount_micros=40_000, currency="USD")
    assert [one.left for one in margins_at(clock.now())] == [None]
    ExchangeRate.objects.create(
        currency="USD", per_unit=Decimal(26_000), effective_from=clock.now().date()
    )
    (margin,) = margins_at(clock.now(), only_losses=True)
    assert margin.left == 820 - 1040
    shown = browse(world.olga).get(reverse("admin:routing_pricelist_margins"), {"losses": "1"})
    assert "-220" in shown.content.decode()


def test_rates_of_a_list_are_not_changed_one_by_one(world: World, browse: Any) -> None:
    client = browse(world.olga)
    found = upload(client, "country,price\nVN,300\n", carrier=make_carrier().pk)
    price_list_read(found.pk)
    client.post(page(found, "confirm_list"))
    rate = found.rates.get()
    client.post(reverse("admin:routing_rate_change", args=[rate.pk]), {"amount": "1"})
    assert client.post(reverse("admin:routing_rate_delete", args=[rate.pk])).status_code == 403
    rate.refresh_from_db()
    assert rate.amount_micros == 300_000_000


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "ada"])
def test_prices_and_margins_are_for_operators_alone(world: World, browse: Any, name: str) -> None:
    client = browse(getattr(world, name))
    for address in ("changelist", "add", "margins"):
        assert client.get(reverse(f"admin:routing_pricelist_{address}")).status_code == 403
    assert client.get(reverse("admin:routing_exchangerate_changelist")).status_code == 403
