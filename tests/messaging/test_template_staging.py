"""Approvals for later: who puts them in force and when, and what the event log says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.models import AuditEntry
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.constants import VersionStatus
from messaging.models import Event, TemplateVersion, WebhookDelivery
from messaging.selectors.reviews import review_fingerprint
from messaging.services.templates import (
    version_activate,
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
    versions_activate_due,
)
from messaging.services.templates.steps import version_enforce
from messaging.services.webhook_planning import deliveries_schedule
from tests.factories import make_message, make_template_version, make_webhook
from tests.messaging.test_template_reviews import LABELLED, queue, written
from tests.messaging.threads import in_threads
from tests.world import World

pytestmark = pytest.mark.django_db
S = VersionStatus
HOUR = timedelta(hours=1)


def staged(world: World, **overrides: Any) -> TemplateVersion:
    version = written(world, **overrides)
    return version_approve(
        version=version,
        reviewer=world.bob,
        comment="Fine",
        activates_at=clock.now() + HOUR,
    )


def status_of(version: TemplateVersion) -> str:
    return TemplateVersion.objects.get(pk=version.pk).status


def events(world: World) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(account=world.account).order_by("sequence")
    return [(row.type, json.loads(row.body)["data"]) for row in rows]


def test_staged_version_leaves_the_former_one_in_force(world: World) -> None:
    former = written(world, S.APPROVED)
    before = versions.current()
    version = staged(world, template=former.template)
    assert (version.status, version.reviewer) == (S.STAGED, world.bob)
    assert status_of(former) == S.APPROVED
    assert versions.current() == before


def test_due_version_comes_into_force_and_retires_the_former(world: World) -> None:
    former = written(world, S.APPROVED)
    version = staged(world, template=former.template)
    before = versions.current()
    with clock.freeze(clock.now() + HOUR):
        assert versions_activate_due() == {"activated": 1, "withdrawn": 0}
        assert versions_activate_due() == {"activated": 0, "withdrawn": 0}
    assert (status_of(version), status_of(former)) == (S.APPROVED, S.RETIRED)
    assert versions.current() > before


def test_nothing_is_put_in_force_before_its_time(world: World) -> None:
    version = staged(world)
    with clock.freeze(clock.now() + HOUR - timedelta(seconds=5)):
        assert versions_activate_due()["activated"] == 0
    assert status_of(version) == S.STAGED


def test_activation_names_the_approver_and_the_plan(world: World) -> None:
    version = staged(world)
    with clock.freeze(clock.now() + HOUR):
        versions_activate_due()
    latest = version.history.first()
    assert (latest.history_user, latest.history_change_reason) == (world.bob, "activated: planned")
    entry = AuditEntry.objects.get(action="template_version.activated")
    assert (entry.actor, entry.detail["comment"]) == (world.bob, "planned")


def test_text_that_was_forbidden_meanwhile_is_withdrawn_by_the_system(world: World) -> None:
    former = written(world, S.APPROVED, message_class="marketing", body=LABELLED)
    version = staged(world, template=former.template, body="Sale!")
    rule_packs_load_shipped(actor=None)
    with clock.freeze(clock.now() + HOUR):
        assert versions_activate_due() == {"activated": 0, "withdrawn": 1}
    version.refresh_from_db()
    assert (version.status, status_of(former)) == (S.WITHDRAWN, S.APPROVED)
    assert "[QC]" in version.comment
    assert AuditEntry.objects.get(action="template_version.withdrawn").actor is None


def test_one_bad_version_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = staged(world), staged(world)
    real = version_enforce

    def refuse(version: TemplateVersion, *args: Any, **fields: Any) -> None:
        if version.pk == bad.pk:
            raise ConflictError("version_state", "No")
        real(version, *args, **fields)

    monkeypatch.setattr("messaging.services.templates.activations.version_enforce", refuse)
    with clock.freeze(clock.now() + HOUR):
        assert versions_activate_due()["activated"] == 1
    assert (status_of(bad), status_of(good)) == (S.STAGED, S.APPROVED)


@pytest.mark.django_db(transaction=True)
def test_several_beats_put_a_version_in_force_once(world: World) -> None:
    former = written(world, S.APPROVED)
    version = staged(world, template=former.template)
    TemplateVersion.objects.filter(pk=version.pk).update(activates_at=clock.now() - HOUR)
    done = in_threads(4, lambda _number: versions_activate_due())
    assert sum(one["activated"] for one in done) == 1
    assert (status_of(version), status_of(former)) == (S.APPROVED, S.RETIRED)
    assert AuditEntry.objects.filter(action="template_version.activated").count() == 1


def test_activating_now_retires_the_former(world: World) -> None:
    former = written(world, S.APPROVED)
    version = version_activate(version=staged(world, template=former.template), reviewer=world.bob)
    assert (version.status, status_of(former)) == (S.APPROVED, S.RETIRED)
    assert version.activates_at is not None
    assert version.activates_at <= clock.now()


def test_only_staged_versions_are_activated(world: World) -> None:
    with pytest.raises(ConflictError):
        version_activate(version=written(world), reviewer=world.bob)


@pytest.mark.parametrize("who", ["alice", "ines", "charlie", "olga", "ada"])
def test_activating_now_is_a_reviewers_decision(world: World, who: str) -> None:
    with pytest.raises(NotAllowedError):
        version_activate(version=staged(world), reviewer=getattr(world, who))


@pytest.mark.parametrize(
    ("away", "code"),
    [(timedelta(0), "time_is_over"), (-HOUR, "time_is_over"), (400 * 24 * HOUR, "time_too_far")],
)
def test_time_of_activation_is_ahead_and_near(world: World, away: timedelta, code: str) -> None:
    version = written(world)
    with clock.freeze(clock.now()) as now, pytest.raises(InvalidError) as caught:
        version_approve(version=version, reviewer=world.bob, activates_at=now + away)
    assert (caught.value.code, caught.value.field) == (code, "activates_at")
    assert status_of(version) == S.SUBMITTED


@pytest.mark.parametrize("activates_at", [None, HOUR])
def test_nothing_else_is_approved_while_a_version_is_staged(
    world: World, activates_at: timedelta | None
) -> None:
    first = staged(world)
    other = written(world, template=first.template)
    with pytest.raises(ConflictError) as caught:
        version_approve(
            version=other,
            reviewer=world.bob,
            activates_at=clock.now() + activates_at if activates_at else None,
        )
    assert caught.value.code == "another_staged"
    assert (status_of(first), status_of(other)) == (S.STAGED, S.SUBMITTED)


def test_withdrawn_staged_version_never_starts(world: World) -> None:
    version = staged(world)
    with pytest.raises(InvalidError):
        version_withdraw(version=version, actor=world.bob)
    assert version_withdraw(version=version, actor=world.bob, comment="Too early").stopped == 0
    with clock.freeze(clock.now() + 2 * HOUR):
        assert versions_activate_due()["activated"] == 0
    assert status_of(version) == S.WITHDRAWN


def test_withdrawal_of_a_retired_version_counts_what_it_stops(world: World) -> None:
    version = written(world, S.RETIRED)
    queue(make_message(world.account, template_version=version), "messaging_waiting")
    before = versions.current()
    with pytest.raises(InvalidError):
        version_withdraw(version=version, actor=world.bob)
    assert version_withdraw(version=version, actor=world.bob, comment="Wrong").stopped == 1
    assert versions.current() > before


def test_approval_of_what_was_not_seen_is_refused(world: World) -> None:
    version = written(world, message_class="marketing", body="[QC] Sale.")
    seen = review_fingerprint(version)
    rule_packs_load_shipped(actor=None)
    with pytest.raises(ConflictError) as caught:
        version_approve(version=version, reviewer=world.bob, seen=seen)
    assert caught.value.code == "review_changed"
    assert status_of(version) == S.SUBMITTED


def test_approval_of_what_was_seen_passes(world: World) -> None:
    version = written(world)
    seen = review_fingerprint(version)
    assert version_approve(version=version, reviewer=world.bob, seen=seen).status == S.APPROVED


def test_comparison_with_another_version_in_force_is_another_view(world: World) -> None:
    former = written(world, S.APPROVED)
    version = written(world, template=former.template)
    seen = review_fingerprint(version)
    version_withdraw(version=former, actor=world.bob, comment="Old")
    assert review_fingerprint(version) != seen


def test_event_log_tells_of_a_review(world: World) -> None:
    version = version_submit(version=written(world, S.DRAFT), actor=world.alice)
    version_approve(version=version, reviewer=world.bob, comment=" Fine ")
    version_withdraw(version=version, actor=world.bob, comment="Old")
    told = events(world)
    assert [name for name, _ in told] == [
        "template.submitted",
        "template.approved",
        "template.withdrawn",
    ]
    assert told[1][1] == {
        "template": version.template.slug,
        "version": 1,
        "class": "care",
        "status": "approved",
        "comment": "Fine",
        "activates_at": None,
    }


def test_event_log_tells_of_a_rejection_with_its_comment(world: World) -> None:
    version_reject(version=written(world), reviewer=world.bob, comment="Wrong price")
    [(name, data)] = events(world)
    assert (name, data["status"], data["comment"]) == (
        "template.rejected",
        "rejected",
        "Wrong price",
    )


def test_event_log_tells_of_staging_and_of_the_start(world: World) -> None:
    version = staged(world)
    with clock.freeze(clock.now() + HOUR):
        versions_activate_due()
    told = [(name, data["status"]) for name, data in events(world)]
    assert told == [("template.approved", "staged"), ("template.approved", "approved")]
    assert version.activates_at is not None
    assert events(world)[0][1]["activates_at"] == version.activates_at.isoformat()


def test_refused_review_tells_nothing(world: World) -> None:
    make_template_version(world.account, status=S.DRAFT)
    with pytest.raises(ConflictError):
        version_reject(version=written(world, S.DRAFT), reviewer=world.bob, comment="No")
    assert events(world) == []


def test_webhook_gets_the_events_of_templates_it_asked_for(world: World) -> None:
    make_webhook(world.account, event_types=["template.rejected"])
    version_submit(version=written(world, S.DRAFT), actor=world.alice)
    version_reject(version=written(world), reviewer=world.bob, comment="Wrong price")
    deliveries_schedule()
    assert list(WebhookDelivery.objects.values_list("type", flat=True)) == ["template.rejected"]
