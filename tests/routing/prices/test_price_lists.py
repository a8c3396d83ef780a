"""Price lists: read, compared, confirmed at a moment, taken back."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from carriers.models import Carrier
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError
from messaging.selectors.snapshot import snapshots
from routing.constants import PriceListState
from routing.engine import price_of
from routing.models import PriceList, Rate
from routing.price_terms import owner_of
from routing.services.prices import (
    PriceListValues,
    price_list_compare,
    price_list_confirm,
    price_list_discard,
    price_list_read,
    price_list_undo,
    price_list_upload,
    price_rows,
)
from tests.factories import make_account, make_carrier, make_network, make_rate

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def carrier(settings: Any, tmp_path: Any) -> Carrier:
    settings.MEDIA_ROOT = tmp_path
    make_network("viettel", mcc_mnc="45204")
    make_network("mobifone", mcc_mnc="45201")
    return make_carrier()


def listed(text: str, **values: Any) -> PriceList:
    """A list of this text, read."""
    values = {"name": "List", "currency": "VND", **values}
    made = price_list_upload(
        values=PriceListValues(**values),
        file=ContentFile(text.encode(), name="prices.csv"),
        file_name="prices.csv",
        actor=None,
    )
    price_list_read(made.pk)
    made.refresh_from_db()
    return made


def confirmed(text: str, **values: Any) -> PriceList:
    return price_list_confirm(found=listed(text, **values), actor=None)


def costs(carrier: Carrier, at: datetime | None = None) -> dict[str, str]:
    rows = price_rows(owner_of(carrier.pk, None, "VND"), at or clock.now())
    return {network or country: price for country, network, _plmn, _class, price, *_rest in rows}


def counts(found: PriceList) -> dict[str, int]:
    return {key: number for key, number in found.counts.items() if key != "basis"}


def test_a_list_is_compared_with_what_holds(carrier: Carrier) -> None:
    confirmed("mccmnc,price\n45204,300\n45201,280\n452,350\n", carrier=carrier)
    found = listed(
        "mccmnc,price,remark\n45204,450\n45201,280\n99999,1\n", carrier=carrier, jump_percent=20
    )
    assert found.state == PriceListState.READY
    assert counts(found) == {"changed": 1, "unchanged": 1, "ended": 1, "bad": 1, "jump": 1}
    assert found.columns_ignored == ["remark"]
    changed = found.lines.get(change="changed")
    assert (changed.old_micros, changed.amount_micros) == (300_000_000, 450_000_000)
    bad = found.lines.get(change="bad")
    assert (bad.line, bad.problem, bad.content) == (4, "network_unknown", "99999,1")


def test_nothing_holds_before_it_is_confirmed(carrier: Carrier) -> None:
    was = versions.current()
    found = listed("country,price\nVN,300\n", carrier=carrier)
    assert (costs(carrier), versions.current()) == ({}, was)
    price_list_confirm(found=found, actor=None)
    assert costs(carrier) == {"VN": "300"}
    assert versions.current() > was


def test_a_list_of_changes_ends_nothing(carrier: Carrier) -> None:
    confirmed("mccmnc,price\n45204,300\n45201,280\n", carrier=carrier)
    confirmed("mccmnc,price\n45204,310\n", carrier=carrier, is_full=False)
    assert costs(carrier) == {"mobifone": "280", "viettel": "310"}


def test_taking_a_list_back_brings_back_exactly_what_was(carrier: Carrier) -> None:
    make_rate(carrier=carrier, amount_micros=250_000_000)
    confirmed("mccmnc,price\n45204,300\n", carrier=carrier)
    before = costs(carrier)
    newer = confirmed("mccmnc,price\n45204,320\n45201,280\n", carrier=carrier)
    price_list_undo(found=newer, actor=None, reason="Wrong file")
    assert costs(carrier) == before == {"viettel": "300"}
    assert Rate.objects.filter(price_list=newer).count() == 2, "the record stays"


def test_a_list_that_was_replaced_is_not_taken_back(carrier: Carrier) -> None:
    older = confirmed("country,price\nVN,300\n", carrier=carrier)
    confirmed("country,price\nVN,310\n", carrier=carrier)
    with pytest.raises(ConflictError) as caught:
        price_list_undo(found=older, actor=None, reason="Wrong")
    assert caught.value.code == "price_list_replaced"


def test_taking_back_asks_for_a_reason(carrier: Carrier) -> None:
    found = confirmed("country,price\nVN,300\n", carrier=carrier)
    with pytest.raises(InvalidError):
        price_list_undo(found=found, actor=None, reason=" ")


def test_prices_change_at_their_very_moment() -> None:
    account = make_account()
    with clock.freeze(NOON):
        make_rate(amount_micros=100, effective_from=NOON - timedelta(days=1))
        confirmed("country,price\nVN,820\n", account=account, effective_from=NOON.replace(hour=17))
    for at, price in (
        (NOON, 100),
        (NOON.replace(hour=16, minute=59, second=59, microsecond=999_999), 100),
        (NOON.replace(hour=17), 820_000_000),
    ):
        with clock.freeze(at):
            routing = snapshots.current().routing
            assert price_of(routing, account.pk, "VN", None, "care") == price


def test_a_time_that_passed_before_confirming_is_now(carrier: Carrier) -> None:
    with clock.freeze(NOON):
        found = listed(
            "country,price\nVN,300\n", carrier=carrier, effective_from=NOON + timedelta(hours=1)
        )
    with clock.freeze(NOON + timedelta(hours=2)):
        assert price_list_confirm(found=found, actor=None).effective_from == clock.now()


def test_rates_that_changed_meanwhile_are_compared_again(carrier: Carrier) -> None:
    found = listed("country,price\nVN,300\n", carrier=carrier)
    make_rate(carrier=carrier, amount_micros=300_000_000)
    with pytest.raises(ConflictError) as caught:
        price_list_confirm(found=found, actor=None)
    assert caught.value.code == "price_list_outdated"
    price_list_compare(found=found)
    found.refresh_from_db()
    assert counts(found) == {"unchanged": 1}
    price_list_confirm(found=found, actor=None)


def test_a_dropped_list_never_counts(carrier: Carrier) -> None:
    found = listed("country,price\nVN,300\n", carrier=carrier)
    price_list_discard(found=found, actor=None)
    with pytest.raises(ConflictError):
        price_list_confirm(found=found, actor=None)
    assert (costs(carrier), found.lines.count()) == ({}, 0)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("country,name\nVN,x\n", "no_price"),
        ("price\n1\n", "no_place"),
        ("country,price\nVN,x\n", "no_rows"),
    ],
)
def test_files_that_cannot_be_read_say_why(carrier: Carrier, text: str, error: str) -> None:
    found = listed(text, carrier=carrier)
    assert (found.state, found.error) == (PriceListState.FAILED, error)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency": "dong"}, "currency"),
        ({"zone": "Hanoi"}, "zone"),
        ({"jump_percent": 0}, "jump_percent"),
        ({"effective_from": datetime(2020, 1, 1, tzinfo=UTC)}, "effective_from"),
    ],
)
def test_values_are_checked(carrier: Carrier, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        listed("country,price\nVN,1\n", carrier=carrier, **values)
    assert caught.value.field == field


def test_an_account_is_priced_in_its_own_currency(carrier: Carrier) -> None:
    with pytest.raises(InvalidError):
        listed("country,price\nVN,1\n", account=make_account(currency="VND"), currency="USD")


def test_the_command_shows_then_confirms(carrier: Carrier, tmp_path: Any) -> None:
    file = tmp_path / "viettel.csv"
    file.write_text("mccmnc,price\n45204,300\n99999,1\n")
    shown = StringIO()
    call_command("import_prices", file, carrier=carrier.code, dry_run=True, stdout=shown)
    assert "new 1" in shown.getvalue()
    assert "line 3" in shown.getvalue()
    assert costs(carrier) == {}
    with pytest.raises(CommandError):
        call_command("import_prices", file, carrier=carrier.code, stdout=shown)
    call_command("import_prices", file, carrier=carrier.code, skip_bad=True, stdout=shown)
    assert costs(carrier) == {"viettel": "300"}


def test_what_is_taken_away_can_be_brought_again(carrier: Carrier) -> None:
    confirmed("mccmnc,class,price\n45204,otp,300.5\n452,,0.000001\n", carrier=carrier)
    rows = list(price_rows(owner_of(carrier.pk, None, "VND"), clock.now()))
    text = "\n".join(
        ",".join(row) for row in (("country", "network", "x", "class", "price"), *rows)
    )
    found = listed(text, carrier=carrier)
    assert counts(found) == {"unchanged": 2}


def test_everybodys_prices_are_those_of_the_accounts_currency() -> None:
    dong, dollar = make_account(currency="VND"), make_account(currency="USD")
    make_rate(amount_micros=820_000_000)
    make_rate(amount_micros=32_000, currency="USD")
    snapshots.forget()
    routing = snapshots.current().routing
    assert price_of(routing, dong.pk, "VN", None, "care") == 820_000_000
    assert price_of(routing, dollar.pk, "VN", None, "care") == 32_000
    stranger = make_account(currency="EUR")
    snapshots.forget()
    assert price_of(snapshots.current().routing, stranger.pk, "VN", None, "care") is None
