"""Rules about texts are set by those who guard them, and every change is kept."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from compliance.constants import Role
from compliance.models import AuditEntry, ContentRule
from compliance.selectors.content_rules import content_policy
from compliance.services.access import role_grant
from compliance.services.content_rules import (
    RuleValues,
    content_rule_change,
    content_rule_create,
    content_rule_switch,
    content_rules_load_shipped,
)
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from tests.factories import make_content_rule
from tests.world import World

pytestmark = pytest.mark.django_db


def create(world: World, **overrides: Any) -> ContentRule:
    given: dict[str, Any] = {
        "account": world.account,
        "kind": "forbidden_phrase",
        "actor": world.bob,
    }
    own = {name: overrides.pop(name) for name in list(overrides) if name in (*given, "reason")}
    values = {"name": "No loans", "params": {"phrases": ["vay"]}} | overrides
    return content_rule_create(**(given | own), values=RuleValues(**values))


def test_officer_makes_a_rule_of_the_own_account(world: World) -> None:
    rule = create(world, reason="customer asked", country="vn", message_classes=["marketing"])
    assert (rule.account, rule.country, rule.is_active) == (world.account, "VN", True)
    assert rule.params == {"phrases": ["vay"], "match": "words", "marks": "ignored"}
    version = rule.history.get()
    assert (version.history_user, version.history_change_reason) == (world.bob, "customer asked")
    entry = AuditEntry.objects.get(subject=f"content_rule:{rule.pk}")
    assert (entry.action, entry.actor, entry.account_id) == (
        "content_rule.created",
        world.bob,
        world.account.pk,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"kind": "poem"}, "kind"),
        ({"params": {}}, "phrases"),
        ({"params": {"phrases": ["x"], "colour": "red"}}, "colour"),
        ({"severity": "shout"}, "severity"),
        ({"source": "rumour"}, "source"),
        ({"message_classes": ["spam"]}, "message_classes"),
        ({"country": "Vietnam"}, "country"),
        (
            {"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 1)},
            "effective_to",
        ),
    ],
)
def test_mistakes_name_their_field(world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create(world, **change)
    assert caught.value.field == field
    assert "%" not in str(caught.value)


@pytest.mark.parametrize("person", ["alice", "charlie", "ines", "olga"])
def test_others_set_no_rules(world: World, person: str) -> None:
    with pytest.raises(NotAllowedError):
        create(world, actor=getattr(world, person))


def test_officer_sets_neither_the_platforms_rules_nor_others(world: World) -> None:
    for account in (None, world.other_account):
        with pytest.raises(NotAllowedError):
            create(world, account=account)
    rule = make_content_rule()
    with pytest.raises(NotAllowedError):
        content_rule_switch(rule=rule, is_active=False, actor=world.bob, reason="x")


def test_administrator_sets_rules_for_every_account(world: World) -> None:
    assert create(world, account=None, actor=world.ada).account is None


def test_change_needs_a_reason_and_keeps_the_old_values(world: World) -> None:
    rule = create(world)
    values = RuleValues(name="No loans", params={"phrases": ["vay", "nợ"]}, severity="warn")
    with pytest.raises(InvalidError) as caught:
        content_rule_change(rule=rule, values=values, actor=world.bob, reason=" ")
    assert caught.value.field == "reason"
    content_rule_change(rule=rule, values=values, actor=world.bob, reason="debts too")
    newest, oldest = rule.history.all()
    assert (newest.severity, newest.history_change_reason) == ("warn", "debts too")
    assert oldest.params["phrases"] == ["vay"]


def test_rule_is_switched_off_and_on_once(world: World) -> None:
    rule = create(world)
    content_rule_switch(rule=rule, is_active=False, actor=world.bob, reason="too strict")
    with pytest.raises(ConflictError):
        content_rule_switch(rule=rule, is_active=False, actor=world.bob, reason="again")
    content_rule_switch(rule=rule, is_active=True, actor=world.bob, reason="back")
    actions = AuditEntry.objects.filter(subject=f"content_rule:{rule.pk}").order_by("id")
    assert [one.action.rpartition(".")[2] for one in actions] == [
        "created",
        "switched_off",
        "switched_on",
    ]


def test_every_change_raises_the_configuration_version(world: World) -> None:
    before = versions.current()
    rule = create(world)
    between = versions.current()
    content_rule_switch(rule=rule, is_active=False, actor=world.bob, reason="x")
    assert before < between < versions.current()


def test_policy_is_read_anew_after_a_change(world: World) -> None:
    now = clock.now()
    assert content_policy().rules_for(world.account.pk, "VN", now) == ()
    rule = create(world)
    (found,) = content_policy().rules_for(world.account.pk, "VN", now)
    assert (found.id, found.rule_id) == (rule.pk, f"content:{rule.pk}")
    assert content_policy() is content_policy()
    assert content_policy().rules_for(world.other_account.pk, "VN", now) == ()
    content_rule_switch(rule=rule, is_active=False, actor=world.bob, reason="x")
    assert content_policy().rules_for(world.account.pk, "VN", now) == ()


def test_shipped_rules_are_loaded_once_and_peoples_changes_stay(world: World) -> None:
    rules = content_rules_load_shipped(actor=None)
    assert {rule.account for rule in rules} == {None}
    assert all(rule.note for rule in rules)
    content_rule_switch(rule=rules[0], is_active=False, actor=world.ada, reason="not here")
    call_command("load_rules", verbosity=0)
    assert ContentRule.objects.count() == len(rules)
    assert not ContentRule.objects.get(pk=rules[0].pk).is_active


def test_platforms_rules_are_seen_by_all_and_changed_by_few(world: World) -> None:
    rule, foreign = make_content_rule(), make_content_rule(world.other_account)
    for person in (world.alice, world.bob):
        assert person.has_perm("compliance.view_contentrule", rule)
        assert not person.has_perm("compliance.change_contentrule", rule)
        assert not person.has_perm("compliance.view_contentrule", foreign)
    assert world.ada.has_perm("compliance.change_contentrule", rule)
    assert not world.ines.has_perm("compliance.view_contentrule", rule)


def test_officer_of_two_accounts_guards_both(world: World) -> None:
    role_grant(user=world.bob, role=Role.OFFICER, account=world.other_account, actor=None)
    assert create(world, account=world.other_account).account == world.other_account


def test_rule_that_nobody_understands_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken, rule = create(world), create(world)
    ContentRule.objects.filter(pk=broken.pk).update(kind="poem")
    found = content_policy().rules_for(world.account.pk, "VN", clock.now())
    assert [one.id for one in found] == [rule.pk]
    assert "content rule cannot be read" in caplog.text
