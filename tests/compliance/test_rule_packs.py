"""The shipped packs, their own cases, and what an edited pack may not say."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from compliance.pack_examples import run_examples
from compliance.rule_packs import Pack, PackError, parse_pack, shipped_packs
from compliance.rule_packs.model import PROMISE_RULE
from compliance.rule_packs.packs import PACKS, SCHEMA, languages_of
from compliance.rule_packs.params import READERS
from compliance.rule_packs.vocabulary import parse_vocabulary, shipped_vocabulary

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def document(country: str = "vn") -> dict[str, Any]:
    return json.loads((PACKS / f"{country}.json").read_text(encoding="utf-8"))


def rule_of(pack: dict[str, Any], rule_id: str) -> dict[str, Any]:
    return next(rule for rule in pack["rules"] if rule["id"] == rule_id)


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_the_cases_of_a_shipped_pack_hold(pack: Pack) -> None:
    assert pack.examples
    assert run_examples(pack) == ()


@pytest.mark.parametrize("country", sorted(pack.country.lower() for pack in shipped_packs()))
def test_a_shipped_pack_keeps_the_schema(country: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document(country))] == []


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_every_rule_of_a_shipped_pack_is_shown_by_a_case(pack: Pack) -> None:
    shown = {rule_id for example in pack.examples for rule_id in example.findings}
    assert shown - {PROMISE_RULE} == {rule.id for rule in pack.rules}


def test_the_schema_knows_every_kind_of_rule() -> None:
    kinds = VALIDATOR.schema["$defs"]["rule"]["properties"]["kind"]["enum"]
    assert set(kinds) == set(READERS)


def test_a_case_that_does_not_hold_is_shown_with_both_answers() -> None:
    pack = shipped_packs()[-1]
    wrong = replace(pack, examples=(replace(pack.examples[0], outcome="allowed"),))
    (failure,) = run_examples(wrong)
    assert failure.name == pack.examples[0].name
    assert (failure.expected["outcome"], failure.found["outcome"]) == ("allowed", "blocked")


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"colour": "red"}, "colour"),
        ({"now": "soon"}, "now"),
        ({"zones": ["Nowhere/City"]}, "zones"),
        ({"now": "2026-11-22T10:00:00"}, "now"),
    ],
)
def test_malformed_facts_of_a_case_are_refused(facts: dict[str, Any], where: str) -> None:
    pack = shipped_packs()[-1]
    example = pack.examples[0]
    broken = replace(pack, examples=(replace(example, facts={**example.facts, **facts}),))
    with pytest.raises(PackError, match=where):
        run_examples(broken)


BOTH_REFUSE: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda p: p.pop("country"), "pack.country"),
    (lambda p: p.update(country="Vietnam"), "pack.country"),
    (lambda p: p.update(colour="red"), "pack.colour"),
    (lambda p: p.update(effective_from="soon"), "pack.effective_from"),
    (lambda p: p.update(rules={}), "pack.rules"),
    (lambda p: p["rules"][0].update(kind="magic"), "pack.rules[0].kind"),
    (lambda p: p["rules"][0].update(severty="block"), "pack.rules[0].severty"),
    (lambda p: p["rules"][0].update(severity="delay"), "pack.rules[0].severity"),
    (lambda p: p["rules"][0].update(confidence="sure"), "pack.rules[0].confidence"),
    (lambda p: p["rules"][0].update(applies_to=["ads"]), "pack.rules[0].applies_to"),
    (lambda p: p["rules"][0].pop("citation"), "pack.rules[0].citation"),
    (
        lambda p: rule_of(p, "vn.ads.cap")["params"].update(limit=0),
        "pack.rules[13].params.limit",
    ),
    (
        lambda p: rule_of(p, "vn.ads.cap")["params"].update(limit=True),
        "pack.rules[13].params.limit",
    ),
    (
        lambda p: rule_of(p, "vn.ads.cap")["params"].update(limits=3),
        "pack.rules[13].params.limits",
    ),
    (
        lambda p: rule_of(p, "vn.ads.cap")["params"].update(hours=0),
        "pack.rules[13].params.hours",
    ),
    (
        lambda p: rule_of(p, "vn.ads.hours")["params"]["spans"][0].update({"from": "7 am"}),
        "pack.rules[12].params.spans[0].from",
    ),
    (
        lambda p: rule_of(p, "vn.ads.hours")["params"]["spans"][0].update(days=["monday"]),
        "pack.rules[12].params.spans[0].days",
    ),
    (
        lambda p: rule_of(p, "vn.ads.hours")["params"].update(zones=[]),
        "pack.rules[12].params.zones",
    ),
    (
        lambda p: rule_of(p, "vn.ads.brandname")["params"].update(kinds=["pigeon"]),
        "pack.rules[4].params.kinds",
    ),
    (
        lambda p: rule_of(p, "vn.ads.opt_out_text")["params"].update(patterns=["x" * 401]),
        "pack.rules[8].params.patterns",
    ),
    (lambda p: p["optout"].update(purpose="some"), "pack.optout.purpose"),
    (
        lambda p: p["examples"][0]["expect"].update(outcome="maybe"),
        "pack.examples[0].expect.outcome",
    ),
]


@pytest.mark.parametrize(("change", "where"), BOTH_REFUSE, ids=[where for _, where in BOTH_REFUSE])
def test_schema_and_reader_refuse_the_same(
    change: Callable[[dict[str, Any]], object], where: str
) -> None:
    pack = copy.deepcopy(document())
    change(pack)
    with pytest.raises(PackError) as refused:
        parse_pack(pack)
    assert refused.value.where == where
    assert not VALIDATOR.is_valid(pack)


READER_REFUSES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda p: p.update(zone="Nowhere/City"), "pack.zone"),
    (lambda p: p["rules"][1].update(id="vn.suppression"), "pack.rules[1].id"),
    (lambda p: p["rules"][1].update(source="hearsay"), "pack.rules[1].source"),
    (
        lambda p: rule_of(p, "vn.ads.opt_out_text")["params"].update(patterns=["("]),
        "pack.rules[8].params.patterns",
    ),
    (
        lambda p: rule_of(p, "vn.ads.hours")["params"]["spans"][0].update({"from": "23:00"}),
        "pack.rules[12].params",
    ),
    (lambda p: rule_of(p, "vn.ads.hours")["params"].update(zones=["X"]), "pack.rules[12].params"),
    (
        lambda p: rule_of(p, "vn.ads.hours")["params"].update(holidays={"2026-02-30": "none"}),
        "pack.rules[12].params",
    ),
    (
        lambda p: p["examples"][0]["expect"].update(findings=["vn.nothing"]),
        "pack.examples[0].expect.findings",
    ),
]


@pytest.mark.parametrize(
    ("change", "where"), READER_REFUSES, ids=[where for _, where in READER_REFUSES]
)
def test_the_reader_refuses_what_the_schema_cannot_see(
    change: Callable[[dict[str, Any]], object], where: str
) -> None:
    pack = copy.deepcopy(document())
    change(pack)
    with pytest.raises(PackError) as refused:
        parse_pack(pack)
    assert refused.value.where == where


def test_windows_of_one_class_may_follow_each_other_or_hold_together() -> None:
    pack = copy.deepcopy(document())
    hours = rule_of(pack, "vn.ads.hours")
    later = {**hours, "id": "vn.ads.new_hours", "effective_from": "2027-01-01"}
    hours["effective_to"] = "2027-01-01"
    pack["rules"].append(later)
    assert len(parse_pack(pack).rules) == len(document()["rules"]) + 1


def test_every_language_of_a_pack_has_a_vocabulary() -> None:
    for pack in shipped_packs():
        assert [name for name in pack.languages if shipped_vocabulary(name) is None] == []
        assert set(pack.optout.ack_texts) <= set(pack.languages)
    assert languages_of("DE") == ("en",)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"word": "stop"}, "vocabulary.keywords[0].word"),
        ({"word": "DỪNG"}, "vocabulary.keywords[0].word"),
        ({"action": "explode"}, "vocabulary.keywords[0].action"),
        ({"source": "hearsay"}, "vocabulary.keywords[0].source"),
        ({"bear": "exact"}, "vocabulary.keywords[0].bear"),
    ],
)
def test_malformed_keywords_are_refused(change: dict[str, str], where: str) -> None:
    words = json.loads((PACKS / "languages" / "en.json").read_text(encoding="utf-8"))
    words["keywords"][0].update(change)
    with pytest.raises(PackError) as refused:
        parse_vocabulary(words)
    assert refused.value.where == where
