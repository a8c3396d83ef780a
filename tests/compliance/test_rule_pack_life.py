"""The life of a rule pack: four eyes, dates, cancelling, going back; nothing stored changes."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from compliance.models import AuditEntry, RulePackActivation, RulePackVersion
from compliance.rule_packs.packs import PACKS
from compliance.selectors.rules import rule_turns, rulebook, today_of
from compliance.services.rule_drafts import rule_pack_change, rule_pack_draft
from compliance.services.rules import (
    rule_pack_activate,
    rule_pack_activation_cancel,
    rule_pack_reject,
    rule_pack_submit,
    rule_pack_withdraw,
    rule_packs_load_shipped,
    rule_packs_settle,
)
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from tests.world import World

pytestmark = pytest.mark.django_db

BEFORE_MIDNIGHT = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Hanoi
MIDNIGHT = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)


@pytest.fixture
def loaded(world: World) -> RulePackVersion:
    with clock.freeze(datetime(2026, 12, 1, 5, tzinfo=UTC)):
        rule_packs_load_shipped(actor=None)
    return RulePackVersion.objects.get(country="VN")


def make_draft(world: World, base: RulePackVersion, closes: str = "20:00") -> RulePackVersion:
    draft = rule_pack_draft(based_on=base, actor=world.bob, reason="Quieter evenings")
    document = json.loads(json.dumps(draft.data).replace('"to": "22:00"', f'"to": "{closes}"'))
    document["examples"] = []
    return rule_pack_change(
        version=draft, document=document, actor=world.bob, checksum=draft.checksum, what="hours"
    )


def make_submitted(world: World, base: RulePackVersion, closes: str = "20:00") -> RulePackVersion:
    return rule_pack_submit(
        version=make_draft(world, base, closes), actor=world.bob, reason="Quieter evenings"
    )


def version_at(now: datetime) -> str:
    return rulebook().rules_for("VN", now).pack.version


def test_first_run_says_that_nobody_approved(loaded: RulePackVersion) -> None:
    activation = loaded.activations.get()
    assert (activation.is_first_run, activation.approved_by) == (True, None)
    entry = AuditEntry.objects.get(action="rule_pack.activated", detail__country="VN")
    assert entry.actor is None
    assert entry.detail["without_approval"] is True


def test_old_installations_keep_their_rules_until_somebody_approves(
    world: World, loaded: RulePackVersion, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in PACKS.glob("*.json"):
        text = path.read_text().replace(f'"{loaded.version}"', '"2099.1"')
        (tmp_path / path.name).write_text(text)
    monkeypatch.setattr("compliance.services.rules.PACKS", tmp_path)
    monkeypatch.setattr("compliance.services.rules.SCHEMA", tmp_path / "schema.json")
    rule_packs_load_shipped(actor=None)
    newer = RulePackVersion.objects.get(country="VN", version="2099.1")
    assert newer.status == "submitted"
    assert version_at(clock.now()) == loaded.version
    rule_pack_activate(version=newer, actor=world.ada, reason="Read and right")
    assert version_at(clock.now()) == "2099.1"


def test_author_does_not_approve(world: World, loaded: RulePackVersion) -> None:
    draft = rule_pack_draft(based_on=loaded, actor=world.ada, reason="Mine")
    rule_pack_submit(version=draft, actor=world.ada, reason="Mine")
    with pytest.raises(NotAllowedError) as refused:
        rule_pack_activate(version=draft, actor=world.ada, reason="Mine")
    assert refused.value.code == "rule_pack_own"


def test_the_database_holds_four_eyes_too(world: World, loaded: RulePackVersion) -> None:
    version = make_submitted(world, loaded)
    values = {
        "version": version,
        "country": "VN",
        "active_from": today_of(version),
        "approved_at": clock.now(),
        "reason": "x",
    }
    for author, approver in ((world.bob, world.bob), (None, world.bob), (world.bob, None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            RulePackActivation.objects.create(**values, author=author, approved_by=approver)


@pytest.mark.parametrize("person", ["bob", "alice", "olga"])
def test_only_administrators_approve(world: World, loaded: RulePackVersion, person: str) -> None:
    version = RulePackVersion.objects.get(pk=make_submitted(world, loaded).pk)
    with pytest.raises(NotAllowedError):
        rule_pack_activate(version=version, actor=getattr(world, person), reason="x")


def test_what_was_submitted_never_changes(world: World, loaded: RulePackVersion) -> None:
    version = make_submitted(world, loaded)
    for change in ({"data": {}}, {"status": "draft"}, {"checksum": "x"}, {"author": world.ada}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RulePackVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        RulePackVersion.objects.filter(pk=version.pk).delete()
    with pytest.raises(ConflictError):
        rule_pack_change(
            version=version,
            document=version.data,
            actor=world.bob,
            checksum=version.checksum,
            what="x",
        )


def test_activations_are_canceled_once_and_never_changed(
    world: World, loaded: RulePackVersion
) -> None:
    activation = loaded.activations.get()
    for change in ({"active_from": None, "reason": "y"}, {"is_first_run": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RulePackActivation.objects.filter(pk=activation.pk).update(**change)


def test_at_local_midnight_the_new_rules_decide_without_a_task(
    world: World, loaded: RulePackVersion
) -> None:
    with clock.freeze(datetime(2026, 12, 20, 5, tzinfo=UTC)):
        version = make_submitted(world, loaded)
        rule_pack_activate(
            version=version,
            actor=world.ada,
            reason="From the new year",
            active_from=date(2027, 1, 1),
        )
        version.refresh_from_db()
        assert version.status == "staged"
        book = rulebook()
    assert book.rules_for("VN", BEFORE_MIDNIGHT).pack.version == loaded.version
    assert book.rules_for("VN", MIDNIGHT).pack.version == version.version
    assert rule_turns().after("VN", BEFORE_MIDNIGHT) == MIDNIGHT
    with clock.freeze(MIDNIGHT):
        assert rule_packs_settle() == {"changed": 2}
        assert rule_packs_settle() == {"changed": 0}
    version.refresh_from_db()
    loaded.refresh_from_db()
    assert (version.status, loaded.status) == ("active", "retired")


def test_a_staged_activation_is_called_off(world: World, loaded: RulePackVersion) -> None:
    version = make_submitted(world, loaded)
    day = today_of(version) + timedelta(days=3)
    activation = rule_pack_activate(
        version=version, actor=world.ada, reason="Soon", active_from=day
    )
    rule_pack_activation_cancel(activation=activation, actor=world.ada, reason="Not yet law")
    version.refresh_from_db()
    assert version.status == "submitted"
    assert version_at(clock.now() + timedelta(days=5)) == loaded.version
    with pytest.raises(ConflictError):
        rule_pack_activation_cancel(activation=activation, actor=world.ada, reason="Again")


def test_what_is_in_force_is_not_called_off(world: World, loaded: RulePackVersion) -> None:
    with pytest.raises(ConflictError):
        rule_pack_activation_cancel(
            activation=loaded.activations.get(), actor=world.ada, reason="x"
        )


def test_an_earlier_version_comes_back_by_a_new_activation(
    world: World, loaded: RulePackVersion
) -> None:
    version = make_submitted(world, loaded)
    rule_pack_activate(version=version, actor=world.ada, reason="Right")
    assert version_at(clock.now()) == version.version
    rule_pack_activate(version=loaded, actor=world.ada, reason="It was better")
    assert version_at(clock.now()) == loaded.version
    assert loaded.activations.count() == 2


@pytest.mark.parametrize("days", [-1, -400])
def test_a_day_that_is_over_is_refused(world: World, loaded: RulePackVersion, days: int) -> None:
    version = make_submitted(world, loaded)
    day = today_of(version) + timedelta(days=days)
    with pytest.raises(InvalidError) as refused:
        rule_pack_activate(version=version, actor=world.ada, reason="x", active_from=day)
    assert refused.value.field == "active_from"


def test_every_step_needs_a_reason_and_is_audited(world: World, loaded: RulePackVersion) -> None:
    first = make_submitted(world, loaded)
    with pytest.raises(InvalidError):
        rule_pack_reject(version=first, actor=world.ada, reason=" ")
    rule_pack_reject(version=first, actor=world.ada, reason="No such law")
    second = make_draft(world, loaded)
    rule_pack_withdraw(version=second, actor=world.bob, reason="A mistake")
    actions = set(AuditEntry.objects.values_list("action", "detail__reason"))
    assert {
        ("rule_pack.drafted", "Quieter evenings"),
        ("rule_pack.submitted", "Quieter evenings"),
        ("rule_pack.rejected", "No such law"),
        ("rule_pack.withdrawn", "A mistake"),
    } <= actions


def test_two_windows_do_not_overwrite_each_other(world: World, loaded: RulePackVersion) -> None:
    draft = make_draft(world, loaded)
    with pytest.raises(ConflictError):
        rule_pack_change(
            version=draft,
            document={**draft.data, "note": "Another"},
            actor=world.bob,
            checksum=loaded.checksum,
            what="note",
        )


def test_a_draft_does_not_make_waiting_messages_be_decided_again(
    world: World, loaded: RulePackVersion
) -> None:
    book = rulebook()
    make_submitted(world, loaded)
    assert rulebook() is book
