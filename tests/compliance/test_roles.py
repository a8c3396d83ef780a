"""Roles are object permissions on an account or the platform, and nothing else grants anything."""

import pytest

from compliance.access import ROLE_GRANTS, permission_of
from compliance.constants import Role
from compliance.models import AuditEntry, User
from compliance.selectors.access import (
    accounts_for,
    has_role,
    permitted_accounts,
    platform_roles,
    zone_of,
)
from compliance.services.access import role_grant, role_revoke
from config.common.errors import InvalidError, NotAllowedError
from tests.factories import make_account, make_contact, make_template_version, make_user
from tests.world import World

pytestmark = pytest.mark.django_db


def test_marketer_may_edit_contacts_of_the_account_only(world: World) -> None:
    own, foreign = make_contact(world.account), make_contact(world.other_account)
    assert world.alice.has_perm("campaigns.change_contact")
    assert world.alice.has_perm("campaigns.change_contact", own)
    assert not world.alice.has_perm("campaigns.change_contact", foreign)


def test_role_reaches_objects_through_their_path(world: World) -> None:
    version = make_template_version(world.account)
    assert world.bob.has_perm("messaging.review_templateversion", version)
    assert not world.alice.has_perm("messaging.review_templateversion", version)
    assert not world.charlie.has_perm("messaging.view_templateversion", version)


def test_different_roles_in_two_accounts_do_not_mix(world: World) -> None:
    role_grant(user=world.charlie, role=Role.OFFICER, account=world.account, actor=world.ada)
    contact = make_contact(world.account)
    assert world.charlie.has_perm("campaigns.view_contact", contact)
    assert not world.charlie.has_perm("campaigns.change_contact", contact)
    assert world.charlie.has_perm("campaigns.change_contact", make_contact(world.other_account))


def test_operator_reaches_every_account_but_no_template(world: World) -> None:
    assert permitted_accounts(world.olga, "routing.change_sender") is None
    assert permitted_accounts(world.olga, "messaging.view_message") is None  # without its text
    assert not world.olga.has_perm("messaging.view_templateversion")
    assert not world.olga.has_perm("messaging.cancel_message")


def test_no_role_allows_nothing(db: None) -> None:
    nobody = make_user()
    assert nobody.get_all_permissions() == set()
    assert not nobody.has_module_perms("campaigns")


def test_inactive_person_has_no_roles_left(world: World) -> None:
    world.alice.is_active = False
    assert not world.alice.has_perm("campaigns.view_contact", make_contact(world.account))
    assert accounts_for(world.alice) == frozenset()


def test_guardian_asks_the_same_backend(world: World) -> None:
    assert world.alice.has_perm("compliance.act_as_marketer", world.account)
    assert not world.alice.has_perm("compliance.act_as_marketer", world.other_account)
    assert not world.alice.has_perm("compliance.act_as_operator")


def test_selectors_tell_roles(world: World) -> None:
    assert accounts_for(world.alice, Role.MARKETER) == {world.account.pk}
    assert accounts_for(world.alice, Role.OFFICER) == frozenset()
    assert platform_roles(world.olga) == {"operator"}
    assert has_role(world.bob, Role.OFFICER, world.account.pk)
    assert not has_role(world.bob, Role.OFFICER, world.other_account.pk)


def test_zone_is_that_of_the_first_account(world: World) -> None:
    assert zone_of(world.alice) == "Asia/Ho_Chi_Minh"
    assert zone_of(world.olga) is None


def test_roles_and_zone_cost_one_query(world: World, django_assert_num_queries: object) -> None:
    user = User.objects.get(pk=world.alice.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        accounts_for(user)
        zone_of(user)
        user.has_perm("campaigns.view_contact")


def test_grant_and_revoke_are_audited(world: World) -> None:
    user = make_user()
    role_grant(user=user, role=Role.MARKETER, account=world.account, actor=world.ada)
    assert user.is_staff
    role_revoke(user=user, role=Role.MARKETER, account=world.account, actor=world.ada)
    assert not has_role(user, Role.MARKETER)
    entries = AuditEntry.objects.filter(subject=f"user:{user.pk}").order_by("id")
    assert [(one.action, one.actor) for one in entries] == [
        ("role.granted", world.ada),
        ("role.revoked", world.ada),
    ]


def test_only_administrators_give_roles(world: World) -> None:
    with pytest.raises(NotAllowedError):
        role_grant(user=world.alice, role=Role.OFFICER, account=world.account, actor=world.alice)


def test_administrator_keeps_the_own_role(world: World) -> None:
    with pytest.raises(NotAllowedError):
        role_revoke(user=world.ada, role=Role.ADMINISTRATOR, actor=world.ada)


@pytest.mark.parametrize(
    ("role", "on_account", "code"),
    [
        (Role.MARKETER, False, "role_needs_account"),
        (Role.OPERATOR, True, "role_is_of_platform"),
        ("king", True, "unknown_role"),
    ],
)
def test_role_must_fit_its_holder(world: World, role: str, on_account: bool, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        role_grant(
            user=world.alice,
            role=role,
            account=make_account() if on_account else None,
            actor=world.ada,
        )
    assert caught.value.code == code


def test_every_role_is_described() -> None:
    assert set(ROLE_GRANTS) == set(Role.values)
    assert permission_of("messaging.message", "view") == "messaging.view_message"
