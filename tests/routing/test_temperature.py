"""The temperature: bounded, monotone in bad news, cooling without news, and never flapping."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.temperature import (
    HOT_LEVEL,
    HOTTEST,
    NO_NEWS,
    WEIGHTS,
    Cohort,
    News,
    Temperature,
    Usual,
    heat_of,
    pin,
    probe_share,
    silence,
    step,
    together,
)

counts = st.floats(0, 1e6, allow_nan=False)
news = st.builds(News, counts, st.dictionaries(st.sampled_from(sorted(WEIGHTS)), counts))
seconds = st.floats(0, 600, allow_nan=False)
histories = st.lists(st.tuples(news, seconds), max_size=40)


def run(history: list[tuple[News, float]], start: Temperature | None = None) -> Temperature:
    now = start or Temperature()
    for happened, passed in history:
        now = step(now, happened, passed)
    return now


def every_second(happened: News, times: int, start: Temperature | None = None) -> Temperature:
    return run([(happened, 1.0)] * times, start)


@given(histories)
def test_it_stays_within_its_bounds(history: list[tuple[News, float]]) -> None:
    now = run(history)
    assert 0 <= now.value <= HOTTEST
    assert 0 <= now.level <= HOT_LEVEL
    assert 0 < heat_of(now, 0.01).share <= 1


@given(histories, st.sampled_from(sorted(WEIGHTS)), counts, st.integers(0, 39))
def test_more_bad_news_never_makes_it_cooler(
    history: list[tuple[News, float]], kind: str, more: float, place: int
) -> None:
    worse = list(history)
    if worse:
        happened, passed = worse[place % len(worse)]
        bad = dict(happened.bad) | {kind: happened.bad.get(kind, 0.0) + more}
        worse[place % len(worse)] = replace(happened, bad=bad), passed
    assert run(worse).value >= run(history).value - 1e-9


@given(histories, seconds)
def test_it_never_warms_without_news(history: list[tuple[News, float]], passed: float) -> None:
    before = run(history)
    after = step(before, NO_NEWS, passed)
    assert after.value <= before.value + 1e-9
    assert after.level <= before.level or before.value >= 15


@given(histories)
def test_it_is_cool_an_hour_after_the_last_news(history: list[tuple[News, float]]) -> None:
    assert every_second(NO_NEWS, 1800, run(history)).state == "cool"


@given(st.floats(0, 5000), st.floats(0, 5000), st.sampled_from(sorted(WEIGHTS)), st.integers(1, 5))
def test_alternating_news_do_not_make_it_flap(
    good: float, bad: float, kind: str, length: int
) -> None:
    """Once settled, the level stays where it is, however good and bad alternate."""
    now = Temperature()
    levels = []
    for turn in range(600):
        is_bad = (turn // length) % 2
        now = step(now, News(0, {kind: bad}) if is_bad else News(good), 1.0)
        levels.append(now.level)
    settled = levels[300:]
    assert sum(a != b for a, b in pairwise(settled)) <= 2


@given(histories, st.sampled_from(["cool", "warm", "hot"]))
def test_a_pin_stays(history: list[tuple[News, float]], state: str) -> None:
    now = run(history, pin(Temperature(), state))  # type: ignore[arg-type]
    assert now.state == state
    assert heat_of(now, 0.01).is_pinned


def test_nothing_but_unanswered_messages_is_hot_within_seconds() -> None:
    assert every_second(News(0, {"unanswered": 100}), 6).state == "hot"


def test_a_carrier_that_refuses_a_few_of_many_stays_cool() -> None:
    assert every_second(News(990, {"temporary": 10}), 120).state == "cool"


def test_a_tenth_refused_takes_a_part_of_its_traffic() -> None:
    assert every_second(News(900, {"temporary": 100}), 120).state == "warm"


def test_wrong_numbers_are_not_the_carriers_fault() -> None:
    assert every_second(News(500, {"refused_message": 500}), 120).state == "cool"


def test_a_carrier_that_refuses_everything_as_wrong_is_in_trouble() -> None:
    assert every_second(News(0, {"refused_message": 500}), 60).state == "hot"


def test_one_lost_message_on_a_quiet_route_changes_nothing() -> None:
    assert step(Temperature(), News(0, {"unanswered": 1}), 30).state == "cool"


def test_a_quiet_route_that_loses_one_after_another_becomes_hot() -> None:
    history = [(News(0, {"unanswered": 1}), 10.0)] * 12
    assert run(history).state == "hot"


def test_it_comes_back_step_by_step() -> None:
    now = every_second(News(0, {"unanswered": 100}), 20)
    shares = []
    for _ in range(900):
        now = step(now, News(1), 1.0)
        share = heat_of(now, 0.01).share
        if not shares or shares[-1] != share:
            shares.append(share)
    assert shares == [0.01, 0.25, 0.5, 0.75, 1.0]


def test_probes_that_fail_keep_it_hot() -> None:
    now = every_second(News(0, {"unanswered": 100}), 20)
    for _ in range(60):
        now = run([(NO_NEWS, 1.0)] * 9 + [(News(0, {"unanswered": 1}), 1.0)], now)
        assert now.state == "hot"


def test_what_other_classes_meet_counts_in_part() -> None:
    mine = together(News(2), [News(10, {"unanswered": 4, "refused_maybe": 9})])
    assert mine == News(7, {"unanswered": 2})


@pytest.mark.parametrize(
    ("per_second", "share"), [(0.0, 0.05), (1.0, 0.05), (100.0, 0.001), (1e6, 0.0002)]
)
def test_probes_are_a_few_a_minute(per_second: float, share: float) -> None:
    assert probe_share(per_second, 6) == pytest.approx(share)


@pytest.mark.parametrize(
    ("came", "coverage", "expected"),
    [
        (95, 0.95, 0.0),
        (48, 0.95, 0.0),  # half of the usual is still no silence
        (0, 0.95, 1.0),
        (19, 0.95, 0.6),
        (0, 0.1, 0.0),  # never reported much
    ],
)
def test_silence_is_measured_against_the_usual(
    came: float, coverage: float, expected: float
) -> None:
    cohorts = [Cohort(100, 50, came / 2), Cohort(110, 50, came / 2), Cohort(195, 999, 0)]
    assert silence(cohorts, Usual(coverage, 30), 200) == pytest.approx(expected)


def test_few_messages_say_nothing_about_silence() -> None:
    assert silence([Cohort(100, 9, 0)], Usual(0.95, 30), 200) == 0


def test_of_few_messages_older_ones_speak_too() -> None:
    """A silent carrier that became hot stays so, although its probes are few."""
    cohorts = [Cohort(1000, 100, 0), *(Cohort(1100 + 10 * n, 1, 0) for n in range(20))]
    assert silence(cohorts, Usual(0.95, 30), 1340, enough=3) == 1


def test_probes_whose_receipts_come_end_the_silence() -> None:
    cohorts = [Cohort(1000, 100, 0), *(Cohort(1200 + 10 * n, 1, 1) for n in range(9))]
    assert silence(cohorts, Usual(0.95, 30), 1340, enough=3) == 0
