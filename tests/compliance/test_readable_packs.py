"""Packs in sentences: every kind of rule and every policy is told, grouped for a person."""

import json
from datetime import date

import pytest

from compliance.constants import ConsentMethod
from compliance.readable_policies import change_sentence, optout_sentence
from compliance.readable_rules import readable_pack, rule_sentence
from compliance.rule_packs import Pack, shipped_packs
from compliance.rule_packs.changes import CHANGE_KINDS, ComingChange, coming_changes
from compliance.rule_packs.packs import PACKS

BY_COUNTRY = {pack.country: pack for pack in shipped_packs()}


def document(country: str) -> dict[str, object]:
    return json.loads((PACKS / f"{country.lower()}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_each_rule_is_told_once_in_a_group_with_its_source(pack: Pack) -> None:
    readable = readable_pack(document(pack.country))
    told = [rule.id for group in readable.groups for rule in group.rules]
    assert sorted(told) == sorted(rule.id for rule in pack.rules)
    for rule in readable.rules:
        assert rule.sentence
        assert rule.citation
        assert rule.source in readable.sources
        assert "%(" not in rule.sentence
    assert len(readable.penalties) == len(pack.penalties)


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_each_policy_is_told(pack: Pack) -> None:
    policies = dict(readable_pack(document(pack.country)).policies)
    assert set(pack.optin.methods) <= set(ConsentMethod.values)
    assert all(text and "%(" not in text for text in policies.values())
    for basis in pack.retention.basis:
        assert basis.citation in policies["Records are kept"]
    for text in (*pack.optout.ack_texts.values(), *pack.help.texts.values()):
        assert any(text in told for told in policies.values())


def rule_text(country: str, rule_id: str) -> str:
    return rule_sentence(next(one for one in BY_COUNTRY[country].rules if one.id == rule_id))


@pytest.mark.parametrize(
    ("country", "rule_id", "said"),
    [
        ("US", "us.ads.hours.texas", "12:00–21:00 (Sunday)"),
        ("US", "us.ads.hours.texas", "in US-TX, and where the state is not known"),
        ("FR", "fr.ads.hours", "Not on public holidays. They are listed until Dec. 31, 2028."),
        ("VN", "vn.ads.do_not_call", "at most 168 hours old"),
        ("VN", "vn.ads.consent_request", "only once ever"),
        ("IN", "in.template", "entity id, header and template id"),
        ("SG", "sg.sender.ssir", "the SSIR registry of names"),
        ("VN", "vn.ads.links", "public shortener"),
    ],
)
def test_what_is_particular_is_said(country: str, rule_id: str, said: str) -> None:
    assert said in rule_text(country, rule_id)


def test_holidays_are_listed_with_their_names() -> None:
    hours = next(one for one in readable_pack(document("FR")).rules if one.id == "fr.ads.hours")
    assert "April 6, 2026: Lundi de Pâques" in hours.details


def test_a_refusal_of_tomorrow_reads_differently() -> None:
    united_states = BY_COUNTRY["US"]
    later = optout_sentence(united_states.optout_on(date(2027, 1, 31)))
    assert "The brand" in optout_sentence(united_states.optout_on(date(2027, 1, 30)))
    assert "Every brand of the account" in later


def test_each_coming_change_is_a_sentence() -> None:
    (revoke_all,) = coming_changes(BY_COUNTRY["US"], date(2026, 11, 22))
    sentence = change_sentence(revoke_all)
    assert "every brand of the account. Until then: every message, the brand." in sentence
    for kind in CHANGE_KINDS:
        change = ComingChange(date(2027, 1, 1), kind, "x.rule", revoke_all.data)
        assert "%(" not in change_sentence(change, "Sent 08:00–20:00.")
