"""Slots and caps as values: who gets one, and never more than the caps allow."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.recipient_checks import touches_within
from messaging.frequency import (
    LONGEST_HOURS,
    Bid,
    Cap,
    Slot,
    Standing,
    bid_place,
    counts_of,
    slots_packed,
    slots_settled,
    slots_unpacked,
    touches_before,
)

NOW = 1_800_000_000.0
HOUR = 3600.0
DAY = (Cap(3, 24),)


def key(number: int) -> bytes:
    return UUID(int=number).bytes


def slot(number: int, *, hours_ago: float | None = None, priority: int = 1, lane: int = 3) -> Slot:
    sent = None if hours_ago is None else NOW - hours_ago * HOUR
    return Slot(key(number), lane, number, priority, NOW, sent)


def bid(number: int, *, priority: int = 1, caps: tuple[Cap, ...] = DAY, **values) -> Bid:
    return Bid(key(number), 3, number, priority, caps, **values)


def placed(slots: tuple[Slot, ...], one: Bid, free: tuple[int, ...] = ()) -> Standing:
    standing = Standing(slots)
    bid_place(standing, one, NOW, {key(number) for number in free})
    return standing


@pytest.mark.parametrize(
    ("slots", "is_refused"),
    [
        ((), False),
        ((slot(1), slot(2)), False),
        ((slot(1), slot(2), slot(3)), True),
        ((slot(1, hours_ago=1), slot(2, hours_ago=23), slot(3)), True),
        ((slot(1, hours_ago=24), slot(2), slot(3)), False),
        ((slot(1, lane=2), slot(2), slot(3)), False),
    ],
    ids=["none", "two", "three", "sent-and-on-their-way", "a-day-ago", "other-class"],
)
def test_fourth_in_a_day_is_refused(slots, is_refused):
    wanted = bid(9)
    standing = placed(slots, wanted)
    assert wanted.is_refused is is_refused
    assert (key(9) in {one.message_id for one in standing.slots}) is not is_refused


def test_refused_bid_names_those_in_its_way():
    wanted = bid(9)
    placed((slot(1, hours_ago=30), slot(2, hours_ago=2), slot(3), slot(4)), wanted)
    assert [one.campaign_id for one in wanted.holders] == [2, 3, 4]


def test_message_with_a_slot_keeps_it():
    wanted = bid(2)
    standing = placed((slot(1), slot(2), slot(3)), wanted)
    assert (wanted.is_refused, wanted.counts, len(standing.slots)) == (False, (1,), 3)


def test_under_a_tighter_cap_the_first_ones_stay():
    standing = Standing((slot(1), slot(2), slot(3)))
    bids = [bid(number, caps=(Cap(2, 24),)) for number in (3, 2, 1)]
    for one in bids:
        bid_place(standing, one, NOW)
    assert [one.is_refused for one in bids] == [True, False, False]


def test_higher_priority_takes_the_lowest_and_latest_that_has_not_left():
    wanted = bid(9, priority=2)
    slots = (slot(1, priority=0, hours_ago=1), slot(2, priority=0), slot(3, priority=0))
    standing = placed(slots, wanted, free=(1, 2, 3))
    assert [one.campaign_id for one in wanted.taken] == [3]
    assert [one.campaign_id for one in standing.slots] == [1, 2, 9]


@pytest.mark.parametrize(("priority", "free"), [(1, (1, 2, 3)), (2, ())])
def test_equal_priority_and_claimed_messages_keep_their_slots(priority, free):
    wanted = bid(9, priority=priority)
    placed((slot(1), slot(2), slot(3)), wanted, free=free)
    assert (wanted.is_refused, wanted.taken) == (True, ())


def test_cap_that_only_warns_is_told_and_refuses_nobody():
    wanted = bid(9, caps=(Cap(1, 24, is_hard=False),))
    standing = placed((slot(1),), wanted)
    assert (wanted.is_over, wanted.is_refused, len(standing.slots)) == (True, False, 2)


def test_request_for_consent_is_made_once():
    standing = Standing()
    first, second, first_again = bid(1, asks=True), bid(2, asks=True), bid(1, asks=True)
    for one in (first, second, first_again):
        bid_place(standing, one, NOW)
    assert [one.was_asked for one in (first, second, first_again)] == [False, True, False]
    assert len(standing.slots) == 1


def test_person_who_was_asked_elsewhere_is_not_asked_again():
    wanted = bid(1, asks=True, is_known_asked=True)
    standing = placed((), wanted)
    assert (wanted.is_refused, standing.asked_id) == (True, None)


def test_slots_of_messages_that_never_left_fall_out():
    old = slot(4, hours_ago=LONGEST_HOURS)
    kept = slots_settled((slot(1), slot(2), slot(3), old), {key(1): None, key(2): 5e9}, NOW)
    assert [(one.campaign_id, one.sent_at) for one in kept] == [(1, None), (2, 5e9)]


@given(
    st.lists(st.floats(0, 60 * 24, allow_nan=False), max_size=8),
    st.sampled_from([1, 24, 168]),
)
def test_counts_are_those_of_the_rules(minutes_ago, hours):
    """One arithmetic: what the ledger reserves is what a decision allows."""
    touches = tuple(NOW - round(one) * 60 for one in minutes_ago)
    as_times = tuple(datetime.fromtimestamp(one, UTC) for one in touches)
    expected = touches_within(as_times, datetime.fromtimestamp(NOW, UTC), hours)
    assert counts_of((Cap(1, hours),), touches, NOW) == (expected,)


Steps = st.lists(
    st.tuples(
        st.sampled_from(["bid", "send", "free", "wait"]), st.integers(0, 7), st.integers(0, 2)
    ),
    max_size=40,
)


@given(Steps, st.integers(1, 3))
def test_whatever_happens_no_rolling_day_has_too_many(steps, limit):
    caps, standing, now = (Cap(limit, 24),), Standing(), NOW
    sent: list[float] = []
    states: dict[bytes, float | None] = {}
    for index, (step, number, priority) in enumerate(steps):
        waiting = [key for key, at in states.items() if at is None]
        if step == "bid":
            one = Bid(key(index + 1), 3, None, priority, caps)
            standing.slots = slots_settled(standing.slots, states, now)
            bid_place(standing, one, now, waiting)
            states |= {} if one.is_refused else {one.message_id: None}
            for lost in one.taken:
                del states[lost.message_id]
        elif step == "send" and waiting:
            states[waiting[number % len(waiting)]] = now
            sent.append(now)
        elif step == "free" and waiting:
            del states[waiting[number % len(waiting)]]
        else:
            now += number * 5 * HOUR
        last_day = [at for at in sent if at > now - 24 * HOUR]
        assert len(last_day) + sum(at is None for at in states.values()) <= limit


Stored = st.builds(
    Slot,
    st.binary(min_size=16, max_size=16),
    st.integers(0, 3),
    st.none() | st.integers(1, 2**63 - 1),
    st.integers(0, 2),
    st.floats(1e9, 4e9),
    st.none() | st.floats(1e9, 4e9),
)


@given(st.lists(Stored, max_size=5))
def test_slots_come_back_as_they_were_packed(slots):
    assert slots_unpacked(slots_packed(slots)) == tuple(slots)


def test_touches_of_one_message_leave_out_what_came_behind_it():
    slots = (slot(1), slot(2), slot(3, hours_ago=2), slot(4))
    found = touches_before(slots, 3, NOW, key(2))
    assert found == (NOW, NOW - timedelta(hours=2).total_seconds())
