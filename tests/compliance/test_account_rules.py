"""Rules of accounts on top of the pack, and exceptions from it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.constants import Role
from compliance.decision import Facts, decide
from compliance.models import AccountRule, AuditEntry, RuleException
from compliance.rule_packs.adjustments import Adjustment
from compliance.rule_packs.model import CapParams, MaxSegmentsParams, Rule, SenderParams
from compliance.rule_packs.packs import PackInForce, Rulebook, shipped_packs
from compliance.selectors.rules import rulebook
from compliance.services.account_rules import (
    AccountRuleValues,
    account_rule_create,
    account_rule_end,
)
from compliance.services.rule_exceptions import (
    Evidence,
    ExceptionValues,
    rule_exception_ask,
    rule_exception_confirm,
    rule_exception_end,
    rule_exception_refuse,
)
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from tests.factories import make_advertiser, make_member
from tests.world import World

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # 20:30 in Hanoi, a Tuesday
HOURS = {"spans": [{"from": "08:00", "to": "20:00"}]}


@pytest.fixture
def packs(world: World) -> Any:
    rule_packs_load_shipped(actor=None)
    with clock.freeze(NOW):
        yield


def values(kind: str = "window", params: Any = None, **changes: Any) -> AccountRuleValues:
    given_: dict[str, Any] = {
        "kind": kind,
        "params": HOURS if params is None else params,
        "country": "VN",
        "message_classes": ["marketing"],
        "note": "Quiet evenings",
    }
    return AccountRuleValues(**(given_ | changes))


def facts(world: World, **changes: Any) -> Facts:
    known: dict[str, Any] = {
        "country": "VN",
        "message_class": "marketing",
        "account_id": world.account.pk,
        "advertiser_id": world.advertiser.pk,
        "sender_kind": "alphanumeric",
        "sender_registered": True,
        "consent": "granted",
        "is_dnc_listed": False,
        "is_from_template": True,
        "now": NOW,
    }
    return Facts(**(known | changes))


def decided(world: World, **changes: Any) -> Any:
    known = facts(world, **changes)
    rules = rulebook().rules_for("VN", known.now, known.account_id, known.advertiser_id)
    return decide(rules, known)


@pytest.mark.django_db
class TestTightening:
    def test_narrower_hours_delay_and_name_the_rule(self, world: World, packs: Any) -> None:
        assert decided(world).outcome == "allowed"
        rule = account_rule_create(account=world.account, values=values(), actor=world.bob)
        decision = decided(world)
        assert decision.outcome == "delayed"
        (finding,) = decision.findings
        assert finding.rule_id == f"account.{rule.pk}"
        for word in (world.account.name, "Quiet evenings", world.bob.username):
            assert word in finding.citation

    def test_it_is_nobody_elses(self, world: World, packs: Any) -> None:
        account_rule_create(account=world.account, values=values(), actor=world.bob)
        other = {"account_id": world.other_account.pk, "advertiser_id": 1}
        assert decided(world, **other).outcome == "allowed"

    def test_it_is_of_one_advertiser(self, world: World, packs: Any) -> None:
        brand = make_advertiser(world.account)
        account_rule_create(account=world.account, values=values(advertiser=brand), actor=world.bob)
        assert decided(world).outcome == "allowed"
        assert decided(world, advertiser_id=brand.pk).outcome == "delayed"

    def test_it_begins_and_ends_on_its_days(self, world: World, packs: Any) -> None:
        today = rulebook().rules_for("VN", NOW).on
        days = {"effective_from": today + timedelta(days=1), "effective_to": today + timedelta(2)}
        account_rule_create(account=world.account, values=values(**days), actor=world.bob)
        outcomes = [decided(world, now=NOW + timedelta(days=n)).outcome for n in range(4)]
        assert outcomes == ["allowed", "delayed", "delayed", "allowed"]

    def test_ending_gives_back_the_packs_rule_at_once(self, world: World, packs: Any) -> None:
        rule = account_rule_create(account=world.account, values=values(), actor=world.bob)
        before = versions.current()
        account_rule_end(rule=rule, actor=world.bob, reason="Season is over")
        assert versions.current() > before
        assert decided(world).outcome == "allowed"
        with pytest.raises(ConflictError):
            account_rule_end(rule=rule, actor=world.bob, reason="Again")

    @pytest.mark.parametrize(
        ("kind", "params", "change", "finding"),
        [
            ("cap", {"key": "advertiser", "limit": 1, "hours": 168}, {"touches": 2}, "cap_reached"),
            ("max_segments", {"limit": 1}, {"segments": 2}, "too_many_segments"),
            (
                "register",
                {"register": "dnc", "when_unknown": "block"},
                {"is_dnc_listed": None},
                "do_not_call_unknown",
            ),
        ],
    )
    def test_each_kind_refuses(
        self, world: World, packs: Any, kind: str, params: Any, change: Any, finding: str
    ) -> None:
        rule = account_rule_create(
            account=world.account, values=values(kind, params), actor=world.bob
        )
        if "touches" in change:
            change = {"touches": (NOW - timedelta(hours=30), NOW - timedelta(hours=40))}
        decision = decided(world, **change)
        assert decision.outcome == "blocked"
        own = [one for one in decision.findings if one.rule_id == f"account.{rule.pk}"]
        assert [one.message_code for one in own] == [finding]

    def test_consent_may_be_required_for_other_classes(self, world: World, packs: Any) -> None:
        account_rule_create(
            account=world.account,
            values=values("consent", {"accepted": ["granted"]}, message_classes=["care"]),
            actor=world.bob,
        )
        care = {"message_class": "care", "sender_kind": "short_code", "consent": "none"}
        assert decided(world, **care).outcome == "blocked"

    @pytest.mark.parametrize(
        ("kind", "params", "code"),
        [
            ("window", {"spans": [{"from": "06:00", "to": "23:00"}]}, "account_rule_adds_nothing"),
            ("window", {"spans": [{"from": "23:00", "to": "23:30"}]}, "account_rule_shuts"),
            ("window", {"spans": [{"from": "9", "to": "10:00"}]}, "account_rule_invalid"),
            ("cap", {"key": "advertiser", "limit": 5, "hours": 24}, "account_rule_adds_nothing"),
            ("max_segments", {"limit": 3}, "account_rule_adds_nothing"),
            ("consent", {"accepted": ["granted"]}, "account_rule_adds_nothing"),
            ("sender", {"kinds": ["alphanumeric", "short_code"]}, "account_rule_adds_nothing"),
            ("label", {}, "unknown_choice"),
        ],
    )
    def test_what_would_not_tighten_is_refused(
        self, world: World, packs: Any, kind: str, params: Any, code: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            account_rule_create(account=world.account, values=values(kind, params), actor=world.bob)
        assert refused.value.code == code

    def test_only_officers_of_the_account_set_rules(self, world: World, packs: Any) -> None:
        for person in (world.alice, world.charlie, world.ada, world.olga):
            with pytest.raises(NotAllowedError):
                account_rule_create(account=world.account, values=values(), actor=person)

    def test_advertisers_of_others_are_refused(self, world: World, packs: Any) -> None:
        with pytest.raises(InvalidError):
            account_rule_create(
                account=world.account,
                values=values(advertiser=world.other_advertiser),
                actor=world.bob,
            )

    def test_a_rule_is_never_changed(self, world: World, packs: Any) -> None:
        rule = account_rule_create(account=world.account, values=values(), actor=world.bob)
        for change in ({"note": "x"}, {"params": {}}, {"account": world.other_account}):
            with pytest.raises(IntegrityError), transaction.atomic():
                AccountRule.objects.filter(pk=rule.pk).update(**change)
        assert AuditEntry.objects.filter(
            action="account_rule.set", account=world.account, actor=world.bob
        ).exists()


def exception_values(**changes: Any) -> ExceptionValues:
    today = NOW.date()
    known: dict[str, Any] = {
        "country": "VN",
        "rule_id": "vn.ads.hours",
        "first_day": today,
        "last_day": today + timedelta(days=10),
        "reason": "A flood warning on behalf of the province",
    }
    return ExceptionValues(**(known | changes))


LETTER = Evidence("letter.txt", b"The province asks for warnings at night.")


@pytest.mark.django_db
class TestExceptions:
    night = {"now": datetime(2026, 11, 24, 16, 30, tzinfo=UTC)}  # 23:30 in Hanoi

    def ask(self, world: World, **changes: Any) -> RuleException:
        return rule_exception_ask(
            account=world.account,
            values=exception_values(**changes),
            evidence=[LETTER],
            actor=world.bob,
        )

    def test_nothing_changes_until_somebody_else_confirms(self, world: World, packs: Any) -> None:
        exception = self.ask(world)
        assert decided(world, **self.night).outcome == "delayed"
        with pytest.raises(NotAllowedError):
            rule_exception_confirm(exception=exception, actor=world.bob)
        rule_exception_confirm(exception=exception, actor=world.ada)
        decision = decided(world, **self.night)
        assert decision.outcome == "allowed"
        assert decision.exceptions == ("vn.ads.hours",)
        assert "vn.ads.hours" in str(decision.as_facts())

    def test_another_officer_confirms(self, world: World, packs: Any) -> None:
        exception = self.ask(world)
        second = make_member(Role.OFFICER, world.account)
        stranger = make_member(Role.OFFICER, world.other_account)
        with pytest.raises(NotAllowedError):
            rule_exception_confirm(exception=exception, actor=stranger)
        rule_exception_confirm(exception=exception, actor=second)
        other = {"account_id": world.other_account.pk, **self.night}
        assert decided(world, **other).outcome == "delayed"

    def test_it_ends_on_its_last_day_and_at_once_where_somebody_says_so(
        self, world: World, packs: Any
    ) -> None:
        exception = self.ask(world)
        rule_exception_confirm(exception=exception, actor=world.ada)
        late = self.night["now"] + timedelta(days=11)
        assert decided(world, now=late).outcome == "delayed"
        rule_exception_end(exception=exception, actor=world.bob, reason="The water is gone")
        assert decided(world, **self.night).outcome == "delayed"

    def test_refused_and_withdrawn_ones_do_nothing(self, world: World, packs: Any) -> None:
        rule_exception_refuse(exception=self.ask(world), actor=world.ada, reason="No evidence")
        rule_exception_end(exception=self.ask(world), actor=world.bob, reason="Not needed")
        assert decided(world, **self.night).outcome == "delayed"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"rule_id": "vn.suppression"}, "rule_id"),
            ({"rule_id": "vn.nothing"}, "rule_id"),
            ({"last_day": NOW.date() + timedelta(days=366)}, "last_day"),
            ({"last_day": NOW.date() - timedelta(days=1)}, "last_day"),
            ({"first_day": NOW.date() - timedelta(days=1)}, "first_day"),
            ({"message_classes": ["otp"]}, "message_classes"),
            ({"reason": " "}, "reason"),
        ],
    )
    def test_mistakes_name_their_field(
        self, world: World, packs: Any, changes: Any, field: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            self.ask(world, **changes)
        assert refused.value.field == field

    def test_it_needs_evidence(self, world: World, packs: Any) -> None:
        with pytest.raises(InvalidError) as refused:
            rule_exception_ask(
                account=world.account, values=exception_values(), evidence=[], actor=world.bob
            )
        assert refused.value.field == "evidence"

    def test_the_database_holds_the_second_person(self, world: World, packs: Any) -> None:
        exception = self.ask(world)
        for change in (
            {"status": "confirmed", "decided_by": world.bob},
            {"status": "confirmed"},
            {"rule_id": "vn.ads.cap"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                RuleException.objects.filter(pk=exception.pk).update(**change)


_CLASSES = st.sampled_from(["otp", "transactional", "care", "marketing"])
_ORDER = {"allowed": 0, "delayed": 1, "blocked": 2}
_PARAMS = st.one_of(
    st.builds(CapParams, st.integers(1, 5), st.sampled_from([24, 168])).map(lambda p: ("cap", p)),
    st.builds(MaxSegmentsParams, st.integers(1, 5)).map(lambda p: ("max_segments", p)),
    st.sets(st.sampled_from(["short_code", "long_code", "alphanumeric"]), min_size=1).map(
        lambda kinds: ("sender", SenderParams(frozenset(kinds), frozenset()))
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    _PARAMS,
    st.sets(_CLASSES, min_size=1),
    _CLASSES,
    st.sampled_from(["short_code", "long_code", "alphanumeric"]),
    st.integers(0, 5),
    st.integers(1, 6),
    st.sampled_from(["granted", "none", "revoked"]),
    st.integers(0, 23),
)
def test_an_added_rule_never_loosens(
    own: Any, classes: Any, cls: str, sender: str, touches: int, parts: int, consent: str, hour: int
) -> None:
    kind, params = own
    day = date(2020, 1, 1)
    applies = frozenset(classes)
    rule = Rule("account.1", kind, applies, "block", "", "", "run", day, None, params)
    change = Adjustment(1, "VN", day, None, rule, None, applies, None, "")
    plain = Rulebook(shipped_packs())
    tight = Rulebook.of([PackInForce(pack) for pack in shipped_packs()], [change])
    now = NOW.replace(hour=hour)
    known = Facts(
        country="VN",
        message_class=cls,
        account_id=1,
        advertiser_id=1,
        sender_kind=sender,
        sender_registered=True,
        consent=consent,
        touches=tuple(now - timedelta(hours=n) for n in range(1, touches + 1)),
        segments=parts,
        now=now,
    )
    before = decide(plain.rules_for("VN", now), known)
    after = decide(tight.rules_for("VN", now, 1, 1), known)
    assert _ORDER[after.outcome] >= _ORDER[before.outcome]
    assert {one.rule_id for one in before.findings} <= {one.rule_id for one in after.findings}
