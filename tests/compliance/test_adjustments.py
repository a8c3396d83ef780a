"""What accounts change about a country's rules, and packs that are put in force by date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from compliance.decision import decide
from compliance.rule_packs import Adjustment, PackInForce, Rule, Rulebook, Rules, shipped_packs
from compliance.rule_packs.model import CapParams
from tests.compliance.test_decision import MORNING, make_facts

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
VN = next(pack for pack in shipped_packs() if pack.country == "VN")


def tighter(**changes: Any) -> Rule:
    settings: dict[str, Any] = {
        "id": "account.7",
        "kind": "cap",
        "applies_to": frozenset({"marketing"}),
        "severity": "block",
        "citation": "Acme: one a day",
        "source": "",
        "confidence": "run",
        "effective_from": TODAY,
        "effective_to": None,
        "params": CapParams(1, 24),
        **changes,
    }
    return Rule(**settings)


def adjustment(**changes: Any) -> Adjustment:
    settings: dict[str, Any] = {
        "account_id": 1,
        "country": "VN",
        "effective_from": TODAY,
        "effective_to": None,
        "added": None,
        "lifted": None,
        "classes": frozenset(),
        "advertiser_id": None,
        "reason": "agreed with the customer",
        **changes,
    }
    return Adjustment(**settings)


def rules_of(change: Adjustment, *, on: date = TODAY, **who: Any) -> Rules:
    book = Rulebook(shipped_packs(), [change])
    moment = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    return book.rules_for(
        who.get("country", "VN"), moment, who.get("account", 1), who.get("advertiser", 1)
    )


ONE_A_DAY = adjustment(added=tighter())
ONCE = make_facts(touches=(MORNING,))


def test_a_tighter_cap_of_the_account_is_a_finding_of_its_own() -> None:
    rules = rules_of(ONE_A_DAY)
    assert rules.account_id == 1
    (finding,) = decide(rules, ONCE).findings
    assert (finding.rule_id, finding.citation) == ("account.7", "Acme: one a day")


@pytest.mark.parametrize(
    ("change", "who"),
    [
        ({}, {"account": 2}),
        ({}, {"account": 0}),
        ({}, {"on": TODAY - DAY}),
        ({"effective_to": TODAY}, {}),
        ({"country": "US"}, {}),
        ({"advertiser_id": 2}, {}),
    ],
)
def test_it_holds_for_nobody_else_and_on_no_other_day(
    change: dict[str, Any], who: dict[str, Any]
) -> None:
    assert decide(rules_of(replace(ONE_A_DAY, **change), **who), ONCE).is_allowed


@pytest.mark.parametrize(
    ("change", "who"),
    [({"country": ""}, {}), ({"country": ""}, {"country": "ZZ"}), ({"advertiser_id": 1}, {})],
)
def test_it_holds_in_every_country_and_for_its_advertiser(
    change: dict[str, Any], who: dict[str, Any]
) -> None:
    found = decide(rules_of(replace(ONE_A_DAY, **change), **who), ONCE)
    assert [one.rule_id for one in found.blocking] == ["account.7"]


LIFTED = adjustment(lifted="vn.ads.cap", effective_to=TODAY + 30 * DAY)
FOURTH = make_facts(touches=(MORNING,) * 3)


def test_an_exception_leaves_the_rule_out_and_the_decision_says_so() -> None:
    decision = decide(rules_of(LIFTED), FOURTH)
    assert (decision.outcome, decision.exceptions) == ("allowed", ("vn.ads.cap",))
    assert decision.as_facts()["exceptions"] == ["vn.ads.cap"]


def test_an_exception_ends_by_itself() -> None:
    assert not decide(rules_of(LIFTED, on=TODAY + 30 * DAY), FOURTH).is_allowed
    assert decide(rules_of(LIFTED, on=TODAY + 29 * DAY), FOURTH).is_allowed


def test_an_exception_holds_for_its_classes_only() -> None:
    change = adjustment(lifted="vn.suppression", classes=frozenset({"care"}))
    rules = rules_of(change)
    refused = make_facts(suppressed=frozenset({"all"}), text=None)
    assert not decide(rules, refused).is_allowed
    care = replace(refused, message_class="care", sender_kind="short_code")
    assert decide(rules, care).is_allowed
    assert (rules.exceptions["care"], rules.exceptions["marketing"]) == (("vn.suppression",), ())


def test_an_exception_does_not_lift_what_the_account_added() -> None:
    book = Rulebook(shipped_packs(), [ONE_A_DAY, adjustment(lifted="account.7")])
    assert not decide(book.rules_for("VN", MORNING, 1, 1), ONCE).is_allowed


def test_accounts_without_changes_share_their_rules() -> None:
    book = Rulebook(shipped_packs(), [replace(ONE_A_DAY, advertiser_id=9)])
    common = book.rules_for("VN", MORNING)
    assert book.rules_for("VN", MORNING, 2, 5) is common
    assert book.rules_for("VN", MORNING, 1, 5) is common
    assert book.rules_for("VN", MORNING, 1, 9) is not common


def book_of(*entries: PackInForce) -> Rulebook:
    others = (PackInForce(pack) for pack in shipped_packs() if pack.country != "VN")
    return Rulebook.of([*others, *entries])


MIDNIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # 23 November begins in Vietnam


def test_a_pack_takes_over_at_local_midnight_of_its_day() -> None:
    new = replace(VN, version="next")
    book = book_of(PackInForce(VN, None, TODAY + DAY), PackInForce(new, TODAY + DAY, None))
    assert book.rules_for("VN", MIDNIGHT - timedelta(seconds=1)).pack is VN
    assert book.rules_for("VN", MIDNIGHT).pack is new


def test_of_two_in_force_the_one_counts_that_came_later() -> None:
    new = replace(VN, version="next")
    book = book_of(PackInForce(new, TODAY, None), PackInForce(VN, date(2020, 10, 1), None))
    assert book.rules_for("VN", MORNING).pack is new


def test_activation_does_not_go_before_the_law_or_past_its_end() -> None:
    new = replace(VN, version="next", effective_from=TODAY + DAY, effective_to=TODAY + 2 * DAY)
    book = book_of(PackInForce(VN), PackInForce(new, TODAY - DAY, None))
    found = [book.rules_for("VN", MIDNIGHT + days * DAY).pack for days in (-1, 0, 1)]
    assert found == [VN, new, VN]
