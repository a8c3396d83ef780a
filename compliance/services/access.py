"""Gives and takes roles."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm, remove_perm

from compliance.access import ACCOUNT_ROLE_NAMES, PLATFORM_ROLE_NAMES
from compliance.constants import Role
from compliance.models import Account, Platform, User
from compliance.selectors.access import PREFIX, access_of, forget, has_role
from config.common import audit
from config.common.errors import InvalidError, NotAllowedError

_PLATFORM_ID = 1


def _holder(role: str, account: Account | None) -> Account | Platform:
    """What the role is held on. Raises InvalidError where role and account do not fit."""
    if role in ACCOUNT_ROLE_NAMES and account is not None:
        return account
    if role in PLATFORM_ROLE_NAMES and account is None:
        return Platform.objects.get(pk=_PLATFORM_ID)
    if role in ACCOUNT_ROLE_NAMES:
        raise InvalidError(
            "role_needs_account", _("This role is held on an account: choose one."), field="account"
        )
    if role in PLATFORM_ROLE_NAMES:
        raise InvalidError(
            "role_is_of_platform",
            _("This role is held on the platform: leave the account empty."),
            field="account",
        )
    raise InvalidError("unknown_role", _("There is no such role."), field="role")


def _require_administrator(actor: User | None) -> None:
    """None is the system itself (the first run, a command on the machine)."""
    if actor is None or actor.is_superuser or has_role(actor, Role.ADMINISTRATOR):
        return
    raise NotAllowedError("administrators_only", _("Only administrators give and take roles."))


@transaction.atomic
def role_grant(
    *, user: User, role: str, account: Account | None = None, actor: User | None
) -> None:
    """Lets `user` act in `role` on the account, or on the platform; repeating is harmless.

    `actor` None is the system. Raises NotAllowedError unless the actor is an administrator,
    InvalidError where role and account do not fit together.
    """
    _require_administrator(actor)
    assign_perm(f"compliance.{PREFIX}{role}", user, _holder(role, account))
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    forget(user)
    _record("role.granted", user, role, account, actor)


@transaction.atomic
def role_revoke(
    *, user: User, role: str, account: Account | None = None, actor: User | None
) -> None:
    """Takes the role away; repeating is harmless. Errors as in `role_grant`."""
    _require_administrator(actor)
    if role == Role.ADMINISTRATOR and actor == user:
        raise NotAllowedError(
            "own_administrator_role",
            _("You cannot take the administrator role from yourself: ask another administrator."),
        )
    remove_perm(f"compliance.{PREFIX}{role}", user, _holder(role, account))
    forget(user)
    _record("role.revoked", user, role, account, actor)


@transaction.atomic
def roles_set(*, user: User, roles: Collection[tuple[str, int | None]], actor: User | None) -> None:
    """Makes (role, account id) pairs the person's only roles. Errors as in `role_grant`."""
    present, wanted = access_of(user).roles, frozenset(roles)
    ids = {account_id for _role, account_id in present ^ wanted if account_id is not None}
    accounts = Account.objects.in_bulk(ids)
    for change, pairs in ((role_revoke, present - wanted), (role_grant, wanted - present)):
        for role, account_id in sorted(pairs, key=str):
            account = None if account_id is None else accounts[account_id]
            change(user=user, role=role, account=account, actor=actor)


def _record(
    action: str, user: User, role: str, account: Account | None, actor: User | None
) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=account.pk if account else None,
        subject=f"user:{user.pk}",
        detail={"role": role, "username": user.username},
    )
