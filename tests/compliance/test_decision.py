"""May this message go to this recipient now: every rule, alone and together."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.decision import (
    FIXES,
    MESSAGES,
    ComplianceDecision,
    Decider,
    Facts,
    Rules,
    content_findings,
    decide,
)
from compliance.findings import FIX_OF
from compliance.rule_packs import Rulebook, shipped_packs, shipped_rulebook

MORNING = datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).astimezone(UTC)
GOOD_TEXT = "[QC] Giam 30%. De tu choi, soan TC gui 1313"
VN = shipped_rulebook().rules_for("VN", MORNING)
US = shipped_rulebook().rules_for("US", MORNING)


def make_facts(**overrides: Any) -> Facts:
    """A lawful Vietnamese advertisement, changed by the case."""
    settings: dict[str, Any] = {
        "country": "VN",
        "message_class": "marketing",
        "account_id": 1,
        "advertiser_id": 1,
        "sender_kind": "alphanumeric",
        "now": MORNING,
        "sender_registered": True,
        "consent": "granted",
        "text": GOOD_TEXT,
        "is_dnc_listed": False,
        "is_from_template": True,
        **overrides,
    }
    return Facts(**settings)


def codes(decision: ComplianceDecision) -> list[str]:
    return [finding.message_code for finding in decision.findings]


def test_a_lawful_advertisement_may_go_until_ten_at_night() -> None:
    decision = decide(VN, make_facts())
    assert (decision.outcome, decision.findings, decision.until) == ("allowed", (), None)
    assert decision.close_at == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert decision.rules_version == VN.version


@pytest.mark.parametrize(
    ("change", "code", "rule_id"),
    [
        ({"suppressed": frozenset({"marketing"})}, "suppressed", "vn.suppression"),
        ({"suppressed": frozenset({"all", "otp"})}, "suppressed", "vn.suppression"),
        ({"consent": "none"}, "consent_missing", "vn.ads.consent"),
        ({"consent": "unknown"}, "consent_missing", "vn.ads.consent"),
        ({"consent": "revoked"}, "consent_revoked", "vn.ads.consent"),
        ({"is_dnc_listed": True}, "do_not_call_listed", "vn.ads.do_not_call"),
        ({"sender_kind": "short_code"}, "sender_kind_not_allowed", "vn.ads.brandname"),
        ({"sender_registered": False}, "sender_not_registered", "vn.ads.brandname"),
        ({"sender_registered": None}, "sender_not_registered", "vn.ads.brandname"),
        ({"is_from_template": False}, "template_missing", "vn.ads.template"),
        ({"text": GOOD_TEXT[5:]}, "label_missing", "vn.ads.label"),
        ({"text": "[QC] Giam 30%"}, "opt_out_text_not_last", "vn.ads.opt_out_text"),
        ({"is_paid": True}, "price_missing", "vn.ads.price"),
        ({"touches": (MORNING,) * 3}, "cap_reached", "vn.ads.cap"),
        ({"segments": 4}, "too_many_segments", "vn.ads.segments"),
    ],
)
def test_each_rule_blocks_an_advertisement(change: dict[str, Any], code: str, rule_id: str) -> None:
    decision = decide(VN, make_facts(**change))
    assert (decision.outcome, decision.until, decision.close_at) == ("blocked", None, None)
    assert [(f.message_code, f.rule_id) for f in decision.blocking] == [(code, rule_id)]


@pytest.mark.parametrize(
    "change", [{"touches": (MORNING,) * 2}, {"segments": 3}, {"suppressed": frozenset({"care"})}]
)
def test_limits_themselves_are_allowed(change: dict[str, Any]) -> None:
    assert decide(VN, make_facts(**change)).is_allowed


def test_an_unchecked_register_only_warns() -> None:
    decision = decide(VN, make_facts(is_dnc_listed=None))
    assert decision.outcome == "allowed"
    assert [(f.message_code, f.severity) for f in decision.findings] == [
        ("do_not_call_unknown", "warn")
    ]
    assert decision.blocking == ()


def test_at_night_an_advertisement_is_delayed_to_the_next_window() -> None:
    night = MORNING + timedelta(hours=14)
    decision = decide(VN, make_facts(now=night))
    assert decision.outcome == "delayed"
    assert decision.until == datetime(2026, 11, 23, 0, tzinfo=UTC)
    assert decision.close_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert codes(decision) == ["outside_hours"]


def test_all_failed_rules_are_named_and_a_block_beats_a_delay() -> None:
    night = MORNING + timedelta(hours=14)
    decision = decide(
        VN, make_facts(now=night, consent="none", touches=(MORNING,) * 5, text="Giam 30%")
    )
    assert (decision.outcome, decision.until) == ("blocked", None)
    assert sorted(codes(decision)) == [
        "cap_reached",
        "consent_missing",
        "label_missing",
        "opt_out_text_not_last",
        "outside_hours",
    ]


@pytest.mark.parametrize("message_class", ["otp", "transactional", "care"])
def test_service_messages_know_neither_hours_nor_consent_nor_cap(message_class: str) -> None:
    facts = make_facts(
        message_class=message_class,
        sender_kind="short_code",
        sender_registered=None,
        now=MORNING + timedelta(hours=16),
        consent="revoked",
        suppressed=frozenset({"marketing"}),
        touches=(MORNING,) * 9,
        text="Don hang 123 da giao",
        is_dnc_listed=None,
    )
    decision = decide(VN, facts)
    assert (decision.outcome, decision.findings, decision.close_at) == ("allowed", (), None)


@pytest.mark.parametrize(
    ("message_class", "scope", "outcome"),
    [
        ("otp", "all", "blocked"),
        ("otp", "otp", "blocked"),
        ("otp", "care", "allowed"),
        ("care", "care", "blocked"),
        ("care", "all", "blocked"),
        ("care", "marketing", "allowed"),
        ("transactional", "transactional", "blocked"),
        ("transactional", "otp", "allowed"),
    ],
)
def test_a_suppression_stops_its_own_purpose(message_class: str, scope: str, outcome: str) -> None:
    facts = make_facts(
        message_class=message_class, sender_kind="short_code", suppressed=frozenset({scope})
    )
    assert decide(VN, replace(facts, text=None)).outcome == outcome


def test_content_found_before_is_not_looked_for_again() -> None:
    facts = make_facts(text="no label, no way out")
    assert decide(VN, facts, content=()).is_allowed
    content = content_findings(VN, "no label, no way out", "marketing")
    assert decide(VN, replace(facts, text=None), content) == decide(VN, facts)


def us_facts(**overrides: Any) -> Facts:
    settings: dict[str, Any] = {"country": "US", "sender_kind": "short_code", "text": None}
    return make_facts(**settings, **overrides)


@pytest.mark.parametrize(
    ("zone", "region", "hour_utc", "outcome"),
    [
        (None, "", 17, "delayed"),  # noon in New York, 07:00 in Hawaii
        (None, "", 18, "allowed"),
        (None, "", 20 + 5, "delayed"),  # eight at night, when Florida shuts
        (None, "US-NY", 15, "delayed"),
        ("America/New_York", "US-NY", 13, "allowed"),
        ("America/New_York", "US-NY", 12, "delayed"),
        ("Pacific/Honolulu", "US-HI", 17, "delayed"),
        ("Pacific/Honolulu", "US-HI", 18, "allowed"),
        ("America/New_York", "US-CT", 13, "delayed"),
        ("America/New_York", "", 13, "delayed"),  # the stricter states' hours hold
    ],
)
def test_united_states_hours_are_the_recipients(
    zone: str | None, region: str, hour_utc: int, outcome: str
) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour_utc)
    facts = us_facts(now=now, zones=(ZoneInfo(zone),) if zone else (), region=region)
    assert decide(US, facts).outcome == outcome


@pytest.mark.parametrize(
    ("kind", "registered", "expected"),
    [
        ("short_code", None, []),
        ("long_code", True, []),
        ("long_code", None, ["sender_not_registered"]),
        ("alphanumeric", True, ["sender_kind_not_allowed"]),
    ],
)
def test_united_states_senders(kind: str, registered: bool | None, expected: list[str]) -> None:
    facts = replace(us_facts(message_class="otp"), sender_kind=kind, sender_registered=registered)
    assert codes(decide(US, facts)) == expected


def test_a_country_without_a_pack_has_the_general_rules() -> None:
    rules = shipped_rulebook().rules_for("DE", MORNING)
    assert rules.country == "ZZ"
    assert codes(decide(rules, make_facts(country="DE", consent="none"))) == ["consent_missing"]


def test_a_rule_holds_from_its_day_to_the_day_before_its_end() -> None:
    cap = next(rule for rule in VN.pack.rules if rule.id == "vn.ads.cap")
    until = MORNING.date()
    pack = replace(VN.pack, rules=(replace(cap, effective_to=until),))
    facts = make_facts(touches=(MORNING,) * 3)
    assert decide(Rules(pack, until), facts).outcome == "allowed"
    assert decide(Rules(pack, until - timedelta(days=1)), facts).outcome == "blocked"
    assert decide(Rules(pack, cap.effective_from - timedelta(days=1)), facts).is_allowed


def test_the_latest_pack_in_force_holds_from_midnight_of_its_country() -> None:
    new = replace(VN.pack, version="next", effective_from=MORNING.date() + timedelta(days=1))
    book = Rulebook([*shipped_packs(), new])
    midnight = datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert book.rules_for("VN", midnight - timedelta(seconds=1)).pack is VN.pack
    assert book.rules_for("VN", midnight).pack is new


def test_a_rulebook_needs_rules_for_every_country() -> None:
    with pytest.raises(ValueError, match="ZZ"):
        Rulebook([VN.pack])


def test_a_decision_is_stored_as_plain_json() -> None:
    night = MORNING + timedelta(hours=14)
    decision = decide(VN, make_facts(now=night, segments=9))
    facts = json.loads(json.dumps(decision.as_facts()))
    assert (facts["outcome"], facts["rules_version"]) == ("blocked", VN.version)
    segments = facts["findings"][0]
    assert segments["params"] == {"segments": 9, "limit": 3}
    assert segments["citation"].startswith("Operators' terms")


FACTS = st.builds(
    make_facts,
    country=st.sampled_from(["VN", "US", "ZZ"]),
    message_class=st.sampled_from(["otp", "transactional", "care", "marketing"]),
    sender_kind=st.sampled_from(["short_code", "long_code", "alphanumeric"]),
    sender_registered=st.sampled_from([None, True, False]),
    consent=st.sampled_from(["granted", "revoked", "none", "unknown"]),
    suppressed=st.frozensets(st.sampled_from(["otp", "care", "marketing", "all"])),
    text=st.sampled_from([None, GOOD_TEXT, "Giam 30%"]),
    is_paid=st.booleans(),
    zones=st.sampled_from([(), (ZoneInfo("America/New_York"),)]),
    region=st.sampled_from(["", "US-TX", "US-NY"]),
    touches=st.lists(
        st.integers(0, 60).map(lambda hours: MORNING - timedelta(hours=hours)), max_size=5
    ).map(tuple),
    promised=st.sampled_from([None, (1, 24), (2, 48)]),
    segments=st.integers(1, 5),
    is_dnc_listed=st.sampled_from([None, True, False]),
    is_from_template=st.sampled_from([None, True, False]),
    is_consent_request=st.booleans(),
    was_asked=st.booleans(),
    is_confirmation=st.booleans(),
    now=st.integers(0, 48).map(lambda hours: MORNING + timedelta(hours=hours)),
)


@given(FACTS)
def test_the_outcome_follows_from_the_findings(facts: Facts) -> None:
    decision = decide(shipped_rulebook().rules_for(facts.country, facts.now), facts)
    severities = {finding.severity for finding in decision.findings}
    expected = "blocked" if "block" in severities else "delayed" if "delay" in severities else None
    assert decision.outcome == (expected or "allowed")
    if decision.outcome == "delayed":
        assert decision.until is not None
        assert decision.close_at is not None
        assert facts.now < decision.until < decision.close_at
    for finding in decision.findings:
        assert MESSAGES[finding.message_code] % dict(finding.params)
        assert FIXES[finding.fix_code] % dict(finding.params)


@given(FACTS)
def test_waiting_until_the_opening_lifts_the_delay(facts: Facts) -> None:
    rules = shipped_rulebook().rules_for(facts.country, facts.now)
    decision = decide(rules, facts)
    if decision.until is not None:
        later = decide(rules, replace(facts, now=decision.until))
        assert (later.outcome, later.close_at) == ("allowed", decision.close_at)


OWN = (
    "consent", "suppressed", "sender_registered", "zones", "region", "touches", "promised",
    "segments", "is_dnc_listed", "was_asked",
)  # fmt: skip


@pytest.mark.parametrize("first", OWN)
@given(shared=FACTS, recipient=FACTS)
def test_a_decider_says_what_decide_says(shared: Facts, recipient: Facts, first: str) -> None:
    rules = shipped_rulebook().rules_for(shared.country, shared.now)
    shared_own = {name: getattr(shared, name) for name in OWN}
    decider = Decider(rules, shared)
    # Recipients that differ in one fact only must not get each other's remembered decision.
    for own in (shared_own, {**shared_own, first: getattr(recipient, first)}, shared_own):
        assert decider.decide(**own) == decide(rules, replace(shared, **own))


def test_every_message_has_a_fix_with_a_sentence() -> None:
    assert set(FIX_OF) == set(MESSAGES)
    assert set(FIX_OF.values()) == set(FIXES)
