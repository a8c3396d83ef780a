"""Operators' pages about senders, routes, rates and number plans."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from config.common import clock
from config.common.errors import InvalidError
from routing.constants import SenderKind
from routing.models import NumberOverride, NumberPlan, Rate, Sender
from routing.services.senders import sender_check
from tests.factories import (
    make_carrier,
    make_network,
    make_number_plan,
    make_rate,
    make_route,
    make_sender,
)
from tests.world import World


def check(kind: str, address: str, start: date | None = None, end: date | None = None) -> str:
    """The field at fault, or nothing."""
    try:
        sender_check(kind=kind, address=address, lease_start=start, lease_end=end)
    except InvalidError as error:
        return error.field
    return ""


@pytest.mark.parametrize(
    ("kind", "address", "is_right"),
    [
        (SenderKind.SHORT_CODE, "53849", True),
        (SenderKind.SHORT_CODE, "123", True),
        (SenderKind.SHORT_CODE, "12", False),
        (SenderKind.SHORT_CODE, "123456789", False),
        (SenderKind.SHORT_CODE, "5384A", False),
        (SenderKind.SHORT_CODE, "٥٣٨٤٩", False),
        (SenderKind.LONG_CODE, "84912345678", True),
        (SenderKind.LONG_CODE, "+84912345678", False),
        (SenderKind.LONG_CODE, "0912345678", False),
        (SenderKind.LONG_CODE, "123456", False),
        (SenderKind.ALPHANUMERIC, "SAO MAI", True),
        (SenderKind.ALPHANUMERIC, "A.b-c_9", True),
        (SenderKind.ALPHANUMERIC, "12345", False),
        (SenderKind.ALPHANUMERIC, " SAOMAI", False),
        (SenderKind.ALPHANUMERIC, "SAOMAI ", False),
        (SenderKind.ALPHANUMERIC, "TWELVELETTER", False),
        (SenderKind.ALPHANUMERIC, "SÀO MAI", False),
        (SenderKind.ALPHANUMERIC, "", False),
        (SenderKind.ALPHANUMERIC, "A\n", False),
    ],
)
def test_addresses_by_kind(kind: str, address: str, is_right: bool) -> None:
    assert check(kind, address) == ("" if is_right else "address")


def test_lease_ends_after_it_starts() -> None:
    day = date(2026, 5, 1)
    assert check("short_code", "53849", day, day) == ""
    assert check("short_code", "53849", day, day - timedelta(days=1)) == "lease_end"
    assert check("short_code", "53849", day, None) == ""
    assert check("pigeon", "53849") == "kind"


def sender_form(world: World, **overrides: Any) -> dict[str, Any]:
    return {
        "account": world.account.pk,
        "advertiser": world.advertiser.pk,
        "kind": "short_code",
        "address": "53849",
        "country": "vn",
        "status": "active",
        "lease_start": "2026-01-01",
        "lease_end": "2027-12-31",
        "allowed_classes": ["otp", "care"],
        "registrations-TOTAL_FORMS": "0",
        "registrations-INITIAL_FORMS": "0",
    } | overrides


@pytest.mark.django_db
def test_operator_adds_a_sender(world: World, browse: Any) -> None:
    form = sender_form(world)
    answer = browse(world.olga).post(reverse("admin:routing_sender_add"), form)
    assert answer.status_code == 302
    sender = Sender.objects.get()
    assert (sender.country, sender.allowed_classes) == ("VN", ["otp", "care"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": "SAO MAI"}, "address"),
        ({"kind": "alphanumeric"}, "address"),
        ({"lease_end": "2025-12-31"}, "lease_end"),
        ({"allowed_classes": []}, "allowed_classes"),
    ],
)
def test_mistakes_are_said_at_their_field(
    world: World, browse: Any, change: dict[str, Any], field: str
) -> None:
    form = sender_form(world, **change)
    answer = browse(world.olga).post(reverse("admin:routing_sender_add"), form)
    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.django_db
def test_brand_must_be_of_the_senders_account(world: World, browse: Any) -> None:
    form = sender_form(world, advertiser=world.other_advertiser.pk)
    answer = browse(world.olga).post(reverse("admin:routing_sender_add"), form)
    assert list(answer.context["adminform"].form.errors) == ["advertiser"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (-10, 90, "90 days left"),
        (-10, 1, "1 day left"),
        (-10, 0, "0 days left"),
        (-10, -1, "Ended"),
        (-10, None, "Without end"),
        (5, 90, "From"),
    ],
)
def test_lease_is_shown_with_the_days_left(
    world: World, browse: Any, start: int, end: int | None, text: str
) -> None:
    today = clock.now().date()
    make_sender(
        world.account,
        lease_start=today + timedelta(days=start),
        lease_end=None if end is None else today + timedelta(days=end),
    )
    page = browse(world.alice).get(reverse("admin:routing_sender_changelist"))
    assert text in page.content.decode()


@pytest.mark.django_db
def test_marketer_sees_senders_and_changes_none(world: World, browse: Any) -> None:
    sender, client = make_sender(world.account), browse(world.alice)
    page = reverse("admin:routing_sender_change", args=[sender.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, sender_form(world)).status_code == 403


@pytest.mark.django_db
def test_rate_is_written_in_the_currency_and_kept_in_millionths(world: World, browse: Any) -> None:
    form = {
        "country": "vn",
        "amount": "0.0075",
        "currency": "usd",
        "effective_from": "2026-01-01",
    }
    client = browse(world.olga)
    assert client.post(reverse("admin:routing_rate_add"), form).status_code == 302
    rate = Rate.objects.get()
    assert (rate.amount_micros, rate.currency, rate.country) == (7_500, "USD", "VN")
    page = client.get(reverse("admin:routing_rate_change", args=[rate.pk])).content.decode()
    assert "0.0075" in page
    assert "0.0075 USD" in client.get(reverse("admin:routing_rate_changelist")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"amount": "-1"}, {"amount": ""}, {"amount": "0.0000001"}])
def test_amounts_that_cannot_be_are_refused(
    world: World, browse: Any, change: dict[str, str]
) -> None:
    form = {"country": "VN", "currency": "VND", "effective_from": "2026-01-01"} | change
    answer = browse(world.olga).post(reverse("admin:routing_rate_add"), form)
    assert list(answer.context["adminform"].form.errors) == ["amount"]


@pytest.mark.django_db
def test_cost_is_not_an_accounts(world: World, browse: Any) -> None:
    form = {
        "carrier": make_carrier().pk,
        "account": world.account.pk,
        "country": "VN",
        "amount": "1",
        "currency": "VND",
        "effective_from": "2026-01-01",
    }
    answer = browse(world.olga).post(reverse("admin:routing_rate_add"), form)
    assert list(answer.context["adminform"].form.errors) == ["account"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alice", "bob", "ines", "ada"])
def test_rates_and_routes_are_for_the_platform_alone(world: World, browse: Any, name: str) -> None:
    make_rate(carrier=make_carrier())
    make_route()
    client = browse(getattr(world, name))
    assert client.get(reverse("admin:routing_route_changelist")).status_code == 403
    # Administrators look after prices; what carriers cost is the platform's as well.
    status = 200 if name == "ada" else 403
    assert client.get(reverse("admin:routing_rate_changelist")).status_code == status


@pytest.mark.django_db
def test_plan_in_force_is_copied_changed_and_replaced(world: World, browse: Any) -> None:
    plan = make_number_plan({"8498": make_network("viettel")}, version="1")
    client = browse(world.olga)
    copy = reverse("admin:routing_numberplan_copy", args=[plan.pk])
    assert client.post(copy, {"version": "1"}).status_code == 200
    assert client.post(copy, {"version": "2"}).status_code == 302
    second = NumberPlan.objects.get(version="2")
    assert [row.prefix for row in second.prefixes.all()] == ["8498"]
    client.post(reverse("admin:routing_numberplan_activate", args=[second.pk]))
    assert NumberPlan.objects.get(is_active=True) == second


@pytest.mark.django_db
def test_prefixes_in_force_are_only_read(world: World, browse: Any) -> None:
    plan = make_number_plan({"8498": make_network("viettel")})
    client = browse(world.olga)
    page = reverse("admin:routing_numberplan_change", args=[plan.pk])
    form = {
        "country": "VN",
        "version": plan.version,
        "effective_from": "2026-01-01",
        "prefixes-TOTAL_FORMS": "1",
        "prefixes-INITIAL_FORMS": "1",
        "prefixes-0-id": plan.prefixes.get().pk,
        "prefixes-0-plan": plan.pk,
        "prefixes-0-prefix": "8499",
        "prefixes-0-network": plan.prefixes.get().network_id,
    }
    client.post(page, form)
    assert plan.prefixes.get().prefix == "8498"
    assert (
        client.post(reverse("admin:routing_numberplan_delete", args=[plan.pk])).status_code == 403
    )


@pytest.mark.django_db
def test_ported_number_is_found_by_how_it_is_written(world: World, browse: Any) -> None:
    NumberOverride.objects.create(msisdn="84981234567", network=make_network("viettel"))
    client = browse(world.olga)
    page = client.get(reverse("admin:routing_numberoverride_changelist"), {"q": "0981 234"})
    assert "+84981234567" in page.content.decode()
