"""Promised frequency, asking for consent, confirming a refusal, age of a register: one by one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.decision import Decider, Facts, decide
from compliance.recipient_checks import touches_within
from compliance.rule_packs import shipped_packs, shipped_rulebook
from compliance.rule_packs.model import PROMISE_RULE
from tests.compliance.test_decision import FACTS, MORNING, VN, make_facts

HOUR = timedelta(hours=1)


def rule_ids(facts: Facts) -> list[str]:
    return [one.rule_id for one in decide(VN, facts).findings]


def ago(*hours: float) -> tuple[datetime, ...]:
    return tuple(MORNING - hour * HOUR for hour in hours)


@pytest.mark.parametrize(
    ("promised", "touches", "is_used_up"),
    [
        (None, ago(1, 2), False),
        ((1, 168), (), False),
        ((1, 168), ago(167.9), True),
        ((1, 168), ago(168), False),
        ((2, 720), ago(30, 700), True),
        ((2, 720), ago(30, 720), False),
        ((1, 24), ago(0), True),
    ],
)
def test_a_promise_counts_rolling_hours(
    promised: tuple[int, int] | None, touches: tuple[datetime, ...], is_used_up: bool
) -> None:
    facts = make_facts(promised=promised, touches=touches)
    assert (PROMISE_RULE in rule_ids(facts)) is is_used_up


def test_a_promise_that_is_used_up_says_what_was_agreed() -> None:
    (finding,) = decide(VN, make_facts(promised=(2, 720), touches=ago(1, 700))).findings
    assert finding.message_code == "promise_reached"
    assert dict(finding.params) == {"count": 2, "hours": 720, "limit": 2}


HISTORY = st.lists(
    st.integers(0, 100 * 3600).map(lambda seconds: MORNING - timedelta(seconds=seconds)),
    max_size=6,
).map(tuple)


@given(HISTORY, st.integers(1, 99))
def test_an_instant_counts_for_exactly_its_hours(touches: tuple[datetime, ...], hours: int) -> None:
    counted = [touch for touch in touches if touch + hours * HOUR > MORNING]
    assert touches_within(touches, MORNING, hours) == len(counted)


@given(HISTORY, st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(1, 99))))
def test_neither_cap_nor_promise_is_ever_exceeded(
    touches: tuple[datetime, ...], promised: tuple[int, int] | None
) -> None:
    """Whoever sends whenever the answer is yes keeps both."""
    if not decide(VN, make_facts(touches=touches, promised=promised)).is_allowed:
        return
    after = (*touches, MORNING)
    assert touches_within(after, MORNING, 24) <= 3
    if promised is not None:
        assert touches_within(after, MORNING, promised[1]) <= promised[0]


@given(FACTS, HISTORY, HISTORY)
def test_histories_with_the_same_numbers_share_a_decision(
    facts: Facts, one: tuple[datetime, ...], other: tuple[datetime, ...]
) -> None:
    rules = shipped_rulebook().rules_for(facts.country, facts.now)
    decider = Decider(rules, replace(facts, is_confirmation=False))
    for touches in (one, other, one):
        own: dict[str, Any] = {"touches": touches, "promised": (2, 30)}
        defaults = {name: Facts.__dataclass_fields__[name].default for name in _OWN_DEFAULTS}
        plain = replace(facts, is_confirmation=False, **defaults, **own)
        assert decider.decide(**own) == decide(rules, plain)


_OWN_DEFAULTS = (
    "consent", "suppressed", "sender_registered", "zones", "region", "segments", "is_dnc_listed",
    "was_asked",
)  # fmt: skip


def asks(**changes: Any) -> Facts:
    return make_facts(**{"consent": "none", "is_consent_request": True, **changes})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (asks(), []),
        (asks(consent="unknown"), []),
        (asks(consent="lapsed"), []),
        (asks(consent="revoked"), ["vn.ads.consent_request"]),
        (asks(was_asked=True), ["vn.ads.consent_request"]),
        (asks(was_asked=True, consent="requested"), ["vn.ads.consent_request"]),
        (asks(was_asked=True, consent="granted"), ["vn.ads.consent_request"]),
        (asks(is_dnc_listed=True), ["vn.ads.do_not_call"]),
        (asks(suppressed=frozenset({"marketing"})), ["vn.suppression"]),
        (asks(touches=(MORNING,) * 3), ["vn.ads.cap"]),
        (asks(now=MORNING + 14 * HOUR), ["vn.ads.hours"]),
        (make_facts(was_asked=True), []),
        (make_facts(was_asked=True, consent="requested"), ["vn.ads.consent"]),
    ],
)
def test_a_message_that_asks_for_consent_is_free_of_the_consent_rule_alone(
    facts: Facts, expected: list[str]
) -> None:
    assert rule_ids(facts) == expected


ASKING = {
    pack.country for pack in shipped_packs() if any(r.kind == "consent_request" for r in pack.rules)
}


@given(FACTS)
def test_where_no_rule_knows_such_messages_asking_needs_consent(facts: Facts) -> None:
    if facts.country in ASKING or facts.is_confirmation:
        return
    rules = shipped_rulebook().rules_for(facts.country, facts.now)
    asked, plain = replace(facts, is_consent_request=True), replace(facts, is_consent_request=False)
    assert decide(rules, asked) == decide(rules, plain)


@given(FACTS, st.sampled_from(["revoked", "requested", "granted", "none"]))
def test_nobody_who_refused_or_was_asked_is_asked(facts: Facts, consent: str) -> None:
    marketing = replace(
        facts, country="VN", message_class="marketing", is_consent_request=True,
        is_confirmation=False, consent=consent,
    )  # fmt: skip
    decision = decide(VN, marketing)
    assert not decision.is_allowed or (consent != "revoked" and not marketing.was_asked)


@given(FACTS)
def test_a_confirmation_meets_only_rules_about_its_sender_and_length(facts: Facts) -> None:
    rules = shipped_rulebook().rules_for(facts.country, facts.now)
    decision = decide(rules, replace(facts, is_confirmation=True))
    kinds = {rule.id: rule.kind for rule in rules.rules}
    assert {kinds[one.rule_id] for one in decision.findings} <= {"sender", "max_segments"}
    assert (decision.until, decision.close_at) == (None, None)


@pytest.mark.parametrize(
    ("hours", "listed", "code"),
    [
        (168, False, None),
        (168.01, False, "register_too_old"),
        (10_000, True, "do_not_call_listed"),
        (10_000, None, "do_not_call_unknown"),
    ],
)
def test_an_old_register_does_not_say_that_a_number_may_be_written_to(
    hours: float, listed: bool | None, code: str | None
) -> None:
    facts = make_facts(is_dnc_listed=listed, register_as_of=MORNING - hours * HOUR)
    found = [one.message_code for one in decide(VN, facts).findings]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("SAOMAI", True), ("Sao Mai-1.x_", False), ("Sao Mai-1.x", True), ("1900 1234", False),
        (" SAOMAI", False), ("SAOMAI ", False), ("SAOMAIBRAND1", False), ("Sao Mải", False), ("", True),
    ],
)  # fmt: skip
def test_the_form_of_a_vietnamese_brandname(address: str, is_right: bool) -> None:
    found = rule_ids(make_facts(sender_address=address))
    assert found == ([] if is_right else ["vn.ads.brandname"])


INDIA = shipped_rulebook().rules_for("IN", MORNING)


@pytest.mark.parametrize(
    ("known", "severity", "missing"),
    [
        (None, "warn", "entity, header, template"),
        (frozenset(), "block", "entity, header, template"),
        (frozenset({"entity", "header"}), "block", "template"),
        (frozenset({"entity", "header", "template"}), None, ""),
    ],
)
def test_ids_of_the_regulators_platform(
    known: frozenset[str] | None, severity: str | None, missing: str
) -> None:
    facts = make_facts(
        country="IN", message_class="otp", text=None, registered_ids=known, sender_address="ACMEIN"
    )
    found = [(one.severity, dict(one.params)["ids"]) for one in decide(INDIA, facts).findings]
    assert found == ([(severity, missing)] if severity else [])
