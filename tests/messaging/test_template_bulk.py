"""Approving several versions at once: alike ones, all or none."""

from typing import Any

import pytest

from compliance.constants import Role
from compliance.selectors.rules import rulebook
from compliance.services.access import role_grant
from compliance.services.rules import rule_packs_load_shipped
from config.common.errors import ConflictError, InvalidError
from messaging.constants import VersionStatus
from messaging.models import Event, TemplateVersion
from messaging.selectors.reviews import review_fingerprint
from messaging.services.templates import (
    bulk_review,
    version_reject,
    version_withdraw,
    versions_approve,
)
from messaging.services.templates.reviews import version_pass
from routing.models import NetworkTextRule
from tests.factories import make_network, make_template_version
from tests.messaging.test_template_reviews import LABELLED, written
from tests.world import World

pytestmark = pytest.mark.django_db
S = VersionStatus


def approve(world: World, *versions: TemplateVersion, **overrides: Any) -> list[TemplateVersion]:
    ids = [one.pk for one in versions]
    seen = overrides.pop("seen", None) or bulk_review(ids, world.bob).fingerprint
    values: dict[str, Any] = {
        "version_ids": ids,
        "reviewer": world.bob,
        "comment": "Alike",
        "seen": seen,
    }
    return versions_approve(**(values | overrides))


def foreign_version(world: World) -> TemplateVersion:
    return make_template_version(world.other_account, status=S.SUBMITTED, author=world.charlie)


def text_rule(**values: Any) -> None:
    NetworkTextRule.objects.create(network=make_network("viettel"), message_class="care", **values)


def codes(world: World, *versions: TemplateVersion) -> list[tuple[int, str]]:
    review = bulk_review([one.pk for one in versions], world.bob)
    return [(one.version.pk, one.code) for one in review.obstacles]


def statuses(*versions: TemplateVersion) -> list[str]:
    return [TemplateVersion.objects.get(pk=one.pk).status for one in versions]


def test_alike_versions_are_approved_with_a_shared_comment(world: World) -> None:
    first, second = written(world), written(world, body="Other words.")
    approved = approve(world, second, first)
    assert [one.pk for one in approved] == [first.pk, second.pk]
    assert {(one.reviewer, one.comment) for one in approved} == {(world.bob, "Alike")}
    assert [one.history.first().history_user for one in approved] == [world.bob] * 2


def test_versions_of_two_classes_do_not_go_together(world: World) -> None:
    versions = [written(world), written(world), written(world, message_class="otp")]
    assert codes(world, *versions) == [(versions[2].pk, "other_class")]
    with pytest.raises(ConflictError) as caught:
        approve(world, *versions)
    assert caught.value.code == "not_alike"
    assert statuses(*versions) == [S.SUBMITTED] * 3


def test_versions_of_other_findings_do_not_go_together(world: World) -> None:
    rule_packs_load_shipped(actor=None)
    good = [written(world, message_class="marketing", body=LABELLED) for _ in range(2)]
    bad = written(world, message_class="marketing", body="Sale!")
    review = bulk_review([one.pk for one in (*good, bad)], world.bob)
    [obstacle] = review.obstacles
    assert (obstacle.version.pk, obstacle.code) == (bad.pk, "blocked")
    assert obstacle.detail


def test_obstacle_says_which_findings_differ(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rule_packs_load_shipped(actor=None)
    versions = [written(world, message_class="marketing", body=LABELLED) for _ in range(2)]
    other = written(world, message_class="marketing", body="Sale!")
    monkeypatch.setattr("messaging.selectors.reviews.is_blocked_everywhere", lambda _found: False)
    [obstacle] = bulk_review([one.pk for one in (*versions, other)], world.bob).obstacles
    assert obstacle.code == "other_findings"
    assert all(word.startswith("+ VN ") and "(block)" in word for word in obstacle.detail)


def test_own_version_stops_all(world: World) -> None:
    role_grant(user=world.bob, role=Role.MARKETER, account=world.account, actor=None)
    own, other = written(world, author=world.bob), written(world)
    assert codes(world, own, other) == [(own.pk, "own_version")]
    with pytest.raises(ConflictError):
        approve(world, own, other)
    assert statuses(own, other) == [S.SUBMITTED] * 2


def test_version_of_an_account_without_the_role_stops_all(world: World) -> None:
    foreign, own = foreign_version(world), written(world)
    assert codes(world, foreign, own) == [(foreign.pk, "role_missing")]
    with pytest.raises(ConflictError):
        approve(world, foreign, own)
    assert statuses(foreign, own) == [S.SUBMITTED] * 2


def test_versions_of_two_accounts_go_together_for_their_officer(world: World) -> None:
    role_grant(user=world.bob, role=Role.OFFICER, account=world.other_account, actor=None)
    foreign, own = foreign_version(world), written(world)
    approve(world, foreign, own)
    assert statuses(foreign, own) == [S.APPROVED] * 2
    assert set(Event.objects.values_list("account", "type")) == {
        (world.account.pk, "template.approved"),
        (world.other_account.pk, "template.approved"),
    }


def test_version_that_was_decided_meanwhile_stops_all(world: World) -> None:
    first, second = written(world), written(world)
    seen = bulk_review([first.pk, second.pk], world.bob).fingerprint
    version_reject(version=second, reviewer=world.bob, comment="Wrong")
    with pytest.raises(ConflictError):
        approve(world, first, second, seen=seen)
    assert statuses(first) == [S.SUBMITTED]


def test_rules_that_changed_since_the_page_was_opened_stop_all(world: World) -> None:
    former = written(world, S.APPROVED)
    versions = [written(world, template=former.template), written(world)]
    seen = bulk_review([one.pk for one in versions], world.bob).fingerprint
    version_withdraw(version=former, actor=world.bob, comment="Old")
    with pytest.raises(ConflictError) as caught:
        approve(world, *versions, seen=seen)
    assert caught.value.code == "review_changed"
    assert statuses(*versions) == [S.SUBMITTED] * 2


def test_failure_of_one_leaves_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = written(world), written(world)
    real = version_pass

    def fail(version: TemplateVersion, *args: Any) -> None:
        real(version, *args)
        if version.pk == second.pk:
            raise ConflictError("version_state", "No")

    monkeypatch.setattr("messaging.services.templates.bulk.version_pass", fail)
    with pytest.raises(ConflictError):
        approve(world, first, second)
    assert statuses(first, second) == [S.SUBMITTED] * 2


@pytest.mark.parametrize(("count", "code"), [(0, "nothing_chosen"), (101, "too_many")])
def test_none_and_too_many_are_refused(world: World, count: int, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        versions_approve(version_ids=list(range(count)), reviewer=world.bob, comment="", seen="x")
    assert caught.value.code == code


def test_many_versions_are_judged_with_as_many_queries_as_few(
    world: World, django_assert_max_num_queries: Any
) -> None:
    ids = [written(world, author=world.alice).pk for _ in range(12)]
    rulebook()
    with django_assert_max_num_queries(12):
        assert bulk_review(ids, world.bob).obstacles == ()


def test_what_networks_refuse_makes_versions_differ(world: World) -> None:
    text_rule(refused_characters="%")
    alike = [written(world), written(world)]
    odd = written(world, body="Up to 50% off.")
    [obstacle] = bulk_review([one.pk for one in (*alike, odd)], world.bob).obstacles
    assert (obstacle.version.pk, obstacle.code) == (odd.pk, "other_findings")
    assert obstacle.detail == ("+ VN network.viettel.care.characters (warn)",)


def test_rule_of_a_network_that_changed_is_another_view(world: World) -> None:
    version = written(world)
    seen = review_fingerprint(version)
    text_rule(adds_before="(CSKH) ")
    assert review_fingerprint(version) != seen
