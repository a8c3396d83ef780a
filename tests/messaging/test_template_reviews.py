"""The review of a version: every change of state, and who may make it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from compliance.constants import Role
from compliance.models import AuditEntry, User
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock, versions
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from messaging.constants import VERSION_TRANSITIONS, VersionStatus
from messaging.models import Dispatch, Template, TemplateVersion
from messaging.selectors.findings import text_findings
from messaging.selectors.templates import unsent_count
from messaging.services.templates import (
    version_activate,
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
)
from tests.factories import (
    make_member,
    make_message,
    make_sender,
    make_template,
    make_template_version,
    make_user,
)
from tests.world import World

pytestmark = pytest.mark.django_db
S = VersionStatus
LABELLED = "[QC] Sale. Tu choi, soan TC gui 53849"

DEEDS: dict[str, Callable[[TemplateVersion, World], Any]] = {
    S.SUBMITTED: lambda version, world: version_submit(version=version, actor=world.alice),
    S.STAGED: lambda version, world: version_approve(
        version=version, reviewer=world.bob, activates_at=clock.now() + timedelta(hours=1)
    ),
    S.APPROVED: lambda version, world: (
        version_activate(version=version, reviewer=world.bob)
        if version.status == S.STAGED
        else version_approve(version=version, reviewer=world.bob)
    ),
    S.REJECTED: lambda version, world: version_reject(
        version=version, reviewer=world.bob, comment="Wrong price"
    ),
    S.WITHDRAWN: lambda version, world: version_withdraw(
        version=version, actor=world.bob, comment="Campaign is over"
    ),
}


def written(world: World, status: str = S.SUBMITTED, **overrides: Any) -> TemplateVersion:
    overrides = {"author": world.alice} | overrides
    return make_template_version(world.account, status=status, **overrides)


@pytest.mark.parametrize("to", DEEDS)
@pytest.mark.parametrize("status", VersionStatus.values)
def test_matrix_of_transitions(world: World, status: str, to: str) -> None:
    version = written(world, status)
    if to in VERSION_TRANSITIONS[status]:
        DEEDS[to](version, world)
        assert TemplateVersion.objects.get(pk=version.pk).status == to
        return
    with pytest.raises(ConflictError):
        DEEDS[to](version, world)
    assert TemplateVersion.objects.get(pk=version.pk).status == status


def test_table_is_what_the_services_do() -> None:
    reached = {to for targets in VERSION_TRANSITIONS.values() for to in targets}
    assert reached == {*DEEDS, S.RETIRED}  # retired: by the approval of the next


@pytest.mark.parametrize(
    ("to", "allowed"),
    [
        (S.SUBMITTED, {"alice"}),
        (S.APPROVED, {"bob"}),
        (S.REJECTED, {"bob"}),
        (S.WITHDRAWN, {"alice", "bob"}),
    ],
)
@pytest.mark.parametrize("who", ["alice", "bob", "ines", "charlie", "olga", "ada"])
def test_who_may(world: World, who: str, to: str, allowed: set[str]) -> None:
    person = getattr(world, who)
    version = written(world, S.DRAFT if to == S.SUBMITTED else S.SUBMITTED)
    deeds: dict[str, Callable[[], Any]] = {
        S.SUBMITTED: lambda: version_submit(version=version, actor=person),
        S.APPROVED: lambda: version_approve(version=version, reviewer=person),
        S.REJECTED: lambda: version_reject(version=version, reviewer=person, comment="No"),
        S.WITHDRAWN: lambda: version_withdraw(version=version, actor=person),
    }
    if who in allowed:
        deeds[to]()
        return
    with pytest.raises(NotAllowedError):
        deeds[to]()


def test_officer_of_another_account_cannot_approve(world: World) -> None:
    dave = make_member(Role.OFFICER, world.other_account, "dave")
    with pytest.raises(NotAllowedError) as caught:
        version_approve(version=written(world), reviewer=dave)
    assert caught.value.code == "role_missing"


def test_author_cannot_approve_own_with_the_officers_role_too(world: World) -> None:
    erin = make_member(Role.OFFICER, world.account, "erin")
    with pytest.raises(NotAllowedError) as caught:
        version_approve(version=written(world, author=erin), reviewer=erin)
    assert caught.value.code == "own_version"


@pytest.mark.parametrize("deed", [version_approve, version_reject])
def test_author_cannot_review_own_as_superuser(world: World, deed: Any) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    with pytest.raises(NotAllowedError) as caught:
        deed(version=written(world, author=root), reviewer=root, comment="Fine")
    assert caught.value.code == "own_version"


def test_the_database_refuses_an_author_as_reviewer(world: World) -> None:
    version = written(world)
    with pytest.raises(IntegrityError, match="author_is_not_reviewer"), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(reviewer=world.alice)


def test_approval_says_who_when_and_why(world: World) -> None:
    version = version_approve(version=written(world), reviewer=world.bob, comment=" Fine ")
    assert (version.reviewer, version.comment) == (world.bob, "Fine")
    assert version.reviewed_at is not None
    latest = version.history.first()
    assert (latest.history_user, latest.history_change_reason) == (world.bob, "approved:  Fine ")
    entry = AuditEntry.objects.get(action="template_version.approved")
    assert (entry.actor, entry.account) == (world.bob, world.account)


def test_approval_retires_the_former_version(world: World) -> None:
    former = written(world, S.APPROVED)
    version = written(world, template=former.template)
    before = versions.current()
    version_approve(version=version, reviewer=world.bob)
    former.refresh_from_db()
    assert former.status == S.RETIRED
    assert former.history.first().history_user == world.bob
    assert versions.current() > before


def test_refused_approval_leaves_the_former_version(world: World) -> None:
    former = written(world, S.APPROVED)
    draft = written(world, S.DRAFT, template=former.template)
    with pytest.raises(ConflictError):
        version_approve(version=draft, reviewer=world.bob)
    former.refresh_from_db()
    assert former.status == S.APPROVED


def test_two_approved_versions_cannot_stand(world: World) -> None:
    former = written(world, S.APPROVED)
    with pytest.raises(IntegrityError, match="template_one_approved"), transaction.atomic():
        written(world, S.APPROVED, template=former.template)


def test_one_version_of_a_template_waits_for_review(world: World) -> None:
    waiting = written(world)
    draft = written(world, S.DRAFT, template=waiting.template)
    with pytest.raises(ConflictError) as caught:
        version_submit(version=draft, actor=world.alice)
    assert caught.value.code == "review_open"


def test_rejection_needs_a_comment(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        version_reject(version=written(world), reviewer=world.bob, comment=" ")
    assert caught.value.field == "comment"


def test_withdrawal_of_an_approved_version_needs_a_reason(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        version_withdraw(version=written(world, S.APPROVED), actor=world.bob)
    assert caught.value.field == "comment"


@pytest.mark.parametrize("field", ["body", "slots", "author", "template", "number"])
@pytest.mark.parametrize("status", [one for one in VersionStatus if one != S.DRAFT])
def test_the_database_refuses_to_change_a_submitted_version(
    world: World, status: str, field: str
) -> None:
    version = written(world, status)
    other: dict[str, Any] = {
        "body": "Other",
        "slots": [{"name": "a"}],
        "author": make_user(),
        "template": make_template(world.account),
        "number": 77,
    }
    with pytest.raises(IntegrityError, match="was submitted and stays"), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(**{field: other[field]})


def test_the_database_refuses_a_way_back_to_draft_and_deletion(world: World) -> None:
    version = written(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(status=S.DRAFT)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
    written(world, S.DRAFT).delete()


def test_the_database_keeps_the_class_that_was_reviewed(world: World) -> None:
    template = written(world).template
    with pytest.raises(IntegrityError, match="was reviewed"), transaction.atomic():
        Template.objects.filter(pk=template.pk).update(message_class="otp")
    assert Template.objects.filter(pk=template.pk).update(name="Other name")


def queue(message: Any, table: str) -> None:
    columns = (
        "id, lane, account_id, advertiser_id, msisdn, carrier_id, rules_version"
        if table == "messaging_dispatch"
        else "id, lane, account_id, advertiser_id, msisdn, due_at, reason"
    )
    last: tuple[Any, ...] = (0, 1) if table == "messaging_dispatch" else (clock.now(), "send_at")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES (%s, 2, %s, %s, %s, %s, %s)",
            [message.pk, message.account_id, message.advertiser_id, message.msisdn, *last],
        )


def test_withdrawal_counts_what_it_stops(world: World) -> None:
    version, other = written(world, S.APPROVED), written(world, S.APPROVED)
    for one, table in (
        (version, "messaging_dispatch"),
        (version, "messaging_waiting"),
        (other, "messaging_waiting"),
    ):
        queue(make_message(world.account, template_version=one), table)
    leaving = make_message(world.account, template_version=version)
    queue(leaving, "messaging_dispatch")
    Dispatch.objects.filter(id=leaving.pk).update(bind_id=1)
    make_message(world.account, template_version=version, status="sent")
    before = versions.current()
    withdrawal = version_withdraw(version=version, actor=world.bob, comment="Price was wrong")
    assert withdrawal.stopped == 2
    assert withdrawal.version.status == S.WITHDRAWN
    assert versions.current() > before
    assert unsent_count(other) == 1


def test_marketing_text_without_label_is_not_approved_in_vietnam(world: World) -> None:
    rule_packs_load_shipped(actor=None)
    version = written(world, message_class="marketing", body="Sale!")
    with pytest.raises(NotAllowedError) as caught:
        version_approve(version=version, reviewer=world.bob)
    assert caught.value.code == "content_rule"
    good = written(world, message_class="marketing", body=LABELLED)
    assert version_approve(version=good, reviewer=world.bob).status == S.APPROVED


def test_text_that_one_of_the_accounts_countries_allows_is_approved(world: World) -> None:
    rule_packs_load_shipped(actor=None)
    for country, address in (("VN", "53849"), ("US", "53850")):
        make_sender(world.account, country=country, address=address)
    body = "Harbor: lattes half price. Reply STOP to opt out, HELP for help. Msg&data rates apply."
    version = written(world, message_class="marketing", body=body)
    found = {one.country: one.is_blocked for one in text_findings(world.account, body, "marketing")}
    assert found == {"US": False, "VN": True}
    assert version_approve(version=version, reviewer=world.bob).status == S.APPROVED


def test_repeating_a_deed_changes_nothing(world: World) -> None:
    version = written(world)
    version_approve(version=version, reviewer=world.bob)
    reviewed_at = version.reviewed_at
    with clock.freeze(clock.now() + timedelta(hours=1)), pytest.raises(DomainError):
        version_approve(version=version, reviewer=world.bob)
    version.refresh_from_db()
    assert version.reviewed_at == reviewed_at


def test_inactive_officer_cannot_approve(world: World) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_active=False)
    with pytest.raises(NotAllowedError):
        version_approve(version=written(world), reviewer=User.objects.get(pk=world.bob.pk))
