"""Invariant 7: what all holders may use never exceeds the contract, at any instant."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carriers.shares import KEEP, Key, Part, ShareBook, plan, units_of

SENDER = Key("sender", 5)


def in_use(parts, units):
    return sum(max(part.in_use, units[part.bind_id]) for part in parts)


def test_contract_is_shared_evenly_while_nobody_wants_more():
    parts = [Part(n, 0, 0, idle_seconds=60) for n in range(1, 5)]
    assert plan("carrier", 100, parts) == {1: 25, 2: 25, 3: 25, 4: 25}


def test_traffic_on_one_bind_alone_gets_the_whole_contract_but_what_keeps_others_alive():
    parts = [Part(1, 97, 97, 95.0, is_hungry=True), *(Part(n, 1, 1) for n in (2, 3, 4))]
    assert plan("carrier", 100, parts) == {1: 97, 2: 1, 3: 1, 4: 1}


def test_sender_on_one_bind_gets_all_of_a_small_contract():
    parts = [Part(1, 10, 10, 9.0, is_hungry=True), Part(2, 0, 0, idle_seconds=30)]
    assert plan("sender", 10, parts) == {1: 10, 2: 0}


def test_others_shrink_before_the_hungry_one_grows():
    before = [Part(1, 50, 50, 50.0, is_hungry=True), Part(2, 50, 50)]
    first = plan("carrier", 100, before)
    assert first == {1: 50, 2: 1}, "the other may have sent 50 in this second"
    gave_way = [Part(1, 50, 50, 50.0, is_hungry=True), Part(2, 1, 1)]
    assert plan("carrier", 100, gave_way) == {1: 99, 2: 1}


def test_part_of_a_silent_holder_stays_reserved():
    parts = [Part(1, 50, 50, 50.0, is_hungry=True), Part(2, 1, 50)]
    assert plan("carrier", 100, parts) == {1: 50, 2: 1}


def test_smaller_contract_shrinks_everybody_at_once():
    parts = [Part(1, 50, 50, 10.0), Part(2, 50, 50, 10.0)]
    assert sum(plan("carrier", 20, parts).values()) <= 20


def test_one_segment_a_second_goes_round():
    parts = [
        Part(1, 1, 1, 1.0, is_hungry=True, held_seconds=12),
        Part(2, 0, 0, is_hungry=True, held_seconds=30),
    ]
    assert plan("sender", 1, parts) == {1: 0, 2: 0}, "first the one gives it up"
    given = [
        Part(1, 0, 0, is_hungry=True, held_seconds=2),
        Part(2, 0, 0, is_hungry=True, held_seconds=32),
    ]
    assert plan("sender", 1, given) == {1: 0, 2: 1}


def test_first_message_of_a_sender_on_one_more_bind_finds_a_reserve():
    parts = [Part(1, 98, 98, 98.0, is_hungry=True), Part(2, 0, 0, is_hungry=True)]
    assert plan("sender", 100, parts)[2] == 2


@pytest.mark.parametrize(("contract", "units"), [(0.1, 1), (1, 1), (2.9, 2), (300, 300)])
def test_whole_segments(contract, units):
    assert units_of(contract) == units


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["carrier", "sender"]),
    st.integers(1, 300),
    st.integers(1, 6),
    st.integers(0, 2**32),
)
def test_sum_never_exceeds_the_contract_whatever_happens(kind, contract, binds, seed):
    """Books and plan together over a minute, with holders that fall silent and come back."""
    chance = random.Random(seed)
    books = {n: ShareBook(1, float(contract), lambda: None, 0.0) for n in range(binds)}
    rows = {n: Part(n, 0, 0) for n in range(binds)}
    applied = {n: [0] for n in range(binds)}  # what each used in the last passes
    for second in range(1, 60):
        now = second * 1.0
        for n, book in books.items():
            if chance.random() < 0.3:  # frozen, or cut off
                continue
            book.spent(chance.randint(0, 200))
            (need,) = book.needs(now)
            row = rows[n]
            used_by = row.in_use if need.in_use == KEEP else need.in_use
            rows[n] = Part(n, row.units, max(row.units, used_by), need.used, need.is_hungry)
            units = plan(kind, contract, list(rows.values()))
            rows = {
                m: Part(m, units[m], max(one.in_use, units[m]), one.used, one.is_hungry)
                for m, one in rows.items()
            }
            book.grant({Key("carrier", 1): units[n]}, now)
            rate = book.carrier_rate()
            applied[n] = [*applied[n][-1:], int(rate)]
            assert sum(max(last) for last in applied.values()) <= contract


def test_book_asks_at_once_for_a_sender_without_a_share():
    asked = []
    book = ShareBook(1, None, lambda: asked.append(1), 0.0)
    assert book.sender_rate(5, 10.0) == 0
    assert asked == [1]
    (need,) = book.needs(0.1)
    assert (need.key, need.is_hungry) == (SENDER, True)
    book.grant({SENDER: 10}, 0.1)
    assert book.sender_rate(5, 10.0) == 10


def test_book_says_that_it_gave_way_when_a_second_has_passed():
    book = ShareBook(1, 100.0, lambda: None, -10.0)
    key = Key("carrier", 1)
    book.grant({key: 80}, 0.0)
    book.grant({key: 20}, 10.0)
    assert book.carrier_rate() == 20
    assert book.needs(10.5)[0].in_use == 80
    assert book.needs(11.3)[0].in_use == 20


def test_fraction_of_a_contract_belongs_to_who_has_all_of_it():
    book = ShareBook(1, 0.5, lambda: None, 0.0)
    book.grant({Key("carrier", 1): 1}, 0.0)
    assert book.carrier_rate() == 0.5


def test_bind_of_a_carrier_that_has_nothing_takes_nothing_by_asking():
    parts = [Part(1, 99, 99, 90.0, is_hungry=True), Part(2, 0, 0, is_hungry=True)]
    assert plan("carrier", 100, parts) == {1: 99, 2: 1}


def test_part_is_not_given_up_for_a_moments_lull():
    """What is given up takes seconds to come back."""
    book = ShareBook(1, 100.0, lambda: None, -10.0)
    book.grant({Key("carrier", 1): 50}, 0.0)
    book.needs(0.0)
    book.spent(50)
    assert book.needs(1.0)[0].is_hungry
    (need,) = book.needs(2.0)
    assert (need.is_hungry, need.used > 0) == (True, True)
    book.needs(6.5)
    (need,) = book.needs(7.0)
    assert (need.is_hungry, need.used) == (False, 0.0)
