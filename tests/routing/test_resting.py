"""Shifts that rest, and words that nobody knows: told to operators once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carriers.models import Carrier, UnknownWord
from config.common import clock
from routing.heat_words import event_words
from routing.models import CarrierOrder, CarrierWatch, PlatformEvent, Temperature
from routing.services.orders import drain_order, shift_order
from routing.services.resting import orders_rest
from routing.services.watch import carriers_watch
from tests.factories import make_bind, make_carrier, make_member, make_route

pytestmark = pytest.mark.django_db
CLASSES = ("otp", "transactional", "care", "marketing")


@pytest.fixture
def target() -> Carrier:
    carrier = make_carrier(name="Bay Tel")
    make_route(carrier)
    CarrierWatch.objects.create(carrier=carrier, is_bound=True, since=clock.now())
    return carrier


def _shift(target: Carrier, **more: Any) -> CarrierOrder:
    return shift_order(
        carrier=make_carrier(), to_carrier=target, part=0.3, reason="errors",
        actor=None, **more,
    )  # fmt: skip


def _unbind(target: Carrier) -> None:
    long_ago = clock.now() - timedelta(hours=1)
    CarrierWatch.objects.filter(carrier=target).update(is_bound=False, since=long_ago)


def _heat(target: Carrier, *classes: str) -> None:
    for one in classes:
        Temperature.objects.create(
            carrier=target, message_class=one, state="hot", updated_at=clock.now()
        )


def _trouble(target: Carrier, why: str) -> None:
    if why == "off":
        Carrier.objects.filter(pk=target.pk).update(is_active=False)
    elif why == "unbound":
        _unbind(target)
    elif why == "drained":
        drain_order(carrier=target, reason="works", actor=None)
    elif why == "hot":
        _heat(target, *CLASSES)
    else:
        target.routes.all().delete()


def _events() -> list[str]:
    rows = PlatformEvent.objects.filter(type__startswith="order.").order_by("sequence")
    return [f"{row.type} {row.data['rests']}".strip() for row in rows]


@pytest.mark.parametrize("why", ["off", "unbound", "drained", "hot", "no_route"])
def test_a_shift_whose_target_takes_nothing_says_so_once(target: Carrier, why: str) -> None:
    order = _shift(target)
    assert orders_rest() == 0
    _trouble(target, why)
    assert [orders_rest(), orders_rest()] == [1, 0]
    order.refresh_from_db()
    assert (order.rests, _events()) == (why, [f"order.rests {why}"])
    assert PlatformEvent.objects.get(type="order.rests").is_alert


def test_its_end_is_told_too(target: Carrier) -> None:
    _shift(target)
    _unbind(target)
    orders_rest()
    CarrierWatch.objects.update(is_bound=True)
    assert orders_rest() == 1
    assert _events() == ["order.rests unbound", "order.resumed"]


def test_a_target_that_is_hot_for_another_class_alone_still_takes(target: Carrier) -> None:
    _shift(target, message_class="care")
    _shift(target)
    _heat(target, "otp")
    assert orders_rest() == 0


def test_a_reconnect_of_the_target_is_no_news(target: Carrier) -> None:
    _shift(target)
    CarrierWatch.objects.update(is_bound=False, since=clock.now())
    assert orders_rest() == 0


def test_operators_read_why_an_order_rests(target: Carrier, client: Client) -> None:
    _shift(target)
    _unbind(target)
    orders_rest()
    client.force_login(make_member("operator"))
    page = client.get(reverse("admin:routing_carrierorder_changelist")).content.decode()
    assert "Rests: its target has no session" in page
    page = client.get(reverse("admin:routing_platformevent_changelist")).content.decode()
    assert "to Bay Tel: its target has no session; the traffic stays where it is" in page


def _word(carrier: Carrier, word: str, kind: str = "state", **more: Any) -> UnknownWord:
    at = more.pop("at", None) or clock.now()
    return UnknownWord.objects.create(
        bind=make_bind(carrier), kind=kind, word=word, count=1, first_at=at, last_at=at, **more
    )


def test_a_word_that_no_table_knows_is_told_once_per_carrier(target: Carrier) -> None:
    word = _word(target, "BLOCKED")
    _word(target, "BLOCKED"), _word(make_carrier(), "BLOCKED"), _word(target, "0x432", "status")
    for _second in range(2):
        carriers_watch()
    told = PlatformEvent.objects.filter(type="word.unknown")
    assert (told.count(), told.filter(is_alert=True).count()) == (3, 3)
    first = told.get(key=f"word.unknown:{target.pk}:state:BLOCKED")
    assert event_words(first.type, first.data) == f"{word.bind.name}: BLOCKED"


def test_words_of_yesterday_and_explained_ones_are_no_news(target: Carrier) -> None:
    _word(target, "OLD", at=clock.now() - timedelta(days=1))
    _word(target, "KNOWN", meaning="rejected")
    carriers_watch()
    assert not PlatformEvent.objects.filter(type="word.unknown").exists()


def test_garbage_has_an_end(target: Carrier) -> None:
    for number in range(25):
        _word(target, f"junk{number}")
    carriers_watch()
    assert PlatformEvent.objects.filter(type="word.unknown").count() == 20
