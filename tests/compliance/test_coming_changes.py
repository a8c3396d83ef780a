"""What is to change about a country's rules, by the dates in its pack."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from compliance.rule_packs import Pack, shipped_packs
from compliance.rule_packs.changes import CHANGE_KINDS, coming_changes
from compliance.rule_packs.packs import Rules

BY_COUNTRY = {pack.country: pack for pack in shipped_packs()}
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def changed(country: str, rule_id: str, **changes: Any) -> Pack:
    pack = BY_COUNTRY[country]
    rules = (replace(rule, **changes) if rule.id == rule_id else rule for rule in pack.rules)
    return replace(pack, rules=tuple(rules))


def found(pack: Pack, on: date = TODAY) -> list[tuple[date, str, str]]:
    return [(one.date, one.kind, one.subject) for one in coming_changes(pack, on)]


def test_revoke_all_is_counted_down_to_its_day() -> None:
    united_states = BY_COUNTRY["US"]
    day = date(2027, 1, 31)
    (change,) = coming_changes(united_states, day - DAY)
    assert (change.date, change.kind) == (day, "optout_changes")
    data = dict(change.data)
    assert (data["reach_before"], data["reach"], data["purpose"]) == ("brand", "account", "all")
    assert coming_changes(united_states, day) == ()


@pytest.mark.parametrize(
    ("on", "reach"), [(date(2027, 1, 30), "brand"), (date(2027, 1, 31), "account")]
)
def test_rules_of_a_day_have_the_policy_of_the_day(on: date, reach: str) -> None:
    assert Rules(BY_COUNTRY["US"], on).optout.reach == reach


def test_a_rule_of_the_future_is_named_and_does_not_hold_yet() -> None:
    day = date(2027, 3, 1)
    pack = changed("VN", "vn.ads.cap", effective_from=day)
    assert found(pack) == [(day, "rule_begins", "vn.ads.cap")]
    ids = [
        {rule.id for rule in Rules(pack, on).recipient_rules["marketing"]}
        for on in (day - DAY, day)
    ]
    assert ["vn.ads.cap" in those for those in ids] == [False, True]


def test_the_end_of_a_rule_and_of_the_pack() -> None:
    day = date(2027, 3, 1)
    pack = replace(changed("VN", "vn.ads.cap", effective_to=day), effective_to=day + DAY)
    assert found(pack) == [(day, "rule_ends", "vn.ads.cap"), (day + DAY, "pack_ends", "pack")]


def test_the_day_from_which_no_holidays_are_listed() -> None:
    assert found(BY_COUNTRY["FR"]) == [(date(2029, 1, 1), "holidays_end", "fr.ads.hours")]
    ended = changed("FR", "fr.ads.hours", effective_to=date(2028, 6, 1))
    assert found(ended) == [(date(2028, 6, 1), "rule_ends", "fr.ads.hours")]


def test_a_rule_that_ends_before_it_begins_is_no_change() -> None:
    day = date(2027, 3, 1)
    assert found(changed("VN", "vn.ads.cap", effective_from=day, effective_to=day)) == []


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_changes_come_in_order_and_are_of_known_kinds(pack: Pack) -> None:
    changes = coming_changes(pack, date(2000, 1, 1))
    assert [one.date for one in changes] == sorted(one.date for one in changes)
    assert {one.kind for one in changes} <= set(CHANGE_KINDS)


def easter(year: int) -> date:
    """Butcher's rule."""
    century, of_century = divmod(year, 100)
    moon = (
        19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_holidays_of_france_are_those_of_the_labour_code(year: int) -> None:
    (hours,) = (rule for rule in BY_COUNTRY["FR"].rules if rule.id == "fr.ads.hours")
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    expected = {date(year, month, day) for month, day in fixed}
    expected |= {easter(year) + timedelta(days) for days in (1, 39, 50)}
    assert {day for day in hours.params.holidays if day.year == year} == expected
