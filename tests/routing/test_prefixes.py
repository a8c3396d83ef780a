"""The shipped number plans, the checks on edited ones, and longest-prefix lookup."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.numbers.plan import DATA
from routing.prefixes import (
    NumberPlan,
    PlanError,
    PrefixEntry,
    PrefixTable,
    parse_plan,
    shipped_plans,
)


def plan_of(country: str) -> NumberPlan:
    return next(plan for plan in shipped_plans() if plan.country == country)


TABLE = PrefixTable(entry for plan in shipped_plans() for entry in plan.entries)


@pytest.mark.parametrize(
    ("national", "network"),
    [
        ("0321234567", "viettel"), ("0391234567", "viettel"), ("0861234567", "viettel"),
        ("0961234567", "viettel"), ("0981234567", "viettel"),
        ("0811234567", "vinaphone"), ("0851234567", "vinaphone"), ("0881234567", "vinaphone"),
        ("0911234567", "vinaphone"), ("0941234567", "vinaphone"),
        ("0701234567", "mobifone"), ("0761234567", "mobifone"), ("0771234567", "mobifone"),
        ("0891234567", "mobifone"), ("0931234567", "mobifone"),
        ("0521234567", "vietnamobile"), ("0561234567", "vietnamobile"),
        ("0921234567", "vietnamobile"),
        ("0591234567", "gmobile"), ("0993123456", "gmobile"), ("0997123456", "gmobile"),
        ("0871234567", "itel"), ("0998123456", "itel"),
        ("0551234567", "wintel"), ("0559123456", "wintel"),
        ("0775123456", "fpt"), ("0777123456", "vnsky"), ("0778123456", "vnsky"),
        ("0776123456", "mobifone"),
    ],
)  # fmt: skip
def test_network_by_longest_prefix(national: str, network: str) -> None:
    match = TABLE.lookup(f"84{national[1:]}", "VN")
    assert match is not None
    assert match.network_code == network


@pytest.mark.parametrize("msisdn", ["84951234567", "84301234567", "84990123456", "4915112345678"])
def test_no_network_is_claimed_for_unlisted_ranges(msisdn: str) -> None:
    assert TABLE.lookup(msisdn) is None


def test_a_canadian_number_is_not_on_a_united_states_network() -> None:
    assert TABLE.lookup("14165552671", "CA") is None
    match = TABLE.lookup("14155552671", "US")
    assert match is not None
    assert match.network_code == "us-any"


def test_virtual_operators_name_their_host() -> None:
    hosts = {n.code: n.host for n in plan_of("VN").networks if n.kind == "mvno"}
    assert hosts == {
        "itel": "vinaphone",
        "wintel": "vinaphone",
        "local": "mobifone",
        "vnsky": "mobifone",
        "fpt": "mobifone",
    }


def test_every_fact_of_the_plans_has_a_known_source() -> None:
    for plan in shipped_plans():
        known = {source.id for source in plan.sources}
        facts = (*plan.networks, *plan.entries, *plan.conversions, *plan.refused)
        assert {fact.source for fact in facts} <= known


@given(
    st.dictionaries(st.text("0123456789", min_size=1, max_size=6), st.sampled_from("abc")),
    st.text("0123456789", min_size=1, max_size=12),
)
def test_lookup_agrees_with_the_definition(prefixes: dict[str, str], msisdn: str) -> None:
    table = PrefixTable(PrefixEntry(p, n, "s", "run", "VN") for p, n in prefixes.items())
    fitting = [prefix for prefix in prefixes if msisdn.startswith(prefix)]
    match = table.lookup(msisdn)
    assert (match and match.prefix) == max(fitting, key=len, default=None)


def vn_document() -> dict[str, Any]:
    return json.loads((DATA / "vn_number_plan.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda d: d.pop("calling_code"), "plan"),
        (lambda d: d.update(effective_from="soon"), "plan"),
        (lambda d: d["entries"].append(copy.copy(d["entries"][0])), "prefix 8432"),
        (lambda d: d["entries"][0].update(prefix="0932"), "prefix 0932"),
        (lambda d: d["entries"][0].update(prefix="84a"), "prefix 84a"),
        (lambda d: d["entries"][0].update(network="nobody"), "prefix 8432"),
        (lambda d: d["entries"][0].update(source="hearsay"), "prefix 8432"),
        (lambda d: d["entries"][0].update(confidence="sure"), "prefix 8432"),
        (lambda d: d["refused"][0].update(prefix="8432"), "refused 8432"),
        (lambda d: d["conversions"][0].update(new="x"), "conversion 120"),
    ],
)
def test_an_edited_plan_with_a_fault_is_refused_by_place(change: Any, where: str) -> None:
    document = vn_document()
    change(document)
    with pytest.raises(PlanError) as refused:
        parse_plan(document)
    assert refused.value.where == where
