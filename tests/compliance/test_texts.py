"""Packs and policies together, over the languages of a template."""

from datetime import UTC, datetime

import pytest

from compliance.content_policy import PolicyRule, params_of
from compliance.findings import Finding
from compliance.rule_packs import shipped_packs
from compliance.rule_packs.packs import Rules
from compliance.texts import masked, text_findings

PACK = next(pack for pack in shipped_packs() if pack.country == "VN")
VN = Rules(PACK, datetime(2026, 11, 22, tzinfo=UTC).date())


def rule(kind: str, **params: object) -> PolicyRule:
    return PolicyRule(
        id=1, name="Ours", kind=kind, params=params_of(kind, params), severity="block"
    )


def ids(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule_id.split(".")[-1] for finding in findings]


def test_pack_and_policy_speak_together() -> None:
    policy = (rule("forbidden_phrase", phrases=["vay"]),)
    found = text_findings(VN, policy, ("Vay ngay",), "marketing", is_template=False)
    assert "content:1" in ids(found)
    assert len(found) > 1


def test_every_language_is_judged_and_a_finding_told_once() -> None:
    policy = (rule("forbidden_phrase", phrases=["vay"]),)
    for texts in (("Loans", "Vay"), ("Vay", "Vay!")):
        assert ids(text_findings(VN, policy, texts, "care", is_template=True)) == ["content:1"]


@pytest.mark.parametrize(("is_template", "count"), [(True, 0), (False, 1)])
def test_slots_of_a_template_are_no_text(is_template: bool, count: int) -> None:
    policy = (rule("character_set", characters="{}"),)
    found = text_findings(VN, policy, ("Ma {code}",), "care", is_template=is_template)
    assert len(found) == count


def test_links_in_values_are_seen_in_the_message_itself() -> None:
    policy = (rule("link_shorteners"), rule("forbidden_phrase", phrases=["bit"]))
    texts, told = ("Xem {url}",), "Xem bit.ly/x"
    assert text_findings(VN, policy, texts, "care", is_template=True) == ()
    found = text_findings(VN, policy, texts, "care", is_template=True, rendered=told)
    assert [one.message_code for one in found] == ["link_shortener"]


def test_only_names_of_slots_are_masked() -> None:
    assert masked("{a} {1} {B} {{") == "\ufffc {1} {B} {{"
