"""API keys: made, changed, revoked, and known again when they are used."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import ACCOUNT_SCOPES, PLATFORM_SCOPES, Role, Scope
from compliance.models import Account, ApiKey, ApiKeyAddress, User
from compliance.selectors.access import platform_roles
from compliance.services.checks import country_checked
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

_KEY_START = "sb_"
_PREFIX_LENGTH = len(_KEY_START) + 8
_USE_NOTED_EVERY = timedelta(minutes=1)
_MOST_KNOWN_PLACES = 10_000
_known_places: set[tuple[str, str]] = set()  # of this process; the table knows all
# Of this process: keys as read from these rows. A row that changes gets another xmin, and where
# the number of a transaction comes again after four billion, another place (ctid).
_known_keys: dict[str, tuple[tuple[Any, ...], ApiKey]] = {}
_KEY_ROWS = """
SELECT k.id, k.xmin::text, k.ctid::text, a.xmin::text, a.ctid::text
FROM compliance_apikey k LEFT JOIN compliance_account a ON a.id = k.account_id
WHERE k.prefix = %s
"""


@transaction.atomic
def api_key_create(
    *,
    account: Account | None,
    name: str,
    scopes: Sequence[str],
    actor: User | None,
    allowed_addresses: Sequence[str] = (),
    expires_at: datetime | None = None,
    country: str = "",
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once: only its SHA-256 is kept. Without an
    account it is the platform's, which only an administrator (or the system) makes.

    Raises InvalidError for an unknown scope or address, or an end that has passed, and
    NotAllowedError for somebody else's key of the platform.
    """
    if account is None and actor is not None and not _is_administrator(actor):
        raise NotAllowedError(
            "administrators_only",
            _("Only administrators make keys of the platform: choose an account."),
            field="account",
        )
    _check_scopes(scopes, is_platform=account is None)
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
        country=country_checked(country),
    )
    audit.record(
        action="api_key.created",
        actor=actor,
        account_id=account.pk if account else None,
        subject=f"apikey:{key.pk}",
        detail={"name": name, "begins_with": prefix, "scopes": list(scopes)},
    )
    return key, text


@transaction.atomic
def api_key_change(
    *,
    api_key: ApiKey,
    name: str,
    scopes: Sequence[str],
    allowed_addresses: Sequence[str],
    expires_at: datetime | None,
    country: str = "",
    actor: User | None,
) -> None:
    """Renames or limits a key; its text stays. Errors as in `api_key_create`, and ConflictError
    when the key was revoked."""
    networks = [_network(address) for address in allowed_addresses]
    found = ApiKey.objects.select_for_update().get(pk=api_key.pk)
    if found.revoked_at is not None:
        raise ConflictError("api_key_revoked", _("This API key is revoked already."))
    _check_scopes(scopes, is_platform=found.account_id is None)
    found.name, found.scopes = name, list(scopes)
    found.allowed_addresses, found.expires_at = networks, expires_at
    found.country = country_checked(country)
    found.save()
    audit.record(
        action="api_key.changed",
        actor=actor,
        account_id=found.account_id,
        subject=f"apikey:{found.pk}",
        detail={"name": name, "scopes": list(scopes), "addresses": networks},
    )


def api_key_authenticate(key: str, remote_address: str) -> ApiKey:
    """The key whose text this is, with its account; its use is noted once a minute.

    Raises NotAllowedError: unknown, revoked or expired key, or an address it is not for.
    """
    found = _key_find(key[:_PREFIX_LENGTH])
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
    _address_note(found, remote_address, now)
    if found.last_used_at is None or now - found.last_used_at > _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _key_find(prefix: str) -> ApiKey | None:
    """The key with its account, as they are in the database now. Each request asks whether the
    rows are still those that were read last; reading them into models costs ten times as much."""
    with connection.cursor() as cursor:
        cursor.execute(_KEY_ROWS, [prefix])
        rows = cursor.fetchone()
    if rows is None:
        return None
    known = _known_keys.get(prefix)
    if known is None or known[0] != rows:
        found = ApiKey.objects.select_related("account").filter(prefix=prefix).first()
        if found is None:  # deleted since
            return None
        if len(_known_keys) >= _MOST_KNOWN_PLACES:
            _known_keys.clear()
        _known_keys[prefix] = known = (rows, found)
    return copy(known[1])


def _address_note(key: ApiKey, address: str, now: datetime) -> None:
    """The first use from an address is in the audit log; a process asks once about each."""
    place = _place(address)
    if (key.prefix, place) in _known_places:
        return
    with transaction.atomic():
        _row, is_new = ApiKeyAddress.objects.get_or_create(
            api_key=key, address=place, defaults={"first_used_at": now}
        )
        if is_new:
            audit.record(
                action="api_key.new_address",
                actor=None,
                account_id=key.account_id,
                subject=f"apikey:{key.pk}",
                detail={"name": key.name, "begins_with": key.prefix, "address": place},
            )
    if len(_known_places) >= _MOST_KNOWN_PLACES:
        _known_places.clear()
    _known_places.add((key.prefix, place))


def _place(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, within which a device changes its address at will."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return (
        str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
    )


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


def _is_administrator(actor: User) -> bool:
    return actor.is_superuser or Role.ADMINISTRATOR in platform_roles(actor)


def _check_scopes(scopes: Sequence[str], *, is_platform: bool) -> None:
    allowed = {one.value for one in (PLATFORM_SCOPES if is_platform else ACCOUNT_SCOPES)}
    if scopes and set(scopes) <= set(Scope.values) and not set(scopes) <= allowed:
        raise InvalidError(
            "scope_of_other_kind",
            _(
                "Keys of the platform carry “operations” or “operations:read”, keys of accounts the others."
            )
            if is_platform
            else _(
                "“operations” and “operations:read” are of the platform's own keys: leave the account empty."
            ),
            field="scopes",
        )
    if not scopes or not set(scopes) <= allowed:
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
