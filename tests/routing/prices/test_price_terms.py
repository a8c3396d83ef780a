"""Which rates hold when: lists and single rates on a line of time."""

from datetime import UTC, datetime, timedelta

from routing.engine import Rate
from routing.price_terms import ListTerm, SingleRate, layers_at, owner_of, turns_after

START = datetime(2026, 12, 1, tzinfo=UTC)
CARRIER = owner_of(7, None, "VND")


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def term(number: int, begins: float, *, is_full: bool = True, undone: float = 0) -> ListTerm:
    undone_at = hours(undone) if undone else None
    return ListTerm(number, CARRIER, is_full, hours(begins), hours(begins - 1), undone_at)


def single(number: int, begins: float, **values: object) -> SingleRate:
    rate = Rate("VN", number, **({"carrier_id": 7} | values))  # type: ignore[arg-type]
    return SingleRate(number, hours(begins), rate)


def held(lists: list[ListTerm], singles: list[SingleRate], at: float) -> list[int]:
    """Ids of lists, and of single rates below zero."""
    found = layers_at(lists, singles, hours(at))
    return [one.list_id or -(one.rate.amount_micros if one.rate else 0) for one in found]


def test_a_full_list_replaces_what_was_before() -> None:
    lists, singles = [term(1, 1), term(2, 5)], [single(9, 0), single(8, 3)]
    assert held(lists, singles, 0.5) == [-9]
    assert held(lists, singles, 1) == [1]
    assert held(lists, singles, 4) == [1, -8]
    assert held(lists, singles, 5) == [2]


def test_changes_are_laid_over_the_list_before() -> None:
    lists = [term(1, 1), term(2, 2, is_full=False), term(3, 3, is_full=False)]
    assert held(lists, [], 2.5) == [1, 2]
    assert held(lists, [], 9) == [1, 2, 3]


def test_what_is_taken_back_brings_exactly_that_back() -> None:
    lists, singles = [term(1, 1), term(2, 5, undone=8)], [single(9, 2)]
    assert held(lists, singles, 7.9) == [2]
    assert held(lists, singles, 8) == [1, -9]
    assert held(lists, singles, 6) == [2], "what was, stays told"


def test_a_single_rate_corrects_the_list_it_begins_with() -> None:
    assert held([term(1, 1)], [single(9, 1)], 1) == [1, -9]


def test_owners_are_apart_and_everybodys_prices_by_currency() -> None:
    everybody = single(5, 0, carrier_id=None, currency="USD")
    assert held([term(1, 1)], [everybody], 2) == [-5, 1]
    assert owner_of(None, None, "VND") != owner_of(None, None, "USD")
    assert owner_of(None, 3, "VND") == owner_of(None, 3, "USD")


def test_moments_of_change_are_known_ahead() -> None:
    lists, singles = [term(1, 1), term(2, 5, undone=8)], [single(9, 5), single(8, 6)]
    assert turns_after(lists, singles, hours(1)) == [hours(5), hours(6), hours(8)]
