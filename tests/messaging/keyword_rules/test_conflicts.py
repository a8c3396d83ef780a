"""Rules that get in each other's way are named; those that don't are left alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.keyword_rules import Book, conflicts_of
from tests.messaging.keyword_rules.making import AT, reply, rule, winner


def found(one, other):
    """(kind, the rule that suffers, the rule that acts) of a pair."""
    return [(c.kind, c.rule.id, c.other.id) for c in conflicts_of(one, [one, other])]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (("exact", "gift"), ("exact", "GIFT"), "shadowed"),
        (("first_word", "gift"), ("first_word", "gift card"), "shadowed"),
        (("exact", "gift"), ("first_word", "gift"), "overlap"),
        (("exact", "gift card"), ("prefix", "gi"), "overlap"),
        (("first_word", "gift"), ("prefix", "gift c"), "shadowed"),
        (("exact", "bán"), ("exact", "bạn"), "overlap"),
        (("prefix", "gi"), ("prefix", "gift"), "shadowed"),
        (("first_word", "dh"), ("pattern", r"dh \d+"), "overlap"),
        (("exact", "bán"), ("exact", "ban"), "overlap"),
        (("pattern", r"dh\d+"), ("pattern", r"dh\d+"), "shadowed"),
    ],
)
def test_rules_of_one_priority_that_meet_are_named(one, other, kind):
    assert found(rule(*one, id=1), rule(*other, id=2)) == [(kind, 2, 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("exact", "gift"), ("exact", "gifts")),
        (("first_word", "gift"), ("prefix", "gifts")),
        (("exact", "gift"), ("any",)),
        (("pattern", r"dh\d+"), ("exact", "gift")),
    ],
)
def test_rules_that_never_meet_are_left_alone(one, other):
    assert found(rule(*one, id=1), rule(*other, id=2)) == []


def test_an_earlier_rule_that_takes_everything_shadows_all_later_ones():
    everything = rule("any", id=1, priority=1)
    assert found(rule("exact", "gift", id=2), everything) == [("shadowed", 2, 1)]
    assert found(everything, rule("pattern", "x.", id=2)) == [("shadowed", 2, 1)]


@pytest.mark.parametrize(
    "apart",
    [
        {"sender_id": 2},
        {"languages": frozenset({"en"})},
        {"valid_from": AT},
        {"is_active": False},
        {"is_shadow": True},
    ],
)
def test_a_narrower_rule_shadows_no_wider_one(apart):
    wide = rule(
        "exact", "gift", id=2, priority=200, sender_id=None, valid_until=AT + timedelta(hours=1)
    )
    assert found(wide, rule("first_word", "gift", id=1, **apart)) == []


def test_other_senders_times_and_languages_never_meet():
    first = rule("exact", "gift", id=1, sender_id=1, languages=frozenset({"vi"}), valid_until=AT)
    for apart in ({"sender_id": 2}, {"languages": frozenset({"en"})}, {"valid_from": AT}):
        assert found(first, rule("exact", "gift", id=2, **apart)) == []


words = st.sampled_from(["gi", "gift", "gift card", "quà", "qua", "x1"])
kinds = st.sampled_from(["exact", "first_word", "prefix"])
rules = st.builds(
    lambda kind, word, priority, number: rule(kind, word, priority=priority, id=number),
    kinds, words, st.sampled_from([1, 2]), st.sampled_from([1, 2, 3]),
)  # fmt: skip
said = st.sampled_from(
    ["gi", "gift", "gift card", "gift card x", "quà", "quá", "qua 1", "x12", "gifts"]
)


@given(rules, rules, said)
def test_a_shadowed_rule_never_acts(one, other, text):
    if one.id == other.id:
        return
    for conflict in conflicts_of(one, [other]):
        if conflict.kind == "shadowed":
            assert winner(text, one, other) != conflict.rule.name


@given(rules, rules)
def test_an_overlap_comes_with_a_reply_that_both_fit(one, other):
    if one.id == other.id:
        return
    for conflict in conflicts_of(one, [other]):
        if conflict.kind == "overlap":
            for alone in (one, other):
                assert Book([alone]).read(reply(conflict.example)).winner is not None
