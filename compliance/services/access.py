"""Gives and takes roles and API keys, and knows an API key again."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm, remove_perm

from compliance.access import ACCOUNT_ROLE_NAMES, PLATFORM_ROLE_NAMES
from compliance.constants import Role, Scope
from compliance.models import Account, ApiKey, Platform, User
from compliance.selectors.access import PREFIX, forget, has_role
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

_PLATFORM_ID = 1
_KEY_START = "sb_"
_PREFIX_LENGTH = len(_KEY_START) + 8
_USE_NOTED_EVERY = timedelta(minutes=1)


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


@transaction.atomic
def api_key_create(
    *,
    account: Account,
    name: str,
    scopes: Sequence[str],
    actor: User | None,
    allowed_addresses: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once: only its SHA-256 is kept.

    Raises InvalidError for an unknown scope or address, or an end that has passed.
    """
    _check_scopes(scopes)
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidError("expiry_past", _("Choose an end in the future."), field="expires_at")
    prefix = _KEY_START + secrets.token_hex(4)
    text = prefix + secrets.token_urlsafe(30)
    key = ApiKey.objects.create(
        account=account,
        name=name,
        prefix=prefix,
        key_hash=_digest(text),
        scopes=list(scopes),
        allowed_addresses=[_network(address) for address in allowed_addresses],
        created_by=actor,
        expires_at=expires_at,
    )
    audit.record(
        action="api_key.created",
        actor=actor,
        account_id=account.pk,
        subject=f"apikey:{key.pk}",
        detail={"name": name, "begins_with": prefix, "scopes": list(scopes)},
    )
    return key, text


def api_key_authenticate(key: str, remote_address: str) -> ApiKey:
    """The key whose text this is, with its account; its use is noted once a minute.

    Raises NotAllowedError: unknown, revoked or expired key, or an address it is not for.
    """
    found = ApiKey.objects.select_related("account").filter(prefix=key[:_PREFIX_LENGTH]).first()
    # Compared against something also when there is no such key, so that time tells nothing.
    if not hmac.compare_digest(found.key_hash if found else "0" * 64, _digest(key)) or not found:
        raise NotAllowedError("invalid_api_key", _("This API key is not known: check it."))
    now = clock.now()
    if found.revoked_at is not None:
        raise NotAllowedError("api_key_revoked", _("This API key was revoked: use another one."))
    if found.expires_at is not None and found.expires_at <= now:
        raise NotAllowedError("api_key_expired", _("This API key has expired: create a new one."))
    if not _is_allowed(remote_address, found.allowed_addresses):
        raise NotAllowedError(
            "address_not_allowed",
            _("This API key may not be used from this address: add it to the key's addresses."),
        )
    if found.last_used_at is None or now - found.last_used_at > _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


@transaction.atomic
def api_key_revoke(*, api_key: ApiKey, actor: User | None) -> None:
    """The key works no longer. Raises ConflictError when it was revoked before."""
    if not ApiKey.objects.filter(pk=api_key.pk, revoked_at=None).update(revoked_at=clock.now()):
        raise ConflictError("api_key_revoked", _("This API key is revoked already."))
    audit.record(
        action="api_key.revoked",
        actor=actor,
        account_id=api_key.account_id,
        subject=f"apikey:{api_key.pk}",
        detail={"name": api_key.name, "begins_with": api_key.prefix},
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_scopes(scopes: Sequence[str]) -> None:
    if not scopes or not set(scopes) <= set(Scope.values):
        raise InvalidError("unknown_scope", _("Choose at least one of the scopes."), field="scopes")


def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network(address.strip(), strict=False))
    except ValueError as error:
        raise InvalidError(
            "invalid_address",
            _("“%(address)s” is no IP address or network: write 203.0.113.7 or 203.0.113.0/24.")
            % {"address": address},
            field="allowed_addresses",
        ) from error


def _is_allowed(address: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)
